-- What the buyer sees and does beside a request and an order: letters to each supplier, how he delivered, what was paid last,
-- and a promise for the whole order.

-- The suppliers of a request: where their letter goes and in which language, how it fared, and how they delivered within a
-- year. rejected: pieces turned down at inspection or sent back, as a share of those delivered.
create function api.rfq_suppliers(rfq_id bigint)
returns table (rfq_supplier_id bigint, supplier_id bigint, code text, name text, name_zh text, email text, address text,
               language text, letter text, letter_at timestamptz, letter_email text, letter_error text, deliveries integer,
               rejected numeric)
language sql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    select s.id, p.id, p.code::text, p.name, p.name_zh,
           coalesce(nullif(btrim(p.email), ''), (
               select c.email from contact c where c.party_id = p.id and c.email <> '' and c.retired_on is null
               order by c.is_main desc, c.id limit 1)),
           concat_ws(', ', nullif(p.address, ''), nullif(p.city, '')),
           coalesce(p.letter_language, case p.currency when 'CNY' then 'zh' else 'en' end),
           m.state, coalesce(m.sent_at, m.created_at), m.email, m.error, coalesce(d.deliveries, 0), d.rejected
    from rfq r
    join rfq_supplier s on s.rfq_id = r.id
    join party p on p.id = s.supplier_id
    left join lateral (
        select x.state, x.sent_at, x.created_at, x.email, x.error
        from outgoing_mail x where x.rfq_supplier_id = s.id order by x.id desc limit 1) m on true
    left join lateral (
        select count(*)::integer as deliveries,
               round(sum(greatest(coalesce(i.rejected, 0), coalesce(b.returned, 0))) / nullif(sum(v.quantity), 0), 4) as rejected
        from purchase_order o
        join purchase_order_line l on l.purchase_order_id = o.id
        join stock_move v on v.item_id = l.item_id and v.purchase_line_id = l.id and v.reverses_id is null
        left join inspection i on i.move_id = v.id
        left join lateral (
            select sum(w.quantity - coalesce((select sum(y.quantity) from stock_move y where y.reverses_id = w.id), 0)) as returned
            from stock_move w where w.reverses_id = v.id) b on true
        where o.supplier_id = s.supplier_id and o.company_id = r.company_id and v.effective_at >= now() - interval '365 days'
          and not exists (select from stock_document k where k.reverses_id = v.document_id)) d on true
    where r.id = rfq_suppliers.rfq_id and r.org_unit_id = any (my_units())
    order by p.sort_key, p.id
$$;

-- What was paid last for what a request asks for, whoever delivered it; from orders of the reader's own units.
create function api.rfq_last_prices(rfq_id bigint)
returns table (line_id bigint, unit_price numeric, currency text, ordered_on date, supplier text, supplier_zh text)
language sql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    select l.id, x.unit_price, x.currency, x.ordered_on, x.name, x.name_zh
    from rfq r
    join rfq_line l on l.rfq_id = r.id
    cross join lateral (
        select ol.unit_price::numeric, o.currency::text, o.ordered_on, p.name, p.name_zh
        from purchase_order_line ol
        join purchase_order o on o.id = ol.purchase_order_id and o.company_id = r.company_id
                             and o.state in ('ordered', 'part_received', 'received') and o.org_unit_id = any (my_units())
        join party p on p.id = o.supplier_id
        where ol.item_id = l.item_id
        order by o.ordered_on desc nulls last, ol.id desc limit 1) x
    where r.id = rfq_last_prices.rfq_id and r.org_unit_id = any (my_units())
$$;

-- The letter to one supplier of a request. One that waits to be sent is not given twice, however many press the key; one that
-- was sent goes out again only where that is what is wanted. Returns the letter; null where it has gone already.
create function api.queue_rfq_letter(asked_id bigint, email text, subject text, body text, file_name text, content bytea,
                                     again boolean default false) returns bigint
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
    known text;
begin
    perform from rfq_supplier s join rfq r on r.id = s.rfq_id
    where s.id = asked_id and r.org_unit_id = any (my_write_units()) for update of s;
    if not found or not my_roles() && '{buyer}' then
        perform refuse('ER004', 'rfq_found');
    end if;
    known := (select m.state from outgoing_mail m where m.rfq_supplier_id = asked_id order by m.id desc limit 1);
    if known = 'queued' and again then
        perform refuse('ER010', 'rfq_letter_queued');
    elsif known in ('queued', 'sent') and not again then
        return null;
    end if;
    return api.queue_mail('rfq', asked_id, email, subject, body, file_name, content);
end
$$;

-- The supplier confirmed all that is still to come, for one day. The first promise of each line stays as what he is measured
-- by; a later promise may be entered in the same way as often as he changes his mind.
create function api.confirm_order(order_id bigint, version integer, promised_on date, reference text default null) returns void
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
    head purchase_order := own_order(order_id, version);
begin
    if head.state not in ('ordered', 'part_received') then
        perform refuse('ER010', 'purchase_order_step', jsonb_build_object('number', head.number, 'state', head.state));
    elsif promised_on is null or promised_on < company_day(head.company_id) or promised_on > '9999-12-30' then
        perform refuse('ER012', 'purchase_order_promise', jsonb_build_object('number', head.number));
    end if;
    update purchase_order_line l
    set confirmed_quantity = l.quantity, promised_on = confirm_order.promised_on,
        first_promised_on = coalesce(l.first_promised_on, confirm_order.promised_on)
    where l.purchase_order_id = head.id and l.received < l.quantity;
    -- What has come already was confirmed by coming.
    update purchase_order_line l
    set confirmed_quantity = coalesce(l.confirmed_quantity, l.quantity),
        first_promised_on = coalesce(l.first_promised_on, l.promised_on, head.promised_on)
    where l.purchase_order_id = head.id and l.received >= l.quantity and head.acknowledged_on is null;
    update purchase_order o
    set promised_on = confirm_order.promised_on, acknowledged_on = coalesce(o.acknowledged_on, company_day(head.company_id)),
        supplier_reference = coalesce(nullif(btrim(reference), ''), o.supplier_reference)
    where o.id = head.id;
end
$$;

-- The nearest unit at or above all of those that the caller may write for; null where there is none.
create function erp.common_unit(units integer[]) returns integer
language sql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    select c.ancestor_id
    from org_unit_closure c
    where c.descendant_id = any (units) and c.ancestor_id = any (my_write_units())
    group by c.ancestor_id
    having count(distinct c.descendant_id) = (select count(distinct u) from unnest(units) u)
    order by max(c.depth), c.ancestor_id
    limit 1
$$;

-- Whether the supplier was reminded of an order on this day of its company; a letter that was given up does not count.
create function erp.reminded_today(order_id bigint, company integer) returns boolean
language sql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    select exists (
        select from outgoing_mail_order r
        join outgoing_mail m on m.id = r.mail_id and m.state <> 'failed'
        join company c on c.id = reminded_today.company
        where r.purchase_order_id = reminded_today.order_id and (r.created_at at time zone c.time_zone)::date = company_day(c.id))
$$;

-- What suppliers are to be reminded of: of the orders the lines that are overdue, or all that are open where none is; of the
-- lines those that are open. letter: orders of one number go into one letter. reminded: today, whoever did it.
create function api.reminders_due(order_ids bigint[], line_ids bigint[])
returns table (letter bigint, order_id bigint, number text, supplier_reference text, line_no integer, item_code text, item_name text,
               item_name_zh text, open numeric, promised_on date, supplier_id bigint, supplier text, supplier_zh text, email text,
               language text, reminded boolean)
language sql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    with line as (
        select o.id as order_id, o.company_id, o.org_unit_id, o.supplier_id, o.number, o.supplier_reference, l.line_no, l.item_id,
               l.quantity - l.received as open, d.promised_on,
               bool_or(d.promised_on < company_day(o.company_id)) over (partition by o.id) as late_order,
               d.promised_on < company_day(o.company_id) as late, l.id = any (line_ids) as named
        from purchase_order o
        join purchase_order_line l on l.purchase_order_id = o.id and l.received < l.quantity
        cross join lateral (select coalesce(l.promised_on, o.promised_on) as promised_on) d
        where (o.id = any (order_ids) or l.id = any (line_ids)) and o.state in ('ordered', 'part_received')
          and o.org_unit_id = any (my_write_units()) and my_roles() && '{buyer}'),
    wanted as (
        select w.*, common_unit(array_agg(w.org_unit_id) over (partition by w.company_id, w.supplier_id)) as unit
        from line w
        where w.named or w.late or not coalesce(w.late_order, false))
    select dense_rank() over (order by p.sort_key, p.id, w.company_id, coalesce(w.unit, w.org_unit_id)), w.order_id, w.number, w.supplier_reference,
           w.line_no, i.code::text, i.name, i.name_zh, w.open, w.promised_on, p.id, p.name, p.name_zh, p.email,
           coalesce(p.letter_language, case p.currency when 'CNY' then 'zh' else 'en' end), reminded_today(w.order_id, w.company_id)
    from wanted w
    join party p on p.id = w.supplier_id
    join item i on i.id = w.item_id
    order by 1, w.number, w.line_no
$$;

-- One letter about all these orders of one supplier. No supplier is reminded twice on a day of the same order, however many press
-- the key: null where somebody was faster.
create function api.queue_reminder(order_ids bigint[], email text, subject text, body text, file_name text, content bytea) returns bigint
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
    whole record;
    made  bigint;
begin
    perform from purchase_order o where o.id = any (order_ids) order by o.id for update;
    select count(*) as orders, count(distinct (o.company_id, o.supplier_id)) as suppliers, min(o.company_id) as company_id, min(o.id) as first,
           common_unit(array_agg(o.org_unit_id)) as unit, bool_or(reminded_today(o.id, o.company_id)) as reminded
    into whole
    from purchase_order o
    where o.id = any (order_ids) and o.org_unit_id = any (my_write_units()) and o.state in ('ordered', 'part_received');
    if not my_roles() && '{buyer}' or whole.orders = 0 or whole.orders <> (select count(distinct x) from unnest(order_ids) x) then
        perform refuse('ER010', 'outgoing_mail_document');
    elsif whole.suppliers <> 1 or whole.unit is null then
        perform refuse('ER012', 'reminder_supplier');
    elsif whole.reminded then
        return null;
    end if;
    insert into outgoing_mail (company_id, org_unit_id, kind, purchase_order_id, email, subject, body, file_name, content, created_by)
    values (whole.company_id, whole.unit, 'reminder', whole.first, btrim(email), btrim(subject), coalesce(body, ''), file_name, content,
            nullif(my_user_id(), 0))
    returning id into made;
    insert into outgoing_mail_order (mail_id, purchase_order_id) select distinct made, x from unnest(order_ids) x;
    return made;
end
$$;

call erp.allow('api.reminders_due(bigint[], bigint[])', 'buyer', 'execute');
call erp.allow('api.queue_reminder(bigint[], text, text, text, text, bytea)', 'buyer', 'execute');
call erp.allow('api.rfq_suppliers(bigint)', 'business', 'execute');
call erp.allow('api.rfq_last_prices(bigint)', 'business', 'execute');
call erp.allow('api.queue_rfq_letter(bigint, text, text, text, text, bytea, boolean)', 'buyer', 'execute');
call erp.allow('api.confirm_order(bigint, integer, date, text)', 'buyer', 'execute');

-- What was received and not invoiced, at the turn of the month; and whether orders, receipts, invoices and accruals agree.

-- The turn of the month for one position, up to the first of the current month: put back at the end of each month what was
-- open then, take it out again on the first.
create function erp.roll_position(place erp.grni_position, month_start date, actor integer) returns integer
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    first date := month_start;
    open  record;
    done  integer := 0;
begin
    -- One that never stood reversed is taken out now, not in months that are closed.
    if place.reversed_on is not null then
        first := (place.reversed_on + interval '1 month')::date;
    end if;
    while first <= month_start loop
        select coalesce(sum(e.quantity), 0) as quantity, coalesce(sum(e.amount), 0) as amount into open
        from grni_entry e
        where e.position_id = place.id and e.kind in ('accrual', 'return', 'invoice') and e.booked_on < first;
        if open.amount <> 0 or open.quantity <> 0 then
            if place.reversed_on is not null then
                insert into grni_entry (company_id, org_unit_id, position_id, kind, quantity, amount, source_table, source_id, booked_on, posted_by)
                values (place.company_id, place.org_unit_id, place.id, 'month_accrual', open.quantity, open.amount, 'month', place.id, first - 1, actor);
            end if;
            insert into grni_entry (company_id, org_unit_id, position_id, kind, quantity, amount, source_table, source_id, booked_on, posted_by)
            values (place.company_id, place.org_unit_id, place.id, 'month_reversal', -open.quantity, -open.amount, 'month', place.id, first, actor);
            done := done + 1;
        end if;
        place.reversed_on := first;
        first := (first + interval '1 month')::date;
    end loop;
    -- What came or was invoiced between the first and this run.
    select place.open_quantity + coalesce(sum(e.quantity), 0) as quantity, place.open_amount + coalesce(sum(e.amount), 0) as amount into open
    from grni_entry e
    where e.position_id = place.id and e.kind in ('month_accrual', 'month_reversal', 'month_settled');
    if open.amount <> 0 or open.quantity <> 0 then
        insert into grni_entry (company_id, org_unit_id, position_id, kind, quantity, amount, source_table, source_id, booked_on, posted_by)
        values (place.company_id, place.org_unit_id, place.id, 'month_settled', -open.quantity, -open.amount, 'month', place.id,
                today_of(place.company_id), actor);
    end if;
    update grni_position p
    set reversed_on = case when p.open_quantity <> 0 or p.open_amount <> 0 then month_start end
    where p.id = place.id;
    return done;
end
$$;

-- The turn of the month: of all companies by the worker each day, of his own by a person at once. Runs any number of times; a
-- company that reverses when the invoice comes has what stood reversed put back. Returns the positions that were turned.
create function api.roll_accruals() returns integer
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    firm   record;
    place  grni_position;
    first  date;
    actor  integer := coalesce(my_user_id(), 0);
    done   integer := 0;
begin
    -- Who is disabled is nobody, and nobody is not the worker.
    if my_user_id() is null and not pg_has_role(session_user, role_name('worker'), 'member') then
        return 0;
    end if;
    for firm in
        select c.id, purchasing_rule(c.id, 'grni_method') as method from company c
        where actor = 0 or c.id = (select a.company_id from app_user a where a.id = actor)
        order by c.id
    loop
        first := date_trunc('month', today_of(firm.id))::date;
        for place in
            select * from grni_position p
            where p.company_id = firm.id and (p.open_quantity <> 0 or p.open_amount <> 0 or p.reversed_on is not null)
              and case firm.method when 'month_start' then coalesce(p.reversed_on, p.received_on) < first else p.reversed_on is not null end
            order by p.id
            for update
        loop
            if firm.method = 'month_start' then
                done := done + (roll_position(place, first, actor) > 0)::integer;
            else
                insert into grni_entry (company_id, org_unit_id, position_id, kind, quantity, amount, source_table, source_id, booked_on, posted_by)
                values (place.company_id, place.org_unit_id, place.id, 'month_settled', place.open_quantity, place.open_amount, 'month',
                        place.id, today_of(firm.id), actor);
                update grni_position p set reversed_on = null where p.id = place.id;
                done := done + 1;
            end if;
        end loop;
    end loop;
    return done;
end
$$;

-- How a company takes accruals back: 'on_invoice' or 'month_start'. Takes effect with the next turn of the month, at once here.
create function api.set_grni_method(method text) returns integer
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    root org_unit;
begin
    select u.* into root from org_unit u
    join app_user a on a.company_id = u.company_id and a.id = my_user_id()
    where u.parent_id is null and u.id = any (my_write_units());
    if not found then
        perform refuse('ER002', 'grni_method_scope');
    elsif $1 not in ('on_invoice', 'month_start') or $1 is null then
        perform refuse('ER012', 'grni_method_known');
    end if;
    insert into setting as s (key, org_unit_id, value) values ('purchasing.grni_method', root.id, to_jsonb($1))
    on conflict on constraint setting_key_unique do update set value = excluded.value where s.value <> excluded.value;
    return api.roll_accruals();
end
$$;

-- How accruals stand with the reader's company: {"company", "company_zh", "method", "month_start", "may_choose", "due": positions
-- of his units that wait for the turn of the month}.
create function api.accrual_state() returns jsonb
language sql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'company', c.name, 'company_zh', c.name_zh, 'method', r.method, 'month_start', r.month_start,
        'may_choose', has_function_privilege(session_user, 'api.set_grni_method(text)', 'execute') and exists (
            select from org_unit u where u.company_id = c.id and u.parent_id is null and u.id = any (my_write_units())),
        'due', (select count(*) from grni_position p
                where p.company_id = c.id and p.org_unit_id = any (my_units())
                  and (p.open_quantity <> 0 or p.open_amount <> 0 or p.reversed_on is not null)
                  and case r.method when 'month_start' then coalesce(p.reversed_on, p.received_on) < r.month_start
                                    else p.reversed_on is not null end))
    from company c
    cross join lateral (select purchasing_rule(c.id, 'grni_method') as method, date_trunc('month', today_of(c.id))::date as month_start) r
    where my_user_id() is not null
      and c.id = coalesce((select a.company_id from app_user a where a.id = my_user_id()), (select min(x.id) from company x))
$$;

-- Does purchasing agree with the ledger? Every difference; no row = none.
create function api.reconcile_purchasing()
returns table (rule text, company_id integer, item_id bigint, location_id bigint, lot_id bigint, expected numeric, found numeric)
language sql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    with booked as (
        select e.position_id,
               sum(e.quantity) filter (where e.kind in ('accrual', 'return', 'invoice')) as quantity,
               sum(e.amount) filter (where e.kind in ('accrual', 'return', 'invoice')) as amount,
               coalesce(sum(e.amount) filter (where e.kind like 'month%'), 0) as month,
               coalesce(sum(e.amount - e.difference) filter (where e.source_table = 'stock_move'), 0) as moved
        from grni_entry e
        group by e.position_id),
    valued as (
        select p.id, m.amount
               - coalesce((select sum(r.amount - coalesce((select sum(x.amount) from stock_move x where x.reverses_id = r.id), 0))
                           from stock_move r where r.reverses_id = m.id), 0) as amount
        from grni_position p
        join stock_move m on m.id = p.id),
    arrived as (
        select m.purchase_line_id, sum(case when f.kind = 'supplier' then m.quantity else -m.quantity end) as quantity
        from stock_move m
        join stock_location f on f.id = m.from_location_id
        where m.purchase_line_id is not null
        group by m.purchase_line_id),
    waiting as (
        select p.purchase_line_id, sum(p.open_quantity) as quantity, count(*) as receipts
        from grni_position p
        where p.purchase_line_id is not null
        group by p.purchase_line_id)
    select 'open accrual = its entries (quantity)', p.company_id, p.item_id, null::bigint, null::bigint, coalesce(b.quantity, 0), p.open_quantity::numeric
    from grni_position p
    left join booked b on b.position_id = p.id
    where coalesce(b.quantity, 0) <> p.open_quantity
    union all
    select 'open accrual = its entries (amount)', p.company_id, p.item_id, null, null, coalesce(b.amount, 0), p.open_amount
    from grni_position p
    left join booked b on b.position_id = p.id
    where coalesce(b.amount, 0) <> p.open_amount
    union all
    select 'accrued = value received less returned', p.company_id, p.item_id, null, null, v.amount, b.moved
    from grni_position p
    join valued v on v.id = p.id
    join booked b on b.position_id = p.id
    where v.amount <> b.moved
    union all
    select 'reversed for the month = open', p.company_id, p.item_id, null, null, case when p.reversed_on is null then 0 else -p.open_amount end, b.month
    from grni_position p
    join booked b on b.position_id = p.id
    where b.month <> case when p.reversed_on is null then 0 else -p.open_amount end
    union all
    select 'received = arrived less returned', o.company_id, l.item_id, null, null, coalesce(a.quantity, 0), l.received
    from purchase_order_line l
    join purchase_order o on o.id = l.purchase_order_id
    left join arrived a on a.purchase_line_id = l.id
    where coalesce(a.quantity, 0) <> l.received
    union all
    select 'not invoiced = received less invoiced', o.company_id, l.item_id, null, null, l.received - l.invoiced, w.quantity
    from purchase_order_line l
    join purchase_order o on o.id = l.purchase_order_id
    join waiting w on w.purchase_line_id = l.id
    where l.received - l.invoiced <> w.quantity
      and not exists (select from stock_move m join stock_document d on d.id = m.document_id
                      where m.purchase_line_id = l.id and (d.source is not null or m.owner_id is not null))
    union all
    select 'invoiced = posted invoices', o.company_id, l.item_id, null, null, coalesce(i.quantity, 0), l.invoiced
    from purchase_order_line l
    join purchase_order o on o.id = l.purchase_order_id
    left join lateral (
        select sum(case h.kind when 'invoice' then x.quantity else -x.quantity end) as quantity
        from supplier_invoice_line x
        join supplier_invoice h on h.id = x.invoice_id and h.state = 'posted'
        where x.purchase_line_id = l.id) i on true
    where coalesce(i.quantity, 0) <> l.invoiced
$$;
call erp.allow('api.roll_accruals()', 'finance worker', 'execute');
call erp.allow('api.set_grni_method(text)', 'finance', 'execute');
call erp.allow('api.accrual_state()', 'buyer finance manager auditor', 'execute');
call erp.allow('api.reconcile_purchasing()', 'finance manager auditor', 'execute');

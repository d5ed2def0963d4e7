-- The supplier's invoice: entered, matched with order and receipt, its differences accepted, posted, taken back.

-- The number of a paper without what nobody sees (zero-width and soft signs), its dashes as one kind: so that the key of the
-- table takes spellings of one number for one number.
create function erp.plain_invoice_number(written text) returns text
language sql immutable
set search_path = erp, pg_catalog, pg_temp
as $$
    select btrim(regexp_replace(regexp_replace(written, '[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]', '', 'g'),
                                '[\u2010-\u2015\u2212\u30fc\ufe58\ufe63]', '-', 'g'))
$$;

-- What two spellings of one number have in common; the table keeps it as number_key.
create function erp.invoice_number_key(written text) returns text
language sql immutable
set search_path = erp, pg_catalog, pg_temp
as $$
    select upper(regexp_replace(normalize(plain_invoice_number(written), nfkc), '[[:space:]._/-]', '', 'g'))
$$;

create function erp.supplier_invoice_fill() returns trigger
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    new.invoice_number := plain_invoice_number(new.invoice_number);
    if new.number is null or new.number = '' then
        new.number := next_number('supplier_invoice', new.company_id, now());
    end if;
    return new;
end
$$;
create trigger supplier_invoice_fill before insert or update of invoice_number on erp.supplier_invoice
    for each row execute function erp.supplier_invoice_fill();

-- People write drafts; what is matched is taken back to draft first, what is posted is reversed. Our own functions run as the
-- owner and are not asked.
create function erp.supplier_invoice_guard() returns trigger
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    if not pg_has_role((select c.relowner from pg_class c where c.oid = tg_relid), 'member') and old.state <> 'draft' then
        perform refuse('ER010', 'supplier_invoice_draft', jsonb_build_object('number', old.number));
    end if;
    return new;
end
$$;
create trigger supplier_invoice_guard before update on erp.supplier_invoice
    for each row execute function erp.supplier_invoice_guard();

-- A line belongs to an order of the same supplier and company; its item is the order's.
create function erp.supplier_invoice_line_guard() returns trigger
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    head    supplier_invoice;
    ordered record;
begin
    select * into head from supplier_invoice i where i.id = coalesce(new.invoice_id, old.invoice_id);
    if not pg_has_role((select c.relowner from pg_class c where c.oid = tg_relid), 'member') and head.id is not null and head.state <> 'draft' then
        perform refuse('ER010', 'supplier_invoice_draft', jsonb_build_object('number', head.number));
    elsif tg_op = 'DELETE' then
        return old;
    elsif new.purchase_line_id is not null then
        select l.item_id, o.supplier_id, o.company_id, o.number into ordered
        from purchase_order_line l join purchase_order o on o.id = l.purchase_order_id
        where l.id = new.purchase_line_id;
        if found and (ordered.supplier_id, ordered.company_id) is distinct from (head.supplier_id, head.company_id) then
            perform refuse('ER012', 'supplier_invoice_line_supplier', jsonb_build_object('line', new.line_no, 'number', ordered.number));
        end if;
        new.item_id := coalesce(ordered.item_id, new.item_id);
    end if;
    if tg_op = 'INSERT' or (new.quantity, new.unit_price, new.net, new.tax_rate, new.purchase_line_id, new.item_id)
       is distinct from (old.quantity, old.unit_price, old.net, old.tax_rate, old.purchase_line_id, old.item_id) then
        new.entered_by := nullif(my_user_id(), 0);
    end if;
    return new;
end
$$;
create trigger supplier_invoice_line_guard before insert or update or delete on erp.supplier_invoice_line
    for each row execute function erp.supplier_invoice_line_guard();

-- The invoice, locked, if it is one that the caller may write; refused in another state than those given.
create function erp.own_invoice(invoice_id bigint, states text[]) returns erp.supplier_invoice
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    found_one supplier_invoice;
begin
    select * into found_one from supplier_invoice i where i.id = own_invoice.invoice_id for update;
    if not found or found_one.org_unit_id <> all (api.posting_units(my_user_id())) then
        perform refuse('ER004', 'supplier_invoice_known');
    elsif not found_one.state = any (states) then
        perform refuse('ER010', 'supplier_invoice_step', jsonb_build_object('number', found_one.number, 'state', found_one.state));
    end if;
    return found_one;
end
$$;

-- What of an invoice line is expected: quantity received and not invoiced (for a credit note: invoiced and gone back), the
-- order's price, its tax and currency. Without an order line: what was received of the item from that supplier without one.
create function erp.expected_of(head erp.supplier_invoice, line erp.supplier_invoice_line,
                                out quantity numeric, out price numeric, out tax_rate numeric, out currency text)
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
    sign integer := case head.kind when 'invoice' then 1 else -1 end;
begin
    if line.purchase_line_id is not null then
        select greatest(sign * sum(p.open_quantity), 0) into quantity
        from grni_position p where p.purchase_line_id = line.purchase_line_id and sign * p.open_quantity > 0;
        select l.unit_price, l.tax_rate, o.currency into price, tax_rate, currency
        from purchase_order_line l join purchase_order o on o.id = l.purchase_order_id
        where l.id = line.purchase_line_id;
        if head.kind = 'credit_note' then
            -- What went back is credited at what it was invoiced at, where it was.
            price := coalesce((
                select round(sum(case i.kind when 'invoice' then x.net else -x.net end)
                             / nullif(sum(case i.kind when 'invoice' then x.quantity else -x.quantity end), 0), 4)
                from supplier_invoice_line x join supplier_invoice i on i.id = x.invoice_id and i.state = 'posted'
                where x.purchase_line_id = line.purchase_line_id), price);
        end if;
    elsif line.item_id is not null then
        select greatest(sign * sum(p.open_quantity), 0), round(sum(p.open_amount) / nullif(sum(p.open_quantity), 0), 4)
        into quantity, price
        from grni_position p
        where p.purchase_line_id is null and p.supplier_id = head.supplier_id and p.item_id = line.item_id and p.company_id = head.company_id
          and sign * p.open_quantity > 0
          -- What another branch received is its own invoice's.
          and exists (select from org_unit_closure c where c.ancestor_id = api.branch_of(head.org_unit_id) and c.descendant_id = p.org_unit_id);
    end if;
    quantity := coalesce(quantity, 0);
end
$$;

-- Match every line of an invoice: what differs beyond the tolerance is named. A price passes within the share or within the
-- amount. What was accepted stays accepted while it is the same.
create function erp.match_lines(head erp.supplier_invoice) returns text
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    share  numeric := purchasing_rule(head.company_id, 'price_tolerance')::numeric;
    small  numeric := purchasing_rule(head.company_id, 'amount_tolerance')::numeric;
    line   supplier_invoice_line;
    wanted record;
    why    text[];
    taken  jsonb := '{}';
    pool   text;
    free   numeric;
    off    numeric;
begin
    for line in select * from supplier_invoice_line l where l.invoice_id = head.id order by l.line_no loop
        wanted := expected_of(head, line);
        pool := coalesce(line.purchase_line_id::text, 'item ' || line.item_id);
        free := wanted.quantity - coalesce((taken ->> pool)::numeric, 0);
        why := '{}';
        if line.purchase_line_id is null and (line.item_id is null or wanted.price is null) then
            why := why || 'no_order'::text;
        elsif line.quantity = 0 then
            why := why || 'value_only'::text;
        else
            if line.quantity > free then
                why := why || 'quantity'::text;
            end if;
            off := abs(line.net - line.quantity * wanted.price);
            if off > small and off > share * line.quantity * wanted.price then
                why := why || 'price'::text;
            end if;
        end if;
        if wanted.tax_rate <> line.tax_rate then
            why := why || 'tax'::text;
        end if;
        if wanted.currency <> head.currency then
            why := why || 'currency'::text;
        end if;
        if pool is not null then
            taken := taken || jsonb_build_object(pool, coalesce((taken ->> pool)::numeric, 0) + line.quantity);
        end if;
        update supplier_invoice_line l
        set expected_quantity = greatest(free, 0), expected_price = wanted.price, exceptions = why,
            accepted_by = case when l.exceptions = why then l.accepted_by end,
            accepted_at = case when l.exceptions = why then l.accepted_at end,
            accept_reason = case when l.exceptions = why then l.accept_reason end
        where l.id = line.id
          and (l.expected_quantity, l.expected_price, l.exceptions) is distinct from (greatest(free, 0)::quantity, wanted.price::unit_price, why);
    end loop;
    return (
        select case when bool_or(l.exceptions <> '{}' and l.accepted_at is null) then 'exception'
                    when bool_or(l.exceptions <> '{}') then 'approved' else 'matched' end
        from supplier_invoice_line l
        where l.invoice_id = head.id);
end
$$;

-- Match an invoice, again if it was before: {"state", "exceptions": how many lines}. Its lines have to add up to the total on
-- the paper and each to its own amount.
create function api.match_supplier_invoice(invoice_id bigint) returns jsonb
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    head  supplier_invoice := own_invoice($1, '{draft,matched,exception,approved}');
    odd   record;
    total numeric;
    found_state text;
begin
    select sum(l.net + round(l.net * l.tax_rate, 2)), count(*) as lines into odd from supplier_invoice_line l where l.invoice_id = head.id;
    total := odd.sum;
    if odd.lines = 0 then
        perform refuse('ER011', 'supplier_invoice_lines', jsonb_build_object('number', head.number));
    elsif abs(total - head.gross) > 0.01 * odd.lines + 0.01 then
        perform refuse('ER012', 'supplier_invoice_total', jsonb_build_object(
            'number', head.number, 'total', to_char(total, 'FM999999999990.00'), 'gross', to_char(head.gross, 'FM999999999990.00')));
    end if;
    select l.line_no, l.net, round(l.quantity * l.unit_price, 2) as product into odd
    from supplier_invoice_line l
    where l.invoice_id = head.id and l.quantity > 0 and abs(l.net - l.quantity * l.unit_price) > greatest(0.01, l.quantity * 0.00005)
    order by l.line_no
    limit 1;
    if found then
        perform refuse('ER012', 'supplier_invoice_net', jsonb_build_object('line', odd.line_no, 'net', to_char(odd.net, 'FM999999999990.00'),
                                                                     'product', to_char(odd.product, 'FM999999999990.00')));
    end if;
    found_state := match_lines(head);
    update supplier_invoice i set state = found_state, matched_at = now() where i.id = head.id;
    return jsonb_build_object('state', found_state, 'exceptions', (
        select count(*) from supplier_invoice_line l where l.invoice_id = head.id and l.exceptions <> '{}' and l.accepted_at is null));
end
$$;

-- What a line's differences are worth.
create function erp.line_difference(line erp.supplier_invoice_line) returns numeric
language sql immutable
set search_path = erp, pg_catalog, pg_temp
as $$
    select case when line.expected_price is null or line.quantity = 0 then line.net
                else abs(line.net - round(line.quantity * line.expected_price, 2)) end
$$;

-- Accept the differences of a line, with the reason. Goods that are not there and another currency are not accepted away: the
-- one waits for the goods or a credit note, the other for the right paper. Above the limit somebody else than who entered the
-- invoice or wrote the line; what he accepted of it before counts, so that nothing large is cut into small pieces.
create function api.accept_difference(line_id bigint, reason text) returns text
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    line supplier_invoice_line;
    head supplier_invoice;
    me   integer := my_user_id();
    mine numeric;
    found_state text;
begin
    head := own_invoice((select l.invoice_id from supplier_invoice_line l where l.id = $1), '{exception}');
    select * into line from supplier_invoice_line l where l.id = $1;
    if line.exceptions = '{}' or line.accepted_at is not null then
        perform refuse('ER010', 'supplier_invoice_no_difference', jsonb_build_object('line', line.line_no));
    elsif coalesce(btrim($2), '') = '' then
        perform refuse('ER011', 'supplier_invoice_reason', jsonb_build_object('number', head.number));
    elsif line.exceptions && '{quantity,currency}' then
        perform refuse('ER012', 'supplier_invoice_wait', jsonb_build_object(
            'line', line.line_no, 'quantity', line.quantity, 'open', line.expected_quantity));
    end if;
    if me in (head.created_by, line.entered_by) then
        select line_difference(line) + coalesce(sum(line_difference(l)), 0) into mine
        from supplier_invoice_line l
        where l.invoice_id = head.id and l.accepted_by = me and me in (head.created_by, l.entered_by);
        if mine > purchasing_rule(head.company_id, 'accept_limit')::numeric then
            perform refuse('ER001', 'supplier_invoice_four_eyes', jsonb_build_object('number', head.number, 'amount', to_char(mine, 'FM999999999990.00')));
        end if;
    end if;
    update supplier_invoice_line l set accepted_by = nullif(me, 0), accepted_at = now(), accept_reason = btrim($2) where l.id = line.id;
    select case when bool_or(l.exceptions <> '{}' and l.accepted_at is null) then 'exception' else 'approved' end into found_state
    from supplier_invoice_line l where l.invoice_id = head.id;
    update supplier_invoice i set state = found_state, touches = i.touches + 1 where i.id = head.id;
    return found_state;
end
$$;

-- Whoever matches found the order line that a line is about (F7): it is tied to it and matched again. Returns the invoice's state.
create function api.link_invoice_line(line_id bigint, purchase_line bigint) returns text
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    line supplier_invoice_line;
    head supplier_invoice;
    found_state text;
begin
    head := own_invoice((select l.invoice_id from supplier_invoice_line l where l.id = $1), '{matched,exception,approved}');
    select * into line from supplier_invoice_line l where l.id = $1;
    if not exists (select from purchase_order_line p join purchase_order o on o.id = p.purchase_order_id
                   where p.id = $2 and o.org_unit_id = any (api.posting_units(my_user_id()))) then
        perform refuse('ER004', 'supplier_invoice_order_known', jsonb_build_object('line', line.line_no, 'number', null, 'item', null));
    end if;
    update supplier_invoice_line l
    set purchase_line_id = $2, accepted_by = null, accepted_at = null, accept_reason = null
    where l.id = line.id and l.purchase_line_id is distinct from $2;
    if found then
        update supplier_invoice i set touches = i.touches + 1 where i.id = head.id;
    end if;
    found_state := match_lines(head);
    update supplier_invoice i set state = found_state, matched_at = now() where i.id = head.id;
    return found_state;
end
$$;

-- Take an entry back to draft to correct it ("reopen"), or give it up ("cancel"); a reason is kept by the audit.
create function api.change_supplier_invoice(invoice_id bigint, version integer, action text, reason text default null) returns void
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    head supplier_invoice := own_invoice($1, '{draft,matched,exception,approved}');
begin
    if head.version <> $2 then
        perform refuse('ER003', 'row_unchanged');
    elsif $3 not in ('reopen', 'cancel') or ($3 = 'reopen' and head.state = 'draft') then
        perform refuse('ER010', 'supplier_invoice_step', jsonb_build_object('number', head.number, 'state', head.state));
    elsif $3 = 'cancel' and coalesce(btrim($4), '') = '' then
        perform refuse('ER011', 'supplier_invoice_reason', jsonb_build_object('number', head.number));
    end if;
    perform set_config('outpost.reason', coalesce(btrim($4), ''), true);
    update supplier_invoice_line l
    set exceptions = '{}', expected_quantity = null, expected_price = null, accepted_by = null, accepted_at = null, accept_reason = null
    where l.invoice_id = head.id and $3 = 'reopen';
    update supplier_invoice i
    set state = case $3 when 'reopen' then 'draft' else 'cancelled' end, touches = i.touches + 1
    where i.id = head.id;
end
$$;

-- Clear what one line says against what was received, oldest receipt first, and give the difference to the value of the stock.
create function erp.clear_line(head erp.supplier_invoice, line erp.supplier_invoice_line, actor integer) returns void
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    sign     integer := case head.kind when 'invoice' then 1 else -1 end;
    place    grni_position;
    left_quantity numeric := line.quantity;
    left_net numeric := line.net;
    part     numeric;
    cleared  numeric;
    share    numeric;
    spread   numeric;
    day      date := today_of(head.company_id);
begin
    if line.quantity = 0 then
        select sum(p.invoiced_quantity) into spread from grni_position p
        where p.purchase_line_id = line.purchase_line_id and p.invoiced_quantity > 0;
        if line.purchase_line_id is null or spread is null then
            return;  -- freight and the like: nothing in stock that it belongs to
        end if;
    end if;
    for place in
        select * from grni_position p
        where (p.purchase_line_id = line.purchase_line_id
               or (line.purchase_line_id is null and p.purchase_line_id is null and p.supplier_id = head.supplier_id
                   and p.item_id = line.item_id and p.company_id = head.company_id and exists (
                       select from org_unit_closure c where c.ancestor_id = api.branch_of(head.org_unit_id) and c.descendant_id = p.org_unit_id)))
          and case when line.quantity = 0 then p.invoiced_quantity > 0 else sign * p.open_quantity > 0 end
        order by p.id
        for update
    loop
        exit when line.quantity > 0 and left_quantity = 0;
        if line.quantity = 0 then
            part := 0;
            cleared := 0;
            share := case when place.invoiced_quantity = spread then left_net else round(left_net * place.invoiced_quantity / spread, 2) end;
            spread := spread - place.invoiced_quantity;
        else
            part := least(left_quantity, sign * place.open_quantity);
            cleared := case when part = sign * place.open_quantity then place.open_amount
                            else round(place.open_amount * part / (sign * place.open_quantity), 2) end;
            share := case when part = left_quantity then left_net else round(left_net * part / left_quantity, 2) end;
        end if;
        left_quantity := left_quantity - part;
        left_net := left_net - share;
        perform book_grni(place.id, 'invoice', -sign * part, -cleared, sign * share - cleared, 'supplier_invoice_line', line.id, null, day, actor);
        if sign * share - cleared <> 0 then
            perform api.revalue_receipt(actor, place.id, sign * share - cleared, head.number, 'supplier_invoice_line', line.id);
        end if;
    end loop;
    if left_quantity > 0 and line.item_id is not null then
        perform refuse('ER012', 'supplier_invoice_wait', jsonb_build_object(
            'line', line.line_no, 'quantity', line.quantity, 'open', line.quantity - left_quantity));
    end if;
    update purchase_order_line p set invoiced = p.invoiced + sign * line.quantity where p.id = line.purchase_line_id;
end
$$;

-- Post a matched invoice: clear the accrual, give differences of price to the stock or to what consumed it, count the order
-- lines. It is matched once more under lock: what changed meanwhile is refused and shown again. Exactly once per request id.
create function api.post_supplier_invoice(request_id uuid, invoice_id bigint) returns jsonb
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    actor  integer := my_user_id();
    units  integer[] := api.posting_units(actor);
    head   supplier_invoice;
    line   supplier_invoice_line;
    claim  record;
    answer jsonb;
begin
    claim := api.claim_request($1, actor, 'post_supplier_invoice', $2::text);
    if claim.seen then
        return claim.answer;
    end if;
    head := own_invoice($2, '{matched,approved}');
    perform from purchase_order_line p
    where p.id in (select l.purchase_line_id from supplier_invoice_line l where l.invoice_id = head.id)
    order by p.id for update;
    if exists (
        select from supplier_invoice_line l
        join purchase_order_line p on p.id = l.purchase_line_id
        join purchase_order o on o.id = p.purchase_order_id
        where l.invoice_id = head.id and o.org_unit_id <> all (units)) then
        perform refuse('ER002', 'supplier_invoice_scope', jsonb_build_object('number', head.number));
    elsif match_lines(head) = 'exception' then
        perform refuse('ER012', 'supplier_invoice_changed', jsonb_build_object('number', head.number));
    end if;
    for line in select * from supplier_invoice_line l where l.invoice_id = head.id order by l.item_id nulls last, l.id loop
        perform clear_line(head, line, actor);
    end loop;
    update supplier_invoice i set state = 'posted', posted_at = now(), posted_by = nullif(actor, 0) where i.id = head.id
    returning * into head;
    answer := jsonb_build_object(
        'invoice_id', head.id, 'number', head.number, 'posted_at', head.posted_at,
        'difference', (select coalesce(sum(e.difference), 0) from grni_entry e
                       join supplier_invoice_line l on l.id = e.source_id
                       where e.source_table = 'supplier_invoice_line' and l.invoice_id = head.id));
    update request r set result = answer where r.id = $1;
    return answer;
end
$$;

-- Take a posted invoice back: the accrual stands again, the differences leave the value again. Exactly once per request id.
create function api.reverse_supplier_invoice(request_id uuid, invoice_id bigint, reason text) returns jsonb
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    actor  integer := my_user_id();
    head   supplier_invoice;
    entry  grni_entry;
    claim  record;
    answer jsonb;
    sign   integer;
begin
    claim := api.claim_request($1, actor, 'reverse_supplier_invoice', $2 || ' ' || coalesce($3, ''));
    if claim.seen then
        return claim.answer;
    end if;
    head := own_invoice($2, '{posted}');
    sign := case head.kind when 'invoice' then 1 else -1 end;
    if coalesce(btrim($3), '') = '' then
        perform refuse('ER011', 'supplier_invoice_reason', jsonb_build_object('number', head.number));
    end if;
    perform from purchase_order_line p
    where p.id in (select l.purchase_line_id from supplier_invoice_line l where l.invoice_id = head.id)
    order by p.id for update;
    for entry in
        select e.* from grni_entry e
        join supplier_invoice_line l on l.id = e.source_id
        where e.source_table = 'supplier_invoice_line' and l.invoice_id = head.id and e.reverses_id is null
        order by l.item_id, e.position_id, e.id
    loop
        perform book_grni(entry.position_id, 'invoice', -entry.quantity, -entry.amount, -entry.difference, 'supplier_invoice_line',
                          entry.source_id, entry.id, today_of(head.company_id), actor);
        if entry.difference <> 0 then
            perform api.revalue_receipt(actor, entry.position_id, -entry.difference, head.number, 'supplier_invoice_line', entry.source_id);
        end if;
    end loop;
    update purchase_order_line p set invoiced = p.invoiced - sign * l.quantity
    from (select purchase_line_id, sum(quantity) as quantity from supplier_invoice_line where invoice_id = head.id group by purchase_line_id) l
    where p.id = l.purchase_line_id;
    perform set_config('outpost.reason', btrim($3), true);
    update supplier_invoice i set state = 'reversed', reversed_at = now(), reverse_reason = btrim($3) where i.id = head.id;
    answer := jsonb_build_object('invoice_id', head.id, 'number', head.number);
    update request r set result = answer where r.id = $1;
    return answer;
end
$$;

-- Enter a whole invoice in one call, from a file or another system, and match it:
-- {"kind", "supplier", "invoice_number", "invoice_date", "due_on", "currency", "gross", "unit", "note", "lines": [{"order",
-- "order_line", "item", "description", "quantity", "unit_price", "net", "tax_rate"}]}. Codes and numbers, as on the paper. A line
-- without `order_line` takes the one line of that order with the item. Returns {"invoice_id", "number", "state", "exceptions"}.
create function api.enter_supplier_invoice(document jsonb) returns jsonb
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    units integer[] := api.posting_units(my_user_id());
    firm  party;
    home  org_unit;
    made  supplier_invoice;
    line  record;
    part  item;
    wanted bigint[];
begin
    select * into firm from party p where p.code = document ->> 'supplier' and p.is_supplier
      and p.company_id in (select u.company_id from org_unit u where u.id = any (my_units()) or u.id = any (units))
      and exists (select from purchase_order o where o.supplier_id = p.id and o.org_unit_id = any (units));
    if not found then
        perform refuse('ER004', 'supplier_invoice_supplier_known', jsonb_build_object('supplier', document ->> 'supplier'));
    end if;
    -- Where it belongs: the unit that is named, else the unit of the first order on it.
    select u.* into home from org_unit u
    where u.company_id = firm.company_id and u.id = any (units) and (
        u.code = document ->> 'unit'
        or document ->> 'unit' is null and u.id = (
            select o.org_unit_id from purchase_order o
            where o.company_id = firm.company_id and o.number = document #>> '{lines,0,order}'));
    if not found then
        perform refuse('ER004', 'supplier_invoice_unit_known', jsonb_build_object('unit', document ->> 'unit'));
    end if;
    insert into supplier_invoice (company_id, org_unit_id, number, kind, supplier_id, invoice_number, invoice_date, due_on, currency, gross, note)
    values (firm.company_id, home.id, '', coalesce(document ->> 'kind', 'invoice'), firm.id, coalesce(document ->> 'invoice_number', ''),
            (document ->> 'invoice_date')::date, (document ->> 'due_on')::date, coalesce(document ->> 'currency', 'CNY'),
            (document ->> 'gross')::numeric, document ->> 'note')
    returning * into made;
    for line in
        select * from rows from (jsonb_to_recordset(document -> 'lines') as (
            "order" text, order_line integer, item text, description text, quantity numeric, unit_price numeric, net numeric, tax_rate numeric))
            with ordinality as l (order_number, order_line, item, description, quantity, unit_price, net, tax_rate, at) order by l.at
    loop
        part := null;
        wanted := null;
        if line.order_number is not null then
            select array_agg(l.id) into wanted
            from purchase_order o
            join purchase_order_line l on l.purchase_order_id = o.id
            join item i on i.id = l.item_id
            where o.company_id = firm.company_id and o.number = line.order_number and o.org_unit_id = any (units)
              and (line.order_line is null or l.line_no = line.order_line) and (line.item is null or i.code = line.item);
            if coalesce(cardinality(wanted), 0) <> 1 then
                perform refuse('ER004', 'supplier_invoice_order_known', jsonb_build_object(
                    'line', line.at, 'number', line.order_number, 'item', line.item));
            end if;
        elsif line.item is not null then
            select * into part from item i
            where i.company_id = firm.company_id and i.code = line.item and (is_owner() or i.org_unit_id = any (my_units_up()));
        end if;
        insert into supplier_invoice_line (invoice_id, line_no, purchase_line_id, item_id, description, quantity, unit_price, net, tax_rate)
        values (made.id, line.at, wanted[1], part.id, line.description, line.quantity, line.unit_price,
                coalesce(line.net, round(line.quantity * line.unit_price, 2)), coalesce(line.tax_rate, 0.13));
    end loop;
    return jsonb_build_object('invoice_id', made.id, 'number', made.number) || api.match_supplier_invoice(made.id);
end
$$;

-- What can be invoiced of a supplier now, for F7 in the form: lines received and not invoiced, and for a credit note what was
-- invoiced and went back.
create function api.invoiceable(supplier bigint, credit boolean default false)
returns table (purchase_line_id bigint, order_number text, line_no integer, item_id bigint, item_code text, item_name text,
               item_name_zh text, quantity numeric, unit_price numeric, tax_rate numeric, currency text, received_on date)
language sql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    select l.id, o.number, l.line_no, i.id, i.code, i.name, i.name_zh, abs(sum(p.open_quantity)), l.unit_price, l.tax_rate, o.currency,
           min(p.received_on)
    from grni_position p
    join purchase_order_line l on l.id = p.purchase_line_id
    join purchase_order o on o.id = l.purchase_order_id
    join item i on i.id = l.item_id
    where p.supplier_id = supplier and o.org_unit_id = any (my_units())
      and case when credit then p.open_quantity < 0 else p.open_quantity > 0 end
    group by l.id, o.number, l.line_no, i.id, o.currency
    order by min(p.received_on), o.number, l.line_no
$$;

-- Other invoices of the supplier that look like the same paper: the same total within 60 days, or almost the same number.
create function api.similar_invoices(invoice_id bigint)
returns table (id bigint, number text, invoice_number text, invoice_date date, gross numeric, state text, why text)
language sql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    select o.id, o.number, o.invoice_number, o.invoice_date, o.gross, o.state,
           case when o.gross = i.gross and abs(o.invoice_date - i.invoice_date) <= 60 then 'total' else 'number' end
    from supplier_invoice i
    join supplier_invoice o on o.company_id = i.company_id and o.supplier_id = i.supplier_id and o.id <> i.id and o.kind = i.kind
        and o.state not in ('cancelled', 'reversed')
    where i.id = similar_invoices.invoice_id and i.org_unit_id = any (my_units()) and o.org_unit_id = any (my_units())
      and ((o.gross = i.gross and abs(o.invoice_date - i.invoice_date) <= 60)
           or ltrim(o.number_key, '0') = ltrim(i.number_key, '0')
           or (length(i.number_key) > 5 and right(o.number_key, 6) = right(i.number_key, 6)))
    order by o.invoice_date desc, o.id desc
    limit 10
$$;
call erp.allow('api.match_supplier_invoice(bigint)', 'buyer finance', 'execute');
call erp.allow('api.link_invoice_line(bigint, bigint)', 'buyer finance', 'execute');
call erp.allow('api.accept_difference(bigint, text)', 'finance manager', 'execute');
call erp.allow('api.change_supplier_invoice(bigint, integer, text, text)', 'buyer finance', 'execute');
call erp.allow('api.post_supplier_invoice(uuid, bigint)', 'finance', 'execute');
call erp.allow('api.reverse_supplier_invoice(uuid, bigint, text)', 'finance', 'execute');
call erp.allow('api.enter_supplier_invoice(jsonb)', 'buyer finance', 'execute');
call erp.allow('api.invoiceable(bigint, boolean)', 'buyer finance', 'execute');
call erp.allow('api.similar_invoices(bigint)', 'buyer finance manager', 'execute');

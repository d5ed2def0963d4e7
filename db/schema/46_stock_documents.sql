-- What a document of stock says, before anything of it is written: its lines read, judged, and matched with what they refer to.
-- It is posted in 59_stock_posting. And who may do what with the tables of 40_stock.

-- One line of a document on its way into the ledger: ends resolved, quantity in base units, cost frozen.
create type api.stock_line as (
    line_no integer, item_id bigint, item_code text, tracking text, allow_negative boolean, standard_cost numeric,
    currency text, digits integer,
    from_location_id bigint, to_location_id bigint, from_unit integer, to_unit integer, from_kind text, to_kind text,
    from_stocked boolean, to_stocked boolean, lot_id bigint, lot_code text, expires_on date, owner_id bigint,
    from_condition text, to_condition text, quantity numeric, entered_quantity numeric, entered_uom text, uom_factor numeric,
    unit_cost numeric, amount numeric, work_order_id bigint, reservation_id bigint, reserved_quantity numeric,
    purchase_line_id bigint, reverses_id bigint, reason text, source text, source_key text,
    move_id bigint, remainder numeric, fault text
);

-- What is read of a document before anything is locked: its lines, and what of the longer ways they ask for.
create type api.stock_reading as (
    company integer, unit integer, lines api.stock_line[], new_lots boolean, owned boolean, priced boolean
);

-- Refuse a posting: what was wrong, with the line and the figures as JSON, so that the desk can mark the line.
create function api.refuse_posting(rule text, message text, line integer default null, facts jsonb default '{}') returns void
language plpgsql
as $$
begin
    raise exception '%', message
        using errcode = case when rule = 'stock_scope' then 'ER001' when rule like '%\_known' then 'ER004' else 'ER030' end,
            constraint = rule, detail = (jsonb_build_object('line', line) || facts)::text;
end
$$;

-- Who I am and all that I reach, read once (erp.my_units and its like, written out for speed): what a
-- posting asks instead of asking for each by itself.
create function api.reach(out user_id integer, out units integer[], out write_units integer[], out units_up integer[])
language plpgsql stable
as $$
declare
    me record;
begin
    me := erp.my_account();
    user_id := me.user_id;
    if user_id = 0 then
        units := array(select u.id from erp.org_unit u);
        write_units := units;
        units_up := units;
        return;
    end if;
    select coalesce(array_agg(distinct c.descendant_id), '{}'), coalesce(array_agg(distinct c.descendant_id) filter (where g.may_write), '{}')
    into units, write_units
    from (
        select g.org_unit_id, g.may_write from erp.user_unit g
        where g.user_id = me.user_id and me.today >= g.valid_from and (g.valid_to is null or me.today <= g.valid_to)
        union all
        select g.org_unit_id, g.may_write from erp.delegation d
        join erp.app_user f on f.id = d.from_user_id and f.active and me.today between f.valid_from and coalesce(f.valid_to, 'infinity')
        join erp.user_unit g on g.user_id = d.from_user_id and me.today between g.valid_from and coalesce(g.valid_to, 'infinity')
        where d.to_user_id = me.user_id and d.ended_at is null and me.today between d.valid_from and d.valid_to
    ) g
    join erp.org_unit_closure c on c.ancestor_id = g.org_unit_id;
    units_up := array(select distinct c.ancestor_id from erp.org_unit_closure c where c.descendant_id = any (units));
end
$$;

-- What a request is known by beside its id: who asks what. Without an id, or from nobody, nothing is posted.
create function api.request_print(request_id uuid, user_id integer, operation text, payload text) returns bytea
language plpgsql
as $$
begin
    if request_id is null then
        perform api.refuse_posting('request_id_given', 'a posting needs a request id made before its first try');
    elsif user_id is null then
        -- Disabled, expired or not ours: an open session of his answers nothing, not even what was answered to others.
        perform api.refuse_posting('stock_scope', 'nobody posts nothing');
    end if;
    return sha256(convert_to(user_id || ' ' || operation || ' ' || payload, 'UTF8'));
end
$$;

-- What was answered to this request before, if it was. The same id with another payload or by another user is refused.
create function api.first_answer(request_id uuid, print bytea, out answer jsonb, out seen boolean)
language plpgsql
as $$
declare
    first record;
begin
    select r.fingerprint, r.result into first from erp.request r where r.id = request_id;
    seen := found;
    if seen and first.fingerprint <> print then
        perform api.refuse_posting('request_same_payload', 'this request id was used for something else');
    end if;
    answer := case when seen then first.result end;
end
$$;

-- True when this request was answered before; `answer` then holds the first answer. Otherwise it is now the caller's, who
-- writes the answer into it. A second try that overtakes the first waits here for it.
create function api.claim_request(request_id uuid, user_id integer, operation text, payload text, out answer jsonb, out seen boolean)
language plpgsql
as $$
declare
    print bytea := api.request_print(request_id, user_id, operation, payload);
    first record;
begin
    insert into erp.request (id, user_id, operation, fingerprint)
    values (request_id, user_id, operation, print)
    on conflict do nothing;
    seen := not found;
    if seen then
        first := api.first_answer(request_id, print);
        answer := first.answer;
    end if;
end
$$;

-- The same for a posting, which writes its request with its answer when it is done: nothing is written twice. Whoever comes
-- with the same id meanwhile waits here for the first.
create function api.find_request(request_id uuid, user_id integer, operation text, payload text, out answer jsonb, out seen boolean, out print bytea)
language plpgsql
as $$
declare
    first record;
begin
    print := api.request_print(request_id, user_id, operation, payload);
    if not pg_try_advisory_xact_lock(uuid_hash_extended(request_id, 46)) then
        perform pg_advisory_xact_lock(uuid_hash_extended(request_id, 46));
    end if;
    first := api.first_answer(request_id, print);
    answer := first.answer;
    seen := first.seen;
end
$$;

-- A company's virtual place of a kind: the supplier's, the customer's, scrap, count loss, opening.
create function api.virtual_place(company integer, place_kind text) returns bigint
language plpgsql stable
as $$
begin
    return (
        select l.id
        from erp.stock_location l
        where l.company_id = company and l.kind = place_kind and l.retired_on is null
        order by l.id
        limit 1);
end
$$;

-- The branch of a unit: the nearest one at or above it; the unit's own company where there is none.
create function api.branch_of(unit integer) returns integer
language plpgsql stable
as $$
begin
    return (
        select c.ancestor_id
        from erp.org_unit_closure c
        join erp.org_unit u on u.id = c.ancestor_id and u.kind in ('branch', 'company')
        where c.descendant_id = unit
        order by c.depth
        limit 1);
end
$$;

-- The factor of a line that was entered in another unit than the item's; null where it is no unit of the item for that use,
-- or where the caller counted with another factor.
create function api.line_factor(item bigint, uom text, given numeric, document_type text) returns numeric
language plpgsql stable
as $$
declare
    known numeric := erp.uom_factor(item, uom,
        case when document_type = 'receipt' then 'purchase' when document_type in ('issue', 'counter_issue', 'return') then 'issue' else 'both' end);
begin
    return case when given is null or round(given, 6) = round(known, 6) then known end;
end
$$;

-- The lines of a document as sent, with what item and places say about them, and for each the first rule that it breaks for
-- somebody who may post for these units. Missing ends are filled in by the type. One look-up by key for each thing that a
-- line names (limit 1): a join could choose to read all items for one line.
create function api.read_document(document jsonb, units integer[], units_up integer[], importing boolean) returns api.stock_reading
language plpgsql
as $$
declare
    sort    text := document ->> 'type';
    -- Which place outside a type of document comes from or goes to where its lines do not name both ends.
    outside text := '{"receipt": "supplier", "supplier_return": "supplier", "opening": "opening", "adjustment": "count_loss", "issue": "customer",
        "counter_issue": "customer", "return": "customer"}'::jsonb ->> sort;
    from_outside bigint;
    to_outside bigint;
    result  api.stock_reading;
begin
    select s.company_id, s.org_unit_id,
        (select v.id from erp.stock_location v where v.company_id = s.company_id and v.kind = outside and v.retired_on is null order by v.id limit 1)
    into result.company, result.unit, to_outside
    from erp.stock_location s
    where s.id in ((document #>> '{lines,0,from_location_id}')::bigint, (document #>> '{lines,0,to_location_id}')::bigint)
    order by s.stocked desc, (s.kind = 'in_transit')
    limit 1;
    if result.company is null then
        perform api.refuse_posting('stock_lines_given', 'a posting needs at least one line with a place');
    end if;
    if sort in ('receipt', 'opening', 'return') then
        from_outside := to_outside;
        to_outside := null;
    elsif sort = 'adjustment' then
        from_outside := to_outside;
    end if;
    select array_agg(
        row(l.line_no, l.item_id, l.item_code, l.tracking, l.allow_negative, l.standard_cost, l.currency, l.digits,
            l.from_id, l.to_id, l.from_unit, l.to_unit, l.from_kind, l.to_kind,
            l.from_stocked, l.to_stocked, l.lot_id, l.lot, l.expires_on, l.owner_id,
            l.from_condition, l.to_condition, l.quantity, l.entered_quantity, l.uom, l.factor, l.unit_cost, null,
            l.work_order_id, l.reservation_id, 0,
            l.purchase_line_id, l.returns_move_id, l.reason, l.source, l.source_key, null, null,
            case
                when l.item_code is null then 'stock_item_known'
                when l.from_id is null or l.to_id is null then 'stock_location_known'
                -- Which ends each type of document may have.
                when concat_ws(' ', sort, case when l.from_stocked then 'stock' else l.from_kind end, case when l.to_stocked then 'stock' else l.to_kind end)
                    <> all ('{issue stock customer,counter_issue stock customer,receipt supplier stock,return customer stock,
                        transfer stock stock,supplier_return stock supplier,opening opening stock,
                        adjustment stock count_loss,adjustment count_loss stock,adjustment stock scrap,adjustment scrap stock,
                        adjustment stock stock}'::text[])
                    or (sort = 'adjustment' and l.from_stocked and l.to_stocked and l.from_id <> l.to_id) then 'stock_ends_allowed'
                when l.factor is null then 'stock_uom_known'
                when coalesce(l.quantity, 0) <= 0 or round(l.quantity, l.digits) <> l.quantity then 'stock_quantity_valid'
                when l.unit_cost < 0 then 'stock_cost_not_negative'
                when l.tracking <> 'none' and l.lot_id is null and coalesce(l.lot, '') = '' then 'stock_lot_given'
                when l.from_condition <> 'good' and l.to_condition = 'good' and l.from_stocked and l.to_stocked
                    and not erp.my_roles() && '{steward,manager}' then 'stock_release_role'
                when l.tracking = 'serial' and l.quantity <> 1 then 'stock_serial_single'
                -- Each end that holds stock must be mine to write; goods for another branch go into its transit.
                when (l.from_stocked and l.from_unit <> all (units))
                    or (l.to_stocked and l.to_unit <> all (units) and not (
                        sort = 'transfer' and (l.to_kind = 'in_transit'
                            or l.from_kind <> 'in_transit' and api.branch_of(l.from_unit) <> api.branch_of(l.to_unit)))) then 'stock_scope'
            end)::api.stock_line
        order by l.line_no),
        bool_or(l.lot is not null and l.lot_id is null), bool_or(l.owner_id is not null), bool_or(l.unit_cost is not null)
    into result.lines, result.new_lots, result.owned, result.priced
    from (
        select g.line_no, g.item_id, i.code as item_code, i.tracking, i.allow_negative, i.standard_cost, i.currency, i.digits,
            f.id as from_id, t.id as to_id, f.org_unit_id as from_unit, t.org_unit_id as to_unit, f.kind as from_kind, t.kind as to_kind,
            f.stocked as from_stocked, t.stocked as to_stocked,
            coalesce(g.lot_id, case when g.lot is not null then (select b.id from erp.lot b where b.item_id = g.item_id and b.code = g.lot) end) as lot_id,
            g.lot, g.expires_on, g.owner_id,
            coalesce(g.from_condition, 'good') as from_condition, coalesce(g.to_condition, g.from_condition, 'good') as to_condition,
            -- In the base unit; null where both were given and do not agree.
            case when g.entered_quantity is null then g.quantity
                 when g.quantity is null or g.quantity = round(g.entered_quantity * n.factor, 4) then round(g.entered_quantity * n.factor, 4) end as quantity,
            coalesce(g.entered_quantity, g.quantity / n.factor) as entered_quantity, coalesce(g.uom, i.uom) as uom, n.factor, g.unit_cost,
            -- What a line refers to counts only where its type of document looks it up: elsewhere it would tie any issue, any
            -- order and any reservation to this line, another branch's too.
            coalesce(g.work_order_id, (document ->> 'work_order_id')::bigint) as work_order_id,
            case when sort in ('issue', 'counter_issue') and g.reservation_id is not null then (
                select r.id from erp.reservation r
                where r.id = g.reservation_id and r.work_order_id = coalesce(g.work_order_id, (document ->> 'work_order_id')::bigint)
            ) end as reservation_id,
            case when sort = 'receipt' then g.purchase_line_id end as purchase_line_id,
            case when sort in ('return', 'supplier_return') then g.returns_move_id end as returns_move_id, g.reason,
            case when importing then g.source end as source, case when importing then g.source_key end as source_key
        from rows from (jsonb_to_recordset(document -> 'lines') as (
            item_id bigint, from_location_id bigint, to_location_id bigint, lot_id bigint, lot text, expires_on date, owner_id bigint,
            from_condition text, to_condition text, quantity numeric, entered_quantity numeric, uom text, uom_factor numeric,
            unit_cost numeric, work_order_id bigint, reservation_id bigint, purchase_line_id bigint, returns_move_id bigint,
            reason text, source text, source_key text))
            with ordinality as g (
            item_id, from_location_id, to_location_id, lot_id, lot, expires_on, owner_id,
            from_condition, to_condition, quantity, entered_quantity, uom, uom_factor,
            unit_cost, work_order_id, reservation_id, purchase_line_id, returns_move_id,
            reason, source, source_key, line_no)
        left join lateral (
            select i.code, i.tracking, i.allow_negative, i.standard_cost, i.currency, i.uom,
                (select u.digits from erp.unit_of_measure u where u.code = i.uom) as digits
            from erp.item i
            where i.id = g.item_id and i.company_id = result.company and i.org_unit_id = any (units_up)
                -- Nothing new is posted to an item that was merged into another; what was issued of it still comes back.
                and (i.merged_into is null or sort = 'return')
            limit 1) i on true
        left join lateral (
            select s.id, s.org_unit_id, s.kind, s.stocked
            from erp.stock_location s
            where s.company_id = result.company and s.retired_on is null
                and s.id = coalesce(g.from_location_id, case when sort <> 'adjustment' or g.to_location_id is not null then from_outside end)
            limit 1) f on true
        left join lateral (
            select s.id, s.org_unit_id, s.kind, s.stocked
            from erp.stock_location s
            where s.company_id = result.company and s.retired_on is null
                and s.id = coalesce(g.to_location_id, to_outside)
            limit 1) t on true
        -- Only a line in another unit than the item's asks for its factor. Null: no unit of this item, or not its factor. An
        -- import brings the factors of its own time with it.
        cross join lateral (
            select case
                when g.uom_factor is not null and importing then g.uom_factor
                when g.uom is null or g.uom = i.uom then case when coalesce(g.uom_factor, 1) = 1 then 1::numeric end
                else api.line_factor(g.item_id, g.uom, g.uom_factor, sort)
            end as factor) n) l;
    return result;
end
$$;

-- Tell what is wrong with a line that read_document found at fault.
create function api.refuse_line(line api.stock_line) returns void
language plpgsql
as $$
declare
    facts jsonb := jsonb_build_object('item', line.item_code);
begin
    case line.fault
        when 'stock_item_known' then
            perform api.refuse_posting(line.fault, 'no such item', line.line_no);
        when 'stock_location_known' then
            perform api.refuse_posting(line.fault, 'no such place, or it is retired', line.line_no, facts);
        when 'stock_ends_allowed' then
            perform api.refuse_posting(line.fault, 'these places do not suit this type of document', line.line_no,
                facts || jsonb_build_object('from', line.from_kind, 'to', line.to_kind));
        when 'stock_uom_known' then
            perform api.refuse_posting(line.fault, 'the item is not counted in this unit, or not by this factor', line.line_no,
                facts || jsonb_build_object('uom', line.entered_uom));
        when 'stock_quantity_valid' then
            perform api.refuse_posting(line.fault, 'the quantity must be positive and whole units where the unit is whole', line.line_no,
                facts || jsonb_build_object('quantity', line.quantity, 'digits', line.digits));
        when 'stock_cost_not_negative' then
            perform api.refuse_posting(line.fault, 'a cost is never negative', line.line_no, facts);
        when 'stock_lot_given' then
            perform api.refuse_posting(line.fault, 'this item is tracked: name the lot or serial number', line.line_no,
                facts || jsonb_build_object('tracking', line.tracking));
        when 'stock_release_role' then
            perform api.refuse_posting(line.fault, 'bad stock and stock in quarantine is released by a steward or manager', line.line_no, facts);
        when 'stock_serial_single' then
            perform api.refuse_posting(line.fault, 'a serial number is one piece', line.line_no, facts);
        when 'stock_scope' then
            perform api.refuse_posting(line.fault, 'this place belongs to a unit that you may not post for', line.line_no, facts);
    end case;
end
$$;

-- A transfer between branches goes through the receiving branch's in-transit place: two moves. Whoever may not write
-- there posts the first one; the receiver transfers the goods out of transit.
create function api.split_transfers(lines api.stock_line[], company integer, units integer[]) returns api.stock_line[]
language plpgsql
as $$
declare
    line   api.stock_line;
    first  api.stock_line;
    result api.stock_line[] := '{}';
    transit record;
begin
    foreach line in array lines loop
        if line.from_unit is distinct from line.to_unit
            and line.from_kind is distinct from 'in_transit' and line.to_kind is distinct from 'in_transit'
            and api.branch_of(line.from_unit) <> api.branch_of(line.to_unit) then
            select s.id, s.org_unit_id into transit
            from erp.stock_location s
            join erp.org_unit_closure c on c.ancestor_id = s.org_unit_id and c.descendant_id = line.to_unit
            where s.company_id = company and s.kind = 'in_transit' and s.retired_on is null
            order by c.depth, s.id
            limit 1;
            if not found then
                perform api.refuse_posting('stock_transit_known', 'the receiving branch has no in-transit place', line.line_no,
                    jsonb_build_object('item', line.item_code));
            end if;
            first := line;
            first.to_location_id := transit.id;
            first.to_unit := transit.org_unit_id;
            first.to_kind := 'in_transit';
            result := result || first;
            if line.to_unit = any (units) and transit.org_unit_id = any (units) then
                line.from_location_id := transit.id;
                line.from_unit := transit.org_unit_id;
                line.from_kind := 'in_transit';
                line.from_condition := line.to_condition;
                result := result || line;
            end if;
        else
            result := result || line;
        end if;
    end loop;
    return result;
end
$$;

-- Lots and serial numbers that arrive for the first time.
create function api.make_lots(lines api.stock_line[], document_type text) returns api.stock_line[]
language plpgsql
as $$
declare
    made bigint;
begin
    for n in 1 .. cardinality(lines) loop
        if lines[n].lot_code is not null and lines[n].lot_id is null then
            if document_type not in ('receipt', 'opening', 'adjustment') then
                perform api.refuse_posting('stock_lot_known', 'no such lot or serial number of this item', lines[n].line_no,
                    jsonb_build_object('item', lines[n].item_code, 'lot', lines[n].lot_code));
            end if;
            if lines[n].expires_on not between '0001-01-02' and '9999-12-30' then
                perform erp.refuse('ER012', 'date_in_range', jsonb_build_object('column', 'expires_on'));
            end if;
            insert into erp.lot (item_id, code, expires_on)
            values (lines[n].item_id, lines[n].lot_code, lines[n].expires_on)
            on conflict on constraint lot_code_unique do update set code = excluded.code
            returning id into made;
            lines[n].lot_id := made;
        end if;
    end loop;
    return lines;
end
$$;

-- Tie each line of an issue to the order's open reservation of that item, the one on the same balance first.
create function api.match_reservations(lines api.stock_line[]) returns api.stock_line[]
language plpgsql
as $$
declare
    held  bigint[];
    taken bigint[] := '{}';
    found_one record;
begin
    -- Only what is locked here is taken from: one that a reversal opens again meanwhile would be locked out of order.
    held := array(
        select r.id
        from erp.reservation r
        where r.work_order_id in (select l.work_order_id from unnest(lines) l)
            and r.item_id in (select l.item_id from unnest(lines) l) and r.state = 'open'
        order by r.id
        for update);
    for n in 1 .. cardinality(lines) loop
        select r.id, r.quantity - r.issued as open into found_one
        from erp.reservation r
        join erp.stock_balance b on b.id = r.balance_id
        where r.id = any (held) and r.work_order_id = lines[n].work_order_id and r.item_id = lines[n].item_id and r.state = 'open'
            and r.id <> all (taken)
        order by (r.id = lines[n].reservation_id) desc nulls last, (b.location_id = lines[n].from_location_id) desc,
            (b.lot_id is not distinct from lines[n].lot_id) desc, r.id
        limit 1;
        if found then
            lines[n].reservation_id := found_one.id;
            lines[n].reserved_quantity := least(found_one.open, lines[n].quantity);
            taken := taken || found_one.id;
        else
            lines[n].reservation_id := null;
        end if;
    end loop;
    update erp.reservation r
    set issued = r.issued + l.reserved_quantity,
        state = case when r.issued + l.reserved_quantity = r.quantity then 'issued' else 'open' end
    from unnest(lines) l
    where l.reservation_id = r.id;
    return lines;
end
$$;

-- Count the lines of a receipt against their order lines; price them by the order where no price was entered.
create function api.receive_purchase_lines(lines api.stock_line[], purchase_order bigint) returns api.stock_line[]
language plpgsql
as $$
declare
    tolerance numeric := coalesce((select (value #>> '{}')::numeric from erp.setting where key = 'stock.over_receipt' and org_unit_id is null), 0.05);
    took record;
    rules boolean := exists (select from erp.receiving_rule);
    rule record;
    over numeric;
begin
    for n in 1 .. cardinality(lines) loop
        continue when lines[n].purchase_line_id is null;
        over := tolerance;
        if rules then
            select r.over_receipt, r.inspection into rule
            from erp.purchase_order_line p
            join erp.purchase_order o on o.id = p.purchase_order_id
            cross join lateral erp.receiving_rule_for(lines[n].to_unit, o.supplier_id, p.item_id) r
            where p.id = lines[n].purchase_line_id;
            over := coalesce(rule.over_receipt, tolerance);
            if rule.inspection <> 'none' and lines[n].to_condition = 'good' then
                lines[n].to_condition := 'quarantine';
            end if;
        end if;
        update erp.purchase_order_line p
        set received = p.received + lines[n].quantity
        from erp.purchase_order o
        where p.id = lines[n].purchase_line_id and p.item_id = lines[n].item_id
            and (purchase_order is null or p.purchase_order_id = purchase_order)
            and o.id = p.purchase_order_id and o.org_unit_id = any (erp.my_units())
        returning p.unit_price, p.quantity, p.received, p.purchase_order_id, p.uom_factor, p.entered_price, o.state, o.number into took;
        if not found then
            perform api.refuse_posting('stock_purchase_line_known', 'this item is not on that line of the purchase order', lines[n].line_no,
                jsonb_build_object('item', lines[n].item_code));
        elsif took.state in ('draft', 'submitted', 'cancelled') then
            -- What nobody approved, or somebody called off, does not become an order by receiving it.
            perform api.refuse_posting('stock_purchase_open', 'nothing comes in for an order that is not placed', lines[n].line_no,
                jsonb_build_object('item', lines[n].item_code, 'number', took.number, 'state', took.state));
        elsif took.received > took.quantity * (1 + over) then
            perform api.refuse_posting('stock_over_receipt', 'more than was ordered, beyond the tolerance', lines[n].line_no,
                jsonb_build_object('item', lines[n].item_code, 'ordered', took.quantity, 'received', took.received, 'tolerance', over));
        end if;
        if lines[n].unit_cost is null and took.uom_factor <> 1 then
            -- The price was agreed for a box: what it is worth is counted from that, not from the rounded price of a piece.
            lines[n].amount := round(lines[n].quantity * took.entered_price / took.uom_factor, 2);
        end if;
        lines[n].unit_cost := coalesce(lines[n].unit_cost, took.unit_price);
    end loop;
    return lines;
end
$$;

-- What of a move was not yet taken back by returns and reversals (a return may itself have been reversed).
create function api.open_quantity(move_id bigint) returns numeric
language sql stable
as $$
    select m.quantity - coalesce((
        select sum(r.quantity - coalesce((select sum(rr.quantity) from erp.stock_move rr where rr.reverses_id = r.id), 0))
        from erp.stock_move r
        where r.reverses_id = m.id), 0)
    from erp.stock_move m
    where m.id = move_id
$$;

-- The same in money: with what later differences added to it.
create function api.open_amount(move_id bigint) returns numeric
language sql stable
as $$
    select m.amount
        + coalesce((select sum(s.amount) from erp.stock_value_share s where s.move_id = m.id), 0)
        + coalesce((select sum(e.amount) from erp.stock_value_entry e where e.move_id = m.id and e.kind in ('difference', 'revaluation')), 0)
        - coalesce((
            select sum(r.amount - coalesce((select sum(rr.amount) from erp.stock_move rr where rr.reverses_id = r.id), 0))
            from erp.stock_move r
            where r.reverses_id = m.id), 0)
    from erp.stock_move m
    where m.id = move_id
$$;

-- A return takes the cost, the order and the lot of the issue that it undoes, up to what is still out there.
create function api.match_returns(lines api.stock_line[]) returns api.stock_line[]
language plpgsql
as $$
declare
    original record;
    open_quantity numeric;
    taken jsonb := '{}';
begin
    perform from erp.stock_move m where m.id in (select l.reverses_id from unnest(lines) l) order by m.id for update;
    for n in 1 .. cardinality(lines) loop
        continue when lines[n].reverses_id is null;
        select m.*, s.kind as to_kind into original
        from erp.stock_move m
        join erp.stock_location s on s.id = m.to_location_id
        where m.id = lines[n].reverses_id;
        open_quantity := api.open_quantity(lines[n].reverses_id) - coalesce((taken ->> lines[n].reverses_id::text)::numeric, 0);
        if original.id is null or original.item_id <> lines[n].item_id or original.to_kind <> 'customer'
            or original.from_org_unit_id <> all (erp.my_units()) then
            perform api.refuse_posting('stock_return_of_issue', 'a return names the issue of the same item', lines[n].line_no,
                jsonb_build_object('item', lines[n].item_code));
        elsif lines[n].quantity > open_quantity then
            perform api.refuse_posting('stock_return_limit', 'more than is still out from that issue', lines[n].line_no,
                jsonb_build_object('item', lines[n].item_code, 'quantity', lines[n].quantity, 'open', open_quantity));
        end if;
        taken := taken || jsonb_build_object(original.id::text,
            coalesce((taken ->> original.id::text)::numeric, 0) + lines[n].quantity);
        lines[n].unit_cost := original.unit_cost;
        lines[n].work_order_id := original.work_order_id;
        lines[n].lot_id := coalesce(lines[n].lot_id, original.lot_id);
        lines[n].owner_id := original.owner_id;
        -- What a later difference added to the issue comes back with it.
        lines[n].amount := round(api.open_amount(original.id) * lines[n].quantity / open_quantity, 2);
        if exists (select from erp.stock_value_share s where s.move_id = original.id) then
            lines[n].unit_cost := round(lines[n].amount / lines[n].quantity, 4);
        end if;
    end loop;
    return lines;
end
$$;

-- What goes back to the supplier takes the price, the order line and the lot of the receipt that it names, up to what of that
-- receipt was not sent back yet. Without a receipt it goes at the average.
create function api.match_supplier_returns(lines api.stock_line[]) returns api.stock_line[]
language plpgsql
as $$
declare
    original record;
    open_quantity numeric;
    taken jsonb := '{}';
begin
    perform from erp.stock_move m where m.id in (select l.reverses_id from unnest(lines) l) order by m.id for update;
    for n in 1 .. cardinality(lines) loop
        continue when lines[n].reverses_id is null;
        select m.*, s.kind as from_kind into original
        from erp.stock_move m
        join erp.stock_location s on s.id = m.from_location_id
        where m.id = lines[n].reverses_id;
        open_quantity := api.open_quantity(lines[n].reverses_id) - coalesce((taken ->> lines[n].reverses_id::text)::numeric, 0);
        if original.id is null or original.item_id <> lines[n].item_id or original.from_kind <> 'supplier'
            or original.owner_id is distinct from lines[n].owner_id or original.to_org_unit_id <> all (erp.my_units()) then
            perform api.refuse_posting('stock_return_of_receipt', 'what goes back to the supplier names its receipt', lines[n].line_no,
                jsonb_build_object('item', lines[n].item_code));
        elsif lines[n].quantity > open_quantity then
            perform api.refuse_posting('stock_supplier_return_limit', 'more than is left of that receipt', lines[n].line_no,
                jsonb_build_object('item', lines[n].item_code, 'quantity', lines[n].quantity, 'open', open_quantity));
        end if;
        taken := taken || jsonb_build_object(original.id::text,
            coalesce((taken ->> original.id::text)::numeric, 0) + lines[n].quantity);
        lines[n].purchase_line_id := original.purchase_line_id;
        lines[n].lot_id := coalesce(lines[n].lot_id, original.lot_id);
        -- By layers the goods themselves say what they cost.
        if not exists (select from erp.stock_layer l where l.move_id = original.id) then
            lines[n].amount := round(api.open_amount(original.id) * lines[n].quantity / api.open_quantity(original.id), 2);
            lines[n].unit_cost := round(lines[n].amount / lines[n].quantity, 4);
        end if;
    end loop;
    return lines;
end
$$;

-- The lot of a line: one of that item, and not past its date when it goes out (unless the company allows that).
create function api.check_lot(document_type text, line api.stock_line, company integer, importing boolean) returns void
language plpgsql
as $$
declare
    batch record;
begin
    select t.item_id, t.code, t.expires_on into batch from erp.lot t where t.id = line.lot_id;
    if batch.item_id is distinct from line.item_id then
        perform api.refuse_posting('stock_lot_known', 'no such lot or serial number of this item', line.line_no,
            jsonb_build_object('item', line.item_code, 'lot', null));
    elsif batch.expires_on < current_date + 1 and document_type in ('issue', 'counter_issue') and not importing
        and batch.expires_on < erp.company_day(company)
        and coalesce((select s.value #>> '{}' from erp.setting s where s.key = 'stock.expired_issue' and s.org_unit_id is null), 'block') <> 'allow' then
        perform api.refuse_posting('stock_lot_expired', 'this lot is past its date', line.line_no,
            jsonb_build_object('item', line.item_code, 'lot', batch.code, 'expires_on', batch.expires_on));
    end if;
end
$$;

-- Whose stock a line moves: a supplier's that lies with us until it is used, or a customer's that is his alone.
create function api.check_owner(document_type text, line api.stock_line, company integer) returns void
language plpgsql
as $$
declare
    owner record;
    client bigint;
begin
    select p.code, p.is_supplier, p.is_customer into owner from erp.party p where p.id = line.owner_id and p.company_id = company;
    if not found or not erp.may_see('party', line.owner_id) then
        perform api.refuse_posting('stock_owner_known', 'no such owner', line.line_no, jsonb_build_object('item', line.item_code));
    elsif line.purchase_line_id is not null then
        perform api.refuse_posting('stock_owner_purchase', 'what was bought is ours', line.line_no,
            jsonb_build_object('item', line.item_code, 'owner', owner.code));
    elsif document_type in ('issue', 'counter_issue') and not owner.is_supplier then
        select w.customer_id into client from erp.work_order w where w.id = line.work_order_id;
        if client is distinct from line.owner_id then
            perform api.refuse_posting('stock_owner_order', 'a customer''s stock is for his own orders', line.line_no,
                jsonb_build_object('item', line.item_code, 'owner', owner.code));
        end if;
    end if;
end
$$;

-- The units for which the caller may post. The installation's owner, who imports and repairs, is user 0 and may for all.
create function api.posting_units(actor integer) returns integer[]
language plpgsql
as $$
begin
    if actor = 0 and (session_user = current_user or (select r.rolsuper from pg_roles r where r.rolname = session_user)) then
        return array(select u.id from erp.org_unit u);
    end if;
    return erp.my_write_units();
end
$$;

-- The order that takes the cost: of this company, one that the caller sees, and still open. True when parts are reserved for it.
create function api.check_work_order(work_order bigint, company integer, units integer[], importing boolean) returns boolean
language plpgsql
as $$
declare
    wanted record;
begin
    select w.number, w.state, w.org_unit_id, exists (select from erp.reservation r where r.work_order_id = w.id and r.state = 'open') as reserved
    into wanted
    from erp.work_order w
    where w.id = work_order and w.company_id = company;
    if not found or (wanted.org_unit_id <> all (units) and wanted.org_unit_id <> all (erp.my_units())) then
        perform api.refuse_posting('stock_work_order_known', 'no such work order');
    elsif not importing and wanted.state in ('draft', 'closed', 'cancelled') then
        perform api.refuse_posting('stock_work_order_open', 'this work order takes no parts now', null,
            jsonb_build_object('number', wanted.number, 'state', wanted.state));
    end if;
    return wanted.reserved;
end
$$;

-- What the head of a document refers to is the caller's to see; and the type is one of his job: an engineer takes, gives back
-- and moves, and does not make stock out of nothing.
create function api.check_document(document jsonb, kind text, company integer, units integer[], checked_order bigint) returns void
language plpgsql
as $$
declare
    work_order bigint := (document ->> 'work_order_id')::bigint;
    purchase_order bigint := (document ->> 'purchase_order_id')::bigint;
    engineer bigint := (document ->> 'engineer_id')::bigint;
begin
    if kind in ('receipt', 'opening', 'adjustment', 'supplier_return') then
        if not erp.my_roles() && '{clerk,steward,manager}' then
            perform erp.refuse('ER001', 'stock_type_role');
        end if;
    end if;
    if kind in ('adjustment', 'opening') then
        perform api.check_out_of_nothing(document, kind, company);  -- 47_stock_counts
    end if;
    if work_order is distinct from checked_order and work_order is not null then
        perform api.check_work_order(work_order, company, units, true);
    end if;
    if purchase_order is not null then
        if not exists (
            select from erp.purchase_order o
            where o.id = purchase_order and o.company_id = company and o.org_unit_id = any (units)) then
            perform api.refuse_posting('stock_purchase_line_known', 'no such purchase order');
        end if;
    end if;
    if engineer is not null then
        if not exists (select from erp.engineer e where e.id = engineer and e.company_id = company
                       and (e.org_unit_id = any (units) or e.id = erp.my_engineer_id())) then
            perform api.refuse_posting('stock_engineer_known', 'no such engineer');
        end if;
    end if;
end
$$;

call erp.secure('erp.unit_of_measure', 'reference');
call erp.secure('erp.item', 'shared_down');
call erp.secure('erp.uom_conversion', 'reference');
call erp.secure('erp.item_uom', 'child', 'item.item_id');
call erp.secure('erp.item_fit', 'child', 'item.item_id');
call erp.secure('erp.item_substitute', 'child', 'item.item_id');
call erp.secure('erp.stock_location', 'shared_down');
call erp.secure('erp.lot', 'child', 'item.item_id');
call erp.secure('erp.lot_event', 'owned');
call erp.secure('erp.stock_document', 'owned');
call erp.secure('erp.stock_move', 'two_ended');
call erp.secure('erp.stock_balance', 'owned');
call erp.secure('erp.item_cost', 'child', 'item.item_id');
call erp.secure('erp.reservation', 'owned');

call erp.allow('erp.unit_of_measure', 'business', 'select');
call erp.allow('erp.unit_of_measure', 'steward', 'insert, update (name, name_zh, digits)');
call erp.allow('erp.uom_conversion', 'business', 'select');
call erp.allow('erp.uom_conversion', 'steward', 'insert, update (factor), delete');
call erp.allow('erp.item_uom', 'business', 'select');
call erp.allow('erp.item_uom', 'steward buyer', 'insert, update (uom, factor, usage, barcode), delete');
call erp.allow('erp.item', 'business', 'select');
call erp.allow('erp.item', 'steward buyer', 'insert, update (code, name, name_zh, category, uom, tracking, barcode, maker, maker_code, supplier_id, standard_cost, currency, min_quantity, max_quantity, lead_time_days, abc_class, allow_negative, valuation, note, retired_on, custom)');
call erp.allow('erp.item', 'steward buyer', 'update (category_id)');
call erp.allow('erp.item_fit', 'business', 'select');
call erp.allow('erp.item_fit', 'steward buyer', 'insert, update, delete');
call erp.allow('erp.item_substitute', 'business', 'select');
call erp.allow('erp.item_substitute', 'steward buyer', 'insert, delete');
call erp.allow('erp.stock_location', 'business', 'select');
call erp.allow('erp.stock_location', 'steward', 'insert, update (parent_id, code, name, name_zh, kind, engineer_id, retired_on)');
call erp.allow('erp.lot', 'business', 'select');
call erp.allow('erp.lot_event', 'business', 'select');
call erp.allow('api.install_serial(uuid, bigint, bigint, bigint, timestamptz, text)', 'clerk engineer desk steward', 'execute');
call erp.allow('api.remove_serial(uuid, bigint, bigint, timestamptz, text)', 'clerk engineer desk steward', 'execute');
call erp.allow('api.register_installed(uuid, bigint, text, bigint, timestamptz)', 'clerk engineer desk steward', 'execute');
call erp.allow('api.send_to_repair(uuid, bigint, bigint, date, text, bigint)', 'clerk steward', 'execute');
call erp.allow('api.back_from_repair(uuid, bigint, bigint, text, text, numeric, bigint)', 'clerk steward', 'execute');
call erp.allow('api.scrap_serial(uuid, bigint, text)', 'clerk steward', 'execute');
call erp.allow('api.set_lot_expiry(bigint, date, text)', 'clerk steward', 'execute');
call erp.allow('api.change_condition(uuid, jsonb)', 'clerk steward manager', 'execute');
call erp.allow('erp.stock_document', 'business', 'select');
call erp.allow('erp.stock_move', 'business', 'select');
call erp.allow('erp.stock_balance', 'business', 'select');
call erp.allow('erp.item_cost', 'clerk buyer finance pm manager steward auditor', 'select');
call erp.allow('erp.reservation', 'business', 'select');

call erp.track('erp.unit_of_measure');
call erp.track('erp.item', 'audit', '{code,name,name_zh,barcode,maker_code}');
call erp.track('erp.uom_conversion');
call erp.track('erp.item_uom', 'audit');
call erp.track('erp.item_fit', 'audit');
call erp.track('erp.item_substitute', 'audit');
call erp.track('erp.stock_location');
call erp.track('erp.lot', 'quiet silent');
call erp.track('erp.lot_event', 'quiet plain');
-- One audit row a document: the moves are themselves an immutable ledger, and the rest is derived from it.
call erp.track('erp.stock_document', 'ledger silent plain');
call erp.track('erp.stock_move', 'quiet silent plain');
call erp.track('erp.stock_balance', 'quiet plain');
call erp.track('erp.item_cost', 'quiet silent plain');
call erp.track('erp.reservation', 'quiet');

-- Posting of stock: the only way into the ledger of 40_stock, for every client. One call is one document, exactly once. What a
-- document says is read in 46_stock_documents.

-- The state of the purchase orders whose lines were received or reversed; returns their ids.
create function api.settle_purchase_orders(lines api.stock_line[]) returns bigint[]
language plpgsql
as $$
declare
    orders bigint[];
begin
    select array_agg(distinct p.purchase_order_id) into orders
    from erp.purchase_order_line p
    where p.id in (select l.purchase_line_id from unnest(lines) l);
    update erp.purchase_order o
    set state = s.state
    from (
        select p.purchase_order_id as id,
            case when bool_and(p.received >= p.quantity) then 'received'
                 when bool_or(p.received > 0) then 'part_received'
                 else 'ordered' end as state
        from erp.purchase_order_line p
        where p.purchase_order_id = any (orders)
        group by p.purchase_order_id) s
    where o.id = s.id and o.state <> s.state;
    return orders;
end
$$;

-- Say which line asks for more than is free, and how much there is.
create function api.refuse_shortage(lines api.stock_line[]) returns void
language plpgsql
as $$
declare
    short record;
begin
    select min(l.line_no) as line_no, l.item_code, sum(l.quantity) as wanted, max(b.quantity) as on_hand, max(b.reserved) as reserved,
        p.code as place
    into short
    from unnest(lines) l
    join erp.stock_location p on p.id = l.from_location_id
    left join erp.stock_balance b on b.item_id = l.item_id and b.location_id = l.from_location_id and b.condition = l.from_condition
        and b.lot_id is not distinct from l.lot_id and b.owner_id is not distinct from l.owner_id
    where l.from_stocked and not l.allow_negative
    group by l.item_code, l.item_id, p.code, l.from_condition, l.lot_id, l.owner_id
    having sum(l.quantity) > coalesce(max(b.quantity), 0) - coalesce(max(b.reserved), 0)
    order by 1
    limit 1;
    perform api.refuse_posting('stock_not_enough', 'not enough there that is free', short.line_no, jsonb_build_object(
        'item', short.item_code, 'wanted', short.wanted, 'on_hand', coalesce(short.on_hand, 0),
        'reserved', coalesce(short.reserved, 0), 'place', short.place));
end
$$;

-- All balances that a document with reservations concerns, those of the reservations too, locked in key order first, so that two
-- postings of the same items wait instead of deadlocking.
create function api.lock_balances(lines api.stock_line[]) returns void
language plpgsql
as $$
begin
    perform
    from erp.stock_balance b
    where b.id in (
        select r.balance_id
        from unnest(lines) l
        join erp.reservation r on r.id = l.reservation_id
        union
        select x.id
        from unnest(lines) l
        join erp.stock_balance x on x.item_id = l.item_id and x.location_id in (l.from_location_id, l.to_location_id))
    order by b.item_id, b.location_id, b.lot_id nulls first, b.owner_id nulls first, b.condition
    for update;
end
$$;

-- Take what a document consumes out of what is reserved, or put it back where it came from.
create function api.change_reserved(lines api.stock_line[]) returns void
language plpgsql
as $$
begin
    -- What comes back is reserved only after it is there: change_balances calls this after the quantities then.
    update erp.stock_balance b
    set reserved = b.reserved - d.quantity
    from (
        select r.balance_id, sum(l.reserved_quantity) as quantity
        from unnest(lines) l
        join erp.reservation r on r.id = l.reservation_id
        where l.reserved_quantity <> 0
        group by r.balance_id) d
    where b.id = d.balance_id;
end
$$;

-- Both ends of every line, summed per balance and applied in key order by one guarded statement: never below zero unless
-- the item's policy says so, never below what is reserved for others.
create function api.change_balances(lines api.stock_line[], company integer, reserved integer) returns bigint[]
language plpgsql
as $$
declare
    changed bigint[];
    wanted  bigint;
    negative boolean;
    single  api.stock_line := lines[1];
begin
    -- One line out of a balance that is there, most of what a desk posts, is one row by its key.
    if reserved = 0 and cardinality(lines) = 1 and single.from_stocked and not single.to_stocked then
        update erp.stock_balance b
        set quantity = b.quantity - single.quantity, changed_at = now()
        where b.item_id = single.item_id and b.location_id = single.from_location_id and b.condition = single.from_condition
            and b.lot_id is not distinct from single.lot_id and b.owner_id is not distinct from single.owner_id
            and (b.quantity - single.quantity >= b.reserved or (b.reserved = 0 and single.allow_negative))
        returning array[b.id] into changed;
        if found then
            return changed;
        end if;
    end if;
    if reserved <> 0 then
        perform api.lock_balances(lines);
    end if;
    if reserved > 0 then
        perform api.change_reserved(lines);
    end if;
    with delta as (
        select e.item_id, e.location_id, e.lot_id, e.owner_id, e.condition, min(e.unit) as unit, sum(e.quantity) as quantity
        from (
            select l.item_id, l.from_location_id as location_id, l.lot_id, l.owner_id, l.from_condition as condition,
                l.from_unit as unit, -l.quantity as quantity
            from unnest(lines) l
            where l.from_stocked
            union all
            select l.item_id, l.to_location_id, l.lot_id, l.owner_id, l.to_condition, l.to_unit, l.quantity
            from unnest(lines) l
            where l.to_stocked) e
        group by e.item_id, e.location_id, e.lot_id, e.owner_id, e.condition
        having sum(e.quantity) <> 0),
    done as (
        insert into erp.stock_balance as b (company_id, org_unit_id, item_id, location_id, lot_id, owner_id, condition, quantity)
        select company, d.unit, d.item_id, d.location_id, d.lot_id, d.owner_id, d.condition, d.quantity
        from delta d
        order by d.item_id, d.location_id, d.lot_id nulls first, d.owner_id nulls first, d.condition
        on conflict on constraint stock_balance_key do update
        set quantity = b.quantity + excluded.quantity, changed_at = now()
        where b.quantity + excluded.quantity >= b.reserved
            or excluded.quantity > 0
            or (b.reserved = 0 and (select i.allow_negative from erp.item i where i.id = excluded.item_id))
        returning b.id, b.item_id, b.quantity)
    select array_agg(n.id), (select count(*) from delta), bool_or(n.quantity < 0) into changed, wanted, negative
    from done n;
    if cardinality(changed) is distinct from wanted and wanted > 0 then
        perform api.refuse_shortage(lines);
    end if;
    if negative then
        if exists (
            select from erp.stock_balance b join erp.item i on i.id = b.item_id
            where b.id = any (changed) and b.quantity < 0 and not i.allow_negative) then
            perform api.refuse_shortage(lines);
        end if;
    end if;
    if reserved < 0 then
        perform api.change_reserved(lines);
    end if;
    return coalesce(changed, '{}');
end
$$;

-- A serial number is in stock once and in one place: what is built into a machine comes out of it first. Its state follows
-- the last line that moves it.
create function api.check_serials(lines api.stock_line[]) returns void
language plpgsql
as $$
declare
    wrong record;
begin
    select l.line_no, l.item_code, t.code as lot, case when a.org_unit_id = any (erp.my_units()) then a.code end as asset into wrong
    from (select t.id, t.code, t.asset_id from erp.lot t
          where t.id in (select l.lot_id from unnest(lines) l where l.tracking = 'serial') order by t.id for update) t
    join unnest(lines) l on l.lot_id = t.id
    join erp.asset a on a.id = t.asset_id
    limit 1;
    if found then
        perform api.refuse_posting('stock_serial_installed', 'this serial number is built into an asset', wrong.line_no,
            jsonb_build_object('item', wrong.item_code, 'lot', wrong.lot, 'asset', wrong.asset));
    end if;
    select l.line_no, l.item_code into wrong
    from unnest(lines) l
    where l.tracking = 'serial' and l.to_stocked
        and (select sum(b.quantity) from erp.stock_balance b where b.item_id = l.item_id and b.lot_id = l.lot_id) > 1
    limit 1;
    if found then
        perform api.refuse_posting('stock_serial_once', 'this serial number is in stock already', wrong.line_no,
            jsonb_build_object('item', wrong.item_code));
    end if;
    update erp.lot t
    set state = s.state
    from (
        select distinct on (l.lot_id) l.lot_id, erp.serial_state(l.to_kind, l.to_stocked) as state
        from unnest(lines) with ordinality l
        where l.tracking = 'serial'
        order by l.lot_id, l.ordinality desc) s
    where t.id = s.lot_id and t.state is distinct from s.state;
end
$$;

-- What a supplier keeps with us is bought at the moment at which it is used: a receipt of its own, at the agreed price, in
-- the same transaction. The lines that follow take our own stock. The receipt is known by the request of the issue.
create function api.buy_consigned(request_id uuid, document jsonb, lines api.stock_line[], company integer, unit integer, actor integer)
returns api.stock_line[]
language plpgsql
as $$
declare
    bought   api.stock_line[] := '{}';
    supplier bigint := api.virtual_place(company, 'supplier');
    out_line api.stock_line;
    in_line  api.stock_line;
begin
    for n in 1 .. cardinality(lines) loop
        continue when lines[n].owner_id is null
            or lines[n].owner_id = (select w.customer_id from erp.work_order w where w.id = lines[n].work_order_id);
        out_line := lines[n];
        out_line.to_location_id := supplier;
        out_line.to_unit := null;
        out_line.to_kind := 'supplier';
        out_line.to_stocked := false;
        out_line.to_condition := out_line.from_condition;
        out_line.work_order_id := null;
        out_line.reservation_id := null;
        in_line := out_line;
        in_line.from_location_id := supplier;
        in_line.from_unit := null;
        in_line.from_kind := 'supplier';
        in_line.from_stocked := false;
        in_line.to_location_id := out_line.from_location_id;
        in_line.to_unit := out_line.from_unit;
        in_line.to_kind := out_line.from_kind;
        in_line.to_stocked := true;
        in_line.owner_id := null;
        in_line.unit_cost := (
            select p.unit_price
            from api.purchase_price(unit, out_line.item_id, out_line.owner_id, out_line.quantity, erp.company_day(company)) p
            where p.currency = out_line.currency);
        if coalesce(in_line.unit_cost, 0) = 0 then
            perform api.refuse_posting('stock_consignment_price', 'no price was agreed for this consigned part', out_line.line_no,
                jsonb_build_object('item', out_line.item_code));
        end if;
        bought := bought || out_line || in_line;
        lines[n].owner_id := null;
    end loop;
    if cardinality(bought) > 0 then
        perform api.finish_posting(null, null, jsonb_build_object('type', 'receipt', 'effective_at', document ->> 'effective_at',
            'reason', document ->> 'reason', 'source', 'consignment', 'source_key', request_id), company, unit, actor, bought, null);
        if (document ->> 'backdated')::boolean then
            perform api.check_past(company, (document ->> 'effective_at')::timestamptz, bought);
        end if;
    end if;
    return lines;
end
$$;

-- With the issue that caused it the purchase of consigned stock is taken back too: the parts are the supplier's again. Where
-- some of them came back otherwise meanwhile, they stay bought.
create function api.unbuy_consigned(original erp.stock_document, reversal bigint, reason text) returns void
language plpgsql
as $$
declare
    bought bigint := (select d.id from erp.stock_document d
                      where d.source = 'consignment' and d.source_key = original.request_id::text);
begin
    if bought is not null
        and not exists (
            select from erp.stock_move m join erp.stock_move r on r.reverses_id = m.id and r.document_id <> reversal
            where m.document_id = original.id)
        and not exists (select from erp.stock_document d where d.reverses_id = bought) then
        perform api.reverse_stock(gen_random_uuid(), bought, reason);
    end if;
end
$$;

-- What one line does to the value of its item, given the cost row as it stands: coming in at its price, going out at the
-- average of this moment, the last piece with the rest of the value; by layers (51_stock_layers) at what the layers cost. Value that
-- is left where no piece is, or that pieces issued before they came in had cost too little, is the line's remainder.
create function api.freeze_cost(inout line api.stock_line, inout cost erp.item_cost)
language plpgsql
as $$
declare
    sign integer := line.to_stocked::integer - line.from_stocked::integer;
    held numeric := cost.quantity;
begin
    if line.owner_id is not null then
        line.unit_cost := 0;
        line.amount := 0;
        return;
    end if;
    if cost.average = 0 and cost.quantity = 0 and cost.value = 0 then
        cost.average := coalesce(line.unit_cost, line.standard_cost);
    end if;
    if cost.valuation = 'fifo' and sign <> 0 then
        line := case when sign > 0 then api.fill_layers(line, cost) else api.drain_layers(line, cost) end;
    elsif line.amount is null then
        line.unit_cost := case when sign > 0 then coalesce(line.unit_cost, cost.average) else cost.average end;
        line.amount := case
            when sign < 0 and line.quantity = cost.quantity and cost.value >= 0 then cost.value
            else round(line.quantity * line.unit_cost, 2) end;
    end if;
    if sign <> 0 then
        cost.quantity := cost.quantity + sign * line.quantity;
        cost.value := cost.value + sign * line.amount;
        if cost.quantity = 0 then
            line.remainder := cost.value;
        elsif held < 0 and cost.quantity > 0 then
            line.remainder := cost.value - round(cost.quantity * line.unit_cost, 2);
        end if;
        cost.value := cost.value - coalesce(line.remainder, 0);
        if cost.quantity > 0 then
            if cost.value < 0 then
                perform api.refuse_posting('stock_value_not_negative',
                    'what is left in stock would be worth less than nothing: part of it was issued at an average price',
                    line.line_no, jsonb_build_object('item', line.item_code));
            end if;
            cost.average := round(cost.value / cost.quantity, 4);
        end if;
    end if;
end
$$;

-- The cost of each line, one locked row per item and company, in item order and after all balances; with the sums of all lines.
-- The moves are numbered here, under the lock: what is counted of an item goes by the order of its moves.
create function api.freeze_costs(
    inout lines api.stock_line[], company integer, out moves bigint[], out quantity numeric, out amount numeric, out remains boolean)
language plpgsql
as $$
declare
    single boolean := cardinality(lines) = 1;
    items  bigint[] := array[lines[1].item_id];
    turns  integer[] := '{1}';
    costs  erp.item_cost[];
    cost   erp.item_cost;
    line   api.stock_line;
    result record;
    n      integer;
    at     integer := 0;
begin
    if not single then
        items := array(select distinct l.item_id from unnest(lines) l);
        turns := array(select l.ordinality from unnest(lines) with ordinality l order by l.item_id, l.ordinality);
    end if;
    loop
        costs := array(
            select c from erp.item_cost c where c.company_id = company and c.item_id = any (items) order by c.item_id for update);
        exit when cardinality(costs) = cardinality(items);
        -- The item waits for a change of its method, and the change for this row.
        perform from erp.item i where i.id = any (items) order by i.id for share;
        insert into erp.item_cost (company_id, item_id, valuation)
        select company, i.id, i.valuation from erp.item i where i.id = any (items) order by i.id
        on conflict do nothing;
    end loop;
    moves := '{}';
    for n in 1 .. cardinality(lines) loop
        moves[n] := nextval('erp.stock_move_id_seq');
        lines[n].move_id := moves[n];
    end loop;
    quantity := 0;
    amount := 0;
    remains := false;
    foreach n in array turns loop
        line := lines[n];
        if cost.item_id is distinct from line.item_id then
            if at > 0 then
                costs[at] := cost;
            end if;
            at := at + 1;
            cost := costs[at];
        end if;
        result := api.freeze_cost(line, cost);
        line := result.line;
        cost := result.cost;
        lines[n] := line;
        quantity := quantity + line.quantity;
        amount := amount + line.amount;
        if line.remainder <> 0 then
            remains := true;
        end if;
    end loop;
    if single then
        update erp.item_cost c
        set quantity = cost.quantity, value = cost.value, average = cost.average
        where c.company_id = company and c.item_id = cost.item_id
            and (c.quantity, c.value, c.average) is distinct from (cost.quantity, cost.value, cost.average);
    else
        costs[at] := cost;
        update erp.item_cost c
        set quantity = k.quantity, value = k.value, average = k.average
        from unnest(costs) k
        where c.company_id = company and c.item_id = k.item_id and (c.quantity, c.value, c.average) is distinct from (k.quantity, k.value, k.average);
    end if;
end
$$;

-- Write the document, its moves and, for what was issued or came back, the cost ledger: one entry a move, charged to the
-- order, its asset and its contract. `lines` are resolved, counted, priced and numbered. One statement, and what the colleagues'
-- screens are told is written with it: each statement has its price, and this runs hundreds of times a day at every desk.
create function api.write_document(document erp.stock_document, lines api.stock_line[], moves bigint[]) returns void
language plpgsql
as $$
begin
    with written as (
        insert into erp.stock_document
            (id, company_id, org_unit_id, document_type, number, work_order_id, purchase_order_id, engineer_id, reverses_id, reason,
             effective_at, posted_at, posted_by, request_id, source, source_key)
        values (document.id, document.company_id, document.org_unit_id, document.document_type, document.number,
            document.work_order_id, document.purchase_order_id, document.engineer_id, document.reverses_id, document.reason,
            document.effective_at, document.posted_at, document.posted_by, document.request_id, document.source, document.source_key)),
    moved as (
        insert into erp.stock_move
            (id, company_id, from_org_unit_id, to_org_unit_id, document_id, line_no, item_id, from_location_id, to_location_id,
             lot_id, owner_id, from_condition, to_condition, quantity, entered_quantity, entered_uom, uom_factor, unit_cost, amount,
             work_order_id, reservation_id, reserved_quantity, purchase_line_id, reverses_id, reason, effective_at, posted_by, source, source_key)
        select l.move_id, document.company_id,
            -- A virtual end has no unit of its own: it takes the one of the end that holds the stock.
            case when l.from_stocked then l.from_unit else l.to_unit end,
            case when l.to_stocked then l.to_unit else l.from_unit end,
            document.id, l.ordinality, l.item_id, l.from_location_id, l.to_location_id,
            l.lot_id, l.owner_id, l.from_condition, l.to_condition, l.quantity, l.entered_quantity,
            l.entered_uom, l.uom_factor, l.unit_cost, l.amount,
            l.work_order_id, l.reservation_id, greatest(l.reserved_quantity, 0), l.purchase_line_id, l.reverses_id, l.reason,
            document.effective_at, document.posted_by, l.source, l.source_key
        from unnest(lines) with ordinality l),
    charged as (
        insert into erp.cost_entry
            (company_id, org_unit_id, cost_type, work_order_id, asset_id, contract_id, engineer_id, item_id, quantity, amount,
             currency, source_table, source_id, reverses_id, description, effective_at, posted_by)
        select document.company_id, coalesce(w.org_unit_id, document.org_unit_id), 'parts', w.id, w.asset_id, w.contract_id,
            coalesce(w.engineer_id, document.engineer_id), l.item_id,
            case when l.to_kind = 'customer' then l.quantity else -l.quantity end,
            case when l.to_kind = 'customer' then l.amount else -l.amount end,
            l.currency, 'stock_move', l.move_id,
            case when l.reverses_id is not null then (
                select e.id from erp.cost_entry e where e.source_table = 'stock_move' and e.source_id = l.reverses_id) end,
            document.number || ' ' || l.item_code, document.effective_at, document.posted_by
        from unnest(lines) l
        left join lateral (
            select w.id, w.org_unit_id, w.asset_id, w.contract_id, w.engineer_id from erp.work_order w where w.id = l.work_order_id limit 1) w on true
        where l.from_kind = 'customer' or l.to_kind = 'customer'
        returning id)
    insert into erp.change (topic, ids, client)
    select 'stock_move', case when cardinality(moves) <= 500 then moves else '{}' end, current_setting('application_name')
    union all
    select 'cost_entry', case when count(*) <= 500 then array_agg(c.id) else '{}' end, current_setting('application_name') from charged c
    having count(*) > 0;
end
$$;

-- Write a document that is read and checked: balances, costs, moves, cost ledger, answer.
create function api.finish_posting(
    request_id uuid, print bytea, document jsonb, company integer, unit integer, actor integer, lines api.stock_line[], reverses bigint)
returns jsonb
language plpgsql
as $$
declare
    posted   erp.stock_document;
    frozen   record;
    orders   bigint[];
    balances bigint[];
    answer   jsonb;
    kept     bigint[];
    reserved integer := 0;
    serial   boolean := false;
    effects  jsonb;
    line     api.stock_line;
begin
    foreach line in array lines loop
        if line.reserved_quantity <> 0 then
            reserved := sign(line.reserved_quantity)::integer;
            kept := kept || line.reservation_id;
        end if;
        serial := serial or line.tracking = 'serial';
    end loop;
    balances := api.change_balances(lines, company, reserved);
    if serial then
        perform api.check_serials(lines);
    end if;
    if reverses is not null then
        perform api.take_back_entries(reverses, document ->> 'number', actor);
    elsif (document ->> 'backdated')::boolean then
        perform api.check_past(company, (document ->> 'effective_at')::timestamptz, lines);
        select b.lines, b.effects into lines, effects from api.price_backdated(lines, company, (document ->> 'effective_at')::timestamptz) b;
    end if;
    frozen := api.freeze_costs(lines, company);
    lines := frozen.lines;
    posted.document_type := document ->> 'type';
    if posted.document_type in ('receipt', 'supplier_return') then
        orders := api.settle_purchase_orders(lines);
    end if;
    posted.id := nextval('erp.stock_document_id_seq');
    posted.company_id := company;
    posted.org_unit_id := unit;
    posted.number := erp.next_number(posted.document_type, company, now());
    posted.work_order_id := document ->> 'work_order_id';
    posted.purchase_order_id := coalesce((document ->> 'purchase_order_id')::bigint, orders[1]);
    posted.engineer_id := document ->> 'engineer_id';
    posted.reverses_id := reverses;
    posted.reason := document ->> 'reason';
    posted.effective_at := coalesce((document ->> 'effective_at')::timestamptz, now());
    posted.posted_at := now();
    posted.posted_by := actor;
    posted.request_id := request_id;
    posted.source := document ->> 'source';
    posted.source_key := document ->> 'source_key';
    perform api.write_document(posted, lines, frozen.moves);
    if frozen.remains then
        perform api.settle_remainders(posted, lines, frozen.moves);
    end if;
    -- What was bought is accrued until its invoice comes (52_purchasing); consigned stock is bought as it is used.
    if orders is not null or (posted.document_type = 'receipt' and (reverses is not null or posted.source = 'consignment')) then
        perform api.account_receipt(posted, lines, frozen.moves);
    end if;
    if document ->> 'effective_at' is not null then
        update erp.stock_layer l set effective_at = posted.effective_at where l.move_id = any (frozen.moves);
    end if;
    if effects <> '[]' then
        perform api.post_backdating(posted, effects);
    end if;
    answer := jsonb_build_object(
        'document_id', posted.id, 'number', posted.number, 'type', posted.document_type, 'posted_at', posted.posted_at,
        'work_order_id', posted.work_order_id, 'purchase_orders', to_jsonb(coalesce(orders, '{}')),
        'quantity', frozen.quantity,
        'amount', case when has_column_privilege(session_user, 'erp.stock_move', 'amount', 'select') then frozen.amount end,
        'moves', to_jsonb(frozen.moves), 'balances', to_jsonb(balances), 'reservations', to_jsonb(coalesce(kept, '{}')));
    if request_id is not null then
        insert into erp.request (id, user_id, operation, fingerprint, result)
        values (request_id, actor, case when reverses is null then 'post_stock' else 'reverse_stock' end, print, answer);
    end if;
    return answer;
end
$$;

-- Post a stock document: receipt, issue, counter_issue, return, supplier_return, transfer, adjustment or opening. Exactly once per
-- request id; the first answer is given again to a second try. Who may call it is granted at the end of this file; which
-- places, is checked here, because this function sees everything.
create function api.post_stock(request_id uuid, document jsonb) returns jsonb
language plpgsql
security definer
set search_path = erp, pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    kind     text := document ->> 'type';
    me       record := api.reach();
    first    record := api.find_request(request_id, me.user_id, 'post_stock', document::text);
    -- Orders of an earlier system are closed already when their parts come in; only an import may post to them.
    importing boolean := case when document ->> 'source' <> 'consignment' then me.user_id = 0 or 'steward' = any (erp.my_roles()) else false end;
    read     api.stock_reading;
    lines    api.stock_line[];
    line     api.stock_line;
    last_order bigint;
    reserved boolean := false;
begin
    if first.seen then
        return first.answer;
    end if;
    if not importing and document ->> 'source' is not null then
        -- Whence a document comes says only an import: a key that is taken would shut out the row that has it by right.
        document := document - '{source,source_key}'::text[];
    end if;
    read := api.read_document(document, me.write_units, me.units_up, importing);
    lines := read.lines;
    foreach line in array lines loop
        if line.fault is not null then
            perform api.refuse_line(line);
        elsif kind = 'issue' and line.work_order_id is null then
            perform api.refuse_posting('stock_issue_has_order', 'an issue names the work order that takes the cost', line.line_no);
        end if;
        if line.lot_id is not null then
            perform api.check_lot(kind, line, read.company, importing);
        end if;
        if line.owner_id is not null then
            perform api.check_owner(kind, line, read.company);
        end if;
        if line.work_order_id is distinct from last_order then
            last_order := line.work_order_id;
            reserved := api.check_work_order(last_order, read.company, me.units, importing or kind not in ('issue', 'counter_issue')) or reserved;
        end if;
    end loop;
    perform api.check_document(document, kind, read.company, me.units, last_order);
    if read.priced and not importing then
        lines := api.check_prices(kind, lines, read.company);
    end if;
    if document ->> 'effective_at' is not null then
        perform api.check_date(read.company, (document ->> 'effective_at')::timestamptz, lines, importing);
        document := document || jsonb_build_object('backdated', not importing);
    end if;
    if kind = 'counter_issue' and document ->> 'engineer_id' is null and document ->> 'work_order_id' is null then
        perform api.refuse_posting('stock_issue_has_taker', 'a counter issue names the engineer who takes the parts');
    end if;
    if read.new_lots then
        lines := api.make_lots(lines, kind);
    end if;
    case kind
        when 'receipt' then
            lines := api.receive_purchase_lines(lines, (document ->> 'purchase_order_id')::bigint);
        when 'return' then
            lines := api.match_returns(lines);
        when 'issue', 'counter_issue' then
            if read.owned then
                lines := api.buy_consigned(request_id, document, lines, read.company, read.unit, me.user_id);
            end if;
            if reserved then
                lines := api.match_reservations(lines);
            end if;
        when 'supplier_return' then
            lines := api.count_supplier_returns(api.match_supplier_returns(lines));
        when 'transfer' then
            lines := api.split_transfers(lines, read.company, me.write_units);
        else
            null;
    end case;
    return api.finish_posting(request_id, first.print, document, read.company, read.unit, me.user_id, lines, null);
end
$$;

-- Take a posted document back by a linked counter-entry: stock, value, cost ledger, order lines and reservations end
-- as if it had not been. What was returned meanwhile stays returned: only the rest is taken back.
create function api.reverse_stock(request_id uuid, document_id bigint, reason text) returns jsonb
language plpgsql
security definer
set search_path = erp, pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    actor    integer := erp.my_user_id();
    units    integer[] := api.posting_units(actor);
    original erp.stock_document;
    first    record := api.find_request(request_id, actor, 'reverse_stock', document_id || ' ' || coalesce(reason, ''));
    lines    api.stock_line[];
    answer   jsonb;
begin
    if first.seen then
        return first.answer;
    end if;
    select d.* into original from erp.stock_document d where d.id = document_id for update;
    if not found or original.org_unit_id <> all (units) then
        perform api.refuse_posting('stock_document_known', 'no such document');
    elsif original.reverses_id is not null then
        perform api.refuse_posting('stock_reversal_final', 'a reversal is not reversed: post the document again', null,
            jsonb_build_object('number', original.number));
    elsif exists (select from erp.stock_document d where d.reverses_id = original.id) then
        perform api.refuse_posting('stock_document_reverses_unique', 'this document is reversed already', null,
            jsonb_build_object('number', original.number));
    end if;
    perform from erp.stock_move m where m.document_id = original.id order by m.id for update;
    -- What an invoice added to a receipt is taken back with the invoice, before its goods are.
    if exists (
        select from erp.stock_value_entry e
        join erp.stock_move m on m.id = e.move_id
        where m.document_id = original.id and e.kind in ('difference', 'revaluation')
        group by e.move_id
        having sum(e.amount) <> 0) then
        perform api.refuse_posting('stock_receipt_revalued', 'the value of this receipt was changed since', null,
            jsonb_build_object('number', original.number));
    end if;
    select array_agg(
        row(m.line_no, m.item_id, i.code, i.tracking, i.allow_negative, i.standard_cost, i.currency, 4,
            m.to_location_id, m.from_location_id, t.org_unit_id, f.org_unit_id, t.kind, f.kind,
            t.stocked, f.stocked, m.lot_id, null, null, m.owner_id, m.to_condition, m.from_condition,
            o.quantity, o.quantity / m.uom_factor, m.entered_uom, m.uom_factor, m.unit_cost, api.open_amount(m.id),
            m.work_order_id, m.reservation_id, -least(m.reserved_quantity, o.quantity), m.purchase_line_id, m.id, reverse_stock.reason, null, null, null, null, null
        )::api.stock_line order by m.id desc)
    into lines
    from erp.stock_move m
    cross join lateral (select api.open_quantity(m.id) as quantity) o
    join erp.item i on i.id = m.item_id
    join erp.stock_location f on f.id = m.from_location_id
    join erp.stock_location t on t.id = m.to_location_id
    where m.document_id = original.id and o.quantity > 0;
    if lines is null then
        perform api.refuse_posting('stock_nothing_to_reverse', 'all of it was returned already', null,
            jsonb_build_object('number', original.number));
    end if;
    if exists (
        select from unnest(lines) l
        where (l.from_stocked and l.from_unit <> all (units) and l.from_kind <> 'in_transit')
            or (l.to_stocked and l.to_unit <> all (units))) then
        perform api.refuse_posting('stock_scope', 'this place belongs to a unit that you may not post for');
    end if;
    if original.posted_by <> actor and not erp.my_roles() && '{steward,manager}' and exists (
        select from unnest(lines) l
        where l.from_stocked and l.to_stocked and l.from_condition <> 'good' and l.to_condition = 'good') then
        perform api.refuse_posting('stock_release_role', 'bad stock and stock in quarantine is released by a steward or manager', null,
            jsonb_build_object('item', lines[1].item_code));
    end if;
    lines := api.reopen_demand(lines, original.document_type);
    answer := api.finish_posting(request_id, first.print,
        jsonb_build_object('type', original.document_type, 'number', original.number, 'work_order_id', original.work_order_id,
            'purchase_order_id', original.purchase_order_id, 'engineer_id', original.engineer_id, 'reason', reason),
        original.company_id, original.org_unit_id, actor, lines, original.id);
    if original.document_type in ('issue', 'counter_issue') and original.request_id is not null then
        perform api.unbuy_consigned(original, (answer ->> 'document_id')::bigint, reason);
    end if;
    return answer;
end
$$;

-- A reversal gives back what the document had consumed: the reservation of an issue, the order line of a receipt.
create function api.reopen_demand(lines api.stock_line[], document_type text) returns api.stock_line[]
language plpgsql
as $$
declare
    reopened bigint[];
begin
    if document_type in ('issue', 'counter_issue') then
        perform from erp.reservation r where r.id in (select l.reservation_id from unnest(lines) l) order by r.id for update;
        with reopen as (
            update erp.reservation r
            set issued = r.issued + l.reserved_quantity, state = 'open'
            from unnest(lines) l
            join erp.work_order w on w.id = l.work_order_id
            cross join erp.stock_balance b
            where l.reservation_id = r.id and b.id = r.balance_id
                and l.reserved_quantity < 0 and r.state <> 'released' and w.state not in ('closed', 'cancelled')
                and (b.location_id = l.to_location_id or b.quantity - b.reserved >= -l.reserved_quantity)
            returning r.id)
        select coalesce(array_agg(id), '{}') into reopened from reopen;
        for n in 1 .. cardinality(lines) loop
            if lines[n].reservation_id is null or lines[n].reservation_id <> all (reopened) then
                lines[n].reserved_quantity := 0;
            end if;
        end loop;
    elsif document_type = 'receipt' then
        perform from erp.purchase_order_line p where p.id in (select l.purchase_line_id from unnest(lines) l) order by p.id for update;
        update erp.purchase_order_line p
        set received = p.received - l.quantity
        from (select purchase_line_id, sum(quantity) as quantity from unnest(lines) group by purchase_line_id) l
        where p.id = l.purchase_line_id;
    elsif document_type = 'supplier_return' then
        perform from erp.purchase_order_line p where p.id in (select l.purchase_line_id from unnest(lines) l) order by p.id for update;
        update erp.purchase_order_line p
        set received = p.received + l.quantity, returned = p.returned - l.quantity
        from (select purchase_line_id, sum(quantity) as quantity from unnest(lines) group by purchase_line_id) l
        where p.id = l.purchase_line_id;
    end if;
    return lines;
end
$$;

-- Is the ledger whole? Every difference between moves, balances, value, reservations and the cost ledger; no row = none.
create function api.reconcile()
returns table (rule text, company_id integer, item_id bigint, location_id bigint, lot_id bigint, expected numeric, found numeric)
language sql stable
security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    with ends as (
        select m.company_id, m.item_id, m.to_location_id as location_id, m.lot_id, m.owner_id, m.to_condition as condition, m.quantity
        from erp.stock_move m
        join erp.stock_location l on l.id = m.to_location_id and l.stocked
        union all
        select m.company_id, m.item_id, m.from_location_id, m.lot_id, m.owner_id, m.from_condition, -m.quantity
        from erp.stock_move m
        join erp.stock_location l on l.id = m.from_location_id and l.stocked),
    moved as (
        select e.company_id, e.item_id, e.location_id, e.lot_id, e.owner_id, e.condition, sum(e.quantity) as quantity
        from ends e
        group by e.company_id, e.item_id, e.location_id, e.lot_id, e.owner_id, e.condition),
    worth as (
        select m.company_id, m.item_id,
            sum(m.quantity * (t.stocked::integer - f.stocked::integer)) as quantity,
            sum(m.amount * (t.stocked::integer - f.stocked::integer)) as amount
        from erp.stock_move m
        join erp.stock_location f on f.id = m.from_location_id
        join erp.stock_location t on t.id = m.to_location_id
        where m.owner_id is null
        group by m.company_id, m.item_id),
    entered as (
        select e.company_id, e.item_id, sum(e.amount_on_hand) as amount
        from erp.stock_value_entry e
        group by e.company_id, e.item_id),
    valued as (
        select w.company_id, w.item_id, w.quantity, w.amount + coalesce(e.amount, 0) as amount
        from worth w
        left join entered e on e.company_id = w.company_id and e.item_id = w.item_id),
    kept as (
        select r.balance_id, sum(r.quantity - r.issued) as quantity
        from erp.reservation r
        where r.state = 'open'
        group by r.balance_id),
    spent as (
        select x.company_id, x.item_id, sum(x.amount) as amount
        from (
            select m.company_id, m.item_id, case when t.kind = 'customer' then m.amount else -m.amount end as amount
            from erp.stock_move m
            join erp.stock_location f on f.id = m.from_location_id
            join erp.stock_location t on t.id = m.to_location_id
            where 'customer' in (f.kind, t.kind)
            union all
            select m.company_id, m.item_id, s.amount
            from erp.stock_value_share s
            join erp.stock_move m on m.id = s.move_id
            join erp.stock_location t on t.id = m.to_location_id and t.kind = 'customer') x
        group by x.company_id, x.item_id),
    charged as (
        select c.company_id, c.item_id, sum(c.amount) as amount
        from erp.cost_entry c
        where c.source_table in ('stock_move', 'stock_value_share')
        group by c.company_id, c.item_id),
    layered as (
        select l.company_id, l.item_id, sum(l.left_quantity) as quantity, sum(l.left_amount) as amount
        from erp.stock_layer l
        group by l.company_id, l.item_id),
    used as (
        select u.layer_id, sum(u.quantity) as quantity, sum(u.amount) as amount
        from erp.stock_layer_use u
        group by u.layer_id),
    shared as (
        select s.entry_id, sum(s.amount) as amount
        from erp.stock_value_share s
        group by s.entry_id)
    select 'balance = sum of moves', coalesce(b.company_id, m.company_id), coalesce(b.item_id, m.item_id),
        coalesce(b.location_id, m.location_id), coalesce(b.lot_id, m.lot_id), coalesce(m.quantity, 0), coalesce(b.quantity, 0)
    from moved m
    full join erp.stock_balance b on b.item_id = m.item_id and b.location_id = m.location_id and b.condition = m.condition
        and coalesce(b.lot_id, 0) = coalesce(m.lot_id, 0) and coalesce(b.owner_id, 0) = coalesce(m.owner_id, 0)
    where coalesce(m.quantity, 0) <> coalesce(b.quantity, 0)
    union all
    select 'stock value = sum of moves', coalesce(c.company_id, w.company_id), coalesce(c.item_id, w.item_id), null, null,
        coalesce(w.amount, 0), coalesce(c.value, 0)
    from valued w
    full join erp.item_cost c on c.company_id = w.company_id and c.item_id = w.item_id
    where coalesce(w.amount, 0) <> coalesce(c.value, 0) or coalesce(w.quantity, 0) <> coalesce(c.quantity, 0)
    union all
    select 'reserved = open reservations', b.company_id, b.item_id, b.location_id, b.lot_id, coalesce(k.quantity, 0), b.reserved
    from erp.stock_balance b
    left join kept k on k.balance_id = b.id
    where coalesce(k.quantity, 0) <> b.reserved
    union all
    select 'cost ledger = issues and returns', coalesce(s.company_id, c.company_id), coalesce(s.item_id, c.item_id), null, null,
        coalesce(s.amount, 0), coalesce(c.amount, 0)
    from spent s
    full join charged c on c.company_id = s.company_id and c.item_id = s.item_id
    where coalesce(s.amount, 0) <> coalesce(c.amount, 0)
    union all
    select 'serial state = where it lies', i.company_id, t.item_id, null, t.id, p.quantity,
        case when t.state in ('in_stock', 'in_repair') then 1 else 0 end
    from erp.lot t
    join erp.item i on i.id = t.item_id and i.tracking = 'serial'
    cross join lateral (
        select coalesce(sum(b.quantity), 0) as quantity from erp.stock_balance b where b.item_id = t.item_id and b.lot_id = t.id) p
    where (p.quantity > 0) <> (coalesce(t.state, '') in ('in_stock', 'in_repair')) and not (p.quantity = 0 and t.state = 'in_repair')
    union all
    select 'layers = stock value', c.company_id, c.item_id, null, null, c.value, coalesce(l.amount, 0)
    from erp.item_cost c
    left join layered l on l.company_id = c.company_id and l.item_id = c.item_id
    where coalesce(l.quantity, 0) <> case c.valuation when 'fifo' then c.quantity else 0 end
        or coalesce(l.amount, 0) <> case c.valuation when 'fifo' then c.value else 0 end
    union all
    select 'layer = delivery - uses', l.company_id, l.item_id, null, null, l.amount - coalesce(u.amount, 0), l.left_amount
    from erp.stock_layer l
    left join used u on u.layer_id = l.id
    where l.left_quantity <> l.quantity - coalesce(u.quantity, 0) or l.left_amount <> l.amount - coalesce(u.amount, 0)
    union all
    select 'value entry = its shares', e.company_id, e.item_id, null, null, e.amount_consumed, coalesce(h.amount, 0)
    from erp.stock_value_entry e
    left join shared h on h.entry_id = e.id
    where e.amount_consumed <> coalesce(h.amount, 0)
$$;

call erp.allow('api.post_stock(uuid, jsonb)', 'clerk engineer steward', 'execute');
call erp.allow('api.reverse_stock(uuid, bigint, text)', 'clerk steward', 'execute');
call erp.allow('api.reconcile()', 'finance manager auditor', 'execute');

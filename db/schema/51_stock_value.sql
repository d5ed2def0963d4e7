-- What stock is worth: changes of value without a movement, split between what is there and who consumed it. Tables:
-- 43_stock_value; called by posting (46_stock_documents, 59_stock_posting) and by invoices (54_purchasing_invoices). Every amount is decided under
-- the lock of the item's cost row, which each posting takes after its balances. The entry is audited; what is derived from it is
-- not again.

-- The moves that consumed a receipt's goods, or the item at large: what left stock and did not come back.
create function api.consumers(company integer, item bigint, after_move bigint, own_layer bigint)
returns table (move_id bigint, quantity numeric)
language plpgsql stable
as $$
begin
    if own_layer is not null then
        return query
        select u.taken_by, sum(u.quantity)::numeric
        from erp.stock_layer_use u
        join erp.stock_move m on m.id = u.taken_by and m.reverses_id is null
        where u.layer_id = own_layer
        group by u.taken_by
        having sum(u.quantity) > 0
        order by 1;
        return;
    end if;
    return query
    select m.id, o.quantity
    from erp.stock_move m
    join erp.stock_location f on f.id = m.from_location_id and f.stocked
    join erp.stock_location t on t.id = m.to_location_id and not t.stocked
    cross join lateral (select api.open_quantity(m.id) as quantity) o
    where m.item_id = item and m.company_id = company and m.id > after_move and m.owner_id is null and m.reverses_id is null
        and o.quantity > 0
    order by m.id;
end
$$;

-- Write a value entry and its shares, the parts that movers bear of what was consumed; what went to a customer goes into the
-- cost ledger, today.
create function api.write_value_entry(entry erp.stock_value_entry, movers bigint[], parts numeric[]) returns erp.stock_value_entry
language plpgsql
as $$
declare
    made erp.stock_value_entry;
begin
    insert into erp.stock_value_entry
        (company_id, org_unit_id, item_id, kind, move_id, document_id, quantity, quantity_on_hand, amount_on_hand, amount_consumed,
         reason, source_table, source_id, reverses_id, request_id, effective_at, posted_by)
    values (entry.company_id, entry.org_unit_id, entry.item_id, entry.kind, entry.move_id, entry.document_id,
        coalesce(entry.quantity, 0), coalesce(entry.quantity_on_hand, 0), entry.amount_on_hand, entry.amount_consumed, entry.reason,
        entry.source_table, entry.source_id, entry.reverses_id, entry.request_id, coalesce(entry.effective_at, now()), entry.posted_by)
    returning * into made;
    with shared as (
        insert into erp.stock_value_share (entry_id, move_id, quantity, amount)
        select made.id, p.move_id, api.open_quantity(p.move_id), p.amount
        from unnest(movers, parts) with ordinality p (move_id, amount, place)
        where p.amount <> 0
        order by p.place
        returning id, move_id, amount),
    charged as (
        insert into erp.cost_entry
            (company_id, org_unit_id, cost_type, work_order_id, asset_id, contract_id, engineer_id, item_id, quantity, amount,
             currency, source_table, source_id, description, effective_at, posted_by)
        select made.company_id, coalesce(w.org_unit_id, d.org_unit_id), 'parts', w.id, w.asset_id, w.contract_id,
            coalesce(w.engineer_id, d.engineer_id), made.item_id, 0, s.amount, i.currency, 'stock_value_share', s.id,
            d.number || ' ' || i.code, made.effective_at, made.posted_by
        from shared s
        join erp.stock_move m on m.id = s.move_id
        join erp.stock_document d on d.id = m.document_id
        join erp.stock_location t on t.id = m.to_location_id and t.kind = 'customer'
        join erp.item i on i.id = made.item_id
        left join erp.work_order w on w.id = m.work_order_id
        returning id)
    insert into erp.change (topic, ids, client)
    select 'cost_entry', case when count(*) <= 500 then array_agg(c.id) else '{}' end, current_setting('application_name')
    from charged c
    having count(*) > 0;
    return made;
end
$$;

-- The same, with the consumed part over whoever consumed, by quantity, each to the cent and all together exactly; over the
-- move that caused it where nobody did.
create function api.spread_value(entry erp.stock_value_entry, after_move bigint, own_layer bigint, cause bigint) returns erp.stock_value_entry
language plpgsql
as $$
declare
    movers bigint[];
    parts  numeric[];
    made   erp.stock_value_entry;
begin
    if entry.amount_consumed <> 0 then
        with upto as (
            select c.move_id, round(entry.amount_consumed * sum(c.quantity) over (order by c.move_id) / sum(c.quantity) over (), 2) as amount
            from api.consumers(entry.company_id, entry.item_id, after_move, own_layer) c)
        select array_agg(p.move_id order by p.move_id), array_agg(p.amount order by p.move_id) into movers, parts
        from (select u.move_id, u.amount - coalesce(lag(u.amount) over (order by u.move_id), 0) as amount from upto u) p;
        if movers is null then
            movers := array[coalesce((select max(c.move_id) from api.consumers(entry.company_id, entry.item_id, 0, null) c), cause)];
            parts := array[entry.amount_consumed];
        end if;
    end if;
    made := api.write_value_entry(entry, movers, parts);
    if own_layer is not null then
        insert into erp.stock_layer_use (layer_id, move_id, taken_by, quantity, amount)
        select own_layer, s.move_id, s.move_id, 0, s.amount from erp.stock_value_share s where s.entry_id = made.id;
    end if;
    return made;
end
$$;

-- The cost row of an item, locked.
create function api.lock_cost(company integer, item bigint) returns erp.item_cost
language plpgsql
as $$
declare
    cost erp.item_cost;
begin
    select * into cost from erp.item_cost c where c.company_id = company and c.item_id = item for update;
    return cost;
end
$$;

-- Change the value of what is in stock and with it the average; never below nothing.
create function api.change_value(cost erp.item_cost, amount numeric) returns void
language plpgsql
as $$
begin
    if cost.quantity > 0 and cost.value + amount < 0 then
        perform api.refuse_posting('stock_value_not_negative', 'what is left in stock would be worth less than nothing', null,
            jsonb_build_object('item', (select i.code from erp.item i where i.id = cost.item_id)));
    end if;
    update erp.item_cost c
    set value = c.value + amount,
        average = case when c.quantity > 0 then round((c.value + amount) / c.quantity, 4) else c.average end
    where c.company_id = cost.company_id and c.item_id = cost.item_id and amount <> 0;
end
$$;

-- A receipt cost `amount` more (or less) than it was posted with. What of it is still there takes its part of the difference
-- into stock, what was consumed takes it to whoever consumed it. By moving average no more of a receipt can be there than
-- the stock there is (stock coverage); by layers it is known piece by piece. Internal: the caller has checked who may.
create function api.revalue_receipt(actor integer, move_id bigint, amount numeric, reason text, source_table text, source_id bigint)
returns jsonb
language plpgsql
as $$
begin
    return api.revalue_move(actor, move_id, amount, reason, 'difference', source_table, source_id, null, null);
end
$$;

create function api.revalue_move(
    actor integer, of_move bigint, amount numeric, reason text, kind text, source_table text, source_id bigint, reverses bigint, request_id uuid)
returns jsonb
language plpgsql
as $$
declare
    receipt record;
    cost    erp.item_cost;
    layer   erp.stock_layer;
    open    numeric;
    here    numeric;
    entry   erp.stock_value_entry;
begin
    select m.id, m.company_id, m.to_org_unit_id, m.item_id, m.document_id, m.owner_id, i.code, f.stocked as from_stocked, t.stocked as to_stocked
    into receipt
    from erp.stock_move m
    join erp.item i on i.id = m.item_id
    join erp.stock_location f on f.id = m.from_location_id
    join erp.stock_location t on t.id = m.to_location_id
    where m.id = of_move;
    if not found or receipt.from_stocked or not receipt.to_stocked or receipt.owner_id is not null then
        perform api.refuse_posting('stock_value_receipt', 'a difference belongs to a receipt of our own goods');
    end if;
    cost := api.lock_cost(receipt.company_id, receipt.item_id);
    open := api.open_quantity(of_move);
    if open <= 0 then
        perform api.refuse_posting('stock_value_receipt_gone', 'all of this receipt was taken back or sent back', null,
            jsonb_build_object('item', receipt.code));
    end if;
    if api.open_amount(of_move) + revalue_move.amount < 0 then
        perform api.refuse_posting('stock_value_receipt_negative', 'a delivery never cost less than nothing', null,
            jsonb_build_object('item', receipt.code, 'worth', api.open_amount(of_move)));
    end if;
    select * into layer from erp.stock_layer l where l.move_id = of_move for update;
    here := case when layer.id is null then least(cost.quantity, open) else least(layer.left_quantity, open) end;
    here := greatest(here, 0);
    entry.company_id := receipt.company_id;
    entry.org_unit_id := receipt.to_org_unit_id;
    entry.item_id := receipt.item_id;
    entry.kind := kind;
    entry.move_id := of_move;
    entry.quantity := open;
    entry.quantity_on_hand := here;
    entry.amount_on_hand := round(revalue_move.amount * here / open, 2);
    entry.amount_consumed := revalue_move.amount - entry.amount_on_hand;
    entry.reason := reason;
    entry.source_table := source_table;
    entry.source_id := source_id;
    entry.reverses_id := reverses;
    entry.request_id := request_id;
    entry.posted_by := actor;
    if layer.id is not null then
        if layer.left_amount + entry.amount_on_hand < 0 then
            perform api.refuse_posting('stock_value_not_negative', 'what is left in stock would be worth less than nothing', null,
                jsonb_build_object('item', receipt.code));
        end if;
        update erp.stock_layer l
        set left_amount = l.left_amount + entry.amount_on_hand, amount = l.amount + revalue_move.amount
        where l.id = layer.id;
    end if;
    perform api.change_value(cost, entry.amount_on_hand);
    entry := api.spread_value(entry, of_move, layer.id, of_move);
    return jsonb_build_object('entry_id', entry.id, 'item_id', entry.item_id, 'quantity', entry.quantity,
        'quantity_on_hand', entry.quantity_on_hand, 'amount_on_hand', entry.amount_on_hand, 'amount_consumed', entry.amount_consumed);
end
$$;

-- Value without pieces, or a piece issued before it came in at another price, belongs to what was consumed.
create function api.settle_remainders(document erp.stock_document, lines api.stock_line[], moves bigint[]) returns void
language plpgsql
as $$
declare
    entry erp.stock_value_entry;
begin
    for n in 1 .. cardinality(lines) loop
        continue when coalesce(lines[n].remainder, 0) = 0;
        entry := null;
        entry.company_id := document.company_id;
        entry.org_unit_id := document.org_unit_id;
        entry.item_id := lines[n].item_id;
        entry.kind := 'remainder';
        entry.move_id := moves[n];
        entry.document_id := document.id;
        entry.quantity := lines[n].quantity;
        entry.amount_on_hand := -lines[n].remainder;
        entry.amount_consumed := lines[n].remainder;
        entry.reason := document.number;
        entry.posted_by := document.posted_by;
        -- The last that left bear it: the fewest that have as many pieces as this line.
        perform api.spread_value(entry, coalesce((
            select c.move_id - 1
            from (
                select x.move_id, sum(x.quantity) over (order by x.move_id desc) - x.quantity as later
                from api.consumers(document.company_id, lines[n].item_id, 0, null) x) c
            where c.later < lines[n].quantity
            order by c.move_id
            limit 1), 0), null, moves[n]);
    end loop;
end
$$;

-- What a reversed document had moved of the value, by being back-dated or by what it left over, is moved back: from the issues
-- that still bear it. Its own moves take theirs back themselves.
create function api.take_back_entries(document_id bigint, by_number text, actor integer) returns void
language plpgsql
as $$
declare
    entry  erp.stock_value_entry;
    cost   erp.item_cost;
    movers bigint[];
    parts  numeric[];
    total  numeric;
begin
    for entry in
        select e.* from erp.stock_value_entry e
        where e.document_id = take_back_entries.document_id and e.kind in ('backdating', 'remainder') and e.reverses_id is null
        order by e.item_id, e.id
    loop
        cost := api.lock_cost(entry.company_id, entry.item_id);
        select array_agg(p.move_id), array_agg(p.amount), coalesce(sum(p.amount), 0) into movers, parts, total
        from (
            select s.move_id, -round(s.amount * api.open_quantity(m.id) / m.quantity, 2) as amount
            from erp.stock_value_share s
            join erp.stock_move m on m.id = s.move_id
            where s.entry_id = entry.id and m.document_id <> take_back_entries.document_id) p;
        continue when total = 0;
        update erp.item_cost c
        set value = c.value - total
        where c.company_id = entry.company_id and c.item_id = entry.item_id;
        entry.reverses_id := entry.id;
        entry.amount_on_hand := -total;
        entry.amount_consumed := total;
        entry.reason := by_number;
        entry.request_id := null;
        entry.effective_at := now();
        entry.posted_by := actor;
        perform api.write_value_entry(entry, movers, parts);
    end loop;
end
$$;

-- What a clerk may say a piece costs. Where the order names the price, the order is right. What is found or comes back without
-- its issue takes the average: only finance and steward set a value. A delivery without an order, and opening stock, may differ
-- from the average by the tolerance. Who does not read costs names none: a refusal would tell him the average.
create function api.check_prices(kind text, lines api.stock_line[], company integer) returns api.stock_line[]
language plpgsql
as $$
declare
    tolerance numeric := coalesce((select (value #>> '{}')::numeric from erp.setting where key = 'stock.price_tolerance' and org_unit_id is null), 0.25);
    known     numeric;
begin
    if erp.my_user_id() = 0 or erp.my_roles() && '{steward,finance}' then
        return lines;
    end if;
    for n in 1 .. cardinality(lines) loop
        continue when lines[n].unit_cost is null or lines[n].owner_id is not null or lines[n].from_stocked or not lines[n].to_stocked;
        if lines[n].purchase_line_id is not null or lines[n].reverses_id is not null or not api.sees_costs() then
            lines[n].unit_cost := null;
            continue;
        end if;
        select nullif(c.average, 0) into known from erp.item_cost c where c.company_id = company and c.item_id = lines[n].item_id;
        if kind in ('receipt', 'opening') then
            if abs(lines[n].unit_cost - known) > known * tolerance then
                perform api.refuse_posting('stock_price_tolerance', 'too far from the average cost', lines[n].line_no, jsonb_build_object(
                    'item', lines[n].item_code, 'unit_cost', lines[n].unit_cost, 'average', known, 'tolerance', round(tolerance * 100)));
            end if;
        elsif lines[n].unit_cost <> coalesce(known, lines[n].standard_cost) then
            perform api.refuse_posting('stock_price_role', 'this takes the average cost', lines[n].line_no, jsonb_build_object(
                'item', lines[n].item_code, 'unit_cost', lines[n].unit_cost, 'average', coalesce(known, lines[n].standard_cost)));
        end if;
    end loop;
    return lines;
end
$$;

-- An entry that concerns all that is there, with its layers.
create function api.change_stock_value(entry erp.stock_value_entry, cost erp.item_cost) returns erp.stock_value_entry
language plpgsql
as $$
begin
    perform api.change_value(cost, entry.amount_on_hand);
    if cost.valuation = 'fifo' then
        with upto as (
            select l.id, round((cost.value + entry.amount_on_hand) * sum(l.left_quantity) over (order by l.id) / cost.quantity, 2) as amount
            from erp.stock_layer l
            where l.company_id = cost.company_id and l.item_id = cost.item_id and l.left_quantity > 0),
        due as (select u.id, u.amount - coalesce(lag(u.amount) over (order by u.id), 0) as amount from upto u)
        update erp.stock_layer l
        set amount = l.amount + d.amount - l.left_amount, left_amount = d.amount
        from due d
        where l.id = d.id;
    end if;
    return api.write_value_entry(entry, null, null);
end
$$;
call erp.secure('erp.stock_value_entry', 'owned');
call erp.secure('erp.stock_value_share', 'child', 'stock_value_entry.entry_id');
call erp.allow('erp.stock_value_entry', 'clerk buyer finance pm manager steward auditor', 'select');
call erp.allow('erp.stock_value_share', 'clerk buyer finance pm manager steward auditor', 'select');
call erp.track('erp.stock_value_entry', 'ledger plain');
call erp.track('erp.stock_value_share', 'quiet silent plain');

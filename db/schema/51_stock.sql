-- What stock is worth: layers, differences, back-dating, closed months. Tables: 43_stock; called by the posting of 46_stock.
-- Every amount is decided under the lock of the item's cost row, which each posting takes after its balances.

-- Add to a layer or take from it; never below nothing.
create function api.change_layer(layer_id bigint, move_id bigint, taken_by bigint, quantity numeric, amount numeric) returns void
language plpgsql
as $$
begin
    update erp.stock_layer l
    set left_quantity = l.left_quantity - change_layer.quantity, left_amount = l.left_amount - change_layer.amount
    where l.id = layer_id;
    insert into erp.stock_layer_use (layer_id, move_id, taken_by, quantity, amount)
    values (layer_id, move_id, taken_by, change_layer.quantity, change_layer.amount);
end
$$;

-- Goods come in that are valued by layers: back into the layers that they were taken from, the last taken first; else as a
-- layer of their own.
create function api.fill_layers(line api.stock_line, cost erp.item_cost) returns api.stock_line
language plpgsql
as $$
declare
    layer record;
    open  numeric := line.quantity;
    part  numeric;
    worth numeric;
    total numeric := 0;
begin
    for layer in
        select u.layer_id, sum(u.quantity) as quantity, sum(u.amount) as amount
        from erp.stock_layer_use u
        where u.taken_by = line.reverses_id
        group by u.layer_id
        having sum(u.quantity) > 0
        order by max(u.id) filter (where u.quantity > 0) desc
    loop
        exit when open = 0;
        part := least(open, layer.quantity);
        worth := case when part = layer.quantity then layer.amount else round(layer.amount * part / layer.quantity, 2) end;
        perform api.change_layer(layer.layer_id, line.move_id, line.reverses_id, -part, -worth);
        open := open - part;
        total := total + worth;
    end loop;
    if open > 0 then
        worth := case when open = line.quantity and line.amount is not null then line.amount
                      else round(open * coalesce(line.unit_cost, cost.average), 2) end;
        insert into erp.stock_layer (company_id, item_id, move_id, quantity, amount, left_quantity, left_amount)
        values (cost.company_id, line.item_id, line.move_id, open, worth, open, worth);
        total := total + worth;
    end if;
    line.amount := total;
    line.unit_cost := round(total / line.quantity, 4);
    return line;
end
$$;

-- Goods leave that are valued by layers: the oldest first; a delivery that is taken back or sent back, from its own layer
-- first. What takes back a return takes it out of the same layers again.
create function api.drain_layers(line api.stock_line, cost erp.item_cost) returns api.stock_line
language plpgsql
as $$
declare
    layer record;
    open  numeric := line.quantity;
    part  numeric;
    worth numeric;
    total numeric := 0;
begin
    for layer in
        select u.layer_id, u.taken_by, -sum(u.quantity) as quantity, -sum(u.amount) as amount
        from erp.stock_layer_use u
        where u.move_id = line.reverses_id and u.taken_by <> u.move_id
        group by u.layer_id, u.taken_by
        order by min(u.id) desc
    loop
        if not exists (
            select from erp.stock_layer l
            where l.id = layer.layer_id and l.left_quantity >= layer.quantity and l.left_amount >= layer.amount
                and (l.left_quantity > layer.quantity or l.left_amount = layer.amount)) then
            perform api.refuse_layer(line);
        end if;
        perform api.change_layer(layer.layer_id, line.move_id, layer.taken_by, layer.quantity, layer.amount);
        open := open - layer.quantity;
        total := total + layer.amount;
    end loop;
    for layer in
        select l.id, l.move_id, l.left_quantity, l.left_amount
        from erp.stock_layer l
        where l.company_id = cost.company_id and l.item_id = line.item_id and l.left_quantity > 0 and open > 0
        order by (l.move_id is not distinct from line.reverses_id) desc, l.effective_at, l.id
    loop
        exit when open = 0;
        part := least(open, layer.left_quantity);
        worth := case when part = layer.left_quantity then layer.left_amount
                      else round(layer.left_amount * part / layer.left_quantity, 2) end;
        perform api.change_layer(layer.id, line.move_id, line.move_id, part, worth);
        open := open - part;
        total := total + worth;
    end loop;
    -- A reversal nets to nothing, piece by piece and cent by cent: not with goods that were issued meanwhile.
    if open > 0 or (line.amount is not null and line.amount <> total) then
        perform api.refuse_layer(line);
    end if;
    line.amount := total;
    line.unit_cost := round(total / line.quantity, 4);
    return line;
end
$$;

create function api.refuse_layer(line api.stock_line) returns void
language plpgsql
as $$
begin
    perform api.refuse_posting('stock_layer_consumed', 'part of this delivery was issued already', line.line_no,
        jsonb_build_object('item', line.item_code));
end
$$;

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

-- Write a value entry, and split its consumed part over `shares` (move_id, weight): each to the cent, all together exactly,
-- and what went to a customer into the cost ledger, today.
create function api.write_value_entry(entry erp.stock_value_entry, movers bigint[], weights numeric[]) returns erp.stock_value_entry
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
    with split as (
        select s.move_id, s.weight, s.place,
            round(made.amount_consumed * sum(s.weight) over (order by s.place) / nullif(sum(s.weight) over (), 0), 2) as upto
        from unnest(movers, weights) with ordinality s (move_id, weight, place)),
    shared as (
        insert into erp.stock_value_share (entry_id, move_id, quantity, amount)
        select made.id, s.move_id, abs(s.weight), s.amount
        from (select p.move_id, p.weight, p.place, p.upto - coalesce(lag(p.upto) over (order by p.place), 0) as amount from split p) s
        where s.amount <> 0
        order by s.place
        returning id, move_id, amount)
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
    left join erp.work_order w on w.id = m.work_order_id;
    return made;
end
$$;

-- The same, with the consumed part over whoever consumed; over the move that caused it where nobody did.
create function api.spread_value(entry erp.stock_value_entry, after_move bigint, own_layer bigint, cause bigint) returns erp.stock_value_entry
language plpgsql
as $$
declare
    movers  bigint[];
    weights numeric[];
    made    erp.stock_value_entry;
begin
    if entry.amount_consumed <> 0 then
        select array_agg(c.move_id), array_agg(c.quantity) into movers, weights
        from api.consumers(entry.company_id, entry.item_id, after_move, own_layer) c;
        if movers is null then
            select array[c.move_id], array[c.quantity] into movers, weights
            from api.consumers(entry.company_id, entry.item_id, 0, null) c
            order by c.move_id desc
            limit 1;
        end if;
        if movers is null then
            movers := array[cause];
            weights := array[1];
        end if;
    end if;
    made := api.write_value_entry(entry, movers, weights);
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

revoke all on all routines in schema api from public;

call erp.secure('erp.stock_layer', 'child', 'item.item_id');
call erp.secure('erp.stock_layer_use', 'child', 'stock_layer.layer_id');
call erp.secure('erp.stock_value_entry', 'owned');
call erp.secure('erp.stock_value_share', 'child', 'stock_value_entry.entry_id');
call erp.secure('erp.stock_period', 'shared_down');

call erp.allow('erp.stock_layer', 'clerk buyer finance pm manager steward auditor', 'select');
call erp.allow('erp.stock_layer_use', 'clerk buyer finance pm manager steward auditor', 'select');
call erp.allow('erp.stock_value_entry', 'clerk buyer finance pm manager steward auditor', 'select');
call erp.allow('erp.stock_value_share', 'clerk buyer finance pm manager steward auditor', 'select');
call erp.allow('erp.stock_period', 'business', 'select');

-- The entry is audited; what is derived from it is not again.
call erp.track('erp.stock_layer', 'quiet silent plain');
call erp.track('erp.stock_layer_use', 'quiet silent plain');
call erp.track('erp.stock_value_entry', 'ledger plain');
call erp.track('erp.stock_value_share', 'quiet silent plain');
call erp.track('erp.stock_period');

-- Items valued first in, first out: cost layers filled, drained, given back and written down. Tables: 43_stock_value. Each runs
-- under the lock of the item's cost row.

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

-- What is left in the layers of an item, as [[layer, quantity, amount], …]; null where it has none.
create function api.open_layers(cost erp.item_cost) returns jsonb
language plpgsql stable
as $$
begin
    return (
        select jsonb_agg(jsonb_build_array(l.id, l.left_quantity, l.left_amount) order by l.id)
        from erp.stock_layer l
        where l.company_id = cost.company_id and l.item_id = cost.item_id and l.left_quantity > 0);
end
$$;

-- Where nothing moved since, each layer gets back what it was worth before the change, not its share by quantity: else the
-- deliveries could no more be taken back one by one.
create function api.restore_layers(cost erp.item_cost, first erp.stock_value_entry) returns boolean
language plpgsql
as $$
declare
    was jsonb := (select r.result from erp.request r where r.id = first.request_id);
begin
    if was -> 'layers_after' is distinct from api.open_layers(cost) or was ->> 'layers_before' is null then
        return false;
    end if;
    update erp.stock_layer l
    set amount = l.amount + (k.kept ->> 2)::numeric - l.left_amount, left_amount = (k.kept ->> 2)::numeric
    from jsonb_array_elements(was -> 'layers_before') k (kept)
    where l.id = (k.kept ->> 0)::bigint;
    return true;
end
$$;

call erp.secure('erp.stock_layer', 'child', 'item.item_id');
call erp.secure('erp.stock_layer_use', 'child', 'stock_layer.layer_id');

call erp.allow('erp.stock_layer', 'clerk buyer finance pm manager steward auditor', 'select');
call erp.allow('erp.stock_layer_use', 'clerk buyer finance pm manager steward auditor', 'select');

call erp.track('erp.stock_layer', 'quiet silent plain');
call erp.track('erp.stock_layer_use', 'quiet silent plain');

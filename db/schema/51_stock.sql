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

-- ---------------------------------------------------------------------------------------------------------------- dates

-- The first day of the month in which a moment lies, where the company is.
create function api.stock_month(company integer, at timestamptz) returns date
language sql stable
as $$
    select date_trunc('month', at at time zone c.time_zone)::date from erp.company c where c.id = company
$$;

-- Why a document may not have this date: it lies ahead, its month is closed, or what it moves was counted since. An import may
-- say what was before a count, but writes into no closed month either.
create function api.date_refusals(company integer, at timestamptz, lines api.stock_line[], importing boolean)
returns table (rule text, line_no integer, facts jsonb)
language plpgsql stable
as $$
declare
    its_month date := api.stock_month(company, at);
begin
    if at > now() + interval '5 minutes' then
        return query select 'stock_effective_future', null::integer, jsonb_build_object('effective_at', at);
    elsif at < '1990-01-01' then
        -- Reports go month by month from the first movement: a slip of the hand, or the beginning of time, would never end.
        return query select 'stock_effective_early', null::integer, jsonb_build_object('effective_at', at);
    end if;
    if exists (select from erp.stock_period p where p.company_id = company and p.month >= its_month and p.state = 'closed') then
        return query select 'stock_period_open', null::integer, jsonb_build_object('month', to_char(its_month, 'YYYY-MM'));
    end if;
    if importing then
        return;
    end if;
    return query
    select 'stock_before_count', l.line_no, jsonb_build_object('item', l.item_code, 'place', p.code, 'number', c.number,
        'counted_at', to_char(c.counted_at at time zone (select y.time_zone from erp.company y where y.id = company), 'YYYY-MM-DD HH24:MI'))
    from unnest(lines) l
    cross join lateral (
        select b.location_id, b.counted_at, s.number
        from erp.stock_count_line b
        join erp.stock_count s on s.id = b.count_id and s.state = 'posted'
        where b.item_id = l.item_id and b.counted_at > at
            and (l.from_stocked and b.location_id = l.from_location_id or l.to_stocked and b.location_id = l.to_location_id)
        order by b.counted_at desc
        limit 1) c
    join erp.stock_location p on p.id = c.location_id
    order by l.line_no;
end
$$;

create function api.check_date(company integer, at timestamptz, lines api.stock_line[], importing boolean) returns void
language plpgsql
as $$
declare
    found_one record;
begin
    -- Whoever closes a month waits for those who are writing into it.
    perform pg_advisory_xact_lock_shared(hashtext('erp.stock_period'), company);
    select * into found_one from api.date_refusals(company, at, lines, importing) limit 1;
    if found then
        perform api.refuse_posting(found_one.rule, 'a document may not have this date', found_one.line_no, found_one.facts);
    end if;
end
$$;

-- What a clerk may say a piece costs. Where the order names the price, the order is right. What is found or comes back without
-- its issue takes the average: only finance and steward set a value. A delivery without an order, and opening stock, may differ
-- from the average by the tolerance.
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
        if lines[n].purchase_line_id is not null or lines[n].reverses_id is not null then
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

-- The moving average from a moment on, twice: as it was, and had `news` been posted in time. One row for each issue since, with
-- what it cost in both; a row without a move is line `line` of the news. What came in counts with all that its invoice added,
-- and what came back with what its issue cost in that reckoning.
create function api.replay_value(company integer, item bigint, at timestamptz, news api.stock_line[])
returns table (line integer, move_id bigint, moved_at timestamptz, before numeric, after numeric)
language plpgsql stable
as $$
declare
    old_q numeric;
    old_v numeric;
    old_a numeric := 0;
    new_q numeric;
    new_v numeric;
    new_a numeric;
    costs jsonb := '{}';
    e     record;
    kept  jsonb;
    sign  integer;
begin
    select coalesce(sum(s.sign * m.quantity), 0),
        coalesce(sum(s.sign * m.amount), 0)
        - coalesce(sum((select sum(h.amount) from erp.stock_value_share h where h.move_id = m.id)), 0)
        + coalesce(sum((select sum(v.amount) from erp.stock_value_entry v where v.move_id = m.id)), 0)
    into old_q, old_v
    from erp.stock_move m
    join erp.stock_location f on f.id = m.from_location_id
    join erp.stock_location t on t.id = m.to_location_id
    cross join lateral (select t.stocked::integer - f.stocked::integer as sign) s
    where m.company_id = company and m.item_id = item and m.owner_id is null and m.effective_at <= at and s.sign <> 0;
    old_v := old_v + coalesce((
        select sum(v.amount) from erp.stock_value_entry v
        where v.company_id = company and v.item_id = item and v.move_id is null and v.effective_at <= at), 0);
    if old_q > 0 then
        old_a := round(old_v / old_q, 4);
    end if;
    new_q := old_q;
    new_v := old_v;
    new_a := old_a;
    for n in 1 .. cardinality(news) loop
        sign := news[n].to_stocked::integer - news[n].from_stocked::integer;
        continue when news[n].item_id <> item or sign = 0 or news[n].owner_id is not null;
        line := n;
        move_id := null;
        moved_at := at;
        before := null;
        after := coalesce(news[n].amount, case
            when sign > 0 then round(news[n].quantity * coalesce(news[n].unit_cost, nullif(new_a, 0), news[n].standard_cost), 2)
            when news[n].quantity = new_q then new_v
            else round(news[n].quantity * coalesce(nullif(new_a, 0), news[n].standard_cost), 2) end);
        new_q := new_q + sign * news[n].quantity;
        new_v := new_v + sign * after;
        new_a := case when new_q > 0 then round(new_v / new_q, 4) else new_a end;
        return next;
    end loop;
    line := null;
    for e in
        select m.id, m.effective_at, m.quantity, m.reverses_id, s.sign,
            m.amount - s.sign * coalesce((select sum(h.amount) from erp.stock_value_share h where h.move_id = m.id), 0)
            + s.sign * coalesce((select sum(v.amount) from erp.stock_value_entry v where v.move_id = m.id), 0) as amount,
            exists (select from erp.stock_move r where r.reverses_id = m.id) as referred
        from erp.stock_move m
        join erp.stock_location f on f.id = m.from_location_id
        join erp.stock_location t on t.id = m.to_location_id
        cross join lateral (select t.stocked::integer - f.stocked::integer as sign) s
        where m.company_id = company and m.item_id = item and m.owner_id is null and m.effective_at > at and s.sign <> 0
        union all
        select null, v.effective_at, 0, null, 1, v.amount, false
        from erp.stock_value_entry v
        where v.company_id = company and v.item_id = item and v.move_id is null and v.effective_at > at and v.kind = 'revaluation'
        order by 2, 1
    loop
        move_id := e.id;
        moved_at := e.effective_at;
        kept := costs -> e.reverses_id::text;
        if kept is not null then
            before := round((kept ->> 0)::numeric * e.quantity / (kept ->> 2)::numeric, 2);
            after := round((kept ->> 1)::numeric * e.quantity / (kept ->> 2)::numeric, 2);
        elsif e.sign > 0 or e.reverses_id is not null then
            before := e.amount;
            after := e.amount;
        else
            before := case when e.quantity = old_q then old_v else round(e.quantity * old_a, 2) end;
            after := case when e.quantity = new_q then new_v else round(e.quantity * new_a, 2) end;
        end if;
        if e.referred then
            costs := costs || jsonb_build_object(e.id::text, jsonb_build_array(before, after, e.quantity));
        end if;
        old_q := old_q + e.sign * e.quantity;
        old_v := old_v + e.sign * before;
        new_q := new_q + e.sign * e.quantity;
        new_v := new_v + e.sign * after;
        old_a := case when old_q > 0 then round(old_v / old_q, 4) else old_a end;
        new_a := case when new_q > 0 then round(new_v / new_q, 4) else new_a end;
        if e.sign < 0 and e.reverses_id is null then
            return next;
        end if;
    end loop;
end
$$;

-- A document of an earlier date, by moving average: its own lines cost what they would have cost then, and `effects` are what
-- each later issue would have cost more or less. By layers nothing later changes: what was taken stays taken.
create function api.price_backdated(inout lines api.stock_line[], company integer, at timestamptz, out effects jsonb)
language plpgsql
as $$
declare
    item  bigint;
    cost  erp.item_cost;
    r     record;
begin
    effects := '[]';
    for item in select distinct l.item_id from unnest(lines) l where l.from_stocked <> l.to_stocked and l.owner_id is null order by 1 loop
        cost := api.lock_cost(company, item);
        continue when cost.item_id is null or cost.valuation = 'fifo';
        continue when not exists (
            select from erp.stock_move m where m.company_id = company and m.item_id = item and m.effective_at > at);
        for r in
            select x.line, x.move_id, x.moved_at, x.after, round((x.after - x.before) * o.open / m.quantity, 2) as delta
            from api.replay_value(company, item, at, lines) x
            left join erp.stock_move m on m.id = x.move_id
            left join lateral (select api.open_quantity(m.id) as open) o on true
        loop
            if r.line is not null then
                lines[r.line].amount := r.after;
                lines[r.line].unit_cost := round(r.after / lines[r.line].quantity, 4);
            elsif r.delta <> 0 then
                effects := effects || jsonb_build_array(jsonb_build_array(item, r.move_id, r.delta));
            end if;
        end loop;
    end loop;
end
$$;

-- The difference that a back-dated document makes to later issues, posted today: earlier rows stay as they are.
create function api.post_backdating(document erp.stock_document, effects jsonb) returns void
language plpgsql
as $$
declare
    one   record;
    entry erp.stock_value_entry;
    cost  erp.item_cost;
begin
    for one in
        select (e -> 0)::bigint as item_id, array_agg((e -> 1)::bigint order by (e -> 1)::bigint) as movers,
            array_agg((e -> 2)::numeric order by (e -> 1)::bigint) as parts, sum((e -> 2)::numeric) as total
        from jsonb_array_elements(effects) e
        group by 1
        order by 1
    loop
        cost := api.lock_cost(document.company_id, one.item_id);
        -- With no piece left there is no value to move: what is left over has gone to the issues already.
        continue when cost.quantity <= 0;
        perform api.change_value(cost, -one.total);
        entry := null;
        entry.company_id := document.company_id;
        entry.org_unit_id := document.org_unit_id;
        entry.item_id := one.item_id;
        entry.kind := 'backdating';
        entry.document_id := document.id;
        entry.amount_on_hand := -one.total;
        entry.amount_consumed := one.total;
        entry.reason := document.number;
        entry.posted_by := document.posted_by;
        perform api.write_value_entry(entry, one.movers, one.parts);
    end loop;
end
$$;

-- What posting a document of an earlier date would do: {"effective_at", "refused": [{rule, line, …}], "items": [{item, valuation,
-- later, changed, on_hand, consumed}], "periods": [{month, rows, amount}], "rows": [{number, type, item, effective_at, quantity,
-- amount, delta}], "hidden": rows of units that are not the caller's, "amount": what the document itself moves}. It is posted for that, and taken back before anybody sees it.
create function api.preview_backdating(document jsonb) returns jsonb
language plpgsql
security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    at       timestamptz := coalesce((document ->> 'effective_at')::timestamptz, now());
    place    record;
    lines    api.stock_line[];
    refused  jsonb := '[]';
    answer   jsonb;
    result   jsonb := '{}';
    state    text;
    rule     text;
    detail   text;
begin
    select s.company_id into place
    from erp.stock_location s
    where s.id in ((document #>> '{lines,0,from_location_id}')::bigint, (document #>> '{lines,0,to_location_id}')::bigint)
        and s.org_unit_id = any (erp.my_units_up())
    order by s.stocked desc
    limit 1;
    if place.company_id is null then
        perform api.refuse_posting('stock_lines_given', 'a posting needs at least one line with a place');
    end if;
    lines := (api.read_document(document, '{}', erp.my_units_up(), false)).lines;
    select coalesce(jsonb_agg(jsonb_build_object('rule', r.rule, 'line', r.line_no) || r.facts), '[]') into refused
    from api.date_refusals(place.company_id, at, lines, false) r;
    if refused = '[]' then
        begin
            answer := api.post_stock(gen_random_uuid(), document);
            result := api.backdating_result(place.company_id, (answer ->> 'document_id')::bigint, at)
                || jsonb_build_object('amount', answer -> 'amount');
            raise exception using errcode = 'ER099';
        exception when others then
            get stacked diagnostics state = returned_sqlstate, rule = constraint_name, detail = pg_exception_detail;
            if state not like 'ER%' then
                raise;
            elsif state <> 'ER099' then
                refused := jsonb_build_array(jsonb_build_object('rule', rule) || coalesce(nullif(detail, '')::jsonb, '{}'));
            end if;
        end;
    end if;
    -- An engineer learns how many movements it changes, not what anything cost.
    if not api.sees_costs() then
        result := result - '{amount,items,periods,rows,consumed}'::text[];
    end if;
    return jsonb_build_object('effective_at', at, 'refused', refused) || result;
end
$$;

create function api.backdating_result(company integer, document bigint, at timestamptz) returns jsonb
language plpgsql stable
as $$
declare
    mine   integer[] := erp.my_units();
    result jsonb;
begin
    with own as (
        select distinct m.item_id from erp.stock_move m where m.document_id = document and m.owner_id is null),
    later as (
        select m.id, m.item_id, m.document_id, m.effective_at, m.quantity, m.amount, coalesce(s.amount, 0) as delta,
            m.from_org_unit_id = any (mine) or m.to_org_unit_id = any (mine) as seen
        from own o
        join erp.stock_move m on m.item_id = o.item_id and m.company_id = company and m.effective_at > at and m.document_id <> document
        left join erp.stock_value_entry e on e.document_id = document and e.item_id = m.item_id and e.kind = 'backdating'
        left join erp.stock_value_share s on s.entry_id = e.id and s.move_id = m.id)
    select jsonb_build_object(
        'items', coalesce((
            select jsonb_agg(jsonb_build_object('item', i.code, 'name', i.name, 'name_zh', i.name_zh, 'valuation', i.valuation,
                'later', x.later, 'changed', x.changed, 'consumed', x.consumed, 'on_hand', -x.consumed) order by i.code)
            from own o
            join erp.item i on i.id = o.item_id
            cross join lateral (
                select count(*) as later, count(*) filter (where l.delta <> 0) as changed, coalesce(sum(l.delta), 0) as consumed
                from later l where l.item_id = o.item_id) x), '[]'),
        'periods', coalesce((
            select jsonb_agg(jsonb_build_object('month', to_char(p.month, 'YYYY-MM'), 'rows', p.n, 'amount', p.amount) order by p.month)
            from (
                select api.stock_month(company, l.effective_at) as month, count(*) as n, sum(l.delta) as amount
                from later l where l.delta <> 0 group by 1) p), '[]'),
        'rows', coalesce((
            select jsonb_agg(jsonb_build_object('number', d.number, 'document_id', d.id, 'type', d.document_type, 'item', i.code,
                'effective_at', l.effective_at, 'quantity', l.quantity, 'amount', l.amount, 'delta', l.delta) order by l.effective_at, l.id)
            from (select * from later x where x.delta <> 0 and x.seen order by x.effective_at, x.id limit 200) l
            join erp.stock_document d on d.id = l.document_id
            join erp.item i on i.id = l.item_id), '[]'),
        'later', (select count(*) from later),
        'changed', (select count(*) from later l where l.delta <> 0),
        'hidden', (select count(*) from later l where l.delta <> 0 and not l.seen),
        'consumed', (select coalesce(sum(l.delta), 0) from later l))
    into result;
    return result;
end
$$;

-- -------------------------------------------------------------------------------------------------- finance: values, months

-- Change the value of stock by hand, with a reason: of a receipt ({"move_id", "amount", "reason"}, split like a late invoice), or
-- of all that is there of an item ({"item_id", "unit_cost", "reason"}: a write-down to what it can still be sold for).
create function api.post_revaluation(request_id uuid, document jsonb) returns jsonb
language plpgsql
security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    actor  integer := erp.my_user_id();
    claim  record;
    answer jsonb;
    amount numeric := (document ->> 'amount')::numeric;
begin
    claim := api.claim_request(request_id, actor, 'post_revaluation', document::text);
    if claim.seen then
        return claim.answer;
    end if;
    if coalesce(trim(document ->> 'reason'), '') = '' then
        perform api.refuse_posting('stock_value_entry_reason_given', 'a change of value needs a reason');
    end if;
    if document ->> 'move_id' is not null then
        if not exists (
            select from erp.stock_move m
            where m.id = (document ->> 'move_id')::bigint and m.to_org_unit_id = any (api.posting_units(actor))) then
            perform api.refuse_posting('stock_document_known', 'no such receipt');
        elsif coalesce(round(amount, 2), 0) = 0 or round(amount, 2) <> amount then
            perform api.refuse_posting('stock_revaluation_amount', 'an amount in cents, not zero');
        end if;
        answer := api.revalue_move(actor, (document ->> 'move_id')::bigint, amount, document ->> 'reason', 'revaluation', null, null, null, request_id);
    else
        answer := api.revalue_item(actor, (document ->> 'item_id')::bigint, (document ->> 'unit_cost')::numeric, document ->> 'reason', request_id);
    end if;
    update erp.request r set result = answer where r.id = request_id;
    return answer;
end
$$;

-- What a change of value by hand would do, before anybody does it: the answer of `post_revaluation` with the item's quantity,
-- value and average before and after, or {"refused": {rule, …}}. It is posted for that, and taken back before anybody sees it.
create function api.preview_revaluation(document jsonb) returns jsonb
language plpgsql
security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    answer jsonb;
    before erp.item_cost;
    after  erp.item_cost;
    state  text;
    rule   text;
    detail text;
begin
    begin
        -- The reason is asked for when it is posted.
        answer := api.post_revaluation(gen_random_uuid(), document || '{"reason": "-"}');
        select * into after from erp.item_cost c
        where c.item_id = (answer ->> 'item_id')::bigint
            and c.company_id = (select e.company_id from erp.stock_value_entry e where e.id = (answer ->> 'entry_id')::bigint);
        raise exception using errcode = 'ER099';
    exception when others then
        get stacked diagnostics state = returned_sqlstate, rule = constraint_name, detail = pg_exception_detail;
        if state not like 'ER%' then
            raise;
        elsif state <> 'ER099' then
            return jsonb_build_object('refused', jsonb_build_object('rule', rule) || coalesce(nullif(detail, '')::jsonb, '{}'));
        end if;
    end;
    select * into before from erp.item_cost c where c.company_id = after.company_id and c.item_id = after.item_id;
    return answer - 'entry_id' || jsonb_build_object('there', before.quantity, 'value_before', before.value, 'value_after', after.value,
        'average_before', before.average, 'average_after', after.average);
end
$$;

-- The value of all that is there of an item becomes quantity × unit cost; by layers each layer takes its part.
create function api.revalue_item(actor integer, item bigint, unit_cost numeric, reason text, request_id uuid) returns jsonb
language plpgsql
as $$
declare
    part   record;
    cost   erp.item_cost;
    entry  erp.stock_value_entry;
    before jsonb;
begin
    select i.company_id, i.org_unit_id, i.code into part from erp.item i where i.id = item and i.org_unit_id = any (api.posting_units(actor));
    if not found then
        perform api.refuse_posting('stock_item_known', 'no such item');
    end if;
    cost := api.lock_cost(part.company_id, item);
    if coalesce(cost.quantity, 0) <= 0 then
        perform api.refuse_posting('stock_revaluation_empty', 'nothing of it is there', null, jsonb_build_object('item', part.code));
    elsif unit_cost is null or unit_cost < 0 then
        perform api.refuse_posting('stock_cost_not_negative', 'a cost is never negative');
    end if;
    entry.amount_on_hand := round(cost.quantity * unit_cost, 2) - cost.value;
    if entry.amount_on_hand = 0 then
        perform api.refuse_posting('stock_revaluation_amount', 'an amount in cents, not zero');
    end if;
    entry.company_id := part.company_id;
    entry.org_unit_id := part.org_unit_id;
    entry.item_id := item;
    entry.kind := 'revaluation';
    entry.quantity := cost.quantity;
    entry.quantity_on_hand := cost.quantity;
    entry.amount_consumed := 0;
    entry.reason := reason;
    entry.request_id := request_id;
    entry.posted_by := actor;
    before := api.open_layers(cost);
    entry := api.change_stock_value(entry, cost);
    return jsonb_build_object('entry_id', entry.id, 'item_id', item, 'quantity', entry.quantity,
        'quantity_on_hand', entry.quantity_on_hand, 'amount_on_hand', entry.amount_on_hand, 'amount_consumed', 0,
        'layers_before', before, 'layers_after', api.open_layers(cost));
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

-- Take a change of value back that was posted by hand: as much as it was, split by what is there now. What an invoice or a
-- document brought is taken back with it.
create function api.reverse_value_entry(request_id uuid, entry_id bigint, reason text) returns jsonb
language plpgsql
security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    actor  integer := erp.my_user_id();
    claim  record;
    entry  erp.stock_value_entry;
    first  erp.stock_value_entry;
    cost   erp.item_cost;
    answer jsonb;
begin
    claim := api.claim_request(request_id, actor, 'reverse_value_entry', entry_id || ' ' || coalesce(reason, ''));
    if claim.seen then
        return claim.answer;
    end if;
    select * into first from erp.stock_value_entry e where e.id = entry_id and e.org_unit_id = any (api.posting_units(actor)) for update;
    if not found then
        perform api.refuse_posting('stock_value_entry_known', 'no such change of value');
    elsif first.kind <> 'revaluation' or first.reverses_id is not null then
        perform api.refuse_posting('stock_value_entry_source', 'take back what brought it');
    elsif exists (select from erp.stock_value_entry e where e.reverses_id = first.id) then
        perform api.refuse_posting('stock_value_entry_reverses_unique', 'taken back already');
    elsif coalesce(trim(reason), '') = '' then
        perform api.refuse_posting('stock_value_entry_reason_given', 'a change of value needs a reason');
    end if;
    if first.move_id is not null then
        answer := api.revalue_move(actor, first.move_id, -first.amount, reason, first.kind, null, null, first.id, request_id);
    else
        cost := api.lock_cost(first.company_id, first.item_id);
        entry := first;
        entry.reverses_id := first.id;
        entry.reason := reason;
        entry.request_id := request_id;
        entry.effective_at := now();
        entry.posted_by := actor;
        entry.quantity := cost.quantity;
        entry.quantity_on_hand := greatest(cost.quantity, 0);
        if cost.quantity > 0 then
            entry.amount_on_hand := -first.amount;
            if api.restore_layers(cost, first) then
                perform api.change_value(cost, entry.amount_on_hand);
                entry := api.write_value_entry(entry, null, null);
            else
                entry := api.change_stock_value(entry, cost);
            end if;
        else
            -- Nothing of it is there: whoever consumed it had the changed value.
            entry.amount_on_hand := 0;
            entry.amount_consumed := -first.amount;
            entry := api.spread_value(entry, coalesce((
                select max(m.id) from erp.stock_move m where m.item_id = first.item_id and m.posted_at < first.posted_at), 0), null,
                (select max(m.id) from erp.stock_move m where m.item_id = first.item_id));
        end if;
        answer := jsonb_build_object('entry_id', entry.id, 'item_id', entry.item_id, 'quantity', entry.quantity,
            'quantity_on_hand', entry.quantity_on_hand, 'amount_on_hand', entry.amount_on_hand, 'amount_consumed', entry.amount_consumed);
    end if;
    update erp.request r set result = answer where r.id = request_id;
    return answer;
end
$$;

-- What an item is worth and why, for its card: {"valuation", "quantity", "value", "average", "layers": what is left of each
-- delivery, the oldest first; "history": what changed the average, the latest first, with what was there afterwards}. Value is
-- the company's; documents are named where they are the reader's.
create function api.item_value(item_id bigint) returns jsonb
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    units integer[] := api.reading_units();
    it    item;
    cost  item_cost;
begin
    select * into it from item i where i.id = item_value.item_id and i.org_unit_id = any ((select my_units_up())::int[]);
    if not found then
        return null;
    end if;
    select * into cost from item_cost c where c.company_id = it.company_id and c.item_id = it.id;
    return jsonb_build_object(
        'code', it.code, 'valuation', it.valuation, 'currency', it.currency, 'quantity', coalesce(cost.quantity, 0),
        'value', coalesce(cost.value, 0), 'average', coalesce(cost.average, 0),
        'layers', coalesce((
            select jsonb_agg(jsonb_build_object('id', l.id, 'at', l.effective_at, 'quantity', l.quantity, 'amount', l.amount,
                'left_quantity', l.left_quantity, 'left_amount', l.left_amount, 'kind', d.document_type,
                'document_id', case when d.org_unit_id = any (units) then d.id end,
                'number', case when d.org_unit_id = any (units) then d.number end) order by l.effective_at, l.id)
            from (
                select * from stock_layer x
                where x.company_id = it.company_id and x.item_id = it.id
                order by x.left_quantity > 0 desc, x.effective_at desc, x.id desc
                limit 200) l
            join stock_move m on m.id = l.move_id
            join stock_document d on d.id = m.document_id), '[]'),
        'history', coalesce((
            with happened as (
                select m.posted_at as at, 0 as rank, m.id, m.document_id, d.document_type as kind, s.sign * m.quantity as quantity,
                    s.sign * m.amount as amount, s.sign > 0 as shown, null::text as reason
                from stock_move m
                join stock_location f on f.id = m.from_location_id
                join stock_location t on t.id = m.to_location_id
                join stock_document d on d.id = m.document_id
                cross join lateral (select t.stocked::integer - f.stocked::integer as sign) s
                where m.item_id = it.id and m.company_id = it.company_id and m.owner_id is null and s.sign <> 0
                union all
                select v.posted_at, 1, v.id, coalesce(v.document_id, r.document_id), v.kind, 0, v.amount_on_hand, v.amount_on_hand <> 0,
                    case when v.org_unit_id = any (units) then v.reason end
                from stock_value_entry v
                left join stock_move r on r.id = v.move_id
                where v.item_id = it.id and v.company_id = it.company_id),
            running as (
                select h.*, sum(h.quantity) over w as stock, sum(h.amount) over w as worth
                from happened h
                window w as (order by h.at, h.rank, h.id))
            select jsonb_agg(jsonb_build_object('at', r.at, 'kind', r.kind, 'quantity', r.quantity, 'amount', r.amount,
                'stock', r.stock, 'worth', r.worth, 'reason', r.reason,
                'document_id', case when d.org_unit_id = any (units) then d.id end,
                'number', case when d.org_unit_id = any (units) then d.number end) order by r.at desc, r.rank desc, r.id desc)
            from (select * from running x where x.shown order by x.at desc, x.rank desc, x.id desc limit 200) r
            left join stock_document d on d.id = r.document_id), '[]'));
end
$$;

-- Close a month of stock, and with it every month before: no document is dated into it any more.
create function api.close_stock_period(company integer, month date) returns bigint
language plpgsql
security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    unit integer := (select u.id from erp.org_unit u where u.company_id = company and u.kind = 'company' and u.id = any (api.posting_units(erp.my_user_id())));
    made bigint;
begin
    if unit is null then
        perform erp.refuse('ER002', 'stock_period_company');
    elsif date_trunc('month', month)::date >= api.stock_month(company, now()) then
        perform erp.refuse('ER012', 'stock_period_ended', jsonb_build_object('month', to_char(month, 'YYYY-MM')));
    end if;
    perform pg_advisory_xact_lock(hashtext('erp.stock_period'), company);
    insert into erp.stock_period as p (company_id, org_unit_id, month, state, closed_at, closed_by)
    values (company, unit, date_trunc('month', close_stock_period.month)::date, 'closed', now(), nullif(erp.my_user_id(), 0))
    on conflict on constraint stock_period_month_unique do update
    set state = 'closed', closed_at = excluded.closed_at, closed_by = excluded.closed_by
    where p.state = 'open'
    returning id into made;
    if made is null then
        perform erp.refuse('ER010', 'stock_period_step', jsonb_build_object('month', to_char(month, 'YYYY-MM')));
    end if;
    return made;
end
$$;

-- Open the last closed month again, with a reason that stays in the history.
create function api.reopen_stock_period(period_id bigint, reason text) returns void
language plpgsql
security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    period erp.stock_period;
begin
    select * into period from erp.stock_period p where p.id = period_id and p.org_unit_id = any (api.posting_units(erp.my_user_id())) for update;
    if not found then
        perform erp.refuse('ER004', 'stock_period_known');
    elsif period.state <> 'closed' then
        perform erp.refuse('ER010', 'stock_period_step', jsonb_build_object('month', to_char(period.month, 'YYYY-MM')));
    elsif coalesce(trim(reason), '') = '' then
        perform erp.refuse('ER011', 'stock_period_reason');
    elsif exists (
        select from erp.stock_period p
        where p.company_id = period.company_id and p.month > period.month and p.state = 'closed') then
        perform erp.refuse('ER012', 'stock_period_last', jsonb_build_object('month', to_char(period.month, 'YYYY-MM')));
    end if;
    update erp.stock_period p
    set state = 'open', reopened_at = now(), reopened_by = nullif(erp.my_user_id(), 0), reason = reopen_stock_period.reason
    where p.id = period.id;
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
call erp.allow('api.preview_backdating(jsonb)', 'clerk engineer steward', 'execute');
call erp.allow('api.post_revaluation(uuid, jsonb)', 'finance steward', 'execute');
call erp.allow('api.item_value(bigint)', 'clerk buyer finance pm manager steward auditor', 'execute');
call erp.allow('api.preview_revaluation(jsonb)', 'finance steward', 'execute');
call erp.allow('api.reverse_value_entry(uuid, bigint, text)', 'finance steward', 'execute');
call erp.allow('api.close_stock_period(integer, date)', 'finance', 'execute');
call erp.allow('api.reopen_stock_period(bigint, text)', 'finance', 'execute');

-- The entry is audited; what is derived from it is not again.
call erp.track('erp.stock_layer', 'quiet silent plain');
call erp.track('erp.stock_layer_use', 'quiet silent plain');
call erp.track('erp.stock_value_entry', 'ledger plain');
call erp.track('erp.stock_value_share', 'quiet silent plain');
call erp.track('erp.stock_period');

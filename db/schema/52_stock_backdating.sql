-- Documents dated back: the value of an item worked out again from that day, and what it changes, shown before it is posted.

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

-- The same for several documents that are posted together: each after the ones before it, and all of it taken back. What they say is
-- added up; the first that is refused ends it.
create function api.preview_documents(documents jsonb) returns jsonb
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    document jsonb;
    one      jsonb;
    found    jsonb[] := '{}';
    refused  boolean := false;
begin
    begin
        for document in select d from jsonb_array_elements(documents) d loop
            one := api.preview_backdating(document);
            refused := one -> 'refused' <> '[]';
            found := found || one;
            exit when refused;
            perform api.post_stock(gen_random_uuid(), document);
        end loop;
        raise exception using errcode = 'ER099';
    exception when sqlstate 'ER099' then
        null;
    end;
    if refused then
        return one;
    end if;
    return (select jsonb_build_object(
        'effective_at', one -> 'effective_at', 'refused', '[]'::jsonb,
        'later', sum((f ->> 'later')::integer), 'changed', sum((f ->> 'changed')::integer), 'hidden', sum((f ->> 'hidden')::integer))
        || case when api.sees_costs() then jsonb_build_object(
            'amount', sum((f ->> 'amount')::numeric), 'consumed', sum((f ->> 'consumed')::numeric),
            'periods', coalesce((
                select jsonb_agg(jsonb_build_object('month', p.month, 'rows', p.n, 'amount', p.amount) order by p.month)
                from (
                    select e ->> 'month' as month, sum((e ->> 'rows')::integer) as n, sum((e ->> 'amount')::numeric) as amount
                    from unnest(found) g cross join jsonb_array_elements(g -> 'periods') e
                    group by 1) p), '[]'),
            'rows', coalesce((
                select jsonb_agg(e order by e ->> 'effective_at', e ->> 'number')
                from unnest(found) g cross join jsonb_array_elements(g -> 'rows') e), '[]')) else '{}' end
        from unnest(found) f);
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
call erp.allow('api.preview_backdating(jsonb)', 'clerk engineer steward', 'execute');
call erp.allow('api.preview_condition(jsonb)', 'clerk steward manager', 'execute');

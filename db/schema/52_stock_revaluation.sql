-- What finance does to the value of stock by hand, shown before it is posted, and what an item is worth and why.

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
        -- Who sees it is told why not he: all that the company has of it changes its value.
        select i.code, u.name into part from erp.item i join erp.org_unit u on u.id = i.org_unit_id
        where i.id = item and i.org_unit_id = any (erp.my_units_up());
        if found then
            perform api.refuse_posting('stock_value_scope', 'the item belongs to a unit for which he may not post', null,
                jsonb_build_object('item', part.code, 'unit', part.name));
        end if;
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
call erp.allow('api.post_revaluation(uuid, jsonb)', 'finance steward', 'execute');
call erp.allow('api.item_value(bigint)', 'clerk buyer finance pm manager steward auditor', 'execute');
call erp.allow('api.preview_revaluation(jsonb)', 'finance steward', 'execute');
call erp.allow('api.reverse_value_entry(uuid, bigint, text)', 'finance steward', 'execute');

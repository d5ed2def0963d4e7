-- What the desks read. One call is one answer in JSON, in the reader's scope; costs are the item's moving average, for those
-- who may read erp.item_cost and for nobody else.

create function api.reading_units() returns integer[]
language plpgsql stable
as $$
declare
    actor integer := erp.my_user_id();
begin
    return case when actor is null then api.posting_units(0) else erp.my_units() end;
end
$$;

create function api.sees_costs() returns boolean
language plpgsql stable
as $$
begin
    return erp.my_roles() && '{clerk,buyer,finance,pm,manager,steward,auditor}' or erp.is_owner();
end
$$;

-- For views and functions that all jobs share: the value where it may be read, else nothing. They run as their caller.
create function erp.visible_standard_cost(item_id bigint) returns numeric
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    if not has_column_privilege(current_user, 'erp.item', 'standard_cost', 'select') then
        return null;
    end if;
    return (select i.standard_cost from item i where i.id = item_id);
end
$$;
call erp.allow('erp.visible_standard_cost(bigint)', 'business', 'execute');

create function erp.visible_move_amount(move_id bigint) returns numeric
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    if not has_column_privilege(current_user, 'erp.stock_move', 'amount', 'select') then
        return null;
    end if;
    return (select m.amount from stock_move m where m.id = move_id);
end
$$;
call erp.allow('erp.visible_move_amount(bigint)', 'business', 'execute');

-- What a person may count an item in besides its own unit: its packs, and general conversions of its unit that no pack
-- replaces. `usage` says for which documents, as erp.uom_factor has it.
create function api.units_json(item bigint, base text) returns jsonb
language plpgsql stable
as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object('uom', k.uom, 'name', m.name, 'name_zh', m.name_zh, 'digits', m.digits,
            'spellings', array[y.full_reading, y.initials], 'factor', k.factor, 'usage', k.usage) order by k.factor desc, k.uom), '[]')
        from (
            select p.uom, p.factor, p.usage from erp.item_uom p where p.item_id = item
            union all
            select c.uom, erp.uom_factor(item, c.uom), 'both'
            from (
                select from_uom as uom from erp.uom_conversion where to_uom = base
                union
                select to_uom from erp.uom_conversion where from_uom = base) c
            where not exists (select from erp.item_uom p where p.item_id = item and p.uom = c.uom)) k
        join erp.unit_of_measure m on m.code = k.uom
        cross join lateral erp.pinyin_of(m.name_zh) y);
end
$$;

-- Stock of an item that lies with us and is not ours: a supplier's until it is used, or a customer's for his own orders.
create function api.owned_json(item bigint, units integer[]) returns jsonb
language plpgsql stable
as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'location_id', b.location_id, 'location', l.code, 'location_name', l.name, 'location_name_zh', l.name_zh,
            'kind', l.kind, 'lot_id', b.lot_id, 'lot', t.code, 'expires_on', t.expires_on, 'condition', b.condition,
            'on_hand', b.quantity, 'reserved', b.reserved, 'changed_on', b.changed_at::date,
            'owner_id', p.id, 'owner', p.name, 'owner_zh', p.name_zh, 'consigned', p.is_supplier)
            order by p.is_supplier desc, p.code, b.condition <> 'good', t.expires_on nulls last, t.id, b.quantity - b.reserved desc, l.code), '[]')
        from erp.stock_balance b
        join erp.stock_location l on l.id = b.location_id
        join erp.party p on p.id = b.owner_id
        left join erp.lot t on t.id = b.lot_id
        where b.item_id = item and b.owner_id is not null and b.org_unit_id = any (units) and b.quantity <> 0
            and erp.may_see('party', p.id));
end
$$;

create function api.part_json(item bigint, units integer[], asset bigint default null) returns jsonb
language plpgsql stable
as $$
begin
    return (
        select jsonb_build_object(
            'id', i.id, 'code', i.code, 'name', i.name, 'name_zh', i.name_zh, 'uom', i.uom, 'uom_zh', u.name_zh,
            'uom_name', u.name, 'digits', u.digits, 'tracking', i.tracking, 'category', i.category, 'retired', i.retired_on is not null,
            'allow_negative', i.allow_negative,
            'cost', case when api.sees_costs() then
                coalesce((select nullif(c.average, 0) from erp.item_cost c where c.company_id = i.company_id and c.item_id = i.id), i.standard_cost) end,
            'units', api.units_json(i.id, i.uom), 'owned', api.owned_json(i.id, units),
            'fits', coalesce((
                select jsonb_agg(distinct coalesce(f.model, k.name, a.code))
                from erp.item_fit f
                left join erp.asset_class k on k.id = f.asset_class_id
                left join erp.asset a on a.id = f.asset_id and a.org_unit_id = any (units)
                where f.item_id = i.id and (f.asset_id is null or a.id is not null)), '[]'),
            'fits_zh', coalesce((
                select jsonb_agg(distinct coalesce(f.model, k.name_zh, k.name, a.code))
                from erp.item_fit f
                left join erp.asset_class k on k.id = f.asset_class_id
                left join erp.asset a on a.id = f.asset_id and a.org_unit_id = any (units)
                where f.item_id = i.id and (f.asset_id is null or a.id is not null)), '[]'),
            'fits_asset', (
                select case when bool_or(true) is null or a.id is null then null else bool_or(
                    coalesce(f.asset_id = a.id, false) or f.asset_id is null
                    and (f.model is null or f.model = a.model) and (f.asset_class_id is null or f.asset_class_id = a.asset_class_id)) end
                from erp.item_fit f
                left join erp.asset a on a.id = asset
                where f.item_id = i.id
                group by a.id),
            'substitutes', coalesce((select jsonb_agg(s.substitute_id) from erp.item_substitute s where s.item_id = i.id), '[]'),
            'holdings', coalesce((
                select jsonb_agg(jsonb_build_object(
                    'location_id', b.location_id, 'location', l.code, 'location_name', l.name, 'location_name_zh', l.name_zh,
                    'kind', l.kind, 'lot_id', b.lot_id, 'lot', t.code, 'expires_on', t.expires_on, 'condition', b.condition,
                    'on_hand', b.quantity, 'reserved', b.reserved, 'changed_on', b.changed_at::date)
                    order by b.condition <> 'good', l.kind = 'van', t.expires_on nulls last, t.id, b.quantity - b.reserved desc, l.code)
                from erp.stock_balance b
                join erp.stock_location l on l.id = b.location_id
                left join erp.lot t on t.id = b.lot_id
                where b.item_id = i.id and b.org_unit_id = any (units) and b.quantity <> 0 and b.owner_id is null), '[]'))
        from erp.item i
        left join erp.unit_of_measure u on u.code = i.uom
        where i.id = item and i.org_unit_id = any ((select erp.my_units_up())::int[]));
end
$$;

-- What a scanned or typed code is: an order, a purchase order, a document, a place, a badge, a part, a lot, an owner. Null: nothing.
create function api.desk_resolve(code text, asset_id bigint default null) returns jsonb
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
    units     integer[] := api.reading_units();
    companies integer[] := array(select distinct o.company_id from org_unit o where o.id = any (units));
    wanted    text := upper(btrim(code));
    hit       record;
begin
    select 'work_order' as kind, w.id, w.number as code into hit from work_order w
    where w.company_id = any (companies) and w.number = wanted and w.org_unit_id = any (units);
    if not found then
        select 'purchase_order' as kind, p.id, p.number as code into hit from purchase_order p
        where p.company_id = any (companies) and p.number = wanted and p.org_unit_id = any (units);
    end if;
    if not found then
        select 'document' as kind, d.id, d.number as code, d.document_type into hit from stock_document d
        where d.company_id = any (companies) and d.number = wanted and d.org_unit_id = any (units);
    end if;
    if not found then
        select 'pick_list' as kind, p.id, p.number as code into hit from pick_list p
        where p.company_id = any (companies) and p.number = wanted and p.org_unit_id = any (units);
    end if;
    if found then
        return to_jsonb(hit);
    end if;
    select 'location' as kind, l.id, l.code, l.name, l.name_zh, l.kind as place_kind, l.org_unit_id = any (units) as mine into hit
    from stock_location l
    where l.company_id = any (companies) and l.code in (wanted, btrim(code)) and l.stocked and l.retired_on is null
    limit 1;
    if found then
        return to_jsonb(hit);
    end if;
    select 'engineer' as kind, e.id, e.code, e.name, e.name_zh, (
        select w.id from work_order w
        where w.engineer_id = e.id and w.state in ('working', 'on_site', 'travelling', 'accepted', 'waiting_part', 'dispatched', 'planned')
            and w.org_unit_id = any (units)
        order by array_position(array['working', 'on_site', 'travelling', 'accepted', 'waiting_part', 'dispatched', 'planned'], w.state),
            w.planned_start nulls last, w.id
        limit 1) as work_order_id into hit
    from engineer e
    where e.company_id = any (companies) and e.org_unit_id = any (units) and e.retired_on is null
        and (e.badge in (wanted, btrim(code)) or e.code in (wanted, btrim(code)))
    limit 1;
    if found then
        return to_jsonb(hit);
    end if;
    -- The old label of a merged item means the one that it was merged into.
    select 'item' as kind, coalesce(s.id, i.id) as id, coalesce(s.code, i.code) as code into hit
    from item i
    left join item s on s.id = i.merged_into
    where i.org_unit_id = any (erp.my_units_up()) and (i.code in (wanted, btrim(code)) or i.barcode in (wanted, btrim(code)))
    order by i.retired_on is not null limit 1;
    if found then
        return to_jsonb(hit) || jsonb_build_object('part', api.part_json(hit.id, units, asset_id));
    end if;
    -- The code of a pack: the part, and how many pieces one scan counts.
    select 'item' as kind, i.id, i.code, u.factor as pack, u.uom as pack_uom into hit from item_uom u
    join item i on i.id = u.item_id and i.org_unit_id = any (erp.my_units_up())
    where u.company_id = any (companies) and u.barcode in (wanted, btrim(code))
    limit 1;
    if found then
        return to_jsonb(hit) || jsonb_build_object('part', api.part_json(hit.id, units, asset_id));
    end if;
    select 'lot' as kind, t.id, t.code, t.item_id, t.expires_on into hit
    from lot t
    join item i on i.id = t.item_id and i.org_unit_id = any (erp.my_units_up())
    where t.code in (wanted, btrim(code))
    order by exists (select from stock_balance b where b.item_id = t.item_id and b.lot_id = t.id and b.quantity > 0) desc, t.id desc
    limit 1;
    if found then
        return to_jsonb(hit) || jsonb_build_object('part', api.part_json(hit.item_id, units, asset_id));
    end if;
    -- Whose goods they are that lie with us, or come to lie with us.
    select 'party' as kind, p.id, p.code, p.name, p.name_zh, p.is_supplier as consigned into hit
    from party p
    where p.company_id = any (companies) and p.code in (wanted, btrim(code)) and (p.is_supplier or p.is_customer) and p.retired_on is null
        and may_see('party', p.id)
    limit 1;
    if found then
        return to_jsonb(hit);
    end if;
    return null;
end
$$;

-- A work order for the desk: who and where, and its open reservations as the lines to pick.
create function api.desk_order(work_order_id bigint) returns jsonb
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    units integer[] := api.reading_units();
begin
    return (
        select jsonb_build_object(
            'id', w.id, 'number', w.number, 'title', w.title, 'title_zh', w.title_zh, 'state', w.state, 'state_name', s.name,
            'state_name_zh', s.name_zh, 'priority', w.priority, 'asset_id', a.id, 'asset', a.code, 'model', a.model,
            'customer_id', w.customer_id, 'customer', p.name, 'customer_zh', p.name_zh, 'customer_class', p.customer_class,
            'site', t.name, 'site_zh', t.name_zh, 'engineer_id', e.id, 'engineer', e.name, 'engineer_zh', e.name_zh,
            'contract', c.number, 'reported_at', w.reported_at, 'due_at', w.due_at, 'started_at', w.started_at,
            'lines', coalesce((
                select jsonb_agg(jsonb_build_object(
                    'reservation_id', r.id, 'quantity', r.quantity - r.issued, 'location_id', b.location_id, 'location', l.code,
                    'lot_id', b.lot_id, 'lot', x.code, 'owner_id', o.id, 'owner', o.name, 'owner_zh', o.name_zh,
                    'consigned', o.is_supplier, 'part', api.part_json(r.item_id, units, a.id)) order by r.id)
                from reservation r
                join stock_balance b on b.id = r.balance_id
                join stock_location l on l.id = b.location_id
                left join party o on o.id = b.owner_id
                left join lot x on x.id = b.lot_id
                where r.work_order_id = w.id and r.state = 'open'), '[]'))
        from work_order w
        join work_order_state s on s.key = w.state
        left join asset a on a.id = w.asset_id
        left join party p on p.id = w.customer_id
        left join site t on t.id = w.site_id
        left join engineer e on e.id = w.engineer_id
        left join contract c on c.id = w.contract_id
        where w.id = desk_order.work_order_id and w.org_unit_id = any (units));
end
$$;

-- A purchase order for the receiving desk: its lines with what is still to come and where such parts lie.
create function api.desk_purchase(purchase_order_id bigint) returns jsonb
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    units integer[] := api.reading_units();
begin
    return (
        select jsonb_build_object(
            'id', o.id, 'number', o.number, 'state', o.state, 'supplier', p.name, 'supplier_zh', p.name_zh,
            'ordered_on', o.ordered_on, 'promised_on', o.promised_on,
            'lines', coalesce((
                select jsonb_agg(jsonb_build_object(
                    'purchase_line_id', l.id, 'line_no', l.line_no, 'ordered', l.quantity, 'received', l.received,
                    'quantity', greatest(l.quantity - l.received, 0), 'unit_cost', l.unit_price, 'uom', l.uom,
                    'part', api.part_json(l.item_id, units)) order by l.line_no)
                from purchase_order_line l
                where l.purchase_order_id = o.id), '[]'))
        from purchase_order o
        join party p on p.id = o.supplier_id
        where o.id = desk_purchase.purchase_order_id and o.org_unit_id = any (units));
end
$$;

-- What can come back from an order or from one issue: its issued moves with what is still out.
create function api.desk_issued(work_order_id bigint, document_id bigint) returns jsonb
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    units integer[] := api.reading_units();
begin
    return coalesce((
        select jsonb_agg(jsonb_build_object(
            'returns_move_id', m.id, 'quantity', api.open_quantity(m.id), 'location_id', m.from_location_id, 'location', l.code,
            'lot_id', m.lot_id, 'lot', x.code, 'unit_cost', m.unit_cost, 'document', d.number,
            'owner_id', o.id, 'owner', o.name, 'owner_zh', o.name_zh, 'consigned', o.is_supplier,
            'part', api.part_json(m.item_id, units)) order by m.id)
        from stock_move m
        join stock_document d on d.id = m.document_id
        join stock_location l on l.id = m.from_location_id
        join stock_location t on t.id = m.to_location_id and t.kind = 'customer'
        left join party o on o.id = m.owner_id
        left join lot x on x.id = m.lot_id
        where (m.work_order_id = desk_issued.work_order_id or m.document_id = desk_issued.document_id)
            and d.reverses_id is null and m.from_org_unit_id = any (units) and api.open_quantity(m.id) > 0), '[]');
end
$$;

-- What can go back to the supplier: the received moves of an order or of one receipt with what was not sent back yet. What was
-- bought of consigned stock as it was used is gone.
create function api.desk_received(purchase_order_id bigint, document_id bigint) returns jsonb
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
    units integer[] := api.reading_units();
    heads record;
begin
    select coalesce(o.id, d.id) as id, coalesce(o.number, d.number) as number, b.number as purchase_order,
        coalesce(p.name, w.name) as supplier, coalesce(p.name_zh, w.name_zh) as supplier_zh, o.state, o.ordered_on, d.effective_at
    into heads
    from (select) one
    left join purchase_order o on o.id = purchase_order_id and o.org_unit_id = any (units)
    left join stock_document d on d.id = document_id and d.org_unit_id = any (units) and d.document_type = 'receipt' and d.reverses_id is null
    left join purchase_order b on b.id = d.purchase_order_id
    left join party p on p.id = coalesce(o.supplier_id, b.supplier_id)
    left join lateral (
        select x.name, x.name_zh from stock_move m join party x on x.id = m.owner_id where m.document_id = d.id order by m.id limit 1) w on true;
    if heads.id is null then
        return null;
    end if;
    return to_jsonb(heads) || jsonb_build_object('lines', coalesce((
        select jsonb_agg(jsonb_build_object(
            'returns_move_id', m.id, 'quantity', api.open_quantity(m.id), 'location_id', m.to_location_id, 'location', l.code,
            'lot_id', m.lot_id, 'lot', x.code, 'condition', m.to_condition, 'unit_cost', m.unit_cost, 'document', d.number,
            'owner_id', o.id, 'owner', o.name, 'owner_zh', o.name_zh, 'consigned', o.is_supplier,
            'part', api.part_json(m.item_id, units)) order by m.id)
        from stock_move m
        join stock_document d on d.id = m.document_id and d.document_type = 'receipt' and d.reverses_id is null
            and d.source is distinct from 'consignment'
        join stock_location f on f.id = m.from_location_id and f.kind = 'supplier'
        join stock_location l on l.id = m.to_location_id
        left join party o on o.id = m.owner_id
        left join lot x on x.id = m.lot_id
        where (m.document_id = document_id or m.purchase_line_id in (
                select q.id from purchase_order_line q where q.purchase_order_id = purchase_order_id))
            and m.to_org_unit_id = any (units) and api.open_quantity(m.id) > 0), '[]'));
end
$$;

-- "Do we have it?": the part with its places, what is on order, its substitutes and today's moves.
create function api.part_overview(item_id bigint) returns jsonb
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    units integer[] := api.reading_units();
begin
    return (
        select api.part_json(i.id, units) || jsonb_build_object(
            'on_order', coalesce((
                select sum(greatest(l.quantity - l.received, 0))
                from purchase_order_line l
                join purchase_order o on o.id = l.purchase_order_id and o.state in ('ordered', 'part_received')
                where l.item_id = i.id and o.org_unit_id = any (units)), 0),
            'due_on', (
                select min(coalesce(l.promised_on, o.promised_on))
                from purchase_order_line l
                join purchase_order o on o.id = l.purchase_order_id and o.state in ('ordered', 'part_received')
                where l.item_id = i.id and l.received < l.quantity and o.org_unit_id = any (units)),
            'substitute_parts', coalesce((
                select jsonb_agg(api.part_json(s.substitute_id, units) order by s.substitute_id)
                from item_substitute s
                where s.item_id = i.id), '[]'),
            'moves_today', coalesce((
                select jsonb_agg(to_jsonb(m) order by m.posted_at desc)
                from (
                    select m.posted_at, d.id as document_id, d.number, case when t.stocked and f.stocked then -m.quantity
                        when t.stocked then m.quantity else -m.quantity end as quantity,
                        case when f.stocked then f.code else t.code end as location, u.display_name as by_name,
                        u.display_name_zh as by_name_zh
                    from stock_move m
                    join stock_document d on d.id = m.document_id
                    join stock_location f on f.id = m.from_location_id
                    join stock_location t on t.id = m.to_location_id
                    left join app_user u on u.id = m.posted_by
                    where m.item_id = i.id and m.posted_at >= current_date
                        and (m.from_org_unit_id = any (units) or m.to_org_unit_id = any (units))
                    order by m.id desc
                    limit 50) m), '[]'))
        from item i
        where i.id = part_overview.item_id);
end
$$;

-- Places where the desk may put things, for its look-up.
create function api.desk_places() returns jsonb
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    units integer[] := erp.my_write_units();
begin
    if erp.my_user_id() is null then
        units := api.posting_units(0);
    end if;
    return coalesce((
        select jsonb_agg(jsonb_build_object('id', l.id, 'code', l.code, 'name', l.name, 'name_zh', l.name_zh, 'path', l.path, 'kind', l.kind)
            order by l.kind <> 'bin', l.code)
        from stock_location l
        where l.stocked and l.retired_on is null and l.org_unit_id = any (units)), '[]');
end
$$;

call erp.allow('api.desk_resolve(text, bigint)', 'clerk manager', 'execute');
call erp.allow('api.desk_order(bigint)', 'clerk', 'execute');
call erp.allow('api.desk_purchase(bigint)', 'clerk buyer', 'execute');
call erp.allow('api.desk_issued(bigint, bigint)', 'clerk', 'execute');
call erp.allow('api.desk_received(bigint, bigint)', 'clerk', 'execute');
call erp.allow('api.desk_places()', 'clerk', 'execute');
call erp.allow('api.part_overview(bigint)', 'clerk planner desk engineer buyer manager', 'execute');

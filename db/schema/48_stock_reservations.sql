-- Setting stock aside: what orders need, reservations made, given back and moved from order to order. What a posting takes
-- out of reservations is in 46_stock_documents.

-- Orders in these states still want their parts.
create function erp.wants_parts(state text) returns boolean
language sql immutable
set search_path = erp, pg_catalog, pg_temp
as $$
    select state in ('submitted', 'approved', 'planned', 'dispatched', 'accepted', 'travelling', 'on_site', 'working',
                     'waiting_part', 'waiting_customer')
$$;

-- What the planned parts of some orders come to: needed, out there (issues less returns), set aside, and what is neither.
create function erp.order_needs(order_ids bigint[])
returns table (work_order_id bigint, part_id bigint, item_id bigint, needed numeric, issued numeric, reserved numeric, open numeric)
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select p.work_order_id, p.id, p.item_id, p.quantity::numeric, coalesce(m.out, 0), coalesce(r.kept, 0),
           greatest(p.quantity - coalesce(m.out, 0) - coalesce(r.kept, 0), 0)
    from work_order_part p
    left join (
        -- What was issued under a code that was merged meanwhile was this part.
        select x.work_order_id, coalesce(i.merged_into, x.item_id) as item_id,
               sum(case when t.kind = 'customer' then x.quantity else -x.quantity end) as out
        from stock_move x
        join item i on i.id = x.item_id
        join stock_location f on f.id = x.from_location_id
        join stock_location t on t.id = x.to_location_id
        where x.work_order_id = any (order_ids) and 'customer' in (f.kind, t.kind)
        group by 1, 2) m on m.work_order_id = p.work_order_id and m.item_id = p.item_id
    left join (
        select v.work_order_id, v.item_id, sum(v.quantity - v.issued) as kept
        from reservation v
        where v.work_order_id = any (order_ids) and v.state = 'open'
        group by v.work_order_id, v.item_id) r on r.work_order_id = p.work_order_id and r.item_id = p.item_id
    where p.work_order_id = any (order_ids);
end
$$;

-- True where somebody found less than the books say and nobody has counted since: what lies there is promised to nobody.
create function erp.in_doubt(item bigint, place bigint, lot bigint) returns boolean
language sql stable
set search_path = erp, pg_catalog, pg_temp
as $$
    select exists (
        select from pick_line k
        where k.item_id = item and k.location_id = place and k.lot_id is not distinct from lot
          and k.short > 0 and k.short_reason in ('missing', 'damaged')
          and not exists (
              select from stock_count_line l
              join stock_count c on c.id = l.count_id and c.state = 'posted'
              where l.item_id = item and l.location_id = place and l.lot_id is not distinct from lot and l.counted_at > k.settled_at))
$$;

-- Lock what reserving for some orders touches, in the one order that all postings keep: orders, reservations, balances.
create function erp.lock_for_orders(order_ids bigint[], more_items bigint[], units integer[]) returns void
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    perform from work_order w where w.id = any (order_ids) order by w.id for no key update;
    perform from reservation r where r.work_order_id = any (order_ids) and r.state = 'open' order by r.id for update;
    perform from stock_balance b
    where b.org_unit_id = any (units) and (
        b.item_id = any (more_items)
        or b.item_id in (select p.item_id from work_order_part p where p.work_order_id = any (order_ids)))
    order by b.item_id, b.location_id, b.lot_id nulls first, b.owner_id nulls first, b.condition
    for update;
end
$$;

-- Set aside up to `wanted` pieces for an order: its own branch first, vans last, the earliest expiry, else the place with
-- the most. The balances are locked by the caller. Returns what was made and what is still wanted.
create function erp.allocate(
    order_id bigint, of_item bigint, wanted numeric, at_place bigint, for_part bigint, units integer[], out made bigint[], out missing numeric)
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    home integer := (select api.branch_of(w.org_unit_id) from work_order w where w.id = order_id);
    b    record;
    part numeric;
    one  bigint;
begin
    made := '{}';
    missing := wanted;
    for b in
        select s.id, s.company_id, s.org_unit_id, s.quantity - s.reserved as free
        from stock_balance s
        join stock_location l on l.id = s.location_id and l.kind in ('store', 'bin', 'van', 'site_store') and l.retired_on is null
        left join lot t on t.id = s.lot_id
        where s.item_id = of_item and s.org_unit_id = any (units) and s.condition = 'good' and s.owner_id is null
            and s.quantity > s.reserved and (t.expires_on is null or t.expires_on >= current_date)
            and (at_place is null or s.location_id = at_place)
            and not in_doubt(s.item_id, s.location_id, s.lot_id)
        order by api.branch_of(s.org_unit_id) is distinct from home, l.kind = 'van', t.expires_on nulls last, s.quantity - s.reserved desc, s.id
    loop
        exit when missing = 0;
        part := least(missing, b.free);
        update stock_balance s set reserved = s.reserved + part, changed_at = now() where s.id = b.id;
        insert into reservation (company_id, org_unit_id, work_order_id, work_order_part_id, item_id, balance_id, quantity, created_by)
        values (b.company_id, b.org_unit_id, order_id, for_part, of_item, b.id, part, my_user_id())
        returning id into one;
        made := made || one;
        missing := missing - part;
    end loop;
end
$$;

-- Give back what is still open of some reservations; what of it stood on a pick list need not be fetched any more.
-- Returns the quantity.
create function erp.give_back(ids bigint[]) returns numeric
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    freed numeric := 0;
    r     record;
begin
    perform from reservation x where x.id = any (ids) order by x.id for update;
    for r in
        select x.balance_id, sum(x.quantity - x.issued) as open
        from reservation x
        join stock_balance b on b.id = x.balance_id
        where x.id = any (ids) and x.state = 'open'
        group by x.balance_id, b.item_id, b.location_id, b.lot_id, b.owner_id, b.condition
        order by b.item_id, b.location_id, b.lot_id nulls first, b.owner_id nulls first, b.condition
    loop
        update stock_balance b set reserved = b.reserved - r.open, changed_at = now() where b.id = r.balance_id;
        freed := freed + r.open;
    end loop;
    update reservation x set state = 'released' where x.id = any (ids) and x.state = 'open';
    update pick_line k
    set picked = 0, short = k.quantity - k.issued, short_reason = coalesce(k.short_reason, 'released'), settled_at = now()
    where k.reservation_id = any (ids) and k.issued + k.short < k.quantity;
    return freed;
end
$$;

create function api.release_reservations(ids bigint[]) returns numeric
language plpgsql
as $$
begin
    return erp.give_back(ids);
end
$$;

-- Set stock aside for an order: all of the quantity or nothing. Twenty who want the last ten pieces: ten get them, because
-- each waits for the balances of the item.
create function api.reserve(
    work_order_id bigint, item_id bigint, quantity numeric, location_id bigint default null, work_order_part_id bigint default null)
returns jsonb
language plpgsql
security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    units integer[] := api.posting_units(erp.my_user_id());
    got   record;
    whole record;
begin
    if coalesce(reserve.quantity, 0) <= 0 or reserve.quantity in ('NaN', 'Infinity') then
        perform api.refuse_posting('reservation_quantity_positive', 'the quantity must be positive');
    end if;
    perform api.check_work_order(reserve.work_order_id, (select o.company_id from erp.work_order o where o.id = reserve.work_order_id),
        units, false);
    perform from erp.stock_balance s
    where s.item_id = reserve.item_id and s.org_unit_id = any (units)
    order by s.location_id, s.lot_id nulls first, s.owner_id nulls first, s.condition
    for update;
    -- A planned part of another order, or of another item, is not what this is set aside for.
    got := erp.allocate(reserve.work_order_id, reserve.item_id, reserve.quantity, reserve.location_id, (
        select p.id from erp.work_order_part p
        where p.id = reserve.work_order_part_id and p.work_order_id = reserve.work_order_id and p.item_id = reserve.item_id), units);
    if got.missing > 0 then
        perform api.refuse_posting('reservation_not_enough', 'not enough is free', null,
            jsonb_build_object('wanted', reserve.quantity, 'free', reserve.quantity - got.missing));
    end if;
    -- Said of what lies with the caller only: another branch's item does not tell its code.
    select i.code, u.digits into whole from erp.item i join erp.unit_of_measure u on u.code = i.uom where i.id = reserve.item_id;
    if round(reserve.quantity, whole.digits) <> reserve.quantity then
        perform api.refuse_posting('stock_quantity_valid', 'whole units where the unit is whole', null,
            jsonb_build_object('item', whole.code, 'quantity', reserve.quantity, 'digits', whole.digits));
    end if;
    return jsonb_build_object('reservations', to_jsonb(got.made), 'quantity', reserve.quantity);
end
$$;

create function api.release(reservation_id bigint) returns jsonb
language plpgsql
security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from erp.reservation r
        where r.id = release.reservation_id and r.org_unit_id = any (api.posting_units(erp.my_user_id()))) then
        perform api.refuse_posting('reservation_known', 'no such reservation');
    end if;
    return jsonb_build_object('reservation', reservation_id, 'freed', erp.give_back(array[reservation_id]));
end
$$;

-- What is set aside for an order, part by part, after trying for the rest of it.
create function erp.fill_order(order_id bigint, units integer[]) returns jsonb
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    need  record;
    got   record;
    lines jsonb := '[]';
    made  bigint[] := '{}';
    short integer := 0;
begin
    for need in
        select n.*, i.code
        from order_needs(array[order_id]) n
        join item i on i.id = n.item_id
        order by n.item_id
    loop
        got := allocate(order_id, need.item_id, need.open, null, need.part_id, units);
        made := made || got.made;
        short := short + (got.missing > 0)::integer;
        lines := lines || jsonb_build_object(
            'part_id', need.part_id, 'item_id', need.item_id, 'item', need.code, 'needed', need.needed, 'issued', need.issued,
            'reserved', need.reserved + need.open - got.missing, 'added', need.open - got.missing, 'missing', got.missing);
    end loop;
    return jsonb_build_object('work_order_id', order_id, 'reservations', to_jsonb(made), 'short', short, 'lines', lines);
end
$$;

-- Set aside what an order still needs, as far as it is there: each planned part gets its answer, what is missing stays an
-- open demand. Asking again adds only what became free meanwhile.
create function api.reserve_order(order_id bigint) returns jsonb
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    units integer[] := api.posting_units(my_user_id());
begin
    perform api.check_work_order(order_id, (select o.company_id from work_order o where o.id = order_id), units, false);
    perform lock_for_orders(array[order_id], '{}', units);
    return fill_order(order_id, units);
end
$$;

-- Choose anew: what an order has set aside goes back and is chosen again from everything that is free now, in the same
-- moment, so that nobody comes between. What is on a pick list stays.
create function api.reallocate_order(order_id bigint) returns jsonb
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    units integer[] := api.posting_units(my_user_id());
begin
    perform api.check_work_order(order_id, (select o.company_id from work_order o where o.id = order_id), units, false);
    perform lock_for_orders(array[order_id], array(
        select r.item_id from reservation r where r.work_order_id = reallocate_order.order_id and r.state = 'open'), units);
    perform give_back(array(
        select r.id from reservation r
        join work_order_part p on p.work_order_id = r.work_order_id and p.item_id = r.item_id
        where r.work_order_id = reallocate_order.order_id and r.state = 'open' and r.org_unit_id = any (units)
          and not exists (select from pick_line k where k.reservation_id = r.id and k.issued + k.short < k.quantity)));
    return fill_order(order_id, units);
end
$$;

-- Give pieces that are set aside for one order to another that needs them more. The pieces stay where they are. The reason
-- (setting outpost.reason) stands in the history of both orders.
create function api.reassign_reservation(reservation_id bigint, order_id bigint, quantity numeric default null) returns jsonb
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    units integer[] := api.posting_units(my_user_id());
    kept  reservation;
    pieces  numeric;
    made  bigint;
    why   text := nullif(btrim(current_setting('outpost.reason', true)), '');
begin
    select * into kept from reservation r where r.id = $1 and r.org_unit_id = any (units) for update;
    if not found or kept.state <> 'open' then
        perform api.refuse_posting('reservation_known', 'no such reservation');
    end if;
    perform api.check_work_order($2, kept.company_id, units, false);
    pieces := coalesce($3, kept.quantity - kept.issued);
    if pieces <= 0 or pieces > kept.quantity - kept.issued or kept.work_order_id = $2
       or round(pieces, (select u.digits from item i join unit_of_measure u on u.code = i.uom where i.id = kept.item_id)) <> pieces then
        perform refuse('ER012', 'reservation_reassign', jsonb_build_object('open', kept.quantity - kept.issued));
    elsif exists (select from pick_line k where k.reservation_id = kept.id and k.issued + k.short < k.quantity) then
        perform refuse('ER012', 'reservation_on_pick', jsonb_build_object('list', (
            select p.number from pick_line k join pick_list p on p.id = k.pick_list_id
            where k.reservation_id = kept.id and k.issued + k.short < k.quantity)));
    elsif why is null then
        perform refuse('ER012', 'reservation_reason');
    end if;
    if pieces = kept.quantity then
        update reservation r set state = 'released' where r.id = kept.id;
    else
        update reservation r set quantity = r.quantity - pieces, state = case when r.issued = r.quantity - pieces then 'issued' else 'open' end
        where r.id = kept.id;
    end if;
    insert into reservation (company_id, org_unit_id, work_order_id, work_order_part_id, item_id, balance_id, quantity, created_by)
    values (kept.company_id, kept.org_unit_id, $2,
            (select p.id from work_order_part p where p.work_order_id = $2 and p.item_id = kept.item_id),
            kept.item_id, kept.balance_id, pieces, my_user_id())
    returning id into made;
    insert into audit.entry (table_name, row_id, org_unit_id, action, user_id, login, client, reason, changes)
    select 'work_order', o.id, o.org_unit_id, 'U', my_user_id(), case when my_user_id() > 0 then null else session_user end,
           current_setting('application_name'),
           format('%s × %s: %s → %s. %s', trim_scale(pieces), (select i.code from item i where i.id = kept.item_id),
                  (select w.number from work_order w where w.id = kept.work_order_id),
                  (select w.number from work_order w where w.id = $2), why), '{}'
    from work_order o
    where o.id in (kept.work_order_id, $2);
    return jsonb_build_object('reservation', made, 'from', kept.id, 'quantity', pieces);
end
$$;

-- A planned part that is taken off an order, or wanted in a smaller number, gives back what it had set aside too much.
create function erp.part_need_changed() returns trigger
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    needed numeric := case when tg_op = 'UPDATE' and new.item_id = old.item_id then new.quantity else 0 end;
    excess numeric;
    r      record;
begin
    perform from reservation v where v.work_order_id = old.work_order_id and v.item_id = old.item_id and v.state = 'open' order by v.id for update;
    excess := coalesce((
        select sum(v.quantity) from reservation v
        where v.work_order_id = old.work_order_id and v.item_id = old.item_id and v.state in ('open', 'issued')), 0) - needed;
    for r in
        select v.id, v.balance_id, v.quantity - v.issued as open
        from reservation v
        where v.work_order_id = old.work_order_id and v.item_id = old.item_id and v.state = 'open'
        order by v.id desc
    loop
        exit when excess <= 0;
        if r.open <= excess then
            perform give_back(array[r.id]);
            excess := excess - r.open;
        else
            update stock_balance b set reserved = b.reserved - excess, changed_at = now() where b.id = r.balance_id;
            update reservation v set quantity = v.quantity - excess where v.id = r.id;
            excess := 0;
        end if;
    end loop;
    return null;
end
$$;

-- The last day on which a reservation holds: so many days after it was made, or after the planned day of its order where
-- that is later. A setting of the company says how many (30).
create function erp.reservation_ends(made timestamptz, planned timestamptz) returns date
language sql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    select greatest(made, planned)::date
           + coalesce((select (value #>> '{}')::integer from setting where key = 'stock.reservation_days' and org_unit_id is null), 30)
$$;

-- The worker gives back what nobody came for. An order that is being worked at keeps its parts, and so does a pick list.
create function api.expire_reservations() returns integer
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    due bigint[] := array(
        select r.id
        from reservation r
        join work_order w on w.id = r.work_order_id
        where r.state = 'open' and reservation_ends(r.created_at, w.planned_start) < current_date
          and w.state not in ('travelling', 'on_site', 'working', 'waiting_part', 'waiting_customer')
          and not exists (select from pick_line k where k.reservation_id = r.id and k.issued + k.short < k.quantity)
        order by r.id
        limit 500);
begin
    perform give_back(due);
    return cardinality(due);
end
$$;

call erp.allow('api.reserve(bigint, bigint, numeric, bigint, bigint)', 'clerk planner desk', 'execute');
call erp.allow('api.reserve_order(bigint)', 'clerk planner desk', 'execute');
call erp.allow('api.reallocate_order(bigint)', 'clerk planner desk', 'execute');
call erp.allow('api.reassign_reservation(bigint, bigint, numeric)', 'planner desk manager', 'execute');
call erp.allow('api.release(bigint)', 'clerk planner desk pm', 'execute');
call erp.allow('api.expire_reservations()', 'worker', 'execute');
call erp.allow('erp.reservation_ends(timestamptz, timestamptz)', 'business', 'execute');

-- Setting stock aside: reservations of work orders, made and given back. What a posting takes out of them is in 46_stock.

-- Set stock aside for an order: all of the quantity or nothing, the earliest expiry first, else the place with the most.
-- Twenty who want the last ten pieces: ten get them, because each waits for the balances of the item.
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
    needed numeric := reserve.quantity;
    part  numeric;
    b     record;
    made  bigint[] := '{}';
    one   bigint;
begin
    if coalesce(needed, 0) <= 0 then
        perform api.refuse_posting('reservation_quantity_positive', 'the quantity must be positive');
    end if;
    perform api.check_work_order(reserve.work_order_id, (select o.company_id from erp.work_order o where o.id = reserve.work_order_id),
        units, false);
    perform from erp.stock_balance s
    where s.item_id = reserve.item_id and s.org_unit_id = any (units)
    order by s.location_id, s.lot_id nulls first, s.owner_id nulls first, s.condition
    for update;
    for b in
        select s.id, s.company_id, s.org_unit_id, s.quantity - s.reserved as free
        from erp.stock_balance s
        join erp.stock_location l on l.id = s.location_id and l.kind in ('store', 'bin', 'van', 'site_store') and l.retired_on is null
        left join erp.lot t on t.id = s.lot_id
        where s.item_id = reserve.item_id and s.org_unit_id = any (units) and s.condition = 'good' and s.owner_id is null
            and s.quantity > s.reserved and (t.expires_on is null or t.expires_on >= current_date)
            and (reserve.location_id is null or s.location_id = reserve.location_id)
        order by (l.kind = 'van'), t.expires_on nulls last, s.quantity - s.reserved desc, s.id
    loop
        exit when needed = 0;
        part := least(needed, b.free);
        update erp.stock_balance s set reserved = s.reserved + part, changed_at = now() where s.id = b.id;
        insert into erp.reservation (company_id, org_unit_id, work_order_id, work_order_part_id, item_id, balance_id, quantity, created_by)
        values (b.company_id, b.org_unit_id, reserve.work_order_id, reserve.work_order_part_id, reserve.item_id, b.id, part, erp.my_user_id())
        returning id into one;
        made := made || one;
        needed := needed - part;
    end loop;
    if needed > 0 then
        perform api.refuse_posting('reservation_not_enough', 'not enough is free', null,
            jsonb_build_object('wanted', reserve.quantity, 'free', reserve.quantity - needed));
    end if;
    return jsonb_build_object('reservations', to_jsonb(made), 'quantity', reserve.quantity);
end
$$;

-- Give back what is still open of some reservations; returns the quantity.
create function api.release_reservations(ids bigint[]) returns numeric
language plpgsql
as $$
declare
    freed numeric := 0;
    r     record;
begin
    perform from erp.reservation x where x.id = any (ids) order by x.id for update;
    for r in
        select x.balance_id, sum(x.quantity - x.issued) as open
        from erp.reservation x
        join erp.stock_balance b on b.id = x.balance_id
        where x.id = any (ids) and x.state = 'open'
        group by x.balance_id, b.item_id, b.location_id, b.lot_id, b.owner_id, b.condition
        order by b.item_id, b.location_id, b.lot_id nulls first, b.owner_id nulls first, b.condition
    loop
        update erp.stock_balance b set reserved = b.reserved - r.open, changed_at = now() where b.id = r.balance_id;
        freed := freed + r.open;
    end loop;
    update erp.reservation x set state = 'released' where x.id = any (ids) and x.state = 'open';
    return freed;
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
    return jsonb_build_object('reservation', reservation_id, 'freed', api.release_reservations(array[reservation_id]));
end
$$;

revoke all on all routines in schema api from public;
call erp.allow('api.reserve(bigint, bigint, numeric, bigint, bigint)', 'clerk planner desk', 'execute');
call erp.allow('api.release(bigint)', 'clerk planner desk pm', 'execute');

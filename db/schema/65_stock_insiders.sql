-- Who reads what parts cost, and what an insider may not post alone.
--
-- What parts cost is for those who may read their averages (erp.item_cost): planner, service desk and engineer see what moved, where
-- and for whom, and neither the price nor the amount, from which the price follows.

call erp.withhold('erp.item', 'planner desk engineer', 'standard_cost');
call erp.withhold('erp.stock_move', 'planner desk engineer', 'unit_cost amount');
call erp.withhold('erp.item_demand', 'planner desk engineer', 'amount');
call erp.withhold('erp.item_merge', 'planner desk engineer', 'before after');  -- copies of items

-- What a document as a whole must keep to, looked at when it stands: what comes back of an order (of an engineer, where no order took the
-- cost) is no more than what was issued to it, by item, lot and owner; and a clerk's own opening stock is worth no more within thirty
-- days than what he may find by counting without a second person; and what he scraps, or sends back to a supplier without its receipt,
-- is worth no more within thirty days than purchasing.alone_limit. A clerk posts more returns than issues with a reason, a steward
-- or manager anything. A document of another kind does not come here.
create function erp.stock_document_figures() returns trigger
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    over   record;
    opened numeric;
    most   numeric;
    lost   jsonb;
begin
    if my_roles() && '{steward,manager}' or is_owner() then
        return null;
    end if;
    if new.document_type in ('adjustment', 'supplier_return') then
        if exists (
            select from stock_move m
            join stock_location t on t.id = m.to_location_id and t.kind in ('scrap', 'supplier')
            where m.document_id = new.id and m.reverses_id is null and m.owner_id is null) then
            perform pg_advisory_xact_lock(hashtext('erp.alone'), new.posted_by);
            most := purchasing_rule(new.company_id, 'alone_limit')::numeric;
            select jsonb_build_object('amount', to_char(sum(m.amount), 'FM999999999999990.00'), 'limit', to_char(most, 'FM999999999999990.00')) into lost
            from stock_document d
            join stock_move m on m.document_id = d.id and m.reverses_id is null and m.owner_id is null
            join stock_location t on t.id = m.to_location_id and t.kind in ('scrap', 'supplier')
            where d.posted_at > now() - interval '30 days' and d.posted_by = new.posted_by and d.reverses_id is null
              and d.document_type in ('adjustment', 'supplier_return') and not exists (select from stock_document b where b.reverses_id = d.id)
            having sum(m.amount) > most;
            if found then
                perform refuse('ER012', 'stock_alone_limit', lost);
            end if;
        end if;
        return null;
    end if;
    if new.document_type = 'opening' then
        select i.code into over
        from stock_move m join item i on i.id = m.item_id
        where m.document_id = new.id and m.unit_cost = 0 and coalesce(piece_value(m.item_id), 0) = 0
        limit 1;
        if found then
            perform refuse('ER012', 'stock_opening_valued', jsonb_build_object('item', over.code));
        end if;
        -- One at a time of a person, so that two documents do not each stay below.
        perform pg_advisory_xact_lock(hashtext('erp.opening'), new.posted_by);
        select sum(round(m.quantity * greatest(m.unit_cost, piece_value(m.item_id)), 2)) into opened
        from stock_document d
        join stock_move m on m.document_id = d.id
        where d.document_type = 'opening' and d.posted_by = new.posted_by and d.posted_at > now() - interval '30 days' and d.reverses_id is null
          and not exists (select from stock_document b where b.reverses_id = d.id);
        most := coalesce((
            select min(p.approve_amount)
            from count_plan p
            join org_unit_closure c on (c.ancestor_id, c.descendant_id) in ((p.org_unit_id, new.org_unit_id), (new.org_unit_id, p.org_unit_id))
            where p.active), 1000);
        if opened > most then
            perform refuse('ER012', 'stock_opening_limit', jsonb_build_object('amount', opened, 'limit', most));
        end if;
        return null;
    end if;
    -- Whoever gives back for the same order waits here, and then sees what the first gave back.
    perform pg_advisory_xact_lock(hashtext('erp.return'), o.lock)
    from (
        select distinct hashint8(coalesce(m.work_order_id, 0)) as lock from stock_move m where m.document_id = new.id order by 1) o;
    with back as (
        select m.item_id, m.lot_id, m.owner_id, m.work_order_id, coalesce(d.engineer_id, new.engineer_id) as engineer_id, max(m.reason) as reason
        from stock_move m
        join stock_location f on f.id = m.from_location_id and f.kind = 'customer'
        left join stock_move o on o.id = m.reverses_id
        left join stock_document d on d.id = o.document_id
        where m.document_id = new.id
        group by 1, 2, 3, 4, 5)
    select i.code, b.reason, -w.quantity as quantity into over
    from back b
    join item i on i.id = b.item_id
    cross join lateral (
        select sum(case when t.kind = 'customer' then m.quantity else -m.quantity end) as quantity
        from (
            select m.quantity, m.from_location_id, m.to_location_id
            from stock_move m
            where m.work_order_id = b.work_order_id and m.item_id = b.item_id
              and m.lot_id is not distinct from b.lot_id and m.owner_id is not distinct from b.owner_id
            union all
            select m.quantity, m.from_location_id, m.to_location_id
            from stock_move m
            join stock_document d on d.id = m.document_id
            left join stock_move o on o.id = m.reverses_id
            left join stock_document p on p.id = o.document_id
            where b.work_order_id is null and m.work_order_id is null and m.item_id = b.item_id
              and m.lot_id is not distinct from b.lot_id and m.owner_id is not distinct from b.owner_id
              and coalesce(p.engineer_id, d.engineer_id) is not distinct from b.engineer_id) m
        join stock_location f on f.id = m.from_location_id
        join stock_location t on t.id = m.to_location_id
        where 'customer' in (f.kind, t.kind)) w
    where w.quantity < 0
    order by coalesce(nullif(btrim(new.reason), ''), nullif(btrim(b.reason), '')) nulls first, i.code
    limit 1;
    if found and (not my_roles() && '{clerk}' or coalesce(nullif(btrim(new.reason), ''), nullif(btrim(over.reason), '')) is null) then
        perform refuse('ER012', 'stock_return_issued', jsonb_build_object('item', over.code, 'quantity', trim_scale(over.quantity)));
    end if;
    return null;
end
$$;
create trigger stock_document_figures after insert on erp.stock_document
    for each row when (new.document_type in ('return', 'opening', 'adjustment', 'supplier_return') and new.reverses_id is null
        or new.document_type in ('issue', 'counter_issue') and new.reverses_id is not null)
    execute function erp.stock_document_figures();

-- One piece has one number: what reads the same in another case or width, or holds what nobody sees, would be a second piece with the
-- first one's label.
create index lot_reading_idx on erp.lot (item_id, upper(normalize(code::text, nfkc)));

create function erp.lot_reads_once() returns trigger
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    alike text;
begin
    if new.code ~ '[\u0001-\u001f\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]' then
        perform refuse('ER012', 'lot_code_visible', jsonb_build_object('lot', new.code));
    end if;
    select l.code into alike
    from lot l
    where l.item_id = new.item_id and upper(normalize(l.code::text, nfkc)) = upper(normalize(new.code::text, nfkc)) and l.code <> new.code
      and not exists (select from lot x where x.item_id = new.item_id and x.code = new.code)
    limit 1;
    if found then
        perform refuse('ER012', 'lot_code_alike', jsonb_build_object('lot', alike, 'code', new.code));
    end if;
    return new;
end
$$;
create trigger lot_reads_once before insert on erp.lot
    for each row execute function erp.lot_reads_once();

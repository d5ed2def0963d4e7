-- Which day a document may have: months that finance closed, and counts. Table: 43_stock_value.

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
    mine      integer[];
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
    -- Another branch's counts are not told to who names its places; what goes there goes into its transit.
    mine := erp.my_units();
    return query
    select 'stock_before_count', l.line_no, jsonb_build_object('item', l.item_code, 'place', p.code, 'number', c.number,
        'counted_at', to_char(c.counted_at at time zone (select y.time_zone from erp.company y where y.id = company), 'YYYY-MM-DD HH24:MI'))
    from unnest(lines) l
    cross join lateral (
        select b.location_id, b.counted_at, s.number
        from erp.stock_count_line b
        join erp.stock_count s on s.id = b.count_id and s.state = 'posted'
        where b.item_id = l.item_id and b.counted_at > at
            and (l.from_stocked and l.from_unit = any (mine) and b.location_id = l.from_location_id
                or l.to_stocked and l.to_unit = any (mine) and b.location_id = l.to_location_id)
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

-- What a document of an earlier date takes must have lain there then, and all the time since: no pile that it makes smaller would have
-- been less than nothing, and nothing comes back before the day on which it went. Asked when its balances are changed, and so locked: of
-- two such documents the second sees the first. An item that may go below zero may have been there too.
create function api.check_past(company integer, at timestamptz, lines api.stock_line[]) returns void
language plpgsql
as $$
declare
    zone  text := (select c.time_zone from erp.company c where c.id = company);
    wrong record;
begin
    select l.line_no, l.item_code, d.number, m.effective_at into wrong
    from unnest(lines) l
    join erp.stock_move m on m.id = l.reverses_id and m.effective_at > at
    join erp.stock_document d on d.id = m.document_id
    order by l.line_no
    limit 1;
    if found then
        perform api.refuse_posting('stock_before_origin', 'this comes back before it went', wrong.line_no, jsonb_build_object(
            'item', wrong.item_code, 'number', wrong.number, 'day', to_char(wrong.effective_at at time zone zone, 'YYYY-MM-DD')));
    end if;
    with taken as (
        select min(e.line_no) as line_no, e.item_id, e.item_code, e.location_id, e.lot_id, e.owner_id, e.condition, -sum(e.quantity) as quantity
        from (
            select l.line_no, l.item_id, l.item_code, l.from_location_id as location_id, l.lot_id, l.owner_id,
                l.from_condition as condition, -l.quantity as quantity
            from unnest(lines) l
            where l.from_stocked and not l.allow_negative
            union all
            select l.line_no, l.item_id, l.item_code, l.to_location_id, l.lot_id, l.owner_id, l.to_condition, l.quantity
            from unnest(lines) l
            where l.to_stocked and not l.allow_negative) e
        group by e.item_id, e.item_code, e.location_id, e.lot_id, e.owner_id, e.condition
        having sum(e.quantity) < 0),
    -- From `since` until the next movement there was what there is now, without all that moved afterwards.
    past as (
        select t.line_no, t.item_code, t.location_id, t.quantity,
            coalesce(lag(v.moved_at) over later, at) as since, b.quantity - sum(v.quantity) over (later rows between current row and unbounded following) as held
        from taken t
        join erp.stock_balance b on b.item_id = t.item_id and b.location_id = t.location_id and b.condition = t.condition
            and b.lot_id is not distinct from t.lot_id and b.owner_id is not distinct from t.owner_id
        cross join lateral (
            select m.effective_at as moved_at,
                sum(case when m.to_location_id = t.location_id and m.to_condition = t.condition then m.quantity else 0 end
                    - case when m.from_location_id = t.location_id and m.from_condition = t.condition then m.quantity else 0 end) as quantity
            from erp.stock_move m
            where m.item_id = t.item_id and m.effective_at > at and t.location_id in (m.from_location_id, m.to_location_id)
                and m.lot_id is not distinct from t.lot_id and m.owner_id is not distinct from t.owner_id
            group by m.effective_at) v
        window later as (partition by t.item_id, t.location_id, t.lot_id, t.owner_id, t.condition order by v.moved_at))
    select p.line_no, p.item_code, s.code as place, p.quantity, greatest(p.held + p.quantity, 0) as held,
        to_char(p.since at time zone zone, 'YYYY-MM-DD') as day
    into wrong
    from past p
    join erp.stock_location s on s.id = p.location_id
    where p.held < 0
    order by p.line_no, p.since
    limit 1;
    if found then
        perform api.refuse_posting('stock_not_there_then', 'not enough lay there on that day', wrong.line_no, jsonb_build_object(
            'item', wrong.item_code, 'place', wrong.place, 'day', wrong.day, 'on_hand', wrong.held, 'wanted', wrong.quantity));
    end if;
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
call erp.secure('erp.stock_period', 'shared_down');
call erp.allow('erp.stock_period', 'business', 'select');
call erp.allow('api.close_stock_period(integer, date)', 'finance', 'execute');
call erp.allow('api.reopen_stock_period(bigint, text)', 'finance', 'execute');
call erp.track('erp.stock_period');

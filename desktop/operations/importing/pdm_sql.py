"""The statements of the maintenance-history import, in the order in which they run."""

from __future__ import annotations

IS_OWNER = "select erp.is_owner()"

COMPANY = "select min(id) from erp.company"

STAGE = """
    create temp table pdm_machine (machine integer, model text, age integer) on commit drop;
    create temp table pdm_part (moment timestamptz, machine integer, part text) on commit drop;
    create temp table pdm_failure (moment timestamptz, machine integer, part text) on commit drop;
    create temp table pdm_error (moment timestamptz, machine integer, code text) on commit drop;
    create temp table pdm_item (code text, name text, name_zh text, unit_cost numeric) on commit drop;
    create temp table pdm_site (code text, name text, name_zh text) on commit drop
"""

# A moment without a zone is local time at the plant.
FILL = """
    select set_config('timezone', :zone, true);
    insert into {table} select * from jsonb_populate_recordset(null::{table}, cast(:rows as jsonb))
"""

FILL_CONSTANTS = "insert into {table} select * from jsonb_populate_recordset(null::{table}, cast(:rows as jsonb))"

# One visit: a machine and a moment, with the parts of that visit in order.
INDEX = """
    create temp table pdm_visit on commit drop as
    select p.machine, p.moment,
           'maint:' || p.machine || ':' || to_char(p.moment, 'YYYY-MM-DD"T"HH24:MI:SS') as source_key,
           string_agg(p.part, ', ' order by p.part) as parts,
           (select min(f.part) from pdm_failure f where f.machine = p.machine and f.moment = p.moment) as failed
    from pdm_part p
    group by p.machine, p.moment;
    analyze pdm_visit;
    analyze pdm_part;
    analyze pdm_failure
"""

_BRANCH = """
    insert into erp.org_unit (company_id, parent_id, kind, code, name, name_zh, time_zone)
    select :company, u.id, 'branch', :branch_code, :branch_name, :branch_name_zh, :time_zone
    from erp.org_unit u
    where u.company_id = :company and u.parent_id is null
    on conflict (company_id, code) do nothing
"""

_WAREHOUSE = """
    insert into erp.org_unit (company_id, parent_id, kind, code, name, name_zh, time_zone)
    select :company, u.id, 'warehouse', :warehouse_code, :warehouse_name, :warehouse_name_zh, :time_zone
    from erp.org_unit u
    where u.company_id = :company and u.code = :branch_code
    on conflict (company_id, code) do nothing
"""

_SITE_UNITS = """
    insert into erp.org_unit (company_id, parent_id, kind, code, name, name_zh, time_zone)
    select :company, u.id, 'site', s.code, s.name, s.name_zh, :time_zone
    from erp.org_unit u
    cross join pdm_site s
    where u.company_id = :company and u.code = :branch_code
    order by s.code
    on conflict (company_id, code) do nothing
"""

_STORE = """
    insert into erp.stock_location (company_id, org_unit_id, code, name, name_zh, kind)
    select :company, u.id, :location_code, :location_name, :location_name_zh, 'store'
    from erp.org_unit u
    where u.company_id = :company and u.code = :warehouse_code
    on conflict (company_id, code) do nothing
"""

# The virtual other ends of the ledger, where the company has none yet.
_VIRTUAL = """
    insert into erp.stock_location (company_id, org_unit_id, code, name, name_zh, kind)
    select :company, u.id, v.code, v.name, v.name_zh, v.kind
    from erp.org_unit u
    cross join (values
        ('opening', 'V-OPENING', 'Opening balances', '期初'),
        ('customer', 'V-CUSTOMER', 'Customers', '客户')) v (kind, code, name, name_zh)
    where u.company_id = :company and u.parent_id is null
      and not exists (
          select from erp.stock_location l where l.company_id = :company and l.kind = v.kind and l.retired_on is null)
"""

_CUSTOMER = """
    insert into erp.party (company_id, code, name, name_zh, is_customer, city, source, source_key)
    values (:company, :customer_code, :customer_name, :customer_name_zh, true, :customer_city, :source, 'customer')
    on conflict do nothing
"""

_CUSTOMER_UNIT = """
    insert into erp.party_unit (party_id, org_unit_id)
    select p.id, u.id
    from erp.party p
    join erp.org_unit u on u.company_id = p.company_id and u.code = :branch_code
    where p.company_id = :company and p.code = :customer_code
    on conflict do nothing
"""

_SITES = """
    insert into erp.site (company_id, org_unit_id, party_id, code, name, name_zh, city, time_zone)
    select :company, u.id, p.id, s.code, s.name, s.name_zh, p.city, :time_zone
    from pdm_site s
    join erp.org_unit u on u.company_id = :company and u.code = s.code
    join erp.party p on p.company_id = :company and p.code = :customer_code
    order by s.code
    on conflict do nothing
"""

_CLASS = """
    insert into erp.asset_class (code, name, name_zh)
    values (:asset_class_code, :asset_class_name, :asset_class_name_zh)
    on conflict (code) do nothing
"""

_ITEMS = """
    insert into erp.item (company_id, org_unit_id, code, name, name_zh, uom, standard_cost, source, source_key)
    select :company, u.id, i.code, i.name, i.name_zh, 'pc', i.unit_cost, :source, 'item:' || i.code
    from pdm_item i
    join erp.org_unit u on u.company_id = :company and u.code = :branch_code
    order by i.code
    on conflict do nothing
"""

_FITS = """
    insert into erp.item_fit (item_id, asset_class_id)
    select i.id, c.id
    from erp.item i
    join erp.asset_class c on c.code = :asset_class_code
    where i.source = :source and i.source_key like 'item:%'
    on conflict do nothing
"""

_FAILURE_CODES = """
    insert into erp.failure_code (level, asset_class_id, code, name, name_zh, source, source_key)
    select 'problem', c.id, i.code, i.name || ' failed', i.name_zh || '故障', :source, 'problem:' || i.code
    from pdm_item i
    join erp.asset_class c on c.code = :asset_class_code
    order by i.code
    on conflict do nothing
"""

_ASSETS = """
    insert into erp.asset (company_id, org_unit_id, asset_class_id, site_id, code, name, name_zh, model, age_years,
                           source, source_key)
    select :company, s.org_unit_id, c.id, s.id, :branch_code || '-' || lpad(m.machine::text, 4, '0'),
           'Machine ' || m.machine, m.machine || ' 号设备', m.model, m.age, :source, 'machine:' || m.machine
    from pdm_machine m
    join (select x.*, row_number() over (order by x.code) as place, count(*) over () as places from pdm_site x) h
      on h.place = least((m.machine - 1) / :machines_per_site + 1, h.places)
    join erp.site s on s.company_id = :company and s.code = h.code
    join erp.asset_class c on c.code = :asset_class_code
    order by m.machine
    on conflict do nothing
"""

_ASSETS_CHANGED = """
    update erp.asset a
    set model = m.model, age_years = m.age
    from pdm_machine m
    where a.source = :source and a.source_key = 'machine:' || m.machine
      and (a.model, a.age_years) is distinct from (m.model, m.age)
"""

_WORK_ORDERS = """
    insert into erp.work_order (company_id, org_unit_id, number, title, title_zh, kind, state, asset_id, site_id,
                                planned_minutes, reported_at, started_at, finished_at, problem_code_id,
                                source, source_key)
    select a.company_id, a.org_unit_id, '', 'Replace ' || v.parts, '更换 ' || replace(v.parts, ', ', '、'),
           case when v.failed is null then 'preventive' else 'corrective' end, 'draft', a.id, a.site_id, 60,
           v.moment, v.moment, v.moment, f.id, :source, v.source_key
    from pdm_visit v
    join erp.asset a on a.source = :source and a.source_key = 'machine:' || v.machine
    left join erp.failure_code f on f.source = :source and f.source_key = 'problem:' || v.failed
    where not exists (select from erp.work_order w where w.source = :source and w.source_key = v.source_key)
    order by v.moment, v.machine
"""

# What the visits that are not posted yet will take out of the store: received before the first of them.
_OPENING = """
    select api.post_stock(
        md5(:source || ' opening ' || d.first_key || ' ' || d.parts)::uuid,
        jsonb_build_object(
            'type', 'opening', 'source', :source, 'source_key', 'opening:' || d.first_key,
            'effective_at', d.since, 'reason', 'Opening stock of the imported history', 'lines', d.lines))
    from (
        select min(need.since) - interval '1 day' as since, min(need.first_key) as first_key,
               sum(need.quantity) as parts,
               jsonb_agg(jsonb_build_object(
                   'item_id', need.item_id, 'to_location_id', l.id, 'quantity', need.quantity,
                   'unit_cost', need.standard_cost,
                   'source', :source, 'source_key', 'opening:' || need.code || ':' || need.first_key)
                   order by need.code) as lines
        from (
            select i.id as item_id, i.code, i.standard_cost, count(*) as quantity, min(v.moment) as since,
                   min(v.source_key) as first_key
            from pdm_part p
            join pdm_visit v on v.machine = p.machine and v.moment = p.moment
            join erp.work_order w on w.source = :source and w.source_key = v.source_key and w.state = 'draft'
            join erp.item i on i.source = :source and i.source_key = 'item:' || p.part
            group by i.id, i.code, i.standard_cost) need
        join erp.stock_location l on l.company_id = :company and l.code = :location_code
    ) d
    where d.lines is not null
"""

_ISSUES = """
    select api.post_stock(
        md5(:source || ' issue ' || d.source_key)::uuid,
        jsonb_build_object(
            'type', 'issue', 'work_order_id', d.work_order_id, 'source', :source,
            'source_key', replace(d.source_key, 'maint:', 'issue:'), 'effective_at', d.moment, 'lines', d.lines))
    from (
        select w.id as work_order_id, v.source_key, v.moment,
               jsonb_agg(jsonb_build_object(
                   'item_id', i.id, 'from_location_id', l.id, 'quantity', 1, 'source', :source,
                   'source_key', replace(v.source_key, 'maint:', 'part:') || ':' || p.part) order by p.part) as lines
        from pdm_visit v
        join pdm_part p on p.machine = v.machine and p.moment = v.moment
        join erp.work_order w on w.source = :source and w.source_key = v.source_key and w.state = 'draft'
        join erp.item i on i.source = :source and i.source_key = 'item:' || p.part
        join erp.stock_location l on l.company_id = :company and l.code = :location_code
        group by w.id, v.source_key, v.moment
        order by v.moment, w.id
    ) d
"""

_CLOSE = """
    update erp.work_order w
    set state = 'closed', closed_at = w.finished_at, parts_settled = true
    where w.source = :source and w.state = 'draft'
"""

_FAILURES = """
    insert into erp.failure (company_id, org_unit_id, asset_id, failure_code_id, work_order_id, occurred_at,
                             source, source_key)
    select a.company_id, a.org_unit_id, a.id, c.id, w.id, f.moment, :source,
           'failure:' || f.machine || ':' || to_char(f.moment, 'YYYY-MM-DD"T"HH24:MI:SS') || ':' || f.part
    from pdm_failure f
    join erp.asset a on a.source = :source and a.source_key = 'machine:' || f.machine
    join erp.failure_code c on c.source = :source and c.source_key = 'problem:' || f.part
    left join pdm_visit v on v.machine = f.machine and v.moment = f.moment
    left join erp.work_order w on w.source = :source and w.source_key = v.source_key
    order by f.moment, f.machine, f.part
    on conflict do nothing
"""

_EVENTS = """
    insert into erp.asset_event (company_id, org_unit_id, asset_id, kind, code, occurred_at, source, source_key)
    select a.company_id, a.org_unit_id, a.id, 'error', e.code, e.moment, :source,
           'error:' || e.machine || ':' || to_char(e.moment, 'YYYY-MM-DD"T"HH24:MI:SS') || ':' || e.code
    from pdm_error e
    join erp.asset a on a.source = :source and a.source_key = 'machine:' || e.machine
    order by e.moment, e.machine, e.code
    on conflict do nothing
"""

STEPS: tuple[tuple[str, str], ...] = (
    ("units", _BRANCH),
    ("units", _WAREHOUSE),
    ("units", _SITE_UNITS),
    ("locations", _STORE),
    ("locations", _VIRTUAL),
    ("customers", _CUSTOMER),
    ("customer_units", _CUSTOMER_UNIT),
    ("sites", _SITES),
    ("asset_classes", _CLASS),
    ("items", _ITEMS),
    ("item_fits", _FITS),
    ("failure_codes", _FAILURE_CODES),
    ("assets", _ASSETS),
    ("assets changed", _ASSETS_CHANGED),
    ("work_orders", _WORK_ORDERS),
    ("openings", _OPENING),
    ("issues", _ISSUES),
    ("closed", _CLOSE),
    ("failures", _FAILURES),
    ("events", _EVENTS),
)

UNMATCHED = """
    select a.code, f.part, to_char(f.moment, 'YYYY-MM-DD HH24:MI')
    from pdm_failure f
    join erp.asset a on a.source = :source and a.source_key = 'machine:' || f.machine
    where not exists (select from pdm_visit v where v.machine = f.machine and v.moment = f.moment)
    order by f.moment, f.machine, f.part
"""

LOG = """
    insert into erp.import_batch (profile, file_name, sha256, counts, user_id)
    values (:source, :file_name, :sha256, cast(:counts as jsonb), nullif(erp.my_user_id(), 0))
"""

TOPICS = (
    "org_unit",
    "stock_location",
    "party",
    "site",
    "item",
    "asset",
    "failure_code",
    "work_order",
    "stock_document",
    "stock_move",
    "stock_balance",
    "item_cost",
    "cost_entry",
    "failure",
    "asset_event",
)

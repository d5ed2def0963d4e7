"""The demo's tree of categories with attributes and forms of codes, and two items that somebody entered twice."""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from desktop.operations.demo.world import World

_GROUPS = (
    ("mechanics", "Mechanical parts", "机械件"),
    ("fluids", "Fluids and filters", "流体与过滤"),
    ("electrics", "Electrical parts", "电气件"),
)
_CATEGORIES = (
    ("mechanics", "bearing", "Bearings", "轴承", "BRG-{bore_mm}-##"),
    ("mechanics", "belt", "Belts", "传动带", "BLT-####"),
    ("mechanics", "drive", "Drives", "传动件", "DRV-####"),
    ("mechanics", "seal", "Seals", "密封件", "SEA-{bore_mm}-##"),
    ("mechanics", "fastener", "Fasteners", "紧固件", "SCR-####"),
    ("fluids", "filter", "Filters", "滤芯", "FLT-####"),
    ("fluids", "oil", "Oils and greases", "油脂", "OIL-####"),
    ("fluids", "hydraulics", "Hydraulics", "液压件", "HYD-####"),
    ("fluids", "valve", "Valves", "阀门", "VLV-####"),
    ("electrics", "electrical", "Switchgear", "电器元件", "ELE-{voltage_v}-##"),
    ("electrics", "sensor", "Sensors", "传感器", "SNS-####"),
    ("electrics", "smt", "SMT parts", "贴片件", "SMT-####"),
    ("electrics", "imaging", "Imaging parts", "影像件", "IMG-####"),
)
_ATTRIBUTES = (
    ("bore_mm", "decimal", "mm", "Bore", "内径", "{}", ("bearing", "seal")),
    ("voltage_v", "integer", "V", "Voltage", "电压", "{}", ("electrics",)),
    ("viscosity", "choice", None, "Viscosity", "黏度等级", "{VG32,VG46,VG68,VG220}", ("oil",)),
)
_VALUES = (
    ("BRG-6310-C3", '{"bore_mm": 50}'),
    ("BRG-6312-C3", '{"bore_mm": 60}'),
    ("SEA-SHF-45", '{"bore_mm": 45}'),
    ("CTR-32A-220", '{"voltage_v": 220}'),
    ("RLY-MY4-24", '{"voltage_v": 24}'),
    ("OIL-SCR-46-20", '{"viscosity": "VG46"}'),
    ("OIL-GER-220-20", '{"viscosity": "VG220"}'),
)
_TWICE = (
    ("BRG-6310-C3", "MFD-0107", "ＢＥＡＲＩＮＧ　６３１０－Ｃ３", "轴承６３１０Ｃ３"),
    ("GSK-NBR-120", "MFD-0112", "GASKET NBR 120mm", "丁腈密封垫　１２０毫米"),
    ("SEA-SHF-45", "MFD-0131", "Shaft seal 45 * 62 * 8", "轴封φ45x62x8"),
)

_COMPARABLE = 60
"""The catalogue's own parts; the families behind them are read by the first search for duplicates."""

_PUT_IN = """
update erp.item i set category_id = c.id
from erp.item_category c
where c.company_id = i.company_id and c.code = i.category
"""
_ALONE = """
insert into erp.item_fit (item_id, asset_id)
select i.id, a.id from erp.item i join erp.asset a on a.code = 'CMP-NVK-75S-0031' where i.code = 'BRG-6310-C3'
on conflict do nothing
"""
"""This one machine was rebuilt, and takes another bearing than its model does."""
_AGAIN = """
insert into erp.item (company_id, org_unit_id, code, name, name_zh, category_id, uom, supplier_id, standard_cost)
select i.company_id, i.org_unit_id, %(code)s, %(name)s, %(name_zh)s, i.category_id, i.uom, i.supplier_id,
    i.standard_cost
from erp.item i
where i.code = %(of)s
"""
_KNOWN = """
insert into erp.item_match
select m.*
from erp.item i
cross join lateral erp.match_of(i.id, i.company_id, i.code, i.name, i.name_zh, i.maker_code) m
where i.id <= %s
on conflict do nothing
"""
_PAIR = """
insert into erp.item_duplicate (company_id, org_unit_id, item_id, other_id, score, reasons)
select a.company_id, i.org_unit_id, a.item_id, b.item_id, s.score, s.reasons
from erp.item i
join erp.item_match a on a.item_id = i.id
join erp.item o on o.company_id = i.company_id and o.code = %(code)s
join erp.item_match b on b.item_id = o.id
cross join lateral erp.compare_items(a, b) s
where i.code = %(of)s
"""


def make_categories(cursor: Cursor, world: World) -> None:
    """After the items are loaded: their own words of category become places in the tree."""
    groups = {code: _category(cursor, world, None, code, name, name_zh, None) for code, name, name_zh in _GROUPS}
    fields = {key: _field(cursor, key, *rest) for key, *rest, _ in _ATTRIBUTES}
    made = dict(groups)
    for above, code, name, name_zh, mask in _CATEGORIES:
        made[code] = _category(cursor, world, groups[above], code, name, name_zh, mask)
    for key, *_, homes in _ATTRIBUTES:
        for home in homes:
            cursor.execute(
                "insert into erp.item_attribute (category_id, field_id) values (%s, %s)", (made[home], fields[key])
            )
    cursor.execute("set local session_replication_role = replica")
    cursor.execute(_PUT_IN)
    for code, custom in _VALUES:
        cursor.execute("update erp.item set custom = %s where code = %s", (custom, code))
    cursor.execute("set local session_replication_role = origin")
    cursor.execute(_ALONE)
    cursor.execute(_KNOWN, (_COMPARABLE,))
    for of, code, name, name_zh in _TWICE:
        values = {"of": of, "code": code, "name": name, "name_zh": name_zh}
        cursor.execute(_AGAIN, values)
        cursor.execute(_PAIR, values)


def _category(
    cursor: Cursor, world: World, above: int | None, code: str, name: str, name_zh: str, mask: str | None
) -> int:
    cursor.execute(
        "insert into erp.item_category"
        " (company_id, org_unit_id, parent_id, code, name, name_zh, code_mask, code_strict)"
        " values (%s, %s, %s, %s, %s, %s, %s, false) returning id",
        (world.company, world.root, above, code, name, name_zh, mask),
    )
    return int(cursor.fetchone()[0])  # type: ignore[index]


def _field(cursor: Cursor, key: str, kind: str, unit: str | None, label: str, label_zh: str, choices: str) -> int:
    cursor.execute(
        "insert into erp.custom_field (table_name, key, kind, unit, label, label_zh, choices)"
        " values ('item', %s, %s, %s, %s, %s, %s) returning id",
        (key, kind, unit, label, label_zh, choices),
    )
    return int(cursor.fetchone()[0])  # type: ignore[index]

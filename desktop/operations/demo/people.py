"""Units, places and people: branches with warehouses, bins and vans, engineers with skills, calendars and leave."""

from __future__ import annotations

import datetime as dt

from desktop.operations.demo.catalogue import Branch, Part, Person, cast
from desktop.operations.demo.tables import span
from desktop.operations.demo.world import BranchPlace, Engineer, Item, World

_VIRTUAL = (
    ("supplier", "V-SUPPLIER", "Suppliers", "供应商"),
    ("customer", "V-CUSTOMER", "Customers", "客户"),
    ("scrap", "V-SCRAP", "Scrap", "报废"),
    ("count_loss", "V-COUNT", "Count differences", "盘点差异"),
    ("opening", "V-OPENING", "Opening balances", "期初"),
)
_RACKS = {"filter": "A", "seal": "A", "belt": "A", "bearing": "A", "oil": "C", "valve": "B", "imaging": "B"}
_SHIFTS = ((dt.time(8, 30), dt.time(12)), (dt.time(13), dt.time(17, 30)))


def make_branches(world: World) -> None:
    for branch in cast().branches:
        unit = world.unit(world.root, "branch", branch.code, branch.name, branch.name_zh)
        warehouse = world.unit(
            unit, "warehouse", f"{branch.code}-WH", f"{branch.city} warehouse", f"{branch.city_zh}仓库"
        )
        world.branches[branch.code] = BranchPlace(branch, unit, warehouse)


def make_places(world: World) -> None:
    """Virtual ends, a store with its quarantine and transit place in each warehouse. Bins come with their items."""
    for kind, code, name, name_zh in _VIRTUAL:
        world.places[kind] = place(world, world.root, kind, code, name, name_zh)
    for branch in world.branches.values():
        cast_branch = branch.cast
        city, city_zh = cast_branch.city, cast_branch.city_zh
        store = f"{cast_branch.code}-CS"
        branch.store = place(world, branch.warehouse, "store", store, f"{city} central store", f"{city_zh}中心库")
        world.bins[(cast_branch.code, 0)] = place(
            world, branch.warehouse, "quarantine", f"{cast_branch.code}-QC", "Quarantine", "待检区", parent=branch.store
        )
        branch.transit = place(world, branch.unit, "in_transit", f"{cast_branch.code}-TR", "In transit", "在途")


def place(
    world: World,
    unit: int,
    kind: str,
    code: str,
    name: str,
    name_zh: str,
    *,
    parent: int | None = None,
    engineer: int | None = None,
    path: str = "",
) -> int:
    table = world.table("stock_location", "id company_id org_unit_id parent_id code name name_zh path kind engineer_id")
    return table.add(world.company, unit, parent, code, name, name_zh, path or code, kind, engineer)


def make_items(world: World) -> None:
    """The catalogue's parts, further ones by family up to the size, and a bin for each in each branch."""
    parts = list(cast().parts)
    parts += _more_parts(world.size.items - len(parts))
    table = world.table(
        "item",
        "id company_id org_unit_id code name name_zh category uom tracking barcode supplier_id standard_cost"
        " min_quantity max_quantity lead_time_days abc_class",
    )
    fits = world.table("item_fit", "id item_id asset_class_id")
    for number, part in enumerate(parts):
        cost = round(float(part.cost) * 100)
        low = 4 if cost < 20_000 else 1
        item = table.add(
            world.company, world.root, part.code, part.name, part.name_zh, part.category, part.uom, part.tracking,
            f"69{number + 10_000_000_000:011d}"[:13], world.suppliers[part.supplier], part.cost, low, low * 6,
            7 + number % 4 * 7, "A" if cost > 60_000 else "B" if cost > 8_000 else "C",
        )  # fmt: skip
        for equipment in part.fits:
            fits.add(item, world.classes[equipment])
        world.items.append(Item(item, part, cost))
        for branch in world.branches.values():
            world.bins[(branch.cast.code, item)] = _bin(world, branch, part, number)


def _more_parts(count: int) -> list[Part]:
    families = cast().plain["families"]
    parts = []
    for number in range(max(count, 0)):
        code, name, name_zh, category, first, step, cost, supplier = families[number % len(families)]
        size = first + number // len(families) * step
        price = cost * (1 + number // len(families) * 0.06)
        parts.append(
            Part(f"{code}{size:03d}", f"{name}{size}", f"{name_zh}{size}", category, "pc", f"{price:.2f}", supplier)
        )
    return parts


def _bin(world: World, branch: BranchPlace, part: Part, number: int) -> int:
    rack = f"{_RACKS.get(part.category, 'D')}-{10 + number // 32:02d}-{number // 8 % 4 + 1}-{number % 8 + 1}"
    code = part.bin or rack
    code = branch.cast.prefix + code
    key = f"bin {code}"
    if key not in world.places:
        aisle = code.removeprefix(branch.cast.prefix).split("-")
        world.places[key] = place(
            world, branch.warehouse, "bin", code, f"Aisle {aisle[1]}, rack {aisle[0]}", f"{aisle[0]} 架 {aisle[1]} 排",
            parent=branch.store, path=f"{branch.cast.code}-CS / {code}",
        )  # fmt: skip
    return world.places[key]


def make_skills(world: World) -> None:
    table = world.table("skill", "id code name name_zh kind")
    for code, name, name_zh, kind in cast().plain["skills"]:
        world.skills[code] = table.add(code, name, name_zh, kind)
    calendars = world.table("shift_calendar", "id code name name_zh time_zone")
    day = calendars.add("DAY", "Day shift, Monday to Friday", "白班（周一至周五）", "Asia/Shanghai")
    resident = calendars.add("RES", "Resident duty, every day", "驻点值守（每日）", "Asia/Shanghai")
    shifts = world.table("shift", "id shift_calendar_id weekday starts_at ends_at")
    for weekday in range(1, 8):
        if weekday < 6:
            for start, end in _SHIFTS:
                shifts.add(day, weekday, start, end)
        shifts.add(resident, weekday, dt.time(8), dt.time(20))


def make_engineers(world: World) -> None:
    people = list(cast().engineers)
    people += [_stranger(world, number) for number in range(world.size.engineers - len(people))]
    table = world.table(
        "engineer",
        "id company_id org_unit_id user_id code name name_zh initials phone badge shift_calendar_id hourly_rate"
        " km_rate",
    )
    skills = world.table("engineer_skill", "engineer_id skill_id level valid_until", serial=False)
    for number, person in enumerate(people, 1):
        branch = world.branches[person.branch]
        calendar = 2 if person.name == "Ma Chao" else 1
        engineer = table.add(
            world.company, branch.unit, None, f"ENG-{number:03d}", person.name, person.name_zh, person.initials,
            f"138{number:08d}", f"B{number:05d}", calendar, person.rate, 1,
        )  # fmt: skip
        for code, level in person.skills:
            skills.add(engineer, world.skills[code], level, None)
        for code in person.certificates:
            skills.add(engineer, world.skills[code], 1, world.today + dt.timedelta(days=40 + number * 37 % 600))
        van = place(
            world, branch.unit, "van", f"V-{number:02d}", f"Van {number}, {person.name}",
            f"{number} 号车 {person.name_zh}", engineer=engineer,
        )  # fmt: skip
        known = frozenset(code for code, _ in person.skills)
        world.engineers.append(Engineer(engineer, person, branch.unit, van, known))
    _make_absences(world)


def _stranger(world: World, number: int) -> Person:
    surname, surname_zh = world.chance.choice(cast().plain["surnames"])
    given, given_zh = world.chance.choice(cast().plain["given_names"])
    codes = [row[0] for row in cast().plain["skills"] if row[3] == "skill"]
    first = number % len(codes)
    skills = ((codes[first], 2), (codes[(first + 3) % len(codes)], 1))
    branches = [branch for branch in cast().branches for _ in range(branch.weight)]
    branch: Branch = branches[number % len(branches)]
    return Person(
        f"{surname} {given}", f"{surname_zh}{given_zh}", (surname[0] + given[0]).upper(), branch.code, skills, ("LV",),
        200 + number % 5 * 20,
    )  # fmt: skip


def _make_absences(world: World) -> None:
    table = world.table("absence", "id company_id org_unit_id engineer_id kind period note")
    for number, engineer in enumerate(world.engineers):
        starts = [world.today - dt.timedelta(days=60 + number * 11 % 50)]
        if engineer.cast.name == "Qian Lei":
            starts = [world.today - dt.timedelta(days=1)]
        elif number % 5 == 3:
            starts.append(world.today + dt.timedelta(days=3 + number % 4))
        for start in starts:
            days = 2 + number % 3
            period = span(world.at(start, 0), world.at(start + dt.timedelta(days=days), 0))
            kind = ("leave", "leave", "training", "sick")[number % 4]
            table.add(world.company, engineer.unit, engineer.id, kind, period, None)
            world.absent.update((engineer.id, start + dt.timedelta(days=day)) for day in range(days))

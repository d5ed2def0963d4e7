"""Customers with sites, equipment and contracts; suppliers; the failure library and the job plans."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from desktop.operations.demo.catalogue import Customer, cast
from desktop.operations.demo.world import Asset, World

_OWNERS = ("pm", "finance", "planner")
_BILLING = ("quarterly", "monthly", "half_yearly", "quarterly", "yearly")
_STATES = ("draft", "review", "signed", "active", "suspended")


def make_suppliers(world: World) -> None:
    for code, name, name_zh, city, _ in cast().plain["suppliers"]:
        world.suppliers[code] = _party(world, code, name, name_zh, None, None, city, supplier=True)
        for branch in world.branches.values():
            _link(world, world.suppliers[code], branch.unit)


def _party(
    world: World,
    code: str,
    name: str,
    name_zh: str,
    customer_class: str | None,
    industry: str | None,
    city: str,
    *,
    supplier: bool = False,
) -> int:
    table = world.table(
        "party",
        "id company_id code name name_zh is_customer is_supplier customer_class industry tax_number phone email city"
        " payment_days",
    )
    number = table.last_id + 1
    mail = f"service@{code.split('-')[1].lower()}.example"
    return table.add(
        world.company, code, name, name_zh, not supplier, supplier, customer_class, industry,
        f"9132050{number:011d}"[:18], f"0512-6{number:07d}", mail, city, 30 if number % 3 else 60,
    )  # fmt: skip


def _link(world: World, party: int, unit: int) -> None:
    world.table("party_unit", "party_id org_unit_id", serial=False).add(party, unit)


def make_classes(world: World) -> None:
    classes = world.table("asset_class", "id parent_id code name name_zh icon")
    codes = world.table("failure_code", "id parent_id level asset_class_id code name name_zh")
    for equipment in cast().equipment:
        world.equipment[equipment.code] = equipment
        world.classes[equipment.code] = classes.add(
            None, equipment.code, equipment.name, equipment.name_zh, equipment.icon
        )
    for equipment_code, code, name, name_zh in cast().plain["problems"]:
        problem = codes.add(None, "problem", world.classes[equipment_code], code, name, name_zh)
        world.problems.setdefault(equipment_code, []).append((problem, name, name_zh))
    world.causes = [codes.add(None, "cause", None, *row) for row in cast().plain["causes"]]
    world.remedies = [codes.add(None, "remedy", None, *row) for row in cast().plain["remedies"]]


def make_plans(world: World) -> None:
    """One job plan per class and kind of visit, with steps; the annual one lists the parts that fit."""
    plans = world.table(
        "job_plan", "id company_id org_unit_id code revision name name_zh state asset_class_id planned_minutes skill_id"
    )
    steps = world.table("job_plan_step", "id job_plan_id line_no name name_zh mandatory")
    parts = world.table("job_plan_part", "id job_plan_id item_id quantity")
    for equipment in cast().equipment:
        for kind, (name, name_zh, _, minutes) in enumerate(cast().plain["jobs"]):
            plan = plans.add(
                world.company, world.root, f"JP-{equipment.code}-{kind + 1}", 1, f"{equipment.name}: {name.lower()}",
                f"{equipment.name_zh}{name_zh}", "active", world.classes[equipment.code], minutes,
                world.skills[equipment.skill],
            )  # fmt: skip
            world.plans[(equipment.code, kind)] = plan
            for line, (step, step_zh) in enumerate(cast().plain["steps"], 1):
                steps.add(plan, line, step, step_zh, line != 3 or kind != 1)
            if kind == 0:
                for item in [item for item in world.items if equipment.code in item.part.fits][:6]:
                    parts.add(plan, item.id, 1)


def make_customers(world: World) -> None:
    customers = list(cast().customers) + [_stranger(world, number) for number in range(world.size.more_customers)]
    contacts = world.table("contact", "id party_id name name_zh job_title phone email is_main")
    serial = 30  # so that the first compressor is number 0031
    for number, customer in enumerate(customers):
        branch = world.branches[customer.branch]
        party = _party(
            world, customer.code, customer.name, customer.name_zh, customer.customer_class, customer.industry,
            branch.cast.city,
        )  # fmt: skip
        world.customers[customer.code] = party
        _link(world, party, branch.unit)
        surname, surname_zh = cast().plain["surnames"][number % 16]
        given, given_zh = cast().plain["given_names"][number * 5 % 16]
        contacts.add(
            party, f"{surname} {given}", f"{surname_zh}{given_zh}", "Facility manager", f"139{number:08d}",
            f"{surname.lower()}@{customer.code.split('-')[1].lower()}.example", True,
        )  # fmt: skip
        sites = _make_sites(world, customer, party)
        contract = _make_contract(world, customer, party, number)
        serial = _make_assets(world, customer, party, sites, contract, serial)


def _stranger(world: World, number: int) -> Customer:
    plain = cast().plain
    start, start_zh = plain["name_starts"][number % len(plain["name_starts"])]
    end, end_zh = plain["name_ends"][number // 16 % len(plain["name_ends"])]
    trade, trade_zh, industry, equipment = plain["trades"][number % 10]
    branches = [branch.code for branch in cast().branches for _ in range(branch.weight)]
    assets = world.chance.randrange(6, 40)
    since = world.chance.randrange(1, 30)
    year = world.months(-since).year
    code = f"HT-{year}-{1000 + number}"
    contract_type = ("preventive", "full_service", "on_call", "parts_labour")[number % 4]
    until, value = world.chance.randrange(1, 24), assets * world.chance.randrange(50, 160) * 100
    return Customer(
        f"C-X{number + 1:03d}", f"{start}{end} {trade}", f"{start_zh}{end_zh}{trade_zh}", "standard", industry,
        equipment, code, contract_type, assets, since, until, value, "0.05", branches[number % len(branches)],
    )  # fmt: skip


def _make_sites(world: World, customer: Customer, party: int) -> list[tuple[int, int]]:
    """(unit, site) pairs: a small customer has one place, a large one up to three."""
    branch = world.branches[customer.branch]
    table = world.table("site", "id company_id org_unit_id party_id code name name_zh address city latitude longitude")
    made = []
    for number in range(1 + (customer.assets > 10) + (customer.assets > 40)):
        district, district_zh = cast().plain["districts"][(party + number) % 9]
        code = f"{customer.code.removeprefix('C-')}-{number + 1}"
        name, name_zh = f"{customer.name}, {district}", f"{customer.name_zh}{district_zh}"
        unit = world.unit(branch.unit, "site", f"S-{code}", name, name_zh)
        latitude = Decimal(31_300_000 + (party * 7919 + number * 104_729) % 400_000).scaleb(-6)
        longitude = Decimal(120_500_000 + (party * 6007 + number * 99_991) % 500_000).scaleb(-6)
        made.append((
            unit,
            table.add(
                world.company, unit, party, code, name, name_zh, f"{100 + party} {district} Road", branch.cast.city,
                latitude, longitude,
            ),
        ))  # fmt: skip
    return made


def _make_contract(world: World, customer: Customer, party: int, number: int) -> int:
    """A contract in force (or just ended), walked through its states, with lines that add up to its value."""
    start = world.months(1 - customer.since_months)
    end = world.months(customer.until_months + 1) - dt.timedelta(days=1)
    state = "expired" if end < world.today else "active"
    if number > 24 and number % 9 == 0:
        state = _STATES[number // 9 % len(_STATES)]
    table = world.table(
        "contract",
        "id company_id org_unit_id number name name_zh customer_id contract_type state signed_on starts_on ends_on"
        " annual_value discount_rate tax_rate billing visits_per_year hours_per_year parts_budget margin_target"
        " owner_id",
    )
    equipment = world.equipment[customer.equipment]
    signed = start - dt.timedelta(days=14) if state not in ("draft", "review") else None
    value = customer.annual_value
    contract = table.add(
        world.company, world.branches[customer.branch].unit, customer.contract,
        f"{customer.name}: {equipment.name.lower()}", f"{customer.name_zh}{equipment.name_zh}服务", party,
        customer.contract_type, state, signed, start, end, value, customer.discount, "0.06", _BILLING[number % 5],
        max(4, value // 20_000), max(40, value // 1_200), value // 4, "0.25",
        world.users[_OWNERS[number % 3]],
    )  # fmt: skip
    _make_contract_history(world, contract, state, start)
    lines = world.table(
        "contract_line", "id contract_id line_no description description_zh quantity unit unit_price tax_rate"
    )
    call_out = value // 10
    lines.add(
        contract, 1, f"Maintenance of {customer.assets} × {equipment.name.lower()}",
        f"{customer.assets} 台{equipment.name_zh}维护保养", 1, "year", value - call_out, "0.06",
    )  # fmt: skip
    lines.add(contract, 2, "Call-out, day and night", "应急抢修（7×24）", 1, "year", call_out, "0.06")
    return contract


def _make_contract_history(world: World, contract: int, state: str, start: dt.date) -> None:
    table = world.table("contract_history", "id contract_id from_state to_state changed_at")
    path = ["draft", "review", "signed", "active"]
    if state in path:
        path = path[: path.index(state) + 1]
    else:
        path.append(state)
    before = None
    for step, reached in enumerate(path):
        at = min(world.at(start + dt.timedelta(days=7 * (step - 3)), 10), world.now)
        table.add(contract, before, reached, at)
        before = reached


def _make_assets(
    world: World, customer: Customer, party: int, sites: list[tuple[int, int]], contract: int, serial: int
) -> int:
    equipment = world.equipment[customer.equipment]
    table = world.table(
        "asset",
        "id company_id org_unit_id asset_class_id site_id code name name_zh state criticality maker model serial_number"
        " purchased_on installed_on commissioned_on warranty_until purchase_cost age_years",
    )
    covered = world.table("contract_asset", "id contract_id asset_id starts_on ends_on parts_covered")
    placements = world.table("asset_placement", "id asset_id site_id org_unit_id state since")
    for number in range(customer.assets):
        serial += 1
        maker, short, models = equipment.makers[number % len(equipment.makers)]
        model = models[number // len(equipment.makers) % len(models)]
        unit, site = sites[number % len(sites)]
        years = 1 + (serial * 7 + number) % 9
        bought = world.months(-12 * years - serial % 11)
        state = "down" if serial % 97 == 5 else "standby" if serial % 41 == 7 else "operational"
        code = f"{equipment.code}-{short}-{model}-{serial:04d}"
        asset = table.add(
            world.company, unit, world.classes[equipment.code], site, code,
            f"{equipment.name} {model} no. {number + 1}", f"{number + 1} 号{equipment.name_zh} {model}", state,
            "ABBC"[serial % 4], maker, model, f"{short}{bought.year % 100:02d}{serial:06d}", bought,
            bought + dt.timedelta(days=30), bought + dt.timedelta(days=40),
            world.months(-12 * years + 24 + serial % 30), equipment.price, years,
        )  # fmt: skip
        placements.add(asset, site, unit, state, world.at(bought + dt.timedelta(days=40), 9))
        covered.add(
            contract, asset, world.months(1 - customer.since_months), None, customer.contract_type != "preventive"
        )
        weight = customer.annual_value // customer.assets * (60 + party * 37 % 90) // 100
        world.assets.append(
            Asset(asset, code, customer.branch, unit, site, party, contract, customer.equipment, weight)
        )
        if equipment.code == "CMP":
            _make_meter(world, asset, years)
    return serial


def _make_meter(world: World, asset: int, years: int) -> None:
    """Running hours of a compressor, read every fortnight for half a year."""
    meters = world.table("meter", "id asset_id code name name_zh kind unit")
    readings = world.table("meter_reading", "id meter_id read_at value source")
    meter = meters.add(asset, "RUN", "Running hours", "运行小时", "continuous", "h")
    hours = years * 5200
    for step in range(12, -1, -1):
        hours += 210 + asset % 50
        at = min(world.at(world.today - dt.timedelta(days=14 * step), 9), world.now)
        readings.add(meter, at, hours, "manual")

"""The stock ledger of the demo: the same rules as the posting functions, played through week by week.

Each week the stores are filled up from the suppliers for what the week's orders will take, vans are loaded, parts are
issued, some come back. Cost is the moving average of the company (db: api.freeze_cost), lots go out first in, first
out, nothing ever goes below zero. Balances, item costs and cost entries are what is left at the end, so the ledger
reconciles by construction; `outpost admin reconcile` checks it against the moves.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from desktop.operations.demo.purchasing import make_order_for
from desktop.operations.demo.tables import Table, cents
from desktop.operations.demo.work import cost_table
from desktop.operations.demo.world import BranchPlace, Item, Numbers, Order, World

_PREFIXES = {
    "receipt": "RCV",
    "issue": "ISS",
    "counter_issue": "CTR",
    "return": "RET",
    "transfer": "TRF",
    "adjustment": "ADJ",
    "opening": "OPN",
}
_TOOK_PARTS = frozenset({"working", "done", "confirmed", "closed"})


@dataclass
class Lot:
    """Pieces of one lot (or none) at one place, oldest first in the place's queue."""

    lot: int | None
    quantity: int


@dataclass
class Cost:
    """Moving average of one item: pieces, value in cents, average in hundredths of a cent."""

    quantity: int = 0
    value: int = 0
    average: int = 0

    def freeze(self, sign: int, quantity: int, unit_cost: int | None) -> tuple[int, int]:
        """Unit cost (hundredths of a cent) and amount (cents) of a line, as api.freeze_cost does it."""
        if self.average == 0 and self.quantity == 0 and self.value == 0:
            self.average = unit_cost or 0
        unit = unit_cost if sign > 0 and unit_cost is not None else self.average
        amount = self.value if sign < 0 and quantity == self.quantity else _half_up(quantity * unit, 100)
        self.move(sign, quantity, amount)
        return unit, amount

    def move(self, sign: int, quantity: int, amount: int) -> None:
        if sign:
            self.quantity += sign * quantity
            self.value += sign * amount
            if self.quantity > 0:
                self.average = _half_up(self.value * 100, self.quantity)


def _half_up(dividend: int, divisor: int) -> int:
    return (2 * dividend + divisor) // (2 * divisor)


@dataclass(frozen=True)
class Need:
    """What an order will take: (item, quantity) lines at a moment."""

    at: dt.datetime
    order: Order
    lines: tuple[tuple[Item, int], ...]


@dataclass
class Ledger:
    """The state while the history is played: stock by place and item, costs, open documents, numbers."""

    world: World
    stock: dict[tuple[int, int], deque[Lot]] = field(default_factory=dict)
    costs: dict[int, Cost] = field(default_factory=dict)
    units: dict[int, int] = field(default_factory=dict)
    numbers: dict[str, Numbers] = field(default_factory=dict)
    serials: dict[int, int] = field(default_factory=dict)
    lots: dict[tuple[int, str], int] = field(default_factory=dict)
    document: int = 0
    line: int = 0

    def on_hand(self, place: int, item: int) -> int:
        return sum(lot.quantity for lot in self.stock.get((place, item), ()))


def play(world: World) -> Ledger:
    """All stock documents of the demo's history. Returns the ledger as it stands this morning."""
    ledger = Ledger(world, numbers={kind: Numbers(kind, prefix) for kind, prefix in _PREFIXES.items()})
    for branch in world.branches.values():
        for item in world.items:
            ledger.units[world.bins[(branch.cast.code, item.id)]] = branch.warehouse
    for engineer in world.engineers:
        ledger.units[engineer.van] = engineer.unit
    needs = sorted(_needs(world), key=lambda need: (need.at, need.order.id))
    start = min(world.today - dt.timedelta(days=world.size.days_back), needs[0].at.date()) - dt.timedelta(days=7)
    _open(ledger, start)
    for monday, week in _weeks(needs, start, world.today):
        for branch in world.branches.values():
            _replenish(ledger, branch, monday, [need for need in week if need.order.branch == branch.cast.code])
        _load_vans(ledger, monday)
        for place, need in enumerate(week):
            _issue(ledger, need, place)
        if monday.day <= 7:
            _adjust(ledger, monday)
    _keep(ledger)
    return ledger


# --- documents and moves ---------------------------------------------------------------------------------------------


def _documents(world: World) -> Table:
    return world.table(
        "stock_document",
        "id company_id org_unit_id document_type number work_order_id purchase_order_id engineer_id reason effective_at"
        " posted_at posted_by",
    )


def _moves(world: World) -> Table:
    return world.table(
        "stock_move",
        "id company_id from_org_unit_id to_org_unit_id document_id line_no item_id from_location_id to_location_id"
        " lot_id quantity entered_quantity entered_uom unit_cost amount work_order_id purchase_line_id reverses_id"
        " effective_at posted_at posted_by",
    )


@dataclass(frozen=True)
class Doc:
    """An open document, to which lines are added."""

    id: int
    number: str
    at: dt.datetime
    actor: int
    order: Order | None = None


def _begin(
    ledger: Ledger, kind: str, unit: int, at: dt.datetime, actor: int, *, order: Order | None = None,
    purchase: int | None = None, engineer: int | None = None, reason: str | None = None,
) -> Doc:  # fmt: skip
    number = ledger.numbers[kind].next(at)
    work_order = order.id if order else None
    ledger.line = 0
    document = _documents(ledger.world).add(
        ledger.world.company, unit, kind, number, work_order, purchase, engineer, reason, at, at, actor
    )
    return Doc(document, number, at, actor, order)


def _move(
    ledger: Ledger, doc: Doc, item: Item, source: int, target: int, lot: int | None, quantity: int, unit_cost: int,
    amount: int, *, purchase_line: int | None = None, reverses: int | None = None,
) -> int:  # fmt: skip
    ledger.line += 1
    own = ledger.units.get(source) or ledger.units.get(target, 0)
    return _moves(ledger.world).add(
        ledger.world.company, own, ledger.units.get(target, own), doc.id, ledger.line, item.id, source, target, lot,
        quantity, quantity, item.part.uom, Decimal(unit_cost).scaleb(-4), cents(amount),
        doc.order.id if doc.order else None, purchase_line, reverses, doc.at, doc.at, doc.actor,
    )  # fmt: skip


def receive(
    ledger: Ledger,
    doc: Doc,
    item: Item,
    source: int,
    target: int,
    quantity: int,
    unit_cost: int,
    line: int | None = None,
) -> None:
    """Goods that come in: a lot a delivery, a serial number a piece. `unit_cost` in cents."""
    cost = ledger.costs.setdefault(item.id, Cost())
    pieces = [1] * quantity if item.part.tracking == "serial" else [quantity]
    for piece in pieces:
        lot = _lot(ledger, item, doc.at)
        unit, amount = cost.freeze(1, piece, unit_cost * 100)
        _move(ledger, doc, item, source, target, lot, piece, unit, amount, purchase_line=line)
        put(ledger, target, item.id, lot, piece)


def put(ledger: Ledger, place: int, item: int, lot: int | None, quantity: int) -> None:
    queue = ledger.stock.setdefault((place, item), deque())
    if queue and queue[-1].lot == lot:
        queue[-1].quantity += quantity
    else:
        queue.append(Lot(lot, quantity))


def take(ledger: Ledger, place: int, item: int, quantity: int) -> Iterator[tuple[int | None, int]]:
    """(lot, quantity) pieces, oldest lot first. The caller has made sure that there is enough."""
    queue = ledger.stock[(place, item)]
    while quantity:
        part = min(quantity, queue[0].quantity)
        yield queue[0].lot, part
        queue[0].quantity -= part
        quantity -= part
        if not queue[0].quantity:
            queue.popleft()


def _lot(ledger: Ledger, item: Item, at: dt.datetime) -> int | None:
    tracking = item.part.tracking
    if tracking == "none":
        return None
    if tracking == "serial":
        ledger.serials[item.id] = ledger.serials.get(item.id, 20_400) + 1
        code = f"{item.part.code.split('-')[-1]}{item.part.code[:2]}-{ledger.serials[item.id]}"
    else:
        code = f"L{at:%y%m}-{at.day // 7 * 7 + 1:02d}"
    if (item.id, code) not in ledger.lots:
        table = ledger.world.table("lot", "id item_id code created_at")
        ledger.lots[(item.id, code)] = table.add(item.id, code, at)
    return ledger.lots[(item.id, code)]


# --- what the company does -------------------------------------------------------------------------------------------


def _needs(world: World) -> Iterator[Need]:
    """The parts that each visit up to this morning took: those that fit the equipment first, then common ones."""
    fitting: dict[str, list[Item]] = {}
    common = [item for item in world.items if not item.part.fits]
    for item in world.items:
        for equipment in item.part.fits:
            fitting.setdefault(equipment, []).append(item)
    low, high = world.size.lines
    for order in world.orders:
        if order.state not in _TOOK_PARTS or order.engineer is None or order.start > world.now:
            continue
        wanted = world.chance.randint(low, high)
        choice: dict[int, Item] = {}
        for _ in range(wanted):
            pool = fitting.get(order.asset.equipment, common) if world.chance.random() < 0.45 else common
            item = world.chance.choice(pool)
            if item.cost > 5_000_000 and order.id % 29:
                continue
            choice[item.id] = item
        if order.state == "working" and order.asset.id == 1:
            choice = {}  # the guide's order: its parts are reserved, the clerk issues them
        lines = tuple((item, _quantity(world, item)) for item in choice.values())
        if lines:
            yield Need(order.start + dt.timedelta(minutes=-30 + order.id % 20), order, lines)


def _quantity(world: World, item: Item) -> int:
    if item.cost > 20_000 or item.part.tracking == "serial":
        return 1
    return world.chance.choice((1, 1, 2, 2, 3, 4))


def _weeks(needs: Sequence[Need], start: dt.date, today: dt.date) -> Iterator[tuple[dt.date, list[Need]]]:
    by_week: dict[dt.date, list[Need]] = {}
    for need in needs:
        day = need.at.date()
        by_week.setdefault(day - dt.timedelta(days=day.weekday()), []).append(need)
    monday = start - dt.timedelta(days=start.weekday())
    while monday <= today:
        yield monday, by_week.get(monday, [])
        monday += dt.timedelta(days=7)


def _open(ledger: Ledger, start: dt.date) -> None:
    """Opening balances: what each store held when the company began with the system."""
    world = ledger.world
    for branch in world.branches.values():
        doc = _begin(ledger, "opening", branch.warehouse, world.at(start, 8), branch.clerk, reason="Opening balances")
        for place, item in enumerate(world.items):
            quantity = 1 if item.cost > 5_000_000 else 2 if item.cost > 100_000 else 6 + (item.id * 7 + place) % 20
            target = world.bins[(branch.cast.code, item.id)]
            receive(ledger, doc, item, world.places["opening"], target, quantity, item.cost)


def _replenish(ledger: Ledger, branch: BranchPlace, monday: dt.date, week: Sequence[Need]) -> None:
    """Fill the store up for the week: a purchase order and its receipt for each supplier."""
    world = ledger.world
    wanted: dict[int, int] = {}
    for need in week:
        for item, quantity in need.lines:
            wanted[item.id] = wanted.get(item.id, 0) + quantity
    by_supplier: dict[str, list[tuple[Item, int]]] = {}
    for number, quantity in sorted(wanted.items()):
        item = world.items[number - 1]
        low = 4 if item.cost < 20_000 else 1
        have = ledger.on_hand(world.bins[(branch.cast.code, number)], number)
        if have < quantity + low:
            more = max(quantity + low - have, low * 3)
            by_supplier.setdefault(item.part.supplier, []).append((item, more))
    for place, (supplier, lines) in enumerate(sorted(by_supplier.items())):
        at = min(world.at(monday, 7.2 + place * 0.05), world.now)
        bought = [(item, quantity, _price(world, item, monday)) for item, quantity in lines]
        order, order_lines = make_order_for(world, branch, world.suppliers[supplier], at, bought)
        doc = _begin(ledger, "receipt", branch.warehouse, at, branch.clerk, purchase=order)
        for (item, quantity, price), line in zip(bought, order_lines, strict=True):
            target = world.bins[(branch.cast.code, item.id)]
            receive(ledger, doc, item, world.places["supplier"], target, quantity, price, line)


def _price(world: World, item: Item, day: dt.date) -> int:
    """Prices drift by a few percent over the seasons."""
    return max(1, item.cost * (97 + (item.id + day.month) % 7) // 100)


def _load_vans(ledger: Ledger, monday: dt.date) -> None:
    world = ledger.world
    for engineer in world.engineers:
        if world.chance.random() > 0.4:
            continue
        branch = world.branches[engineer.cast.branch]
        lines = []
        for _ in range(4):
            item = world.chance.choice(world.items)
            source = world.bins[(branch.cast.code, item.id)]
            if item.cost < 30_000 and ledger.on_hand(source, item.id) > 5 and ledger.on_hand(engineer.van, item.id) < 4:
                lines.append((item, source))
        if not lines:
            continue
        at = min(world.at(monday, 7.7), world.now)
        doc = _begin(ledger, "transfer", branch.warehouse, at, branch.clerk, engineer=engineer.id)
        for item, source in {item.id: (item, source) for item, source in lines}.values():
            for lot, quantity in list(take(ledger, source, item.id, 2)):
                unit, amount = ledger.costs[item.id].freeze(0, quantity, None)
                _move(ledger, doc, item, source, engineer.van, lot, quantity, unit, amount)
                put(ledger, engineer.van, item.id, lot, quantity)


def _issue(ledger: Ledger, need: Need, place: int) -> None:
    """Parts for one order, from the van where it has them, else from the store; some orders give one back."""
    world = ledger.world
    order = need.order
    branch = world.branches[order.branch]
    engineer = order.engineer.id if order.engineer else None
    doc = _begin(ledger, "issue", branch.warehouse, need.at, branch.clerk, order=order, engineer=engineer)
    issued = []
    for item, quantity in need.lines:
        van = order.engineer.van if order.engineer else 0
        source = van if ledger.on_hand(van, item.id) >= quantity else world.bins[(order.branch, item.id)]
        quantity = min(quantity, ledger.on_hand(source, item.id))
        for lot, part in list(take(ledger, source, item.id, quantity)) if quantity else ():
            unit, amount = ledger.costs[item.id].freeze(-1, part, None)
            move = _move(ledger, doc, item, source, world.places["customer"], lot, part, unit, amount)
            entry = _charge(ledger, doc, order, item, part, amount, move, None)
            issued.append((item, source, lot, part, unit, amount, move, entry))
    back = need.at + dt.timedelta(days=1)
    if issued and place % 33 == 7 and back < world.now:
        item, source, lot, part, unit, amount, move, entry = issued[-1]
        doc = _begin(ledger, "return", branch.warehouse, back, branch.clerk, order=order, reason="Not needed")
        ledger.costs[item.id].move(1, part, amount)
        again = _move(ledger, doc, item, world.places["customer"], source, lot, part, unit, amount, reverses=move)
        put(ledger, source, item.id, lot, part)
        _charge(ledger, doc, order, item, -part, -amount, again, entry)


def _charge(
    ledger: Ledger, doc: Doc, order: Order, item: Item, quantity: int, amount: int, move: int, reverses: int | None
) -> int:
    return cost_table(ledger.world).add(
        ledger.world.company, order.unit, "parts", order.id, order.asset.id, order.asset.contract,
        order.engineer.id if order.engineer else None, item.id, quantity, cents(amount), "stock_move", move, reverses,
        f"{doc.number} {item.part.code}", doc.at, doc.at, doc.actor,
    )  # fmt: skip


def _adjust(ledger: Ledger, monday: dt.date) -> None:
    """The monthly count finds a few pieces missing."""
    world = ledger.world
    for branch in world.branches.values():
        doc = None
        for _ in range(3):
            item = world.chance.choice(world.items)
            source = world.bins[(branch.cast.code, item.id)]
            if item.cost > 5_000 or ledger.on_hand(source, item.id) < 3:
                continue
            at = world.at(monday, 18)
            if at > world.now:
                continue
            doc = doc or _begin(ledger, "adjustment", branch.warehouse, at, branch.clerk, reason="Count difference")
            for lot, quantity in list(take(ledger, source, item.id, 1)):
                unit, amount = ledger.costs[item.id].freeze(-1, quantity, None)
                _move(ledger, doc, item, source, world.places["count_loss"], lot, quantity, unit, amount)


def _keep(ledger: Ledger) -> None:
    """Item costs as they are at the end. Balances follow when the reservations are known."""
    table = ledger.world.table("item_cost", "company_id item_id quantity value average", serial=False)
    for item, cost in sorted(ledger.costs.items()):
        average = Decimal(cost.average).scaleb(-4)
        table.add(ledger.world.company, item, cost.quantity, cents(cost.value), average)

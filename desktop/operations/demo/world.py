"""What the generators share: the size, the calendar around today, one source of chance, and who is who."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from desktop.operations.demo.catalogue import Branch, Equipment, Part, Person
from desktop.operations.demo.tables import Table

ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class Size:
    """How much of everything. `lines`: the range of parts issued per order; `bookings`: kept for the newest orders."""

    name: str
    work_orders: int
    days_back: int
    engineers: int
    more_customers: int
    items: int
    lines: tuple[int, int]
    bookings: int
    backlog: int


SIZES: dict[str, Size] = {
    "small": Size("small", 3_000, 365, 14, 0, 120, (3, 8), 3_000, 26),
    "medium": Size("medium", 10_000, 420, 28, 60, 600, (4, 11), 12_000, 150),
    "large": Size("large", 104_000, 900, 64, 300, 2_000, (7, 16), 52_500, 900),
}


@dataclass
class BranchPlace:
    """A branch with the ids of its unit, warehouse and virtual neighbours."""

    cast: Branch
    unit: int
    warehouse: int
    store: int = 0
    transit: int = 0
    clerk: int = 0


@dataclass(frozen=True)
class Asset:
    id: int
    code: str
    branch: str
    unit: int
    site: int
    customer: int
    contract: int | None
    equipment: str
    weight: int  # how much of the work it asks for, against other assets


@dataclass(frozen=True)
class Item:
    id: int
    part: Part
    cost: int  # in cents


@dataclass
class Engineer:
    id: int
    cast: Person
    unit: int
    van: int = 0
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Order:
    """A work order as far as stock, cost and reservations need it."""

    id: int
    number: str
    branch: str
    unit: int
    asset: Asset
    engineer: Engineer | None
    start: dt.datetime
    state: str
    preventive: bool


class Numbers:
    """Document numbers as the database allots them: PREFIX-YYMM-NNNN, counted within the month."""

    def __init__(self, document_type: str, prefix: str) -> None:
        self.document_type = document_type
        self.prefix = prefix
        self.drawn = 0
        self.bases: dict[str, int] = {}
        self._counts: dict[str, int] = {}

    def next(self, at: dt.datetime) -> str:
        period = at.strftime("%y%m")
        self.bases.setdefault(period, self.drawn)
        self.drawn += 1
        count = self._counts.get(period, 0) + 1
        self._counts[period] = count
        return f"{self.prefix}-{period}-{count:04d}"


@dataclass
class World:
    """The company in the making. `today` is a date in China; `now` its working morning."""

    size: Size
    today: dt.date
    company: int
    root: int
    chance: random.Random
    tables: dict[str, Table] = field(default_factory=dict)
    units: list[tuple[int, int, str, str, str, str]] = field(default_factory=list)
    branches: dict[str, BranchPlace] = field(default_factory=dict)
    equipment: dict[str, Equipment] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    suppliers: dict[str, int] = field(default_factory=dict)
    assets: list[Asset] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    skills: dict[str, int] = field(default_factory=dict)
    engineers: list[Engineer] = field(default_factory=list)
    problems: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    causes: list[int] = field(default_factory=list)
    remedies: list[int] = field(default_factory=list)
    plans: dict[tuple[str, int], int] = field(default_factory=dict)
    bins: dict[tuple[str, int], int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    purchase_numbers: Numbers = field(default_factory=lambda: Numbers("purchase_order", "PO"))
    users: dict[str, int] = field(default_factory=dict)
    holidays: frozenset[dt.date] = frozenset()
    absent: set[tuple[int, dt.date]] = field(default_factory=set)

    clock: dt.datetime | None = None

    @property
    def now(self) -> dt.datetime:
        """The moment of the demo: at twenty to eleven, or where the day is younger than that, when it is made."""
        usual = dt.datetime.combine(self.today, dt.time(10, 40))
        return usual if self.clock is None else min(usual, self.clock)

    def this_morning(self, hour: float) -> dt.datetime:
        """Today at that hour, for what has happened already: not later than now."""
        return min(self.at(self.today, hour), self.now)

    def table(self, name: str, columns: str, *, serial: bool = True) -> Table:
        """The table of that name, made at first use."""
        if name not in self.tables:
            self.tables[name] = Table(name, columns, serial=serial)
        return self.tables[name]

    def unit(self, parent: int, kind: str, code: str, name: str, name_zh: str) -> int:
        """A new unit of the tree; ids follow the company's own."""
        number = self.root + 1 + len(self.units)
        self.units.append((number, parent, kind, code, name, name_zh))
        return number

    def at(self, day: dt.date, hour: float) -> dt.datetime:
        return dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=round(hour * 60))

    def months(self, count: int) -> dt.date:
        """The first of the month that is `count` months from this one."""
        month = self.today.year * 12 + self.today.month - 1 + count
        return dt.date(month // 12, month % 12 + 1, 1)

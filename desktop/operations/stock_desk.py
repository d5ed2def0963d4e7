"""What the stock desk asks the database: what a code is, what an order still needs, where a part lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg2.extensions import parse_dsn
from sqlalchemy import text

from db.session import Database
from desktop.domain.stock import Draft, Holding, Line, Mode, Owner, Part, Subject
from desktop.domain.stock_drafts import line_from, part_from
from desktop.domain.stock_owners import to_send_back


@dataclass(frozen=True)
class Resolved:
    """What a scanned or typed code is.

    `kind`: work_order, purchase_order, document, pick_list, location, engineer, item, lot, party.
    """

    kind: str
    id: int
    code: str
    name: str = ""
    name_zh: str | None = None
    part: Part | None = None
    lot: Holding | None = None
    work_order_id: int | None = None
    mine: bool = True
    pack: Decimal | None = None  # how many pieces the scanned pack holds
    uom: str = ""  # and which unit it is
    document_type: str = ""
    owner: Owner | None = None


@dataclass(frozen=True)
class TodaysMove:
    posted_at: datetime
    document_id: int
    number: str
    quantity: Decimal
    location: str
    by_name: str
    by_name_zh: str | None


@dataclass(frozen=True)
class Overview:
    """A part with everything that "do we have it?" asks."""

    part: Part
    on_hand: Decimal
    reserved: Decimal
    on_order: Decimal
    due_on: date | None
    substitutes: tuple[Part, ...] = ()
    moves_today: tuple[TodaysMove, ...] = ()

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved


@dataclass(frozen=True)
class Place:
    id: int
    code: str
    name: str
    name_zh: str | None
    path: str
    kind: str = field(default="bin")


def resolve(database: Database, code: str, *, asset_id: int | None = None) -> Resolved | None:
    """What `code` stands for in the reader's scope; `asset_id` lets the part say whether it fits. None: unknown."""
    found = _ask(database, "select api.desk_resolve(:code, :asset_id)", code=code, asset_id=asset_id)
    if found is None:
        return None
    part = part_from(found["part"]) if "part" in found else None
    return Resolved(
        kind=found["kind"],
        id=found["id"],
        code=found["code"],
        name=found.get("name") or "",
        name_zh=found.get("name_zh"),
        part=part,
        lot=_lot_holding(found, part) if found["kind"] == "lot" and part is not None else None,
        work_order_id=found.get("work_order_id"),
        mine=found.get("mine", True),
        pack=Decimal(str(found["pack"])) if found.get("pack") is not None else None,
        uom=found.get("pack_uom") or "",
        document_type=found.get("document_type") or "",
        owner=_owner(found) if found["kind"] == "party" else None,
    )


def _owner(found: Mapping[str, Any]) -> Owner:
    return Owner(found["id"], found["name"], found["name_zh"], bool(found["consigned"]))


def _lot_holding(found: Mapping[str, Any], part: Part) -> Holding:
    """Where that lot lies; nowhere yet, when it arrives for the first time."""
    for holding in part.holdings:
        if holding.lot_id == found["id"] and holding.condition == "good":
            return holding
    fallback = part.holdings[0] if part.holdings else None
    return Holding(
        location_id=fallback.location_id if fallback else 0,
        location=fallback.location if fallback else "",
        lot_id=found["id"],
        lot=found["code"],
        expires_on=date.fromisoformat(found["expires_on"]) if found["expires_on"] else None,
    )


def open_order(database: Database, work_order_id: int, mode: Mode) -> Draft | None:
    """A draft for a work order: its reservations to issue, or in return mode what was issued and may come back."""
    found = _ask(database, "select api.desk_order(:id)", id=work_order_id)
    if found is None:
        return None
    facts = {key: value for key, value in found.items() if key != "lines"}
    subject = Subject("work_order", found["id"], found["number"], found["title"], found["title_zh"], facts)
    if mode is Mode.RETURN:
        lines = _issued(database, work_order_id, None)
    elif mode is Mode.ISSUE:
        lines = _expected(found["lines"])
    else:
        lines = ()
    engineer = found["engineer_id"] if mode is Mode.COUNTER else None
    return Draft(mode, subject, engineer_id=engineer, lines=lines)


def open_purchase(database: Database, purchase_order_id: int) -> Draft | None:
    """A draft that receives a purchase order: what is still to come of each line, in the unit it was ordered in."""
    found = _ask(database, "select api.desk_purchase(:id)", id=purchase_order_id)
    if found is None:
        return None
    facts = {key: value for key, value in found.items() if key != "lines"}
    subject = Subject("purchase_order", found["id"], found["number"], found["supplier"], found["supplier_zh"], facts)
    lines = []
    for each in found["lines"]:
        part = part_from(each["part"])
        home = part.holdings[0] if part.holdings else None
        lines.append(
            Line(
                part=part,
                expected=Decimal(str(each["quantity"])),
                ordered=Decimal(str(each["ordered"])),
                unit_cost=Decimal(str(each["unit_cost"])),
                purchase_line_id=each["purchase_line_id"],
                uom=each["uom"] or "",
                location_id=home.location_id if home else None,
                location=home.location if home else "",
            )
        )
    return Draft(Mode.RECEIVE, subject, lines=tuple(lines))


def open_document(database: Database, document_id: int, code: str) -> Draft:
    """A draft that returns what one issue gave out."""
    lines = _issued(database, None, document_id)
    return Draft(Mode.RETURN, Subject("document", document_id, code), lines=lines)


def open_received(
    database: Database, *, purchase_id: int | None = None, document_id: int | None = None
) -> Draft | None:
    """A draft that sends back to the supplier what one receipt, or all of one purchase order, brought."""
    found = _ask(
        database, "select api.desk_received(:order_id, :document_id)", order_id=purchase_id, document_id=document_id
    )
    if found is None:
        return None
    facts = {key: value for key, value in found.items() if key != "lines"}
    kind = "purchase_order" if purchase_id is not None else "document"
    subject = Subject(kind, found["id"], found["number"], found["supplier"] or "", found["supplier_zh"], facts)
    return Draft(Mode.SEND_BACK, subject, lines=tuple(to_send_back(line) for line in _expected(found["lines"])))


def _issued(database: Database, work_order_id: int | None, document_id: int | None) -> tuple[Line, ...]:
    found = _ask(
        database, "select api.desk_issued(:order_id, :document_id)", order_id=work_order_id, document_id=document_id
    )
    return _expected(found)


def _expected(lines: list[dict[str, Any]]) -> tuple[Line, ...]:
    return tuple(line_from(each, expected=Decimal(str(each["quantity"])), quantity=Decimal(0)) for each in lines)


@dataclass(frozen=True)
class Answer:
    """What a code is, and for an order, a document or a badge the draft that it opens."""

    resolved: Resolved | None
    opened: Draft | None = None


def look_up(database: Database, code: str, mode: Mode, asset_id: int | None) -> Answer:
    """Resolve a code and read what the desk needs to go on with it, in one go of a worker thread."""
    found = resolve(database, code, asset_id=asset_id)
    if found is None:
        return Answer(None)
    if found.kind == "work_order":
        wanted = mode if mode in (Mode.ISSUE, Mode.COUNTER, Mode.RETURN) else Mode.ISSUE
        return Answer(found, open_order(database, found.id, wanted))
    if found.kind == "purchase_order" and mode is Mode.SEND_BACK:
        return Answer(found, open_received(database, purchase_id=found.id))
    if found.kind == "purchase_order":
        return Answer(found, open_purchase(database, found.id))
    if found.kind == "document" and found.document_type == "receipt":
        return Answer(found, open_received(database, document_id=found.id))
    if found.kind == "document":
        return Answer(found, open_document(database, found.id, found.code))
    if found.kind == "engineer":
        return Answer(found, _for_engineer(database, found))
    return Answer(found)


def _for_engineer(database: Database, found: Resolved) -> Draft:
    opened = open_order(database, found.work_order_id, Mode.COUNTER) if found.work_order_id else None
    if opened is not None:
        return replace(opened, engineer_id=found.id)
    return Draft(Mode.COUNTER, Subject("engineer", found.id, found.code, found.name, found.name_zh), found.id)


def overview(database: Database, item_id: int) -> Overview | None:
    """Everything about one part's stock; None where the reader may not see the part."""
    found = _ask(database, "select api.part_overview(:id)", id=item_id)
    if found is None:
        return None
    part = part_from(found)
    good = [holding for holding in part.holdings if holding.condition == "good"]
    return Overview(
        part=part,
        on_hand=sum((holding.on_hand for holding in good), Decimal(0)),
        reserved=sum((holding.reserved for holding in good), Decimal(0)),
        on_order=Decimal(str(found["on_order"])),
        due_on=date.fromisoformat(found["due_on"]) if found["due_on"] else None,
        substitutes=tuple(part_from(each) for each in found["substitute_parts"]),
        moves_today=tuple(
            TodaysMove(
                posted_at=datetime.fromisoformat(move["posted_at"]),
                document_id=move["document_id"],
                number=move["number"],
                quantity=Decimal(str(move["quantity"])),
                location=move["location"],
                by_name=move["by_name"] or "",
                by_name_zh=move["by_name_zh"],
            )
            for move in found["moves_today"]
        ),
    )


def places(database: Database) -> tuple[Place, ...]:
    """Where the reader may put stock."""
    found = _ask(database, "select api.desk_places()")
    return tuple(Place(**each) for each in found)


def place(database: Database) -> str:
    """Names the database for what a workstation keeps of it, the same at each start."""
    where = parse_dsn(database.dsn)
    host = str(where.get("host", ""))
    return f"{where.get('dbname', '')}@{'' if host.startswith('/') else host}"


def _ask(database: Database, sql: str, **values: object) -> Any:
    with database.read() as session:
        return session.execute(text(sql), values).scalar_one()

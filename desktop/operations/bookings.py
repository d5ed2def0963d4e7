"""What is planned and what is to be: bookings and the backlog, as immutable values.

What another unit has booked comes as bare time. Sums over several orders (hours left, parts, progress) are asked for
once a page of rows and not once a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, select, text
from sqlalchemy.orm import Session

from db.orm.assets import Asset
from db.orm.contracts import Contract
from db.orm.parties import Party, Site
from db.orm.people import AppUser
from db.orm.scheduling import Booking as BookingRow
from db.orm.scheduling import Skill as SkillRow
from db.orm.work_orders import WorkOrder
from db.session import Database
from desktop.domain.scheduling import BarState, Booking, Job, Parts, Skill, bar_state, initials

LONGEST = timedelta(days=31)
"""No booking is longer (api.plan_work): how far before a window its bookings may begin."""
BACKLOG_LIMIT = 500


def stamp(instant: datetime) -> int:
    """Seconds since the epoch."""
    return int(instant.timestamp())


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


_JOB = (
    WorkOrder.id.label("job_id"), WorkOrder.number, WorkOrder.title, WorkOrder.title_zh, WorkOrder.state,
    WorkOrder.planned_minutes, WorkOrder.due_at, WorkOrder.priority, WorkOrder.skill_id, WorkOrder.skill_level,
    WorkOrder.contract_id, WorkOrder.version.label("job_version"),
    Party.name.label("customer"), Party.name_zh.label("customer_zh"),
    Site.name.label("site"), Site.name_zh.label("site_zh"),
    Asset.warranty_until, Contract.number.label("contract"), Contract.ends_on, Contract.hours_per_year,
    Contract.starts_on,
    SkillRow.name.label("skill"), SkillRow.name_zh.label("skill_zh"), SkillRow.kind.label("skill_kind"),
)  # fmt: skip


def _with_details(statement: Any) -> Any:
    return (
        statement.outerjoin(Party, Party.id == WorkOrder.customer_id)
        .outerjoin(Site, Site.id == WorkOrder.site_id)
        .outerjoin(Asset, Asset.id == WorkOrder.asset_id)
        .outerjoin(Contract, Contract.id == WorkOrder.contract_id)
        .outerjoin(SkillRow, SkillRow.id == WorkOrder.skill_id)
    )


def read_bookings(database: Database, engineers: Sequence[int], since: int, until: int) -> list[Booking]:
    """All bookings of `engineers` that touch `[since, until)`; those of other units as bare busy time."""
    window = and_(
        BookingRow.engineer_id.in_(engineers),
        BookingRow.starts_at < moment(until),
        BookingRow.starts_at > moment(since) - LONGEST,
        BookingRow.ends_at > moment(since),
    )
    with database.read() as session:
        found = _bookings(session, window)
        busy = session.execute(
            text("select * from api.busy_times(cast(:engineers as bigint[]), :since, :until)"),
            {"engineers": list(engineers), "since": moment(since), "until": moment(until)},
        ).all()
    known = {booking.id for booking in found}
    found += [
        Booking(row.booking_id, row.engineer_id, stamp(row.starts_at), stamp(row.ends_at), row.hard, BarState.BUSY)
        for row in busy
        if row.booking_id not in known
    ]
    return found


def read_again(database: Database, booking_ids: Iterable[int]) -> tuple[list[Booking], list[int]]:
    """The bookings as they are now, and which of the ids are gone (or no longer ours to see)."""
    wanted = list(booking_ids)
    with database.read() as session:
        found = _bookings(session, BookingRow.id.in_(wanted))
    return found, sorted(set(wanted) - {booking.id for booking in found})


def _bookings(session: Session, condition: Any) -> list[Booking]:
    statement = (
        select(
            BookingRow.id, BookingRow.engineer_id, BookingRow.starts_at, BookingRow.ends_at, BookingRow.hard,
            BookingRow.version, BookingRow.travel_minutes, BookingRow.title.label("note_title"),
            AppUser.display_name, AppUser.display_name_zh, *_JOB,
        )
        .select_from(BookingRow)
        .outerjoin(WorkOrder, WorkOrder.id == BookingRow.work_order_id)
        .outerjoin(AppUser, AppUser.id == BookingRow.updated_by)
        .where(condition)
        .order_by(BookingRow.engineer_id, BookingRow.starts_at, BookingRow.id)
    )  # fmt: skip
    rows = session.execute(_with_details(statement)).all()
    extras = _Extras.of(session, rows)
    return [_booking(row, extras) for row in rows]


def _booking(row: Row[Any], extras: _Extras) -> Booking:
    state = bar_state(row.state) if row.job_id else BarState.PLANNED
    return Booking(
        row.id,
        row.engineer_id,
        stamp(row.starts_at),
        stamp(row.ends_at),
        row.hard,
        state,
        row.version,
        _job(row, extras) if row.job_id else None,
        row.travel_minutes * 60,
        extras.progress.get(row.job_id) if state is BarState.WORKING else None,
        initials(row.display_name) if row.display_name else "",
        row.display_name or "",
        row.note_title or "",
    )


def read_backlog(database: Database) -> list[Job]:
    """Approved orders of the reader's units that nobody is booked for, most urgent first, at most
    `BACKLOG_LIMIT`.
    """
    booked = select(BookingRow.id).where(BookingRow.work_order_id == WorkOrder.id).exists()
    statement = (
        select(*_JOB)
        .select_from(WorkOrder)
        .where(WorkOrder.state == "approved", ~booked)
        .order_by(WorkOrder.due_at.asc().nulls_last(), WorkOrder.id)
        .limit(BACKLOG_LIMIT)
    )
    with database.read() as session:
        rows = session.execute(_with_details(statement)).all()
        extras = _Extras.of(session, rows)
        return [_job(row, extras) for row in rows]


def _job(row: Row[Any], extras: _Extras) -> Job:
    need: tuple[Skill, ...] = ()
    if row.skill_id is not None:
        certificate = row.skill_kind == "certificate"
        need = (Skill(str(row.skill_id), row.skill, row.skill_zh or "", row.skill_level or 1, certificate=certificate),)
    due = stamp(row.due_at) if row.due_at else None
    parts, parts_at = extras.parts.get(row.job_id, (Parts.NONE, None))
    return Job(
        row.job_id, row.number, row.title, row.title_zh or "", row.customer or "", row.customer_zh or "",
        row.site or "", row.site_zh or "", row.planned_minutes * 60, row.job_version, row.state,
        sla_due=due, due=due, skills=need, parts=parts, parts_at=parts_at, contract=row.contract or "",
        contract_hours_left=extras.hours_left.get(row.contract_id), contract_until=row.ends_on,
        warranty_until=row.warranty_until, priority=int(row.priority[1:]) if row.priority[1:].isdigit() else 3,
    )  # fmt: skip


@dataclass(frozen=True)
class _Extras:
    """What is summed up over several orders at once: hours left of contracts, parts, progress of checklists."""

    hours_left: Mapping[int, float]
    parts: Mapping[int, tuple[Parts, int | None]]
    progress: Mapping[int, float]

    @classmethod
    def of(cls, session: Session, rows: Sequence[Row[Any]]) -> _Extras:
        contracts = {row.contract_id for row in rows if row.contract_id is not None and row.hours_per_year is not None}
        open_orders = {row.job_id for row in rows if row.job_id and bar_state(row.state) is BarState.PLANNED}
        working = {row.job_id for row in rows if row.job_id and bar_state(row.state) is BarState.WORKING}
        return cls(
            _hours_left(session, contracts) if contracts else {},
            _parts(session, open_orders) if open_orders else {},
            _progress(session, working) if working else {},
        )


def _hours_left(session: Session, contracts: Iterable[int]) -> dict[int, float]:
    """Hours that a contract still covers in its current year."""
    rows = session.execute(_HOURS, {"ids": list(contracts)})
    return {row.id: float(row.hours_left) for row in rows}


_HOURS = text("""
    select c.id,
           c.hours_per_year
           - coalesce(sum(extract(epoch from upper(l.period) - lower(l.period)) / 3600), 0) as hours_left
    from erp.contract c
    left join erp.work_order w on w.contract_id = c.id
    left join erp.labour l on l.work_order_id = w.id and l.state <> 'reversed'
        and lower(l.period) >= c.starts_on
            + make_interval(years => greatest(extract(year from age(current_date, c.starts_on))::integer, 0))
    where c.id = any (cast(:ids as bigint[])) and c.hours_per_year is not null
    group by c.id
""")


def _parts(session: Session, orders: Iterable[int]) -> dict[int, tuple[Parts, int | None]]:
    """Ready where all will be there on the day; else the morning on which the last of them comes, if that is known."""
    found: dict[int, tuple[Parts, int | None]] = {}
    for row in session.execute(_PARTS, {"ids": list(orders)}):
        arrival = stamp(row.arrives) if row.arrives is not None else None
        found[row.id] = (Parts.READY if row.state == "ready" else Parts.LATE, arrival)
    return found


_PARTS = text("""
    select r.work_order_id as id, r.state, (r.ready_on + time '08:00') at time zone u.time_zone as arrives
    from api.parts_ready(cast(:ids as bigint[])) r
    join erp.work_order w on w.id = r.work_order_id
    join erp.org_unit u on u.id = w.org_unit_id
""")


def _progress(session: Session, orders: Iterable[int]) -> dict[int, float]:
    """The share of its checklist that is done, of each order that has one."""
    return {row.id: float(row.share) for row in session.execute(_PROGRESS, {"ids": list(orders)})}


_PROGRESS = text("""
    select s.work_order_id as id, avg(s.done::integer) as share
    from erp.work_order_step s
    where s.work_order_id = any (cast(:ids as bigint[]))
    group by s.work_order_id
""")

"""Engineers, their bookings and their absences."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Text, cast, func, select

from db.orm.parties import Party
from db.orm.platform import OrgUnit
from db.orm.scheduling import Absence, Booking, Engineer, EngineerSkill, ShiftCalendar, Skill
from db.orm.work_orders import WorkOrder
from desktop.domain.conditions import Group, Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Column, Kind, ListSpec, Look, Sort, View


def _engineer_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(Engineer.shift_calendar, isouter=True).join(Engineer.org_unit, isouter=True)


_skills = (
    select(func.string_agg(cast(Skill.code, Text()), ", "))
    .select_from(EngineerSkill).join(Skill, Skill.id == EngineerSkill.skill_id)
    .where(EngineerSkill.engineer_id == Engineer.id).correlate(Engineer).scalar_subquery()
)  # fmt: skip

# fmt: off
ENGINEERS = ListSpec(
    key="engineers", area="scheduling", name="Engineers", name_zh="工程师",
    table="engineer", row_id=Engineer.id, version=Engineer.version, joins=_engineer_joins, opens="engineer",
    topics=("engineer", "engineer_skill"), search="engineer", code_column="code", icon="user", roles=BUSINESS,
    sort=(Sort("code"),), title_columns=("code", "name"),
    columns=(
        Column(key="code", expr=Engineer.code, kind=Kind.CODE, width=100, writes="code", required=True),
        Column(key="name", expr=Engineer.name, expr_zh=Engineer.name_zh, order_by=Engineer.sort_key, width=160,
               writes="name", required=True),
        Column(key="initials", expr=Engineer.initials, width=70, writes="initials", required=True),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, source="engineer.org_unit_id", width=160),
        Column(key="skills", expr=_skills, width=220, source="engineer.skills"),
        Column(key="phone", expr=Engineer.phone, width=130, writes="phone"),
        Column(key="badge", expr=Engineer.badge, kind=Kind.CODE, width=120, writes="badge"),
        Column(key="calendar", expr=ShiftCalendar.name, expr_zh=ShiftCalendar.name_zh,
               source="engineer.shift_calendar_id", width=160),
        Column(key="hourly_rate", expr=Engineer.hourly_rate, kind=Kind.PRICE, width=110, unit="¥",
               writes="hourly_rate", required=True, privilege="hourly_rate"),
        Column(key="km_rate", expr=Engineer.km_rate, kind=Kind.PRICE, width=110, unit="¥", writes="km_rate",
               required=True, shown=False, privilege="km_rate"),
        Column(key="id_card", expr=Engineer.id_card_sealed, kind=Kind.CODE, width=180, shown=False, sortable=False,
               filterable=False, privilege="id_card_sealed"),
        Column(key="retired_on", expr=Engineer.retired_on, kind=Kind.DATE, width=110, writes="retired_on",
               shown=False),
        Column(key="user_id", expr=Engineer.user_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=Engineer.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="current", name="Current", name_zh="在职", condition=Test("retired_on", "empty")),
        View(key="by_unit", name="By unit", name_zh="按组织", condition=Test("retired_on", "empty"),
             group_by=("unit",)),
        View(key="all", name="All", name_zh="全部"),
    ),
)


def _booking_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Booking.engineer)
        .join(Booking.work_order, isouter=True)
        .join(Party, Party.id == WorkOrder.customer_id, isouter=True)
        .join(OrgUnit, OrgUnit.id == Booking.org_unit_id, isouter=True)
    )


BOOKINGS = ListSpec(
    key="bookings", area="scheduling", name="Bookings", name_zh="排程",
    table="booking", row_id=Booking.id, joins=_booking_joins, opens="work_order",
    topics=("booking",), icon="calendar", roles=BUSINESS, sort=(Sort("starts_at", descending=True),),
    columns=(
        Column(key="starts_at", expr=Booking.starts_at, kind=Kind.DATETIME, width=140),
        Column(key="ends_at", expr=Booking.ends_at, kind=Kind.DATETIME, width=140),
        Column(key="engineer", expr=Engineer.name, expr_zh=Engineer.name_zh, order_by=Engineer.sort_key, width=130,
               source="booking.engineer_id"),
        Column(key="work_order", expr=WorkOrder.number, kind=Kind.CODE, width=140, source="booking.work_order_id",
               opens=("work_order", "work_order_id")),
        Column(key="order_title", expr=WorkOrder.title, expr_zh=WorkOrder.title_zh, width=240),
        Column(key="title", expr=Booking.title, width=160, shown=False),
        Column(key="customer", expr=Party.name, expr_zh=Party.name_zh, source="work_order.customer_id", width=200),
        Column(key="hard", expr=Booking.hard, kind=Kind.BOOLEAN, width=80),
        Column(key="travel_minutes", expr=Booking.travel_minutes, kind=Kind.INTEGER, width=90, total="sum",
               unit="min"),
        Column(key="state", expr=WorkOrder.state, kind=Kind.STATE, width=120,
               looks=state_looks("state", success=("done", "confirmed", "closed"),
                                 warn=("waiting_part", "waiting_customer"),
                                 info=("planned", "dispatched", "accepted", "travelling", "on_site", "working"))),
        Column(key="note", expr=Booking.note, width=220, shown=False),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, source="booking.org_unit_id", width=140,
               shown=False),
        Column(key="engineer_user_id", expr=Engineer.user_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="work_order_id", expr=Booking.work_order_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=Booking.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="today", name="Today", name_zh="今天", condition=Test("starts_at", "=", ("today",)),
             sort=(Sort("engineer"), Sort("starts_at"))),
        View(key="week", name="Next 7 days", name_zh="未来 7 天", group_by=("engineer",),
             condition=Test("starts_at", "between", ("today", "today+7")), sort=(Sort("starts_at"),)),
        View(key="mine", name="Mine", name_zh="我的排程",
             condition=Group("all", (Test("engineer_user_id", "=", ("me",)), Test("starts_at", ">=", ("today",)))),
             sort=(Sort("starts_at"),)),
        View(key="tentative", name="Tentative", name_zh="暂定", condition=Test("hard", "=", (False,))),
        View(key="all", name="All", name_zh="全部"),
    ),
)


def _absence_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(Absence.engineer).join(OrgUnit, OrgUnit.id == Absence.org_unit_id, isouter=True)


ABSENCES = ListSpec(
    key="absences", area="scheduling", name="Absences", name_zh="缺勤",
    table="absence", row_id=Absence.id, version=Absence.version, joins=_absence_joins, topics=("absence",),
    icon="calendar-days", roles=BUSINESS, sort=(Sort("starts_at", descending=True),),
    columns=(
        Column(key="engineer", expr=Engineer.name, expr_zh=Engineer.name_zh, order_by=Engineer.sort_key, width=140,
               source="absence.engineer_id"),
        Column(key="kind", expr=Absence.kind, kind=Kind.CHOICE, width=110, writes="kind", required=True,
               looks=(Look(when=Test("kind", "=", ("sick",)), role="warn"),)),
        Column(key="starts_at", expr=func.lower(Absence.period), kind=Kind.DATETIME, width=140,
               source="absence.period"),
        Column(key="ends_at", expr=func.upper(Absence.period), kind=Kind.DATETIME, width=140,
               source="absence.period"),
        Column(key="note", expr=Absence.note, width=260, writes="note"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, source="absence.org_unit_id", width=140,
               shown=False),
        Column(key="id", expr=Absence.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="coming", name="Now and coming", name_zh="当前及未来", condition=Test("ends_at", ">=", ("today",)),
             sort=(Sort("starts_at"),)),
        View(key="all", name="All", name_zh="全部"),
    ),
)
# fmt: on

LISTS = (ENGINEERS, BOOKINGS, ABSENCES)

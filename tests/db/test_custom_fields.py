"""Fields that the company added are typed and checked in the database, for every client."""

from __future__ import annotations

import pytest
from psycopg2.extras import Json

from db.errors import UserError
from tests.db.conftest import World


@pytest.fixture
def fielded(world: World) -> World:
    for key, kind, more in (
        ("colour", "choice", "'{red,green}', false"),
        ("floors", "integer", "'{}', false"),
        ("weight", "decimal", "'{}', false"),
        ("price", "money", "'{}', false"),
        ("checked_on", "date", "'{}', false"),
        ("leased", "boolean", "'{}', false"),
        ("remark", "text", "'{}', false"),
    ):
        world.value(
            "insert into erp.custom_field (table_name, key, kind, label, label_zh, choices, required)"
            f" values ('asset', %s, %s, %s, '字段', {more})",
            key, kind, key.title(),
        )  # fmt: skip
    return world


def put(world: World, values: object) -> None:
    world.value("update erp.asset set custom = %s where code = 'P-NORTH'", Json(values))


GOOD = {
    "colour": "red",
    "floors": 3,
    "weight": 3.5,
    "price": 12.5,
    "checked_on": "2026-02-28",
    "leased": True,
    "remark": "备注",
}


def test_values_of_the_right_kind_are_kept(fielded: World) -> None:
    put(fielded, GOOD)
    assert fielded.value("select custom from erp.asset where code = 'P-NORTH'") == GOOD
    put(fielded, dict.fromkeys(GOOD))
    put(fielded, {})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("colour", "blue"),
        ("colour", 1),
        ("floors", 3.5),
        ("floors", "3"),
        ("weight", "3.5"),
        ("price", True),
        ("checked_on", "2026-02-30"),
        ("checked_on", "28.02.2026"),
        ("checked_on", 20260228),
        ("leased", "yes"),
        ("remark", 7),
    ],
)
def test_a_value_of_another_kind_is_refused_with_the_field_s_name(fielded: World, key: str, value: object) -> None:
    with pytest.raises(UserError) as refused:
        put(fielded, {key: value})
    assert refused.value.field == f"custom.{key}"
    assert key.title() in refused.value.message_en
    assert "字段" in refused.value.message_zh


@pytest.mark.parametrize(
    ("values", "rule"), [({"unknown": 1}, "custom_known"), ([], "custom_is_object"), ("x", "custom_is_object")]
)
def test_what_is_no_field_is_refused(fielded: World, values: object, rule: str) -> None:
    with pytest.raises(UserError) as refused:
        put(fielded, values)
    assert refused.value.constraint == rule


def test_a_required_field_must_be_filled_in(fielded: World) -> None:
    fielded.value("update erp.custom_field set required = true where key = 'colour'")
    with pytest.raises(UserError) as refused:
        put(fielded, {"floors": 1})
    assert refused.value.constraint == "custom_required"
    put(fielded, {"colour": "green"})
    fielded.value("update erp.asset set note = 'the others stay as they were' where code = 'P-SOUTH'")


def test_a_retired_field_keeps_its_values(fielded: World) -> None:
    put(fielded, {"colour": "red"})
    fielded.value("update erp.custom_field set active = false where key = 'colour'")
    put(fielded, {"colour": "red", "floors": 2})


def test_the_steward_adds_fields_and_others_do_not(world: World) -> None:
    add = (
        "insert into erp.custom_field (table_name, key, kind, label, label_zh) values ('asset', 'x', 'text', 'X', 'X')"
    )
    with world.raw("steward", "HB").cursor() as cursor:
        cursor.execute(add)
    with world.raw("planner", "HB").cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute(add)

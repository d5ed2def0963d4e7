"""The catalogue's lints: a new installation passes them all, and each one sees the damage that it is there for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from db import health, lints
from tests.db.conftest import PREFIX, World

_DAMAGE = re.compile(r"^-- damage (\w+) names (.+)\n((?:(?!--).*\n?)+)", re.MULTILINE)
DAMAGE = _DAMAGE.findall((Path(__file__).parent / "lint_damage.sql").read_text(encoding="utf-8"))
BY_NAME = {lint.name: lint for lint in lints.rules()}


def test_a_new_installation_passes_them_all(shared: World) -> None:
    """Roles belong to the server: those that another test made under this prefix are put aside."""
    members = (
        "select format('drop role %I', m.member::regrole::text) from pg_auth_members m"
        f" where m.roleid = '{PREFIX}_schema_owner'::regrole"
    )
    with Session(shared.owner.engine) as session:
        for statement in session.scalars(text(members.replace(":", "\\:"))).all():
            session.execute(text(statement))
        assert {fault.lint.name: fault.objects for fault in lints.examine(session)} == {}
        session.rollback()


def test_every_rule_is_said_in_both_languages_and_has_damage_of_its_own() -> None:
    assert len(BY_NAME) == len(lints.rules()) > 20
    assert {name for name, _, _ in DAMAGE} == set(BY_NAME)
    for lint in lints.rules():
        assert re.search("[a-z]", lint.en) and re.search("[\u4e00-\u9fff]", lint.zh)


@pytest.fixture(scope="module")
def login(standing: World) -> str:
    return standing.login_name("planner")


@pytest.mark.parametrize(("name", "named", "damage"), DAMAGE, ids=[f"{one[0]}-{nr}" for nr, one in enumerate(DAMAGE)])
def test_a_lint_sees_the_damage(shared: World, login: str, name: str, named: str, damage: str) -> None:
    with Session(shared.owner.engine) as session:
        session.execute(text(damage.replace("{login}", login).replace(":", "\\:")))
        found = lints.broken(session, BY_NAME[name])
        session.rollback()
    assert any(one.startswith(named.replace("{login}", login)) for one in found), found


def test_the_doctor_names_what_is_wrong(world: World) -> None:
    assert not any(one.name == "catalogue_public_tables" for one in health.examine(world.owner))
    world.value("grant select on erp.item to public")
    (wrong,) = [one for one in health.examine(world.owner) if one.name == "catalogue_public_tables"]
    assert not wrong.ok and "erp.item: SELECT" in wrong.en and "erp.item: SELECT" in wrong.zh

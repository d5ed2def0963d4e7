"""Every function that a job may call, with the other branch's numbers: no answer and no refusal holds its words."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest

from tests.db.test_attacks import Field, field

__all__ = ["field"]

JOBS = ("clerk", "planner", "desk", "engineer", "buyer", "finance", "steward", "manager")
TRIES = 6
_WORDS = re.compile(r"ZANZIBAR|QUAGGA|OIL-S|\b[A-Z]{1,4}-SOUTH\b|RCV-S|987654|777777")
_FUNCTIONS = """
    select p.pronamespace::regnamespace || '.' || p.proname, coalesce(p.proargnames, '{}'),
           array(select format_type(t, null) from unnest(p.proargtypes) t)
    from pg_proc p
    where p.pronamespace in ('api'::regnamespace, 'erp'::regnamespace) and p.prokind = 'f'
      and p.prorettype <> 'trigger'::regtype and p.pronargs > 0
      and has_function_privilege(%s, p.oid, 'execute')
      and p.proname !~ 'password|log_in|delegat|note_|hold_record|^refuse$'
    order by p.oid::regprocedure::text
"""
_NAMES = {
    "unit": "unit", "org_unit": "unit", "branch": "unit", "item": "item", "part": "item", "survivor": "item",
    "merged": "item", "lot": "lot", "asset": "asset", "work_order": "work_order", "order": "work_order",
    "location": "location", "purchase_order": "purchase", "purchase_line": "purchase_line", "document": "document",
    "invoice": "invoice", "engineer": "engineer", "contract": "contract", "party": "party", "supplier": "party",
    "owner": "party", "site": "site", "rfq": "rfq", "run": "abc", "count": "plan", "plan": "plan", "pick_list": "pick",
    "list": "pick", "reservation": "reservation", "wish": "wish", "approval": "approval", "move": "issue",
    "returns_move": "issue", "balance": "balance", "disposal": "disposal", "booking": "booking", "rule": "rule",
}  # fmt: skip
"""What the arguments of functions and the keys of documents are called, and which fact of the other branch that is."""


def _other(facts: dict[str, Any], name: str, dice: random.Random) -> int:
    """The number that the argument asks for, mostly; else any of the other branch, or a small one."""
    short = name.removesuffix("_id").removesuffix("_ids").removesuffix("s")
    wanted = _NAMES.get(short.removeprefix("from_").removeprefix("to_").removeprefix("of_"))
    if wanted and dice.random() < 0.7:
        return int(facts[f"south_{wanted}"])
    numbers = [value for key, value in facts.items() if key.startswith("south_") and isinstance(value, int)]
    return int(dice.choice([*numbers, *range(1, 9)]))


def _document(facts: dict[str, Any], dice: random.Random, *, deep: bool = True) -> dict[str, Any]:
    made: dict[str, Any] = {f"{name}_id": _other(facts, name, dice) for name in _NAMES if dice.random() < 0.6}
    kinds = ("receipt", "issue", "counter_issue", "transfer", "return", "supplier_return", "adjustment", "opening")
    made |= {"quantity": dice.choice((1, -1, 0.5, "NaN")), "type": dice.choice(kinds), "reason": "x", "name": "x"}
    return made | {"lines": [_document(facts, dice, deep=False)]} if deep else made


def _argument(facts: dict[str, Any], name: str, kind: str, dice: random.Random) -> str:
    if kind in ("bigint", "integer", "smallint"):
        return f"{_other(facts, name, dice)}::{kind}"
    if kind in ("bigint[]", "integer[]"):
        return f"array[{_other(facts, name, dice)}]::{kind}"
    if kind == "jsonb":
        found = _document(facts, dice)
        return f"'{json.dumps(dice.choice((found, [found])))}'::jsonb"
    words = {
        "text": ("'x'", "'item'", "'asset'", "'work_order'", "'good'", "'approved'", "'labour'"),
        "numeric": ("1", "-1", "'NaN'"), "date": ("'2026-12-01'", "'infinity'"), "uuid": ("gen_random_uuid()",),
        "boolean": ("true", "false"), "timestamp with time zone": ("now()",),
    }  # fmt: skip
    return f"{dice.choice(words.get(kind, ('null',)))}::{kind}"


def _calls(field: Field, login: str) -> Iterator[str]:
    dice = random.Random(7)
    with field.world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(_FUNCTIONS, (login,))
        found = cursor.fetchall()
    for function, names, kinds in found:
        names = [*names, *[""] * len(kinds)]
        for _ in range(TRIES):
            made = [_argument(field.facts, name, kind, dice) for name, kind in zip(names, kinds, strict=False)]
            yield f"select x from {function}({', '.join(made)}) x"


def _leaks(field: Field, login: str) -> list[str]:
    found: list[str] = []
    connection = psycopg2.connect(field.world.dsn(login))
    for call in _calls(field, login):
        with connection.cursor() as cursor:
            try:
                cursor.execute(call)
                said = str(cursor.fetchall())
            except psycopg2.Error as error:
                said = f"{error.diag.message_primary} {error.diag.message_detail} {error.diag.message_hint}"
        said += " ".join(connection.notices)
        connection.rollback()
        if word := _WORDS.search(said):
            found.append(f"{word[0]}: {call[:300]}")
    connection.close()
    return found


@pytest.mark.parametrize("job", JOBS)
def test_no_function_tells_of_the_other_branch(field: Field, job: str) -> None:
    assert not _leaks(field, field.logins[job])


def test_who_may_see_the_other_branch_is_told(field: Field) -> None:
    """The calls would prove nothing if they never came so far."""
    assert len(_leaks(field, field.facts["boss"])) > 20

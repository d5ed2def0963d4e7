"""Personal data behind the screen and the command line: the proof of kept values, and an export as a file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from db.session import Database
from desktop.commands import privacy as command
from desktop.operations import auditing, privacy


def test_the_proof_of_the_audit_includes_the_values_kept_beside_it(owner: Database) -> None:
    with owner.write() as session:
        session.execute(
            text("update erp.contact set phone = '136 1111 2222' where id = (select min(id) from erp.contact)")
        )
    assert auditing.verify(owner).ok
    with owner.write() as session:
        session.execute(text("set local session_replication_role = replica"))
        number, kept = session.execute(
            text("select entry_id, value from audit.personal where column_name = 'phone' and value is not null limit 1")
        ).one()
        change = text(
            "update audit.personal set value = to_jsonb(cast(:value as text))"
            " where entry_id = :id and column_name = 'phone'"
        )
        session.execute(change.bindparams(value="0", id=number))
    outcome = auditing.verify(owner, portion=500)
    with owner.write() as session:
        session.execute(text("set local session_replication_role = replica"))
        session.execute(
            text(
                "update audit.personal set value = cast(:value as jsonb) where entry_id = :id and column_name = 'phone'"
            ),
            {"value": json.dumps(kept), "id": number},
        )
    assert not outcome.ok
    assert (number, "phone", "changed") in [(one.entry, one.column, one.kind) for one in outcome.values]
    assert f"Entry {number}, phone" in outcome.values[0].text()


def test_the_command_line_finds_people_and_writes_what_there_is(
    person: Callable[[str], Database], owner: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steward = person("steward")
    with owner.read() as session:
        name = (
            session.execute(text("select name from erp.engineer where user_id is not null order by id"))
            .scalars()
            .first()
        )
    (found,) = [one for one in privacy.find(steward, str(name)) if one.name == name or one.kind == "user"][:1]
    target = tmp_path / "person.json"
    subject = f"{found.kind}:{found.id}"
    options = argparse.Namespace(
        dsn=steward.dsn, user=None, find=None, subject=subject, to=target, json=True, quiet=False
    )
    assert command.subject_export(options) == 0
    told = json.loads(capsys.readouterr().out)
    written = json.loads(target.read_text(encoding="utf-8"))
    assert told["records"] == sum(map(len, written["sections"].values())) > 5
    assert written["exported_by"] == steward.user.display_name
    options.subject = "user:seven"
    assert command.subject_export(options) == 2

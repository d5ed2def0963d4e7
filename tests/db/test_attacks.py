"""A hostile clerk with psql: every probe of tests/db/attacks ends as its file says, and changes nothing."""

from __future__ import annotations

import itertools
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from db import users
from db.embedded import Server
from tests.db import attack_probes
from tests.db.conftest import PASSWORD, PREFIX, World, clone

_NUMBERS = itertools.count(1)
MARKED = (Path(__file__).parent / "attacked_world.sql").read_text(encoding="utf-8")
SECRETS = ("ZANZIBAR", "QUAGGA", "987654", "777777", "SCRAM-SHA-256$")


@dataclass(frozen=True)
class Field:
    """The world that is attacked: who tries, and the ids that his statements name."""

    world: World
    logins: dict[str, str]
    facts: dict[str, Any]

    def run(self, probe: attack_probes.Probe) -> str | None:
        login = self.logins[probe.job]
        facts = {**self.facts, "me": login, "my_id": self.facts["ids"].get(login, 0)}
        outcome = attack_probes.attempt(self.world.dsn(login), probe.sql.format_map(facts))
        return attack_probes.verdict(probe, outcome, facts, SECRETS)

    def state(self) -> dict[str, object]:
        """Every row, right and object; where a sequence stands is no state."""
        return {name: self.world.value(query) for name, query in _STATE.items()} | {
            table: self.world.value(f"select md5(string_agg(t::text, ' ' order by t::text)) from {table} t")
            for (table,) in _rows(self.world, _TABLES)
        }


_TABLES = """
    select c.oid::regclass::text from pg_class c
    where c.relkind in ('r', 'p') and not c.relispartition
      and c.relnamespace in ('erp'::regnamespace, 'audit'::regnamespace)
"""
_OBJECTS = """
    select md5(string_agg(concat_ws(' ', c.relname, c.relkind, c.relowner, c.relrowsecurity, c.relacl), ' '
                          order by c.oid))
    from pg_class c where c.relnamespace <> 'pg_toast'::regnamespace
"""
_STATE = {
    "objects": _OBJECTS,
    "functions": "select md5(string_agg(p::text, ' ' order by p.oid)) from pg_proc p",
    "policies": "select md5(string_agg(p::text, ' ' order by p.oid)) from pg_policy p",
    "triggers": "select md5(string_agg(concat_ws(' ', t.oid, t.tgenabled), ' ' order by t.oid)) from pg_trigger t",
    "schemas": "select md5(string_agg(n::text, ' ' order by n.oid)) from pg_namespace n",
    "roles": "select md5(string_agg(r::text, ' ' order by r.oid)) from pg_authid r",
    "members": "select md5(string_agg(m::text, ' ' order by m::text)) from pg_auth_members m",
    "large objects": "select count(*) from pg_largeobject_metadata",
}


@pytest.fixture(scope="module")
def field(pg_server: Server, template: str) -> Iterator[Field]:
    for world in clone(pg_server, template):
        world.value(MARKED)
        yield _prepared(world)


def _prepared(world: World) -> Field:
    jobs = ("clerk", "planner", "desk", "engineer", "buyer", "finance", "steward", "manager")
    logins = {job: world.login_name(job) for job in jobs}
    logins |= {job: world.login_name(job, None) for job in ("admin", "security")}
    logins["auditor"] = world.login_name("auditor", "HB")
    logins["stranger"] = world.login_name("clerk", None)
    logins["gone"] = world.login_name("clerk")
    logins["worker"] = users.create_worker(world.owner, PASSWORD, login=f"{PREFIX}_attack_worker_{next(_NUMBERS)}")
    boss = world.login_name("clerk", "HB", roles=("clerk", "manager"))
    ids = dict(_rows(world, "select login::text, id from erp.app_user"))
    world.value("update erp.app_user set active = false where login = %s", logins["gone"])
    world.value("update erp.app_user set email = 'QUAGGA', phone = 'QUAGGA' where login = %s", boss)
    facts: dict[str, Any] = {
        "p": PREFIX, "db": world.name, "boss": boss, "boss_id": ids[boss], "ids": ids,
        "verifier": users.scram_verifier("x"), "company": world.id("company", "HB"),
        "item": world.id("item", "BRG-6205"), "south_item": world.id("item", "OIL-S"),
        "single": world.id("item", "SINGLE"),
        "supplier_location": world.id("stock_location", "SUPPLIER"), "skill": world.id("skill", "ATTACK"),
        "month": world.value("select relname from pg_class where relname ~ '^entry_\\d{4}_\\d\\d$' order by 1 limit 1"),
        "boss_view": world.value("insert into erp.saved_view (list_key, user_id, name, definition)"
                                 " values ('assets', %s, 'ZANZIBAR', '{}') returning id", ids[boss]),
    }  # fmt: skip
    for side in ("NORTH", "SOUTH"):
        facts |= _side(world, side)
    facts |= _postings(world, boss, facts)
    return Field(world, logins, facts)


def _side(world: World, side: str) -> dict[str, Any]:
    made = {
        "unit": ("org_unit", side), "store": ("org_unit", f"WH-{side}"), "asset": ("asset", f"P-{side}"),
        "party": ("party", f"C-{side}"), "site": ("site", f"SITE-{side}"), "engineer": ("engineer", f"E-{side}"),
        "work_order": ("work_order", f"WO-{side}"), "contract": ("contract", f"CON-{side}"),
        "location": ("stock_location", f"{side[0]}-1"), "document": ("stock_document", f"RCV-{side[0]}-1"),
        "purchase": ("purchase_order", f"PO-{side}"), "transit": ("stock_location", f"{side[0]}-T"),
    }  # fmt: skip
    found: dict[str, Any] = {f"{side.lower()}_{name}": world.id(*where) for name, where in made.items()}
    found[f"{side.lower()}_booking"] = world.value(
        "select id from erp.booking where engineer_id = %s", found[f"{side.lower()}_engineer"]
    )
    found[f"{side.lower()}_purchase_line"] = world.value(
        "select id from erp.purchase_order_line where purchase_order_id = %s", found[f"{side.lower()}_purchase"]
    )
    found[f"{side.lower()}_invoice"], found[f"{side.lower()}_invoice_line"] = world.value(
        "select array[i.id, l.id] from erp.supplier_invoice i join erp.supplier_invoice_line l on l.invoice_id = i.id"
        " where i.number = %s", f"SIN-{side}"
    )  # fmt: skip
    return found


def _postings(world: World, boss: str, facts: dict[str, Any]) -> dict[str, Any]:
    """A posting of the manager's and one of the owner's, whose keys others will replay."""
    found: dict[str, Any] = {}
    line = {"item_id": facts["item"], "to_location_id": facts["south_location"], "quantity": 3, "unit_cost": 10}
    for who, dsn in (("boss", world.dsn(boss)), ("owner", world.dsn())):
        key, payload = str(uuid.uuid4()), json.dumps({"type": "receipt", "note": "ZANZIBAR", "lines": [line]})
        with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
            cursor.execute("select api.post_stock(%s, %s)", (key, payload))
        connection.close()
        found |= {f"{who}_key": key, f"{who}_payload": payload}
    taken = {"item_id": facts["item"], "from_location_id": facts["south_location"], "quantity": 1}
    issue = json.dumps({"type": "issue", "work_order_id": facts["south_work_order"], "lines": [taken]})
    posted = "select (api.post_stock(%s, %s) #>> '{moves,0}')::bigint"
    found["south_issue"] = world.value(posted, str(uuid.uuid4()), issue)
    lies = "select max(id) from erp.stock_balance where location_id = %s"
    found["south_balance"] = world.value(lies, facts["south_location"])
    found["south_lot"] = world.value("select id from erp.lot where code = 'L-SOUTH'")
    found["south_pick"] = world.value("select id from erp.pick_list where number = 'PCK-SOUTH'")
    found["south_pick_line"] = world.value("select id from erp.pick_line where pick_list_id = %s", found["south_pick"])
    kept = "select reservation_id from erp.pick_line where pick_list_id = %s"
    found["south_reservation"] = world.value(kept, found["south_pick"])
    found["south_wish"] = world.value("select id from erp.requisition where number = 'REQ-SOUTH'")
    found["south_wish_line"] = world.value(
        "select id from erp.requisition_line where requisition_id = %s", found["south_wish"]
    )
    found["south_approval"] = world.value("select id from erp.approval where requisition_id = %s", found["south_wish"])
    world.value("select api.analyse_all_stock()")
    found["south_rule"] = world.value("select id from erp.reorder_rule where note = 'ZANZIBAR'")
    found["south_planned"] = world.value(
        "select min(p.id) from erp.item_plan p join erp.org_unit u on u.id = p.org_unit_id and u.code like '%SOUTH'"
    )
    found["south_disposal"] = world.value("select id from erp.disposal where number = 'DSP-SOUTH'")
    found["south_abc"] = world.value("select id from erp.abc_run where number = 'ABC-SOUTH'")
    found["south_rfq"] = world.value("select id from erp.rfq where number = 'RFQ-SOUTH'")
    found["south_asked"] = world.value("select id from erp.rfq_supplier where rfq_id = %s", found["south_rfq"])
    found["south_plan"] = world.value("select id from erp.count_plan where name = 'Lax'")
    return found


def _rows(world: World, query: str) -> list[tuple[Any, ...]]:
    with world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


@pytest.mark.parametrize("theme", attack_probes.THEMES)
def test_every_attack_ends_as_its_file_says(field: Field, theme: str) -> None:
    before = field.state()
    faults = {probe.name: fault for probe in attack_probes.probes(theme) if (fault := field.run(probe))}
    after = field.state()
    assert not faults, "\n".join(f"{name}: {fault}" for name, fault in faults.items())
    assert {key for key in {*before, *after} if before.get(key) != after.get(key)} == set()


def test_a_leak_and_a_wrong_end_are_noticed(field: Field) -> None:
    """The probes would be worth nothing if the owner, who may do everything, passed them."""
    probe = attack_probes.Probe("x", "clerk", "nothing", "", "")
    seen = attack_probes.attempt(field.world.dsn(), "select name from erp.asset")
    assert "ZANZIBAR" in (attack_probes.verdict(probe, seen, {}, SECRETS) or "")
    failed = attack_probes.attempt(field.world.dsn(), "select name::int from erp.asset where code = 'P-SOUTH'")
    assert "ZANZIBAR" in (attack_probes.verdict(probe, failed, {}, SECRETS) or "")
    assert attack_probes.verdict(probe, attack_probes.attempt(field.world.dsn(), "select 1"), {}, SECRETS)
    refused = attack_probes.Probe("x", "clerk", "refused 42501", "", "")
    assert attack_probes.verdict(refused, attack_probes.attempt(field.world.dsn(), "select 1"), {}, SECRETS)


def test_every_file_is_a_theme_and_the_listing_is_current() -> None:
    assert {file.stem for file in attack_probes.FOLDER.glob("*.sql")} == set(attack_probes.THEMES)
    found = attack_probes.listing()
    if os.environ.get("OUTPOST_UPDATE_GOLDEN"):
        attack_probes.LISTING.write_text(found, encoding="utf-8")
    assert attack_probes.LISTING.read_text(encoding="utf-8") == found
    assert sum(len(attack_probes.probes(theme)) for theme in attack_probes.THEMES) >= 200

"""Sealing as the program does it: forms, keys, a rotation that is killed, a lost key, files; by real log-ins."""

from __future__ import annotations

import io
import stat
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db.embedded import Server
from db.errors import UserError
from db.session import Database
from desktop.domain import sealing
from desktop.domain.progress import Cancelled, Progress
from desktop.domain.sealing import Key
from desktop.exchange.csv_export import write_csv
from desktop.exchange.importing import import_file
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.operations import attachments, encryption, engineers, importing, keys, parties, record_history, records
from desktop.operations.assets import ASSET
from desktop.operations.attachments import Attachment, Source
from desktop.operations.encryption import Locked, NoKey
from desktop.operations.lists import source_for
from desktop.operations.parties import PARTY
from desktop.operations.records import Draft
from desktop.runtime.keys import Keys
from tests.db.conftest import World, clone, make_template

ACCOUNT = "6222 0214 0000 1234"


@pytest.fixture
def world(pg_server: Server) -> Iterator[World]:
    yield from clone(pg_server, make_template(pg_server))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Keys]:
    """This workstation's keys."""
    own = Keys(tmp_path / "keys.json")
    before = encryption.use_keys(own)
    yield own
    encryption.use_keys(before)


@pytest.fixture
def made(world: World, store: Keys) -> keys.Made:
    return keys.create(world.login("security", None), store)


def write_account(finance: Database, party: int, account: str | None = ACCOUNT) -> records.Record:
    record = parties.load(finance, party)
    return parties.save(finance, record, Draft({"bank_account_sealed": account}))[0]


def bytes_of(world: World, party: int) -> bytes:
    return bytes(world.value("select bank_account_sealed from erp.party where id = %s", party))


def test_a_form_seals_and_opens(world: World, made: keys.Made) -> None:
    finance, party = world.login("finance", "HB"), world.id("party", "S-ALL")
    assert write_account(finance, party).values["bank_account_sealed"] == ACCOUNT
    assert ACCOUNT.encode() not in bytes_of(world, party)
    assert parties.load(finance, party).values["bank_account_sealed"] == ACCOUNT
    other = parties.load(world.login("steward", "HB"), party)
    assert other.values["bank_account_sealed"] is None and "bank_account_sealed" not in other.writable
    assert write_account(finance, party, None).values["bank_account_sealed"] is None
    (first, *_) = record_history.changes(finance, PARTY, party, "en")
    (field,) = first.fields
    assert field.key == "bank_account_sealed" and ACCOUNT not in f"{field.old}{field.new}"


def test_new_records_are_sealed_at_once(world: World, made: keys.Made) -> None:
    buyer, steward = world.login("buyer", "HB"), world.login("steward", "HB")
    blank = records.blank(buyer, PARTY, {"is_supplier": True})
    saved, _ = parties.save(buyer, blank, Draft({"code": "S-9", "name": "Seals", "bank_account_sealed": ACCOUNT}))
    assert saved.values["bank_account_sealed"] == ACCOUNT
    blank = records.blank(steward, engineers.ENGINEER, {})
    given = {"code": "E-7", "name": "Li Wei", "initials": "LW", "id_card_sealed": "320102199003070518"}
    saved, _ = engineers.save(steward, blank, Draft(given))
    assert engineers.load(steward, saved.id or 0).values["id_card_sealed"] == "320102199003070518"
    desk = records.blank(world.login("desk", "HB"), PARTY, {})
    assert "name" in desk.writable and "bank_account_sealed" not in desk.writable


def test_a_value_moved_to_another_row_stays_shut(world: World, made: keys.Made) -> None:
    """Somebody with all rights on the database puts his own account into the supplier's row."""
    finance = world.login("finance", "HB")
    mine, theirs = world.id("party", "C-NORTH"), world.id("party", "S-ALL")
    write_account(finance, mine, "1111 his own")
    write_account(finance, theirs)
    swap = "update erp.party set bank_account_sealed = %s where id = %s"
    world.value(swap, bytes_of(world, mine), theirs)
    found = parties.load(finance, theirs).values["bank_account_sealed"]
    assert isinstance(found, Locked) and found.why == "broken" and "another record" in found.reason()
    assert parties.load(finance, mine).values["bank_account_sealed"] == "1111 his own"


def test_a_value_of_another_installation_or_column_stays_shut(world: World, store: Keys, made: keys.Made) -> None:
    party = world.id("party", "S-ALL")
    with world.owner.read() as session:
        door = encryption.sealer(session)
    for elsewhere in (
        (replace(door, installation=str(uuid.uuid4())), ("party", "bank_account_sealed", party)),
        (door, ("engineer", "id_card_sealed", party)),
    ):
        envelope = elsewhere[0].seal(ACCOUNT.encode(), *elsewhere[1])
        world.value("update erp.party set bank_account_sealed = %s where id = %s", envelope, party)
        found = parties.load(world.login("finance", "HB"), party).values["bank_account_sealed"]
        assert isinstance(found, Locked) and found.why == "broken"


def test_a_lost_key_locks_the_value_only(world: World, store: Keys, made: keys.Made, tmp_path: Path) -> None:
    finance, party = world.login("finance", "HB"), world.id("party", "S-ALL")
    write_account(finance, party)
    before = bytes_of(world, party)
    encryption.use_keys(Keys(tmp_path / "of another workstation.json"))
    record = parties.load(finance, party)
    locked = record.values["bank_account_sealed"]
    assert isinstance(locked, Locked) and made.name in locked.reason() and "import" in locked.reason()
    saved, _ = parties.save(finance, record, Draft({"city": "Suzhou", "bank_account_sealed": locked}))
    assert saved.values["city"] == "Suzhou"
    assert bytes_of(world, party) == before
    with pytest.raises(NoKey) as refused:
        write_account(finance, party, "new")
    assert refused.value.field == "bank_account_sealed" and made.name in refused.value.text("zh")
    encryption.use_keys(store)
    assert parties.load(finance, party).values["bank_account_sealed"] == ACCOUNT


def test_a_key_file_that_others_can_read_is_not_used(world: World, store: Keys, made: keys.Made) -> None:
    finance, party = world.login("finance", "HB"), world.id("party", "S-ALL")
    write_account(finance, party)
    assert stat.S_IMODE(store.file.stat().st_mode) == 0o600
    store.file.chmod(0o640)
    locked = parties.load(finance, party).values["bank_account_sealed"]
    assert isinstance(locked, Locked) and "chmod 600" in locked.reason()
    store.file.chmod(0o600)
    store.file.write_text("{broken", encoding="utf-8")
    assert isinstance(parties.load(finance, party).values["bank_account_sealed"], Locked)


def test_rotation_brings_everything_over_and_retires_the_old_key(world: World, store: Keys, made: keys.Made) -> None:
    finance, officer = world.login("finance", "HB"), world.login("security", None)
    party, asset = world.id("party", "S-ALL"), world.id("asset", "P-NORTH")
    write_account(finance, party)
    planner = world.login("planner")
    content = bytes(range(256)) * 8192  # two portions
    attachments.add(planner, ASSET, asset, [attachments.memory_source("plate.jpg", content)])
    old = bytes_of(world, party)
    again = keys.replace(officer, store)
    with pytest.raises(UserError) as running:
        keys.replace(officer, store)
    assert running.value.constraint == "key_rotation_running"
    done = keys.reseal(officer)
    assert (done.done, done.broken, done.waiting) == (3, (), 0)
    assert bytes_of(world, party) != old
    _, found = keys.status(officer, store)
    assert [(each.name, each.state) for each in found] == [(made.name, "retired"), (again.name, "active")]
    assert parties.load(finance, party).values["bank_account_sealed"] == ACCOUNT
    assert fetched(planner, asset, store.file.parent) == content
    (newest, *_) = record_history.changes(finance, PARTY, party, "en")
    assert newest.reason is not None and newest.reason.startswith("Key rotation")


class _Killed(BaseException):
    """As when the power goes: nothing after it runs."""


class _Killer(Progress):
    def __init__(self, after: int) -> None:
        super().__init__()
        self._left = after

    def report(self, done: int, total: int | None = None, note: str = "") -> None:
        self._left -= 1
        if self._left <= 0:
            raise _Killed


def test_a_rotation_killed_half_way_goes_on_where_it_stood(
    world: World, store: Keys, made: keys.Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    finance, officer = world.login("finance", "HB"), world.login("security", None)
    world.value(
        "insert into erp.party (company_id, code, name, is_supplier)"
        " select %s, 'X-' || i, 'Supplier ' || i, true from generate_series(1, 9) i",
        world.id("company", "HB"),
    )
    world.value(
        "insert into erp.party_unit (party_id, org_unit_id) select id, %s from erp.party where code like 'X-%%'",
        world.id("org_unit", "HB"),
    )
    suppliers = [world.id("party", f"X-{number}") for number in range(1, 10)]
    for number, supplier in enumerate(suppliers):
        write_account(finance, supplier, f"account {number}")
    again = keys.replace(officer, store)
    monkeypatch.setattr(keys, "PORTION", 2)
    with pytest.raises(_Killed):
        keys.reseal(officer, _Killer(2))
    old = "select count(*) from erp.party where erp.sealed_with(bank_account_sealed) = %s"
    first = next(each for each in keys.status(officer, store)[1] if each.state == "retiring")
    assert world.value(old, first.fingerprint) == 5 and keys.rotation_waits(officer)
    # Half is under the old key, half under the new one: whoever has both reads all, and new values take the new one.
    assert [parties.load(finance, each).values["bank_account_sealed"] for each in suppliers] == [
        f"account {number}" for number in range(9)
    ]
    write_account(finance, suppliers[8], "changed meanwhile")
    done = keys.reseal(officer)
    assert (done.done, done.waiting) == (4, 0)
    assert not keys.rotation_waits(officer) and world.value(old, first.fingerprint) == 0
    assert parties.load(finance, suppliers[8]).values["bank_account_sealed"] == "changed meanwhile"
    assert parties.load(finance, suppliers[7]).values["bank_account_sealed"] == "account 7"
    assert keys.status(officer, store)[1][-1].name == again.name


def test_what_does_not_open_is_named_and_left_alone(world: World, store: Keys, made: keys.Made) -> None:
    finance, officer = world.login("finance", "HB"), world.login("security", None)
    good, bad = world.id("party", "C-NORTH"), world.id("party", "S-ALL")
    write_account(finance, good)
    world.value("update erp.party set bank_account_sealed = %s where id = %s", bytes_of(world, good), bad)
    keys.replace(officer, store)
    done = keys.reseal(officer)
    assert done.broken == (f"party.bank_account_sealed:{bad}",) and (done.done, done.waiting) == (1, 1)
    write_account(finance, bad, "entered anew")
    assert keys.reseal(officer).waiting == 0 and not keys.rotation_waits(officer)


def test_a_key_that_nobody_has_is_replaced_and_may_come_back(world: World, store: Keys, tmp_path: Path) -> None:
    finance, officer = world.login("finance", "HB"), world.login("security", None)
    party = world.id("party", "S-ALL")
    made = keys.create(officer, store)
    write_account(finance, party)
    with world.owner.read() as session:
        installation = encryption.sealer(session).installation
    (old,) = store.keys(installation).values()
    fresh = Keys(tmp_path / "new computer.json")
    encryption.use_keys(fresh)
    keys.replace(officer, fresh, lost=True)
    assert isinstance(parties.load(finance, party).values["bank_account_sealed"], Locked)
    assert keys.reseal(officer).done == 0 and not keys.rotation_waits(officer)
    assert [each.state for each in keys.status(officer, fresh)[1]] == ["lost", "active"]
    fresh.add(installation, old)
    assert keys.reseal(officer).done == 1
    assert [each.state for each in keys.status(officer, fresh)[1]] == ["retired", "active"]
    assert parties.load(finance, party).values["bank_account_sealed"] == ACCOUNT
    assert made.name == keys.status(officer, fresh)[1][0].name


def test_the_recovery_code_brings_the_key_back(world: World, store: Keys, tmp_path: Path, made: keys.Made) -> None:
    finance, officer = world.login("finance", "HB"), world.login("security", None)
    party = world.id("party", "S-ALL")
    write_account(finance, party)
    fresh = Keys(tmp_path / "new computer.json")
    encryption.use_keys(fresh)
    with pytest.raises(keys.WrongCode):
        keys.recover(officer, fresh, sealing.new_recovery_code())
    assert keys.recover(officer, fresh, made.code.lower()) == made.name
    assert parties.load(finance, party).values["bank_account_sealed"] == ACCOUNT
    newer = keys.new_code(officer, fresh)
    with pytest.raises(keys.WrongCode):
        keys.recover(officer, fresh, made.code)
    assert keys.recover(officer, fresh, newer.code) == made.name


def test_a_key_that_the_database_refuses_is_not_kept(world: World, store: Keys, made: keys.Made) -> None:
    for person in (world.login("security", None), world.login("admin", None)):
        with pytest.raises(UserError):
            keys.create(person, store)
    with world.owner.read() as session:
        assert len(store.keys(encryption.sealer(session).installation)) == 1


# Files


def fetched(database: Database, asset: int, folder: Path, number: int = 0) -> bytes:
    shelf = attachments.shelf(database, ASSET, asset)
    target = folder / "fetched"
    attachments.fetch(database, [(shelf.files[number], target)])
    return target.read_bytes()


@pytest.mark.parametrize("size", [0, 1, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 3 * 1024 * 1024 + 7])
def test_a_file_comes_back_as_it_went(world: World, made: keys.Made, tmp_path: Path, size: int) -> None:
    planner, asset = world.login("planner"), world.id("asset", "P-NORTH")
    source = tmp_path / "铭牌 plate.jpg"
    source.write_bytes((bytes(range(256)) * (size // 256 + 1))[:size])
    changes, _ = attachments.add(planner, ASSET, asset, [attachments.file_source(source)])
    assert changes.touches("attachment")
    (file,) = attachments.shelf(planner, ASSET, asset).files
    assert (file.file_name, file.size, file.media_type, file.deletable) == ("铭牌 plate.jpg", size, "image/jpeg", True)
    assert fetched(planner, asset, tmp_path) == source.read_bytes()
    kept = world.value("select string_agg(content, '') from erp.attachment_part")
    assert size < 64 or source.read_bytes()[:64] not in bytes(kept)


def test_the_same_name_twice_gets_a_number(world: World, made: keys.Made) -> None:
    planner, asset = world.login("planner"), world.id("asset", "P-NORTH")
    for content in (b"one", b"two"):
        attachments.add(planner, ASSET, asset, [attachments.memory_source("plate.jpg", content)] * 2)
    names = {file.file_name for file in attachments.shelf(planner, ASSET, asset).files}
    assert names == {"plate.jpg", "plate (2).jpg", "plate (3).jpg", "plate (4).jpg"}


def test_all_files_arrive_or_none(world: World, made: keys.Made, tmp_path: Path) -> None:
    planner, asset = world.login("planner"), world.id("asset", "P-NORTH")
    good = attachments.memory_source("good.txt", b"good")
    grown = Source("grown.log", 3, lambda: io.BytesIO(b"more than it was"))
    with pytest.raises(attachments.FileRefused, match="changed while it was read"):
        attachments.add(planner, ASSET, asset, [good, grown])
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        attachments.add(planner, ASSET, asset, [good], progress)
    assert attachments.shelf(planner, ASSET, asset).files == ()
    with pytest.raises(attachments.FileRefused, match="50 MB"):
        attachments.memory_source("big.zip", bytes(50 * 1024 * 1024 + 1))
    with pytest.raises(attachments.FileRefused, match="folder"):
        attachments.file_source(tmp_path)
    with pytest.raises(attachments.FileRefused, match="cannot be read"):
        attachments.file_source(tmp_path / "gone.txt")


@pytest.mark.parametrize(
    "tamper",
    [
        "update erp.attachment set file_name = 'plate.exe' where id = %(first)s",
        "update erp.attachment set owner_id = %(other)s where id = %(first)s",
        "update erp.attachment_part a set content = b.content from erp.attachment_part b"
        " where a.attachment_id = %(first)s and b.attachment_id = %(second)s and a.part_no = b.part_no",
        "update erp.attachment_part set part_no = 3 - part_no + 10 where attachment_id = %(first)s;"
        "update erp.attachment_part set part_no = part_no - 10 where attachment_id = %(first)s",
        "delete from erp.attachment_part where attachment_id = %(first)s and part_no = 2;"
        "update erp.attachment set parts = 1, size_bytes = 1048576 where id = %(first)s",
        "alter table erp.attachment_part disable trigger attachment_part_check;"
        "update erp.attachment_part set content = set_byte(content, 60, get_byte(content, 60) # 1)"
        " where attachment_id = %(first)s",
    ],
)
def test_a_file_that_was_tampered_with_does_not_open(
    world: World, made: keys.Made, tmp_path: Path, tamper: str
) -> None:
    """Whoever rules the database can change bytes, but not unseen."""
    planner, asset = world.login("planner"), world.id("asset", "P-NORTH")
    sources = [attachments.memory_source(f"{name}.jpg", name.encode() * 200_000) for name in ("first", "other")]
    _, (first, second) = attachments.add(planner, ASSET, asset, sources)
    file = next(each for each in attachments.shelf(planner, ASSET, asset).files if each.id == first)
    with world.owner.raw() as connection, connection.cursor() as cursor:
        given = {"first": first, "second": second, "other": world.id("asset", "P-SOUTH")}
        cursor.execute("set constraints all deferred")
        cursor.execute("alter table erp.attachment_part drop constraint attachment_part_pk")
        cursor.execute(tamper, given)
        cursor.execute("select id, file_name, media_type, size_bytes, parts, owner_table, owner_id"
                       " from erp.attachment where id = %s", (first,))  # fmt: skip
        row = cursor.fetchone() or ()
    now = Attachment(*row[:5], file.at, file.by, file.by_zh, row[5], row[6], file.deletable)
    with pytest.raises(attachments.FileBroken, match="is not what was added"):
        attachments.fetch(world.owner, [(now, tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_without_the_key_files_are_listed_and_locked(world: World, made: keys.Made, tmp_path: Path) -> None:
    planner, asset = world.login("planner"), world.id("asset", "P-NORTH")
    attachments.add(planner, ASSET, asset, [attachments.memory_source("plate.jpg", b"x")])
    encryption.use_keys(Keys(tmp_path / "none.json"))
    shelf = attachments.shelf(planner, ASSET, asset)
    assert [file.file_name for file in shelf.files] == ["plate.jpg"] and made.name in shelf.locked
    for call in (
        lambda: attachments.fetch(planner, [(shelf.files[0], tmp_path / "out")]),
        lambda: attachments.add(planner, ASSET, asset, [attachments.memory_source("b.jpg", b"y")]),
    ):
        with pytest.raises(NoKey) as refused:
            call()
        assert made.name in str(refused.value)


def test_files_are_deleted_with_a_reason_by_who_may(world: World, made: keys.Made) -> None:
    planner, desk, south = world.login("planner"), world.login("desk"), world.login("planner", "SOUTH")
    asset = world.id("asset", "P-NORTH")
    attachments.add(planner, ASSET, asset, [attachments.memory_source("plate.jpg", b"x")])
    assert attachments.shelf(south, ASSET, asset).files == ()
    (seen,) = attachments.shelf(desk, ASSET, asset).files
    assert not seen.deletable
    with pytest.raises(UserError, match="somebody else"):
        attachments.remove(desk, [seen], "not mine")
    with pytest.raises(UserError, match="needs a reason"):
        attachments.remove(planner, [seen], " ")
    assert attachments.remove(planner, [seen], "blurred").rows["attachment"] == {seen.id}
    with pytest.raises(UserError, match="gone"):
        attachments.remove(planner, [seen], "again")


def test_a_security_officer_has_no_files(world: World, made: keys.Made) -> None:
    shelf = attachments.shelf(world.login("security", None), ASSET, world.id("asset", "P-NORTH"))
    assert shelf == attachments.Shelf((), may_add=False, locked="")
    assert attachments.shelf(world.login("planner"), ASSET, world.id("asset", "P-NORTH")).may_add
    assert not attachments.shelf(world.login("auditor"), ASSET, world.id("asset", "P-NORTH")).may_add


def test_keys_survive_a_second_store_on_the_same_file(tmp_path: Path) -> None:
    first, second = Keys(tmp_path / "keys.json"), Keys(tmp_path / "keys.json")
    key, other = Key(bytes(32)), Key(bytes(range(32)))
    first.add("here", key)
    second.add("here", other)
    second.add("there", other)
    assert set(first.keys("here")) == {key.fingerprint, other.fingerprint}
    first.remove("here", key)
    assert set(second.keys("here")) == {other.fingerprint} and second.keys("nowhere") == {}


def test_an_import_seals_on_the_way_in(world: World, made: keys.Made, tmp_path: Path) -> None:
    file = tmp_path / "suppliers.csv"
    rows = f"S-A,Seals,{ACCOUNT}\nS-B,Belts,\nS-ALL,Bearing Works,777\n"
    file.write_text(f"供应商编码,供应商名称,银行账号\n{rows}", "utf-8")
    with world.login("buyer", "HB") as buyer:
        dry = import_file(buyer, file, "suppliers", dry_run=True)
        assert [row.verdict for row in dry.plan.rows] == ["new", "new", "changed"]
        assert import_file(buyer, file, "suppliers").written
        accounts = {
            code: parties.load(buyer, world.id("party", code)).values["bank_account_sealed"]
            for code in ("S-A", "S-B", "S-ALL")
        }
        assert accounts == {"S-A": ACCOUNT, "S-B": None, "S-ALL": "777"}
        again = import_file(buyer, file, "suppliers")
        assert [row.verdict for row in again.plan.rows] == ["same", "same", "same"]
        file.write_text("供应商编码,供应商名称,银行账号\nS-ALL,Bearing Works,888\n", "utf-8")
        changed = import_file(buyer, file, "suppliers")
        assert changed.plan.rows[0].old == {"bank_account_sealed": "777"}
        assert parties.load(buyer, world.id("party", "S-ALL")).values["bank_account_sealed"] == "888"
    assert ACCOUNT.encode() not in bytes_of(world, world.id("party", "S-A"))
    with world.login("desk", "HB") as desk:
        offered = {field.key for field in importing.fields(desk, importing.target("suppliers"))}
        assert "bank_account_sealed" not in offered
        file.write_text("供应商编码,供应商名称,城市\nS-ALL,Bearing Works,Wuxi\n", "utf-8")
        assert import_file(desk, file, "suppliers").written


def test_lists_and_exports_open_what_their_reader_may_have(
    world: World, made: keys.Made, store: Keys, tmp_path: Path
) -> None:
    finance, party = world.login("finance", "HB"), world.id("party", "S-ALL")
    write_account(finance, party)
    source = source_for(finance, list_for("suppliers"), "en")
    query = ListQuery(columns=("code", "bank_account"))
    (row,) = source.rows(query, group=(), start=0, limit=10)
    assert row.cells == ("S-ALL", ACCOUNT)
    assert [row.cells for row in source.rows_by_id(query, (party,))] == [("S-ALL", ACCOUNT)]
    assert [list(part[0][2:]) for part in source.stream(query)] == [["S-ALL", ACCOUNT]]
    written = tmp_path / "suppliers.csv"
    write_csv(source, query, written)
    assert ACCOUNT in written.read_text("utf-8-sig")
    noted = world.value("select changes::text from audit.entry where table_name = 'export' order by id desc limit 1")
    assert "bank_account" in noted and ACCOUNT not in noted
    (info,) = (info for info in source.columns() if info.key == "bank_account")
    assert (info.sortable, info.filterable, info.editable) == (False, False, False)
    clerk = source_for(world.login("clerk", "HB"), list_for("suppliers"), "en")
    assert "bank_account" not in {info.key for info in clerk.columns()}
    encryption.use_keys(encryption.NoKeys())
    assert [row.cells[1] for row in source.rows(query, group=(), start=0, limit=10)] == ["Locked"]

"""The maintenance data set, number by number, in an empty company and beside the demo."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text

from db.embedded import Server
from db.session import Database
from desktop.domain.progress import Cancelled, Progress
from desktop.exchange.files import FileProblem
from desktop.exchange.profiles import ProfileOutcome, import_profile, load, profiles
from desktop.operations.importing import pdm
from tests.demo_world import DemoWorld, make_demo_world, make_empty_world

DATA = Path(__file__).parents[3] / "shared" / "data" / "pdm"
FILES = ("PdM_machines.csv", "PdM_maint.csv", "PdM_failures.csv", "PdM_errors.csv")
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the data set lies outside the repository, in ../shared/data/pdm"
)

HEADERS = {
    "PdM_machines.csv": ("machineID", "model", "age"),
    "PdM_maint.csv": ("datetime", "machineID", "comp"),
    "PdM_failures.csv": ("datetime", "machineID", "failure"),
    "PdM_errors.csv": ("datetime", "machineID", "errorID"),
}
ROWS: dict[str, list[tuple[object, ...]]] = {
    "PdM_machines.csv": [(1, "model3", 18), (2, "model4", 7)],
    "PdM_maint.csv": [
        ("2015-01-05 06:00:00", 1, "comp4"),
        ("2015-01-05 06:00:00", 1, "comp1"),
        ("2015-02-01 06:00:00", 2, "comp2"),
    ],
    "PdM_failures.csv": [("2015-01-05 06:00:00", 1, "comp4"), ("2015-03-01 03:00:00", 2, "comp2")],
    "PdM_errors.csv": [("2015-01-04 06:00:00", 1, "error5")],
}


def write(folder: Path, changed: dict[str, list[tuple[object, ...]]] | None = None) -> Path:
    """The four files, small; `changed` replaces the rows of some."""
    folder.mkdir(exist_ok=True)
    for name, header in HEADERS.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *{**ROWS, **(changed or {})}[name]])
    return folder


@pytest.fixture(scope="module")
def empty(pg_server: Server) -> DemoWorld:
    return make_empty_world(pg_server, "pdmempty", company=True)


@pytest.fixture(scope="module")
def imported(empty: DemoWorld) -> Iterator[tuple[Database, ProfileOutcome, ProfileOutcome]]:
    """The database after a dry run and the import; both outcomes."""
    with empty.database() as owner:
        dry = import_profile(owner, DATA, "pdm", dry_run=True)
        assert count(owner, "work_order") == 0
        yield owner, dry, import_profile(owner, DATA, "pdm")


@pytest.fixture(scope="module")
def small(pg_server: Server) -> Iterator[Database]:
    with make_empty_world(pg_server, "pdmsmall", company=True).database() as owner:
        yield owner


def value(database: Database, query: str) -> object:
    with database.read() as session:
        return session.execute(text(query)).scalar()


def count(database: Database, table: str) -> object:
    return value(database, f"select count(*) from erp.{table}")


def pairs(database: Database, query: str) -> dict[object, object]:
    with database.read() as session:
        return {row[0]: row[1] for row in session.execute(text(query))}


def row_counts(database: Database) -> dict[object, object]:
    """Rows of every table, the audit and the change feed included."""
    tables = pairs(
        database,
        "select table_schema || '.' || table_name, 0 from information_schema.tables"
        " where table_schema in ('erp', 'audit') and table_type = 'BASE TABLE'",
    )
    return {name: value(database, f"select count(*) from {name}") for name in tables}


# --- the real files --------------------------------------------------------------------------------------------------


@needs_data
def test_the_numbers_of_the_data_set(imported: tuple[Database, ProfileOutcome, ProfileOutcome]) -> None:
    owner, dry, done = imported
    assert done.written and not dry.written
    assert done.read == dict(zip(FILES, (100, 3286, 761, 3919), strict=True))
    assert dry.new == done.new
    assert count(owner, "asset") == 100
    assert value(owner, "select count(*) from erp.work_order where state = 'closed' and source = 'pdm'") == 2528
    issued = "select count(*) from erp.stock_move where work_order_id is not null"
    assert value(owner, issued) == 3286
    by_item = pairs(
        owner,
        "select i.code, count(*) from erp.stock_move m join erp.item i on i.id = m.item_id"
        " where m.work_order_id is not null group by i.code",
    )
    assert by_item == {"comp1": 804, "comp2": 863, "comp3": 808, "comp4": 811}
    by_model = pairs(
        owner, "select a.model, count(*) from erp.failure f join erp.asset a on a.id = f.asset_id group by a.model"
    )
    assert by_model == {"model3": 221, "model1": 189, "model4": 183, "model2": 168}
    assert count(owner, "asset_event") == 3919


@needs_data
def test_the_eighteen_unmatched_failures_are_listed_and_kept(
    imported: tuple[Database, ProfileOutcome, ProfileOutcome],
) -> None:
    owner, dry, done = imported
    assert len(done.listed) == len(dry.listed) == 18
    assert value(owner, "select count(*) from erp.failure where work_order_id is null") == 18
    assert count(owner, "failure") == 761
    assert set(done.listed[0]) == {"asset", "part", "at"}


@needs_data
def test_the_ledger_reconciles_and_every_part_has_its_order(
    imported: tuple[Database, ProfileOutcome, ProfileOutcome],
) -> None:
    owner, _, _ = imported
    assert value(owner, "select count(*) from api.reconcile()") == 0
    assert value(owner, "select sum(quantity) from erp.stock_balance") == 0
    openings = """
        select count(*) from erp.stock_move m
        join erp.stock_document d on d.id = m.document_id and d.document_type = 'opening'"""
    assert value(owner, openings) == 4
    costs = "select count(*) from erp.cost_entry where work_order_id is not null and asset_id is not null"
    assert value(owner, costs) == 3286
    assert value(owner, "select count(distinct number) from erp.work_order") == 2528


@needs_data
def test_history_is_closed_with_its_origin(imported: tuple[Database, ProfileOutcome, ProfileOutcome]) -> None:
    owner, _, _ = imported
    first = (
        "select w.source_key from erp.work_order w join erp.asset a on a.id = w.asset_id"
        " where w.reported_at = timestamptz '2014-06-01 06:00+08' and a.code = 'PDM-0001'"
    )
    assert value(owner, first) == "maint:1:2014-06-01T06:00:00"
    closed_at_once = "select count(*) from erp.work_order_history where from_state = 'draft' and to_state = 'closed'"
    assert value(owner, closed_at_once) == 2528
    assert value(owner, "select count(*) from erp.work_order where closed_at <> finished_at") == 0


@needs_data
def test_a_second_import_changes_nothing_at_all(imported: tuple[Database, ProfileOutcome, ProfileOutcome]) -> None:
    owner, _, _ = imported
    before = row_counts(owner)
    again = import_profile(owner, DATA, "pdm")
    assert again.unchanged() and not again.written
    assert set(again.new.values()) == {0} and len(again.listed) == 18
    assert row_counts(owner) == before


@pytest.fixture(scope="module")
def beside(pg_server: Server) -> DemoWorld:
    return make_demo_world(pg_server, "pdmbeside")


@needs_data
def test_it_works_beside_the_demo(beside: DemoWorld) -> None:
    with beside.database() as owner:
        orders = count(owner, "work_order")
        import_profile(owner, DATA, "pdm")
        assert count(owner, "work_order") == orders + 2528  # type: ignore[operator]
        assert value(owner, "select count(*) from api.reconcile()") == 0


# --- small files: what may be wrong with them ------------------------------------------------------------------------


def test_a_changed_machine_is_updated_and_a_later_visit_added(small: Database, tmp_path: Path) -> None:
    first = import_profile(small, write(tmp_path / "a"), "pdm")
    assert first.new["work_orders"] == 2 and first.new["issues"] == 2
    assert len(first.listed) == 1
    later = write(
        tmp_path / "b",
        {
            "PdM_machines.csv": [(1, "model3", 19), (2, "model4", 7)],
            "PdM_maint.csv": [*ROWS["PdM_maint.csv"], ("2015-06-01 06:00:00", 2, "comp3")],
        },
    )
    second = import_profile(small, later, "pdm")
    assert second.changed == {"assets changed": 1}
    assert {kind: new for kind, new in second.new.items() if new} == {"work_orders": 1, "openings": 1, "issues": 1}
    assert value(small, "select age_years from erp.asset where source_key = 'machine:1'") == 19
    assert value(small, "select count(*) from api.reconcile()") == 0


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        ("PdM_maint.csv", ("2015-01-05 06:00:00", 9, "comp4"), "9 is not known."),
        ("PdM_maint.csv", ("2015-01-05 06:00:00", 1, "comp9"), "comp9 is not known."),
        ("PdM_maint.csv", ("yesterday", 1, "comp1"), "This is not a date."),
        ("PdM_maint.csv", ("2015-01-05 06:00:00", 1, "comp4"), "Row 2 of this file is about the same record."),
        ("PdM_machines.csv", (3, "", 5), "model is missing."),
        ("PdM_errors.csv", ("2015-01-04 06:00:00", 77, "error1"), "77 is not known."),
    ],
)
def test_one_wrong_cell_and_nothing_is_written(
    small: Database, tmp_path: Path, name: str, row: tuple[object, ...], reason: str
) -> None:
    folder = write(tmp_path / "files", {name: [*ROWS[name], row]})
    before = row_counts(small)
    outcome = import_profile(small, folder, "pdm", reject_folder=tmp_path)
    assert not outcome.written and list(outcome.faults) == [name]
    fault = outcome.faults[name][0]
    assert fault.fault.cause() == reason and fault.row == len(ROWS[name]) + 2
    assert row_counts(small) == before
    book = openpyxl.load_workbook(outcome.reject_files[0])
    assert reason in str(book.active.cell(2, len(HEADERS[name]) + 1).value)


def test_a_missing_file_or_column_is_named(small: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "files")
    (folder / "PdM_errors.csv").rename(folder / "other.csv")
    with pytest.raises(FileProblem, match=r"lacks the file PdM_errors\.csv"):
        import_profile(small, folder, "pdm")
    (folder / "PdM_errors.csv").write_text("when,machineID,errorID\n", encoding="utf-8")
    with pytest.raises(FileProblem, match="no column datetime"):
        import_profile(small, folder, "pdm")
    with pytest.raises(FileProblem, match="no folder"):
        import_profile(small, folder / "other.csv", "pdm")


def test_unknown_profiles_are_named() -> None:
    assert [one.name for one in profiles()] == ["pdm"]
    with pytest.raises(FileProblem, match=r"no profile other\. Profiles: pdm"):
        load("other")


def test_cancelling_leaves_nothing(small: Database, tmp_path: Path) -> None:
    class Impatient(Progress):
        def report(self, done: int, total: int | None = None, note: str = "") -> None:
            super().report(done, total, note)
            if done >= 12:
                self.cancel()

    folder = write(tmp_path / "files", {"PdM_maint.csv": [("2016-01-05 06:00:00", 1, "comp4")]})
    before = row_counts(small)
    with pytest.raises(Cancelled):
        import_profile(small, folder, "pdm", progress=Impatient())
    assert row_counts(small) == before


def test_only_the_owner_imports_closed_history(beside: DemoWorld, tmp_path: Path) -> None:
    with beside.database("manager") as manager, pytest.raises(pdm.OwnerOnly):
        import_profile(manager, write(tmp_path / "files"), "pdm")


def test_without_a_company_it_says_what_to_do(pg_server: Server, tmp_path: Path) -> None:
    with make_empty_world(pg_server, "pdmnothing").database() as owner, pytest.raises(pdm.NoCompany):
        import_profile(owner, write(tmp_path / "files"), "pdm")


def test_the_same_files_as_excel(pg_server: Server, tmp_path: Path) -> None:
    folder = write(tmp_path / "files")
    for path in list(folder.iterdir()):
        book = openpyxl.Workbook()
        with path.open(encoding="utf-8") as file:
            for row in csv.reader(file):
                book.active.append(row)
        book.save(path.with_suffix(".xlsx"))
        path.unlink()
    with make_empty_world(pg_server, "pdmexcel", company=True).database() as owner:
        assert import_profile(owner, folder, "pdm").new["work_orders"] == 2
        assert count(owner, "failure") == 2


def test_a_profile_of_targets_runs_file_by_file(pg_server: Server, tmp_path: Path) -> None:
    shutil.copy(write(tmp_path / "files") / "PdM_machines.csv", tmp_path / "files" / "items.csv")
    (tmp_path / "files" / "items.csv").write_text("料号,品名\nX-1,Seal\nX-2,Ring\n", encoding="gbk")
    profile = tmp_path / "mine.json"
    profile.write_text(
        '{"name": "mine", "label": "Mine", "files": [{"name": "items.csv", "into": "items",'
        ' "columns": {"料号": "code", "品名": "name"}}]}',
        encoding="utf-8",
    )
    with make_empty_world(pg_server, "pdmtargets", company=True).database() as owner:
        outcome = import_profile(owner, tmp_path / "files", str(profile))
        assert outcome.written and outcome.new == {"items.csv": 2}
        assert import_profile(owner, tmp_path / "files", str(profile)).new == {"items.csv": 0}

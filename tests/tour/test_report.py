"""`outpost report`: papers by key, read back from the files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import text

from db.session import Database
from desktop import cli
from desktop.reports.by_key import PAPERS
from tests.demo_world import TODAY, DemoWorld, make_demo_world

Run = Callable[..., int]


@pytest.fixture(scope="module")
def demo(pg_server: object) -> DemoWorld:
    from db import embedded

    if not isinstance(pg_server, embedded.Server):
        raise TypeError("no server")
    return make_demo_world(pg_server, "reportdemo")


@pytest.fixture
def run(demo: DemoWorld, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command as one of the demo's people."""

    def call(*arguments: str, user: str = "clerk") -> int:
        monkeypatch.setenv("OUTPOST_DSN", demo.dsn(user))
        return cli.main([*arguments])

    return call


def one(database: Database, sql: str) -> str:
    with database, database.read() as session:
        return str(session.execute(text(sql)).scalar_one())


def words(path: Path) -> str:
    document = pypdfium2.PdfDocument(str(path))
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_without_a_key_the_papers_are_listed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("report", "--json", "--lang", "en") == 0
    listed = json.loads(capsys.readouterr().out)["reports"]
    assert [each["key"] for each in listed] == [paper.key for paper in PAPERS]


def test_the_hand_over_holds_the_moves_of_its_day(run: Run, demo: DemoWorld, tmp_path: Path) -> None:
    day = one(
        demo.database("clerk"),
        "select (max(posted_at) at time zone 'Asia/Shanghai')::date from erp.stock_move",
    )
    number = one(
        demo.database("clerk"),
        "select d.number from erp.stock_move m join erp.stock_document d on d.id = m.document_id"
        " order by m.posted_at desc, m.id desc limit 1",
    )
    assert run("report", "hand_over", day, "-o", str(tmp_path / "h.pdf"), "--lang", "zh") == 0
    said = words(tmp_path / "h.pdf")
    assert number in said and day in said and "交接" in said


def test_the_pick_list_names_the_reserved_parts(run: Run, demo: DemoWorld, tmp_path: Path) -> None:
    found = one(
        demo.database("clerk"),
        "select o.number || ' ' || i.code from erp.reservation r join erp.work_order o on o.id = r.work_order_id"
        " join erp.item i on i.id = r.item_id where r.state = 'open' order by 1 limit 1",
    )
    number, code = found.split(" ", 1)
    assert run("report", "pick_list", number, "-o", str(tmp_path / "p.pdf"), "--lang", "en") == 0
    assert number in words(tmp_path / "p.pdf") and code in words(tmp_path / "p.pdf")


@pytest.mark.parametrize(("what", "table"), [("items", "item"), ("locations", "stock_location"), ("assets", "asset")])
def test_labels_of_given_codes(run: Run, demo: DemoWorld, tmp_path: Path, what: str, table: str) -> None:
    code = one(demo.database("clerk"), f"select min(code) from erp.{table}")
    if table == "stock_location":
        code = one(demo.database("clerk"), "select min(code) from erp.stock_location where kind = 'bin'")
    assert run("report", "labels", f"{what}:{code}", "-o", str(tmp_path / "l.pdf"), "--lang", "en") == 0
    assert words(tmp_path / "l.pdf").count(code) >= 1
    with pypdfium2.PdfDocument(str(tmp_path / "l.pdf")) as document:
        assert len(document) == 1


def test_the_week_plan_of_a_day_is_that_of_its_monday(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "w.pdf"
    assert run("report", "week_plan", TODAY.isoformat(), "-o", str(path), "--lang", "en", user="planner") == 0
    assert "Week plan" in words(path) and "Wang Jun" in words(path)


@pytest.mark.parametrize("key", ["contract", "work_order"])
def test_a_record_on_paper(run: Run, demo: DemoWorld, tmp_path: Path, key: str) -> None:
    number = one(demo.database("finance"), f"select max(number) from erp.{key}")
    assert run("report", key, number, "-o", str(tmp_path / "r.pdf"), "--lang", "en", user="finance") == 0
    assert number in words(tmp_path / "r.pdf")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense", "-o", "x.pdf"), "no report nonsense"),
        (("contract", "-o", "x.pdf"), "what about"),
        (("hand_over",), "-o FILE"),
        (("hand_over", "yesterday", "-o", "x.pdf"), "no day"),
        (("contract", "HT-0000-0000", "-o", "x.pdf"), "no record"),
        (("labels", "people", "-o", "x.pdf"), "labels of"),
        (("labels", "items:NOTHING", "-o", "x.pdf"), "nothing to label"),
    ],
)
def test_what_cannot_be_printed_is_refused_in_words_and_leaves_no_file(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("report", *arguments, "--lang", "en") == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

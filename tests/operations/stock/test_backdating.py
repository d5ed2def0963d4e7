"""Documents of an earlier date: what they change, what they may not, and what finance does to value and months."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import sleep
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from db import users
from db.errors import UserError
from db.session import Database
from desktop.operations import stock
from tests.operations.stock.valued_item import Ledger, run
from tests.stock_shop import Shop

D = Decimal


def ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def call(database: Database, statement: str, *values: object) -> Any:
    with database.raw() as connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]  # type: ignore[index]


def preview(shop: Shop, document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = call(shop.clerk, "select api.preview_backdating(%s)", json.dumps(document))
    return found


def test_a_forgotten_receipt_gives_later_issues_what_they_would_have_cost(average: Ledger) -> None:
    """Ten at 10; five issued. A forgotten delivery of ten at 20 lay there before: the average was 15, so the issue had
    cost 75. Its row stays; the 25 are posted today, and what is left is worth what it would be worth."""
    average.receive(10, 10, ago(20))
    issue, amount = average.issue(5, ago(10))
    average.receive(10, 20, ago(15))
    assert amount == D("50.00")
    assert average.shop.value("select amount from erp.stock_move where id = %s", issue) == D("50.00")
    assert average.cost == D("75.00") and average.stock == (15, D("225.00"))
    entry = "select array[amount_on_hand, amount_consumed]::text from erp.stock_value_entry where kind = 'backdating'"
    assert average.shop.value(entry) == "{-25.00,25.00}"


def test_a_forgotten_issue_costs_what_it_would_have_cost(average: Ledger) -> None:
    average.receive(10, 10, ago(20))
    average.receive(10, 20, ago(5))
    assert average.issue(4, ago(10))[1] == D("40.00")
    assert average.stock == (16, D("260.00"))
    assert average.shop.value("select count(*) from erp.stock_value_entry") == 0


def test_taking_the_forgotten_receipt_back_takes_its_difference_back(shop: Shop, average: Ledger) -> None:
    average.receive(10, 10, ago(20))
    average.issue(5, ago(10))
    late = average.post("receipt", at=ago(15), to_location_id=average.place, quantity=10, unit_cost="20")
    stock.reverse(shop.clerk, uuid4(), late["document_id"], "it was not ours")
    assert average.stock == (5, D("50.00")) and average.cost == D("50.00")


def test_a_forgotten_delivery_is_issued_first_and_changes_nothing_before(fifo: Ledger) -> None:
    fifo.receive(10, 10, ago(20))
    fifo.issue(2, ago(10))
    fifo.receive(5, 30, ago(30))
    assert fifo.cost == D("20.00")
    assert fifo.issue(6)[1] == D("160.00")


def test_the_preview_says_what_posting_does_and_leaves_nothing(shop: Shop, average: Ledger) -> None:
    average.receive(10, 10, ago(20))
    average.issue(5, ago(10))
    document = average.document("receipt", at=ago(15), to_location_id=average.place, quantity=10, unit_cost="12.5")
    before = shop.value("select count(*) from erp.stock_move")
    seen = preview(shop, document)
    assert shop.value("select count(*) from erp.stock_move") == before and average.stock == (5, D("50.00"))
    assert seen["refused"] == [] and seen["changed"] == 1 and seen["later"] == 1
    assert D(str(seen["consumed"])) == D("6.25") and len(seen["rows"]) == 1
    assert seen["rows"][0]["type"] == "issue" and D(str(seen["rows"][0]["delta"])) == D("6.25")
    (period,) = seen["periods"]
    assert period["rows"] == 1 and D(str(period["amount"])) == D("6.25")
    stock.post(shop.clerk, uuid4(), document)
    assert average.cost == D("56.25")


def test_the_preview_names_what_is_refused(shop: Shop, average: Ledger) -> None:
    average.receive(1, 10, ago(20))
    document = average.document("issue", at=ago(10), from_location_id=average.place, quantity=5)
    (refusal,) = preview(shop, document)["refused"]
    assert refusal["rule"] == "stock_not_enough" and refusal["on_hand"] == 1
    document = average.document(
        "issue", at=datetime.now(UTC) + timedelta(days=1), from_location_id=average.place, quantity=1
    )
    assert [r["rule"] for r in preview(shop, document)["refused"]] == ["stock_effective_future"]


def refusal(ledger: Ledger, kind: str, days: int, **line: object) -> UserError:
    with pytest.raises(UserError) as caught:
        stock.post(ledger.shop.clerk, uuid4(), ledger.document(kind, at=ago(days), **line))
    return caught.value


def day(days: int) -> str:
    return ago(days).astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d")


def test_nothing_is_taken_on_a_day_on_which_it_was_not_there_yet(shop: Shop, average: Ledger) -> None:
    """Three came twenty days ago, ten five days ago, of which eight left two days ago."""
    average.receive(3, 10, ago(20))
    average.receive(10, 10, ago(5))
    average.issue(8, ago(2))
    found = refusal(average, "issue", 10, from_location_id=average.place, quantity=4)
    assert found.constraint == "stock_not_there_then" and found.field == "effective_at"
    place = shop.value("select code from erp.stock_location where id = %s", average.place)
    assert found.text("en").startswith(f"BOOK-1 at {place}: 3 lay there on {day(10)}, 4 wanted.")
    assert f"{place} 的 BOOK-1 在 {day(10)} 只有 3，本次需要 4" in found.text("zh") and "补记" in found.text("zh")
    document = average.document("issue", at=ago(10), from_location_id=average.place, quantity=4)
    (told,) = preview(shop, document)["refused"]
    assert (told["rule"], told["line"], told["day"]) == ("stock_not_there_then", 1, day(10))
    average.issue(3, ago(10))
    assert average.stock[0] == 2


def test_nor_what_would_be_missing_on_a_day_between(average: Ledger) -> None:
    """It was there then, and is there now: but on the day between it would have gone below nothing."""
    average.receive(5, 10, ago(20))
    average.issue(5, ago(10))
    average.receive(5, 10, ago(3))
    found = refusal(average, "issue", 15, from_location_id=average.place, quantity=1)
    assert found.constraint == "stock_not_there_then" and day(10) in found.text("en")
    average.issue(5, ago(2))
    assert average.stock[0] == 0


def test_a_transfer_takes_only_what_lay_there_then(shop: Shop, average: Ledger) -> None:
    average.receive(2, 10, ago(20))
    stock.post(
        shop.clerk, uuid4(),
        average.document("transfer", at=ago(10), from_location_id=average.place, to_location_id=shop.world.bins[1],
                         quantity=2),
    )  # fmt: skip
    early = {"from_location_id": shop.world.bins[1], "to_location_id": average.place, "quantity": 1}
    assert refusal(average, "transfer", 12, **early).constraint == "stock_not_there_then"
    stock.post(shop.clerk, uuid4(), average.document("transfer", at=ago(9), **early))
    assert average.stock[0] == 2


def test_two_at_once_do_not_take_the_same_pieces_of_that_day(shop: Shop, average: Ledger) -> None:
    """Five lay there then and twenty do now: the second waits for the first and finds nothing left of that day."""
    average.receive(5, 10, ago(20))
    average.receive(15, 10, ago(2))
    document = json.dumps(average.document("issue", at=ago(10), from_location_id=average.place, quantity=5))
    post = "select api.post_stock(%s, %s)"
    with shop.clerk.raw() as first, ThreadPoolExecutor(1) as pool, first.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute(post, (str(uuid4()), document))
        second = pool.submit(call, shop.colleague, post, str(uuid4()), document)
        waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        while not shop.value(waits) and not second.done():
            sleep(0.02)
        assert not second.done()
        cursor.execute("commit")
        with pytest.raises(UserError) as caught:
            second.result(60)
    assert caught.value.constraint == "stock_not_there_then" and average.stock[0] == 15


def test_what_may_go_below_zero_may_have_been_there(shop: Shop, average: Ledger) -> None:
    run(shop, f"update erp.item set allow_negative = true where id = {average.item}")
    average.receive(5, 10, ago(5))
    average.issue(5, ago(10))
    assert average.stock[0] == 0


def test_nothing_comes_back_before_it_went(shop: Shop, average: Ledger) -> None:
    average.receive(5, 10, ago(20))
    issue, _ = average.issue(2, ago(5))
    found = refusal(average, "return", 6, to_location_id=average.place, quantity=1, returns_move_id=issue)
    assert found.constraint == "stock_before_origin" and day(5) in found.text("en") and day(5) in found.text("zh")
    stock.post(
        shop.clerk, uuid4(),
        average.document("return", at=ago(4), to_location_id=average.place, quantity=1, returns_move_id=issue),
    )  # fmt: skip
    assert average.stock[0] == 4


def test_nobody_previews_what_is_not_his(shop: Shop, average: Ledger) -> None:
    average.receive(10, 10, ago(20))
    stranger = Database(shop.clone.server.dsn(shop.clone.name, shop.world.stranger, "clerk"))
    try:
        document = average.document("issue", at=ago(10), from_location_id=average.place, quantity=1)
        with pytest.raises(UserError):
            call(stranger, "select api.preview_backdating(%s)", json.dumps(document))
    finally:
        stranger.close()


def test_what_was_counted_is_not_moved_before_the_count(shop: Shop, average: Ledger) -> None:
    average.receive(10, 10, ago(20))
    count = call(shop.clerk, "select api.start_count(%s)", json.dumps({"location_id": average.place}))
    entries = [
        {"line_id": line, "quantity": 9}
        for line in shop.value("select array_agg(id) from erp.stock_count_line where count_id = %s", count)
    ]
    call(shop.clerk, "select api.enter_count(%s, %s)", count, json.dumps(entries))
    call(shop.clerk, "select api.finish_counting(%s)", count)
    if shop.value("select state from erp.stock_count where id = %s", count) == "recount":
        call(shop.clerk, "select api.enter_count(%s, %s)", count, json.dumps(entries))
        call(shop.clerk, "select api.finish_counting(%s)", count)
    call(shop.clerk, "select api.post_count(%s, %s)", str(uuid4()), count)
    document = average.document("issue", at=ago(1), from_location_id=average.place, quantity=1)
    with pytest.raises(UserError) as caught:
        stock.post(shop.clerk, uuid4(), document)
    assert caught.value.constraint == "stock_before_count" and "BOOK-1" in caught.value.text("en")
    (refusal,) = preview(shop, document)["refused"]
    assert refusal["rule"] == "stock_before_count"


@pytest.fixture
def finance(shop: Shop) -> Any:
    """Finance of the whole company."""
    login = f"{shop.clone.name[8:]}_finance"
    users.create_user(
        shop.clone.owner, user_name=login, password="finance", display_name="Fin", roles=["finance"],
        units=[shop.value("select id from erp.org_unit where kind = 'company'")],
    )  # fmt: skip
    name = shop.value("select login from erp.app_user where user_name = %s", login)
    made = Database(shop.clone.server.dsn(shop.clone.name, name, "finance"))
    yield made
    made.close()


def last_month() -> str:
    first = datetime.now(UTC).replace(day=1)
    return (first - timedelta(days=1)).strftime("%Y-%m-01")


def test_nothing_is_dated_into_a_closed_month(shop: Shop, average: Ledger, finance: Database) -> None:
    month = last_month()
    at = datetime.fromisoformat(month).replace(tzinfo=UTC) + timedelta(days=10)
    average.receive(5, 10, at)
    period = call(finance, "select api.close_stock_period(%s, %s)", shop.world.company, month)
    with pytest.raises(UserError) as caught:
        average.issue(1, at)
    assert caught.value.constraint == "stock_period_open" and month[:7] in caught.value.text("zh")
    with pytest.raises(UserError) as caught:
        call(finance, "select api.reopen_stock_period(%s, '')", period)
    assert caught.value.constraint == "stock_period_reason"
    call(finance, "select api.reopen_stock_period(%s, 'a delivery note was found')", period)
    average.issue(1, at)
    with pytest.raises(UserError) as caught:
        call(finance, "select api.close_stock_period(%s, current_date)", shop.world.company)
    assert caught.value.constraint == "stock_period_ended"
    with pytest.raises(UserError) as caught:
        call(shop.clerk, "select api.close_stock_period(%s, %s)", shop.world.company, month)
    assert caught.value.code == "42501"


def revalue(finance: Database, key: UUID, **document: object) -> dict[str, Any]:
    found: dict[str, Any] = call(
        finance, "select api.post_revaluation(%s, %s)", str(key), json.dumps(document, default=str)
    )
    return found


@pytest.mark.parametrize("method", ["average", "fifo"])
def test_finance_writes_stock_down_once_and_takes_it_back(shop: Shop, finance: Database, method: str) -> None:
    from tests.operations.stock.valued_item import make_item

    ledger = make_item(shop, method)
    ledger.receive(3, 10)
    ledger.receive(7, 20)
    key = uuid4()
    first = revalue(finance, key, item_id=ledger.item, unit_cost="9", reason="sold for less")
    assert revalue(finance, key, item_id=ledger.item, unit_cost="9", reason="sold for less") == first
    assert ledger.stock == (10, D("90.00"))
    call(finance, "select api.reverse_value_entry(%s, %s, 'sold after all')", str(uuid4()), first["entry_id"])
    assert ledger.stock == (10, D("170.00")) and shop.whole()
    assert ledger.layers == ([] if method == "average" else [(3, D("30.00")), (7, D("140.00"))]), "each its own again"
    with pytest.raises(UserError) as caught:
        call(finance, "select api.reverse_value_entry(%s, %s, 'again')", str(uuid4()), first["entry_id"])
    assert caught.value.constraint == "stock_value_entry_reverses_unique"


def test_a_revaluation_names_its_reason_and_its_receipt(average: Ledger, finance: Database) -> None:
    receipt = average.receive(10, 10)
    average.issue(4)
    with pytest.raises(UserError) as caught:
        revalue(finance, uuid4(), move_id=receipt, amount="10", reason=" ")
    assert caught.value.constraint == "stock_value_entry_reason_given"
    answer = revalue(finance, uuid4(), move_id=receipt, amount="10", reason="freight")
    assert (D(str(answer["amount_on_hand"])), D(str(answer["amount_consumed"]))) == (D("6.00"), D("4.00"))
    call(finance, "select api.reverse_value_entry(%s, %s, 'not ours')", str(uuid4()), answer["entry_id"])
    assert average.stock == (6, D("60.00")) and average.cost == D("40.00")


def test_a_delivery_never_cost_less_than_nothing(shop: Shop, average: Ledger) -> None:
    """Also where nothing of it is there: sending it back would be posted with a negative price."""
    receipt = average.receive(1, 10)
    average.issue(1)
    with pytest.raises(UserError) as caught:
        average.difference(receipt, "-10.01")
    assert caught.value.constraint == "stock_value_receipt_negative" and "BOOK-1" in caught.value.text("zh")
    assert average.difference(receipt, -10) == (0, D("-10.00")) and average.cost == 0


def test_posted_values_stay(shop: Shop, average: Ledger) -> None:
    average.difference(average.receive(1, 10), 1)
    for table in ("stock_value_entry", "stock_value_share"):
        with pytest.raises(UserError) as caught:
            run(shop, f"truncate erp.{table} cascade")
        assert caught.value.constraint == "posted_row_final"

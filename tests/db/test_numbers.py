"""Document numbers: one row each per type, company and month, never waiting, never twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest

from db.errors import UserError
from tests.db.conftest import World


def number(world: World, at: str, kind: str = "issue") -> str:
    company = world.id("company", "HB")
    return str(world.value("select erp.next_number(%s, %s, %s)", kind, company, at))


def test_a_number_tells_type_and_month(world: World) -> None:
    assert number(world, "2026-11-24 10:00+08") == "ISS-2611-0001"
    assert number(world, "2026-11-24 10:00+08") == "ISS-2611-0002"
    assert number(world, "2026-11-24 10:00+08", "receipt") == "RCV-2611-0001"


def test_the_month_is_that_of_the_company_s_clock(world: World) -> None:
    assert number(world, "2026-11-30 15:59:59+00") == "ISS-2611-0001"
    assert number(world, "2026-11-30 16:00:00+00") == "ISS-2612-0001"


def test_a_month_of_the_past_goes_on_where_it_can(world: World) -> None:
    numbers = [number(world, at) for at in ("2026-11-05", "2026-10-05", "2026-11-06", "2026-10-06", "2026-12-01")]
    assert len(set(numbers)) == 5
    assert numbers[0] == "ISS-2611-0001" and numbers[1] == "ISS-2610-0001" and numbers[4] == "ISS-2612-0001"


def test_more_than_the_digits_is_no_end(world: World) -> None:
    number(world, "2026-11-05")
    world.value(f"select setval('erp.number_{world.id('company', 'HB')}_issue', 10000)")
    assert number(world, "2026-11-05") == "ISS-2611-10001"


def test_an_open_posting_holds_nobody_up(world: World) -> None:
    number(world, "2026-11-05")
    company = world.id("company", "HB")
    slow = psycopg2.connect(world.dsn())
    with slow.cursor() as cursor:
        cursor.execute("select erp.next_number('issue', %s, '2026-11-05')", (company,))
    fast = psycopg2.connect(world.dsn())
    with fast.cursor() as cursor:
        cursor.execute("set lock_timeout = '2s'")
        cursor.execute("select erp.next_number('issue', %s, '2026-11-05')", (company,))
        assert cursor.fetchone() == ("ISS-2611-0003",)
    slow.rollback()
    slow.close()
    fast.close()


def test_eight_clients_in_the_first_moment_of_a_month(world: World) -> None:
    company = world.id("company", "HB")

    def post(_: int) -> list[str]:
        connection = psycopg2.connect(world.dsn())
        drawn: list[str] = []
        with connection.cursor() as cursor:
            for _ in range(25):
                cursor.execute("select erp.next_number('issue', %s, '2027-01-01 12:00+08')", (company,))
                drawn.append(str((cursor.fetchone() or ("",))[0]))
                connection.commit()
        connection.close()
        return drawn

    with ThreadPoolExecutor(8) as pool:
        numbers = [each for drawn in pool.map(post, range(8)) for each in drawn]
    assert len(set(numbers)) == 200
    assert min(numbers) == "ISS-2701-0001"


def test_a_kind_without_a_range_says_so(world: World) -> None:
    with pytest.raises(UserError) as refused:
        number(world, "2026-11-05", "voucher")
    assert refused.value.constraint == "numbering_found"


def test_new_work_orders_get_one(world: World) -> None:
    world.value(
        "insert into erp.work_order (company_id, org_unit_id, number, title, reported_at)"
        " select company_id, id, '', 'x', '2026-11-24' from erp.org_unit where code = 'NORTH'"
    )
    assert world.value("select number from erp.work_order where title = 'x'") == "WO-2611-0001"

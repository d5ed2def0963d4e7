"""The shop with people who buy and approve, each with a log-in of his own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from decimal import Decimal

import psycopg2
import pytest

from db import users
from db.errors import UserError
from db.session import Database, connect
from desktop.operations import purchasing_requisitions as requisitions
from desktop.operations import records
from desktop.operations.records import Draft, Record
from tests.stock_shop import Shop

Person = Callable[..., Database]


@pytest.fixture
def person(shop: Shop) -> Iterator[Person]:
    """Make and open the log-in of somebody with a job: ``person("manager")``; ``unit`` is branch 1 unless said else."""
    stack = ExitStack()
    made = 0
    shop.value(
        "insert into erp.party_unit (party_id, org_unit_id) values (%s, %s), (%s, %s) returning party_id",
        shop.world.supplier, shop.world.branch, shop.world.supplier, shop.world.other_branch,
    )  # fmt: skip

    def make(*jobs: str, unit: int | None = None) -> Database:
        nonlocal made
        made += 1
        name = f"{shop.clone.name.replace('outpost_', '')[:20]}_{jobs[0]}{made}"
        login = f"outpost_test_{name}"
        users.create_user(
            shop.clone.owner, user_name=name, password="secret", roles=list(jobs),
            units=[unit or shop.world.branch], display_name=f"{jobs[0].title()} {made}", login=login,
        )  # fmt: skip
        return stack.enter_context(
            connect(psycopg2.extensions.make_dsn(shop.clone.owner.dsn, user=login, password="secret"))
        )

    with stack:
        yield make


def rule(shop: Shop, document: str, job: str, *, amount: int = 0, step: int = 1, category: str | None = None) -> int:
    """A line of the approval matrix for the whole company."""
    found = shop.value(
        "insert into erp.approval_rule (company_id, org_unit_id, document_type, role_key, amount_from, step, category)"
        " select company_id, id, %s, %s, %s, %s, %s from erp.org_unit where parent_id is null returning id",
        document, job, amount, step, category,
    )  # fmt: skip
    return int(found)


def wish(shop: Shop, by: Database, *lines: tuple[str, int, str], supplier: bool = True) -> Record:
    """A draft requisition: (item code, quantity, estimated price)."""
    rows: tuple[tuple[int | None, Mapping[str, object]], ...] = tuple(
        (
            None,
            {
                "item_id": shop.item(code),
                "quantity": Decimal(quantity),
                "estimated_price": Decimal(price),
                "supplier_id": shop.world.supplier if supplier else None,
            },
        )
        for code, quantity, price in lines
    )
    blank = records.blank(by, requisitions.REQUISITION)
    saved, _ = requisitions.save(by, blank, Draft({"note": "for the service in May"}, {"lines": rows}))
    return saved


def refused(act: Callable[[], object]) -> str:
    """The name of the rule that refuses it."""
    with pytest.raises(UserError) as caught:
        act()
    return str(caught.value.constraint or caught.value.code)

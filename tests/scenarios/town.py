"""The store of `stock_shop` with everybody who works there, each with a log-in of his own, and what a day needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import psycopg2

from db import users
from db.session import Database, connect
from tests.db.conftest import PREFIX
from tests.stock_shop import Shop

SECRET = "blue crates 7"
_NAMES = {
    "clerk": ("Zhou Min", "周敏"),
    "second": ("Li Na", "李娜"),
    "manager": ("Fang Wei", "方伟"),
    "buyer": ("Sun Jie", "孙洁"),
    "finance": ("Qian Yu", "钱玉"),
}
_JOBS = {"second": "clerk"}


@dataclass
class Town:
    """`user("clerk")` is the name that she types at the log-in; `second` is a second clerk."""

    shop: Shop
    number: str
    stack: ExitStack = field(repr=False)

    def user(self, who: str) -> str:
        return f"{who}{self.number}"

    def name(self, who: str) -> str:
        return _NAMES[who][0]

    def open(self, who: str) -> Database:
        """A connection of that person beside the program: another workstation."""
        dsn = psycopg2.extensions.make_dsn(
            self.shop.clone.owner.dsn, user=f"{PREFIX}_{self.user(who)}", password=SECRET
        )
        return self.stack.enter_context(connect(dsn))

    def suppliers(self, *names: str) -> None:
        """Suppliers of the branch beside SUP-1: (SUP-2, SUP-3, …), each with an address for letters."""
        for number, name in enumerate(names, start=2):
            self.shop.value(
                "with p as (insert into erp.party (company_id, code, name, is_supplier, email)"
                " values (%s, %s, %s, true, %s) returning id)"
                " insert into erp.party_unit (party_id, org_unit_id) select id, %s from p returning party_id",
                self.shop.world.company, f"SUP-{number}", name, f"sales{number}@example.com", self.shop.world.branch,
            )  # fmt: skip

    def store(self, code: str, *bins: str) -> None:
        """A place above those bins, to be counted as one."""
        made = self.shop.value(
            "insert into erp.stock_location (company_id, org_unit_id, kind, code, name, name_zh)"
            " values (%s, %s, 'store', %s, 'Central store', '中心库') returning id",
            self.shop.world.company, self.shop.world.branch, code,
        )  # fmt: skip
        for each in bins:
            self.shop.value("update erp.stock_location set parent_id = %s where code = %s returning id", made, each)

    def inspected(self, item: str) -> None:
        """What arrives of that item waits in quarantine until somebody has looked at it."""
        self.shop.value(
            "insert into erp.receiving_rule (company_id, org_unit_id, item_id, inspection)"
            " select company_id, id, %s, 'visual' from erp.org_unit where id = %s returning id",
            self.shop.item(item), self.shop.world.branch,
        )  # fmt: skip

    def reorder(self, item: str, least: int, most: int) -> None:
        self.shop.value(
            "insert into erp.reorder_rule (company_id, org_unit_id, item_id, min_quantity, max_quantity, automatic)"
            " values (%s, %s, %s, %s, %s, false) returning id",
            self.shop.world.company, self.shop.world.branch, self.shop.item(item), least, most,
        )  # fmt: skip

    def approval(self, document: str, job: str) -> None:
        """A line of the approval matrix for the whole company."""
        self.shop.value(
            "insert into erp.approval_rule (company_id, org_unit_id, document_type, role_key, amount_from, step)"
            " select company_id, id, %s, %s, 0, 1 from erp.org_unit where parent_id is null returning id",
            document, job,
        )  # fmt: skip

    def reconciled(self) -> list[object]:
        """What does not add up."""
        wrong: list[object] = []
        for query in ("select * from api.reconcile()", "select * from api.reconcile_purchasing()"):
            wrong.extend(self.shop.value(f"select coalesce(json_agg(r), '[]') from ({query}) r"))
        return wrong

    def actor(self, table: str, number: str) -> str:
        """Who the audit says made the document of that number."""
        return str(
            self.shop.value(
                "select u.display_name from audit.entry e"
                " join erp.app_user u on u.id = e.user_id or e.user_id is null and u.login = e.login"
                f" join erp.{table} d on d.id = e.row_id where e.table_name = %s and e.action = 'I' and d.number = %s",
                table, number,
            )
        )  # fmt: skip

    def actors(self, table: str) -> set[str]:
        """Who the audit says changed rows of that table."""
        return set(
            self.shop.value(
                "select coalesce(array_agg(distinct u.display_name), '{}') from audit.entry e"
                " join erp.app_user u on u.id = e.user_id where e.table_name = %s",
                table,
            )
        )


@contextmanager
def settle(shop: Shop, *people: str) -> Iterator[Town]:
    """Give those people their log-ins."""
    number = shop.clone.name.rsplit("_", 1)[1]
    with ExitStack() as stack:
        town = Town(shop, number, stack)
        for who in people:
            name, name_zh = _NAMES[who]
            users.create_user(
                shop.clone.owner, user_name=town.user(who), password=SECRET, roles=[_JOBS.get(who, who)],
                units=[shop.world.branch], display_name=name, display_name_zh=name_zh,
                login=f"{PREFIX}_{town.user(who)}", company_id=shop.world.company,
            )  # fmt: skip
        shop.value(
            "insert into erp.party_unit (party_id, org_unit_id) values (%s, %s) returning party_id",
            shop.world.supplier, shop.world.branch,
        )  # fmt: skip
        yield town

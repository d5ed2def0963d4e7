"""The warehouse to depth, second part: parts that are there by their day, leaner ledgers, numbers that are numbers."""

from __future__ import annotations

from pathlib import Path

from alembic import op
from psycopg2.extensions import cursor as Cursor

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = Path(__file__).parent.parent / "0004_depth.sql"


def upgrade() -> None:
    """The tables, as db/schema has them from this revision on."""
    op.get_bind().exec_driver_sql(TABLES.read_text(encoding="utf-8").replace("%", "%%"))


def finish(cursor: Cursor) -> None:
    """Who has his parts on the planned day is known from the first minute, not from the worker's first round; and the
    reminders of before name their order as those of today do.
    """
    cursor.execute("select erp.write_readiness(null, null)")
    cursor.execute(
        "insert into erp.outgoing_mail_order (mail_id, purchase_order_id, created_at)"
        " select m.id, m.purchase_order_id, m.created_at from erp.outgoing_mail m"
        " where m.kind = 'reminder' and m.purchase_order_id is not null"
    )

"""The doors: accounts and their powers, sealed values, the audit's personal values and its provable chain, counts.

The seals of the first release hashed what a session's time zone and style of dates made of an entry, so they prove
nothing elsewhere. They go, personal values leave the entries, and everything that was written is sealed anew; from here on
nothing sealed is ever touched again.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op
from psycopg2.extensions import cursor as Cursor

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = Path(__file__).parent.parent / "0002_doors.sql"


def upgrade() -> None:
    """The tables, as db/schema has them from this revision on."""
    op.get_bind().exec_driver_sql(TABLES.read_text(encoding="utf-8").replace("%", "%%"))


def finish(cursor: Cursor) -> None:
    """What needs the functions of this revision; runs as the superuser who upgrades, in the same transaction."""
    cursor.execute("set local session_replication_role = replica")
    cursor.execute(
        "update audit.entry e set changes = audit.set_apart(e.id, e.changes, erp.personal_columns(e.table_name))"
        " where jsonb_typeof(e.changes) = 'object' and e.changes ?| erp.personal_columns(e.table_name)"
    )
    cursor.execute(
        "update erp.dictionary_entry set personal = true where column_name = any (erp.personal_columns(table_name))"
    )
    cursor.execute("set local session_replication_role = origin")
    cursor.execute("call erp.fill_search_keys()")
    cursor.execute(
        "insert into erp.numbering (document_type, company_id, prefix)"
        " select 'stock_count', c.id, 'CNT' from erp.company c on conflict do nothing"
    )

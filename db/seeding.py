"""Reference data of an installation, from db/seed: the dictionary, characters, holidays, units of measure.

Loading again adds what is new and leaves alone what is there: the company may have edited it.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from db import dictionary

SEED = Path(__file__).parent / "seed"

_COLUMNS = """
    select case when n.nspname = 'audit' then 'audit_' else '' end || c.relname, a.attname
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('erp', 'audit')
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p') and not c.relispartition
    order by c.relname, a.attnum
"""


def load(cursor: Cursor) -> None:
    """Load all seeds. `cursor` is inside the installing transaction, as a superuser; no audit, it is nobody's work."""
    cursor.execute("set local session_replication_role = replica")
    _load_dictionary(cursor)
    for file in sorted((SEED / "tables").glob("*.csv")):
        _load_file(cursor, file.stem.split("_", 1)[1], file)
    cursor.execute("set local session_replication_role = origin")


def _load_file(cursor: Cursor, table: str, file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as source:
        header = next(csv.reader(source))
    _merge(cursor, table, header, file.read_text(encoding="utf-8").split("\n", 1)[1])


def _load_dictionary(cursor: Cursor) -> None:
    """One entry for each column of the live schema (a test forbids columns without a shipped meaning) and for each
    column that lists work out.
    """
    cursor.execute(_COLUMNS)
    columns = [*cursor.fetchall(), *((entry.table, entry.column) for entry in dictionary.derived())]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    for table, column in columns:
        entry = dictionary.find(table, column)
        if entry is not None:
            rows.writerow(
                (
                    table,
                    column,
                    entry.label,
                    entry.label_zh,
                    entry.meaning,
                    entry.meaning_zh,
                    entry.allowed_json(),
                    entry.owner_role,
                    "true" if entry.personal else "false",
                )
            )
    names = "table_name column_name label label_zh meaning meaning_zh allowed owner_role personal"
    _merge(cursor, "dictionary_entry", names.split(), text.getvalue())


def _merge(cursor: Cursor, table: str, columns: list[str], text: str) -> None:
    """COPY into a draft, then into `erp.table` what is not there yet."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    target = sql.Identifier("erp", table)
    draft = sql.Identifier("draft_" + table)
    like = sql.SQL("create temporary table {} on commit drop as select {} from {} with no data")
    cursor.execute(like.format(draft, names, target))
    copy = sql.SQL("copy {} ({}) from stdin with (format csv)").format(draft, names)
    cursor.copy_expert(copy, io.StringIO(text))
    insert = sql.SQL("insert into {} ({}) select {} from {} on conflict do nothing")
    cursor.execute(insert.format(target, names, names, draft))
    cursor.execute(sql.SQL("drop table {}").format(draft))

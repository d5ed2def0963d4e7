"""Alembic's entry: runs the migrations inside the installer's own transaction (db.install.migrate)."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="schema_version",
    version_table_schema="erp",
    version_table_pk=False,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()

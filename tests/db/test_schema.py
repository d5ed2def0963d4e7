"""The catalogue of a fresh installation against what we promise: classes, dictionary, messages, policies, grants."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import ARRAY, BigInteger, DateTime, Integer, LargeBinary, Numeric, SmallInteger, String, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE

from db import build, dictionary, messages
from db.areas import AREAS
from db.orm import Base
from db.orm.base import ServerType
from tests.db.conftest import World

OURS = "n.nspname in ('erp', 'api', 'bi', 'audit')"
RULE = re.compile(r"constraint = '([a-z_]+)'|refuse(?:_\w+)?\((?:'ER\d+', )?'([a-z_]+)'")


def rows(world: World, query: str) -> list[tuple[Any, ...]]:
    with world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def live_columns(world: World) -> dict[tuple[str, str, str], tuple[str, bool, bool]]:
    """(schema, table, column) → type, not null, has a default of any kind."""
    found = rows(
        world,
        """
        select n.nspname, c.relname, a.attname,
               format_type(coalesce(nullif(t.typbasetype, 0), t.oid),
                           case when t.typbasetype <> 0 then t.typtypmod else a.atttypmod end),
               a.attnotnull, a.atthasdef or a.attidentity <> ''
        from pg_attribute a
        join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
        join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('erp', 'audit')
        join pg_type t on t.oid = a.atttypid
        where a.attnum > 0 and not a.attisdropped
        """,
    )
    return {
        (schema, table, column): (kind, required, default) for schema, table, column, kind, required, default in found
    }


def type_name(kind: Any) -> str:
    """PostgreSQL's name for a mapped column's type."""
    plain = {
        BigInteger: "bigint",
        SmallInteger: "smallint",
        Integer: "integer",
        Text: "text",
        JSONB: "jsonb",
        TSTZRANGE: "tstzrange",
        LargeBinary: "bytea",
        Uuid: "uuid",
    }
    if isinstance(kind, ServerType):
        return kind.get_col_spec().lower()
    if isinstance(kind, ARRAY):
        return type_name(kind.item_type) + "[]"
    if isinstance(kind, Numeric):
        return f"numeric({kind.precision},{kind.scale})" if kind.precision else "numeric"
    if isinstance(kind, DateTime):
        return "timestamp with time zone" if kind.timezone else "timestamp without time zone"
    for known, name in plain.items():
        if type(kind) is known:
            return name
    if isinstance(kind, String):
        return f"character varying({kind.length})"
    return {"DATE": "date", "TIME": "time without time zone", "BOOLEAN": "boolean"}[str(kind)]


def test_classes_and_tables_have_the_same_columns(shared: World) -> None:
    mapped = {
        (str(table.schema), table.name, column.name): (
            type_name(column.type),
            not column.nullable,
            column.server_default is not None or column.autoincrement is True or bool(column.primary_key),
        )
        for table in Base.metadata.tables.values()
        for column in table.columns
    }
    live = live_columns(shared)
    assert sorted(mapped) == sorted(live)
    wrong = {key: (mapped[key], live[key]) for key in live if mapped[key][:2] != live[key][:2]}
    assert not wrong
    unknown = [key for key in live if live[key][2] and not mapped[key][2]]
    assert not unknown, "a default that the class does not know is overwritten by NULL"


def test_classes_and_tables_have_the_same_foreign_keys(shared: World) -> None:
    mapped = {
        (str(table.schema), table.name, key.name, tuple(key.column_keys), key.ondelete)
        for table in Base.metadata.tables.values()
        for key in table.foreign_key_constraints
    }
    live = {
        (
            schema,
            table,
            name,
            tuple(columns),
            {"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "a": "NO ACTION"}[action],
        )
        for schema, table, name, columns, action in rows(
            shared,
            """
            select n.nspname, c.relname, k.conname,
                   array(select a.attname::text from unnest(k.conkey) with ordinality x (nr, o)
                         join pg_attribute a on a.attrelid = k.conrelid and a.attnum = x.nr order by x.o),
                   k.confdeltype::text
            from pg_constraint k
            join pg_class c on c.oid = k.conrelid and not c.relispartition
            join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('erp', 'audit')
            where k.contype = 'f'
            """,
        )
    }
    assert mapped == live


def test_the_generated_file_is_what_the_area_files_say() -> None:
    assert build.main(["--check"]) == 0


def test_every_file_belongs_to_an_area() -> None:
    """NN_area.sql, or NN_area_subject.sql where an area has several."""
    known = (*AREAS, "roles", "types", "references", "grants")
    names = [file.stem[3:] for file in build.area_files()]
    assert not [name for name in names if not any(name == each or name.startswith(f"{each}_") for each in known)]
    shipped = {file.stem for file in dictionary.FOLDER.glob("*.csv")}
    assert shipped <= {*AREAS, "common", "derived", dictionary.CALCULATED}


def test_every_column_is_explained_in_both_languages(shared: World) -> None:
    live = {("audit_" * (schema == "audit") + table, column) for schema, table, column in live_columns(shared)}
    assert not [key for key in live if not _explained(*key)]
    worked_out = {(entry.table, entry.column) for entry in dictionary.derived()}
    assert not worked_out & live
    shipped = {(entry.table, entry.column) for entry in dictionary.entries() if entry.table != dictionary.ANY_TABLE}
    assert not shipped - live - worked_out, "explained, but not there"
    assert not [key for key in worked_out if not _explained(*key)]


def _explained(table: str, column: str) -> bool:
    entry = dictionary.find(table, column)
    return entry is not None and all((entry.label, entry.label_zh, entry.meaning, entry.meaning_zh, entry.owner_role))


def test_every_record_that_the_audit_tells_of_has_a_name_there(shared: World) -> None:
    """Who reads the journal sees "Supplier price", not supplier_price."""
    told = set(shared.value(
        "select array_agg(p.table_name) from erp.protection p where p.tracked is not null"
        " and not 'quiet' = any (string_to_array(p.tracked, ' '))"
    ))  # fmt: skip
    entry = dictionary.find("audit_entry", "table_name")
    assert entry is not None
    named = entry.allowed or {}
    assert told - set(named) == set()
    assert {key for key, words in named.items() if not words.get("en") or not words.get("zh")} == set()
    # The preview of a merge counts rows by the same words.
    assert set(shared.value("select array_agg(table_name) from erp.item_references()")) - set(named) == set()


def test_allowed_values_are_those_of_the_checks(shared: World) -> None:
    found = rows(
        shared,
        """
        select case when n.nspname = 'audit' then 'audit_' else '' end || c.relname, a.attname,
               pg_get_constraintdef(k.oid)
        from pg_constraint k
        join pg_class c on c.oid = k.conrelid and not c.relispartition
        join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('erp', 'audit')
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
        where k.contype = 'c' and k.conname like '%\\_known'
        """,
    )
    assert len(found) > 30
    for table, column, definition in found:
        allowed = set(re.findall(r"'([^']*)'::text", definition))
        entry = dictionary.find(table, column)
        assert entry is not None and set(entry.allowed or ()) == allowed, (table, column)


def test_every_constraint_has_words_in_both_languages(shared: World) -> None:
    names = {
        name
        for (name,) in rows(
            shared,
            f"""
            select k.conname from pg_constraint k
            join pg_namespace n on n.oid = k.connamespace and {OURS}
            left join pg_class c on c.oid = k.conrelid
            where k.contype in ('p', 'u', 'f', 'c', 'x') and not coalesce(c.relispartition, false)
            """,
        )
    }
    assert not names - set(messages.catalogue())


def test_every_rule_of_a_function_has_words() -> None:
    used = {a or b for a, b in RULE.findall(build.schema_sql()) if (a or b) not in ("custom_",)}
    used |= {f"custom_{kind}" for kind in ("text", "integer", "decimal", "money", "date", "boolean", "choice")}
    assert not used - set(messages.catalogue())


def test_words_are_complete_and_their_gaps_agree() -> None:
    for name, (_, en, zh, remedy_en, remedy_zh) in messages.catalogue().items():
        assert all((en, zh, remedy_en, remedy_zh)), name
        assert not re.search(r"[A-Za-z]{12,}", zh), name
        gaps = {gap.removesuffix("_zh") for gap in re.findall(r"{(\w+)}", zh)}
        assert gaps == set(re.findall(r"{(\w+)}", en)), name


def test_every_table_is_protected(shared: World) -> None:
    tables = rows(
        shared,
        f"""
        select n.nspname, c.relname, c.relrowsecurity, c.relispartition,
               exists (select 1 from pg_policy p where p.polrelid = c.oid)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace and {OURS}
        where c.relkind in ('r', 'p')
        """,
    )
    scopes = dict(rows(shared, "select table_name, scope from erp.protection"))
    for schema, table, secured, partition, has_policy in tables:
        assert secured, table
        if schema == "erp":
            assert table in scopes, f"call erp.secure('erp.{table}', …) is missing"
            assert has_policy or scopes[table] == "internal", table
        elif not partition and table != "entry_rest":
            assert has_policy, table


def test_policies_name_their_jobs_and_ask_once(shared: World) -> None:
    for name, roles, condition in rows(
        shared,
        """
        select polname, polroles::regrole[]::text[],
               coalesce(pg_get_expr(polqual, polrelid), '') || coalesce(pg_get_expr(polwithcheck, polrelid), '')
        from pg_policy
        """,
    ):
        assert roles and "-" not in roles, f"{name} holds for PUBLIC"
        for call in re.finditer(r"erp\.(my_\w+)\(\)", condition):
            assert "SELECT" in condition[max(0, call.start() - 9) : call.start()], (
                f"{name} calls {call[1]} for each row"
            )


def test_every_owned_table_has_an_index_that_holds_its_unit(shared: World) -> None:
    """First, where a unit's rows are few; beside the order of the list, where lists page through many."""
    for (table,) in rows(
        shared,
        """
        select p.table_name from erp.protection p
        where p.scope = 'owned' and p.table_name not in ('contract_unit', 'party_unit', 'site') and not exists (
            select 1 from pg_index i
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
            where i.indrelid = format('erp.%I', p.table_name)::regclass and a.attname = 'org_unit_id')
        """,
    ):
        pytest.fail(f"erp.{table} has no index with org_unit_id")


def test_definer_functions_are_pinned_and_closed(shared: World) -> None:
    for name, definer, config, public in rows(
        shared,
        f"""
        select p.oid::regprocedure::text, p.prosecdef, p.proconfig,
               exists (select 1 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x where x.grantee = 0)
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace and {OURS}
        """,
    ):
        assert not public, f"{name} is executable by PUBLIC"
        if definer:
            path = next((line for line in config or () if line.startswith("search_path=")), "")
            assert path.endswith("pg_catalog, pg_temp"), f"{name} does not pin its search_path"


def test_views_ask_with_the_caller_s_rights(shared: World) -> None:
    for name, options in rows(
        shared,
        f"""
        select c.oid::regclass::text, c.reloptions
        from pg_class c join pg_namespace n on n.oid = c.relnamespace and {OURS}
        where c.relkind in ('v', 'm')
        """,
    ):
        assert "security_invoker=true" in (options or ()), name


def test_nothing_belongs_to_a_superuser_but_the_guards(shared: World) -> None:
    owned = {
        name
        for (name,) in rows(
            shared,
            f"""
            select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace and {OURS}
            join pg_roles r on r.oid = p.proowner and r.rolsuper
            union all
            select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace and {OURS}
            join pg_roles r on r.oid = c.relowner and r.rolsuper
            """,
        )
    }
    assert owned == {"erp.open_database()", "erp.close_server()", "audit.guard_commands()", "audit.guard_drops()"}


def test_no_job_may_log_in_or_make_roles(shared: World) -> None:
    found = rows(
        shared,
        """
        select rolname, rolcanlogin, rolcreaterole, rolsuper, rolbypassrls, rolcreatedb
        from pg_roles where rolname ~ '^outpost_test_(role_.*|schema_owner|user_admin)$'
        """,
    )
    assert len(found) == 17
    for name, *rights in found:
        assert rights == [False, name == "outpost_test_user_admin", False, False, False], name


def test_nothing_in_erp_depends_on_api_or_bi(shared: World) -> None:
    """An upgrade drops `api` and `bi` with all that depends on them: that must be nothing of `erp`."""
    dependants = rows(
        shared,
        """
        select distinct pg_describe_object(d.classid, d.objid, d.objsubid)
        from pg_depend d
        join (select 'pg_proc'::regclass as class, p.oid, p.pronamespace as space from pg_proc p
              union all select 'pg_class'::regclass, c.oid, c.relnamespace from pg_class c
              union all select 'pg_type'::regclass, t.oid, t.typnamespace from pg_type t) o
          on o.class = d.refclassid and o.oid = d.refobjid and o.space in ('api'::regnamespace, 'bi'::regnamespace)
        where d.deptype = 'n'
          and not exists (
            select 1 from (select 'pg_proc'::regclass as class, p.oid, p.pronamespace as space from pg_proc p
                           union all select 'pg_class'::regclass, c.oid, c.relnamespace from pg_class c
                           union all select 'pg_type'::regclass, t.oid, t.typnamespace from pg_type t
                           union all select 'pg_rewrite'::regclass, r.oid, c.relnamespace
                           from pg_rewrite r join pg_class c on c.oid = r.ev_class) x
            where x.class = d.classid and x.oid = d.objid and x.space in ('api'::regnamespace, 'bi'::regnamespace))
        """,
    )
    assert not dependants


def test_columns_that_are_not_granted_are_loaded_only_when_asked(shared: World) -> None:
    """An entity must load for everybody who may read its table at all; report readers read views and no entities."""
    partly = rows(
        shared,
        """
        select distinct c.relname, a.attname
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        join erp.role r on r.key <> 'report'
        where c.relnamespace = 'erp'::regnamespace and c.relkind = 'r'
          and has_any_column_privilege(erp.role_name(r.key), c.oid, 'select')
          and not has_column_privilege(erp.role_name(r.key), c.oid, a.attnum, 'select')
        """,
    )
    deferred = {
        (mapper.class_.__tablename__, attribute.columns[0].name)
        for mapper in Base.registry.mappers
        for attribute in mapper.column_attrs
        if attribute.deferred
    }
    assert set(partly) == deferred

"""Which column of a file fills which field: suggested from the header, remembered per person, or given as JSON."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from desktop.domain.entry import narrow
from desktop.domain.importing import ColumnMap, ImportField
from desktop.domain.text import tr
from desktop.exchange.files import FileProblem

_CLOSE_ENOUGH = 0.84
_IN_BRACKETS = re.compile(r"[（(\[【].*?[)）\]】]")
_NOISE = re.compile(r"[\s_*:：/\\.\-¥￥$€]+")


def plain_header(text: str) -> str:
    """A header without case, spaces, stars of required columns, currency signs and units in brackets."""
    without_unit = _IN_BRACKETS.sub("", text) or text
    return _NOISE.sub("", narrow(without_unit)).casefold()


def suggest(
    header: Sequence[str], fields: Sequence[ImportField], remembered: Mapping[str, str | None] | None = None
) -> ColumnMap:
    """The likely map of `header`. What was `remembered` wins, then equal words, then near ones; each field once."""
    memory = {plain_header(name): field for name, field in (remembered or {}).items()}
    keys = {field.key for field in fields}
    taken: dict[int, str] = {}
    free = list(range(len(header)))
    for column in tuple(free):
        plain = plain_header(header[column])
        if plain in memory:
            field = memory[plain]
            if field is None or (field in keys and field not in taken.values()):
                free.remove(column)
                if field is not None:
                    taken[column] = field
    recalled = bool(memory) and len(free) < len(header)
    _match_equal(header, fields, free, taken)
    _match_near(header, fields, free, taken)
    return ColumnMap(dict(sorted(taken.items())), remembered=recalled)


def _match_equal(header: Sequence[str], fields: Sequence[ImportField], free: list[int], taken: dict[int, str]) -> None:
    for column in tuple(free):
        plain = plain_header(header[column])
        for field in fields:
            if plain and field.key not in taken.values() and plain in _words(field):
                taken[column] = field.key
                free.remove(column)
                break


def _match_near(header: Sequence[str], fields: Sequence[ImportField], free: list[int], taken: dict[int, str]) -> None:
    for column in tuple(free):
        plain = plain_header(header[column])
        best, best_score = "", _CLOSE_ENOUGH
        for field in fields:
            if not plain or field.key in taken.values():
                continue
            score = max(difflib.SequenceMatcher(None, plain, word).ratio() for word in _words(field))
            if score > best_score:
                best, best_score = field.key, score
        if best:
            taken[column] = best
            free.remove(column)


def _words(field: ImportField) -> set[str]:
    names = (field.key, field.label, field.label_zh, *field.aliases)
    return {plain_header(name) for name in names if name}


def from_names(header: Sequence[str], columns: Mapping[str, str | None], fields: Sequence[ImportField]) -> ColumnMap:
    """A map as it stands in a ``--map`` file or a profile: header → field. Raises `FileProblem` for unknown names."""
    known = {field.key for field in fields}
    places = {plain_header(name): column for column, name in reversed(list(enumerate(header)))}
    taken: dict[int, str] = {}
    for name, field in columns.items():
        place = places.get(plain_header(name))
        if place is None:
            raise FileProblem(
                lambda name=name: tr(
                    "The file has no column {column}. Its columns: {columns}.",  # type: ignore[misc]
                    column=name,
                    columns=", ".join(filter(None, header)),
                )
            )
        if field is None:
            continue
        if field not in known:
            raise FileProblem(
                lambda field=field: tr(
                    "There is no field {field}. Fields: {fields}.",  # type: ignore[misc]
                    field=field,
                    fields=", ".join(sorted(known)),
                )
            )
        taken[place] = field
    return ColumnMap(taken)


def to_names(header: Sequence[str], columns: ColumnMap) -> dict[str, str | None]:
    """What is remembered of a map: header → field, None for a column that was left out on purpose."""
    return {name: columns.field_of(i) for i, name in enumerate(header) if name}


def read_map_file(path: Path) -> dict[str, str | None]:
    """``{"columns": {"物料编码": "code", "备注": null}}``, as written by `write_map_file`."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        columns = content["columns"]
        return {str(name): None if field is None else str(field) for name, field in columns.items()}
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileProblem(
            lambda: tr("{file} cannot be opened: {reason}. Check name and rights.", file=path.name, reason=reason)
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FileProblem(
            lambda: tr(
                "{file} is no mapping. It looks like {example}.",
                file=path.name,
                example='{"columns": {"Part no.": "code", "Remark": null}}',
            )
        )


def write_map_file(path: Path, columns: Mapping[str, str | None]) -> None:
    path.write_text(json.dumps({"columns": dict(columns)}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def missing(fields: Sequence[ImportField], columns: ColumnMap) -> tuple[ImportField, ...]:
    """Required fields that no column fills."""
    filled = set(columns.fields.values())
    return tuple(field for field in fields if field.required and field.key not in filled)

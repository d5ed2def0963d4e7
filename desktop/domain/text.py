"""Texts in two languages, for Qt and Qt-free layers alike.

English is the source; `resources/translations/zh/<area>.json` maps each English template to Chinese. Templates carry
named fields: ``tr("{count} rows selected", count=3)``. A test walks the source and demands a translation for each
literal and a use for each entry, so never build a template at run time.

Templates count in the plural. Where a field is 1, `resources/translations/en/after_one.json` says how the English
around it reads; a test demands an entry for each counted noun. Chinese has no plural.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

_RESOURCES = Path(__file__).parent.parent / "resources" / "translations"
_default: Language = "en"
_scoped: ContextVar[Language | None] = ContextVar("outpost_language", default=None)


@cache
def _chinese() -> dict[str, str]:
    catalogue: dict[str, str] = {}
    for file in sorted((_RESOURCES / "zh").glob("*.json")):
        catalogue.update(json.loads(file.read_text(encoding="utf-8")))
    return catalogue


def language() -> Language:
    """The language in force here: that of the enclosing `in_language`, else the program's."""
    return _scoped.get() or _default


def set_language(code: Language) -> None:
    """Switch the whole program (all threads) to `code`. The window then retranslates itself."""
    global _default
    if code not in LANGUAGES:
        raise ValueError(f"unknown language: {code!r}")
    _default = code


@contextmanager
def in_language(code: Language) -> Iterator[None]:
    """Texts made inside the block are in `code`: a document for a customer, whatever the clerk's own language."""
    token = _scoped.set(code)
    try:
        yield
    finally:
        _scoped.reset(token)


def tr(template: str, /, **fields: object) -> str:
    """`template` in the language in force, its named fields filled in."""
    if language() == "zh":
        text = _chinese().get(template, template)
    else:
        ones = tuple(name for name, value in fields.items() if _is_one(value))
        text = after_one(template, ones) if ones else template
    return text.format(**fields) if fields else text


def _is_one(value: object) -> bool:
    """Also as it is written already, and not for True."""
    return value == "1" if isinstance(value, str) else value == 1 and not isinstance(value, bool)


@cache
def after_one(template: str, ones: tuple[str, ...]) -> str:
    """The English of a template whose fields `ones` are 1: row instead of rows, is instead of are."""
    for name in ones:
        field = f"{{{name}}}"
        for plural, singular in _after_one():
            words = re.escape(plural.replace("#", field)) + r"(?!\w)"
            changed = re.sub(words, singular.replace("#", field), template)
            if changed != template:
                template = changed
                break
    return template


@cache
def _after_one() -> tuple[tuple[str, str], ...]:
    """Plurals and their singulars, `#` for the number; the longest first."""
    found: dict[str, str] = json.loads((_RESOURCES / "en" / "after_one.json").read_text(encoding="utf-8"))
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))


def sentences(*said: str) -> str:
    """Whole sentences behind one another: a space between English ones, none behind a Chinese full stop."""
    return ("" if language() == "zh" else " ").join(each.strip() for each in said if each.strip())


def pick(english: str | None, chinese: str | None) -> str:
    """The name to show of a record that has two: the second-language column, or the first where that is empty."""
    if language() == "zh" and chinese:
        return chinese
    return english or chinese or ""

"""Texts in two languages: every literal has its Chinese, every Chinese its use, and one English one Chinese."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.text import after_one, in_language, language, pick, set_language, tr

SOURCE = Path(__file__).parents[2] / "desktop"
SEED = Path(__file__).parents[2] / "db" / "seed"
AFTER_ONE: dict[str, str] = json.loads((SOURCE / "resources/translations/en/after_one.json").read_text("utf-8"))
_COUNTED = re.compile(r"\{(\w+)\} (?:[\w-]+ ){0,2}?(?P<noun>[a-z]+s|people|men|are|were|have)\b")
"""A number and, at most two words further, a plural."""
_NO_PLURALS = frozenset(
    ("is", "was", "has", "does", "its", "this", "lies", "fits", "needs", "looks", "holds", "lacks", "stands", "says",
     "names", "goes", "waits", "takes", "plans", "belongs", "others", "ms")
)  # fmt: skip
"""Words on s that say nothing of how many, and verbs behind a single one."""
_NO_COUNTS = frozenset(
    {
        "The first {shown} of {count} movements are listed.",
        "{words}; the first {shown} are shown",
        "{one} and {other} are no longer converted",
        "What {old} shares downwards is replaced by what {new} shares.",
        "Line {line} already changes this record. Remove one of the two.",
    }
)
"""Sentences that are only said of many, or whose gap is no number of things."""
CATALOGUES = sorted((SOURCE / "resources" / "translations" / "zh").glob("*.json"))


def _catalogue(file: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                yield f"{file.relative_to(SOURCE)}:{node.lineno}", node


def _literals() -> dict[str, str]:
    found: dict[str, str] = {}
    for place, call in _calls():
        if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
            found.setdefault(call.args[0].value, place)
    return found


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_literal_has_its_chinese() -> None:
    known = {english for file in CATALOGUES for english in _catalogue(file)}
    missing = {f"{place}: {text}" for text, place in _literals().items() if text not in known}
    assert missing == set()


def test_every_translation_is_used() -> None:
    used = _literals().keys()
    unused = {f"{file.name}: {english}" for file in CATALOGUES for english in _catalogue(file) if english not in used}
    assert unused == set()


def test_the_same_english_has_the_same_chinese_everywhere() -> None:
    seen: dict[str, str] = {}
    for file in CATALOGUES:
        for english, chinese in _catalogue(file).items():
            assert seen.setdefault(english, chinese) == chinese, f"{file.name}: {english}"


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_translations_are_chinese_and_keep_their_fields(file: Path) -> None:
    for english, chinese in _catalogue(file).items():
        assert chinese.strip(), english
        assert _fields(english) == _fields(chinese), english


def test_a_template_is_filled_in_the_language_in_force() -> None:
    assert tr("Version {version}", version=3) == "Version 3"
    with in_language("zh"):
        assert tr("Version {version}", version=3) == "版本 3"
        assert language() == "zh" and pick("Pump", "泵") == "泵" and pick("Pump", None) == "Pump"
    assert language() == "en" and pick(None, "泵") == "泵"
    with pytest.raises(ValueError):
        set_language("fr")  # type: ignore[arg-type]


def _plurals(template: str) -> set[str]:
    return {found[0] for found in _COUNTED.finditer(template) if found["noun"] not in _NO_PLURALS}


def test_every_counted_noun_has_its_singular() -> None:
    """Where a number may be 1, nothing in the plural stands behind it. Mend it in after_one.json."""
    wrong = {}
    for text, place in _literals().items():
        left = _plurals(after_one(text, tuple(sorted(_fields(text)))))
        if left and text not in _NO_COUNTS:
            wrong[f"{place}: {text}"] = left
    assert wrong == {}


def test_every_singular_is_used() -> None:
    """And leaves the number where it is."""
    literals = _literals()
    unused = {
        plural
        for plural in AFTER_ONE
        if not any(plural.replace("#", f"{{{field}}}") in text for text in literals for field in _fields(text))
    }
    assert unused == set()
    assert [plural for plural, one in AFTER_ONE.items() if plural.count("#") != 1 or one.count("#") != 1] == []


def test_no_refusal_counts_in_the_plural() -> None:
    """The messages of the database know one form only: they name the number behind a colon."""
    numbers = {"count", "rows", "digits", "weeks", "days", "lines", "months", "hours", "pairs", "files", "limit"}
    wrong = {
        f"{file.name}, {row['constraint']}: {text}"
        for file in sorted(SEED.glob("messages*.csv"))
        for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
        for text in (row["en"], row["remedy_en"])
        if any(found[1] in numbers and found["noun"] not in _NO_PLURALS for found in _COUNTED.finditer(text))
    }
    assert wrong == set()


@pytest.mark.parametrize(
    ("template", "fields", "english"),
    [
        ("{count} rows imported", {"count": 1}, "1 row imported"),
        ("{count} rows imported", {"count": "1"}, "1 row imported"),
        ("{count} rows imported", {"count": 11}, "11 rows imported"),
        ("{count} rows imported", {"count": "1,001"}, "1,001 rows imported"),
        ("{count} rows imported", {"count": 0}, "0 rows imported"),
        ("{lines} lines stand in {count} draft orders", {"lines": 3, "count": 1}, "3 lines stand in 1 draft order"),
        ("{lines} lines stand in {count} draft orders", {"lines": 1, "count": 1}, "1 line stands in 1 draft order"),
        ("Why do {count} pieces go back?", {"count": 1}, "Why does 1 piece go back?"),
        ("Version {version}", {"version": 1}, "Version 1"),
    ],
)
def test_one_is_told_in_the_singular(template: str, fields: dict[str, object], english: str) -> None:
    assert tr(template, **fields) == english


def test_chinese_counts_without_a_plural() -> None:
    with in_language("zh"):
        assert tr("{count} rows imported", count=1) == tr("{count} rows imported", count=2).replace("2", "1")

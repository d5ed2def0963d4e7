"""Texts in two languages: every literal has its Chinese, every Chinese its use, and one English one Chinese."""

from __future__ import annotations

import ast
import json
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.text import in_language, language, pick, set_language, tr

SOURCE = Path(__file__).parents[2] / "desktop"
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

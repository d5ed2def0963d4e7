"""The design tokens of `resources/style/tokens.json`, read once: colours of both themes, type, metrics.

No Qt here, so that a report or a test can ask for the same colour. A name that the tokens do not have is a
programming error and raises `UnknownToken`, because a silently black label is found by a user instead.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

ThemeName = Literal["light", "dark"]
THEMES: tuple[ThemeName, ...] = ("light", "dark")
STYLE_FOLDER = Path(__file__).parent.parent / "resources" / "style"


class UnknownToken(KeyError):
    """A colour or metric that `tokens.json` does not define."""


@cache
def tokens() -> dict[str, Any]:
    return cast(dict[str, Any], json.loads((STYLE_FOLDER / "tokens.json").read_text(encoding="utf-8")))


@cache
def palette_of(theme: ThemeName) -> dict[str, str]:
    """Flat colours of one theme: ``text.primary``, ``success.bg`` (semantic roles lose their group),
    ``chart.1``.
    """
    flat: dict[str, str] = {}
    for group, values in tokens()[theme].items():
        if group == "chart":
            flat.update({f"chart.{n}": value for n, value in enumerate(values, 1)})
        elif group == "semantic":
            flat.update({f"{role}.{part}": value for role, parts in values.items() for part, value in parts.items()})
        else:
            flat.update({f"{group}.{name}": value for name, value in values.items()})
    return flat


def hex_color(name: str, theme: ThemeName) -> str:
    """``#RRGGBB`` of a token in a theme."""
    try:
        return palette_of(theme)[name]
    except KeyError:
        raise UnknownToken(name) from None


@cache
def metric(name: str) -> int:
    """A length in px at 100 %: ``metric("row.grid")`` is 24, ``metric("shell.sidePanel.1366")`` is 320."""
    value: Any = tokens()["metric"]
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            raise UnknownToken(name)
        value = value[part]
    if not isinstance(value, int):
        raise UnknownToken(name)
    return value


def line_height(size: int) -> int:
    """Line height in px of a text size, e.g. 13 → 20."""
    heights = tokens()["type"]["lineHeightPx"]
    if str(size) not in heights:
        raise UnknownToken(f"line height of {size}")
    return cast(int, heights[str(size)])

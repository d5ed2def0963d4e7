"""From the code or name in a cell to the record that is meant, for all rows at once, under the reader's own rights."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.domain.entry import narrow
from desktop.domain.importing import Fault
from desktop.domain.text import pick, tr
from desktop.operations.importing.targets import Lookup

_MAX_GUESSES = 40
_MAX_CANDIDATES = 5000
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "S": "5", "B": "8", "Z": "2"})


Answer = tuple[Any, str, str]
"""Key, code and name."""


@dataclass(frozen=True)
class Meant:
    """The record that a text means: its key, code and name. `fault` instead where none, or more than one, answers."""

    key: Any = None
    code: str = ""
    name: str = ""
    fault: Fault | None = None
    suggestion: str | None = None


def resolve(session: Session, lookup: Lookup, words: Iterable[str]) -> Mapping[str, Meant]:
    """What each of `words` means. A code wins over a name; a name that several records bear is refused.

    What nothing bears as it is written is tried as a code that was typed in full width.
    """
    wanted = sorted({word for word in words if word})
    if not wanted:
        return {}
    by_code: dict[str, Answer] = {}
    by_name: dict[str, set[Answer]] = defaultdict(set)
    plain = {word: narrow(word) for word in wanted}
    for row in session.execute(_query(lookup), {"words": sorted({*wanted, *plain.values()})}):
        key, code, *names = row
        named = dict(zip(lookup.names, names, strict=True))
        answer = (key, code, pick(named.get("name"), named.get("name_zh")))
        by_code[code] = answer
        for name in names:
            if name:
                by_name[name].add(answer)
    by_code |= {word: by_code[plain[word]] for word in wanted if word not in by_name and plain[word] in by_code}
    unknown = [word for word in wanted if word not in by_code and word not in by_name]
    guesses = _guesses(session, lookup, unknown[:_MAX_GUESSES])
    return {word: _meant(word, by_code, by_name, guesses.get(word)) for word in wanted}


def _columns(lookup: Lookup) -> str:
    return ", ".join((lookup.key, lookup.code, *lookup.names))


def _query(lookup: Lookup) -> Any:
    matches = " or ".join(f"{column} = any (:words)" for column in (lookup.code, *lookup.names))
    return text(f"select {_columns(lookup)} from erp.{lookup.table} where ({lookup.where}) and ({matches})")


def _meant(
    word: str,
    by_code: Mapping[str, Answer],
    by_name: Mapping[str, set[Answer]],
    guess: str | None,
) -> Meant:
    if word in by_code:
        return Meant(*by_code[word])
    bearers = by_name.get(word, set())
    if len(bearers) == 1:
        return Meant(*next(iter(bearers)))
    if bearers:
        codes = ", ".join(sorted(code for _, code, _ in bearers)[:5])
        return Meant(
            fault=Fault(
                lambda: tr("{value} is the name of several records.", value=word),
                lambda: tr("Write the code instead: {codes}.", codes=codes),
            )
        )
    if guess:
        return Meant(
            fault=Fault(
                lambda: tr("{value} is not known.", value=word),
                lambda: tr("Did you mean {suggestion}?", suggestion=guess),
            ),
            suggestion=guess,
        )
    return Meant(
        fault=Fault(
            lambda: tr("{value} is not known.", value=word),
            lambda: tr("Import or enter it first, or check your access to its unit."),
        )
    )


def _guesses(session: Session, lookup: Lookup, unknown: list[str]) -> dict[str, str]:
    """For a mistyped code the one that looks alike (O for 0, l for 1), else the nearest."""
    if not unknown:
        return {}
    query = text(f"select {lookup.code} from erp.{lookup.table} where {lookup.where} limit :most")
    codes = [str(code) for code in session.execute(query, {"most": _MAX_CANDIDATES}).scalars()]
    looks = {code.upper().translate(_ALIKE): code for code in codes}
    found = {}
    for word in unknown:
        alike = looks.get(word.upper().translate(_ALIKE))
        near = [alike] if alike else difflib.get_close_matches(word, codes, n=1, cutoff=0.85)
        if near:
            found[word] = near[0]
    return found

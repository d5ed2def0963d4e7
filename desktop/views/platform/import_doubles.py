"""What somebody decides of rows that look like an item that is there already: leave out, link, or take anyway.

Plain values beside the import page: the page asks here what is undecided and tells what was decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from desktop.domain.importing import Double


@dataclass(frozen=True)
class Doubles:
    """`found` by row number, None while they are looked for; `taken` are rows that are new all the same."""

    found: Mapping[int, tuple[Double, ...]] | None = field(default_factory=dict)
    taken: frozenset[int] = frozenset()
    linked: Mapping[int, Double] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        return self.found is not None

    def undecided(self, out: frozenset[int]) -> tuple[int, ...]:
        """Rows that wait for a word, in the order of the file."""
        decided = self.taken | set(self.linked) | out
        return tuple(sorted(number for number in self.found or () if number not in decided))

    def looked_for(self) -> Doubles:
        """They are looked for anew; what was decided stays decided."""
        return replace(self, found=None)

    def with_found(self, found: Mapping[int, tuple[Double, ...]]) -> Doubles:
        kept = {number: (double,) for number, double in self.linked.items()}
        return replace(self, found={**kept, **found})

    def take(self, numbers: Iterable[int]) -> Doubles:
        """They are new all the same; once more takes that back."""
        rows = frozenset(numbers)
        linked = {number: double for number, double in self.linked.items() if number not in rows}
        return replace(self, taken=self.taken - rows if rows <= self.taken else self.taken | rows, linked=linked)

    def link(self, numbers: Iterable[int]) -> Doubles:
        """They are the item that they look like most. A row that looks like another row of the file has none."""
        linked = dict(self.linked)
        for number in numbers:
            best = next((each for each in (self.found or {}).get(number, ()) if each.record_id is not None), None)
            if best is not None:
                linked[number] = best
        return replace(self, linked=linked, taken=self.taken - set(linked))

    def unlink(self, numbers: Iterable[int]) -> Doubles:
        gone = set(numbers)
        return replace(self, linked={number: each for number, each in self.linked.items() if number not in gone})

    def best(self, number: int) -> Double | None:
        found = (self.found or {}).get(number, ())
        return self.linked.get(number) or (found[0] if found else None)

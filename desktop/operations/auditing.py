"""Proving the journal: its whole chain in portions, and the copies of seals that were kept outside the database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from db.session import Database
from desktop.domain.progress import Progress
from desktop.domain.text import tr

PORTION = 50_000
_COMPARED = 5_000
Anchor = Mapping[str, Any]


class NoAnchors(ValueError):
    """The file cannot be read or holds no anchor; the message says which."""


@dataclass(frozen=True)
class Fault:
    """Where the chain does not hold. `kind` as api.check_audit names it; entries expected and found; sealed between."""

    seal: int
    kind: str
    expected: int
    found: int
    since: datetime | None
    until: datetime | None

    def text(self) -> str:
        said = _FAULTS[self.kind]()
        return tr("Seal {seal}: {fault}", seal=self.seal, fault=said)


@dataclass(frozen=True)
class Compared:
    """One anchor against the seals: same, differs, gone or restored."""

    seal: int
    verdict: str

    def text(self) -> str:
        return tr("Anchor of seal {seal}: {verdict}", seal=self.seal, verdict=VERDICTS[self.verdict]())


@dataclass(frozen=True)
class ValueFault:
    """A personal value kept beside its entry that is not what was sealed: changed, missing or erased without record."""

    entry: int
    column: str
    kind: str

    def text(self) -> str:
        return tr("Entry {entry}, {column}: {fault}", entry=self.entry, column=self.column,
                  fault=_VALUE_FAULTS[self.kind]())  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What a proof found. `unsealed` entries are younger than the last seal and not yet proven."""

    seals: int
    entries: int
    unsealed: int
    faults: tuple[Fault, ...]
    anchors: tuple[Compared, ...]
    accept_restore: bool = False
    values: tuple[ValueFault, ...] = ()

    @property
    def ok(self) -> bool:
        fine = {"same", "restored"} if self.accept_restore else {"same"}
        return not self.faults and not self.values and all(one.verdict in fine for one in self.anchors)

    @property
    def empty(self) -> bool:
        """Nothing is wrong, and nothing is proven either: there is no seal yet."""
        return self.ok and self.seals == 0

    def as_json(self) -> dict[str, Any]:
        faults = [asdict(one) | {"since": _iso(one.since), "until": _iso(one.until)} for one in self.faults]
        return {
            "ok": self.ok,
            "seals": self.seals,
            "entries": self.entries,
            "unsealed": self.unsealed,
            "faults": faults,
            "values": [asdict(one) for one in self.values],
            "anchors": {kind: sum(one.verdict == kind for one in self.anchors) for kind in VERDICTS},
            "broken_anchors": [one.seal for one in self.anchors if one.verdict != "same"],
        }


def verify(
    database: Database,
    anchors: Sequence[Anchor] = (),
    *,
    accept_restore: bool = False,
    progress: Progress | None = None,
    portion: int = PORTION,
) -> Outcome:
    """Prove the whole chain and compare the anchors; that somebody did so is itself noted.

    Each portion is a transaction of its own, so that the proof of millions of entries holds nobody up and can be
    cancelled. Raises Cancelled, and db.errors.UserError for a log-in that may not.
    """
    told = progress or Progress()
    after = seals = entries = unsealed = 0
    faults: list[Fault] = []
    while True:
        with database.read() as session:
            part = session.execute(
                text("select api.check_audit(:after, :portion)"), {"after": after, "portion": portion}
            ).scalar_one()
        after, unsealed = part["through"], part["unsealed"]
        seals, entries = seals + part["seals"], entries + part["entries"]
        faults += [_fault(one) for one in part["faults"]]
        told.report(after, part["last"])
        if after >= part["last"]:
            break
    outcome = Outcome(
        seals, entries, unsealed, tuple(faults), _compare(database, anchors), accept_restore,
        _values(database, told, portion),
    )  # fmt: skip
    noted = {
        "ok": outcome.ok,
        "seals": seals,
        "entries": entries,
        "faults": len(faults) + len(outcome.values),
        "anchors": len(outcome.anchors),
    }
    with database.write() as session:
        session.execute(text("select api.note_verification(:outcome)"), {"outcome": json.dumps(noted)})
    return outcome


def _values(database: Database, told: Progress, portion: int) -> tuple[ValueFault, ...]:
    """The personal values that still exist against the hashes in their entries."""
    found: list[ValueFault] = []
    after: int | None = 0
    while after is not None:
        told.check()
        with database.read() as session:
            part = session.execute(
                text("select api.verify_personal(:after, :portion)"), {"after": after, "portion": portion}
            ).scalar_one()
        found += [ValueFault(one["entry"], one["column"], one["finding"]) for one in part["findings"]]
        after = part["last"]
    return tuple(found)


def read_anchors(path: Path) -> tuple[Anchor, ...]:
    """Every anchor in a text file: our own, a log server's, or mails that were saved one after the other."""
    found: list[Anchor] = []
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                anchor = _anchor_in(line)
                if anchor is not None:
                    found.append(anchor)
    except OSError as error:
        raise NoAnchors(tr("{file} cannot be read: {why}", file=path.name, why=error.strerror or str(error))) from error
    if not found:
        raise NoAnchors(tr("{file} holds no anchor", file=path.name))
    return tuple(found)


def _anchor_in(line: str) -> Anchor | None:
    start, end = line.find("{"), line.rfind("}")
    if start < 0 or end < start:
        return None
    try:
        told = json.loads(line[start : end + 1])
        return {
            "installation": str(told["installation"]),
            "seal": int(told["seal"]),
            "generation": int(told["generation"]),
            "hash": bytes.fromhex(told["hash"]).hex(),
        }
    except (ValueError, KeyError, TypeError):
        return None


def _compare(database: Database, anchors: Sequence[Anchor]) -> tuple[Compared, ...]:
    found: list[Compared] = []
    for start in range(0, len(anchors), _COMPARED):
        with database.read() as session:
            rows = session.execute(
                text("select seal_id, verdict from api.compare_anchors(:anchors)"),
                {"anchors": json.dumps(list(anchors[start : start + _COMPARED]))},
            )
            found += [Compared(row.seal_id, row.verdict) for row in rows]
    return tuple(found)


def _fault(told: Mapping[str, Any]) -> Fault:
    return Fault(
        told["seal"], told["fault"], told["expected"], told["found"], _moment(told["from"]), _moment(told["to"])
    )


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _iso(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


_FAULTS = {
    "content": lambda: tr("entries were changed, removed or added"),
    "seal": lambda: tr("the seal itself was changed"),
    "chain": lambda: tr("the seal does not follow the one before"),
    "gap": lambda: tr("seals before it were removed"),
    "time": lambda: tr("entries claim a time at which they cannot have been written, or the server's clock was set"),
    "outside": lambda: tr("entries that no seal will ever cover"),
}
_VALUE_FAULTS = {
    "changed": lambda: tr("the value kept is not the one that was sealed"),
    "missing": lambda: tr("the value is gone and nobody erased it"),
    "erased without record": lambda: tr("the value is erased, and no erasure is noted"),
}
VERDICTS = {
    "same": lambda: tr("unchanged"),
    "differs": lambda: tr("the seal was made anew after the anchor was written"),
    "gone": lambda: tr("the seal is gone: the end of the journal was removed"),
    "restored": lambda: tr("the database was restored from an older state since; what came after that is lost"),
}

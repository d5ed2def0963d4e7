"""What the stock desk keeps on this workstation: the draft under way with the steps that wait, and suspended drafts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from desktop.domain.stock import Draft, Line, Mode
from desktop.domain.stock_drafts import draft_from, to_json
from desktop.operations import stock_desk
from desktop.operations.stock_values import Preview
from desktop.runtime.context import Context
from desktop.runtime.journal import Journal

_SUSPENDED = "stock_desk.suspended"
_HISTORY = 100


@dataclass(frozen=True)
class Step:
    """What waits its turn at the desk. `kind`: scan, typed, step, mode or post."""

    kind: str
    text: str = ""


@dataclass(frozen=True)
class Sending:
    """A posting on its way: its key and what it says, the same for every try."""

    key: UUID
    document: Mapping[str, Any]
    draft: Draft


@dataclass(frozen=True)
class Asked:
    """A document of an earlier date, and what posting it would do."""

    document: Mapping[str, Any]
    draft: Draft
    preview: Preview


@dataclass(frozen=True)
class Kept:
    """What a desk finds that was under way when the program ended."""

    draft: Draft | None = None
    steps: tuple[Step, ...] = ()
    sending: Sending | None = None


class Keeper:
    """The draft under way, on disk at each change. Lines that did not change are not written out again."""

    def __init__(self, context: Context) -> None:
        whose = f"{context.user.login}@{stock_desk.place(context.database)}"
        self._journal = Journal.claim(context.settings.file.parent / "drafts", "stock-desk", whose)
        self._lines: dict[int, tuple[Line, str]] = {}

    def load(self) -> Kept:
        kept = self._journal.load() if self._journal is not None else {}
        draft, sending = kept.get("draft"), kept.get("sending")
        return Kept(
            draft_from(draft) if draft else None,
            tuple(Step(str(kind), str(text)) for kind, text in kept.get("steps") or ()),
            Sending(UUID(sending["key"]), sending["document"], draft_from(sending["draft"])) if sending else None,
        )

    def keep(self, draft: Draft, steps: Sequence[Step], sending: Sending | None, *, surely: bool = False) -> None:
        if self._journal is None:
            return
        if draft.empty and draft.effective_on is None and not steps and sending is None:
            self._lines.clear()
            self._journal.clear()
            return
        fields = {"draft": self._text(draft), "steps": json.dumps([(each.kind, each.text) for each in steps])}
        if sending is not None:
            fields["sending"] = json.dumps(
                {"key": str(sending.key), "document": sending.document, "draft": to_json(sending.draft)}
            )
        self._journal.keep(fields, surely=surely)

    def release(self) -> None:
        if self._journal is not None:
            self._journal.release()

    def _text(self, draft: Draft) -> str:
        head = {
            "mode": draft.mode.value,
            "subject": to_json(draft.subject),
            "engineer_id": draft.engineer_id,
            "current": draft.current,
            "from_place": draft.from_place,
            "to_place": draft.to_place,
            "owner": to_json(draft.owner),
            "reason": draft.reason,
            "effective_on": draft.effective_on,
        }
        seen = {id(line): (line, self._line(line)) for line in draft.lines}
        self._lines = seen
        lines = ", ".join(seen[id(line)][1] for line in draft.lines)
        return json.dumps(head, default=str)[:-1] + f', "lines": [{lines}]}}'

    def _line(self, line: Line) -> str:
        known = self._lines.get(id(line))
        return known[1] if known is not None and known[0] is line else json.dumps(to_json(line))


class History:
    """What can be undone and done again. Moving between lines is no step of its own."""

    def __init__(self) -> None:
        self._past: list[Draft] = []
        self._ahead: list[Draft] = []

    def changed(self, before: Draft, after: Draft) -> None:
        if _content(before) != _content(after):
            self._past.append(before)
            del self._past[:-_HISTORY]
            self._ahead.clear()

    def back(self, now: Draft) -> Draft | None:
        if not self._past:
            return None
        self._ahead.append(now)
        return self._past.pop()

    def forward(self, now: Draft) -> Draft | None:
        if not self._ahead:
            return None
        self._past.append(now)
        return self._ahead.pop()

    def forget(self) -> None:
        self._past.clear()
        self._ahead.clear()


def _content(draft: Draft) -> tuple[Any, ...]:
    return (
        draft.mode, draft.subject, draft.engineer_id, draft.lines, draft.from_place, draft.to_place, draft.owner,
        draft.reason, draft.effective_on,
    )  # fmt: skip


class Suspended:
    """Drafts put aside on this workstation, the last one first."""

    def __init__(self, context: Context) -> None:
        self._mine = context.mine

    def drafts(self) -> tuple[Draft, ...]:
        return tuple(draft_from(each) for each in self._rows())

    def add(self, draft: Draft) -> None:
        self._set([to_json(draft), *self._rows()])

    def take_last(self) -> Draft | None:
        kept = self._rows()
        if not kept:
            return None
        first = draft_from(kept.pop(0))
        self._set(kept)
        return first

    def take(self, code: str, mode: Mode) -> Draft | None:
        """The draft of that order in that mode, which is then no longer suspended."""
        kept = self._rows()
        for position, each in enumerate(kept):
            draft = draft_from(each)
            if draft.mode is mode and draft.subject is not None and draft.subject.code == code:
                del kept[position]
                self._set(kept)
                return draft
        return None

    def _rows(self) -> list[Any]:
        return list(self._mine().get(_SUSPENDED, []))

    def _set(self, rows: list[Any]) -> None:
        self._mine().set(_SUSPENDED, rows)

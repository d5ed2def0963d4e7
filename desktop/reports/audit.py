"""The proof of the audit on paper: what was proven, by whom and when, against which anchors; for an inspector."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from desktop.domain.text import tr
from desktop.operations.audit_reading import Keeping
from desktop.operations.auditing import Outcome
from desktop.reports.theme import MEDIUM, QUIET, Frame, Paper, PdfColumn, draw, fitted, table

_LABEL_WIDTH, _LINE_HEIGHT = 130.0, 16.0


def proof_pdf(
    target: BinaryIO | str, *, outcome: Outcome, keeping: Keeping, at: datetime, company: str, printed_by: str
) -> int:
    """Write it in the language in force; returns the number of pages."""
    paper = Paper(target, Frame(tr("Proof of the audit trail"), company, printed_by))
    result = tr("Nothing was changed, removed or added") if outcome.ok else tr("The audit trail was tampered with")
    if outcome.empty:
        result = tr("Nothing is sealed yet")
    compared = tr("{count} compared", count=len(outcome.anchors)) if outcome.anchors else tr("none compared")
    _facts(
        paper,
        (
            (tr("Result"), result),
            (tr("Proven at"), f"{at:%Y-%m-%d %H:%M:%S %Z}"),
            (tr("Proven by"), printed_by),
            (tr("Entries"), f"{outcome.entries:,}"),
            (tr("Not yet sealed"), f"{outcome.unsealed:,}"),
            (tr("Seals"), f"{outcome.seals:,}"),
            (tr("Generation"), str(keeping.generation)),
            (tr("Anchors"), compared),
        ),
    )
    if outcome.faults or outcome.values:
        _heading(paper, tr("What does not hold"))
        rows = [
            (str(one.seal), one.text(), f"{one.expected:,}", f"{one.found:,}", _when(one.since), _when(one.until))
            for one in outcome.faults
        ]
        rows += [("", one.text(), "", "", "", "") for one in outcome.values]
        table(
            paper,
            (
                PdfColumn(tr("Seal"), 0.6), PdfColumn(tr("Fault"), 4), PdfColumn(tr("Expected"), 0.9, "right"),
                PdfColumn(tr("Found"), 0.9, "right"), PdfColumn(tr("From"), 1.6), PdfColumn(tr("To"), 1.6),
            ),
            rows,
        )  # fmt: skip
    broken = [one for one in outcome.anchors if one.verdict != "same"]
    if broken:
        _heading(paper, tr("Anchors that differ"))
        table(paper, (PdfColumn(tr("Anchor"), 1),), [(one.text(),) for one in broken])
    if keeping.anchors:
        _heading(paper, tr("Where seals are kept outside the database"))
        columns = (PdfColumn(tr("Target"), 4), PdfColumn(tr("Last written"), 1.6), PdfColumn(tr("Seal"), 0.8, "right"))
        table(paper, columns, [(target, _when(when), str(seal)) for target, when, seal in keeping.anchors])
    return paper.save()


def _when(at: datetime | None) -> str:
    return "" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M")


def _facts(paper: Paper, rows: Sequence[tuple[str, str]]) -> None:
    paper.y -= 6
    for label, value in rows:
        y = paper.y - 11
        draw(paper.canvas, paper.left, y, label, ink=QUIET)
        draw(paper.canvas, paper.left + _LABEL_WIDTH, y, fitted(value, paper.right - paper.left - _LABEL_WIDTH))
        paper.y -= _LINE_HEIGHT


def _heading(paper: Paper, words: str) -> None:
    if not paper.room(60):
        paper.next_page()
    paper.y -= 14
    draw(paper.canvas, paper.left, paper.y - 8, words, size=10.5, font=MEDIUM)
    paper.y -= 16

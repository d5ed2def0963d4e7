"""Which new rows of a file of items may be items that we have already, or that stand in the file twice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import text

from db.session import Database
from desktop.domain.importing import Double, PlannedRow
from desktop.domain.progress import Progress

TARGETS = frozenset({"items"})
"""Targets whose new rows are looked at."""
_STEP = 500
_NAMES = ("code", "name", "name_zh", "maker_code")
_SIMILAR = text("select api.similar_drafts(cast(:drafts as jsonb))")


def find(database: Database, rows: Sequence[PlannedRow], progress: Progress) -> Mapping[int, tuple[Double, ...]]:
    """By row number what each new row may be, best first. Rows among themselves are compared within some hundred
    neighbours: files are in the order of their names or numbers. Raises `Cancelled`.
    """
    new = [row for row in rows if row.verdict == "new"]
    found: dict[int, list[Double]] = {}
    for start in range(0, len(new), _STEP):
        progress.report(start, len(new))
        drafts = [
            {"n": row.number, **{key: str(row.values[key]) for key in _NAMES if row.values.get(key) is not None}}
            for row in new[start : start + _STEP]
        ]
        with database.read() as session:
            answer = session.execute(_SIMILAR, {"drafts": json.dumps(drafts)}).scalar_one()
        for one in answer:
            double = Double(
                number=one["n"], record_id=one["item_id"], row=one["row"], code=one["code"] or "",
                name=one["name"] or "", name_zh=one["name_zh"], share=round(float(one["score"]) * 100),
            )  # fmt: skip
            found.setdefault(double.number, []).append(double)
    progress.report(len(new), len(new))
    return {number: tuple(doubles) for number, doubles in found.items()}

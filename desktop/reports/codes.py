"""The number of a paper as a bar code in its head."""

from __future__ import annotations

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.colors import black

from desktop.reports.theme import Paper


def scan_code(paper: Paper, number: str) -> None:
    """Code 128 (ISO/IEC 15417) at the right edge, beside the title."""
    code = Code128(number, barWidth=0.8, barHeight=24, quiet=0)
    paper.canvas.setFillColor(black)  # quiet ink is too faint for a scanner
    code.drawOn(paper.canvas, paper.right - code.width, paper.height - 62)

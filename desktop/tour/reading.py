"""The tour's files read back: what really stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pypdfium2
from python_calamine import CalamineWorkbook


def pdf_text(path: Path) -> str:
    """All words of a PDF, page after page."""
    document = pypdfium2.PdfDocument(str(path))
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def excel_cells(path: Path) -> Sequence[Sequence[object]]:
    """The rows of the first sheet."""
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()

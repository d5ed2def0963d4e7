"""A fact in the head of a document or a lot: its quiet name above its value, which may lead somewhere."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.widgets.buttons import Button
from desktop.widgets.labels import Label
from desktop.widgets.page import Page
from desktop.widgets.paint import column, row


def fact_box(words: str, value: QWidget) -> QWidget:
    body = QWidget()
    value.setMinimumHeight(24)
    # The words of a link stand 8 px inside its button, and so does everything here.
    margins = (0, 0, 0, 0) if isinstance(value, Button) else (8, 0, 0, 0)
    title = row(Label(words, role="text.tertiary"), margins=(8, 0, 0, 0))
    body.setLayout(column(title, row(value, margins=margins), spacing=2))
    value.setAccessibleName(words)
    return body


def link_to(page: Page, kind: str, record_id: int, code: str) -> Button:
    """A code that asks the shell for the page of its record."""
    link = Button(code, kind="ghost", height=24)
    link.clicked.connect(lambda: page.open_requested.emit(kind, record_id))
    return link

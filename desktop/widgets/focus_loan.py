"""The keys, lent to a strip for its question and given back when it goes.

A widget that hides while it has the focus hands it to whatever comes next, which may be a tab of the window: the next
key would then go astray.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid


class FocusLoan:
    """One per strip: `take` before it asks, `give_back` just before it hides."""

    def __init__(self, borrower: QWidget) -> None:
        self._borrower = borrower
        self._lender: QWidget | None = None

    def take(self, target: QWidget) -> None:
        """The focus goes to `target`, a part of the strip."""
        focus = self._borrower.window().focusWidget()
        if focus is not None and not self._borrower.isAncestorOf(focus):
            self._lender = focus
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def give_back(self) -> None:
        """To where it came from, unless the user has gone elsewhere meanwhile."""
        lender, self._lender = self._lender, None
        focus = self._borrower.window().focusWidget()
        lost = focus is None or self._borrower.isAncestorOf(focus)
        if lost and lender is not None and isValid(lender) and lender.isEnabled() and lender.isVisible():
            lender.setFocus(Qt.FocusReason.OtherFocusReason)

"""The keys, lent to a strip for its question and given back when it goes.

A widget that hides while it has the focus hands it to whatever comes next, which may be a tab of the window: the next
key would then go astray.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid


class FocusLoan:
    """One per strip: `take` when it asks, `give_back` just before it hides.

    A strip that makes its fields anew calls `begin` before the old ones go, or their focus would be lost with them.
    """

    def __init__(self, borrower: QWidget) -> None:
        self._borrower = borrower
        self._lender: QWidget | None = None

    def begin(self) -> None:
        """Note who has the keys; a part of the strip itself is nobody to give them back to."""
        focus = self._borrower.window().focusWidget()
        if focus is not None and not self._borrower.isAncestorOf(focus):
            self._lender = focus

    def take(self, target: QWidget) -> None:
        """The focus goes to `target`, a part of the strip."""
        self.begin()
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def give_back(self) -> None:
        """To where it came from, unless the user has gone elsewhere meanwhile."""
        lender, self._lender = self._lender, None
        focus = self._borrower.window().focusWidget()
        lost = focus is None or self._borrower.isAncestorOf(focus)
        if lost and lender is not None and isValid(lender) and lender.isEnabled() and lender.isVisible():
            lender.setFocus(Qt.FocusReason.OtherFocusReason)

"""Processes that act as clients of their own. They are forked from one that has imported once what all of them need:
sixteen clerks that each import SQLAlchemy take half a minute of a small machine.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import BaseContext

_SHARED = ["pytest", "desktop.operations.picking", "tests.stock_shop"]
"""Without Qt, which does not survive a fork. One such process serves all modules and imports at its start only."""


def clients() -> BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_SHARED)
    return context

"""Desks and their pages: the explicit tuple that `desktop.app` assembles. Nothing is discovered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from desktop.runtime.context import Context, User
from desktop.widgets.page import Page

PageFactory = Callable[[Context, Any], Page]
"""Makes the page for a context and the arguments of `Context.open` (None for a page of a desk)."""


class UnknownPage(LookupError):
    """`open` was called with a key that no desk of this user declares."""


@dataclass(frozen=True)
class PageEntry:
    """A page of a desk. `listed` pages stand in menus and the palette; the others (a record's form) need
    arguments.

    `roles` empty means: everybody who has the desk. `title` is a function, so that it speaks the language in
    force.
    """

    key: str
    title: Callable[[], str]
    icon: str
    make: PageFactory
    roles: frozenset[str] = frozenset()
    listed: bool = True


@dataclass(frozen=True)
class Desk:
    """A place of work on the rail. Only desks that are built and that the user may see appear."""

    key: str
    title: Callable[[], str]
    icon: str
    pages: tuple[PageEntry, ...]
    roles: frozenset[str] = frozenset()

    def listed(self) -> tuple[PageEntry, ...]:
        return tuple(page for page in self.pages if page.listed)


def visible_desks(desks: Sequence[Desk], user: User) -> tuple[Desk, ...]:
    """What of `desks` this user may see. One whose pages are all unlisted holds forms: it is not on the rail."""
    seen: list[Desk] = []
    for desk in desks:
        if desk.roles and not desk.roles & user.roles:
            continue
        pages = tuple(page for page in desk.pages if not page.roles or page.roles & user.roles)
        kept = Desk(desk.key, desk.title, desk.icon, pages, desk.roles)
        if pages:
            seen.append(kept)
    return tuple(seen)


def find_page(desks: Sequence[Desk], key: str) -> tuple[Desk, PageEntry]:
    """The desk and page with that key. Raises `UnknownPage`."""
    for desk in desks:
        for page in desk.pages:
            if page.key == key:
                return desk, page
    raise UnknownPage(key)

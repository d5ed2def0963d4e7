"""What the two commands say while they work: in the user's language, and never a traceback."""

from __future__ import annotations

import locale
import os
import sys


class Stop(Exception):
    """The set-up cannot go on; the message says what to do. In both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh


def chinese() -> bool:
    """The language of the environment, as the program itself chooses it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return value.startswith("zh")
    return sys.platform == "win32" and (locale.getlocale()[0] or "").startswith(("zh", "Chinese"))


def pick(en: str, zh: str) -> str:
    return zh if chinese() else en


def say(en: str, zh: str) -> None:
    """One line of progress. A console that lacks a character shows a substitute instead of failing."""
    line = pick(en, zh)
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "replace").decode(encoding), flush=True)


def complain(problem: Stop) -> int:
    """Print the problem to stderr; the exit code."""
    encoding = sys.stderr.encoding or "utf-8"
    line = pick(problem.en, problem.zh)
    print(line.encode(encoding, "replace").decode(encoding), file=sys.stderr, flush=True)
    return 1

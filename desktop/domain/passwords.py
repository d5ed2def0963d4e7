"""What makes a password too easy. A rule of this program, not of the server: the server is given a SCRAM verifier and
never sees what was typed, so it cannot judge it. The least length is the company's; the rest is the same for all.

The list of usual passwords is our own, short, and meant for people: it stops the first guesses, not a determined thief.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop.domain.text import tr

LEAST = 12
"""What holds until the company's own rule is known."""

_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv5tgb")
_LONGEST_RUN = 5
_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
_USUAL = frozenset(
    """
    password passwort pass word letmein welcome changeme secret default temporary login user admin administrator
    root superuser master manager service support office computer internet outpost warehouse planner finance company
    monkey dragon sunshine princess football baseball shadow superman batman starwars pokemon iloveyou trustno charlie
    jordan michael jessica summer winter spring autumn monday friday january december google apple samsung microsoft
    windows linux oracle postgres postgresql mysql server database test testing example guest demo hello freedom
    whatever football login qazwsx
    mima guanliyuan woaini woaiwojia wodemima zhongguo beijing shanghai shenzhen guangzhou suzhou nihao wangyi taobao
    alibaba tencent weixin jiaqiren fuwuqi gongsi kaifa ceshi dearbook zhangwei wangwei lijun caonima
    """.split()  # noqa: SIM905 - a list of words reads better as words
)


@dataclass(frozen=True)
class Check:
    """One rule about a password: its words, and whether it is kept so far."""

    text: str
    kept: bool


def check(password: str, *, user: str = "", old: str = "", least: int = LEAST) -> tuple[Check, ...]:
    """Every rule with its verdict on `password`, in the order in which they are shown. An empty one keeps none."""
    typed = bool(password)
    return (
        Check(tr("at least {number} characters", number=least), len(password) >= least),
        Check(tr("not the user name"), typed and not _contains(password, user)),
        Check(tr("not the last password"), typed and (not old or password != old)),
        Check(tr("no usual password, no row of keys"), typed and not is_usual(password)),
    )


def is_usual(password: str) -> bool:
    """Whether it is a usual password, perhaps with digits around or look-alike letters, or mere rows and repeats."""
    plain = password.casefold()
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    words = {plain, plain.translate(_LEET)}
    cores = {bare, bare.translate(_LEET), *(re.sub(r"^[\W\d_]+|[\W\d_]+$", "", word) for word in words)}
    cores |= {re.sub(r"[\W\d_]+", "", word) for word in words}
    halves = {core[: len(core) // 2] for core in cores if core[: len(core) // 2] * 2 == core}
    if (cores | halves | words) & _USUAL:
        return True
    return len(set(plain)) < 5 or _without_runs(plain) < 5


def _contains(password: str, user: str) -> bool:
    name = user.strip().casefold()
    plain = password.casefold()
    return len(name) >= 3 and (name in plain or name[::-1] in plain)


def _without_runs(plain: str) -> int:
    """How many characters are left when rows of keys, forwards or backwards, count as one."""
    left, position = 0, 0
    while position < len(plain):
        length = _run_at(plain, position)
        left += 1
        position += length if length >= _LONGEST_RUN - 1 else 1
    return left


def _run_at(plain: str, start: int) -> int:
    longest = 1
    for row in _ROWS:
        for line in (row, row[::-1]):
            length = 1
            while start + length < len(plain) and plain[start : start + length + 1] in line + line:
                length += 1
            longest = max(longest, length)
    return longest

"""Doubles among 10⁴ and 10⁵ items: what the whole search takes, step by step as the program asks for it, one question
while typing, and how many planted doubles are found.

Every fiftieth item is entered a second time as people do: in full-width letters, in the other language, with other
signs, or by the maker's number alone. Beside it the smallest thing that could be done: names equal letter by letter.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import psycopg2
from psycopg2.extras import execute_values

from tests.stock_world import World, make_world

SIZES = (10_000, 100_000)
STEP = 4000
EVERY = 50
_QUESTIONS = 200
_KINDS = (
    ("Bearing", "轴承"), ("Air filter element", "空气滤芯"), ("Oil filter", "机油滤清器"), ("Gasket", "密封垫"),
    ("Shaft seal", "轴封"), ("V-belt", "三角带"), ("Solenoid valve", "电磁阀"), ("Contactor", "交流接触器"),
    ("Relay", "中间继电器"), ("Fuse", "熔断器"), ("Pressure switch", "压力开关"), ("Coupling", "联轴器"),
    ("Fan motor", "风机电机"), ("Hydraulic hose", "液压软管"), ("Terminal block", "接线端子"), ("Pump", "水泵"),
)  # fmt: skip
_MAKERS = ("SKF", "FAG", "NSK", "Parker", "Festo", "Schneider", "Omron", "Danfoss")


def catalogue(count: int, chance: random.Random) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(code, name, Chinese name, maker's number): a kind, a series and two sizes, none of them twice."""
    for number in range(count):
        name, name_zh = _KINDS[number % len(_KINDS)]
        size, wide, high = 10 + number // len(_KINDS) % 250, 5 + number // 4000, chance.randrange(10, 99)
        text = f"{size}x{wide}x{high} mm"
        maker = f"{chance.choice(_MAKERS)} {chance.randrange(10**7, 10**8)}"
        zh = f"{name_zh} {text}" if number % 3 else None
        yield f"P-{number:06d}", f"{name} {text}", zh, maker if number % 2 else None


def second(number: int, name: str, maker: str | None) -> tuple[str, str | None]:
    """The same thing, as somebody else would enter it."""
    kind = next(pair for pair in _KINDS if name.startswith(pair[0] + " "))
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in name)
    other = name.replace(kind[0], kind[1]).replace("x", "×").replace(" mm", "毫米")
    spelt = f"φ{name.removeprefix(kind[0]).strip().replace('x', ' * ')} {kind[0].upper()}s"
    ways = ((wide, None), (other, None), (spelt, None), ("Spare part", f"{maker}".lower().replace(" ", "-")))
    return ways[number % (4 if maker else 3)]


def fill(cursor: Any, world: World, start: int, count: int) -> dict[int, int]:
    """The items from `start` to `count` by COPY's way, without triggers. Returns original → double."""
    chance = random.Random(7)
    items = list(catalogue(count, chance))
    doubles = []
    for number in range(start, count, EVERY):
        _, name, _, maker = items[number]
        doubles.append((f"D-{number:06d}", *second(number // EVERY, name, maker)))
    cursor.execute("set session_replication_role = replica")
    cursor.execute("select org_unit_id from erp.item where id = %s", (world.items[0],))
    root = cursor.fetchone()[0]
    rows = [(world.company, root, *item) for item in items[start:]]
    rows += [(world.company, root, code, name, None, maker) for code, name, maker in doubles]
    made = execute_values(
        cursor,
        "insert into erp.item (company_id, org_unit_id, code, name, name_zh, maker_code) values %s returning id",
        rows, page_size=5000, fetch=True,
    )  # fmt: skip
    cursor.execute("set session_replication_role = origin")
    ids = [row[0] for row in made]
    return {ids[place * EVERY]: ids[count - start + place] for place in range(len(doubles))}


def _seconds(call: Callable[[], object]) -> float:
    before = time.perf_counter()
    call()
    return round(time.perf_counter() - before, 3)


def _search(cursor: Any) -> list[float]:
    """The search as the program does it, each step a transaction, until nothing is left. Seconds per step."""
    steps = []
    while True:
        steps.append(
            _seconds(partial(cursor.execute, "select (api.search_duplicates(%s) ->> 'left')::bigint", (STEP,)))
        )
        if cursor.fetchone()[0] == 0:
            return steps


def _questions(cursor: Any, drafts: list[tuple[str, str | None]]) -> dict[str, float]:
    """One draft after the other, as a clerk types them."""
    taken = []
    for name, name_zh in drafts:
        draft = json.dumps({"name": name, "name_zh": name_zh})
        taken.append(1000 * _seconds(partial(cursor.execute, "select api.similar_items(%s)", (draft,))))
    taken.sort()
    return {"p50": round(statistics.median(taken), 1), "p99": round(taken[int(len(taken) * 0.99)], 1)}


def _at(cursor: Any, clerk: Any, planted: dict[int, int]) -> dict[str, Any]:
    """All figures at the number of items that there are."""
    cursor.execute("delete from erp.item_duplicate")
    cursor.execute("delete from erp.item_match")
    cursor.execute("vacuum analyze erp.item, erp.item_match, erp.item_duplicate")
    steps = _search(cursor)
    cursor.execute("vacuum analyze erp.item_match, erp.item_duplicate")
    cursor.execute("select item_id, other_id from erp.item_duplicate")
    pairs = set(cursor.fetchall())
    found = sum((one, other) in pairs for one, other in planted.items())
    cursor.execute(
        "update erp.item set name = name || ' N' where id in (select id from erp.item order by id limit 100)"
    )
    again = sum(_search(cursor))
    equal = _seconds(lambda: cursor.execute(
        "select count(*) from erp.item a join erp.item b on b.name = a.name and b.id > a.id"))  # fmt: skip
    cursor.execute("select count(*) from erp.item")
    count = cursor.fetchone()[0]
    every = max(1, count // _QUESTIONS - 1)
    cursor.execute("select name, name_zh from erp.item where id %% %s = 0 order by id limit %s", (every, _QUESTIONS))
    return {
        "items": count,
        "whole_search_s": round(sum(steps), 2),
        "longest_step_s": max(steps),
        "after_100_changes_s": round(again, 3),
        "equal_names_s": equal,
        "planted": len(planted),
        "found": found,
        "pairs": len(pairs),
        "others": len(pairs) - found,
        "question_ms": _questions(clerk, cursor.fetchall()),
    }


def measure(owner_dsn: str, clerk_dsn: Callable[[World], str], *, sizes: tuple[int, int] = SIZES) -> dict[str, Any]:
    """The search over everything, the next one after a hundred changes, and single questions, at both sizes."""
    owner = psycopg2.connect(owner_dsn)
    owner.autocommit = True
    found: list[dict[str, Any]] = []
    planted: dict[int, int] = {}
    before = 0
    with owner.cursor() as cursor:
        cursor.execute("begin")
        world = make_world(cursor, items=1, prefix="twice")
        cursor.execute("commit")
        clerk = psycopg2.connect(clerk_dsn(world))
        clerk.autocommit = True
        with clerk.cursor() as asking:
            for size in sizes:
                planted |= fill(cursor, world, before, size)
                before = size
                found.append(_at(cursor, asking, planted))
        clerk.close()
    owner.close()
    small, large = found
    return {
        "sizes": found,
        "ratios": {
            "items": round(large["items"] / small["items"], 2),
            "whole_search": round(large["whole_search_s"] / small["whole_search_s"], 2),
            "question_p50": round(large["question_ms"]["p50"] / small["question_ms"]["p50"], 2),
        },
        "goals": {"whole_search_s": 120, "question_ms": 150, "found_share": 0.95},
    }

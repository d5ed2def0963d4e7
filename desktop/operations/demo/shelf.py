"""Until when the lots on the demo's shelves are good: oils, grease, cleaner and refrigerant."""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from desktop.operations.demo.world import World

_MONTHS_GOOD = {"OIL-SCR-46-20": 24, "OIL-GER-220-20": 24, "GRS-EP2-18": 18, "CLN-DEG-05": 16, "REF-R134A-13": 36}


def make_shelf(cursor: Cursor, world: World) -> None:
    """Months count from the day on which a lot came in."""
    for part, months in _MONTHS_GOOD.items():
        cursor.execute(
            "update erp.lot t set expires_on = (t.created_at + make_interval(months => %s))::date"
            " from erp.item i where i.id = t.item_id and i.code = %s and i.company_id = %s"
            " and t.expires_on is null",
            (months, part, world.company),
        )

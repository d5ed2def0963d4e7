"""Ctrl+K and scans: a storekeeper who looks a part up asks whether we have it."""

from __future__ import annotations

from desktop.desks.providers import scan_resolver, search_provider
from desktop.operations import stock_desk, stock_papers, stock_rows
from tests.stock_fixtures import shop
from tests.stock_shop import Shop

__all__ = ["shop"]


def test_a_fragment_leads_a_storekeeper_to_the_parts_stock(shop: Shop) -> None:
    hits = [each for each in search_provider(shop.clerk)("SEP-OIL-75") if each.code == "SEP-OIL-7520"]
    assert [each.key for each in hits] == ["part_stock"]
    found = stock_desk.overview(shop.clerk, hits[0].id)
    assert found is not None and (found.on_hand, found.available, found.on_order) == (3, 2, 4)
    assert found.due_on is not None and [each.code for each in found.substitutes] == ["SEP-OIL-7710"]


def test_a_scan_on_any_page_does_the_same(shop: Shop) -> None:
    found = scan_resolver(shop.clerk)("SEP-OIL-7520")
    assert found is not None and found.key == "part_stock"


def test_lots_and_serial_numbers_that_lie_somewhere_have_labels(shop: Shop) -> None:
    every = stock_papers.rows_to_label(shop.clerk, "lots")
    assert [tag.code for tag in stock_rows.tags(shop.clerk, "lots", every)] == [
        "75MP-20418", "L2608-31", "L2609-14", "L2610-02",
    ]  # fmt: skip
    (one,) = stock_papers.rows_to_label(shop.clerk, "lots", ["L2610-02"])
    (tag,) = stock_rows.tags(shop.clerk, "lots", [one])
    assert (tag.code, tag.name) == ("L2610-02", "NBR gasket 120 mm") and "GSK-NBR-120" in tag.detail

"""What a scan does to a draft, what is wrong with a line, and that a kept draft comes back the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import stock, stock_scans, stock_verdicts
from desktop.domain.stock import Draft, Holding, Level, Line, Mode, Part, Subject
from desktop.domain.stock_drafts import draft_from, to_json
from desktop.domain.stock_posting import document
from desktop.domain.text import in_language

ORDER = Subject("work_order", 1, "WO-1", "Annual service", "年度保养", {"asset_id": 7})


def _part(code: str = "FLT-1", *, on_hand: int = 10, reserved: int = 0, **more: object) -> Part:
    holding = Holding(1, "A-01", on_hand=Decimal(on_hand), reserved=Decimal(reserved))
    return replace(Part(len(code) * 31 + sum(map(ord, code)), code, code.title(), holdings=(holding,)), **more)


def _reserved(part: Part, expected: int) -> Line:
    return Line(part, expected=Decimal(expected), location_id=1, location="A-01", reservation_id=5)


def test_each_scan_of_an_issue_counts_one_piece() -> None:
    draft = Draft(Mode.ISSUE, ORDER, lines=(_reserved(_part(), 2),))
    draft, said = stock_scans.scan_part(draft, _part())
    assert draft.lines[0].quantity == 1 and said.count == "1 / 2"
    assert stock_verdicts.verdict(draft, 0).level is Level.ACTIVE
    draft, said = stock_scans.scan_part(draft, _part())
    assert said.count == "2 / 2" and stock_verdicts.verdict(draft, 0).level is Level.OK


def test_a_receipt_fills_in_what_is_still_to_come_then_counts_on() -> None:
    line = Line(_part(), expected=Decimal(20), ordered=Decimal(20), location_id=1, location="A-01", purchase_line_id=3)
    draft, _ = stock_scans.scan_part(Draft(Mode.RECEIVE, lines=(line,)), _part())
    assert draft.lines[0].quantity == 20
    draft, _ = stock_scans.scan_part(draft, _part())
    assert stock_verdicts.verdict(draft, 0).level is Level.EXTRA  # 21 of 20: within 5 %
    assert stock_verdicts.verdict(stock.set_quantity(draft, 0, Decimal(22)), 0).rule == "over"


@pytest.mark.parametrize(("fits", "level"), [(True, Level.EXTRA), (None, Level.EXTRA), (False, Level.BAD)])
def test_an_unreserved_part_is_extra_unless_it_is_known_not_to_fit(fits: bool | None, level: Level) -> None:
    draft = Draft(Mode.ISSUE, ORDER, lines=(_reserved(_part("SEP-7520"), 1),))
    draft, _ = stock_scans.scan_part(draft, _part("SEP-7710", fits=("110S",), fits_asset=fits))
    assert stock_verdicts.verdict(draft, 1).level is level


def test_the_replacement_takes_the_quantity_of_the_wrong_part() -> None:
    right, wrong = _part("SEP-7520"), _part("SEP-7710", fits=("110S",), fits_asset=False)
    draft = Draft(Mode.ISSUE, ORDER, lines=(_reserved(right, 1),))
    draft, said = stock_scans.scan_part(draft, wrong)
    assert said.level is Level.BAD and "SEP-7520" in said.detail
    draft = stock_verdicts.replaced(draft, 1)
    assert [(line.part.code, line.quantity) for line in draft.lines] == [("SEP-7520", 1)]


def test_a_wrong_part_says_in_the_readers_language_what_it_fits() -> None:
    kinds = {"fits": ("Screw compressor", "S20"), "fits_zh": ("螺杆空压机", "S20")}
    draft = Draft(Mode.ISSUE, ORDER, lines=(_reserved(_part("SEP-7520"), 1),))
    draft, _ = stock_scans.scan_part(draft, _part("BLT-1", fits_asset=False, **kinds))
    assert "Screw compressor, S20" in stock_verdicts.verdict(draft, 1).text
    with in_language("zh"):
        said = stock_verdicts.verdict(draft, 1).text
    assert "螺杆空压机、S20" in said and "Screw" not in said


def test_reserved_stock_is_free_for_its_own_order_only() -> None:
    part = _part(on_hand=3, reserved=3)
    own = Draft(Mode.ISSUE, ORDER, lines=(replace(_reserved(part, 3), quantity=Decimal(3)),))
    assert stock_verdicts.verdict(own, 0).level is Level.OK
    foreign = Draft(Mode.ISSUE, ORDER, lines=(Line(part, Decimal(1), location_id=1, location="A-01"),))
    assert stock_verdicts.verdict(foreign, 0).rule == "over"


def test_the_lot_that_expires_first_is_suggested() -> None:
    early, late = (
        Holding(n, f"A-0{n}", lot_id=n, lot=f"L{n}", expires_on=date(2027, n, 1), on_hand=Decimal(5)) for n in (1, 2)
    )
    spent = replace(early, reserved=Decimal(5))
    assert stock_scans.suggested(Draft(Mode.ISSUE), replace(_part(), holdings=(early, late))) is early
    assert stock_scans.suggested(Draft(Mode.ISSUE), replace(_part(), holdings=(spent, late))) is late


def test_a_lot_that_has_run_out_is_suggested_last_and_told() -> None:
    old, late = (
        Holding(n, f"A-0{n}", lot_id=n, lot=f"L{n}", expires_on=date(2020 + 79 * (n - 1), 1, 1), on_hand=Decimal(5))
        for n in (1, 2)
    )
    part = replace(_part(), tracking="lot", holdings=(old, late))
    assert stock_scans.suggested(Draft(Mode.ISSUE), part) is late
    assert stock_scans.suggested(Draft(Mode.ISSUE), replace(part, holdings=(old,))) is old
    draft, said = stock_scans.scan_part(Draft(Mode.ISSUE, ORDER), part, lot=old)
    assert stock_verdicts.verdict(draft, 0).rule == "expired" and said.level is Level.EXTRA


def test_the_rest_of_an_order_line_goes_to_the_next_lot() -> None:
    part = replace(_part(), tracking="lot")
    line = Line(part, expected=Decimal(200), ordered=Decimal(200), location_id=1, location="A-01", purchase_line_id=3)
    draft, said = stock_scans.scan_part(Draft(Mode.RECEIVE, lines=(line,)), part)
    assert said.level is Level.TODO  # its lot is asked for
    draft = stock.with_line(draft, 0, replace(draft.lines[0], lot="L1", quantity=Decimal(120)))
    draft, _ = stock_scans.scan_part(draft, part)
    assert [(each.expected, each.quantity, each.lot) for each in draft.lines] == [(120, 120, "L1"), (80, 80, "")]
    assert stock_verdicts.figures(draft).left == 0 and draft.lines[1].purchase_line_id == 3


def test_a_transfer_reads_from_bin_parts_to_bin() -> None:
    draft, _ = stock_scans.scan_place(Draft(Mode.TRANSFER), 1, "A-01")
    draft, _ = stock_scans.scan_part(draft, _part())
    assert stock_verdicts.obstacle(draft) != ""
    draft, _ = stock_scans.scan_place(draft, 2, "B-02")
    assert stock_verdicts.obstacle(draft) == ""
    (line,) = document(draft)["lines"]
    assert (line["from_location_id"], line["to_location_id"], line["quantity"]) == (1, 2, "1")


def test_lines_without_quantity_are_not_posted_and_removal_keeps_expected_ones() -> None:
    draft = Draft(Mode.ISSUE, ORDER, lines=(_reserved(_part("A-1"), 1), _reserved(_part("B-1"), 1)))
    draft = stock.set_quantity(draft, 1, Decimal(1))
    assert [line["item_id"] for line in document(draft)["lines"]] == [draft.lines[1].part.id]
    assert len(stock.without_line(draft, 1).lines) == 2 and stock.without_line(draft, 1).filled == ()


@given(
    quantities=st.lists(st.decimals(0, 10**6, places=4), min_size=1, max_size=6),
    mode=st.sampled_from(Mode),
    lot=st.text(max_size=12),
    place=st.none() | st.tuples(st.integers(1, 9), st.text(min_size=1, max_size=5)),
)
def test_a_kept_draft_comes_back_the_same(
    quantities: list[Decimal], mode: Mode, lot: str, place: tuple[int, str] | None
) -> None:
    lines = tuple(replace(_reserved(_part(), 1), quantity=each, lot=lot) for each in quantities)
    draft = Draft(mode, ORDER, engineer_id=3, lines=lines, current=0, from_place=place, to_place=place)
    assert draft_from(to_json(draft)) == draft


@given(scans=st.lists(st.sampled_from(["A-1", "B-2", "C-3"]), max_size=40))
def test_no_scan_is_lost(scans: list[str]) -> None:
    draft = Draft(Mode.COUNTER, engineer_id=1)
    for code in scans:
        draft, _ = stock_scans.scan_part(draft, _part(code, on_hand=99))
    assert {line.part.code: line.quantity for line in draft.lines} == {code: scans.count(code) for code in set(scans)}
    assert stock_verdicts.figures(draft).pieces == len(scans)

"""Drawing kit and time scale: what a picture must not get wrong."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPixmap

from desktop.domain.calendars import at, local
from desktop.widgets.gantt_look import Look
from desktop.widgets.gantt_scale import MAX_DAY, MIN_DAY, TimeScale
from desktop.widgets.theme import color

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def _words(ratio: float, *, hatched: bool) -> QImage:
    look = Look()
    picture = QPixmap(round(200 * ratio), round(40 * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(color("surface.base"))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if hatched:
        painter.setBrush(look.hatch(ratio))
        painter.drawRoundedRect(QRectF(4, 4, 40, 20), 3, 3)
    painter.setPen(color("text.primary"))
    look.texts.draw(painter, 80, 10, "0499 Head service 年度保养")
    painter.end()
    image = picture.toImage()
    return image.copy(round(60 * ratio), 0, image.width() - round(60 * ratio), image.height())


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_words_stand_where_they_belong_also_after_a_hatched_bar(ratio: float) -> None:
    assert _words(ratio, hatched=True) == _words(ratio, hatched=False)
    blank = QImage(_words(ratio, hatched=False))
    blank.fill(color("surface.base"))
    assert _words(ratio, hatched=True) != blank


def test_texts_are_cut_with_an_ellipsis_and_never_wider_than_their_room() -> None:
    look = Look()
    picture = QPixmap(100, 30)
    painter = QPainter(picture)
    assert look.texts.draw(painter, 0, 0, "A title that is far too long", 60) <= 60
    assert look.texts.draw(painter, 0, 0, "Short", 60) == look.texts.width("Short")
    painter.end()


SCALES = st.builds(
    TimeScale,
    st.sampled_from([SHANGHAI, BERLIN]),
    st.dates(date(2026, 1, 1), date(2026, 12, 1)),
    st.just(60),
    st.floats(MIN_DAY, MAX_DAY),
)


@given(SCALES, st.integers(0, 59), st.integers(0, 47))
def test_a_time_in_the_shown_hours_comes_back_from_its_place(scale: TimeScale, day: int, quarter: int) -> None:
    instant = at(scale.origin + timedelta(days=day), 7 * 60 + quarter * 15, scale.zone)
    assert abs(scale.instant(scale.x(instant)) - instant) <= 1


@given(SCALES, st.integers(0, 59 * 86_400), st.integers(0, 86_400))
def test_time_never_runs_backwards(scale: TimeScale, start: int, more: int) -> None:
    begin = at(scale.origin, 0, scale.zone) + start
    assert scale.x(begin) <= scale.x(begin + more)


def test_the_night_is_folded_away_and_unfolded() -> None:
    scale = TimeScale(SHANGHAI, date(2026, 11, 24), 7, 840)
    assert scale.x(at(date(2026, 11, 24), 22 * 60, SHANGHAI)) == 840
    assert scale.x(at(date(2026, 11, 25), 5 * 60, SHANGHAI)) == 840
    whole = scale.folded(0, 24)
    assert whole.per_hour == scale.per_hour
    assert whole.x(at(date(2026, 11, 24), 22 * 60, SHANGHAI)) == pytest.approx(22 * 70)


def test_ticks_stand_on_the_hours_of_each_day_also_when_the_clock_changes() -> None:
    scale = TimeScale(BERLIN, date(2026, 10, 24), 3, 120)
    clocks = [local(instant, BERLIN).strftime("%d %H:%M") for _, instant in scale.ticks(0, 359, 360)]
    assert clocks == ["24 07:00", "24 13:00", "25 07:00", "25 13:00", "26 07:00", "26 13:00"]


def test_the_grain_follows_the_zoom_from_minutes_to_days() -> None:
    grains = [TimeScale(SHANGHAI, date(2026, 11, 24), 7, width).grain() for width in (9, 60, 240, 840, 4000)]
    assert grains == sorted(grains, reverse=True)
    assert grains[0] == 1440 and grains[-1] == 5

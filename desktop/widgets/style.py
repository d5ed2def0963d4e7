"""Fusion with our metrics: heights, focus, check marks, tool-tip delay; and the small style sheet made of
tokens.
"""

from __future__ import annotations

import re
from functools import cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QProxyStyle, QStyle, QStyleHintReturn, QStyleOption, QWidget

from desktop.widgets.tokens import STYLE_FOLDER, ThemeName, hex_color, metric

_PLACEHOLDER = re.compile(r"\{([a-zA-Z0-9.]+)\}")
TOOLTIP_DELAY_MS = 400


@cache
def style_sheet(theme: ThemeName) -> str:
    """`outpost.qss` with each ``{token}`` replaced by the theme's colour.

    Few rules on purpose: Qt matches each of them against each widget, at every change of theme and every new
    page.
    """
    template = (STYLE_FOLDER / "outpost.qss").read_text(encoding="utf-8")
    return _PLACEHOLDER.sub(lambda found: hex_color(found.group(1), theme), template)


def _pixel_metrics() -> dict[QStyle.PixelMetric, int]:
    box = metric("control.checkbox")
    return {
        QStyle.PixelMetric.PM_ScrollBarExtent: metric("shell.scrollBar"),
        QStyle.PixelMetric.PM_IndicatorWidth: box,
        QStyle.PixelMetric.PM_IndicatorHeight: box,
        QStyle.PixelMetric.PM_ExclusiveIndicatorWidth: metric("control.radio"),
        QStyle.PixelMetric.PM_ExclusiveIndicatorHeight: metric("control.radio"),
        QStyle.PixelMetric.PM_CheckBoxLabelSpacing: 8,
        QStyle.PixelMetric.PM_RadioButtonLabelSpacing: 8,
        QStyle.PixelMetric.PM_SmallIconSize: metric("control.icon"),
        QStyle.PixelMetric.PM_ButtonIconSize: metric("control.icon"),
        QStyle.PixelMetric.PM_SplitterWidth: 5,
        QStyle.PixelMetric.PM_LayoutHorizontalSpacing: 8,
        QStyle.PixelMetric.PM_LayoutVerticalSpacing: 8,
    }


class OutpostStyle(QProxyStyle):
    """What a style sheet cannot say. Colours come from the palette, which comes from the tokens."""

    def __init__(self) -> None:
        super().__init__("Fusion")
        self._metrics = _pixel_metrics()

    def pixelMetric(
        self, which: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        found = self._metrics.get(which)
        return super().pixelMetric(which, option, widget) if found is None else found

    def styleHint(
        self,
        which: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returned: QStyleHintReturn | None = None,
    ) -> int:
        if which is QStyle.StyleHint.SH_ToolTip_WakeUpDelay:
            return TOOLTIP_DELAY_MS
        if which is QStyle.StyleHint.SH_LineEdit_PasswordCharacter:
            return ord("\u2022")
        if which is QStyle.StyleHint.SH_UnderlineShortcut:
            return 1
        if which is QStyle.StyleHint.SH_Widget_Animation_Duration:
            return 0
        return super().styleHint(which, option, widget, returned)

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        if element in (
            QStyle.PrimitiveElement.PE_IndicatorCheckBox,
            QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck,
        ):
            draw_check_box(
                painter,
                option.rect,
                _check_state(option),
                enabled=_has(option, QStyle.StateFlag.State_Enabled),
            )
            if _has(option, QStyle.StateFlag.State_HasFocus):
                draw_focus_ring(painter, QRectF(option.rect))
        elif element is QStyle.PrimitiveElement.PE_IndicatorRadioButton:
            _draw_radio(painter, option)
        elif element is QStyle.PrimitiveElement.PE_FrameFocusRect:
            return
        else:
            super().drawPrimitive(element, option, painter, widget)


def _has(option: QStyleOption, flag: QStyle.StateFlag) -> bool:
    return bool(option.state & flag)


def _check_state(option: QStyleOption) -> Qt.CheckState:
    if _has(option, QStyle.StateFlag.State_NoChange):
        return Qt.CheckState.PartiallyChecked
    return Qt.CheckState.Checked if _has(option, QStyle.StateFlag.State_On) else Qt.CheckState.Unchecked


def _role(name: str) -> QColor:
    from desktop.widgets.theme import color  # the theme builds the style

    return color(name)


def draw_focus_ring(painter: QPainter, rect: QRectF, *, radius: float = 4) -> None:
    """2 px of `focus.ring`, 1 px outside `rect`, as guide.md §5 has it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(_role("focus.ring"), metric("stroke.focus")))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), radius + 2, radius + 2)
    painter.restore()


def draw_check_box(painter: QPainter, rect: QRect, state: Qt.CheckState, *, enabled: bool = True) -> None:
    """The 14 px check box of forms, menus and grids."""
    from desktop.widgets.icons import pixmap

    side = metric("control.checkbox")
    box = QRectF(rect.x() + (rect.width() - side) // 2, rect.y() + (rect.height() - side) // 2, side, side)
    filled = state is not Qt.CheckState.Unchecked
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = "accent.solid" if filled else "border.strong"
    painter.setPen(QPen(_role(edge if enabled else "border.default"), 1))
    painter.setBrush(_role(("accent.solid" if filled else "surface.base") if enabled else "surface.panel"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), metric("radius.chip"), metric("radius.chip"))
    if filled:
        mark = "check" if state is Qt.CheckState.Checked else "minus"
        tint = "accent.onSolid" if enabled else "text.disabled"
        drawn = pixmap(mark, tint, 10, painter.device().devicePixelRatio())
        painter.drawPixmap(QPointF(box.x() + 2, box.y() + 2), drawn)
    painter.restore()


def _draw_radio(painter: QPainter, option: QStyleOption) -> None:
    on = _has(option, QStyle.StateFlag.State_On)
    enabled = _has(option, QStyle.StateFlag.State_Enabled)
    side = metric("control.radio")
    circle = QRectF(option.rect.x(), option.rect.y() + (option.rect.height() - side) // 2, side, side)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(_role("accent.solid" if on and enabled else "border.strong"), 1))
    painter.setBrush(_role("surface.base" if enabled else "surface.panel"))
    painter.drawEllipse(circle.adjusted(0.5, 0.5, -0.5, -0.5))
    if on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_role("accent.solid" if enabled else "text.disabled"))
        painter.drawEllipse(circle.adjusted(4, 4, -4, -4))
    painter.restore()
    if _has(option, QStyle.StateFlag.State_HasFocus):
        draw_focus_ring(painter, circle, radius=side / 2)

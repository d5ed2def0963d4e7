"""Pictures of the screens: whole window with its pop-ups, as PNG small enough for a guide."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

LARGEST = 150_000
"""Bytes of a picture."""


def take(window: QWidget, path: Path) -> None:
    """Write what a person sees of `window` and what floats above it."""
    shot = window.grab()
    origin = window.mapToGlobal(QPoint(0, 0))
    painter = QPainter(shot)
    for other in QApplication.topLevelWidgets():
        if other is not window and other.isVisible() and other.width() > 1:
            _above(painter, other, origin)
    painter.end()
    path.write_bytes(small_png(shot))


def _above(painter: QPainter, other: QWidget, origin: QPoint) -> None:
    painter.drawPixmap(other.mapToGlobal(QPoint(0, 0)) - origin, other.grab())


def small_png(shot: QPixmap) -> bytes:
    """A palette holds all colours of a screen; with fewer of them where it would still be too large."""
    whole = _image(shot)
    found = b""
    for colours in (256, 128, 64, 32):
        drawn = whole.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        out = BytesIO()
        drawn.save(out, "PNG", optimize=True)
        found = out.getvalue()
        if len(found) <= LARGEST:
            break
    return found


def _image(shot: QPixmap) -> Image.Image:
    plain = shot.toImage().convertToFormat(QImage.Format.Format_RGB888)
    size = (plain.width(), plain.height())
    return Image.frombytes("RGB", size, bytes(plain.constBits()), "raw", "RGB", plain.bytesPerLine())

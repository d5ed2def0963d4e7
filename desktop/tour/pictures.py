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
    """True colours where that is small enough; else a palette, with as many colours as fit."""
    whole = _image(shot)
    found = _png(whole)
    for colours in (256, 128, 64, 32, 16):
        if len(found) <= LARGEST:
            break
        found = _png(whole.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE))
    return found


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _image(shot: QPixmap) -> Image.Image:
    plain = shot.toImage().convertToFormat(QImage.Format.Format_RGB888)
    size = (plain.width(), plain.height())
    return Image.frombytes("RGB", size, bytes(plain.constBits()), "raw", "RGB", plain.bytesPerLine())

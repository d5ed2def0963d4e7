"""Pictures of the screens: whole window with its pop-ups, as PNG small enough for a guide."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QWidget

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
    """A dialog gets the line around it that a window manager would draw."""
    at, shot = other.mapToGlobal(QPoint(0, 0)) - origin, other.grab()
    painter.drawPixmap(at, shot)
    if isinstance(other, QDialog):
        painter.setPen(other.palette().mid().color())
        painter.drawRect(at.x() - 1, at.y() - 1, other.width() + 1, other.height() + 1)


def small_png(shot: QPixmap) -> bytes:
    """A palette of the colours that are there; of fewer where a screen has too many or is too large."""
    whole = _image(shot)
    found = _png(_with_palette(whole) or whole)
    for colours in (256, 128, 64, 32, 16):
        if len(found) <= LARGEST:
            break
        found = _png(whole.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE))
    return found


def _with_palette(whole: Image.Image) -> Image.Image | None:
    """The picture with a palette of its own colours; None where it has more than 256 colours."""
    colours = whole.getcolors(256)
    if colours is None:
        return None
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in colours for part in (colour if isinstance(colour, tuple) else ())])
    return whole.quantize(len(colours), palette=palette, dither=Image.Dither.NONE)


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _image(shot: QPixmap) -> Image.Image:
    plain = shot.toImage().convertToFormat(QImage.Format.Format_RGB888)
    size = (plain.width(), plain.height())
    return Image.frombytes("RGB", size, bytes(plain.constBits()), "raw", "RGB", plain.bytesPerLine())

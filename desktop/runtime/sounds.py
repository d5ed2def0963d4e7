"""Short tones of the scan desks, by the platform's own player: nothing is shipped, nothing waits for the sound.

Off, for faults alone, or for every scan: a setting of the workstation, because it belongs to a room, not to a person.
"""

from __future__ import annotations

import array
import io
import logging
import math
import shutil
import sys
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QApplication

from desktop.runtime.settings import Settings

_log = logging.getLogger("outpost.sounds")
KEY = "sounds"
OFF, FAULTS, ALL = "off", "faults", "all"
_RATE = 22_050
_TONES: dict[str, tuple[tuple[int, float], ...]] = {
    "ok": ((1568, 0.06),),
    "warn": ((880, 0.10), (0, 0.04), (880, 0.10)),
    "bad": ((220, 0.32),),
}
"""Frequency and seconds of each part; high and short for good, low and long for a fault."""
_PLAYERS = (("pw-play",), ("paplay",), ("aplay", "-q"), ("afplay",))


def choice(settings: Settings) -> str:
    """off, faults (as long as nothing was chosen), or all."""
    kept = settings.get(KEY, FAULTS)
    return str(kept) if kept in (OFF, FAULTS, ALL) else FAULTS


def sound(settings: Settings, tone: str) -> bool:
    """Sound ``"ok"``, ``"warn"`` or ``"bad"`` where the workstation wants it; True when it did."""
    wanted = choice(settings)
    if wanted == OFF or (wanted == FAULTS and tone != "bad"):
        return False
    play(tone)
    return True


def play(tone: str) -> None:
    """Sound it now; where there is no player a fault still beeps."""
    if not play_file(tone_file(tone)) and tone == "bad":
        QApplication.beep()


def tone_file(tone: str) -> Path:
    """The tone as a WAV file, made at its first use."""
    folder = Path(tempfile.gettempdir()) / "outpost-sounds"
    file = folder / f"{tone}.wav"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(tone_bytes(tone))
    return file


def tone_bytes(tone: str) -> bytes:
    samples = array.array("h")
    for frequency, seconds in _TONES[tone]:
        count = int(_RATE * seconds)
        edge = max(1, count // 12)  # faded in and out, or it clicks
        for n in range(count):
            fade = min(1.0, n / edge, (count - n) / edge)
            samples.append(int(9000 * fade * math.sin(2 * math.pi * frequency * n / _RATE)))
    if sys.byteorder == "big":
        samples.byteswap()
    target = io.BytesIO()
    with wave.open(target, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_RATE)
        out.writeframes(samples.tobytes())
    return target.getvalue()


def _play(file: Path) -> bool:
    """Start the platform's player and go on; False where there is none."""
    if sys.platform == "win32":
        import winsound

        winsound.PlaySound(str(file), winsound.SND_FILENAME | winsound.SND_ASYNC)
        return True
    for name, *options in _PLAYERS:
        found = shutil.which(name)
        if found is not None:
            started, _ = QProcess.startDetached(found, [*options, str(file)])
            return bool(started)
    return False


play_file: Callable[[Path], bool] = _play
"""How a tone is played; tests put something else in its place."""

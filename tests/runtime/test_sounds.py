"""The tones of the scan desks: which sound when, and that they are real WAV files."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from desktop.runtime import sounds
from desktop.runtime.settings import Settings


@pytest.mark.parametrize(
    ("choice", "heard"), [(None, ["bad"]), ("off", []), ("faults", ["bad"]), ("all", ["ok", "warn", "bad"])]
)
def test_the_workstation_chooses_what_sounds(
    choice: str | None, heard: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[str] = []
    monkeypatch.setattr(sounds, "play_file", lambda file: played.append(file.stem) is None)
    settings = Settings(tmp_path / "settings.json")
    if choice is not None:
        settings.set(sounds.KEY, choice)
    assert [tone for tone in ("ok", "warn", "bad") if sounds.sound(settings, tone)] == heard == played


def test_without_a_player_a_fault_still_beeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beeps: list[int] = []
    monkeypatch.setattr(sounds, "play_file", lambda file: False)
    monkeypatch.setattr(sounds.QApplication, "beep", lambda: beeps.append(1))
    sounds.sound(Settings(tmp_path / "settings.json"), "bad")
    assert beeps == [1]


def test_a_tone_is_a_sound_file_of_its_length() -> None:
    with wave.open(str(sounds.tone_file("bad"))) as tone:
        assert tone.getnframes() == int(22_050 * 0.32) and tone.getframerate() == 22_050

"""This workstation's memory survives a restart, a broken file and a read-only folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.runtime.settings import Settings, settings_folder


def test_values_survive_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "config" / "settings.json"
    Settings(file).set("language", "zh")
    assert Settings(file).get("language") == "zh"


def test_users_do_not_see_one_anothers_tabs(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    settings.user("clerk").set("tabs", [{"key": "stock"}])
    settings.user("planner").set("theme", "dark")
    settings.user("clerk").set("rail", 1)
    again = Settings(settings.file)
    assert again.user("clerk").get("tabs") == [{"key": "stock"}]
    assert again.user("clerk").get("rail") == 1
    assert again.user("planner").get("tabs") is None


@pytest.mark.parametrize("content", ["{broken", "[1, 2]", '"text"', "\x00"])
def test_a_broken_file_starts_afresh_and_can_be_written(tmp_path: Path, content: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(content, encoding="utf-8")
    settings = Settings(file)
    assert settings.get("language", "en") == "en"
    settings.set("language", "zh")
    assert Settings(file).get("language") == "zh"


def test_a_folder_that_cannot_be_made_does_not_stop_the_work(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("", encoding="utf-8")
    settings = Settings(blocker / "settings.json")
    settings.set("theme", "dark")
    assert settings.get("theme") == "dark"


def test_a_second_installation_has_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTPOST_HOME", str(tmp_path))
    assert settings_folder() == tmp_path / "config"

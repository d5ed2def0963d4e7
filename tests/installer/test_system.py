"""What the machine lacks is installed where we may, and otherwise named with the one command that installs it."""

from __future__ import annotations

import sys

import pytest
import system
from console import Stop


@pytest.fixture
def debian(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A Debian that lacks a library until apt-get is called; the calls."""
    calls: list[list[str]] = []
    monkeypatch.setattr(system, "_is_debian", lambda: True)
    monkeypatch.setattr(system, "missing_libraries", lambda: [] if calls else ["libGL.so.1", "libxcb-cursor.so.0"])
    monkeypatch.setattr(system, "apt_install", lambda packages: calls.append(packages) or True)
    return calls


def test_root_on_debian_gets_the_libraries(debian: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "is_root", lambda: True)
    system.ensure_libraries()
    assert debian == [["libgl1", "libxcb-cursor0"]]


def test_others_are_told_the_command(debian: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "is_root", lambda: False)
    with pytest.raises(Stop) as fault:
        system.ensure_libraries()
    command = "sudo apt-get update && sudo apt-get install -y libgl1 libxcb-cursor0"
    assert command in fault.value.en and command in fault.value.zh
    assert debian == []


def test_unknown_system_is_told_the_names(debian: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "_is_debian", lambda: False)
    monkeypatch.setattr(system.shutil, "which", lambda _name: None)
    with pytest.raises(Stop, match=r"libGL\.so\.1, libxcb-cursor\.so\.0"):
        system.ensure_libraries()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux leaves the libraries to the user")
def test_a_window_needs_more_than_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "_loads", lambda _name: False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    assert system.missing_libraries() == list(system.OFFSCREEN)
    monkeypatch.setenv("DISPLAY", ":0")
    assert system.missing_libraries() == [*system.OFFSCREEN, *system.WINDOW]


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_python_without_wheels_is_named(version: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system.sys, "version_info", (*version, 0))
    with pytest.raises(Stop, match=f"this is {version[0]}.{version[1]}"):
        system.check_python()

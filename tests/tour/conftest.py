"""One tour a module, in a process of its own on a demo of its own, as `installer/run.py` starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from db import embedded


@dataclass(frozen=True)
class Toured:
    """What a tour printed and left behind; `home` is still there for other commands."""

    home: Path
    folder: Path
    code: int
    report: dict[str, Any]
    told: str


@pytest.fixture(scope="module")
def toured(server_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toured]:
    home, folder = server_folder / "tour-home", tmp_path_factory.mktemp("tour") / "旅 tour"
    told = outpost(home, "tour", "--out", str(folder), "--lang", "zh", "--theme", "dark")
    if not told.stdout.strip():
        pytest.fail(f"the tour printed nothing; it said: {told.stderr[-2000:]}")
    yield Toured(home, folder, told.returncode, json.loads(told.stdout), told.stderr)
    embedded.stop(home, force=True)


def outpost(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    surroundings = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    surroundings |= {"OUTPOST_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, "-P", "-m", "desktop.cli", *arguments],
        capture_output=True, text=True, encoding="utf-8", env=surroundings, timeout=280, check=False,
    )  # fmt: skip

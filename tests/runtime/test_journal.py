"""Work under way survives the program: also one that is killed, and never for another database or a second window."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from desktop.runtime.journal import Journal

_KEEP_AND_DIE = """
import os, sys
from pathlib import Path
from desktop.runtime.journal import Journal
journal = Journal.claim(Path(sys.argv[1]), "desk", "clerk@db")
journal.keep({"steps": '["A", "B"]'}, surely=True)
os._exit(9)
"""


def claim(folder: Path, place: str = "clerk@db") -> Journal:
    journal = Journal.claim(folder, "desk", place)
    assert journal is not None
    return journal


def test_what_a_killed_program_kept_is_taken_up_by_the_next_one(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", _KEEP_AND_DIE, str(tmp_path)], check=False)
    assert ended.returncode == 9
    journal = claim(tmp_path)
    assert journal.load()["steps"] == ["A", "B"]
    journal.clear()
    journal.release()
    assert claim(tmp_path).load() == {}


def test_a_second_window_has_its_own_file(tmp_path: Path) -> None:
    first, second = claim(tmp_path), claim(tmp_path)
    first.keep({"steps": "[1]"})
    second.keep({"steps": "[2]"})
    assert (first.load()["steps"], second.load()["steps"]) == ([1], [2])


def test_another_database_or_a_broken_file_gives_nothing_and_loses_nothing(tmp_path: Path) -> None:
    journal = claim(tmp_path)
    journal.keep({"steps": "[1]"})
    assert claim(tmp_path, "clerk@test").load() == {}
    journal.file.write_text("{half", encoding="utf-8")
    assert journal.load() == {}
    assert journal.file.with_suffix(".broken.json").read_text(encoding="utf-8") == "{half"


def test_a_folder_that_takes_no_file_stops_nobody(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    assert Journal.claim(blocked / "drafts", "desk", "clerk@db") is None

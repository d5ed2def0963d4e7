"""run.py and test.py: what they start, what they say, and the exit code that the caller gets."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import environment
import pytest
import system
from console import Stop

from tests.installer.conftest import ROOT


def load(name: str) -> ModuleType:
    """The script as a module (`test` and `run` are too common as names to import)."""
    spec = importlib.util.spec_from_file_location(f"installer_{name}", ROOT / "installer" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("check_python", "ensure_libraries", "ensure_venv_module", "ensure_postgres_15"):
        monkeypatch.setattr(system, name, lambda: None)
    monkeypatch.setattr(environment, "ensure", lambda _kind: Path(sys.executable))


@pytest.mark.usefixtures("prepared")
def test_without_a_display_the_tour_is_taken_and_its_place_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = load("run")
    started: list[list[str]] = []
    monkeypatch.setattr(system, "has_display", lambda: False)
    monkeypatch.setattr(run, "outpost", lambda _python, arguments: started.append(arguments) or 0)
    assert run.main([]) == 0
    folder = str(ROOT / "tour")
    assert started == [["tour", "--out", folder]]
    assert f"Pictures and files of the tour are in {folder}" in capsys.readouterr().out


@pytest.mark.usefixtures("prepared")
def test_with_a_display_the_program_is_opened_and_its_exit_code_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    run = load("run")
    started: list[list[str]] = []
    monkeypatch.setattr(system, "has_display", lambda: True)
    monkeypatch.setattr(run, "outpost", lambda _python, arguments: started.append(arguments) or 7)
    assert run.main([]) == 7
    assert started == [[]]


@pytest.mark.parametrize(("language", "expected"), [("en_GB.UTF-8", "no room"), ("zh_CN.UTF-8", "没有空间")])
def test_trouble_is_said_in_the_users_language_without_a_traceback(
    language: str, expected: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_kind: str) -> Path:
        raise Stop("no room", "没有空间")

    monkeypatch.setenv("LC_ALL", language)
    monkeypatch.setattr(environment, "ensure", fail)
    monkeypatch.setattr(system, "ensure_libraries", lambda: None)
    assert load("run").main([]) == 1
    said = capsys.readouterr()
    assert said.err.strip() == expected


@pytest.mark.usefixtures("prepared")
def test_all_checks_run_and_the_first_failure_decides(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = load("test")
    monkeypatch.setattr(
        script,
        "checks",
        lambda arguments: {
            "good": ["-c", "pass"],
            "bad": ["-c", "raise SystemExit(3)"],
            "worse": ["-c", "raise SystemExit(4)"],
            "last": ["-c", f"import sys; sys.exit({arguments!r} != ['-k', 'one'])"],
        },
    )
    assert script.main(["-k", "one"]) == 3
    summary = [line.split()[:2] for line in capsys.readouterr().out.splitlines() if line[:4] in ("ok  ", "FAIL")]
    assert summary == [["ok", "good"], ["FAIL", "bad"], ["FAIL", "worse"], ["ok", "last"]]


def test_every_promised_check_is_there_and_pytest_gets_the_arguments() -> None:
    checks = load("test").checks(["tests/db", "-x"])
    assert list(checks) == ["ruff", "mypy --strict", "import-linter", "db.build --check", "pytest"]
    assert checks["pytest"] == ["-m", "pytest", "tests/db", "-x"]
    assert (ROOT / ".ci" / "run").read_text().count("python3 installer/test.py") == 1

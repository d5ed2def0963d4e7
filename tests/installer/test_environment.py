"""`.venv` is made, verified at each start and mended, with pip as this machine has it configured."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from pathlib import Path

import environment
import pytest
from console import Stop

from tests.installer.conftest import ROOT, make_wheel


class Installation:
    """A `.venv` under a path with a space and Chinese in it, from a lock of small wheels made here."""

    def __init__(self, folder: Path, wheels: Path) -> None:
        self.venv = folder / "my work 驻点" / ".venv"
        self.venv.parent.mkdir()
        self.lock = folder / "some.lock"
        self.wheels = wheels

    def pin(self, **packages: str) -> None:
        lines = [make_wheel(self.wheels, name, version) for name, version in packages.items()]
        self.lock.write_text("".join(lines), encoding="utf-8")

    def ensure(self) -> Path:
        return environment.ensure("run", venv=self.venv, lock=self.lock)

    def version(self, name: str) -> str:
        command = [environment.python_of(self.venv), "-c", f"import {name}; print({name}.VERSION)"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new venv; making one takes seconds, copying it none."""
    venv = tmp_path_factory.mktemp("blank") / ".venv"
    environment._make_venv(venv)
    return venv


@pytest.fixture
def installation(tmp_path: Path, offline: Path, blank: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setattr(environment, "_make_venv", lambda venv: shutil.copytree(blank, venv, symlinks=True))
    made = Installation(tmp_path, offline)
    made.pin(alpha="1.0", beta="2.0")
    return made


def test_second_start_installs_nothing_and_needs_no_registry(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    installation.ensure()
    first = capsys.readouterr().out
    assert "alpha" in first and "beta" in first
    for wheel in installation.wheels.iterdir():
        wheel.unlink()
    python = installation.ensure()
    assert capsys.readouterr().out == ""
    assert python.is_file()
    assert installation.version("beta") == "2.0"


def test_lost_file_a_killed_installation_and_a_changed_lock_heal(installation: Installation) -> None:
    installation.ensure()
    site = environment.packages_of(installation.venv)

    (site / "alpha.py").unlink()
    assert environment.damaged(installation.venv) == ["alpha-1.0.dist-info"]
    installation.ensure()
    assert installation.version("alpha") == "1.0"

    (site / "beta-2.0.dist-info" / "RECORD").unlink()  # pip writes it last
    installation.ensure()
    assert not environment.damaged(installation.venv)

    mark = site / "still-the-same-environment"
    mark.touch()
    installation.pin(alpha="1.1", beta="2.0", gamma="3.0")
    installation.ensure()
    assert (installation.version("alpha"), installation.version("gamma")) == ("1.1", "3.0")
    assert mark.exists()


def test_half_made_environment_is_made_anew(installation: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    (installation.venv / "bin").mkdir(parents=True)
    (installation.venv / "pyvenv.cfg").write_text("home = /nowhere\n")
    installation.ensure()
    assert "anew" in capsys.readouterr().out
    assert installation.version("alpha") == "1.0"


def test_first_start_without_network_says_so_in_both_languages(installation: Installation) -> None:
    for wheel in installation.wheels.iterdir():
        wheel.unlink()
    with pytest.raises(Stop) as fault:
        installation.ensure()
    assert "could not be installed" in fault.value.en
    assert "无法安装软件包" in fault.value.zh
    installation.pin(alpha="1.0", beta="2.0")
    installation.ensure()
    assert installation.version("alpha") == "1.0"


def test_changed_package_is_refused_by_its_hash(installation: Installation) -> None:
    text = installation.lock.read_text()
    good = text.splitlines()
    bad = [line[:-8] + "00000000" if "--hash" in line else line for line in good]
    installation.lock.write_text("\n".join(bad) + "\n")
    with pytest.raises(Stop, match="hash"):
        installation.ensure()


def test_two_starts_at_once_install_once(installation: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    threads = [threading.Thread(target=installation.ensure) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = capsys.readouterr().out
    assert said.count("Making the environment") == 1
    assert installation.version("beta") == "2.0"


def test_command_outpost_works_through_a_link_from_any_folder(installation: Installation, tmp_path: Path) -> None:
    installation.ensure()
    link = tmp_path / "outpost"
    link.symlink_to(installation.venv / "bin" / "outpost")
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "desktop").mkdir(parents=True)  # must not be taken for ours
    (elsewhere / "desktop" / "__init__.py").write_text("raise SystemExit('the wrong desktop')")
    run = subprocess.run([link, "--version"], cwd=elsewhere, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("Outpost ")


def test_stamp_records_the_lock(installation: Installation) -> None:
    installation.ensure()
    stamp = json.loads((installation.venv / "outpost-stamp.json").read_text())
    assert len(stamp["lock"]) == 64


@pytest.mark.parametrize("kind", ["run", "test"])
def test_locks_are_hashed_and_name_no_registry(kind: str) -> None:
    text = environment.LOCKS[kind].read_text(encoding="utf-8")
    pins = environment.pins(environment.LOCKS[kind])
    assert len(pins) > 20
    assert text.count("==") >= len(pins)
    assert "://" not in text and "index-url" not in text
    blocks = [block for block in text.split("\n") if block and not block.startswith((" ", "#"))]
    assert len(blocks) == len(pins), "a line that the installer does not understand"
    assert all(block.endswith("\\") for block in blocks), "a package without a hash"


def test_test_lock_holds_everything_of_the_run_lock_in_the_same_version() -> None:
    run = {name: version for name, version, _marker in environment.pins(environment.LOCKS["run"])}
    test = {name: version for name, version, _marker in environment.pins(environment.LOCKS["test"])}
    assert run.items() <= test.items()


def test_every_direct_requirement_is_locked() -> None:
    locked = {name.lower().replace("_", "-") for name, _version, _marker in environment.pins(environment.LOCKS["run"])}
    wanted = (ROOT / "installer" / "requirements.in").read_text(encoding="utf-8").splitlines()
    names = {environment.re.split(r"[<>=]", line)[0].lower().replace("_", "-") for line in wanted if line[:1].isalpha()}
    assert names <= locked

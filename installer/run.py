"""`python3 installer/run.py`: from a fresh checkout to the running program.

Makes `.venv`, sees to the system's libraries, then opens Outpost; where there is no display it takes the tour, which
drives the real windows and keeps their pictures. Arguments, if any, go to the command `outpost` instead.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import environment
import system
from console import Stop, complain, say


def main(arguments: list[str]) -> int:
    try:
        system.check_python()
        system.ensure_libraries()
        system.ensure_venv_module()
        python = environment.ensure("run")
    except Stop as problem:
        return complain(problem)
    if arguments or system.has_display():
        say("Starting Outpost", "正在启动驻点")
        return outpost(python, arguments)
    folder = environment.ROOT / "tour"
    say(
        f"There is no display, so Outpost takes its tour; pictures go to {folder}",
        f"当前没有显示器，驻点将运行导览，截图保存在 {folder}",
    )
    code = outpost(python, ["tour", "--out", str(folder)])
    if code == 0:
        say(f"Pictures and files of the tour are in {folder}", f"导览的截图和文件保存在 {folder}")
    return code


def outpost(python: Path, arguments: list[str]) -> int:
    """Run the program and wait for it. Ctrl+C reaches it too; it ends itself, and we with it."""
    with subprocess.Popen([str(python), "-P", "-m", "desktop.cli", *arguments]) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Started by `startup.py` in a process of its own: opens the program as a person and says when what was usable.

Arguments: the moment at which the process was asked for (seconds since the epoch), user name, password.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop.app import Program, load_desks
from desktop.runtime import entering
from desktop.runtime.settings import Settings
from desktop.widgets.theme import apply_theme

LIMIT_SECONDS = 60.0


def main(asked: float, user: str, password: str) -> int:
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    apply_theme(app, "light")
    program = Program(app, None, Settings(Path(mkdtemp()) / "settings.json"), load_desks)
    marks: dict[str, float] = {}

    def mark(name: str) -> None:
        marks.setdefault(name, round((time.time() - asked) * 1000, 1))

    def look() -> None:
        if program.login is not None and program.login.isVisible():
            mark("login_window_ms")
        server = program.places.embedded
        if server is not None and program.window is None and "database_ms" not in marks:
            mark("database_ms")
            entered = entering.enter(server, user, password)
            if program.login is not None:
                program.login.accepted.emit(entered)
        window = program.window
        if window is not None and window.isVisible() and not program.work.running():
            mark("usable_ms")
            app.exit(0)
        elif time.time() - asked > LIMIT_SECONDS:
            app.exit(1)

    clock = QTimer()
    clock.timeout.connect(look)
    clock.start(5)
    program.start()
    code = app.exec()
    program.close()
    sys.stdout.write(json.dumps(marks) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2], sys.argv[3]))

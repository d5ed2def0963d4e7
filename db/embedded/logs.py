"""The server's own log: how it is written and for how long it is kept."""

from __future__ import annotations

import time
from pathlib import Path

# Written at each start, so that older homes get it too. The worker reads the .json files: failed log-ins and refusals
# stand nowhere else. Statements are left out of it, because they may hold what must not be read there.
SETTINGS = """
logging_collector = on
log_destination = 'stderr,jsonlog'
log_directory = '../log'
log_filename = 'server-%Y-%m-%d_%H%M%S.log'
log_rotation_age = 1d
log_rotation_size = 10MB
log_truncate_on_rotation = off
log_line_prefix = '%m [%p] user=%u db=%d host=%h app=%a '
log_timezone = 'UTC'
log_connections = on
log_min_error_statement = panic
"""
DAYS = 14
BYTES = 200 * 1024**2


def trim_log(folder: Path, *, days: float = DAYS, size: int = BYTES) -> None:
    """Remove the oldest files of a log: those older than `days`, and more until the rest is no larger than `size`.

    The newest of each kind stays, because the server writes to it.
    """
    oldest = time.time() - days * 86400
    for pattern in ("*.log", "*.json"):
        files = sorted(((file.stat().st_mtime, file) for file in folder.glob(pattern)), reverse=True)
        room = size / 2
        for place, (modified, file) in enumerate(files):
            room -= file.stat().st_size
            if place and (modified < oldest or room < 0):
                file.unlink(missing_ok=True)

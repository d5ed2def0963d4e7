"""The database of a workstation without a shared server: our own PostgreSQL, alive as long as the program.

>>> with embedded.start(embedded.home()) as server:
...     connect(server.dsn())

Servers of different homes run side by side. The last program that uses one stops it; a detached watchdog does
the same for programs that were killed, and after 15 minutes without a connection for `outpost dsn`.
"""

from db.embedded.cluster import OWNER
from db.embedded.logs import trim_log
from db.embedded.manager import (
    DATABASE,
    Server,
    home,
    keep_until_idle,
    log_folder,
    start,
    stop,
)
from db.embedded.texts import EmbeddedError, Progress

__all__ = [
    "DATABASE",
    "OWNER",
    "EmbeddedError",
    "Progress",
    "Server",
    "home",
    "keep_until_idle",
    "log_folder",
    "start",
    "stop",
    "trim_log",
]

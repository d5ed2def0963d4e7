"""What went wrong, as a user is told it: an expected refusal with its own words, or a bug with a log id."""

from __future__ import annotations

import logging
import logging.handlers
import secrets
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.text import language, tr

_log = logging.getLogger("outpost")


@dataclass(frozen=True)
class Failure:
    """`message` is for the user. `log_id` is set for bugs only: the same id stands in the log beside the
    traceback.
    """

    message: str
    log_id: str | None
    error: BaseException

    @property
    def is_bug(self) -> bool:
        return self.log_id is not None

    def __str__(self) -> str:
        return self.message


def new_log_id() -> str:
    """Six hexadecimal digits that a person can read out over the telephone: ``7F2A-91``."""
    digits = secrets.token_hex(3).upper()
    return f"{digits[:4]}-{digits[4:]}"


def in_words(error: BaseException) -> str:
    """The refusal in the language in force; errors that know one language only speak that."""
    speak = getattr(error, "text", None)
    return str(speak(language())) if callable(speak) else str(error)


def describe(error: BaseException, user_errors: tuple[type[BaseException], ...]) -> Failure:
    """Sort `error`: those of `user_errors` speak for themselves; all others are logged with an id."""
    if isinstance(error, user_errors):
        return Failure(in_words(error), None, error)
    log_id = new_log_id()
    _log.error("bug %s", log_id, exc_info=error)
    return Failure(tr("Something went wrong in the program. Log id {log_id}", log_id=log_id), log_id, error)


def log_to(folder: Path) -> Path:
    """Write the program's log into `folder`, at most 5 files of 2 MB; the file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "outpost.log"
    for handler in list(_log.handlers):
        _log.removeHandler(handler)
        handler.close()
    handler = logging.handlers.RotatingFileHandler(file, "a", 2_000_000, 4, "utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    return file

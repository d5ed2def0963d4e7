"""Failures as users and as the log see them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.errors import UserError
from desktop.domain.text import in_language
from desktop.runtime.failures import describe, log_to, new_log_id


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    file = log_to(tmp_path / "logs")
    yield file
    logger = logging.getLogger("outpost")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def test_the_log_holds_the_traceback_under_the_id_that_the_message_shows(log: Path) -> None:
    try:
        raise KeyError("lost")
    except KeyError as error:
        failure = describe(error, (UserError,))
    written = log.read_text(encoding="utf-8")
    assert failure.log_id is not None and failure.log_id in written
    assert "KeyError: 'lost'" in written and "Traceback" in written
    assert "lost" not in failure.message


def test_a_second_start_does_not_write_everything_twice(log: Path) -> None:
    log_to(log.parent)
    logging.getLogger("outpost").warning("once")
    assert log.read_text(encoding="utf-8").count("once") == 1


def test_a_refusal_speaks_the_readers_language() -> None:
    refusal = UserError(code="ER001", message_en="Only 3 on hand.", message_zh="现有库存仅 3 件。")
    assert describe(refusal, (UserError,)).message == "Only 3 on hand."
    with in_language("zh"):
        assert describe(refusal, (UserError,)).message == "现有库存仅 3 件。"


def test_ids_can_be_read_out_over_the_telephone() -> None:
    ids = {new_log_id() for _ in range(200)}
    assert len(ids) > 190
    assert all(re.fullmatch(r"[0-9A-F]{4}-[0-9A-F]{2}", each) for each in ids)

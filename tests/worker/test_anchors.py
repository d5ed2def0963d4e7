"""Anchors arrive whole at each kind of target, and a target that fails is told once and tried again."""

from __future__ import annotations

import json
import socket
import socketserver
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from desktop.operations.auditing import NoAnchors, read_anchors
from desktop.worker import anchors
from desktop.worker.anchors import Anchors
from desktop.worker.settings import FileTarget, MailTarget, SyslogTarget
from tests.worker.conftest import Worker


def sealed(worker: Worker) -> str:
    worker.world.value("update erp.asset set note = coalesce(note, '') || 'x'")
    worker.cursor.execute("select api.seal_audit()")
    return str(worker.world.value("select hash from api.audit_anchor()"))


def events(worker: Worker) -> list[dict[str, Any]]:
    with worker.world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("select changes from audit.entry where table_name = 'anchor' order by id")
        return [changes for (changes,) in cursor.fetchall()]


def test_a_file_gets_each_seal_once(worker: Worker, tmp_path: Path) -> None:
    path = tmp_path / "vault" / "anchors.jsonl"
    job = Anchors((FileTarget(str(path)),))
    assert job(worker.cursor) == 0
    assert not path.exists()  # nothing is sealed yet
    first = sealed(worker)
    assert (job(worker.cursor), job(worker.cursor)) == (0, 0)
    second = sealed(worker)
    job(worker.cursor)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["seal"], line["hash"]) for line in lines] == [(1, first), (2, second)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one["hash"] for one in read_anchors(path)] == [first, second]
    assert worker.world.value("select array_agg(seal_id order by id) from audit.anchor") == [1, 2]
    assert events(worker) == []


def test_a_target_that_fails_is_told_once_and_tried_again(worker: Worker, tmp_path: Path) -> None:
    path = tmp_path / "anchors.jsonl"
    path.mkdir()
    job = Anchors((FileTarget(str(path)),))
    sealed(worker)
    assert (job(worker.cursor), job(worker.cursor)) == (1, 1)
    (failure,) = events(worker)
    assert failure["subject"] == f"file:{path}"
    assert "directory" in failure["problem"]
    path.rmdir()
    assert job(worker.cursor) == 0
    assert [sorted(event) for event in events(worker)] == [["problem", "seal", "subject"], ["seal", "subject"]]
    assert len(read_anchors(path)) == 1


def test_one_dead_target_does_not_hold_up_the_others(worker: Worker, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    good = tmp_path / "good.jsonl"
    job = Anchors((FileTarget(str(tmp_path / "folder")), FileTarget(str(good))))
    sealed(worker)
    assert job(worker.cursor) == 1
    assert len(read_anchors(good)) == 1


def line(digest: str = "ab" * 32) -> str:
    return json.dumps({"installation": "outpost/1", "seal": 7, "generation": 1, "hash": digest})


def test_syslog_over_udp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        anchors.write(SyslogTarget("127.0.0.1", server.getsockname()[1]), 7, line())
        told = server.recv(4096).decode("ascii")
    assert told.startswith("<109>1 20")
    assert told.endswith(" anchor - " + line())


class _Lines(socketserver.StreamRequestHandler):
    """Keeps what it is sent; speaks enough SMTP to take a mail."""

    def handle(self) -> None:
        server: Any = self.server
        if not server.mail:
            server.kept.append(self.rfile.read())
            return
        self.wfile.write(b"220 here\r\n")
        in_message = False
        for raw in self.rfile:
            server.kept.append(raw)
            if in_message:
                in_message = raw != b".\r\n"
                self.wfile.write(b"" if in_message else b"250 kept\r\n")
            elif raw.upper().startswith(b"DATA"):
                in_message = True
                self.wfile.write(b"354 go on\r\n")
            else:
                self.wfile.write(b"221 bye\r\n" if raw.upper().startswith(b"QUIT") else b"250 yes\r\n")


@contextmanager
def listening(*, mail: bool) -> Iterator[tuple[int, list[bytes]]]:
    kept: list[bytes] = []
    with socketserver.TCPServer(("127.0.0.1", 0), _Lines) as server:
        server.kept, server.mail = kept, mail  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        yield int(server.server_address[1]), kept
        thread.join(20)


def test_syslog_over_a_stream_counts_its_bytes() -> None:
    with listening(mail=False) as (port, kept):
        anchors.write(SyslogTarget("127.0.0.1", port, "tcp"), 7, line())
    count, _, message = kept[0].partition(b" ")
    assert int(count) == len(message)
    assert message.endswith(line().encode())


def test_a_mail_holds_the_anchor_in_a_line_that_can_be_read_back(tmp_path: Path) -> None:
    with listening(mail=True) as (port, kept):
        target = MailTarget("127.0.0.1", "outpost@example.com", ("audit@example.com",), port=port, security="none")
        anchors.write(target, 7, line())
    saved = tmp_path / "mails.txt"
    saved.write_bytes(b"".join(kept))
    assert b"Subject: Outpost audit anchor 7\r\n" in kept
    assert [one["seal"] for one in read_anchors(saved)] == [7]


def test_a_mail_without_encryption_offered_is_not_sent() -> None:
    with listening(mail=True) as (port, kept):
        target = MailTarget("127.0.0.1", "outpost@example.com", ("audit@example.com",), port=port)
        with pytest.raises(Exception, match="STARTTLS"):
            anchors.write(target, 7, line())
    assert not [raw for raw in kept if raw.upper().startswith(b"DATA")]


def test_only_whole_anchors_are_read(tmp_path: Path) -> None:
    file = tmp_path / "messages"
    file.write_text(f'noise\n<109>1 x {line()}\n{line("not hex")}\n{{"seal": 1}}\n{line("cd" * 32)[:40]}\n')
    assert [one["hash"] for one in read_anchors(file)] == ["ab" * 32]
    with pytest.raises(NoAnchors):
        read_anchors(tmp_path / "none")

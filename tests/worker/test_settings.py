"""The worker's file: what it may say, and that a mistake in it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.worker.settings import (
    FileTarget,
    LogFolder,
    MailTarget,
    SyslogTarget,
    WrongSettings,
    for_home,
    for_server,
    read,
)

WHOLE = """
[anchors]
every_minutes = 2.5
[[anchors.file]]
path = "/mnt/vault/anchors.jsonl"
[[anchors.mail]]
host = "smtp.example.com"
sender = "outpost@example.com"
to = ["audit@example.com", "board@example.com"]
[[anchors.syslog]]
host = "logs.example.com"
transport = "tls"
[server_log]
folder = "/var/log/postgresql"
"""


def test_a_whole_file_is_understood(tmp_path: Path) -> None:
    file = tmp_path / "worker.toml"
    file.write_text(WHOLE)
    found = for_server(file)
    assert found.anchor_minutes == 2.5
    assert found.anchors == (
        FileTarget("/mnt/vault/anchors.jsonl"),
        MailTarget("smtp.example.com", "outpost@example.com", ("audit@example.com", "board@example.com")),
        SyslogTarget("logs.example.com", transport="tls"),
    )
    assert [target.name for target in found.anchors] == [
        "file:/mnt/vault/anchors.jsonl",
        "mail:audit@example.com,board@example.com",
        "syslog:tls://logs.example.com:514",
    ]
    assert found.log == LogFolder(Path("/var/log/postgresql"), "folder:/var/log/postgresql")


def test_the_embedded_default_needs_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OUTPOST_WORKER_CONFIG", raising=False)
    found = for_home(tmp_path, tmp_path / "log")
    assert found.anchors == (FileTarget(str(tmp_path / "anchors" / "anchors.jsonl")),)
    assert found.log == LogFolder(tmp_path / "log", "embedded", ours=True)
    (tmp_path / "worker.toml").write_text("[anchors]\nevery_minutes = 1\n")
    changed = for_home(tmp_path, tmp_path / "log")
    assert (changed.anchor_minutes, changed.anchors, changed.log) == (1, found.anchors, found.log)
    monkeypatch.setenv("OUTPOST_WORKER_CONFIG", str(tmp_path / "other.toml"))
    (tmp_path / "other.toml").write_text("[anchors]\nevery_minutes = 3\n")
    assert for_home(tmp_path, tmp_path / "log").anchor_minutes == 3
    assert for_server(None).anchor_minutes == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[anchor]", "anchor is unknown"),
        ("[anchors]\nevery_minutes = 0", "every_minutes is 0"),
        ("[anchors]\nevery_minutes = 'x'", "every_minutes is 'x'"),
        ("[[anchors.file]]\npath = 1", "anchors.file.path is 1"),
        ("[[anchors.file]]", "anchors.file needs path"),
        ("[[anchors.file]]\npfad = 'x'", "anchors.file.pfad is unknown; known are path"),
        ("[[anchors.mail]]\nhost = 'x'", "anchors.mail needs host, sender, to"),
        ("[[anchors.mail]]\nhost='x'\nsender='a'\nto=['b']\nsecurity='none'", "must be encrypted"),
        ("[[anchors.mail]]\nhost='x'\nsender='a'\nto=['b']\nsecurity='some'", "security is"),
        ("[[anchors.syslog]]\nhost='x'\ntransport='pigeon'", "transport is"),
        ("[server_log]\nfile = 'x'", "server_log.file is unknown"),
        ("anchors = 3", "anchors is no table"),
        ("= broken", "worker.toml"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "worker.toml"
    file.write_text(text)
    with pytest.raises(WrongSettings, match=said):
        for_server(file)


def test_a_file_that_is_not_there_is_no_silent_default(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match=r"none\.toml"):
        read(tmp_path / "none.toml", for_server(None))

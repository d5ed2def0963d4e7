"""The key store: closed to others, whole after a crash, and no keyring that keeps nothing secret."""

from __future__ import annotations

import importlib
import stat
from pathlib import Path

import keyring
import pytest

from desktop.domain.sealing import Key
from desktop.runtime import keyring as ours
from desktop.runtime.keys import Keys, KeysUnreadable
from desktop.runtime.opened_files import OpenedFiles
from tests.runtime.safe_keyring import NAME, Vault

KEY, OTHER = Key(bytes(32)), Key(bytes(range(32)))


def test_the_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    store = Keys(tmp_path / "deep" / "keys.json")
    assert store.keys("here") == {}
    store.add("here", KEY)
    assert stat.S_IMODE(store.file.stat().st_mode) == 0o600
    assert [file.name for file in store.file.parent.iterdir()] == ["keys.json"]
    for mode in (0o644, 0o640, 0o604):
        store.file.chmod(mode)
        with pytest.raises(KeysUnreadable, match="chmod 600"):
            store.keys("here")
        with pytest.raises(KeysUnreadable):
            store.add("here", OTHER)


@pytest.mark.parametrize("content", ["", "{", "[]", "\x00"])
def test_a_broken_file_is_told_and_never_overwritten(tmp_path: Path, content: str) -> None:
    store = Keys(tmp_path / "keys.json")
    store.file.write_text(content, encoding="utf-8")
    store.file.chmod(0o600)
    for call in (lambda: store.keys("here"), lambda: store.add("here", KEY)):
        with pytest.raises(KeysUnreadable, match="recover"):
            call()
    assert store.file.read_text(encoding="utf-8") == content


def test_where_the_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTPOST_KEY_FILE", str(tmp_path / "mine.json"))
    assert Keys().file == tmp_path / "mine.json"
    monkeypatch.delenv("OUTPOST_KEY_FILE")
    monkeypatch.setenv("OUTPOST_HOME", str(tmp_path))
    assert Keys().file == tmp_path / "config" / "keys.json"


def test_a_code_waits_until_it_was_noted(tmp_path: Path) -> None:
    store = Keys(tmp_path / "keys.json")
    store.keep_recovery_code("here", "ABCD")
    store.keep_recovery_code("here", "ABCD")
    assert Keys(store.file).recovery_code("here") == "ABCD" and store.recovery_code("there") is None
    store.keep_recovery_code("here", None)
    assert Keys(store.file).recovery_code("here") is None


def test_the_keyring_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = keyring.get_keyring()
    store = Keys(tmp_path / "keys.json")
    store.add("here", KEY)
    monkeypatch.setenv("OUTPOST_KEY_STORE", "keyring")
    monkeypatch.setattr(ours, "SAFE", {NAME})
    try:
        keyring.set_keyring(Vault())
        store.add("here", OTHER)
        assert set(store.keys("here")) == {KEY.fingerprint, OTHER.fingerprint}
        store.remove("here", OTHER)
        assert set(store.keys("here")) == {KEY.fingerprint}
        for module, name in (("keyring.backends.fail", "Keyring"), ("keyring.backends.null", "Keyring")):
            keyring.set_keyring(getattr(importlib.import_module(module), name)())
            with pytest.raises(KeysUnreadable, match="no keyring that keeps a secret"):
                store.add("here", OTHER)
    finally:
        keyring.set_keyring(before)


def test_copies_go_and_what_a_killed_program_left_goes_too(tmp_path: Path) -> None:
    left = tmp_path / "outpost-open-999999999-abc"
    left.mkdir()
    (left / "plate.jpg").write_bytes(b"x")
    (left / "plate.jpg").chmod(0o400)
    opened = OpenedFiles(tmp_path)
    first, second = opened.path_for("plate.jpg"), None
    assert not left.exists()
    first.write_bytes(b"one")
    OpenedFiles.protect(first)
    second = opened.path_for("plate.jpg")
    assert second.name == "plate (2).jpg" and stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    opened.clear()
    assert list(tmp_path.iterdir()) == []

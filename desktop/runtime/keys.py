"""Where this workstation keeps the encryption keys: a file that only its owner reads, or the keyring of the system.

The file is `OUTPOST_KEY_FILE`, else `keys.json` beside the settings. With `OUTPOST_KEY_STORE=keyring` new keys go into
the system's keyring (Windows Credential Manager, macOS Keychain, Secret Service); one that keeps them in plain text or
nowhere is refused. Keys are read from both.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import stat
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from db.embedded import Server
from db.errors import UserError
from db.session import connect
from desktop.domain.sealing import Key
from desktop.operations import encryption, keys
from desktop.runtime import keyring
from desktop.runtime.settings import settings_folder

_log = logging.getLogger("outpost.keys")
SERVICE = "Outpost encryption key"


class KeysUnreadable(UserError):
    """The key store is open to others, broken, or the keyring is none that can be trusted."""


class Keys:
    """The workstation's keys, by installation. Safe to call from several threads."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._record: dict[str, Any] = {}

    @property
    def file(self) -> Path:
        chosen = os.environ.get("OUTPOST_KEY_FILE")
        return self._file or (Path(chosen).expanduser() if chosen else settings_folder() / "keys.json")

    def keys(self, installation: str) -> Mapping[bytes, Key]:
        """By fingerprint. Raises KeysUnreadable."""
        with self._lock:
            found = self._of(self._read(), installation)
        texts = [*found.get("keys", ()), *self._in_keyring(installation)]
        known = [Key(base64.b64decode(each)) for each in texts]
        return {key.fingerprint: key for key in known}

    def add(self, installation: str, key: Key) -> None:
        """Keep a key; on the disk when this returns."""
        secret = base64.b64encode(key.secret).decode("ascii")
        if os.environ.get("OUTPOST_KEY_STORE") == "keyring":
            ring = _keyring()
            kept = self._in_keyring(installation)
            if secret not in kept:
                ring.set_password(SERVICE, installation, json.dumps([*kept, secret]))
            return
        with self._lock:
            record = self._read()
            mine = record.setdefault(installation, {})
            if secret not in mine.setdefault("keys", []):
                mine["keys"].append(secret)
                self._write(record)

    def remove(self, installation: str, key: Key) -> None:
        """Forget a key that never came into force."""
        secret = base64.b64encode(key.secret).decode("ascii")
        kept = self._in_keyring(installation)
        if secret in kept:
            _keyring().set_password(SERVICE, installation, json.dumps([each for each in kept if each != secret]))
        with self._lock:
            record = self._read()
            mine = self._of(record, installation)
            if secret in mine.get("keys", ()):
                mine["keys"].remove(secret)
                self._write(record)

    def recovery_code(self, installation: str) -> str | None:
        """The code of a key that was made unasked, until somebody has noted it."""
        with self._lock:
            code = self._of(self._read(), installation).get("recovery_code")
        return str(code) if code else None

    def keep_recovery_code(self, installation: str, code: str | None) -> None:
        """Beside the key itself, which whoever reads this file has anyway; None: it was noted elsewhere."""
        with self._lock:
            record = self._read()
            mine = record.setdefault(installation, {})
            if mine.get("recovery_code") == code:
                return
            mine["recovery_code"] = code
            self._write(record)

    @staticmethod
    def _of(record: dict[str, Any], installation: str) -> dict[str, Any]:
        found = record.get(installation, {})
        return found if isinstance(found, dict) else {}

    def _read(self) -> dict[str, Any]:
        try:
            status = self.file.stat()
        except FileNotFoundError:
            self._seen, self._record = None, {}
            return self._record
        except OSError as error:
            raise _unreadable(self.file, str(error)) from error
        if sys.platform != "win32" and stat.S_IMODE(status.st_mode) & 0o077:
            raise _open_to_others(self.file)
        seen = status.st_mtime_ns, status.st_size
        if seen != self._seen:
            try:
                record = json.loads(self.file.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise _unreadable(self.file, str(error)) from error
            if not isinstance(record, dict):
                raise _unreadable(self.file, "no JSON object")
            self._seen, self._record = seen, record
        return self._record

    def _write(self, record: dict[str, Any]) -> None:
        """Whole or not at all, and on the disk before anything is sealed with it."""
        folder = self.file.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=folder, suffix=".keys")  # made 0600
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(record, stream, indent=1)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(name, self.file)
        except OSError as error:
            raise _unreadable(self.file, str(error)) from error
        self._seen = None

    def _in_keyring(self, installation: str) -> list[str]:
        if os.environ.get("OUTPOST_KEY_STORE") != "keyring":
            return []
        found = _keyring().get_password(SERVICE, installation)
        return list(json.loads(found)) if found else []


def ensure_own_key(server: Server, store: Keys | None = None) -> bool:
    """The embedded default makes its key by itself, so that files can be attached from the first day; True: just now.

    Its recovery code waits in the key store until `outpost admin key status` has shown it to somebody who notes it.
    """
    done = server.home / "encryption.json"
    if done.is_file():
        return False
    store = store or Keys()
    database = connect(server.dsn(), pool_size=1)
    try:
        installation, known = keys.status(database, store)
        if not known:
            made = keys.create(database, store)
            store.keep_recovery_code(installation, made.code)
        done.write_text("{}\n", encoding="ascii")
        return not known
    except (UserError, OSError) as error:
        # Everything but sealed values works without a key; the next start tries again, and who attaches a file is told.
        _log.warning("no encryption key was made: %s", error)
        return False
    finally:
        database.close()


def use_own_keys() -> None:
    """This program opens and seals with the keys of this workstation."""
    encryption.use_keys(Keys())


def _keyring() -> Any:
    """The system's keyring. Raises KeysUnreadable where there is none that keeps a secret."""
    backend = keyring.safe_backend()
    if backend is None:
        raise _no_keyring()
    return backend


def _no_keyring() -> KeysUnreadable:
    return KeysUnreadable(
        code="KEY01",
        message_en="This system has no keyring that keeps a secret.",
        message_zh="本系统没有可安全保存密钥的密钥环。",
        remedy_en="Leave OUTPOST_KEY_STORE away; the key file is used then.",
        remedy_zh="请取消 OUTPOST_KEY_STORE 设置，改用密钥文件。",
    )


def _open_to_others(file: Path) -> KeysUnreadable:
    return KeysUnreadable(
        code="KEY02",
        message_en=f"The key file {file} can be read by others, so it is not used.",
        message_zh=f"密钥文件 {file} 可被他人读取，已停止使用。",
        remedy_en=f"Close it: chmod 600 {file}. If others have used this computer, rotate the key.",
        remedy_zh=f"请收紧权限：chmod 600 {file}。如他人使用过本机，请轮换密钥。",
    )


def _unreadable(file: Path, cause: str) -> KeysUnreadable:
    return KeysUnreadable(
        code="KEY03",
        message_en=f"The key file {file} cannot be used: {cause}.",
        message_zh=f"密钥文件 {file} 无法使用：{cause}。",
        remedy_en="Bring it back from a copy, or: outpost admin key recover.",
        remedy_zh="请从备份恢复，或执行：outpost admin key recover。",
    )

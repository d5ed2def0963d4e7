"""`admin key …`: make, look at, hand over, replace and bring back the encryption keys of an installation.

Passphrases and recovery codes are asked for at the terminal, or read as one line from stdin; they are never arguments,
which other users of the computer could see.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.commands.console import answer, tell
from desktop.domain.progress import Progress
from desktop.domain.text import tr

if TYPE_CHECKING:
    from db.session import Database
    from desktop.operations.keys import KeyState, Made
    from desktop.runtime.keys import Keys

STEPS = ("create", "status", "export", "import", "rotate", "recover")
SHORTEST_PASSPHRASE = 12


def add_arguments(admin: argparse.ArgumentParser) -> None:
    """What `admin key` takes besides what all tasks take."""
    admin.add_argument("step", nargs="?", choices=STEPS, help=tr("key: what to do with the encryption keys"))
    admin.add_argument("file", nargs="?", metavar="FILE", help=tr("key export, key import: the file"))
    admin.add_argument("--lost", action="store_true", help=tr("key rotate: nobody has the old key any more"))
    admin.add_argument("--noted", action="store_true", help=tr("key status: the recovery code was noted, forget it"))
    admin.add_argument("--new-code", action="store_true", help=tr("key status: make a new recovery code"))


def run(options: argparse.Namespace) -> int:
    from desktop.runtime import connection
    from desktop.runtime.keys import Keys

    with connection.database(options.dsn, user=options.user, tell=tell) as database:
        return _STEPS[options.step or "status"](options, database, Keys())


def create(options: argparse.Namespace, database: Database, store: Keys) -> int:
    from desktop.operations import keys

    _say_made(options, keys.create(database, store), store)
    return 0


def status(options: argparse.Namespace, database: Database, store: Keys) -> int:
    """Exit code 1 where values cannot be sealed here."""
    from desktop.operations import keys

    if options.new_code:
        _say_made(options, keys.new_code(database, store), store)
        store.keep_recovery_code(keys.status(database, store)[0], None)
        return 0
    installation, found = keys.status(database, store)
    if options.noted:
        store.keep_recovery_code(installation, None)
    code = store.recovery_code(installation)
    lines = [tr("Installation {id}", id=installation), tr("Key file {file}", file=store.file)]
    lines += [_line(one) for one in found] or [tr("There is no key yet: outpost admin key create")]
    if code:
        lines += ["", *_about_code(code), tr("Then: outpost admin key status --noted")]
    ready = any(one.state == "active" and one.here for one in found)
    record: dict[str, Any] = {
        "installation": installation,
        "file": str(store.file),
        "ready": ready,
        "recovery_code": code,
        "keys": [
            {"key": one.name, "state": one.state, "here": one.here, "created_at": one.created_at,
             "recoverable": one.recoverable, "sealed": dict(one.sealed)}
            for one in found
        ],
    }  # fmt: skip
    answer(options, "\n".join(lines), record)
    return 0 if ready else 1


def export(options: argparse.Namespace, database: Database, store: Keys) -> int:
    from desktop.domain import sealing
    from desktop.operations import encryption, exporting, keys

    installation, _ = keys.status(database, store)
    mine = store.keys(installation)
    with database.read() as session:
        door = encryption.sealer(session)
    if not door.can_seal():
        raise encryption.NoKey(door.active)
    target = _file(options)
    passphrase = _ask(tr("Passphrase for the file: "), again=tr("Once more: "))
    _check_passphrase(passphrase)
    exporting.note(database, "export", "encryption_key", rows=len(mine), form="key file")
    text = sealing.export_keys(list(mine.values()), passphrase, installation)
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
    said = tr("{file} holds {count} keys. Tell the passphrase in another way than the file.", file=target,
              count=len(mine))  # fmt: skip
    answer(options, said, {"file": str(target), "keys": len(mine)})
    return 0


def import_(options: argparse.Namespace, database: Database, store: Keys) -> int:
    from desktop.domain import sealing
    from desktop.operations import encryption, keys

    source = _file(options)
    passphrase = _ask(tr("Passphrase of the file: "))
    try:
        installation, found = sealing.import_keys(source.read_text(encoding="utf-8"), passphrase)
    except sealing.WrongSecret:
        raise _refused("The passphrase does not fit this file.", "口令与此文件不匹配。",
                       "Type it as it was told.", "请按告知的内容输入。") from None  # fmt: skip
    except (sealing.NotAnEnvelope, UnicodeDecodeError):
        raise _refused(f"{source} is no key file.", f"{source} 不是密钥文件。", "Use the file of key export.",
                       "请使用 key export 生成的文件。") from None  # fmt: skip
    here, known = keys.status(database, store)
    if installation != here:
        raise _refused("This key file belongs to another installation.", "此密钥文件属于其他安装。",
                       "Check --dsn, or ask for the right file.", "请检查 --dsn，或索取正确的文件。")  # fmt: skip
    names = {one.fingerprint for one in known}
    wanted = [key for key in found if key.fingerprint in names]
    for key in wanted:
        store.add(installation, key)
    said = tr("Read in: {keys}", keys=", ".join(encryption.named(key.fingerprint) for key in wanted) or "–")
    answer(options, said, {"keys": [encryption.named(key.fingerprint) for key in wanted]})
    return 0


def rotate(options: argparse.Namespace, database: Database, store: Keys) -> int:
    """A new key, and everything sealed anew; goes on where an earlier call was stopped. Exit code 1 where some stay."""
    from desktop.operations import keys

    made = None
    if not keys.rotation_waits(database):
        made = keys.replace(database, store, lost=options.lost)
        _say_code(made, store)
        store.keep_recovery_code(keys.status(database, store)[0], None)  # that of the key before
    done = keys.reseal(database, _Told())
    lines = [tr("{count} values were sealed anew", count=done.done)]
    lines += [tr("Does not open and stays as it is: {name}", name=name) for name in done.broken]
    if done.waiting:
        waiting = tr("{count} values still need the old key; it stays until they are entered anew", count=done.waiting)
        lines.append(waiting)
    else:
        lines.append(tr("The old key has retired. Hand the new one to every workstation: outpost admin key export"))
    record = {"sealed": done.done, "broken": done.broken, "waiting": done.waiting, "key": made.name if made else None,
              "recovery_code": made.code if made else None}  # fmt: skip
    answer(options, "\n".join(lines), record)
    return 1 if done.waiting else 0


def recover(options: argparse.Namespace, database: Database, store: Keys) -> int:
    from desktop.operations import keys

    name = keys.recover(database, store, _ask(tr("Recovery code: ")))
    answer(options, tr("Key {key} is back on this workstation: {file}", key=name, file=store.file), {"key": name})
    return 0


class _Told(Progress):
    def report(self, done: int, total: int | None = None, note: str = "") -> None:
        super().report(done, total, note)
        tell(tr("{count} values were sealed anew", count=done))


def _line(one: KeyState) -> str:
    states = {
        "active": tr("in force"),
        "retiring": tr("being replaced"),
        "lost": tr("lost"),
        "retired": tr("retired"),
    }
    here = tr("on this workstation") if one.here else tr("not on this workstation")
    parts = [one.name, states[one.state], here, f"{one.created_at.astimezone():%Y-%m-%d %H:%M}"]
    if one.recoverable is False and one.state != "retired":
        parts.append(tr("without a recovery code"))
    parts += [f"{place}: {count}" for place, count in one.sealed]
    return " · ".join(parts)


def _about_code(code: str) -> list[str]:
    return [
        tr("Recovery code: {code}", code=code),
        tr("Write it down and keep it away from this computer: without the key and without this code nobody, we "
           "included, opens what was sealed."),
    ]  # fmt: skip


def _say_made(options: argparse.Namespace, made: Made, store: Keys) -> None:
    lines = [tr("Key {key} lies in {file}", key=made.name, file=store.file), *_about_code(made.code)]
    record = {"key": made.name, "file": str(store.file), "recovery_code": made.code}
    answer(options, "\n".join(lines), record)


def _say_code(made: Made, store: Keys) -> None:
    """Before the long part begins: whoever stops it has the code all the same."""
    tell("\n".join((tr("Key {key} lies in {file}", key=made.name, file=store.file), *_about_code(made.code))))


def _file(options: argparse.Namespace) -> Path:
    if not options.file:
        raise _refused("The file is missing.", "缺少文件名。", "Name it: outpost admin key export FILE.",
                       "请指定：outpost admin key export FILE。")  # fmt: skip
    return Path(options.file)


def _ask(prompt: str, *, again: str = "") -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed = getpass.getpass(prompt)
    if again and getpass.getpass(again) != typed:
        raise _refused("The two passphrases differ.", "两次输入的口令不一致。", "Begin again.", "请重新执行。")
    return typed


def _check_passphrase(passphrase: str) -> None:
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise _refused(f"The passphrase has fewer than {SHORTEST_PASSPHRASE} characters.",
                       f"口令少于 {SHORTEST_PASSPHRASE} 个字符。", "Take four or more words.",
                       "请使用四个以上词语。")  # fmt: skip


def _refused(en: str, zh: str, remedy_en: str, remedy_zh: str) -> Exception:
    from db.errors import UserError

    return UserError(code="KEY04", message_en=en, message_zh=zh, remedy_en=remedy_en, remedy_zh=remedy_zh)


_STEPS = {
    "create": create,
    "status": status,
    "export": export,
    "import": import_,
    "rotate": rotate,
    "recover": recover,
}

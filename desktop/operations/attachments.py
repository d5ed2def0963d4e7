"""Files of a record: listed, added, fetched and deleted. They are sealed on this side, in portions, so that a big one
can be followed and cancelled. Who sees the record sees its files; who may write in its unit may add some.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import UserError
from db.session import Database
from desktop.domain import attachments as names
from desktop.domain.changes import Changes
from desktop.domain.progress import Progress
from desktop.domain.sealing import fingerprint_of
from desktop.domain.text import language
from desktop.operations import encryption
from desktop.operations.encryption import Locked, NoKey
from desktop.operations.exporting import whole_file
from desktop.operations.keys import place_of
from desktop.operations.record_kinds import RecordKind
from desktop.operations.record_lines import table_of


@dataclass(frozen=True)
class Attachment:
    """One file of a record, without its content. `deletable` by the person who asked."""

    id: int
    file_name: str
    media_type: str
    size: int
    parts: int
    at: datetime
    by: str
    by_zh: str | None
    owner_table: str
    owner_id: int
    deletable: bool


@dataclass(frozen=True)
class Shelf:
    """A record's files, newest first. `may_add` by this person; `locked` says why none can be opened or added here."""

    files: tuple[Attachment, ...]
    may_add: bool
    locked: str


@dataclass(frozen=True)
class Source:
    """A file to add: its name, size and how to open it, on disk or in memory (a picture from the clipboard)."""

    name: str
    size: int
    open: Callable[[], BinaryIO]


class FileRefused(UserError):
    """The file cannot be added: too big, unreadable, a folder."""


class FileBroken(UserError):
    """The file does not open as it was added."""


_LIST = text("""
    select a.id, a.file_name, a.media_type, a.size_bytes, a.parts, a.created_at, a.owner_table, a.owner_id,
           coalesce(u.display_name, u.user_name, '') as by_name, u.display_name_zh as by_zh,
           has_table_privilege('erp.attachment', 'delete') and erp.may_attach(a.owner_table, a.owner_id)
           and (a.created_by is not distinct from erp.my_user_id() or erp.my_roles() && '{steward,manager}')
           as deletable
    from erp.attachment a
    left join erp.app_user u on u.id = a.created_by
    where a.owner_table = :table and a.owner_id = :id
    order by a.created_at desc, a.id desc
""")
_MAY_ADD = text("select has_any_column_privilege('erp.attachment', 'insert') and erp.may_attach(:table, :id)")
_ADD = text("""
    insert into erp.attachment (owner_table, owner_id, file_name, media_type, size_bytes, parts)
    values (:table, :id, :name, :media, :size, :parts) returning id
""")
_ADD_PART = text("insert into erp.attachment_part (attachment_id, part_no, content) values (:id, :part, :content)")
_PART = text("select content, sha256 from erp.attachment_part where attachment_id = :id and part_no = :part")


def shelf(database: Database, kind: RecordKind, record_id: int) -> Shelf:
    """The files of one record, and what this person may do with them."""
    owner = {"table": table_of(kind.model).name, "id": record_id}
    with database.read() as session:
        if not session.execute(text("select has_table_privilege('erp.attachment', 'select')")).scalar():
            return Shelf((), may_add=False, locked="")
        rows = session.execute(_LIST, owner).all()
        may_add = bool(session.execute(_MAY_ADD, owner).scalar())
        door = encryption.sealer(session)
    lock = "" if door.can_seal() else (door.fault or NoKey(door.active)).text(language())
    files = tuple(
        Attachment(
            row.id, row.file_name, row.media_type, row.size_bytes, row.parts, row.created_at, row.by_name, row.by_zh,
            row.owner_table, row.owner_id, bool(row.deletable),
        )
        for row in rows
    )  # fmt: skip
    return Shelf(files, may_add, lock if files or may_add else "")


def file_source(path: Path) -> Source:
    """A file on disk. Raises FileRefused."""
    name = names.safe_name(path.name)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise _unreadable(name, error) from error
    if path.is_dir():
        raise FileRefused(
            code="ER012",
            message_en=f"{name} is a folder.",
            message_zh=f"{name} 是文件夹。",
            remedy_en="Add its files, or a zip archive of it.",
            remedy_zh="请添加其中的文件，或打包成压缩文件后添加。",
        )
    if size > names.LIMIT:
        raise too_big(name, size)
    return Source(name, size, lambda: path.open("rb"))


def memory_source(name: str, content: bytes) -> Source:
    """What was pasted. Raises FileRefused."""
    if len(content) > names.LIMIT:
        raise too_big(name, len(content))
    return Source(names.safe_name(name), len(content), lambda: io.BytesIO(content))


def add(
    database: Database, kind: RecordKind, record_id: int, sources: Sequence[Source], progress: Progress | None = None
) -> tuple[Changes, tuple[int, ...]]:
    """Add files to a record: all of them or, where one is refused or the user cancels, none. `progress` counts bytes.

    Raises FileRefused, NoKey, or the rule that was broken.
    """
    progress = progress or Progress()
    owner = table_of(kind.model).name
    total, done, made = sum(source.size for source in sources), 0, list[int]()
    with database.write() as session:
        door = encryption.sealer(session)
        if not door.can_seal():
            raise door.fault or NoKey(door.active)
        query = text("select file_name from erp.attachment where owner_table = :table and owner_id = :id")
        taken = set(session.execute(query, {"table": owner, "id": record_id}).scalars())
        for source in sources:
            name = names.numbered(source.name, frozenset(taken))
            taken.add(name)
            progress.report(done, total, name)
            made.append(_add_one(session, door, owner, record_id, source, name, progress, done, total))
            done += source.size
    return Changes.of(attachment=made, **{owner: [record_id]}), tuple(made)


def _add_one(
    session: Session,
    door: encryption.Sealer,
    owner: str,
    record_id: int,
    source: Source,
    name: str,
    progress: Progress,
    before: int,
    total: int,
) -> int:
    parts = names.parts_of(source.size)
    facts = {"parts": parts, "owner_table": owner, "owner_id": record_id, "file_name": name}
    row = {"table": owner, "id": record_id, "name": name, "media": names.media_type(name)}
    made = int(session.execute(_ADD, {**row, "size": source.size, "parts": parts}).scalar_one())
    done = 0
    try:
        with source.open() as stream:
            for number in range(1, parts + 1):
                plain = stream.read(names.PART)
                where = place_of("attachment_part", "content", made, number, facts)
                session.execute(_ADD_PART, {"id": made, "part": number, "content": door.seal(plain, *where)})
                done += len(plain)
                progress.report(before + done, total)
            if done != source.size or stream.read(1):
                raise _changed(name)
    except OSError as error:
        raise _unreadable(name, error) from error
    return made


def fetch(database: Database, files: Iterable[tuple[Attachment, Path]], progress: Progress | None = None) -> None:
    """Write files where they are wanted; each is whole and proven, or absent. `progress` counts bytes.

    Raises FileBroken, NoKey.
    """
    progress = progress or Progress()
    wanted = list(files)
    total, done = sum(each.size for each, _ in wanted), 0
    for attachment, target in wanted:
        progress.report(done, total, attachment.file_name)
        try:
            with whole_file(target) as draft, draft.open("wb") as stream:
                _fetch_one(database, attachment, stream, progress, done, total)
        except OSError as error:
            raise _unwritable(target, error) from error
        done += attachment.size


def _fetch_one(
    database: Database, attachment: Attachment, stream: BinaryIO, progress: Progress, before: int, total: int
) -> None:
    facts = {
        "parts": attachment.parts,
        "owner_table": attachment.owner_table,
        "owner_id": attachment.owner_id,
        "file_name": attachment.file_name,
    }
    done = 0
    with database.read() as session:
        door = encryption.sealer(session)
        for number in range(1, attachment.parts + 1):
            row = session.execute(_PART, {"id": attachment.id, "part": number}).one_or_none()
            if row is None or hashlib.sha256(row.content).digest() != bytes(row.sha256):
                raise _broken(attachment.file_name)
            where = place_of("attachment_part", "content", attachment.id, number, facts)
            plain = door.open(bytes(row.content), *where)
            if isinstance(plain, Locked):
                raise _locked(attachment.file_name, plain)
            stream.write(plain)
            done += len(plain)
            progress.report(before + done, total)
    if done != attachment.size:
        raise _broken(attachment.file_name)


def remove(database: Database, files: Sequence[Attachment], reason: str) -> Changes:
    """Delete files; the audit keeps names, sizes, who and why. Raises the rule that was broken."""
    with database.write(reason) as session:
        query = text("delete from erp.attachment where id = any (:ids) returning id")
        gone = session.execute(query, {"ids": [each.id for each in files]}).scalars().all()
    if len(gone) < len(files) and not gone:
        raise UserError(
            code="ER004",
            message_en="The file is gone, or it is not yours to delete.",
            message_zh="文件已不存在，或您无权删除。",
            remedy_en="Refresh (F5).",
            remedy_zh="请刷新（F5）。",
        )
    return Changes.of(attachment=gone)


def too_big(name: str, size: int) -> FileRefused:
    shown = names.size_text(size)
    return FileRefused(
        code="ER012",
        message_en=f"{name} has {shown}; a file may have at most 50 MB.",
        message_zh=f"{name} 为 {shown}，单个附件不能超过 50 MB。",
        remedy_en="Make it smaller, or keep it on the file server and attach a link.",
        remedy_zh="请压缩文件，或存放在文件服务器上并添加链接。",
    )


def _unreadable(name: str, error: OSError) -> FileRefused:
    return FileRefused(
        code="ER012",
        message_en=f"{name} cannot be read: {error.strerror or error}.",
        message_zh=f"无法读取 {name}：{error.strerror or error}。",
        remedy_en="Close the program that uses it, or copy it elsewhere and add the copy.",
        remedy_zh="请关闭占用它的程序，或复制后添加副本。",
    )


def _unwritable(target: Path, error: OSError) -> FileRefused:
    return FileRefused(
        code="ER012",
        message_en=f"{target.name} cannot be written: {error.strerror or error}.",
        message_zh=f"无法写入 {target.name}：{error.strerror or error}。",
        remedy_en="Choose another folder.",
        remedy_zh="请选择其他文件夹。",
    )


def _changed(name: str) -> FileRefused:
    return FileRefused(
        code="ER012",
        message_en=f"{name} changed while it was read.",
        message_zh=f"读取过程中 {name} 发生了变化。",
        remedy_en="Close the program that writes it, then add it again.",
        remedy_zh="请关闭正在写入它的程序，然后重新添加。",
    )


def _broken(name: str) -> FileBroken:
    return FileBroken(
        code="ER012",
        message_en=f"{name} is not what was added: its content was changed outside the program.",
        message_zh=f"{name} 与添加时不一致：内容被程序之外的途径改动。",
        remedy_en="Tell your security officer; a backup holds the original.",
        remedy_zh="请通知安全员；备份中保留有原件。",
    )


def _locked(name: str, lock: Locked) -> UserError:
    if lock.fault is not None:
        return lock.fault
    if lock.why == "broken":
        return _broken(name)
    return NoKey(fingerprint_of(lock.sealed))

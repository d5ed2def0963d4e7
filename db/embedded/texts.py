"""What the embedded server has to say, in both languages: progress, and faults that a user can mend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

# One sentence in English and in Chinese; `db` has no translator of its own.
Progress = Callable[[str, str], None]

Reason = Literal["disk_full", "permission", "busy", "in_use", "no_binaries", "version", "start_failed"]


class EmbeddedError(Exception):
    """The embedded server cannot do what was asked. `str()` is English; `zh` is the same in Chinese."""

    def __init__(self, reason: Reason, en: str, zh: str) -> None:
        super().__init__(en)
        self.reason: Reason = reason
        self.en = en
        self.zh = zh

    def text(self, language: Literal["en", "zh"]) -> str:
        """The message, as `db.errors.UserError` gives it."""
        return self.zh if language == "zh" else self.en


def silent(_en: str, _zh: str) -> None:
    """The progress of a caller who does not want to hear."""


def disk_full(folder: object) -> EmbeddedError:
    return EmbeddedError(
        "disk_full",
        f"The disk that holds {folder} is full. Free at least 500 MB and start again; nothing has been lost.",
        f"{folder} 所在磁盘空间不足。请至少释放 500 MB 空间后重新启动，数据不会丢失。",
    )


def no_permission(folder: object, account: str) -> EmbeddedError:
    return EmbeddedError(
        "permission",
        f"{account} may not write to {folder}. Correct the permissions, or set OUTPOST_HOME to another folder.",
        f"{account} 无权写入 {folder}。请更正权限，或将 OUTPOST_HOME 设为其他文件夹。",
    )


def no_folder(path: object) -> EmbeddedError:
    return EmbeddedError(
        "permission",
        f"{path} is in the way: a folder for the data is wanted there. Set OUTPOST_HOME to another folder.",
        f"{path} 已存在且不是文件夹，无法用于存放数据。请将 OUTPOST_HOME 设为其他文件夹。",
    )


def still_busy(folder: object) -> EmbeddedError:
    return EmbeddedError(
        "busy",
        f"Another copy of Outpost has been starting or stopping the database in {folder} for too long. "
        "Wait for it or end it, then try again.",
        f"另一个驻点程序正在启动或停止 {folder} 中的数据库，等待超时。请等待其完成或将其关闭后重试。",
    )


def in_use(count: int) -> EmbeddedError:
    return EmbeddedError(
        "in_use",
        f"The database is in use by {count} other program(s) and stops with the last of them. "
        "Close them first, or use --force.",
        f"另有 {count} 个程序正在使用数据库，最后一个程序关闭时数据库会自动停止。请先关闭这些程序，或使用 --force。",
    )


def no_binaries(where: object) -> EmbeddedError:
    return EmbeddedError(
        "no_binaries",
        f"No PostgreSQL programs found in {where}. Run installer/run.py again, or set OUTPOST_PG_BIN.",
        f"在 {where} 中找不到 PostgreSQL 程序。请重新运行 installer/run.py，或设置 OUTPOST_PG_BIN。",
    )


def wrong_version(data: str, binaries: str, folder: object) -> EmbeddedError:
    return EmbeddedError(
        "version",
        f"The data in {folder} was made by PostgreSQL {data}; the programs here are {binaries}. "
        "Point OUTPOST_PG_BIN to the programs of the older version.",
        f"{folder} 中的数据由 PostgreSQL {data} 创建，而当前程序为 {binaries}。请将 OUTPOST_PG_BIN 指向旧版本的程序。",
    )


def start_failed(why: str, log: object) -> EmbeddedError:
    return EmbeddedError(
        "start_failed",
        f"The database could not be started: {why} (details: {log})",
        f"数据库无法启动：{why}（详见 {log}）",
    )

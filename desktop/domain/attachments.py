"""Names and kinds of attached files: what they may be called, which of them may do harm when opened."""

from __future__ import annotations

import mimetypes
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

LIMIT = 50 * 1024 * 1024
"""The largest file, as the database demands it too (attachment_size_limit)."""
PART = 1024 * 1024
NAME_LENGTH = 200

_MAY_RUN = """
    ade adp apk app appimage appx application bat bin cab chm cmd com command cpl csh deb desktop dll dmg docm dotm drv
    exe gadget hta htm html img inf ins iso isp jar js jse jsp ksh lnk mde msc msh msi msix msp mst ocx osx out pif pkg
    pl potm ppam ppsm pptm prf ps1 psd1 psm1 py pyw reg rpm run scf scr sct settingcontent-ms sh shb shs sldm svg sys
    url vb vbe vbs vhd vhdx vxd workflow ws wsc wsf wsh xbap xlam xll xlsm xltm zsh
"""
_DANGEROUS = frozenset(_MAY_RUN.split())


def parts_of(size: int) -> int:
    """In how many portions a file of this size is kept: at least one."""
    return max(1, -(-size // PART))


def safe_name(name: str) -> str:
    """The file's own name: no folders, no control or direction characters, none that a file system forbids.

    Direction characters make ``invoice‮fdp.exe`` read like a PDF.
    """
    bare = PureWindowsPath(PurePosixPath(name).name).name
    clean = "".join(
        "_" if character in '<>:"/\\|?*' else character
        for character in unicodedata.normalize("NFC", bare)
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ).strip(" .")
    if len(clean) > NAME_LENGTH:
        stem, dot, ending = clean.rpartition(".")
        keeps_ending = bool(dot) and len(ending) < 20
        clean = f"{stem[: NAME_LENGTH - len(ending) - 1]}.{ending}" if keeps_ending else clean[:NAME_LENGTH]
    return clean or "file"


def ending_of(name: str) -> str:
    """Lower case, without the dot; "" where there is none."""
    return safe_name(name).rpartition(".")[2].lower() if "." in safe_name(name) else ""


def is_dangerous(name: str) -> bool:
    """Whether opening it may run a program: programs, scripts, macros, shortcuts, disk images, pages with scripts."""
    return ending_of(name) in _DANGEROUS


def media_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def size_text(size: int) -> str:
    """``820 B``, ``14 KB``, ``3.2 MB``."""
    if size < 1024:
        return f"{size} B"
    if size < PART:
        return f"{round(size / 1024)} KB"
    return f"{size / PART:.1f} MB"


def numbered(name: str, taken: frozenset[str]) -> str:
    """The name, or with a number where a file of that name is there: ``plate (2).jpg``."""
    if name not in taken:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    number = 2
    while f"{stem} ({number}){dot}{ending}" in taken:
        number += 1
    return f"{stem} ({number}){dot}{ending}"

"""Profiles: saved sets of mappings for several files at once, kept as JSON.

A profile names its files, the columns of each and what is done with them: either ``"into"`` a target of the import
engine, file by file, or a ``"handler"`` for what a mapping cannot say (many rows of a file becoming one work order).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from db.session import Database
from desktop.domain.changes import Changes
from desktop.domain.importing import CellFault, Fault, ImportField, TypedRow
from desktop.domain.progress import Progress
from desktop.domain.text import pick, tr
from desktop.exchange import mapping
from desktop.exchange.files import FileProblem, Sheet, open_file
from desktop.exchange.importing import import_file, read_rows
from desktop.exchange.rejects import write_rejects
from desktop.operations.importing import pdm

_FOLDER = Path(__file__).parent / "profiles"


@dataclass(frozen=True)
class Profile:
    """`label` for people; `files` and `constants` as the JSON has them."""

    name: str
    label: str
    label_zh: str
    handler: str
    files: tuple[Mapping[str, Any], ...]
    constants: Mapping[str, Any] = field(default_factory=dict)

    def title(self) -> str:
        return pick(self.label, self.label_zh)


@dataclass(frozen=True)
class ProfileOutcome:
    """What an import by profile did, or with `dry_run` would do.

    `read` counts the rows of each file, `new` and `changed` the rows written by kind. `listed` are findings that are no
    errors, such as failures without a work order. With `faults` nothing was written.
    """

    profile: str
    dry_run: bool
    written: bool
    read: Mapping[str, int]
    new: Mapping[str, int]
    changed: Mapping[str, int]
    listed: tuple[Mapping[str, str], ...] = ()
    faults: Mapping[str, tuple[CellFault, ...]] = field(default_factory=dict)
    reject_files: tuple[Path, ...] = ()
    changes: Changes = field(default_factory=Changes)

    def unchanged(self) -> bool:
        """True where everything was there already."""
        return not self.faults and not any(self.new.values()) and not any(self.changed.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "profile": self.profile,
            "dry_run": self.dry_run,
            "written": self.written,
            "read": dict(self.read),
            "new": dict(self.new),
            "changed": dict(self.changed),
            "unmatched": [dict(one) for one in self.listed],
            "rejected": {
                name: [{"row": f.row, "column": f.column, "value": f.value, "reason": f.fault.text()} for f in faults]
                for name, faults in self.faults.items()
            },
            "reject_files": [str(path) for path in self.reject_files],
        }


@dataclass(frozen=True)
class _File:
    """One file of a profile, read: its sheet, its typed rows, and the faults of both."""

    name: str
    role: str
    sheet: Sheet
    rows: Sequence[TypedRow]
    faults: tuple[CellFault, ...]
    digest: bytes


def profiles() -> tuple[Profile, ...]:
    """The profiles that come with the program."""
    return tuple(load(path.stem) for path in sorted(_FOLDER.glob("*.json")))


def load(name: str) -> Profile:
    """The profile of that name, or the one in the JSON file of that path. Raises FileProblem."""
    path = Path(name) if name.endswith(".json") else _FOLDER / f"{name}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Profile(
            str(content["name"]),
            str(content["label"]),
            str(content.get("label_zh", content["label"])),
            str(content.get("handler", "targets")),
            tuple(content["files"]),
            content.get("constants", {}),
        )
    except FileNotFoundError:
        known = ", ".join(sorted(one.stem for one in _FOLDER.glob("*.json")))
        raise FileProblem(lambda: tr("There is no profile {name}. Profiles: {profiles}.", name=name, profiles=known))
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = str(error)
        raise FileProblem(lambda: tr("The profile {name} cannot be read: {reason}.", name=name, reason=reason))


def import_profile(
    database: Database,
    folder: Path,
    name: str,
    *,
    dry_run: bool = False,
    reject_folder: Path | None = None,
    progress: Progress | None = None,
) -> ProfileOutcome:
    """``outpost import FOLDER --profile NAME``. All files or nothing. Raises FileProblem, UserError, Cancelled."""
    profile = load(name)
    if not folder.is_dir():
        raise FileProblem(
            lambda: tr("{folder} is no folder. Name the folder that holds the files.", folder=str(folder))
        )
    handler = _HANDLERS.get(profile.handler)
    if handler is None:
        unknown = profile.handler
        raise FileProblem(lambda: tr("The profile {name} cannot be read: {reason}.", name=name, reason=unknown))
    return handler(database, folder, profile, dry_run, reject_folder, progress or Progress())


# --- files into targets, one after another ---------------------------------------------------------------------------


def _into_targets(
    database: Database, folder: Path, profile: Profile, dry_run: bool, rejects: Path | None, progress: Progress
) -> ProfileOutcome:
    read, new, changed = {}, {}, {}
    faults: dict[str, tuple[CellFault, ...]] = {}
    written = []
    files: list[Path] = []
    for entry in profile.files:
        name = str(entry["name"])
        done = import_file(
            database,
            _find(folder, name),
            str(entry["into"]),
            columns=entry.get("columns"),
            sheet_name=entry.get("sheet"),
            dry_run=dry_run,
            reject_file=rejects / f"{Path(name).stem}-rejected.xlsx" if rejects else None,
            progress=progress,
        )
        counts = done.plan.counts()
        read[name] = counts["rows"]
        new[name], changed[name] = counts["new"], counts["changed"]
        written.append(done.written)
        if done.reject_file:
            files.append(done.reject_file)
        if counts["rejected"]:
            faults[name] = done.plan.faults()
            break  # what follows may refer to it
    return ProfileOutcome(
        profile.name, dry_run, any(written), read, new, changed, faults=faults, reject_files=tuple(files)
    )


# --- maintenance history ---------------------------------------------------------------------------------------------


def _into_history(
    database: Database, folder: Path, profile: Profile, dry_run: bool, rejects: Path | None, progress: Progress
) -> ProfileOutcome:
    files = [_read(folder, entry, progress) for entry in profile.files]
    by_role = {file.role: file for file in files}
    files = [_with_unknown_references(file, by_role, profile) for file in files]
    read = {file.name: len(file.rows) for file in files}
    faults = {file.name: file.faults for file in files if file.faults}
    if faults:
        written = tuple(_write_rejects(rejects, file) for file in files if file.faults and rejects)
        return ProfileOutcome(profile.name, dry_run, False, read, {}, {}, faults=faults, reject_files=written)
    history = pdm.History(
        **{file.role: [row.values for row in file.rows] for file in files},
        constants=profile.constants,
        file_name=folder.name,
        sha256=hashlib.sha256(b"".join(file.digest for file in files)).digest(),
    )
    done = pdm.import_history(database, history, progress, dry_run=dry_run)
    listed = tuple({"asset": one.asset, "part": one.part, "at": one.moment} for one in done.unmatched)
    return ProfileOutcome(
        profile.name,
        dry_run,
        not dry_run and done.anything(),
        read,
        done.new,
        done.changed,
        listed=listed,
        changes=done.changes,
    )


def _read(folder: Path, entry: Mapping[str, Any], progress: Progress) -> _File:
    path = _find(folder, str(entry["name"]))
    sheet = open_file(path, progress).sheet()
    columns: Mapping[str, Mapping[str, str]] = entry["columns"]
    fields = tuple(
        ImportField(str(one["field"]), one["kind"], header, header, required=True)  # type: ignore[arg-type]
        for header, one in columns.items()
    )
    names = mapping.from_names(sheet.header, {h: str(one["field"]) for h, one in columns.items()}, fields)
    rows = read_rows(sheet, names, fields, progress)
    faults = [fault for row in rows for fault in row.faults]
    faults += _blank(rows, fields)
    faults += _repeats(rows, tuple(entry["unique"]), fields)
    return _File(path.name, str(entry["role"]), sheet, rows, tuple(faults), hashlib.sha256(path.read_bytes()).digest())


def _find(folder: Path, name: str) -> Path:
    """The file of that name, in whatever case and also as Excel."""
    wanted = {name.casefold(), f"{Path(name).stem}.xlsx".casefold(), f"{Path(name).stem}.xls".casefold()}
    found = sorted(path for path in folder.iterdir() if path.name.casefold() in wanted)
    if not found:
        raise FileProblem(lambda: tr("{folder} lacks the file {name}.", folder=str(folder), name=name))
    return found[0]


def _blank(rows: Sequence[TypedRow], fields: Sequence[ImportField]) -> list[CellFault]:
    return [
        CellFault(row.number, field.label, field.key, "", _missing(field.label))
        for row in rows
        for field in fields
        if field.key in row.values and row.values[field.key] is None
    ]


def _missing(label: str) -> Fault:
    return Fault(lambda: tr("{field} is missing.", field=label), lambda: tr("Fill it in, or map a column to it."))


def _repeats(rows: Sequence[TypedRow], unique: Sequence[str], fields: Sequence[ImportField]) -> list[CellFault]:
    label = next(field.label for field in fields if field.key == unique[-1])
    first: dict[tuple[object, ...], int] = {}
    faults = []
    for row in rows:
        key = tuple(row.values.get(name) for name in unique)
        if key in first:
            faults.append(CellFault(row.number, label, unique[-1], str(key[-1]), _repeat(first[key])))
        else:
            first[key] = row.number
    return faults


def _repeat(number: int) -> Fault:
    return Fault(
        lambda: tr("Row {row} of this file is about the same record.", row=number),
        lambda: tr("Keep one of the two rows."),
    )


def _with_unknown_references(file: _File, by_role: Mapping[str, _File], profile: Profile) -> _File:
    """Machines must be in the file of machines, parts among the profile's parts."""
    machines = {row.values.get("machine") for row in by_role["machines"].rows}
    parts = {part["code"] for part in profile.constants["parts"]}
    faults = []
    for row in file.rows:
        for key, known in (("machine", machines), ("part", parts)):
            value = row.values.get(key)
            if value is not None and value not in known:
                faults.append(CellFault(row.number, _header(file, profile, key), key, str(value), _unknown(str(value))))
    return _File(file.name, file.role, file.sheet, file.rows, (*file.faults, *faults), file.digest)


def _header(file: _File, profile: Profile, key: str) -> str:
    entry = next(one for one in profile.files if one["role"] == file.role)
    return next(str(header) for header, one in entry["columns"].items() if one["field"] == key)


def _unknown(value: str) -> Fault:
    return Fault(
        lambda: tr("{value} is not known.", value=value),
        lambda: tr("Add it to the files of this folder, or leave the row out."),
    )


def _write_rejects(folder: Path | None, file: _File) -> Path:
    path = (folder or Path()) / f"{Path(file.name).stem}-rejected.xlsx"
    write_rejects(path, file.sheet, file.faults)
    return path


_Handler = Callable[[Database, Path, Profile, bool, Path | None, Progress], ProfileOutcome]
_HANDLERS: Mapping[str, _Handler] = {"targets": _into_targets, "pdm": _into_history}

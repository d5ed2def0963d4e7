"""Sealed values in the hands of the program: open what may be opened here, seal what is saved, lock the rest.

The database gives and takes envelopes only. Which keys this workstation has, its key store says (`use_keys`, set by the
composition root); which of them is in force, the database says. A value that cannot be opened is `Locked`: it is shown
with the cause and the remedy, everything else works, and saving leaves it as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from db.errors import UserError
from desktop.domain import sealing
from desktop.domain.sealing import Key
from desktop.domain.text import language, tr

SUFFIX = "_sealed"
"""Ends the name of each column that holds sealed values."""


class KeySource(Protocol):
    """The keys that this workstation has."""

    def keys(self, installation: str) -> Mapping[bytes, Key]:
        """By fingerprint. Raises UserError where the store cannot be read."""
        ...


class NoKeys:
    """A workstation without a key store."""

    def keys(self, installation: str) -> Mapping[bytes, Key]:
        return {}


_source: KeySource = NoKeys()


def use_keys(source: KeySource) -> KeySource:
    """From now on this program opens and seals with the keys of `source`; returns the one before."""
    global _source
    before, _source = _source, source
    return before


class NoKey(UserError):
    """Nothing can be sealed here: the installation has no key, or this workstation lacks it."""

    def __init__(self, fingerprint: bytes | None) -> None:
        if fingerprint is None:
            super().__init__(
                code="ER011",
                message_en="This installation has no encryption key yet.",
                message_zh="本安装尚无加密密钥。",
                remedy_en="The security officer makes one: outpost admin key create.",
                remedy_zh="请由安全员创建：outpost admin key create。",
            )
            return
        name = named(fingerprint)
        super().__init__(
            code="ER011",
            message_en=f"Key {name}, with which values are sealed, is not on this workstation.",
            message_zh=f"本工作站没有加密所用的密钥 {name}。",
            remedy_en="Ask the security officer for the key file, then: outpost admin key import.",
            remedy_zh="请向安全员索取密钥文件，然后执行：outpost admin key import。",
        )


@dataclass(frozen=True)
class Locked:
    """A sealed value that does not open here: the key is missing, or it was not sealed for this place.

    `fault` is why the key store could not be read, where that is the cause.
    """

    sealed: bytes = field(repr=False)
    why: Literal["key", "broken"]
    fault: UserError | None = None

    def reason(self) -> str:
        """Key, cause and remedy, in the reader's language."""
        if self.fault is not None:
            return tr("Locked. {cause} The value is kept.", cause=self.fault.text(language()))
        if self.why == "key":
            name = named(sealing.fingerprint_of(self.sealed))
            return tr("Locked: key {key} is not on this workstation. Ask the security officer for the key file, then: "
                      "outpost admin key import. The value is kept.", key=name)  # fmt: skip
        return tr("Locked: this value was changed outside the program, or it belongs to another record. The history of "
                  "changes shows who wrote it; enter it anew.")  # fmt: skip


@dataclass(frozen=True)
class Sealer:
    """Opens and seals in one installation, as of one transaction."""

    installation: str
    active: bytes | None
    keys: Mapping[bytes, Key]
    fault: UserError | None = None

    def seal(self, plain: bytes, *where: str | int) -> bytes:
        """Raises NoKey."""
        key = self.keys.get(self.active) if self.active is not None else None
        if key is None:
            raise self.fault or NoKey(self.active)
        return sealing.seal(key, plain, sealing.place(self.installation, *where))

    def open(self, envelope: bytes, *where: str | int) -> bytes | Locked:
        try:
            key = self.keys.get(sealing.fingerprint_of(envelope))
            if key is None:
                return Locked(envelope, "key", self.fault)
            return sealing.open_sealed(key, envelope, sealing.place(self.installation, *where))
        except sealing.SealBroken:
            return Locked(envelope, "broken")

    def can_seal(self) -> bool:
        return self.active is not None and self.active in self.keys


_FORCE = text(
    "select cast(i.id as text), (select k.fingerprint from erp.encryption_key k where k.state = 'active')"
    " from erp.installation i"
)


def named(fingerprint: bytes) -> str:
    """A key's name as people read it out: ``3F2A-91C0-77AB-02DE``."""
    digits = fingerprint.hex().upper()
    return "-".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def sealer(session: Session | Connection) -> Sealer:
    """With the key in force now and the keys of this workstation; none where its key store cannot be read."""
    installation, active = session.execute(_FORCE).one()
    active = bytes(active) if active is not None else None
    try:
        return Sealer(installation, active, _source.keys(installation))
    except UserError as error:
        return Sealer(installation, active, {}, error)


def is_sealed(column: str) -> bool:
    return column.endswith(SUFFIX)


def open_values(session: Session | Connection, table: str, row_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one row with its sealed ones opened: to the text that was sealed, or `Locked`."""
    if not any(is_sealed(name) and value is not None for name, value in values.items()):
        return dict(values)
    door = sealer(session)
    return {name: open_text(door, value, table, name, row_id) for name, value in values.items()}


def open_text(door: Sealer, value: Any, table: str, column: str, row_id: int) -> Any:
    """One value of a row: what is sealed as text or `Locked`, anything else as it is."""
    if not is_sealed(column) or value is None:
        return value
    found = door.open(bytes(value), table, column, row_id)
    return found if isinstance(found, Locked) else found.decode("utf-8", errors="replace")


def seal_values(session: Session | Connection, table: str, row_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one row as they are written: sealed where their column is. What is locked stays as it was.

    Raises NoKey, whose `field` is the column.
    """
    if not any(is_sealed(name) and isinstance(value, str) for name, value in values.items()):
        return {name: _kept(value) for name, value in values.items()}
    door = sealer(session)
    sealed: dict[str, Any] = {}
    for name, value in values.items():
        if is_sealed(name) and isinstance(value, str):
            try:
                sealed[name] = door.seal(value.encode(), table, name, row_id)
            except UserError as error:
                error.field = name
                raise
        else:
            sealed[name] = _kept(value)
    return sealed


def _kept(value: Any) -> Any:
    return value.sealed if isinstance(value, Locked) else value

"""Sealed values: AES-256-GCM envelopes that open only in the place for which they were sealed. No database, no files.

An envelope is ``01 | fingerprint of the key (8) | nonce (12) | ciphertext and tag (16)``. The tag also covers the place
(installation, table, column, row …), which is not in the envelope: a ciphertext that somebody moves to another row,
column or installation does not open. Keys are 32 random bytes (AES-256); nonces are random, 96 bits, so that one key
seals some 2^32 values before rotation is due (NIST SP 800-38D, section 8.3).

A key leaves the program in two forms: wrapped by a recovery code (160 random bits) for the database, and wrapped by a
passphrase (scrypt, RFC 7914) for a file that goes to another workstation.
"""

from __future__ import annotations

import base64
import json
import secrets
import struct
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

VERSION = 1
KEY_BYTES = 32
FINGERPRINT_BYTES = 8
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEAD = 1 + FINGERPRINT_BYTES
OVERHEAD = _HEAD + _NONCE_BYTES + _TAG_BYTES
"""How much longer an envelope is than what it holds."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_CODE_CHARACTERS = 32
_SCRYPT = {"length": KEY_BYTES, "n": 2**15, "r": 8, "p": 1}
_EXPORT = "outpost-key-export"


class SealBroken(Exception):
    """The envelope does not open: it was changed, it stands in the wrong place, or the key is another one."""


class NotAnEnvelope(SealBroken):
    """The bytes were never sealed by this program."""


class WrongSecret(Exception):
    """The recovery code or the passphrase does not fit."""


@dataclass(frozen=True)
class Key:
    """One key of an installation. Two keys with the same fingerprint are the same key."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(self.secret)}")

    @property
    def fingerprint(self) -> bytes:
        """Names the key and tells nothing about it."""
        return _derived(self.secret, b"outpost key fingerprint", FINGERPRINT_BYTES)


def new_key() -> Key:
    return Key(secrets.token_bytes(KEY_BYTES))


def place(*parts: str | int) -> bytes:
    """Where a value belongs, as the tag covers it: each part with its length, so that no two places look alike."""
    texts = [str(part).encode() for part in parts]
    return b"".join(struct.pack(">I", len(text)) + text for text in texts)


def seal(key: Key, plain: bytes, where: bytes) -> bytes:
    """`plain` in an envelope that opens with the same key and the same `where` only."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    head = bytes([VERSION]) + key.fingerprint
    return head + nonce + AESGCM(key.secret).encrypt(nonce, plain, head + where)


def fingerprint_of(envelope: bytes) -> bytes:
    """Which key sealed it. Raises NotAnEnvelope."""
    if len(envelope) < OVERHEAD or envelope[0] != VERSION:
        raise NotAnEnvelope
    return envelope[1:_HEAD]


def open_sealed(key: Key, envelope: bytes, where: bytes) -> bytes:
    """What was sealed. Raises SealBroken."""
    if fingerprint_of(envelope) != key.fingerprint:
        raise SealBroken
    nonce, sealed = envelope[_HEAD : _HEAD + _NONCE_BYTES], envelope[_HEAD + _NONCE_BYTES :]
    try:
        return AESGCM(key.secret).decrypt(nonce, sealed, envelope[:_HEAD] + where)
    except InvalidTag as error:
        raise SealBroken from error


# The recovery code


def new_recovery_code() -> str:
    """160 random bits to write down: eight groups of four characters that cannot be mistaken for one another."""
    characters = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_CHARACTERS))
    return "-".join(characters[start : start + 4] for start in range(0, _CODE_CHARACTERS, 4))


def wrap(key: Key, code: str, installation: str) -> bytes:
    """The key under a recovery code, for the database: useless to whoever lacks the code."""
    return seal(Key(_derived(_plain_code(code), b"outpost recovery")), key.secret, place("recovery", installation))


def unwrap(wrapped: bytes, code: str, installation: str) -> Key:
    """Raises WrongSecret."""
    try:
        by = Key(_derived(_plain_code(code), b"outpost recovery"))
        return Key(open_sealed(by, wrapped, place("recovery", installation)))
    except SealBroken as error:
        raise WrongSecret from error


# The export file


def export_keys(keys: list[Key], passphrase: str, installation: str) -> str:
    """The keys under a passphrase, as the text of a file for another workstation."""
    salt = secrets.token_bytes(16)
    plain = b"".join(key.secret for key in keys)
    sealed = seal(_from_passphrase(passphrase, salt), plain, place(_EXPORT, installation))
    record = {"kind": _EXPORT, "installation": installation, "salt": _text(salt), "keys": _text(sealed)}
    return json.dumps(record, indent=1) + "\n"


def import_keys(text: str, passphrase: str) -> tuple[str, list[Key]]:
    """Installation and keys of an export. Raises WrongSecret, or NotAnEnvelope where it is no such file."""
    try:
        record = json.loads(text)
        if record["kind"] != _EXPORT:
            raise NotAnEnvelope
        installation = str(record["installation"])
        salt, sealed = base64.b64decode(record["salt"]), base64.b64decode(record["keys"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotAnEnvelope from error
    try:
        plain = open_sealed(_from_passphrase(passphrase, salt), sealed, place(_EXPORT, installation))
    except NotAnEnvelope:
        raise
    except SealBroken as error:
        raise WrongSecret from error
    return installation, [Key(plain[at : at + KEY_BYTES]) for at in range(0, len(plain), KEY_BYTES)]


def _derived(secret: bytes, purpose: bytes, length: int = KEY_BYTES) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(secret)


def _from_passphrase(passphrase: str, salt: bytes) -> Key:
    return Key(Scrypt(salt=salt, **_SCRYPT).derive(passphrase.encode()))


def _plain_code(code: str) -> bytes:
    """As it was meant: blanks, dashes and case do not count, O is 0, I and L are 1."""
    return "".join(code.upper().replace("-", "").split()).translate(str.maketrans("OIL", "011")).encode()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")

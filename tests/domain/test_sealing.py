"""Envelopes: what goes in comes out, in its own place and with its own key only; nothing else opens."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import sealing

KEY, OTHER = sealing.Key(bytes(range(32))), sealing.Key(bytes(range(1, 33)))
PARTS = st.lists(st.one_of(st.text(max_size=8), st.integers(0, 10**9)), min_size=1, max_size=5)
INSTALLATION = "5a6f4a52-7f9b-4c0d-9c1e-000000000001"


@given(st.binary(max_size=300), PARTS)
def test_what_goes_in_comes_out(plain: bytes, parts: list[str | int]) -> None:
    where = sealing.place(*parts)
    envelope = sealing.seal(KEY, plain, where)
    assert sealing.open_sealed(KEY, envelope, where) == plain
    assert len(envelope) == len(plain) + sealing.OVERHEAD
    assert sealing.fingerprint_of(envelope) == KEY.fingerprint


@given(st.binary(min_size=1, max_size=60), st.data())
def test_no_bit_may_change(plain: bytes, data: st.DataObject) -> None:
    where = sealing.place("party", 1)
    envelope = bytearray(sealing.seal(KEY, plain, where))
    at = data.draw(st.integers(0, len(envelope) - 1))
    envelope[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(sealing.SealBroken):
        sealing.open_sealed(KEY, bytes(envelope), where)


@given(st.binary(max_size=60), st.data())
def test_nothing_may_be_cut_off(plain: bytes, data: st.DataObject) -> None:
    envelope = sealing.seal(KEY, plain, b"")
    kept = data.draw(st.integers(0, len(envelope) - 1))
    with pytest.raises(sealing.SealBroken):
        sealing.open_sealed(KEY, envelope[:kept], b"")


@given(PARTS, PARTS)
def test_another_place_does_not_open_it(parts: list[str | int], others: list[str | int]) -> None:
    envelope = sealing.seal(KEY, b"6222", sealing.place(*parts))
    if [str(part) for part in parts] == [str(part) for part in others]:
        assert sealing.open_sealed(KEY, envelope, sealing.place(*others)) == b"6222"
        return
    with pytest.raises(sealing.SealBroken):
        sealing.open_sealed(KEY, envelope, sealing.place(*others))


def test_places_that_read_alike_are_not_the_same() -> None:
    assert sealing.place("party", "1", "2") != sealing.place("party", "12")
    assert sealing.place("ab", "c") != sealing.place("a", "bc")


def test_another_key_does_not_open_it() -> None:
    envelope = sealing.seal(KEY, b"6222", b"")
    with pytest.raises(sealing.SealBroken):
        sealing.open_sealed(OTHER, envelope, b"")
    forged = envelope[:1] + OTHER.fingerprint + envelope[9:]
    with pytest.raises(sealing.SealBroken):
        sealing.open_sealed(OTHER, forged, b"")


def test_the_same_value_never_looks_the_same() -> None:
    assert len({sealing.seal(KEY, b"6222", b"") for _ in range(50)}) == 50


def test_the_envelope_is_the_documented_one() -> None:
    """Read with the cipher alone: whoever holds the key can open it without this program."""
    where = sealing.place("i", "party", "bank_account_sealed", 7)
    envelope = sealing.seal(KEY, b"6222 0214", where)
    assert envelope[0] == 1 and envelope[1:9] == KEY.fingerprint
    assert AESGCM(KEY.secret).decrypt(envelope[9:21], envelope[21:], envelope[:9] + where) == b"6222 0214"


@pytest.mark.parametrize("envelope", [b"", b"plain text that somebody typed in psql", b"\x02" + bytes(60)])
def test_what_was_never_sealed_is_told_apart(envelope: bytes) -> None:
    with pytest.raises(sealing.NotAnEnvelope):
        sealing.open_sealed(KEY, envelope, b"")


def test_a_key_never_shows_itself() -> None:
    assert "secret" not in repr(KEY) and KEY.secret.hex() not in repr(KEY)
    assert KEY.secret[:8] != KEY.fingerprint
    with pytest.raises(ValueError, match="32 bytes"):
        sealing.Key(b"short")


def test_the_recovery_code_brings_the_key_back() -> None:
    code = sealing.new_recovery_code()
    assert len(code) == 39 and len({sealing.new_recovery_code() for _ in range(20)}) == 20
    wrapped = sealing.wrap(KEY, code, INSTALLATION)
    assert sealing.unwrap(wrapped, code, INSTALLATION) == KEY
    assert sealing.unwrap(wrapped, f" {code.lower().replace('-', ' ')} ".replace("0", "o"), INSTALLATION) == KEY
    with pytest.raises(sealing.WrongSecret):
        sealing.unwrap(wrapped, sealing.new_recovery_code(), INSTALLATION)
    with pytest.raises(sealing.WrongSecret):
        sealing.unwrap(wrapped, code, "another installation")


def test_an_export_opens_with_its_passphrase_only() -> None:
    text = sealing.export_keys([KEY, OTHER], "口令 and more", INSTALLATION)
    assert sealing.import_keys(text, "口令 and more") == (INSTALLATION, [KEY, OTHER])
    with pytest.raises(sealing.WrongSecret):
        sealing.import_keys(text, "口令 and mor")
    with pytest.raises(sealing.WrongSecret):
        sealing.import_keys(text.replace(INSTALLATION, "another"), "口令 and more")
    for broken in ("", "{}", '{"kind": "x"}', text[:-40]):
        with pytest.raises(sealing.NotAnEnvelope):
            sealing.import_keys(broken, "口令 and more")

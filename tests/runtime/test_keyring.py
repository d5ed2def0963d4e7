"""Secrets go to the operating system's store or nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import keyring as library
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest

from desktop.runtime import keyring
from tests.runtime.safe_keyring import NAME, Vault


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = library.get_keyring()
    yield
    library.set_keyring(before)


class PlaintextKeyring(Vault):
    """Named as those of keyrings.alt are, and not among the safe ones."""


@pytest.mark.parametrize(
    "bad", [keyring_class() for keyring_class in (library.backends.null.Keyring, library.backends.fail.Keyring)]
)
def test_back_ends_that_keep_nothing_are_refused(bad: library.backend.KeyringBackend) -> None:
    library.set_keyring(bad)
    assert keyring.why_not()
    assert not keyring.keep("s", "n", "secret") and keyring.fetch("s", "n") is None
    keyring.forget("s", "n")


def test_plain_text_is_refused_and_never_written() -> None:
    bad = PlaintextKeyring()
    library.set_keyring(bad)
    assert keyring.why_not()
    assert not keyring.keep("s", "n", "secret") and bad.kept == {}


def test_a_safe_one_keeps_gives_and_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "SAFE", {NAME})
    vault = Vault()
    library.set_keyring(vault)
    assert keyring.why_not() == ""
    assert keyring.keep("s", "n", "secret") and keyring.fetch("s", "n") == "secret"
    keyring.forget("s", "n")
    keyring.forget("s", "n")
    assert keyring.fetch("s", "n") is None and vault.kept == {}


def test_a_user_who_does_not_open_his_keyring_logs_in_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "SAFE", {NAME})
    vault = Vault()
    vault.locked = True
    library.set_keyring(vault)
    assert keyring.fetch("s", "n") is None and not keyring.keep("s", "n", "x")
    keyring.forget("s", "n")


def test_in_a_chain_only_the_safe_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "SAFE", {NAME})
    plain, vault = PlaintextKeyring(), Vault()
    monkeypatch.setattr(library.backends.chainer.ChainerBackend, "backends", [plain, vault])
    library.set_keyring(library.backends.chainer.ChainerBackend())
    assert keyring.keep("s", "n", "secret")
    assert plain.kept == {} and vault.kept == {("s", "n"): "secret"}


def test_the_list_names_back_ends_that_exist() -> None:
    import importlib

    for name in keyring.SAFE:
        module, _, kind = name.rpartition(".")
        assert hasattr(importlib.import_module(module), kind)

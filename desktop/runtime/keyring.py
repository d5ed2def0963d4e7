"""Secrets in the operating system's own store: Windows' vault, the Keychain of macOS, Secret Service or KWallet.

Only these: a back end that writes plain text, keeps nothing or always fails is refused, whatever the `keyring` library
is set to. Calls may ask the user for his system password, so they belong into a worker thread.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from desktop.domain.text import tr

SAFE = frozenset(
    {
        "keyring.backends.Windows.WinVaultKeyring",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
    }
)
"""The back ends that leave the keeping to the operating system, by their full names."""

_log = logging.getLogger("outpost.keyring")


def why_not() -> str:
    """Why no secret can be kept on this computer, in words for the user; empty where one can."""
    if safe_backend() is not None:
        return ""
    return tr("This computer has no keyring service that keeps secrets safely.")


def fetch(service: str, name: str) -> str | None:
    """The secret kept under that name; None where there is none, or the user did not open his keyring."""
    backend = safe_backend()
    if backend is None:
        return None
    try:
        kept = backend.get_password(service, name)
    except Exception as error:  # noqa: BLE001 - each system has its own; none of them may stop a log-in
        _log.warning("the keyring gave nothing: %s", type(error).__name__)
        return None
    return str(kept) if kept else None


def keep(service: str, name: str, secret: str) -> bool:
    """Keep a secret, over an older one. False where it was not kept."""
    backend = safe_backend()
    if backend is None:
        return False
    try:
        backend.set_password(service, name, secret)
    except Exception as error:  # noqa: BLE001
        _log.warning("the keyring kept nothing: %s", type(error).__name__)
        return False
    return True


def forget(service: str, name: str) -> None:
    """Remove a secret; nothing happens where there is none."""
    backend = safe_backend()
    if backend is None:
        return
    try:
        if backend.get_password(service, name) is not None:
            backend.delete_password(service, name)
    except Exception as error:  # noqa: BLE001
        _log.warning("the keyring did not forget: %s", type(error).__name__)


def safe_backend() -> Any:
    """The safe back end in use, also behind a chain of several; None where there is none. Its calls may raise."""
    import keyring  # heavy: it looks for its back ends

    return next((each for each in _unchained(keyring.get_keyring()) if _name(each) in SAFE), None)


def _unchained(backend: Any) -> Iterable[Any]:
    return backend.backends if _name(backend) == "keyring.backends.chainer.ChainerBackend" else (backend,)


def _name(backend: Any) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"

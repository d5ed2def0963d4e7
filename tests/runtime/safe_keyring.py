"""A keyring of the test that counts as the system's own."""

from __future__ import annotations

import keyring.backend
import keyring.errors


class Vault(keyring.backend.KeyringBackend):
    """Keeps secrets in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def _ask(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked("the user closed the prompt")

    def get_password(self, service: str, username: str) -> str | None:
        self._ask()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._ask()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._ask()
        del self.kept[service, username]


NAME = f"{Vault.__module__}.{Vault.__qualname__}"

"""The databases that the log-in window offers, and the way into each: this computer's, the one of the command line, and
the servers that this workstation knows.
"""

from __future__ import annotations

from desktop.domain.text import tr
from desktop.runtime import connection, entering, server_profiles
from desktop.runtime.entering import LoggedIn, Server
from desktop.runtime.server_profiles import ServerProfile
from desktop.runtime.settings import Settings
from desktop.views.shell.login_parts import Attempt, DemoLogin, Doors, Profile

EMBEDDED = "embedded"
GIVEN = "given"


class Places:
    """Which databases there are to choose from. `embedded` is set once this computer's server runs."""

    def __init__(self, where: connection.Where, settings: Settings) -> None:
        self._settings = settings
        self._chosen = where.key if isinstance(where, ServerProfile) else ""
        dsn = None if isinstance(where, ServerProfile) else connection.chosen_dsn(where)
        self._given = Server(dsn, embedded=False) if dsn else None
        self.embedded: Server | None = None
        self.entered: Server | None = None

    def doors(self) -> Doors:
        return Doors(
            authenticate=self.authenticate,
            choose_password=self.choose_password,
            must_change=entering.least_length,
            is_kept=self.is_kept,
            reach=server_profiles.reach,
        )

    def first(self) -> str:
        """The profile that the command line asks for; empty for the one of last time."""
        return GIVEN if self._given is not None else self._chosen

    def profiles(self) -> tuple[Profile, ...]:
        """This computer's database unless the command line gives another one, then the servers by name."""
        first = self._here() if self._given is None else _of_dsn(self._given)
        return (first, *(_of_server(each) for each in server_profiles.load(self._settings)))

    def _here(self) -> Profile:
        people = self.embedded.demo if self.embedded is not None else ()
        demo = tuple(DemoLogin(each.user, each.password, each.job, each.job_zh) for each in people)
        return Profile(EMBEDDED, "This computer", "本机数据库", "on this computer", demo=demo, address_zh="本机")

    def authenticate(self, attempt: Attempt) -> LoggedIn:
        server = self._server(attempt.profile.key)
        entered = entering.enter(server, attempt.user, attempt.password, keep=attempt.keep)
        self.entered = server
        return entered

    def choose_password(self, attempt: Attempt, password: str) -> None:
        entering.choose_password(self._server(attempt.profile.key), attempt.user, attempt.password, password)

    def is_kept(self, key: str, user: str) -> bool:
        if key == EMBEDDED and self.embedded is None:
            return False
        return entering.is_kept(self._server(key), user)

    def _server(self, key: str) -> Server:
        if key == EMBEDDED:
            if self.embedded is None:
                raise entering.not_ready()
            return self.embedded
        if key == GIVEN and self._given is not None:
            return self._given
        return entering.shared(server_profiles.find(self._settings, key))


def _of_server(server: ServerProfile) -> Profile:
    address = server_profiles.place(server)
    hosts = ",".join(server.host_list())
    return Profile(
        server.key, server.name, server.name, address, tls=server.tls, server=server, hosts=hosts, port=server.port
    )


def _of_dsn(server: Server) -> Profile:
    database, host, port, tls = entering.words_of(server)
    return Profile(GIVEN, database, database, host or tr("this computer"), tls=tls, hosts=host, port=port)

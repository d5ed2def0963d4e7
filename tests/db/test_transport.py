"""Nothing leaves for a server elsewhere but through a proven certificate; real TLS, real refusals, on the loopback."""

from __future__ import annotations

import ast
import os
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import make_dsn, parse_dsn

from db import embedded, transport
from db.engine import make_engine, open_connection
from db.errors import InsecureWay, LoginError
from tests.tls_world import SSL_REQUEST, Authority, Gateway, gateway, issue, make_authority

ROOT = Path(__file__).resolve().parents[2]
_DEBIAN = Path("/usr/lib/postgresql/15/bin")
_SETTINGS = ("PGHOST", "PGHOSTADDR", "PGSSLMODE", "PGREQUIRESSL", "PGSERVICE", "PGSERVICEFILE", "PGSSLROOTCERT")
FAR = "db.example.com"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine takes part."""
    for name in (*_SETTINGS, "PGSYSCONFDIR", "PGSSLMINPROTOCOLVERSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@dataclass(frozen=True)
class Certificates:
    folder: Path
    ours: Authority
    foreign: Authority


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder = tmp_path_factory.mktemp("tls")
    return Certificates(folder, make_authority(folder, "ours"), make_authority(folder, "foreign"))


Dsn = Callable[..., str]


@pytest.fixture
def dsn(pg_server: embedded.Server) -> Dsn:
    """The session's server through a gateway, with whatever the test says about TLS."""

    def made(port: int, **more: str) -> str:
        parts = parse_dsn(pg_server.dsn())
        return str(make_dsn(**(parts | {"host": "localhost", "port": str(port), "connect_timeout": "10"} | more)))

    return made


@pytest.fixture
def good(pg_server: embedded.Server, certificates: Certificates) -> Iterator[Gateway]:
    pair = issue(certificates.ours, certificates.folder, "localhost", "127.0.0.1")
    with gateway(pg_server.port, tls=pair) as made:
        yield made


# A real TLS server


def test_the_right_authority_and_name_let_in(good: Gateway, dsn: Dsn, certificates: Certificates) -> None:
    way = dsn(good.port, sslmode="verify-full", sslrootcert=str(certificates.ours.file))
    connection = open_connection(way)
    assert connection.info.ssl_in_use
    with connection.cursor() as cursor:
        cursor.execute("select 1")
        assert cursor.fetchone() == (1,)
    connection.close()
    engine = make_engine(lambda: way)
    with engine.connect() as pooled:
        assert pooled.exec_driver_sql("select 2").scalar_one() == 2
    engine.dispose()
    assert good.served == 2 and set(good.heard) == {SSL_REQUEST}


def test_silence_about_tls_means_all_of_it(good: Gateway, dsn: Dsn, certificates: Certificates) -> None:
    """As a server elsewhere is treated: nobody says verify-full, and it is demanded all the same."""
    connection = transport.connect(dsn(good.port, sslrootcert=str(certificates.ours.file)), everywhere=True)
    assert connection.info.ssl_in_use and connection.info.dsn_parameters["sslmode"] == "verify-full"
    connection.close()
    with pytest.raises(psycopg2.OperationalError, match="certificate verify failed"):
        transport.connect(dsn(good.port), everywhere=True)  # the system knows no authority of a test


def test_an_address_can_be_proven_too(good: Gateway, dsn: Dsn, certificates: Certificates) -> None:
    ways = {"sslmode": "verify-full", "sslrootcert": str(certificates.ours.file)}
    open_connection(dsn(good.port, host="127.0.0.1", **ways)).close()
    open_connection(dsn(good.port, host="localhost", hostaddr="127.0.0.1", **ways)).close()
    assert good.served == 2


def test_a_certificate_for_another_name_is_refused(
    pg_server: embedded.Server, certificates: Certificates, dsn: Dsn
) -> None:
    pair = issue(certificates.ours, certificates.folder, "db2.example.com")
    with gateway(pg_server.port, tls=pair) as other:
        with pytest.raises(InsecureWay) as refused:
            open_connection(dsn(other.port, sslmode="verify-full", sslrootcert=str(certificates.ours.file)))
        _says(refused.value, "tls_wrong_name", "db2.example.com", "localhost")
        assert other.heard == [SSL_REQUEST]


def test_a_foreign_authority_is_refused(good: Gateway, dsn: Dsn, certificates: Certificates) -> None:
    with pytest.raises(InsecureWay) as refused:
        open_connection(dsn(good.port, sslmode="verify-full", sslrootcert=str(certificates.foreign.file)))
    _says(refused.value, "tls_wrong_authority", "localhost", "CA")
    assert good.heard == [SSL_REQUEST]


def test_an_expired_certificate_is_refused(pg_server: embedded.Server, certificates: Certificates, dsn: Dsn) -> None:
    pair = issue(certificates.ours, certificates.folder, "localhost", days=-1)
    with gateway(pg_server.port, tls=pair) as old, pytest.raises(InsecureWay) as refused:
        open_connection(dsn(old.port, sslmode="verify-full", sslrootcert=str(certificates.ours.file)))
    _says(refused.value, "tls_wrong_authority", "expired", "renew")


def test_a_server_without_tls_hears_no_name_and_no_password(
    pg_server: embedded.Server, certificates: Certificates, dsn: Dsn
) -> None:
    with gateway(pg_server.port, tls=None) as plain:
        with pytest.raises(InsecureWay) as refused:
            open_connection(dsn(plain.port, sslmode="verify-full", sslrootcert=str(certificates.ours.file)))
        _says(refused.value, "tls_not_offered", "localhost", "TLS")
    assert plain.heard == [SSL_REQUEST]


def test_a_missing_authority_file_is_named(good: Gateway, dsn: Dsn, tmp_path: Path) -> None:
    gone = tmp_path / "gone.crt"
    with pytest.raises(InsecureWay) as refused:
        open_connection(dsn(good.port, sslmode="verify-full", sslrootcert=str(gone)))
    _says(refused.value, "tls_authority_file", str(gone))
    assert good.callers == 0 or set(good.heard) <= {SSL_REQUEST, b""}


def test_too_little_is_refused_before_anybody_is_called(good: Gateway, dsn: Dsn) -> None:
    for mode in ("disable", "allow", "prefer", "require", "verify-ca"):
        with pytest.raises(InsecureWay) as refused:
            transport.connect(dsn(good.port, sslmode=mode), everywhere=True)
        _says(refused.value, "tls_required", "localhost", mode, "verify-full")
    assert good.callers == 0


@pytest.mark.skipif(not (_DEBIAN / "postgres").is_file(), reason="needs a PostgreSQL with TLS")
def test_postgresql_s_own_tls(server_folder: Path, certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTPOST_PG_BIN", str(_DEBIAN))
    home = server_folder / f"tls-{uuid.uuid4().hex[:6]}"
    with embedded.start(home, fast=True) as server:
        owner = psycopg2.connect(server.dsn("postgres"))
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute("show data_directory")
            (folder,) = cursor.fetchone() or ("",)
            account = os.stat(folder)
            for made in issue(certificates.ours, certificates.folder, "localhost"):
                kept = Path(folder, f"outpost{made.suffix}")
                shutil.copy(made, kept)
                os.chown(kept, account.st_uid, account.st_gid)
                kept.chmod(0o600)
            for setting in ("ssl_cert_file = 'outpost.crt'", "ssl_key_file = 'outpost.key'", "ssl = on"):
                cursor.execute(f"alter system set {setting}")
            cursor.execute("select pg_reload_conf(), pg_sleep(0.5)")
        owner.close()
        parts = parse_dsn(server.dsn("postgres")) | {"host": "localhost", "sslmode": "verify-full"}
        connection = open_connection(make_dsn(**parts, sslrootcert=str(certificates.ours.file)))
        assert connection.info.ssl_attribute("protocol") in ("TLSv1.2", "TLSv1.3")
        connection.close()
        with pytest.raises(InsecureWay):
            open_connection(make_dsn(**parts, sslrootcert=str(certificates.foreign.file)))
    shutil.rmtree(home)


# What counts as this machine


@pytest.mark.parametrize(
    "here",
    [
        "dbname=x",
        "host=/var/run/postgresql",
        "host=@outpost",
        "host=localhost",
        "host=LOCALHOST",
        "host=127.0.0.1",
        "host=127.8.9.10",
        "host=::1",
        "host=/tmp,localhost,127.0.0.1",
        f"host={FAR} hostaddr=127.0.0.1",
        "postgresql:///outpost",
        "postgresql://u:p@[::1]:5433/outpost",
        "postgresql:///x?host=/run/postgresql",
    ],
)
def test_this_machine_needs_no_certificate(here: str) -> None:
    way = transport.resolve(here)
    assert not way.verified and way.remote == ""


@pytest.mark.parametrize(
    "there",
    [
        f"host={FAR}",
        "host=10.0.0.5",
        "host=0.0.0.0",
        "host=localhost.example.com",
        "host=127.0.0.1.example.com",
        "host=2130706433",
        f"host=localhost,{FAR}",
        f"host={FAR},localhost port=5432,5433",
        "host=localhost hostaddr=10.0.0.5",
        "hostaddr=10.0.0.5",
        "host=localhost,localhost hostaddr=127.0.0.1,10.0.0.5",
        "host=::ffff:10.0.0.5",
        f"postgresql://u:p@{FAR}/outpost",
        f"postgresql://u:p@localhost,{FAR}:5433/outpost",
        f"postgresql:///outpost?host={FAR}",
        f"postgresql://localhost/outpost?host={FAR}",
        "postgresql://localhost/outpost?hostaddr=192.168.1.9",
    ],
)
def test_elsewhere_a_certificate_is_demanded_and_less_refused(there: str) -> None:
    way = transport.resolve(there)
    asked = parse_dsn(way.dsn)
    assert way.verified and way.remote
    assert (asked["sslmode"], asked["gssencmode"]) == ("verify-full", "disable") and asked["sslrootcert"]
    for mode in ("disable", "allow", "prefer", "require", "verify-ca", "nonsense"):
        text = f"{there}{'&' if '?' in there else '?'}sslmode={mode}" if "://" in there else f"{there} sslmode={mode}"
        with pytest.raises(InsecureWay):
            transport.resolve(text)
    assert transport.resolve(make_dsn(there, sslmode="verify-full")).verified


@pytest.mark.parametrize("name", ["PGHOST", "PGHOSTADDR"])
def test_the_environment_can_name_a_server_elsewhere(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "10.0.0.5")
    way = transport.resolve("dbname=x sslrootcert=/ca.crt")
    assert way.verified and way.remote == "10.0.0.5" and "10.0.0.5" in way.dsn
    monkeypatch.setenv("PGSSLMODE", "require")
    with pytest.raises(InsecureWay) as refused:
        transport.resolve("dbname=x")
    _says(refused.value, "tls_required", "PGSSLMODE", "10.0.0.5")


def test_the_environment_does_not_divert_a_server_that_is_named(
    pg_server: embedded.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password of the embedded server stays on this machine, whatever PGHOSTADDR says."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0)
        monkeypatch.setenv("PGHOSTADDR", "127.0.0.2")
        monkeypatch.setenv("PGPORT", str(trap.getsockname()[1]))
        connection = open_connection(pg_server.dsn())
        assert connection.info.dsn_parameters.get("hostaddr", "") == "" and connection.info.host == "127.0.0.1"
        connection.close()
        with pytest.raises(BlockingIOError):
            trap.accept()


def test_less_in_the_environment_is_no_way_round(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("PGSSLMODE", "disable"), ("PGREQUIRESSL", "1")):
        monkeypatch.setenv(name, value)
        with pytest.raises(InsecureWay):
            transport.resolve(f"host={FAR}")
        assert transport.resolve(f"host={FAR} sslmode=verify-full").verified
        monkeypatch.delenv(name)
    with pytest.raises(InsecureWay):
        transport.resolve(f"postgresql://{FAR}/x?ssl=true")


def test_old_protocols_and_kerberos_are_no_way_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLMINPROTOCOLVERSION", "TLSv1")
    monkeypatch.setenv("PGGSSENCMODE", "require")
    asked = parse_dsn(transport.resolve(f"host={FAR} gssencmode=prefer").dsn)
    assert (asked["ssl_min_protocol_version"], asked["gssencmode"]) == ("TLSv1.2", "disable")
    assert "TLSv1.3" in transport.resolve(f"host={FAR} ssl_min_protocol_version=TLSv1.3").dsn


def test_the_authority_is_the_dsn_s_the_environment_s_the_user_s_or_the_system_s(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def authority(more: str = "") -> str:
        return parse_dsn(transport.resolve(f"host={FAR} {more}").dsn)["sslrootcert"]

    assert authority() == authority("sslrootcert=system") == transport.system_authorities()
    (tmp_path / ".postgresql").mkdir()
    own = tmp_path / ".postgresql" / "root.crt"
    own.touch()
    assert authority() == str(own)
    monkeypatch.setenv("PGSSLROOTCERT", "/env.crt")
    assert authority() == "/env.crt" and authority("sslrootcert=/dsn.crt") == "/dsn.crt"


def test_a_service_file_is_read_and_held_to_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "services"
    file.write_text(
        f"# ours\n[far]\nhost={FAR}\nport=6000\n[weak]\nhost={FAR}\nsslmode=require\n[near]\nhost=localhost\n"
        "[far]\nhost=localhost\n[directory]\nldap://ldap.example.com/x\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PGSERVICEFILE", str(file))
    way = transport.resolve("service=far dbname=x")
    assert way.verified and parse_dsn(way.dsn)["port"] == "6000"
    assert not transport.resolve("service=near").verified
    assert transport.resolve(f"service=near host={FAR}").verified
    for bad in ("weak", "directory", "unknown"):
        with pytest.raises(InsecureWay):
            transport.resolve(f"service={bad}")
    monkeypatch.setenv("PGSERVICE", "far")
    assert transport.resolve("dbname=x").verified
    monkeypatch.delenv("PGSERVICEFILE")
    (tmp_path / ".pg_service.conf").write_text("[far]\nhostaddr=10.0.0.5\n", encoding="utf-8")
    assert transport.resolve("host=localhost").remote == "10.0.0.5"


# The open connection


def test_an_open_connection_that_is_not_what_was_agreed_is_closed(pg_server: embedded.Server) -> None:
    connection = psycopg2.connect(pg_server.dsn())
    with pytest.raises(InsecureWay) as refused:
        transport.examine(connection, transport.Way(pg_server.dsn(), verified=True))
    _says(refused.value, "tls_not_in_use", "127.0.0.1")
    transport.examine(connection, transport.resolve(pg_server.dsn()))
    connection.close()


def test_a_peer_that_is_not_this_machine_is_noticed(
    pg_server: embedded.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`localhost` may be made to mean another machine; here the loopback is that other machine."""
    monkeypatch.setattr(transport, "_is_loopback", lambda address: False)
    with pytest.raises(InsecureWay) as refused:
        transport.connect(make_dsn(pg_server.dsn(), host="localhost"))
    _says(refused.value, "tls_peer_elsewhere", "localhost", "127.0.0.1")


def test_a_dsn_that_cannot_be_read_is_not_repeated() -> None:
    with pytest.raises(LoginError) as refused:
        open_connection("postgresql+psycopg2://anna:secret@db.example.com/x")
    assert "secret" not in refused.value.text("en") + refused.value.text("zh")


def test_nobody_else_opens_connections() -> None:
    """psycopg2.connect is called where the way is looked at, and for the embedded server, whose address is a number."""
    callers = set()
    for folder in ("db", "desktop"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                called = isinstance(node, ast.Call) and ast.unparse(node.func)
                if called in ("psycopg2.connect", "connect") and "psycopg2" in str(called):
                    callers.add(file.relative_to(ROOT).as_posix())
    assert callers == {"db/transport.py", "db/embedded/manager.py", "db/embedded/watchdog.py"}


def test_the_gateway_is_not_fooled_either(good: Gateway) -> None:
    """The test's own server hears what is said in the clear: without our rules libpq would say it."""
    with socket.create_connection(("127.0.0.1", good.port)) as client:
        client.sendall(b"\x00\x00\x00\x20hello there")
        assert client.recv(1) == b"N"
    assert good.heard[0] == b"\x00\x00\x00\x20hell"


def _says(refusal: LoginError, rule: str, *words: str) -> None:
    assert refusal.constraint == rule and refusal.field == "database"
    for word in words:
        assert word in refusal.text("en")
    assert refusal.remedy_en and refusal.remedy_zh

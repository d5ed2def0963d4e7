"""The servers that a workstation knows: kept, found, refused where something is wrong, and never with less than TLS."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg2.extensions import parse_dsn

from db import transport
from db.errors import UserError
from desktop.runtime import server_profiles
from desktop.runtime.server_profiles import ServerProfile
from desktop.runtime.settings import Settings

OURS = ServerProfile("Suzhou", "db1.example.com", database="service", prefix="hengtuo", ca_file="/ca.crt")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


def test_a_profile_is_kept_and_found_by_its_name(settings: Settings) -> None:
    server_profiles.save(settings, OURS)
    server_profiles.save(settings, ServerProfile("Anhui", "10.0.0.7"))
    again = Settings(settings.file)
    assert [each.name for each in server_profiles.load(again)] == ["Anhui", "Suzhou"]
    assert server_profiles.find(again, "SUZHOU") == OURS == server_profiles.find(again, OURS.key)
    server_profiles.save(again, replace(OURS, name="Suzhou 2"))
    assert [each.name for each in server_profiles.load(again)] == ["Anhui", "Suzhou 2"]
    server_profiles.remove(again, OURS.key)
    with pytest.raises(UserError, match="Known here: Anhui") as refused:
        server_profiles.find(again, "Suzhou")
    assert "Anhui" in refused.value.text("zh")


def test_what_another_program_left_there_is_passed_over(settings: Settings) -> None:
    settings.set("servers", [{"name": "half"}, "text", {"key": "k", "name": "N", "hosts": "h", "unknown": 1}])
    assert [each.name for each in server_profiles.load(settings)] == ["N"]


def test_its_dsn_demands_the_certificate() -> None:
    asked = parse_dsn(OURS.dsn())
    assert (asked["host"], asked["dbname"], asked["sslrootcert"]) == ("db1.example.com", "service", "/ca.crt")
    assert asked["sslmode"] == "verify-full" and transport.resolve(OURS.dsn()).verified
    several = parse_dsn(replace(OURS, hosts="db1.example.com, db2.example.com").dsn())
    assert several["host"] == "db1.example.com,db2.example.com"
    assert several["target_session_attrs"] == "read-write"
    mixed = replace(OURS, hosts="localhost,db2.example.com")
    assert mixed.tls and transport.resolve(mixed.dsn()).verified


def test_on_this_computer_only_a_tunnel_needs_it() -> None:
    here = replace(OURS, hosts="localhost")
    assert not here.tls and "sslmode" not in parse_dsn(here.dsn())
    tunnel = replace(here, tunnel=True)
    assert tunnel.tls and transport.resolve(tunnel.dsn()).verified


def test_a_profile_cannot_smuggle_key_words() -> None:
    sly = replace(OURS, database="x sslmode=disable", ca_file="/a' sslmode='disable")
    asked = parse_dsn(sly.dsn())
    assert asked["sslmode"] == "verify-full" and asked["dbname"] == "x sslmode=disable"


def test_the_prefix_stands_before_the_name() -> None:
    assert OURS.login_of("zhoumin") == "hengtuo_zhoumin" == OURS.login_of("hengtuo_zhoumin")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "taken"),
        ("hosts", ""),
        ("hosts", "two words"),
        ("hosts", "db1.example.com,no/such"),
        ("port", "0"),
        ("port", "65536"),
        ("port", "five"),
        ("prefix", "Has Space"),
        ("prefix", "x" * 30),
        ("ca_file", "/no/such/file.crt"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(settings: Settings, field: str, value: str) -> None:
    server_profiles.save(settings, ServerProfile("Taken", "db9"))
    sound = replace(OURS, ca_file="")
    assert server_profiles.problems(settings, sound) == {}
    changes: dict[str, str] = {field: value}
    wrong = server_profiles.problems(settings, replace(sound, **changes))
    assert list(wrong) == [field] and ":" in wrong[field]


def test_blanks_of_a_paste_go_and_empty_fields_take_what_is_usual() -> None:
    tidy = server_profiles.tidy(ServerProfile(" A ", " db1 , db2 ,", port=" ", database="", prefix=""))
    assert (tidy.name, tidy.hosts, tidy.port) == ("A", "db1,db2", "5432")
    assert (tidy.database, tidy.prefix) == ("outpost", "outpost")


def test_how_far_a_server_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        near = server_profiles.reach("127.0.0.1", port)
        assert near is not None and near >= 0
        assert server_profiles.reach("127.0.0.2:nonsense,127.0.0.1", port) is not None, "the second one answers"
    assert server_profiles.reach("127.0.0.1", port) is None


def test_where_it_is_in_words() -> None:
    assert server_profiles.place(OURS) == "db1.example.com"
    assert server_profiles.place(replace(OURS, hosts="db1,db2", port="6000")) == "db1:6000 +1"

"""Which passwords the program takes, and what it says of the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import passwords


@pytest.mark.parametrize(
    "easy",
    [
        "password",
        "Password2026!",
        "P@ssw0rd!!!!",
        "passw0rd1234",
        "1234567890123",
        "0987654321098",
        "qwertyuiop12",
        "zaq12wsxcde3",
        "1qaz2wsx3edc",
        "abcdefghijkl",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "adminadmin123",
        "woaini520131",
        "Outpost-2026-",
        "123-admin-456",
    ],
)
def test_usual_ones_are_known_in_their_disguises(easy: str) -> None:
    assert passwords.is_usual(easy)


@pytest.mark.parametrize(
    "good",
    ["correct horse battery", "Zhoumin-Lager-7", "kxJ2!pqRt9Lm", "苏州仓库的密码很难猜啊啊啊", "一个 Kennwort, 1"],
)
def test_good_ones_are_let_be(good: str) -> None:
    assert not passwords.is_usual(good)
    assert all(each.kept for each in passwords.check(good, user="li", old="another", least=8))


def test_each_rule_has_its_own_verdict() -> None:
    def kept(password: str) -> list[bool]:
        return [each.kept for each in passwords.check(password, user="zhoumin", old="my old sentence", least=12)]

    assert kept("") == [False, False, False, False]
    assert kept("short one") == [False, True, True, True]
    assert kept("a ZhouMin of suzhou") == [True, False, True, True]
    assert kept("nimuohz backwards") == [True, False, True, True]
    assert kept("my old sentence") == [True, True, False, True]
    assert kept("123456789012") == [True, True, True, False]
    assert kept("three blue crates") == [True, True, True, True]


def test_the_least_length_is_the_company_s() -> None:
    first = passwords.check("three blue crates", least=20)[0]
    assert not first.kept and "20" in first.text


def test_a_short_user_name_is_no_part_to_look_for() -> None:
    assert all(each.kept for each in passwords.check("linden and lime tree", user="li"))


@given(st.text(max_size=40))
def test_anything_can_be_judged(text: str) -> None:
    assert len(passwords.check(text, user="anna", old="x")) == 4

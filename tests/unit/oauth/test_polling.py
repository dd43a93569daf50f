"""A code for another device: what is shown of it, and how often the provider is asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followupd.errors import ConnectionLost, FollowupdError
from followupd.oauth.answers import Refusal
from followupd.oauth.polling import DeviceCode, device_code_in, next_interval
from followupd.oauth.web import Reply

GOOD: dict[str, Any] = {
    "device_code": "ddd",
    "user_code": "WDJB-MJHT",
    "verification_uri": "https://login.example/device",
    "verification_uri_complete": "https://login.example/device?user_code=WDJB-MJHT",
    "expires_in": 600,
    "interval": 2,
}


def _read(found: dict[str, Any]) -> DeviceCode:
    code = device_code_in(Reply(200, json.dumps(found).encode()), "login.example")
    assert isinstance(code, DeviceCode)
    return code


def test_a_code_for_a_device_is_read() -> None:
    """As RFC 8628, section 3.2 writes it."""
    code = _read(GOOD)
    assert (code.user_code, code.address) == ("WDJB-MJHT", "https://login.example/device")
    assert (code.lifetime.total_seconds(), code.interval) == (600, 2)
    assert "ddd" not in repr(code)


def test_an_older_name_of_the_address_is_understood() -> None:
    """Google wrote `verification_url` for years."""
    found = {key: value for key, value in GOOD.items() if key != "verification_uri"}
    assert _read(found | {"verification_url": "https://g.example/device"}).address == (
        "https://g.example/device"
    )


@pytest.mark.parametrize("interval", [None, 0, -1, "5", True, float("nan")])
def test_without_an_interval_the_usual_one_is_kept(interval: object) -> None:
    """RFC 8628, section 3.2: five seconds."""
    assert _read(GOOD | {"interval": interval}).interval == 5


def test_an_absurd_interval_or_lifetime_is_cut() -> None:
    """Nobody waits for a day."""
    code = _read(GOOD | {"interval": 10**300, "expires_in": 10**300})
    assert (code.interval, code.lifetime.total_seconds()) == (60, 3600)


@pytest.mark.parametrize(
    "change",
    [
        {"device_code": None},
        {"device_code": "d d"},
        {"user_code": "A\x1b[2JB"},
        {"user_code": "A\nB"},
        {"user_code": ""},
        {"user_code": "x" * 41},
        {"user_code": 7},
        {"verification_uri": "http://login.example"},
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "https://login.example/\x1b[2J"},
        {"verification_uri": None},
    ],
)
def test_what_cannot_be_shown_safely_is_refused(change: dict[str, Any]) -> None:
    """A terminal does what an escape sequence says, and a user opens what is shown."""
    with pytest.raises(ConnectionLost, match="makes no sense"):
        _read(GOOD | change)


def test_a_complete_address_that_is_not_safe_is_left_out() -> None:
    """The user can type the code."""
    assert _read(GOOD | {"verification_uri_complete": "http://x"}).complete_address is None


def test_while_nothing_is_decided_the_pace_is_kept() -> None:
    """RFC 8628, section 3.5."""
    assert next_interval(2, Refusal("authorization_pending")) == 2


def test_whoever_is_told_to_slow_down_does_so_for_good() -> None:
    """By five seconds each time."""
    assert next_interval(2, Refusal("slow_down")) == 7
    assert next_interval(7, Refusal("authorization_pending")) == 7


def test_a_broken_connection_doubles_the_pace() -> None:
    """RFC 8628, section 3.5 asks for it; there is an end to it."""
    assert next_interval(2, None) == 4
    assert next_interval(50, None) == 60


@pytest.mark.parametrize("code", ["access_denied", "expired_token", "invalid_grant", ""])
def test_any_other_error_ends_it(code: str) -> None:
    """Nothing is asked again."""
    assert next_interval(2, Refusal(code)) is None


@given(
    st.dictionaries(
        st.sampled_from([*GOOD, "error"]), st.none() | st.text() | st.floats() | st.integers()
    )
)
def test_no_answer_makes_the_reading_fail_in_another_way(change: dict[str, Any]) -> None:
    """A code comes out that can be shown, or an error in our words."""
    try:
        found = device_code_in(Reply(200, json.dumps(GOOD | change).encode()), "login.example")
    except FollowupdError:
        return
    assert isinstance(found, Refusal) or (found.interval > 0 and found.user_code.isprintable())

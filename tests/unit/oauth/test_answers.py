"""What a token endpoint's answer means, and that none of its words get into an error."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followupd.errors import (
    AuthenticationError,
    ConnectionLost,
    FollowupdError,
    GrantRevoked,
    ServerRefused,
)
from followupd.oauth.answers import Refusal, error_of, tokens_in
from followupd.oauth.tokens import TokenAnswer
from followupd.oauth.web import Reply

GOOD = {"access_token": "aaa", "token_type": "Bearer", "refresh_token": "rrr", "expires_in": 3600}
SECRET = "a-token-that-was-sent-and-comes-back"


def _reply(found: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(found).encode())


def _error(code: object, status: int = 400, **further: Any) -> Refusal:
    found = tokens_in(_reply({"error": code, **further}, status), "login.example")
    assert isinstance(found, Refusal)
    return found


def test_an_answer_with_tokens_is_read() -> None:
    """As RFC 6749, section 5.1 writes it."""
    found = tokens_in(_reply(GOOD | {"scope": "mail more"}), "login.example")
    assert isinstance(found, TokenAnswer)
    assert (found.access, found.refresh, found.scopes) == ("aaa", "rrr", ("mail", "more"))
    assert found.lifetime.total_seconds() == 3600


@pytest.mark.parametrize("refresh", [None, ""])
def test_an_empty_refresh_token_is_none(refresh: str | None) -> None:
    """Some providers send it empty where the last one goes on."""
    found = tokens_in(_reply(GOOD | {"refresh_token": refresh}), "login.example")
    assert isinstance(found, TokenAnswer)
    assert found.refresh is None


def test_the_kind_of_token_may_be_written_in_any_case() -> None:
    """RFC 6749, section 5.1; some leave it out."""
    for kind in ("bearer", "BEARER"):
        assert isinstance(tokens_in(_reply(GOOD | {"token_type": kind}), "x"), TokenAnswer)
    without = {key: value for key, value in GOOD.items() if key != "token_type"}
    assert isinstance(tokens_in(_reply(without), "x"), TokenAnswer)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_a_provider_that_is_away_is_asked_again_later(status: int) -> None:
    """Whatever it says besides: no sign-in is ended by that."""
    with pytest.raises(ConnectionLost, match=f"login.example.*{status}"):
        tokens_in(_reply({"error": "invalid_grant"}, status), "login.example")


@pytest.mark.parametrize("code", ["temporarily_unavailable", "server_error"])
def test_a_provider_that_says_so_is_away(code: str) -> None:
    """These errors come with status 400 from some."""
    with pytest.raises(ConnectionLost, match=code):
        tokens_in(_reply({"error": code}, 400), "login.example")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>hello",
        b"access_token=aaa&token_type=bearer",
        b"[]",
        b'"aaa"',
        b"null",
        b"\xff\xfe",
        b"[" * 60_000,
        b"{}",
        json.dumps(GOOD | {"access_token": None}).encode(),
        json.dumps(GOOD | {"access_token": "two words"}).encode(),
        json.dumps(GOOD | {"access_token": "a\r\nb"}).encode(),
        json.dumps(GOOD | {"access_token": "a" * 20_000}).encode(),
        json.dumps(GOOD | {"refresh_token": ["rrr"]}).encode(),
        json.dumps(GOOD | {"refresh_token": "r\nr"}).encode(),
    ],
)
def test_an_answer_without_sense_is_not_taken_for_a_refusal(body: bytes) -> None:
    """The sign-in stays; it is tried again later."""
    with pytest.raises(ConnectionLost, match="makes no sense"):
        tokens_in(Reply(200, body), "login.example")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_refused(status: int) -> None:
    """A secret goes to the address that was configured, and to no other."""
    with pytest.raises(ServerRefused, match=r"another address.*accounts\.oauth\.provider"):
        tokens_in(Reply(status, b""), "login.example")


def test_a_token_of_another_kind_is_refused() -> None:
    """A mail server takes bearer tokens only."""
    with pytest.raises(ServerRefused, match="of a kind"):
        tokens_in(_reply(GOOD | {"token_type": "mac"}), "login.example")


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("invalid_grant", GrantRevoked, "run `followupd login work`"),
        ("interaction_required", GrantRevoked, "run `followupd login work`"),
        ("invalid_client", ServerRefused, "accounts.oauth.client_id"),
        ("unauthorized_client", ServerRefused, "accounts.oauth.client_id"),
        ("invalid_scope", ServerRefused, "accounts.oauth.scopes"),
        ("unsupported_grant_type", ServerRefused, "registered"),
        ("something_new", ServerRefused, "registered"),
        ("access_denied", AuthenticationError, "nothing was changed"),
        ("authorization_declined", AuthenticationError, "nothing was changed"),
        ("expired_token", AuthenticationError, "not entered in time"),
        ("slow_down", ConnectionLost, "for now"),
    ],
)
def test_each_error_says_what_to_do(code: str, kind: type[FollowupdError], says: str) -> None:
    """It names the key of the configuration, or the command."""
    told = error_of(_error(code), "login.example", "work")
    assert type(told) is kind
    assert "login.example" in str(told)
    assert says in str(told)


def test_the_message_of_a_grant_that_ended_ends_with_what_to_do() -> None:
    """Whoever shows it may rely on that."""
    told = error_of(_error("invalid_grant"), "login.example", "work")
    assert str(told).endswith("run `followupd login work`")


def test_the_number_of_a_reason_at_microsoft_is_told() -> None:
    """It can be looked up; the sentence around it may repeat what was sent."""
    said = f"AADSTS700016: Application {SECRET} was not found"
    told = str(error_of(_error("invalid_client", error_description=said), "login", "work"))
    assert "AADSTS700016" in told
    assert SECRET not in told


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.just(SECRET),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_KEYS = st.sampled_from(
    (
        "error",
        "error_description",
        "error_uri",
        "access_token",
        "refresh_token",
        "token_type",
        "scope",
        "expires_in",
    )
)


@given(st.dictionaries(_KEYS, _ANYTHING), st.integers(100, 599))
def test_no_answer_does_anything_but_give_tokens_or_an_error_in_our_own_words(
    found: dict[str, Any], status: int
) -> None:
    """Nothing else is ever raised, and nothing that was sent comes back in an error."""
    try:
        answer = tokens_in(_reply(found, status), "login.example")
    except FollowupdError as error:
        told = str(error)
    else:
        told = repr(answer)
        if isinstance(answer, Refusal):
            told += str(error_of(answer, "login.example", "work"))
    assert SECRET not in told


@given(st.binary(), st.integers(100, 599))
def test_no_bytes_do_anything_but_give_tokens_or_an_error(body: bytes, status: int) -> None:
    """A proxy, a captive portal or a broken server may answer with anything."""
    with suppress(FollowupdError):
        assert isinstance(tokens_in(Reply(status, body), "x"), TokenAnswer | Refusal)

"""What the browser brings back counts only where it belongs to this very sign-in."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followupd.oauth.forms import Client, Question, question
from followupd.oauth.provider import GOOGLE, MICROSOFT, Provider
from followupd.oauth.returning import Returned, WrongAddress, returned
from tests.support.oidc_memory import challenge_of

ASKED = Question("https://page.example", "http://127.0.0.1:4711", "the-state", "the-verifier")
ISSUER = "https://accounts.google.com"


def _back(fields: dict[str, str], provider: Provider = GOOGLE) -> Returned | WrongAddress:
    return returned(f"{ASKED.redirect_uri}/?{urlencode(fields)}", ASKED, provider)


def test_the_code_is_taken_with_the_right_state() -> None:
    """And nothing else of the address matters."""
    found = _back({"state": "the-state", "code": "4/abc!*", "scope": "x", "session_state": "y"})
    assert found == Returned("4/abc!*")


def test_an_address_may_be_pasted_in_parts_and_with_blanks_around() -> None:
    """From the question mark on is enough; a terminal may have broken the line."""
    query = "state=the-state&code=abc"
    for text in (
        f"  {ASKED.redirect_uri}?{query} ",
        f"?{query}",
        query,
        "?state=the-\nstate&code=abc",
    ):
        assert returned(text, ASKED, GOOGLE) == Returned("abc")


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "abc"},
        {"state": "", "code": "abc"},
        {"state": "the-state2", "code": "abc"},
        {"state": "The-State", "code": "abc"},
        {"error": "access_denied"},
        {},
    ],
)
def test_an_answer_of_another_sign_in_is_not_taken(fields: dict[str, str]) -> None:
    """Any page may send a browser here (RFC 6749, section 10.12)."""
    found = _back(fields)
    assert isinstance(found, WrongAddress)
    assert "does not belong to this sign-in" in found.why


def test_an_answer_of_another_provider_is_not_taken() -> None:
    """RFC 9207: with the right state, too."""
    fields = {"state": "the-state", "code": "abc"}
    assert isinstance(_back(fields | {"iss": "https://evil.example"}), WrongAddress)
    assert _back(fields | {"iss": ISSUER}) == Returned("abc")


def test_a_provider_that_promises_its_name_must_give_it() -> None:
    """RFC 9207, section 2.4; where nobody knows the name, any will do."""
    fields = {"state": "the-state", "code": "abc"}
    assert isinstance(_back(fields, replace(GOOGLE, sends_issuer=True)), WrongAddress)
    assert _back(fields | {"iss": "https://x"}, MICROSOFT) == Returned("abc")


def test_a_refusal_is_an_answer() -> None:
    """The wait is over when the user presses Deny."""
    assert _back({"state": "the-state", "error": "access_denied"}) == Returned("", "access_denied")


@pytest.mark.parametrize("doubled", ["code", "state", "error", "iss"])
def test_a_parameter_that_stands_there_twice_spoils_the_address(doubled: str) -> None:
    """RFC 6749, section 3.1."""
    pairs = [("state", "the-state"), ("code", "abc"), ("iss", ISSUER), (doubled, "the-state")]
    if doubled == "error":
        pairs.append(("error", "x"))
    text = f"{ASKED.redirect_uri}?{urlencode(pairs)}"
    assert isinstance(returned(text, ASKED, GOOGLE), WrongAddress)


@pytest.mark.parametrize("code", ["", "a\x00b", "a\r\nb", "ä"])
def test_a_code_that_cannot_be_one_is_not_taken(code: str) -> None:
    """RFC 6749, appendix A.11: visible ASCII and blanks."""
    text = urlencode({"state": "the-state", "code": code})
    assert isinstance(returned(text, ASKED, GOOGLE), WrongAddress)


@given(st.text() | st.text("a=&?%;/:state", max_size=100))
def test_nothing_that_is_pasted_is_taken_by_chance(text: str) -> None:
    """Neither an error of ours, nor an answer without the state."""
    assert isinstance(returned(text, ASKED, GOOGLE), WrongAddress)


def test_a_flood_of_parameters_is_not_read() -> None:
    """It costs nothing to send one."""
    flood = "&".join(f"a{number}=1" for number in range(100_000))
    assert isinstance(returned(f"{flood}&state=the-state&code=abc", ASKED, GOOGLE), WrongAddress)


def test_the_page_is_asked_for_with_pkce_and_state() -> None:
    """RFC 7636 with S256, and what Google needs to give a refresh token."""
    asked = question(
        GOOGLE,
        Client("me", None),
        redirect_uri="http://127.0.0.1:1",
        username="robin@example.org",
        state="s",
    )
    fields = {key: value[0] for key, value in parse_qs(urlsplit(asked.address).query).items()}
    assert fields["code_challenge"] == challenge_of(asked.verifier)
    assert asked.verifier not in asked.address
    expected = {
        "response_type": "code",
        "client_id": "me",
        "redirect_uri": "http://127.0.0.1:1",
        "scope": "https://mail.google.com/",
        "state": "s",
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
        "login_hint": "robin@example.org",
    }
    assert {key: fields[key] for key in expected} == expected


def test_no_two_sign_ins_share_what_proves_them() -> None:
    """A verifier that could be guessed would prove nothing."""
    client = Client("me", None)
    asked = [
        question(GOOGLE, client, redirect_uri="http://x", username="", state="s") for _ in range(50)
    ]
    assert len({each.verifier for each in asked}) == 50
    assert all(43 <= len(each.verifier) <= 128 for each in asked)
    assert asked[0].verifier not in repr(asked[0])

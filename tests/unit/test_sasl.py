"""What is said to a server with an access token, and what is made of its answer."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followupd.sasl import (
    Conversation,
    Mechanism,
    Refusal,
    decoded,
    first_response,
    masked,
    not_taken,
    preferred,
    refusal,
)

TOKEN = "ya29.a0AfB_byC-the-token~+/=="


def test_oauthbearer_is_said_as_the_rfc_shows_it() -> None:
    """RFC 7628, section 4.1, with its own example."""
    token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="
    said = first_response(
        Mechanism.OAUTHBEARER, "user@example.com", token, host="server.example.com", port=143
    )
    assert b64encode(said) == (
        b"bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVy"
        b"IHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    )


def test_xoauth2_is_said_as_google_shows_it() -> None:
    """The example of developers.google.com/gmail/imap/xoauth2-protocol."""
    said = first_response(
        Mechanism.XOAUTH2,
        "someuser@example.com",
        "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg",
        host="unused.example",
        port=993,
    )
    assert b64encode(said) == (
        b"dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhk"
        b"SFJoZG1semRHRXVZMjl0Q2cBAQ=="
    )


def test_a_comma_in_a_user_name_does_not_end_it() -> None:
    """RFC 5801, section 4: `,` and `=` are escaped in a saslname."""
    said = first_response(Mechanism.OAUTHBEARER, "a=b,c@x", TOKEN, host="h", port=1)
    assert said.startswith(b"n,a=a=3Db=2Cc@x,\x01")


@pytest.mark.parametrize("mechanism", list(Mechanism))
@pytest.mark.parametrize(
    ("username", "token"),
    [
        ("robin\x01auth=Bearer other", TOKEN),
        ("robin\r\nA1 LOGOUT", TOKEN),
        ("robin", "to\x01ken"),
        ("robin", "to ken"),
        ("robin", "token\r\n"),
        ("robin", "tökén"),
        ("robin", ""),
    ],
)
def test_nothing_can_be_smuggled_into_the_message(
    mechanism: Mechanism, username: str, token: str
) -> None:
    """What would end a field is refused, without being repeated."""
    with pytest.raises(ValueError, match="holds") as caught:
        first_response(mechanism, username, token, host="h", port=1)
    assert "other" not in str(caught.value)
    assert not token or token not in str(caught.value)


def test_the_standard_mechanism_comes_first() -> None:
    """OAUTHBEARER where there is a choice; none where the server takes no tokens."""
    assert preferred(["PLAIN", "xoauth2", "oauthbearer"]) is Mechanism.OAUTHBEARER
    assert preferred(["PLAIN", "XOAUTH2"]) is Mechanism.XOAUTH2
    assert preferred(["PLAIN", "LOGIN"]) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            '{"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"}',
            Refusal("401", "https://mail.google.com/"),
        ),
        ('{"status":"invalid_token","openid-configuration":"x"}', Refusal("invalid_token")),
        ('{"status": 400, "scope": ["a"]}', Refusal("400")),
    ],
)
def test_the_servers_error_is_read(said: str, expected: Refusal) -> None:
    """RFC 7628, section 3.2.2, and what Google makes of it."""
    assert refusal(said.encode()) == expected


@pytest.mark.parametrize(
    "said",
    [b"", b"nonsense", b"[]", b"{}", b'"x"', b"[" * 15_000, b'{"status":"' + b"x" * 20_000 + b'"}'],
)
def test_an_error_that_is_none_is_passed_over(said: bytes) -> None:
    """Hostile or empty: the server's last word is enough."""
    assert refusal(said) is None


def test_an_error_is_fit_to_be_shown() -> None:
    """No control characters, and bounded."""
    found = refusal(json.dumps({"status": "bad\x1b[2J" + "x" * 900, "scope": "a\nb"}).encode())
    assert found is not None
    assert "\x1b" not in str(found)
    assert "\n" not in str(found)
    assert len(str(found)) < 500


@pytest.mark.parametrize(
    ("status", "is_temporary"),
    [
        ("401", False),
        ("400", False),
        ("invalid_token", False),
        ("503", True),
        ("429", True),
        ("temporarily_unavailable", True),
        ("5-and-words", False),
    ],
)
def test_trouble_of_the_provider_is_no_refusal(status: str, is_temporary: bool) -> None:
    """Only the word about the token says something about the token."""
    assert Refusal(status).is_temporary is is_temporary


@pytest.mark.parametrize(
    ("mechanism", "dummy"), [(Mechanism.XOAUTH2, b""), (Mechanism.OAUTHBEARER, b"\x01")]
)
def test_a_conversation_ends_whatever_the_server_does(mechanism: Mechanism, dummy: bytes) -> None:
    """Token, dummy answer, breaking off, and then no more."""
    talk = Conversation(mechanism, "robin", TOKEN, host="h", port=1)
    assert talk.respond(b"") == talk.first
    assert talk.respond(b'{"status":"401"}') == dummy
    assert talk.refusal == Refusal("401")
    assert talk.respond(b'{"status":"402"}') is None
    assert talk.refusal == Refusal("401")
    with pytest.raises(ValueError, match="does not end"):
        talk.respond(b"")


@pytest.mark.parametrize("mechanism", list(Mechanism))
@pytest.mark.parametrize("key", ["status", "scope"])
def test_an_error_that_repeats_the_token_does_not_show_it(mechanism: Mechanism, key: str) -> None:
    """As it was sent, or out of its base64; the rest of the words stays."""
    talk = Conversation(mechanism, "robin", TOKEN, host="mail.x.example", port=1)
    repeated = f"mail.x.example wants no {TOKEN} and no {b64encode(talk.first).decode()}"
    talk.respond(b"")
    talk.respond(json.dumps({"status": "401", key: repeated}).encode())
    assert talk.refusal is not None
    assert getattr(talk.refusal, key) == "mail.x.example wants no … and no …"


def test_a_challenge_that_is_not_base64_is_empty() -> None:
    """Some servers send plain text where a challenge belongs."""
    assert decoded("eyJ9") == b'{"}'
    assert decoded("go ahead!") == b""


_TOKENS = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789-._~+/"), min_size=8)


@given(_TOKENS, st.text(max_size=30), st.text(max_size=30), st.data())
def test_no_telling_piece_of_a_secret_is_shown(
    token: str, before: str, after: str, data: st.DataObject
) -> None:
    """Wherever a server cut the line that it repeats."""
    start = data.draw(st.integers(0, len(token) - 8))
    end = data.draw(st.integers(start + 8, len(token)))
    shown = masked(before + token[start:end] + after, token)
    assert not any(token[at : at + 8] in shown for at in range(len(token) - 7))


def test_a_short_password_is_masked_whole() -> None:
    """And what is no secret stays."""
    assert masked('BAD what is LOGIN "robin" "pw1"?', "pw1") == 'BAD what is LOGIN "robin" "…"?'
    assert masked("nothing secret", "", "elsewhere") == "nothing secret"


def test_a_token_that_is_not_taken_is_told_with_what_to_do() -> None:
    """Which mailbox, what was said, and how to go on."""
    why = Refusal("insufficient_scope", "mail.read")
    said = not_taken("imap.x.example:993", "robin@x.example", "NO no", why, "IMAP")
    for piece in ("imap.x.example:993", "robin@x.example", "mail.read", "followupd login", "NO no"):
        assert piece in said
    assert "accounts.oauth.scopes" in said
    usual = not_taken("imap.x.example:993", "robin@x.example", "NO no", None, "IMAP")
    assert "another mailbox" in usual
    assert "switched off" in usual

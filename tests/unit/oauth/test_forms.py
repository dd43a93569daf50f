"""What is sent to a provider, and where in it the client says who it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from followupd.oauth import forms
from followupd.oauth.forms import Client, Question
from followupd.oauth.provider import GOOGLE, MICROSOFT, Provider

if TYPE_CHECKING:
    from followupd.oauth.web import Form

PUBLIC = Client("me", None)
CONFIDENTIAL = Client("me", "s&cret=1")
IN_HEADER = replace(GOOGLE, has_secret_in_body=False)
ASKED = Question("https://page.example", "http://127.0.0.1:1", "state", "verifier")


def _every(provider: Provider, client: Client) -> list[tuple[Form, dict[str, str]]]:
    """Each form there is, with its fields."""
    sent = [
        forms.for_code(provider, client, ASKED, "the code"),
        forms.for_refresh(provider, client, "rrr"),
        forms.for_device(provider, client),
        forms.for_device_code(provider, client, "ddd"),
        forms.for_revocation(provider, client, "https://x.example/revoke", "rrr"),
    ]
    return [(form, _fields(form)) for form in sent]


def _fields(form: Form) -> dict[str, str]:
    return {name: value for name, [value] in parse_qs(form.body, strict_parsing=True).items()}


@pytest.mark.parametrize("provider", [GOOGLE, IN_HEADER, MICROSOFT])
def test_a_public_client_names_itself_in_every_form(provider: Provider) -> None:
    """RFC 6749, section 3.2.1."""
    for form, fields in _every(provider, PUBLIC):
        assert fields["client_id"] == "me"
        assert "client_secret" not in fields
        assert form.basic is None


def test_a_client_with_a_secret_gives_it_in_the_form_where_that_is_wanted() -> None:
    """As Google's pages show it."""
    for form, fields in _every(GOOGLE, CONFIDENTIAL):
        assert (fields["client_id"], fields["client_secret"]) == ("me", "s&cret=1")
        assert form.basic is None


def test_a_client_with_a_secret_gives_it_in_the_header_otherwise() -> None:
    """And not twice: RFC 6749, section 2.3 forbids more than one way in a request."""
    for form, fields in _every(IN_HEADER, CONFIDENTIAL):
        assert form.basic == ("me", "s&cret=1")
        assert not {"client_id", "client_secret"} & set(fields)


def test_each_request_says_what_it_wants() -> None:
    """The fields of RFC 6749, 7009, 7636 and 8628."""
    code, refresh, device, device_code, revocation = (
        fields for _, fields in _every(MICROSOFT, PUBLIC)
    )
    assert code["grant_type"] == "authorization_code"
    assert (code["code"], code["code_verifier"]) == ("the code", "verifier")
    assert code["redirect_uri"] == "http://127.0.0.1:1"
    assert refresh == {"grant_type": "refresh_token", "refresh_token": "rrr", "client_id": "me"}
    assert device == {"client_id": "me", "scope": " ".join(MICROSOFT.scopes)}
    assert device_code["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code"
    assert device_code["device_code"] == "ddd"
    assert (revocation["token"], revocation["token_type_hint"]) == ("rrr", "refresh_token")


def test_no_form_shows_what_is_in_it() -> None:
    """A log or a traceback may hold one."""
    shown = repr([_every(GOOGLE, CONFIDENTIAL)[1][0], CONFIDENTIAL, ASKED])
    assert not [secret for secret in ("rrr", "s&cret", "verifier'") if secret in shown]

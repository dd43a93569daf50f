"""What a provider says of itself is believed only where it is safe."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followupd.errors import FollowupdError, ServerRefused
from followupd.oauth.discovery import addresses, is_safe_address, provider_in
from followupd.oauth.provider import BUILT_IN, GOOGLE, LOOPBACK, MICROSOFT, YAHOO, Provider
from followupd.oauth.web import Reply

ISSUER = "https://login.example.org"
DOCUMENT: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": "https://tokens.example.org/token",
    "device_authorization_endpoint": f"{ISSUER}/device",
    "revocation_endpoint": f"{ISSUER}/revoke",
    "scopes_supported": ["openid", "mail", "offline_access"],
    "code_challenge_methods_supported": ["plain", "S256"],
}


def _read(found: object, issuer: str = ISSUER) -> Provider:
    return provider_in(Reply(200, json.dumps(found).encode()), issuer)


def _without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in DOCUMENT.items() if key not in keys}


def test_a_provider_is_read_from_its_document() -> None:
    """The endpoints may lie on other hosts than the issuer's."""
    found = _read(DOCUMENT)
    assert found.token == "https://tokens.example.org/token"
    assert (found.device, found.revocation) == (f"{ISSUER}/device", f"{ISSUER}/revoke")
    assert (found.scopes, found.redirect_host) == (("openid", "offline_access"), LOOPBACK)


def test_a_provider_may_lack_what_can_be_done_without() -> None:
    """There is then no code for a device, and no giving back."""
    found = _read(_without("device_authorization_endpoint", "revocation_endpoint"))
    assert (found.device, found.revocation) == (None, None)


@pytest.mark.parametrize(
    "named",
    ["https://evil.example", f"{ISSUER}/other", "http://login.example.org", ISSUER.upper(), None],
)
def test_a_document_of_another_issuer_is_refused(named: str | None) -> None:
    """RFC 8414, section 3.3: one provider must not speak for another."""
    with pytest.raises(ServerRefused, match=r"issuer.*accounts\.oauth\.provider"):
        _read(DOCUMENT | {"issuer": named})


def test_a_slash_at_the_end_of_the_issuer_makes_no_difference() -> None:
    """Users copy it with one or without; what counts afterwards is how it calls itself."""
    assert _read(DOCUMENT, f"{ISSUER}/").issuer == ISSUER
    assert _read(DOCUMENT | {"issuer": f"{ISSUER}/"}).issuer == f"{ISSUER}/"


@pytest.mark.parametrize(
    "key",
    sorted(key for key in DOCUMENT if key.endswith("_endpoint")),
)
@pytest.mark.parametrize(
    "address",
    [
        "http://login.example.org/x",
        "https://robin:pw@login.example.org/x",
        "https://login.example.org/x#part",
        "https://login.example.org/\u202etxt",
        "https://login.example.org/a b",
        "https:///x",
        "https://login.example.org:port/",
        "file:///etc/passwd",
        f"https://login.example.org/{'x' * 3000}",
        7,
        "",
    ],
)
def test_an_address_that_is_not_safe_is_refused(key: str, address: object) -> None:
    """Codes and tokens go there, and the user is sent there."""
    with pytest.raises(ServerRefused, match=f"no safe address as {key}"):
        _read(DOCUMENT | {key: address})


@pytest.mark.parametrize("key", ["authorization_endpoint", "token_endpoint"])
def test_a_document_without_a_needed_address_is_refused(key: str) -> None:
    """And the message says which."""
    with pytest.raises(ServerRefused, match=f"lacks {key}"):
        _read(_without(key))


def test_a_provider_without_pkce_is_refused_where_it_says_so() -> None:
    """One that says nothing may have it: Microsoft's document is silent, too."""
    with pytest.raises(ServerRefused, match="PKCE"):
        _read(DOCUMENT | {"code_challenge_methods_supported": ["plain"]})
    assert _read(_without("code_challenge_methods_supported")).issuer == ISSUER


@pytest.mark.parametrize(
    ("methods", "in_body"),
    [
        (None, False),
        (["client_secret_post"], True),
        (["client_secret_post", "client_secret_basic"], False),
    ],
)
def test_a_client_secret_goes_where_the_provider_takes_it(
    methods: list[str] | None, in_body: bool
) -> None:
    """Into the header, which all must take (RFC 6749, section 2.3.1), unless told otherwise."""
    key = "token_endpoint_auth_methods_supported"
    found = _read(DOCUMENT if methods is None else DOCUMENT | {key: methods})
    assert found.has_secret_in_body is in_body


def test_the_document_is_looked_for_where_it_may_lie() -> None:
    """OpenID Connect puts the path before, RFC 8414, section 3.1 behind."""
    assert addresses("https://x.example") == (
        "https://x.example/.well-known/openid-configuration",
        "https://x.example/.well-known/oauth-authorization-server",
    )
    assert addresses("https://x.example/realms/mail/") == (
        "https://x.example/realms/mail/.well-known/openid-configuration",
        "https://x.example/.well-known/oauth-authorization-server/realms/mail",
        "https://x.example/.well-known/openid-configuration/realms/mail",
    )


def test_an_organisation_at_microsoft_is_asked_for_mail_as_microsoft_is() -> None:
    """A client of one organisation names its issuer; its page does not know about mail."""
    issuer = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0"
    found = _read(DOCUMENT | {"issuer": issuer}, issuer)
    assert (found.scopes, found.redirect_host) == (MICROSOFT.scopes, "localhost")
    assert found.token == DOCUMENT["token_endpoint"]


@given(
    st.dictionaries(
        st.sampled_from([*DOCUMENT, "authorization_response_iss_parameter_supported"]),
        st.none() | st.text() | st.integers() | st.lists(st.text() | st.integers()),
    )
)
def test_no_document_makes_the_reading_fail_in_another_way(change: dict[str, Any]) -> None:
    """A provider comes out that can be asked safely, or an error in our words."""
    try:
        found = _read(DOCUMENT | change)
    except FollowupdError:
        return
    assert is_safe_address(found.authorization)
    assert is_safe_address(found.token)


def test_every_address_of_the_large_providers_is_safe() -> None:
    """They are asked without a document."""
    for known in BUILT_IN.values():
        named = (known.authorization, known.token, known.device, known.revocation)
        assert all(address is None or is_safe_address(address) for address in named)
        assert known.scopes


def test_the_large_providers_are_asked_in_their_own_ways() -> None:
    """What their pages say: no mail by device code at Google, `localhost` at Microsoft."""
    assert GOOGLE.device is None
    assert dict(GOOGLE.extra)["access_type"] == "offline"
    assert (MICROSOFT.redirect_host, MICROSOFT.issuer) == ("localhost", None)
    assert "offline_access" in MICROSOFT.scopes
    assert YAHOO.redirect_host == ""

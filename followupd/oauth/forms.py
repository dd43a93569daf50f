"""What is sent to a provider, built with oauthlib. Pure: strings in, strings out.

oauthlib writes the parameters and proves possession of the code (PKCE, RFC 7636). What comes back
is read in `answers` and `returning`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from oauthlib.oauth2 import DeviceClient, WebApplicationClient

from followupd.oauth.web import Form

if TYPE_CHECKING:
    from followupd.oauth.provider import Provider

# RFC 7636, section 4.1: 43 to 128 characters; 64 are some 380 bits.
_VERIFIER_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class Client:
    """As which program the provider is asked.

    Attributes:
        id: as registered.
        secret: what goes with it; None: a public client.
    """

    id: str
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """One sign-in in a browser, from the page to the code.

    Attributes:
        address: the page with all its parameters.
        redirect_uri: where the browser comes back.
        state: what it must bring along (RFC 6749, section 10.12).
        verifier: what proves that the code is ours (RFC 7636).
    """

    address: str
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def question(
    provider: Provider, client: Client, *, redirect_uri: str, username: str, state: str
) -> Question:
    """The page to send the user to.

    Args:
        provider: whose page.
        client: who asks.
        redirect_uri: where the browser comes back.
        username: whom to suggest as the user.
        state: a fresh value that nobody can guess.
    """
    asking = WebApplicationClient(client.id)
    verifier = asking.create_code_verifier(_VERIFIER_LENGTH)
    address = asking.prepare_request_uri(
        provider.authorization,
        redirect_uri=redirect_uri,
        scope=list(provider.scopes) or None,
        state=state,
        code_challenge=asking.create_code_challenge(verifier, "S256"),
        code_challenge_method="S256",
        login_hint=username,
        **dict(provider.extra),
    )
    return Question(address, redirect_uri, state, verifier)


def for_code(provider: Provider, client: Client, asked: Question, code: str) -> Form:
    """Tokens for an authorisation code (RFC 6749, section 4.1.3)."""
    body = WebApplicationClient(client.id).prepare_request_body(
        code=code,
        redirect_uri=asked.redirect_uri,
        code_verifier=asked.verifier,
        include_client_id=_is_named_in_body(provider, client),
        client_secret=_secret_in_body(provider, client),
    )
    return Form(body, _basic(provider, client))


def for_refresh(provider: Provider, client: Client, refresh: str) -> Form:
    """New tokens for a refresh token (RFC 6749, section 6); the scopes stay as granted."""
    body = WebApplicationClient(client.id).prepare_refresh_body(
        refresh_token=refresh, **_credentials(provider, client)
    )
    return Form(body, _basic(provider, client))


def for_device(provider: Provider, client: Client) -> Form:
    """A code for a device (RFC 8628, section 3.1)."""
    # oauthlib would write this request as an address.
    fields = _credentials(provider, client)
    if provider.scopes:
        fields["scope"] = " ".join(provider.scopes)
    return Form(urlencode(fields), _basic(provider, client))


def for_device_code(provider: Provider, client: Client, device_code: str) -> Form:
    """Tokens for a device code (RFC 8628, section 3.4)."""
    body = DeviceClient(client.id).prepare_request_body(
        device_code,
        include_client_id=_is_named_in_body(provider, client),
        client_secret=_secret_in_body(provider, client),
    )
    return Form(body, _basic(provider, client))


def for_revocation(provider: Provider, client: Client, url: str, refresh: str) -> Form:
    """Give a refresh token back, and its whole grant with it (RFC 7009, section 2.1)."""
    _, _, body = WebApplicationClient(client.id).prepare_token_revocation_request(
        url, refresh, "refresh_token", **_credentials(provider, client)
    )
    return Form(body, _basic(provider, client))


def _basic(provider: Provider, client: Client) -> tuple[str, str] | None:
    if client.secret is None or provider.has_secret_in_body:
        return None
    return client.id, client.secret


def _is_named_in_body(provider: Provider, client: Client) -> bool:
    return _basic(provider, client) is None


def _secret_in_body(provider: Provider, client: Client) -> str | None:
    return client.secret if provider.has_secret_in_body else None


def _credentials(provider: Provider, client: Client) -> dict[str, str]:
    """Who asks, as far as it stands in the form (RFC 6749, section 2.3.1)."""
    fields = {"client_id": client.id} if _is_named_in_body(provider, client) else {}
    secret = _secret_in_body(provider, client)
    return fields if secret is None else fields | {"client_secret": secret}

"""What a provider says of itself: its discovery document (OpenID Connect Discovery 1.0, RFC 8414).

The document counts only when it comes from the issuer and calls itself so to the letter
(RFC 8414, section 3.3): else one provider could hand the user's tokens to another. Every address
in it must be https.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from followupd.errors import ServerRefused
from followupd.mailbox.responses import words
from followupd.oauth import web
from followupd.oauth.answers import Refusal, fields_of
from followupd.oauth.provider import BUILT_IN, MICROSOFT, TENANTS_OF_MICROSOFT, Provider

if TYPE_CHECKING:
    from followupd.config.settings import OAuth
    from followupd.oauth.web import Reply

_LONGEST_ADDRESS: Final = 2048
_ASKED_FOR: Final = ("openid", "email", "offline_access")
"""What is asked of a provider whose mail scope nobody configured, as far as it knows these."""


def provider_of(oauth: OAuth) -> Provider:
    """The provider that the configuration names; asks it where it is not a built-in one.

    Raises:
        ConnectionLost: it cannot be asked for now.
        ServerRefused: it has no such document, or one that cannot be trusted.
        ConfigError: its `ca_file` cannot be used.
    """
    known = BUILT_IN.get(oauth.provider) or _discovered(oauth)
    return known if oauth.scopes is None else replace(known, scopes=oauth.scopes)


def _discovered(oauth: OAuth) -> Provider:
    issuer = oauth.provider
    reply = None
    for address in addresses(issuer):
        reply = web.get(address, oauth.ca_file)
        if reply.status != 404:  # noqa: PLR2004 - only then another place is worth a look
            return provider_in(reply, issuer)
    raise ServerRefused(
        f"{web.where(issuer)} has no discovery document for {words(issuer)}; check "
        "accounts.oauth.provider: it is the issuer's address, as its operator writes it"
    )


def addresses(issuer: str) -> tuple[str, ...]:
    """Where the document may lie: OpenID Connect's place, then those of RFC 8414, section 3.1."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    origin = f"{parts.scheme}://{parts.netloc}"
    found = (
        f"{origin}{path}/.well-known/openid-configuration",
        f"{origin}/.well-known/oauth-authorization-server{path}",
    )
    return (*found, f"{origin}/.well-known/openid-configuration{path}") if path else found


def provider_in(reply: Reply, issuer: str) -> Provider:
    """The provider that a discovery document describes.

    Args:
        reply: the document.
        issuer: whose it has to be.

    Raises:
        ConnectionLost: the server is away, or this is no JSON.
        ServerRefused: it is another's, lacks what is needed, or names an address without TLS.
    """
    place = web.where(issuer)
    found = fields_of(reply, place)
    if isinstance(found, Refusal):
        raise ServerRefused(f"{place} refused its discovery document ({found})")
    named = found.get("issuer")
    if not isinstance(named, str) or not _same_issuer(named, issuer):
        said = words(named) if isinstance(named, str) else "nothing"
        raise ServerRefused(
            f"the discovery document of {words(issuer)} says that its issuer is {said}; write "
            "accounts.oauth.provider just as the issuer calls itself, or do not trust it"
        )
    if not _allows(found, "code_challenge_methods_supported", "S256"):
        raise ServerRefused(f"{place} does not offer PKCE with S256, which keeps the sign-in safe")
    supported = found.get("scopes_supported")
    known = supported if isinstance(supported, list) else []
    described = Provider(
        authorization=_needed(found, "authorization_endpoint", place),
        token=_needed(found, "token_endpoint", place),
        device=_address(found, "device_authorization_endpoint", place),
        revocation=_address(found, "revocation_endpoint", place),
        issuer=named,
        scopes=tuple(scope for scope in _ASKED_FOR if scope in known),
        has_secret_in_body=not _allows(
            found, "token_endpoint_auth_methods_supported", "client_secret_basic"
        ),
        sends_issuer=found.get("authorization_response_iss_parameter_supported") is True,
    )
    if urlsplit(issuer).hostname != TENANTS_OF_MICROSOFT:
        return described
    mail, host = MICROSOFT.scopes, MICROSOFT.redirect_host
    return replace(described, scopes=mail, redirect_host=host, account_page=MICROSOFT.account_page)


def _same_issuer(named: str, issuer: str) -> bool:
    # A slash at the end is the one difference that users make and that leads nowhere else.
    return named.removesuffix("/") == issuer.removesuffix("/")


def _allows(found: dict[str, Any], key: str, value: str) -> bool:
    """Whether a list of what is supported has the value; one that is missing forbids nothing."""
    listed = found.get(key)
    return value in listed if isinstance(listed, list) else listed is None


def _needed(found: dict[str, Any], key: str, place: str) -> str:
    address = _address(found, key, place)
    if address is None:
        raise ServerRefused(f"the discovery document of {place} lacks {key}")
    return address


def _address(found: dict[str, Any], key: str, place: str) -> str | None:
    address = found.get(key)
    if address is None:
        return None
    if not isinstance(address, str) or not is_safe_address(address):
        raise ServerRefused(f"the discovery document of {place} names no safe address as {key}")
    return address


def is_safe_address(address: str) -> bool:
    """Whether this is an https address that can be shown and asked: printable, not too long."""
    if len(address) > _LONGEST_ADDRESS or not all("!" <= each <= "~" for each in address):
        return False
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    has_user = parts.username is not None or parts.password is not None
    return parts.scheme == "https" and bool(parts.hostname) and not has_user and not parts.fragment

"""Whom to ask for a grant: the large providers, and what any other one says of itself.

A client is registered by the user or their provider and named in the configuration; none is
built in. Facts and where they stand:

- Google: developers.google.com/identity/protocols/oauth2/native-app. The flow for devices gives
  no mail scope (…/oauth2/limited-input-device#allowedscopes).
- Microsoft: learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow and
  …/reply-url: of loopback addresses `http://localhost` is what can be registered, and its port is
  not compared. There is no endpoint to revoke a token.
- Yahoo: developer.yahoo.com/oauth2/guide, senders.yahooinc.com/developer/documentation: the mail
  scopes are given only to clients that Yahoo has approved, and the address to return to must be
  an https one, compared to the letter; so nothing can listen there, and the user pastes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LOOPBACK: Final = "127.0.0.1"
PASTED: Final = "https://localhost:8080"
"""Where a browser is sent that can not be sent to this machine; the client is registered so."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider is asked, and how.

    Attributes:
        authorization: the page where the user signs in (RFC 6749, section 3.1).
        token: where tokens are given out (section 3.2).
        device: where a device code is given out (RFC 8628, section 3.1); None: there is none for
            mail.
        revocation: where tokens are given back (RFC 7009); None: there is no such place.
        issuer: what it calls itself where the browser comes back (RFC 9207); None: not known.
        scopes: what a mail program asks for.
        redirect_host: the loopback name where the browser comes back, or "" where it is sent to
            `PASTED` and the user copies the address.
        extra: further parameters of the page.
        has_secret_in_body: whether a client's secret goes into the form, not into the header.
        sends_issuer: whether it promises to name itself where the browser comes back.
        account_page: where the user takes a grant back by hand, or "".
    """

    authorization: str
    token: str
    device: str | None
    revocation: str | None
    issuer: str | None
    scopes: tuple[str, ...]
    redirect_host: str = LOOPBACK
    extra: tuple[tuple[str, str], ...] = ()
    has_secret_in_body: bool = False
    sends_issuer: bool = False
    account_page: str = ""


GOOGLE: Final = Provider(
    authorization="https://accounts.google.com/o/oauth2/v2/auth",
    token="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
    device=None,
    revocation="https://oauth2.googleapis.com/revoke",
    issuer="https://accounts.google.com",
    scopes=("https://mail.google.com/",),
    # Without both no refresh token is given to a user who has agreed before.
    extra=(("access_type", "offline"), ("prompt", "consent")),
    has_secret_in_body=True,
    account_page="https://myaccount.google.com/connections",
)

_MICROSOFT: Final = "https://login.microsoftonline.com/common/oauth2/v2.0"

MICROSOFT: Final = Provider(
    authorization=f"{_MICROSOFT}/authorize",
    token=f"{_MICROSOFT}/token",
    device=f"{_MICROSOFT}/devicecode",
    revocation=None,
    # It names the tenant, which is known only afterwards.
    issuer=None,
    scopes=(
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
        "offline_access",
    ),
    redirect_host="localhost",
    has_secret_in_body=True,
    account_page="https://account.live.com/consent/Manage",
)

YAHOO: Final = Provider(
    authorization="https://api.login.yahoo.com/oauth2/request_auth",
    token="https://api.login.yahoo.com/oauth2/get_token",  # noqa: S106 - an address
    device=None,
    revocation=None,
    issuer="https://api.login.yahoo.com",
    scopes=("mail-r", "mail-w"),
    redirect_host="",
    account_page="https://login.yahoo.com/account/security",
)

TENANTS_OF_MICROSOFT: Final = "login.microsoftonline.com"
"""The host of issuers that are one organisation's, `https://login.microsoftonline.com/ID/v2.0`:
what a client that is registered for one organisation only has to ask (AADSTS50194)."""

BUILT_IN: Final = {"google": GOOGLE, "microsoft": MICROSOFT, "yahoo": YAHOO}
"""Those that the configuration calls by a name of ours."""

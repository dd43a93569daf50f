"""Asking the user for a grant in a browser, here or on another machine."""

from __future__ import annotations

import os
import secrets
import select
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from followupd.errors import AuthenticationError, ServerRefused, UsageError
from followupd.oauth import forms, web
from followupd.oauth.answers import Refusal, error_of, tokens_in
from followupd.oauth.discovery import provider_of
from followupd.oauth.grant import client_of
from followupd.oauth.loopback import Loopback
from followupd.oauth.new_grant import tokens_of
from followupd.oauth.provider import PASTED
from followupd.oauth.returning import Returned, WrongAddress, returned

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from followupd.config.settings import OAuth
    from followupd.oauth.forms import Client, Question
    from followupd.oauth.provider import Provider
    from followupd.oauth.tokens import Tokens

_SECONDS: Final = 600.0
_MOST_PASTED: Final = 65_536


@dataclass(frozen=True, slots=True)
class BrowserPage:
    """The page where the user signs in.

    Attributes:
        address: of the page.
        was_opened: whether a browser was told to open it.
        returns_to: how the address begins where the browser ends up. One on another machine
            cannot show that; the user copies it from there and pastes it here.
        must_be_pasted: whether it must be so with any browser, as with Yahoo.
    """

    address: str
    was_opened: bool
    returns_to: str
    must_be_pasted: bool


def sign_in_by_browser(
    account: str,
    oauth: OAuth,
    username: str,
    *,
    tell: Callable[[BrowserPage | WrongAddress], None],
    open_browser: Callable[[str], bool] | None,
    pasted: TextIO | None,
    seconds: float = _SECONDS,
) -> Tokens:
    """Get a grant by authorisation code with PKCE (RFC 6749, 7636, 8252); blocks.

    Args:
        account: the account's name.
        oauth: its configuration.
        username: whom to suggest as the user at the provider's page.
        tell: shows the page, and what was wrong with a pasted address.
        open_browser: opens an address, and says whether it could; None: nobody tries.
        pasted: where the user may paste an address, such as a terminal; read by its descriptor.
            None: nobody can paste.
        seconds: how long to wait for the user.

    Raises:
        AuthenticationError: the user or the provider said no, or the time was over.
        UsageError: the address would have to be pasted, and nobody can.
        SecretMissing: the client's secret cannot be had.
        ConnectionLost, ServerRefused, ConfigError: of the provider, as `grant.access_token`.
    """
    provider, client = provider_of(oauth), client_of(account, oauth)
    must_be_pasted = not provider.redirect_host
    if must_be_pasted and pasted is None:
        raise UsageError(
            f"{web.where(provider.authorization)} sends no browser back to a program; run "
            f"`followupd login {account}` in a terminal, where you can paste an address"
        )
    with ExitStack() as open_things:
        loopback = None
        if not must_be_pasted:
            loopback = open_things.enter_context(Loopback(provider.redirect_host))
        redirect_uri = loopback.redirect_uri if loopback is not None else PASTED
        state = secrets.token_urlsafe(32)
        asked = forms.question(
            provider, client, redirect_uri=redirect_uri, username=username, state=state
        )

        def judge(address: str) -> Returned | WrongAddress:
            return returned(address, asked, provider)

        if loopback is not None:
            loopback.expect(judge)
        was_opened = open_browser is not None and open_browser(asked.address)
        tell(BrowserPage(asked.address, was_opened, redirect_uri, must_be_pasted))
        answer = _wait_for_user(account, loopback, pasted, judge, tell, seconds)
    return _exchanged(account, oauth, provider, client, asked, answer)


def _wait_for_user(
    account: str,
    loopback: Loopback | None,
    pasted: TextIO | None,
    judge: Callable[[str], Returned | WrongAddress],
    tell: Callable[[BrowserPage | WrongAddress], None],
    seconds: float,
) -> Returned:
    """The first right answer, from the browser or the terminal."""
    until = time.monotonic() + seconds
    reader = _PastedLines(pasted.fileno()) if pasted is not None else None
    while loopback is not None or (reader is not None and not reader.is_over):
        watched = [loopback.awakes.fileno()] if loopback is not None else []
        if reader is not None and not reader.is_over:
            watched.append(reader.descriptor)
        ready, _, _ = select.select(watched, [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise AuthenticationError(
                f"nobody signed in within {seconds / 60:g} minutes; run `followupd login "
                f"{account}` again"
            )
        if loopback is not None and (answer := loopback.answer) is not None:
            return answer
        if reader is not None and reader.descriptor in ready:
            for line in reader.lines():
                found = judge(line)
                if isinstance(found, Returned):
                    return found
                tell(found)
    raise AuthenticationError(
        f"no address was pasted; run `followupd login {account}` again and paste the whole "
        "address where the browser ended up"
    )


class _PastedLines:
    """Lines from a terminal, as far as they are there; select tells when there are more."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.is_over = False
        self._rest = b""

    def lines(self) -> list[str]:
        """The whole lines that have come since, without blank ones."""
        piece = os.read(self.descriptor, _MOST_PASTED)
        self.is_over = not piece
        *whole, rest = (self._rest + piece).split(b"\n")
        if self.is_over:
            whole.append(rest)
        self._rest = rest[-_MOST_PASTED:]
        texts = [line.decode("utf-8", "replace").strip() for line in whole]
        return [text for text in texts if text]


def _exchanged(
    account: str,
    oauth: OAuth,
    provider: Provider,
    client: Client,
    asked: Question,
    answer: Returned,
) -> Tokens:
    place = web.where(provider.token)
    if answer.error:
        raise _said_no(answer.error, place)
    asked_at = datetime.now(UTC)
    form = forms.for_code(provider, client, asked, answer.code)
    given = tokens_in(web.post(provider.token, form, oauth.ca_file), place)
    if isinstance(given, Refusal):
        if given.ends_grant:
            raise AuthenticationError(
                f"{place} does not take the code ({given}), which works once and for some minutes "
                f"only; run `followupd login {account}` again"
            )
        raise error_of(given, place, account)
    return tokens_of(oauth, provider, given, asked_at)


def _said_no(error: str, place: str) -> AuthenticationError | ServerRefused:
    if error == "access_denied":
        return AuthenticationError(f"{place}: the sign-in was refused there; nothing was changed")
    if error in ("invalid_scope", "unauthorized_client", "invalid_request"):
        return ServerRefused(
            f"{place} refused the sign-in ({error}); check accounts.oauth.client_id, "
            "accounts.oauth.scopes and what the client is registered for"
        )
    if error in ("server_error", "temporarily_unavailable"):
        return ServerRefused(f"{place} could not sign you in for now ({error}); try again later")
    return AuthenticationError(f"{place} refused the sign-in; nothing was changed")

"""The grant of an account, kept alive: access tokens that work, refresh tokens that are not lost.

Whoever needs an access token asks here each time. It is fetched anew some minutes before its end,
under a lock that all threads and processes share, and what was stored is read again once the lock
is held: mostly somebody else has been faster. A new refresh token is stored before the access
token that came with it is handed out.

Where storing fails (a full disk, a keyring that was locked meanwhile), the new tokens go on being
used by this process, the log says so as an error, and each later call tries again to store them.
Only when the process ends before that worked are they lost; then the stored one is tried, which
many providers still take, and at worst the user signs in again.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import structlog

from followupd.errors import ConnectionLost, FollowupdError, GrantRevoked, SecretMissing
from followupd.oauth import forms, vault, web
from followupd.oauth.answers import Refusal, error_of, must_sign_in, tokens_in
from followupd.oauth.discovery import provider_of
from followupd.oauth.forms import Client
from followupd.oauth.locking import locked
from followupd.oauth.provider import BUILT_IN
from followupd.oauth.tokens import is_due, renewed
from followupd.secrets import keyring_service, password

if TYPE_CHECKING:
    from followupd.config.settings import OAuth, PasswordSource
    from followupd.oauth.tokens import Tokens

_log = structlog.get_logger()

_SECRET_USERNAME: Final = "oauth client secret"  # noqa: S105 - the name of an entry


class Revoked(StrEnum):
    """What became of giving a grant back."""

    DONE = "done"
    NOT_OFFERED = "not_offered"
    FAILED = "failed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Revocation:
    """Whether the provider has taken a grant back.

    Attributes:
        state: what became of it.
        why: a sentence for the user, with what is left to do.
    """

    state: Revoked
    why: str


def access_token(account: str, oauth: OAuth, *, refused: str | None = None) -> tuple[str, datetime]:
    """An access token that is good for some minutes, as far as its life is that long; blocks.

    Args:
        account: the account's name.
        oauth: its grant, from the configuration.
        refused: an access token that the mail server did not take, so that a newer one is needed.

    Returns:
        The token and its end, UTC, by this machine's clock.

    Raises:
        GrantRevoked: the user must sign in, again or for the first time.
        SecretMissing: the place of the tokens cannot be read, or the client's secret not be had.
        ConnectionLost: the provider is away for now, and the token there is has ended.
        ServerRefused: it does not take the client, or what it says of itself is not safe.
        ConfigError: `accounts.oauth.ca_file` cannot be used.
    """
    kept = _kept(account, oauth)
    if not _is_good(kept, refused) or _UNSTORED.has(account, oauth):
        try:
            kept = _made_good(account, oauth, refused)
        except ConnectionLost:
            # Its last minutes may outlast a short trouble of the provider.
            if kept.access == refused or datetime.now(UTC) >= kept.expires_at:
                raise
    return kept.access, kept.expires_at


def store(account: str, oauth: OAuth, tokens: Tokens) -> None:
    """Keep the tokens of a new sign-in, in place of those before.

    Raises:
        SecretMissing: they are not stored, and why; those before are there still.
        ConnectionLost: another process held the lock for too long.
    """
    with locked(vault.lock_path(account, oauth.tokens), account):
        vault.write(account, oauth.tokens, tokens)
        _UNSTORED.drop(account, oauth)


def forget(account: str, oauth: OAuth) -> bool:
    """Delete the tokens here; the grant at the provider stays, see `revoke`.

    Returns:
        False where there were none.

    Raises:
        SecretMissing: they are still there, and why.
        ConnectionLost: another process held the lock for too long.
    """
    with locked(vault.lock_path(account, oauth.tokens), account):
        _UNSTORED.drop(account, oauth)
        return vault.erase(account, oauth.tokens)


def is_signed_in(account: str, oauth: OAuth) -> bool:
    """Whether there are tokens for this client; they may have been revoked since.

    Raises:
        SecretMissing: the place of the tokens cannot be read.
    """
    try:
        _kept(account, oauth)
    except GrantRevoked:
        return False
    return True


def revoke(account: str, oauth: OAuth) -> Revocation:
    """Give the grant back to the provider (RFC 7009), as well as it can be done; blocks.

    The tokens stay stored: `forget` them afterwards, whatever comes out here.
    """
    try:
        with locked(vault.lock_path(account, oauth.tokens), account):
            return _given_back(account, oauth, _kept(account, oauth))
    except GrantRevoked:
        return Revocation(Revoked.NOTHING, "there was no grant to give back")
    except FollowupdError as error:
        page = _by_hand(oauth)
        return Revocation(Revoked.FAILED, f"the grant was not given back: {error}; {page}")


def client_of(account: str, oauth: OAuth) -> Client:
    """As which program the provider is asked.

    Raises:
        SecretMissing: its secret cannot be had.
    """
    if oauth.client_secret is None:
        return Client(oauth.client_id, None)
    secret = password(
        oauth.client_secret,
        service=keyring_service(account),
        username=_SECRET_USERNAME,
        environ=os.environ,
    )
    return Client(oauth.client_id, secret.reveal())


def _made_good(account: str, oauth: OAuth, refused: str | None) -> Tokens:
    """Tokens that are good and stored; often somebody else has seen to it meanwhile."""
    with locked(vault.lock_path(account, oauth.tokens), account):
        kept = _kept(account, oauth)
        if not _is_good(kept, refused):
            base = _UNSTORED.base(account, oauth) or kept.refresh
            kept = _refreshed(account, oauth, kept)
            _UNSTORED.put(account, oauth, kept, base)
        _store_what_is_not(account, oauth)
        return kept


def _is_good(tokens: Tokens, refused: str | None) -> bool:
    return tokens.access != refused and not is_due(tokens, datetime.now(UTC))


def _refreshed(account: str, oauth: OAuth, kept: Tokens) -> Tokens:
    provider = provider_of(oauth)
    client = client_of(account, oauth)
    place = web.where(provider.token)
    last = Refusal("")
    # The one before is tried too: a provider may have given a successor that it forgot itself.
    for refresh in filter(None, (kept.refresh, kept.previous_refresh)):
        asked_at = datetime.now(UTC)
        form = forms.for_refresh(provider, client, refresh)
        answer = tokens_in(web.post(provider.token, form, oauth.ca_file), place)
        if not isinstance(answer, Refusal):
            return renewed(kept, answer, used=refresh, asked_at=asked_at)
        if not answer.ends_grant:
            raise error_of(answer, place, account)
        last = answer
    raise error_of(last, place, account)


def _given_back(account: str, oauth: OAuth, kept: Tokens) -> Revocation:
    provider = provider_of(oauth)
    if provider.revocation is None:
        return Revocation(
            Revoked.NOT_OFFERED,
            f"{web.where(provider.token)} has no way for a program to give a grant back; "
            f"{_by_hand(oauth)}",
        )
    url = provider.revocation
    form = forms.for_revocation(provider, client_of(account, oauth), url, kept.refresh)
    reply = web.post(url, form, oauth.ca_file)
    if reply.status == 200:  # noqa: PLR2004 - RFC 7009, section 2.2
        return Revocation(Revoked.DONE, f"the grant was given back to {web.where(url)}")
    return Revocation(
        Revoked.FAILED,
        f"{web.where(url)} did not take the grant back (HTTP status {reply.status}), perhaps "
        f"since it had ended before; {_by_hand(oauth)}",
    )


def _by_hand(oauth: OAuth) -> str:
    known = BUILT_IN.get(oauth.provider)
    page = f" at {known.account_page}" if known is not None else " in your account there"
    return f"to be sure, take it away yourself{page}"


def _kept(account: str, oauth: OAuth) -> Tokens:
    """The tokens there are: stored, or newer ones that could not be stored yet."""
    try:
        stored = vault.read(account, oauth.tokens)
    except SecretMissing:
        unstored = _UNSTORED.get(account, oauth)
        if unstored is None:
            raise
        return unstored
    if stored is None:
        _UNSTORED.drop(account, oauth)
        raise must_sign_in(account, f"{account} is not signed in")
    if (stored.provider, stored.client_id) != (oauth.provider, oauth.client_id):
        raise must_sign_in(
            account,
            f"the sign-in of {account} was given to another client, or by another provider, than "
            "the configuration names now",
        )
    return _UNSTORED.newer_than(stored, account, oauth)


def _store_what_is_not(account: str, oauth: OAuth) -> None:
    tokens = _UNSTORED.get(account, oauth)
    if tokens is None:
        return
    try:
        vault.write(account, oauth.tokens, tokens)
    except SecretMissing as error:
        _log.error(
            "the new tokens of an account could not be stored and are kept in memory only",
            account=account,
            reason=str(error),
        )
    else:
        _UNSTORED.drop(account, oauth)


class _Unstored:
    """New tokens that are not stored yet, with the refresh token they stand in for."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, PasswordSource], tuple[Tokens, str]] = {}
        self._guard = threading.Lock()

    def has(self, account: str, oauth: OAuth) -> bool:
        return self.get(account, oauth) is not None

    def get(self, account: str, oauth: OAuth) -> Tokens | None:
        with self._guard:
            held = self._held.get((account, oauth.tokens))
        return held[0] if held is not None else None

    def base(self, account: str, oauth: OAuth) -> str | None:
        with self._guard:
            held = self._held.get((account, oauth.tokens))
        return held[1] if held is not None else None

    def newer_than(self, stored: Tokens, account: str, oauth: OAuth) -> Tokens:
        """Those held in place of the stored ones; others that were stored since end them."""
        with self._guard:
            held = self._held.get((account, oauth.tokens))
            if held is None:
                return stored
            tokens, base = held
            if stored.refresh != base:
                del self._held[account, oauth.tokens]
                return stored
            return tokens

    def put(self, account: str, oauth: OAuth, tokens: Tokens, base: str) -> None:
        with self._guard:
            self._held[account, oauth.tokens] = (tokens, base)

    def drop(self, account: str, oauth: OAuth) -> None:
        with self._guard:
            self._held.pop((account, oauth.tokens), None)


_UNSTORED: Final = _Unstored()

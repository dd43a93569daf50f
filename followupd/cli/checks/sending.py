"""`check`: the server that sends, and the daily message. Nothing is sent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from followupd.cli.checks.line import failed, ok, warning
from followupd.cli.checks.reaching import SMTP, TIMEOUTS, Reached, reach_checks, resolve
from followupd.cli.checks.secret import secret_check
from followupd.cli.checks.state import size
from followupd.cli.findings import State
from followupd.config import DigestWay
from followupd.credentials import with_secret
from followupd.errors import AuthenticationError, FollowupdError
from followupd.outbox import sign_in
from followupd.service.digest_ways import messenger_of
from followupd.smtp import offered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.cli.checks.line import Check, Wall
    from followupd.config import Account, Digest, Settings, Smtp
    from followupd.secrets import Secret
    from followupd.smtp import Offer

_SMALL: Final = 1024 * 1024
"""A server that takes less than this refuses a letter with a CV."""
_ONCE_MORE: Final = "where the server is right, followupd tries again by itself and goes on then"


def sending_checks(account: Account, smtp: Smtp, wall: Wall, *, renews: bool) -> Iterator[Check]:
    """Whether the account's server would take a message from the user.

    Args:
        account: whose.
        smtp: its server.
        wall: now, for words.
        renews: as `secret_check` has it.
    """
    has_password = True
    if (smtp.password, smtp.username) != (account.imap.password, account.imap.username):
        found = secret_check(account.name, SMTP, smtp, wall, renews=renews)
        has_password = found.state is not State.FAILED
        yield found
    if smtp.host != account.imap.host:
        found = resolve(SMTP, smtp.host)
        yield found
        if found.state is State.FAILED:
            return
    offers: list[Offer] = []

    def connect() -> Reached:
        offer = asyncio.run(offered(smtp, TIMEOUTS.connect))
        offers.append(offer)
        return Reached("", offer.tls_version, offer.certificate)

    yield from reach_checks(SMTP, smtp, connect, wall)
    if offers and has_password:
        yield _signed_in(account, smtp, offers[0])


def _signed_in(account: Account, smtp: Smtp, offer: Offer) -> Check:
    name = "SMTP"

    def enter(secret: Secret) -> str:
        return asyncio.run(sign_in(smtp, secret))

    try:
        at = with_secret(account.name, smtp, enter)
    except AuthenticationError as error:
        return failed(
            name, error, f"`followupd login {account.name}` stores another password and tries it"
        )
    except FollowupdError as error:
        return failed(name, error, _ONCE_MORE)
    said = f"{smtp.username} at {at}; nothing was sent"
    if not offer.largest:
        return ok(name, said)
    said = f"{said}; it takes messages of up to {size(offer.largest)}"
    if offer.largest < _SMALL:
        return warning(name, said, "what you attach must be small; larger mails are refused")
    return ok(name, said)


def digest_check(settings: Settings, digest: Digest) -> Check:
    """Whether the daily message could be delivered; nothing is sent."""
    name = "digest"
    when = f"every day with something to say, {digest.at:%H:%M}"
    if digest.via is DigestWay.APPRISE:
        try:
            messenger_of(settings)
        except FollowupdError as error:
            return failed(name, error, "put digest.url right; `followupd digest --send` tries it")
        return ok(name, f"{when}, by Apprise; nothing was sent")
    done = "sent to" if digest.via is DigestWay.SMTP else "laid into the INBOX of"
    return ok(name, f"{when}, {done} {settings.account(digest.account).address}")

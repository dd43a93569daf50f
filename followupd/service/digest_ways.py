"""The three ways by which a digest reaches the user.

Each is given the digest of one day and tells what became of it. What is raised before the message
is handed over (no connection, a refused login) means that surely nothing was delivered. Right
before it, `Journal.handing_over` is called, and no error of the world's leaves a way after that.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from followupd.config import DigestWay
from followupd.credentials import with_secret
from followupd.errors import FollowupdError, OutcomeUnknown, ServerRefused
from followupd.mailbox.folders import INBOX
from followupd.mailbox.inbox import lay, lies_in, surely_not_laid
from followupd.mailbox.responses import Mailbox
from followupd.messenger import Handed, Messenger
from followupd.outbox import send_to_self
from followupd.secrets import keyring_service, password
from followupd.service.opener import Opener

if TYPE_CHECKING:
    from collections.abc import Callable

    from followupd.config import Account, PasswordSource, Settings
    from followupd.mailbox.connection import Connection
    from followupd.outbox import Reply
    from followupd.secrets import Secret
    from followupd.service.digest_journal import Journal
    from followupd.writing.templates import Rendered

_URL_SERVICE = keyring_service("digest")
_URL_NAME = "apprise-url"
"""Under what the keyring holds the Apprise URL."""


class Standing(StrEnum):
    """What became of a message that was to be handed over."""

    PLACED = "placed"
    LATER = "later"
    NOT_TODAY = "not today"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Handing:
    """What a way tells: what became of the message, and why; "" where all went well."""

    standing: Standing
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """The digest of one day, ready to go.

    Attributes:
        text: subject and text.
        raw: the message; empty for Apprise.
        message_id: the same for the same day and address, always.
        called: how it is named in a sentence, such as `the digest of Tue 8 Dec`.
    """

    text: Rendered
    raw: bytes
    message_id: str
    called: str


def hand_over(
    settings: Settings, parcel: Parcel, journal: Journal, opener: Callable[[], Connection] | None
) -> Handing:
    """Hand the digest over by the way that is configured.

    Args:
        settings: which way, and to where.
        parcel: the digest.
        journal: of its day.
        opener: opens a connection to the digest's account; None: one is made for this.

    Raises:
        FollowupdError: surely nothing was handed over, and why.
    """
    digest = settings.digest
    if digest is None:
        raise FollowupdError("there is no [digest] in the configuration")
    if digest.via is DigestWay.APPRISE:
        return _by_apprise(parcel, journal, messenger_of(settings))
    account = settings.account(digest.account)
    if digest.via is DigestWay.SMTP:
        return _by_smtp(parcel, journal, account)
    return _by_imap(parcel, journal, opener or Opener(account))


def surely_not_there(
    account: Account, message_id: str, journal: Journal, opener: Callable[[], Connection] | None
) -> bool:
    """Whether a digest that was once handed over to a mailbox has surely not come there.

    Raises:
        FollowupdError: the mailbox cannot be asked now.
    """
    mark = journal.inbox_before()
    if mark is None:
        return False
    before = Mailbox(mark.uidvalidity, mark.last_uid + 1, 0)
    connection = (opener or Opener(account))()
    try:
        return surely_not_laid(connection, message_id, before)
    finally:
        connection.logout()


def messenger_of(settings: Settings) -> Messenger:
    """Where the configured Apprise URL leads.

    Raises:
        AuthenticationError: the source has no URL to give.
        FollowupdError: the extra is missing, or the URL is none.
    """
    digest = settings.digest
    if digest is None or digest.url is None:
        raise FollowupdError("digest.url is missing in the configuration")
    return Messenger(_url(digest.url))


def _url(source: PasswordSource) -> Secret:
    return password(source, service=_URL_SERVICE, username=_URL_NAME, environ=os.environ)


def _by_imap(parcel: Parcel, journal: Journal, opener: Callable[[], Connection]) -> Handing:
    connection = opener()
    try:
        if lies_in(connection, INBOX, parcel.message_id):
            return Handing(Standing.PLACED)
        before = connection.examine(INBOX)
        said = f"{parcel.called} was being laid into INBOX; it is looked for there"
        journal.handing_over(parcel.message_id, said, before)
        try:
            lay(connection, parcel.raw)
        except ServerRefused as error:
            return Handing(Standing.LATER, f"{parcel.called} was not taken: {error}")
        except OutcomeUnknown as error:
            return Handing(Standing.UNCLEAR, f"{parcel.called}: {error}")
        return Handing(Standing.PLACED)
    finally:
        connection.logout()


def _by_smtp(parcel: Parcel, journal: Journal, account: Account) -> Handing:
    smtp = account.smtp
    if smtp is None:
        raise FollowupdError(
            f"the account {account.name} has no [accounts.smtp] to send the digest with"
        )

    def handing_over() -> None:
        journal.handing_over(parcel.message_id, _unclear(parcel))

    def send(secret: Secret) -> Reply:
        return asyncio.run(send_to_self(account, secret, parcel.raw, handing_over))

    try:
        # A second try follows a refused sign-in only: nothing was handed over by then.
        reply = with_secret(account.name, smtp, send)
    except OutcomeUnknown as error:
        return Handing(Standing.UNCLEAR, f"{parcel.called}: {error}; {_BY_HAND}")
    if reply.is_accepted:
        return Handing(Standing.PLACED)
    said = f"{smtp.host} refused {parcel.called} ({reply.code} {reply.words})"
    if reply.is_temporary:
        return Handing(Standing.LATER, said)
    return Handing(Standing.NOT_TODAY, f"{said}; {_BY_HAND}")


def _by_apprise(parcel: Parcel, journal: Journal, messenger: Messenger) -> Handing:
    journal.handing_over(parcel.message_id, _unclear(parcel))
    match messenger.hand(parcel.text.subject, parcel.text.body):
        case Handed.DELIVERED:
            return Handing(Standing.PLACED)
        case Handed.NOT_REACHED:
            said = f"{parcel.called}: the service behind digest.url cannot be reached"
            return Handing(Standing.LATER, said)
        case Handed.REFUSED:
            said = f"{parcel.called} was refused by the service behind digest.url, or not answered"
            return Handing(Standing.NOT_TODAY, f"{said}; {_BY_HAND}")


_BY_HAND = "it is not tried again by itself; `followupd digest --send` sends it once more"


def _unclear(parcel: Parcel) -> str:
    return f"{parcel.called} was being sent, and may or may not have arrived; {_BY_HAND}"

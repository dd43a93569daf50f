"""The SMTP side: the only two ways on which a message leaves this machine.

`send_to_self` takes no recipient: the message goes from the account's own address to the same.
`send_approved` takes no recipient either, but an `Approved`: a message that the user put into the
approval folder, with the recipients that they left in it. Whatever else followupd writes to other
people it lays into Drafts, and the user sends it.

Both tell exactly what is known of the outcome. Whatever is raised before `handing_over` is called
was surely not sent; a `Reply` is the server's clear word; `OutcomeUnknown` is everything else, and
is never a reason to send again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import aiosmtplib

from followupd.errors import OutcomeUnknown, ServerRefused
from followupd.mailbox.responses import words
from followupd.reaching import where
from followupd.smtp import BROKEN, Reply, raise_lost, reason, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from followupd.config import Account, Smtp
    from followupd.secrets import Secret
    from followupd.writing.outgoing import Outgoing

__all__ = ["Approved", "Reply", "send_approved", "send_to_self", "sign_in"]

DATA_SECONDS: Final = 120.0
"""How long a server may look at a message before it answers; many scan it first (RFC 5321,
section 4.5.3.2.6, allows for more)."""

_SLOWEST: Final = 64 * 1024
"""Octets a second that any line carries; a large message is given that time besides."""

_GONE: Final = 421
"""Service not available, closing the connection (RFC 5321, section 3.8)."""

_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Approved:
    """A message that the user approved: the proof that it may be sent.

    It is made in one place, from a message seen in the account's approval folder: the user moved
    that draft there, by hand. It says which draft it is and where it was seen, so that the log
    can name the act; what is sent is `outgoing` and nothing else.

    Attributes:
        draft_id: the Message-ID under which the draft was laid into Drafts.
        folder: the approval folder.
        uidvalidity: of that folder when the message was read.
        uid: its UID there.
        outgoing: sender, recipients and bytes, made of the bytes that were read there.
    """

    draft_id: str
    folder: str
    uidvalidity: int
    uid: int
    outgoing: Outgoing


async def sign_in(smtp: Smtp, secret: Secret) -> str:
    """Connect, protect the connection, sign in and quit (RFC 5321, RFC 4954).

    Returns:
        host and port, for words.

    Raises:
        ConnectionLost: there is no server, it is not available for now, or its certificate is not
            valid for the host.
        ServerRefused: the server does not offer STARTTLS, or gives up.
        AuthenticationError: the login was refused, or would not be safe.
    """
    async with signed_in(smtp, secret) as client:
        await _quit(client)
    return where(smtp)


async def send_to_self(
    account: Account,
    secret: Secret,
    raw: bytes,
    handing_over: Callable[[], None],
    *,
    data_seconds: float = DATA_SECONDS,
) -> Reply:
    """Send a message from an account's own address to the same.

    Args:
        account: one with SMTP; whose address.
        secret: its password.
        raw: the message, ASCII, CRLF line ends.
        handing_over: called right before the message itself is sent: what is raised before was
            surely not delivered.
        data_seconds: how long the server may take to answer then.

    Returns:
        what the server said, be it yes or no; it is surely not delivered after a no.

    Raises:
        ConnectionLost, ServerRefused, AuthenticationError: as `sign_in`; nothing was sent.
        OutcomeUnknown: the message was sent, and no answer came.
    """
    smtp = _smtp(account)
    async with signed_in(smtp, secret) as client:
        try:
            await client.mail(account.address)
            await client.rcpt(account.address)
        except aiosmtplib.SMTPResponseException as error:
            return Reply(error.code, words(error.message))
        except BROKEN as error:
            raise_lost(smtp, error)
        handing_over()
        reply = await _handed_over(client, smtp, raw, data_seconds)
        await _quit(client)
        return reply


async def send_approved(
    account: Account,
    secret: Secret,
    approved: Approved,
    handing_over: Callable[[], None],
    *,
    data_seconds: float = DATA_SECONDS,
) -> Reply:
    """Send exactly the bytes that the user approved, to all their recipients or to none.

    Args:
        account: one with SMTP, which takes the message.
        secret: its password.
        approved: the message.
        handing_over: called right before DATA, and only once sender and every recipient were
            accepted: without that call surely nothing was delivered.
        data_seconds: how long the server may take to answer then, besides the time that a large
            message takes on a slow line.

    Returns:
        what became of it. Accepted: the server will deliver it to all. Otherwise nothing was
        delivered to anybody: for now (`is_temporary`), or for good, with code 0 where the server
        was not given the message since it lacks what it needs. Of several refused recipients all
        are named, and one that is refused for good makes the whole refusal one for good.

    Raises:
        ConnectionLost, ServerRefused, AuthenticationError: as `sign_in`; nothing was sent.
        OutcomeUnknown: the message may or may not be delivered: after `handing_over` no clear
            answer came.
    """
    smtp = _smtp(account)
    outgoing = approved.outgoing
    async with signed_in(smtp, secret) as client:
        lacking = _lacking(client, smtp, outgoing)
        refusal = Reply(0, lacking) if lacking else await _introduced(client, smtp, outgoing)
        if refusal is not None:
            await _quit(client)
            return refusal
        handing_over()
        patience = data_seconds + len(outgoing.raw) / _SLOWEST
        reply = await _handed_over(client, smtp, outgoing.raw, patience)
        await _quit(client)
    if reply.is_accepted:
        return reply
    return Reply(
        reply.code, f"the server {smtp.host} refused the message: {reply.code} {reply.words}"
    )


def _smtp(account: Account) -> Smtp:
    if account.smtp is None:
        raise ServerRefused(
            f"the account {account.name} has no [accounts.smtp], so nothing can be sent from it"
        )
    return account.smtp


def _lacking(client: aiosmtplib.SMTP, smtp: Smtp, outgoing: Outgoing) -> str:
    """What the server would need to be able to do and does not offer, in words; "" for nothing."""
    if outgoing.needs_utf8 and not client.supports_extension("smtputf8"):
        foreign = [address for address in outgoing.recipients if not address.isascii()]
        what = (
            f"cannot deliver to {_listed(foreign, ', ')}"
            if foreign
            else "takes no header with letters beyond ASCII"
        )
        return f"the server {smtp.host} {what}: it lacks SMTPUTF8 (RFC 6531); nothing was sent"
    if outgoing.needs_8bit and not client.supports_extension("8bitmime"):
        return (
            f"the server {smtp.host} takes no text with unencoded letters beyond ASCII: it lacks "
            "8BITMIME (RFC 6152); nothing was sent"
        )
    # RFC 1870, section 4: 0, or nothing, is no limit that the server knows of.
    limit = client.esmtp_extensions.get("size", "").strip()
    if limit.isdecimal() and 0 < int(limit) < len(outgoing.raw):
        return (
            f"the server {smtp.host} takes messages of at most {int(limit):,} octets, and this one "
            f"has {len(outgoing.raw):,}; nothing was sent"
        )
    return ""


async def _introduced(client: aiosmtplib.SMTP, smtp: Smtp, outgoing: Outgoing) -> Reply | None:
    """Name sender and recipients; the refusal, or None when every one of them was accepted."""
    try:
        answer = await client.execute_command(
            b"MAIL", _path(b"FROM", outgoing.sender), *_parameters(client, outgoing)
        )
        if not _is_yes(answer):
            return _refused(smtp, [(f"the sender {outgoing.sender}", answer)])
        refused = []
        for recipient in outgoing.recipients:
            answer = await client.execute_command(b"RCPT", _path(b"TO", recipient))
            if answer.code == _GONE:
                return _refused(smtp, [(recipient, answer)])
            if not _is_yes(answer):
                refused.append((recipient, answer))
    except aiosmtplib.SMTPResponseException as error:
        raise ServerRefused(
            f"{where(smtp)} gave an answer that is no SMTP: {words(error.message)}; nothing was "
            "sent"
        ) from None
    except BROKEN as error:
        raise_lost(smtp, error)
    if not refused:
        return None
    with suppress(*BROKEN):
        await client.rset()
    return _refused(smtp, refused)


def _parameters(client: aiosmtplib.SMTP, outgoing: Outgoing) -> list[bytes]:
    """The parameters of MAIL (RFC 1870, RFC 6152, RFC 6531)."""
    parameters = []
    if client.supports_extension("size"):
        parameters.append(b"SIZE=%d" % len(outgoing.raw))
    beyond_ascii = outgoing.needs_8bit or outgoing.needs_utf8
    if beyond_ascii and client.supports_extension("8bitmime"):
        parameters.append(b"BODY=8BITMIME")
    if outgoing.needs_utf8:
        parameters.append(b"SMTPUTF8")
    return parameters


def _path(keyword: bytes, address: str) -> bytes:
    # Written here: aiosmtplib reads the address anew, by the rules of email.utils.
    return keyword + b":<" + address.encode() + b">"


def _is_yes(answer: aiosmtplib.SMTPResponse) -> bool:
    return 200 <= answer.code < 300  # noqa: PLR2004 - RFC 5321, section 4.2.1


def _refused(smtp: Smtp, answers: list[tuple[str, aiosmtplib.SMTPResponse]]) -> Reply:
    """One refusal made of those of several addresses."""
    replies = [Reply(answer.code, words(answer.message)) for _, answer in answers]
    final = [reply for reply in replies if not reply.is_temporary]
    code = (final or replies)[0].code
    told = [
        f"{name} ({reply.code} {reply.words})"
        for (name, _), reply in zip(answers, replies, strict=True)
    ]
    return Reply(
        code, f"the server {smtp.host} refused {_listed(told, '; ')}; nothing was sent to anybody"
    )


def _listed(names: list[str], comma: str) -> str:
    shown = comma.join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


async def _handed_over(client: aiosmtplib.SMTP, smtp: Smtp, raw: bytes, seconds: float) -> Reply:
    """Send the message itself.

    Raises:
        OutcomeUnknown: there was no answer, or one that is neither a yes nor a no.
    """
    try:
        response = await client.data(raw, timeout=seconds)
    except aiosmtplib.SMTPResponseException as error:
        if 400 <= error.code < 600:  # noqa: PLR2004 - RFC 5321, section 4.2.1
            return Reply(error.code, words(error.message))
        unclear = f"the answer was no clear one: {error.code} {words(error.message)}"
    except BROKEN as error:
        unclear = f"no answer came ({reason(error)})"
    else:
        return Reply(response.code, words(response.message))
    raise OutcomeUnknown(
        f"{where(smtp)}: the message was sent and {unclear}; it may or may not be delivered"
    )


async def _quit(client: aiosmtplib.SMTP) -> None:
    with suppress(*BROKEN):
        await client.quit()

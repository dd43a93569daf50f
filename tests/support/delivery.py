"""Mail for tests: written as bytes, delivered over LMTP like any other mail."""

from __future__ import annotations

import smtplib
import uuid
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def mail(
    *,
    sender: str = "Dana Fox <dana@acme.example>",
    to: str = "Robin Doe <robin@example.org>",
    subject: str = "Your interview",
    body: str = "Hello Robin.\n",
    message_id: str | None = None,
    in_reply_to: str | None = None,
    references: str | None = None,
    date: str | None = "Mon, 02 Mar 2026 10:00:00 +0100",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """One plain-text message with CRLF line ends; a fresh Message-ID unless one is given."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    if date is not None:
        message["Date"] = date
    message["Message-ID"] = message_id or f"<{uuid.uuid4().hex}@acme.example>"
    if in_reply_to is not None:
        message["In-Reply-To"] = in_reply_to
    if references is not None or in_reply_to is not None:
        message["References"] = references or in_reply_to
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(body)
    return message.as_bytes()


def deliver(
    lmtp_port: int, recipient: str, raw: bytes, *, sender: str = "dana@acme.example"
) -> None:
    """Hand a message to the LMTP server on loopback (RFC 2033).

    Args:
        lmtp_port: the server's port.
        recipient: a user name; `name+Folder` delivers straight into that folder.
        raw: the message as it is to be stored.
        sender: the envelope sender, "" for a bounce.
    """
    with smtplib.LMTP("127.0.0.1", lmtp_port, timeout=10) as server:
        server.sendmail(sender, [recipient], raw)

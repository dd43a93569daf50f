"""Every key a configuration may hold, by section: what is not here is a mistake."""

from __future__ import annotations

from typing import Final

from followupd.config.settings import PasswordKind

TOP: Final = ("user", "accounts", "cadence")
USER: Final = ("name", "timezone", "holidays", "language")
ACCOUNT: Final = ("name", "address", "aliases", "imap", "smtp", "approval")
SMTP: Final = ("host", "port", "security", "username", "password", "ca_file")
IMAP: Final = (*SMTP, "folders", "drafts", "sent", "trash")
APPROVAL: Final = ("folder",)
CADENCE: Final = ("silent_after", "send_between", "steps")
STEP: Final = (
    "name",
    "after",
    "wait",
    "to",
    "channel",
    "template",
    "each",
    "unless",
    "closes",
)
PASSWORD: Final = tuple(kind.value for kind in PasswordKind)

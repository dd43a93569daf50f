"""Every key a configuration may hold, by section: what is not here is a mistake."""

from __future__ import annotations

from typing import Final

from followupd.config.settings import PasswordKind

TOP: Final = ("user", "accounts", "cadence", "cadences", "digest", "calendar")
USER: Final = (
    "name",
    "timezone",
    "holidays",
    "days_off",
    "language",
    "register",
    "templates",
)
ACCOUNT: Final = ("name", "address", "aliases", "imap", "oauth", "smtp", "approval", "limits")
OAUTH: Final = ("provider", "client_id", "client_secret", "tokens", "scopes", "ca_file")
SMTP: Final = ("host", "port", "security", "username", "password", "ca_file")
IMAP: Final = (*SMTP, "folders", "drafts", "sent", "trash")
APPROVAL: Final = ("folder", "copy_to_sent")
LIMITS: Final = ("connections", "connects_per_minute", "look_every", "renew_every")
CADENCE: Final = ("silent_after", "send_between", "senior", "steps")
STEP: Final = (
    "name",
    "after",
    "wait",
    "to",
    "channel",
    "template",
    "final_template",
    "only_final",
    "each",
    "unless",
    "closes",
)
DIGEST: Final = ("at", "via", "account", "url")
CALENDAR: Final = ("file",)
PASSWORD: Final = tuple(kind.value for kind in PasswordKind)
TOKENS: Final = (PasswordKind.KEYRING.value, PasswordKind.FILE.value)

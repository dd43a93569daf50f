"""The parser of the command that writes a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from followupd.cli.parser import command

if TYPE_CHECKING:
    from followupd.cli.parser import Commands, Parser

_TEXTS: Final = (
    ("name", "NAME", "yours, as it stands in From and below a letter"),
    ("address", "ADDRESS", "whose mailbox is to be watched"),
    ("account", "ACCOUNT", "the account's name; a new one adds an account"),
    ("imap-host", "HOST", "the mailbox's server; default: found by the address"),
    ("imap-port", "PORT", "default: as is usual"),
    ("imap-security", "tls|starttls|none", "default: tls, or what goes with the port"),
    ("imap-username", "NAME", "what you sign in with; default: found, else the address"),
    ("ca-file", "FILE", "a certificate that the servers are trusted by, in PEM"),
    ("smtp-host", "HOST", "the server for what you approve; default: found by the address"),
    ("smtp-port", "PORT", "likewise"),
    ("smtp-security", "tls|starttls|none", "likewise"),
    ("smtp-username", "NAME", "default: that of the mailbox"),
    (
        "password-from",
        "SOURCE",
        "where the password is kept: keyring, command:…, file:…, env:NAME or credential:NAME",
    ),
    ("oauth-provider", "NAME", "sign in by OAuth: google, microsoft, yahoo or an https:// issuer"),
    ("client-id", "ID", "the client id that you registered there"),
    ("client-secret-from", "SOURCE", "where its secret is kept, if it has one"),
    ("scopes", "WORDS", "what is asked for there; default: what mail needs"),
    ("drafts", "FOLDER", "default: the server's"),
    ("sent", "FOLDER", "likewise"),
    ("trash", "FOLDER", "likewise"),
    ("timezone", "ZONE", "IANA name, such as Europe/Berlin; default: this machine's"),
    ("holidays", "PLACE", "such as DE-BE, or none; default: the country of the time zone"),
    ("language", "L", "of your letters, such as en; default: that of this machine"),
    ("register", "formal|friendly", "how they speak to their readers; default: formal"),
    ("approval-folder", "FOLDER", "a draft that you move there is sent; default: none"),
    ("digest-at", "TIME", "a daily message to yourself, such as 08:00; default: none"),
)


def add_init(commands: Commands) -> None:
    """Add the command."""
    text = "write a configuration: asks for what is not said here, and tries it"
    init = command(commands, "init", "init.command:init", text, json=True)
    for option, value, words in _TEXTS:
        init.add_argument(f"--{option}", metavar=value, help=words)
    init.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from the first line of the input",
    )
    init.add_argument(
        "--example",
        action="store_true",
        help="print a configuration with every key, its default and its reason, and end",
    )
    _add_service(init)
    init.add_argument(
        "--no-try", action="store_true", help="write it without trying any server or password"
    )
    init.add_argument(
        "--yes", action="store_true", help="ask nothing: what is not said is left at its default"
    )


def _add_service(init: Parser) -> None:
    group = init.add_mutually_exclusive_group()
    group.add_argument(
        "--service",
        action="store_true",
        default=None,
        help="install and start it as a service of yours (systemd)",
    )
    group.add_argument(
        "--no-service", action="store_false", dest="service", default=None, help="do not"
    )

"""What a checked configuration holds; whoever has one of these need not check again."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from followupd.config.words import near, quoted
from followupd.domain.interview import Register
from followupd.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, time
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from followupd.domain.cadence import Cadence
    from followupd.domain.interview import Interview


class Security(StrEnum):
    """How a connection is protected; `none` is for loopback addresses only."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class PasswordKind(StrEnum):
    """Where a password comes from."""

    KEYRING = "keyring"
    COMMAND = "command"
    FILE = "file"
    CREDENTIAL = "credential"
    ENV = "env"


@dataclass(frozen=True, slots=True)
class PasswordSource:
    """Where to fetch a password; never the password itself.

    Attributes:
        kind: the kind of place.
        value: the command line, the absolute path, the systemd credential's name or the
            variable's name; "" for the keyring.
    """

    kind: PasswordKind
    value: str


@dataclass(frozen=True, slots=True)
class OAuth:
    """Signing in by a grant that the user gave in a browser (RFC 6749), not by a password.

    Attributes:
        provider: `google`, `microsoft`, `yahoo`, or an issuer, `https://…`, that has a discovery
            document (OpenID Connect Discovery 1.0, RFC 8414).
        client_id: as which program followupd asks; registered by the user or their provider.
        client_secret: where what goes with it comes from; None: the client is a public one.
        tokens: where the tokens are kept, which change by themselves: the keyring or a file.
        scopes: what is asked for; None: what the provider is known to need for mail.
        ca_file: absolute path of a private certificate authority of the provider's web server,
            or None for the system's.
    """

    provider: str
    client_id: str
    client_secret: PasswordSource | None
    tokens: PasswordSource
    scopes: tuple[str, ...] | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class User:
    """The job seeker.

    Attributes:
        name: as it stands in From and below a mail.
        timezone: the zone of their dates and sending hours.
        holidays: a country or country-subdivision of the `holidays` package, such as `DE-BE`;
            None: only weekends are free.
        language: ISO 639-1, such as `en`: the language of an interview that names none.
        register: how letters are written where an interview does not say.
        days_off: days of their own on which nothing is laid into Drafts, first and last of each
            stretch, in their zone.
        templates: the absolute path of a folder with templates of their own; None: there is none.
    """

    name: str
    timezone: ZoneInfo
    holidays: str | None
    language: str
    register: Register = Register.FORMAL
    days_off: tuple[tuple[date, date], ...] = ()
    templates: Path | None = None


class DigestWay(StrEnum):
    """How the digest reaches the user."""

    IMAP = "imap"
    SMTP = "smtp"
    APPRISE = "apprise"


@dataclass(frozen=True, slots=True)
class Digest:
    """The daily message to the user.

    Attributes:
        at: when, local time of the user; on a day without news there is none.
        via: how.
        account: the name of the account it goes through and to; "" for Apprise.
        url: where the Apprise URL comes from, which holds secrets; None for the other ways.
    """

    at: time
    via: DigestWay
    account: str
    url: PasswordSource | None = None


@dataclass(frozen=True, slots=True)
class Imap:
    r"""The mailbox (RFC 3501, RFC 9051).

    Attributes:
        host: a name or an address, without brackets.
        port: 1 to 65535.
        security: how the connection is protected.
        username: what the server is told at login.
        password: where the password comes from, or the grant that stands in its place.
        ca_file: absolute path of a private certificate authority, or None for the system's.
        folders: where answers may arrive; None: not configured, chosen from what the server
            offers. The inbox is always spelled `INBOX`.
        drafts: the folder of drafts; None: the server's \Drafts (RFC 6154).
        sent: likewise, \Sent.
        trash: likewise, \Trash.
    """

    host: str
    port: int
    security: Security
    username: str
    password: PasswordSource | OAuth
    ca_file: Path | None
    folders: tuple[str, ...] | None
    drafts: str | None
    sent: str | None
    trash: str | None


@dataclass(frozen=True, slots=True)
class Smtp:
    """The server that sends what the user approved; the fields are those of `Imap`."""

    host: str
    port: int
    security: Security
    username: str
    password: PasswordSource | OAuth
    ca_file: Path | None


@dataclass(frozen=True, slots=True)
class Limits:
    """How hard a mailbox may be asked; at least what followupd keeps to by itself.

    Attributes:
        connections: to the IMAP server at once, 1 or 2. With one the mailbox is looked at from
            time to time, with two the other one waits for news in IDLE.
        connects_per_minute: new IMAP connections in any minute.
        look_every: seconds between two looks where there is no IDLE.
        renew_every: seconds that one IDLE lasts. NATs and servers drop silent connections long
            before the 29 minutes of RFC 2177.
    """

    connections: int = 2
    connects_per_minute: int = 10
    look_every: int = 60
    renew_every: int = 300


@dataclass(frozen=True, slots=True)
class Account:
    r"""One mailbox of the user.

    Attributes:
        name: unique; ASCII letters, digits, dot, hyphen and underscore.
        address: the bare address that drafts come from, case as given.
        aliases: further bare addresses of the user.
        imap: the mailbox.
        smtp: None: nothing can be sent from here, drafts are only laid down.
        approval_folder: a draft that the user moves here is sent; None: there is no such
            folder. It is never a folder that is configured for something else, but it may
            still be the folder the server itself calls \Drafts: whoever opens the mailbox
            compares.
        copy_to_sent: whether a copy of what is sent from the approval folder is laid into Sent;
            None: unless the provider is known to do so itself.
        limits: how hard the mailbox may be asked.
    """

    name: str
    address: str
    aliases: tuple[str, ...]
    imap: Imap
    smtp: Smtp | None
    approval_folder: str | None
    copy_to_sent: bool | None = None
    limits: Limits = field(default_factory=Limits)

    @property
    def own_addresses(self) -> frozenset[str]:
        """The user's addresses here, case-folded: mail from them is never a reply."""
        return frozenset(own.casefold() for own in (self.address, *self.aliases))


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole checked configuration.

    Attributes:
        user: the job seeker.
        accounts: at least one.
        cadence: the usual one.
        path: the file it came from, as it was given.
        cadences: those of the user's own, by name, to be chosen for an interview.
        digest: None: there is none.
        calendar: the absolute path of the calendar file to be kept current, or None.
    """

    user: User
    accounts: tuple[Account, ...]
    cadence: Cadence
    path: Path | None
    cadences: Mapping[str, Cadence] = field(default_factory=dict)
    digest: Digest | None = None
    calendar: Path | None = None

    @property
    def own_addresses(self) -> frozenset[str]:
        """The user's addresses in all accounts: one writes from another mailbox at times."""
        return frozenset[str]().union(*(account.own_addresses for account in self.accounts))

    def cadence_of(self, interview: Interview) -> Cadence | None:
        """The cadence that was chosen for the interview; None where it is no longer there."""
        return self.cadences.get(interview.cadence) if interview.cadence else self.cadence

    def account(self, name: str) -> Account:
        """The account of that name.

        Raises:
            UsageError: there is none; the message names those there are.
        """
        for account in self.accounts:
            if account.name == name:
                return account
        names = [account.name for account in self.accounts]
        raise UsageError(
            f"there is no account {quoted(name)} in the configuration; {near(name, names)}"
        )

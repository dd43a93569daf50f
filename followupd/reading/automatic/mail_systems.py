"""How surely a mail was written by a mail system, as far as its header tells.

Nothing here decides alone: postmasters are people too, and whoever passes a bounce on may keep
its subject. The words are data: `phrases/automatic.toml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

from followupd.reading.data import read_data
from followupd.reading.phrasing import any_phrase, plain
from followupd.reading.text import folded

if TYPE_CHECKING:
    from followupd.reading.addresses import Address
    from followupd.reading.message import Message

DAEMONS = frozenset(
    {"mailer-daemon", "mail-daemon", "mailerdaemon", "mdaemon", "mail.delivery.system"}
)
"""Local parts that nobody else has."""

_DAEMON_NAMES = DAEMONS | {"mail delivery system", "mail delivery subsystem"}


class Daemon(IntEnum):
    """How surely an address is a mail system's own."""

    NO = 0
    MAYBE = 1
    """A postmaster, who may be a person; a display name; or nobody at all (`From: <>`)."""
    YES = 2


def daemon(address: Address) -> Daemon:
    """Whether mail from `address` comes from a mail system (RFC 5321, section 4.5.5)."""
    if (address.local or address.name.casefold().strip()) in DAEMONS:
        return Daemon.YES
    name = folded(address.name)
    if address.local == "postmaster" or name in _DAEMON_NAMES:
        return Daemon.MAYBE
    return Daemon.NO if address.address or name else Daemon.MAYBE


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The data, compiled; every pattern is for text that went through `plain`."""

    undelivered: re.Pattern[str]
    late: re.Pattern[str]
    names: re.Pattern[str]
    weak_names: re.Pattern[str]


@cache
def _phrases() -> _Phrases:
    data = read_data("phrases", "automatic.toml")
    undelivered, late = (
        "|".join(re.escape(plain(phrase)) for phrase in data["subject"][key])
        for key in ("undelivered", "delayed")
    )
    return _Phrases(
        undelivered=re.compile(rf"\W{{0,4}}(?:{undelivered})"),
        late=re.compile(late),
        names=any_phrase(data["mail_system"]["names"]),
        weak_names=any_phrase(data["mail_system"]["weak_names"]),
    )


@dataclass(frozen=True, slots=True)
class Marks:
    """What a mail's header says for a mail system as its writer.

    Attributes:
        daemon: how surely From is a mail system's own.
        named: whether From has a word that mail systems and filters are named with.
        weakly_named: whether it has one that other machines share, such as no-reply.
        empty_return_path: whether it was sent so that it cannot bounce (RFC 5321, section 4.5.5).
        undelivered: whether the subject begins as mail systems write over what came back.
        late: whether the subject says that it is only late.
    """

    daemon: Daemon
    named: bool
    weakly_named: bool
    empty_return_path: bool
    undelivered: bool
    late: bool

    def __bool__(self) -> bool:
        """Whether a mail system may be the writer at all."""
        return bool(
            self.daemon
            or self.named
            or self.weakly_named
            or self.empty_return_path
            or self.undelivered
        )


def marks(message: Message) -> Marks:
    """Read what speaks for a mail system in a header."""
    phrases = _phrases()
    sender = message.sender
    called = " ".join(re.findall(r"[^\W\d_]+", folded(f"{sender.local} / {sender.name}")))
    subject = plain(message.subject)
    return_path = message.header("return-path")
    return Marks(
        daemon=daemon(sender),
        named=phrases.names.search(called) is not None,
        weakly_named=phrases.weak_names.search(called) is not None,
        empty_return_path=return_path is not None and return_path.replace(" ", "") in ("", "<>"),
        undelivered=phrases.undelivered.match(subject) is not None,
        late=phrases.late.search(subject) is not None,
    )

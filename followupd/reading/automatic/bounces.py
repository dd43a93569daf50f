"""What a mail system's letter says of a mail that did not arrive.

Most mail systems report in parts (RFC 3464, read in `reports`); the older and the stubborn ones
write a letter. Such a letter counts only when something besides its words speaks for a mail
system as its writer: a person who forwards a bounce, quotes one or complains about one stays a
person. The words are data: `phrases/automatic.toml`. Never raises; the work is bounded by how
much of the text is looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from followupd.reading.addresses import Address, read_addresses
from followupd.reading.automatic.mail_systems import DAEMONS, Daemon, Marks, marks
from followupd.reading.automatic.reports import RECIPIENTS, Action, lasting
from followupd.reading.data import read_data
from followupd.reading.phrasing import any_phrase, plain
from followupd.reading.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from followupd.reading.message import Message

_LOOKED_AT = 6000
"""How many characters of a letter are read: what a mail system has to say stands first."""

_BEGINNING = 400
"""Within how many characters an unknown writer's letter must say what it is."""

_LINES = 200
_PASSED_ON = ("fwd:", "fw:", "wg:", "tr:", "rv:", "i:", "enc:", "doorst:", "vs:", "vb:")
_ANSWERED = ("re:", "aw:", "sv:", "antw:", "r:", "rép:", "ré:")
_NOBODYS = DAEMONS | frozenset(
    {"postmaster", "post_master", "abuse", "support", "helpdesk", "help", "root", "hostmaster"}
)
_ADDRESS = re.compile(r"[^\W_][\w.!#$%&'*+?^{|}~-]{0,63}@[A-Za-z0-9][A-Za-z0-9.-]{0,254}", re.ASCII)
_CODE_BEFORE = re.compile(r"[245]\d\d-")
_NAMES_FAILED = re.compile(r"address|recipient|user", re.IGNORECASE)
_CODE = re.compile(
    r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)"
    r"|(?:smtp|said|error|code|reason|response|status|rcpt|replied|<<<|>>>|:|^)[^\w\n]{0,4}"
    r"(?:smtp[^\w\n]{0,3})?(?:error[^\w\n]{0,3})?[45]\d\d[ \t-]",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER_LINE = re.compile(
    r"(?:received|return-path|dkim-signature|message-id|x-original-to|delivered-to):", re.IGNORECASE
)
_SEPARATOR = re.compile(
    r"[^\w\s<>\"'(]|.{0,200}(?::|follows?[.:]?|attached[.:]?)\W{0,40}$", re.IGNORECASE
)
_SENDERS_LINE = re.compile(
    r"\W{0,10}(?:message-id|from|mail from|sender|reply-to|return-path|de|von)\s{0,5}[:>]",
    re.IGNORECASE,
)
_NAMED_FIRST = re.compile(
    r"\W{0,10}(?:[\w -]{0,40}(?:recipient|rcpt(?: to)?|address|to|user|for)(?:\(s\)|es|s)?"
    r"\s?[:=]\s?)?"
    r"[<\"'\[(]{0,3}(?:rfc822;\s?|smtp:)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The data, compiled; every pattern is for text that went through `plain`."""

    undelivered: re.Pattern[str]
    unspaced_undelivered: re.Pattern[str]
    still_trying: re.Pattern[str]
    given_up: re.Pattern[str]
    returned: re.Pattern[str]
    personal: re.Pattern[str]


@cache
def _phrases() -> _Phrases:
    system = read_data("phrases", "automatic.toml")["mail_system"]
    unspaced = [plain(phrase) for phrase in system["unspaced_undelivered"]]
    return _Phrases(
        undelivered=any_phrase(system["undelivered"]),
        unspaced_undelivered=re.compile("|".join(map(re.escape, unspaced))),
        still_trying=any_phrase(system["still_trying"]),
        given_up=any_phrase(system["given_up"]),
        returned=any_phrase(system["returned"]),
        personal=any_phrase(system["personal"]),
    )


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail system's letter says.

    Attributes:
        action: `FAILED` or `DELAYED`.
        recipients: the bare addresses it names, at most 100.
        permanent: as in `reports.DeliveryReport`.
        evidence: the words that said so, printable.
    """

    action: Action
    recipients: tuple[str, ...]
    permanent: bool | None
    evidence: str


def _own_and_returned(text: str) -> tuple[list[str], list[str]]:
    """A letter's own lines, and those of the mail that it brings back."""
    lines = text[:_LOOKED_AT].splitlines()[:_LINES]
    returned = _phrases().returned
    for number, line in enumerate(lines):
        if number == 0:
            continue
        is_mark = _SEPARATOR.match(line.strip()) and not _NAMES_FAILED.search(line)
        if _HEADER_LINE.match(line) or (is_mark and returned.search(plain(line[:300]))):
            return lines[:number], lines[number:]
    return lines, []


def own_words(text: str) -> str:
    """The part of a letter that its writer wrote: what stands before the mail it brings back."""
    return "\n".join(_own_and_returned(text)[0])


def _candidates(lines: Iterable[str], spared: frozenset[str]) -> tuple[list[str], list[str]]:
    """The addresses in some lines: those that a line begins with or announces, and all."""
    first: list[str] = []
    every: list[str] = []
    for line in lines:
        if _SENDERS_LINE.match(line) and "rcpt" not in line.casefold():
            continue
        for found in _ADDRESS.finditer(line[:1000]):
            address = _CODE_BEFORE.sub("", found[0], count=1).strip(".'*|{}-")
            local, _, domain = address.partition("@")
            if not domain.strip("."):
                continue
            if local.casefold() in _NOBODYS or Address("", address).key in spared:
                continue
            every.append(address)
            if _NAMED_FIRST.match(line[: found.start()]):
                first.append(address)
    return first, every


def _recipients(own: list[str], returned: list[str], spared: frozenset[str]) -> tuple[str, ...]:
    first, every = _candidates(own, spared)
    named = first or every
    if not named:
        to = next((line[3:] for line in returned if line.lower().startswith("to:")), "")
        addressed = [found.address for found in read_addresses(to, 5) if found.address]
        named = addressed if len(addressed) == 1 else []
    unique = {Address("", address).key: address for address in reversed(named)}
    return tuple(reversed(unique.values()))[:RECIPIENTS]


@dataclass(frozen=True, slots=True)
class _Words:
    """What of a letter's words tells who wrote it.

    Attributes:
        at: where it first says that a mail did not arrive; None when it does not.
        coded: whether it has an SMTP reply or a status code.
        detailed: whether it has one of these, or the mail that came back.
        names_somebody: whether it names an address that is neither its writer nor its reader.
        personal: whether it has words that only people use.
    """

    at: int | None
    coded: bool
    detailed: bool
    names_somebody: bool
    personal: bool


def read_letter(message: Message, text: str, *, brings_back: bool) -> Letter | None:
    """What a letter says of a mail that did not arrive; None for everybody else's mail.

    Args:
        message: its header.
        text: its text.
        brings_back: whether it has the mail that it is about as a part.
    """
    seen = marks(message)
    if not seen:
        return None
    own, returned = _own_and_returned(text)
    said = plain("\n".join(line for line in own if not line.startswith(">")))
    phrases = _phrases()
    failure = phrases.undelivered.search(said) or phrases.unspaced_undelivered.search(said)
    trying = phrases.still_trying.search(said)
    # That somebody goes on trying is said of much else.
    may_wait = seen.undelivered or seen.late or seen.daemon is Daemon.YES
    found = failure or (trying if may_wait else None)
    code = _CODE.search("\n".join(own))
    spared = frozenset({message.sender.key, *(to.key for to in message.recipients)})
    recipients = _recipients(own, returned, spared)
    words = _Words(
        at=found.start() if found else None,
        coded=code is not None,
        detailed=bool(code or brings_back or returned),
        names_somebody=bool(recipients),
        personal=phrases.personal.search(said) is not None,
    )
    if not _is_a_mail_systems(message, seen, words):
        return None
    is_late = seen.late or (trying is not None and phrases.given_up.search(said) is None)
    evidence = found or code
    return Letter(
        action=Action.DELAYED if is_late else Action.FAILED,
        recipients=recipients,
        permanent=False if is_late else lasting("\n".join(own)),
        evidence=quoted(evidence[0]) if evidence else "",
    )


def _is_a_mail_systems(message: Message, seen: Marks, words: _Words) -> bool:
    """Whether a letter's header and its words together make it a mail system's."""
    if seen.daemon is Daemon.YES or (seen.daemon and seen.undelivered):
        return words.at is not None or words.coded or seen.undelivered
    subject = message.subject.casefold()
    if words.at is None or subject.startswith(_PASSED_ON):
        return False
    answers = subject.startswith(_ANSWERED) or bool(message.in_reply_to)
    if seen.daemon or seen.named:
        # Postmasters are people too, and talk of mail.
        by_itself = not answers and (seen.undelivered or seen.empty_return_path)
        detailed = words.detailed or words.names_somebody or seen.undelivered
        return detailed and (by_itself or not words.personal)
    if answers or words.personal:
        return False
    if seen.weakly_named or seen.empty_return_path:
        return words.detailed or seen.undelivered
    # An unknown writer has to say so at once, in no person's words.
    return words.at < _BEGINNING and (words.detailed or words.names_somebody)

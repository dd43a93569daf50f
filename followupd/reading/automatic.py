"""Which mail a person wrote, and which a machine did.

An absence note, a bounce or a newsletter that passes for an answer silences the follow-ups for
good; a person's mail that passes for automatic is an answer missed. So every rule here rests on
something a mail system says about itself (RFC 3834, 3464, 8098, 2369), the first that fits wins,
and what proves nothing alone is no rule: `X-Auto-Response-Suppress`, an empty Return-Path, a
no-reply address. The words are data: `phrases/automatic.toml`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from followupd.reading.absence import return_day
from followupd.reading.addresses import mailbox_key
from followupd.reading.body import Action, Daemon, ReportKind, daemon
from followupd.reading.text import clean, folded, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from followupd.reading.body import Body, DeliveryReport
    from followupd.reading.message import Message

_RULE_LIMIT = 200
_LOOKED_AT = 3000
"""How much of a text is searched for the words of an absence note."""


class Kind(StrEnum):
    """What a mail is, in the order in which the rules are asked."""

    OWN = "own"
    BOUNCE = "bounce"
    DELIVERY_NOTE = "delivery_note"
    READ_RECEIPT = "read_receipt"
    INVITATION = "invitation"
    ABSENCE = "absence"
    AUTOMATIC = "automatic"
    BULK = "bulk"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a mail is, and why.

    Attributes:
        kind: what it is.
        rule: a short printable sentence that names the header or the words.
        returns_on: the first day back that an absence note names, else None.
    """

    kind: Kind
    rule: str
    returns_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The data, compiled; every pattern is for folded text."""

    beginning: re.Pattern[str]
    loose_beginning: re.Pattern[str]
    undelivered: re.Pattern[str]
    delayed: re.Pattern[str]
    absence: re.Pattern[str]
    automatic: re.Pattern[str]


def _any_of(phrases: Iterable[str]) -> str:
    ordered = sorted({_plain(phrase) for phrase in phrases}, key=len, reverse=True)
    return "|".join(re.escape(phrase) for phrase in ordered)


def _words(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of the phrases, not inside a longer Latin word."""
    return re.compile(rf"(?<![a-z])(?:{_any_of(phrases)})(?![a-z])")


@cache
def _phrases() -> _Phrases:
    source = resources.files("followupd.reading") / "phrases" / "automatic.toml"
    data = tomllib.loads(source.read_text("utf-8"))
    subject, text = data["subject"], data["text"]
    beginnings, unspaced = _any_of(subject["beginnings"]), _any_of(subject["unspaced_beginnings"])
    follows = rf"(?:\s*(?:$|[^\w\s])|\s+(?:{_any_of(subject['continuations'])})(?!\w))"
    return _Phrases(
        beginning=re.compile(rf"{unspaced}|(?:{beginnings})(?:(?<=[:\]])|{follows})"),
        loose_beginning=re.compile(rf"(?:{beginnings})(?!\w)"),
        undelivered=re.compile(_any_of(subject["undelivered"])),
        delayed=re.compile(_any_of(subject["delayed"])),
        absence=_words(text["absence"]),
        automatic=_words(text["automatic"]),
    )


def _plain(text: str) -> str:
    """Folded text with plain apostrophes and single blanks."""
    return " ".join(folded(text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())


def _own_text(body: Body | None) -> str:
    """The beginning of a text, without the lines it quotes."""
    if body is None:
        return ""
    lines = body.text[:_LOOKED_AT].splitlines()
    return _plain("\n".join(line for line in lines if not line.startswith(">")))


def _says(header: str, value: str) -> str:
    return clean(f"{header} says {quoted(value)}", _RULE_LIMIT)


def _report_rule(message: Message, report: DeliveryReport | None) -> Sorted | None:
    """RFC 3464 and RFC 8098: what a report says."""
    kind = message.report_type
    if not kind and report is not None and message.content_type == "multipart/report":
        kind = report.kind.value
    if kind == ReportKind.DISPOSITION_NOTIFICATION:
        return Sorted(Kind.READ_RECEIPT, "A report of type disposition-notification")
    if kind != ReportKind.DELIVERY_STATUS:
        return None
    action = report.action if report is not None else None
    if action is None:
        # Without a readable action the mail system's own subject has to do.
        late = _phrases().delayed.search(_plain(message.subject))
        return Sorted(
            Kind.DELIVERY_NOTE if late else Kind.BOUNCE,
            "A report of type delivery-status that names no action",
        )
    return Sorted(
        Kind.BOUNCE if action is Action.FAILED else Kind.DELIVERY_NOTE,
        f"A report of type delivery-status with the action {action.value}",
    )


def _daemon_rule(message: Message) -> Sorted | None:
    """What mail systems from before RFC 3464 send."""
    subject = _plain(message.subject)
    late = _phrases().delayed.search(subject) is not None
    failed = message.header("x-failed-recipients")
    if failed is not None:
        # Gmail names them in its notes of delay as well.
        rule = _says("X-Failed-Recipients", failed)
        return Sorted(Kind.DELIVERY_NOTE if late else Kind.BOUNCE, rule)
    likely = daemon(message.sender)
    if likely is Daemon.NO:
        return None
    said = message.sender.address or message.sender.name or "<>"
    rule = clean(f"From is the mail system {quoted(said)}", _RULE_LIMIT)
    return_path = message.header("return-path")
    empty_return_path = return_path is not None and return_path.replace(" ", "") in ("", "<>")
    # Not every server keeps the Return-Path; then the subject has to say it.
    undelivered = _phrases().undelivered.match(subject) is not None
    sure = likely is Daemon.YES
    known = sure or message.sender.local == "postmaster"
    if undelivered or (late and sure) or (empty_return_path and known):
        return Sorted(Kind.DELIVERY_NOTE if late else Kind.BOUNCE, rule)
    return Sorted(Kind.AUTOMATIC, rule) if sure else None


def _invitation_rule(message: Message, body: Body | None) -> Sorted | None:
    """RFC 6047: somebody asks for a time."""
    in_body = body.calendar_method if body is not None else None
    method = message.calendar_method or in_body
    if method in ("REQUEST", "COUNTER"):
        return Sorted(Kind.INVITATION, f"A calendar part with the method {method}")
    return None


_AUTOMATIC_HEADERS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Mail-Autoreply",
    "X-AutoReply-From",
)


def _automatic_header(message: Message, own_keys: frozenset[str]) -> str | None:
    """The header by which a mail says that it is an automatic reply, as a rule; else None."""
    submitted = message.header("auto-submitted")
    if submitted is not None:
        keyword = submitted.split(";")[0].split("(")[0].strip().casefold()
        if keyword != "no":
            return _says("Auto-Submitted", submitted)
    for name in _AUTOMATIC_HEADERS:
        value = message.header(name)
        if value is not None and value.strip().casefold() not in ("no", "false"):
            return _says(name, value)
    precedence = message.header("precedence") or ""
    if precedence.strip().casefold() in ("auto_reply", "auto-reply"):
        return _says("Precedence", precedence)
    # A rule in the user's own mailbox that passes mail on leaves its mark on people's mail.
    loop = message.header("x-ms-exchange-inbox-rules-loop")
    if loop is not None and mailbox_key(loop) not in own_keys:
        return _says("X-MS-Exchange-Inbox-Rules-Loop", loop)
    source = message.header("x-ms-exchange-generated-message-source") or ""
    if source.strip().casefold() == "mailbox rules agent":
        return _says("X-MS-Exchange-Generated-Message-Source", source)
    return None


def _automatic_subject(message: Message, body: Body | None) -> str | None:
    """The subject by which a mail is known as an automatic reply, as a rule; else None."""
    subject = _plain(message.subject)
    said = quoted(message.subject)
    rule = clean(f"The subject begins like an automatic reply: {said}", _RULE_LIMIT)
    if _phrases().beginning.match(subject):
        return rule
    if _phrases().loose_beginning.match(subject) and _phrases().automatic.search(_own_text(body)):
        return rule
    return None


def _reply_rule(message: Message, body: Body | None, own_keys: frozenset[str]) -> Sorted | None:
    """RFC 3834: a machine answered for somebody."""
    by_subject = _automatic_subject(message, body)
    rule = _automatic_header(message, own_keys) or by_subject
    if rule is None:
        return None
    words = f"{_plain(message.subject)} {_own_text(body)}"
    if by_subject is None and not _phrases().absence.search(words):
        return Sorted(Kind.AUTOMATIC, rule)
    day = None
    if message.date is not None:
        text = body.text if body is not None else ""
        day = return_day(f"{message.subject}\n{text}", message.date.date())
    return Sorted(Kind.ABSENCE, rule, day)


def _bulk_rule(message: Message) -> Sorted | None:
    """RFC 2369 and RFC 2919: mail to many."""
    for name in ("List-Id", "List-Unsubscribe", "Feedback-ID"):
        value = message.header(name)
        if value is not None:
            return Sorted(Kind.BULK, _says(name, value))
    precedence = message.header("precedence") or ""
    if precedence.strip().casefold() in ("bulk", "list", "junk"):
        return Sorted(Kind.BULK, _says("Precedence", precedence))
    return None


def sort(
    message: Message, *, own_addresses: frozenset[str], body: Body | None, answers_ours: bool
) -> Sorted:
    """Tell what a mail is; the first rule that fits wins.

    Args:
        message: its headers.
        own_addresses: the bare addresses of the user, in any case, of all accounts.
        body: its parts where they were read (see `needs_body`), else None.
        answers_ours: whether it refers to a Message-ID of the user's: then marks of bulk mail
            prove nothing, for applicant-tracking systems put them on recruiters' own mail.
    """
    own_keys = frozenset(mailbox_key(address) for address in own_addresses) - {""}
    if message.sender.mailbox_key in own_keys:
        rule = f"From is the user's own address {quoted(message.sender.address)}"
        return Sorted(Kind.OWN, clean(rule, _RULE_LIMIT))
    found = (
        _report_rule(message, body.report if body is not None else None)
        or _daemon_rule(message)
        or _invitation_rule(message, body)
        or _reply_rule(message, body, own_keys)
    )
    if found is not None:
        return found
    bulk = _bulk_rule(message)
    if bulk is not None and not answers_ours:
        return bulk
    if bulk is not None:
        return Sorted(Kind.PERSON, clean(f"{bulk.rule}, but it answers the user", _RULE_LIMIT))
    return Sorted(Kind.PERSON, "Nothing marks it as automatic")


def needs_body(message: Message) -> bool:
    """Whether `sort` could decide otherwise, or say more, with the body at hand.

    True for reports and mail systems' mail (what was not delivered?), for automatic replies
    (until when?), for calendar mail, and for people's mail in several parts, of which one may be
    an invitation.
    """
    if message.content_type == "multipart/report" or message.has("x-failed-recipients"):
        return True
    if daemon(message.sender) or message.content_type == "text/calendar":
        return True
    if _reply_rule(message, None, frozenset()) is not None:
        return True
    if _phrases().loose_beginning.match(_plain(message.subject)):
        return True
    is_answer = bool(message.references or message.in_reply_to)
    may_be_personal = is_answer or _bulk_rule(message) is None
    return message.content_type.startswith("multipart/") and may_be_personal

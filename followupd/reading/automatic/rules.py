"""Which mail a person wrote, and which a machine did.

An absence note, a bounce or a newsletter that passes for an answer silences the follow-ups for
good; a person's mail that passes for automatic is an answer missed. So every rule here rests on
something a mail system says about itself (RFC 3834, 3464, 8098, 2369), the first that fits wins,
and what proves nothing alone is no rule: `X-Auto-Response-Suppress`, an empty Return-Path, a
no-reply address. The words are data: `phrases/automatic.toml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from followupd.reading.absence import Writer, read_absence
from followupd.reading.addresses import mailbox_key
from followupd.reading.automatic.kinds import Kind, Sorted
from followupd.reading.automatic.mail_systems import Daemon, marks
from followupd.reading.automatic.reports import Action, ReportKind
from followupd.reading.data import read_data
from followupd.reading.phrasing import plain
from followupd.reading.text import clean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from followupd.reading.automatic.reports import DeliveryReport
    from followupd.reading.body import Body
    from followupd.reading.message import Message

__all__ = ["Kind", "Sorted", "may_be_report", "needs_body", "sort"]

_RULE_LIMIT = 200
_LOOKED_AT = 3000
"""How much of a text is searched for the words of an absence note."""


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The data, compiled; every pattern is for folded text."""

    beginning: re.Pattern[str]
    loose_beginning: re.Pattern[str]
    absence: re.Pattern[str]
    automatic: re.Pattern[str]


def _any_of(phrases: Iterable[str]) -> str:
    ordered = sorted({plain(phrase) for phrase in phrases}, key=len, reverse=True)
    return "|".join(re.escape(phrase) for phrase in ordered)


def _words(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of the phrases, not inside a longer Latin word."""
    return re.compile(rf"(?<![a-z])(?:{_any_of(phrases)})(?![a-z])")


@cache
def _phrases() -> _Phrases:
    data = read_data("phrases", "automatic.toml")
    subject, text = data["subject"], data["text"]
    beginnings, unspaced = _any_of(subject["beginnings"]), _any_of(subject["unspaced_beginnings"])
    follows = rf"(?:\s*(?:$|[^\w\s])|\s+(?:{_any_of(subject['continuations'])})(?!\w))"
    return _Phrases(
        beginning=re.compile(rf"[\[(*]?(?:{unspaced}|(?:{beginnings})(?:(?<=[:\]])|{follows}))"),
        loose_beginning=re.compile(rf"[\[(*]?(?:{beginnings})(?!\w)"),
        absence=_words(text["absence"]),
        automatic=_words(text["automatic"]),
    )


def _own_text(body: Body | None) -> str:
    """The beginning of a text, without the lines it quotes."""
    if body is None:
        return ""
    lines = body.text[:_LOOKED_AT].splitlines()
    return plain("\n".join(line for line in lines if not line.startswith(">")))


def _says(header: str, value: str) -> str:
    return clean(f"{header} says {quoted(value)}", _RULE_LIMIT)


def _report_rule(message: Message, report: DeliveryReport | None) -> Sorted | None:
    """RFC 3464 and RFC 8098: what a report says."""
    kind = report.kind.value if report is not None else message.report_type
    if kind == ReportKind.DISPOSITION_NOTIFICATION:
        return Sorted(Kind.READ_RECEIPT, "A report of type disposition-notification")
    if kind != ReportKind.DELIVERY_STATUS:
        # Reports of every kind are a machine's (RFC 6522).
        rule = clean(f"A report of type {quoted(kind)}", _RULE_LIMIT)
        return Sorted(Kind.AUTOMATIC, rule) if kind else None
    action = report.action if report is not None else None
    if action is None and not message.content_type.startswith(("multipart/report", "message/")):
        return None
    said = f": {report.evidence}" if report is not None and report.evidence else ""
    if action is None:
        # Without a readable action the mail system's own subject has to do.
        late = marks(message).late
        rule = f"A report of type delivery-status that names no action{said}"
        return Sorted(Kind.DELIVERY_NOTE if late else Kind.BOUNCE, clean(rule, _RULE_LIMIT))
    rule = (
        f"A report of type delivery-status with the action {action.value}{said}"
        if message.report_type
        else f"A mail system's note of what became of a mail, {action.value}{said}"
    )
    return Sorted(
        Kind.BOUNCE if action is Action.FAILED else Kind.DELIVERY_NOTE, clean(rule, _RULE_LIMIT)
    )


def _daemon_rule(message: Message) -> Sorted | None:
    """What mail systems from before RFC 3464 send, as far as the header tells."""
    seen = marks(message)
    failed = message.header("x-failed-recipients")
    if failed is not None:
        # Gmail names them in its notes of delay as well.
        rule = _says("X-Failed-Recipients", failed)
        return Sorted(Kind.DELIVERY_NOTE if seen.late else Kind.BOUNCE, rule)
    if seen.daemon is Daemon.NO:
        return None
    said = message.sender.address or message.sender.name or "<>"
    rule = clean(f"From is the mail system {quoted(said)}", _RULE_LIMIT)
    # Not every server keeps the Return-Path; then the subject has to say it.
    sure = seen.daemon is Daemon.YES
    known = sure or message.sender.local == "postmaster"
    if seen.undelivered or (seen.late and sure) or (seen.empty_return_path and known):
        return Sorted(Kind.DELIVERY_NOTE if seen.late else Kind.BOUNCE, rule)
    return Sorted(Kind.AUTOMATIC, rule) if sure else None


_CALENDAR_KINDS = {
    "REQUEST": Kind.INVITATION,
    "COUNTER": Kind.INVITATION,
    "CANCEL": Kind.CANCELLATION,
    "REPLY": Kind.CALENDAR_REPLY,
}


def _calendar_rule(message: Message, body: Body | None) -> Sorted | None:
    """RFC 5546 and RFC 6047: what a calendar asks or says; a published one says nothing."""
    in_body = body.calendar_method if body is not None else None
    method = message.calendar_method or in_body or ""
    kind = _CALENDAR_KINDS.get(method)
    return Sorted(kind, f"A calendar part with the method {method}") if kind is not None else None


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
    subject = plain(message.subject)
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
    by_header = _automatic_header(message, own_keys)
    rule = by_header or by_subject
    if rule is None:
        return None
    words = f"{plain(message.subject)} {_own_text(body)}"
    is_absence = by_subject is not None or _phrases().absence.search(words) is not None
    if message.date is None:
        return Sorted(Kind.ABSENCE if is_absence else Kind.AUTOMATIC, rule)
    text = body.text if body is not None else ""
    writer = Writer(message.sender.address, message.sender.name, own_keys)
    absence = read_absence(text, message.subject, message.date.date(), writer)
    if not (is_absence or absence.is_absence):
        return Sorted(Kind.AUTOMATIC, rule)
    stand_in = absence.stand_in
    return Sorted(
        Kind.ABSENCE,
        rule,
        absence.returns_on,
        stand_in.name if stand_in is not None else "",
        stand_in.address if stand_in is not None else "",
        absence.has_left,
        by_subject_alone=(
            by_header is None and not read_absence(text, "", message.date.date(), writer).is_absence
        ),
    )


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
        or _calendar_rule(message, body)
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


def may_be_report(message: Message) -> bool:
    """Whether a header makes it likely that a mail system tells of a mail that did not arrive.

    For mail that concerns no interview as far as its header tells: it may bring back one that
    does. Most such mail is no report; `sort` tells.
    """
    seen = marks(message)
    return (
        message.content_type.startswith(("multipart/report", "message/"))
        or message.has("x-failed-recipients")
        or bool(seen.daemon or seen.named or seen.undelivered or seen.empty_return_path)
    )


def needs_body(message: Message) -> bool:
    """Whether `sort` could decide otherwise, or say more, with the body at hand.

    True for reports and for what a mail system may have written (what was not delivered?), for
    automatic replies (until when?), for calendar mail, and for people's mail in several parts, of
    which one may be an invitation.
    """
    if (
        may_be_report(message)
        or marks(message)
        or message.content_type in ("text/calendar", "application/ics")
    ):
        return True
    if _reply_rule(message, None, frozenset()) is not None:
        return True
    if _phrases().loose_beginning.match(plain(message.subject)):
        return True
    is_answer = bool(message.references or message.in_reply_to)
    may_be_personal = is_answer or _bulk_rule(message) is None
    return message.content_type.startswith("multipart/") and may_be_personal

"""`why`: what was made of each mail, by which rule and which words, and how to correct it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.cli.desk import history_of, open_desk
from followupd.cli.format import iso, name_of, worded
from followupd.cli.reasons import LIMIT, Explanation
from followupd.cli.screen import Screen, print_json
from followupd.domain import events as happened
from followupd.domain.days import say_day, say_moment
from followupd.domain.interview import Outcome
from followupd.domain.verdicts import guess_of
from followupd.errors import FollowupdError, UsageError
from followupd.reading.automatic import Kind
from followupd.reading.text import clean, quoted
from followupd.service.inquiry import Inquiry
from followupd.store import event_to_json

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping

    from followupd.cli.desk import Desk
    from followupd.domain.events import Event, Mail
    from followupd.domain.history import History
    from followupd.service.clock import Clock
    from followupd.service.inquiry import Answer
    from followupd.store import Recorded


def why(arguments: Namespace, clock: Clock) -> int:
    """Explain what was made of an interview's mails, or of one mail."""
    if (arguments.id is None) == (arguments.message is None):
        raise UsageError("say which: `followupd why ID`, or `followupd why --message MESSAGE-ID`")
    with open_desk(arguments, clock) as desk:
        if arguments.message is not None:
            return _why_message(desk, arguments.message, as_json=arguments.json)
        history, recorded = _events_of(desk, arguments.id)
        mails = [each for each in recorded if _mail_of(each.event) is not None]
        if arguments.json:
            print_json([event_to_json(each.event) for each in mails])
            return 0
        screen = Screen()
        screen.line(f"{name_of(history.interview)}:")
        for each in mails:
            _print(screen, _explain(each.event, history, desk))
        if not mails:
            screen.line("No mail has been found for this interview yet.")
        for sentence in _corrections(history):
            screen.line(sentence)
    return 0


def _events_of(desk: Desk, number: int) -> tuple[History, tuple[Recorded, ...]]:
    with desk.store.look() as reading:
        history = history_of(desk.histories(reading), number)
        return history, tuple(reading.chronicle(number).events)


def _why_message(desk: Desk, written: str, *, as_json: bool) -> int:
    """Tell what was recorded of a mail; else look it up and judge it as of now."""
    message_id = f"<{written.strip().strip('<>')}>"
    with desk.store.look() as reading:
        histories = desk.histories(reading)
        known = [
            (histories[chronicle.interview_id], recorded.event)
            for chronicle in reading.chronicles()
            for recorded in chronicle.events
            if (mail := _mail_of(recorded.event)) is not None and mail.message_id == message_id
        ]
        suggested = [
            each.id
            for each in reading.suggestions()
            if each.suggestion.mail.message_id == message_id
        ]
    if known and as_json:
        print_json([{"interview": h.interview_id} | event_to_json(event) for h, event in known])
        return 0
    screen = Screen()
    for history, event in known:
        screen.line(f"{history.interview_id}: {name_of(history.interview)}")
        _print(screen, _explain(event, history, desk))
    if known:
        return 0
    inquiry = Inquiry(desk.settings, tuple(histories.values()), desk.workdays, desk.now)
    answers = list(inquiry.look_up(message_id))
    if not answers:
        said = clean(message_id, LIMIT)
        raise FollowupdError(f"no mail with the Message-ID {said} is in any folder that is read")
    if as_json:
        print_json([_answer_json(answer, histories, desk) for answer in answers])
        return 0
    for answer in answers:
        _print(screen, _explain_unrecorded(answer, histories, suggested, desk))
    return 0


# ---- what was recorded


def _mail_of(event: Event) -> Mail | None:
    match event:
        case (
            happened.ThreadFound(mail=mail)
            | happened.ReplyReceived(mail=mail)
            | happened.HoldingReply(mail=mail)
            | happened.Acknowledged(mail=mail)
            | happened.PossibleReply(mail=mail)
            | happened.AutomaticReceived(mail=mail)
            | happened.WroteByHand(mail=mail)
        ):
            return mail
        case _:
            return None


def _explain(event: Event, history: History, desk: Desk) -> Explanation:  # noqa: C901 - one case an event
    mail = _mail_of(event)
    number = history.interview_id
    told = Explanation(_title(mail, desk) if mail is not None else "")
    match event:
        case happened.ThreadFound():
            told.add("Taken for", "earlier correspondence: it is from before the interview")
        case happened.WroteByHand():
            told.add("Taken for", "written by you: From is an address of yours")
        case happened.AutomaticReceived():
            told.add("Taken for", f"{worded(event.category)}: no answer")
            told.add("Because", clean(event.rule, LIMIT))
            told.add("If wrong", f"`followupd answered {number}`")
        case happened.ReplyReceived():
            what = "" if event.outcome is Outcome.OTHER else f": {worded(event.outcome)}"
            told.add("Taken for", f"an answer{what}")
            told.add_reasons(event, desk)
            guess = guess_of(event.verdict)
            if guess is not None:
                told.add("Not sure", f"it may be: {worded(guess)}. You decide.")
            told.add("If wrong", f"`followupd silent {number}`, or")
            told.add("", f"`followupd answered {number} --outcome …`")
        case happened.HoldingReply():
            until = ""
            if event.decision_by is not None:
                until = f", until {say_day(event.decision_by, desk.today)}"
            told.add("Taken for", f"not decided yet{until}")
            told.add_reasons(event, desk)
            told.add("If wrong", f"`followupd decision {number} DATE`, or")
            told.add("", f"`followupd answered {number} --outcome …`")
        case happened.Acknowledged():
            told.add("Taken for", "a word that something came: no answer")
            told.add_reasons(event, desk)
            told.add("If wrong", f"`followupd answered {number} --outcome …`")
        case happened.PossibleReply():
            waits = any(p.mail.message_id == event.mail.message_id for p in history.possible)
            now = "it waits for your word" if waits else "you have decided it"
            told.add("Taken for", f"a possible reply: {now}")
            told.add_reasons(event, desk)
            if waits:
                told.add("Decide", "`followupd resolve`")
    return told


def _corrections(history: History) -> Iterator[str]:
    """What the user said, which no mail that was read before overturns."""
    if history.answer is not None and history.answer.mail is None:
        outcome = history.answer.outcome
        what = "" if outcome is Outcome.OTHER else f": {worded(outcome)}"
        yield f"You said that it is answered{what}. That stands."
    if history.marked_silent:
        yield "You said that no answer has come. That stands until another mail comes."


# ---- what was not recorded


_KINDS = {
    Kind.OWN: "written by you",
    Kind.BOUNCE: "a bounce",
    Kind.DELIVERY_NOTE: "a delivery note",
    Kind.READ_RECEIPT: "a read receipt",
    Kind.INVITATION: "an invitation",
    Kind.CANCELLATION: "an invitation that is taken back",
    Kind.CALENDAR_REPLY: "a calendar's note",
    Kind.ABSENCE: "an absence note",
    Kind.AUTOMATIC: "an automatic reply",
    Kind.BULK: "mail to many",
    Kind.PERSON: "a person's mail",
}


def _brought_back(answer: Answer, histories: Mapping[int, History]) -> list[int]:
    """The interviews of which a bounce brings a mail back."""
    found = answer.judgement
    report = found.body.report if found.body is not None else None
    if found.sorted.kind is not Kind.BOUNCE or report is None:
        return []
    original = report.original_message_id
    return [number for number, history in histories.items() if original in history.message_ids]


def _explain_unrecorded(
    answer: Answer, histories: Mapping[int, History], suggested: list[int], desk: Desk
) -> Explanation:
    found = answer.judgement
    told = Explanation(_title(answer.mail, desk))
    told.add("Found in", f"{clean(answer.account, 60)}, {clean(answer.mail.folder, 80)}")
    told.add("Taken for", _KINDS[found.sorted.kind])
    told.add("Because", clean(found.sorted.rule, LIMIT))
    bounced = _brought_back(answer, histories)
    if bounced:
        numbers = ", ".join(map(str, bounced))
        told.add("Belongs to", f"interview {numbers}: it brings back a mail of it")
        told.add("Recorded", "that mail came back: `followupd log ID` tells whose")
        return told
    if found.match is None:
        told.add("Belongs to", "no interview: no reference, address, organisation or name fits")
    else:
        numbers = ", ".join(map(str, found.match.interview_ids))
        sure = "surely" if found.match.certain else "perhaps"
        told.add("Belongs to", f"{sure} to {numbers}: {clean(found.match.evidence, LIMIT)}")
    told.add_verdict(found.verdict, desk)
    if suggested:
        told.add("Recorded", f"suggestion {suggested[0]}: `followupd suggestions`")
        return told
    told.add("Recorded", "nothing")
    told.add("If wrong", "`followupd answered ID --outcome …`")
    return told


def _answer_json(answer: Answer, histories: Mapping[int, History], desk: Desk) -> dict[str, object]:
    found = answer.judgement
    verdict = found.verdict
    matched = list(found.match.interview_ids) if found.match is not None else []
    return {
        "account": answer.account,
        "folder": answer.mail.folder,
        "at": iso(answer.mail.date, desk.workdays),
        "from": answer.mail.sender,
        "subject": answer.mail.subject,
        "kind": found.sorted.kind.value,
        "rule": found.sorted.rule,
        "interviews": _brought_back(answer, histories) or matched,
        "certain": found.match is not None and found.match.certain,
        "evidence": found.match.evidence if found.match is not None else None,
        "meaning": verdict.meaning.value if verdict is not None else None,
        "confidence": verdict.confidence if verdict is not None else None,
        "words": [words.words for words in verdict.evidence] if verdict is not None else [],
    }


# ---- printing


def _title(mail: Mail, desk: Desk) -> str:
    name, address = clean(mail.sender_name, 60), clean(mail.sender, 100)
    whom = f"{name} <{address}>" if name else address
    when = say_moment(desk.workdays.local(mail.date), desk.today)
    return f"{quoted(mail.subject, 100)} from {whom}, {when}"


def _print(screen: Screen, told: Explanation) -> None:
    screen.line()
    screen.line(told.title)
    screen.table(("", ""), told.facts, cut=(16,))

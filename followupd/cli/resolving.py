"""`resolve`: the user decides what followupd was not sure about.

A possible reply has one number for all the interviews it may belong to: that of the first event
that told of it. The number never changes and is never given to another mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.cli.desk import history_of, open_desk
from followupd.cli.format import NAME_LIMIT, iso, moment, name_of
from followupd.cli.reasons import reads_like
from followupd.cli.screen import Screen, print_json
from followupd.cli.standing import what_follows
from followupd.domain.events import (
    HoldingReply,
    Layer,
    PossibleReply,
    ReplyReceived,
    ReplyResolved,
)
from followupd.domain.verdicts import is_promise, outcome_of
from followupd.errors import FollowupdError, UnknownInterview, UsageError
from followupd.reading.text import clean, quoted

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from followupd.cli.desk import Desk
    from followupd.domain.events import Event, Mail, Verdict
    from followupd.domain.history import History
    from followupd.domain.interview import Outcome
    from followupd.service.clock import Clock
    from followupd.store import Reading, Transaction

_EVIDENCE_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Reply:
    """A possible reply.

    Attributes:
        number: by which the user names it.
        mail: what is kept of it.
        interviews: those that wait for the decision, ascending; empty once it is made.
        evidence: why it may belong to them.
        verdict: what was read in it, or None.
    """

    number: int
    mail: Mail
    interviews: tuple[int, ...]
    evidence: str
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the user says: which interview it answers, None for none, and with what."""

    interview: int | None
    outcome: Outcome | None


def possible_replies(reading: Reading, histories: Mapping[int, History]) -> list[Reply]:
    """Every mail that ever was a possible reply, by ascending number."""
    first: dict[str, tuple[int, PossibleReply]] = {}
    for chronicle in reading.chronicles():
        for recorded in chronicle.events:
            if isinstance(event := recorded.event, PossibleReply):
                known = first.get(event.mail.message_id)
                if known is None or recorded.id < known[0]:
                    first[event.mail.message_id] = (recorded.id, event)
    replies = []
    for message_id, (number, event) in sorted(first.items(), key=lambda item: item[1][0]):
        waiting = {
            interview_id: possible
            for interview_id, history in sorted(histories.items())
            for possible in history.possible
            if possible.mail.message_id == message_id
        }
        evidence = dict.fromkeys(possible.evidence for possible in waiting.values())
        why = "; ".join(evidence)
        replies.append(Reply(number, event.mail, tuple(waiting), why, event.verdict))
    return replies


def resolve(arguments: Namespace, clock: Clock) -> int:
    """List the possible replies, or decide one."""
    decides = arguments.none or arguments.interview is not None
    if decides and arguments.reply is None:
        raise UsageError("REPLY: say which; `followupd resolve` lists the numbers")
    if arguments.reply is not None and not decides:
        raise UsageError("say what it answers: --interview ID, or --none")
    if arguments.outcome is not None and arguments.interview is None:
        raise UsageError("--outcome goes with --interview ID: what answers none says nothing here")
    with open_desk(arguments, clock) as desk:
        if not decides:
            _list(desk, as_json=arguments.json)
            return 0
        with desk.store.begin() as transaction:
            histories = desk.histories(transaction)
            reply = _reply_of(possible_replies(transaction, histories), arguments.reply)
            choice = _Choice(arguments.interview, arguments.outcome)
            concerned = _decide(transaction, histories, reply, choice, desk)
        histories = desk.histories()
        if arguments.json:
            print_json({"reply": reply.number, "interview": arguments.interview})
            return 0
        screen = Screen()
        answers = "none" if arguments.interview is None else f"interview {arguments.interview}"
        screen.line(f"Noted: {quoted(reply.mail.subject, 100)} answers {answers}.")
        for number in concerned:
            plan = desk.plan(histories[number], histories)
            for sentence in what_follows(histories[number], plan, desk):
                screen.line(sentence)
    return 0


def _reply_of(replies: list[Reply], number: int) -> Reply:
    found = next((reply for reply in replies if reply.number == number), None)
    if found is None:
        raise UnknownInterview(
            f"there is no possible reply {number}; `followupd resolve` lists those there are"
        )
    if not found.interviews:
        raise FollowupdError(
            f"the reply {number} is decided already; `followupd reopen`, `silent` or `answered` "
            "change what became of an interview"
        )
    return found


def _decide(
    transaction: Transaction,
    histories: Mapping[int, History],
    reply: Reply,
    choice: _Choice,
    desk: Desk,
) -> list[int]:
    """Record the decision; the interviews it concerns."""
    chosen = choice.interview
    if chosen is not None:
        history_of(histories, chosen)
    message_id = reply.mail.message_id
    for number in reply.interviews:
        belongs = number == chosen
        resolved = ReplyResolved(
            at=desk.now,
            message_id=message_id,
            belongs=belongs,
            outcome=choice.outcome if belongs else None,
        )
        transaction.append(number, resolved)
    if chosen is None or chosen in reply.interviews:
        return list(reply.interviews)
    received: Event
    if choice.outcome is None and reply.verdict is not None and is_promise(reply.verdict):
        received = HoldingReply(
            at=desk.now,
            mail=reply.mail,
            layer=Layer.HAND,
            evidence="you said so",
            decision_by=reply.verdict.decision_by,
            verdict=reply.verdict,
        )
    else:
        received = ReplyReceived(
            at=desk.now,
            mail=reply.mail,
            layer=Layer.HAND,
            evidence="you said so",
            outcome=choice.outcome or outcome_of(reply.verdict),
            verdict=reply.verdict,
        )
    # The mark keeps the same mail in another folder from being taken a second time; where it was
    # met before and judged otherwise, the user's word counts nevertheless.
    if transaction.append(chosen, received, f"mail:{message_id}") is None:
        transaction.append(chosen, received)
    return [*reply.interviews, chosen]


def _list(desk: Desk, *, as_json: bool) -> None:
    with desk.store.look() as reading:
        histories = desk.histories(reading)
        replies = [reply for reply in possible_replies(reading, histories) if reply.interviews]
    if as_json:
        print_json(
            [
                {
                    "reply": reply.number,
                    "at": iso(reply.mail.date, desk.workdays),
                    "from": reply.mail.sender,
                    "subject": reply.mail.subject,
                    "interviews": list(reply.interviews),
                    "evidence": reply.evidence,
                    "meaning": reply.verdict.meaning.value if reply.verdict else None,
                    "confidence": reply.verdict.confidence if reply.verdict else None,
                }
                for reply in replies
            ]
        )
        return
    screen = Screen()
    if not replies:
        screen.line("There is no possible reply to decide.")
        return
    rows = []
    for reply in replies:
        mail = reply.mail
        may_be = (f"{n}: {name_of(histories[n].interview)}" for n in reply.interviews)
        sender = clean(f"{mail.sender_name} <{mail.sender}>", 2 * NAME_LIMIT)
        told = (
            clean(mail.subject, NAME_LIMIT),
            f"from {sender}",
            f"because: {clean(reply.evidence, _EVIDENCE_LIMIT)}",
            *reads_like(reply.verdict, desk),
        )
        when = moment(mail.date, desk.today, desk.workdays)
        rows.append((str(reply.number), when, "\n".join(told), "\n".join(may_be)))
    screen.table(("REPLY", "WHEN", "MAIL", "MAY ANSWER"), rows, cut=(6, 17))
    screen.line()
    screen.line("`followupd resolve REPLY --interview ID`, or `followupd resolve REPLY --none`.")

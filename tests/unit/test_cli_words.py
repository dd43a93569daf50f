"""Distances and events in words."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from followupd.cli.format import distance
from followupd.cli.telling import Teller
from followupd.domain import acts, approvals
from followupd.domain import events as happened
from followupd.domain.events import AutomaticCategory, Layer, Mail
from followupd.domain.interview import Outcome, Part, Person, Promise
from tests.support.stories import DANA, NINA, calendar, story

if TYPE_CHECKING:
    from followupd.domain.events import Event

HOSTILE = "\x1b]0;owned\x07\x1b[2J[red]x[/red]\u202e[link=http://evil.example]\r\nnow"


def hostile_mail(at: datetime) -> Mail:
    """A mail whose every text tries something."""
    return Mail(
        message_id=f"<{HOSTILE}@x.example>",
        sender=f"evil{HOSTILE}@x.example",
        sender_name=HOSTILE,
        recipients=("robin@example.org",),
        subject=HOSTILE * 20,
        date=at,
        folder=HOSTILE,
    )


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-12-04", "today"),
        ("2026-12-05", "tomorrow"),
        ("2026-12-03", "yesterday"),
        ("2026-12-06", "in 2 days"),
        ("2026-12-07", "in 1 working day"),
        ("2026-12-09", "in 3 working days"),
        ("2026-12-01", "3 working days ago"),
        ("2027-12-04", "in 365 days"),
    ],
)
def test_a_distance_is_counted_in_working_days(day: str, words: str) -> None:
    """Seen from a Friday; where no working day lies between, in days."""
    assert distance(date.fromisoformat(day), date(2026, 12, 4), calendar()) == words


@pytest.mark.parametrize("category", list(AutomaticCategory))
def test_every_kind_of_automatic_mail_is_told_in_words(category: AutomaticCategory) -> None:
    """A kind without words would keep the whole log from being shown."""
    told = story(DANA, NINA)
    event = happened.AutomaticReceived(
        at=told.now, mail=hostile_mail(told.now), category=category, rule="Auto-Submitted"
    )
    teller = Teller(told.history, calendar(), date(2026, 12, 4))
    assert ", no answer: " in teller.tell(event)


def hostile_verdict() -> happened.Verdict:
    """A verdict whose words would write on the terminal."""
    meaning = happened.Meaning.STILL_DECIDING
    words = happened.Words(meaning, HOSTILE, happened.Place.TEXT, 1)
    return happened.Verdict(meaning, 0.9, (words,))


def test_every_kind_of_event_is_told_in_words() -> None:
    """No event is left out, and none of them lets a mail write on the terminal."""
    told = story(DANA, NINA)
    now = told.now
    mail = hostile_mail(now)
    every: list[Event] = [
        told.events[0],
        happened.MailboxSearched(at=now, account="personal"),
        happened.ThreadFound(at=now, mail=mail),
        happened.ReplyReceived(at=now, mail=mail, layer=Layer.ADDRESS, evidence=HOSTILE),
        happened.HoldingReply(
            at=now, mail=mail, layer=Layer.ADDRESS, evidence=HOSTILE, decision_by=None,
            verdict=hostile_verdict(),
        ),
        happened.Acknowledged(at=now, mail=mail, layer=Layer.ADDRESS, evidence=HOSTILE),
        happened.PossibleReply(at=now, mail=mail, layer=Layer.NAME, evidence=HOSTILE),
        happened.ReplyResolved(at=now, message_id=HOSTILE, belongs=True),
        happened.AutomaticReceived(
            at=now,
            mail=mail,
            category=AutomaticCategory.ABSENCE,
            rule=HOSTILE,
            returns_on=date(2026, 12, 14),
            stand_in_name=HOSTILE,
            stand_in_address=HOSTILE,
            has_left=True,
        ),
        happened.Bounced(at=now, address=HOSTILE, original_message_id=HOSTILE),
        happened.DraftQueued(
            at=now, step="check-in", cycle=0, person=DANA.address, to=DANA.address,
            message_id="<d>", attempt=0, subject=HOSTILE,
        ),
        happened.DraftEdited(at=now, message_id="<d>"),
        happened.DraftSent(
            at=now, message_id="<d>", sent_at=now, sent_message_id="<d>", certain=False
        ),
        happened.DraftDismissed(at=now, message_id="<d>"),
        happened.DraftWithdrawn(at=now, message_id="<d>", reason=HOSTILE),
        happened.DraftMissing(at=now, message_id="<d>"),
        happened.DraftFound(at=now, message_id="<d>"),
        happened.WroteByHand(at=now, mail=mail),
        happened.CallMade(at=now, note=HOSTILE),
        happened.InterviewMoved(at=now, held_at=now),
        happened.DecisionMoved(at=now, decision_by=date(2026, 12, 14)),
        happened.MarkedAnswered(at=now, outcome=Outcome.NEXT_ROUND),
        happened.MarkedSilent(at=now),
        happened.Snoozed(at=now, until=now),
        happened.StepSkipped(at=now, step="check-in", cycle=0, person=DANA.address),
        happened.Closed(at=now, reason=HOSTILE),
        happened.Reopened(at=now),
        happened.Noted(at=now, text=HOSTILE),
        acts.InterviewEdited(at=now, company=HOSTILE, is_final=True),
        acts.PersonRecorded(at=now, person=Person(HOSTILE, HOSTILE, Part.SENIOR)),
        acts.PersonRemoved(at=now, address=HOSTILE, part=Part.SENIOR),
        acts.PromiseMade(at=now, promise=Promise(date(2026, 12, 14), HOSTILE)),
        acts.PromiseDropped(at=now, number=7),
        acts.TopicNoted(at=now, address=DANA.address, text=HOSTILE),
        acts.PlansChanged(at=now, text=HOSTILE),
        acts.DraftRequested(at=now, template=HOSTILE, person=DANA.address),
        acts.TaskDone(at=now, step=HOSTILE, cycle=0, person=""),
        acts.NextRoundRecorded(at=now, interview_id=2),
        acts.Reviewed(at=now, answered=True, days=3, treated=4, again=False, text=HOSTILE),
        approvals.DraftApproved(
            at=now, message_id="<d>", folder=HOSTILE, recipients=(HOSTILE, DANA.address)
        ),
        approvals.ApprovalTakenBack(at=now, message_id="<d>"),
        approvals.SendingHeld(at=now, message_id="<d>", reason=HOSTILE),
        approvals.SendingFailed(at=now, message_id="<d>", reason=HOSTILE, again_at=now),
        approvals.SendingFailed(at=now, message_id="<d>", reason=HOSTILE, again_at=None),
        approvals.SendingUnclear(at=now, message_id="<d>", reason=HOSTILE, sending_at=now),
        approvals.SendingDenied(at=now, message_id="<d>"),
        happened.DraftSent(
            at=now, message_id="<d>", sent_at=now, sent_message_id="<d>", certain=True,
            answer=HOSTILE,
        ),
    ]  # fmt: skip
    told.record(*every[10:11])
    teller = Teller(told.history, told.workdays, date(2026, 11, 3))
    sentences = [teller.tell(event) for event in every]
    assert len({event.kind for event in every}) == len(happened.Event.__args__)
    assert all(sentence and sentence.isprintable() for sentence in sentences)
    assert len(set(sentences)) == len(sentences)
    assert "check-in to Dana Fox" in sentences[10]

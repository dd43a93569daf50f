"""A draft of ours in real mail programs: it opens, and whatever is done with it is understood."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from email import policy
from typing import TYPE_CHECKING

from followupd.domain.interview import DraftState, Status
from tests.clients.findings import note, what_survived
from tests.clients.program import until
from tests.clients.waiting import SUBJECT
from tests.support.approving import FOLDER
from tests.support.seeker import BERLIN, DANA

if TYPE_CHECKING:
    from tests.clients.program import MailProgram
    from tests.clients.sink import Sink
    from tests.clients.waiting import Waiting

OWN_WORDS = "PS: added by hand."


def test_it_opens_as_a_draft_and_edited_it_stays_when_the_answer_comes(
    program: MailProgram, story: Waiting
) -> None:
    """Listed in Drafts, opened with recipient, subject and text; saved, it is the user's own."""
    assert program.drafts(SUBJECT) == [SUBJECT]
    program.picture("drafts")
    composed = program.open_draft(SUBJECT)
    program.picture("composer")
    assert DANA.address in composed.to
    assert composed.subject == SUBJECT
    assert "Dear Dana Fox," in composed.text
    program.write(OWN_WORDS)
    program.save()
    until(lambda: _texts_in_drafts(story) == [True], "the edited draft, alone in Drafts")
    assert story.look().state is DraftState.EDITED
    note(program, "edited", "recognised")
    story.answered()
    assert story.seeker.status(story.number) is Status.ANSWERED
    assert story.draft.state is DraftState.EDITED
    assert _texts_in_drafts(story) == [True]
    assert "edited" in story.seeker.told("list").out


def _texts_in_drafts(story: Waiting) -> list[bool]:
    """For each message in Drafts, whether it holds the user's own words."""
    return [OWN_WORDS in draft.as_string() for draft in story.seeker.drafts()]


def test_sent_it_is_sent_and_the_plan_goes_on_from_that_moment(
    program: MailProgram, story: Waiting, sink: Sink
) -> None:
    """One message leaves, in the recruiter's thread; the next step counts from today."""
    before = story.seeker.drafts()[0]
    program.drafts(SUBJECT)
    program.open_draft(SUBJECT)
    program.write(OWN_WORDS)
    pressed = datetime.now(UTC).replace(microsecond=0)
    program.send()
    until(lambda: len(sink.received) == 1, "the message at the SMTP server")
    until(lambda: len(story.seeker.lying_in("Sent")) == 1, "the copy in Sent")
    until(lambda: story.seeker.drafts() == [], "an empty Drafts folder")
    draft = story.look()
    assert draft.state is DraftState.SENT
    assert draft.settled_at is not None
    assert pressed <= draft.settled_at <= datetime.now(UTC)
    message = sink.received[0].message
    assert DANA.address in sink.received[0].recipients
    assert OWN_WORDS in message.as_string()
    for name in ("Message-ID", "References", "In-Reply-To"):
        note(program, name, what_survived(before, message, name))
    note(program, "sent", "recognised")
    assert str(story.letter["Message-ID"]) in f"{message['References']} {message['In-Reply-To']}"
    # The next step counts from today.
    today = datetime.now(BERLIN).date()
    workdays = story.seeker.world.workdays
    [ahead] = [s for s in story.seeker.plan(story.number).steps if s.step == "call"]
    assert ahead.due is not None
    assert workdays.between(today, ahead.due.date()) >= 3


def test_the_sent_message_stands_under_the_recruiters(
    program: MailProgram, story: Waiting, sink: Sink
) -> None:
    """In a folder that holds both, the program shows ours as the answer."""
    program.drafts(SUBJECT)
    program.open_draft(SUBJECT)
    program.send()
    until(lambda: len(story.seeker.lying_in("Sent")) == 1, "the copy in Sent")
    client = story.seeker.mailbox.looking
    # Dovecot 2.3 may say of a folder it has just made that it exists already, when the program's
    # session makes one at the same moment.
    with suppress(client.Error):
        client.create_folder("Together")
    for message in (story.letter, story.seeker.lying_in("Sent")[0][1]):
        client.append("Together", message.as_bytes(policy=policy.SMTP), flags=[b"\\Seen"])
    shown = program.thread("Together")
    program.picture("thread")
    assert shown == [(0, "Your interview at Acme"), (1, SUBJECT)]
    note(program, "thread", "under the recruiter's mail")


def test_deleted_it_is_dismissed_and_never_comes_back(program: MailProgram, story: Waiting) -> None:
    """Deleted means no."""
    program.drafts(SUBJECT)
    program.delete_draft(SUBJECT)
    until(lambda: story.seeker.drafts() == [], "an empty Drafts folder")
    state = story.look().state
    # A program that deletes for good leaves no trace; that is believed after a day.
    assert state in (DraftState.DISMISSED, DraftState.MISSING)
    told = "at once" if state is DraftState.DISMISSED else "after a day, since it leaves no trace"
    story.days_go_by(5)
    history = story.seeker.history(story.number)
    check_ins = [draft for draft in history.drafts if draft.step == "check-in"]
    assert [draft.state for draft in check_ins] == [DraftState.DISMISSED]
    assert SUBJECT not in [str(draft["Subject"]) for draft in story.seeker.drafts()]
    note(program, "deleted", told)


def test_untouched_it_disappears_when_the_answer_comes(
    program: MailProgram, story: Waiting
) -> None:
    """Looked at in the list only it is untouched, and is taken back."""
    program.drafts(SUBJECT)
    assert story.look().state is DraftState.QUEUED
    story.answered()
    assert story.draft.state is DraftState.WITHDRAWN
    assert program.drafts() == []
    program.picture("withdrawn")
    listed = json.loads(story.seeker.told("list", "--json").out)
    assert [entry["status"] for entry in listed] == ["answered"]
    note(program, "withdrawn", "no longer shown")


def test_moved_into_the_approval_folder_it_is_sent_at_its_hour(
    program: MailProgram, story: Waiting
) -> None:
    """The move in the program's own list is the approval; nothing else is needed."""
    program.drafts(SUBJECT)
    program.move_draft(SUBJECT, FOLDER)
    until(lambda: len(story.seeker.lying_in(FOLDER)) == 1, "the draft in the approval folder")
    until(lambda: story.seeker.drafts() == [], "an empty Drafts folder")
    if story.look().state is DraftState.APPROVED:  # it is not an hour for sending now
        due = story.seeker.plan(story.number).next_due
        assert due is not None
        story.seeker.clock.moment = due
        assert story.seeker.once() == []
    assert story.draft.state is DraftState.SENT
    [envelope] = story.robin.smtp.envelopes
    assert envelope.recipients == (DANA.address,)
    assert story.robin.counts() == {"Drafts": 0, FOLDER: 0, "Sent": 1, "SMTP": 1}
    note(program, "approved", "sent")

"""Sending on approval: the user moves a draft into a folder, and that very draft is sent, once."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState, Status
from followupd.domain.steps import StepState
from tests.support.approving import FOLDER, Approver, approver, with_check_in
from tests.support.seeker import DANA, KIM, Seeker, berlin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.authority import Authority


@pytest.fixture
def robin(seeker: Seeker, authority: Authority) -> Iterator[Approver]:
    """A check-in to Dana lies in Drafts since Tue 8 Dec, 10:00."""
    with approver(seeker, authority) as robin:
        with_check_in(seeker, DANA)
        yield robin


def test_a_draft_moved_into_the_folder_is_sent_and_filed(robin: Approver) -> None:
    """One message leaves, to whom the draft says, and one copy lies in Sent."""
    robin.approves()
    before = robin.seeker.lying_in(FOLDER)[0][1]
    robin.seeker.at("2026-12-08 10:07")
    assert robin.seeker.once() == []
    assert robin.counts() == {"Drafts": 0, FOLDER: 0, "Sent": 1, "SMTP": 1}
    [envelope] = robin.smtp.envelopes
    assert (envelope.sender, envelope.recipients) == ("robin@example.org", (DANA.address,))
    [message] = robin.delivered
    assert message.get_content() == before.get_content()
    changed = [name for name in before if message[name] != before[name]]
    assert changed == ["Date"]
    assert parsedate_to_datetime(message["Date"]) == berlin("2026-12-08 10:07")
    [(_, copy)] = robin.seeker.lying_in("Sent")
    assert copy.as_bytes() == message.as_bytes()
    draft = robin.draft()
    assert draft.state is DraftState.SENT
    assert draft.settled_at == berlin("2026-12-08 10:07")


def test_passes_after_it_send_nothing_more(robin: Approver) -> None:
    """However often and how long after."""
    robin.approves()
    for _ in range(3):
        robin.seeker.once()
    robin.seeker.clock.moment += timedelta(days=1)
    robin.seeker.once()
    assert robin.counts() == {"Drafts": 0, FOLDER: 0, "Sent": 1, "SMTP": 1}
    assert robin.seeker.kinds(1).count("draft_sent") == 1


def test_in_the_evening_it_waits_for_the_morning_and_list_says_so(robin: Approver) -> None:
    """It goes out when the sending hours begin; until then it is approved."""
    robin.seeker.at("2026-12-08 21:00")
    robin.approves()
    robin.seeker.once()
    assert robin.smtp.envelopes == []
    assert robin.draft().state is DraftState.APPROVED
    [step] = [s for s in robin.seeker.plan(1).steps if s.step == "check-in"]
    assert step.state is StepState.APPROVED
    assert robin.seeker.plan(1).next_due == berlin("2026-12-09 09:00")
    assert "approved" in robin.seeker.told("list").out
    robin.seeker.at("2026-12-09 09:00")
    robin.seeker.once()
    assert len(robin.smtp.envelopes) == 1


def test_moved_out_before_its_hour_it_is_not_sent(robin: Approver) -> None:
    """The approval is taken back, and the draft is the user's own: it stays."""
    robin.seeker.at("2026-12-08 21:00")
    robin.approves()
    robin.seeker.once()
    robin.takes_back()
    robin.seeker.at("2026-12-09 09:00")
    robin.seeker.once()
    assert robin.counts() == {"Drafts": 1, FOLDER: 0, "Sent": 0, "SMTP": 0}
    assert robin.draft().state is DraftState.EDITED
    robin.seeker.receives(robin.seeker.letter_from(DANA, "Good news"))
    robin.seeker.once()
    assert len(robin.seeker.drafts()) == 1


def test_an_edited_draft_goes_to_whom_the_user_wrote_it(robin: Approver) -> None:
    """Text, recipients and Bcc are those that the user left; Bcc is not told to anybody."""
    [(uid, _)] = robin.seeker.lying_in("Drafts")
    people = {"Cc": "Kim Lee <kim@acme.example>", "Bcc": "robin@example.org"}
    robin.seeker.edits(uid, "In my own words.", **people)
    robin.approves()
    robin.seeker.once()
    [envelope] = robin.smtp.envelopes
    assert envelope.recipients == (DANA.address, KIM.address, "robin@example.org")
    [message] = robin.delivered
    assert message["Bcc"] is None
    assert message.get_content().strip() == "In my own words."


def test_what_came_meanwhile_holds_it_until_it_is_approved_once_more(robin: Approver) -> None:
    """No check-in goes out after the answer, unless the user insists."""
    robin.seeker.at("2026-12-08 21:00")
    robin.approves()
    robin.seeker.once()
    robin.seeker.receives(robin.seeker.letter_from(DANA, "Good news"))
    robin.seeker.at("2026-12-09 09:00")
    robin.seeker.once()
    assert robin.counts() == {"Drafts": 0, FOLDER: 1, "Sent": 0, "SMTP": 0}
    assert robin.seeker.status(1) is Status.ANSWERED
    assert "held back" in robin.seeker.told("list").out
    robin.takes_back()
    robin.seeker.once()
    robin.approves()
    robin.seeker.once()
    assert len(robin.smtp.envelopes) == 1


def test_an_answer_that_lies_there_unread_holds_it(robin: Approver) -> None:
    """The mailbox is looked at again before anything is handed over."""
    robin.approves()
    robin.seeker.receives(robin.seeker.letter_from(DANA, "Good news"))
    robin.seeker.once()
    assert robin.smtp.envelopes == []


def test_a_refusal_for_good_puts_it_back_into_drafts(robin: Approver) -> None:
    """The user is told why, and the draft is theirs again."""
    robin.smtp.script.answers["END"] = "554 5.7.1 no"
    robin.approves()
    robin.seeker.once()
    assert robin.counts() == {"Drafts": 1, FOLDER: 0, "Sent": 0, "SMTP": 0}
    draft = robin.draft()
    assert draft.state is DraftState.EDITED
    assert "554" in draft.problem
    assert "554" in robin.seeker.told("list").out
    robin.smtp.script.answers.clear()
    robin.seeker.once()
    assert robin.smtp.envelopes == []
    robin.approves()
    robin.seeker.once()
    assert robin.counts() == {"Drafts": 0, FOLDER: 0, "Sent": 1, "SMTP": 1}


def test_a_refusal_for_now_is_tried_again_after_a_while(robin: Approver) -> None:
    """After five minutes, then ten; not before."""
    robin.smtp.script.answers[DANA.address] = "451 4.7.1 greylisted"
    robin.approves()
    robin.seeker.once()
    assert robin.draft().state is DraftState.APPROVED
    assert robin.seeker.plan(1).next_due == berlin("2026-12-08 10:05")
    robin.smtp.script.answers.clear()
    robin.seeker.once()
    assert robin.smtp.envelopes == []
    robin.seeker.at("2026-12-08 10:05")
    robin.seeker.once()
    assert robin.counts() == {"Drafts": 0, FOLDER: 0, "Sent": 1, "SMTP": 1}


def test_no_answer_after_the_message_is_asked_about_and_never_repeated(robin: Approver) -> None:
    """It may have gone out: the user looks, and tells; then it is filed."""
    robin.smtp.script.closes_at = "END"
    robin.approves()
    robin.seeker.once()
    assert robin.draft().state is DraftState.UNCLEAR
    robin.smtp.script.closes_at = ""
    for _ in range(3):
        robin.seeker.clock.moment += timedelta(hours=1)
        robin.seeker.once()
    assert len(robin.smtp.envelopes) == 1
    assert "followupd sent 1" in robin.seeker.told("list").out
    robin.seeker.told("sent", "1", "--yes")
    robin.seeker.once()
    assert robin.draft().state is DraftState.SENT
    assert robin.counts() == {"Drafts": 0, FOLDER: 0, "Sent": 1, "SMTP": 1}


def test_a_version_with_a_name_of_its_own_counts_once_when_told_sent(robin: Approver) -> None:
    """The mail program had given it a new Message-ID; the copy in Sent is that very mail."""
    robin.smtp.script.closes_at = "END"
    [(uid, _)] = robin.seeker.lying_in("Drafts")
    robin.seeker.edits(uid, "In my own words.", Message_ID="<saved@phone.example>")
    robin.seeker.once()
    robin.approves()
    robin.seeker.once()
    assert robin.draft().state is DraftState.UNCLEAR
    robin.seeker.told("sent", "1", "--yes")
    robin.smtp.script.closes_at = ""
    for _ in range(2):
        robin.seeker.once()
    sent = [each for each in robin.seeker.told("log", "1", "--json").json if "sent_at" in each]
    assert [each["sent_message_id"] for each in sent] == ["<saved@phone.example>"]
    assert robin.counts() == {"Drafts": 0, FOLDER: 0, "Sent": 1, "SMTP": 1}
    assert robin.seeker.kinds(1).count("wrote_by_hand") == 0


def test_told_that_it_did_not_go_out_it_is_sent_again(robin: Approver) -> None:
    """The user's word settles what nobody else knows."""
    robin.smtp.script.closes_at = "DATA"
    robin.approves()
    robin.seeker.once()
    assert robin.draft().state is DraftState.UNCLEAR
    assert robin.smtp.envelopes == []
    robin.smtp.script.closes_at = ""
    robin.seeker.told("sent", "1", "--no")
    robin.seeker.once()
    assert robin.counts() == {"Drafts": 0, FOLDER: 0, "Sent": 1, "SMTP": 1}


def test_found_in_sent_it_went_out(robin: Approver) -> None:
    """Where the provider has filed the copy, nobody is asked."""
    robin.smtp.script.closes_at = "END"
    robin.approves()
    robin.seeker.once()
    assert robin.draft().state is DraftState.UNCLEAR
    raw = robin.smtp.envelopes[0].raw
    robin.seeker.mailbox.looking.append("Sent", raw, flags=[b"\\Seen"])
    robin.seeker.once()
    assert robin.draft().state is DraftState.SENT
    assert robin.counts() == {"Drafts": 0, FOLDER: 0, "Sent": 1, "SMTP": 1}


def test_other_mail_in_the_folder_is_left_alone_and_mentioned(robin: Approver) -> None:
    """Only drafts that followupd laid are sent."""
    robin.seeker.writes(KIM, "Something of my own", folder=FOLDER)
    robin.seeker.once()
    robin.seeker.once()
    assert robin.counts() == {"Drafts": 1, FOLDER: 1, "Sent": 0, "SMTP": 0}
    with robin.seeker.world.store.look() as reading:
        [stranger] = reading.strangers("personal")
    assert stranger.subject == "Something of my own"
    assert "Something of my own" in robin.seeker.told("list").out
    assert robin.seeker.kinds(1).count("wrote_by_hand") == 0


def test_a_copy_beside_the_draft_is_no_approval(robin: Approver) -> None:
    """While the draft still lies in Drafts too, nobody knows which one is meant."""
    client = robin.seeker.mailbox.looking
    [(uid, _)] = robin.seeker.lying_in("Drafts")
    client.select_folder("Drafts")
    client.copy([uid], FOLDER)
    robin.seeker.once()
    assert robin.counts() == {"Drafts": 1, FOLDER: 1, "Sent": 0, "SMTP": 0}
    assert "elsewhere" in robin.seeker.told("list").out


def test_the_recipients_zone_tells_the_hour(seeker: Seeker, authority: Authority) -> None:
    """A recruiter in New York gets it in the morning there."""
    with approver(seeker, authority) as robin:
        seeker.at("2026-12-08 10:00")
        number = seeker.add((DANA,))
        zone = "America/New_York"
        seeker.told("person", str(number), "change", DANA.address, "--timezone", zone)
        seeker.once()
        robin.approves()
        seeker.once()
        assert robin.smtp.envelopes == []
        assert seeker.plan(number).next_due == berlin("2026-12-08 15:00")
        seeker.at("2026-12-08 15:00")
        seeker.once()
        assert len(robin.smtp.envelopes) == 1


def test_deleted_from_the_folder_it_is_dismissed(robin: Approver) -> None:
    """Deleted means no, wherever it lay."""
    robin.seeker.at("2026-12-08 21:00")
    robin.approves()
    robin.seeker.once()
    robin.moves(FOLDER, "Trash")
    robin.seeker.at("2026-12-09 09:00")
    robin.seeker.once()
    assert robin.draft().state is DraftState.DISMISSED
    assert robin.smtp.envelopes == []


@pytest.mark.parametrize(("copy", "copies"), [("true", 1), ("false", 0)])
def test_the_copy_in_sent_may_be_left_to_the_provider(
    seeker: Seeker, authority: Authority, copy: str, copies: int
) -> None:
    """As the configuration says; the draft leaves the folder all the same."""
    with approver(seeker, authority, more=f"copy_to_sent = {copy}") as robin:
        with_check_in(seeker, DANA)
        robin.approves()
        seeker.once()
        seeker.once()
        assert robin.counts() == {"Drafts": 0, FOLDER: 0, "Sent": copies, "SMTP": 1}
        assert robin.draft().state is DraftState.SENT


def test_a_folder_that_is_not_there_is_told(seeker: Seeker, authority: Authority) -> None:
    """Nothing is created unasked, and the drafts are laid all the same."""
    with approver(seeker, authority) as robin:
        seeker.mailbox.looking.delete_folder(FOLDER)
        seeker.at("2026-12-08 10:00")
        seeker.add((DANA,))
        [failure] = seeker.once()
        assert FOLDER in failure.problem
        assert "approval.folder" in failure.problem
        assert len(seeker.drafts()) == 1
        assert robin.smtp.envelopes == []


def test_a_folder_that_the_server_uses_for_drafts_is_refused(
    seeker: Seeker, authority: Authority
) -> None:
    """Whatever followupd lays there would be sent without anybody's word."""
    with approver(seeker, authority) as robin:
        text = seeker.config.read_text(encoding="utf-8")
        seeker.config.write_text(text.replace(FOLDER, "Drafts"), encoding="utf-8")
        seeker.at("2026-12-08 10:00")
        seeker.add((DANA,))
        [failure] = seeker.once()
        assert "approval.folder" in failure.problem
        assert seeker.drafts() == []
        assert robin.smtp.envelopes == []


def test_a_mail_of_ones_own_in_the_place_of_a_deleted_draft_is_not_sent(
    seeker: Seeker, authority: Authority
) -> None:
    """However much it looks like the draft: that one was deleted."""
    with approver(seeker, authority) as robin:
        letter = seeker.letter_from(DANA, "Your interview at Acme", ago=timedelta(days=3))
        seeker.receives(letter)
        with_check_in(seeker, DANA)
        thread = str(seeker.drafts()[0]["In-Reply-To"])
        robin.moves("Drafts", "Trash")
        seeker.writes(DANA, "Re: Your interview at Acme", folder=FOLDER, in_reply_to=thread)
        seeker.once()
        assert robin.draft().state is DraftState.DISMISSED
        assert robin.smtp.envelopes == []
        assert len(seeker.lying_in(FOLDER)) == 1


def test_edited_under_a_new_name_and_moved_at_once_it_is_sent(
    seeker: Seeker, authority: Authority
) -> None:
    """Some programs give a new Message-ID at every save: thread and person tell."""
    with approver(seeker, authority) as robin:
        letter = seeker.letter_from(DANA, "Your interview at Acme", ago=timedelta(days=3))
        seeker.receives(letter)
        with_check_in(seeker, DANA)
        [(uid, _)] = seeker.lying_in("Drafts")
        seeker.edits(uid, "In my own words.", Message_ID="<saved@phone.example>")
        robin.approves()
        seeker.once()
        [message] = robin.delivered
        assert message["Message-ID"] == "<saved@phone.example>"
        assert robin.counts() == {"Drafts": 0, FOLDER: 0, "Sent": 1, "SMTP": 1}
        assert robin.draft().state is DraftState.SENT

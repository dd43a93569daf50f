"""The advice, row by row, as a job seeker sees it: when nobody answers.

The interview is that of Tuesday 1 December 2026; the check-in to the recruiter is due on Tuesday
8 December. A wait counts from the day on which the step before was really sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.advice import (
    DANA,
    KIM,
    NINA,
    NOAH,
    RITA,
    ROBIN,
    SAM,
    interviewed,
    looks,
    recipient,
    sends_all,
    silence,
    text,
)

if TYPE_CHECKING:
    from tests.support.seeker import Seeker

THANKS, CHECK_IN, NETWORK = "2026-12-01 16:00", "2026-12-08 09:00", "2026-12-11 09:00"
PHONE = ("--phone", "Dana Fox: +1 212 555 0142", "--timezone", "Dana Fox: America/New_York")


def test_row_11_a_few_days_later_ask_someone_you_know_there(seeker: Seeker) -> None:
    """Three working days after the check-in went out, a draft to each of them."""
    interviewed(seeker, DANA, NINA, NOAH)
    silence(seeker, THANKS)
    looks(seeker, "2026-12-08 09:00")
    assert silence(seeker, "2026-12-09 15:00") == [DANA.address]  # a day late
    assert looks(seeker, "2026-12-11 09:00") == []
    drafts = looks(seeker, "2026-12-14 09:00")
    assert [recipient(draft) for draft in drafts] == [NINA.address, NOAH.address]
    assert "If it is easy for you to find out" in text(drafts[0])


def test_row_12_then_write_to_the_hiring_manager(seeker: Seeker) -> None:
    """Three working days after the friends were asked, and she learns whom you wrote to before."""
    interviewed(seeker, DANA, KIM, NINA)
    assert silence(seeker, THANKS, CHECK_IN, NETWORK) == [
        KIM.address,
        DANA.address,
        NINA.address,
    ]
    assert looks(seeker, "2026-12-16 08:59") == []
    [draft] = looks(seeker, "2026-12-16 09:00")
    assert recipient(draft) == KIM.address
    assert "I have been in touch with Dana Fox about this as well" in text(draft)


def test_row_12_not_twice_to_the_hiring_manager(seeker: Seeker) -> None:
    """Where there is no recruiter the check-in went to her already, and the step is passed over."""
    number = interviewed(seeker, KIM)
    assert silence(seeker, THANKS, CHECK_IN) == [KIM.address, KIM.address]
    steps = {s["step"]: s for s in seeker.told("plan", str(number), "--json").json}
    assert steps["hiring-manager"]["state"] == "passed over"
    assert steps["hiring-manager"]["reason"] == "the check-in step already goes to Kim Lee"


@pytest.mark.parametrize("wanted", [False, True], ids=["by default", "where it is wanted"])
def test_row_13_someone_more_senior_without_passing_anyone_over(
    seeker: Seeker, wanted: bool
) -> None:
    """Off by default; where it is on, the letter names who was asked and asks past nobody."""
    if wanted:
        seeker.extra = "\n[cadence]\nsenior = true\n"
    interviewed(seeker, DANA, KIM, SAM)
    silence(seeker, THANKS, CHECK_IN, NETWORK)
    drafts = looks(seeker, "2026-12-17 09:00")
    if not wanted:
        assert ROBIN in [recipient(draft) for draft in drafts]  # the call sheet is next
        assert SAM.address not in [recipient(draft) for draft in drafts]
        return
    [draft] = drafts
    assert recipient(draft) == SAM.address
    assert "Dana Fox has been looking after my application" in text(draft)
    assert "I do not want to go past anyone" in text(draft)


def test_row_14_call_with_a_sheet_in_hand(seeker: Seeker) -> None:
    """Number, hours for both of you, what happened, what to say; one command says it is done."""
    number = interviewed(seeker, DANA, more=PHONE)
    silence(seeker, THANKS, CHECK_IN)
    [sheet] = looks(seeker, "2026-12-11 09:00")
    assert recipient(sheet) == ROBIN
    said = text(sheet)
    assert "Number: +1 212 555 0142" in said
    assert "between 09:30 and 11:30 in America/New_York, which is 15:30 to 17:30 for you" in said
    assert "Tuesday 8 December: your mail to Dana Fox (check-in)" in said
    assert "IF SOMEBODY ANSWERS" in said
    assert "IF IT GOES TO VOICEMAIL" in said
    seeker.at("2026-12-11 16:00")
    seeker.told("called", str(number), "--note", "left a message")
    assert looks(seeker, "2026-12-11 16:01") == []
    steps = {s["step"]: s for s in seeker.told("plan", str(number), "--json").json}
    assert steps["call"]["reason"] == "you called on Fri 11 Dec"
    assert "left a message" in seeker.told("log", str(number)).out


@pytest.mark.parametrize("final", [False, True], ids=["an early round", "the last round"])
def test_row_15_stay_in_contact_with_your_references(seeker: Seeker, final: bool) -> None:
    """After a final round each is told on the next working day; before it nobody is troubled."""
    interviewed(seeker, DANA, RITA, more=("--final",) if final else ())
    silence(seeker, THANKS)
    drafts = looks(seeker, "2026-12-02 09:00")
    assert [recipient(draft) for draft in drafts] == ([RITA.address] if final else [])
    if final:
        assert "if they do contact you, could you let me know in a line?" in text(drafts[0])


def test_row_16_ask_whether_the_job_is_still_open(seeker: Seeker) -> None:
    """One command lays the question to the recruiter; sent, it counts as the check-in."""
    number = interviewed(seeker, DANA, KIM)
    silence(seeker, THANKS)
    seeker.at("2026-12-07 10:00")
    seeker.told("draft", str(number), "still-open")
    [draft] = looks(seeker, "2026-12-07 10:01")
    assert recipient(draft) == DANA.address
    assert "is the position still open?" in text(draft)
    sends_all(seeker)
    steps = {s["step"]: s for s in seeker.told("plan", str(number), "--json").json}
    assert steps["check-in"]["state"] == "done"


def test_row_17_move_on(seeker: Seeker) -> None:
    """Ten working days after the call it closes by itself; only a last note on request follows."""
    number = interviewed(seeker, DANA)
    silence(seeker, THANKS, CHECK_IN)
    seeker.at("2026-12-11 10:00")
    seeker.told("called", str(number))
    looks(seeker, "2026-12-11 10:01")
    # Christmas Day is no working day.
    assert looks(seeker, "2026-12-28 08:59") == []
    assert _status(seeker) == "silent"
    looks(seeker, "2026-12-28 09:00")
    assert _status(seeker) == "closed"
    seeker.at("2026-12-28 10:00")
    seeker.told("draft", str(number), "last-note")
    [note] = looks(seeker, "2026-12-28 10:01")
    assert recipient(note) == DANA.address
    assert "There is no need to reply." in text(note)
    sends_all(seeker)
    assert looks(seeker, "2027-03-01 09:00") == []
    assert _status(seeker) == "closed"


def test_row_18_learn_from_it(seeker: Seeker) -> None:
    """Asked once when it closes, kept, and told when the same company comes up again."""
    number = interviewed(seeker, DANA)
    silence(seeker, THANKS)
    seeker.at("2026-12-09 10:00")
    seeker.told("close", str(number), "--reason", "they stay silent")
    assert f"followupd review {number}" in seeker.told("list").out
    seeker.told("review", str(number), "--answered", "no", "--treated", "2", "--again", "no")
    assert "followupd review" not in seeker.told("list").out
    again = seeker.told("add", "ACME", "--role", "Team Lead", "--held", "2027-02-01 10:00")
    assert (
        "Your earlier interview at Acme was never answered; you found that they treated you "
        "2 of 5 and you would not apply there again." in again.err
    )
    [known] = seeker.told("companies", "Acme", "--json").json
    assert known["never_answered"] == [number]


def test_row_19_keep_searching_meanwhile(seeker: Seeker) -> None:
    """The digest in your inbox counts what is alive, and names what goes cold."""
    seeker.extra = '\n[digest]\nat = "08:00"\n'
    interviewed(seeker, DANA)
    seeker.told(
        "add", "Globex", "--role", "Data Analyst", "--held", "2026-12-03 10:00",
        "--recruiter", "Lee Ray <lee@globex.example>", "--decision-by", "2026-12-18",
    )  # fmt: skip
    silence(seeker, THANKS, "2026-12-03 12:00", CHECK_IN)
    seeker.at("2026-12-10 08:00")
    said = seeker.told("digest").out
    assert "2 processes are alive, 1 going cold." in said
    cold = said.partition("GOING COLD")[2]
    assert "Acme, Backend Engineer" in cold
    assert "Globex" not in cold
    seeker.told("digest", "--send")
    [arrived] = [message for _, message in seeker.lying_in("INBOX")]
    assert recipient(arrived) == ROBIN
    assert "2 processes are alive, 1 going cold." in text(arrived)


def _status(seeker: Seeker) -> str:
    [row] = seeker.told("list", "--json").json
    status: str = row["status"]
    return status

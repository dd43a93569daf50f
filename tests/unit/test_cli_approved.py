"""Approved drafts as `list`, `show`, `plan`, `once`, `pause`, `skip` and `log` tell of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from followupd.domain import acts
from followupd.domain.interview import Channel, Outcome
from tests.support.cli import CONFIG, Shell
from tests.support.stories import APPROVAL_FOLDER, DANA, HENRY, IAN, IVY, story

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.stories import Story

WITH_APPROVAL = f"""{CONFIG}
[accounts.smtp]
host = "127.0.0.1"
port = 9
security = "none"
[accounts.approval]
folder = "{APPROVAL_FOLDER}"
"""


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line whose account has an approval folder."""
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    shell.configure(WITH_APPROVAL)
    return shell


def live(shell: Shell, told: Story) -> None:
    """Record a story, and be at its end."""
    shell.live(told)
    shell.clock.moment = told.now


def approved(*, at: str = "2026-11-20 18:00") -> Story:
    """The check-in of Tuesday 17 November was approved; on a Friday evening unless said."""
    told = story(DANA, HENRY)
    told.until("2026-11-17 09:00")
    told.now = told.moment(at)
    told.approve("check-in")
    return told


def joined(text: str) -> str:
    """A text with its lines joined."""
    return " ".join(text.split())


def column(text: str, heading: str) -> str:
    """What stands in the last column of a table, with its lines joined."""
    lines = text.splitlines()
    place = next(line.index(heading) for line in lines if heading in line)
    return joined("\n".join(line[place:] for line in lines))


def listed(shell: Shell) -> str:
    """What `list` says comes next, with its lines joined."""
    return column(shell.did("list").out, "NEXT")


def test_list_says_when_an_approved_draft_goes_out(shell: Shell) -> None:
    """With the weekday and the hour; for programs its state is another word."""
    live(shell, approved())
    said = "check-in to Dana Fox is approved: it goes out on Mon 23 Nov, 09:00"
    assert said in listed(shell)
    [row] = shell.did("list", "--json").json
    assert row["drafts"][-1]["state"] == "approved"
    assert said in joined(shell.did("show", "1").out)


def test_plan_shows_an_approved_step_and_what_waits_for_it(shell: Shell) -> None:
    """In its table, and for programs with the same keys as ever."""
    live(shell, approved())
    out = shell.did("plan", "1").out
    assert "approved: it goes out on Mon 23 Nov, 09:00" in column(out, "WHY")
    steps = {step["step"]: step for step in shell.did("plan", "1", "--json").json}
    assert steps["check-in"] == {
        "step": "check-in",
        "due": "2026-11-17T09:00:00+01:00",
        "channel": "email",
        "to": "dana@acme.example",
        "state": "approved",
        "reason": "approved: it goes out on Mon 23 Nov, 09:00",
    }
    assert steps["hiring-manager"]["state"] == "held"


def test_whoever_records_something_is_told_that_it_goes_out(shell: Shell) -> None:
    """And how that is taken back; while it waits for its hour, something still happens."""
    live(shell, approved())
    out = joined(shell.did("note", "1", "asked for a portfolio").out)
    assert "The draft check-in to Dana Fox is approved: it goes out on Mon 23 Nov, 09:00." in out
    assert f"To take the approval back, move it out of {APPROVAL_FOLDER} before." in out
    assert "Nothing more happens" not in out


def test_what_only_goes_out_does_not_come_before_what_needs_the_user(shell: Shell) -> None:
    """`list` has first what the user has to do something about."""
    live(shell, approved())
    other = story(HENRY, number=2)
    other.until("2026-11-20 18:00")
    live(shell, other)
    assert [row["id"] for row in shell.did("list", "--json").json] == [1, 2]
    out = shell.did("list").out
    assert out.index("waits in Drafts") < out.index("is approved")


def test_what_holds_it_back_is_said_with_what_to_do(shell: Shell) -> None:
    """An answer came: it is not sent, unless the user insists."""
    told = approved()
    told.reply(DANA)
    told.sweep()
    live(shell, told)
    why = "dana@acme.example answered on Fri 20 Nov"
    assert (
        f"check-in to Dana Fox is approved, but held back: {why}; to send it all the same, move it "
        "out of the approval folder and in again"
    ) in listed(shell)
    point = (
        f"Approved, but held back: check-in to Dana Fox ({why}). To send it all the same, move it "
        f"out of {APPROVAL_FOLDER} and in again; for no, delete it."
    )
    assert point in joined(shell.did("show", "1").out)
    assert point in joined(shell.did("plan", "1").out)
    noted = joined(shell.did("note", "1", "phoned them").out)
    assert noted.count("held back") == 1
    assert point in noted


def test_what_holds_it_back_is_known_before_the_daemon_has_looked(shell: Shell) -> None:
    """It is read off the plan, and gone as soon as nothing speaks against it."""
    told = approved()
    possible = told.possible_reply()
    told.sweep()
    live(shell, told)
    assert "held back: a possible reply waits for your word" in listed(shell)
    told.resolve(possible, belongs=False)
    shell.record(1, told.events[-1])
    assert "is approved: it goes out on Mon 23 Nov, 09:00" in listed(shell)
    assert "held back" not in listed(shell)


def test_a_sheet_in_the_approval_folder_is_sent_to_nobody(shell: Shell) -> None:
    """And nothing is said of how to send it all the same."""
    told = story(replace(DANA, channel=Channel.CALL))
    told.until("2026-11-17 09:00")
    told.approve("check-in")
    live(shell, told)
    out = joined(shell.did("show", "1").out)
    assert "held back: check-in: call Dana Fox (it is a sheet for yourself" in out
    assert "To send it all the same" not in out


def test_a_pause_is_named_as_what_keeps_it_from_going_out(shell: Shell) -> None:
    """`pause` names what it holds up, `resume` lets it go."""
    live(shell, approved())
    assert (
        "Not sent meanwhile, though you approved it: check-in to Dana Fox (interview 1: "
        "Acme, Engineer)."
    ) in joined(shell.did("pause", "2026-11-25").out)
    assert "it goes out on Wed 25 Nov, 09:00" in listed(shell)
    assert "Not sent meanwhile" not in shell.did("pause", "2026-11-23").out
    shell.did("pause")
    assert (
        "check-in to Dana Fox is approved; nothing is sent while you have paused everything: "
        "followupd resume"
    ) in listed(shell)
    shell.did("resume")
    assert "it goes out on Mon 23 Nov, 09:00" in listed(shell)


def test_what_is_tried_again_is_said_with_the_reason_and_the_hour(shell: Shell) -> None:
    """The server said something; nothing is left for the user to do."""
    told = approved(at="2026-11-20 10:00")
    told.fail("check-in", "2026-11-20 10:05", "smtp.example.org said: 451 busy")
    live(shell, told)
    assert (
        "check-in to Dana Fox is approved; it could not be sent yet (smtp.example.org said: 451 "
        "busy); tried again on Fri 20 Nov, 10:05"
    ) in listed(shell)
    assert "Could not be sent" not in shell.did("show", "1").out


def test_what_was_refused_for_good_is_said_with_the_reason(shell: Shell) -> None:
    """It is in Drafts again, and waits for the user like any other draft."""
    told = approved()
    told.fail("check-in", None, "smtp.example.org said: 550 no such user.\x1b[31m")
    live(shell, told)
    assert (
        "check-in to Dana Fox waits in Drafts, edited by you; it could not be sent: "
        "smtp.example.org said: 550 no such user"
    ) in listed(shell)
    assert (
        "Could not be sent: check-in to Dana Fox (smtp.example.org said: 550 no such user"
    ) in joined(shell.did("show", "1").out)
    assert f"move it into {APPROVAL_FOLDER} once more, or send it yourself." in joined(
        shell.did("show", "1").out
    )
    assert "\x1b" not in shell.did("show", "1").out
    [row] = shell.did("list", "--json").json
    assert row["drafts"][-1]["state"] == "edited"


def test_what_may_have_been_sent_is_a_question_with_its_command(shell: Shell) -> None:
    """`list` asks it briefly, `show` with what is known; the plan waits for the answer."""
    told = approved(at="2026-11-20 10:00")
    told.lose_answer("check-in")
    live(shell, told)
    assert "was check-in to Dana Fox sent? followupd sent 1 --yes or --no" in listed(shell)
    question = (
        "Was check-in to Dana Fox sent? It was handed over on Fri 20 Nov, 10:00, and no clear "
        "answer came (the connection broke). It is not sent twice, so look whether it arrived: "
        "`followupd sent 1 --yes` says that it was sent, `followupd sent 1 --no` that it was not, "
        "and sends it again."
    )
    for command in ("show", "plan"):
        assert question in joined(shell.did(command, "1").out)
    noted = joined(shell.did("note", "1", "hm").out)
    assert noted.count("Was check-in to Dana Fox sent?") == 1
    [row] = shell.did("list", "--json").json
    assert row["drafts"][-1]["state"] == "unclear"


def test_a_question_among_many_drafts_is_not_left_out(shell: Shell) -> None:
    """`list` names three drafts of an interview: first what is to be decided."""
    people = [replace(IVY, name=f"Ivy {n}", address=f"ivy{n}@acme.example") for n in range(5)]
    told = story(*people)
    told.until("2026-11-03 13:00")
    told.approve("thank-you", people[4])
    told.lose_answer("thank-you", people[4])
    live(shell, told)
    out = listed(shell)
    assert "was thank-you to Ivy 4 sent? followupd sent 1 --yes or --no" in out
    assert "and 2 more drafts" in out


def test_a_draft_that_was_edited_is_mentioned_after_the_answer(shell: Shell) -> None:
    """It stays in Drafts: whoever answered it by hand deletes it."""
    told = story(DANA, HENRY)
    told.until("2026-11-17 09:00")
    told.edit("check-in")
    told.now = told.moment("2026-11-17 12:00")
    told.reply(DANA, Outcome.NEXT_ROUND)
    told.sweep()
    live(shell, told)
    out = listed(shell)
    assert "check-in to Dana Fox waits in Drafts, edited by you" in out
    assert "next round, Tue 17 Nov" in out
    assert "The draft check-in to Dana Fox waits in Drafts, edited by you." in joined(
        shell.did("note", "1", "x").out
    )


def test_a_step_whose_draft_is_approved_can_be_skipped(shell: Shell) -> None:
    """Then it is held back, and stays where the user put it."""
    live(shell, approved())
    out = joined(shell.did("skip", "1").out)
    assert "Skipped: check-in to Dana Fox." in out
    assert "Approved, but held back: check-in to Dana Fox (you skipped it)." in out


def test_the_log_tells_each_message_sent_with_act_recipients_and_answer(shell: Shell) -> None:
    """Which draft, by which act, when, to whom, and what the server said."""
    told = approved()
    told.until("2026-11-23 10:00")
    live(shell, told)
    out = joined(shell.did("log", "1").out)
    assert (
        f"you approved check-in to Dana Fox, moved into {APPROVAL_FOLDER}; it goes to "
        "dana@acme.example"
    ) in out
    assert (
        "sent as you approved, on Mon 23 Nov, 09:00 to dana@acme.example: check-in to Dana Fox; "
        "the server said “250 OK”"
    ) in out
    sent = shell.did("log", "1", "--json").json[-1]
    assert (sent["kind"], sent["answer"]) == ("draft_sent", "250 OK")
    approval = next(
        e for e in shell.did("log", "1", "--json").json if e["kind"] == "draft_approved"
    )
    assert (approval["folder"], approval["recipients"]) == (APPROVAL_FOLDER, ["dana@acme.example"])


def refused(told: Story) -> None:
    """The server refuses it for good."""
    told.fail("check-in", None, "550 no")


def taken_back(told: Story) -> None:
    """The user moves it out again."""
    told.take_back("check-in")


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (refused, "could not be sent: check-in to Dana Fox; 550 no; it is in Drafts again"),
        (taken_back, "you took the approval back: check-in to Dana Fox"),
    ],
)
def test_the_log_tells_what_else_became_of_it(
    shell: Shell, happens: Callable[[Story], None], words: str
) -> None:
    """One clause for each."""
    told = approved()
    happens(told)
    live(shell, told)
    assert words in joined(shell.did("log", "1").out)


def test_an_approved_draft_speaks_against_another_one_to_the_same_person(shell: Shell) -> None:
    """It will be sent, and two mails at once are one too many."""
    live(shell, approved())
    asking = shell.run("draft", "1", "still-open", "--to", DANA.address)
    assert asking.code == 1
    assert "another draft to Dana Fox is approved: check-in" in joined(asking.err)
    other = shell.run("draft", "1", "share-article", "--to", DANA.address, "--set", "article=Ships")
    assert other.code == 1
    said = "another draft to Dana Fox is approved by you, and waits for its hour: check-in"
    assert said in joined(other.err)
    assert "--anyway" in other.err


def test_asking_for_a_draft_names_both_ways_of_sending_it(shell: Shell) -> None:
    """By hand and by the approval folder, where there is one; else only the first."""
    told = story(DANA, HENRY, IAN)
    told.until("2026-11-10 10:00")
    live(shell, told)
    asked = shell.did("draft", "1", "share-article", "--to", DANA.address, "--set", "article=Ships")
    assert f"Nothing is sent unless you send it, or move it into {APPROVAL_FOLDER}." in joined(
        asked.out
    )
    shell.configure(CONFIG)
    told.record(acts.PlansChanged(at=told.now, text=""))
    asked = shell.did(
        "draft", "1", "share-article", "--to", HENRY.address, "--set", "article=Ships"
    )
    assert "Nothing is sent unless you send it." in joined(asked.out)

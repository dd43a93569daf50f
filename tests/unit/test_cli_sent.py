"""`sent`: whether a draft went out of which that is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState
from followupd.domain.plan import StepState
from tests.support.cli import Shell
from tests.support.stories import APPROVAL_FOLDER, DANA, HENRY, IAN, IVY, story

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.stories import Story


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def live(shell: Shell, told: Story, now: str) -> None:
    """Record a story, and look at it at that time."""
    shell.live(told)
    shell.at(now)


def unclear() -> Story:
    """The approved check-in was handed over on Wednesday 18 November, and no answer came."""
    told = story(DANA, HENRY)
    told.until("2026-11-17 09:00")
    told.now = told.moment("2026-11-18 09:00")
    told.approve("check-in")
    told.lose_answer("check-in")
    return told


def two_thank_yous() -> Story:
    """Of both thank-yous it is not known whether they went out."""
    told = story(IVY, IAN)
    told.until("2026-11-03 13:00")
    for person in (IVY, IAN):
        told.approve("thank-you", person)
        told.lose_answer("thank-you", person)
    return told


def lately(shell: Shell) -> dict[str, object]:
    """The last event of the interview."""
    event: dict[str, object] = shell.did("log", "1", "--json").json[-1]
    return event


def states(shell: Shell) -> dict[str, str]:
    """How the newest draft to each person stands."""
    [row] = shell.did("list", "--json").json
    return {draft["to"]: draft["state"] for draft in row["drafts"]}


def joined(text: str) -> str:
    """A text with its lines joined."""
    return " ".join(text.split())


def test_a_draft_that_was_sent_counts_from_when_it_was_handed_over(shell: Shell) -> None:
    """The plan goes on from that day, not from the day on which the user said so."""
    live(shell, unclear(), "2026-11-20 12:00")
    out = joined(shell.did("sent", "1", "--yes").out)
    assert "Noted: check-in to Dana Fox was sent. The plan goes on from there." in out
    assert "Next, Mon 23 Nov, in 1 working day: hiring-manager to Henry Hall" in out
    event = lately(shell)
    assert (event["kind"], event["certain"], event["answer"]) == ("draft_sent", False, "")
    assert event["sent_at"] == "2026-11-18T08:00:00+00:00"
    assert event["message_id"] == event["sent_message_id"]
    assert states(shell)[DANA.address] == DraftState.SENT
    log = joined(shell.did("log", "1").out)
    assert (
        "you said that it was sent, as you approved, on Wed 18 Nov, 09:00: check-in to Dana Fox"
    ) in log


def test_a_draft_that_was_not_sent_goes_out_again_within_sending_hours(shell: Shell) -> None:
    """Its approval stands, as of the moment at which the user said so."""
    live(shell, unclear(), "2026-11-20 20:00")
    out = joined(shell.did("sent", "1", "check-in", "--no").out)
    assert "Noted: check-in to Dana Fox was not sent. It is sent again, as you approved it." in out
    assert "The draft check-in to Dana Fox is approved: it goes out on Mon 23 Nov, 09:00." in out
    assert lately(shell)["kind"] == "sending_denied"
    assert states(shell)[DANA.address] == DraftState.APPROVED
    steps = {step["step"]: step["state"] for step in shell.did("plan", "1", "--json").json}
    assert steps["check-in"] == StepState.APPROVED
    log = joined(shell.did("log", "1").out)
    assert "may have been sent on Wed 18 Nov, 09:00, or not: check-in to Dana Fox" in log
    assert "you said that it was not sent: check-in to Dana Fox; it is sent again" in log


def test_what_an_answer_speaks_against_meanwhile_is_not_sent_again(shell: Shell) -> None:
    """It was not sent, and now they answered: it is held back like any other."""
    told = unclear()
    told.now = told.moment("2026-11-19 12:00")
    told.reply(DANA)
    live(shell, told, "2026-11-20 12:00")
    out = joined(shell.did("sent", "1", "--no").out)
    assert "Approved, but held back: check-in to Dana Fox" in out


def test_it_is_told_once(shell: Shell) -> None:
    """Afterwards there is nothing to tell, and nothing is recorded."""
    live(shell, unclear(), "2026-11-20 12:00")
    shell.did("sent", "1", "--yes")
    before = lately(shell)
    result = shell.run("sent", "1", "--no")
    assert result.code == 1
    assert "interview 1 has no draft of which it is unclear whether it was sent" in result.err
    assert "`followupd show 1`" in result.err
    assert lately(shell) == before


def test_a_draft_that_waits_is_none_of_which_it_is_unclear(shell: Shell) -> None:
    """Who sent it by hand need not say so: it is seen in Sent."""
    told = story(DANA, HENRY)
    told.until("2026-11-17 09:00")
    live(shell, told, "2026-11-17 10:00")
    assert shell.run("sent", "1", "check-in", "--yes").code == 1
    assert states(shell)[DANA.address] == DraftState.QUEUED


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (("1",), "say --yes or --no"),
        (("1", "--yes", "--no"), "--no and --yes exclude each other"),
        (("1", "chek-in", "--yes"), 'did you mean "check-in"?'),
        (("1", "--to", "Nobody", "--yes"), "--to"),
        (("1", "--to", "Henry", "--yes"), '--to: none of them goes to "Henry"'),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(
    shell: Shell, argv: tuple[str, ...], complaint: str
) -> None:
    """The option is named, and nothing is recorded."""
    live(shell, unclear(), "2026-11-20 12:00")
    result = shell.run("sent", *argv)
    assert result.code == 2
    assert complaint in result.err
    assert states(shell)[DANA.address] == DraftState.UNCLEAR


def test_of_several_to_different_people_it_must_be_said_which(shell: Shell) -> None:
    """The step alone does not tell; the questions name the command for each."""
    live(shell, two_thank_yous(), "2026-11-04 12:00")
    shown = joined(shell.did("show", "1").out)
    assert f"`followupd sent 1 thank-you --to {IVY.address} --yes`" in shown
    for argv in (("1", "--yes"), ("1", "thank-you", "--yes")):
        result = shell.run("sent", *argv)
        assert result.code == 2
        assert f"--to: say to whom: {IVY.address}, {IAN.address}" in result.err
    out = joined(shell.did("sent", "1", "thank-you", "--to", IVY.address, "--yes").out)
    assert "thank-you to Ivy Ito was sent" in out
    assert "`followupd sent 1 --yes`" in out
    assert "thank-you to Ian Irwin was not sent" in joined(
        shell.did("sent", "1", "--to", "ian", "--no").out
    )
    assert states(shell) == {IVY.address: "sent", IAN.address: "approved"}


def test_of_several_steps_it_must_be_said_which(shell: Shell) -> None:
    """By its name."""
    told = story(IVY, DANA, promises=[("2026-11-04", "the report")])
    told.until("2026-11-04 09:00")
    for name in ("thank-you", "promise"):
        told.approve(name)
        told.lose_answer(name)
    live(shell, told, "2026-11-04 12:00")
    result = shell.run("sent", "1", "--yes")
    assert result.code == 2
    assert "STEP: say which: thank-you, promise" in result.err
    assert "`followupd sent 1 promise --yes`" in joined(shell.did("show", "1").out)
    assert "promise to" in shell.did("sent", "1", "promise", "--yes").out


def test_the_folder_is_named_where_there_is_one(shell: Shell) -> None:
    """Whoever has configured none any more is told in general words."""
    told = unclear()
    told.deny("check-in")
    live(shell, told, "2026-11-18 08:00")
    out = joined(shell.did("note", "1", "x").out)
    assert "move it out of the approval folder before." in out
    assert APPROVAL_FOLDER not in out

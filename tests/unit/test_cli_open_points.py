"""What waits for the user beside the drafts, as `list`, `show` and every answer say it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.events import AutomaticCategory
from followupd.domain.interview import Outcome, Person
from tests.support.cli import CONFIG, Shell
from tests.support.stories import DANA, HENRY, NINA, story

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.stories import Story


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def live(shell: Shell, told: Story) -> None:
    """Record a story, and be at its end."""
    shell.live(told)
    shell.clock.moment = told.now


def answered(outcome: Outcome) -> Story:
    """Dana answered on Monday 9 November, before the decision date."""
    told = story(DANA, HENRY, recorded="2026-11-09 10:00")
    told.reply(DANA, outcome)
    return told


def away(
    *, now: str = "2026-11-17 10:00", name: str = "Max Muster", address: str = "max@acme.example",
    returns_on: date | None = date(2026, 11, 30), person: Person = DANA,
) -> Story:  # fmt: skip
    """The decision date has passed, and somebody's absence note names who stands in."""
    told = story(DANA, HENRY, NINA, recorded="2026-11-13 10:00")
    told.record(
        happened.AutomaticReceived(
            at=told.now,
            mail=told.mail(person.address, ("robin@example.org",)),
            category=AutomaticCategory.ABSENCE,
            rule="auto-submitted",
            returns_on=returns_on,
            stand_in_name=name,
            stand_in_address=address,
        )
    )
    told.now = told.moment(now)
    return told


def joined(text: str) -> str:
    """A text with its lines joined."""
    return " ".join(text.split())


def test_who_asked_for_something_is_to_be_answered(shell: Shell) -> None:
    """Whom, since when, and how it is said to be done."""
    live(shell, answered(Outcome.INFO_REQUEST))
    said = "To do: answer Dana Fox, who asked you for something on Mon 9 Nov; `followupd done 1`"
    assert said in shell.did("show", "1").out
    assert said in shell.did("plan", "1").out
    assert "to do: answer Dana Fox" in shell.did("list").out
    plan = shell.did("plan", "1", "--json").json
    assert plan[-1] == {
        "step": "answer",
        "due": "2026-11-09T10:00:00+01:00",
        "channel": "task",
        "to": "dana@acme.example",
        "state": "due",
        "reason": "Dana Fox asked you for something on Mon 9 Nov",
    }
    assert "Nothing more happens" not in shell.did("note", "1", "asked for a portfolio").out


def test_a_task_has_no_draft_to_be_previewed(shell: Shell) -> None:
    """It is the user's to do; what can be asked for is named for any other word."""
    live(shell, answered(Outcome.INFO_REQUEST))
    assert "yours to do" in shell.run("preview", "1", "answer").err
    assert "followupd draft 1 --list" in shell.run("preview", "1", "share-article").err


def test_a_next_round_is_to_be_recorded(shell: Shell) -> None:
    """With the command that does it; afterwards the rounds are linked."""
    live(shell, answered(Outcome.NEXT_ROUND))
    assert "`followupd add --round-of 1 --held WHEN`" in shell.did("show", "1").out
    assert "to do: record the next round" in shell.did("list").out
    shell.did("add", "--round-of", "1", "--held", "2026-11-20 10:00")
    out = shell.did("list").out
    assert "the next round is interview 2" in out
    assert "to do" not in out
    assert "The next round is interview 2." in shell.did("show", "1").out
    assert "It is the next round of interview 1." in shell.did("show", "2").out
    assert shell.did("show", "1", "--json").json["followed_by"] == 2


def test_a_rejection_says_when_it_closes_and_what_takes_it_back(shell: Shell) -> None:
    """`reopen` does take the answer back, and then nothing is closed."""
    live(shell, answered(Outcome.REJECTION))
    out = shell.did("show", "1").out
    assert (
        "It will be closed on Tue 10 Nov, tomorrow; `followupd reopen 1` takes the answer back"
        in out
    )
    assert "`followupd draft 1 rejection-answer` writes a gracious answer." in out
    assert "closes on Tue 10 Nov" in shell.did("list").out
    assert shell.did("show", "1", "--json").json["closes_at"] == "2026-11-10T09:00:00+01:00"
    out = shell.did("reopen", "1").out
    assert "is waiting" in out
    shown = shell.did("show", "1", "--json").json
    assert (shown["closes_at"], shown["status"]) == (None, "waiting")


def test_a_gracious_answer_is_offered_only_until_it_is_asked_for(shell: Shell) -> None:
    """Once is enough."""
    live(shell, answered(Outcome.REJECTION))
    shell.did("draft", "1", "rejection-answer")
    assert "gracious" not in shell.did("show", "1").out


def test_who_stands_in_is_offered_for_the_check_in(shell: Shell) -> None:
    """With the command as it can be typed, which works."""
    live(shell, away())
    command = "followupd draft 1 check-in --to max@acme.example"
    said = f"Dana Fox is away until Mon 30 Nov; Max Muster stands in: `{command}`."
    assert said in shell.did("show", "1").out
    assert "Dana Fox is away until Mon 30 Nov; Max Muster stands in" in joined(
        shell.did("list").out
    )
    shell.did(*command.split()[1:])
    assert "stands in (max@acme.example)." in shell.did("show", "1").out


def test_before_the_decision_date_nobody_is_offered_a_check_in(shell: Shell) -> None:
    """Who stands in is told all the same."""
    live(shell, away(now="2026-11-13 15:00"))
    out = shell.did("show", "1").out
    assert "Max Muster stands in (max@acme.example)." in out
    assert "followupd draft" not in out


def test_after_the_last_round_the_check_in_is_another(shell: Shell) -> None:
    """The one that asks whether they need anything else."""
    told = away()
    told.record(acts.InterviewEdited(at=told.now, is_final=True))
    live(shell, told)
    assert "draft 1 check-in-final --to" in shell.did("show", "1").out


def test_a_stand_in_without_an_address_can_be_added(shell: Shell) -> None:
    """The note does not tell it, so the user has to."""
    live(shell, away(address=""))
    assert "--part recruiter` does." in shell.did("show", "1").out


@pytest.mark.parametrize(
    ("now", "returns_on"),
    [("2026-11-30 09:00", date(2026, 11, 30)), ("2026-11-27 09:00", None)],
)
def test_who_is_back_has_no_stand_in(shell: Shell, now: str, returns_on: date | None) -> None:
    """On the day of return; ten working days after a note that names none."""
    live(shell, away(now=now, returns_on=returns_on))
    assert "stands in" not in shell.did("show", "1").out + shell.did("list").out


def test_a_note_without_a_day_of_return_is_told_by_its_own(shell: Shell) -> None:
    """Since when, not until when."""
    live(shell, away(returns_on=None))
    assert "Dana Fox is away since Fri 13 Nov; Max Muster stands in" in shell.did("show", "1").out


def test_a_friends_stand_in_is_nobodys_business(shell: Shell) -> None:
    """Only the employer's people decide."""
    live(shell, away(person=NINA))
    assert "stands in" not in shell.did("show", "1").out


def test_a_hostile_stand_in_cannot_put_words_into_the_users_shell(shell: Shell) -> None:
    """The command is quoted, and nothing reaches the terminal but text."""
    live(shell, away(name="\x1b[2JMax\r\nOwned", address="$(reboot)@acme.example"))
    for argv in (["show", "1"], ["list"]):
        out = shell.did(*argv).out
        assert "\x1b" not in out
    assert "--to '$(reboot)@acme.example'`" in shell.did("show", "1").out


def test_changed_plans_wait_until_they_are_told(shell: Shell) -> None:
    """A mail of the user's own may have told them."""
    told = story(DANA, recorded="2026-11-12 10:00")
    told.record(acts.PlansChanged(at=told.now, text="I am away in December"))
    live(shell, told)
    assert "“I am away in December”" in shell.did("show", "1").out
    told.now = told.moment("2026-11-13 10:00")
    told.by_hand(DANA)
    shell.record(1, told.events[-1])
    assert "I am away in December" not in shell.did("show", "1").out.split("Last events")[0]


def test_a_cadence_that_is_gone_is_told_with_how_to_put_it_right(shell: Shell) -> None:
    """Nothing is planned for it meanwhile."""
    told = story(DANA)
    told.record(acts.InterviewEdited(at=told.now, cadence="slow"))
    live(shell, told)
    assert "followupd edit 1 --cadence NAME." in shell.did("show", "1").out


def test_what_is_to_be_done_stands_before_what_comes_by_itself(shell: Shell) -> None:
    """A task needs the user as much as a draft does."""
    shell.add("--recruiter", "d@a.example", company="Sooner", held="2026-11-30 09:00")
    told = answered(Outcome.INFO_REQUEST)
    told.number = 2
    shell.live(told)
    out = shell.did("list").out
    first_column = [line.split()[0] for line in out.splitlines() if line[:1].isdigit()]
    assert first_column == ["2", "1"]


def test_an_earlier_round_is_dim_and_the_last_one_is_not(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is over does not ask for attention; the words are the same without colour."""
    live(shell, answered(Outcome.NEXT_ROUND))
    shell.did("add", "--round-of", "1", "--held", "2026-11-20 10:00")
    monkeypatch.setenv("FORCE_COLOR", "1")
    lines = shell.did("list").out.splitlines()
    by_number = {line.replace("\x1b[2m", "")[:1]: line for line in lines if "Acme" in line}
    assert "\x1b[2m" in by_number["1"].split("Acme")[0]
    assert "\x1b[2m" not in by_number["2"].split("Acme")[0]


def test_a_promise_that_no_longer_holds_is_not_shown_as_one(shell: Shell) -> None:
    """Neither in words nor for programs."""
    shell.add("--recruiter", "Dana <dana@acme.example>", "--promise", "2026-12-03: a report")
    shell.did("edit", "1", "--drop-promise", "1")
    assert "You promised" not in shell.did("show", "1").out
    assert shell.did("show", "1", "--json").json["promises"] == []


def test_a_named_cadence_decides_when_an_answer_is_expected(shell: Shell) -> None:
    """`show` and `list` assume the day that the plan assumes."""
    shell.configure(CONFIG + '\n[cadences.slow]\nsilent_after = "10 business days"\n')
    shell.add("--recruiter", "Dana <dana@acme.example>", "--cadence", "slow")
    out = shell.did("show", "1").out
    assert "waiting: the assumed decision date is Mon 14 Dec" in out
    assert "so 10 working days are allowed" in out
    assert shell.did("show", "1", "--json").json["expected_by"] == "2026-12-14"


def test_a_sheet_for_oneself_is_no_letter_and_no_call(shell: Shell) -> None:
    """The reminder of a promise goes to the user, wherever it is named."""
    shell.add("--recruiter", "Dana <dana@acme.example>", "--promise", "2026-12-03: a report")
    shell.did("skip", "1")
    assert "promise-reminder to yourself" in joined(shell.did("list").out)
    shell.at("2026-12-02 10:00")
    assert "Skipped: promise-reminder to yourself." in shell.did("skip", "1").out

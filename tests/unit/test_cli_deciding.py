"""The commands by which the user says what happened, and `resolve`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from followupd.domain import events as happened
from followupd.domain.events import Layer, Meaning, Verdict
from followupd.domain.interview import Outcome
from followupd.store import Store
from tests.support.cli import CONFIG, Shell
from tests.support.stories import DANA, HENRY, IVY, story

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.stories import Story

TASKS = """
[cadence]
silent_after = "5 business days"
[[cadence.steps]]
name = "look"
after = "decision"
wait = "1 business day"
channel = "task"
"""

RECRUITER = ("--recruiter", "Dana Fox <dana@acme.example>")


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def row(shell: Shell, number: int | str = 1) -> Any:
    """The interview as `list --json` has it."""
    rows = shell.did("list", "--json").json
    return next(each for each in rows if each["id"] == int(number))


def kinds(shell: Shell, number: int | str = 1) -> list[str]:
    """What has happened, in one word each."""
    return [event["kind"] for event in shell.did("log", str(number), "--json").json]


def unsure(number: int = 1, at: str = "2026-11-19 09:00") -> Story:
    """A story in which a mail came that may be an answer."""
    told = story(DANA, HENRY, number=number)
    told.until(at)
    told.possible_reply()
    return told


def test_an_answer_is_recorded_with_its_outcome(shell: Shell) -> None:
    """The ladder stops, and the sentence says what is now so."""
    shell.add(*RECRUITER)
    result = shell.did("answered", "1", "--outcome", "next_round")
    assert "answered: next round" in result.out
    assert (row(shell)["status"], row(shell)["outcome"]) == ("answered", "next_round")
    assert row(shell)["next"] is None


def test_an_answer_without_a_word_about_it_is_other(shell: Shell) -> None:
    """The outcome may be left out; a wrong one is wrong usage."""
    shell.add(*RECRUITER)
    assert shell.run("answered", "1", "--outcome", "maybe").code == 2
    shell.did("answered", "1")
    assert row(shell)["outcome"] == "other"


def test_silence_can_be_said_and_takes_back_what_was_taken_for_an_answer(shell: Shell) -> None:
    """Once; and not before the interview was held, nor after it was closed."""
    shell.add(*RECRUITER)
    shell.did("answered", "1")
    shell.did("silent", "1")
    assert (row(shell)["status"], row(shell)["outcome"]) == ("silent", None)
    assert "already" in shell.run("silent", "1").err
    shell.add(*RECRUITER, held="2026-12-03 10:00")
    refused = shell.run("silent", "2")
    assert (refused.code, kinds(shell, 2)) == (1, ["added"])
    assert "not been held" in refused.err


def test_the_decision_moves_and_the_plan_with_it(shell: Shell) -> None:
    """A later day, named with its distance; the same day again is refused."""
    shell.add(*RECRUITER, "--decision-by", "Fri")
    shell.did("skip", "1")
    result = shell.did("decision", "1", "11 Dec")
    assert "promised for Fri 11 Dec, in 8 working days" in result.out
    assert "Tue 15 Dec, in 10 working days: check-in to Dana Fox" in result.out
    assert row(shell)["decision_by"] == "2026-12-11"
    assert shell.run("decision", "1", "2026-12-11").code == 1
    assert kinds(shell).count("decision_moved") == 1


def test_a_decision_in_the_past_is_allowed_but_said(shell: Shell) -> None:
    """A day before the interview is not."""
    shell.add(*RECRUITER, held="2026-11-24 14:00")
    assert "has passed" in shell.did("decision", "1", "2026-11-26").out
    assert row(shell)["status"] == "silent"
    refused = shell.run("decision", "1", "2026-11-20")
    assert refused.code == 2
    assert "before the interview" in refused.err


def test_a_snooze_holds_the_next_step_back_until_then(shell: Shell) -> None:
    """A day means its sending hours; a moment that has passed is refused."""
    shell.add(*RECRUITER, "--decision-by", "Fri")
    shell.did("skip", "1")
    assert "before Tue 15 Dec, 09:00" in shell.did("snooze", "1", "15 Dec").out
    assert row(shell)["next"]["due"] == "2026-12-15T09:00:00+01:00"
    assert "before Tue 8 Dec, 14:00" in shell.did("snooze", "1", "Tue 14:00").out
    for until in ("yesterday", "today 9:59", "2026-11-01"):
        refused = shell.run("snooze", "1", until)
        assert refused.code == 2
        assert "has passed" in refused.err
    assert kinds(shell).count("snoozed") == 2


def test_skip_leaves_out_the_step_that_is_next_and_names_it(shell: Shell) -> None:
    """Step by step until there is none left."""
    shell.add(*RECRUITER, "--hiring-manager", "Henry <henry@acme.example>")
    said = [shell.did("skip", "1").out.splitlines()[0] for _ in range(5)]
    assert said == [
        "Skipped: thank-you to Henry.",
        "Skipped: check-in to Dana Fox.",
        "Skipped: hiring-manager to Henry.",
        "Skipped: call Dana Fox.",
        "Skipped: move-on.",
    ]
    refused = shell.run("skip", "1")
    assert refused.code == 1
    assert "no step to skip" in refused.err


def test_skip_takes_the_step_whose_draft_waits(shell: Shell) -> None:
    """An untouched draft will be taken back; one that the user edited stays theirs."""
    told = story(DANA, IVY)
    told.until("2026-11-03 14:00")
    told.edit("thank-you", IVY)
    number = shell.live(told)
    result = shell.did("skip", str(number))
    assert "Skipped: thank-you to Ivy Ito." in result.out
    assert "you edited stays in Drafts" in result.out
    told = story(DANA, number=2)
    told.until("2026-11-03 14:00")
    number = shell.live(told)
    shell.at("2026-11-03 14:00")
    assert "will be taken back" in shell.did("skip", str(number)).out


def test_skip_with_a_possible_reply_says_what_comes_first(shell: Shell) -> None:
    """The user's word on the reply is needed before anything else."""
    number = shell.live(unsure())
    assert "resolve" in shell.run("skip", str(number)).err


def test_close_and_reopen_are_each_others_opposite(shell: Shell) -> None:
    """Neither makes sense twice."""
    shell.add(*RECRUITER)
    assert (
        "they hired internally" in shell.did("close", "1", "--reason", "they hired internally").out
    )
    assert row(shell)["status"] == "closed"
    for command in (["close", "1"], ["snooze", "1", "Fri"], ["decision", "1", "Fri"]):
        refused = shell.run(*command)
        assert refused.code == 1
        assert "followupd reopen 1" in refused.err
    shell.did("reopen", "1")
    assert row(shell)["status"] == "waiting"
    refused = shell.run("reopen", "1")
    assert refused.code == 1
    assert "neither closed nor answered" in refused.err


def test_reopen_takes_an_answer_back(shell: Shell) -> None:
    """The ladder goes on."""
    shell.add(*RECRUITER)
    shell.did("answered", "1")
    shell.did("reopen", "1")
    assert row(shell)["status"] == "waiting"


def test_a_call_and_a_note_are_kept(shell: Shell) -> None:
    """Both show in the log; an empty note is refused."""
    shell.add(*RECRUITER)
    shell.did("called", "1", "--note", "left a message")
    shell.did("note", "1", "asked about", "Kubernetes")
    assert kinds(shell) == ["added", "call_made", "noted"]
    out = shell.did("log", "1").out
    assert "you called: left a message" in out
    assert "note: asked about Kubernetes" in out
    assert shell.run("note", "1", " \u200b ").code == 2


def test_a_call_may_say_whom_it_reached(shell: Shell) -> None:
    """An address or a name; somebody unknown is refused."""
    shell.add(*RECRUITER)
    assert "you called Dana Fox" in shell.did("called", "1", "--to", "Dana").out
    assert shell.did("log", "1", "--json").json[-1]["person"] == "dana@acme.example"
    shell.did("called", "1", "--to", "dana@acme.example", "--note", "voicemail")
    assert "you called Dana Fox: voicemail" in shell.did("log", "1").out
    refused = shell.run("called", "1", "--to", "Henry")
    assert refused.code == 2
    assert "--to" in refused.err


def asked(*answers: Outcome) -> Story:
    """A story in which Dana answered."""
    told = story(DANA, HENRY)
    told.now = told.moment("2026-11-09 10:00")
    for outcome in answers:
        told.reply(DANA, outcome)
    return told


def test_a_task_is_done_and_the_waiting_goes_on(shell: Shell) -> None:
    """Who asked for something has it, and owes the answer again."""
    number = shell.live(asked(Outcome.INFO_REQUEST))
    assert row(shell, number)["status"] == "answered"
    assert "you answered what they asked you for" in shell.did("done", "1").out
    assert kinds(shell)[-1] == "task_done"
    assert row(shell, number)["outcome"] is None
    refused = shell.run("done", "1")
    assert refused.code == 1
    assert "no task" in refused.err


def test_a_task_that_there_is_not_is_answered_with_those_there_are(shell: Shell) -> None:
    """By its name as the plan shows it."""
    shell.live(asked(Outcome.NEXT_ROUND))
    refused = shell.run("done", "1", "answer")
    assert refused.code == 2
    assert '"next-round"' in refused.err
    shell.did("done", "1", "next-round")
    assert shell.did("plan", "1", "--json").json[-1]["state"] == "done"


def test_of_several_tasks_one_has_to_be_named(shell: Shell) -> None:
    """A cadence of one's own may have tasks as well."""
    shell.configure(CONFIG + TASKS)
    told = story(DANA)
    told.now = told.moment("2026-11-10 10:00")
    day = date(2026, 11, 20)
    told.record(
        happened.HoldingReply(
            at=told.now,
            mail=told.mail(DANA.address, ("robin@example.org",)),
            layer=Layer.ADDRESS,
            evidence="",
            decision_by=day,
            verdict=Verdict(Meaning.STILL_DECIDING, 0.9, decision_by=day, by_call=True),
        )
    )
    shell.live(told)
    refused = shell.run("done", "1")
    assert refused.code == 2
    assert "TASK: say which: look, their-call" in refused.err
    assert "did Dana Fox call on Fri 20 Nov" in shell.did("list").out.replace("\n", " ")
    assert "`followupd done 1 their-call`" in shell.did("show", "1").out
    out = shell.did("done", "1", "their-call").out
    assert "To do: look (" in out
    assert "`followupd done 1` when done" in out


def test_an_answer_still_counts_after_a_closing_is_taken_back(shell: Shell) -> None:
    """A second `reopen` takes the answer back as well."""
    shell.add(*RECRUITER)
    shell.did("answered", "1", "--outcome", "offer")
    shell.did("close", "1")
    assert "`followupd reopen 1` again" in shell.did("reopen", "1").out
    assert row(shell)["status"] == "answered"
    shell.did("reopen", "1")
    assert row(shell)["status"] == "waiting"


def test_a_command_that_is_refused_records_nothing(shell: Shell) -> None:
    """The log is the same before and after."""
    shell.add(*RECRUITER)
    for command in (["reopen", "1"], ["snooze", "1", "yesterday"], ["decision", "1", "30 Feb"]):
        assert shell.run(*command).code != 0
    assert kinds(shell) == ["added"]


def test_possible_replies_are_listed_once_with_all_their_interviews(shell: Shell) -> None:
    """The JSON has exactly its keys; the number is that of the first event."""
    first = shell.live(unsure(1))
    told = story(DANA, number=2)
    told.until("2026-11-19 09:00")
    second = shell.live(told)
    shell.record(second, unsure(1).events[-1])
    store = Store.open(shell.database)
    with store.look() as reading:
        number = reading.chronicle(first).events[-1].id
    store.close()
    mail = unsure(1).history.possible[0].mail
    assert shell.did("resolve", "--json").json == [
        {
            "reply": number,
            "at": mail.date.astimezone(told.workdays.zone).isoformat(),
            "from": "jobs@acme.example",
            "subject": "Your interview",
            "interviews": [first, second],
            "evidence": "acme",
            "meaning": None,
            "confidence": None,
        }
    ]
    out = shell.did("resolve").out
    assert "jobs@acme.example" in out
    assert f"{second}: Acme, Engineer" in out


def test_a_reply_that_answers_one_interview_answers_no_other(shell: Shell) -> None:
    """The decision is recorded wherever it was open, and cannot be made twice."""
    first = shell.live(unsure(1))
    told = story(DANA, number=2)
    told.record(unsure(1).events[-1])
    second = shell.live(told)
    (reply,) = shell.did("resolve", "--json").json
    number = str(reply["reply"])
    assert "answered" in shell.did("resolve", number, "--interview", str(second)).out
    assert row(shell, second)["status"] == "answered"
    assert row(shell, first)["status"] == "silent"
    assert [row(shell, n)["unresolved"] for n in (first, second)] == [0, 0]
    assert shell.did("resolve", "--json").json == []
    again = shell.run("resolve", number, "--none")
    assert again.code == 1
    assert "decided already" in again.err


def test_a_reply_may_belong_to_an_interview_nobody_thought_of(shell: Shell) -> None:
    """The user's word is the evidence, even where the mail was met before."""
    first = shell.live(unsure(1))
    other = shell.add(company="Globex", held="2026-11-02 10:00")
    mail = unsure(1).history.possible[0].mail
    store = Store.open(shell.database)
    with store.begin() as transaction:
        met = happened.ThreadFound(at=shell.clock.now(), mail=mail)
        transaction.append(int(other), met, f"mail:{mail.message_id}")
    store.close()
    (reply,) = shell.did("resolve", "--json").json
    shell.did("resolve", str(reply["reply"]), "--interview", other)
    assert row(shell, other)["status"] == "answered"
    assert row(shell, first)["unresolved"] == 0
    event = shell.did("log", other, "--json").json[-1]
    assert (event["layer"], event["evidence"]) == (Layer.HAND.value, "you said so")


def test_a_promise_given_to_an_interview_nobody_thought_of_puts_that_off(shell: Shell) -> None:
    """It is no answer there either: the day that it names is the new decision date."""
    told = story(DANA, HENRY)
    told.until("2026-11-19 09:00")
    verdict = Verdict(Meaning.STILL_DECIDING, 0.9, decision_by=date(2026, 12, 16))
    told.record(
        happened.PossibleReply(
            at=told.now,
            mail=told.mail("jobs@acme.example", ("robin@example.org",)),
            layer=Layer.NAME,
            evidence="acme",
            verdict=verdict,
        )
    )
    shell.live(told)
    other = shell.add(company="Globex", held="2026-11-02 10:00")
    (reply,) = shell.did("resolve", "--json").json
    shell.did("resolve", str(reply["reply"]), "--interview", other)
    assert (row(shell, other)["status"], row(shell, other)["decision_by"]) == (
        "waiting",
        "2026-12-16",
    )
    assert kinds(shell, other)[-1] == "holding_reply"


def test_a_reply_that_answers_none_sets_the_ladder_free(shell: Shell) -> None:
    """The status is as before, and the next step is planned again."""
    number = shell.live(unsure())
    (reply,) = shell.did("resolve", "--json").json
    assert "answers none" in shell.did("resolve", str(reply["reply"]), "--none").out
    assert (row(shell, number)["status"], row(shell, number)["unresolved"]) == ("silent", 0)


def test_resolve_asks_for_both_the_reply_and_the_decision(shell: Shell) -> None:
    """Half a sentence is wrong usage; a number that is none fails."""
    number = shell.live(unsure())
    (reply,) = shell.did("resolve", "--json").json
    assert shell.run("resolve", str(reply["reply"])).code == 2
    assert shell.run("resolve", "--none").code == 2
    assert shell.run("resolve", "1", "--none", "--interview", "1").code == 2
    assert shell.run("resolve", "999", "--none").code == 1
    assert shell.run("resolve", str(reply["reply"]), "--interview", "77").code == 1
    assert row(shell, number)["unresolved"] == 1

"""`review` and `companies`: looking back, and what that says the next time (advice row 18)."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from followupd.cli.reviewing import review_questions
from followupd.domain.interview import Outcome
from tests.support.cli import Shell
from tests.support.stories import DANA, calendar, story
from tests.support.terminal import END, AtTerminal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from followupd.domain.acts import Reviewed

RECRUITER = ("--recruiter", "Dana Fox <dana@acme.example>")


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def review_of(shell: Shell, number: str = "1") -> dict[str, object] | None:
    """The review as `show` has it."""
    found: dict[str, object] | None = shell.did("show", number, "--json").json["review"]
    return found


def asked(*answers: str, outcome: Outcome | None = None) -> tuple[list[str], Reviewed | None]:
    """The questions that a user is asked, and what comes of their answers."""
    told = story(DANA)
    if outcome is not None:
        told.now = told.moment("2026-11-09 10:00")
        told.reply(DANA, outcome)
    questions = review_questions(told.history, calendar(), told.now)
    texts = [next(questions).text]
    given = iter(answers)
    while True:
        try:
            texts.append(questions.send(next(given, "")).text)
        except StopIteration as end:
            return texts, end.value


def test_a_review_is_kept_and_shown(shell: Shell) -> None:
    """In `show`, in the log, and when the company comes up again."""
    shell.add(*RECRUITER)
    said = ("--days", "4", "--treated", "5", "--again", "yes", "--note", "kind people")
    assert "they treated you 5 of 5" in shell.did("review", "1", *said).out
    assert review_of(shell) == {
        "answered": True,
        "days": 4,
        "treated": 5,
        "again": True,
        "text": "kind people",
        "declined": False,
    }
    assert "Looking back: they answered in the end, after 4" in shell.did("show", "1").out
    again = shell.did("add", "acme", "--role", "Cook", "--held", "2026-12-03 10:00")
    assert "treated you 5 of 5" in again.err


def test_what_was_said_before_stays_where_nothing_new_is_said(shell: Shell) -> None:
    """Each time a little more; a change of mind replaces only what it is about."""
    shell.add(*RECRUITER)
    shell.did("review", "1", "--treated", "2", "--note", "two hours late")
    shell.did("review", "1", "--again", "no")
    shell.did("review", "1", "--days", "7")
    found = review_of(shell)
    assert found is not None
    assert (found["treated"], found["again"], found["days"]) == (2, False, 7)
    assert (found["answered"], found["text"]) == (True, "two hours late")
    shell.did("review", "1", "--answered", "no")
    found = review_of(shell)
    assert found is not None
    assert (found["answered"], found["days"], found["treated"]) == (False, None, 2)


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["--treated", "6"],
        ["--treated", "0"],
        ["--days", "-1"],
        ["--days", "1001"],
        ["--again", "perhaps"],
        ["--answered", "no", "--days", "3"],
        ["--decline", "--treated", "3"],
        ["--note", " \u200b "],
    ],
)
def test_a_review_that_makes_no_sense_is_wrong_usage(shell: Shell, argv: list[str]) -> None:
    """Also one that says nothing, where nobody is there to be asked."""
    shell.add(*RECRUITER)
    assert shell.run("review", "1", *argv).code == 2
    assert review_of(shell) is None


def test_nobody_looks_back_on_what_lies_ahead(shell: Shell) -> None:
    """An interview has to be held first."""
    shell.add(*RECRUITER, held="2026-12-03 10:00")
    refused = shell.run("review", "1", "--treated", "3")
    assert refused.code == 1
    assert "not been held" in refused.err


def test_who_would_rather_not_is_not_asked_again(shell: Shell) -> None:
    """What was said already is not lost by it."""
    shell.add(*RECRUITER)
    assert "followupd review 1" in shell.did("close", "1").out
    assert "how was it? followupd review 1" in shell.did("list").out
    shell.did("review", "1", "--decline")
    assert "followupd review" not in shell.did("list").out + shell.did("show", "1").out
    shell.did("review", "1", "--treated", "4")
    refused = shell.run("review", "1", "--decline")
    assert refused.code == 1
    found = review_of(shell)
    assert found is not None
    assert found["treated"] == 4


def test_a_closing_without_a_terminal_asks_nothing_and_says_how(shell: Shell) -> None:
    """One sentence; the closing itself is done."""
    shell.add(*RECRUITER)
    assert "`followupd review 1` keeps it" in shell.did("close", "1").out
    kinds = [event["kind"] for event in shell.did("log", "1", "--json").json]
    assert kinds == ["added", "closed"]


def test_the_list_stops_asking_after_two_weeks(shell: Shell) -> None:
    """`show` goes on."""
    shell.add(*RECRUITER)
    shell.did("close", "1")
    shell.at("2026-12-16 10:00")
    assert "followupd review" not in shell.did("list").out
    assert "followupd review 1" in shell.did("show", "1").out


def test_who_answered_is_not_asked_whether_they_did() -> None:
    """And the days are counted from the mail: Enter takes them."""
    texts, said = asked("", "4", "y", "kind", outcome=Outcome.REJECTION)
    assert len(texts) == 4
    assert texts[0] == "After how many working days? (Enter: 4)"
    assert said is not None
    assert (said.answered, said.days, said.treated, said.again) == (True, 4, 4, True)
    assert said.text == "kind"


def test_who_never_answered_is_not_asked_after_how_many_days() -> None:
    """The first question says it."""
    texts, said = asked("no", "2", "no")
    assert len(texts) == 4
    assert "answer in the end" in texts[0]
    assert said is not None
    assert (said.answered, said.days, said.treated, said.again) == (False, None, 2, False)


def test_an_answer_that_came_by_telephone_has_its_days() -> None:
    """No mailbox knows of it."""
    texts, said = asked("YES", "12")
    assert len(texts) == 5
    assert said is not None
    assert (said.answered, said.days, said.treated) == (True, 12, None)


@pytest.mark.parametrize("outcome", [None, Outcome.OFFER])
def test_enter_all_the_way_says_nothing(outcome: Outcome | None) -> None:
    """Not even the days that are known."""
    assert asked(outcome=outcome)[1] is None


def test_what_cannot_be_understood_is_asked_again() -> None:
    """With the reason, and without losing what was said before."""
    texts, said = asked("maybe", "no", "6", "5", "perhaps", "yes", "")
    assert [texts.count(text) for text in dict.fromkeys(texts)] == [2, 2, 2, 1]
    assert said is not None
    assert (said.answered, said.treated, said.again) == (False, 5, True)


def events(shell: Shell) -> Iterable[str]:
    """What has happened, in one word each."""
    return [event["kind"] for event in shell.did("log", "1", "--json").json]


@pytest.fixture
def held_long_ago(shell: Shell) -> Shell:
    """A command line with an interview that lies in the past, whatever the machine's clock."""
    shell.at("2024-01-10 10:00")
    shell.add(*RECRUITER, held="2024-01-08 10:00")
    return shell


def test_a_closing_on_a_terminal_asks_how_it_was(held_long_ago: Shell) -> None:
    """Once: who closes it anew after a review is not asked."""
    with AtTerminal(("close", "1"), os.environ) as terminal:
        for prompt, answer in (("answer in the end", "no"), ("treat you", "3"), ("again", "yes")):
            terminal.answer(prompt, answer)
        terminal.answer("remember", "")
        code, out = terminal.end()
    assert code == 0
    assert "Noted: closed." in out
    assert events(held_long_ago) == ["added", "closed", "reviewed"]
    held_long_ago.did("reopen", "1")
    with AtTerminal(("close", "1"), os.environ) as terminal:
        assert terminal.end()[0] == 0
        assert terminal.shown == ""


def test_leaving_the_questions_leaves_the_interview_closed(held_long_ago: Shell) -> None:
    """Ctrl-D and Ctrl-C are no mistakes."""
    with AtTerminal(("close", "1"), os.environ) as terminal:
        terminal.answer("answer in the end", "no")
        terminal.answer("treat you", END)
        code, out = terminal.end()
    assert code == 0
    assert "Nothing was recorded." in out
    held_long_ago.did("reopen", "1")
    with AtTerminal(("close", "1"), os.environ) as terminal:
        terminal.interrupt("answer in the end", signal.SIGINT)
        assert terminal.end()[0] == 0
    assert events(held_long_ago) == ["added", "closed", "reopened", "closed"]


def test_a_review_without_options_asks_on_a_terminal(held_long_ago: Shell) -> None:
    """Whether it is closed or not; who leaves it has said nothing."""
    with AtTerminal(("review", "1"), os.environ) as terminal:
        terminal.answer("answer in the end", END)
        assert terminal.end()[0] == 1
        assert "nothing was recorded" in terminal.shown
    with AtTerminal(("review", "1"), os.environ) as terminal:
        for prompt, answer in (("answer in the end", ""), ("treat you", "5"), ("again", "")):
            terminal.answer(prompt, answer)
        terminal.answer("remember", "")
        assert "Noted, looking back" in terminal.end()[1]
    assert events(held_long_ago) == ["added", "reviewed"]


def test_companies_are_told_with_what_is_typical_of_each(shell: Shell) -> None:
    """Counted over all interviews there; what never was answered is told as well."""
    for day, answered in (("2", "4"), ("3", "12"), ("4", "")):
        number = shell.add(*RECRUITER, held=f"2026-11-0{day} 10:00", company="Acme")
        if answered:
            shell.did("review", number, "--days", answered, "--treated", "3")
        else:
            shell.did("review", number, "--answered", "no", "--again", "no", "--note", "silence")
    shell.add("--recruiter", "g@globex.example", company="Globex")
    acme, globex = shell.did("companies", "--json").json
    assert (acme["company"], acme["interviews"]) == ("Acme", [1, 2, 3])
    assert (acme["answered"], acme["never_answered"]) == ([1, 2], [3])
    assert (acme["response_days"], acme["typical_response_days"]) == ([4, 12], 4)
    assert (acme["treated"], acme["again"]) == (3, False)
    assert [review["text"] for review in acme["reviews"]] == ["", "", "silence"]
    assert (globex["typical_response_days"], globex["reviews"]) == (None, [])
    out = shell.did("companies").out
    assert max(map(len, out.splitlines())) <= 80
    for words in ("1 never", "4 days", "from 4 to 12", "silence", "you would not apply again"):
        assert words in out


def test_one_company_can_be_asked_for_by_its_name_or_a_part_of_it(shell: Shell) -> None:
    """Without regard to capitals; one that there is not is answered with the nearest."""
    assert "followupd add" in shell.did("companies").out
    assert shell.did("companies", "--json").json == []
    shell.add(*RECRUITER, company="Acme Berlin")
    shell.add(*RECRUITER, company="Globex")
    for name in ("acme berlin", "ACME"):
        (found,) = shell.did("companies", name, "--json").json
        assert found["company"] == "Acme Berlin"
    refused = shell.run("companies", "Globax")
    assert refused.code == 1
    assert '"Globex"' in refused.err

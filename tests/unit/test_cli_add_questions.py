"""`add` without arguments: the questions, and a terminal at which they are answered."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from followupd.cli.arguments import build_parser, parse
from followupd.cli.interview_questions import Around, interview_questions
from followupd.config import parse as read_settings
from followupd.domain.events import Added
from followupd.domain.interview import Channel, Interview, Part
from followupd.store import Store
from tests.support.cli import CONFIG, Shell
from tests.support.stories import DANA, IVY, calendar, story
from tests.support.terminal import END, AtTerminal

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from followupd.cli.asking import Question
    from followupd.domain.history import History

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
SECOND = CONFIG[CONFIG.index("[[accounts]]") :].replace("personal", "work")
NOBODY = [""] * 6


class Talk:
    """A conversation with the questions, without any terminal."""

    def __init__(
        self, *histories: History, config: str = CONFIG, argv: tuple[str, ...] = ()
    ) -> None:
        """Begin; `argv` is what was typed after `add`."""
        around = Around(
            settings=read_settings(config),
            workdays=calendar(),
            now=NOW,
            histories={each.interview_id: each for each in histories},
        )
        self.given = parse(build_parser(), ["add", *argv])
        self._questions = interview_questions(self.given, around)
        self.asked: list[Question] = [next(self._questions)]
        self.found: Namespace | None = None
        self.is_over = False

    def say(self, *answers: str) -> Talk:
        """Answer the next questions."""
        for answer in answers:
            assert not self.is_over, f"nobody asked for {answer!r}"
            try:
                self.asked.append(self._questions.send(answer))
            except StopIteration as end:
                self.found, self.is_over = end.value, True
        return self

    @property
    def now(self) -> Question:
        """The question that waits for an answer."""
        return self.asked[-1]

    @property
    def before(self) -> str:
        """What was said before it."""
        return "\n".join(self.now.before)

    @property
    def answers(self) -> Namespace:
        """What the questions came to."""
        assert self.found is not None
        return self.found


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def recorded(shell: Shell) -> list[Interview]:
    """Every interview as it was recorded."""
    store = Store.open(shell.database)
    with store.look() as reading:
        events = [chronicle.events[0].event for chronicle in reading.chronicles()]
    store.close()
    return [event.interview for event in events if isinstance(event, Added)]


def test_what_matters_most_is_said_first_and_that_enter_skips() -> None:
    """And why it matters (advice row 1)."""
    talk = Talk()
    assert talk.now.text == "Company"
    assert "Enter skips" in talk.before
    assert "by when they decide" in talk.before
    assert "how you may get in touch" in talk.before


def test_three_answers_are_enough() -> None:
    """All else may be skipped; the date that will be assumed is named."""
    talk = Talk().say("Acme", "Engineer", "yesterday 14:00")
    assert talk.now.text == 'By when do they decide? (such as Fri or "4 Dec"; Enter: not said)'
    assert "Mon 7 Dec" in talk.before
    talk.say("", *NOBODY, "", "", "")
    assert talk.is_over
    found = talk.answers
    assert (found.company, found.role, found.held) == ("Acme", "Engineer", "yesterday 14:00")
    assert (found.decision_by, found.round_of, found.account) == (None, None, None)
    assert not found.final


def test_the_date_that_will_be_assumed_is_that_of_the_cadence_chosen() -> None:
    """Typed after `add`, and so not asked for."""
    brisk = '[cadences.brisk]\nsilent_after = "2 business days"\n'
    talk = Talk(config=CONFIG + brisk, argv=("--cadence", "brisk"))
    assert "Wed 2 Dec" in talk.say("Acme", "Engineer", "yesterday 14:00").before


def test_every_answer_comes_to_what_would_have_been_typed() -> None:
    """So there is one way to record an interview."""
    talk = Talk().say(
        "Acme", "Engineer", "yesterday 14:00", "Fri",
        "Dana Fox <dana@acme.example>", "call", "030 12",
        "rick@acme.example", "", "", "",
        '"Hall, Henry" <henry@acme.example>', "email", "", "",
        "ivy@acme.example", "ian@acme.example", "",
        "", "nina@friends.example", "", "rita@old.example", "",
        "Sat: the sample", "5 Jan: the report", "", "yes", "",
    )  # fmt: skip
    found = talk.answers
    assert found.decision_by == "Fri"
    assert found.recruiter == ["Dana Fox <dana@acme.example>", "rick@acme.example"]
    assert found.hiring_manager == ['"Hall, Henry" <henry@acme.example>']
    assert found.interviewer == ["ivy@acme.example", "ian@acme.example"]
    assert (found.senior, found.network) == ([], ["nina@friends.example"])
    assert found.reference == ["rita@old.example"]
    assert found.prefers == ["dana@acme.example: call", "henry@acme.example: email"]
    assert found.phone == ["dana@acme.example: 030 12"]
    assert found.promise == ["Sat: the sample", "5 Jan: the report"]
    assert found.final


def test_what_was_given_is_not_changed_by_the_answers() -> None:
    """Whoever leaves in the middle leaves nothing behind."""
    talk = Talk().say("Acme", "Engineer", "yesterday", "", "dana@acme.example", "call")
    assert talk.given.company is None
    assert (talk.given.recruiter, talk.given.prefers) == ([], [])


@pytest.mark.parametrize(
    ("before", "wrong", "words"),
    [
        ([], "", "a name is needed"),
        ([], "?", "is no name"),
        (["Acme"], "  ", "a name is needed"),
        (["Acme", "Engineer"], "", "The day is needed"),
        (["Acme", "Engineer"], "soon", "is no moment"),
        (["Acme", "Engineer", "today 9:00"], "soon", "is no day"),
        (["Acme", "Engineer", "today 9:00"], "2026-11-01", "before the interview"),
        (["Acme", "Engineer", "today 9:00", ""], "Dana", "is no mailbox"),
        (["Acme", "Engineer", "today 9:00", ""], "robin@example.org", "your own"),
        (["Acme", "Engineer", "today 9:00", "", "d@acme.example"], "fax", '"email" or "call"'),
        (["Acme", "Engineer", "today 9:00", "", *NOBODY], "the sample", "a colon"),
        (["Acme", "Engineer", "today 9:00", "", *NOBODY], "someday: it", "is no day"),
        (["Acme", "Engineer", "today 9:00", "", *NOBODY, ""], "perhaps", "neither yes nor no"),
    ],
)
def test_a_wrong_answer_is_explained_and_asked_again(
    before: list[str], wrong: str, words: str
) -> None:
    """It is the same question, and what was answered before is still there."""
    talk = Talk().say(*before)
    question = talk.now.text
    talk.say(wrong, wrong)
    assert talk.now.text == question
    assert words in talk.before
    assert "--" not in talk.before


def test_the_same_person_twice_in_one_part_is_told() -> None:
    """And is there once."""
    talk = Talk().say("Acme", "R", "today 9:00", "", "", "", "Ivy <ivy@acme.example>")
    talk.say("IVY@acme.example")
    assert "is named already" in talk.before
    talk.say("", "", "", "", "", "", "")
    assert talk.answers.interviewer == ["Ivy <ivy@acme.example>"]


def test_the_number_of_whoever_prefers_a_call_is_asked_with_the_reason() -> None:
    """The sheet for the call needs it."""
    talk = Talk().say("Acme", "R", "today 9:00", "", "Dana <dana@acme.example>", "call")
    assert talk.now.text.startswith("Telephone number of Dana")
    assert "sheet for the call" in talk.before


def test_the_summary_is_shown_before_anything_is_recorded() -> None:
    """No means no."""
    talk = Talk().say(
        "Acme", "Engineer", "yesterday", "Fri", "Dana <dana@acme.example>", "call", "030 12", "",
        "", "", "", "", "", "Sat: the sample", "", "y",
    )  # fmt: skip
    assert talk.now.text.startswith("Record it")
    for words in (
        "Acme, Engineer: Mon 30 Nov, 12:00 (noon is assumed); the last round.",
        "Decision: by Fri 4 Dec, in 3 working days.",
        "Recruiter: Dana, dana@acme.example, prefers a call, 030 12.",
        "You promised, for Sat 5 Dec: the sample.",
    ):
        assert words in talk.before
    talk.say("n")
    assert talk.is_over
    assert talk.found is None


def test_a_known_company_is_remembered_when_it_is_named() -> None:
    """Before anything else is asked (advice row 18)."""
    talk = Talk(story(DANA).history).say("ACME")
    assert "Your earlier interview at Acme" in talk.before


def test_the_next_round_of_a_known_interview_is_asked_about() -> None:
    """Enter is yes; its people are known then."""
    told = story(DANA, IVY).history
    talk = Talk(told).say("Acme", "Engineer", "today 9:00")
    assert "next round of interview 1 (Acme, Engineer, Tue 3 Nov, 10:00)" in talk.now.text
    talk.say("", "")
    assert "Known from the round before: Dana Fox (recruiter), Ivy Ito" in talk.before
    assert "Enter: no more" in talk.now.text
    talk.say(*NOBODY, "", "")
    assert "It is the next round of interview 1." in talk.before
    talk.say("")
    assert talk.answers.round_of == "1"
    assert talk.answers.recruiter == []
    other = Talk(told).say("Acme", "Engineer", "today 9:00", "no", "", *NOBODY, "", "", "")
    assert other.answers.round_of == "none"


def test_two_talks_on_one_day_are_asked_about_and_enter_is_no() -> None:
    """They are as often one round as two."""
    told = story(DANA, held="2026-12-01 09:00").history
    talk = Talk(told).say("Acme", "Engineer", "today 9:30")
    assert "Enter: no" in talk.now.text
    talk.say("", "", *NOBODY, "", "", "")
    assert talk.answers.round_of == "none"


def test_an_interview_that_is_there_already_is_asked_about() -> None:
    """Before more is asked; Enter ends it."""
    told = story(DANA, held="2026-12-01 09:00").history
    talk = Talk(told).say("Acme", "Engineer", "today 9:00")
    assert "That is interview 1 already" in talk.now.text
    talk.say("")
    assert (talk.is_over, talk.found) == (True, None)
    other = Talk(told).say("Acme", "Engineer", "today 9:00", "yes", "", *NOBODY, "", "", "")
    assert other.answers.again


def test_with_several_accounts_one_is_asked_for() -> None:
    """A wrong name is explained; one that was typed is not asked for."""
    config = CONFIG + SECOND.replace("example.org", "work.example").replace(
        "r.doe@example.net", "robin.doe@work.example"
    )
    talk = Talk(config=config).say("Acme", "R", "today 9:00", "", *NOBODY, "", "")
    assert talk.now.text == "Which account? (personal, work)"
    talk.say("")
    assert "The account is needed" in talk.before
    talk.say("wrk")
    assert '"work"' in talk.before
    talk.say("work", "")
    assert talk.answers.account == "work"
    named = Talk(config=config, argv=("--account", "work"))
    named.say("Acme", "R", "today 9:00", "", *NOBODY, "", "", "")
    assert named.answers.account == "work"


def test_without_a_terminal_what_is_missing_is_named(shell: Shell) -> None:
    """Wrong usage; nothing is asked, nothing recorded."""
    for argv, words in (
        ((), "COMPANY, --role R and --held WHEN are missing"),
        (("Acme",), "--role R and --held WHEN are missing"),
        (("Acme", "--held", "today"), "--role R is missing"),
    ):
        result = shell.run("add", *argv)
        assert result.code == 2
        assert words in result.err
    assert shell.did("list", "--json").json == []


def test_an_interview_is_recorded_at_a_terminal(shell: Shell) -> None:
    """The questions go beside the output, which holds the id alone."""
    with AtTerminal(("add", "--language", "de"), os.environ) as terminal:
        for prompt, text in (
            ("Company", "Acme"),
            ("Role", "Engineer"),
            ("When", "whenever"),
            ("is no moment", "yesterday 14:00"),
            ("By when", "tomorrow"),
            ("Recruiter", "Dana Fox <dana@acme.example>"),
            ("contacted", "call"),
            ("Telephone", "030 12"),
            ("Recruiter", ""),
            ("Hiring manager", ""),
            ("Interviewer", ""),
            ("senior", ""),
            ("know there", ""),
            ("references", ""),
            ("promise", "tomorrow: the sämple"),
            ("promise", ""),
            ("last round", "yes"),
            ("Record it", ""),
        ):
            terminal.answer(prompt, text)
        assert terminal.end() == (0, "1\n")
        assert "Recorded: interview on" in terminal.shown
    (interview,) = recorded(shell)
    assert (interview.company, interview.role, interview.language) == ("Acme", "Engineer", "de")
    assert interview.is_final
    assert interview.decision_by is not None
    dana = interview.people[0]
    assert (dana.name, dana.part, dana.channel) == ("Dana Fox", Part.RECRUITER, Channel.CALL)
    assert dana.phone == "030 12"
    assert [each.what for each in interview.promises] == ["the sämple"]


def test_who_leaves_the_questions_records_nothing(shell: Shell) -> None:
    """Ctrl-D, Ctrl-C and a no at the end; each time it is said."""
    for code, leave in ((1, "end"), (130, "interrupt"), (1, "no")):
        with AtTerminal(("add",), os.environ) as terminal:
            terminal.answer("Company", "Acme")
            if leave == "end":
                terminal.answer("Role", END)
            elif leave == "interrupt":
                terminal.interrupt("Role", signal.SIGINT)
            else:
                for text in ("Engineer", "yesterday", "", *NOBODY, "", "", "no"):
                    terminal.answer("", text)
            assert terminal.end() == (code, "")
            assert "nothing was recorded" in terminal.shown
    assert recorded(shell) == []


def test_what_was_typed_wrong_is_refused_before_the_questions(shell: Shell) -> None:
    """No answer is lost by it."""
    for argv in (("--cadence", "brisk"), ("--account", "work"), ("--language", "German")):
        with AtTerminal(("add", *argv), os.environ) as terminal:
            assert terminal.end() == (2, "")
            assert argv[0].removeprefix("--") in terminal.shown
            assert "Company" not in terminal.shown

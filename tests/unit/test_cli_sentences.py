"""What the commands say in passing: due, held back, mistyped; on a terminal and into a pipe."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from followupd.cli.format import contact_words, counted, listed, worded
from followupd.cli.particulars import refuse_before
from followupd.cli.screen import Screen
from followupd.domain import events as happened
from followupd.domain.events import Layer, Mail
from followupd.domain.interview import Channel, Outcome
from followupd.errors import UsageError
from tests.support.cli import CONFIG, Shell
from tests.support.stories import DANA, NINA

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
EVERYBODY = (
    *("--recruiter", "Dana Fox <dana@acme.example>", "--interviewer", "Ina Penn <ina@x.example>"),
    *("--interviewer", "Ivo Quick <ivo@x.example>", "--decision-by", "4 Dec"),
)
POSSIBLE = happened.PossibleReply(
    at=NOW,
    mail=Mail("<p@x>", "dana@acme.example", "Dana", ("robin@example.org",), "Hi", NOW, "INBOX"),
    layer=Layer.ADDRESS,
    evidence="dana@acme.example belongs to two interviews",
)


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00 in Berlin."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def queued(to: str, message_id: str, step: str = "thank-you") -> happened.DraftQueued:
    """A draft that was laid into Drafts."""
    return happened.DraftQueued(
        at=NOW,
        step=step,
        cycle=0,
        person=to,
        to=to,
        message_id=message_id,
        attempt=0,
        subject="Thank you",
    )


@pytest.mark.parametrize(
    ("count", "noun", "words"),
    [
        (1, "working day", "1 working day"),
        (2, "working day", "2 working days"),
        (2, "possible reply", "2 possible replies"),
        (0, "draft", "0 drafts"),
    ],
)
def test_things_are_counted_as_people_say_it(count: int, noun: str, words: str) -> None:
    """One day, two days, two replies."""
    assert counted(count, noun) == words


def test_several_are_joined_with_and() -> None:
    """Only the last two."""
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_no_outcome_shows_an_underscore() -> None:
    """They are words, not names of a program."""
    assert [worded(outcome) for outcome in Outcome if "_" in worded(outcome)] == []
    assert worded(Outcome.INFO_REQUEST) == "request for information"


def test_who_was_not_asked_gets_e_mail_and_it_is_said() -> None:
    """What was not asked is shown as missing."""
    assert contact_words(DANA) == "e-mail (not asked)"
    called = type(DANA)(DANA.name, DANA.address, DANA.part, channel=Channel.CALL)
    assert contact_words(called) == "prefers a call"
    assert contact_words(NINA) == "e-mail"


def test_two_dates_that_contradict_are_named_with_their_weekdays() -> None:
    """As people say them."""
    with pytest.raises(UsageError, match="Fri 27 Nov is before the interview on Mon 30 Nov"):
        refuse_before(date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1), "DATE")


def test_an_empty_line_is_one_on_a_terminal_as_well() -> None:
    """What belongs apart stands apart."""
    terminal = Terminal()
    screen = Screen(terminal)
    screen.line("above")
    screen.line()
    screen.line("below")
    assert [line.strip() for line in terminal.getvalue().splitlines()] == ["above", "", "below"]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("add", "--held"), "--held: the value is missing"),
        (("show",), "ID is missing"),
        (("person", "1", "add"), "PERSON and --part are missing"),
        (("person", "1", "frob"), 'there is no "frob"; there are: "add", "change", "remove"'),
        (("templates", "shw"), 'there is no "shw"; did you mean "show"?'),
        (("add", "A", "--register", "rude"), '--register: there is no "rude"; there are: "formal"'),
        (("edit", "1", "--final", "--not-final"), "exclude each other"),
        (("answered", "1", "--outcome", "ofer"), '"ofer" is no outcome; did you mean "offer"?'),
        (("review", "1", "--treated", "x"), '--treated: "x" is no number; write for example 5'),
        (("simulate", "1", "--days", "x"), '--days: "x" is no number; write for example 5'),
        (("accept", "x"), '"x" is no number; `followupd suggestions` shows them'),
        (("resolve", "x", "--none"), '"x" is no number; `followupd resolve` shows them'),
        (("nonsense",), 'there is no command "nonsense"; `followupd --help` lists them'),
    ],
)
def test_what_is_mistyped_is_answered_in_plain_words(
    shell: Shell, argv: tuple[str, ...], words: str
) -> None:
    """Without the parser's own words, and with what to write instead."""
    result = shell.run(*argv)
    assert (result.code, result.out) == (2, "")
    assert words in result.err
    assert "argument" not in result.err
    assert "?;" not in result.err


@pytest.mark.parametrize("typed", ["next-round", "next_round", "Next round"])
def test_an_outcome_may_be_written_as_it_is_said(shell: Shell, typed: str) -> None:
    """With a hyphen, a blank or an underscore."""
    shell.add(*EVERYBODY)
    shell.did("answered", "1", "--outcome", typed)
    assert shell.did("list", "--json").json[0]["outcome"] == "next_round"


def test_an_answer_without_an_outcome_is_just_an_answer(shell: Shell) -> None:
    """Nobody calls it "other"."""
    shell.add(*EVERYBODY)
    said = shell.did("answered", "1").out
    assert said.splitlines()[:2] == [
        "Noted: an answer came.",
        "Acme, Engineer is answered, Tue 1 Dec.",
    ]
    assert "other" not in said + shell.did("list").out + shell.did("log", "1").out


def test_everything_that_is_due_is_named_and_then_what_comes_next(shell: Shell) -> None:
    """Two thank-yous are two."""
    shell.add(*EVERYBODY)
    said = shell.did("note", "1", "they have four teams").out.splitlines()
    assert said[2] == (
        "Due now: thank-you to Ina Penn and thank-you to Ivo Quick "
        "(2 hours after the interview on Mon 30 Nov)."
    )
    assert said[3].startswith("Next, Tue 8 Dec, in 5 working days: check-in to Dana Fox")
    assert "now: thank-you to Ina Penn and 1 more" in " ".join(shell.did("list").out.split())


def test_what_another_draft_holds_back_is_said(shell: Shell) -> None:
    """Not that nothing more happens."""
    shell.add(*EVERYBODY)
    shell.add(*EVERYBODY, company="Globex")
    shell.at("2026-12-08 10:00")
    shell.record(1, queued("dana@acme.example", "<d1@x>", step="check-in"))
    said = shell.did("note", "2", "hm").out
    assert "Held back: check-in to Dana Fox (another draft to Dana Fox waits in Drafts" in said
    assert "Nothing more happens" not in said
    assert "check-in to Dana Fox is held back" in " ".join(shell.did("list").out.split())


def test_the_last_step_says_what_it_does(shell: Shell) -> None:
    """To move on is to close."""
    shell.add("--interviewer", "Ina Penn <ina@x.example>")
    shell.did("skip", "1")
    assert "move-on, which closes the interview" in shell.did("note", "1", "hm").out


def test_a_draft_that_is_gone_does_not_count_as_one_in_drafts(shell: Shell) -> None:
    """And one mail that may belong to two interviews is one to decide."""
    shell.add(*EVERYBODY)
    shell.add(*EVERYBODY, company="Globex")
    gone = happened.DraftMissing(at=NOW, message_id="<d2@x>")
    shell.record(1, queued("ina@x.example", "<d1@x>"), queued("ivo@x.example", "<d2@x>"), gone)
    shell.record(1, POSSIBLE)
    shell.record(2, POSSIBLE)
    said = shell.run("once").out
    assert "1 draft in Drafts" in said
    assert "1 possible reply to decide" in said


def test_what_was_asked_for_comes_although_the_interview_is_snoozed(shell: Shell) -> None:
    """So it is said, rather than that nothing comes."""
    shell.add(*EVERYBODY)
    assert "for what you ask for" not in shell.did("snooze", "1", "Thu").out
    shell.did("draft", "1", "still-open", "--anyway")
    said = shell.did("snooze", "1", "Fri").out
    assert "before Fri 4 Dec, 09:00, but for what you ask for with `followupd draft`." in said


def test_nobody_answers_a_rejection_that_has_not_come(shell: Shell) -> None:
    """Unless the user insists."""
    shell.add(*EVERYBODY)
    refused = shell.run("draft", "1", "rejection-answer")
    assert refused.code == 1
    assert "no rejection is known" in refused.err
    shell.did("answered", "1", "--outcome", "rejection")
    assert "rejection is known" not in shell.run("draft", "1", "rejection-answer").err


def test_a_closed_interview_is_not_asked_to_decide_a_reply_first(shell: Shell) -> None:
    """Nothing waits for it any more."""
    shell.add(*EVERYBODY)
    shell.record(1, POSSIBLE)
    assert "must be decided first" in shell.did("note", "1", "hm").out
    said = shell.did("close", "1").out
    assert "1 possible reply can still be decided" in said


def test_a_narrow_terminal_leaves_room_for_the_reason(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state stands above the day, in one column."""
    shell.add(*EVERYBODY)
    wide = shell.did("plan", "1").out
    assert "STATE, DUE" not in wide
    assert max(map(len, wide.splitlines())) <= 80
    monkeypatch.setattr("followupd.cli.screen.WIDTH", 60)
    narrow = shell.did("plan", "1").out
    assert "STATE, DUE" in narrow
    table = narrow.partition("STEP")[2].splitlines()
    assert max(map(len, table)) <= 60


def test_the_changed_plans_end_with_one_full_stop(shell: Shell) -> None:
    """Whether or not the user wrote one."""
    shell.add(*EVERYBODY)
    shell.did("note", "1", "--plan", "I am away from 14 to 18 December.")
    said = shell.did("show", "1").out
    assert "tells your changed plans: “I am away from 14 to 18 December”." in said


def test_a_template_of_ones_own_name_is_no_mistake(shell: Shell) -> None:
    """It can be asked for; one that only looks like a known one is pointed out."""
    folder = shell.config.parent / "templates" / "en"
    folder.mkdir(parents=True)
    text = "{% block subject %}s{% endblock %}{% block body %}{{ role }}{% endblock %}"
    (folder / "coffee.j2").write_text(text)
    (folder / "chek-in.j2").write_text(text)
    said = shell.did("templates", "check").out
    assert "ok: en/coffee: no step uses it; `followupd draft ID coffee` asks for it" in said
    assert "warning: en/chek-in:" in said
    assert 'did you mean "check-in"?' in said


def test_two_broken_templates_are_two_sentences_in_check(shell: Shell) -> None:
    """Not one that runs into the other."""
    folder = shell.config.parent / "templates" / "en"
    folder.mkdir(parents=True)
    for name in ("check-in", "call"):
        (folder / f"{name}.j2").write_text("{% block subject %}{{ 1 +{% endblock %}")
    checks = shell.run("check", "--json").json
    detail = next(each["detail"] for each in checks if each["check"] == "templates")
    assert "; template en/check-in" in detail


def test_a_day_without_a_digest_promises_none(shell: Shell) -> None:
    """Though its time has come."""
    shell.configure(f'{CONFIG}\n[digest]\nat = "08:00"\n')
    assert shell.did("digest").out == "There is nothing to say today.\n"

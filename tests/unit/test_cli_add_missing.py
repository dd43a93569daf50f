"""What `add` takes besides, what it says is missing (advice row 1), and what it knows (row 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from followupd.cli.recorded import what_is_known
from followupd.domain import acts
from followupd.domain.events import Added
from followupd.domain.interview import Interview, Outcome, Register
from followupd.store import Store
from tests.support.cli import CONFIG, Shell
from tests.support.stories import DANA, calendar, send_all, story

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.stories import Story

CADENCES = '[cadences.brisk]\nsilent_after = "2 business days"\n'
DANA_FOX = ("--recruiter", "Dana Fox <dana@acme.example>")
HENRY = ("--hiring-manager", "Henry <henry@acme.example>")


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def recorded(shell: Shell, number: int = 1) -> Interview:
    """An interview as it was recorded."""
    store = Store.open(shell.database)
    with store.look() as reading:
        event = reading.chronicle(number).events[0].event
    store.close()
    assert isinstance(event, Added)
    return event.interview


def missing(shell: Shell, *options: str) -> list[str]:
    """What is said to be missing of an interview of yesterday."""
    argv = ("add", "Acme", "--role", "Engineer", "--held", "yesterday 14:00", *options)
    said = shell.did(*argv).err.splitlines()
    return [line for line in said if line.startswith("Missing: ")]


def known(*told: Story, at: str = "2027-06-01 09:00") -> str | None:
    """What is said when the company of these stories comes up again."""
    histories = [each.history for each in told]
    return what_is_known("ACME", histories, calendar(), story(DANA).moment(at))


def test_how_letters_are_written_is_recorded(shell: Shell) -> None:
    """Register, cadence and the last round, of the interview and of each person."""
    shell.configure(CONFIG + CADENCES)
    shell.add(
        *DANA_FOX, *HENRY,
        "--register", "friendly", "--cadence", "brisk", "--final",
        "--speaks", "Dana Fox: DE", "--register-of", "henry@acme.example: formal",
        "--greeting", "Henry: Dear Dr. Hall: welcome,",
    )  # fmt: skip
    interview = recorded(shell)
    assert (interview.register, interview.cadence) == (Register.FRIENDLY, "brisk")
    assert interview.is_final
    dana, henry = interview.people
    assert (dana.language, dana.register, dana.greeting) == ("de", None, None)
    assert (henry.language, henry.register, henry.greeting) == (
        None,
        Register.FORMAL,
        "Dear Dr. Hall: welcome,",
    )


def test_what_is_not_said_of_letters_stays_open(shell: Shell) -> None:
    """The user's usual ways may change later."""
    shell.add(*DANA_FOX)
    interview = recorded(shell)
    assert (interview.register, interview.cadence, interview.is_final) == (None, "", False)
    assert interview.round_of is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--cadence", "brsk"), 'did you mean "brisk"?'),
        (("--register", "rude"), "--register"),
        (("--register-of", "Dana Fox: rude"), '"formal" or "friendly"'),
        (("--speaks", "Dana Fox: German"), "--speaks"),
        (("--speaks", "Zoe: de"), "--speaks"),
        (("--greeting", "Dana Fox:"), "--greeting"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    shell: Shell, options: tuple[str, str], words: str
) -> None:
    """By its option, and nothing is recorded."""
    shell.configure(CONFIG + CADENCES)
    result = shell.run("add", "Acme", "--role", "R", "--held", "today", *DANA_FOX, *options)
    assert result.code == 2
    assert words in result.err
    assert shell.did("list", "--json").json == []


def test_without_cadences_of_ones_own_none_can_be_chosen(shell: Shell) -> None:
    """The configuration is named."""
    result = shell.run("add", "Acme", "--role", "R", "--held", "today", "--cadence", "brisk")
    assert result.code == 2
    assert "[cadences]" in result.err


def test_a_greeting_cannot_write_a_header(shell: Shell) -> None:
    """It is one clean line."""
    shell.add(*DANA_FOX, "--greeting", "Dana Fox: Dear\r\nBcc: x@y.example\x1b[2J")
    assert recorded(shell).people[0].greeting == "Dear Bcc: x@y.example [2J"


def test_a_language_without_templates_is_told(shell: Shell) -> None:
    """Also that of one person; drafts are then in English."""
    argv = ("add", "Acme", "--role", "R", "--held", "today 9:00", *DANA_FOX)
    result = shell.did(*argv, "--language", "xx", "--speaks", "Dana Fox: yy")
    said = 'There are no templates in the language "xx": drafts will be in English.'
    assert said in result.err
    assert 'There are no templates in the language "yy": drafts' in result.err


def test_a_language_of_the_users_own_templates_is_none_to_warn_of(
    shell: Shell, tmp_path: Path
) -> None:
    """They count as well."""
    folder = tmp_path / "mine" / "xx"
    folder.mkdir(parents=True)
    (folder / "check-in.j2").write_text("{% block subject %}s{% endblock %}")
    user = f'[user]\ntemplates = "{folder.parent}"'
    shell.configure(CONFIG.replace("[user]", user))
    argv = ("add", "Acme", "--role", "R", "--held", "today 9:00", "--language", "xx")
    assert "no templates" not in shell.did(*argv).err


def test_what_was_not_asked_is_shown_the_most_important_first(shell: Shell) -> None:
    """The decision date, how one may get in touch, the number for a call, who decides."""
    said = missing(
        shell, *DANA_FOX, "--recruiter", "Rick <rick@acme.example>", "--prefers", "Rick: call"
    )
    assert [line.split(".")[0].split(",")[0] for line in said] == [
        "Missing: the decision date",
        "Missing: whether and how Dana Fox may be contacted",
        "Missing: the telephone number of Rick",
        "Missing: the hiring manager",
    ]
    assert "Mon 7 Dec, in 4 working days, is assumed." in said[0]
    assert "`followupd decision 1 DATE`" in said[0]
    assert "`followupd person 1 change dana@acme.example --prefers call`" in said[1]
    assert "`followupd person 1 change rick@acme.example --phone NUMBER`" in said[2]
    assert "--part hiring-manager`" in said[3]


def test_the_assumed_date_is_that_of_the_cadence_chosen(shell: Shell) -> None:
    """Two working days after Monday."""
    shell.configure(CONFIG + CADENCES)
    assert "Wed 2 Dec" in missing(shell, "--cadence", "brisk")[0]


def test_with_nobody_who_decides_there_is_nobody_to_ask(shell: Shell) -> None:
    """And so no check-in."""
    said = missing(shell, "--interviewer", "ivy@acme.example", "--decision-by", "Fri")
    assert len(said) == 1
    assert "nobody to ask where things stand" in said[0]


def test_nothing_is_missing_where_all_was_asked(shell: Shell) -> None:
    """Not a word more."""
    said = missing(
        shell, *DANA_FOX, *HENRY, "--decision-by", "Fri", "--prefers", "Dana Fox: call",
        "--phone", "Dana Fox: 030 12", "--prefers", "Henry: email",
    )  # fmt: skip
    assert said == []


def test_what_is_said_to_put_it_right_puts_it_right(shell: Shell) -> None:
    """The commands that are named work as they stand."""
    shell.add(*DANA_FOX)
    shell.did("decision", "1", "Fri")
    shell.did("person", "1", "change", "dana@acme.example", "--prefers", "call")
    shell.did("person", "1", "change", "dana@acme.example", "--phone", "030 12")
    shell.did("person", "1", "add", "Henry <henry@acme.example>", "--part", "hiring-manager")
    people = shell.did("person", "1", "--json").json
    assert [(each["channel"], each["phone"]) for each in people] == [
        ("call", "030 12"),
        (None, None),
    ]


def test_a_company_that_comes_up_again_is_remembered(shell: Shell) -> None:
    """Not its other rounds of the same position, which are no news."""
    shell.add(company="Acme", held="2026-11-02 10:00")
    shell.did("answered", "1", "--outcome", "rejection")
    result = shell.did("add", "ACME", "--role", "Analyst", "--held", "2026-11-30 10:00")
    assert "Your earlier interview at Acme was answered after 21 working days." in result.err
    shell.did("close", "1")
    shell.did("answered", "2", "--outcome", "next_round")
    other = shell.did("add", "Globex", "--role", "Analyst", "--held", "2026-11-30 10:00")
    assert "earlier interview" not in other.err
    third = shell.did("add", "--round-of", "2", "--held", "2026-12-01 09:00")
    assert "Your earlier interview at Acme was" in third.err


def test_of_a_new_company_nothing_is_known() -> None:
    """No sentence at all."""
    assert what_is_known("Globex", [story(DANA).history], calendar(), story(DANA).now) is None


def test_one_earlier_interview_is_told_plainly() -> None:
    """Answered the same day, never, or still open."""
    prompt, silent = story(DANA), story(DANA)
    prompt.reply(DANA)
    send_all(silent, "2027-03-01 09:00")
    assert known(prompt) == "Your earlier interview at Acme was answered on the same day."
    assert known(silent) == "Your earlier interview at Acme was never answered."
    waiting = known(story(DANA), at="2026-11-04 09:00")
    assert waiting == "Your earlier interview at Acme has no answer yet."


def test_several_earlier_interviews_are_counted() -> None:
    """With the days their answers took, and the latest word about how it was."""
    first, second, third, silent = (story(DANA, number=number) for number in (1, 2, 3, 4))
    for told, day in ((first, "04"), (second, "09"), (third, "13")):
        told.until(f"2026-11-{day} 12:00")
        told.reply(DANA, Outcome.REJECTION)
    send_all(silent, "2027-03-01 09:00")
    silent.record(acts.Reviewed(at=silent.now, treated=2, again=False))
    assert known(first, second) == (
        "Of 2 earlier interviews at Acme, 2 were answered after 1 and 4 working days."
    )
    assert known(first, second, third, silent) == (
        "Of 4 earlier interviews at Acme, 3 were answered after 1 to 8 working days and 1 never "
        "was; you found that they treated you 2 of 5 and you would not apply there again."
    )
    first.record(acts.Reviewed(at=first.now, again=True))
    assert known(first) == (
        "Your earlier interview at Acme was answered after 1 working day; you would apply there "
        "again."
    )

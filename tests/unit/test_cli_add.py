"""`add`, and the days, moments and people that are typed after it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from followupd.cli.when import read_day, read_moment
from followupd.domain.events import Added
from followupd.domain.interview import Channel, Interview, Part, Promise
from followupd.errors import UsageError
from followupd.store import Store
from tests.support.cli import CONFIG, Shell
from tests.support.stories import calendar

if TYPE_CHECKING:
    from pathlib import Path

TUESDAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def recorded(shell: Shell, number: str = "1") -> Interview:
    """The interview as it was stored."""
    store = Store.open(shell.database)
    with store.look() as reading:
        event = reading.chronicle(int(number)).events[0].event
    store.close()
    assert isinstance(event, Added)
    return event.interview


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-12-04", "2026-12-04"),
        ("4 Dec", "2026-12-04"),
        ("Dec 4", "2026-12-04"),
        ("4. December 2027", "2027-12-04"),
        ("28 nov", "2026-11-28"),
        ("3 Jan", "2027-01-03"),
        ("29 Feb 2028", "2028-02-29"),
        ("today", "2026-12-01"),
        ("Tomorrow", "2026-12-02"),
        ("yesterday", "2026-11-30"),
        ("Fri", "2026-12-04"),
        ("friday", "2026-12-04"),
        ("Tue", "2026-12-08"),
        ("mon", "2026-12-07"),
    ],
)
def test_a_day_is_read_as_people_write_it(typed: str, day: str) -> None:
    """A weekday is the next one, a day without a year the nearest."""
    assert read_day(typed, TUESDAY, "DATE").isoformat() == day


@pytest.mark.parametrize(
    "typed", ["", "soon", "30 Feb", "2026-13-01", "4", "Fr", "04/12/2026", "1026-12-04", "-"]
)
def test_what_is_no_day_is_refused_by_its_option(typed: str) -> None:
    """A day that cannot be, or is centuries away, is not guessed."""
    with pytest.raises(UsageError, match="--decision-by"):
        read_day(typed, TUESDAY, "--decision-by")


@pytest.mark.parametrize(
    ("typed", "berlin"),
    [
        ("2026-12-01 14:00", "2026-12-01 14:00"),
        ("2026-12-01T14:00", "2026-12-01 14:00"),
        ("2026-12-01T14:00-05:00", "2026-12-01 20:00"),
        ("2026-12-01 14:00Z", "2026-12-01 15:00"),
        ("today 14:00", "2026-12-01 14:00"),
        ("today at 2 pm", "2026-12-01 14:00"),
        ("yesterday 10:00", "2026-11-30 10:00"),
        ("tomorrow 9:30", "2026-12-02 09:30"),
        ("Tue 14:00", "2026-12-01 14:00"),
        ("Fri 12am", "2026-11-27 00:00"),
        ("4 Dec 8:05", "2026-12-04 08:05"),
        # The clocks jump from 2 to 3 that night.
        ("2026-03-29 02:30", "2026-03-29 03:30"),
    ],
)
def test_a_moment_is_read_in_the_users_zone(typed: str, berlin: str) -> None:
    """An offset counts where there is one; a weekday is the last one, today included."""
    read = read_moment(typed, NOW, calendar(), "--held")
    assert calendar().local(read.at).strftime("%Y-%m-%d %H:%M") == berlin
    assert not read.assumed


def test_a_day_alone_is_noon_and_says_so() -> None:
    """Noon is assumed, and marked as assumed."""
    read = read_moment("yesterday", NOW, calendar(), "--held")
    assert (calendar().local(read.at).hour, read.assumed) == (12, True)


@pytest.mark.parametrize(
    "typed", ["14:00", "today 25:00", "today 13pm", "whenever", "1999-01-01 9:00"]
)
def test_what_is_no_moment_is_refused(typed: str) -> None:
    """The option is named."""
    with pytest.raises(UsageError, match="--held"):
        read_moment(typed, NOW, calendar(), "--held")


def test_add_prints_only_the_id_and_explains_beside_it(shell: Shell) -> None:
    """`id=$(followupd add …)` works; what was understood goes to standard error."""
    result = shell.did(
        "add", "Acme", "--role", "Engineer", "--held", "yesterday",
        "--recruiter", "Dana Fox <dana@acme.example>",
    )  # fmt: skip
    assert result.out == "1\n"
    assert "Mon 30 Nov, 12:00" in result.err
    assert "noon is assumed" in result.err
    assert "Missing: the decision date" in result.err
    assert "thank-you to Dana Fox" in result.err


def test_add_prints_json_when_asked(shell: Shell) -> None:
    """The id is all there is."""
    result = shell.did("add", "Acme", "--role", "R", "--held", "today 9:00", "--json")
    assert result.json == {"id": 1}


def test_everything_that_was_said_is_recorded(shell: Shell) -> None:
    """People in their parts, promises with their days, zone-aware times, nothing lost."""
    number = shell.add(
        "--decision-by", "Fri",
        "--recruiter", "Dana Fox <Dana@acme.example>",
        "--hiring-manager", '"Hall, Henry" <henry@acme.example>',
        "--interviewer", "ivy@acme.example",
        "--interviewer", "ian@acme.example (Ian Irwin)",
        "--senior", "sam@acme.example",
        "--network", "Nina <nina@friends.example>",
        "--reference", "rita@old.example",
        "--promise", "tomorrow: the writing sample: part one",
        "--prefers", "dana fox: call",
        "--phone", "dana@acme.example: +49 30 5550 0142",
        "--timezone", "Dana Fox: America/New_York",
        "--language", "de",
    )  # fmt: skip
    interview = recorded(shell, number)
    assert (interview.company, interview.role) == ("Acme", "Engineer")
    assert interview.held_at == datetime(2026, 11, 30, 13, 0, tzinfo=UTC)
    assert interview.decision_by == date(2026, 12, 4)
    assert interview.promises == (Promise(date(2026, 12, 2), "the writing sample: part one"),)
    assert (interview.account, interview.language) == ("personal", "de")
    assert [(p.part, p.name, p.address) for p in interview.people] == [
        (Part.RECRUITER, "Dana Fox", "Dana@acme.example"),
        (Part.HIRING_MANAGER, "Hall, Henry", "henry@acme.example"),
        (Part.INTERVIEWER, "", "ivy@acme.example"),
        (Part.INTERVIEWER, "Ian Irwin", "ian@acme.example"),
        (Part.SENIOR, "", "sam@acme.example"),
        (Part.NETWORK, "Nina", "nina@friends.example"),
        (Part.REFERENCE, "", "rita@old.example"),
    ]
    dana = interview.people[0]
    assert (dana.channel, dana.phone, dana.timezone) == (
        Channel.CALL,
        "+49 30 5550 0142",
        "America/New_York",
    )
    assert len(interview.uid) == 32


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--recruiter", "Dana Fox", "no mailbox"),
        ("--recruiter", "Fox, Dana <dana@acme.example>", "in quotes"),
        ("--recruiter", "a@acme.example, b@acme.example", "no mailbox"),
        ("--recruiter", "dana@", "no mailbox"),
        ("--recruiter", "dana@-acme-.example", "address"),
        ("--network", "jürgen@acme.example", "before the @"),
        ("--hiring-manager", "Robin <ROBIN@example.org>", "your own"),
        ("--interviewer", "robin+jobs@example.org", "your own"),
        ("--senior", "r.doe@example.net", "your own"),
        ("--promise", "the sample", "--promise"),
        ("--promise", "someday: the sample", "no day"),
        ("--promise", "2026-12-03:", "--promise"),
        ("--prefers", "Dana: call", "--prefers"),
        ("--account", "personel", '"personal"'),
        ("--language", "German", "--language"),
        ("--decision-by", "2026-11-29", "before the interview"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_option(
    shell: Shell, option: str, value: str, words: str
) -> None:
    """Exit code 2, nothing recorded."""
    result = shell.run("add", "Acme", "--role", "R", "--held", "2026-11-30 14:00", option, value)
    assert result.code == 2
    assert words in result.err
    assert shell.did("list", "--json").json == []


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        (("--prefers", "Dana Fox: fax"), "fax"),
        (("--timezone", "Dana Fox: Berlin"), "Europe/Berlin"),
        (("--phone", "Dana Fox:"), "--phone"),
    ],
)
def test_a_detail_of_a_person_is_checked(shell: Shell, detail: tuple[str, str], words: str) -> None:
    """A channel, a zone or a number that makes no sense is said."""
    dana = ("--recruiter", "Dana Fox <dana@acme.example>")
    result = shell.run("add", "Acme", "--role", "R", "--held", "today", *dana, *detail)
    assert result.code == 2
    assert words in result.err


@pytest.mark.parametrize("company", ["", "  ", "?", "\x1b", "—"])
def test_a_company_needs_a_name(shell: Shell, company: str) -> None:
    """A company named "?" would match nearly everything."""
    result = shell.run("add", company, "--role", "R", "--held", "today")
    assert result.code == 2


def test_with_several_accounts_one_must_be_named(shell: Shell) -> None:
    """The names are told; the named one is taken."""
    second = CONFIG[CONFIG.index("[[accounts]]") :].replace("personal", "work")
    shell.configure(
        CONFIG
        + second.replace("example.org", "work.example").replace(
            "r.doe@example.net", "robin.doe@work.example"
        )
    )
    result = shell.run("add", "Acme", "--role", "R", "--held", "today")
    assert result.code == 2
    assert "personal, work" in result.err
    assert recorded(shell, shell.add("--account", "work")).account == "work"


def test_the_same_interview_twice_is_asked_about(shell: Shell) -> None:
    """A second entry is refused unless it is meant; another time is another round."""
    shell.add()
    result = shell.run("add", "ACME", "--role", "engineer", "--held", "2026-11-30T14:00")
    assert result.code == 1
    assert "--again" in result.err
    assert shell.add("--again") == "2"
    assert shell.add(held="2026-11-30 15:00") == "3"


def test_an_interview_to_come_is_upcoming(shell: Shell) -> None:
    """It may be recorded before it is held, when there is still time to ask."""
    result = shell.did("add", "Acme", "--role", "R", "--held", "tomorrow 9:30")
    assert result.err.count("Wed 2 Dec, 09:30") == 1
    assert "Ask for it before you leave" in result.err


def test_hostile_text_is_cleaned_before_it_is_stored(shell: Shell) -> None:
    """Escape sequences, line breaks and halves of characters do not reach the database."""
    number = shell.add(company="Evil\x1b[31m\u202e\nCorp\udc80")
    assert recorded(shell, number).company == "Evil [31m Corp\ufffd"

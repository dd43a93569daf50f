"""What a template is told of an interview: the facts of a letter, from its history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from followupd.config import parse
from followupd.domain.acts import Given
from followupd.domain.cadence import PROMISE, REMINDER
from followupd.domain.history import Absence, Answer, ChangedPlans, History, Request, Written
from followupd.domain.interview import (
    Channel,
    Interview,
    Outcome,
    Part,
    Person,
    Promise,
    Register,
)
from followupd.domain.plan import plan
from followupd.domain.steps import REQUESTED_FROM, PlannedStep, StepState
from followupd.service.letters import requested, write
from followupd.service.world import workdays_of
from followupd.writing.letter import GIVEN, Letter, sample_letters
from followupd.writing.templates import VARIABLES, Templates

if TYPE_CHECKING:
    from followupd.config import Settings

DANA = Person("Dana Fox", "Dana@acme.example", Part.RECRUITER)
MAX = Person("Max Muster", "max@acme.example", Part.HIRING_MANAGER)
INTERVIEW = Interview(
    uid="0" * 32,
    company="Acme",
    role="Engineer",
    held_at=datetime(2026, 12, 1, 14, tzinfo=UTC),
    decision_by=date(2026, 12, 11),
    people=(DANA, MAX),
    promises=(Promise(date(2026, 12, 4), "writing sample"), Promise(date(2026, 12, 8), "links")),
    account="personal",
    language="en",
)
HISTORY = History(interview=INTERVIEW, interview_id=1, decision_by=INTERVIEW.decision_by)
NOW = datetime(2026, 12, 15, 9, tzinfo=UTC)
STEP = PlannedStep(
    step="check-in",
    cycle=0,
    person=DANA,
    due=NOW,
    channel=Channel.EMAIL,
    template="echo",
    state=StepState.DUE,
    reason="",
)
CONFIG = """
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
language = "fr"
register = "friendly"
[[accounts]]
name = "personal"
address = "robin@example.org"
[accounts.imap]
host = "127.0.0.1"
security = "none"
password = { env = "NONE" }
"""
SETTINGS = parse(CONFIG)


def _echo(language: str) -> str:
    """A template that says every variable on a line of its own, and which one it is."""
    lines = "".join(f"{name}={{{{ {name} | string }}}}\n" for name in sorted(VARIABLES))
    return (
        f"{{% block subject %}}{language}{{% endblock %}}"
        f"{{% block body %}}\n{lines}{{% endblock %}}"
    )


TEMPLATES = Templates(
    {f"{language}/{name}": _echo(language) for language in ("en", "de", "fr")
     for name in ("echo", REMINDER)}
)  # fmt: skip


def told(
    history: History = HISTORY,
    step: PlannedStep = STEP,
    *others: PlannedStep,
    settings: Settings = SETTINGS,
    now: datetime = NOW,
) -> dict[str, str]:
    """Every variable of the letter, as text, and the language of its template."""
    workdays = workdays_of(settings)
    planned = plan(history, settings.cadence, workdays, now)
    planned = replace(planned, steps=(*others, step))
    written = write(history, step, planned, settings, workdays, TEMPLATES, now)
    facts = dict(line.split("=", 1) for line in written.body.splitlines() if "=" in line)
    return {**facts, "template": written.subject, "to": written.to}


@pytest.mark.parametrize(
    ("of_person", "of_interview", "expected"),
    [
        (None, None, "friendly"),
        (None, Register.FORMAL, "formal"),
        (Register.FRIENDLY, Register.FORMAL, "friendly"),
        (Register.FORMAL, None, "formal"),
    ],
)
def test_the_nearest_register_counts(
    of_person: Register | None, of_interview: Register | None, expected: str
) -> None:
    """The person's, else the interview's, else the user's."""
    history = replace(HISTORY, interview=replace(INTERVIEW, register=of_interview))
    step = replace(STEP, person=replace(DANA, register=of_person))
    assert told(history, step)["register"] == expected


def test_a_person_is_written_to_in_their_language() -> None:
    """Theirs, else the interview's."""
    assert told()["template"] == "en"
    german = told(step=replace(STEP, person=replace(DANA, language="de")))
    assert (german["template"], german["language"]) == ("de", "de")


def test_a_sheet_about_a_promise_is_in_the_users_language_and_goes_to_them() -> None:
    """Nobody else reads it; it names the promise by its number."""
    sheet = replace(STEP, step=REMINDER, template=REMINDER, channel=Channel.TASK, cycle=1)
    facts = told(step=sheet)
    assert (facts["template"], facts["to"]) == ("fr", "robin@example.org")
    assert (facts["promise_what"], facts["promise_on"]) == ("links", "2026-12-08")
    assert told(step=replace(STEP, step=PROMISE))["promise_what"] == "writing sample"


def test_a_requested_draft_takes_no_promise_by_mistake() -> None:
    """Its number is that of the request."""
    history = replace(HISTORY, requests=(Request(PROMISE, DANA.address, (), NOW),))
    step = replace(STEP, step=PROMISE, cycle=REQUESTED_FROM)
    assert told(history, step)["promise_what"] == "None"


def test_greeting_and_topic_are_those_of_the_person() -> None:
    """What was talked about with somebody else stays out."""
    history = replace(HISTORY, topics={DANA.key: "the migration.", MAX.key: "sailing"})
    step = replace(STEP, person=replace(DANA, greeting="Dear Dr. Fox,"))
    facts = told(history, step)
    assert (facts["greeting"], facts["topic"]) == ("Dear Dr. Fox,", "the migration")
    assert told()["topic"] == "None"


def test_a_change_of_plans_is_told_to_each_person_once() -> None:
    """It is news to whoever was not written to since it was noted."""
    noted = datetime(2026, 12, 10, 9, tzinfo=UTC)
    history = replace(HISTORY, plans=ChangedPlans("I will be away", noted))
    assert told(history)["changed_plans"] == "I will be away."
    before = Written(DANA.key, datetime(2026, 12, 9, 9, tzinfo=UTC), by_hand=False, message_id="")
    after = replace(before, at=datetime(2026, 12, 11, 9, tzinfo=UTC))
    assert told(replace(history, written=(before,)))["changed_plans"] == "I will be away."
    told_dana = replace(history, written=(before, after))
    assert told(told_dana)["changed_plans"] == "None"
    assert told(told_dana, replace(STEP, person=MAX))["changed_plans"] == "I will be away."


def test_a_promised_call_counts_once_its_day_has_passed_without_an_answer() -> None:
    """Not on the day itself, and not after an answer."""
    history = replace(HISTORY, call_promised_on=date(2026, 12, 14))
    assert told(history)["call_promised_on"] == "2026-12-14"
    on_the_day = datetime(2026, 12, 14, 16, tzinfo=UTC)
    assert told(history, now=on_the_day)["call_promised_on"] == "None"
    answered = replace(history, answer=Answer(NOW, Outcome.REJECTION, None))
    assert told(answered)["call_promised_on"] == "None"


@pytest.mark.parametrize(
    ("noted", "returns_on", "expected"),
    [
        ("2026-12-14", date(2026, 12, 20), "Dana Fox"),
        ("2026-12-14", date(2026, 12, 15), "None"),
        ("2026-12-14", None, "Dana Fox"),
        ("2026-11-20", None, "None"),
    ],
)
def test_a_stand_in_is_told_for_whom_while_they_are_away(
    noted: str, returns_on: date | None, expected: str
) -> None:
    """Until the day of return, or two working weeks where the note names none."""
    at = datetime.fromisoformat(f"{noted}T09:00+00:00")
    note = Absence(at, returns_on, "Max Muster", "MAX@acme.example")
    history = replace(HISTORY, absences={DANA.key: note})
    assert told(history, replace(STEP, person=MAX))["stands_in_for"] == expected
    assert told(history)["stands_in_for"] == "None"


def test_what_the_user_gave_for_a_request_wins() -> None:
    """Under the names that may be given; anything else is left alone."""
    person = replace(DANA, greeting="Dear Dr. Fox,")
    given = (
        Given("article", "Sagas"),
        Given("link", "https://x.example"),
        Given("topic", "sailing"),
        Given("greeting", "Hi Dana!"),
        Given("company", "Globex"),
    )
    history = replace(
        HISTORY,
        topics={DANA.key: "the migration"},
        requests=(
            Request("still-open", DANA.address, (), NOW),
            Request("echo", DANA.address, given, NOW),
        ),
    )
    step = replace(STEP, step="echo", cycle=REQUESTED_FROM + 1, person=person)
    facts = told(history, step)
    assert (facts["article"], facts["link"]) == ("Sagas", "https://x.example")
    assert (facts["topic"], facts["greeting"]) == ("sailing", "Hi Dana!")
    assert facts["company"] == "Acme"
    assert told(history, replace(STEP, person=person))["greeting"] == "Dear Dr. Fox,"


def test_a_step_knows_its_request() -> None:
    """By its number; the plan's own steps have none."""
    request = Request("still-open", DANA.address, (), NOW)
    history = replace(HISTORY, requests=(request,))
    assert requested(history, replace(STEP, cycle=REQUESTED_FROM)) is request
    assert requested(history, replace(STEP, cycle=REQUESTED_FROM + 1)) is None
    assert requested(history, STEP) is None


@pytest.mark.parametrize("name", GIVEN)
def test_each_text_that_may_be_given_reaches_the_letter(name: str) -> None:
    """None of the names is forgotten."""
    letter = sample_letters()[1].with_given({name: "words"})
    assert getattr(letter, name) == "words"
    assert letter.with_given({}) == letter
    assert isinstance(letter, Letter)


def test_the_people_of_a_panel_are_counted() -> None:
    """Each knows their place, so that the words differ."""
    facts = told(HISTORY, replace(STEP, person=MAX), STEP)
    assert (facts["panel_index"], facts["panel_size"]) == ("1", "2")


def test_a_final_round_is_told() -> None:
    """The letter after it asks something else."""
    assert told()["is_final"] == "False"
    final = replace(HISTORY, interview=replace(INTERVIEW, is_final=True))
    assert told(final)["is_final"] == "True"

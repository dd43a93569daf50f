"""The questions that `add` asks about an interview, one by one; pure.

They come to what would have been typed after `add`, so that there is one way to record an
interview. Whatever was typed already is not asked for.
"""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.cli.asking import ask, yes_or_no
from followupd.cli.format import (
    NAME_LIMIT,
    contact_words,
    day_with_distance,
    moment,
    person_name,
    worded,
)
from followupd.cli.particulars import account_named, named, refuse_before, twin_of
from followupd.cli.people import Detail, detailed, read_person, read_promises
from followupd.cli.recorded import what_is_known
from followupd.cli.rounds import (
    NONE,
    people_to_take,
    round_before,
    round_words,
    same_day_before,
)
from followupd.cli.when import read_day, read_moment
from followupd.domain.days import say_day
from followupd.domain.history import History
from followupd.domain.interview import Channel, Interview, Part
from followupd.domain.rounds import position
from followupd.domain.status import expected_by
from followupd.errors import UsageError
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from followupd.cli.asking import Questions
    from followupd.cli.when import Moment
    from followupd.config import Settings
    from followupd.domain.interview import Person, Promise
    from followupd.domain.workdays import Workdays

_WHAT_MATTERS = (
    "Two answers matter most: by when they decide, so that nothing goes out too early or too late; "
    "and whether and how you may get in touch, so that it goes where it is welcome."
)
_INTRODUCTION = ("Enter skips a question; Ctrl-D leaves, and nothing is recorded.", _WHAT_MATTERS)
_DECIDERS = (Part.RECRUITER, Part.HIRING_MANAGER)
_BY_WHEN = 'By when do they decide? (such as Fri or "4 Dec"; Enter: not said)'
_WHO = {
    Part.RECRUITER: "Recruiter or HR",
    Part.HIRING_MANAGER: "Hiring manager",
    Part.INTERVIEWER: "Interviewer, who gets a thank-you",
    Part.SENIOR: "Somebody more senior",
    Part.NETWORK: "Somebody you know there",
    Part.REFERENCE: "One of your references",
}


@dataclass(frozen=True, slots=True)
class Around:
    """What the answers are judged by; `now` is aware."""

    settings: Settings
    workdays: Workdays
    now: datetime
    histories: Mapping[int, History]

    @property
    def today(self) -> date:
        """The day in the user's zone."""
        return self.workdays.day_of(self.now)


@dataclass(frozen=True, slots=True)
class _Named:
    """A person, and the text that named them."""

    person: Person
    text: str


def interview_questions(given: Namespace, around: Around) -> Questions[Namespace | None]:
    """Ask about one interview.

    Args:
        given: the arguments of `add`; it is not changed.
        around: what the answers are judged by.

    Returns:
        the arguments with the answers, or None where the user does not want it recorded.
    """
    found = Namespace(**vars(given))
    found.company = yield from ask("Company", lambda text: named(text, "Company"), *_INTRODUCTION)
    known = _known(found.company, around)
    found.role = yield from ask("Role", lambda text: named(text, "Role"), *known)
    held = yield from _held(found, around)
    if not (yield from _is_new(found, held, around)):
        return None
    before = yield from _round(found, held, around)
    decision_by = yield from _decision(found, held, before, around)
    people = yield from _people(found, before, around)
    promises = yield from _promises(found, around)
    found.final = given.final or (
        yield from yes_or_no("Is it the last round, so that only an offer is open?", default=False)
    )
    yield from _account(found, around)
    summary = _summary(found, held, decision_by, people, promises, around)
    wanted = yield from yes_or_no("Record it?", *summary, default=True)
    return found if wanted else None


def _known(company: str, around: Around) -> tuple[str, ...]:
    said = what_is_known(company, around.histories.values(), around.workdays, around.now)
    return (said,) if said is not None else ()


def _held(found: Namespace, around: Around) -> Questions[Moment]:
    def read(text: str) -> Moment:
        if not text:
            raise UsageError("The day is needed: everything that follows is counted from it.")
        held = read_moment(text, around.now, around.workdays, "When")
        found.held = text
        return held

    text = 'When was it, or will it be? (such as "yesterday 14:00" or "4 Dec 9:30")'
    return (yield from ask(text, read))


def _is_new(found: Namespace, held: Moment, around: Around) -> Questions[bool]:
    """Whether it is none of those that are there already."""
    twin = twin_of(found.company, found.role, held.at, around.histories.values())
    if twin is None or found.again:
        return True
    words = f"That is interview {twin.interview_id} already. Is this another one?"
    found.again = yield from yes_or_no(words, default=False)
    return bool(found.again)


def _round(found: Namespace, held: Moment, around: Around) -> Questions[History | None]:
    """Whether it is the next round of an interview that is there already."""
    key = position(found.company, found.role)
    histories = around.histories.values()
    likely = round_before(key, held.at, histories, around.workdays, around.now)
    # Two talks on one day are as often one round as two.
    before = likely or same_day_before(key, held.at, histories, around.workdays)
    if before is None:
        return None
    words = round_words(before, around.today, around.workdays)
    is_likely = likely is not None
    if not (yield from yes_or_no(f"Is it the next round of {words}?", default=is_likely)):
        found.round_of = NONE
        return None
    found.round_of = str(before.interview_id)
    return before


def _decision(
    found: Namespace, held: Moment, before: History | None, around: Around
) -> Questions[date | None]:
    workdays, today = around.workdays, around.today
    name = found.cadence or (before.interview.cadence if before is not None else "")
    cadence = around.settings.cadences.get(name, around.settings.cadence)
    blank = Interview("", "", "", held.at, None, (), (), "", "")
    assumed = day_with_distance(
        expected_by(History(blank, 0, None), cadence, workdays), today, workdays
    )

    def read(text: str) -> date | None:
        if not text:
            return None
        day = read_day(text, today, "The day")
        refuse_before(day, workdays.day_of(held.at), today, "The day")
        found.decision_by = text
        return day

    said = f"Nothing asks where things stand before that day. Without it {assumed}, is assumed."
    return (yield from ask(_BY_WHEN, read, said))


def _people(found: Namespace, before: History | None, around: Around) -> Questions[list[Person]]:
    """Everybody, part by part; with how to contact those who decide."""
    people: list[Person] = []
    if before is not None:
        people.extend(people_to_take(before, interviewers=True))
    said: tuple[str, ...] = (
        'Who is part of it, and who decides? Each as "Dana Fox <dana@acme.example>".',
    )
    if people:
        taken = ", ".join(f"{person_name(person)} ({worded(person.part)})" for person in people)
        said = (f"Known from the round before: {taken}.", *said)
    for part in Part:
        typed = list(getattr(found, part.value))
        setattr(found, part.value, typed)
        while True:
            enter = "no more" if any(person.part is part for person in people) else "nobody"
            text = f"{_WHO[part]} (Enter: {enter})"
            answer = yield from _person(part, text, said, people, around)
            said = ()
            if answer is None:
                break
            typed.append(answer.text)
            person = answer.person
            if part in _DECIDERS:
                person = yield from _details(found, person)
            people.append(person)
    return people


def _person(
    part: Part, text: str, said: tuple[str, ...], people: list[Person], around: Around
) -> Questions[_Named | None]:
    def read(answer: str) -> _Named | None:
        if not answer:
            return None
        person = read_person(answer, part, "Answer", around.settings.own_addresses)
        if any((each.key, each.part) == (person.key, part) for each in people):
            raise UsageError(f"{person_name(person)} is named already; Enter goes on.")
        return _Named(person, answer)

    return (yield from ask(text, read, *said))


def _details(found: Namespace, person: Person) -> Questions[Person]:
    """How somebody who decides asked to be contacted, and their number."""
    who = person_name(person)
    questions = (
        (Detail.PREFERS, f"How may {who} be contacted, email or call? (Enter: not asked)"),
        (Detail.PHONE, f"Telephone number of {who} (Enter: not known)"),
    )
    for detail, text in questions:
        values = list(getattr(found, detail.value))
        setattr(found, detail.value, values)
        person = yield from _detail(detail, text, person, values)
    return person


def _detail(detail: Detail, text: str, person: Person, values: list[str]) -> Questions[Person]:
    def read(answer: str) -> Person:
        if not answer:
            return person
        known = detailed(person, detail, answer, "Answer")
        values.append(f"{person.address}: {answer}")
        return known

    calls = detail is Detail.PHONE and person.channel is Channel.CALL
    said = ("The sheet for the call needs the number.",) if calls else ()
    return (yield from ask(text, read, *said))


def _promises(found: Namespace, around: Around) -> Questions[list[Promise]]:
    promises: list[Promise] = []
    found.promise = list(found.promise)

    def read(answer: str) -> Promise | None:
        if not answer:
            return None
        (promise,) = read_promises([answer], around.today, "Promise")
        found.promise.append(answer)
        return promise

    text = 'Did you promise something by a date, such as "Fri: the writing sample"?'
    while True:
        promise = yield from ask(f"{text} (Enter: {'no more' if promises else 'no'})", read)
        if promise is None:
            return promises
        promises.append(promise)


def _account(found: Namespace, around: Around) -> Questions[None]:
    """The account, where there are several and none was named."""
    names = [account.name for account in around.settings.accounts]
    if found.account is not None or len(names) == 1 or found.round_of not in (None, NONE):
        return

    def read(answer: str) -> str:
        if not answer:
            raise UsageError("The account is needed: the mail goes through it.")
        return account_named(answer, around.settings)

    found.account = yield from ask(f"Which account? ({', '.join(names)})", read)


def _summary(
    found: Namespace,
    held: Moment,
    decision_by: date | None,
    people: list[Person],
    promises: list[Promise],
    around: Around,
) -> tuple[str, ...]:
    today, workdays = around.today, around.workdays
    noon = " (noon is assumed)" if held.assumed else ""
    last = "; the last round" if found.final else ""
    said = [
        f"{found.company}, {found.role}: {moment(held.at, today, workdays)}{noon}{last}.",
        "Decision: not said."
        if decision_by is None
        else f"Decision: by {day_with_distance(decision_by, today, workdays)}.",
    ]
    if found.round_of not in (None, NONE):
        said.append(f"It is the next round of interview {found.round_of}.")
    said += [f"{worded(person.part).capitalize()}: {_contact(person)}." for person in people]
    said += [f"You promised, for {say_day(each.on, today)}: {each.what}." for each in promises]
    return tuple(said)


def _contact(person: Person) -> str:
    known = [
        person_name(person),
        person.address if person.name else "",
        contact_words(person) if person.channel is not None else "",
        clean(person.phone or "", NAME_LIMIT),
    ]
    return ", ".join(each for each in known if each)

"""The drafts that can be asked for: what each is, to whom it goes, what speaks against it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.cli.format import NAME_LIMIT, draft_stands
from followupd.cli.open_points import REJECTION_ANSWER
from followupd.config.words import near, quoted
from followupd.domain.acts import Given
from followupd.domain.cadence import PROMISE, REMINDER
from followupd.domain.days import say_day
from followupd.domain.interview import EMPLOYER, Channel, Outcome, Part
from followupd.domain.limits import MOST_TO_COMPANY, MOST_UNANSWERED
from followupd.domain.status import expected_by
from followupd.domain.steps import ASKING
from followupd.errors import UsageError
from followupd.reading.text import clean
from followupd.service.planning import cadence_for
from followupd.writing.letter import GIVEN, REQUIRED, SHEETS
from followupd.writing.phrases import LINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from followupd.cli.desk import Desk
    from followupd.domain.history import History
    from followupd.domain.interview import Person
    from followupd.domain.limits import Contacts
    from followupd.domain.plan import Plan

_DECIDERS = (Part.RECRUITER, Part.HIRING_MANAGER)


@dataclass(frozen=True, slots=True)
class Kind:
    """A draft that can be asked for.

    Attributes:
        what: in a few words.
        to: the parts it goes to; the first of which somebody can be reached.
        to_last: rather to the person of the employer who wrote last.
        each: of several people in the part, the user has to name one.
    """

    what: str
    to: tuple[Part, ...] = _DECIDERS
    to_last: bool = False
    each: bool = False


_SHIPPED = {
    "share-article": Kind("something to read, on what you talked about", to_last=True),
    "introduction": Kind("the offer to introduce somebody", to_last=True),
    "still-open": Kind("whether the position is still open", (Part.RECRUITER,)),
    "rejection-answer": Kind("a gracious answer to a rejection", to_last=True),
    "last-note": Kind("a courteous last note after silence", to_last=True),
    "check-in": Kind("where things stand"),
    "check-in-final": Kind("after the last round: do they need anything else?"),
    "hiring-manager": Kind("where things stand, after the recruiter", (Part.HIRING_MANAGER,)),
    "senior": Kind("where things stand, to somebody above them", (Part.SENIOR,), each=True),
    "network": Kind("whether somebody you know can find out", (Part.NETWORK,), each=True),
    "references": Kind("a word to somebody who vouches for you", (Part.REFERENCE,), each=True),
    "thank-you": Kind("thanks for the interview", (Part.INTERVIEWER, *_DECIDERS), each=True),
    "call": Kind("a call sheet for yourself: what to say, live and to voicemail"),
}
_YOURS = Kind("a template of your own", to_last=True)

_EXAMPLES = {
    "article": '--set article="How we ship"',
    "contact": '--set contact="Nina North"',
    "reason": '--set reason="She has built the same at Globex"',
}


def kinds(there: Iterable[str], own: Iterable[str]) -> dict[str, Kind]:
    """What can be asked for, by the template's name.

    A promise and its reminder cannot: they have a day of their own.

    Args:
        there: the names of all templates.
        own: the names of those that the user wrote.
    """
    names, yours = frozenset(there), frozenset(own)
    found = {name: kind for name, kind in _SHIPPED.items() if name in names}
    new = sorted(yours - found.keys() - {PROMISE, REMINDER})
    return found | dict.fromkeys(new, _YOURS)


def kind_named(name: str, known: dict[str, Kind], number: int) -> Kind:
    """The draft of that name.

    Raises:
        UsageError: there is none.
    """
    if name in (PROMISE, REMINDER):
        raise UsageError(
            f"TEMPLATE: the {name} is laid on its day by itself; "
            f'`followupd edit {number} --promise "DATE: what"` records a promise'
        )
    if name not in known:
        raise UsageError(
            f"TEMPLATE: there is no {quoted(name)} to ask for; {near(name, known)} "
            f"(`followupd draft {number} --list` tells more)"
        )
    return known[name]


def needs(template: str) -> tuple[str, ...]:
    """The names of what has to be given for a template."""
    return REQUIRED.get(template, ())


def example(name: str) -> str:
    """How something is given for a draft, such as `--set article="…"`."""
    return _EXAMPLES.get(name, f'--set {name}="…"')


def read_given(texts: Sequence[str], template: str) -> tuple[Given, ...]:
    """What the user gives for the draft, each as "name=value".

    Raises:
        UsageError: a name is unknown or given twice, a value is empty, or one is missing.
    """
    given: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        name, value = name.strip(), clean(value, LINE)
        if name not in GIVEN:
            raise UsageError(f"--set: there is no {quoted(name)} to give; {near(name, GIVEN)}")
        if not sign or not value:
            raise UsageError(f"--set: say what {name} is, such as --set {name}=…")
        if name in given:
            raise UsageError(f"--set: {name} is given twice")
        given[name] = value
    missing = [name for name in needs(template) if name not in given]
    if missing:
        examples = " ".join(map(example, missing))
        raise UsageError(f"{template} needs {' and '.join(missing)}, such as {examples}")
    return tuple(Given(name, value) for name, value in given.items())


def natural(kind: Kind, history: History) -> tuple[Person, ...]:
    """To whom it goes where nobody is named: one person, none, or several to choose from."""
    people = [p for p in history.interview.people if p.key not in history.unreachable]
    if kind.to_last:
        wrote = [p for p in people if p.part in EMPLOYER and p.key in history.heard]
        if wrote:
            return (max(wrote, key=lambda person: history.heard[person.key]),)
    for part in kind.to:
        found = {person.key: person for person in people if person.part is part}
        if found:
            return tuple(found.values()) if kind.each else tuple(found.values())[:1]
    return ()


def objections(
    template: str, person: Person, history: History, plan: Plan, contacts: Contacts, desk: Desk
) -> Iterator[str]:
    """What speaks against the draft now, though the user may want it all the same.

    Args:
        template: its name.
        person: whom it is for.
        history: the interview.
        plan: its plan without the draft.
        contacts: who was written to when, over all interviews that share people with it.
        desk: the time and the calendar.
    """
    who, workdays, interview = clean(person.called, NAME_LIMIT), desk.workdays, history.interview
    asks = template in ASKING
    yield from _too_early(template, history, desk)
    if template in SHEETS:
        return
    unanswered = contacts.unanswered(person.address)
    earliest = contacts.earliest(person.address, workdays)
    if not contacts.may_write(person.address):
        yield f"{MOST_UNANSWERED} messages to {who} are unanswered"
    elif earliest is not None and desk.today < earliest:
        wrote = say_day(workdays.day_of(unanswered[-1]), desk.today)
        day = say_day(earliest, desk.today)
        yield f"you wrote to {who} on {wrote} and have no answer yet; the next is well on {day}"
    waiting = contacts.other_draft(person.address, history.interview_id, ("", 0, ""))
    if waiting is not None:
        yield f"another draft to {who} {draft_stands(waiting)}: {waiting.step}"
    for step in plan.queue:
        if step.channel is Channel.EMAIL and step.person and step.person.key == person.key:
            yield f"another draft to {who} is about to be laid: {step.step}"
    if asks and not contacts.may_ask(interview.company):
        yield f"{MOST_TO_COMPANY} messages to {clean(interview.company, NAME_LIMIT)} are unanswered"


def _too_early(template: str, history: History, desk: Desk) -> Iterator[str]:
    """That what the draft is about has not happened."""
    interview, answer = history.interview, history.answer
    expected = expected_by(history, cadence_for(interview, desk.settings), desk.workdays)
    if interview.held_at > desk.now:
        yield "the interview has not been held yet"
    elif template in ASKING and desk.today <= expected:
        how = "promised" if history.decision_by is not None else "assumed"
        yield f"the {how} decision date, {say_day(expected, desk.today)}, has not passed"
    if template == REJECTION_ANSWER and (answer is None or answer.outcome is not Outcome.REJECTION):
        yield "no rejection is known"

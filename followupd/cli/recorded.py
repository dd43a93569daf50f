"""What is said once an interview is recorded: what follows, what is known, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.cli.approved import unless_sent
from followupd.cli.format import (
    NAME_LIMIT,
    counted,
    day_with_distance,
    listed,
    moment,
    person_name,
)
from followupd.cli.standing import what_follows
from followupd.config.words import quoted
from followupd.domain.companies import companies
from followupd.domain.interview import Channel, Part, Status, company_key
from followupd.domain.rounds import rounds_back
from followupd.domain.status import expected_by
from followupd.reading.text import clean
from followupd.writing.shipped import shipped_templates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from followupd.cli.desk import Desk
    from followupd.cli.when import Moment
    from followupd.config import Settings
    from followupd.domain.companies import CompanyRecord
    from followupd.domain.history import History
    from followupd.domain.interview import Interview, Person
    from followupd.domain.workdays import Workdays

_FEW = 2


def explained(
    number: int,
    held: Moment,
    desk: Desk,
    said: Iterable[str] = (),
    *,
    tells_company: bool = True,
) -> Iterator[str]:
    """What was recorded, what follows, and what is missing (advice row 1).

    Args:
        number: of the interview.
        held: when it is held, as it was typed.
        desk: as the command has it.
        said: sentences about how it was recorded.
        tells_company: whether it tells what earlier interviews say about the company.
    """
    histories = desk.histories()
    history = histories[number]
    interview = history.interview
    noon = " (no time was given, so noon is assumed)" if held.assumed else ""
    yield f"Recorded: interview on {moment(interview.held_at, desk.today, desk.workdays)}{noon}."
    yield from said
    # What is known of the rounds before is no news.
    before = {number: each.interview.round_of for number, each in histories.items()}
    rounds = rounds_back(history.interview_id, before.get)
    others = [other for key, other in histories.items() if key not in rounds]
    known = what_is_known(interview.company, others, desk.workdays, desk.now)
    if known is not None and tells_company:
        yield known
    plan = desk.plan(history, histories)
    follows = what_follows(history, plan, desk)
    if plan.status is Status.UPCOMING:
        next(follows)  # says once more when it is held
    yield from follows
    if plan.queue:
        yield (
            "What is due now is laid into Drafts within a moment if `followupd run` is running, "
            f"else by `followupd once`. {unless_sent(interview.account, desk.settings)}"
        )
    yield from _missing(history, desk, is_ahead=plan.status is Status.UPCOMING)
    yield from _untranslated(interview, desk.settings)


def what_is_known(
    company: str, histories: Iterable[History], workdays: Workdays, now: datetime
) -> str | None:
    """What earlier interviews say about a company (advice row 18); None where there are none.

    Args:
        company: its name, as the user writes it now.
        histories: the interviews to look at.
        workdays: the user's.
        now: aware.
    """
    key = company_key(company)
    theirs = [each for each in histories if company_key(each.interview.company) == key]
    found = next(iter(companies(theirs, workdays, now)), None)
    if found is None:
        return None
    return f"{_answers(found)}{_review(found)}."


def _answers(record: CompanyRecord) -> str:
    company = clean(record.company, NAME_LIMIT)
    count, yes, no = len(record.interviews), len(record.answered), len(record.never_answered)
    after = _after(record)
    if count == 1:
        said = "has no answer yet"
        if yes:
            said = f"was answered{after}"
        elif no:
            said = "was never answered"
        return f"Your earlier interview at {company} {said}"
    counts = [
        f"{yes} {_was(yes)} answered{after}" if yes else "",
        f"{no} never {_was(no)}{'' if yes else ' answered'}" if no else "",
        f"{count - yes - no} {'has' if count - yes - no == 1 else 'have'} no answer yet"
        if count - yes - no
        else "",
    ]
    return f"Of {count} earlier interviews at {company}, {listed([c for c in counts if c])}"


def _after(record: CompanyRecord) -> str:
    """` after 4 working days`, or the shortest and the longest of many."""
    days = sorted(record.response_days)
    if not days:
        return ""
    if days[-1] == 0:
        return " on the same day"
    if len(set(days)) == 1:
        return f" after {counted(days[0], 'working day')}"
    few = listed([str(count) for count in days])
    said = few if len(days) <= _FEW else f"{days[0]} to {days[-1]}"
    return f" after {said} working days"


def _review(record: CompanyRecord) -> str:
    said = []
    if record.treated is not None:
        said.append(f"you found that they treated you {record.treated} of 5")
    if record.again is not None:
        said.append(f"you would {'' if record.again else 'not '}apply there again")
    return f"; {listed(said)}" if said else ""


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _missing(history: History, desk: Desk, *, is_ahead: bool) -> Iterator[str]:
    """What was not asked, the most important first."""
    interview, today, workdays = history.interview, desk.today, desk.workdays
    number = history.interview_id
    if history.decision_by is None:
        cadence = desk.settings.cadence_of(interview) or desk.settings.cadence
        expected = expected_by(history, cadence, workdays)
        ask = "Ask for it" if is_ahead else "Ask for it next time"
        yield (
            f"Missing: the decision date. {day_with_distance(expected, today, workdays)}, is "
            f"assumed. {ask} before you leave; `followupd decision {number} DATE` sets it."
        )
    elif history.decision_by < today:
        yield "The decision date has passed already."
    deciders = (*interview.with_part(Part.RECRUITER), *interview.with_part(Part.HIRING_MANAGER))
    unasked = [person for person in deciders if person.channel is None]
    if unasked:
        yield (
            f"Missing: whether and how {_names(unasked)} may be contacted. E-mail is assumed; "
            f"`{_change(number, unasked)} --prefers call` says otherwise."
        )
    unknown = [
        person
        for person in interview.people
        if person.channel is Channel.CALL and person.phone is None
    ]
    if unknown:
        yield (
            f"Missing: the telephone number of {_names(unknown)}, to call as they prefer; "
            f"`{_change(number, unknown)} --phone NUMBER` sets it."
        )
    add = f'`followupd person {number} add "NAME <ADDRESS>" --part'
    if not deciders:
        yield (
            "Missing: who decides, a recruiter or a hiring manager. There is nobody to ask where "
            f"things stand; {add} recruiter` names one."
        )
    elif not interview.with_part(Part.HIRING_MANAGER):
        yield (
            "Missing: the hiring manager, for when the recruiter stays silent; "
            f"{add} hiring-manager` names them."
        )


def _names(people: list[Person]) -> str:
    return listed(list(dict.fromkeys(person_name(person) for person in people)))


def _change(number: int, people: list[Person]) -> str:
    addresses = dict.fromkeys(person.address for person in people)
    who = next(iter(addresses)) if len(addresses) == 1 else "PERSON"
    return f"followupd person {number} change {who}"


def _untranslated(interview: Interview, settings: Settings) -> Iterator[str]:
    """The languages of its letters that there are no templates for."""
    there = {key.partition("/")[0] for key in shipped_templates(settings.user.templates)}
    wanted = (interview.language, *(person.language or "" for person in interview.people))
    for language in dict.fromkeys(wanted):
        if language and language not in there:
            yield (
                f"There are no templates in the language {quoted(language)}: drafts will be in "
                "English."
            )

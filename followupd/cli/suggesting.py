"""`suggestions`, `accept` and `dismiss`: interviews that mail suggests, decided by the user."""

from __future__ import annotations

import sys
import uuid
from typing import TYPE_CHECKING

from followupd.cli.desk import open_desk
from followupd.cli.entering import Entry, entry_sentences, record_entry
from followupd.cli.format import NAME_LIMIT, iso, moment
from followupd.cli.particulars import named
from followupd.cli.people import alike, read_person
from followupd.cli.recorded import explained
from followupd.cli.rounds import (
    NONE,
    chosen_round,
    people_to_take,
    round_before,
    same_day_before,
)
from followupd.cli.screen import Screen, print_json
from followupd.cli.when import Moment
from followupd.domain.events import InterviewMoved, ThreadFound
from followupd.domain.interview import Interview, Part
from followupd.domain.rounds import position
from followupd.domain.suggestion import SuggestionState
from followupd.errors import FollowupdError, UsageError
from followupd.reading.addresses import Address
from followupd.reading.invitation.words import is_recruiter
from followupd.reading.invitation.zones import named_zone
from followupd.reading.text import clean

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from followupd.cli.desk import Desk
    from followupd.domain.history import History
    from followupd.domain.interview import Person
    from followupd.domain.suggestion import SuggestedPerson, Suggestion
    from followupd.service.clock import Clock
    from followupd.store import Reading, Suggested, Transaction

_WORDS_LIMIT = 300
_SHOWN_PEOPLE = 4


def suggestions(arguments: Namespace, clock: Clock) -> int:
    """List the suggestions that wait for a decision."""
    with open_desk(arguments, clock) as desk:
        with desk.store.look() as reading:
            waiting = reading.suggestions()
            histories = desk.histories(reading)
        if arguments.json:
            print_json([_as_json(each, histories, desk) for each in waiting])
        else:
            _show(waiting, histories, desk)
    return 0


def accept(arguments: Namespace, clock: Clock) -> int:
    """Record a suggested interview; its number goes to standard output, all else to the other."""
    with open_desk(arguments, clock) as desk:
        entry = None
        with desk.store.begin() as transaction:
            suggested = _open_one(transaction, arguments.suggestion)
            histories = desk.histories(transaction)
            known = histories.get(suggested.suggestion.accepted_as or 0)
            if known is not None:
                number = _move(transaction, suggested, known, desk)
            else:
                entry = _entry(suggested, histories, arguments, desk)
                number = record_entry(transaction, entry, histories, desk, again=arguments.again)
                _record_thread(transaction, number, suggested, desk)
            transaction.accept_suggestion(suggested.id, number)
        if arguments.json:
            print_json({"id": number})
        else:
            print(number, flush=True)
        screen = Screen(sys.stderr)
        held_at = suggested.suggestion.held_at
        if entry is None:
            when = moment(held_at, desk.today, desk.workdays)
            screen.line(f"Interview {number} is moved to {when}.")
            return 0
        said = entry_sentences(number, entry, desk)
        for sentence in explained(number, Moment(held_at), desk, said):
            screen.line(sentence)
    return 0


def _record_thread(transaction: Transaction, number: int, suggested: Suggested, desk: Desk) -> None:
    """Record the mail that suggested an interview as one of its thread."""
    mail = suggested.suggestion.mail
    # The mark with which a look back through the mailbox records the same mail.
    transaction.append(number, ThreadFound(at=desk.now, mail=mail), f"mail:{mail.message_id}")


def _move(transaction: Transaction, suggested: Suggested, known: History, desk: Desk) -> int:
    """Record that an interview is held at the time that its invitation now names."""
    held_at = desk.workdays.local(suggested.suggestion.held_at)
    moved = InterviewMoved(at=desk.now, held_at=held_at)
    transaction.append(known.interview_id, moved)
    return known.interview_id


def dismiss(arguments: Namespace, clock: Clock) -> int:
    """Forget a suggested interview; the same invitation is not suggested again."""
    with open_desk(arguments, clock) as desk:
        with desk.store.begin() as transaction:
            suggested = _open_one(transaction, arguments.suggestion)
            transaction.dismiss_suggestion(suggested.id)
        Screen().line(f"Dismissed: {_name(suggested.suggestion, desk.histories())}.")
    return 0


def _open_one(reading: Reading, number: int) -> Suggested:
    found = reading.suggestion(number)
    if found.state is SuggestionState.ACCEPTED:
        raise FollowupdError(
            f"the suggestion {number} was accepted already: "
            f"it is interview {found.suggestion.accepted_as}"
        )
    if found.state is SuggestionState.DISMISSED:
        raise FollowupdError(
            f"the suggestion {number} was dismissed, or its event was called off; "
            "`followupd add` records an interview nevertheless"
        )
    return found


def _company_and_role(suggestion: Suggestion, histories: Mapping[int, History]) -> tuple[str, str]:
    """The next round of a known interview is with its company and for its role."""
    known = histories.get(suggestion.from_interview or 0)
    if known is None:
        return suggestion.company, suggestion.role
    return known.interview.company, known.interview.role


def _entry(
    suggested: Suggested, histories: Mapping[int, History], arguments: Namespace, desk: Desk
) -> Entry:
    """The interview as it is recorded, with a sentence for everybody who is left out."""
    suggestion = suggested.suggestion
    chosen = None
    if arguments.round_of not in (None, NONE):
        chosen = chosen_round(arguments.round_of, histories)
    company, role = _company_and_role(suggestion, histories)
    if chosen is not None:
        company, role = chosen.interview.company, chosen.interview.role
    company, role = arguments.company or company, arguments.role or role
    _refuse_unknown(suggested.id, company, role)
    company, role = named(company, "--company"), named(role, "--role")
    before, same_day = chosen, None
    if arguments.round_of is None:
        key, held_at = position(company, role), suggestion.held_at
        before = round_before(key, held_at, histories.values(), desk.workdays, desk.now)
        same_day = same_day_before(key, held_at, histories.values(), desk.workdays)
    # Who was found by company and role alone may be as wrong as the guess.
    is_sure = chosen is not None or suggestion.from_interview in histories
    model = before.interview if before is not None and is_sure else None
    people, left_out = _people(suggestion, before if is_sure else None, desk)
    interview = Interview(
        uid=uuid.uuid4().hex,
        company=company,
        role=role,
        held_at=suggestion.held_at,
        decision_by=None,
        people=people,
        promises=(),
        account=desk.settings.account(suggestion.account).name,
        language=desk.settings.user.language if model is None else model.language,
        register=None if model is None else model.register,
        cadence=""
        if model is None or model.cadence not in desk.settings.cadences
        else model.cadence,
        round_of=before.interview_id if before is not None else None,
    )
    return Entry(interview, before, chosen is None, same_day, left_out)


def _refuse_unknown(number: int, company: str, role: str) -> None:
    """Name what of a suggestion is not known.

    Raises:
        UsageError: the company or the role is not.
    """
    missing = [
        option for option, value in (("--company C", company), ("--role R", role)) if not value
    ]
    if missing:
        what = " and ".join("company" if "company" in each else "role" for each in missing)
        raise UsageError(
            f"the {what} of suggestion {number} {'is' if len(missing) == 1 else 'are'} not "
            f"known; say `followupd accept {number} {' '.join(missing)}`"
        )


def _people(
    suggestion: Suggestion, before: History | None, desk: Desk
) -> tuple[tuple[Person, ...], tuple[str, ...]]:
    """Everybody on the invitation, after the people of the round before; and who is left out.

    Those who were at the round before need not be at this one; its recruiter need not be at it
    although they invite to it.
    """
    known = people_to_take(before, interviewers=False) if before is not None else ()
    recruiters = {person.key for person in known if person.part is Part.RECRUITER}
    people, left_out = list(known), list[str]()
    for suggested in suggestion.people:
        try:
            person = _person(suggested, desk)
        except UsageError:
            left_out.append(f"Left out: {_called(suggested)}, who cannot be written to.")
            continue
        if person.key not in recruiters:
            people.append(alike(person, known))
    return tuple(people), tuple(left_out)


def _person(person: SuggestedPerson, desk: Desk) -> Person:
    """A person as `add` would read them, so that the same is refused."""
    recruits = is_recruiter(Address(person.name, person.address))
    part = Part.RECRUITER if recruits else Part.INTERVIEWER
    name = person.name.replace('"', "'").replace("\\", "")
    text = f'"{name}" <{person.address}>'
    return read_person(text, part, "PERSON", desk.settings.own_addresses)


def _called(person: SuggestedPerson) -> str:
    return clean(person.name or person.address, NAME_LIMIT)


def _name(suggestion: Suggestion, histories: Mapping[int, History]) -> str:
    company, role = _company_and_role(suggestion, histories)
    return (
        f"{clean(company, NAME_LIMIT) or 'company unknown'}, "
        f"{clean(role, NAME_LIMIT) or 'role unknown'}"
    )


def _as_json(
    suggested: Suggested, histories: Mapping[int, History], desk: Desk
) -> dict[str, object]:
    suggestion = suggested.suggestion
    company, role = _company_and_role(suggestion, histories)
    return {
        "suggestion": suggested.id,
        "held_at": iso(suggestion.held_at, desk.workdays),
        "company": company or None,
        "role": role or None,
        "people": [{"name": each.name, "address": each.address} for each in suggestion.people],
        "subject": suggestion.mail.subject,
        "from": suggestion.mail.sender,
        "why": suggestion.words,
        "interview": suggestion.from_interview,
        "moves": suggestion.accepted_as,
    }


def _when(suggestion: Suggestion, desk: Desk) -> str:
    """In the user's zone, and in the invitation's where its clocks show another time."""
    told = moment(suggestion.held_at, desk.today, desk.workdays)
    zone = named_zone(suggestion.zone) if suggestion.zone not in ("", "UTC") else None
    if zone is None:
        return told
    there = suggestion.held_at.astimezone(zone.hours)
    if there.utcoffset() == desk.workdays.local(suggestion.held_at).utcoffset():
        return told
    return f"{told}\n({there:%H:%M} in\n{zone.name})"


def _show(waiting: tuple[Suggested, ...], histories: Mapping[int, History], desk: Desk) -> None:
    screen = Screen()
    if not waiting:
        screen.line("There is no suggested interview to decide.")
        return
    rows = []
    for each in waiting:
        suggestion, mail = each.suggestion, each.suggestion.mail
        told = [_name(suggestion, histories)]
        if suggestion.accepted_as in histories:
            told.append(f"moves interview {suggestion.accepted_as} to this time")
        elif suggestion.from_interview in histories:
            told.append(f"the next round of interview {suggestion.from_interview}")
        people = [_called(person) for person in suggestion.people]
        if people:
            more = len(people) - _SHOWN_PEOPLE
            rest = f" and {more} more" if more > 0 else ""
            told.append(f"with {', '.join(people[:_SHOWN_PEOPLE])}{rest}")
        sender = clean(mail.sender_name or mail.sender, NAME_LIMIT)
        told.append(f"from {sender}: {clean(mail.subject, NAME_LIMIT)}")
        told.append(f"because: {clean(suggestion.words, _WORDS_LIMIT)}")
        rows.append((str(each.id), _when(suggestion, desk), "\n".join(told)))
    screen.table(("SUGGESTION", "WHEN", "INTERVIEW"), rows, cut=(10, 24))
    screen.line()
    screen.line(
        "`followupd accept SUGGESTION` records it, with --company C or --role R where one is "
        "unknown or wrong; `followupd dismiss SUGGESTION` forgets it."
    )

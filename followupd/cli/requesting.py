"""`draft`: the user asks for a draft, and sees at once how it reads.

What the command finds and what it records lies in one transaction. A draft that would not be laid
is refused with the reason, and then nothing is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from followupd.cli.approved import unless_sent
from followupd.cli.desk import history_of, open_desk
from followupd.cli.format import NAME_LIMIT, worded
from followupd.cli.people import read_person
from followupd.cli.persons import people_named
from followupd.cli.previewing import letter_to_json, print_letter
from followupd.cli.requestable import (
    example,
    kind_named,
    kinds,
    natural,
    needs,
    objections,
    read_given,
)
from followupd.cli.screen import Screen, print_json
from followupd.domain.acts import DraftRequested, PersonRecorded
from followupd.domain.editing import after_act
from followupd.domain.interview import Person
from followupd.domain.limits import Contacts, sharing_people
from followupd.domain.steps import StepState
from followupd.errors import FollowupdError, UsageError
from followupd.reading.text import clean
from followupd.service.letters import write
from followupd.writing.shipped import own_templates, shipped_templates
from followupd.writing.templates import Key, Templates

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from followupd.cli.desk import Desk
    from followupd.cli.requestable import Kind
    from followupd.domain.acts import Given
    from followupd.domain.history import History
    from followupd.domain.plan import PlannedStep
    from followupd.service.clock import Clock
    from followupd.service.letters import Written


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The draft as the user wants it."""

    template: str
    kind: Kind
    to: str | None
    given: tuple[Given, ...]
    anyway: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that can be fulfilled.

    Attributes:
        acts: what is to be recorded.
        history: the interview with it.
        step: the draft in its plan.
        letter: how it reads.
    """

    acts: tuple[PersonRecorded | DraftRequested, ...]
    history: History
    step: PlannedStep
    letter: Written


def draft(arguments: Namespace, clock: Clock) -> int:
    """Ask for a draft, or list what can be asked for."""
    with open_desk(arguments, clock) as desk:
        templates = Templates(shipped_templates(desk.settings.user.templates))
        own = (Key.of(key).name for key in own_templates(desk.settings.user.templates))
        known = kinds((key.name for key in templates.keys), own)
        if arguments.list:
            history = history_of(desk.histories(), arguments.id)
            _list(known, history, as_json=arguments.json)
            return 0
        if arguments.template is None:
            raise UsageError(
                f"TEMPLATE: say what; `followupd draft {arguments.id} --list` shows what can be "
                "asked for"
            )
        wanted = _Wanted(
            template=arguments.template,
            kind=kind_named(arguments.template, known, arguments.id),
            to=arguments.to,
            given=read_given(arguments.set, arguments.template),
            anyway=arguments.anyway,
        )
        with desk.store.begin() as transaction:
            histories = desk.histories(transaction)
            history = history_of(histories, arguments.id)
            asked = _asked(wanted, history, histories, templates, desk)
            for act in asked.acts:
                transaction.append(arguments.id, act)
        _tell(asked, desk, as_json=arguments.json)
    return 0


def _asked(
    wanted: _Wanted,
    history: History,
    histories: Mapping[int, History],
    templates: Templates,
    desk: Desk,
) -> _Asked:
    """The request, tried.

    Raises:
        UsageError: nobody, or more than one, is meant.
        FollowupdError: it would not be laid, or something speaks against it.
        TemplateError: the template does not work.
    """
    person = _to_whom(wanted, history, desk)
    recorded: tuple[PersonRecorded, ...] = ()
    if all(person.key != known.key for known in history.interview.people):
        recorded = (PersonRecorded(at=desk.now, person=person),)
    request = DraftRequested(
        at=desk.now, template=wanted.template, person=person.address, given=wanted.given
    )
    acts: tuple[PersonRecorded | DraftRequested, ...] = (*recorded, request)
    after = history
    for act in acts:
        after = after_act(after, act)
    plan = desk.plan(after, histories)
    step = next(step for step in plan.steps if step.request == len(after.requests) - 1)
    _refuse_unlaid(step, after)
    if not wanted.anyway:
        contacts = Contacts([after, *sharing_people(after, histories.values())])
        before = desk.plan(history, histories)
        against = list(objections(wanted.template, person, history, before, contacts, desk))
        if against:
            raise FollowupdError(
                f"not asked for: {'; '.join(against)}. --anyway asks for it all the same"
            )
    letter = write(after, step, plan, desk.settings, desk.workdays, templates, desk.now)
    return _Asked(acts, after, step, letter)


def _refuse_unlaid(step: PlannedStep, history: History) -> None:
    """Refuse what the plan would not lay into Drafts, whatever the user says."""
    if step.state is StepState.DUE:
        return
    reason, number = clean(step.reason, 300), history.interview_id
    hint = ""
    if step.state is StepState.STOPPED:
        hint = f"; `followupd reopen {number}` takes that back if it is wrong"
    raise FollowupdError(f"no {step.step} is laid into Drafts: {reason}{hint}")


def _to_whom(wanted: _Wanted, history: History, desk: Desk) -> Person:
    number, people = history.interview_id, history.interview.people
    if wanted.to is not None:
        everybody = (*people, *_stand_ins(history))
        person = people_named(wanted.to, everybody, number, "--to")[0]
        if person in people:
            return person
        # What an absence note names was written by a stranger: it is read like what is typed.
        read = read_person(person.address, person.part, "--to", desk.settings.own_addresses)
        return replace(read, name=clean(person.name, NAME_LIMIT))
    found = natural(wanted.kind, history)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(person.address for person in found)
        raise UsageError(f"--to: say to whom: {names}")
    raise UsageError(
        f"--to: there is nobody whom {wanted.template} goes to by itself; name somebody, or add "
        f'them with `followupd person {number} add "NAME <ADDRESS>" --part PART`'
    )


def _stand_ins(history: History) -> tuple[Person, ...]:
    """Who is named in an absence note, in the part of the one who is away."""
    people = history.interview.people
    known = {person.key for person in people}
    return tuple(
        Person(note.stand_in_name, note.stand_in_address, person.part)
        for person in people
        if (note := history.absences.get(person.key)) is not None
        and note.stand_in_address
        and note.stand_in_address.casefold() not in known
    )


def _tell(asked: _Asked, desk: Desk, *, as_json: bool) -> None:
    history, step = asked.history, asked.step
    if as_json:
        sender = desk.settings.account(history.interview.account).address
        print_json(letter_to_json(step, asked.letter, sender))
        return
    screen = Screen()
    for act in asked.acts:
        if isinstance(act, PersonRecorded):
            who, part = clean(act.person.called, NAME_LIMIT), worded(act.person.part)
            screen.line(f"Added: {who} <{act.person.address}>, {part}.")
    print_letter(screen, history, step, asked.letter, desk)
    screen.line()
    screen.line(
        "It is laid into Drafts within a moment if `followupd run` is running, else by "
        f"`followupd once`. {unless_sent(history.interview.account, desk.settings)}"
    )


def _list(known: dict[str, Kind], history: History, *, as_json: bool) -> None:
    found = {name: natural(kind, history) for name, kind in known.items()}
    if as_json:
        print_json(
            [
                {
                    "template": name,
                    "what": kind.what,
                    "to": [person.address for person in found[name]],
                    "needs": list(needs(name)),
                }
                for name, kind in known.items()
            ]
        )
        return
    screen = Screen()
    rows = [
        (
            name,
            "\n".join(clean(person.called, NAME_LIMIT) for person in found[name]) or "--to PERSON",
            "\n".join((kind.what, *map(example, needs(name)))),
        )
        for name, kind in known.items()
    ]
    screen.table(("TEMPLATE", "TO", "WHAT"), rows, cut=(20, 22))
    screen.line()
    screen.line(
        f"`followupd draft {history.interview_id} TEMPLATE`; --to PERSON names somebody else, "
        '--set topic="…" gives words for it.'
    )

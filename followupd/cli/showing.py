"""`show`, `plan` and `log`: one interview from near."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.cli.approved import draft_words
from followupd.cli.desk import history_of, open_desk
from followupd.cli.format import (
    NAME_LIMIT,
    counted,
    day_with_distance,
    iso,
    moment,
    name_of,
    stand_in_words,
    worded,
)
from followupd.cli.listing import row_to_json
from followupd.cli.open_points import open_points, pause_words
from followupd.cli.persons import known_words, person_to_json
from followupd.cli.plan_table import print_plan, step_to_json
from followupd.cli.screen import Screen, print_json
from followupd.cli.standing import status_sentence
from followupd.cli.telling import Teller
from followupd.cli.telling_acts import review_to_json, tell_act
from followupd.domain.days import say_day
from followupd.domain.interview import Status
from followupd.domain.status import expected_by
from followupd.reading.text import clean, quoted
from followupd.service.planning import cadence_for
from followupd.store import event_to_json

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from followupd.cli.desk import Desk
    from followupd.domain.history import History
    from followupd.domain.interview import Person
    from followupd.domain.plan import Plan
    from followupd.service.clock import Clock
    from followupd.store import Recorded

_LAST_EVENTS = 10


def show(arguments: Namespace, clock: Clock) -> int:
    """Print everything about one interview."""
    with open_desk(arguments, clock) as desk, desk.store.look() as reading:
        histories = desk.histories(reading)
        history = history_of(histories, arguments.id)
        plan = desk.plan(history, histories)
        recorded = reading.chronicle(arguments.id).events
        unreadable = len(reading.unreadable(history.interview.account))
        if arguments.json:
            print_json(_show_json(history, plan, desk))
            return 0
        screen = Screen()
        _print_facts(screen, history, plan, desk)
        _print_people(screen, history)
        _print_mail(screen, history, plan, desk, unreadable)
        screen.heading("Plan")
        print_plan(screen, plan, desk)
        screen.heading("Last events")
        _print_events(screen, history, recorded[-_LAST_EVENTS:], desk)
    return 0


def plan(arguments: Namespace, clock: Clock) -> int:
    """Print the steps of one interview."""
    with open_desk(arguments, clock) as desk:
        histories = desk.histories()
        history = history_of(histories, arguments.id)
        planned = desk.plan(history, histories)
        if arguments.json:
            print_json([step_to_json(step, desk) for step in planned.steps])
            return 0
        screen = Screen()
        status = status_sentence(history, planned, desk)
        screen.line(f"{name_of(history.interview)} is {status}.")
        for sentence in _beside(history, planned, desk):
            screen.line(sentence, "yellow")
        screen.line()
        print_plan(screen, planned, desk)
    return 0


def log(arguments: Namespace, clock: Clock) -> int:
    """Print what has happened to one interview, oldest first."""
    with open_desk(arguments, clock) as desk, desk.store.look() as reading:
        recorded = reading.chronicle(arguments.id).events
        if arguments.json:
            print_json([event_to_json(each.event) for each in recorded])
            return 0
        history = history_of(desk.histories(reading), arguments.id)
        _print_events(Screen(), history, recorded, desk)
    return 0


def _show_json(history: History, planned: Plan, desk: Desk) -> dict[str, object]:
    interview = history.interview
    cadence = cadence_for(interview, desk.settings)
    expected = expected_by(history, cadence, desk.workdays)
    return row_to_json(history, planned, desk) | {
        "language": interview.language,
        "register": interview.register,
        "cadence": interview.cadence or None,
        "final": interview.is_final,
        "expected_by": expected.isoformat(),
        "snoozed_until": iso(history.snoozed_until, desk.workdays),
        "people": [person_to_json(person, history) for person in interview.people],
        "promises": [
            {"on": promise.on.isoformat(), "what": promise.what}
            for number, promise in enumerate(interview.promises)
            if number not in history.dropped_promises
        ],
        "notes": list(history.notes),
        "topics": dict(history.topics),
        "changed_plans": history.plans.text if history.plans is not None else None,
        "round_of": interview.round_of,
        "followed_by": history.followed_by,
        "closes_at": iso(planned.closes_at, desk.workdays),
        "review": review_to_json(history.review) if history.review is not None else None,
        "plan": [step_to_json(step, desk) for step in planned.steps],
    }


def _print_facts(screen: Screen, history: History, planned: Plan, desk: Desk) -> None:
    interview, today, workdays = history.interview, desk.today, desk.workdays
    screen.line(f"{history.interview_id}: {name_of(interview)}", "bold")
    screen.line(f"{status_sentence(history, planned, desk)}.")
    for sentence in _beside(history, planned, desk):
        screen.line(sentence, "yellow")
    screen.line(f"Interview: {moment(interview.held_at, today, workdays)}")
    if planned.status not in (Status.ANSWERED, Status.CLOSED):
        screen.line(_decision_words(history, desk))
    elif history.decision_by is not None:
        screen.line(f"The decision was promised for {say_day(history.decision_by, today)}.")
    if history.snoozed_until is not None and history.snoozed_until > desk.now:
        screen.line(f"Snoozed until {moment(history.snoozed_until, today, workdays)}")
    for number, promise in enumerate(interview.promises):
        if number not in history.dropped_promises:
            screen.line(f"You promised, for {say_day(promise.on, today)}: {promise.what}")
    if interview.round_of is not None:
        screen.line(f"It is the next round of interview {interview.round_of}.")
    if history.review is not None:
        said = tell_act(history.review, history, today)
        screen.line(f"{said[:1].upper()}{said[1:]}.")
    if interview.is_final:
        screen.line("It is the last round: only an offer is open.")
    register = interview.register or f"{desk.settings.user.register}, as usual"
    screen.line(
        f"Account: {interview.account}; letters: {interview.language}, {register}; "
        f"cadence: {clean(interview.cadence, NAME_LIMIT) or 'the usual one'}"
    )


def _decision_words(history: History, desk: Desk) -> str:
    cadence = cadence_for(history.interview, desk.settings)
    expected = expected_by(history, cadence, desk.workdays)
    day = day_with_distance(expected, desk.today, desk.workdays)
    if history.decision_by is not None:
        return f"Decision: {day} (promised)"
    wait, why = cadence.silent_after, "nobody promised a date"
    if history.waiting_since is not None:
        why = "they have what they asked for"
    elif history.held_up_by is not None:
        why = "they put it off and named no day"
    return f"Decision: {day} (assumed: {why}, so {wait} are allowed)"


def _beside(history: History, planned: Plan, desk: Desk) -> Iterator[str]:
    """What else is to be done or to be known."""
    paused = pause_words(desk.pause, desk)
    if paused is not None:
        yield paused
    yield from open_points(history, planned, desk)


def _print_people(screen: Screen, history: History) -> None:
    screen.heading("People")
    if not history.interview.people:
        screen.line("Nobody is named, so there is nobody to write to.")
        return
    screen.table(
        ("PART", "WHO", "CONTACT"),
        [
            (
                worded(person.part),
                f"{clean(person.name, NAME_LIMIT)} <{person.address}>".strip(),
                _contact(person, history),
            )
            for person in history.interview.people
        ],
    )


def _contact(person: Person, history: History) -> str:
    said = list(known_words(person, history))
    if topic := history.topics.get(person.key):
        said.append(f"you talked about {clean(topic, NAME_LIMIT)}")
    note = history.absences.get(person.key)
    if note is not None and (note.stand_in_name or note.stand_in_address):
        said.append(f"stand-in: {stand_in_words(note.stand_in_name, note.stand_in_address)}")
    return ", ".join(said)


def _print_mail(
    screen: Screen, history: History, planned: Plan, desk: Desk, unreadable: int
) -> None:
    if history.drafts:
        screen.heading("Drafts")
        for draft in history.drafts:
            at = moment(draft.settled_at or draft.queued_at, desk.today, desk.workdays)
            screen.line(f"{draft_words(draft, history, planned, desk)} ({at})", indent=2)
    if history.possible:
        screen.heading("Possible replies")
        for possible in history.possible:
            mail = possible.mail
            at = moment(mail.date, desk.today, desk.workdays)
            sender = clean(mail.sender, NAME_LIMIT)
            screen.line(f"{quoted(mail.subject, 100)} from {sender}, {at}", indent=2)
        screen.line("`followupd resolve` gives their numbers; then one of", indent=2)
        screen.line(f"followupd resolve REPLY --interview {history.interview_id}", indent=4)
        screen.line("followupd resolve REPLY --none", indent=4)
    if history.notes:
        screen.heading("Notes")
        for note in history.notes:
            screen.line(note, indent=2)
    if unreadable:
        screen.line()
        account = history.interview.account
        screen.line(f"{counted(unreadable, 'mail')} in {account} could not be read.", "red")


def _print_events(
    screen: Screen, history: History, recorded: Sequence[Recorded], desk: Desk
) -> None:
    teller = Teller(history, desk.workdays, desk.today)
    screen.table(
        ("WHEN", "WHAT"),
        [
            (moment(each.event.at, desk.today, desk.workdays), teller.tell(each.event))
            for each in recorded
        ],
        cut=(23,),
    )

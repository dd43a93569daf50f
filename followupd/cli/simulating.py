"""`simulate`: what would happen to an interview when, as the plan stands; nothing is stored.

The interviews that share its people or company are played along, since what goes to one person for
one of them holds back the others.
"""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from followupd.cli.desk import history_of, open_desk
from followupd.cli.format import called, counted, draft_to, iso, moment, name_of, worded
from followupd.cli.parser import read_outcome
from followupd.cli.screen import Screen, print_json
from followupd.cli.standing import what_follows
from followupd.cli.telling import Teller
from followupd.cli.when import read_day
from followupd.config.words import quoted
from followupd.domain import scenario, simulation
from followupd.domain.days import say_day
from followupd.domain.interview import Outcome, Part
from followupd.domain.limits import sharing_people
from followupd.domain.occurrence import What
from followupd.errors import FollowupdError, UsageError
from followupd.reading.text import clean
from followupd.service.planning import cadence_for

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from followupd.cli.desk import Desk
    from followupd.domain.events import AutomaticReceived, Event, ReplyReceived
    from followupd.domain.history import History
    from followupd.domain.interview import Person
    from followupd.domain.occurrence import Occurrence
    from followupd.domain.simulation import Simulated
    from followupd.service.clock import Clock

_MOST_DAYS = 5 * 366
_MOST_WORKING_DAYS = 1000
_ANSWERS = (Part.RECRUITER, Part.HIRING_MANAGER, Part.INTERVIEWER, Part.SENIOR)
"""Who answers, the first who is there."""

_ANSWER_AT = time(11)
_NOTE_AT = time(8)
_HABITS = {
    scenario.Habit.SEND: "you send each draft, call and do each task within an hour",
    scenario.Habit.LEAVE: "you leave every draft where it lies",
    scenario.Habit.DELETE: "you delete each draft within an hour",
}
_WORDS = {
    What.LAID: "laid into Drafts",
    What.EDITED: "you edit",
    What.SENT: "you send",
    What.DELETED: "you delete",
    What.WITHDRAWN: "taken back from Drafts",
}


@dataclass(frozen=True, slots=True)
class _Assumed:
    """What is assumed: the events, in words, and the user's habit."""

    events: tuple[Event, ...]
    words: tuple[str, ...]
    habit: scenario.Habit


def simulate(arguments: Namespace, clock: Clock) -> int:
    """Print what would happen."""
    if not 1 <= arguments.days <= _MOST_DAYS:
        raise UsageError(f"--days: must be from 1 to {_MOST_DAYS:,}")
    with open_desk(arguments, clock) as desk, desk.store.look() as reading:
        events = {
            chronicle.interview_id: [recorded.event for recorded in chronicle.events]
            for chronicle in reading.chronicles()
        }
        histories = desk.histories(reading)
        history = history_of(histories, arguments.id)
        assumed = _assumed(arguments, history, desk)
        together = _together(history, histories)
        played = simulation.simulate(
            {number: events[number] for number in together},
            lambda interview: cadence_for(interview, desk.settings),
            desk.workdays,
            desk.now,
            desk.now + timedelta(days=arguments.days),
            scenario.Scenario(
                (scenario.Handling(assumed.habit),),
                tuple(scenario.Scripted(arguments.id, event) for event in assumed.events),
            ),
        )
        if arguments.json:
            print_json(_to_json(arguments.id, played, desk))
        else:
            _print(history, assumed, played, len(together) - 1, desk)
    return 0


def _together(history: History, histories: Mapping[int, History]) -> list[int]:
    """The interview and all that hang together with it, by ascending number."""
    found = {history.interview_id}
    open_ends = [history]
    while open_ends:
        for other in sharing_people(open_ends.pop(), histories.values()):
            if other.interview_id not in found:
                found.add(other.interview_id)
                open_ends.append(other)
    return sorted(found)


# ---- what is assumed


def _assumed(arguments: Namespace, history: History, desk: Desk) -> _Assumed:
    events: list[Event] = []
    words: list[str] = []
    if arguments.answer_on is not None:
        answer = _answer(arguments.answer_on, history, desk)
        events.append(answer)
        day = moment(answer.at, desk.today, desk.workdays)
        who = called(answer.mail.sender, history)
        what = "" if answer.outcome is Outcome.OTHER else f" ({worded(answer.outcome)})"
        words.append(f"{who} answers on {day}{what}")
    else:
        words.append("nobody answers")
    if arguments.absent is not None:
        note, back = _absence(arguments.absent, history, desk)
        events.append(note)
        day = moment(note.at, desk.today, desk.workdays)
        who = called(note.mail.sender, history)
        words.append(
            f"an absence note of {who} comes on {day} (back on {say_day(back, desk.today)})"
        )
    habit = scenario.Habit.SEND
    if arguments.ignore_drafts:
        habit = scenario.Habit.LEAVE
    elif arguments.delete_drafts:
        habit = scenario.Habit.DELETE
    return _Assumed(tuple(events), tuple(words), habit)


def _answer(text: str, history: History, desk: Desk) -> ReplyReceived:
    found = re.fullmatch(r"(\d{1,4})(?::(.*))?", text.strip())
    if found is None or int(found[1]) > _MOST_WORKING_DAYS:
        raise UsageError(
            f"--answer-on: {quoted(text)} must be a number of working days up to "
            f"{_MOST_WORKING_DAYS:,}, with or without an outcome, such as 8 or 8:rejection"
        )
    try:
        outcome = read_outcome(found[2] or Outcome.OTHER)
    except ArgumentTypeError as error:
        raise UsageError(f"--answer-on: {error}") from None
    person = _who_answers(history, "--answer-on")
    at = _not_past(desk.workdays.add(desk.today, int(found[1])), _ANSWER_AT, desk)
    if at < history.interview.held_at:
        held = moment(history.interview.held_at, desk.today, desk.workdays)
        raise UsageError(f"--answer-on: the interview is held only on {held}; choose a later day")
    return scenario.answer(person, at, outcome)


def _absence(text: str, history: History, desk: Desk) -> tuple[AutomaticReceived, date]:
    first, dots, last = text.partition("..")
    if not dots:
        raise UsageError(
            f"--absent: {quoted(text)} must be two days with two dots between, "
            "such as 2026-12-07..2026-12-14"
        )
    since = read_day(first, desk.today, "--absent")
    back = read_day(last, desk.today, "--absent")
    if back < since:
        raise UsageError(f"--absent: {quoted(text)} ends before it begins")
    person = _who_answers(history, "--absent")
    return scenario.absence_note(person, _not_past(since, _NOTE_AT, desk), back), back


def _who_answers(history: History, option: str) -> Person:
    for part in _ANSWERS:
        for person in history.interview.with_part(part):
            if person.key not in history.unreachable:
                return person
    raise FollowupdError(
        f"{option}: nobody of interview {history.interview_id} could write; "
        f"`followupd person {history.interview_id} add` names somebody"
    )


def _not_past(day: date, clock: time, desk: Desk) -> datetime:
    return max(desk.workdays.at(day, clock), desk.workdays.local(desk.now))


# ---- what is printed


def _print(history: History, assumed: _Assumed, played: Simulated, others: int, desk: Desk) -> None:
    screen = Screen()
    habit = _HABITS[assumed.habit]
    said = ", ".join((*assumed.words, f"and {habit}"))
    screen.line(f"{name_of(history.interview)}: what would happen if {said}.")
    screen.line("Nothing of it is stored.")
    if others:
        share = "shares" if others == 1 else "share"
        screen.line(
            f"{counted(others, 'other interview')} {share} people or the company with it, "
            "and would go the same way."
        )
    screen.line()
    number = history.interview_id
    end = played.histories[number]
    teller = Teller(end, desk.workdays, desk.today)
    rows = [
        (
            moment(each.at, desk.today, desk.workdays),
            _what(each, end, teller),
            clean(each.reason, 300),
        )
        for each in played.of(number)
    ]
    if rows:
        screen.table(("WHEN", "WHAT", "WHY"), rows)
    else:
        screen.line("Nothing would happen.")
    screen.line()
    ended = moment(played.ended_at, desk.today, desk.workdays)
    screen.line(f"So it would stand on {ended}:")
    then = replace(desk, now=played.ended_at)
    for sentence in what_follows(end, played.plans[number], then):
        screen.line(sentence, indent=2)


def _what(each: Occurrence, history: History, teller: Teller) -> str:  # noqa: PLR0911 - a case each
    """One thing that would happen, as a clause."""
    draft = history.draft(getattr(each.event, "message_id", ""))
    if draft is not None and each.what in _WORDS:
        return f"{_WORDS[each.what]}: {draft_to(draft, history)}"
    person = clean(each.person.called, 100) if each.person is not None else ""
    match each.what:
        case What.CALLED:
            return f"you call {person}".strip()
        case What.TASK:
            return f"to be done by you: {clean(each.step, 100)}"
        case What.ANSWER if person:
            outcome = getattr(each.event, "outcome", Outcome.OTHER)
            said = "" if outcome is Outcome.OTHER else f": {worded(outcome)}"
            return f"{person} answers{said}"
        case What.ABSENCE:
            return f"absence note of {person}"
        case What.CLOSED:
            return "the interview is closed"
        case _:
            return teller.tell(each.event) if each.event is not None else each.what.value


def _to_json(number: int, played: Simulated, desk: Desk) -> dict[str, object]:
    end = played.plans[number]
    return {
        "id": number,
        "events": [
            {
                "at": iso(each.at, desk.workdays),
                "what": each.what.value,
                "step": each.step or None,
                "channel": each.channel.value if each.channel is not None else None,
                "to": each.person.address if each.person is not None else None,
                "reason": each.reason or None,
            }
            for each in played.of(number)
        ],
        "ended_at": iso(played.ended_at, desk.workdays),
        "at_rest": played.at_rest,
        "status": end.status.value,
        "waits_for": [
            {"step": step.step, "state": step.state.value, "reason": step.reason}
            for step in simulation.unfinished(end)
        ],
    }

"""`once`: one whole pass, and a short account of what it brought."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from followupd.cli.approved import draft_words
from followupd.cli.desk import Desk
from followupd.cli.format import counted, name_of
from followupd.cli.opening import open_quietly
from followupd.cli.progress import Progress
from followupd.cli.screen import Screen, print_json
from followupd.cli.standing import NOW, next_words
from followupd.cli.telling import Teller
from followupd.domain.events import MailboxSearched
from followupd.domain.interview import DraftState
from followupd.reading.text import clean
from followupd.service.calendar_file import CalendarFile
from followupd.service.digesting import deliver
from followupd.service.once import Failure, whole_pass
from followupd.store import event_to_json

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from followupd.domain.events import Event
    from followupd.domain.history import History
    from followupd.domain.plan import Plan
    from followupd.service.clock import Clock
    from followupd.service.world import World

_TOLD = 30


def once(arguments: Namespace, clock: Clock) -> int:
    """Read, plan and queue for every account, then say what happened."""
    with open_quietly(arguments, clock) as (world, state):
        before = world.store.last_event_id()
        with Progress() as progress:
            failures = whole_pass(world, state, progress.say)
            failures += _errands(world, state)
        desk = Desk(world.settings, world.store, world.workdays, clock.now())
        if arguments.json:
            _print_json(desk, before, failures)
        else:
            _print(desk, before, quietly=bool(failures))
        for failure in failures:
            sentence = f"{failure.account}: {clean(failure.problem, 1000)}"
            print(f"followupd: {sentence}", file=sys.stderr)
    return 1 if failures else 0


def _errands(world: World, state: Path) -> Iterator[Failure]:
    """What a pass leaves to be done: the calendar file, and the digest if it is due."""
    if world.settings.calendar is not None:
        calendar = CalendarFile()
        calendar.keep_current(world)
        if calendar.problem:
            yield Failure("calendar", calendar.problem)
    if world.settings.digest is not None:
        delivery = deliver(world, state)
        if delivery.problem:
            yield Failure("digest", delivery.problem)


def _since(desk: Desk, before: int) -> Iterator[tuple[int, Event]]:
    """What was recorded after that event, interview by interview."""
    with desk.store.look() as reading:
        for chronicle in reading.chronicles(reading.interviews_since(before)):
            for recorded in chronicle.events:
                if recorded.id > before:
                    yield chronicle.interview_id, recorded.event


def _print_json(desk: Desk, before: int, failures: list[Failure]) -> None:
    events = [
        {"interview": number} | event_to_json(event) for number, event in _since(desk, before)
    ]
    failed = [{"account": each.account, "problem": each.problem} for each in failures]
    print_json({"failures": failed, "events": events})


def _print(desk: Desk, before: int, *, quietly: bool) -> None:
    screen = Screen()
    histories = desk.histories()
    told = []
    for number, event in _since(desk, before):
        if not isinstance(event, MailboxSearched):
            history = histories[number]
            said = Teller(history, desk.workdays, desk.today).tell(event)
            told.append(f"{number} ({name_of(history.interview)}): {said}")
    for line in told[:_TOLD]:
        screen.line(line)
    if len(told) > _TOLD:
        screen.line(f"and {counted(len(told) - _TOLD, 'more event')}; `followupd log` tells them")
    if not told and not quietly:
        screen.line("Nothing new.")
    plans = [(desk.plan(history, histories), history) for history in histories.values()]
    ahead = [
        (step.due, number, plan, history)
        for number, (plan, history) in enumerate(plans)
        if (step := plan.next_step) is not None and step.due is not None
    ]
    if ahead:
        _, _, plan, history = min(ahead, key=lambda each: each[:2])
        said = next_words(plan, desk) or ""
        is_due = said.startswith(NOW)
        words = f"Due {said}" if is_due else f"Next, {said}"
        screen.line(f"{words} ({name_of(history.interview)}).")
    for line in _drafts(plans, desk):
        screen.line(line)
    # A mail that may belong to several interviews is one to decide.
    possible = (each for history in histories.values() for each in history.possible)
    unsure = {each.mail.message_id for each in possible}
    if unsure:
        screen.line(f"{counted(len(unsure), 'possible reply')} to decide: `followupd resolve`.")


def _drafts(plans: Sequence[tuple[Plan, History]], desk: Desk) -> Iterator[str]:
    """How many drafts wait in Drafts, and what becomes of those that were approved."""
    drafts = [(draft, plan, history) for plan, history in plans for draft in history.open_drafts]
    waiting = sum(draft.state.is_in_drafts for draft, _, _ in drafts)
    if waiting:
        yield f"{counted(waiting, 'draft')} in Drafts: send, or delete for no."
    for draft, plan, history in drafts:
        if draft.state in (DraftState.APPROVED, DraftState.UNCLEAR):
            said = draft_words(draft, history, plan, desk)
            yield f"{name_of(history.interview)}: {said}"

"""What one wake of the daemon costs, with few interviews stored and with very many.

A wake is what happens when steps come due: the interviews are found, looked at beside those they
share people or the company with, planned, and told when they are due next. The mailbox is left
out: it costs the same however many there are. Three are due each time, and each has just had
something recorded, so that it is read anew from the database. Of the others half wait for their
day and half are closed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import psutil
from sqlalchemy import insert

from bench.figures import Line, Sample
from bench.progress import say
from followupd.config import Settings, User
from followupd.domain import events as happened
from followupd.domain.cadence import BUILT_IN, Cadence
from followupd.domain.events import Event, Layer, Mail, Meaning, Place, Verdict, Words
from followupd.domain.interview import Interview, Outcome, Part, Person, company_key
from followupd.service.world import World, workdays_of
from followupd.store import DATABASE, Store, schema, searched_mark
from followupd.store.codec import encode_event, moment_to_text
from followupd.store.open import open_database
from followupd.writing.shipped import shipped_templates
from followupd.writing.templates import Templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME = "wake"

_SIZES = (10, 1_000, 100_000)
_QUICK_SIZES = (10, 1_000)
_DUE = 3
_ROUNDS = 60
_WARM_UP = 5
_CLOSED = 10_000
_AT_ONCE = 2_000
_NUMBER = "000000000"
"""Stands in the events of the pattern for the number of an interview."""

_HELD_AT = datetime(2026, 12, 1, 14, tzinfo=UTC)
_DUE_AT = datetime(2026, 12, 8, 9, tzinfo=UTC)


@dataclass(slots=True)
class _Clock:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


def measure(folder: Path, *, quick: bool) -> list[Line]:
    """Fill a database of each size and wake it, in turn."""
    sizes = _QUICK_SIZES if quick else _SIZES
    worlds: dict[int, World] = {}
    for size in sizes:
        began = time.perf_counter()
        fill(folder / str(size), size, closed=0.5)
        worlds[size] = _world(folder / str(size))
        say(f"{NAME}: {size:,} interviews stored in {time.perf_counter() - began:.1f} s")
    parts: dict[str, Callable[[World], float]] = {
        "one wake, 3 of them due": _wake,
        "a heartbeat without news": _heartbeat,
        "a heartbeat after something was recorded": _news,
        "one interview planned": _plan,
    }
    lines: list[Line] = []
    for what, part in parts.items():
        found = _in_turn(worlds, part)
        few = sizes[0]
        lines.append(Line(NAME, f"{few:,} stored: {what}", "ms", found[few]))
        lines += [
            Line(NAME, f"{size:,} stored: {what}", "ms", found[size], found[few], f"{few} stored")
            for size in sizes[1:]
        ]
    rate = Sample.of(1000 / value for value in lines[-1].ours.values)
    lines.append(Line(NAME, f"{sizes[-1]:,} stored: plans per second", "/s", rate))
    for world in worlds.values():
        world.store.close()
    return lines + _memory(folder, _CLOSED // 10 if quick else _CLOSED)


def _in_turn(worlds: dict[int, World], part: Callable[[World], float]) -> dict[int, Sample]:
    """Milliseconds in each world, in turn, so that a busy machine slows all of them."""
    found: dict[int, list[float]] = {size: [] for size in worlds}
    for number in range(_WARM_UP + _ROUNDS):
        for size, world in worlds.items():
            milliseconds = part(world) * 1000
            if number >= _WARM_UP:
                found[size].append(milliseconds)
    return {size: Sample.of(values) for size, values in found.items()}


# ---- what is measured, in seconds of wall time


def _wake(world: World) -> float:
    _record_something(world)
    began = time.perf_counter()
    with world.store.look() as reading:
        due = reading.due(world.clock.now())
        accounts = reading.accounts_of(due)
    for number in accounts:
        plan = world.plan(world.history(number))
        with world.store.begin() as change:
            change.set_due(number, plan.next_due)
    took = time.perf_counter() - began
    if len(due) != _DUE:
        raise RuntimeError(f"{len(due)} interviews were due, and not {_DUE}")
    with world.store.begin() as change:
        for number in due:
            change.set_due(number, _DUE_AT)
    return took


def _heartbeat(world: World) -> float:
    began = time.perf_counter()
    world.store.last_event_id()
    world.store.last_pause_id()
    return time.perf_counter() - began


def _news(world: World) -> float:
    before = world.store.last_event_id()
    _record_something(world)
    began = time.perf_counter()
    with world.store.look() as reading:
        reading.not_searched("personal", reading.interviews_since(before))
    concerned = world.concerned_since(before)
    with world.store.look() as reading:
        reading.accounts_of(concerned)
        reading.has_open("personal")
    return time.perf_counter() - began


def _plan(world: World) -> float:
    began = time.perf_counter()
    world.plan(world.history(1))
    return time.perf_counter() - began


def _record_something(world: World) -> None:
    with world.store.begin() as change:
        for number in range(1, _DUE + 1):
            change.append(number, happened.Noted(at=world.clock.now(), text="x"))


# ---- a world with many interviews


def _world(state: Path) -> World:
    user = User("Robin Doe", ZoneInfo("Europe/Berlin"), "DE-BE", "en")
    settings = Settings(user, (), Cadence(BUILT_IN), None)
    store = Store.open(state / DATABASE)
    templates = Templates(shipped_templates())
    return World(settings, store, templates, _Clock(_DUE_AT), workdays_of(settings))


def _pattern() -> list[Event]:
    """What happens to an interview: a thread, a thank-you and a check-in, both sent."""
    dana = Person("Dana Fox", f"dana@c{_NUMBER}.example", Part.RECRUITER)
    kim = Person("Kim Lee", f"kim@c{_NUMBER}.example", Part.HIRING_MANAGER)
    interview = Interview(
        uid=f"{_NUMBER:0>32}",
        company=f"Company {_NUMBER}",
        role="Backend Engineer",
        held_at=_HELD_AT,
        decision_by=date(2026, 12, 4),
        people=(dana, kim),
        promises=(),
        account="personal",
        language="en",
    )
    mail = Mail(
        message_id=f"<1.{_NUMBER}@mail.example>",
        sender=dana.address,
        sender_name=dana.name,
        recipients=("robin@example.org",),
        subject="Your interview for Backend Engineer",
        date=_HELD_AT - timedelta(days=3),
        folder="INBOX",
        references=(f"<0.{_NUMBER}@mail.example>",),
    )
    told: list[Event] = [
        happened.Added(at=_HELD_AT, interview=interview),
        happened.ThreadFound(at=_HELD_AT, mail=mail),
        happened.MailboxSearched(at=_HELD_AT, account="personal"),
    ]
    sent_at = _HELD_AT + timedelta(hours=2)
    ours = f"<thank-you.{_NUMBER}@followupd.invalid>"
    told += [
        happened.DraftQueued(
            at=sent_at,
            step="thank-you",
            cycle=0,
            person=kim.address,
            to=kim.address,
            message_id=ours,
            attempt=0,
            subject=mail.subject,
        ),
        happened.DraftSent(
            at=sent_at,
            message_id=ours,
            sent_at=sent_at,
            sent_message_id=ours,
            certain=True,
            mail=replace(mail, message_id=ours, sender="robin@example.org", date=sent_at),
        ),
    ]
    return told


def _ending() -> list[Event]:
    """What happens to the closed ones besides: a rejection."""
    at = _HELD_AT + timedelta(days=2)
    words = Words(Meaning.REJECTION, "we have decided for somebody else", Place.TEXT, 3)
    mail = Mail(
        message_id=f"<2.{_NUMBER}@mail.example>",
        sender=f"dana@c{_NUMBER}.example",
        sender_name="Dana Fox",
        recipients=("robin@example.org",),
        subject="Re: Your interview for Backend Engineer",
        date=at,
        folder="INBOX",
        references=(f"<1.{_NUMBER}@mail.example>",),
    )
    return [
        happened.ReplyReceived(
            at=at,
            mail=mail,
            layer=Layer.REFERENCE,
            evidence="answers a mail of this interview",
            outcome=Outcome.REJECTION,
            verdict=Verdict(Meaning.REJECTION, 0.99, (words,)),
        ),
        happened.Closed(at=at, reason="rejected"),
    ]


def fill(state: Path, size: int, *, closed: float) -> None:
    """Make a database with `size` interviews below `state`, the first three of them due.

    Of the rest the part `closed` is closed; what is open is due in a year.
    """
    state.mkdir(mode=0o700)
    engine = open_database(state / DATABASE)
    patterns = {
        is_closed: [
            (event.kind, encode_event(event))
            for event in (*_pattern(), *(_ending() if is_closed else ()))
        ]
        for is_closed in (False, True)
    }
    with engine.begin() as connection:
        for start in range(1, size + 1, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, size + 1))
            are_closed = [n > _DUE and n % 1000 < 1000 * closed for n in numbers]
            connection.execute(
                insert(schema.interviews),
                [
                    {
                        "id": number,
                        "uid": f"{number:032d}",
                        "account": "personal",
                        "next_due": _stored_due(number, is_closed=is_closed),
                        "company": company_key(f"Company {number:09d}"),
                        "is_open": int(not is_closed),
                    }
                    for number, is_closed in zip(numbers, are_closed, strict=True)
                ],
            )
            connection.execute(
                insert(schema.people),
                [
                    {"interview_id": number, "address": f"{name}@c{number:09d}.example"}
                    for number in numbers
                    for name in ("dana", "kim")
                ],
            )
            connection.execute(
                insert(schema.events),
                list(_rows(patterns, zip(numbers, are_closed, strict=True))),
            )
    engine.dispose()


def _stored_due(number: int, *, is_closed: bool) -> str:
    if is_closed:
        return ""
    return moment_to_text(_DUE_AT if number <= _DUE else _DUE_AT + timedelta(days=365))


def _rows(
    patterns: dict[bool, list[tuple[str, str]]], interviews: Iterator[tuple[int, bool]]
) -> Iterator[dict[str, object]]:
    for number, is_closed in interviews:
        for kind, body in patterns[is_closed]:
            yield {
                "interview_id": number,
                "at": moment_to_text(_HELD_AT),
                "kind": kind,
                "fingerprint": searched_mark("personal") if kind == "mailbox_searched" else "",
                "body": body.replace(_NUMBER, f"{number:09d}"),
            }


# ---- memory


def _memory(folder: Path, closed: int) -> list[Line]:
    """Memory of a process over three open and many closed interviews, and over the three alone.

    Once after wakes, once after mail was read, which has to look at all of them.
    """
    runs: dict[int, dict[str, float]] = {}
    for size in (_DUE, _DUE + closed):
        state = folder / f"closed-{size}"
        fill(state, size, closed=1.0)
        done = subprocess.run(
            [sys.executable, "-m", "bench.wake", str(state)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        runs[size] = json.loads(done.stdout)
    few, many = runs[_DUE], runs[_DUE + closed]
    return [
        Line(
            NAME,
            f"{closed:,} closed: memory {what}",
            "MiB",
            Sample.of([many[key]]),
            Sample.of([few[key]]),
            "none closed",
        )
        for key, what in (
            ("woken", "after wakes"),
            ("reading", "while mail is read"),
            ("rested", "after it was read"),
        )
    ]


def _hold(state: Path) -> dict[str, float]:
    """Live through wakes and the reading of mail; the process's memory on the way, in MiB."""
    world = _world(state)
    process = psutil.Process()

    def resident() -> float:
        return float(process.memory_info().rss) / 2**20

    for _ in range(_ROUNDS):
        _wake(world)
    found = {"woken": resident()}
    every = world.histories()
    found["reading"] = resident()
    del every
    world.rest()
    found["rested"] = resident()
    return found


if __name__ == "__main__":
    print(json.dumps(_hold(Path(sys.argv[1]))))

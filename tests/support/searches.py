"""Made-up job searches: half a year of one user's interviews, drawn from a seed.

One to eight interviews share recruiters and companies; people answer, put off, are away, leave or
never existed; the user sends, edits, deletes or forgets drafts, writes and calls on their own, has
holidays, days off and pauses. The same seed always gives the same search.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.cadence import BUILT_IN, Anchor, Cadence, CadenceStep, Wait, WaitUnit
from followupd.domain.interview import (
    Channel,
    Interview,
    Outcome,
    Part,
    Person,
    Promise,
)
from followupd.domain.scenario import (
    YOU,
    Habit,
    Handling,
    Pause,
    Scenario,
    Scripted,
    absence_note,
    answer,
    bounce,
    holding_reply,
    mail_from,
    possible_reply,
)
from followupd.domain.simulation import Simulated, simulate
from followupd.domain.workdays import Away, Workdays

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from followupd.domain.events import Event

HALF_A_YEAR = timedelta(days=183)

_START = date(2026, 2, 16)
_ZONES = ("Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")
_OWN_LADDER = Cadence(
    (
        *BUILT_IN[:1],
        CadenceStep(
            "first", Anchor.DECISION, Wait(0, WaitUnit.DAYS), (Part.RECRUITER,), Channel.EMAIL, "x"
        ),
        *(
            CadenceStep(
                f"more-{number}",
                Anchor.PREVIOUS,
                Wait(number, WaitUnit.BUSINESS_DAYS),
                (Part.HIRING_MANAGER, Part.RECRUITER, Part.NETWORK)[number % 2 :],
                Channel.EMAIL,
                "x",
                each=number == 3,
            )
            for number in range(5)
        ),
        CadenceStep(
            "late", Anchor.DECISION, Wait(40, WaitUnit.HOURS), (Part.SENIOR,), Channel.CALL, "call"
        ),
    ),
    silent_after=Wait(7, WaitUnit.DAYS),
)
_CADENCES = {"": Cadence(BUILT_IN), "own": _OWN_LADDER}
"""The built-in plan, and an impatient one that never closes and would write every day."""


def cadence_of(interview: Interview) -> Cadence:
    """The cadence of an interview of a made-up search."""
    return _CADENCES[interview.cadence]


@dataclass(frozen=True, slots=True)
class Search:
    """A job search before it is played.

    Attributes:
        seed: what it was drawn from.
        workdays: the user's calendar.
        start: when it begins; its interviews are recorded later.
        scenario: everything that happens in it.
    """

    seed: int
    workdays: Workdays
    start: datetime
    scenario: Scenario

    def play(self) -> Simulated:
        """Half a year of it."""
        until = self.start + HALF_A_YEAR
        return simulate({}, cadence_of, self.workdays, self.start, until, self.scenario)


def made_up(seed: int) -> Search:
    """The search of that seed."""
    return _Drawing(seed).search()


class _Drawing:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.dice = random.Random(seed)  # noqa: S311 - nobody is to be kept from guessing it
        zone = ZoneInfo(self.dice.choice(_ZONES))
        self.start = datetime.combine(_START, time(8), tzinfo=zone).astimezone(UTC)
        self.workdays = self._calendar(zone)
        self.recruiters = [f"recruiter{n}@agency.example" for n in range(1, 4)]

    def search(self) -> Search:
        interviews = {number: self._interview(number) for number in range(1, self._up_to(8) + 1)}
        script = [
            Scripted(number, event)
            for number, interview in interviews.items()
            for event in self._life(interview)
        ]
        addresses = sorted({p.key for one in interviews.values() for p in one.people})
        scenario = Scenario(
            handlings=tuple(self._handling() for _ in range(self._up_to(6))),
            script=tuple(script),
            pauses=tuple(self._pauses()),
            dead=frozenset(key for key in addresses if self._happens(0.03)),
        )
        return Search(self.seed, self.workdays, self.start, scenario)

    # ---- dice

    def _happens(self, chance: float) -> bool:
        return self.dice.random() < chance

    def _up_to(self, most: int) -> int:
        return self.dice.randint(1, most)

    def _moment(self, first: datetime, days: float) -> datetime:
        """Any moment within so many days, seconds included, at which nobody is kept from acting."""
        return first + timedelta(seconds=self.dice.randrange(1, int(days * 86_400)))

    # ---- the user

    def _calendar(self, zone: ZoneInfo) -> Workdays:
        days = [_START + timedelta(days=n) for n in range(240)]
        hours = self.dice.choice([(time(9), time(17, 30)), (time(7, 30), time.max)])
        calendar = Workdays(zone, frozenset(self.dice.sample(days, 8)), *hours)
        off = []
        for first in self.dice.sample(days, self.dice.randrange(3)):
            last = first + timedelta(days=self._up_to(12))
            off.append(Away(calendar.at(first, time.min), calendar.at(last, time.min)))
        return replace(calendar, away=tuple(off))

    def _handling(self) -> Handling:
        habit = self.dice.choices(list(Habit), [16, 2, 1, 2])[0]
        after = timedelta(minutes=self.dice.choice([0, 20, 60, 300, 1500, 6000]))
        return Handling(habit, after, edits=self._happens(0.15))

    def _pauses(self) -> Iterator[Pause]:
        if self._happens(0.3):
            since = self._moment(self.start, 150)
            until = self._moment(since, 20) if self._happens(0.9) else None
            yield Pause(since, until, is_announced=self._happens(0.6))

    # ---- an interview

    def _interview(self, number: int) -> Interview:
        company = f"Company {self._up_to(6)}"
        held_on = _START + timedelta(days=self._up_to(120))
        held_at = self.workdays.at(held_on, time(self.dice.randrange(8, 19), 30))
        decision = held_on + timedelta(days=self._up_to(15)) if self._happens(0.6) else None
        return Interview(
            uid=f"{number:032x}",
            company=company,
            role=f"Role {number}",
            held_at=held_at.astimezone(UTC),
            decision_by=decision,
            people=tuple(self._people(company.replace(" ", "").casefold())),
            promises=tuple(
                Promise(held_on + timedelta(days=self._up_to(9)), "the sample")
                for _ in range(self.dice.choice([0, 0, 0, 1, 2]))
            ),
            account="personal",
            language="en",
            cadence=self.dice.choices(list(_CADENCES), [4, 1])[0],
            is_final=self._happens(0.3),
        )

    def _people(self, company: str) -> Iterator[Person]:
        if self._happens(0.7):
            yield self._person(self.dice.choice(self.recruiters), Part.RECRUITER)
        for part, chance, most in (
            (Part.HIRING_MANAGER, 0.7, 1),
            (Part.INTERVIEWER, 0.5, 3),
            (Part.SENIOR, 0.3, 1),
        ):
            if self._happens(chance):
                for n in range(self._up_to(most)):
                    yield self._person(f"{part.value}{n}@{company}.example", part)
        for part in (Part.NETWORK, Part.REFERENCE):
            if self._happens(0.3):
                for n in range(self._up_to(2)):
                    yield self._person(f"{part.value}{n}@friends.example", part)

    def _person(self, address: str, part: Part) -> Person:
        prefers = self.dice.choice([None, None, None, Channel.EMAIL, Channel.CALL])
        return Person(address.partition("@")[0].title(), address, part, channel=prefers)

    def _life(self, interview: Interview) -> Iterator[Event]:
        """What happens to it besides the plan."""
        recorded = max(self.start, self._moment(interview.held_at - timedelta(days=4), 9))
        yield happened.Added(at=recorded, interview=interview)
        for _ in range(self.dice.choice([0, 0, 1, 2, 3, 5])):
            yield from self._happening(interview, self._moment(recorded, 90))

    def _happening(self, interview: Interview, at: datetime) -> Iterator[Event]:
        by_user: tuple[Callable[[Interview, datetime], Iterator[Event]], ...] = (
            self._calls,
            self._moves,
            self._snoozes,
            self._marks,
            self._promises,
            self._edits,
        )
        with_person: tuple[Callable[[Person, datetime], Iterator[Event]], ...] = (
            self._answers,
            self._puts_off,
            self._puts_off,
            self._perhaps,
            self._perhaps,
            self._is_away,
            self._is_away,
            self._comes_back,
            self._is_written_to,
            self._is_to_be_written_to,
        )
        choice = self.dice.randrange(len(by_user) + len(with_person))
        if choice < len(by_user):
            yield from by_user[choice](interview, at)
        elif interview.people:
            yield from with_person[choice - len(by_user)](self.dice.choice(interview.people), at)

    # ---- what others do

    def _answers(self, person: Person, at: datetime) -> Iterator[Event]:
        yield answer(person, at, self.dice.choice(list(Outcome)))

    def _puts_off(self, person: Person, at: datetime) -> Iterator[Event]:
        yield holding_reply(person, at, self._later(at) if self._happens(0.6) else None)

    def _perhaps(self, person: Person, at: datetime) -> Iterator[Event]:
        """A possible reply, which the user decides in a while, or never."""
        possible = possible_reply(person, at)
        yield possible
        if self._happens(0.8):
            yield happened.ReplyResolved(
                at=self._moment(at, 6),
                message_id=possible.mail.message_id,
                belongs=self._happens(0.3),
            )

    def _is_away(self, person: Person, at: datetime) -> Iterator[Event]:
        returns = self._later(at) if self._happens(0.7) else None
        yield absence_note(person, at, returns, has_left=self._happens(0.15))

    def _comes_back(self, person: Person, at: datetime) -> Iterator[Event]:
        yield bounce(person.address, at, "<ours>")

    # ---- what the user does

    def _is_written_to(self, person: Person, at: datetime) -> Iterator[Event]:
        mail = replace(mail_from(person, at), sender=YOU, recipients=(person.address,))
        yield happened.WroteByHand(at=at, mail=mail)

    def _is_to_be_written_to(self, person: Person, at: datetime) -> Iterator[Event]:
        template = self.dice.choice(["check-in", "article", "call", "rejection"])
        yield acts.DraftRequested(at=at, template=template, person=person.address)

    def _calls(self, interview: Interview, at: datetime) -> Iterator[Event]:
        people = [person.address for person in interview.people]
        yield happened.CallMade(at=at, person=self.dice.choice(["", *people]))

    def _moves(self, interview: Interview, at: datetime) -> Iterator[Event]:
        del interview
        yield happened.DecisionMoved(at=at, decision_by=self._later(at))

    def _snoozes(self, interview: Interview, at: datetime) -> Iterator[Event]:
        del interview
        yield happened.Snoozed(at=at, until=self._moment(at, 10))

    def _marks(self, interview: Interview, at: datetime) -> Iterator[Event]:
        del interview
        yield happened.MarkedAnswered(at=at, outcome=self.dice.choice(list(Outcome)))
        if self._happens(0.5):
            yield happened.Reopened(at=self._moment(at, 10))

    def _promises(self, interview: Interview, at: datetime) -> Iterator[Event]:
        del interview
        yield acts.PromiseMade(at=at, promise=Promise(self._later(at), "a report"))

    def _edits(self, interview: Interview, at: datetime) -> Iterator[Event]:
        """Something that was recorded is put right."""
        edits: list[Event] = [
            happened.MarkedSilent(at=at),
            happened.InterviewMoved(at=at, held_at=self._moment(at, 12)),
            acts.PromiseDropped(at=at, number=0),
            acts.InterviewEdited(at=at, is_final=True),
            acts.InterviewEdited(at=at, cadence="own"),
            acts.InterviewEdited(at=at, company="Company 1"),
            acts.NextRoundRecorded(at=at, interview_id=99),
        ]
        for person in interview.people[:1]:
            called = replace(person, channel=Channel.CALL)
            edits.append(acts.PersonRecorded(at=at, person=called, instead_of=person.address))
            edits.append(acts.PersonRemoved(at=at, address=person.address, part=person.part))
        yield self.dice.choice(edits)

    def _later(self, at: datetime) -> date:
        return self.workdays.day_of(at) + timedelta(days=self._up_to(14))

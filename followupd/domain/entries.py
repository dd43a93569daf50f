"""The entries of one interview, put into words.

An entry says the same at whatever moment it is made, as long as nothing has happened: a calendar
shows a changed entry as news.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from followupd.domain.cadence import PROMISE
from followupd.domain.calling import CALL_LASTS, time_to_call
from followupd.domain.days import say_day
from followupd.domain.duties import NEXT_ROUND_TASK, THEIR_CALL_TASK, working_day_before
from followupd.domain.interview import Channel, Outcome, Part
from followupd.domain.steps import ANSWER_TASK, StepState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from followupd.domain.history import History
    from followupd.domain.plan import PlannedStep
    from followupd.domain.workdays import Workdays

    Script = Callable[[PlannedStep, datetime], str]

INTERVIEW_LASTS: Final = timedelta(hours=1)
"""How long an interview is taken to be: nothing else is known of it."""

_DRAFT_LASTS: Final = timedelta(minutes=15)
"""Long enough to be seen in a day's view."""

_SCRIPT_LIMIT: Final = 4000
"""Characters of a call sheet; many calendars cut a description at some eight thousand."""

_WAITING = (StepState.QUEUED, StepState.EDITED, StepState.MISSING, StepState.APPROVED)


class EntryKind(StrEnum):
    """What an entry is about."""

    INTERVIEW = "interview"
    DECISION = "decision"
    FOLLOW_UP = "follow-up"
    CALL = "call"
    PROMISE = "promise"
    TASK = "task"
    END = "end"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the calendar.

    Attributes:
        uid: the same for the same thing whenever it is made, and nothing to be learned from: a
            UUID (RFC 9562, version 5; RFC 7986, section 5.3).
        interview_id: the interview's number.
        kind: what it is about.
        begins: a moment (aware, whole minutes); a day in the user's zone for the whole of it.
        lasts: how long; a whole day has none.
        summary: one line, not cleaned.
        description: lines, not cleaned.
        is_tentative: it rests on a guess.
        takes_time: the user is not free meanwhile.
        remind: from midnight of its day to a reminder, negative before it; None for no reminder.
    """

    uid: str
    interview_id: int
    kind: EntryKind
    begins: date | datetime
    summary: str
    description: str
    lasts: timedelta | None = None
    is_tentative: bool = False
    takes_time: bool = False
    remind: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The entries of one interview, put into words."""

    history: History
    workdays: Workdays
    script: Script

    # ---- which

    def uid(self, *parts: str | int) -> str:
        """The UID of what is named so within the interview."""
        return str(uuid5(UUID(hex=self.history.interview.uid), json.dumps(parts)))

    def uid_of(self, step: PlannedStep) -> str:
        """The UID of a step; a promise has one to whomever it was made, the end one at all."""
        if _is_promise(step):
            return self.uid(PROMISE, step.cycle)
        if step.closes:
            return self.uid("end")
        person = step.person.key if step.person is not None else ""
        return self.uid("task" if step.is_task else "step", step.step, step.cycle, person)

    def interview(self, now: datetime) -> Entry | None:
        """The interview itself, until it is over."""
        interview, answer = self.history.interview, self.history.answer
        off = answer is not None and answer.outcome is Outcome.REJECTION
        if off or interview.held_at + INTERVIEW_LASTS <= now:
            return None
        people = [
            person.called
            for person in interview.people
            if person.part in (Part.INTERVIEWER, Part.HIRING_MANAGER)
        ]
        return Entry(
            uid=self.uid("interview"),
            interview_id=self.history.interview_id,
            kind=EntryKind.INTERVIEW,
            begins=_whole_minutes(interview.held_at),
            lasts=INTERVIEW_LASTS,
            summary=f"Interview: {interview.company}, {interview.role}",
            description=self._lines(
                f"With {', '.join(people)}." if people else None,
                "How long it takes is not recorded: an hour is assumed.",
                "Before you leave, ask what comes next, by when they decide, and whether and how"
                " you may get in touch.",
            ),
            takes_time=True,
        )

    def decision(self, expected: date) -> Entry | None:
        """The day on which an answer is expected, as long as none has come."""
        history = self.history
        if history.answer is not None:
            return None
        promised = history.decision_by is not None
        said = "They promised a decision by this day."
        if not promised:
            said = (
                "No day was promised, so this one is assumed. Once you know better: followupd"
                f" decision {history.interview_id} DATE"
            )
        elif history.held_up_by is not None:
            wrote_on = say_day(self.workdays.day_of(history.held_up_by.date), expected)
            said = f"On {wrote_on} they wrote that they would decide by this day."
        return Entry(
            uid=self.uid("decision"),
            interview_id=history.interview_id,
            kind=EntryKind.DECISION,
            begins=expected,
            summary=f"You expect to hear from {history.interview.company}",
            description=self._lines(
                said,
                "They meant to call." if history.call_promised_on == expected else None,
                "Until then nobody is asked where things stand.",
            ),
            is_tentative=not promised,
        )

    def step(self, step: PlannedStep) -> Entry | None:
        """What a step of the plan asks of the user, if it has a day."""
        if _is_promise(step):
            return self._promise(step)
        if step.due is None or not (step.state.is_ahead or step.state in _WAITING):
            return None
        if step.is_task:
            return self._task(step, step.due)
        if step.closes:
            return self._end(step, step.due)
        if step.channel is Channel.CALL:
            return self._call(step, step.due)
        return self._follow_up(step, step.due)

    # ---- steps

    def _follow_up(self, step: PlannedStep, due: datetime) -> Entry:
        whom = f" to {step.person.called}" if step.person is not None else ""
        if step.channel is not Channel.EMAIL:
            whom = ""  # a sheet for the user's own eyes
        return Entry(
            uid=self.uid_of(step),
            interview_id=self.history.interview_id,
            kind=EntryKind.FOLLOW_UP,
            begins=_whole_minutes(due),
            lasts=_DRAFT_LASTS,
            summary=f"{self.history.interview.company}: {step.step}{whom}",
            description=self._lines(*self._of_draft(step, "Its draft", "at that time")),
            is_tentative=step.estimated,
        )

    def _call(self, step: PlannedStep, due: datetime) -> Entry:
        begins = time_to_call(step.person, due, self.workdays)
        who = step.person.called if step.person is not None else "them"
        about = "" if step.step == "call" else f": {step.step}"
        said = _cut(self.script(step, begins))
        return Entry(
            uid=self.uid_of(step),
            interview_id=self.history.interview_id,
            kind=EntryKind.CALL,
            begins=_whole_minutes(begins),
            lasts=CALL_LASTS,
            summary=f"Call {who}, {self.history.interview.company}{about}",
            description=self._lines(
                *self._of_draft(step, "The call sheet", "by then"),
                f"When you have called: followupd called {self.history.interview_id}",
                "",
                said,
                "",
            ),
            is_tentative=step.estimated,
            takes_time=True,
        )

    def _of_draft(self, step: PlannedStep, what: str, when: str) -> Iterator[str]:
        """When a draft comes, or what has become of it."""
        if not step.state.is_ahead:
            yield _sentence(f"{what}: {step.reason}")
            return
        yield _sentence(f"{what} comes into Drafts {when}: {step.reason}")
        if step.estimated:
            yield "The day is a guess: it counts on what comes before it being done by then."

    def _promise(self, step: PlannedStep) -> Entry | None:
        """A promise holds until it is kept, also where no draft can be made for it."""
        over = step.state.is_over and step.state is not StepState.PASSED
        if over or step.state is StepState.STOPPED:
            return None
        promise = self.history.interview.promises[step.cycle]
        before = working_day_before(self.workdays, promise.on)
        hours = timedelta(
            hours=self.workdays.send_from.hour, minutes=self.workdays.send_from.minute
        )
        whom = f" to {step.person.called}" if step.person is not None else ""
        if step.state in _WAITING:
            said = _sentence(f"Its draft: {step.reason}")
        elif step.state.is_ahead:
            said = "Its draft comes into Drafts that morning."
        else:
            said = _sentence(f"There is no draft for it now: {step.reason}")
        return Entry(
            uid=self.uid_of(step),
            interview_id=self.history.interview_id,
            kind=EntryKind.PROMISE,
            begins=promise.on,
            summary=f"Promised{whom}, {self.history.interview.company}: {promise.what}",
            description=self._lines(said),
            remind=before - promise.on + hours,
        )

    def _task(self, step: PlannedStep, due: datetime) -> Entry:
        number, company = self.history.interview_id, self.history.interview.company
        who = step.person.called if step.person is not None else "them"
        summary = {
            ANSWER_TASK: f"Answer {who}, {company}",
            NEXT_ROUND_TASK: f"{company}: when is the next round?",
            THEIR_CALL_TASK: f"{company}: did they call?",
        }.get(step.step, f"{company}: {step.step}")
        return Entry(
            uid=self.uid_of(step),
            interview_id=number,
            kind=EntryKind.TASK,
            begins=self._day_for(due),
            summary=summary,
            description=self._lines(
                _sentence(step.reason), f"When it is done: followupd done {number} {step.step}"
            ),
            is_tentative=step.estimated,
        )

    def _day_for(self, due: datetime) -> date:
        """The first working day on which something can be done that arose then."""
        day = self.workdays.day_of(due)
        if self.workdays.is_working_day(day) and (
            self.workdays.local(due).time() < self.workdays.send_until
        ):
            return day
        return self.workdays.add(day, 1)

    def _end(self, step: PlannedStep, due: datetime) -> Entry:
        return Entry(
            uid=self.uid_of(step),
            interview_id=self.history.interview_id,
            kind=EntryKind.END,
            begins=self.workdays.day_of(due),
            summary=f"{self.history.interview.company}: the plan ends",
            description=self._lines(
                _sentence(f"Where no answer has come by then, it is closed: {step.reason}"),
                "The day is a guess: it counts on what comes before it being done by then."
                if step.estimated
                else None,
            ),
            is_tentative=step.estimated,
        )

    # ---- words

    def _lines(self, *lines: str | None) -> str:
        """The lines there are, and which interview it is; an empty one parts paragraphs."""
        interview, number = self.history.interview, self.history.interview_id
        told = f"{interview.company}, {interview.role}: followupd show {number}"
        return "\n".join([*(line for line in lines if line is not None), told])


def _is_promise(step: PlannedStep) -> bool:
    return step.step == PROMISE and step.request is None


def _whole_minutes(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _sentence(clause: str) -> str:
    """With a full stop, unless it could be taken for a part of a command."""
    return clause if "followupd " in clause else f"{clause.rstrip('. ')}."


def _cut(script: str) -> str:
    """A call sheet of a length that every calendar keeps, cut between two paragraphs."""
    script = script.strip()
    if len(script) <= _SCRIPT_LIMIT:
        return script
    kept = script[:_SCRIPT_LIMIT]
    cut = kept.rfind("\n\n")
    kept = kept[: cut if cut > 0 else _SCRIPT_LIMIT].rstrip()
    return f"{kept}\n\n(The rest stands in the call sheet.)"

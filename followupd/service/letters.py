"""From a due step to a draft's bytes: gathers the facts a template is given, and the thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from followupd.domain.absences import is_away
from followupd.domain.cadence import PROMISE, REMINDER
from followupd.domain.calling import GOOD_HOURS, zone_of
from followupd.domain.interview import Channel, DraftState, Part
from followupd.domain.status import expected_by
from followupd.service.planning import cadence_for
from followupd.writing.draft import Envelope, Thread, compose, message_id, reply_subject
from followupd.writing.letter import Deed, Happening, Hours, Letter

if TYPE_CHECKING:
    from datetime import date

    from followupd.config import Account, Settings
    from followupd.domain.history import History, Request
    from followupd.domain.interview import Person, Promise
    from followupd.domain.plan import Plan, PlannedStep
    from followupd.domain.workdays import Workdays
    from followupd.writing.templates import Templates


@dataclass(frozen=True, slots=True)
class Written:
    """A draft ready to be placed.

    Attributes:
        message_id: its Message-ID, the same whenever it is written again.
        to: the address in its To.
        subject: as it stands in the header.
        in_reply_to: the Message-ID it answers, or None.
        raw: the bytes, CRLF line ends.
        body: the text alone.
    """

    message_id: str
    to: str
    subject: str
    in_reply_to: str | None
    raw: bytes
    body: str

    def identified(self, message_id: str) -> Written:
        """The same draft with that Message-ID."""
        raw = self.raw.replace(self.message_id.encode(), message_id.encode(), 1)
        return replace(self, message_id=message_id, raw=raw)


def draft_id(history: History, step: PlannedStep, account: Account) -> str:
    """The Message-ID of the draft of a step."""
    return message_id(
        uid=history.interview.uid,
        step=step.step,
        cycle=step.cycle,
        person=step.person.key if step.person is not None else "",
        attempt=step.attempt,
        domain=account.address.rpartition("@")[2],
    )


def write(
    history: History,
    step: PlannedStep,
    plan: Plan,
    settings: Settings,
    workdays: Workdays,
    templates: Templates,
    now: datetime,
) -> Written:
    """Write the draft of a step as of `now` (aware).

    Raises:
        TemplateError: the template is missing or does not render.
        UnreadableMessage: an address cannot be written into a header.
    """
    account = settings.account(history.interview.account)
    letter = _letter(history, step, plan, settings, workdays, now)
    rendered = templates.render(step.template, letter.language, letter)
    person = step.person
    to_user = step.channel is not Channel.EMAIL or person is None
    thread = None if to_user or person is None else thread_with(history, person)
    identity = draft_id(history, step, account)
    if person is None or to_user:
        to_name, to_address = settings.user.name, account.address
    else:
        to_name, to_address = person.name, person.address
    envelope = Envelope(
        message_id=identity,
        date=workdays.local(now),
        from_name=settings.user.name,
        from_address=account.address,
        to_name=to_name,
        to_address=to_address,
        thread=thread,
    )
    raw = compose(envelope, rendered.subject, rendered.body)
    # A mail that had no Message-ID of its own cannot be referred to.
    refers = thread is not None and thread.message_id.encode() in raw
    return Written(
        message_id=identity,
        to=to_address,
        subject=reply_subject(thread.subject) if thread is not None else rendered.subject,
        in_reply_to=thread.message_id if thread is not None and refers else None,
        raw=raw,
        body=rendered.body,
    )


def requested(history: History, step: PlannedStep) -> Request | None:
    """The user's request that a step fulfils; None for a step of the plan's own."""
    number = step.request
    if number is None or number >= len(history.requests):
        return None
    return history.requests[number]


def thread_with(history: History, person: Person) -> Thread | None:
    """The thread to continue with a person: that of the newest mail with them.

    A friend or a reference is written to anew: an old mail of theirs is about something else.
    """
    if person.part in (Part.NETWORK, Part.REFERENCE):
        return None
    mail = history.last_mail_with(person.address)
    if mail is None:
        return None
    return Thread(mail.message_id, mail.references, mail.subject)


def _letter(
    history: History,
    step: PlannedStep,
    plan: Plan,
    settings: Settings,
    workdays: Workdays,
    now: datetime,
) -> Letter:
    interview, person, today = history.interview, step.person, workdays.day_of(now)
    panel = [s.person for s in plan.steps if (s.step, s.cycle) == (step.step, step.cycle)]
    promise = _promise(history, step)
    letter = Letter(
        user_name=settings.user.name,
        language=_language(history, step, settings),
        company=interview.company,
        role=interview.role,
        held_on=workdays.day_of(interview.held_at),
        today=today,
        expected_by=expected_by(history, cadence_for(interview, settings), workdays),
        decision_by=history.decision_by,
        panel_index=panel.index(person) if person in panel else 0,
        panel_size=max(len(panel), 1),
        recruiter_name=_asked_before(history, person),
        promise_what=promise.what if promise is not None else None,
        promise_on=promise.on if promise is not None else None,
        hours=_hours(person, settings, now),
        so_far=_so_far(history, workdays),
        notes=history.notes,
        register=interview.register or settings.user.register,
        is_final=interview.is_final,
        call_promised_on=_missed_call(history, today),
    )
    if person is not None:
        letter = _to_person(letter, person, history, workdays)
    request = requested(history, step)
    given = request.given if request is not None else ()
    return letter.with_given({each.name: each.text for each in given})


def _to_person(letter: Letter, person: Person, history: History, workdays: Workdays) -> Letter:
    """The letter with what is known of the person it is for."""
    written = [mail.at for mail in history.written if mail.address == person.key]
    plans = history.plans
    is_news = plans is not None and all(at < plans.at for at in written)
    return replace(
        letter,
        person_name=person.name,
        person_part=person.part,
        phone=person.phone,
        register=person.register or letter.register,
        greeting=person.greeting,
        earlier=tuple(sorted({workdays.day_of(at) for at in written})),
        topic=history.topics.get(person.key),
        changed_plans=plans.text if plans is not None and is_news else None,
        stands_in_for=_away(history, person, letter.today, workdays),
    )


def _language(history: History, step: PlannedStep, settings: Settings) -> str:
    """A sheet that only the user reads is in their own language."""
    if step.template == REMINDER:
        return settings.user.language
    of_person = step.person.language if step.person is not None else None
    return of_person or history.interview.language


def _promise(history: History, step: PlannedStep) -> Promise | None:
    """The promise that a step is about; its cycle is the number of the promise."""
    promises = history.interview.promises
    is_promise = step.step in (PROMISE, REMINDER) and step.request is None
    return promises[step.cycle] if is_promise and step.cycle < len(promises) else None


def _missed_call(history: History, today: date) -> date | None:
    """The day on which they meant to call, when it has passed and nobody answered."""
    day = history.call_promised_on
    return day if day is not None and day < today and history.answer is None else None


def _away(history: History, person: Person, today: date, workdays: Workdays) -> str | None:
    """Who is away now and has named this person in their stead."""
    for other in history.interview.people:
        note = history.absences.get(other.key)
        if note is None or note.stand_in_address.casefold() != person.key:
            continue
        if other.key != person.key and is_away(note, today, workdays):
            return other.called
    return None


def _asked_before(history: History, person: Person | None) -> str | None:
    """The recruiter who was written to, for a letter to somebody else."""
    written = {mail.address for mail in history.written}
    for other in history.interview.with_part(Part.RECRUITER):
        if other.key in written and (person is None or other.key != person.key):
            return other.name or None
    return None


def _hours(person: Person | None, settings: Settings, now: datetime) -> Hours:
    """When to ring: mid-morning where the person is, and what that is for the user."""
    first, last = (f"{hour:%H:%M}" for hour in GOOD_HOURS)
    zone = zone_of(person)
    if zone is None:
        return Hours(first, last)
    day = now.astimezone(zone).date()
    here = [
        datetime.combine(day, hour, tzinfo=zone).astimezone(settings.user.timezone)
        for hour in GOOD_HOURS
    ]
    return Hours(first, last, zone.key, f"{here[0]:%H:%M}", f"{here[1]:%H:%M}")


def _so_far(history: History, workdays: Workdays) -> tuple[Happening, ...]:
    """What happened so far, oldest first."""
    names = {person.key: person.called for person in history.interview.people}
    told: list[tuple[datetime, Deed, str, str]] = [(history.interview.held_at, Deed.HELD, "", "")]
    by_draft = {draft.sent_message_id: draft for draft in history.drafts}
    for written in history.written:
        draft = by_draft.get(written.message_id)
        deed = Deed.DRAFT_SENT if draft is not None else Deed.WROTE
        who = names.get(written.address, written.address)
        told.append((written.at, deed, who, draft.step if draft is not None else ""))
    told += [(at, Deed.HEARD, names.get(who, who), "") for who, at in history.heard.items()]
    told += [(call.at, Deed.CALLED, "", "") for call in history.calls]
    told += [
        (draft.settled_at, Deed.DISMISSED, names.get(draft.person, draft.person), draft.step)
        for draft in history.drafts
        if draft.state is DraftState.DISMISSED and draft.settled_at is not None
    ]
    return tuple(
        Happening(workdays.day_of(at), deed, who, step) for at, deed, who, step in sorted(told)
    )

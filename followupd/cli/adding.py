"""`add`: record an interview, and say what was understood and what is missing."""

from __future__ import annotations

import re
import sys
import uuid
from typing import TYPE_CHECKING

from followupd.cli.desk import open_desk
from followupd.cli.format import day_with_distance, moment, name_of
from followupd.cli.people import TEXT_LIMIT, read_people, read_promises
from followupd.cli.screen import Screen, print_json
from followupd.cli.standing import what_follows
from followupd.cli.when import read_day, read_moment
from followupd.config.words import near, quoted
from followupd.domain.events import Added
from followupd.domain.interview import Interview, Part, Status
from followupd.domain.status import expected_by
from followupd.errors import FollowupdError, UsageError
from followupd.reading.text import clean
from followupd.writing.shipped import shipped_templates

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Iterator
    from datetime import date

    from followupd.cli.desk import Desk
    from followupd.cli.when import Moment
    from followupd.config import Settings
    from followupd.domain.history import History
    from followupd.service.clock import Clock

_LANGUAGE = re.compile(r"[a-z]{2}")


def add(arguments: Namespace, clock: Clock) -> int:
    """Record an interview; its number goes to standard output, all else to standard error."""
    with open_desk(arguments, clock) as desk:
        held = read_moment(arguments.held, desk.now, desk.workdays, "--held")
        interview = _interview(arguments, desk, held)
        with desk.store.begin() as transaction:
            if not arguments.again:
                refuse_twice(interview, desk.histories(transaction).values())
            number = transaction.add(Added(at=desk.now, interview=interview))
        if arguments.json:
            print_json({"id": number})
        else:
            print(number, flush=True)
        screen = Screen(sys.stderr)
        for sentence in explained(number, held, desk):
            screen.line(sentence)
    return 0


def _interview(arguments: Namespace, desk: Desk, held: Moment) -> Interview:
    settings = desk.settings
    decision_by = None
    if arguments.decision_by is not None:
        decision_by = read_day(arguments.decision_by, desk.today, "--decision-by")
        refuse_before(decision_by, desk.workdays.day_of(held.at), "--decision-by")
    return Interview(
        uid=uuid.uuid4().hex,
        company=named(arguments.company, "COMPANY"),
        role=named(arguments.role, "--role"),
        held_at=held.at,
        decision_by=decision_by,
        people=read_people(arguments, settings.own_addresses),
        promises=read_promises(arguments.promise, desk.today),
        account=_account(arguments.account, settings),
        language=_language(arguments.language, settings),
    )


def refuse_before(decision_by: date, held_on: date, option: str) -> None:
    """Refuse a decision that was promised for a day before the interview.

    Raises:
        UsageError: it was.
    """
    if decision_by < held_on:
        raise UsageError(
            f"{option}: {decision_by.isoformat()} is before the interview on "
            f"{held_on.isoformat()}; check the two dates"
        )


def named(text: str, option: str) -> str:
    """A company or a role as it is stored.

    Raises:
        UsageError: it has no letter and no digit.
    """
    said = clean(text, TEXT_LIMIT)
    if not any(character.isalnum() for character in said):
        # A company named "?" would match nearly every mail.
        raise UsageError(f"{option}: {quoted(text)} is no name")
    return said


def _account(name: str | None, settings: Settings) -> str:
    if name is not None:
        return settings.account(name).name
    if len(settings.accounts) == 1:
        return settings.accounts[0].name
    names = ", ".join(account.name for account in settings.accounts)
    raise UsageError(f"--account: there are several; name one of {names}")


def _language(language: str | None, settings: Settings) -> str:
    if language is None:
        return settings.user.language
    there = {key.partition("/")[0] for key in shipped_templates()}
    if not _LANGUAGE.fullmatch(language):
        raise UsageError(f"--language: {quoted(language)} is no language; {near(language, there)}")
    return language


def refuse_twice(interview: Interview, histories: Iterable[History]) -> None:
    """Refuse an interview of the same company, role and time as one that is there.

    Raises:
        FollowupdError: there is one.
    """
    key = (interview.company.casefold(), interview.role.casefold(), interview.held_at)
    for history in histories:
        known = history.interview
        if (known.company.casefold(), known.role.casefold(), known.held_at) == key:
            raise FollowupdError(
                f"{name_of(known)} at that time is interview {history.interview_id} already; "
                "if this is another one, say so with --again"
            )


def explained(number: int, held: Moment, desk: Desk) -> Iterator[str]:
    """What was recorded, what follows, and what is missing (advice row 1)."""
    histories = desk.histories()
    history = histories[number]
    interview, today, workdays = history.interview, desk.today, desk.workdays
    noon = " (no time was given, so noon is assumed)" if held.assumed else ""
    yield f"Recorded: interview on {moment(interview.held_at, today, workdays)}{noon}."
    plan = desk.plan(history, histories)
    yield from what_follows(history, plan, desk)
    if history.decision_by is None:
        expected = expected_by(history, desk.settings.cadence, workdays)
        ask = "Ask for it" if plan.status is Status.UPCOMING else "Ask for it next time"
        yield (
            f"Missing: the decision date. {day_with_distance(expected, today, workdays)} is "
            f"assumed. {ask} before you leave; `followupd decision {number} DATE` sets it."
        )
    elif history.decision_by < today:
        yield "The decision date has passed already."
    deciders = (*interview.with_part(Part.RECRUITER), *interview.with_part(Part.HIRING_MANAGER))
    if not deciders:
        yield "Missing: a recruiter or a hiring manager. There is nobody to send a check-in to."
    unasked = [person.called for person in deciders if person.channel is None]
    if unasked:
        yield (
            f"Missing: how {' and '.join(unasked)} asked to be contacted. E-mail is assumed; "
            '--prefers "PERSON: call" says otherwise.'
        )
    if interview.language not in {key.partition("/")[0] for key in shipped_templates()}:
        yield f"There are no templates in {interview.language}: drafts will be in English."

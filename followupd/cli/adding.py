"""`add`: record an interview, and say what was understood and what is missing."""

from __future__ import annotations

import sys
import uuid
from typing import TYPE_CHECKING

from followupd.cli.asking import converse, is_terminal
from followupd.cli.desk import open_desk
from followupd.cli.entering import Entry, entry_sentences, record_entry
from followupd.cli.interview_questions import Around, interview_questions
from followupd.cli.particulars import account_named, cadence_named, named, refuse_before
from followupd.cli.people import AFTER_ADD, read_language, read_people, read_promises
from followupd.cli.recorded import explained
from followupd.cli.rounds import (
    NONE,
    chosen_round,
    people_to_take,
    round_before,
    same_day_before,
)
from followupd.cli.screen import Screen, print_json
from followupd.cli.when import read_day, read_moment
from followupd.config.words import quoted
from followupd.domain.interview import Interview, Part, Register
from followupd.domain.rounds import position
from followupd.errors import FollowupdError, UsageError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from followupd.cli.desk import Desk
    from followupd.cli.when import Moment
    from followupd.config import Settings
    from followupd.domain.history import History
    from followupd.service.clock import Clock

_NOTHING = "nothing was recorded"


def add(arguments: Namespace, clock: Clock) -> int:
    """Record an interview; its number goes to standard output, all else to standard error."""
    is_asking = _says_nothing(arguments) and is_terminal()
    if not is_asking:
        _refuse_incomplete(arguments)
    with open_desk(arguments, clock) as desk:
        if is_asking:
            arguments = _asked(arguments, desk)
        held = read_moment(arguments.held, desk.now, desk.workdays, "--held")
        with desk.store.begin() as transaction:
            histories = desk.histories(transaction)
            entry = _entry(arguments, held, desk, histories)
            number = record_entry(transaction, entry, histories, desk, again=arguments.again)
        if arguments.json:
            print_json({"id": number})
        else:
            print(number, flush=True)
        screen = Screen(sys.stderr)
        told = entry_sentences(number, entry, desk)
        # Who was asked was told of the company at its question.
        for sentence in explained(number, held, desk, told, tells_company=not is_asking):
            screen.line(sentence)
    return 0


def _says_nothing(arguments: Namespace) -> bool:
    """Whether nothing is said of the interview itself."""
    names = ("company", "role", "held", "round_of", "decision_by", "promise", *AFTER_ADD)
    return not any(getattr(arguments, name) for name in (*names, *(part.value for part in Part)))


def _refuse_incomplete(arguments: Namespace) -> None:
    """Name what is missing.

    Raises:
        UsageError: something is.
    """
    is_round = arguments.round_of not in (None, NONE)
    needed = (
        ("COMPANY", arguments.company is None and not is_round),
        ("--role R", arguments.role is None and not is_round),
        ("--held WHEN", arguments.held is None),
    )
    missing = [option for option, is_missing in needed if is_missing]
    if missing:
        *most, last = missing
        what = f"{', '.join(most)} and {last}" if most else last
        raise UsageError(
            f"{what} {'are' if most else 'is'} missing; `followupd add` alone, on a terminal, asks "
            "for everything"
        )


def _asked(arguments: Namespace, desk: Desk) -> Namespace:
    """The arguments with the answers to the questions.

    Raises:
        UsageError: what was typed already cannot be used.
        FollowupdError: the user left, or does not want it recorded.
        KeyboardInterrupt: the user pressed Ctrl-C.
    """
    # What was typed is refused before the questions: no answer is to be lost by it.
    if arguments.account is not None:
        account_named(arguments.account, desk.settings)
    _language(arguments, desk.settings, None)
    _cadence(arguments, desk.settings, None)
    around = Around(desk.settings, desk.workdays, desk.now, desk.histories())
    screen = Screen(sys.stderr)
    try:
        found = converse(interview_questions(arguments, around), screen)
    except EOFError:
        print(file=sys.stderr)
        raise FollowupdError(_NOTHING) from None
    except KeyboardInterrupt:
        print(file=sys.stderr)
        screen.line(f"followupd: {_NOTHING}")
        raise
    if found is None:
        raise FollowupdError(_NOTHING)
    return found


def _entry(
    arguments: Namespace, held: Moment, desk: Desk, histories: Mapping[int, History]
) -> Entry:
    """What the arguments say, with what is taken from the round before that they name."""
    settings, workdays = desk.settings, desk.workdays
    chosen = None
    if arguments.round_of not in (None, NONE):
        chosen = chosen_round(arguments.round_of, histories)
    model = chosen.interview if chosen is not None else None
    company = arguments.company if model is None else arguments.company or model.company
    role = arguments.role if model is None else arguments.role or model.role
    decision_by = None
    if arguments.decision_by is not None:
        decision_by = read_day(arguments.decision_by, desk.today, "--decision-by")
        refuse_before(decision_by, workdays.day_of(held.at), desk.today, "--decision-by")
    company, role = named(company, "COMPANY"), named(role, "--role")
    before, same_day = chosen, None
    if arguments.round_of is None:
        key = position(company, role)
        before = round_before(key, held.at, histories.values(), workdays, desk.now)
        same_day = same_day_before(key, held.at, histories.values(), workdays)
    known = people_to_take(chosen, interviewers=True) if chosen is not None else ()
    cadence, said = _cadence(arguments, settings, model)
    interview = Interview(
        uid=uuid.uuid4().hex,
        company=company,
        role=role,
        held_at=held.at,
        decision_by=decision_by,
        people=read_people(arguments, settings.own_addresses, known),
        promises=read_promises(arguments.promise, desk.today),
        account=_account(arguments, settings, model),
        language=_language(arguments, settings, model),
        register=_register(arguments, model),
        cadence=cadence,
        is_final=arguments.final,
        round_of=before.interview_id if before is not None else None,
    )
    return Entry(interview, before, chosen is None, same_day, said)


def _account(arguments: Namespace, settings: Settings, model: Interview | None) -> str:
    there = {account.name for account in settings.accounts}
    if arguments.account is None and model is not None and model.account in there:
        return model.account
    return account_named(arguments.account, settings)


def _language(arguments: Namespace, settings: Settings, model: Interview | None) -> str:
    if arguments.language is not None:
        return read_language(arguments.language, "--language")
    return model.language if model is not None else settings.user.language


def _register(arguments: Namespace, model: Interview | None) -> Register | None:
    if arguments.register is not None:
        return Register(arguments.register)
    return model.register if model is not None else None


def _cadence(
    arguments: Namespace, settings: Settings, model: Interview | None
) -> tuple[str, tuple[str, ...]]:
    """The cadence's name, and a sentence where the one of the round before is no more."""
    if arguments.cadence is not None:
        return cadence_named(arguments.cadence, settings), ()
    if model is None or not model.cadence or model.cadence in settings.cadences:
        return model.cadence if model is not None else "", ()
    gone = (
        f"The configuration has no cadence {quoted(model.cadence)} any more: the usual one holds."
    )
    return "", (gone,)

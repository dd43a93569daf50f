"""What the daily message to the user says: what waits for them, what is new, what goes cold.

It is read off the histories and plans of all interviews as of one moment. Nothing of a mail is in
it but who wrote, when, and what that was taken for. Names are as they were recorded: whoever
prints them cleans them.

A day has a digest whenever there is something to say, weekends and holidays included: answers and
promises keep no office hours. How many processes are alive (advice row 19) is told along, and is
no reason for a digest by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from followupd.domain.digest_approvals import approved, unclear
from followupd.domain.digest_lines import (
    answers,
    calls,
    cold,
    drafts,
    endings,
    promises,
    questions,
    tasks,
)
from followupd.domain.digest_parts import Suggested
from followupd.domain.interview import Outcome
from followupd.domain.rounds import rounds_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from followupd.domain.digest_lines import Process
    from followupd.domain.digest_parts import (
        Answer,
        ApprovedDraft,
        Call,
        Cold,
        Ending,
        Question,
        Task,
        UnclearSending,
        WaitingDraft,
        WaitingPromise,
    )
    from followupd.domain.suggestion import Suggestion
    from followupd.domain.workdays import Workdays


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The message of one day; within each part in the order in which it should be dealt with.

    Attributes:
        today: the day, in the user's zone.
        alive: how many processes go on; the rounds of one position count once.
        troubles: why what follows may not be all there is, a sentence each.
        answers: what came since the last digest.
        questions: what only the user can decide.
        unclear: what may have been sent or not, which only the user can find out.
        suggested: interviews to accept or dismiss.
        promises: those for today and tomorrow.
        calls: those to be made today.
        tasks: what is to be done and has no draft.
        drafts: what waits in Drafts to be sent or deleted.
        approved: what the user approved and is not sent yet.
        cold: silent interviews.
        endings: interviews closed since the last digest.
    """

    today: date
    alive: int
    troubles: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    questions: tuple[Question, ...] = ()
    unclear: tuple[UnclearSending, ...] = ()
    suggested: tuple[Suggested, ...] = ()
    promises: tuple[WaitingPromise, ...] = ()
    calls: tuple[Call, ...] = ()
    tasks: tuple[Task, ...] = ()
    drafts: tuple[WaitingDraft, ...] = ()
    approved: tuple[ApprovedDraft, ...] = ()
    cold: tuple[Cold, ...] = ()
    endings: tuple[Ending, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not any(getattr(self, each.name) for each in fields(self)[2:])


def digest(
    processes: Sequence[Process],
    suggestions: Iterable[tuple[int, Suggestion]],
    workdays: Workdays,
    since: datetime,
    now: datetime,
    troubles: Iterable[str] = (),
) -> Digest | None:
    """The digest as of `now`, or None where there is nothing to say.

    Args:
        processes: every interview that is open, was closed since, or has something waiting for the
            user, in the order of their numbers; each with its plan as of `now`.
        suggestions: the open ones, each with its number.
        workdays: the user's.
        since: the moment as of which the digest before was made; aware.
        now: the moment; aware.
        troubles: what is wrong with the accounts, a sentence each.
    """
    today = workdays.day_of(now)
    made = Digest(
        today=today,
        alive=alive(processes),
        troubles=tuple(troubles),
        answers=tuple(answers(processes, workdays)),
        questions=tuple(questions(processes, workdays)),
        unclear=tuple(unclear(processes, workdays)),
        suggested=tuple(
            Suggested(number, each.company, workdays.day_of(each.held_at), each.accepted_as)
            for number, each in suggestions
        ),
        promises=tuple(promises(processes, today)),
        calls=tuple(calls(processes, workdays, today)),
        tasks=tuple(tasks(processes, workdays, today)),
        drafts=tuple(drafts(processes, workdays, today)),
        approved=tuple(approved(processes)),
        cold=tuple(cold(processes, workdays, today)),
        endings=tuple(endings(processes, since)),
    )
    return None if made.is_empty else made


def alive(processes: Iterable[Process]) -> int:
    """How many positions are still open; several rounds of one count once.

    A round that another one followed says nothing any more: the last one does. After a rejection
    nothing is alive, also while its closing is still to come.
    """
    histories = {process.history.interview_id: process.history for process in processes}
    before = {number: history.interview.round_of for number, history in histories.items()}
    going_on = [
        number
        for number, history in histories.items()
        if history.closed is None
        and history.followed_by is None
        and number not in before.values()
        and (history.answer is None or history.answer.outcome is not Outcome.REJECTION)
    ]
    return len({rounds_back(number, before.get)[-1] for number in going_on})

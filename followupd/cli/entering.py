"""An interview on its way into the store, and the round before it, which it answers (row 20)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.cli.format import NAME_LIMIT
from followupd.cli.particulars import refuse_twice
from followupd.cli.rounds import left_out, refuse_as_round, round_words
from followupd.domain.acts import NextRoundRecorded
from followupd.domain.events import Added
from followupd.domain.interview import Part
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from followupd.cli.desk import Desk
    from followupd.domain.history import History
    from followupd.domain.interview import Interview
    from followupd.store import Transaction


@dataclass(frozen=True, slots=True)
class Entry:
    """An interview that is to be recorded.

    Attributes:
        interview: as it will be recorded.
        before: the interview of which it is the next round, or None.
        is_guess: nobody said that it is.
        same_day: an interview for the same position on the same day, which may be its round
            before and is not taken for it; or None.
        said: sentences about how it was made.
    """

    interview: Interview
    before: History | None = None
    is_guess: bool = False
    same_day: History | None = None
    said: tuple[str, ...] = ()


def record_entry(
    transaction: Transaction,
    entry: Entry,
    histories: Mapping[int, History],
    desk: Desk,
    *,
    again: bool,
) -> int:
    """Record the interview, and with it that the round before is answered; its number.

    A round that is still to be held is not answered by the next one: its thank-yous are to come.

    Args:
        transaction: to record in.
        entry: what is to be recorded.
        histories: every interview there is.
        desk: as the command has it.
        again: the user means it although it is there already.

    Raises:
        FollowupdError: there is such an interview already.
        UsageError: it cannot be the next round of the one that was named.
    """
    if entry.before is not None and not entry.is_guess:
        held_at = entry.interview.held_at
        refuse_as_round(entry.before, held_at, desk.today, desk.workdays, again=again)
    if not again:
        refuse_twice(entry.interview, histories.values())
    number = transaction.add(Added(at=desk.now, interview=entry.interview))
    if entry.before is not None and _was_held(entry.before, desk):
        answered = NextRoundRecorded(at=desk.now, interview_id=number)
        transaction.append(entry.before.interview_id, answered)
    return number


def entry_sentences(number: int, entry: Entry, desk: Desk) -> Iterator[str]:
    """What was taken for what, and how that is put right."""
    before = entry.before
    if before is not None:
        words = round_words(before, desk.today, desk.workdays)
        if not _was_held(before, desk):
            yield (
                f"It is the next round of {words}, which is still to be held; once it was, "
                f"`followupd answered {before.interview_id} --outcome next-round` says that they "
                "answered with this one."
            )
            yield from _taken(number, entry.interview, before)
        elif entry.is_guess:
            yield (
                f"It is taken for the next round of {words}, which counts as answered by it. If "
                f"it is not, `followupd reopen {before.interview_id}` takes the answer back; "
                "--round-of none says so beforehand."
            )
        else:
            yield f"It is the next round of {words}, which counts as answered by it."
            yield from _taken(number, entry.interview, before)
    if entry.same_day is not None:
        words = round_words(entry.same_day, desk.today, desk.workdays)
        yield (
            f"It is not taken for the next round of {words}, which was on the same day; "
            f"--round-of {entry.same_day.interview_id} says that it is."
        )
    yield from entry.said


def _was_held(history: History, desk: Desk) -> bool:
    return history.interview.held_at <= desk.now


def _taken(number: int, interview: Interview, before: History) -> Iterator[str]:
    left = [clean(each, NAME_LIMIT) for each in left_out(before)]
    if left:
        yield f"Left out: {', '.join(left)}, whom mail no longer reaches."
    earlier = {person.key for person in before.interview.with_part(Part.INTERVIEWER)}
    again = [p for p in interview.with_part(Part.INTERVIEWER) if p.key in earlier]
    if again:
        names = ", ".join(clean(person.called, NAME_LIMIT) for person in again)
        many = len(again) > 1
        yield (
            f"Taken over as interviewer{'s' if many else ''}, with a thank-you for this round as "
            f"well: {names}. `followupd person {number} remove "
            f"{'PERSON' if many else again[0].address} --part interviewer` if they are not there."
        )

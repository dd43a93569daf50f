"""How long somebody counts as away after their absence note."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from followupd.domain.history import Absence
    from followupd.domain.workdays import Workdays

AWAY_FOR = 10
"""Working days for which somebody counts as away whose absence note names no day of return."""


def is_away(note: Absence, today: date, workdays: Workdays) -> bool:
    """Whether the writer of the note is still away.

    Args:
        note: the latest of theirs; one that was answered by a mail of theirs is none any more.
        today: the day in the user's zone.
        workdays: the user's, as nobody knows theirs.
    """
    if note.returns_on is not None:
        return today < note.returns_on
    return today < workdays.add(workdays.day_of(note.noted_at), AWAY_FOR)

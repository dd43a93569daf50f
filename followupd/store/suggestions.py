"""What can be changed of the suggestions: interviews that mail suggests to the user."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import insert, update

from followupd.domain.suggestion import SuggestionState
from followupd.store import schema
from followupd.store.change import Change, new_id
from followupd.store.codec import encode_suggestion, moment_to_text

if TYPE_CHECKING:
    from datetime import datetime

    from followupd.domain.suggestion import Suggestion


class SuggestionChange(Change):
    """The part of `Transaction` that concerns suggestions."""

    def suggest(
        self, at: datetime, suggestion: Suggestion, *, is_recorded: bool = False
    ) -> int | None:
        """Store a suggestion, or what a later revision of its event says.

        Met again, an open one takes what a higher `sequence` says; a company or a role that the
        revision does not know stays. One that was accepted is open again when its time changes:
        then it suggests to move that interview. What was dismissed stays dismissed.

        Args:
            at: now; kept as the time it was first met.
            suggestion: its `key` tells whether it is known already.
            is_recorded: an interview is recorded at that time: nothing is to be suggested, and
                what was accepted is to be moved no more.

        Returns:
            its number where there was something new to store, else None.

        Raises:
            ValueError: it cannot be written down (`codec.encode_suggestion`).
        """
        known = self.suggested(suggestion.key)
        if is_recorded and (known is None or known.suggestion.accepted_as is None):
            return None
        if known is None:
            row = {
                "account": suggestion.account,
                "key": suggestion.key,
                "at": moment_to_text(at),
                "state": SuggestionState.OPEN.value,
                "payload": encode_suggestion(suggestion),
            }
            return new_id(self._run(insert(schema.suggestions).values(row)))
        if known.state is SuggestionState.DISMISSED:
            return None
        if suggestion.sequence <= known.suggestion.sequence:
            return None
        if (
            known.state is SuggestionState.ACCEPTED
            and suggestion.held_at == known.suggestion.held_at
        ):
            return None
        revised = replace(
            suggestion,
            account=known.suggestion.account,
            company=suggestion.company or known.suggestion.company,
            role=suggestion.role or known.suggestion.role,
            from_interview=suggestion.from_interview or known.suggestion.from_interview,
            accepted_as=known.suggestion.accepted_as,
        )
        state = SuggestionState.ACCEPTED if is_recorded else SuggestionState.OPEN
        self._store_suggestion(known.id, state, revised)
        return known.id

    def accept_suggestion(self, number: int, interview_id: int) -> None:
        """Store that a suggestion was recorded as an interview.

        Raises:
            UnknownInterview: there is no such suggestion, or no such interview.
        """
        known = self.suggestion(number)
        self._must_exist(interview_id)
        accepted = replace(known.suggestion, accepted_as=interview_id)
        self._store_suggestion(number, SuggestionState.ACCEPTED, accepted)

    def dismiss_suggestion(self, number: int) -> None:
        """Store that a suggestion is not wanted, or that its event was called off.

        Raises:
            UnknownInterview: there is no such suggestion.
        """
        known = self.suggestion(number)
        self._store_suggestion(number, SuggestionState.DISMISSED, known.suggestion)

    def call_off(self, uid: str) -> int | None:
        """Dismiss the open suggestion whose event was called off (RFC 5546, CANCEL).

        Args:
            uid: names the event in the calendar; "" names none.

        Returns:
            the number of the suggestion, None where no open one is of that event.
        """
        known = self.suggested(f"uid:{uid}") if uid else None
        if known is None or known.state is not SuggestionState.OPEN:
            return None
        self._store_suggestion(known.id, SuggestionState.DISMISSED, known.suggestion)
        return known.id

    def _store_suggestion(
        self, number: int, state: SuggestionState, suggestion: Suggestion
    ) -> None:
        row = {"state": state.value, "payload": encode_suggestion(suggestion)}
        same = schema.suggestions.c.id == number
        self._run(update(schema.suggestions).where(same).values(row))

"""What keeps an event of a draft from being recorded twice, whoever learns of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.domain import events as happened

if TYPE_CHECKING:
    from followupd.domain.events import Event


def sent_mark(message_id: str) -> str:
    """The mark of the sending of a draft, by the Message-ID it was laid with."""
    return f"sent:{message_id}"


def mark_of(event: Event) -> str | None:
    """The mark under which the store takes an event once; None for one that may come again."""
    match event:
        case happened.DraftQueued(message_id=message_id):
            return f"queued:{message_id}"
        case happened.DraftSent(message_id=message_id):
            return sent_mark(message_id)
        case happened.DraftWithdrawn(message_id=message_id):
            return f"withdrawn:{message_id}"
        case _:
            return None

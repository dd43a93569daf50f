"""What lies in the approval folder and is not sent from there: left alone, and mentioned once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from followupd.errors import ServerRefused
from followupd.mailbox.approval import lying_in
from followupd.mailbox.drafts import bears_our_id, headers_of
from followupd.reading.text import clean
from followupd.store import Phase, Stranger

if TYPE_CHECKING:
    from followupd.mailbox.responses import Fetched
    from followupd.service.observing import Observing

_SUBJECT = 100

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Strangers:
    """See the module's docstring.

    Attributes:
        observing: has just looked at every draft.
    """

    observing: Observing

    def mention(self) -> None:
        """Remember what lies there, for `list`, and tell the log of what is new."""
        journal = self.observing.journal
        with journal.world.store.look() as reading:
            known = reading.strangers(journal.account)
        found = self._found()
        if found is None or _places(found) == _places(known):
            return
        for stranger in found:
            if _place(stranger) not in _places(known):
                _log.warning(
                    "left alone in the approval folder",
                    account=journal.account,
                    folder=stranger.folder,
                    uid=stranger.uid,
                    why=stranger.reason,
                )
        with journal.world.store.begin() as transaction:
            transaction.set_strangers(journal.account, found)

    def _found(self) -> list[Stranger] | None:
        journal, folder = self.observing.journal, self.observing.roles.approval
        if folder is None:
            return []
        try:
            mailbox, lying = lying_in(self.observing.connection, folder)
        except ServerRefused as error:
            self.observing.problem(
                f"the approval folder {clean(folder, 80)} cannot be read: {error}"
            )
            return None
        ours = {
            entry.uid
            for entry in journal.unsettled()
            if entry.folder == folder and entry.uidvalidity == mailbox.uidvalidity
        }
        return [
            Stranger(
                account=journal.account,
                folder=folder,
                uidvalidity=mailbox.uidvalidity,
                uid=fetched.uid,
                subject=_subject(fetched),
                reason=self._why(fetched),
                at=journal.world.clock.now(),
            )
            for fetched in lying
            if fetched.uid not in ours
        ]

    def _why(self, fetched: Fetched) -> str:
        message = headers_of(fetched)
        for message_id in bears_our_id(message) if message is not None else ():
            entry = self.observing.journal.entry(message_id)
            if entry is not None and entry.phase is Phase.SETTLED:
                return "that draft was sent, deleted or taken back before"
            if entry is not None:
                return "the same draft lies elsewhere as well; remove one of the two"
        return "it is none of the drafts that followupd laid"


def _subject(fetched: Fetched) -> str:
    message = headers_of(fetched)
    return clean(message.subject, _SUBJECT) if message is not None else ""


def _place(stranger: Stranger) -> tuple[str, int, int]:
    return (stranger.folder, stranger.uidvalidity, stranger.uid)


def _places(strangers: list[Stranger] | tuple[Stranger, ...]) -> set[tuple[str, int, int]]:
    return {_place(stranger) for stranger in strangers}

"""What followupd remembers: the events of every interview, and how far each folder was read."""

from followupd.store.codec import event_to_json
from followupd.store.finding import searched_mark
from followupd.store.queries import Reading
from followupd.store.records import (
    Chronicle,
    Cursor,
    DigestRecord,
    DigestState,
    Health,
    JournalEntry,
    Phase,
    Recorded,
    Stranger,
    Suggested,
    Unreadable,
)
from followupd.store.store import DATABASE, Store
from followupd.store.transaction import Transaction

__all__ = [
    "DATABASE",
    "Chronicle",
    "Cursor",
    "DigestRecord",
    "DigestState",
    "Health",
    "JournalEntry",
    "Phase",
    "Reading",
    "Recorded",
    "Store",
    "Stranger",
    "Suggested",
    "Transaction",
    "Unreadable",
    "event_to_json",
    "searched_mark",
]

"""The tables.

Rules: STRICT on SQLite, AUTOINCREMENT, NOT NULL everywhere ("" or 0 stands for none), and a
column never changes its meaning: a new meaning is a new column and a new migration. Moments are
text as `codec.moment_to_text` writes it. Nothing here depends on SQLite except its options.

Whoever changes a table adds a migration to `migrations/versions` and its revision to
`REVISIONS`; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

REVISIONS = ("0001", "0002", "0003", "0004")
"""Every revision of the schema, oldest first; the last one is what this version reads."""

metadata = MetaData()

# UIDs and UIDVALIDITY have 32 bits without a sign: more than INTEGER holds outside SQLite.
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")

alembic_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", Text, primary_key=True, nullable=False),
    sqlite_strict=True,
)
"""Alembic's own table, made by us so that it is strict as well; not part of `metadata`."""

interviews = Table(
    "interviews",
    metadata,
    Column("id", _NUMBER, primary_key=True, nullable=False),
    Column("uid", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("next_due", Text, nullable=False),
    Column("company", Text, nullable=False, server_default=""),
    Column("is_open", _NUMBER, nullable=False, server_default=text("1")),
    UniqueConstraint("uid", name="interviews_uid"),
    Index("interviews_next_due", "next_due"),
    Index("interviews_company", "company"),
    Index("interviews_open", "is_open", "account"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""One row for each interview; all else about it is in its events.

`next_due`: "" for never. What follows is told by the events as well, and stands here to be found
without reading them all: `company` is as `interview.company_key` writes it; `is_open` is 1, or 0
for an interview that is closed and for which no draft that was asked for is still to be laid.
"""

people = Table(
    "people",
    metadata,
    Column("interview_id", ForeignKey("interviews.id"), primary_key=True, nullable=False),
    Column("address", Text, primary_key=True, nullable=False),
    Index("people_address", "address"),
    sqlite_strict=True,
)
"""Which addresses belong to which interview, or did once; `address` is case-folded."""

events = Table(
    "events",
    metadata,
    Column("id", _NUMBER, primary_key=True, nullable=False),
    Column("interview_id", ForeignKey("interviews.id"), nullable=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("events_interview", "interview_id", "id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""The facts; rows are added and never changed. `fingerprint`: "" for one that may repeat."""

Index(
    "events_fingerprint",
    events.c.interview_id,
    events.c.fingerprint,
    unique=True,
    sqlite_where=events.c.fingerprint != "",
    postgresql_where=events.c.fingerprint != "",
)

cursors = Table(
    "cursors",
    metadata,
    Column("account", Text, primary_key=True, nullable=False),
    Column("folder", Text, primary_key=True, nullable=False),
    Column("uidvalidity", _NUMBER, nullable=False),
    Column("last_uid", _NUMBER, nullable=False),
    Column("seen_at", Text, nullable=False),
    sqlite_strict=True,
)

journal = Table(
    "journal",
    metadata,
    Column("id", _NUMBER, primary_key=True, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("interview_id", ForeignKey("interviews.id"), nullable=False),
    Column("account", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("cycle", _NUMBER, nullable=False),
    Column("person", Text, nullable=False),
    Column("attempt", _NUMBER, nullable=False),
    Column("phase", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("uidvalidity", _NUMBER, nullable=False),
    Column("uid", _NUMBER, nullable=False),
    Column("uidnext_before", _NUMBER, nullable=False),
    Column("digest", Text, nullable=False),
    Column("bound_message_id", Text, nullable=False),
    Column("missing_since", Text, nullable=False),
    Column("missing_passes", _NUMBER, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("sending_at", Text, nullable=False, server_default=""),
    UniqueConstraint("message_id", name="journal_message_id"),
    UniqueConstraint("interview_id", "step", "cycle", "person", "attempt", name="journal_rung"),
    Index("journal_account", "account", "phase"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""The drafts; `journal_rung` is what keeps a step from ever having two at once."""

health = Table(
    "health",
    metadata,
    Column("account", Text, primary_key=True, nullable=False),
    Column("last_pass_at", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("problem_since", Text, nullable=False),
    sqlite_strict=True,
)

suggestions = Table(
    "suggestions",
    metadata,
    Column("id", _NUMBER, primary_key=True, nullable=False),
    Column("account", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("payload", Text, nullable=False),
    UniqueConstraint("key", name="suggestions_key"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""Interviews that mail suggests. `key`: the calendar's UID or the Message-ID, `Suggestion.key`."""

unreadable = Table(
    "unreadable",
    metadata,
    Column("account", Text, primary_key=True, nullable=False),
    Column("folder", Text, primary_key=True, nullable=False),
    Column("uidvalidity", _NUMBER, primary_key=True, nullable=False),
    Column("uid", _NUMBER, primary_key=True, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Text, nullable=False),
    sqlite_strict=True,
)

pauses = Table(
    "pauses",
    metadata,
    Column("id", _NUMBER, primary_key=True, nullable=False),
    Column("at", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("until", Text, nullable=False),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""When nothing is to be laid into Drafts; rows are added and never changed, the newest counts.

`until`: "" for until the user says otherwise; the same as `since` where a pause was ended.
"""

digests = Table(
    "digests",
    metadata,
    Column("day", Text, primary_key=True, nullable=False),
    Column("at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    sqlite_strict=True,
)
"""How far the daily message to the user has come; `day` is ISO 8601, in the user's zone."""

strangers = Table(
    "strangers",
    metadata,
    Column("account", Text, primary_key=True, nullable=False),
    Column("folder", Text, primary_key=True, nullable=False),
    Column("uidvalidity", _NUMBER, primary_key=True, nullable=False),
    Column("uid", _NUMBER, primary_key=True, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Text, nullable=False),
    sqlite_strict=True,
)
"""What lies in an approval folder and is no draft of ours, so that it is mentioned once."""

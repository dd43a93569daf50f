"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), primary_key=key, nullable=False)


def _count(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, _number(), primary_key=key, nullable=False)


def _interview(*, key: bool = False) -> sa.Column[int]:
    return sa.Column(
        "interview_id", _number(), sa.ForeignKey("interviews.id"), primary_key=key, nullable=False
    )


def upgrade() -> None:
    """Make every table of the first version."""
    op.create_table(
        "interviews",
        _count("id", key=True),
        _text("uid"),
        _text("account"),
        _text("next_due"),
        sa.UniqueConstraint("uid", name="interviews_uid"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("interviews_next_due", "interviews", ["next_due"])

    op.create_table("people", _interview(key=True), _text("address", key=True), sqlite_strict=True)
    op.create_index("people_address", "people", ["address"])

    op.create_table(
        "events",
        _count("id", key=True),
        _interview(),
        _text("at"),
        _text("kind"),
        _text("fingerprint"),
        _text("body"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("events_interview", "events", ["interview_id", "id"])
    op.create_index(
        "events_fingerprint",
        "events",
        ["interview_id", "fingerprint"],
        unique=True,
        sqlite_where=sa.column("fingerprint") != "",
        postgresql_where=sa.column("fingerprint") != "",
    )

    op.create_table(
        "cursors",
        _text("account", key=True),
        _text("folder", key=True),
        _count("uidvalidity"),
        _count("last_uid"),
        _text("seen_at"),
        sqlite_strict=True,
    )

    op.create_table(
        "journal",
        _count("id", key=True),
        _text("message_id"),
        _interview(),
        _text("account"),
        _text("step"),
        _count("cycle"),
        _text("person"),
        _count("attempt"),
        _text("phase"),
        _text("folder"),
        _count("uidvalidity"),
        _count("uid"),
        _count("uidnext_before"),
        _text("digest"),
        _text("bound_message_id"),
        _text("missing_since"),
        _count("missing_passes"),
        _text("made_at"),
        sa.UniqueConstraint("message_id", name="journal_message_id"),
        sa.UniqueConstraint(
            "interview_id", "step", "cycle", "person", "attempt", name="journal_rung"
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("journal_account", "journal", ["account", "phase"])

    op.create_table(
        "health",
        _text("account", key=True),
        _text("last_pass_at"),
        _text("problem"),
        _text("problem_since"),
        sqlite_strict=True,
    )

    op.create_table(
        "unreadable",
        _text("account", key=True),
        _text("folder", key=True),
        _count("uidvalidity", key=True),
        _count("uid", key=True),
        _text("reason"),
        _text("at"),
        sqlite_strict=True,
    )

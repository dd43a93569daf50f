"""Pauses and digests; interviews are found by their company and by whether they are open."""

import sqlalchemy as sa
from alembic import op

from followupd.domain.folding import fold
from followupd.domain.interview import company_key
from followupd.errors import StoreError
from followupd.store.codec import decode_event

revision = "0003"
down_revision = "0002"


def _text(name: str, *, key: bool = False, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), primary_key=key, nullable=False, server_default=default)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and the columns, and fill these with what the events tell."""
    op.create_table(
        "pauses",
        sa.Column("id", _number(), primary_key=True, nullable=False),
        _text("at"),
        _text("since"),
        _text("until"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "digests",
        _text("day", key=True),
        _text("at"),
        _text("state"),
        _text("message_id"),
        sqlite_strict=True,
    )
    op.add_column("interviews", _text("company", default=""))
    op.add_column(
        "interviews", sa.Column("is_open", _number(), nullable=False, server_default=sa.text("1"))
    )
    op.create_index("interviews_company", "interviews", ["company"])
    op.create_index("interviews_open", "interviews", ["is_open", "account"])
    _fill()


def _fill() -> None:
    connection = op.get_bind()
    interviews = sa.table("interviews", sa.column("id"), sa.column("company"), sa.column("is_open"))
    events = sa.table("events", sa.column("id"), sa.column("interview_id"), sa.column("body"))
    for number in connection.scalars(sa.select(interviews.c.id)).all():
        mine = sa.select(events.c.id, events.c.body).where(events.c.interview_id == number)
        told = []
        for row in connection.execute(mine.order_by(events.c.id)):
            try:
                told.append(decode_event(row.body))
            except ValueError as error:
                raise StoreError(
                    f"event {row.id} of interview {number} cannot be read: {error}; nothing was"
                    " changed. Put a backup of the database in its place"
                ) from None
        history = fold(number, told)
        connection.execute(
            sa.update(interviews)
            .where(interviews.c.id == number)
            .values(
                company=company_key(history.interview.company),
                is_open=int(history.closed is None),
            )
        )

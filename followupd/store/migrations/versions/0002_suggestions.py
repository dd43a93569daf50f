"""Interviews that the mailbox suggests."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    """Make the table of suggestions."""
    op.create_table(
        "suggestions",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            nullable=False,
        ),
        _text("account"),
        _text("key"),
        _text("at"),
        _text("state"),
        _text("payload"),
        sa.UniqueConstraint("key", name="suggestions_key"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )

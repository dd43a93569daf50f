"""When an approved draft was handed over, and the strangers that lie in an approval folder."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and the column."""
    op.add_column("journal", sa.Column("sending_at", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "strangers",
        sa.Column("account", sa.Text(), primary_key=True, nullable=False),
        sa.Column("folder", sa.Text(), primary_key=True, nullable=False),
        sa.Column("uidvalidity", _number(), primary_key=True, nullable=False),
        sa.Column("uid", _number(), primary_key=True, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sqlite_strict=True,
    )

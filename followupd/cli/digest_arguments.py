"""The parser of the command that shows the daily message, or sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.cli.parser import command

if TYPE_CHECKING:
    from followupd.cli.parser import Commands


def add_digest(commands: Commands) -> None:
    """Add the command."""
    text = "what the daily message would say now"
    digest = command(commands, "digest", "digesting:digest", text, json=True)
    digest.add_argument(
        "--send", action="store_true", help="deliver it now as configured; it counts as today's"
    )

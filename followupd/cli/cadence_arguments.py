"""The parsers of the commands that look ahead: a cadence as a timetable, and what would happen."""

from __future__ import annotations

from argparse import SUPPRESS
from typing import TYPE_CHECKING

from followupd.cli.parser import OUTCOMES, Parser, command, read_count

if TYPE_CHECKING:
    from followupd.cli.parser import Commands


def add_cadence(commands: Commands) -> None:
    """Add the commands; `cadence` without an act lists."""
    text = "the plans that interviews follow, each as a timetable"
    cadence = command(commands, "cadence", "timetable:list_all", text, json=True)
    acts = cadence.add_subparsers(dest="act", metavar="list|show", parser_class=Parser)

    def act(name: str, run: str, text: str) -> Parser:
        parser = command(acts, name, f"timetable:{run}", text)
        # SUPPRESS: what stood before the act must not be forgotten again.
        parser.add_argument("--json", action="store_true", default=SUPPRESS, help="print JSON")
        return parser

    act("list", "list_all", "every cadence and its steps")
    show = act("show", "show", "a cadence day by day, while nobody answers")
    show.add_argument("name", metavar="NAME", nargs="?", help="default: the usual one")
    show.add_argument(
        "--from",
        dest="decision",
        metavar="DATE",
        help="the decision date, such as 2026-12-04 or Fri; default: today",
    )
    show.add_argument(
        "--held",
        metavar="DATE",
        help="the day of the interview; default: five working days before the decision date",
    )
    _add_simulate(commands)


def _add_simulate(commands: Commands) -> None:
    simulate = command(
        commands,
        "simulate",
        "simulating:simulate",
        "what would happen when, if nobody answers; nothing of it is stored",
        json=True,
        number=True,
    )
    simulate.add_argument(
        "--answer-on",
        metavar="N[:outcome]",
        help="they answer on the Nth working day from today, such as 8 or 8:rejection; "
        f"an outcome is one of {', '.join(OUTCOMES)}",
    )
    simulate.add_argument(
        "--absent",
        metavar="FROM..UNTIL",
        help="their absence note comes, such as 2026-12-07..2026-12-14: away from then, back then",
    )
    drafts = simulate.add_mutually_exclusive_group()
    drafts.add_argument(
        "--ignore-drafts", action="store_true", help="you leave every draft in Drafts"
    )
    drafts.add_argument("--delete-drafts", action="store_true", help="you delete every draft")
    simulate.add_argument(
        "--days", metavar="N", type=read_count, default=365, help="how far to look; default: 365"
    )

"""The commands and their options; light, since every command goes through here.

A parser holds the name of the function that does the work (`module:function`); `entry.py` loads
it. A word that is mistyped is answered with the nearest one there is.
"""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING

from followupd import __version__
from followupd.cli.adding_arguments import add_adding, add_round_of
from followupd.cli.cadence_arguments import add_cadence
from followupd.cli.calendar_arguments import add_calendar
from followupd.cli.deciding_arguments import add_deciding
from followupd.cli.digest_arguments import add_digest
from followupd.cli.init_arguments import add_init
from followupd.cli.login_arguments import add_login
from followupd.cli.parser import COMMAND, NO_COMMAND, Parser, add_config
from followupd.cli.parser import command as _command
from followupd.cli.parser import read_number as _number
from followupd.cli.templates_arguments import add_templates
from followupd.config.words import nearest, quoted
from followupd.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from followupd.cli.parser import Commands


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """Read the arguments.

    Raises:
        UsageError: they cannot be understood.
        SystemExit: help or the version was asked for, and is printed.
    """
    try:
        arguments, rest = parser.parse_known_args(argv)
    except UsageError as error:
        if not str(error).startswith(NO_COMMAND):
            _refuse_unknown(parser, argv)
        raise
    if rest:
        _refuse_unknown(parser, argv)
        raise UsageError(
            f"{quoted(rest[0])} is one word too many; put what belongs together in quotes"
        )
    if arguments.command is None:
        raise UsageError(
            "say what to do: `followupd list` shows your interviews, `followupd --help` every "
            "command"
        )
    return arguments


def commands_of(parser: Parser) -> dict[str, Parser]:
    """Every command with its parser; those of a command are its acts, if it has any."""
    groups = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))  # noqa: SLF001 - argparse offers no other way to ask
    group = next(groups, None)
    return dict(group.choices) if group is not None else {}


def _refuse_unknown(parser: Parser, argv: Sequence[str]) -> None:
    """Name the nearest option for the first that does not exist."""
    chosen = _chosen(parser, argv)
    known = [s for each in chosen for a in each._actions for s in a.option_strings]  # noqa: SLF001 - as above
    for word in argv:
        if word == "--":
            return
        option = word.split("=", 1)[0]
        if not option.startswith("--") or " " in option or option in known:
            continue
        meant = nearest(option, [name for name in known if name.startswith("--")])
        hint = f"did you mean {meant}?" if meant else f"`{chosen[-1].prog} --help` lists them"
        raise UsageError(f"there is no option {quoted(option)}; {hint}")


def _chosen(parser: Parser, argv: Sequence[str]) -> list[Parser]:
    """The parser, and below it those of the command and of its act that the words name."""
    chosen = [parser]
    for word in argv:
        below = commands_of(chosen[-1])
        if word in below:
            chosen.append(below[word])
    return chosen


def build_parser() -> Parser:
    """The parser of the whole command line."""
    parser = Parser(
        prog="followupd",
        description="The right follow-up after a job interview, on the right day, once.",
        epilog="To begin: `followupd init` sets it up with questions, `followupd add` records an "
        "interview, `followupd run` watches your mail and lays drafts into Drafts. Nothing is sent "
        "unless you send or approve it. `followupd COMMAND --help` tells more about a command.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"followupd {__version__}")
    add_config(parser, default=None)
    commands = parser.add_subparsers(dest="command", metavar=COMMAND, parser_class=Parser)
    _add_service(commands)
    add_init(commands)
    add_login(commands)
    add_adding(commands)
    _add_suggesting(commands)
    _add_looking(commands)
    add_deciding(commands)
    add_calendar(commands)
    add_templates(commands)
    add_digest(commands)
    add_cadence(commands)
    return parser


def _add_service(commands: Commands) -> None:
    _command(
        commands,
        "run",
        "running:run",
        "watch your mail and lay drafts into Drafts, until told to stop",
    )
    _command(
        commands,
        "once",
        "once:once",
        "look at all mail once, lay what is due into Drafts, and end",
        json=True,
    )
    demo = _command(commands, "demo", "running:demo", "the whole story on an embedded mail server")
    demo.add_argument("--keep", action="store_true", help="leave the server running to look at")
    check = _command(
        commands,
        "check",
        "checking:check",
        "try everything from configuration to mailboxes, and explain",
        json=True,
    )
    check.add_argument("account", metavar="ACCOUNT", nargs="?", help="only this account of yours")
    check.add_argument(
        "--write",
        action="store_true",
        help="also lay a draft to yourself and take it back, and renew a token",
    )


def _add_suggesting(commands: Commands) -> None:
    text = "interviews that invitations in your mailbox suggest"
    _command(commands, "suggestions", "suggesting:suggestions", text, json=True)
    accept = _command(
        commands, "accept", "suggesting:accept", "record a suggested interview", json=True
    )
    dismiss = _command(commands, "dismiss", "suggesting:dismiss", "forget a suggested interview")
    for parser in (accept, dismiss):
        parser.add_argument(
            "suggestion",
            type=partial(_number, shown_by="followupd suggestions"),
            metavar="SUGGESTION",
            help="as `followupd suggestions` shows it",
        )
    accept.add_argument("--company", metavar="C", help="its name, where it is unknown or wrong")
    accept.add_argument("--role", metavar="R", help="the position, where it is unknown or wrong")
    add_round_of(accept)
    accept.add_argument(
        "--again", action="store_true", help="record it although it is there already"
    )


def _add_looking(commands: Commands) -> None:
    _command(commands, "list", "listing:list_all", "all interviews and what is next", json=True)
    for name, run, text in (
        ("show", "showing:show", "everything about one interview"),
        ("plan", "showing:plan", "its steps: when, to whom, why"),
        ("log", "showing:log", "what has happened, oldest first"),
    ):
        _command(commands, name, run, text, json=True, number=True)
    why = _command(
        commands,
        "why",
        "explaining:why",
        "what was made of each mail, by which words, and how to correct it",
        json=True,
    )
    why.add_argument("id", type=_number, nargs="?", metavar="ID", help="of an interview")
    why.add_argument("--message", metavar="MESSAGE-ID", help="of one mail, recorded or not")
    preview = _command(
        commands,
        "preview",
        "previewing:preview",
        "a step's draft as it would be now",
        json=True,
        number=True,
    )
    preview.add_argument("step", metavar="STEP", help="as `followupd plan` shows it")

"""The commands and their options; light, since every command goes through here.

A parser holds the name of the function that does the work (`module:function`); `entry.py` loads
it. A word that is mistyped is answered with the nearest one there is.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from followupd import __version__
from followupd.config.words import near, nearest, quoted
from followupd.domain.interview import Outcome
from followupd.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    Commands = argparse._SubParsersAction["Parser"]  # noqa: SLF001 - it has no public name

_CHOICE = re.compile(r"argument COMMAND: invalid choice: '([^']*)'")


class Parser(argparse.ArgumentParser):
    """A parser that raises instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments.

        Raises:
            UsageError: always.
        """
        hint = "" if "`" in message else f"; `{self.prog} --help` shows how it is written"
        raise UsageError(f"{message}{hint}")


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """Read the arguments.

    Raises:
        UsageError: they cannot be understood.
        SystemExit: help or the version was asked for, and is printed.
    """
    commands = commands_of(parser)
    try:
        arguments, rest = parser.parse_known_args(argv)
    except UsageError as error:
        found = _CHOICE.search(str(error))
        if found is not None:
            raise UsageError(
                f"there is no command {quoted(found[1])}; {near(found[1], commands)}"
            ) from None
        _refuse_unknown(parser, commands, argv)
        raise
    if rest:
        _refuse_unknown(parser, commands, argv)
        raise UsageError(
            f"{quoted(rest[0])} is one word too many; put what belongs together in quotes"
        )
    if arguments.command is None:
        raise UsageError(f"say what to do: {', '.join(commands)}; `followupd --help` tells more")
    return arguments


def commands_of(parser: Parser) -> dict[str, Parser]:
    """Every command with its parser."""
    group = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))  # noqa: SLF001 - argparse offers no other way to ask
    return dict(group.choices)


def _refuse_unknown(parser: Parser, commands: dict[str, Parser], argv: Sequence[str]) -> None:
    """Name the nearest option for the first that does not exist."""
    of_command = next((commands[word] for word in argv if word in commands), parser)
    known = [s for each in (parser, of_command) for a in each._actions for s in a.option_strings]  # noqa: SLF001 - as above
    for word in argv:
        if word == "--":
            return
        option = word.split("=", 1)[0]
        if not option.startswith("--") or " " in option or option in known:
            continue
        meant = nearest(option, [name for name in known if name.startswith("--")])
        hint = f"did you mean {meant}?" if meant else f"`{of_command.prog} --help` lists them"
        raise UsageError(f"there is no option {quoted(option)}; {hint}")


def build_parser() -> Parser:
    """The parser of the whole command line."""
    parser = Parser(
        prog="followupd",
        description="The right follow-up after a job interview, on the right day, once.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"followupd {__version__}")
    _add_config(parser, default=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _add_service(commands)
    _add_add(commands)
    _add_suggesting(commands)
    _add_looking(commands)
    _add_deciding(commands)
    return parser


def _add_config(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        metavar="PATH",
        default=default,
        help="the configuration; default: $FOLLOWUPD_CONFIG, else ~/.config/followupd/config.toml",
    )


def _command(
    commands: Commands, name: str, run: str, text: str, *, json: bool = False, number: bool = False
) -> Parser:
    parser = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
    # SUPPRESS: what stood before the command must not be forgotten again.
    _add_config(parser, default=argparse.SUPPRESS)
    parser.set_defaults(run=f"followupd.cli.{run}")
    if json:
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    if number:
        parser.add_argument("id", type=_number, metavar="ID", help="as `followupd list` shows it")
    return parser


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):  # noqa: PLR2004 - fits 64 bits
        raise argparse.ArgumentTypeError(
            f"{quoted(text)} is no number; `followupd list` shows them"
        )
    return int(text)


def _add_service(commands: Commands) -> None:
    _command(commands, "run", "running:run", "watch the mailboxes until told to stop")
    _command(commands, "once", "once:once", "one whole pass over all accounts", json=True)
    demo = _command(commands, "demo", "running:demo", "the whole story on an embedded mail server")
    demo.add_argument("--keep", action="store_true", help="leave the server running to look at")
    _command(commands, "check", "checking:check", "try everything and explain", json=True)


def _add_add(commands: Commands) -> None:
    add = _command(commands, "add", "adding:add", "record an interview; prints its id", json=True)
    add.add_argument("company", metavar="COMPANY")
    add.add_argument("--role", required=True, metavar="R", help="the position")
    add.add_argument(
        "--held", required=True, metavar="WHEN", help='such as "2026-12-01 14:00" or "today 14:00"'
    )
    add.add_argument(
        "--decision-by", metavar="DATE", help='promised day, such as 2026-12-04, "4 Dec" or Fri'
    )
    for part, text in (
        ("recruiter", 'such as "Dana Fox <dana@acme.example>"; may be repeated'),
        ("hiring-manager", "likewise"),
        ("interviewer", "likewise; each gets a thank-you"),
        ("senior", "someone above them; written to only if the cadence says so"),
        ("network", "someone you know there"),
        ("reference", "someone who vouches for you"),
    ):
        add.add_argument(f"--{part}", action="append", default=[], metavar="A", help=text)
    add.add_argument(
        "--promise", action="append", default=[], metavar='"DATE: what"', help="what you promised"
    )
    for option, value, text in (
        ("prefers", "email|call", "how a person asked to be contacted"),
        ("phone", "NUMBER", "a person's number"),
        ("timezone", "ZONE", "a person's IANA time zone"),
    ):
        add.add_argument(
            f"--{option}", action="append", default=[], metavar=f'"PERSON: {value}"', help=text
        )
    add.add_argument("--account", metavar="NAME", help="needed where there are several")
    add.add_argument("--language", metavar="L", help="of the drafts, such as en")
    add.add_argument("--again", action="store_true", help="record it although it is there already")


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
            type=_number,
            metavar="SUGGESTION",
            help="as `followupd suggestions` shows it",
        )
    accept.add_argument("--company", metavar="C", help="where it is unknown or wrong")
    accept.add_argument("--role", metavar="R", help="likewise")
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


def _add_deciding(commands: Commands) -> None:
    def command(name: str, text: str) -> Parser:
        return _command(commands, name, f"deciding:{name}", text, number=True)

    answered = command("answered", "an answer came")
    answered.add_argument(
        "--outcome",
        metavar="O",
        choices=[outcome.value for outcome in Outcome],
        default=Outcome.OTHER.value,
        help=f"{', '.join(outcome.value for outcome in Outcome)}",
    )
    command("silent", "no answer has come; what was taken for one was none")
    decision = command("decision", "the decision is now promised for another day")
    decision.add_argument("date", metavar="DATE")
    snooze = command("snooze", "lay nothing into Drafts before then")
    snooze.add_argument("until", metavar="UNTIL")
    command("skip", "leave out the step that is next")
    close = command("close", "it is over")
    close.add_argument("--reason", metavar="R", default="")
    command("reopen", "take a closing, or an answer, back")
    called = command("called", "you called")
    called.add_argument("--note", metavar="N", default="")
    note = command("note", "write something down")
    note.add_argument("text", metavar="TEXT", nargs="+")
    resolve = _command(
        commands, "resolve", "resolving:resolve", "decide a possible reply, or list them", json=True
    )
    resolve.add_argument("reply", metavar="REPLY", nargs="?", type=_number)
    answer = resolve.add_mutually_exclusive_group()
    answer.add_argument("--interview", metavar="ID", type=_number, help="it answers this one")
    answer.add_argument("--none", action="store_true", help="it answers none")
    resolve.add_argument(
        "--outcome",
        metavar="O",
        choices=[outcome.value for outcome in Outcome],
        help=f"what it says: {', '.join(outcome.value for outcome in Outcome)}",
    )

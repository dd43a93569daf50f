"""What the parsers of all commands are built from; light, since every command goes through here."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from followupd.config.words import quoted
from followupd.errors import UsageError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["Parser"]  # noqa: SLF001 - it has no public name


class Parser(argparse.ArgumentParser):
    """A parser that raises instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments.

        Raises:
            UsageError: always.
        """
        hint = "" if "`" in message else f"; `{self.prog} --help` shows how it is written"
        raise UsageError(f"{message}{hint}")


def add_config(parser: argparse.ArgumentParser, default: str | None) -> None:
    """Let a parser take `--config`."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="PATH",
        default=default,
        help="the configuration; default: $FOLLOWUPD_CONFIG, else ~/.config/followupd/config.toml",
    )


def command(
    commands: Commands, name: str, run: str, text: str, *, json: bool = False, number: bool = False
) -> Parser:
    """Add a command.

    Args:
        commands: where to.
        name: as it is typed.
        run: what does the work, as `module:function` within `followupd.cli`.
        text: what it does, for the help.
        json: it prints data, also as JSON.
        number: it is about one interview, given by its number.
    """
    parser = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
    # SUPPRESS: what stood before the command must not be forgotten again.
    add_config(parser, default=argparse.SUPPRESS)
    parser.set_defaults(run=f"followupd.cli.{run}")
    if json:
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    if number:
        parser.add_argument(
            "id", type=read_number, metavar="ID", help="as `followupd list` shows it"
        )
    return parser


def read_number(text: str) -> int:
    """The number of an interview or of something else that a list shows.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 19):  # noqa: PLR2004 - fits 64 bits
        raise argparse.ArgumentTypeError(
            f"{quoted(text)} is no number; `followupd list` shows them"
        )
    return int(text)

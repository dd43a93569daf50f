"""What the parsers of all commands are built from; light, since every command goes through here."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from followupd.config.words import near, nearest, quoted
from followupd.domain.interview import Outcome
from followupd.errors import UsageError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["Parser"]  # noqa: SLF001 - it has no public name


COMMAND = "COMMAND"
NO_COMMAND = "there is no command"

_CHOICE = re.compile(r"argument (\S+): invalid choice: (.*) \(choose from (.*)\)", re.DOTALL)
_MISSING = re.compile(r"the following arguments are required: (.*)", re.DOTALL)
_NO_VALUE = re.compile(r"argument (\S+): expected (?:one|at least one) argument")
_ONE_OF = re.compile(r"one of the arguments (.*) is required")
_TOGETHER = re.compile(r"argument (\S+): not allowed with argument (\S+)")
_ARGUMENT = re.compile(r"^argument (\S+): ")


class Parser(argparse.ArgumentParser):
    """A parser that raises instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments.

        Raises:
            UsageError: always.
        """
        said = _in_own_words(message)
        is_plain = "`" in said or said.endswith("?") or "there are: " in said
        hint = "" if is_plain else f"; `{self.prog} --help` shows how it is written"
        raise UsageError(f"{said}{hint}")


def _in_own_words(message: str) -> str:
    """What argparse complains of, as the commands themselves would say it."""
    if found := _CHOICE.fullmatch(message):
        option, choices = found[1], found[3]
        typed = found[2].strip("'\"")
        known = [each.strip(" '") for each in choices.split(",")]
        if option == COMMAND:
            meant = nearest(typed, known)
            hint = f"did you mean {quoted(meant)}?" if meant else "`followupd --help` lists them"
            return f"{NO_COMMAND} {quoted(typed)}; {hint}"
        where = "" if "|" in option else f"{option}: "
        return f"{where}there is no {quoted(typed)}; {near(typed, known)}"
    if found := _MISSING.fullmatch(message):
        names = found[1].split(", ")
        return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} missing"
    if found := _NO_VALUE.fullmatch(message):
        return f"{found[1]}: the value is missing"
    if found := _TOGETHER.fullmatch(message):
        return f"{found[1]} and {found[2]} exclude each other; give one of them"
    said = _ONE_OF.sub(lambda found: f"say {' or '.join(found[1].split())}", message)
    return _ARGUMENT.sub(r"\1: ", said, count=1)


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


def read_number(text: str, shown_by: str = "followupd list") -> int:
    """The number of an interview, or of something else that a command shows.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not _is_number(text):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is no number; `{shown_by}` shows them")
    return int(text)


def read_count(text: str) -> int:
    """How many of something.

    Raises:
        argparse.ArgumentTypeError: it is no number.
    """
    if not _is_number(text):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is no number; write for example 5")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19  # noqa: PLR2004 - fits 64 bits


OUTCOMES = [outcome.value.replace("_", "-") for outcome in Outcome]
"""What an answer may say, as it is typed."""


def read_outcome(text: str) -> Outcome:
    """What an answer says; `next_round` is taken for `next-round`.

    Raises:
        argparse.ArgumentTypeError: it is none of `OUTCOMES`.
    """
    word = text.strip().casefold().replace("_", "-").replace(" ", "-")
    if word not in OUTCOMES:
        raise argparse.ArgumentTypeError(f"{quoted(text)} is no outcome; {near(word, OUTCOMES)}")
    return Outcome(word.replace("-", "_"))

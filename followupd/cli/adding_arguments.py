"""The parsers of the commands that record an interview and put it right: add, edit, person."""

from __future__ import annotations

from argparse import SUPPRESS
from typing import TYPE_CHECKING

from followupd.cli.parser import Parser, add_config, command, read_count
from followupd.domain.interview import Register

if TYPE_CHECKING:
    from followupd.cli.parser import Commands

_REGISTERS = [register.value for register in Register]
_PARTS = (
    ("recruiter", 'such as "Dana Fox <dana@acme.example>"; may be repeated'),
    ("hiring-manager", "likewise"),
    ("interviewer", "likewise; each gets a thank-you"),
    ("senior", "someone above them; written to only if the cadence says so"),
    ("network", "someone you know there"),
    ("reference", "someone who vouches for you"),
)
_DETAILS = (
    ("prefers", "email|call", "how a person, by name or address, asked to be contacted"),
    ("phone", "NUMBER", "a person's number"),
    ("timezone", "ZONE", "a person's IANA time zone"),
    ("speaks", "L", "the language of letters to a person, such as de"),
    ("register-of", "formal|friendly", "how letters speak to a person"),
    ("greeting", "WORDS", 'how letters to a person begin, such as "Dear Dr. Fox,"'),
)
_OWN_DETAILS = (
    ("prefers", "email|call", 'how they asked to be contacted; "" for not asked'),
    ("phone", "NUMBER", "their number"),
    ("timezone", "ZONE", "their IANA time zone"),
    ("language", "L", "of letters to them, such as de"),
    ("register", "formal|friendly", "how letters speak to them"),
    ("greeting", "WORDS", 'how letters to them begin, such as "Dear Dr. Fox,"'),
)


def add_adding(commands: Commands) -> None:
    """Add the commands."""
    _add_add(commands)
    _add_edit(commands)
    _add_person(commands)


def _add_add(commands: Commands) -> None:
    add = command(
        commands,
        "add",
        "adding:add",
        "record an interview; prints its id; asks question by question where nothing is given",
        json=True,
    )
    add.add_argument("company", metavar="COMPANY", nargs="?", help="its name")
    add.add_argument("--role", metavar="R", help="the position")
    add.add_argument("--held", metavar="WHEN", help='such as "2026-12-01 14:00" or "today 14:00"')
    add.add_argument(
        "--decision-by", metavar="DATE", help='promised day, such as 2026-12-04, "4 Dec" or Fri'
    )
    for part, text in _PARTS:
        add.add_argument(f"--{part}", action="append", default=[], metavar="A", help=text)
    add.add_argument(
        "--promise", action="append", default=[], metavar='"DATE: what"', help="what you promised"
    )
    for option, value, text in _DETAILS:
        add.add_argument(
            f"--{option}", action="append", default=[], metavar=f'"PERSON: {value}"', help=text
        )
    add.add_argument(
        "--account", metavar="NAME", help="whose mailbox; needed where there are several"
    )
    add.add_argument("--language", metavar="L", help="of the drafts, such as en")
    _add_manner(add)
    add.add_argument(
        "--final", action="store_true", help="it was the last round: only an offer is open"
    )
    add_round_of(add)
    add.add_argument("--again", action="store_true", help="record it although it is there already")


def add_round_of(parser: Parser) -> None:
    """Let a parser take `--round-of`."""
    parser.add_argument(
        "--round-of",
        metavar="ID|none",
        help="the interview it is the next round of; company, role and people are taken from it",
    )


def _add_manner(parser: Parser) -> None:
    parser.add_argument("--register", choices=_REGISTERS, help="how letters speak to their readers")
    parser.add_argument(
        "--cadence",
        metavar="NAME",
        help='the plan it follows, as `followupd cadence` lists them; "" for the usual one',
    )


def _add_edit(commands: Commands) -> None:
    edit = command(
        commands,
        "edit",
        "editing:edit",
        "put right what is recorded of an interview; shows it where nothing is given",
        json=True,
        number=True,
    )
    edit.add_argument("--company", metavar="C", help="another name of the company")
    edit.add_argument("--role", metavar="R", help="another position")
    edit.add_argument("--held", metavar="WHEN", help="it is, or was, held at another time")
    edit.add_argument("--decision-by", metavar="DATE", help="the day promised now")
    edit.add_argument("--language", metavar="L", help="of the drafts, such as en")
    _add_manner(edit)
    last = edit.add_mutually_exclusive_group()
    last.add_argument("--final", action="store_true", default=None, help="it is the last round")
    last.add_argument(
        "--not-final", action="store_false", dest="final", default=None, help="it is not"
    )
    edit.add_argument(
        "--promise", action="append", default=[], metavar='"DATE: what"', help="one more promise"
    )
    edit.add_argument(
        "--drop-promise",
        action="append",
        default=[],
        type=read_count,
        metavar="N",
        help="a promise that no longer holds, by its number as `followupd edit ID` shows it",
    )


def _add_person(commands: Commands) -> None:
    person = command(
        commands,
        "person",
        "persons:person",
        "the people of an interview: list, add, change or remove them",
        json=True,
        number=True,
    )
    acts = person.add_subparsers(dest="act", metavar="add|change|remove", parser_class=Parser)

    def act(name: str, text: str, who: str) -> Parser:
        parser = acts.add_parser(name, help=text, description=text, allow_abbrev=False)
        # SUPPRESS: as for the configuration of every command.
        add_config(parser, default=SUPPRESS)
        parser.add_argument("--json", action="store_true", default=SUPPRESS, help="print JSON")
        parser.add_argument("who", metavar="PERSON", help=who)
        return parser

    known = "an address, or a name that only one of them has"
    add = act("add", "somebody belongs to it", 'such as "Dana Fox <dana@acme.example>"')
    change = act("change", "something else is known of them", known)
    change.add_argument("--name", metavar="NAME", help="another name")
    change.add_argument("--address", metavar="A", help="another address")
    remove = act("remove", "they do not belong to it", known)
    parts = ", ".join(part for part, _ in _PARTS)
    add.add_argument("--part", metavar="PART", required=True, help=parts)
    change.add_argument("--part", metavar="PART", help=f"another part: {parts}")
    remove.add_argument("--part", metavar="PART", help="only in that part")
    for parser in (add, change):
        for option, value, text in _OWN_DETAILS:
            parser.add_argument(f"--{option}", metavar=value, help=text)

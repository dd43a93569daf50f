"""The parser of the command that lists, shows, copies and checks templates."""

from __future__ import annotations

from argparse import SUPPRESS
from typing import TYPE_CHECKING

from followupd.cli.parser import Parser, command
from followupd.domain.interview import Register

if TYPE_CHECKING:
    from followupd.cli.parser import Commands


def add_templates(commands: Commands) -> None:
    """Add the command and its acts; without one it lists."""
    text = "the letters that drafts are made from, and your own"
    templates = command(commands, "templates", "templating:list_all", text, json=True)
    acts = templates.add_subparsers(dest="act", metavar="list|show|copy|check", parser_class=Parser)

    def act(name: str, run: str, text: str) -> Parser:
        parser = command(acts, name, f"templating:{run}", text)
        # SUPPRESS: what stood before the act must not be forgotten again.
        parser.add_argument("--json", action="store_true", default=SUPPRESS, help="print JSON")
        return parser

    act("list", "list_all", "every template, and whose it is")
    act("check", "check", "try your own with every sample letter")
    show = act("show", "show", "the text of a template")
    copy = act("copy", "copy", "copy one into your own folder, to change it")
    for parser in (show, copy):
        parser.add_argument("name", metavar="NAME", help="as `followupd templates` shows it")
        parser.add_argument("--language", metavar="L", help="such as de; default: yours")
        parser.add_argument(
            "--register",
            choices=[register.value for register in Register],
            help="how it speaks to its reader; default: yours",
        )

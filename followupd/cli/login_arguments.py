"""The parsers of the commands that store a secret and forget it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.cli.parser import command

if TYPE_CHECKING:
    from followupd.cli.parser import Commands

_ACCOUNT = "its name in the configuration"


def add_login(commands: Commands) -> None:
    """Add the commands."""
    text = "sign in: ask for the password, or for a grant by OAuth, try it and store it"
    login = command(commands, "login", "login:login", text, json=True)
    login.add_argument("account", metavar="ACCOUNT", help=_ACCOUNT)
    way = login.add_mutually_exclusive_group()
    way.add_argument(
        "--browser", action="store_true", help="OAuth: sign in with a browser on this machine"
    )
    way.add_argument(
        "--device", action="store_true", help="OAuth: show a code to enter on another device"
    )
    way.add_argument(
        "--stdin", action="store_true", help="read the password from the first line of the input"
    )
    login.add_argument(
        "--smtp", action="store_true", help="the password of [accounts.smtp], where it has its own"
    )
    login.add_argument(
        "--no-try", action="store_true", help="store the password without signing in with it"
    )
    login.add_argument(
        "--replace",
        action="store_true",
        help="write over the password file even where it looks like another file",
    )
    text = "forget an account's password or grant; its mail cannot be read until the next login"
    logout = command(commands, "logout", "logout:logout", text, json=True)
    logout.add_argument("account", metavar="ACCOUNT", help=_ACCOUNT)

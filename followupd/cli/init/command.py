"""`init`: ask or take what was typed, show what will be written, write it, and begin to watch.

Standard output is for the data (`--json`); all that is said goes to standard error.
"""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from followupd import login_mark
from followupd.cli import logs
from followupd.cli.asking import is_terminal, yes_or_no
from followupd.cli.configured import with_config
from followupd.cli.init import file
from followupd.cli.init.answering import UNCHANGED, answered
from followupd.cli.init.machine import Machine, own_zone
from followupd.cli.init.questions import init_questions
from followupd.cli.init.service import offer_service, surroundings
from followupd.cli.init.wishes import command_line, refuse_incomplete, wishes_of
from followupd.cli.login import place_of
from followupd.cli.login_password import first_line
from followupd.cli.screen import Screen, print_json
from followupd.config import OAuth, default_path, load, parse, state_directory
from followupd.config.changing import changed_text
from followupd.config.writing import configuration_text
from followupd.errors import ConfigError, FollowupdError, UsageError
from followupd.protection import keep_out_of_core_dumps
from followupd.secrets import Secret
from followupd.secrets.keeping import is_storable
from followupd.shipping import shipped

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from pathlib import Path

    from followupd.cli.asking import Questions
    from followupd.cli.init.questions import Plan
    from followupd.config import Settings
    from followupd.service.clock import Clock

T = TypeVar("T")


def init(arguments: Namespace, clock: Clock) -> int:
    """Write a configuration; the exit code is 1 where something is left to be done.

    Raises:
        ConfigError: the configuration that there is has mistakes; it is left as it is.
        UsageError: something is missing, or cannot be used.
        FollowupdError: a server does not work, or the user does not want it written.
    """
    if arguments.example:
        Screen().text(shipped("config.example.toml").read_text(encoding="utf-8").rstrip())
        return 0
    os.umask(0o077)
    keep_out_of_core_dumps()
    logs.configure(level=logging.CRITICAL)
    screen = Screen(sys.stderr)
    path = (arguments.config or default_path(os.environ)).absolute()
    text, known = _existing(path, screen)
    asks = is_terminal() and not arguments.yes
    if asks:
        file.refuse_unwritable(path)
    wishes = wishes_of(arguments, asks=asks)
    if not asks:
        refuse_incomplete(wishes, known, own_zone())
    machine = Machine(path.parent, screen, clock)
    outside = machine.outside(_given_password() if arguments.password_stdin else None)
    line = lambda: command_line(wishes, arguments.config)  # noqa: E731 - it changes with every answer
    try:
        plan = answered(init_questions(wishes, known, outside), wishes, screen, line)
        new = _new_text(path, text, known, plan)
        if new == text:
            screen.line(f"{path} says all of this already; {UNCHANGED}.")
        else:
            if asks:
                # As it is, indented and all, and not as sentences.
                screen.text(new if text is None else file.difference(text, new, path))
                answered(_confirmed(path), wishes, screen, line)
            elif text is not None:
                _show(path, text, new, screen, is_wanted=arguments.yes)
            _write(path, new, text, line if asks else None)
            screen.line(f"{path} is written.")
    except BaseException:
        machine.undo()
        raise
    problems = _keep_secret(machine, plan, arguments, screen)
    login_mark.leave(state_directory(os.environ), plan.account.name)
    is_started, failures = offer_service(wishes, path, plan, surroundings(), screen, arguments)
    problems += failures
    later = () if plan.is_signed_in or not wishes.tries else (_later(plan, arguments),)
    if text not in (None, new) and not is_started:
        screen.line(
            "A followupd that is running takes it over with `systemctl --user reload followupd`, "
            "or at SIGHUP."
        )
    _tell_end(plan, arguments, screen, (*problems, *later), is_started=is_started)
    if arguments.json:
        print_json(
            {
                "config": str(path),
                "account": plan.account.name,
                "written": new != text,
                "is_signed_in": plan.is_signed_in,
                "service_started": is_started,
                "left_to_do": [*problems, *later],
            }
        )
    return 1 if problems else 0


def _existing(path: Path, screen: Screen) -> tuple[str | None, Settings | None]:
    """The configuration that there is, and its text.

    Raises:
        ConfigError: it has mistakes, or cannot be read.
    """
    try:
        settings = load(path)
        return file.text_of(path), settings
    except ConfigError as error:
        # A link that leads nowhere is somebody's, too.
        if not path.exists() and not path.is_symlink():
            return None, None
        screen.line(
            "There is a configuration already, and it has mistakes. It is left as it is: put them "
            "right and run `followupd init` again, or name another file with --config."
        )
        raise error from None


def _given_password() -> Secret:
    """The password on the first line of standard input.

    Raises:
        UsageError: there is none.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(
            "--password-stdin: there is no input to read it from; it is for a pipe, such as "
            "`pass show mail | followupd init --password-stdin …`"
        )
    return Secret(first_line(sys.stdin, "--password-stdin"))


def _new_text(path: Path, text: str | None, known: Settings | None, plan: Plan) -> str:
    """The configuration as it is to be; read again, so that it surely can be used."""
    settings = plan.settings
    if known is not None and text is not None:
        return changed_text(text, known, settings) if settings != known else text
    new = configuration_text(settings.user, plan.account, settings.digest)
    found = parse(new, path)
    account = replace(plan.account, limits=found.accounts[0].limits)
    if (found.user.name, found.accounts) != (settings.user.name, (account,)):
        raise FollowupdError("an answer cannot be written down as it is; please report it")
    return new


def _confirmed(path: Path) -> Questions[None]:
    """Go on only with a yes.

    Raises:
        FollowupdError: the user does not want it.
    """
    if not (yield from yes_or_no(f"Write this to {path}?", default=True)):
        raise FollowupdError(UNCHANGED)


def _write(path: Path, new: str, text: str | None, line: Callable[[], str] | None) -> None:
    """Write it; where that fails, no answer is lost."""
    try:
        file.write(path, new, text)
    except FollowupdError as error:
        if line is None:
            raise
        raise FollowupdError(f"{error}; to go on from here:\n{line()}") from None


def _show(path: Path, text: str, new: str, screen: Screen, *, is_wanted: bool) -> None:
    """Show what changes where nobody can be asked.

    Raises:
        UsageError: it was not said that it is wanted.
    """
    screen.text(file.difference(text, new, path))
    if not is_wanted:
        raise UsageError(f"{path} would change as shown above; --yes writes it, and {UNCHANGED}")


def _keep_secret(
    machine: Machine, plan: Plan, arguments: Namespace, screen: Screen
) -> tuple[str, ...]:
    """Store what was typed or granted; a sentence where that did not work."""
    source = plan.account.imap.password
    place = source.tokens if isinstance(source, OAuth) else source
    if plan.secret is None or not is_storable(place):
        return ()
    try:
        machine.keep(plan.account, plan.secret)
    except FollowupdError as error:
        login = with_config(f"followupd login {plan.account.name}", arguments)
        said = f"{error}; `{login}` stores it."
        return (said[0].upper() + said[1:],)
    screen.line(f"What it signs in with is kept in {place_of(place)}.")
    return ()


def _later(plan: Plan, arguments: Namespace) -> str:
    login = with_config(f"followupd login {plan.account.name}", arguments)
    return f"The mailbox was not signed in to yet: `{login}` does it."


def _tell_end(
    plan: Plan,
    arguments: Namespace,
    screen: Screen,
    problems: tuple[str, ...],
    *,
    is_started: bool,
) -> None:
    """What is left to do, and how it goes on."""
    config = with_config("", arguments)
    for sentence in problems:
        screen.line(sentence)
    if is_started:
        screen.line("To see that it watches: `systemctl --user status followupd`.")
    else:
        screen.line(
            f"`followupd run{config}` watches your mail as long as it runs; `followupd check"
            f"{config}` tries everything."
        )
    several = len(plan.settings.accounts) > 1
    account = f" --account {plan.account.name}" if several else ""
    screen.line("Now record your first interview; `followupd add` alone asks for each part:")
    screen.text(
        f"  followupd add{config} Acme --role Engineer --held 'yesterday 14:00' "
        f"--decision-by Fri --recruiter 'Dana Fox <dana@acme.example>'{account}"
    )

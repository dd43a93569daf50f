"""`check`: try everything that followupd needs, and say what to do about what does not work.

No secret is in what it prints, so that it can be pasted into a report of a mistake: it says whether
a password was found, never which. What each part tries stands in `followupd.cli.checks`.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Final

from followupd.cli import logs
from followupd.cli.checks.account import Trying
from followupd.cli.checks.calendar import holidays, machine_zone, time_zone
from followupd.cli.checks.configuration import configuration, templates
from followupd.cli.checks.daemon import daemon
from followupd.cli.checks.line import Wall, failed
from followupd.cli.checks.sending import digest_check
from followupd.cli.checks.service import service
from followupd.cli.checks.state import Remembered, state_checks
from followupd.cli.checks.together import side_by_side
from followupd.cli.configured import settings_of
from followupd.cli.findings import STYLES, State
from followupd.cli.progress import Progress
from followupd.cli.screen import Screen, print_json
from followupd.config import state_directory
from followupd.errors import ConfigError
from followupd.protection import keep_out_of_core_dumps

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from followupd.cli.checks.line import Check
    from followupd.config import Account, Settings
    from followupd.service.clock import Clock

_MEND: Final = "mend that line; `followupd init --example` shows every key"


def check(arguments: Namespace, clock: Clock) -> int:
    """Try everything; the exit code is 1 when something failed, 2 for the configuration.

    Raises:
        ConfigError: the configuration is wrong, and no JSON was asked for.
        UsageError: there is no account of that name.
    """
    os.umask(0o077)
    keep_out_of_core_dumps()
    logs.configure(level=logging.CRITICAL)
    try:
        settings = settings_of(arguments)
    except ConfigError as error:
        if not arguments.json:
            raise
        _print_json([failed("configuration", each, _MEND) for each in error.problems])
        return 2
    accounts = [settings.account(arguments.account)] if arguments.account else settings.accounts
    checks: list[Check] = []
    screen = None if arguments.json else Screen()
    with Progress() as progress:
        state = state_directory(os.environ)
        for each in everything(
            settings, state, clock, accounts, writes=arguments.write, waiting=progress.say
        ):
            checks.append(each)
            if screen is not None:
                said = f"{each.state.value}: {each.name}: {each.detail}"
                screen.line(said, STYLES[each.state])
                if each.advice:
                    screen.line(f"to do: {each.advice}", indent=4)
                sys.stdout.flush()
    if screen is None:
        _print_json(_in_order(checks, settings))
    else:
        screen.line(_summary(checks))
    return 1 if any(each.state is State.FAILED for each in checks) else 0


def everything(
    settings: Settings,
    state: Path,
    clock: Clock,
    accounts: Sequence[Account],
    *,
    writes: bool,
    waiting: Callable[[str], None],
) -> Iterator[Check]:
    """Every check; one that fails does not keep the others from being tried.

    Args:
        settings: the configuration.
        state: the state folder.
        clock: the time.
        accounts: those to be tried.
        writes: whether a draft is laid into each Drafts and taken back.
        waiting: told what is being tried.
    """
    wall = Wall(clock.now(), settings.user.timezone)
    remembered: Remembered | None = None
    yield configuration(settings)
    waiting("Trying the templates")
    yield templates(settings)
    yield time_zone(settings, wall, machine_zone())
    yield holidays(settings, wall)
    waiting(f"Trying {state}")
    for each in state_checks(settings, state, wall):
        if isinstance(each, Remembered):
            remembered = each
        else:
            yield each
    yield daemon(state, wall)
    waiting("Asking systemd")
    yield from service(os.environ, wall)
    tried = {
        account.name: Trying(
            account,
            settings.user,
            remembered.healths.get(account.name) if remembered is not None else None,
            writes,
            state if remembered is not None else None,
            clock,
            wall,
        )
        for account in accounts
    }
    yield from side_by_side({name: each.checks for name, each in tried.items()}, waiting)
    if settings.digest is not None:
        yield digest_check(settings, settings.digest)


def _in_order(checks: Sequence[Check], settings: Settings) -> list[Check]:
    """As the accounts stand in the configuration: those that are quick are done before others."""
    names = [account.name for account in settings.accounts]
    about = {name: number for number, name in enumerate(names, start=1)}
    after = len(names) + 1
    first = next((number for number, each in enumerate(checks) if each.account), len(checks))

    def rank(placed: tuple[int, Check]) -> int:
        number, each = placed
        return about.get(each.account, 0 if number < first else after)

    return [each for _, each in sorted(enumerate(checks), key=rank)]


def _summary(checks: Sequence[Check]) -> str:
    counts = [
        f"{sum(each.state is state for each in checks)} {word}"
        for state, word in (
            (State.OK, "ok"),
            (State.WARNING, "to look at"),
            (State.FAILED, "failed"),
        )
    ]
    return (
        f"{', '.join(counts)}. There is no password or token in these lines, but the names of your "
        "servers, folders and files, and your own address."
    )


def _print_json(checks: Sequence[Check]) -> None:
    print_json(
        [
            {
                "check": each.name,
                "account": each.account or None,
                "state": each.state.value,
                "detail": each.detail,
                "advice": each.advice or None,
            }
            for each in checks
        ]
    )

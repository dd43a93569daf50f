"""Offering to install and start the user's service, so that mail is watched from now on."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from followupd.cli.asking import yes_or_no
from followupd.cli.configured import with_config
from followupd.cli.init.answering import answered
from followupd.errors import FollowupdError
from followupd.service_unit import Manager, enable_lingering, install, own_command, proposal
from followupd.service_unit import surroundings as look_around

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from pathlib import Path

    from followupd.cli.asking import Questions
    from followupd.cli.init.questions import Plan
    from followupd.cli.init.wishes import Wishes
    from followupd.cli.screen import Screen
    from followupd.service_unit import Proposal, Surroundings

_NO_SERVICE: Final = "the configuration is written, and the service is not installed"


def offer_service(
    wishes: Wishes,
    path: Path,
    plan: Plan,
    around: Surroundings,
    screen: Screen,
    arguments: Namespace,
) -> tuple[bool, tuple[str, ...]]:
    """Install and start the service where it is wanted; whether it runs, and what went wrong."""
    if wishes.service is False:
        return False, ()
    untried = "" if plan.is_signed_in else " --no-try"

    def line() -> str:
        only = f"followupd init --account {plan.account.name} --service --yes{untried}"
        return with_config(only, arguments)

    questions = service_questions(
        wishes, around, lambda: unit_for(path), is_ready=plan.is_signed_in
    )
    try:
        unit, lingers, said = answered(questions, wishes, screen, line, _NO_SERVICE)
        if unit is not None:
            said = set_up(unit, lingers=lingers)
    except FollowupdError as error:
        return False, (str(error),)
    for each in said:
        screen.line(each if each.endswith(".") else f"{each}.")
    return unit is not None, ()


def service_questions(
    wishes: Wishes, around: Surroundings, made: Callable[[], Proposal], *, is_ready: bool
) -> Questions[tuple[Proposal | None, bool, tuple[str, ...]]]:
    """Whether to install the service, and whether it is to go on after logout.

    Args:
        wishes: what was said already.
        around: what systemd says.
        made: the unit as it would be.
        is_ready: whether the account signs in, so that the service has something to do.

    Returns:
        The unit to install or None, whether to let it linger, and sentences for the user.

    Raises:
        FollowupdError: the service was asked for, and cannot be had.
    """
    if wishes.service is False:
        return None, False, ()
    if around.manager is not Manager.READY:
        if wishes.service:
            raise FollowupdError(around.advice)
        return None, False, (around.advice,)
    if not wishes.asks and not wishes.service:
        return None, False, ()
    unit = made()
    if wishes.asks and not wishes.service:
        said = tuple(filter(None, (unit.warning, *unit.difference.splitlines())))
        text = f"Install and start it as a service of yours? ({unit.path})"
        if not (yield from yes_or_no(text, *said, default=is_ready)):
            return None, False, ()
    lingers = False
    if not around.lingering and not around.desktop and wishes.asks:
        said = ("Without a desktop a service of yours ends when you log out.",)
        text = "Is it to go on after you log out, and to start with the machine?"
        lingers = yield from yes_or_no(text, *said, default=True)
    return unit, lingers, ()


def surroundings() -> Surroundings:
    """What systemd says of this user."""
    return look_around(os.environ)


def unit_for(config: Path) -> Proposal:
    """The unit that runs this very program with that configuration.

    Raises:
        FollowupdError: it cannot be made.
    """
    return proposal(own_command(sys.argv[0], os.environ), config, os.environ)


def set_up(unit: Proposal, *, lingers: bool) -> tuple[str, ...]:
    """Install and start it; sentences that say how it went.

    Raises:
        FollowupdError: it did not come up, and why.
    """
    install(unit, os.environ)
    said = (f"{unit.path} is installed, and followupd watches your mail from now on.",)
    if lingers:
        try:
            enable_lingering(os.environ)
        except FollowupdError as error:
            return (*said, str(error))
    return said

"""`check`: the service that starts the daemon: installed, up, of this program, and lingering."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from followupd.cli.checks.line import failed, ok, warning
from followupd.errors import FollowupdError
from followupd.service_unit import (
    Manager,
    Scope,
    own_command,
    state,
    surroundings,
    system_units,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from followupd.cli.checks.line import Check, Wall
    from followupd.service_unit import ServiceState, Surroundings

_NAME: Final = "service"
_STARTS: Final = frozenset({"enabled", "enabled-runtime", "static", "linked", "alias", ""})
"""What systemd says of a unit that starts by itself, or of which that is not known."""


def service(environ: Mapping[str, str], wall: Wall) -> Iterator[Check]:
    """Ask systemd; where there is none, say what does the same. Blocks for some seconds at most."""
    try:
        around = surroundings(environ)
        machines = system_units(environ) if around.manager is not Manager.NO_SYSTEMD else ()
        own = state(environ) if around.manager is Manager.READY else None
    except FollowupdError as error:
        yield warning(_NAME, str(error), "`followupd run` does the same in the foreground")
        return
    for each in machines:
        yield told(each, around, os.fspath(own_command(sys.argv[0], environ)[0]), wall)
    if around.manager is Manager.NO_SYSTEMD:
        yield ok(_NAME, around.advice)
    elif own is None and not machines:
        yield warning(_NAME, "whether one is installed cannot be seen from here", around.advice)
    if own is None:
        return
    if own.installed or not machines:
        yield told(own, around, os.fspath(own_command(sys.argv[0], environ)[0]), wall)


def told(found: ServiceState, around: Surroundings, program: str, wall: Wall) -> Check:
    """What to say of one service.

    Args:
        found: what systemd knows of it.
        around: what there is on this machine.
        program: the followupd that runs now.
        wall: now.
    """
    is_user = found.scope is Scope.USER
    names = _Names(
        check=_NAME if is_user else f"service {found.unit}",
        tool="systemctl --user" if is_user else "sudo systemctl",
        log=f"journalctl {'--user ' if is_user else ''}-u {found.unit}",
    )
    since = f" since {wall.moment(found.since)}" if found.since is not None else ""
    if not found.running:
        return _down(found, names, since)
    said = f"{found.unit} is up{since}"
    said += f": {found.status}" if found.status else ""
    doubt = _doubt(found, around, names, program)
    if doubt is not None:
        what, advice = doubt
        return warning(names.check, f"{said}, but {what}", advice)
    if found.restarts:
        said += f"; started again by itself {found.restarts} times"
    goes_on = "; it goes on after you log out" if is_user and around.lingering else ""
    return ok(names.check, f"{said}{goes_on}")


@dataclass(frozen=True, slots=True)
class _Names:
    """How the line is called, and the commands that belong to the unit."""

    check: str
    tool: str
    log: str


def _down(found: ServiceState, names: _Names, since: str) -> Check:
    """Why it does not run."""
    if not found.installed:
        what = "none is installed, so nobody watches after you close the terminal"
        advice = "`followupd init` installs one; `followupd run` does without"
        return warning(names.check, what, advice)
    if found.load != "loaded":
        what = f"systemd cannot use {found.unit_file or found.unit}: it is {found.load}"
        advice = f"`{names.tool} status {found.unit}` says why; `followupd init` writes it anew"
        return failed(names.check, what, advice)
    if found.active == "failed":
        what = f"{found.unit} has failed{since} ({found.result})"
        advice = f"`{names.log}` tells why; then `{names.tool} restart {found.unit}`"
        return failed(names.check, what, advice)
    what = f"{found.unit} is {found.active}{since}"
    return warning(names.check, what, f"start it: `{names.tool} enable --now {found.unit}`")


def _doubt(
    found: ServiceState, around: Surroundings, names: _Names, program: str
) -> tuple[str, str] | None:
    """What is not right with one that runs, and what to do about it; None for nothing."""
    is_user = found.scope is Scope.USER
    if found.reload_needed:
        again = f"`{names.tool} daemon-reload`, then `{names.tool} restart {found.unit}`"
        return "its file is not the one that systemd has read", again
    if is_user and found.program is not None and os.fspath(found.program) != program:
        what = f"it starts {found.program}, and this is {program}"
        return what, "`followupd init` sets it right, where this one is meant"
    if found.enabled not in _STARTS:
        return "it does not start by itself", f"`{names.tool} enable {found.unit}`"
    if is_user and not around.desktop and not around.lingering:
        return "it ends when you log out", "`loginctl enable-linger` lets it go on"
    return None

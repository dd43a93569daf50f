"""`check`: the state folder, its disk, the database in it, and this machine's clock."""

from __future__ import annotations

import errno
import os
import pwd
import shlex
import stat
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from followupd.cli.checks.line import failed, ok, warning
from followupd.errors import FollowupdError
from followupd.store import DATABASE, Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from followupd.cli.checks.line import Check, Wall
    from followupd.config import Settings
    from followupd.store.records import Health

LITTLE: Final = 200 * 1024 * 1024
"""Below so many octets that are free the user is warned."""
TOO_LITTLE: Final = 20 * 1024 * 1024
"""Below so many it counts as full: the database keeps a copy of itself when it is upgraded."""

SLIP: Final = timedelta(minutes=5)
"""By how much clocks may differ before it is worth a word."""

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_PROBE: Final = b"\0" * 4096
_UNITS: Final = ((1024**3, "GB"), (1024**2, "MB"), (1024, "kB"))


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the database knows that other lines need.

    Attributes:
        healths: how each account was when it was last looked at, by its name.
        latest: the newest moment that is recorded anywhere; None for none.
    """

    healths: Mapping[str, Health] = field(default_factory=dict)
    latest: datetime | None = None


def state_checks(settings: Settings, state: Path, wall: Wall) -> Iterator[Check | Remembered]:
    """Try the state folder and what is in it; what the database remembers comes in between."""
    stranger = _stranger(state)
    if stranger is not None:
        yield stranger
        return
    yield disk(state)
    checked, remembered = _database(settings, state)
    yield checked
    if state.is_dir():
        yield _folder(state)
    if remembered is not None:
        yield remembered
    yield clock(remembered or Remembered(), wall)


def _stranger(state: Path) -> Check | None:
    """What to say where the folder is another user's: nothing is done to it then.

    A database that root has opened may hold files that its owner cannot write any more.
    """
    try:
        owner = state.stat().st_uid
    except OSError:
        return None
    if owner == os.geteuid():
        return None
    name, me = _user(owner), _user(os.geteuid())
    what = f"{state} belongs to {name}, and this is run by {me}; it was left alone"
    advice = f"run it as {name}: `sudo -u {shlex.quote(name)} followupd check`"
    return failed("state folder", what, advice)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"the user with the number {uid}"


def disk(state: Path) -> Check:
    """How much room the state folder has, and whether something can be written there at all."""
    name = "disk"
    place = next(folder for folder in (state, *state.parents) if folder.exists())
    try:
        found = os.statvfs(place)
    except OSError as error:
        return failed(name, f"{place}: {error.strerror}", "see to it that it can be read")
    if found.f_flag & os.ST_RDONLY:
        what = f"{state} is on a file system that can only be read; nothing can be remembered"
        return failed(name, what, "mount it writable, or set $XDG_STATE_HOME to another place")
    free = found.f_bavail * found.f_frsize
    said = f"{size(free)} are free for {state}"
    advice = (
        "make room there: nothing is lost meanwhile, but nothing can be recorded on a full disk"
    )
    if free < TOO_LITTLE or (found.f_files and not found.f_favail):
        more = "" if free < TOO_LITTLE else ", but no more files can be made"
        return failed(name, f"{said}{more}", advice)
    refusal = _refusal(place)
    if refusal is not None:
        return refusal
    return warning(name, said, advice) if free < LITTLE else ok(name, said)


def _refusal(place: Path) -> Check | None:
    """Why a file cannot be written there; one is, for a moment, and leaves no name behind."""
    try:
        with tempfile.TemporaryFile(dir=place) as probe:
            probe.write(_PROBE)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        what = f"nothing can be written into {place}: {error.strerror}"
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return failed("disk", what, "make room there, or have your quota raised")
        if error.errno == errno.EROFS:
            return failed("disk", what, "mount it writable, or set $XDG_STATE_HOME elsewhere")
        advice = f"make it yours: it must belong to {_user(os.geteuid())} and be writable (0700)"
        return failed("disk", what, advice)
    return None


def size(octets: int) -> str:
    """`1.4 GB`, `20 MB`: as people say how much room there is."""
    for unit, name in _UNITS:
        if octets >= unit:
            count = octets / unit
            return f"{count:.1f} {name}" if count < 10 and name == "GB" else f"{count:.0f} {name}"  # noqa: PLR2004 - two figures tell enough
    return f"{octets} octets"


def _database(settings: Settings, state: Path) -> tuple[Check, Remembered | None]:
    place = state / DATABASE
    try:
        store = Store.open(place)
        try:
            with store.look() as reading:
                found = [reading.health(account.name) for account in settings.accounts]
                events = [c.events[-1].event for c in reading.chronicles()]
        finally:
            store.close()
    except FollowupdError as error:
        return failed("database", error, f"nothing was changed; look after {state}"), None
    healths = {health.account: health for health in found if health is not None}
    moments = [each.last_pass_at for each in healths.values() if each.last_pass_at is not None]
    latest = max([*moments, *(event.at for event in events)], default=None)
    said = ok("database", f"{place}, interviews: {len(events)}")
    return said, Remembered(healths, latest)


def _folder(state: Path) -> Check:
    """Whether others are kept out of what is remembered."""
    name = "state folder"
    lax = []
    for path in (state, state / DATABASE):
        try:
            if stat.S_IMODE(path.stat().st_mode) & _OTHERS:
                lax.append(path)
        except OSError as error:
            if error.errno != errno.ENOENT:
                what = f"{path} cannot be looked at: {error.strerror}"
                return failed(name, what, f"make {state} yours, with the mode 0700")
    if lax:
        named = " and ".join(str(path) for path in lax)
        done = " ".join(shlex.quote(str(path)) for path in lax)
        return failed(name, f"others may read {named}", f"run `chmod go= {done}`")
    return ok(name, f"{state} is yours alone")


def clock(remembered: Remembered, wall: Wall) -> Check:
    """Whether this machine's clock goes on from what was recorded last."""
    name, latest = "clock", remembered.latest
    if latest is not None and latest > wall.now + SLIP:
        what = f"something was recorded at {wall.moment(latest)}, which is still to come"
        advice = "set this machine's clock, best by `timedatectl set-ntp true`"
        return warning(name, f"it is {wall.moment(wall.now)} here, but {what}", advice)
    return ok(name, f"it is {wall.moment(wall.now)}, later than all that was recorded")

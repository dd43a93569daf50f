"""`check`: whether a daemon runs on the state folder, and whether it is of this version.

The kernel is asked who holds the daemon's lock (proc_locks(5)): trying the lock would keep a
daemon from starting that is just about to.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import followupd
from followupd.cli.checks.line import ok, warning
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from followupd.cli.checks.line import Check, Wall

LOCK: Final = "daemon.lock"
_PROC: Final = Path("/proc")
_FIELDS: Final = 6
_PATH_LIMIT: Final = 200
_START_TIME: Final = 19
"""Where the start time stands in /proc/PID/stat, counted from after the name (proc_pid_stat(5))."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A lock as the kernel lists it.

    Attributes:
        pid: the process; 0 where it lies in another PID namespace, such as a container's.
        device: major and minor number of the file system, as the kernel writes them.
        inode: of the locked file.
    """

    pid: int
    device: str
    inode: int


def holders(listed: str) -> tuple[Holder, ...]:
    """The holders of all whole-file locks for writing (`flock`) in a text of /proc/locks."""
    found = []
    for line in listed.splitlines():
        fields = line.split()
        if len(fields) < _FIELDS or fields[1] != "FLOCK" or fields[3] != "WRITE":
            continue
        device, _, inode = fields[5].rpartition(":")
        if inode.isdecimal() and fields[4].lstrip("-").isdecimal():
            found.append(Holder(max(int(fields[4]), 0), device, int(inode)))
    return tuple(found)


def daemon(state: Path, wall: Wall) -> Check:
    """Who watches with this state folder, since when, and with which followupd."""
    name, lock = "daemon", state / LOCK
    try:
        listed = (_PROC / "locks").read_text(encoding="ascii", errors="replace")
    except OSError:
        what = "whether one runs is not to be seen: this machine does not tell who holds a lock"
        return warning(name, what, "`followupd run` says so where another one runs already")
    holder = _holder(lock, holders(listed))
    if holder is None:
        what = f"none runs with the state in {state}: nobody watches your mail now"
        return warning(name, what, "start it: `followupd run`, or the service")
    since = _started(holder.pid)
    if since is None:
        return ok(name, f"one watches with the state in {state}")
    said = f"one watches since {wall.moment(since)} (process {holder.pid})"
    if since < _installed():
        what = f"{said}, which was before this followupd {followupd.__version__} was installed"
        return warning(name, what, "start it again, so that the new version watches")
    other = _other_python(holder.pid)
    if other is not None:
        what = f"{said}, but from another installation, by {other}"
        return warning(name, what, f"end one of the two; this one is run by {sys.executable}")
    return ok(name, f"{said}, followupd {followupd.__version__} like this one")


def _holder(lock: Path, held: Iterable[Holder]) -> Holder | None:
    try:
        found = lock.stat()
    except OSError:
        return None
    device = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}"
    for each in held:
        # btrfs and overlay file systems list another device than stat tells.
        if each.inode == found.st_ino and (each.device == device or _has_open(each.pid, lock)):
            return each
    return None


def _has_open(pid: int, path: Path) -> bool:
    try:
        files = list((_PROC / str(pid) / "fd").iterdir())
    except OSError:
        return False
    for each in files:
        try:
            if each.readlink() == path.resolve():
                return True
        except OSError:
            continue
    return False


def _started(pid: int) -> datetime | None:
    """When a process began, in UTC; None where it cannot be seen."""
    try:
        told = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        ticks = int(told.rpartition(")")[2].split()[_START_TIME])
        booted = next(
            int(line.split()[1])
            for line in (_PROC / "stat").read_text(encoding="ascii").splitlines()
            if line.startswith("btime ")
        )
    except (OSError, ValueError, IndexError, StopIteration):
        return None
    return datetime.fromtimestamp(booted + ticks / os.sysconf("SC_CLK_TCK"), UTC)


def _installed() -> datetime:
    """When the program that runs now was put where it lies."""
    return datetime.fromtimestamp(Path(followupd.__file__).stat().st_ctime, UTC)


def _other_python(pid: int) -> str | None:
    """The Python of a process where it is not the one that runs this; None where unknown."""
    try:
        told = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0", 1)[0]
    except OSError:
        return None
    python = Path(os.fsdecode(told))
    if not python.is_absolute() or python.parent == Path(sys.executable).parent:
        return None
    return clean(str(python), _PATH_LIMIT)

"""How a service stands, as systemd sees it: what `systemctl show` says, made into values."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from followupd.errors import FollowupdError
from followupd.reading.text import clean
from followupd.service_unit.manager import Scope, refused, systemctl
from followupd.service_unit.unit import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROPERTIES: Final = (
    *("LoadState", "ActiveState", "SubState", "UnitFileState"),
    *("ActiveEnterTimestamp", "InactiveEnterTimestamp"),
    *("FragmentPath", "DropInPaths", "ExecStart", "MainPID", "StatusText", "Result"),
    *("NRestarts", "NeedDaemonReload"),
)
_TIMESTAMP: Final = "%a %Y-%m-%d %H:%M:%S UTC"
_UP: Final = ("active", "reloading")
_SHOWN: Final = 500


@dataclass(frozen=True, slots=True)
class ServiceState:
    """One service; the words are systemd's own (org.freedesktop.systemd1(5)).

    Attributes:
        scope: whose it is.
        unit: its name, such as `followupd@robin.service`.
        load: `loaded`, `not-found`, `masked`, `bad-setting` or `error`.
        active: `active`, `activating`, `reloading`, `inactive`, `deactivating` or `failed`.
        sub: more exactly: `running`, `auto-restart`, `dead` and others.
        enabled: whether it starts by itself: `enabled`, `disabled` and others; "" if unknown.
        since: when it came up or, if it is not up, when it went down, in UTC; None: never.
        unit_file: where it is defined.
        drop_ins: what changes it.
        program: what it starts.
        command: the whole command line, the words parted by blanks; for showing only.
        main_pid: of the process, while it runs.
        status: what the daemon said last of itself.
        result: how it ended last: `success`, `exit-code`, `watchdog` and others.
        restarts: how often systemd has started it again by itself.
        reload_needed: the file is not the one that systemd read.
    """

    scope: Scope
    unit: str
    load: str
    active: str
    sub: str
    enabled: str
    since: datetime | None
    unit_file: Path | None
    drop_ins: tuple[Path, ...]
    program: Path | None
    command: str
    main_pid: int | None
    status: str
    result: str
    restarts: int
    reload_needed: bool

    @property
    def installed(self) -> bool:
        """Whether there is such a unit."""
        return self.load != "not-found"

    @property
    def running(self) -> bool:
        """Whether it is up."""
        return self.active in _UP


def state(
    environ: Mapping[str, str], *, unit: str = NAME, scope: Scope = Scope.USER
) -> ServiceState:
    """Ask systemd about a service; a unit that does not exist has a state too, `not-found`.

    Raises:
        FollowupdError: systemd is not there, does not answer, or has no such kind of unit.
    """
    wanted = f"--property={','.join(_PROPERTIES)}"
    said = systemctl(scope, "show", wanted, "--", unit, environ=environ)
    if said.code != 0:
        raise refused(said, f"the state of {clean(unit, _SHOWN)} cannot be had")
    return parsed(said.out, unit, scope)


def system_units(environ: Mapping[str, str]) -> tuple[ServiceState, ...]:
    """The instances of `followupd@.service` that systemd knows of; none where it is not there."""
    pattern = "followupd@*.service"
    listing = ("list-units", "--all", "--plain", "--no-legend", "--full", "--", pattern)
    try:
        said = systemctl(Scope.SYSTEM, *listing, environ=environ)
        names = [line.split()[0] for line in said.out.splitlines() if line.split()]
        return tuple(state(environ, unit=name, scope=Scope.SYSTEM) for name in names)
    except FollowupdError:
        return ()


def parsed(shown: str, unit: str, scope: Scope) -> ServiceState:
    """The state in the lines of `systemctl show`; what is missing there counts as unknown."""
    found = dict(line.partition("=")[::2] for line in shown.splitlines())

    def word(name: str) -> str:
        return clean(found.get(name, ""), _SHOWN)

    program, command = _command(found.get("ExecStart", ""))
    file = found.get("FragmentPath", "")
    is_up = found.get("ActiveState") in _UP
    return ServiceState(
        scope=scope,
        unit=clean(unit, _SHOWN),
        load=word("LoadState"),
        active=word("ActiveState"),
        sub=word("SubState"),
        enabled=word("UnitFileState"),
        since=_time(found.get(f"{'Active' if is_up else 'Inactive'}EnterTimestamp", "")),
        unit_file=Path(file) if file else None,
        drop_ins=_paths(found.get("DropInPaths", "")),
        program=program,
        command=command,
        main_pid=_number(found.get("MainPID", "")) or None,
        status=word("StatusText"),
        result=word("Result"),
        restarts=_number(found.get("NRestarts", "")),
        reload_needed=found.get("NeedDaemonReload") == "yes",
    )


def _command(shown: str) -> tuple[Path | None, str]:
    """The program and the words of `{ path=… ; argv[]=… ; ignore_errors=no ; … }`."""
    path, _, rest = shown.removeprefix("{ path=").partition(" ; argv[]=")
    if not rest:
        return None, ""
    words = rest.rpartition(" ; ignore_errors=")[0] or rest
    return Path(path), clean(words.replace("$$", "$"), _SHOWN)


def _paths(shown: str) -> tuple[Path, ...]:
    """Paths parted by blanks; one with a blank in it stands in quotation marks."""
    try:
        return tuple(Path(each) for each in shlex.split(shown))
    except ValueError:
        return (Path(shown),)


def _time(shown: str) -> datetime | None:
    """A time as systemctl prints it where TZ is UTC and the locale is C."""
    try:
        return datetime.strptime(shown, _TIMESTAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _number(shown: str) -> int:
    return int(shown) if shown.isascii() and shown.isdecimal() else 0

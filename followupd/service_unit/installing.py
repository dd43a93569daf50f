"""Putting the user unit in its place, starting it, and taking it away again.

A unit that is there already and says something else is never overwritten unseen: `proposal`
shows what would change, and `install` writes only over the very file that was shown.
"""

from __future__ import annotations

import difflib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from followupd.config import default_path
from followupd.errors import FollowupdError
from followupd.reading.text import clean, clean_lines
from followupd.replacing import put
from followupd.service_unit import manager, unit
from followupd.service_unit.manager import Scope, refused, systemctl
from followupd.service_unit.state import state
from followupd.shipping import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST: Final = 65_536
_MODE: Final = 0o644
_SHOWN: Final = 300
_START_SECONDS: Final = 120.0
"""More than systemd gives a service to start: it then says itself what went wrong."""

_LOG_LINES: Final = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """A unit that could be installed.

    Attributes:
        path: where it belongs.
        text: what it says.
        existing: what stands there now; None: nothing.
        warning: why it may not work for long; "" if nothing is known against it.
    """

    path: Path
    text: str
    existing: str | None
    warning: str

    @property
    def difference(self) -> str:
        """What would change in a unit that is there, as a unified diff; "" if nothing would."""
        if self.existing is None or self.existing == self.text:
            return ""
        lines = difflib.unified_diff(
            self.existing.splitlines(),
            self.text.splitlines(),
            str(self.path),
            "what followupd would write",
            lineterm="",
        )
        return clean_lines("\n".join(lines), _LARGEST)


def own_command(argv0: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """What starts this very followupd, from anywhere.

    Args:
        argv0: `sys.argv[0]`.
        environ: the process's environment, for `$HOME`.

    Returns:
        The absolute path of the `followupd` that was called, its links left as they are: they stay
        when a new version comes. Else this Python and its `-m followupd`.
    """
    program = Path(argv0)
    if program.name == "followupd" and "/" in argv0 and os.access(argv0, os.X_OK):
        home = environ.get("HOME", "")
        return (os.path.normpath(program if program.is_absolute() else _here(home) / program),)
    return (sys.executable, "-m", "followupd")


def proposal(command: tuple[str, ...], config: Path, environ: Mapping[str, str]) -> Proposal:
    """What would be installed for this user, and what is there.

    Args:
        command: what starts followupd, from `own_command`.
        config: the configuration that the service is to use.
        environ: the process's environment; a state folder that it names is named in the unit as
            well, or the service would keep another database than the commands.

    Raises:
        FollowupdError: systemd cannot start that, or what is there cannot be read.
        ConfigError: this user has no home folder.
    """
    home = default_path({"HOME": environ.get("HOME", "")})
    config = Path(os.path.abspath(config))  # noqa: PTH100 - links are left as they are
    names = ("XDG_STATE_HOME", "STATE_DIRECTORY")
    text = unit.unit_text(
        _shipped(),
        command,
        config if config != home else None,
        {name: environ[name] for name in names if environ.get(name, "").startswith("/")},
    )
    path = _place(environ)
    return Proposal(path, text, _read(path), _warning(Path(command[0]), environ))


def install(proposed: Proposal, environ: Mapping[str, str], *, start: bool = True) -> None:
    """Write the unit, have it started with the session, and start it now.

    Blocks until the daemon has said that it is ready. A service that runs already is started
    again, so that what was written counts.

    Args:
        proposed: what was shown.
        environ: the process's environment.
        start: False: it is only written and enabled.

    Raises:
        FollowupdError: the file is not what was shown, systemd refused, or the daemon did not
            come up; its last lines are then in the message.
    """
    if _read(proposed.path) != proposed.existing:
        raise FollowupdError(
            f"{_name(proposed.path)} was changed in the meantime and is left as it is; try again"
        )
    # Where nobody answers, nothing is to be left behind.
    systemctl(Scope.USER, "show", "--property=Version", environ=environ)
    if proposed.existing != proposed.text:
        _write(proposed.path, proposed.text)
    _ask("reload its units", environ, "daemon-reload")
    _ask("enable the service", environ, "enable", "--quiet", "--", unit.NAME)
    if not start:
        return
    said = systemctl(
        Scope.USER, "restart", "--", unit.NAME, environ=environ, seconds=_START_SECONDS
    )
    if said.code != 0:
        raise FollowupdError(_not_started(environ))


def enable_lingering(environ: Mapping[str, str]) -> None:
    """Let this user's services go on after logout, and start with the machine.

    Raises:
        FollowupdError: it was refused; the message says what an administrator would run.
    """
    said = manager.run(("loginctl", "--no-ask-password", "enable-linger"), environ)
    if said.code != 0:
        raise FollowupdError(
            f"{refused(said, 'your services still end when you log out')}; run "
            f"`sudo loginctl enable-linger {manager.user_name()}`"
        )


def remove(environ: Mapping[str, str]) -> Path | None:
    """Stop the service and take its unit away; what it did stays.

    Returns:
        The file that is gone; None: there was none, and nothing was done.

    Raises:
        FollowupdError: systemd cannot be reached or refused, or the file cannot be removed.
    """
    path = _place(environ)
    if not os.path.lexists(path):
        return None
    _ask("stop the service", environ, "disable", "--now", "--quiet", "--", unit.NAME)
    try:
        path.unlink()
    except OSError as error:
        raise FollowupdError(f"{_name(path)} cannot be removed: {error.strerror}") from None
    _ask("reload its units", environ, "daemon-reload")
    # It would show as failed for ever, if it was.
    systemctl(Scope.USER, "reset-failed", "--", unit.NAME, environ=environ)
    return path


def _place(environ: Mapping[str, str]) -> Path:
    """Where a user's own units lie (systemd.unit(5), "User Unit Search Path")."""
    return default_path({**environ, "FOLLOWUPD_CONFIG": ""}).parents[1] / "systemd/user" / unit.NAME


def _shipped() -> str:
    path = shipped(f"systemd/{unit.NAME}")
    text = _read(path)
    if text is None:
        raise FollowupdError(f"{_name(path)} is missing; install followupd again")
    return text


def _read(path: Path) -> str | None:
    try:
        if path.is_symlink() and Path(os.path.realpath(path)) == Path("/dev/null"):
            raise FollowupdError(
                f"the service was masked: {_name(path)} leads to /dev/null; run "
                f"`systemctl --user unmask {unit.NAME}` if you want it after all"
            )
        with path.open("rb") as file:
            return file.read(_LARGEST).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FollowupdError(f"{_name(path)} cannot be read: {error.strerror}") from None


def _write(path: Path, text: str) -> None:
    """In one piece, and through a link, as those have it who keep their settings elsewhere."""
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        put(target, text.encode(), _MODE)
    except OSError as error:
        raise FollowupdError(f"{_name(path)} cannot be written: {error.strerror}") from None


def _ask(what: str, environ: Mapping[str, str], *words: str) -> None:
    said = systemctl(Scope.USER, *words, environ=environ)
    if said.code != 0:
        raise refused(said, f"systemd did not {what}")


def _not_started(environ: Mapping[str, str]) -> str:
    """Why the daemon did not come up, in its own words where they can be had."""
    now = state(environ)
    how = f"{now.active}, {now.result}" if now.result else now.active
    log = ("--no-pager", "--quiet", "--output=cat", f"--lines={_LOG_LINES}")
    try:
        said = manager.run(("journalctl", *log, f"--user-unit={unit.NAME}"), environ).out
    except FollowupdError:
        said = ""
    lines = clean_lines(said, 2000)
    told = f"; it said:\n{lines}" if lines else ""
    return (
        f"the service is installed, but did not come up ({how}); `followupd check` says what is "
        f"wrong, then `systemctl --user restart followupd` starts it{told}"
    )


def _warning(program: Path, environ: Mapping[str, str]) -> str:
    cache = environ.get("XDG_CACHE_HOME", "")
    places = [Path(tempfile.gettempdir()), Path("/var/tmp"), *([Path(cache)] if cache else [])]  # noqa: S108 - only compared with
    if ".cache" in program.parts or any(program.is_relative_to(place) for place in places):
        return (
            f"{_name(program)} lies in a folder that is emptied now and then, and the service "
            "would not start any more; install followupd for good first: `uv tool install "
            "followupd` or `pipx install followupd`"
        )
    return ""


def _here(home: str) -> Path:
    try:
        return Path.cwd()
    except OSError:
        return Path(home or "/")


def _name(path: Path) -> str:
    return clean(str(path), _SHOWN)

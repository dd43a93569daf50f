"""Talking to systemd: is it here, can this user's manager be reached, and what did it say.

Every call is bounded in time, without a shell, in the C locale and in UTC. What systemctl says
where nothing can be reached is about buses and media; here it becomes a sentence of what to do.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from followupd.errors import FollowupdError
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

BOOTED: Final = Path("/run/systemd/system")
"""Is there where systemd runs the machine, and only there (sd_booted(3))."""

SECONDS: Final = 20.0
"""How long one call to systemd may take."""

_LINGER: Final = Path("/var/lib/systemd/linger")
_LARGEST: Final = 262_144
_SAID: Final = 500
_INSTEAD: Final = (
    "followupd run does the same in the foreground: leave it in a terminal multiplexer such as "
    "tmux, or have what starts your programs start it"
)


class Manager(StrEnum):
    """Whether a service can be installed for this user here."""

    READY = "ready"
    NO_SYSTEMD = "no systemd"
    NO_SESSION = "no session"


class Scope(StrEnum):
    """Whose services: the user's own, or the machine's."""

    USER = "user"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What there is to run a service.

    Attributes:
        manager: whether a service can be installed.
        desktop: whether this is a graphical session, where a keyring is usual.
        lingering: whether the user's services go on after logout and start with the machine.
        advice: why no service can be installed, and what to do instead; "" if it can.
    """

    manager: Manager
    desktop: bool
    lingering: bool
    advice: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a program of systemd answered; `out` and `error` are not yet fit for a terminal."""

    code: int
    out: str
    error: str


def surroundings(environ: Mapping[str, str], *, booted: Path = BOOTED) -> Surroundings:
    """See what there is; blocks at most `SECONDS`.

    Args:
        environ: the process's environment.
        booted: the folder that tells that systemd runs this machine.
    """
    manager, advice = _manager(environ, booted)
    lingering = (_LINGER / user_name()).exists()
    return Surroundings(manager, _is_desktop(environ), lingering, advice)


def systemctl(
    scope: Scope, *words: str, environ: Mapping[str, str], seconds: float = SECONDS
) -> Said:
    """Ask systemctl something.

    Raises:
        FollowupdError: there is no systemctl, nobody can be reached, or it took too long.
    """
    options = (f"--{scope.value}", "--no-pager", "--no-ask-password")
    said = run(("systemctl", *options, *words), environ, seconds)
    if said.code != 0 and (reason := unreachable(said.error, scope)):
        raise FollowupdError(reason)
    return said


def run(command: tuple[str, ...], environ: Mapping[str, str], seconds: float = SECONDS) -> Said:
    """Run a program of systemd to its end.

    Raises:
        FollowupdError: it is not here, or took too long.
    """
    program = shutil.which(command[0], path=environ.get("PATH", os.defpath))
    if program is None:
        raise FollowupdError(f"{command[0]} is not on this machine; {_INSTEAD}")
    # Into files: a pipe would be held open by whatever the program leaves behind.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as error:
        try:
            done = subprocess.run(  # noqa: S603 - systemd's own program, without a shell
                (program, *command[1:]),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=error,
                env=_environment(environ),
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise FollowupdError(
                f"{command[0]} did not answer within {seconds:g} seconds; try it again, and look "
                f"at what the machine is busy with: systemctl list-jobs"
            ) from None
        except OSError as problem:
            raise FollowupdError(
                f"{program} cannot be started: {problem.strerror or 'no reason given'}"
            ) from None
        texts = []
        for file in (out, error):
            file.seek(0)
            texts.append(file.read(_LARGEST).decode("utf-8", "replace"))
    return Said(done.returncode, *texts)


def unreachable(error: str, scope: Scope) -> str:
    """Why nobody answered, for a person; "" where somebody did.

    Args:
        error: what systemctl said, in the C locale (systemd 239 to 257).
        scope: who was asked.
    """
    if "not been booted with systemd" in error or "Host is down" in error:
        return f"systemd does not run this machine; {_INSTEAD}"
    if not error.startswith("Failed to connect to "):
        return ""
    if scope is Scope.SYSTEM:
        return f"systemd cannot be asked about the machine's services: {clean(error, _SAID)}"
    return no_session()


def no_session() -> str:
    """What to do where systemd runs, but not for this user."""
    name = user_name()
    return (
        f"systemd runs no services for {name} at present, which is usual after su or sudo; log in "
        f"as {name} itself (on the machine, or with ssh), or run `sudo loginctl enable-linger "
        f"{name}`, and try again. Until then, {_INSTEAD}"
    )


def refused(said: Said, what: str) -> FollowupdError:
    """An error of what systemctl answered; its own words are kept, as they name the unit."""
    first = clean(said.error or said.out, _SAID)
    return FollowupdError(f"{what}: {first or f'systemctl ended with {said.code}'}")


def user_name() -> str:
    """The name of the user that this process runs as; the number where it has none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _manager(environ: Mapping[str, str], booted: Path) -> tuple[Manager, str]:
    if not booted.is_dir():
        return Manager.NO_SYSTEMD, f"systemd does not run this machine; {_INSTEAD}"
    try:
        said = systemctl(Scope.USER, "show", "--property=Version", environ=environ)
    except FollowupdError as error:
        return Manager.NO_SESSION, str(error)
    if said.code != 0:
        return Manager.NO_SESSION, str(refused(said, "systemd does not answer"))
    return Manager.READY, ""


def _is_desktop(environ: Mapping[str, str]) -> bool:
    """Whether somebody sits before a screen; $DISPLAY alone may be a forwarded one (ssh -X)."""
    if environ.get("XDG_SESSION_TYPE") in ("x11", "wayland", "mir"):
        return True
    if environ.get("SSH_CONNECTION"):
        return False
    return bool(environ.get("WAYLAND_DISPLAY") or environ.get("DISPLAY"))


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The C locale and UTC for what is read here; the bus of the user where nobody set it.

    After su there is no $XDG_RUNTIME_DIR, but the manager of a user who lingers is there.
    """
    plain = {"LC_ALL": "C", "TZ": "UTC", "SYSTEMD_COLORS": "0", "SYSTEMD_URLIFY": "0"}
    made = {**environ, **plain}
    runtime = Path(f"/run/user/{os.getuid()}")
    if "XDG_RUNTIME_DIR" not in environ and (runtime / "systemd" / "private").exists():
        made["XDG_RUNTIME_DIR"] = str(runtime)
    return made

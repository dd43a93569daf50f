"""followupd as a service: what its unit says, and what is said where there is no systemd."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from followupd.errors import FollowupdError
from followupd.service_unit import (
    NAME,
    Manager,
    Proposal,
    Scope,
    enable_lingering,
    install,
    own_command,
    proposal,
    remove,
    state,
    surroundings,
    system_units,
)
from followupd.service_unit.manager import run, unreachable
from followupd.service_unit.state import parsed
from followupd.service_unit.unit import unit_text

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SHIPPED = (ROOT / "systemd" / NAME).read_text(encoding="utf-8")
SYSTEMD = Path("/lib/systemd/systemd")
PROGRAM = "/home/robin/.local/bin/followupd"

needs_systemd = pytest.mark.skipif(
    not SYSTEMD.exists() and os.environ.get("CI") != "true",
    reason="systemd is not installed, so nobody can be asked how it reads a unit",
)

RUNNING = """\
MainPID=64
StatusText=watching 1 account
Result=success
NRestarts=2
ExecStart={ path=/usr/bin/followupd ; argv[]=/usr/bin/followupd run --config /a b ; c/$$d.toml ; \
ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }
LoadState=loaded
ActiveState=active
SubState=running
FragmentPath=/home/robin/.config/systemd/user/followupd.service
DropInPaths="/home/robin/x/a b.conf" /home/robin/x/c.conf
UnitFileState=enabled
ActiveEnterTimestamp=Sun 2026-11-22 17:46:46 UTC
InactiveEnterTimestamp=Sun 2026-11-22 17:46:40 UTC
NeedDaemonReload=yes
"""
GONE = "MainPID=0\nResult=success\nNRestarts=0\nLoadState=not-found\nActiveState=inactive\n"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A user with a home folder, and without anybody who runs services."""
    home = tmp_path / "home"
    home.mkdir()
    return {"HOME": str(home), "XDG_RUNTIME_DIR": str(tmp_path), "PATH": os.environ["PATH"]}


def proposed(environ: dict[str, str], *, program: str = PROGRAM) -> Proposal:
    """What would be installed for the usual program and the default configuration."""
    config = Path(environ["HOME"], ".config/followupd/config.toml")
    return proposal((program,), config, environ)


# ---- what the unit says


@pytest.fixture(scope="module")
def reader() -> Iterator[Path]:
    """A folder in which systemd, as a user who is not root, finds a unit."""
    folder = Path(tempfile.mkdtemp(prefix="followupd-unit-"))
    folder.chmod(0o755)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(runtime, 65534, 65534)
    yield folder
    shutil.rmtree(folder)


def as_systemd_reads_it(text: str, folder: Path) -> tuple[list[str], set[str]]:
    """The words of ExecStart and the environment of a unit, from systemd's own parser."""
    (folder / NAME).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [str(SYSTEMD), "--user", "--test", f"--unit={NAME}", "--log-target=console"],
        env={
            "SYSTEMD_UNIT_PATH": f"{folder}:",  # and where systemd's own units lie
            "XDG_RUNTIME_DIR": str(folder / "runtime"),
            "HOME": str(folder / "runtime"),
            "LC_ALL": "C.UTF-8",
        },
        user=65534 if os.geteuid() == 0 else None,
        extra_groups=[] if os.geteuid() == 0 else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
    )
    shown = done.stdout.decode("utf-8")
    [about] = re.findall(rf"-> Unit {NAME}:\n(.*?)(?=\n\t?-> Unit |\Z)", shown, re.DOTALL)
    starting = about.partition("-> ExecStart:")[2].partition("-> ")[0]
    [line] = re.findall(r"Command Line: (.*)", starting)
    assert "Invalid" not in shown, shown
    # In quotation marks a shell has an escape before these as well, which shlex leaves there.
    words = [word.replace("\\$", "$").replace("\\`", "`") for word in shlex.split(line)]
    return words, set(re.findall(r"\tEnvironment: (.*)", about))


NAMES = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="/"), min_size=1, max_size=20
)


@needs_systemd
@settings(max_examples=15)
@given(program=NAMES, config=NAMES, folder=NAMES)
@example(program="a %h $HOME ${HOME}", config="$HOME", folder="%h;#")
@example(program=";", config="; '\" \\x41\\", folder="ä\u3000 ")
@example(program="@-:+!|", config="--", folder="\\")
def test_systemd_reads_every_path_as_it_is(
    program: str, config: str, folder: str, reader: Path
) -> None:
    """Blanks, quotation marks, percent and dollar signs stand for themselves."""
    program = re.sub(r"[\"'\\]", "_", program)
    command, variables = (f"/opt/{program}",), {"XDG_STATE_HOME": f"/srv/{folder}"}
    text = unit_text(SHIPPED, command, Path("/etc", config), variables)
    words, environment = as_systemd_reads_it(text, reader)
    # What it does with a variable it does when it starts the program: $$ is a dollar sign there.
    given = [word.replace("$$", "$") for word in words[1:]]
    assert [words[0], *given] == [*command, "run", "--config", str(Path("/etc", config))]
    assert environment == {f"XDG_STATE_HOME=/srv/{folder}"}


def test_only_the_command_of_the_shipped_unit_is_another_one() -> None:
    """Everything else is as it was shipped and tested."""
    text = unit_text(SHIPPED, (PROGRAM,), None, {})
    shipped = "ExecStart=%h/.local/bin/followupd run"
    assert text == SHIPPED.replace(shipped, f"ExecStart={PROGRAM} run")


@pytest.mark.parametrize("name", ["Robin's", 'the "new"', "back\\slash"])
def test_a_program_that_systemd_cannot_start_is_named(name: str) -> None:
    """It refuses such paths whatever is done to them, so nothing is written."""
    with pytest.raises(FollowupdError, match="in its path: /opt/") as refused:
        unit_text(SHIPPED, (f"/opt/{name}/followupd",), None, {})
    assert name in str(refused.value)


@pytest.mark.parametrize("name", ["line\nbreak", "\x1b[31m", "\udcff", "\x85"])
def test_a_path_that_no_unit_can_hold_is_named(name: str) -> None:
    """It would end the line, or be another path; and it does nothing to the terminal."""
    with pytest.raises(FollowupdError, match="rename it") as refused:
        unit_text(SHIPPED, (PROGRAM,), Path("/etc", name), {})
    assert str(refused.value).isprintable()


def test_the_units_are_shipped_with_the_program() -> None:
    """Whoever installs the wheel has no checkout to copy them from."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        shipped = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert shipped["systemd"] == "followupd/systemd"


# ---- what is proposed


def test_nothing_needs_to_be_named_for_the_default_configuration(environ: dict[str, str]) -> None:
    """The unit finds it as the commands do."""
    unit = proposed(environ)
    assert unit.path == Path(environ["HOME"], ".config/systemd/user/followupd.service")
    assert (unit.existing, unit.difference, unit.warning) == (None, "", "")
    assert f"\nExecStart={PROGRAM} run\n" in unit.text


def test_what_only_this_terminal_knows_is_written_down(environ: dict[str, str]) -> None:
    """The service has none of the shell's variables, and must not keep another database."""
    environ |= {"XDG_CONFIG_HOME": "/srv/my settings", "XDG_STATE_HOME": "/srv/state"}
    unit = proposal((PROGRAM,), Path("/srv/my settings/followupd/config.toml"), environ)
    assert unit.path == Path("/srv/my settings/systemd/user/followupd.service")
    start = f'ExecStart={PROGRAM} run --config "/srv/my settings/followupd/config.toml"\n'
    assert f"\nEnvironment=XDG_STATE_HOME=/srv/state\n{start}" in unit.text


def test_a_relative_configuration_is_named_by_its_whole_path(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service starts in another folder."""
    monkeypatch.chdir(tmp_path)
    unit = proposal((PROGRAM,), Path("../here.toml"), environ)
    assert f"run --config {tmp_path.parent / 'here.toml'}\n" in unit.text


def test_what_a_user_changed_is_shown(environ: dict[str, str]) -> None:
    """Line by line, and harmless to the terminal."""
    unit = proposed(environ)
    unit.path.parent.mkdir(parents=True)
    unit.path.write_text(unit.text.replace("WatchdogSec=90", "WatchdogSec=\x1b[2J5"))
    difference = proposed(environ).difference.splitlines()
    assert "-WatchdogSec= [2J5" in difference
    assert "+WatchdogSec=90" in difference
    assert difference[:2] == [f"--- {unit.path}", "+++ what followupd would write"]


def test_the_same_unit_makes_no_difference(environ: dict[str, str]) -> None:
    """Nobody is asked about nothing."""
    unit = proposed(environ)
    unit.path.parent.mkdir(parents=True)
    unit.path.write_text(unit.text)
    assert proposed(environ).existing == unit.text
    assert proposed(environ).difference == ""


def test_a_masked_service_stays_masked(environ: dict[str, str]) -> None:
    """Somebody did that on purpose; the way back is named."""
    path = Path(environ["HOME"], ".config/systemd/user/followupd.service")
    path.parent.mkdir(parents=True)
    path.symlink_to("/dev/null")
    with pytest.raises(FollowupdError, match=r"systemctl --user unmask followupd\.service"):
        proposed(environ)


def test_a_unit_that_cannot_be_read_is_named(environ: dict[str, str]) -> None:
    """The error says which file, and why."""
    path = Path(environ["HOME"], ".config/systemd/user/followupd.service")
    path.mkdir(parents=True)
    with pytest.raises(FollowupdError, match=r"followupd\.service cannot be read: Is a directory"):
        proposed(environ)


@pytest.mark.parametrize(
    "program",
    [
        "/home/robin/.cache/uv/archive-v0/x/bin/followupd",
        "/caches/pipx/x/bin/followupd",
        "/var/tmp/venv/bin/followupd",  # noqa: S108 - only a name
    ],
)
def test_a_program_that_will_be_gone_is_warned_of(program: str, environ: dict[str, str]) -> None:
    """What uvx and pipx run lies in a cache, and the service would end with it."""
    warning = proposed({**environ, "XDG_CACHE_HOME": "/caches"}, program=program).warning
    assert warning.startswith(program)
    assert "uv tool install followupd" in warning


def test_a_program_is_found_as_it_was_called(tmp_path: Path, environ: dict[str, str]) -> None:
    """A link stays the link, since it is what stays when a new version comes."""
    real = tmp_path / "venv" / "followupd"
    real.parent.mkdir()
    real.touch(mode=0o755)
    link = tmp_path / "followupd"
    link.symlink_to(real)
    assert own_command(str(link), environ) == (str(link),)


@pytest.mark.parametrize(
    "argv0", ["-c", "/lib/followupd/__main__.py", "followupd", "/no/followupd"]
)
def test_else_it_is_this_python(argv0: str, environ: dict[str, str]) -> None:
    """`python -m followupd` has no program of its own."""
    python, *words = own_command(argv0, environ)
    assert Path(python).is_absolute()
    assert words == ["-m", "followupd"]


# ---- where there is no systemd


def test_without_systemd_the_foreground_is_the_way(environ: dict[str, str], tmp_path: Path) -> None:
    """It is told apart from a systemd that cannot be reached."""
    around = surroundings(environ, booted=tmp_path / "none")
    assert around.manager is Manager.NO_SYSTEMD
    assert "followupd run" in around.advice
    assert "systemctl" not in around.advice


@needs_systemd
def test_a_user_without_a_session_is_told_how_to_have_one(
    environ: dict[str, str], tmp_path: Path
) -> None:
    """That is how it is after su: the real systemctl finds no bus."""
    around = surroundings(environ, booted=tmp_path)
    assert around.manager is not Manager.READY
    assert "followupd run" in around.advice
    assert "bus" not in around.advice.split()


@needs_systemd
def test_nothing_is_left_behind_where_nobody_answers(environ: dict[str, str]) -> None:
    """Neither a unit nor a folder; asking, removing and lingering say why as well."""
    with pytest.raises(FollowupdError, match="followupd run"):
        install(proposed(environ), environ)
    assert list(Path(environ["HOME"]).iterdir()) == []
    with pytest.raises(FollowupdError, match="followupd run"):
        state(environ)
    assert remove(environ) is None


@needs_systemd
def test_a_unit_stays_where_the_service_cannot_be_stopped(environ: dict[str, str]) -> None:
    """It would run on without one."""
    unit = proposed(environ)
    unit.path.parent.mkdir(parents=True)
    unit.path.write_text(unit.text)
    with pytest.raises(FollowupdError, match="followupd run"):
        remove(environ)
    assert unit.path.read_text() == unit.text


def test_what_changed_since_it_was_shown_is_left_as_it_is(environ: dict[str, str]) -> None:
    """Whoever said yes said it to another difference."""
    unit = proposed(environ)
    unit.path.parent.mkdir(parents=True)
    unit.path.write_text("[Service]\n")
    with pytest.raises(FollowupdError, match="was changed in the meantime"):
        install(unit, environ)
    assert unit.path.read_text() == "[Service]\n"


def test_lingering_that_is_refused_names_the_administrator_s_command(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """Some systems let only root allow it."""
    loginctl = tmp_path / "loginctl"
    loginctl.write_text("#!/bin/sh\necho 'Could not enable linger: Access denied' >&2\nexit 1\n")
    loginctl.chmod(0o755)
    with pytest.raises(FollowupdError, match="Access denied; run `sudo loginctl enable-linger "):
        enable_lingering({**environ, "PATH": str(tmp_path)})


def test_a_machine_without_systemctl_is_told_apart(tmp_path: Path, environ: dict[str, str]) -> None:
    """Its absence is no crash."""
    environ["PATH"] = str(tmp_path)
    with pytest.raises(FollowupdError, match="systemctl is not on this machine; followupd run"):
        state(environ)
    assert system_units(environ) == ()


def test_a_systemd_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """Whoever waits for it gets words after a while."""
    stuck = tmp_path / "systemctl"
    stuck.write_text("#!/bin/sh\nexec sleep 600\n")
    stuck.chmod(0o755)
    environ["PATH"] = f"{tmp_path}:{environ['PATH']}"
    with pytest.raises(FollowupdError, match=r"systemctl did not answer within 0\.1 seconds"):
        run(("systemctl",), environ, seconds=0.1)


@pytest.mark.parametrize(
    ("said", "scope", "expected"),
    [
        ("Failed to connect to bus: No medium found\n", Scope.USER, "after su or sudo"),
        ("Failed to connect to bus: No such file or directory\n", Scope.USER, "enable-linger"),
        (
            "Failed to connect to user scope bus via local transport: $XDG_RUNTIME_DIR not defined",
            Scope.USER,
            "enable-linger",
        ),
        ("Failed to connect to bus: Host is down\n", Scope.SYSTEM, "does not run this machine"),
        (
            "System has not been booted with systemd as init system (PID 1). Can't operate.\n",
            Scope.USER,
            "does not run this machine",
        ),
        ("Failed to connect to bus: Permission denied\n", Scope.SYSTEM, "Permission denied"),
    ],
)
def test_what_systemctl_says_of_buses_becomes_something_to_do(
    said: str, scope: Scope, expected: str
) -> None:
    """Nobody who looks for a job has to know what a bus is."""
    assert expected in unreachable(said, scope)


def test_a_refusal_is_no_missing_systemd() -> None:
    """Its words are kept for whoever asked."""
    assert unreachable("Failed to restart x.service: Unit x.service not found.\n", Scope.USER) == ""


@pytest.mark.parametrize(
    ("variables", "desktop"),
    [
        ({"XDG_SESSION_TYPE": "wayland"}, True),
        ({"DISPLAY": ":0"}, True),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}, False),
        ({"XDG_SESSION_TYPE": "tty"}, False),
        ({}, False),
    ],
)
def test_a_forwarded_window_is_no_desktop(
    variables: dict[str, str], desktop: bool, environ: dict[str, str], tmp_path: Path
) -> None:
    """The keyring is where the screen is."""
    around = surroundings({**environ, **variables}, booted=tmp_path / "none")
    assert around.desktop is desktop


# ---- what systemd says of a service


def test_a_running_service_is_told_with_all_that_is_known() -> None:
    """Times in UTC, paths with their blanks, the command as it was meant."""
    now = parsed(RUNNING, NAME, Scope.USER)
    assert (now.load, now.active, now.sub, now.enabled) == (
        "loaded",
        "active",
        "running",
        "enabled",
    )
    assert (now.installed, now.running, now.reload_needed) == (True, True, True)
    assert now.since == datetime(2026, 11, 22, 17, 46, 46, tzinfo=UTC)
    assert now.program == Path("/usr/bin/followupd")
    assert now.command == "/usr/bin/followupd run --config /a b ; c/$d.toml"
    assert now.drop_ins == (Path("/home/robin/x/a b.conf"), Path("/home/robin/x/c.conf"))
    assert (now.main_pid, now.restarts, now.status) == (64, 2, "watching 1 account")


def test_a_service_that_is_not_there_is_a_state_too() -> None:
    """Nothing is made up of what systemd does not say."""
    now = parsed(GONE, NAME, Scope.USER)
    assert (now.installed, now.running, now.main_pid, now.since) == (False, False, None, None)
    assert (now.program, now.command, now.unit_file, now.drop_ins) == (None, "", None, ())


def test_a_service_that_failed_is_down_since_it_failed() -> None:
    """Not since it was up."""
    failed = RUNNING.replace("ActiveState=active", "ActiveState=failed")
    since = parsed(failed, NAME, Scope.USER).since
    assert since == datetime(2026, 11, 22, 17, 46, 40, tzinfo=UTC)


def test_what_a_daemon_says_of_itself_obeys_no_terminal() -> None:
    """Its status may hold what a server said."""
    shown = RUNNING.replace("watching 1 account", "\x1b[2Jwatching")
    assert parsed(shown, NAME, Scope.USER).status == "[2Jwatching"

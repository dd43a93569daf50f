"""`once`, `run`, `check` and `demo`, as far as they need no real mail server."""

from __future__ import annotations

import io
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import structlog

import followupd
from followupd.cli import logs, progress
from followupd.service.setup import daemon_lock
from tests.support.checked import checked
from tests.support.cli import CONFIG, Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEADLINE = 30.0


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, whose account has a password but no server."""
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    monkeypatch.setenv("FOLLOWUPD_TEST_NO_SUCH_VARIABLE", "hunter2")
    return shell


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """What a command does to logging must not reach other tests."""
    umask = os.umask(0o077)
    yield
    os.umask(umask)
    structlog.reset_defaults()
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, logs.Forwarder)]:
        root.removeHandler(handler)


@pytest.fixture
def deaf() -> Iterator[socket.socket]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_once_tells_what_failed_and_exits_with_1(shell: Shell) -> None:
    """The account is named; the log does not say it a second time."""
    shell.add("--recruiter", "dana@acme.example")
    result = shell.run("once")
    assert result.code == 1
    assert result.err.count("personal: ") == 1
    assert "127.0.0.1:9" in result.err
    assert "thank-you" in result.out
    assert "Nothing new" not in result.out
    assert "hunter2" not in result.out + result.err
    assert "since Tue 1 Dec, 10:00" in shell.did("list").out


def test_once_json_holds_failures_and_events(shell: Shell) -> None:
    """Both are lists, and standard output holds nothing else."""
    result = shell.run("once", "--json")
    assert result.code == 1
    (failure,) = result.json["failures"]
    assert failure["account"] == "personal"
    assert result.json["events"] == []


def test_once_says_what_takes_so_long_only_at_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quick work is quiet; into a file nothing is said at all."""
    with progress.Progress() as shown:
        shown.say("Looking at personal")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(progress, "_QUIET", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress.Progress() as shown:
        shown.say("Looking at personal")
        shown._timer.join(DEADLINE)
        shown.say("Looking at work")
    assert "Looking at work …" in capsys.readouterr().err


def test_check_tries_everything_and_fails_for_what_does_not_work(shell: Shell) -> None:
    """Each line has a state and what to do; the password is not among them."""
    result = shell.run("check", "--json")
    assert result.code == 1
    checks = {each["check"]: each for each in result.json}
    keys = ("check", "account", "state", "detail", "advice")
    assert {tuple(each) for each in result.json} == {keys}
    # Which zone this machine keeps, and whether systemd runs it, is none of this test's business.
    states = {
        name: each["state"] for name, each in checks.items() if not name.startswith("service")
    }
    assert states.pop("time zone") in ("ok", "warning")
    assert states == {
        "configuration": "ok",
        "templates": "ok",
        "calendar": "warning",
        "disk": "ok",
        "database": "ok",
        "state folder": "ok",
        "clock": "ok",
        "daemon": "warning",
        "personal: password": "ok",
        "personal: DNS": "ok",
        "personal: connection": "failed",
    }
    assert "127.0.0.1:9" in checks["personal: connection"]["detail"]
    assert {each["account"] for each in result.json} == {None, "personal"}
    assert all(each["advice"] for each in result.json if each["state"] != "ok")
    assert "hunter2" not in result.out + result.err
    assert "failed: personal: connection" in shell.run("check").out


def test_check_names_the_source_that_has_no_password(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable is named, the login is not tried, and the server is looked at all the same."""
    monkeypatch.delenv("FOLLOWUPD_TEST_NO_SUCH_VARIABLE")
    checks = {each["check"]: each for each in shell.run("check", "--json").json}
    assert checks["personal: password"]["state"] == "failed"
    assert "FOLLOWUPD_TEST_NO_SUCH_VARIABLE" in checks["personal: password"]["detail"]
    assert "followupd login personal" in checks["personal: password"]["advice"]
    assert checks["personal: connection"]["state"] == "failed"
    assert "personal: login" not in checks


def test_check_warns_of_a_clock_that_went_backwards(shell: Shell) -> None:
    """Something was recorded at a time that is still to come."""
    shell.add()
    shell.at("2026-11-01 10:00")
    checks = {each["check"]: each["state"] for each in shell.run("check", "--json").json}
    assert checks["clock"] == "warning"


def test_check_tells_who_watches_with_this_state_folder(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nobody, a daemon of this version, one that was started before this version came."""
    shell.did("list")
    assert checked(shell)["daemon"].detail.endswith("nobody watches your mail now")
    with daemon_lock(shell.database.parent):
        found = checked(shell)["daemon"]
        assert (found.state, f"(process {os.getpid()})" in found.detail) == ("ok", True)
        (tmp_path / "newer.py").touch()
        monkeypatch.setattr(followupd, "__file__", str(tmp_path / "newer.py"))
        found = checked(shell)["daemon"]
        assert found.state == "warning"
        assert "before this followupd" in found.detail


def test_check_tells_mistakes_of_the_configuration_as_json_too(shell: Shell) -> None:
    """Exit code 2, one line for each mistake."""
    shell.configure(CONFIG.replace("port = 9", "port = 0").replace("Europe/Berlin", "Mars"))
    result = shell.run("check", "--json")
    assert result.code == 2
    assert [(each["check"], each["state"]) for each in result.json] == [
        ("configuration", "failed"),
        ("configuration", "failed"),
    ]
    assert shell.run("check").code == 2


def test_a_second_daemon_on_the_same_state_refuses(shell: Shell) -> None:
    """In clear words, with exit code 1, and it touches nothing."""
    shell.did("list")
    with daemon_lock(shell.database.parent) as mine:
        assert mine
        result = shell.run("run")
    assert result.code == 1
    assert "already watches" in result.err


def test_the_daemon_does_not_start_on_a_wrong_configuration(shell: Shell) -> None:
    """Exit code 2, and no state folder is made."""
    shell.configure(CONFIG.replace("port = 9", "port = 0"))
    result = shell.run("run")
    assert result.code == 2
    assert not shell.database.parent.exists()


def test_the_daemon_leaves_within_five_seconds_though_a_server_never_answers(
    shell: Shell, deaf: socket.socket
) -> None:
    """SIGTERM, while threads wait for a greeting that does not come: exit code 0 in time."""
    shell.configure(CONFIG.replace("port = 9", f"port = {deaf.getsockname()[1]}"))
    daemon = subprocess.Popen(
        [sys.executable, "-m", "followupd", "run"], stderr=subprocess.PIPE, text=True
    )
    try:
        deaf.settimeout(DEADLINE)
        first, _ = deaf.accept()
        with first:
            asked = time.monotonic()
            daemon.send_signal(signal.SIGTERM)
            _, said = daemon.communicate(timeout=DEADLINE)
            took = time.monotonic() - asked
    finally:
        daemon.kill()
        daemon.wait()
    assert daemon.returncode == 0
    assert took < 5.0
    assert "event=stopped" in said
    assert "hunter2" not in said


def test_a_log_line_is_one_line_of_keys_and_values() -> None:
    """Time, level and event first; nothing in a value breaks the line or obeys a terminal."""
    stream = io.StringIO()
    logs.configure(stream=stream)
    structlog.get_logger().warning("account failed", problem="a\nb\x1b[31m c", again_in=3)
    logging.getLogger("apscheduler").warning("late by %s", "1 s")
    logging.getLogger("apscheduler").info("not of interest")
    first, second = stream.getvalue().splitlines()
    assert first.startswith("timestamp=2")
    assert first.split()[0].endswith("Z")
    assert 'level=warning event="account failed" problem="a b [31m c" again_in=3' in first
    assert 'event="late by 1 s" logger=apscheduler' in second


def test_a_traceback_stays_on_the_line_of_its_event() -> None:
    """The journal keeps it together with its level."""
    stream = io.StringIO()
    logs.configure(stream=stream)
    try:
        assert 1 // 0
    except ZeroDivisionError as error:
        structlog.get_logger().error("pass failed", exc_info=error)
    (line,) = stream.getvalue().splitlines()
    assert "ZeroDivisionError" in line


def test_the_journal_gets_a_priority_and_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where standard error is the journal itself, not where the variable was inherited."""
    with (tmp_path / "journal").open("w+") as stream:
        found = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{found.st_dev}:{found.st_ino}")
        logs.configure(stream=stream)
        structlog.get_logger().error("store", problem="full")
        monkeypatch.setenv("JOURNAL_STREAM", f"{found.st_dev}:{found.st_ino + 1}")
        logs.configure(stream=stream)
        structlog.get_logger().error("store", problem="full")
        stream.seek(0)
        first, second = stream.read().splitlines()
    assert first == "<3>level=error event=store problem=full"
    assert second.startswith("timestamp=")


def test_the_demo_says_what_it_needs(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the embedded server, how to install it; no traceback."""
    for name in [name for name in sys.modules if name.startswith("followupd.demo")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pymap", None)
    result = shell.run("demo")
    assert result.code in (1, 2)
    assert "followupd[demo]" in result.err

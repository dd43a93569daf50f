"""A process that dies leaves no secret behind: real aborts, and what the kernel writes of them."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.dovecot import PASSWORD
from tests.support.mailbox_config import mailbox_config
from tests.support.processes import DEADLINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.usermailbox import UserMailbox

PATTERN = Path("/proc/sys/kernel/core_pattern")
HERE = Path(__file__).parents[2]
SECRET = "the-secret-of-a-process-that-aborts"

_ALLOW = 'ulimit -S -c "$(ulimit -H -c)"; echo 0x33 >/proc/self/coredump_filter; exec "$@"'
DUMPING = ("sh", "-c", _ALLOW, "sh", sys.executable)
"""Python, allowed to leave a core dump as large as can be, whatever a test before has set."""

PROGRAM = """
import resource, sys
from followupd.protection import keep_out_of_core_dumps
secret = sys.stdin.readline().strip()
if sys.argv[1] == "piped":
    # The kernel asks nobody for the limit where it pipes the dump to a collector.
    resource.setrlimit = lambda *_: None
if sys.argv[1] != "unprotected":
    keep_out_of_core_dumps()
print("ready", flush=True)
sys.stdin.readline()
"""

pytestmark = pytest.mark.skipif(
    resource.getrlimit(resource.RLIMIT_CORE)[1] == 0
    or not PATTERN.is_file()
    or PATTERN.read_text(encoding="ascii").startswith(("|", "/")),
    reason="no process of this machine's may write a core dump into its folder",
)


def dumps(folder: Path) -> list[bytes]:
    """The core dumps in a folder."""
    return [each.read_bytes() for each in folder.glob("core*")]


def aborted(folder: Path, how: str) -> list[bytes]:
    """The core dumps of a process that knows the secret and is aborted."""
    folder.mkdir()
    with subprocess.Popen(
        [*DUMPING, "-c", PROGRAM, how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(HERE)},
    ) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{SECRET}\n")
            process.stdin.flush()
            assert process.stdout.readline() == "ready\n"
        finally:
            process.send_signal(signal.SIGABRT)
    assert process.returncode == -signal.SIGABRT
    return dumps(folder)


def test_an_abort_leaves_no_core_dump(tmp_path: Path) -> None:
    """Where dumps are written into files; without our limit there would be one."""
    (dump,) = aborted(tmp_path / "bare", "unprotected")
    assert SECRET.encode() in dump
    assert aborted(tmp_path / "guarded", "protected") == []


def test_a_collector_that_ignores_the_limit_gets_no_memory(tmp_path: Path) -> None:
    """It gets a dump all the same, with the registers and without what was stored."""
    (dump,) = aborted(tmp_path / "piped", "piped")
    assert SECRET.encode() not in dump
    assert len(dump) < 100_000


@pytest.fixture
def daemon(tmp_path: Path, mailbox: UserMailbox) -> Iterator[subprocess.Popen[str]]:
    """The real daemon, signed in with a password from a file, in a folder of its own."""
    imap = mailbox.imap
    text = mailbox_config(
        port=imap.port,
        username=imap.username,
        ca_file=imap.ca_file,
        password='{ file = "mail.password" }',
    )
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    secret = tmp_path / "mail.password"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o600)
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(HERE)}
    with (tmp_path / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*DUMPING, "-m", "followupd", "run", "--config", "config.toml"],
            cwd=tmp_path,
            env=environ,
            stderr=log,
            text=True,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_the_daemon_that_knows_the_password_leaves_none_of_it(
    tmp_path: Path, daemon: subprocess.Popen[str]
) -> None:
    """Aborted while it watches, although the shell that started it allows a dump."""
    log = tmp_path / "log"
    deadline = time.monotonic() + DEADLINE
    while "event=watching" not in (said := log.read_text(encoding="utf-8")):
        assert daemon.poll() is None, said
        assert time.monotonic() < deadline, said
        time.sleep(0.05)
    filtered = Path(f"/proc/{daemon.pid}/coredump_filter").read_text(encoding="ascii")
    assert int(filtered, 16) == 0
    daemon.send_signal(signal.SIGABRT)
    assert daemon.wait(DEADLINE) == -signal.SIGABRT
    assert dumps(tmp_path) == []

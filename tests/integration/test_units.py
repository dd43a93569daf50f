"""The units under a systemd that is really process 1, with a mailbox on a real Dovecot."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.machine import ROOT, Machine, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("machine")

UNIT = "followupd@robin"
CONFIG = "/etc/followupd/robin.toml"
STATE = "/var/lib/followupd/robin"
DROP_IN = "/etc/systemd/system/followupd@robin.service.d/test.conf"

INSTALL = """
import json, os, sys
from pathlib import Path
from followupd.errors import FollowupdError
from followupd.service_unit import install, own_command, proposal
try:
    proposed = proposal(own_command(sys.argv[1], os.environ), Path(sys.argv[2]), os.environ)
    if sys.argv[3:] != ["look"]:
        install(proposed, os.environ)
    print(json.dumps([proposed.existing is None, proposed.difference]))
except FollowupdError as error:
    print(json.dumps(["refused", str(error)]))
"""
STATE_OF = """
import dataclasses, json, os
from followupd.service_unit import state, surroundings
around, now = surroundings(os.environ), state(os.environ)
print(json.dumps({**dataclasses.asdict(around), **dataclasses.asdict(now)}, default=str))
"""
INSTANCES = """
import os
from followupd.service_unit import system_units
for each in system_units(os.environ):
    print(each.unit, each.scope, each.active, each.program, each.status, sep="; ")
"""
REMOVE = "import os; from followupd.service_unit import remove; print(remove(os.environ))"


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A machine that systemd runs, with the shipped system unit and a user."""
    if reason := why_not():
        pytest.skip(f"no machine of our own can be had for the units: {reason}")
    with Machine() as machine:
        machine.add_user("robin")
        unit = (ROOT / "systemd/followupd@.service").read_text(encoding="utf-8")
        machine.write("/etc/systemd/system/followupd@.service", unit)
        machine.run("systemctl", "daemon-reload")
        yield machine


@dataclass(frozen=True, slots=True)
class Watched:
    """A user's mailbox on the server, and the machine that is to watch it."""

    machine: Machine
    server: Dovecot
    username: str

    def configure(self, path: str, owner: str, password: str) -> None:
        """Write a configuration there, and the certificate authority beside it."""
        authority = Path(self.server.ca_file).read_text(encoding="utf-8")
        folder = str(Path(path).parent)
        self.machine.write(f"{folder}/authority.pem", authority, mode="644")
        self.machine.run("chmod", "755", folder)
        text = f"""
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
language = "en"
[[accounts]]
name = "personal"
address = "robin@example.org"
[accounts.imap]
host = "localhost"
port = {self.server.ports.imaps}
username = "{self.username}"
password = {password}
ca_file = "authority.pem"
"""
        self.machine.write(path, text, owner=owner)

    def followupd(self, *words: str) -> str:
        """Run a command as an administrator would, on the service's state."""
        state = {"STATE_DIRECTORY": STATE}
        return self.machine.run(
            "followupd", *words, "--config", CONFIG, user="robin", variables=state
        )

    def process(self) -> str:
        """The number of the daemon's process."""
        return self.machine.show(UNIT, "MainPID")


@pytest.fixture(scope="module")
def watched(machine: Machine, dovecot: Dovecot) -> Watched:
    """The mailbox, with its password as an encrypted credential."""
    watched = Watched(machine, dovecot, f"robin-{uuid.uuid4().hex[:10]}")
    watched.configure(CONFIG, "robin", '{ credential = "mail" }')
    sealed = "/etc/credstore.encrypted/followupd.robin.mail"
    machine.run("systemd-creds", "encrypt", "--name=mail", "-", sealed, give=PASSWORD)
    assert PASSWORD not in machine.run("cat", sealed)
    return watched


@pytest.fixture
def running(watched: Watched) -> Watched:
    """The service is up."""
    watched.machine.run("systemctl", "start", UNIT)
    return watched


def test_a_mailbox_is_watched_with_an_encrypted_credential(running: Watched) -> None:
    """Started once it said so, it sees an answer come, inside all that it is shut in."""
    machine = running.machine
    assert machine.show(UNIT, "ActiveState") == "active"
    recruiter = "Dana Fox <dana@acme.example>"
    held = ("--held", "yesterday 14:00", "--decision-by", "tomorrow", "--recruiter", recruiter)
    running.followupd("add", "Acme", "--role", "Engineer", *held)
    answer = (
        f"From: {recruiter}\r\nTo: robin@example.org\r\nSubject: Your interview\r\n"
        f"Message-ID: <{uuid.uuid4()}@acme.example>\r\n"
        f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', time.gmtime())}\r\n\r\n"
        "We would like to meet you again next week.\r\n"
    )
    running.server.deliver(running.username, answer.encode())
    machine.wait_for(lambda: "fact=reply_received" in machine.journal(f"--unit={UNIT}"))
    [interview] = json.loads(running.followupd("list", "--json"))
    assert interview["status"] == "answered"
    assert machine.show(UNIT, "StatusText") == "watching 1 account"


def test_it_is_as_shut_in_as_the_unit_says(running: Watched) -> None:
    """It has no privileges, a filter on system calls, and no core dump."""
    process = running.process()
    status = running.machine.run("cat", f"/proc/{process}/status")
    found = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert found["NoNewPrivs"] == "1"
    assert found["Seccomp"] == "2"
    assert {int(found[f"Cap{each}"], 16) for each in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {0}
    limits = running.machine.run("cat", f"/proc/{process}/limits")
    [core] = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core.split()[4:6] == ["0", "0"]


def test_nobody_else_sees_the_password(running: Watched) -> None:
    """It is in no environment, no arguments and no log, and no other user may read it."""
    machine, process = running.machine, running.process()
    machine.run("useradd", "mallory")
    folder = f"/run/credentials/{UNIT}.service"
    assert machine.run("cat", f"{folder}/mail", user="robin") == PASSWORD
    assert "Permission denied" in machine.run("cat", f"{folder}/mail", user="mallory", check=False)
    seen = machine.run("cat", f"/proc/{process}/environ", f"/proc/{process}/cmdline")
    assert PASSWORD not in seen
    assert PASSWORD not in machine.journal()


def test_the_services_of_the_machine_are_found(running: Watched) -> None:
    """Each instance with its state, whoever it belongs to."""
    machine = running.machine
    machine.wait_for(lambda: "watching 1" in machine.show(UNIT, "StatusText"))
    found = machine.python(INSTANCES, user="root", variables={})
    expected = (
        "followupd@robin.service; system; active; /usr/local/bin/followupd; watching 1 account"
    )
    assert expected in found.splitlines()


def test_a_reload_reads_the_configuration_in_the_same_process(running: Watched) -> None:
    """`systemctl reload` waits until it is done, and nothing is started anew."""
    machine, before = running.machine, running.process()
    machine.run("systemctl", "reload", UNIT)
    said = f"--unit={UNIT}", f"_PID={before}"
    machine.wait_for(lambda: "configuration read again" in machine.journal(*said))
    assert running.process() == before


def test_it_ends_by_itself_when_it_is_told_to(running: Watched) -> None:
    """Within the ten seconds that the unit gives it, with nobody having to end it by force."""
    running.machine.run("systemctl", "stop", UNIT)
    assert running.machine.show(UNIT, "Result") == "success"
    assert running.machine.show(UNIT, "ExecMainStatus") == "0"
    assert "event=stopped" in running.machine.journal(f"--unit={UNIT}")


def test_a_daemon_that_hangs_is_started_again(watched: Watched) -> None:
    """Systemd hears nothing from it, ends it and starts another one."""
    machine = watched.machine
    quick = "[Unit]\nStartLimitIntervalSec=0\n[Service]\nWatchdogSec=2\nRestartSec=100ms\n"
    machine.write(DROP_IN, quick)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", UNIT)
    machine.run("systemctl", "kill", "--kill-whom=main", "--signal=STOP", UNIT, check=False)
    machine.wait_for(
        lambda: (
            int(machine.show(UNIT, "NRestarts")) > 0
            and machine.show(UNIT, "ActiveState") == "active"
        )
    )
    assert f"{UNIT}.service: Watchdog timeout" in machine.journal("_PID=1")
    machine.run("systemctl", "stop", UNIT)
    machine.run("rm", DROP_IN)
    machine.run("systemctl", "daemon-reload")


def test_a_wrong_configuration_is_not_tried_again_and_again(watched: Watched) -> None:
    """It would stay wrong: the service has failed, and its log says why."""
    machine = watched.machine
    machine.add_user("dana")
    machine.write("/etc/followupd/dana.toml", "[user]\nnmae = 'Dana'\n", owner="dana")
    assert "failed" in machine.run("systemctl", "start", "followupd@dana", check=False)
    assert machine.show("followupd@dana", "ActiveState") == "failed"
    assert machine.show("followupd@dana", "ExecMainStatus") == "2"
    assert machine.show("followupd@dana", "NRestarts") == "0"
    assert "nmae" in machine.journal("--unit=followupd@dana")


def test_without_its_credential_it_runs_and_says_what_is_missing(watched: Watched) -> None:
    """Commands and other accounts go on; the state of the service names the credential."""
    machine = watched.machine
    machine.add_user("kim")
    watched.configure("/etc/followupd/kim.toml", "kim", '{ credential = "mail" }')
    machine.run("systemctl", "start", "followupd@kim")
    machine.wait_for(lambda: "watching 0 of 1" in machine.show("followupd@kim", "StatusText"))
    assert "credential" in machine.show("followupd@kim", "StatusText")
    machine.run("systemctl", "stop", "followupd@kim")


def test_the_user_service_is_installed_seen_and_taken_away(watched: Watched) -> None:
    """With odd paths, after su, twice, over a change of the user's own; and then it is gone."""
    machine = watched.machine
    number = machine.add_user("sam", with_manager=True)
    config, state_home = "/home/sam/my 100% $HOME/c;onfig.toml", "/home/sam/the state"
    watched.configure(config, "sam", '{ env = "MAIL_PASSWORD" }')
    machine.run("install", "-d", "-o", "sam", "-g", "sam", state_home)
    # Without $XDG_RUNTIME_DIR, as after su.
    variables = {"HOME": "/home/sam", "XDG_STATE_HOME": state_home}
    program = "/usr/local/bin/followupd"

    def asked(code: str, *words: str) -> str:
        return machine.python(code, *words, user="sam", variables=variables)

    assert json.loads(asked(INSTALL, program, config)) == [True, ""]
    now = json.loads(asked(STATE_OF))
    assert (now["manager"], now["lingering"], now["desktop"]) == ("ready", False, False)
    assert (now["load"], now["active"], now["enabled"]) == ("loaded", "active", "enabled")
    assert now["program"] == program
    assert now["command"] == f"{program} run --config {config}"
    assert now["unit_file"] == "/home/sam/.config/systemd/user/followupd.service"
    assert now["since"].endswith("+00:00")
    assert machine.run("test", "-e", f"{state_home}/followupd/followupd.db") == ""
    arguments = machine.run("cat", f"/proc/{now['main_pid']}/cmdline").split("\0")
    assert arguments[-4:] == ["run", "--config", config, ""]
    assert machine.run("stat", "--format=%u", f"/proc/{now['main_pid']}").strip() == str(number)

    assert json.loads(asked(INSTALL, program, config, "look")) == [False, ""]
    machine.run("sed", "-i", "s/WatchdogSec=90/WatchdogSec=600/", now["unit_file"])
    [_, difference] = json.loads(asked(INSTALL, program, config, "look"))
    assert "-WatchdogSec=600" in difference.splitlines()
    assert "+WatchdogSec=90" in difference.splitlines()
    assert "WatchdogSec=600" in machine.run("cat", now["unit_file"])

    assert asked(REMOVE).strip() == now["unit_file"]
    assert json.loads(asked(STATE_OF))["load"] == "not-found"
    assert asked(REMOVE).strip() == "None"


def test_a_user_service_that_does_not_come_up_says_why(watched: Watched) -> None:
    """What the daemon said is in the error, and the command that says more."""
    machine = watched.machine
    machine.add_user("alex", with_manager=True, groups="systemd-journal")
    config = "/home/alex/.config/followupd/config.toml"
    machine.run("mkdir", "--parents", "/home/alex/.config/followupd", user="alex")
    machine.write(config, "[user]\nnmae = 'Alex'\n", owner="alex")
    variables = {"HOME": "/home/alex"}
    program = "/usr/local/bin/followupd"
    told = machine.python(INSTALL, program, config, user="alex", variables=variables)
    [result, error] = json.loads(told)
    assert result == "refused"
    assert "did not come up (failed, exit-code)" in error
    assert "followupd check" in error
    assert "nmae" in error
    assert "--config" not in machine.run("cat", "/home/alex/.config/systemd/user/followupd.service")

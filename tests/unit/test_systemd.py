"""The systemd units: systemd itself finds nothing wrong with them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
USER_UNIT = UNITS / "followupd.service"
SYSTEM_UNIT = UNITS / "followupd@.service"

GUIDE = Path(__file__).parents[2] / "docs" / "service.md"

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None and os.environ.get("CI") != "true",
    reason="systemd-analyze is not installed, so the units cannot be verified",
)


def settings(unit: Path) -> dict[str, list[str]]:
    """The settings of a unit, in order, by name."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith(("#", ";")):
            found.setdefault(name, []).append(value)
    return found


@needs_systemd
@pytest.mark.parametrize(
    ("unit", "program", "manager"),
    [
        (USER_UNIT, "%h/.local/bin/followupd", "--user"),
        (SYSTEM_UNIT, "/usr/local/bin/followupd", "--system"),
    ],
    ids=["user", "system"],
)
def test_systemd_finds_nothing_wrong(
    unit: Path, program: str, manager: str, tmp_path: Path
) -> None:
    """No unknown setting, no bad value; only the program is one that exists here."""
    text = unit.read_text(encoding="utf-8")
    assert text.count(f"ExecStart={program} run") == 1
    copy = tmp_path / unit.name
    copy.write_text(text.replace(program, "/bin/true"), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", manager, "verify", "--man=no", str(copy)],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def exposure(unit: Path, manager: str, runtime: Path) -> float:
    """How much of the system a unit leaves open, 0 to 10, as systemd reckons it."""
    done = subprocess.run(
        ["systemd-analyze", manager, "security", "--offline=yes", "--no-pager", str(unit)],
        env={"PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(runtime), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    [figure] = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    return float(figure)


@needs_systemd
@pytest.mark.parametrize(
    ("unit", "manager", "most"),
    [(USER_UNIT, "--user", 6.6), (SYSTEM_UNIT, "--system", 1.2)],
    ids=["user", "system"],
)
def test_little_is_left_open(unit: Path, manager: str, most: float, tmp_path: Path) -> None:
    """What a user unit can do without is done without; the system unit is shut in far more."""
    assert exposure(unit, manager, tmp_path) <= most


@needs_systemd
def test_the_guide_tells_the_true_figures(tmp_path: Path) -> None:
    """They are those of the systemd that the guide names; another one may reckon otherwise."""
    guide = GUIDE.read_text(encoding="utf-8")
    [(version, system, user)] = re.findall(
        r"systemd ([0-9]+) gives the system unit ([0-9.]+) and the user unit ([0-9.]+)", guide
    )
    here = subprocess.run(
        ["systemd-analyze", "--version"], capture_output=True, text=True, timeout=60, check=True
    )
    if here.stdout.split()[:2] == ["systemd", version]:
        assert float(system) == exposure(SYSTEM_UNIT, "--system", tmp_path)
        assert float(user) == exposure(USER_UNIT, "--user", tmp_path)
    assert float(system) <= 1.2


@pytest.mark.parametrize("unit", [USER_UNIT, SYSTEM_UNIT], ids=["user", "system"])
def test_the_units_agree_with_the_daemon(unit: Path) -> None:
    """It reports when it is ready, is watched, rereads on HUP, and is not restarted in vain."""
    found = settings(unit)
    assert found["Type"] == ["notify"]
    assert found["NotifyAccess"] == ["main"]
    assert found["WatchdogSec"] == ["90"]
    assert found["TimeoutStopSec"] == ["10"]
    assert found["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert found["Restart"] == ["on-failure"]
    assert found["RestartPreventExitStatus"] == ["2"]
    assert {"RestartSec", "StartLimitIntervalSec", "StartLimitBurst"} <= set(found)
    assert found["UMask"] == ["0077"]
    assert found["NoNewPrivileges"] == ["yes"]
    assert found["LimitCORE"] == ["0"]


def test_the_user_unit_asks_for_nothing_a_user_cannot_have() -> None:
    """What needs privileges or a mount namespace stops it, or shuts gpg and the keyring out."""
    found = settings(USER_UNIT)
    assert not {
        "CapabilityBoundingSet",
        "AmbientCapabilities",
        "User",
        "ProtectSystem",
        "ProtectHome",
        "PrivateTmp",
        "PrivateDevices",
        "ProtectKernelModules",
        "MemoryDenyWriteExecute",
        "StateDirectory",
    } & set(found)
    assert "AF_UNIX" in found["RestrictAddressFamilies"][0].split()


def test_the_system_unit_gives_each_user_a_state_of_their_own() -> None:
    """Nobody else can look into it, and nothing else can be written."""
    found = settings(SYSTEM_UNIT)
    assert found["User"] == ["%i"]
    assert found["StateDirectory"] == ["followupd/%i"]
    assert found["StateDirectoryMode"] == ["0700"]
    assert found["ProtectSystem"] == ["strict"]
    assert found["CapabilityBoundingSet"] == [""]
    assert found["ExecStart"][0].endswith("--config /etc/followupd/%i.toml")


def test_the_system_unit_decrypts_a_password_of_its_own_instance() -> None:
    """Each user's lies apart, under the name that the configuration uses."""
    assert settings(SYSTEM_UNIT)["LoadCredentialEncrypted"] == ["mail:followupd.%i.mail"]

"""The systemd units: systemd itself finds nothing wrong with them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
USER_UNIT = UNITS / "followupd.service"
SYSTEM_UNIT = UNITS / "followupd@.service"

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None,
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

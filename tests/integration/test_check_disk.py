"""`check` where the state folder is full, read-only, or somebody else's: said, and left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.checked import checked
from tests.support.cli import CONFIG, Shell
from tests.support.small_disk import as_root, fill, small_disk

_NOBODY = 12345
"""A user that no machine has."""


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line whose account has no server."""
    return Shell.make(tmp_path, monkeypatch, capsys)


@pytest.fixture
def state(shell: Shell) -> Path:
    """The state folder, which is there already."""
    place = shell.database.parent
    place.mkdir(parents=True)
    return place


@as_root
def test_a_full_disk_is_told_with_how_little_is_left(shell: Shell, state: Path) -> None:
    """And everything else is tried all the same."""
    with small_disk(state, "size=1m"):
        fill(state)
        found = checked(shell)
    assert {"disk", "database"} <= found.failed()
    assert found["disk"].detail.startswith("0 octets are free for ")
    assert "make room" in found["disk"].advice
    assert found["personal: DNS"].state == "ok"


@as_root
@pytest.mark.parametrize(("size", "how"), [("10m", "failed"), ("100m", "warning"), ("400m", "ok")])
def test_little_room_is_a_warning_and_too_little_a_failure(
    shell: Shell, state: Path, size: str, how: str
) -> None:
    """Below 200 MB, and below 20 MB."""
    with small_disk(state, f"size={size}"):
        found = checked(shell)
    assert found["disk"].state == how
    assert " MB are free for " in found["disk"].detail
    assert found["database"].state == "ok"


@as_root
def test_no_more_files_are_a_full_disk_as_well(shell: Shell, state: Path) -> None:
    """A file system can be out of files with room to spare."""
    with small_disk(state, "size=400m", "nr_inodes=2"):
        (state / "last").touch()
        found = checked(shell)
    assert "no more files can be made" in found["disk"].detail
    assert found["disk"].state == "failed"


@as_root
def test_a_file_system_that_can_only_be_read_is_told(shell: Shell, state: Path) -> None:
    """As the kernel makes it after a fault of the disk."""
    with small_disk(state, "size=400m"):
        shell.did("list")
        subprocess.run(["mount", "-o", "remount,ro", str(state)], check=True)
        found = checked(shell, "--write")
    assert found["disk"].state == "failed"
    assert "can only be read" in found["disk"].detail
    assert found["database"].state == "failed"


@as_root
def test_a_state_folder_of_another_user_is_left_alone(shell: Shell, state: Path) -> None:
    """Files that root made in it would keep its owner out."""
    os.chown(state, _NOBODY, _NOBODY)
    found = checked(shell, "--write")
    assert found["state folder"].state == "failed"
    assert f"belongs to the user with the number {_NOBODY}" in found["state folder"].detail
    assert "database" not in found
    assert list(state.iterdir()) == []


_AS_ANOTHER = """
import os, sys
from followupd.cli import main
config, mine, theirs, uid = sys.argv[1:]
os.environ["XDG_STATE_HOME"] = mine
main(["--config", config, "check"])  # so that all is loaded that this user could not read
sys.stdout = open(os.dup(1), "w")
os.setgroups([]); os.setgid(int(uid)); os.setuid(int(uid))
os.environ["XDG_STATE_HOME"] = theirs
print("AS ANOTHER")
raise SystemExit(main(["--config", config, "check"]))
"""


@as_root
def test_a_plain_user_whose_state_folder_cannot_be_written_is_told_what_to_do(
    tmp_path: Path,
) -> None:
    """It is theirs, but its mode keeps even them from writing."""
    place = Path("/dev/shm") / f"followupd-{tmp_path.parent.name}-{tmp_path.name}"  # noqa: S108 - a place that another user can reach
    theirs = place / "followupd"
    theirs.mkdir(parents=True)
    config = place / "config.toml"
    config.write_text(CONFIG)
    theirs.chmod(0o500)
    for each in (place, theirs, config):
        os.chown(each, _NOBODY, _NOBODY)
    try:
        done = subprocess.run(
            [
                *(sys.executable, "-c", _AS_ANOTHER),
                *(str(config), str(tmp_path / "mine"), str(place), str(_NOBODY)),
            ],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        said = done.stdout.partition("AS ANOTHER\n")[2]
        assert done.returncode == 1, done.stderr
        assert "failed: disk: nothing can be written into" in said
        assert "failed: database:" in said
        assert "to do: make it yours: it must belong to" in said
        assert done.stderr == ""
        assert list(theirs.iterdir()) == []
    finally:
        config.unlink()
        theirs.rmdir()
        place.rmdir()

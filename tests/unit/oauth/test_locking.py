"""One refresh at a time, and nobody waits for ever."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from followupd.errors import ConnectionLost, SecretMissing
from followupd.oauth.locking import locked

if TYPE_CHECKING:
    from pathlib import Path


def test_the_lock_is_held_by_one_thread_at_a_time(tmp_path: Path) -> None:
    """Also among threads of one process: the next one comes in when the first has left."""
    path, order, waits = tmp_path / "folder" / "lock", list[str](), threading.Event()

    def work() -> None:
        waits.set()
        with locked(path, "work"):
            order.append("the second is in")

    thread = threading.Thread(target=work)
    with locked(path, "work"):
        thread.start()
        assert waits.wait(60)
        # Where nothing kept it out, it would be in long before this.
        thread.join(0.3)
        order.append("the first leaves")
    thread.join(60)
    assert order == ["the first leaves", "the second is in"]


def test_whoever_waits_too_long_is_told_so(tmp_path: Path) -> None:
    """It is tried again later: no sign-in is ended by that."""
    path = tmp_path / "lock"
    with (
        locked(path, "work"),
        pytest.raises(ConnectionLost, match="another followupd"),
        locked(path, "work", seconds=0),
    ):
        pytest.fail("two held it")
    with locked(path, "work", seconds=0):
        assert path.exists()


def test_an_error_inside_lets_go_of_the_lock(tmp_path: Path) -> None:
    """The next one gets it at once."""
    path = tmp_path / "lock"
    with pytest.raises(ZeroDivisionError), locked(path, "work"):
        _ = 1 // 0
    with locked(path, "work", seconds=0):
        assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_put_into_the_folder_of_another_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A lock of root's would keep the user's own daemon from its tokens, long after."""
    if os.geteuid() == 0:
        os.chown(tmp_path, 65_534, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 65_534)
    with pytest.raises(SecretMissing, match="belongs to another user"), locked(tmp_path / "l", "w"):
        pytest.fail("it was held")
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A link is not followed, and a file is no folder."""
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "file").touch()
    for path in (tmp_path / "link", tmp_path / "file" / "lock"):
        with (
            pytest.raises(SecretMissing, match=r"cannot be locked.*(link|lock)"),
            locked(path, "w"),
        ):
            pytest.fail("it was held")
    assert not (tmp_path / "elsewhere").exists()

"""A file that is put in the place of another one: whole, for whom it is, and for good."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from followupd import replacing
from followupd.oauth import token_file
from followupd.oauth.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2026, 12, 8, tzinfo=UTC)
TOKENS = Tokens("access", "refresh", None, NOW, NOW, (), "google", "client")

WAYS = pytest.mark.parametrize(
    "put",
    [
        lambda path: replacing.put(path, b"the new one"),
        lambda path: token_file.write(path, TOKENS),
    ],
    ids=["any", "tokens"],
)


@WAYS
def test_what_was_put_there_outlives_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put: Callable[[Path], None]
) -> None:
    """The content is on the disk before the name leads to it, and the name is before it returns."""
    acts: list[str] = []
    fsync, replace = os.fsync, os.replace

    def synced(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        acts.append("folder" if is_folder else "content")
        fsync(descriptor)

    def replaced(source: str, target: str, **where: int) -> None:
        acts.append("name")
        replace(source, target, **where)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    put(tmp_path / "file")
    assert acts == ["content", "name", "folder"]


@WAYS
def test_only_its_owner_may_read_it_whatever_the_umask_is(
    tmp_path: Path, put: Callable[[Path], None]
) -> None:
    """From the first moment on, and nothing else is left beside it."""
    before = os.umask(0)
    try:
        put(tmp_path / "file")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == replacing.OWNER_ONLY
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_what_cannot_be_put_there_leaves_what_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as on a full disk."""
    path = tmp_path / "file"
    path.write_bytes(b"the old one")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replacing.put(path, b"the new one")
    assert path.read_bytes() == b"the old one"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_file_system_that_cannot_keep_names_is_lived_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is in its place: nobody is told that it is not."""

    def refused(_: Path) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(replacing, "sync_folder", refused)
    replacing.put(tmp_path / "file", b"the new one", 0o640)
    assert (tmp_path / "file").read_bytes() == b"the new one"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640

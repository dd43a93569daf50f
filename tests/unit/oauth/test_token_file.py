"""The file of tokens: only its owner's, replaced in one step, and never somebody else's file."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from followupd.errors import SecretMissing
from followupd.oauth import token_file
from followupd.oauth.tokens import to_json
from tests.unit.oauth.test_tokens import TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the tokens are to lie; the folder is not there yet."""
    return tmp_path / "private" / "tokens.json"


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_tokens_come_back_from_the_file(path: Path) -> None:
    """Also after they were replaced."""
    assert token_file.read(path) is None
    token_file.write(path, TOKENS)
    assert token_file.read(path) == TOKENS
    newer = replace(TOKENS, access="access-2")
    token_file.write(path, newer)
    assert token_file.read(path) == newer


def test_nobody_else_may_read_the_file_or_its_new_folder(path: Path) -> None:
    """Whatever the umask says."""
    before = os.umask(0)
    try:
        token_file.write(path, TOKENS)
    finally:
        os.umask(before)
    assert (_mode(path), _mode(path.parent)) == (0o600, 0o700)


def test_no_other_file_is_left_behind(path: Path) -> None:
    """Not even what a killed process had begun to write."""
    path.parent.mkdir()
    (path.parent / ".tokens.json.new").write_text(to_json(TOKENS)[:50])
    token_file.write(path, TOKENS)
    assert [each.name for each in path.parent.iterdir()] == ["tokens.json"]


def test_an_empty_file_counts_as_none(path: Path) -> None:
    """A user may have made it beforehand."""
    path.parent.mkdir()
    path.touch(0o600)
    assert token_file.read(path) is None
    token_file.write(path, TOKENS)
    assert token_file.read(path) == TOKENS


@pytest.mark.parametrize("content", [b"my diary\n", b"{}", b"\xff\xfe\x00", b"[" * 300_000])
@pytest.mark.parametrize("act", [token_file.read, token_file.erase, "write"])
def test_a_file_that_holds_something_else_is_left_as_it_is(
    path: Path, content: bytes, act: Callable[[Path], object] | str
) -> None:
    """A mistake in the configuration must not cost the user a file."""
    path.parent.mkdir()
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(SecretMissing, match="something else than tokens"):
        token_file.write(path, TOKENS) if isinstance(act, str) else act(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o666])
def test_a_file_that_others_may_use_is_refused(path: Path, mode: int) -> None:
    """And the message says which command helps."""
    token_file.write(path, TOKENS)
    path.chmod(mode)
    with pytest.raises(SecretMissing, match=f"chmod 600 {path}"):
        token_file.read(path)
    with pytest.raises(SecretMissing, match=f"chmod 600 {path}"):
        token_file.write(path, TOKENS)


@pytest.mark.parametrize("mode", [0o777, 0o720, 0o702])
def test_a_folder_that_others_may_write_in_is_refused(path: Path, mode: int) -> None:
    """They could put a file of theirs there."""
    token_file.write(path, TOKENS)
    path.parent.chmod(mode)
    with pytest.raises(SecretMissing, match=f"chmod go-w {path.parent}"):
        token_file.read(path)
    with pytest.raises(SecretMissing, match=f"chmod go-w {path.parent}"):
        token_file.write(path, TOKENS)


def test_a_sticky_folder_will_do(path: Path) -> None:
    """In /tmp nobody can take away or exchange another's file."""
    token_file.write(path, TOKENS)
    path.parent.chmod(0o1777)
    assert token_file.read(path) == TOKENS


def test_a_link_is_never_followed(path: Path, tmp_path: Path) -> None:
    """Neither to read nor to write nor to delete; what it leads to stays."""
    elsewhere = tmp_path / "elsewhere"
    token_file.write(elsewhere, TOKENS)
    path.parent.mkdir()
    path.symlink_to(elsewhere)
    for act in (token_file.read, token_file.erase):
        with pytest.raises(SecretMissing, match="link"):
            act(path)
    with pytest.raises(SecretMissing, match="link"):
        token_file.write(path, replace(TOKENS, access="access-2"))
    assert token_file.read(elsewhere) == TOKENS
    assert path.is_symlink()


def test_a_pipe_or_a_folder_is_refused_at_once(path: Path) -> None:
    """Opening a pipe would wait for ever."""
    path.parent.mkdir()
    os.mkfifo(path, 0o600)
    with pytest.raises(SecretMissing, match="not a regular file"):
        token_file.read(path)
    path.unlink()
    path.mkdir(0o700)
    with pytest.raises(SecretMissing, match="not a regular file"):
        token_file.read(path)


def test_deleting_tells_whether_there_was_a_file(path: Path) -> None:
    """And leaves nothing that holds a token."""
    assert not token_file.erase(path)
    token_file.write(path, TOKENS)
    (path.parent / ".tokens.json.new").write_text("half")
    assert token_file.erase(path)
    assert list(path.parent.iterdir()) == []
    assert not token_file.erase(path)


def test_a_place_that_cannot_be_written_leaves_the_old_tokens(path: Path) -> None:
    """The message names the file."""
    token_file.write(path, TOKENS)
    # A folder of that name stands in the way of the new file.
    (path.parent / ".tokens.json.new").mkdir()
    with pytest.raises(SecretMissing, match=f"not stored: {path}"):
        token_file.write(path, replace(TOKENS, access="access-2"))
    assert token_file.read(path) == TOKENS


def test_no_error_shows_what_is_in_the_file(path: Path) -> None:
    """A file that was cut short may still hold tokens."""
    path.parent.mkdir()
    path.write_text(to_json(TOKENS)[:-3])
    path.chmod(0o600)
    with pytest.raises(SecretMissing) as caught:
        token_file.read(path)
    assert "refresh-1" not in str(caught.value)
    assert "access-1" not in str(caught.value)

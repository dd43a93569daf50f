"""Tokens in a file that only its owner may read.

It is replaced in one step that outlives a power cut, never followed through a link, and neither
read nor written where others could have put it there. What is no file of tokens is never
overwritten and never deleted.
"""

from __future__ import annotations

import errno
import os
import shlex
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from followupd.errors import SecretMissing
from followupd.oauth.tokens import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from followupd.oauth.tokens import Tokens

_LARGEST: Final = 262_144
_IS_LINK: Final = errno.ELOOP
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def read(path: Path) -> Tokens | None:
    """The tokens in a file; None: there is no file, or it is empty.

    Raises:
        SecretMissing: it cannot be trusted or read, or holds something else.
    """
    with _folder(path) as folder:
        return None if folder is None else _read(path, folder)


def write(path: Path, tokens: Tokens) -> None:
    """Put tokens into a file; when this returns, they are on the disk.

    Its folder is made where it is missing, for its owner alone.

    Raises:
        SecretMissing: they are not stored, and why; what was there is there still.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _folder(path) as folder:
            if folder is None:
                raise FileNotFoundError(errno.ENOENT, "its folder has vanished")
            _read(path, folder)
            _replace(path, folder, to_json(tokens).encode())
    except OSError as error:
        if isinstance(error, SecretMissing):
            raise
        raise SecretMissing(f"the tokens were not stored: {path}: {error.strerror}") from None


def erase(path: Path) -> bool:
    """Delete the file; False: there was none.

    Raises:
        SecretMissing: it is still there, and why.
    """
    with _folder(path) as folder:
        if folder is None:
            return False
        try:
            _read(path, folder)
            _discard(_new_name(path), folder)
            os.unlink(path.name, dir_fd=folder)
            os.fsync(folder)
        except FileNotFoundError:
            return False
        except OSError as error:
            if isinstance(error, SecretMissing):
                raise
            raise SecretMissing(f"{path} was not deleted: {error.strerror}") from None
    return True


@contextmanager
def _folder(path: Path) -> Iterator[int | None]:
    """The open folder of a file, checked; None: there is none.

    All is done relative to it, so that nobody can exchange it in between.
    """
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        raise SecretMissing(f"{path.parent} cannot be opened: {error.strerror}") from None
    try:
        _check_folder(path, os.fstat(folder))
        yield folder
    finally:
        os.close(folder)


def _check_folder(path: Path, found: os.stat_result) -> None:
    if found.st_uid not in (os.geteuid(), 0):
        raise SecretMissing(f"{path.parent} belongs to another user; name a file in your own")
    # In a sticky folder others cannot take a file of ours away, and theirs is not ours.
    if found.st_mode & _OTHERS_WRITE and not found.st_mode & stat.S_ISVTX:
        raise SecretMissing(
            f"others may write in {path.parent}, and so put another file there; run "
            f"`chmod go-w {shlex.quote(str(path.parent))}`"
        )


def _read(path: Path, folder: int) -> Tokens | None:
    """The tokens; None: there is no file, or an empty one."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
    try:
        descriptor = os.open(path.name, flags, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        is_link = error.errno == _IS_LINK
        why = "it is a link, which is not followed" if is_link else error.strerror
        raise SecretMissing(f"the tokens in {path} cannot be read: {why}") from None
    try:
        _check_file(path, os.fstat(descriptor))
        content = os.read(descriptor, _LARGEST)
    except OSError as error:
        if isinstance(error, SecretMissing):
            raise
        raise SecretMissing(f"the tokens in {path} cannot be read: {error.strerror}") from None
    finally:
        os.close(descriptor)
    if not content.strip():
        return None
    try:
        tokens = from_json(content.decode())
    except UnicodeDecodeError:
        tokens = None
    if tokens is None:
        raise SecretMissing(
            f"{path} holds something else than tokens, and was left as it is; move it away or "
            "name another file in accounts.oauth.tokens"
        )
    return tokens


def _check_file(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise SecretMissing(f"{path} is not a regular file")
    if found.st_uid != os.geteuid():
        raise SecretMissing(f"{path} belongs to another user")
    if found.st_mode & _OTHERS:
        raise SecretMissing(
            f"others than its owner may use {path}; run `chmod 600 {shlex.quote(str(path))}`"
        )


def _replace(path: Path, folder: int, content: bytes) -> None:
    new = _new_name(path)
    _discard(new, folder)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(new, flags, 0o600, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(new, path.name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        _discard(new, folder)
        raise
    os.fsync(folder)


def _new_name(path: Path) -> str:
    # Always the same: what a killed process left is overwritten by the next. The lock is held.
    return f".{path.name}.new"


def _discard(name: str, folder: int) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return

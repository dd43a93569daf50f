"""One refresh at a time, among all threads and processes of this user.

A provider that rotates refresh tokens ends the whole grant when one is used twice; so whoever
refreshes holds this lock and reads the tokens anew before. The kernel lets go of it when its
holder dies.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from followupd.errors import ConnectionLost, SecretMissing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS: Final = 120.0
"""How long to wait for another. A refresh takes some requests of 30 seconds at most; whoever gives
up before it is done tries again later."""

_LOOK_EVERY: Final = 0.05


@contextmanager
def locked(path: Path, account: str, *, seconds: float = SECONDS) -> Iterator[None]:
    """Hold the lock of an account's tokens; blocks.

    Args:
        path: the lock's file; it stays where it is, so that all lock the same one.
        account: the account's name, for words.
        seconds: how long to wait at most.

    Raises:
        SecretMissing: the file cannot be made, or would lie in the folder of another user.
        ConnectionLost: another process held it all the time.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_strange(path.parent, account)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        if isinstance(error, SecretMissing):
            raise
        raise SecretMissing(
            f"the tokens of {account} cannot be locked: {path}: {error.strerror}"
        ) from None
    try:
        _wait_for(descriptor, account, seconds)
        yield
    finally:
        os.close(descriptor)


def _refuse_strange(folder: Path, account: str) -> None:
    """A lock that root has made would lock the user out whose folder it is."""
    owner = folder.stat().st_uid
    if owner not in (os.geteuid(), 0):
        raise SecretMissing(
            f"the tokens of {account} were left alone: {folder} belongs to another user; run this "
            "as that user, or name a file in a folder of your own"
        )


def _wait_for(descriptor: int, account: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise ConnectionLost(
                    f"another followupd has been fetching new tokens of {account} for "
                    f"{seconds:g} seconds; this is tried again later"
                ) from None
            time.sleep(_LOOK_EVERY)
        else:
            return

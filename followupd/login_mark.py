"""The mark that a sign-in leaves in the state folder, so that a running daemon goes on at once.

It is a file for each account that holds nothing: when it was touched last says all.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def leave(state: Path, account: str) -> None:
    """Leave it: what the account signs in with may have changed."""
    # Where it cannot be left no daemon of this user is at work; the secret is stored all the same.
    with suppress(OSError):
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        _mark(state, account).touch(mode=0o600)


def left_at(state: Path, account: str) -> int:
    """Tell when it was left last, in nanoseconds of the file system's clock; 0: never."""
    try:
        return _mark(state, account).stat().st_mtime_ns
    except OSError:
        return 0


def _mark(state: Path, account: str) -> Path:
    return state / f"{account}.login"

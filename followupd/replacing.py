"""Putting a whole file in the place of another one: who reads it finds the old one or the new."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o600


def put(
    path: Path, raw: bytes, mode: int = OWNER_ONLY, owner: tuple[int, int] | None = None
) -> None:
    """Write a file in one step that outlives a power cut; a link of that name is replaced.

    Args:
        path: in a folder that is there.
        raw: all that the file is to hold.
        mode: its permissions.
        owner: the numbers of the user and the group that it is given to; None: who writes it.

    Raises:
        OSError: it could not be written; what was there is there still.
    """
    # mkstemp makes it for its owner alone.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - it is open already
            file.write(raw)
            if owner is not None:
                os.fchown(file.fileno(), *owner)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    with suppress(OSError):  # it is in its place; not every file system makes that last at once
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlive a power cut.

    Raises:
        OSError: the file system cannot.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""A database as it is made new, copied: to make it takes longer than what most tests do with it."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from followupd.store import DATABASE, Store


def lay_new_database(path: Path) -> None:
    """Put an empty database there, private as followupd makes it, unless there is one."""
    if path.exists():
        return
    for folder in reversed(path.parents):
        if not folder.exists():
            folder.mkdir(mode=0o700)
    path.touch(mode=0o600)
    path.write_bytes(_new())


@cache
def _new() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / DATABASE
        Store.open(path).close()
        return path.read_bytes()

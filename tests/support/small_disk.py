"""A small file system of its own over a folder, so that it can be full, or read-only, for real."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount, or become another")


@contextmanager
def small_disk(place: Path, *options: str) -> Iterator[None]:
    """Mount it over a folder, with options such as `size=1m`; skips where that is not allowed."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", ",".join((*options, "mode=700")), "state", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"a file system cannot be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place: Path) -> None:
    """Leave no room in it."""
    with suppress(OSError), (place / "much").open("wb", buffering=0) as much:
        while True:
            much.write(b"\0" * 4096)

"""Server programs from packages that are unpacked and not installed.

Cyrus and Courier as packages start services on the standard ports, and want the machine's own
mail transport. So `tests/install-mail-servers` only unpacks them, into a folder that looks like
the root of a file system; here it is found again. Where they are installed after all, the real
root serves as well.
"""

from __future__ import annotations

import os
from pathlib import Path

_SHARED = Path("/var/cache/followupd/mail-servers")


def root_with(*programs: str) -> Path | None:
    """The first root under which all these programs lie, such as "usr/sbin/couriertcpd"."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for root in (_SHARED, cache / "followupd/mail-servers", Path("/")):
        if all(os.access(root / program, os.X_OK) for program in programs):
            return root
    return None


def environment(root: Path) -> dict[str, str]:
    """Our own environment, in which a program under `root` finds its libraries."""
    if root == Path("/"):
        return dict(os.environ)
    folders = [
        *root.glob("usr/lib/*-linux-gnu*"),
        *root.glob("lib/*-linux-gnu*"),
        root / "usr/lib",
    ]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, folders))}

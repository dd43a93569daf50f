"""Finds every CPython that followupd supports on this machine; prints one path a line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

OLDEST = (3, 11)
MINORS = range(OLDEST[1], OLDEST[1] + 9)
PROBE = (
    "import sys, venv, ensurepip; "
    "print(sys.implementation.name, *sys.version_info[:2], sys.executable)"
)


def probe(candidate: str) -> tuple[tuple[int, int], str] | None:
    """The version and path of a working CPython with venv, else None."""
    try:
        done = subprocess.run(
            [candidate, "-c", PROBE],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    name, major, minor, path = done.stdout.split(maxsplit=3)
    version = (int(major), int(minor))
    return (version, path.strip()) if name == "cpython" and version >= OLDEST else None


def candidates() -> list[str]:
    """Where interpreters usually are: on the path, in pyenv and where uv puts them."""
    found = [shutil.which(f"python3.{minor}") for minor in MINORS]
    homes = [
        Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions",
        Path("~/.local/share/uv/python").expanduser(),
    ]
    for home in homes:
        if home.is_dir():
            found += [str(path) for path in sorted(home.glob("*/bin/python3"))]
    return [sys.executable, *(path for path in found if path)]


def complaint() -> str:
    """Why the running interpreter cannot be used; "" when it can."""
    if sys.version_info < OLDEST:
        return (
            f"followupd needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is "
            f"{sys.version.split()[0]}. Name another: make PYTHON=python3.12 ..."
        )
    if find_spec("ensurepip") is None or find_spec("venv") is None:
        return "This Python comes without venv. On Debian and Ubuntu: apt-get install python3-venv"
    return ""


def main() -> int:
    """Print the first interpreter of each version, the running one's version first."""
    if "--check" in sys.argv:
        said = complaint()
        if said:
            print(said, file=sys.stderr)
        return 1 if said else 0
    chosen: dict[tuple[int, int], str] = {}
    for candidate in candidates():
        found = probe(candidate)
        if found is not None:
            chosen.setdefault(*found)
    for (major, minor), path in chosen.items():
        print(f"{major}.{minor} {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

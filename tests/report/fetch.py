"""Fetches the public recruiters' mail to where it is measured, and nowhere else.

Its texts name private people and carry no licence: they are for whoever measures, on their own
machine, and no part of this project. Only the files that are read are fetched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tests.report.recruiters import DOMINIK, MUSTAF, REJECTED, SCRIPTNULL

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parents[2] / ".recruiters"
VARIABLE = "FOLLOWUPD_RECRUITERS"
HOST = "https://github.com"

FILES = (REJECTED, DOMINIK, MUSTAF, SCRIPTNULL)
_PATIENCE = 300


class FetchError(Exception):
    """A clone could not be made; the text says why, and what to do."""


def folder_of(given: Path | None) -> Path:
    """Where the clones are looked for: where it is said, else in the environment, else here."""
    named = os.environ.get(VARIABLE)
    return given or (Path(named) if named else FOLDER)


def missing(folder: Path) -> list[str]:
    """The repositories whose file is not in a folder, as "owner/name"."""
    return [_repository(file) for file in FILES if not (folder / file).is_file()]


def fetch(folder: Path, say: Callable[[str], None], host: str = HOST) -> None:
    """Clone what is missing into a folder, shallow, with git.

    Args:
        folder: is made where it is not there, and is kept out of version control.
        say: is told what is being done.
        host: where the repositories are.

    Raises:
        FetchError: there is no git, or the host cannot be reached, or has the file no longer.
    """
    if shutil.which("git") is None:
        raise FetchError("git is not installed, and the clones are made with it.")
    folder.mkdir(parents=True, exist_ok=True)
    ignoring = folder / ".gitignore"
    if not ignoring.exists():
        ignoring.write_text("# Other people's mail: none of it is committed.\n*\n", "utf-8")
    for file in FILES:
        if (folder / file).is_file():
            say(f"{_repository(file)}: is here")
            continue
        say(f"{_repository(file)}: fetching {Path(*file.parts[1:])}")
        clone = folder / file.parts[0]
        if not (clone / ".git").is_dir():
            _git(
                "clone",
                "--quiet",
                "--depth=1",
                "--filter=blob:none",
                "--no-checkout",
                f"{host}/{_repository(file)}",
                str(clone),
            )
        inside = str(Path(*file.parts[1:]))
        _git("-C", str(clone), "checkout", "--quiet", "HEAD", "--", f":(literal){inside}")


def _repository(file: Path) -> str:
    return file.parts[0].replace("+", "/", 1)


def _git(*arguments: str) -> None:
    """Run git without questions.

    Raises:
        FetchError: it failed.
    """
    asks_nothing = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", *arguments],
            env=asks_nothing,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FetchError(f"git did not end within {_PATIENCE} seconds: try again.") from None
    if done.returncode == 0:
        return
    said = (done.stderr.strip().splitlines() or ["it did not say why"])[-1]
    offline = "resolve host" in said or "unable to access" in said or "connect" in said
    advice = (
        "This machine cannot reach it: fetch on one that can, and name the folder with "
        f"--recruiters DIR or ${VARIABLE}."
        if offline
        else "The repository may have changed, or be gone."
    )
    raise FetchError(f"git could not fetch ({said}). {advice}")

"""Fetches access tokens in processes of its own, which may kill themselves while they store them.

Usage: python -m tests.support.refreshing TOKEN_FILE ISSUER CLIENT_ID CA_FILE MOMENT
It says `ready`, waits for a line, fetches one access token, and prints its SHA-256, or the name
of the error. MOMENT is `never`, or one of `MOMENTS`: the process then ends itself with SIGKILL
there, as a power cut would. The moments come from Python's audit hooks, so that what runs is the
real code down to the system calls.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.config import OAuth

MOMENTS: Final = ("answered", "written", "renamed")
"""When the new tokens have come, when they lie in the new file, and when it has its name."""


def digest(token: str) -> str:
    """What stands for a token where it must not be shown."""
    return hashlib.sha256(token.encode()).hexdigest()


@contextmanager
def refreshing(oauth: OAuth, moment: str = "never") -> Iterator[subprocess.Popen[str]]:
    """A process that is ready to fetch one access token; surely ended afterwards."""
    where = [oauth.tokens.value, oauth.provider, oauth.client_id, str(oauth.ca_file)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.refreshing", *where, moment],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def go(process: subprocess.Popen[str]) -> None:
    """Let it fetch its token."""
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def said(process: subprocess.Popen[str]) -> str:
    """What it printed, once it has ended: a digest, the name of an error, or nothing."""
    output, _ = process.communicate(timeout=120)
    return output.strip()


def _kill_at(moment: str, path: Path) -> None:
    """End this process at that moment."""
    new = f".{path.name}.new"
    renamed = False

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal renamed
        name = str(arguments[0]) if arguments else ""
        is_new = event == "open" and name == new
        is_rename = event == "os.rename" and name == new
        due = {"answered": is_new, "written": is_rename, "renamed": renamed}[moment]
        renamed = renamed or is_rename
        if due:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def main() -> None:
    """Fetch one access token when told to."""
    from followupd.config import OAuth, PasswordKind, PasswordSource
    from followupd.errors import FollowupdError
    from followupd.oauth import grant
    from tests.support.grants import ACCOUNT

    path, issuer, client_id, ca_file, moment = sys.argv[1:]
    tokens = PasswordSource(PasswordKind.FILE, path)
    oauth = OAuth(issuer, client_id, None, tokens, scopes=("mail",), ca_file=Path(ca_file))
    print("ready", flush=True)
    sys.stdin.readline()
    if moment != "never":
        _kill_at(moment, Path(path))
    try:
        token, _ = grant.access_token(ACCOUNT, oauth)
        sys.audit("tests.fetched")
    except FollowupdError as error:
        print(type(error).__name__)
    else:
        print(digest(token))


if __name__ == "__main__":
    main()

"""The sign-in before Courier's imapd, for one connection on standard input and output.

Courier's own asks an authentication daemon whose socket has one fixed path on a machine, so a
test cannot have its own. This does what that does with the answer: it takes any user name with
the right password, makes the mailbox of a new user, and becomes Courier's imapd, which answers
the LOGIN and everything after it.

Usage: python -IS courier_login.py ROOT MAIL PASSWORD, where ROOT holds Courier's programs and
MAIL is the folder of all mailboxes. It stands alone: nothing of the project is imported.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

_LINE = re.compile(r"(?P<tag>[^ ]+) (?P<command>[A-Za-z]+)(?: (?P<rest>.*))?")
_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^ ]+)')
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
_FOLDERS = ("Drafts", "Sent", "Trash", "Archive")


def main(root: str, mail: str, password: str) -> None:
    """Talk until somebody has signed in; then this process is Courier's imapd."""
    announced = os.environ["IMAP_CAPABILITY"]
    _say(f"* OK [CAPABILITY {announced}] Courier-IMAP ready, behind a sign-in for tests.")
    while (line := _read_line()) is not None:
        said = _LINE.fullmatch(line)
        if said is None:
            _say("* BAD a command was expected")
            continue
        tag, command = said["tag"], said["command"].upper()
        if command == "LOGIN":
            user, secret = [*_arguments(said["rest"] or ""), "", ""][:2]
            if _NAME.fullmatch(user) and secret == password:
                _become_imapd(Path(root), Path(mail), tag, user)
            _say(f"{tag} NO Login failed.")
        elif command in ("CAPABILITY", "NOOP", "LOGOUT"):
            if command == "CAPABILITY":
                _say(f"* CAPABILITY {announced}")
            if command == "LOGOUT":
                _say("* BYE until the next time")
            _say(f"{tag} OK {command} completed")
            if command == "LOGOUT":
                return
        else:
            _say(f"{tag} BAD sign in first, with LOGIN")


def _become_imapd(root: Path, mail: Path, tag: str, user: str) -> None:
    home = mail / user
    if not home.exists():
        _make_mailbox(root, home)
    os.chdir(home)
    os.environ.update(AUTHENTICATED=user, AUTHADDR=user, IMAPLOGINTAG=tag)
    program = str(root / "usr/bin/imapd")
    os.execv(program, [program, "Maildir"])  # noqa: S606 - no shell is wanted


def _make_mailbox(root: Path, home: Path) -> None:
    """A Maildir with the usual folders, complete or not at all: two may sign in at once."""
    made = Path(tempfile.mkdtemp(prefix=".new-", dir=home.parent))
    maildirmake = str(root / "usr/bin/maildirmake.courier")
    subprocess.run([maildirmake, str(made / "Maildir")], check=True)
    for name in _FOLDERS:
        subprocess.run([maildirmake, "-f", name, str(made / "Maildir")], check=True)
    try:
        made.rename(home)
    except OSError:  # the other one was quicker
        if not home.exists():
            raise


def _read_line() -> str | None:
    """One line, octet by octet: what follows it is imapd's."""
    line = bytearray()
    while not line.endswith(b"\n"):
        try:
            octet = os.read(0, 1)
        except ConnectionResetError:
            return None
        if not octet:
            return None
        line += octet
    return line.decode("utf-8", "replace").rstrip("\r\n")


def _arguments(text: str) -> list[str]:
    found = _ARGUMENT.finditer(text)
    return [re.sub(r"\\(.)", r"\1", each[1]) if each[1] is not None else each[2] for each in found]


def _say(line: str) -> None:
    os.write(1, f"{line}\r\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])

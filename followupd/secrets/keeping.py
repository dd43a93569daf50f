"""Storing a password where the configuration says that it comes from, and forgetting it.

Only the keyring and a file are ours to write. A file is replaced in one step and never when it
may be something else than a password file; what the user runs for any other source is in
`by_hand`.
"""

from __future__ import annotations

import os
import shlex
import stat
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from followupd import desktop_keyring
from followupd.config.settings import PasswordKind, PasswordSource
from followupd.desktop_keyring import KeyringRefused, NoKeyring
from followupd.errors import AuthenticationError
from followupd.replacing import put, sync_folder
from followupd.secrets.sources import no_keyring

if TYPE_CHECKING:
    from followupd.secrets.secret import Secret

_LARGEST_PASSWORD: Final = 1024
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


class Standing(StrEnum):
    """What lies where a password file is to be."""

    NOTHING = "nothing"
    PASSWORD = "password"  # noqa: S105 - what it is, and none
    OTHER = "other"


def is_storable(source: PasswordSource) -> bool:
    """Whether we can put a password there: into the keyring or a file."""
    return source.kind in (PasswordKind.KEYRING, PasswordKind.FILE)


def store(
    source: PasswordSource, *, service: str, username: str, secret: Secret, replace: bool = False
) -> None:
    """Put a password where the configuration says that it comes from.

    Args:
        source: where to; `is_storable`.
        service: the keyring's name for the account, see `keyring_service`.
        username: whose password it is.
        secret: the password.
        replace: whether a file may be replaced that seems to be no password file.

    Raises:
        AuthenticationError: it could not be stored, and why; what was there is there still.
    """
    if source.kind is PasswordKind.KEYRING:
        store_in_keyring(service, username, secret)
    else:
        _store_in_file(Path(source.value), secret, replace=replace)


def store_in_keyring(service: str, username: str, secret: Secret) -> None:
    """Put a password into the keyring, where `{ keyring = true }` finds it.

    Raises:
        AuthenticationError: there is no keyring, it is locked, or it refuses.
    """
    try:
        desktop_keyring.put(service, username, secret.reveal())
    except NoKeyring:
        why = no_keyring(os.environ)
        raise AuthenticationError(f"the password was not stored: {why}") from None
    except KeyringRefused as error:
        raise AuthenticationError(f"the password was not stored in the keyring: {error}") from None


def forget(source: PasswordSource, *, service: str, username: str) -> bool:
    """Take a password out of the keyring, or delete the file that holds it.

    Returns:
        False where there was none.

    Raises:
        AuthenticationError: it is still there, and why.
    """
    if source.kind is PasswordKind.KEYRING:
        return _forget_in_keyring(service, username)
    path = Path(source.value)
    match standing(path):
        case Standing.NOTHING:
            return False
        case Standing.OTHER:
            raise AuthenticationError(
                f"{path} was not deleted: it does not look like a password file, which is a file "
                "of yours with one line that nobody else may read; delete it yourself"
            )
    try:
        path.unlink()
        sync_folder(path.parent)
    except OSError as error:
        raise AuthenticationError(f"{path} was not deleted: {error.strerror}") from None
    return True


def standing(path: Path) -> Standing:
    """What lies where a password file is to be.

    A password file is a regular file of the user's, read by nobody else, with a single line of
    text and nothing below it; or an empty one. Whatever may be more is not ours to overwrite.
    """
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            return Standing.OTHER
        if found.st_mode & _OTHERS or found.st_uid != os.geteuid():
            return Standing.OTHER
        if found.st_size > _LARGEST_PASSWORD:
            return Standing.OTHER
        text = path.read_bytes().decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Standing.NOTHING
    except (OSError, ValueError):
        return Standing.OTHER
    line = text.removesuffix("\n").removesuffix("\r")
    return Standing.PASSWORD if line.isprintable() else Standing.OTHER


def _forget_in_keyring(service: str, username: str) -> bool:
    try:
        return desktop_keyring.delete(service, username)
    except NoKeyring:
        return False
    except KeyringRefused as error:
        raise AuthenticationError(
            f"the password was not taken out of the keyring: {error}"
        ) from None


def _store_in_file(path: Path, secret: Secret, *, replace: bool) -> None:
    """Write the file at once or not at all, so that nobody ever reads half a password."""
    if standing(path) is Standing.OTHER and not (replace and _is_regular(path)):
        raise AuthenticationError(
            f"the password was not stored: {path} is there already and does not look like a "
            "password file; name another file in the configuration, or move that one away"
        )
    try:
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True)
        mode = path.parent.stat().st_mode
        # In a sticky folder others cannot take a file of ours away, and theirs is not ours.
        is_open = mode & _OTHERS_WRITE and not mode & stat.S_ISVTX
        if not is_open:
            put(path, secret.reveal().encode() + b"\n")
    except OSError as error:
        raise AuthenticationError(
            f"the password was not stored: {path}: {error.strerror}"
        ) from None
    if is_open:
        raise AuthenticationError(
            f"the password was not stored: others may write in {path.parent}, and so put another "
            f"file there; run `chmod go-w {shlex.quote(str(path.parent))}`"
        )


def _is_regular(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()

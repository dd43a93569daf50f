"""Where passwords come from: the keyring, a command, a file, a systemd credential, a variable.

The configuration names the source; this module asks it, at the moment the password is needed.
It promises that neither a password nor anything a source printed gets into an error, a log or
a `repr`: an error names the source and says what to do.
"""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from followupd import desktop_keyring
from followupd.config.settings import PasswordKind, PasswordSource
from followupd.desktop_keyring import KeyringRefused, NoKeyring
from followupd.errors import SecretMissing
from followupd.secrets.fitting import instead_of_keyring, look_around
from followupd.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST: Final = 65_536
_COMMAND_SECONDS: Final = 30.0


def no_keyring(environ: Mapping[str, str]) -> str:
    """That there is no keyring, and which other source fits this machine; no full stop."""
    fits = instead_of_keyring(look_around(environ, try_keyring=False))
    return (
        "there is no keyring to be reached here, which is usual for a system service or a machine "
        f"without a desktop; in its place fits {fits}; or run followupd as a user unit in a "
        "desktop session"
    )


def keyring_service(account: str) -> str:
    """The name under which the keyring holds the passwords of an account."""
    return f"followupd:{account}"


def password(
    source: PasswordSource,
    *,
    service: str,
    username: str,
    environ: Mapping[str, str],
    command_seconds: float = _COMMAND_SECONDS,
    stored_by: str = "",
) -> Secret:
    """Fetch a password; blocks, at most `command_seconds` where a command is run.

    Args:
        source: where it comes from.
        service: the keyring's name for the account, see `keyring_service`.
        username: whose password it is.
        environ: the process's environment; the command gets all of it.
        command_seconds: how long the command may take.
        stored_by: the command by which a user puts it into the keyring; "": keyring's own.

    Raises:
        SecretMissing: the source has no password to give, and why.
    """
    try:
        return Secret(
            _usable(_fetched(source, service, username, environ, command_seconds, stored_by))
        )
    except _NoPasswordError as reason:
        raise SecretMissing(
            f"no password for {username} ({service}) from the source "
            f"{{ {source.kind.value} = … }} in the configuration: {reason}"
        ) from None


class _NoPasswordError(Exception):
    """Why a source has no password to give, in words that may be shown."""


def _fetched(
    source: PasswordSource,
    service: str,
    username: str,
    environ: Mapping[str, str],
    command_seconds: float,
    stored_by: str,
) -> str:
    match source.kind:
        case PasswordKind.KEYRING:
            return _from_keyring(service, username, environ, stored_by)
        case PasswordKind.COMMAND:
            return _from_command(source.value, environ, command_seconds)
        case PasswordKind.FILE:
            return _first_line(_read(_open_private(Path(source.value)), source.value))
        case PasswordKind.CREDENTIAL:
            return _from_credential(source.value, environ)
        case PasswordKind.ENV:
            return _from_environment(source.value, environ)


def _usable(found: str) -> str:
    """The password as it is; a line break in it would end the command it is sent in."""
    if not found:
        raise _NoPasswordError("it is empty")
    if any(character in found for character in "\0\r\n"):
        raise _NoPasswordError("it holds a line break or a NUL character")
    try:
        found.encode()
    except UnicodeEncodeError:
        # A variable's bytes that are no text; the error would hold the whole of it.
        raise _NoPasswordError("it is not text in UTF-8") from None
    return found


def _from_keyring(service: str, username: str, environ: Mapping[str, str], stored_by: str) -> str:
    try:
        found = desktop_keyring.get(service, username)
    except NoKeyring:
        raise _NoPasswordError(no_keyring(environ)) from None
    except KeyringRefused as error:
        raise _NoPasswordError(f"the keyring cannot be read: {error}") from None
    if found is None:
        raise _NoPasswordError(
            "the keyring holds none; store it with "
            f"`{stored_by or shlex.join(['keyring', 'set', service, username])}`"
        )
    return found


def _from_command(command: str, environ: Mapping[str, str], seconds: float) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError:
        raise _NoPasswordError(
            "its program was not found; write its whole path, a service has a short $PATH"
        ) from None
    except subprocess.TimeoutExpired:
        raise _NoPasswordError(
            f"the command was not done after {seconds:g} seconds; perhaps it waits for an answer, "
            "which nobody can give it here"
        ) from None
    except (OSError, ValueError, IndexError):
        raise _NoPasswordError(
            "the command cannot be started; it is run without a shell: check its spelling and "
            "whether the program may be executed"
        ) from None
    if done.returncode < 0:
        raise _NoPasswordError(f"the command was ended by signal {-done.returncode}")
    if done.returncode > 0:
        raise _NoPasswordError(
            f"the command failed with exit code {done.returncode}; run it by hand to see why"
        )
    return _first_line(done.stdout)


def _from_credential(name: str, environ: Mapping[str, str]) -> str:
    if "/" in name or "\0" in name or name in ("", ".", ".."):
        raise _NoPasswordError("a credential is named by its name, not by a path")
    directory = environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        raise _NoPasswordError(
            "$CREDENTIALS_DIRECTORY is not set; systemd sets it for a unit that has "
            f"LoadCredential={name}:… or LoadCredentialEncrypted={name}:…"
        )
    # systemd guards these files itself, with an access list that shows as group permissions.
    return _first_line(_read(_open(Path(directory) / name), f"the credential {name}"))


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    found = environ.get(name)
    if found is None:
        raise _NoPasswordError(f"the environment variable ${name} is not set")
    return found


def _open(path: Path) -> int:
    """Open a regular file for reading; never waits on a pipe or a device."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or "its name is not possible"
        raise _NoPasswordError(f"{path} cannot be opened: {reason}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _NoPasswordError(f"{path} is not a regular file")
    return descriptor


def _open_private(path: Path) -> int:
    """Open a file that only its owner may read; checked on the open file, not on the name."""
    descriptor = _open(path)
    if stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o077:
        os.close(descriptor)
        raise _NoPasswordError(
            f"others than its owner may use {path}; run `chmod 600 {shlex.quote(str(path))}`"
        )
    return descriptor


def _read(descriptor: int, what: str) -> bytes:
    with os.fdopen(descriptor, "rb") as file:
        try:
            return file.read(_LARGEST)
        except OSError as error:
            raise _NoPasswordError(f"{what} cannot be read: {error.strerror}") from None


def _first_line(content: bytes) -> str:
    line = content.split(b"\n", 1)[0].removesuffix(b"\r")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        raise _NoPasswordError("its first line is not text in UTF-8") from None

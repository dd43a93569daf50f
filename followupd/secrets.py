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
from typing import TYPE_CHECKING, Final, NoReturn

from followupd.config.settings import PasswordKind, PasswordSource
from followupd.errors import AuthenticationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from followupd.config.settings import Imap, Smtp

_LARGEST: Final = 65_536
_COMMAND_SECONDS: Final = 30.0
_NO_KEYRING: Final = (
    "there is no keyring to be reached here, which is usual for a system service or a machine "
    "without a desktop; run followupd as a user unit in a desktop session, or name another "
    "source: { credential = … } or { command = … }"
)


class Secret:
    """A password that shows itself only when it is asked to."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The password: hand it to the server and keep it nowhere."""
        return self.__value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written down")


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
) -> Secret:
    """Fetch a password; blocks, at most `command_seconds` where a command is run.

    Args:
        source: where it comes from.
        service: the keyring's name for the account, see `keyring_service`.
        username: whose password it is.
        environ: the process's environment; the command gets all of it.
        command_seconds: how long the command may take.

    Raises:
        AuthenticationError: the source has no password to give, and why.
    """
    try:
        return Secret(_usable(_fetched(source, service, username, environ, command_seconds)))
    except _NoPasswordError as reason:
        raise AuthenticationError(
            f"no password for {username} ({service}) from the source "
            f"{{ {source.kind.value} = … }} in the configuration: {reason}"
        ) from None


def server_password(account: str, server: Imap | Smtp) -> Secret:
    """The password for a server of the account of that name, from this process's surroundings.

    Raises:
        AuthenticationError: as `password`.
    """
    return password(
        server.password,
        service=keyring_service(account),
        username=server.username,
        environ=os.environ,
    )


def store_in_keyring(service: str, username: str, secret: Secret) -> None:
    """Put a password into the keyring, where `{ keyring = true }` finds it.

    Raises:
        AuthenticationError: there is no keyring, it is locked, or it refuses.
    """
    import keyring  # noqa: PLC0415 - slow to import, and most runs need none
    from keyring.errors import NoKeyringError  # noqa: PLC0415

    try:
        keyring.set_password(service, username, secret.reveal())
    except NoKeyringError:
        raise AuthenticationError(f"the password was not stored: {_NO_KEYRING}") from None
    except Exception as error:  # noqa: BLE001 - back ends raise errors of their own
        raise AuthenticationError(
            f"the password was not stored: the keyring refused ({type(error).__name__}); unlock it"
        ) from None


class _NoPasswordError(Exception):
    """Why a source has no password to give, in words that may be shown."""


def _fetched(
    source: PasswordSource,
    service: str,
    username: str,
    environ: Mapping[str, str],
    command_seconds: float,
) -> str:
    match source.kind:
        case PasswordKind.KEYRING:
            return _from_keyring(service, username)
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
    return found


def _from_keyring(service: str, username: str) -> str:
    import keyring  # noqa: PLC0415 - slow to import, and most runs need none
    from keyring.errors import NoKeyringError  # noqa: PLC0415

    try:
        found = keyring.get_password(service, username)
    except NoKeyringError:
        raise _NoPasswordError(_NO_KEYRING) from None
    except Exception as error:  # noqa: BLE001 - back ends raise errors of their own
        raise _NoPasswordError(
            f"the keyring cannot be read ({type(error).__name__}); unlock it and try again"
        ) from None
    if found is None:
        raise _NoPasswordError(
            f"the keyring holds none; store it with "
            f"`keyring set {shlex.quote(service)} {shlex.quote(username)}`"
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

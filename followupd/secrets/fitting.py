"""Which sources of a password fit this machine, the best one first.

A desktop has a keyring, a system service a credential, whoever keeps a password store a command;
a file that only its owner may read works everywhere. `look_around` looks, the rest decides.
"""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from followupd import desktop_keyring
from followupd.config.settings import PasswordKind, PasswordSource
from followupd.desktop_keyring import KeyringRefused, NoKeyring

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAMS: Final = ("pass", "secret-tool", "op", "bw")
"""Programs that keep passwords and print one: pass, libsecret's, 1Password's, Bitwarden's."""

_TRIAL: Final = "followupd:trial"
_KEYRING_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What there is to keep a password in.

    Attributes:
        keyring: whether a keyring takes a value and gives it back; None: it was not tried.
        systemd: whether systemd runs this machine and can encrypt credentials for it.
        is_root: whether this process may set up system units.
        programs: those of `PROGRAMS` that can be used: on $PATH and, for pass, set up.
    """

    keyring: bool | None
    systemd: bool
    is_root: bool
    programs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """One source that fits.

    Attributes:
        source: as it would stand in the configuration.
        stored_by_login: whether `followupd login` can put the password there; else the user does.
        what: what it is, and for whom; no full stop at its end.
    """

    source: PasswordSource
    stored_by_login: bool
    what: str

    @property
    def written(self) -> str:
        """The value of `password` in the configuration, in TOML."""
        return written(self.source)


def look_around(environ: Mapping[str, str], *, try_keyring: bool = True) -> Surroundings:
    """See what this machine has.

    Args:
        environ: the process's environment.
        try_keyring: try a keyring with a value that is no secret, and take that out again. It
            blocks, at most 20 seconds, where the keyring wants to be unlocked and nobody does it.
    """
    return Surroundings(
        keyring=keyring_works() if try_keyring else None,
        # That folder is how to tell, see sd_booted(3).
        systemd=Path("/run/systemd/system").is_dir() and _is_there("systemd-creds", environ),
        is_root=os.geteuid() == 0,
        programs=tuple(each for each in PROGRAMS if _is_usable(each, environ)),
    )


def keyring_works(seconds: float = _KEYRING_SECONDS) -> bool:
    """Whether a keyring takes a value, gives it back and forgets it; no secret is used for it.

    Args:
        seconds: how long it may take; a locked one asks to be unlocked, where somebody can answer.
    """
    value = secrets.token_hex(8)
    try:
        desktop_keyring.put(_TRIAL, value, value, seconds=seconds)
        found = desktop_keyring.get(_TRIAL, value, seconds=seconds)
        desktop_keyring.delete(_TRIAL, value, seconds=seconds)
    except (NoKeyring, KeyringRefused):
        return False
    return found == value


def fitting(around: Surroundings, account: str, folder: Path) -> tuple[Offer, ...]:
    """The sources that fit, the best one first; a file always does.

    Args:
        around: what there is.
        account: the account's name, as the names in the sources are made from it.
        folder: the configuration's; a password file lies in it.
    """
    offers = []
    if around.keyring:
        source = PasswordSource(PasswordKind.KEYRING, "")
        offers.append(Offer(source, True, "the keyring of your desktop"))
    if around.is_root and around.systemd:
        source = PasswordSource(PasswordKind.CREDENTIAL, f"followupd-{account}")
        what = "a credential that systemd encrypts for this machine, for the system service"
        offers.append(Offer(source, False, what))
    for program in around.programs:
        command = _command(program, account)
        if command:
            source = PasswordSource(PasswordKind.COMMAND, shlex.join(command))
            # A service has nobody to type a passphrase.
            what = f"your password store, if {program} opens it without a question"
            offers.append(Offer(source, False, what))
    file = PasswordSource(PasswordKind.FILE, str(folder / f"{account}.password"))
    return (*offers, Offer(file, True, "a file that only you may read; it is not encrypted"))


def instead_of_keyring(around: Surroundings) -> str:
    """Which source to name where there is no keyring: the one that fits this machine."""
    offers = fitting(around, "mail", Path("~/.config/followupd"))
    best = next(each for each in offers if each.source.kind is not PasswordKind.KEYRING)
    file = offers[-1]
    other = f", or {file.written}" if best is not file else ""
    return f"{best.written} ({best.what}){other}"


def written(source: PasswordSource) -> str:
    """A source as it stands in the configuration, in TOML."""
    if source.kind is PasswordKind.KEYRING:
        return "{ keyring = true }"
    quoted = source.value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{{ {source.kind.value} = "{quoted}" }}'


def _command(program: str, account: str) -> tuple[str, ...]:
    """What prints the password; empty for what is no better than the keyring itself."""
    match program:
        case "pass":
            return ("pass", "show", f"followupd/{account}")
        case "op":
            return ("op", "read", f"op://Personal/followupd {account}/password")
        case "bw":
            return ("bw", "get", "password", f"followupd {account}")
        case _:
            return ()


def _is_usable(program: str, environ: Mapping[str, str]) -> bool:
    if not _is_there(program, environ):
        return False
    if program != "pass":
        return True
    home = environ.get("HOME", "")
    store = environ.get("PASSWORD_STORE_DIR") or (f"{home}/.password-store" if home else "")
    return bool(store) and Path(store, ".gpg-id").is_file()


def _is_there(program: str, environ: Mapping[str, str]) -> bool:
    return shutil.which(program, path=environ.get("PATH", os.defpath)) is not None

"""Where the tokens of an account are kept: the keyring, or a file.

They change by themselves, so only a place that can be written fits.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from followupd import desktop_keyring
from followupd.config import state_directory
from followupd.config.settings import PasswordKind
from followupd.desktop_keyring import KeyringRefused, NoKeyring
from followupd.errors import SecretMissing
from followupd.oauth import token_file
from followupd.oauth.tokens import from_json, to_json
from followupd.secrets import keyring_service

if TYPE_CHECKING:
    from followupd.config.settings import PasswordSource
    from followupd.oauth.tokens import Tokens

USERNAME: Final = "oauth tokens"
"""Under which name they lie in the keyring, beside the account's passwords."""


def lock_path(account: str, place: PasswordSource) -> Path:
    """The file to lock while the tokens are changed."""
    if place.kind is PasswordKind.FILE:
        path = Path(place.value)
        return path.with_name(f".{path.name}.lock")
    return state_directory(os.environ) / f"{account}.oauth.lock"


def read(account: str, place: PasswordSource) -> Tokens | None:
    """The tokens of an account; None: there are none.

    Raises:
        SecretMissing: the place cannot be read, or holds something else.
    """
    if place.kind is PasswordKind.FILE:
        return token_file.read(Path(place.value))
    text = _keyring_get(account)
    if text is None:
        return None
    tokens = from_json(text)
    if tokens is None:
        raise SecretMissing(
            f"the keyring holds something else than tokens under {keyring_service(account)}, "
            f"{USERNAME}; delete that entry and run `followupd login {account}`"
        )
    return tokens


def write(account: str, place: PasswordSource, tokens: Tokens) -> None:
    """Store the tokens of an account in place of those before; only while the lock is held.

    Raises:
        SecretMissing: they are not stored; what was there is there still.
    """
    if place.kind is PasswordKind.FILE:
        token_file.write(Path(place.value), tokens)
        return
    try:
        desktop_keyring.put(keyring_service(account), USERNAME, to_json(tokens))
    except (NoKeyring, KeyringRefused) as error:
        raise SecretMissing(f"the tokens were not stored: {_keyring_trouble(error)}") from None


def erase(account: str, place: PasswordSource) -> bool:
    """Forget the tokens of an account; only while the lock is held.

    Returns:
        False where there were none.

    Raises:
        SecretMissing: they are still there, and why.
    """
    if place.kind is PasswordKind.FILE:
        return token_file.erase(Path(place.value))
    try:
        return desktop_keyring.delete(keyring_service(account), USERNAME)
    except (NoKeyring, KeyringRefused) as error:
        raise SecretMissing(f"the tokens were not deleted: {_keyring_trouble(error)}") from None


def _keyring_get(account: str) -> str | None:
    try:
        return desktop_keyring.get(keyring_service(account), USERNAME)
    except (NoKeyring, KeyringRefused) as error:
        raise SecretMissing(
            f"the tokens of {account} cannot be had: {_keyring_trouble(error)}"
        ) from None


def _keyring_trouble(error: NoKeyring | KeyringRefused) -> str:
    if isinstance(error, NoKeyring):
        return (
            "there is no keyring to be reached here, which is usual for a system service or a "
            'machine without a desktop; keep them in a file: accounts.oauth.tokens = { file = "…" }'
        )
    return f"the keyring: {error}"

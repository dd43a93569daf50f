"""What a server is shown at sign-in: the account's password, or an access token of its grant."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from followupd.config.settings import OAuth, Smtp
from followupd.errors import AuthenticationError, GrantRevoked
from followupd.secrets import Secret, keyring_service, password

if TYPE_CHECKING:
    from collections.abc import Callable

    from followupd.config.settings import Imap

T = TypeVar("T")


def server_secret(account: str, server: Imap | Smtp, *, refused: Secret | None = None) -> Secret:
    """The password or access token for a server of the account of that name; blocks.

    A token is good for some minutes at least: it is refreshed where it is about to end. The
    sources of a password are asked in this process's surroundings.

    Args:
        account: the account's name.
        server: which of its servers.
        refused: what the server did not take; of a grant there is then a newer one.

    Raises:
        SecretMissing: as `password`.
        GrantRevoked: the grant is gone, or there was none yet: the user must sign in again.
        ConnectionLost, ServerRefused: the provider of the grant is away for now.
    """
    source = server.password
    if isinstance(source, OAuth):
        # Few accounts have one, and httpx takes its time to load.
        from followupd.oauth.grant import access_token  # noqa: PLC0415

        not_this = refused.reveal() if refused is not None else None
        return Secret(*access_token(account, source, refused=not_this))
    return password(
        source,
        service=keyring_service(account),
        username=server.username,
        environ=os.environ,
        stored_by=f"followupd login {account}{' --smtp' if isinstance(server, Smtp) else ''}",
    )


def with_secret(account: str, server: Imap | Smtp, use: Callable[[Secret], T]) -> T:
    """Sign in with what the server wants; a refused token is tried once more with a newer one.

    A token may have ended a moment ago, by the server's clock or at the provider's will. A
    password is never tried twice: that could lock the account.

    Args:
        account: the account's name.
        server: which of its servers.
        use: signs in; blocks.

    Returns:
        What `use` returned.

    Raises:
        AuthenticationError, ConnectionLost, ServerRefused: as `server_secret` and `use`.
    """
    secret = server_secret(account, server)
    try:
        return use(secret)
    except GrantRevoked:
        raise
    except AuthenticationError:
        if not isinstance(server.password, OAuth):
            raise
    return use(server_secret(account, server, refused=secret))

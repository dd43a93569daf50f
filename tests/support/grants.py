"""Grants of an account that are stored already, for tests of what becomes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from followupd.oauth import grant, token_file
from followupd.oauth.tokens import Tokens
from tests.support.oidc import SCOPE

if TYPE_CHECKING:
    from followupd.config import OAuth
    from tests.support.oidc import OidcProvider, TokenPair

ACCOUNT: Final = "personal"
USER: Final = "robin@example.org"


def signed_in(provider: OidcProvider, oauth: OAuth, *, left: timedelta = timedelta(0)) -> TokenPair:
    """Store a grant whose access token works for so long by this machine's clock."""
    pair = provider.issue(USER)
    now = datetime.now(UTC)
    ends = now + left
    began = ends - timedelta(hours=1) if left < timedelta(hours=1) else now
    tokens = Tokens(
        pair.access, pair.refresh, None, began, ends, (SCOPE,), oauth.provider, oauth.client_id
    )
    grant.store(ACCOUNT, oauth, tokens)
    return pair


def stored(oauth: OAuth) -> Tokens:
    """What lies in the file."""
    found = token_file.read(Path(oauth.tokens.value))
    assert found is not None
    return found


def refreshes(provider: OidcProvider) -> int:
    """How often a refresh token was used, rightly or not."""
    return len(provider.ledger.of("/token", grant_type="refresh_token"))

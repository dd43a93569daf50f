"""A provider of its own for each test, and an account that signs in there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.authority import Authority
from tests.support.oidc import OidcProvider

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from followupd.config import OAuth


@pytest.fixture(scope="package")
def oauth_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One for all providers here."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def provider(oauth_authority: Authority) -> Iterator[OidcProvider]:
    """Running as long as the test."""
    with OidcProvider(oauth_authority) as running:
        yield running


@pytest.fixture
def oauth(provider: OidcProvider, tmp_path: Path) -> OAuth:
    """It keeps its tokens in a file."""
    return provider.oauth_in_file(tmp_path / "state" / "tokens.json")

"""`check` where an account signs in by a grant: its token, the next one, a grant that is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.config import load
from followupd.oauth import grant
from followupd.oauth.tokens import Tokens
from tests.support.authority import Authority
from tests.support.checked import checked
from tests.support.cli import Shell
from tests.support.dovecot import Dovecot
from tests.support.oidc import Fault, OidcProvider
from tests.support.small_disk import as_root, fill, small_disk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.checked import Checked
    from tests.support.oidc import TokenPair

pytestmark = pytest.mark.dovecot

CONFIG = """
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
holidays = "DE-BE"

[[accounts]]
name = "personal"
address = "robin@example.org"
[accounts.imap]
host = "localhost"
port = {port}
username = "robin"
ca_file = "{server_ca}"
[accounts.oauth]
provider = "{issuer}"
client_id = "{client}"
tokens = {{ file = "{tokens}" }}
scopes = ["mail"]
ca_file = "{provider_ca}"
"""


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcProvider]:
    """An OpenID provider."""
    with OidcProvider(Authority(tmp_path_factory.mktemp("provider"))) as provider:
        yield provider


@pytest.fixture(scope="module")
def server(provider: OidcProvider) -> Iterator[Dovecot]:
    """A Dovecot that asks it."""
    with Dovecot(oauth=provider) as server:
        yield server


@pytest.fixture
def shell(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    provider: OidcProvider,
    server: Dovecot,
) -> Shell:
    """A command line whose account has no token yet, at the time it really is."""
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    shell.configure(
        CONFIG.format(
            port=server.ports.imaps,
            server_ca=server.ca_file,
            issuer=provider.issuer,
            client=provider.client_id,
            tokens=tmp_path / "tokens.json",
            provider_ca=provider.ca_file,
        )
    )
    shell.clock.moment = datetime.now(UTC)
    return shell


def signed_in(shell: Shell, provider: OidcProvider, user: str = "robin") -> TokenPair:
    """Store the tokens of a new grant, as `login` does."""
    pair = provider.issue(user)
    now = datetime.now(UTC)
    (account,) = load(shell.config).accounts
    oauth = account.imap.password
    tokens = Tokens(
        access=pair.access,
        refresh=pair.refresh,
        previous_refresh=None,
        obtained_at=now,
        expires_at=now + timedelta(seconds=pair.expires_in),
        scopes=("mail",),
        provider=provider.issuer,
        client_id=provider.client_id,
    )
    grant.store(account.name, oauth, tokens)  # type: ignore[arg-type]  # the configuration has one
    return pair


def found(shell: Shell, provider: OidcProvider, *options: str) -> Checked:
    """What is said, which holds no token whatever."""
    result = checked(shell, *options, secrets=tuple(provider.ledger.values()))
    assert "personal: password" not in result
    return result


def test_a_grant_is_told_with_the_end_of_its_token_and_how_it_signed_in(
    shell: Shell, provider: OidcProvider
) -> None:
    """Nothing is renewed for it: that changes what is stored."""
    pair = signed_in(shell, provider)
    said = found(shell, provider)
    assert said.failed() == set()
    line = said["personal: grant"].detail
    assert line.startswith(f"the token of {provider.issuer} is good until ")
    assert "renewed by itself" in line
    assert said["personal: login"].detail.endswith((", by OAUTHBEARER", ", by XOAUTH2"))
    assert pair.refresh in (shell.folder / "tokens.json").read_text()


def test_with_write_the_next_token_is_had_and_stored(shell: Shell, provider: OidcProvider) -> None:
    """It is the only proof that the grant still stands."""
    pair = signed_in(shell, provider)
    said = found(shell, provider, "--write")
    assert said.failed() == set()
    assert "another one was had just now" in said["personal: grant"].detail
    assert pair.access not in (shell.folder / "tokens.json").read_text()
    assert found(shell, provider).failed() == set()


def test_whoever_never_signed_in_is_told_how(shell: Shell, provider: OidcProvider) -> None:
    """The server itself is looked at all the same."""
    said = found(shell, provider)
    assert said.failed() == {"personal: grant"}
    assert said["personal: grant"].advice == "run `followupd login personal`"
    assert said["personal: TLS"].state != "failed"
    assert "personal: login" not in said


def test_a_grant_that_was_taken_back_is_told_while_its_token_is_still_good(
    shell: Shell, provider: OidcProvider
) -> None:
    """Where it is asked for the next one."""
    signed_in(shell, provider)
    provider.memory.revoke_everything()
    said = found(shell, provider, "--write")
    assert "personal: grant" in said.failed()
    assert said["personal: grant"].advice == "run `followupd login personal`"


def test_a_provider_that_is_away_for_now_is_a_warning(shell: Shell, provider: OidcProvider) -> None:
    """The token that is there works on."""
    signed_in(shell, provider)
    provider.faults["/token"] = Fault(status=503)
    try:
        said = found(shell, provider, "--write")
    finally:
        provider.faults.clear()
    assert said.failed() == set()
    assert said["personal: grant"].state == "warning"
    assert said["personal: login"].state == "ok"


@as_root
def test_a_new_token_that_cannot_be_stored_is_a_failure_though_it_works(
    shell: Shell, provider: OidcProvider, tmp_path: Path
) -> None:
    """It ends with this command, and the old one may be of no use any more."""
    place = tmp_path / "small"
    place.mkdir()
    text = shell.config.read_text().replace(
        str(tmp_path / "tokens.json"), str(place / "tokens.json")
    )
    shell.configure(text)
    with small_disk(place, "size=64k"):
        signed_in(shell, provider)
        fill(place)
        said = found(shell, provider, "--write")
    assert said.failed() == {"personal: grant"}
    assert "could not be stored" in said["personal: grant"].detail
    assert str(place / "tokens.json") in said["personal: grant"].advice


def test_a_token_of_somebody_else_fails_the_login_in_words(
    shell: Shell, provider: OidcProvider
) -> None:
    """The grant was given for another mailbox than the configured one."""
    signed_in(shell, provider, user="kim")
    said = found(shell, provider)
    assert said.failed() == {"personal: login"}
    assert "followupd login personal" in said["personal: login"].advice

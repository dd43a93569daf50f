"""Processes that die while they refresh, crowds that refresh at once, places that fail."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog

from followupd.errors import (
    ConnectionLost,
    GrantRevoked,
    SecretMissing,
)
from followupd.oauth import grant, token_file, vault
from followupd.oauth.locking import locked
from followupd.oauth.tokens import Tokens, to_json
from tests.support import keyring_desktop
from tests.support.grants import ACCOUNT, refreshes, signed_in, stored
from tests.support.oidc import SCOPE, Fault, OidcProvider
from tests.support.refreshing import MOMENTS, digest, go, refreshing, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from followupd.config import OAuth


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_process_that_is_killed_while_it_stores_loses_no_grant(
    provider: OidcProvider, oauth: OAuth, moment: str
) -> None:
    """The next one goes on, at a provider that reckons with lost answers."""
    provider.behaviour.keeps_previous = True
    pair = signed_in(provider, oauth)
    with refreshing(oauth, moment) as process:
        go(process)
        assert said(process) == ""
    assert refreshes(provider) == 1
    assert not provider.memory.is_revoked(pair.refresh)
    token, _ = grant.access_token(ACCOUNT, oauth)
    assert provider.memory.about(token)["active"]
    assert refreshes(provider) == (1 if moment == "renamed" else 2)


def test_an_answer_that_never_came_is_asked_for_again(provider: OidcProvider, oauth: OAuth) -> None:
    """The provider has rotated, and nobody here knows the successor."""
    provider.behaviour.keeps_previous = True
    signed_in(provider, oauth)
    provider.faults["/token"] = Fault(closes=True, is_carried_out=True, times=1)
    with pytest.raises(ConnectionLost, match="the connection broke"):
        grant.access_token(ACCOUNT, oauth)
    assert grant.access_token(ACCOUNT, oauth)[0]


def test_where_a_lost_answer_ends_the_grant_the_user_is_told(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """A strict provider takes the second use for theft; nothing can be done about that here."""
    signed_in(provider, oauth)
    provider.faults["/token"] = Fault(closes=True, is_carried_out=True, times=1)
    with pytest.raises(ConnectionLost):
        grant.access_token(ACCOUNT, oauth)
    with pytest.raises(GrantRevoked):
        grant.access_token(ACCOUNT, oauth)


def test_a_successor_that_the_provider_forgot_is_no_end(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """Its own crash may have taken it; the one before is tried once."""
    provider.behaviour.keeps_previous = True
    signed_in(provider, oauth)
    first, _ = grant.access_token(ACCOUNT, oauth)
    provider.memory.forget(stored(oauth).refresh)
    second, _ = grant.access_token(ACCOUNT, oauth, refused=first)
    assert provider.memory.about(second)["active"]
    assert refreshes(provider) == 3


def test_processes_and_threads_that_refresh_at_once_are_not_taken_for_thieves(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """One asks, all get the same token; the provider sees no refresh token twice."""
    pair = signed_in(provider, oauth)
    digests: list[str] = []

    def fetch() -> None:
        digests.append(digest(grant.access_token(ACCOUNT, oauth)[0]))

    with ExitStack() as running:
        processes = [running.enter_context(refreshing(oauth)) for _ in range(2)]
        threads = [threading.Thread(target=fetch) for _ in range(4)]
        for process in processes:
            go(process)
        for thread in threads:
            thread.start()
        digests += [said(process) for process in processes]
        for thread in threads:
            thread.join()
    assert len(digests) == 6
    assert set(digests) == {digest(stored(oauth).access)}
    assert refreshes(provider) == 1
    assert not provider.memory.is_revoked(pair.refresh)


def test_tokens_that_cannot_be_stored_are_used_and_stored_later(
    provider: OidcProvider, oauth: OAuth, tmp_path: Path
) -> None:
    """The log says so; nothing of the grant is lost while the process lives."""
    pair = signed_in(provider, oauth)
    in_the_way = tmp_path / "state" / ".tokens.json.new"
    in_the_way.mkdir()
    with structlog.testing.capture_logs() as logs:
        first, _ = grant.access_token(ACCOUNT, oauth)
        assert grant.access_token(ACCOUNT, oauth)[0] == first
        second, _ = grant.access_token(ACCOUNT, oauth, refused=first)
    assert provider.memory.about(second)["active"]
    assert stored(oauth).refresh == pair.refresh
    assert [entry["log_level"] for entry in logs] == ["error"] * 3
    assert not provider.ledger.found_in(json.dumps(logs, default=str))
    in_the_way.rmdir()
    assert grant.access_token(ACCOUNT, oauth)[0] == second
    assert stored(oauth).access == second
    assert not provider.memory.is_revoked(pair.refresh)
    assert refreshes(provider) == 2


def test_a_new_sign_in_ends_what_could_not_be_stored(
    provider: OidcProvider, oauth: OAuth, tmp_path: Path
) -> None:
    """Another process has stored it; the tokens held in memory are of the old grant."""
    signed_in(provider, oauth)
    in_the_way = tmp_path / "state" / ".tokens.json.new"
    in_the_way.mkdir()
    held, _ = grant.access_token(ACCOUNT, oauth)
    in_the_way.rmdir()
    path = tmp_path / "state" / "tokens.json"
    newer = replace(stored(oauth), access="newer", refresh="newer-r")
    newer = replace(newer, expires_at=datetime.now(UTC) + timedelta(hours=1))
    token_file.write(path, newer)
    assert grant.access_token(ACCOUNT, oauth)[0] == "newer" != held
    path.unlink()
    with pytest.raises(GrantRevoked):
        grant.access_token(ACCOUNT, oauth)


@pytest.mark.parametrize("act", ["store", "forget", "revoke"])
def test_a_sign_in_or_out_waits_for_a_refresh_that_is_under_way(
    provider: OidcProvider, oauth: OAuth, act: str
) -> None:
    """What the refresh stores must not take the place of what the user did since."""
    signed_in(provider, oauth)
    old = stored(oauth)
    new = replace(old, access="newer", refresh="newer-r")
    acts: dict[str, Callable[[], object]] = {
        "store": lambda: grant.store(ACCOUNT, oauth, new),
        "forget": lambda: grant.forget(ACCOUNT, oauth),
        "revoke": lambda: grant.revoke(ACCOUNT, oauth),
    }
    waiting = threading.Thread(target=acts[act])
    with locked(vault.lock_path(ACCOUNT, oauth.tokens), ACCOUNT):
        waiting.start()
        # Where nothing kept it out, it would be done long before this.
        waiting.join(0.3)
        assert waiting.is_alive()
        assert stored(oauth) == old
        assert not provider.memory.is_revoked(old.refresh)
    waiting.join(60)
    assert not waiting.is_alive()
    assert provider.memory.is_revoked(old.refresh) is (act == "revoke")
    kept = token_file.read(Path(oauth.tokens.value))
    assert kept == {"store": new, "forget": None, "revoke": old}[act]


def test_a_file_that_others_may_read_stops_the_account(
    provider: OidcProvider, oauth: OAuth, tmp_path: Path
) -> None:
    """Before anything is sent."""
    signed_in(provider, oauth)
    path = tmp_path / "state" / "tokens.json"
    path.chmod(0o644)
    with pytest.raises(SecretMissing, match="chmod 600"):
        grant.access_token(ACCOUNT, oauth)
    path.chmod(0o600)
    assert provider.ledger.requests == []


_IN_KEYRING = """
import sys
from followupd.config import PasswordKind, PasswordSource
from followupd.oauth import vault
from followupd.oauth.tokens import from_json

place, tokens = PasswordSource(PasswordKind.KEYRING, ""), from_json(sys.stdin.read())
assert vault.read("work", place) is None
for _ in range(2):
    vault.write("work", place, tokens)
    assert vault.read("work", place) == tokens
assert vault.erase("work", place)
assert vault.read("work", place) is None
print("as it should be")
"""


@pytest.mark.skipif(not keyring_desktop.installed(), reason="gnome-keyring is not installed")
def test_the_keyring_of_a_desktop_keeps_tokens_of_every_length(tmp_path: Path) -> None:
    """A real Secret Service; Microsoft's tokens have some thousand characters."""
    now = datetime.now(UTC)
    access, refresh = secrets.token_urlsafe(3000), secrets.token_urlsafe(1500)
    tokens = Tokens(access, refresh, refresh[:-1], now, now, (SCOPE,), "microsoft", "client")
    (tmp_path / "desktop").mkdir()
    with keyring_desktop.DesktopKeyring(tmp_path / "desktop") as desktop:
        done = subprocess.run(
            [sys.executable, "-c", _IN_KEYRING],
            input=to_json(tokens),
            env=desktop.environ,
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert (done.stdout, done.stderr) == ("as it should be\n", "")

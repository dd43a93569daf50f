"""Tokens in the keyring: stored, read, forgotten, and what is told where that does not work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import keyring
import keyring.backend
import keyring.backends.fail
import pytest

from followupd.config import PasswordKind, PasswordSource
from followupd.errors import SecretMissing
from followupd.oauth import vault
from tests.unit.oauth.test_tokens import TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PLACE = PasswordSource(PasswordKind.KEYRING, "")


class Remembering(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1.0

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class Locked(keyring.backend.KeyringBackend):
    """A keyring that refuses, and repeats what it was given."""

    priority = 1.0

    def get_password(self, service: str, username: str) -> NoReturn:
        raise RuntimeError("it is locked: access-1")

    def set_password(self, service: str, username: str, password: str) -> NoReturn:
        raise RuntimeError(f"no room for {password}")


def _using(backend: keyring.backend.KeyringBackend) -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    yield
    keyring.set_keyring(before)


@pytest.fixture
def entries() -> Iterator[dict[tuple[str, str], str]]:
    """What a keyring holds that is used in the test."""
    backend = Remembering()
    for _ in _using(backend):
        yield backend.entries


@pytest.fixture
def _locked() -> Iterator[None]:
    yield from _using(Locked())  # type: ignore[no-untyped-call]


@pytest.fixture
def _missing() -> Iterator[None]:
    yield from _using(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]


def test_tokens_lie_beside_the_account_s_passwords(entries: dict[tuple[str, str], str]) -> None:
    """Each account has its own, and no password is touched."""
    entries["followupd:work", "robin"] = "the password"
    assert vault.read("work", PLACE) is None
    vault.write("work", PLACE, TOKENS)
    other = replace(TOKENS, access="access-2")
    vault.write("home", PLACE, other)
    assert vault.read("work", PLACE) == TOKENS
    assert vault.read("home", PLACE) == other
    assert vault.erase("work", PLACE)
    assert not vault.erase("work", PLACE)
    assert set(entries) == {("followupd:work", "robin"), ("followupd:home", "oauth tokens")}


def test_an_entry_that_holds_something_else_is_left_as_it_is(
    entries: dict[tuple[str, str], str],
) -> None:
    """It is told which one, not what is in it."""
    entries["followupd:work", "oauth tokens"] = "hunter2"
    with pytest.raises(SecretMissing, match="followupd:work, oauth tokens") as caught:
        vault.read("work", PLACE)
    assert "hunter2" not in str(caught.value)


_ACTS: list[Callable[[], object]] = [
    lambda: vault.read("work", PLACE),
    lambda: vault.write("work", PLACE, TOKENS),
    lambda: vault.erase("work", PLACE),
]


@pytest.mark.usefixtures("_locked")
@pytest.mark.parametrize("act", _ACTS, ids=["read", "write", "erase"])
def test_a_locked_keyring_is_told_without_its_words(act: Callable[[], object]) -> None:
    """They may repeat what was to be stored."""
    with pytest.raises(SecretMissing, match="unlock it") as caught:
        act()
    assert "access-1" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.usefixtures("_missing")
@pytest.mark.parametrize("act", _ACTS, ids=["read", "write", "erase"])
def test_where_there_is_no_keyring_a_file_is_named(act: Callable[[], object]) -> None:
    """With the key of the configuration."""
    with pytest.raises(SecretMissing, match=r"accounts\.oauth\.tokens = \{ file"):
        act()


def test_the_lock_lies_beside_the_file_or_in_the_state_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where all processes of the user find the same one."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    file = PasswordSource(PasswordKind.FILE, "/somewhere/tokens.json")
    assert vault.lock_path("work", file) == Path("/somewhere/.tokens.json.lock")
    assert vault.lock_path("work", PLACE) == tmp_path / "work.oauth.lock"

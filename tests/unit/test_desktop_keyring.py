"""The keyring of the desktop: bounded, one at a time, and never asked twice to be unlocked."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.errors
import pytest

from followupd import desktop_keyring
from followupd.desktop_keyring import KeyringRefused, NoKeyring

if TYPE_CHECKING:
    from collections.abc import Iterator

DEADLINE = 60


class Locked(keyring.backend.KeyringBackend):
    """A keyring that asks to be unlocked, and waits until somebody does it."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.asked = 0
        self.unlocked = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        """Wait for the user."""
        self.asked += 1
        assert self.unlocked.wait(DEADLINE)
        return "in it"

    def set_password(self, service: str, username: str, password: str) -> None:
        """Refuse with an error that repeats what it was given."""
        raise keyring.errors.PasswordSetError(f"cannot store {password}")


@pytest.fixture
def locked() -> Iterator[Locked]:
    """A locked keyring, unlocked at the end at the latest."""
    before = keyring.get_keyring()
    backend = Locked()
    keyring.set_keyring(backend)
    yield backend
    backend.unlocked.set()
    assert desktop_keyring.get("any", "thing", seconds=DEADLINE) == "in it"
    keyring.set_keyring(before)


def test_a_keyring_that_waits_for_its_user_is_asked_once(locked: Locked) -> None:
    """Each further question would open one more window on the screen."""
    for _ in range(3):
        with pytest.raises(KeyringRefused, match="waits to be unlocked"):
            desktop_keyring.get("followupd:personal", "robin", seconds=0.05)
    assert locked.asked == 1


def test_an_unlocked_keyring_answers_again(locked: Locked) -> None:
    """Whoever asks next gets what is in it."""
    with pytest.raises(KeyringRefused):
        desktop_keyring.get("followupd:personal", "robin", seconds=0.05)
    locked.unlocked.set()
    assert desktop_keyring.get("followupd:personal", "robin", seconds=DEADLINE) == "in it"
    assert locked.asked == 2


def test_what_was_to_be_stored_is_in_no_error(locked: Locked) -> None:
    """Back ends put into their errors what they like."""
    with pytest.raises(KeyringRefused) as refusal:
        desktop_keyring.put("followupd:personal", "robin", "hunter2")
    assert "hunter2" not in repr(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None


def test_no_keyring_is_told_apart(locked: Locked) -> None:
    """Another source fits then; to unlock something would help nobody."""
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    with pytest.raises(NoKeyring):
        desktop_keyring.get("followupd:personal", "robin")
    keyring.set_keyring(locked)

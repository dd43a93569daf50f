"""Which sources fit a machine: what it really has, the best one first."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.backends.null
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followupd.config import PasswordKind, PasswordSource
from followupd.secrets.fitting import (
    Surroundings,
    fitting,
    instead_of_keyring,
    keyring_works,
    look_around,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path("/home/robin/.config/followupd")
BARE = Surroundings(keyring=False, systemd=False, is_root=False, programs=())


@pytest.fixture(autouse=True)
def _keyring_as_before() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def kinds(around: Surroundings) -> list[PasswordKind]:
    """The kinds of source that fit, the best one first."""
    return [each.source.kind for each in fitting(around, "personal", FOLDER)]


def test_a_desktop_is_offered_its_keyring_first() -> None:
    """A file works as well, and login can fill both."""
    around = Surroundings(keyring=True, systemd=True, is_root=False, programs=())
    offers = fitting(around, "personal", FOLDER)
    assert [each.written for each in offers] == [
        "{ keyring = true }",
        '{ file = "/home/robin/.config/followupd/personal.password" }',
    ]
    assert all(each.stored_by_login for each in offers)


def test_a_bare_server_is_offered_a_file() -> None:
    """It needs nothing but the disk."""
    assert kinds(BARE) == [PasswordKind.FILE]


def test_root_on_a_server_is_offered_an_encrypted_credential() -> None:
    """Only root sets up a system unit, which is what a credential is for."""
    around = Surroundings(keyring=False, systemd=True, is_root=True, programs=())
    assert kinds(around) == [PasswordKind.CREDENTIAL, PasswordKind.FILE]
    around = Surroundings(keyring=False, systemd=True, is_root=False, programs=())
    assert kinds(around) == [PasswordKind.FILE]


def test_a_password_store_is_offered_by_its_own_command() -> None:
    """secret-tool asks the very keyring that is not there, so it is no way out."""
    around = Surroundings(
        keyring=False, systemd=False, is_root=False, programs=("pass", "secret-tool", "op", "bw")
    )
    commands = [
        each.source.value
        for each in fitting(around, "personal", FOLDER)
        if not each.stored_by_login
    ]
    assert commands[0] == "pass show followupd/personal"
    assert not any("secret-tool" in each for each in commands)
    assert len(commands) == 3


def test_the_way_out_names_what_fits_and_a_file() -> None:
    """So that the user need not read on."""
    around = Surroundings(keyring=None, systemd=False, is_root=False, programs=("pass",))
    told = instead_of_keyring(around)
    assert told.startswith('{ command = "pass show followupd/mail" } (your password store')
    assert told.endswith('{ file = "~/.config/followupd/mail.password" }')
    assert instead_of_keyring(BARE).count("{") == 1


def program(folder: Path, name: str) -> None:
    """A program of that name, to be found on $PATH."""
    (folder / name).write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def test_pass_fits_once_it_is_set_up(tmp_path: Path) -> None:
    """The program alone keeps no password; its store may lie elsewhere than usual."""
    program(tmp_path, "pass")
    environ = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    assert look_around(environ, try_keyring=False).programs == ()
    (tmp_path / ".password-store").mkdir()
    (tmp_path / ".password-store" / ".gpg-id").touch()
    assert look_around(environ, try_keyring=False).programs == ("pass",)
    (tmp_path / ".password-store").rename(tmp_path / "elsewhere")
    assert look_around(environ, try_keyring=False).programs == ()
    environ["PASSWORD_STORE_DIR"] = str(tmp_path / "elsewhere")
    assert look_around(environ, try_keyring=False).programs == ("pass",)


def test_programs_are_looked_for_on_the_path_that_was_given(tmp_path: Path) -> None:
    """A service has a short one."""
    for name in ("secret-tool", "bw"):
        program(tmp_path, name)
    found = look_around({"PATH": str(tmp_path)}, try_keyring=False)
    assert found.programs == ("secret-tool", "bw")
    assert found.keyring is None


class Remembering(keyring.backend.KeyringBackend):
    """A back end that takes passwords, and may not give them back."""

    priority = 0.1
    is_open = True

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.stored: dict[tuple[str, str], str] = {}
        self.seen: list[str] = []

    def get_password(self, service: str, username: str) -> str | None:
        """Look it up."""
        return self.stored.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        if not self.is_open:
            raise keyring.errors.KeyringLocked
        self.seen.append(service)
        self.stored[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget it."""
        del self.stored[service, username]


def test_a_keyring_is_tried_and_left_as_it_was() -> None:
    """What is put in for the trial is no secret, stands under a name of its own and goes again."""
    backend = Remembering()
    keyring.set_keyring(backend)
    assert keyring_works()
    assert backend.stored == {}
    assert backend.seen == ["followupd:trial"]


def test_a_keyring_that_keeps_nothing_does_not_count() -> None:
    """There is none, it is locked, or it throws away what it takes."""
    locked = Remembering()
    locked.is_open = False
    null = keyring.backends.null.Keyring()  # type: ignore[no-untyped-call]
    none = keyring.backends.fail.Keyring()  # type: ignore[no-untyped-call]
    for backend in (locked, null, none):
        keyring.set_keyring(backend)
        assert not keyring_works()


def test_a_keyring_that_waits_to_be_unlocked_is_given_up() -> None:
    """Nobody may be there to answer its question."""
    import threading

    asked, done = threading.Event(), threading.Event()

    class Waiting(Remembering):
        priority = 0.2

        def set_password(self, service: str, username: str, password: str) -> None:
            asked.set()
            done.wait(60)

    keyring.set_keyring(Waiting())
    try:
        assert not keyring_works(seconds=0.1)
        assert asked.wait(60)
    finally:
        done.set()


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_a_source_is_written_as_toml_reads_it(value: str) -> None:
    """Whatever a path holds."""
    text = written(PasswordSource(PasswordKind.FILE, value))
    assert tomllib.loads(f"password = {text}") == {"password": {"file": value}}

"""The real places that keep passwords: a desktop's keyring, `pass`, `secret-tool`, none at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from followupd.config import PasswordKind, PasswordSource
from followupd.secrets import keyring_service, password
from followupd.secrets.by_hand import how_to_store
from followupd.secrets.fitting import fitting, look_around
from tests.support.dovecot import PASSWORD
from tests.support.keyring_desktop import DesktopKeyring, installed, without_keyring
from tests.support.mailbox_config import mailbox_config
from tests.support.processes import DEADLINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.support.usermailbox import UserMailbox

if os.environ.get("CI") != "true":
    pytestmark = pytest.mark.skipif(
        not (installed() and shutil.which("secret-tool") and shutil.which("pass")),
        reason="needs gnome-keyring, dbus, libsecret-tools and pass",
    )


@dataclass(frozen=True)
class Home:
    """Where commands are run as real processes, in an environment of their own."""

    folder: Path
    environ: Mapping[str, str]

    def run(self, *argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program."""
        return subprocess.run(
            argv,
            input=stdin,
            env=dict(self.environ),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE,
        )

    def followupd(self, *argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run one of our commands."""
        config = str(self.folder / "config.toml")
        return self.run(sys.executable, "-m", "followupd", *argv, "--config", config, stdin=stdin)


def at_home(folder: Path, mailbox: UserMailbox, environ: Mapping[str, str]) -> Home:
    """A home with a configuration that keeps the password in the keyring."""
    imap = mailbox.imap
    text = mailbox_config(
        port=imap.port,
        username=imap.username,
        ca_file=imap.ca_file,
        password="{ keyring = true }",
    )
    (folder / "config.toml").write_text(text, encoding="utf-8")
    here = str(Path(__file__).parents[2])
    return Home(folder, {**environ, "XDG_STATE_HOME": str(folder / "state"), "PYTHONPATH": here})


def test_the_keyring_of_a_desktop_keeps_the_password_until_logout(
    tmp_path: Path, mailbox: UserMailbox
) -> None:
    """Another program of that desktop reads what login has stored, and nothing after logout."""
    (tmp_path / "desktop").mkdir()
    with DesktopKeyring(tmp_path / "desktop") as desktop:
        home = at_home(tmp_path, mailbox, desktop.environ)
        done = home.followupd("login", "personal", "--stdin", stdin=PASSWORD)
        assert done.returncode == 0, done.stderr
        assert "The password is in the keyring now." in done.stdout

        words = ("service", keyring_service("personal"), "username", mailbox.name)
        assert home.run("secret-tool", "lookup", *words).stdout == PASSWORD
        by_command = password(
            PasswordSource(PasswordKind.COMMAND, f"secret-tool lookup {' '.join(words)}"),
            service="",
            username="",
            environ=desktop.environ,
        )
        assert by_command.reveal() == PASSWORD

        done = home.followupd("logout", "personal")
        assert done.returncode == 0, done.stderr
        assert "the keyring no longer holds it" in done.stdout
        assert home.run("secret-tool", "lookup", *words).stdout == ""


def test_a_plain_user_without_a_desktop_is_told_of_a_source_that_fits(
    tmp_path: Path, mailbox: UserMailbox
) -> None:
    """The password was tried and is right, but there is no place for it; nothing is lost."""
    home = at_home(tmp_path, mailbox, without_keyring(tmp_path))
    done = home.followupd("login", "personal", "--stdin", stdin=PASSWORD)
    assert done.returncode == 1
    assert "there is no keyring to be reached here" in done.stderr
    assert '{ file = "~/.config/followupd/mail.password" }' in done.stderr
    assert PASSWORD not in done.stdout + done.stderr


@pytest.fixture
def password_store(tmp_path: Path) -> Iterator[Home]:
    """A store of `pass` with a key of its own, for this test alone."""
    # A socket of gpg's agent needs a short path.
    keys = tempfile.mkdtemp(prefix="followupd-gpg-")
    environ = without_keyring(tmp_path) | {
        "GNUPGHOME": keys,
        "PASSWORD_STORE_DIR": str(tmp_path / "store"),
    }
    home = Home(tmp_path, environ)
    try:
        made = home.run(
            *("gpg", "--batch", "--passphrase", "", "--quick-generate-key"),
            *("robin@example.org", "future-default", "default", "never"),
        )
        assert made.returncode == 0, made.stderr
        made = home.run("pass", "init", "robin@example.org")
        assert made.returncode == 0, made.stderr
        yield home
    finally:
        home.run("gpgconf", "--kill", "all")
        shutil.rmtree(keys, ignore_errors=True)


def test_pass_is_offered_filled_as_told_and_read(password_store: Home) -> None:
    """From the offer to the password: every line that the user is given does what it says."""
    around = look_around(password_store.environ, try_keyring=False)
    assert "pass" in around.programs
    offers = fitting(around, "personal", password_store.folder)
    source = next(each.source for each in offers if each.source.kind is PasswordKind.COMMAND)
    line = how_to_store(source, "robin@example.org")[-1]
    # It asks twice.
    done = password_store.run(*line.split(), stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    found = password(source, service="", username="", environ=password_store.environ)
    assert found.reveal() == PASSWORD

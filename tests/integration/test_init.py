"""`init` as a person lives it: at a terminal, from nothing to a mailbox that is watched."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from followupd.config import OAuth, PasswordKind, PasswordSource, load
from followupd.domain.events import Added
from followupd.domain.interview import Interview
from followupd.oauth.grant import is_signed_in
from followupd.service.clock import SystemClock
from followupd.service.setup import open_world
from followupd.store import DATABASE
from tests.support.authority import Authority
from tests.support.cli import Result
from tests.support.delivery import mail
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.keyring_desktop import DesktopKeyring
from tests.support.keyring_desktop import installed as keyring_installed
from tests.support.oidc import OidcProvider
from tests.support.seeker import DANA
from tests.support.smtpserver import SmtpServer
from tests.support.terminal import DEADLINE, END, AtTerminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.config import Account

NOBODY = 65_534
WRONG = "not-the-password-at-all"
PLACES = (
    ("Your time zone", ""),
    ("Whose public holidays", "berlin"),
    ("Language of your letters", ""),
    ("How do they speak", ""),
)
NOTHING_SENT = (("Is a draft to be sent", ""), ("When is it to lie in your inbox", ""))
WITH_COMMENTS = """\
# My own words.
[user]
name = "Robin Doe"   # as on my letters
timezone = "Europe/Berlin"

[[accounts]]
name = "personal"
address = "robin@example.org"
[accounts.imap]
host = "imap.example.org"
password = { env = "NO_SUCH_VARIABLE" }

# The plan.
[cadence]
silent_after = "7 business days"

[digest]
at = "07:15"
"""


class Newcomer:
    """Somebody with a mailbox and an empty home."""

    def __init__(self, server: Dovecot, home: Path) -> None:
        """Live in `home`."""
        self.server = server
        self.home = home
        self.through: tuple[str, ...] = ()
        self.user = f"robin-{uuid.uuid4().hex[:10]}"
        # Nobody knows that domain (RFC 6761), and nobody is asked for long.
        self.address = f"{self.user}@seeker.test"
        self.environment = {
            "HOME": str(home),
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "TZ": "Europe/Berlin",
            "TERM": "dumb",
            "PYTHONPATH": str(Path.cwd()),
        }

    def become_nobody(self) -> None:
        """Be a plain user of the system from now on, whom the home belongs to.

        Python itself may lie where only root may look: that user may read it, and that is all.
        """
        if os.geteuid() != 0:
            return
        os.chown(self.home, NOBODY, NOBODY)
        may_read = "+dac_read_search"
        self.through = (
            *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
            *(f"--inh-caps={may_read}", f"--ambient-caps={may_read}"),
            f"--bounding-set=-all,{may_read}",
        )

    @property
    def config(self) -> Path:
        """The configuration, where it lies by default."""
        return self.home / ".config/followupd/config.toml"

    @property
    def account(self) -> Account:
        """The only account there is."""
        [account] = load(self.config).accounts
        return account

    @property
    def server_options(self) -> tuple[str, ...]:
        """The server as options name it."""
        return (
            *("--imap-host", "localhost", "--imap-port", str(self.server.ports.imaps)),
            *("--imap-username", self.user, "--ca-file", str(self.server.ca_file)),
        )

    def at_terminal(self, *argv: str) -> AtTerminal:
        """Run a command at a terminal."""
        return AtTerminal(argv, self.environment, through=self.through)

    def run(self, *argv: str, given: str = "") -> Result:
        """Run a command in a pipe."""
        done = subprocess.run(
            [*self.through, sys.executable, "-m", "followupd", *argv],
            input=given,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=DEADLINE,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """The daemon at work."""
        with subprocess.Popen(
            [*self.through, sys.executable, "-m", "followupd", "run"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as daemon:
            try:
                yield
            finally:
                daemon.terminate()
                daemon.wait(DEADLINE)

    def is_watched(self) -> None:
        """An answer that arrives marks an interview answered."""
        state = self.home / ".local/state/followupd"
        with self.watching():
            deadline = time.monotonic() + DEADLINE
            while not (state / DATABASE).exists():
                assert time.monotonic() < deadline, "the daemon did not come up"
                time.sleep(0.05)
            world = open_world(load(self.config), state, SystemClock())
            now = world.clock.now()
            interview = Interview(
                uid=uuid.uuid4().hex,
                company="Acme",
                role="Engineer",
                held_at=now - timedelta(days=1),
                decision_by=None,
                people=(DANA,),
                promises=(),
                account="personal",
                language="en",
            )
            with world.store.begin() as transaction:
                number = transaction.add(Added(at=now, interview=interview))
            self.server.deliver(self.user, mail(to=self.address, subject="Offer", date=None))
            try:
                while world.history(number).answer is None:
                    assert time.monotonic() < deadline, "the answer was not noticed"
                    time.sleep(0.05)
            finally:
                world.store.close()


@pytest.fixture
def newcomer(dovecot: Dovecot) -> Iterator[Newcomer]:
    """Somebody who has just installed followupd; not in pytest's folder, which is root's alone."""
    home = Path(tempfile.mkdtemp(prefix="followupd-newcomer-"))
    yield Newcomer(dovecot, home)
    shutil.rmtree(home)


def test_a_plain_user_without_a_keyring_comes_to_a_watched_mailbox(
    newcomer: Newcomer, dovecot: Dovecot
) -> None:
    """A wrong host, one without IMAP and a wrong password are explained and asked for again."""
    newcomer.become_nobody()
    ports = dovecot.ports
    with newcomer.at_terminal("init") as terminal:
        terminal.answer_each(
            ("Your name", "Robin Doe"),
            ("Your address", newcomer.address),
            ("?Your address (Enter", ""),
            ("IMAP server", "no-such-host.seeker.test"),
            ("IMAP server", f"127.0.0.1:{ports.lmtp} none"),
            ("IMAP server", f"localhost:{ports.imaps}"),
            ("Certificate file", str(dovecot.ca_file)),
            ("Where is the password kept", ""),
            ("Password of", WRONG),
            ("User name", newcomer.user),
            ("Password of", PASSWORD),
            ("right folders", ""),
            *PLACES,
            *NOTHING_SENT,
            ("Write this", ""),
        )
        code, _ = terminal.end()
    shown = " ".join(terminal.shown.split())
    assert code == 0, terminal.shown
    assert "no host of the name no-such-host.seeker.test" in shown
    assert f"127.0.0.1:{ports.lmtp}: cannot connect" in shown
    assert "refused the login" in shown
    assert "Drafts: Drafts (as the server marks it)" in shown
    assert "followupd add Acme" in shown
    assert PASSWORD not in terminal.shown
    assert WRONG not in terminal.shown
    kept = newcomer.config.parent / "personal.password"
    assert newcomer.account.imap.password == PasswordSource(PasswordKind.FILE, str(kept))
    assert kept.read_text().strip() == PASSWORD
    for path in (newcomer.config, kept):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert os.geteuid() != 0 or path.stat().st_uid == NOBODY
    user = load(newcomer.config).user
    assert (user.name, user.timezone.key, user.holidays) == ("Robin Doe", "Europe/Berlin", "DE-BE")
    newcomer.is_watched()


def test_whoever_is_interrupted_goes_on_with_the_line_that_is_shown(newcomer: Newcomer) -> None:
    """Nothing is left behind, the terminal is as it was, and no answer need be given twice."""
    with newcomer.at_terminal("init", *newcomer.server_options) as terminal:
        terminal.answer_each(
            ("Your name", "Robin O'Doe"),
            ("Your address", newcomer.address),
            ("?Your address (Enter", ""),
            ("Where is the password kept", ""),
        )
        terminal.interrupt("Password of", signal.SIGINT)
        code, _ = terminal.end()
        assert terminal.echoes
    assert code == 130
    assert list(newcomer.home.iterdir()) == []
    [line] = [one for one in terminal.shown.splitlines() if one.startswith("followupd init ")]
    argv = shlex.split(line)[1:]
    assert PASSWORD not in line
    with newcomer.at_terminal(*argv) as terminal:
        terminal.answer_each(
            ("?Your address (Enter", ""),
            ("Password of", PASSWORD),
            ("right folders", ""),
            *PLACES,
            *NOTHING_SENT,
            ("Write this", "yes"),
        )
        code, _ = terminal.end()
    assert code == 0, terminal.shown
    settings = load(newcomer.config)
    assert settings.user.name == "Robin O'Doe"
    assert settings.accounts[0].imap.username == newcomer.user


def test_whoever_leaves_leaves_nothing_behind(newcomer: Newcomer) -> None:
    """Ctrl-D is an end as well as Ctrl-C."""
    with newcomer.at_terminal("init") as terminal:
        terminal.answer("Your name", "Robin Doe")
        terminal.answer("Your address", END)
        code, _ = terminal.end()
    assert code == 1
    assert "nothing was written" in terminal.shown
    assert "followupd init --name 'Robin Doe'" in terminal.shown
    assert list(newcomer.home.iterdir()) == []


def test_a_script_needs_no_terminal(newcomer: Newcomer, dovecot: Dovecot) -> None:
    """Everything by options, the password on standard input, and sending is tried as well."""
    dovecot.doveadm("mailbox", "create", "-u", newcomer.user, "Followups/Send")
    with SmtpServer() as smtp:
        done = newcomer.run(
            *("init", "--name", "Robin Doe", "--address", newcomer.address),
            *newcomer.server_options,
            *("--timezone", "Europe/Berlin", "--holidays", "DE-BE", "--language", "de"),
            *("--register", "friendly", "--approval-folder", "Followups/Send"),
            *("--smtp-host", "127.0.0.1", "--smtp-port", str(smtp.port), "--digest-at", "08:00"),
            *("--smtp-security", "none", "--password-stdin", "--password-from", "file:secret"),
            *("--no-service", "--json"),
            given=f"{PASSWORD}\n",
        )
        assert done.code == 0, done.err
        assert "AUTH" in smtp.commands
        assert not smtp.envelopes
    said = done.json
    assert (said["account"], said["written"], said["is_signed_in"]) == ("personal", True, True)
    assert said["left_to_do"] == []
    assert PASSWORD not in done.out + done.err + newcomer.config.read_text()
    settings = load(newcomer.config)
    assert settings.digest is not None
    assert newcomer.account.approval_folder == "Followups/Send"
    assert (newcomer.config.parent / "secret").read_text().strip() == PASSWORD


def test_a_second_account_joins_a_configuration_with_its_comments(newcomer: Newcomer) -> None:
    """The difference is shown before anything is written, and the rest stays as it is."""
    newcomer.config.parent.mkdir(parents=True)
    newcomer.config.write_text(WITH_COMMENTS)
    with newcomer.at_terminal("init", *newcomer.server_options) as terminal:
        terminal.answer_each(
            ("Which account", "work"),
            ("Your address", newcomer.address),
            ("?Your address (Enter", ""),
            ("Where is the password kept", ""),
            ("Password of", PASSWORD),
            ("right folders", ""),
            ("Is a draft to be sent", ""),
        )
        terminal.answer("Write this", "")
        code, _ = terminal.end()
    assert code == 0, terminal.shown
    assert "+[[accounts]]" in terminal.shown
    assert '-name = "Robin Doe"' not in terminal.shown
    text = newcomer.config.read_text()
    assert set(WITH_COMMENTS.splitlines()) <= set(text.splitlines())
    settings = load(newcomer.config)
    assert [account.name for account in settings.accounts] == ["personal", "work"]
    assert settings.digest is not None
    assert settings.digest.account == "personal"


@pytest.mark.skipif(
    not keyring_installed() and os.environ.get("CI") != "true", reason="needs gnome-keyring"
)
def test_on_a_desktop_the_keyring_keeps_the_password(newcomer: Newcomer, tmp_path: Path) -> None:
    """It is what Enter takes there, and what the daemon reads it from."""
    with DesktopKeyring(tmp_path) as desktop:
        newcomer.environment |= desktop.environ | {"HOME": str(newcomer.home)}
        with newcomer.at_terminal("init", *newcomer.server_options) as terminal:
            terminal.answer_each(
                ("Your name", "Robin Doe"),
                ("Your address", newcomer.address),
                ("?Your address (Enter", ""),
                ("Where is the password kept", ""),
                ("Password of", PASSWORD),
                ("right folders", ""),
                *PLACES,
                *NOTHING_SENT,
                ("Write this", ""),
            )
            code, _ = terminal.end()
        assert code == 0, terminal.shown
        once = newcomer.run("once", "--json")
        assert once.code == 0, once.err
    assert newcomer.account.imap.password == PasswordSource(PasswordKind.KEYRING, "")
    assert [path.name for path in newcomer.config.parent.iterdir()] == ["config.toml"]


def test_who_signs_in_by_a_grant_types_a_code_elsewhere(tmp_path: Path) -> None:
    """With a provider of its own, on a machine without a browser: from nothing to signed in."""
    code_shown = re.compile(r"^[A-Z0-9]{4}-?[A-Z0-9]{4}\r?$", re.MULTILINE)
    authority = Authority(tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    with (
        OidcProvider(authority) as provider,
        Dovecot(oauth=provider) as server,
    ):
        both = tmp_path / "both.pem"
        both.write_bytes(server.ca_file.read_bytes() + authority.ca_file.read_bytes())
        newcomer = Newcomer(server, home)
        with newcomer.at_terminal(
            *("init", "--name", "Robin Doe", "--address", newcomer.address),
            *newcomer.server_options,
            *("--ca-file", str(both), "--scopes", "mail offline_access"),
            *("--oauth-provider", provider.issuer, "--client-id", provider.client_id),
        ) as terminal:
            terminal.answer_each(("?Your address (Enter", ""), ("Client secret", ""))
            provider.activate(terminal.see(code_shown).strip(), newcomer.user)
            terminal.answer_each(("right folders", ""), *PLACES, *NOTHING_SENT, ("Write this", ""))
            code, _ = terminal.end()
        assert code == 0, terminal.shown
        assert provider.ledger.found_in(terminal.shown + newcomer.config.read_text()) == []
        grant = newcomer.account.imap.password
        assert isinstance(grant, OAuth)
        tokens = Path(grant.tokens.value)
        assert stat.S_IMODE(tokens.stat().st_mode) == 0o600
        assert is_signed_in("personal", grant)

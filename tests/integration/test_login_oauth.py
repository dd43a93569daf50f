"""`login` and `logout` with a grant: a real provider, a real mail server that takes its tokens."""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import pytest

from followupd.cli.login_trying import attempt
from followupd.config import OAuth, load
from followupd.credentials import with_secret
from followupd.errors import AuthenticationError
from followupd.mailbox.connection import tls_context
from followupd.oauth.grant import store
from followupd.oauth.tokens import Tokens
from tests.support.authority import Authority
from tests.support.cli import Shell
from tests.support.dovecot import Dovecot
from tests.support.oidc import Fault, OidcProvider
from tests.support.processes import DEADLINE
from tests.support.terminal import AtTerminal
from tests.support.usermailbox import UserMailbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from followupd.secrets import Secret

CONFIG = """
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"

[[accounts]]
name = "personal"
address = "robin@example.org"
[accounts.imap]
host = "localhost"
port = {port}
username = "robin"
ca_file = "{mail_ca}"
[accounts.oauth]
provider = "{issuer}"
client_id = "{client}"
scopes = ["mail"]
ca_file = "{provider_ca}"
tokens = {{ file = "tokens" }}
"""

CODE = r"^[A-Z0-9]{4}-?[A-Z0-9]{4}$"
ADDRESS = re.compile(r"https://localhost:\d+/authorize\S+")


@dataclass
class Robin:
    """A user whose mailbox is signed in to by a grant, which they have not given yet."""

    shell: Shell
    provider: OidcProvider
    server: Dovecot

    @property
    def tokens(self) -> Path:
        """Where the tokens are kept."""
        return self.shell.config.parent / "tokens"

    @property
    def mark(self) -> Path:
        """What a running daemon looks at."""
        return self.shell.database.parent / "personal.login"

    def sign_in(self) -> None:
        """Let there be a grant, as a login before has stored it."""
        (account,) = load(self.shell.config).accounts
        oauth = account.imap.password
        assert isinstance(oauth, OAuth)
        given, now = self.provider.issue("robin"), datetime.now(UTC)
        ends = now + timedelta(hours=1)
        whose = (oauth.provider, oauth.client_id)
        store("personal", oauth, Tokens(given.access, given.refresh, None, now, ends, (), *whose))

    def leaks(self, *texts: str) -> list[str]:
        """The kinds of secrets that stand in these texts."""
        return [kind.value for kind in self.provider.ledger.found_in("\n".join(texts))]


class Command:
    """A command that runs as a process and is talked to while it does; its data is JSON."""

    def __init__(self, *argv: str, **environ: str) -> None:
        """Start it, without a terminal."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "followupd", *argv, "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | environ,
            text=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self.told = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()

    def wait_for(self, pattern: str) -> str:
        """The first that it tells which fits."""
        while line := self._lines.get(timeout=DEADLINE):
            if found := re.search(pattern, line):
                return found[0]
        raise AssertionError(f"it ended before it told {pattern}:\n{self.told}")

    def end(self) -> tuple[int, Any]:
        """Its exit code and its data; None where it printed none."""
        assert self._process.stdout is not None
        printed = self._process.stdout.read()
        code = self._process.wait(DEADLINE)
        self._reader.join()
        return code, json.loads(printed) if printed else None

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.told += line
            self._lines.put(line)
        self._lines.put("")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OidcProvider, Dovecot]]:
    """A provider, and a mail server that asks it about tokens."""
    authority = Authority(tmp_path_factory.mktemp("authority"))
    with OidcProvider(authority) as provider, Dovecot(oauth=provider) as server:
        yield provider, server


@pytest.fixture
def robin(
    servers: tuple[OidcProvider, Dovecot],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Robin]:
    """Robin, who has not signed in."""
    provider, server = servers
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    shell.configure(
        CONFIG.format(
            port=server.ports.imaps,
            mail_ca=server.ca_file,
            issuer=provider.issuer,
            client=provider.client_id,
            provider_ca=provider.ca_file,
        )
    )
    mailbox = UserMailbox("robin", server, tls_context(server.ca_file))
    yield Robin(shell, provider, server)
    mailbox.close()
    provider.faults.clear()


def test_a_headless_machine_shows_a_code_for_another_device(robin: Robin) -> None:
    """Nothing is asked for: a code is what fits where there is no browser."""
    with Command("login", "personal") as login:
        code = login.wait_for(CODE)
        robin.provider.activate(code, "robin")
        exit_code, found = login.end()
    assert exit_code == 0, login.told
    assert found["stored"]
    assert [each["succeeded"] for each in found["attempts"]] == [True]
    assert "The code is good until" in login.told
    assert "The grant is in" in login.told
    assert robin.tokens.stat().st_mode & 0o777 == 0o600
    assert robin.mark.exists()
    assert robin.leaks(login.told, json.dumps(found)) == []
    # What was stored is what the daemon signs in with.
    (account,) = load(robin.shell.config).accounts
    assert with_secret("personal", account.imap, partial(attempt, account.imap)).succeeded


def test_a_token_that_the_server_takes_no_more_is_replaced_once(robin: Robin) -> None:
    """It ended a moment ago at the provider's will; by our clock it is good for long."""
    robin.sign_in()
    robin.provider.memory.end_access_tokens()
    (account,) = load(robin.shell.config).accounts
    tried: list[bool] = []

    def use(secret: Secret) -> None:
        tried.append(attempt(account.imap, secret).succeeded)
        if not tried[-1]:
            raise AuthenticationError("refused")

    with_secret("personal", account.imap, use)
    assert tried == [False, True]


def test_a_desktop_opens_its_browser(robin: Robin, tmp_path: Path) -> None:
    """The address is shown as well, in one piece, for a browser that did not come up."""
    program = tmp_path / "browser"
    program.write_text('#!/bin/sh\nprintf "%s" "$1" > "$0.opened"\n', encoding="utf-8")
    program.chmod(0o755)
    with Command("login", "personal", "--browser", BROWSER=str(program)) as login:
        address = login.wait_for(ADDRESS.pattern)
        robin.provider.visit(address, "robin")
        exit_code, found = login.end()
    assert exit_code == 0, login.told
    assert found["stored"]
    assert "Your browser shows a page of" in login.told
    assert (tmp_path / "browser.opened").read_text(encoding="utf-8") == address
    assert robin.leaks(login.told, address) == []


def test_a_browser_on_another_machine_gives_its_last_address_to_be_pasted(robin: Robin) -> None:
    """It cannot reach the loopback address here; the whole address is all that is needed."""
    with AtTerminal(("login", "personal", "--browser", "--json"), os.environ) as terminal:
        address = terminal.see(ADDRESS)
        where = robin.provider.visit(address, "robin", returns=False)
        terminal.say(where)
        code, out = terminal.end()
    assert code == 0, terminal.shown
    assert json.loads(out)["stored"]
    assert "paste that whole address here" in " ".join(terminal.shown.split())


def test_the_grant_of_another_mailbox_does_not_take_the_place_of_the_right_one(
    robin: Robin,
) -> None:
    """Signed in as somebody else at the provider: the mail server refuses, nothing is stored."""
    robin.sign_in()
    before = robin.tokens.read_bytes()
    with Command("login", "personal", "--device") as login:
        robin.provider.activate(login.wait_for(CODE), "jane")
        exit_code, found = login.end()
    assert (exit_code, found) == (1, None)
    assert "nothing was stored; what was there before is there still" in login.told
    assert robin.tokens.read_bytes() == before
    assert not robin.mark.exists()
    assert robin.leaks(login.told) == []


def test_who_says_no_at_the_provider_has_changed_nothing(robin: Robin) -> None:
    """And is told so in a sentence."""
    with Command("login", "personal", "--device") as login:
        code = login.wait_for(CODE)
        robin.provider.activate(code, "robin", allow=False)
        exit_code, _ = login.end()
    assert exit_code == 1
    assert not robin.tokens.exists()


def test_logout_gives_the_grant_back_and_forgets_it(robin: Robin) -> None:
    """The provider takes the token no more, wherever a copy of it may lie."""
    robin.sign_in()
    result = robin.shell.run("logout", "personal")
    assert result.code == 0, result.err
    assert "was told, so that it is worth nothing any more" in result.out
    assert "until `followupd login personal`" in result.out
    assert robin.provider.ledger.of("/revoke")
    assert robin.leaks(result.out, result.err) == []
    assert "There is no grant" in robin.shell.run("logout", "personal").out


def test_logout_says_honestly_that_the_provider_could_not_be_told(robin: Robin) -> None:
    """It is forgotten here; what is left to do is said, and the exit code tells as well."""
    robin.sign_in()
    robin.provider.faults["/revoke"] = Fault(status=500)
    result = robin.shell.run("logout", "personal")
    assert result.code == 1
    assert "The grant is forgotten" in result.out
    assert "worth nothing" not in result.out


def test_nobody_signs_in_for_tokens_that_could_not_be_kept(robin: Robin) -> None:
    """The place of the tokens is looked at first: what lies there is somebody else's."""
    robin.tokens.write_text("my shopping list\n", encoding="utf-8")
    robin.tokens.chmod(0o600)
    before = len(robin.provider.ledger.requests)
    result = robin.shell.run("login", "personal", "--device")
    assert result.code == 1
    assert "holds something else than tokens" in result.err
    assert len(robin.provider.ledger.requests) == before
    assert robin.tokens.read_text(encoding="utf-8") == "my shopping list\n"


@pytest.mark.parametrize(
    ("options", "what"),
    [(("--stdin",), "signs in by OAuth, without a password"), (("--smtp",), "no [accounts.smtp]")],
)
def test_options_of_a_password_do_not_fit_a_grant(
    robin: Robin, options: tuple[str, ...], what: str
) -> None:
    """They would do nothing."""
    result = robin.shell.run("login", "personal", *options)
    assert result.code == 2
    assert what in result.err

"""`login` and `logout` on real servers: what is stored was tried, and what is there stays."""

from __future__ import annotations

import imaplib
import io
import os
import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from followupd.cli.login_password import first_line, password_questions
from followupd.cli.login_trying import Attempt
from followupd.config import Imap, PasswordKind, PasswordSource, Security
from followupd.errors import AuthenticationError, UsageError
from tests.support.cli import Result, Shell
from tests.support.dovecot import PASSWORD
from tests.support.smtpserver import SmtpServer
from tests.support.terminal import END, AtTerminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.secrets import Secret
    from tests.support.authority import Authority
    from tests.support.usermailbox import UserMailbox

WRONG = "not-the-password-of-robin"
ASKS = "(it is not shown)"

USER = """
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
"""
ACCOUNT = """
[[accounts]]
name = "{name}"
address = "robin@example.org"
[accounts.imap]
host = "{host}"
port = {port}
username = "{username}"
ca_file = "{ca_file}"
password = {password}
"""


@dataclass
class Robin:
    """A user with a mailbox and a configuration, whose password lies in a file or is to."""

    shell: Shell
    mailbox: UserMailbox

    @property
    def file(self) -> Path:
        """The password file."""
        return self.shell.config.parent / "mail.password"

    @property
    def mark(self) -> Path:
        """What a running daemon looks at."""
        return self.shell.database.parent / "personal.login"

    @property
    def stored(self) -> str:
        """What the password file holds."""
        return self.file.read_text(encoding="utf-8")

    def configure(self, source: str = '{ file = "mail.password" }', more: str = "") -> None:
        """Write the configuration."""
        self.shell.configure(USER + self.account("personal", source) + more)

    def account(self, name: str, source: str, port: int = 0) -> str:
        """The section of an account in this mailbox."""
        imap = self.mailbox.imap
        return ACCOUNT.format(
            name=name,
            host=imap.host,
            port=port or imap.port,
            username=imap.username,
            ca_file=imap.ca_file,
            password=source,
        )

    def keep(self, password: str) -> None:
        """Put a password into the file."""
        self.file.write_text(f"{password}\n", encoding="utf-8")
        self.file.chmod(0o600)

    def run(self, *argv: str, stdin: str | None = None) -> Result:
        """Run a command in this process, with that for its standard input."""
        before = sys.stdin
        sys.stdin = io.StringIO(stdin or "")
        try:
            return self.shell.run(*argv)
        finally:
            sys.stdin = before

    def at_terminal(self, *argv: str) -> AtTerminal:
        """Run a command at a terminal."""
        return AtTerminal(argv, os.environ)


@pytest.fixture
def robin(
    tmp_path: Path,
    mailbox: UserMailbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Robin:
    """Robin, with nothing stored."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    robin = Robin(Shell.make(tmp_path, monkeypatch, capsys), mailbox)
    robin.configure()
    return robin


@pytest.fixture
def outbox(authority: Authority) -> Iterator[SmtpServer]:
    """A server that sends, and takes the same password."""
    with SmtpServer(authority.localhost(), from_the_start=True) as server:
        yield server


def sending(server: SmtpServer, authority: Authority, more: str = "") -> str:
    """The section of the server that sends."""
    return f"""
[accounts.smtp]
host = "localhost"
port = {server.port}
ca_file = "{authority.ca_file}"
{more}
"""


def test_a_password_is_asked_for_unseen_tried_and_stored(robin: Robin) -> None:
    """Nobody who looks over the shoulder reads it, and the daemon goes on at once."""
    with robin.at_terminal("login", "personal") as terminal:
        terminal.answer(f"{robin.mailbox.name} at localhost {ASKS}", PASSWORD)
        code, out = terminal.end()
    assert code == 0
    assert PASSWORD not in out + terminal.shown
    assert robin.stored == f"{PASSWORD}\n"
    assert stat.S_IMODE(robin.file.stat().st_mode) == 0o600
    assert robin.mark.exists()
    assert "signs in at localhost:" in out
    assert f"The password is in {robin.file} now." in out
    assert "goes on with it at once" in out


def test_a_refused_password_is_asked_for_again_and_never_stored(robin: Robin) -> None:
    """The second try is the right one; the user learns why it is asked again."""
    with robin.at_terminal("login", "personal") as terminal:
        terminal.answer(ASKS, WRONG)
        terminal.answer(ASKS, PASSWORD)
        code, out = terminal.end()
    assert code == 0
    assert "refused the login" in out
    assert WRONG not in out + terminal.shown
    assert robin.stored == f"{PASSWORD}\n"


GMAIL = Imap(
    *("imap.gmail.com", 993, Security.TLS, "robin@gmail.com"),
    PasswordSource(PasswordKind.KEYRING, ""),
    *([None] * 5),
)


def refused(_: Secret) -> Attempt:
    """A server that takes no password."""
    return Attempt("imap", "imap.gmail.com:993", "robin", "it says no", is_refused=True)


def test_a_password_is_asked_for_three_times_at_most() -> None:
    """A fourth could lock the account; what was there before is not touched."""
    questions = password_questions(GMAIL, refused)
    next(questions)
    told = " ".join(questions.send(f" {WRONG}").before)
    assert "It begins or ends with a blank" in told
    assert WRONG not in told
    questions.send(WRONG)
    with pytest.raises(AuthenticationError, match="it says no; nothing was stored; what was there"):
        questions.send(WRONG)


def test_a_refusal_of_a_large_provider_comes_with_what_it_takes_instead() -> None:
    """The password of the account itself is what most people try first."""
    questions = password_questions(GMAIL, refused)
    assert next(questions).before == ()
    told = " ".join(questions.send(WRONG).before)
    assert "Gmail takes an app password." in told
    assert "https://myaccount.google.com/apppasswords" in told


def test_who_only_presses_enter_leaves() -> None:
    """An empty answer is no password, and is not tried."""
    questions = password_questions(GMAIL, refused)
    next(questions)
    with pytest.raises(StopIteration) as end:
        questions.send("\n")
    assert end.value.value is None


def test_who_leaves_changes_nothing(robin: Robin) -> None:
    """By Ctrl-D, or with an empty answer."""
    with robin.at_terminal("login", "personal") as terminal:
        terminal.answer(ASKS, END)
        code, _ = terminal.end()
    assert code == 1
    assert "nothing was stored" in terminal.shown
    assert not robin.file.exists()


def test_a_script_gives_the_password_on_its_input_and_reads_json(robin: Robin) -> None:
    """No question is asked, and standard output holds nothing but data."""
    result = robin.run("login", "personal", "--stdin", "--json", stdin=f"{PASSWORD}\nmore\n")
    assert result.code == 0
    where = f"localhost:{robin.mailbox.imap.port}"
    assert result.json == {
        "account": "personal",
        "server": "imap",
        "kept_in": str(robin.file),
        "stored": True,
        "attempts": [{"server": "imap", "where": where, "succeeded": True, "problem": None}],
    }
    assert robin.stored == f"{PASSWORD}\n"
    assert PASSWORD not in result.out + result.err


def test_a_script_does_not_store_a_refused_password_over_a_right_one(robin: Robin) -> None:
    """The exit code tells, and what is there goes on to work."""
    robin.keep(PASSWORD)
    result = robin.run("login", "personal", "--stdin", stdin=f"{WRONG}\n")
    assert result.code == 1
    assert "refused the login" in result.err
    assert "what was there before is there still" in result.err
    assert WRONG not in result.out + result.err
    assert robin.stored == f"{PASSWORD}\n"


def test_a_script_may_store_without_trying(robin: Robin) -> None:
    """Where the server cannot be reached from here; it says that it did not try."""
    result = robin.run("login", "personal", "--stdin", "--no-try", stdin=WRONG)
    assert result.code == 0
    assert "without having been tried" in result.out
    assert robin.stored == f"{WRONG}\n"
    assert robin.mark.exists()


@pytest.mark.parametrize(
    ("stdin", "what"),
    [("", "is empty"), ("a\0b\n", "no password has"), ("a\udcff", "not text in UTF-8")],
)
def test_an_input_without_a_password_is_a_mistake(robin: Robin, stdin: str, what: str) -> None:
    """A pipe whose first program failed brings nothing."""
    result = robin.run("login", "personal", "--stdin", stdin=stdin)
    assert (result.code, robin.file.exists()) == (2, False)
    assert what in result.err


def test_a_closed_input_is_a_mistake_in_words() -> None:
    """Whatever starts programs may start them without any."""
    with pytest.raises(UsageError, match="--stdin: the input is closed"):
        first_line(None, "--stdin")
    with pytest.raises(UsageError, match="longer than 4096"):
        first_line(io.StringIO("x" * 5000 + "\n"), "--stdin")


def test_a_traceback_shows_no_secret(robin: Robin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where everything is to be shown of a mistake of ours."""

    def broken(*arguments: object, **named: object) -> None:
        raise RuntimeError("a mistake of ours") from LookupError("below")

    monkeypatch.setattr(imaplib.IMAP4, "login", broken)
    monkeypatch.setenv("FOLLOWUPD_DEBUG", "1")
    result = robin.run("login", "personal", "--stdin", stdin=PASSWORD)
    assert result.code == 1
    assert "RuntimeError: a mistake of ours" in result.err
    assert "LookupError: below" in result.err
    assert PASSWORD not in result.err


def test_without_a_terminal_the_way_to_give_a_password_is_named(robin: Robin) -> None:
    """A question that nobody sees would wait for ever."""
    result = robin.run("login", "personal")
    assert result.code == 2
    assert "| followupd login personal --stdin" in result.err


def test_a_server_that_is_away_leaves_it_to_the_user(robin: Robin) -> None:
    """The password may be right; a script is told of the option, a person is asked."""
    robin.shell.configure(USER + robin.account("personal", '{ file = "mail.password" }', port=9))
    result = robin.run("login", "personal", "--stdin", stdin=PASSWORD)
    assert result.code == 1
    assert "--no-try stores it untried" in result.err
    assert not robin.file.exists()
    with robin.at_terminal("login", "personal") as terminal:
        terminal.answer(ASKS, PASSWORD)
        terminal.answer("Store the password without having tried it", "yes")
        code, _ = terminal.end()
    assert code == 1
    assert robin.stored == f"{PASSWORD}\n"


def test_the_server_that_sends_is_tried_with_the_same_password(
    robin: Robin, outbox: SmtpServer, authority: Authority
) -> None:
    """One password for both is the usual case; nothing is sent."""
    robin.configure(more=sending(outbox, authority))
    result = robin.run("login", "personal", "--stdin", stdin=PASSWORD)
    assert result.code == 0, result.err
    assert f"signs in at localhost:{outbox.port}; nothing was sent." in result.out
    assert "AUTH" in outbox.commands
    assert "MAIL" not in outbox.commands


def test_a_server_that_sends_and_refuses_is_told_beside_the_mailbox_that_works(
    robin: Robin, outbox: SmtpServer, authority: Authority
) -> None:
    """The mailbox can be read with it, so it is stored; the exit code tells of the other."""
    robin.configure(more=sending(outbox, authority))
    outbox.script.answers["AUTH"] = "535 5.7.8 no"
    result = robin.run("login", "personal", "--stdin", stdin=PASSWORD)
    assert result.code == 1
    assert f"localhost:{outbox.port} does not work yet" in result.out
    assert robin.stored == f"{PASSWORD}\n"


def test_a_server_that_sends_may_have_a_password_of_its_own(
    robin: Robin, outbox: SmtpServer, authority: Authority
) -> None:
    """It is stored by an option, which is named where it is needed."""
    own = 'password = { file = "smtp.password" }'
    robin.configure(more=sending(outbox, authority, own))
    result = robin.run("login", "personal", "--stdin", stdin=PASSWORD)
    assert "`followupd login personal --smtp`" in result.out
    assert outbox.commands == []
    result = robin.run("login", "personal", "--smtp", "--stdin", "--json", stdin=PASSWORD)
    assert result.code == 0
    assert [each["server"] for each in result.json["attempts"]] == ["smtp"]
    assert (robin.file.parent / "smtp.password").read_text(encoding="utf-8") == f"{PASSWORD}\n"


def test_a_password_that_we_cannot_store_is_tried_where_it_is(robin: Robin) -> None:
    """The user is told what to run, and whether what is there works."""
    robin.configure('{ env = "FOLLOWUPD_TEST_PASSWORD" }')
    result = robin.run("login", "personal")
    assert result.code == 0
    assert "$FOLLOWUPD_TEST_PASSWORD" in result.out
    assert "signs in at localhost" in result.out
    assert "is in" not in result.out
    assert robin.mark.exists()
    refused = robin.run("login", "personal", "--stdin", stdin=PASSWORD)
    assert refused.code == 2
    assert "`followupd login personal` says how it is stored" in refused.err


def test_a_credential_is_explained_by_lines_to_be_copied(robin: Robin) -> None:
    """Outside its unit it cannot be had, so it cannot be tried."""
    robin.configure('{ credential = "mail" }')
    result = robin.run("login", "personal")
    assert result.code == 1
    assert "systemd-creds encrypt --name=mail - /etc/credstore.encrypted/mail" in result.out
    assert "LoadCredentialEncrypted=mail:/etc/credstore.encrypted/mail" in result.out
    assert "it cannot be tried now" in result.err


@pytest.mark.parametrize("option", ["--browser", "--device"])
def test_an_option_of_another_way_to_sign_in_is_refused(robin: Robin, option: str) -> None:
    """It would do nothing, and the user would believe that it did."""
    result = robin.run("login", "personal", option)
    assert result.code == 2
    assert f"{option}: the account personal signs in with a password" in result.err


def test_an_account_that_is_not_there_is_a_mistake_in_the_command(robin: Robin) -> None:
    """With those that are."""
    for command in ("login", "logout"):
        result = robin.run(command, "persona")
        assert result.code == 2
        assert "personal" in result.err


def test_smtp_is_refused_where_nothing_sends(robin: Robin) -> None:
    """The section is named."""
    result = robin.run("login", "personal", "--smtp", "--stdin", stdin=PASSWORD)
    assert result.code == 2
    assert "[accounts.smtp]" in result.err


def test_a_file_that_is_no_password_file_is_replaced_only_when_asked(robin: Robin) -> None:
    """The password was right all the same; nothing of the file is lost."""
    robin.keep("notes\nof mine")
    result = robin.run("login", "personal", "--stdin", stdin=PASSWORD)
    assert result.code == 1
    assert "does not look like a password file" in result.err
    assert robin.stored == "notes\nof mine\n"
    assert robin.run("login", "personal", "--stdin", "--replace", stdin=PASSWORD).code == 0
    assert robin.stored == f"{PASSWORD}\n"


def test_logout_deletes_the_password_file_and_says_what_that_means(robin: Robin) -> None:
    """The second time there is none."""
    robin.keep(PASSWORD)
    result = robin.run("logout", "personal")
    assert result.code == 0
    assert not robin.file.exists()
    assert robin.mark.exists()
    assert "is forgotten" in result.out
    assert "cannot read the mail of the account personal until" in result.out
    again = robin.run("logout", "personal", "--json")
    assert again.code == 0
    (found,) = again.json["forgotten"]
    assert (found["server"], found["forgotten"]) == ("imap", True)
    assert "There is no password" in found["detail"]


def test_logout_forgets_both_passwords_of_an_account(
    robin: Robin, outbox: SmtpServer, authority: Authority
) -> None:
    """Where the server that sends has its own."""
    own = 'password = { file = "smtp.password" }'
    robin.configure(more=sending(outbox, authority, own))
    robin.keep(PASSWORD)
    result = robin.run("logout", "personal", "--json")
    assert [each["server"] for each in result.json["forgotten"]] == ["imap", "smtp"]


def test_logout_says_honestly_what_it_cannot_forget(robin: Robin) -> None:
    """A password elsewhere stays there, and the mail can be read still."""
    robin.configure('{ env = "FOLLOWUPD_TEST_PASSWORD" }')
    result = robin.run("logout", "personal")
    assert result.code == 0
    assert "stays in its source { env = … }" in result.out
    assert "can still read the mail" in result.out


def test_logout_leaves_what_is_no_password_file(robin: Robin) -> None:
    """The exit code tells that it is still there."""
    robin.keep("notes\nof mine")
    result = robin.run("logout", "personal")
    assert result.code == 1
    assert "does not look like a password file" in result.out
    assert robin.stored == "notes\nof mine\n"


def test_logout_leaves_a_file_that_another_account_uses(robin: Robin) -> None:
    """Its mail is to be read on."""
    robin.keep(PASSWORD)
    robin.configure(more=robin.account("work", '{ file = "mail.password" }'))
    result = robin.run("logout", "personal")
    assert result.code == 0
    assert "the account work uses it as well" in result.out
    assert robin.stored == f"{PASSWORD}\n"


def test_the_page_names_what_login_and_logout_print_for_programs(robin: Robin) -> None:
    """Every key of --json, and no other."""
    page = (Path(__file__).parents[2] / "docs" / "init.md").read_text("utf-8")
    [login] = re.findall(r"`login --json` prints .*?\n\n", page, re.DOTALL)
    [logout] = re.findall(r"`logout --json` prints .*?\n\n", page, re.DOTALL)
    for text, found in (
        (login, robin.run("login", "personal", "--stdin", "--json", stdin=f"{PASSWORD}\n").json),
        (logout, robin.run("logout", "personal", "--json").json),
    ):
        rows = found.get("attempts") or found["forgotten"]
        named = set(re.findall(r"`([a-z_]+)`", text)) - {"false"}
        assert named == {*found, *(key for row in rows for key in row)}


def test_a_line_to_be_copied_names_the_configuration_that_was_given(robin: Robin) -> None:
    """Without it, it would be about another one."""
    config = f"--config {robin.shell.config}"
    said = robin.run("logout", "personal", *config.split())
    assert f"`followupd login personal {config}`" in said.out
    said = robin.run("login", "personal", *config.split(), "--stdin", stdin=f"{PASSWORD}\n")
    assert f"`followupd check {config}`" in said.out

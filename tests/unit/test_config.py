"""The configuration: what a right one says, where it is found, and when it cannot be read."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from followupd.config import (
    PasswordKind,
    PasswordSource,
    Security,
    default_path,
    load,
    parse,
    state_directory,
)
from followupd.domain.cadence import BUILT_IN, Wait, WaitUnit
from followupd.errors import ConfigError, UsageError

SMALL = """
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"

[[accounts]]
name = "personal"
address = "Robin@example.org"
[accounts.imap]
host = "imap.example.org"
password = { keyring = true }
"""


def test_the_smallest_configuration_gets_sensible_defaults() -> None:
    """Name, zone and one mailbox are enough."""
    settings = parse(SMALL)
    account = settings.account("personal")
    assert str(settings.user.timezone) == "Europe/Berlin"
    assert (settings.user.holidays, settings.user.language) == (None, "en")
    assert (account.aliases, account.smtp, account.approval_folder) == ((), None, None)
    assert (account.imap.port, account.imap.security) == (993, Security.TLS)
    assert account.imap.username == "Robin@example.org"
    assert account.imap.password == PasswordSource(PasswordKind.KEYRING, "")
    assert account.imap.ca_file is None
    assert account.imap.folders is None
    assert (account.imap.drafts, account.imap.sent, account.imap.trash) == (None, None, None)
    assert settings.cadence.steps == BUILT_IN
    assert settings.cadence.silent_after == Wait(5, WaitUnit.BUSINESS_DAYS)
    assert (settings.cadence.send_from, settings.cadence.send_until) == (time(9), time(17, 30))
    assert settings.path is None


def test_everything_that_is_written_is_taken_over() -> None:
    """No key is read and then forgotten."""
    settings = parse(
        """
        user = { name = "Ana", timezone = "America/Toronto", holidays = "CA-ON", language = "fr" }
        [[accounts]]
        name = "work.2"
        address = "ana@example.org"
        aliases = ["Ana.B@example.com"]
        imap.host = "10.0.0.1"
        imap.port = 1143
        imap.security = "starttls"
        imap.username = "ana"
        imap.password.env = "MAIL"
        imap.folders = ["inbox", "Jobs"]
        imap.drafts = "Entwürfe"
        imap.sent = "Gesendet"
        imap.trash = "Papierkorb"
        smtp.host = "localhost"
        smtp.port = 2525
        smtp.security = "none"
        smtp.username = "ana-out"
        smtp.password.credential = "smtp"
        approval.folder = "Go"
        approval.copy_to_sent = false
        [cadence]
        silent_after = "1 day"
        send_between = ["00:00", "24:00"]
        """
    )
    account = settings.accounts[0]
    assert (settings.user.holidays, settings.user.language) == ("CA-ON", "fr")
    assert (account.imap.host, account.imap.port) == ("10.0.0.1", 1143)
    assert account.imap.security is Security.STARTTLS
    assert account.imap.username == "ana"
    assert account.imap.password == PasswordSource(PasswordKind.ENV, "MAIL")
    assert account.imap.folders == ("INBOX", "Jobs")
    assert account.imap.drafts == "Entwürfe"
    assert (account.imap.sent, account.imap.trash) == ("Gesendet", "Papierkorb")
    assert account.smtp is not None
    assert (account.smtp.host, account.smtp.port) == ("localhost", 2525)
    assert (account.smtp.security, account.smtp.username) == (Security.NONE, "ana-out")
    assert account.smtp.password == PasswordSource(PasswordKind.CREDENTIAL, "smtp")
    assert (account.approval_folder, account.copy_to_sent) == ("Go", False)
    assert settings.cadence.silent_after == Wait(1, WaitUnit.DAYS)
    assert (settings.cadence.send_from, settings.cadence.send_until) == (time(0), time.max)


@pytest.mark.parametrize(
    ("section", "security", "port"),
    [
        ("imap", "tls", 993),
        ("imap", "starttls", 143),
        ("imap", "none", 143),
        ("smtp", "tls", 465),
        ("smtp", "starttls", 587),
        ("smtp", "none", 25),
    ],
)
def test_the_port_follows_the_security(section: str, security: str, port: int) -> None:
    """Each kind of protection has its registered port (RFC 8314)."""
    secured = f'security = "{security}"\n'
    text = SMALL.replace("imap.example.org", "127.0.0.1")
    if section == "imap":
        account = parse(text + secured).accounts[0]
        assert account.imap.port == port
    else:
        account = parse(f'{text}[accounts.smtp]\nhost = "::1"\n{secured}').accounts[0]
        assert account.smtp is not None
        assert account.smtp.port == port


def test_the_sending_server_takes_its_login_from_the_mailbox() -> None:
    """Most providers have one user name and one password for both."""
    text = (
        f'{SMALL}username = "robin"\nca_file = "/etc/ca.pem"\n[accounts.smtp]\nhost = "s.example"'
    )
    smtp = parse(text).accounts[0].smtp
    assert smtp is not None
    assert smtp.username == "robin"
    assert smtp.password == PasswordSource(PasswordKind.KEYRING, "")
    assert smtp.ca_file == Path("/etc/ca.pem")


def test_the_users_own_addresses_are_compared_without_case() -> None:
    """Mail from any of them, from whichever account, is the user's own."""
    text = SMALL.replace("[accounts.imap]", 'aliases = ["R.Doe@Example.org"]\n[accounts.imap]')
    second = SMALL[SMALL.index("[[accounts]]") :].replace("personal", "other")
    settings = parse(text + second.replace("Robin@", "Second@"))
    assert settings.accounts[0].own_addresses == {"robin@example.org", "r.doe@example.org"}
    assert settings.own_addresses == {
        "robin@example.org",
        "r.doe@example.org",
        "second@example.org",
    }


def test_an_account_that_is_not_there_is_named_with_those_that_are() -> None:
    """A typing mistake on the command line is explained."""
    with pytest.raises(UsageError, match='did you mean "personal"'):
        parse(SMALL).account("personnal")


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("{ keyring = true }", PasswordSource(PasswordKind.KEYRING, "")),
        (
            "{ command = \"pass show 'my mail'\" }",
            PasswordSource(PasswordKind.COMMAND, "pass show 'my mail'"),
        ),
        ('{ credential = "mail" }', PasswordSource(PasswordKind.CREDENTIAL, "mail")),
        ('{ env = "MAIL_PW" }', PasswordSource(PasswordKind.ENV, "MAIL_PW")),
        ('{ file = "/run/pw" }', PasswordSource(PasswordKind.FILE, "/run/pw")),
    ],
)
def test_every_source_of_a_password_is_understood(written: str, source: PasswordSource) -> None:
    """The five sources of the contract."""
    account = parse(SMALL.replace("{ keyring = true }", written)).accounts[0]
    assert account.imap.password == source


def test_paths_are_relative_to_the_configuration_and_know_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder a command happens to be run in does not matter."""
    monkeypatch.setenv("HOME", "/home/robin")
    text = SMALL.replace("{ keyring = true }", '{ file = "~/pw" }\nca_file = "tls/ca.pem"')
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    settings = load(file)
    assert settings.path == file
    assert settings.accounts[0].imap.ca_file == tmp_path / "tls/ca.pem"
    assert settings.accounts[0].imap.password == PasswordSource(PasswordKind.FILE, "/home/robin/pw")


def test_a_relative_configuration_path_still_gives_absolute_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A daemon that changes its folder later still finds its files."""
    monkeypatch.chdir(tmp_path)
    account = parse(f'{SMALL}ca_file = "ca.pem"', Path("config.toml")).accounts[0]
    assert account.imap.ca_file == tmp_path / "ca.pem"


def test_holidays_none_means_weekends_only() -> None:
    """The word that the documentation uses is understood."""
    text = SMALL.replace('"Europe/Berlin"', '"Europe/Berlin"\nholidays = "none"')
    assert parse(text).user.holidays is None


def test_a_file_saved_with_a_byte_order_mark_and_windows_line_ends_loads(tmp_path: Path) -> None:
    """Editors add these without asking."""
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load(file).user.name == "Robin Doe"


def _refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as refusal:
        load(path)
    assert refusal.value.path == path
    return str(refusal.value)


def test_a_missing_file_names_the_way_to_make_one(tmp_path: Path) -> None:
    """The first thing a new user sees is a next step."""
    assert "`followupd init` writes" in _refusal(tmp_path / "none.toml")


def test_a_folder_is_refused_in_words(tmp_path: Path) -> None:
    """The system's own reason is passed on."""
    assert "cannot be read: Is a directory" in _refusal(tmp_path)


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    """TOML is UTF-8."""
    file = tmp_path / "config.toml"
    file.write_bytes(b'[user]\nname = "J\xf6rg"\n')
    assert "line 2: the file is not in UTF-8" in _refusal(file)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    """A wrong path does not fill the memory."""
    file = tmp_path / "config.toml"
    file.write_bytes(b"#" * 1_000_001)
    assert "larger than" in _refusal(file)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[user]\nname = "Robin\n', 2),
        ("[user]\n\npassword = hunter2\n", 3),
        ('[user]\nname = "a"\nname = "hunter2"\n', 3),
        ("a = [1,\n", 2),
        ("a = " + "[" * 5000, None),
        ("a = " + "1" * 5000, None),
    ],
)
def test_what_is_no_toml_is_refused_with_its_line_and_without_its_text(
    text: str, line: int | None
) -> None:
    """The parser's own words may hold a password; only the place is passed on."""
    with pytest.raises(ConfigError, match="no valid TOML") as refusal:
        parse(text)
    (problem,) = refusal.value.problems
    assert problem.line == line
    assert "hunter2" not in str(refusal.value)


def test_the_configuration_is_looked_for_in_the_order_of_the_contract() -> None:
    """The variable, then the XDG folder, then the home folder."""
    environ = {"HOME": "/home/robin"}
    assert default_path(environ) == Path("/home/robin/.config/followupd/config.toml")
    environ["XDG_CONFIG_HOME"] = "relative/is/passed/over"
    assert default_path(environ) == Path("/home/robin/.config/followupd/config.toml")
    environ["XDG_CONFIG_HOME"] = "/xdg"
    assert default_path(environ) == Path("/xdg/followupd/config.toml")
    environ["FOLLOWUPD_CONFIG"] = "/etc/followupd/robin.toml"
    assert default_path(environ) == Path("/etc/followupd/robin.toml")


def test_the_state_is_looked_for_in_the_order_of_the_contract() -> None:
    """What systemd says comes first; of several folders the first."""
    environ = {"HOME": "/home/robin"}
    assert state_directory(environ) == Path("/home/robin/.local/state/followupd")
    environ["XDG_STATE_HOME"] = "/xdg"
    assert state_directory(environ) == Path("/xdg/followupd")
    environ["STATE_DIRECTORY"] = "/var/lib/followupd/robin:/var/lib/other"
    assert state_directory(environ) == Path("/var/lib/followupd/robin")

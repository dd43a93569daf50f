"""Signing in by a grant: what a right section says, and what is wrong with another."""

from __future__ import annotations

from pathlib import Path

import pytest

from followupd.config import OAuth, PasswordKind, PasswordSource, parse
from followupd.errors import ConfigError, Problem

KEYRING = PasswordSource(PasswordKind.KEYRING, "")
HERE = Path("/home/robin/.config/followupd/config.toml")
GOOD = """
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
[[accounts]]
name = "personal"
address = "robin@example.org"
[accounts.imap]
host = "imap.example.org"
[accounts.oauth]
provider = "google"
client_id = "1234.apps.example"
[accounts.smtp]
host = "smtp.example.org"
"""
SECOND = """
[[accounts]]
name = "work"
address = "robin@work.example"
imap.host = "imap.work.example"
oauth = { provider = "microsoft", client_id = "abc", tokens = { file = "tokens" } }
"""


def problems(text: str) -> list[Problem]:
    """What is wrong with this configuration."""
    with pytest.raises(ConfigError) as refusal:
        parse(text, HERE)
    return list(refusal.value.problems)


def test_provider_and_client_are_enough_for_both_servers() -> None:
    """The tokens lie in the keyring, and SMTP takes the same grant."""
    account = parse(GOOD).accounts[0]
    grant = OAuth("google", "1234.apps.example", None, KEYRING)
    assert account.imap.password == grant
    assert account.smtp is not None
    assert account.smtp.password == grant


def test_everything_about_a_grant_is_taken_over() -> None:
    """No key is read and then forgotten."""
    section = """
    provider = "https://login.example.org/tenant"
    client_id = "followupd"
    client_secret = { command = "pass show client" }
    tokens = { file = "tokens/personal" }
    scopes = ["mail.read", "offline_access"]
    ca_file = "ca.pem"
    """
    text = GOOD.replace('provider = "google"\nclient_id = "1234.apps.example"', section)
    assert parse(text, HERE).accounts[0].imap.password == OAuth(
        provider="https://login.example.org/tenant",
        client_id="followupd",
        client_secret=PasswordSource(PasswordKind.COMMAND, "pass show client"),
        tokens=PasswordSource(PasswordKind.FILE, str(HERE.parent / "tokens/personal")),
        scopes=("mail.read", "offline_access"),
        ca_file=HERE.parent / "ca.pem",
    )


def test_a_server_that_sends_may_have_a_password_of_its_own() -> None:
    """Mail may be sent through somebody else than the mailbox's provider."""
    account = parse(GOOD + 'password = { env = "OUT" }').accounts[0]
    assert account.smtp is not None
    assert account.smtp.password == PasswordSource(PasswordKind.ENV, "OUT")


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ('provider = "google"', "", "provider", "is missing"),
        ('"google"', '"gogle"', "provider", 'did you mean "google"?'),
        ('"google"', '"fastmail"', "provider", 'no issuer such as "https://login.example.org"'),
        ('"google"', '"http://login.example.org"', "provider", "begins with https://"),
        ('"google"', '"https://"', "provider", "begins with https://"),
        ('"google"', '"https://a:b@login.example.org"', "provider", "has no user name"),
        ('"google"', '"https://login.example.org?a=b"', "provider", "question mark"),
        ('"google"', '"https://[login.example.org"', "provider", "begins with https://"),
        ('client_id = "1234.apps.example"', "", "client_id", "is missing"),
        ('"1234.apps.example"', '"12 34"', "client_id", "holds a blank"),
        (
            "[accounts.smtp]",
            'client_secret = "x"\n[accounts.smtp]',
            "client_secret",
            "must not stand",
        ),
        ("[accounts.smtp]", 'tokens = { env = "T" }\n[accounts.smtp]', "tokens", "can be written"),
        ("[accounts.smtp]", "tokens = { keyrin = true }\n[accounts.smtp]", "tokens", '"keyring"'),
        ("[accounts.smtp]", "scopes = []\n[accounts.smtp]", "scopes", "names none"),
        ("[accounts.smtp]", 'scopes = ["a b"]\n[accounts.smtp]', "scopes", "has no blanks"),
        ("[accounts.smtp]", "scope = []\n[accounts.smtp]", "scope", 'did you mean "scopes"?'),
    ],
)
def test_a_mistake_about_a_grant_is_one_problem_at_its_place(
    old: str, new: str, where: str, what: str
) -> None:
    """The sentence names the key and what to write instead."""
    assert old in GOOD
    (problem,) = problems(GOOD.replace(old, new, 1))
    assert problem.where == f"accounts[0].oauth.{where}"
    assert what in problem.what


def test_a_client_secret_in_plain_text_is_never_repeated() -> None:
    """This message ends in logs and in questions for help."""
    text = GOOD.replace("[accounts.smtp]", 'client_secret = "hush-hush"\n[accounts.smtp]')
    assert "hush-hush" not in str(problems(text))


def test_tokens_are_only_kept_where_they_can_be_written() -> None:
    """A command or a variable cannot take a token that was renewed."""
    text = GOOD.replace("[accounts.smtp]", "tokens = { keyring = false }\n[accounts.smtp]")
    (problem,) = problems(text)
    assert "{ keyring = true }" in problem.what


def test_a_password_beside_a_grant_is_one_too_many() -> None:
    """Which of the two was meant is not guessed."""
    text = GOOD.replace("[accounts.oauth]", "password = { keyring = true }\n[accounts.oauth]")
    (problem,) = problems(text)
    assert problem.where == "accounts[0].imap.password"
    assert "one of the two is enough" in problem.what


def test_two_accounts_do_not_share_a_file_of_tokens() -> None:
    """One would overwrite what the other cannot do without."""
    with_file = GOOD.replace("[accounts.smtp]", 'tokens = { file = "tokens" }\n[accounts.smtp]')
    (problem,) = problems(with_file + SECOND)
    assert problem.where == "accounts[1].oauth"
    assert "of another account" in problem.what
    assert len(parse(GOOD + SECOND, HERE).accounts) == 2

"""The digest and the calendar file: what is asked for, and what each way needs."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import pytest

from followupd.config import Digest, DigestWay, PasswordKind, PasswordSource, parse
from followupd.errors import ConfigError, Problem
from tests.unit.test_config import SMALL

if TYPE_CHECKING:
    from pathlib import Path

SMTP = '[accounts.smtp]\nhost = "smtp.example.org"\n'
SECOND = SMALL[SMALL.index("[[accounts]]") :].replace("personal", "work")
AT = '[digest]\nat = "08:00"\n'
APPRISE = f'{AT}via = "apprise"\n'


def digest(text: str) -> Digest | None:
    """The digest of this configuration."""
    return parse(text).digest


def problem(text: str) -> Problem:
    """The one mistake in it."""
    with pytest.raises(ConfigError) as refusal:
        parse(text)
    (found,) = refusal.value.problems
    assert found.line is not None
    return found


def test_there_is_no_digest_and_no_calendar_unless_they_are_asked_for() -> None:
    """Nothing is written anywhere that the user did not ask for."""
    settings = parse(SMALL)
    assert (settings.digest, settings.calendar) == (None, None)


def test_a_digest_goes_to_the_only_mailbox_unless_more_is_said() -> None:
    """The time is enough."""
    assert digest(SMALL + AT) == Digest(time(8), DigestWay.IMAP, "personal")


def test_a_digest_may_be_sent_from_an_account_that_can_send() -> None:
    """Of several accounts one is named."""
    text = f'{SMALL}{SECOND}{SMTP}{AT}via = "smtp"\naccount = "work"\n'
    assert digest(text) == Digest(time(8), DigestWay.SMTP, "work")


def test_a_digest_by_apprise_needs_no_account_but_a_source_of_its_url() -> None:
    """Even where there are several accounts."""
    text = f'{SMALL}{SECOND}{APPRISE}url = {{ env = "APPRISE_URL" }}\n'
    source = PasswordSource(PasswordKind.ENV, "APPRISE_URL")
    assert digest(text) == Digest(time(8), DigestWay.APPRISE, "", source)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (f"{SMALL}[digest]\n", "digest.at", "is missing"),
        (f'{SMALL}[digest]\nat = "8:00"\n', "digest.at", "a time of 24 hours"),
        (f'{SMALL}[digest]\nat = "24:00"\n', "digest.at", "a time of 24 hours"),
        (f"{SMALL}[digest]\nat = 08:00:00\n", "digest.at", "text in quotes"),
        (f'{SMALL}{AT}via = "mail"\n', "digest.via", "is not possible here"),
        (f'{SMALL}{AT}via = "aprise"\nurl = 1\n', "digest.via", 'did you mean "apprise"'),
        (f'{SMALL}{AT}via = "smtp"\n', "digest.via", '"personal" has no [accounts.smtp]'),
        (f"{SMALL}{SECOND}{AT}", "digest.account", '"personal", "work"'),
        (f'{SMALL}{AT}account = "personnal"\n', "digest.account", 'did you mean "personal"'),
        (f'{SMALL}{AT}account = ""\n', "digest.account", "is empty"),
        (f'{SMALL}{AT}url = {{ env = "A" }}\n', "digest.url", 'via = "apprise" only'),
        (f"{SMALL}{APPRISE}", "digest.url", "is missing; name where it comes from"),
        (
            f'{SMALL}{APPRISE}url = {{ env = "A" }}\naccount = "personal"\n',
            "digest.account",
            "take this out",
        ),
        (f"{SMALL}{AT}every = 1\n", "digest.every", "is not known here"),
        (f'{SMALL}[calendar]\nfile = ""\n', "calendar.file", "is empty"),
        (f"{SMALL}[calendar]\n", "calendar.file", "is missing"),
        (f'{SMALL}[calendar]\nfile = "interviews"\n', "calendar.file", 'must end in ".ics"'),
        (f'{SMALL}[calendar]\nfile = "config.toml"\n', "calendar.file", 'must end in ".ics"'),
        (f'{SMALL}[calendar]\nfile = "/"\n', "calendar.file", "is a folder"),
        (f'{SMALL}[calendar]\nfile = "/none/x.ics"\n', "calendar.file", 'no folder "/none"'),
        (f'{SMALL}[calendar]\nfile = "/{"x" * 300}/x.ics"\n', "calendar.file", "no folder"),
        (f'{SMALL}[calendar]\nfile = "~nobody-here/x.ics"\n', "calendar.file", "home folder"),
        (f'{SMALL}[calendar]\npath = "x.ics"\nfile = "y.ics"\n', "calendar.path", "not known"),
    ],
)
def test_what_cannot_work_is_one_problem_at_its_place(text: str, where: str, what: str) -> None:
    """The sentence says what is missing or too much."""
    found = problem(text)
    assert found.where == where
    assert what in found.what


@pytest.mark.parametrize(
    "text",
    [
        SMALL.replace('name = "personal"', "") + AT + 'account = "personal"\n',
        SMALL.replace("[accounts.imap]", "smtp = 1\n[accounts.imap]") + AT + 'via = "smtp"\n',
    ],
)
def test_a_mistake_in_an_account_makes_none_in_the_digest(text: str) -> None:
    """The stand-in for it is not blamed."""
    assert problem(text).where.startswith("accounts[0]")


@pytest.mark.parametrize(
    "written",
    ['"tgram://hunter2/1"', '["tgram://hunter2/1"]', '{ url = "hunter2" }', "{ hunter2 = true }"],
)
@pytest.mark.parametrize("via", ["apprise", "imap"])
def test_an_apprise_url_in_the_file_is_refused_and_never_repeated(via: str, written: str) -> None:
    """It holds a token, and the file ends in backups."""
    found = problem(f'{SMALL}{AT}via = "{via}"\nurl = {written}\n')
    assert found.where == "digest.url"
    assert "hunter2" not in str(found)


def test_a_written_out_url_is_refused_in_words_about_a_url() -> None:
    """Nobody looks for a password there."""
    found = problem(f'{SMALL}{APPRISE}url = "tgram://hunter2/1"\n')
    assert "an Apprise URL, which holds secrets, must not stand in" in found.what


def test_the_calendar_file_is_relative_to_the_configuration_and_knows_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It need not exist yet; its folder must."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "conf").mkdir()
    for written, expected in (
        ("jobs.ics", "conf/jobs.ics"),
        ("../Jobs.ICS", "conf/../Jobs.ICS"),
        ("~/jobs.ics", "jobs.ics"),
    ):
        text = f'{SMALL}[calendar]\nfile = "{written}"\n'
        assert parse(text, tmp_path / "conf" / "config.toml").calendar == tmp_path / expected


def user(line: str) -> str:
    """A configuration with this line about the user."""
    return SMALL.replace('"Europe/Berlin"', f'"Europe/Berlin"\n{line}')


def test_letters_are_formal_unless_the_user_writes_otherwise() -> None:
    """Too formal offends nobody."""
    assert parse(SMALL).user.register == "formal"
    assert parse(user('register = "friendly"')).user.register == "friendly"
    assert 'did you mean "friendly"' in problem(user('register = "freindly"')).what


def test_templates_beside_the_configuration_are_found_without_a_word(tmp_path: Path) -> None:
    """Only where there is such a folder, and only beside a file."""
    file = tmp_path / "config.toml"
    assert parse(SMALL, file).user.templates is None
    (tmp_path / "templates").mkdir()
    assert parse(SMALL, file).user.templates == tmp_path / "templates"


def test_no_folder_is_taken_for_templates_where_there_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies in the folder a command happens to be run in is none of its business."""
    (tmp_path / "templates").mkdir()
    monkeypatch.chdir(tmp_path)
    assert parse(SMALL).user.templates is None


def test_a_named_folder_of_templates_takes_the_place_of_the_usual_one(tmp_path: Path) -> None:
    """Relative to the configuration."""
    for name in ("templates", "letters"):
        (tmp_path / name).mkdir()
    text = user('templates = "letters"')
    assert parse(text, tmp_path / "config.toml").user.templates == tmp_path / "letters"


@pytest.mark.parametrize("named", ["none", "config.toml"])
def test_a_named_folder_of_templates_that_is_none_is_a_mistake(tmp_path: Path, named: str) -> None:
    """Otherwise the shipped letters would go out in place of the user's own."""
    (tmp_path / "config.toml").touch()
    with pytest.raises(ConfigError, match=r"user\.templates: there is no folder"):
        parse(user(f'templates = "{named}"'), tmp_path / "config.toml")

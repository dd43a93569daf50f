"""The command `digest`: what the daily message would say, and its delivery by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from followupd.store import DigestRecord, DigestState, Health, Store
from tests.support.cli import CONFIG, Shell
from tests.support.stories import DANA, HENRY, story

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def test_nothing_to_say_is_said(shell: Shell) -> None:
    """Also that it is not delivered where none is configured."""
    said = shell.did("digest").out
    assert "There is nothing to say today." in said
    assert "no [digest]" in said
    assert shell.did("digest", "--json").json == {"next_at": None, "digest": None}


def test_the_digest_is_shown_as_it_would_be_sent(shell: Shell) -> None:
    """Its subject, its parts, and when the next one comes."""
    shell.configure(CONFIG + '\n[digest]\nat = "08:00"\n')
    told = story(DANA, HENRY)
    told.until("2026-11-17 09:00")
    shell.live(told)
    shell.at("2026-11-17 12:00")
    said = shell.did("digest").out
    assert "Follow-ups, Tuesday 17 November: 1 draft" in said
    assert "- check-in to Dana Fox (Acme, Engineer), since today." in said
    assert "Today's is due now" in said
    shown = shell.did("digest", "--json").json
    assert shown["next_at"] == "2026-11-17T08:00:00+01:00"
    assert shown["digest"]["alive"] == 1
    assert shown["digest"]["today"] == "2026-11-17"
    assert [each["step"] for each in shown["digest"]["drafts"]] == ["check-in"]


def test_sending_needs_a_digest_in_the_configuration(shell: Shell) -> None:
    """The section is named."""
    refused = shell.run("digest", "--send")
    assert refused.code == 2
    assert "[digest]" in refused.err


def test_a_digest_that_cannot_be_sent_is_told_and_shows_in_the_list(shell: Shell) -> None:
    """Here there is no server; the problem is still in `list` later, and the day is not lost."""
    shell.configure(CONFIG + '\n[digest]\nat = "08:00"\n')
    told = story(DANA, HENRY)
    told.until("2026-11-17 09:00")
    shell.live(told)
    shell.at("2026-11-17 09:00")
    failed = shell.run("digest", "--send")
    assert failed.code == 1
    assert "FOLLOWUPD_TEST_NO_SUCH_VARIABLE" in failed.err
    assert "digest, since Tue 17 Nov, 09:00: " in shell.did("list").out
    again = shell.run("digest", "--send", "--json")
    assert (again.code, again.json["outcome"]) == (1, "failed")
    assert shell.did("digest", "--json").json["next_at"] == "2026-11-17T09:10:00+01:00"


def test_a_digest_is_sent_once_a_day(shell: Shell) -> None:
    """What was delivered already is not delivered again by hand."""
    shell.configure(CONFIG + '\n[digest]\nat = "08:00"\n')
    store = Store.open(shell.database)
    at = datetime(2026, 12, 1, 7, tzinfo=UTC)
    with store.begin() as change:
        change.put_digest(DigestRecord(date(2026, 12, 1), at, DigestState.PLACED, "<d@x>"))
    store.close()
    refused = shell.run("digest", "--send")
    assert refused.code == 1
    assert "delivered already; the next one is due on Wed 2 Dec, 08:00" in refused.err


def test_a_broken_mailbox_is_said_in_the_digest(shell: Shell) -> None:
    """Or its silence would pass for theirs."""
    shell.did("list")
    store = Store.open(shell.database)
    since = datetime(2026, 11, 30, 7, tzinfo=UTC)
    with store.begin() as change:
        change.set_health(Health("personal", None, "the login was\x1b[2J refused", since))
    store.close()
    said = shell.did("digest").out
    assert "- personal (since Mon 30 Nov, 08:00): the login was [2J refused" in said


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ('via = "imap"', "laid into the INBOX of robin@example.org"),
        ('via = "apprise"\nurl = { env = "NO_SUCH_VARIABLE" }', "$NO_SUCH_VARIABLE is not set"),
    ],
)
def test_check_looks_at_the_way_the_digest_goes(shell: Shell, way: str, says: str) -> None:
    """Without sending anything."""
    shell.configure(f'{CONFIG}\n[digest]\nat = "08:00"\n{way}\n')
    checks = {each["check"]: each for each in shell.run("check", "--json").json}
    assert says in checks["digest"]["detail"]

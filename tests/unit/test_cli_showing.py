"""`show` and `preview`: one interview from near."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from followupd.domain import events as happened
from followupd.domain.events import Mail
from tests.support.cli import Shell
from tests.support.stories import DANA, HENRY, IVY, story

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def test_show_tells_what_was_not_asked_and_what_is_assumed(shell: Shell) -> None:
    """An assumed decision date and an unknown preference are marked (advice row 1)."""
    shell.add(
        "--recruiter", "Dana Fox <dana@acme.example>",
        "--interviewer", "Ivy Ito <ivy@acme.example>",
        "--prefers", "Ivy Ito: email",
        "--promise", "2026-12-03: the writing sample",
    )  # fmt: skip
    out = shell.did("show", "1").out
    assert "assumed: nobody promised a date" in out
    assert "not asked" in out
    assert "prefers e-mail" in out
    assert "You promised, for Thu 3 Dec: the writing sample" in out
    shell.did("decision", "1", "Fri")
    assert "Decision: Fri 4 Dec, in 3 working days (promised)" in shell.did("show", "1").out


def test_show_json_holds_the_lists_row_and_more(shell: Shell) -> None:
    """A program finds the same keys in both."""
    shell.add("--recruiter", "Dana Fox <dana@acme.example>")
    (row,) = shell.did("list", "--json").json
    shown = shell.did("show", "1", "--json").json
    assert row.items() <= shown.items()
    assert shown["people"][0]["address"] == "dana@acme.example"
    assert shown["expected_by"] == "2026-12-07"


def test_preview_shows_the_draft_as_it_would_be_laid(shell: Shell) -> None:
    """Also for a step that is not due: sender, recipient, subject and text."""
    shell.add("--recruiter", "Dana Fox <dana@acme.example>", "--decision-by", "4 Dec")
    out = shell.did("preview", "1", "check-in").out
    assert "From: Robin Doe <robin@example.org>" in out
    assert "To: Dana Fox <dana@acme.example>" in out
    assert "Subject: " in out
    assert "Dear Dana Fox," in out
    (draft,) = shell.did("preview", "1", "check-in", "--json").json
    assert (draft["to"], draft["in_reply_to"]) == ("dana@acme.example", None)


def test_preview_continues_the_thread_and_writes_to_each_person(shell: Shell) -> None:
    """One draft for each interviewer, in different words; a thread where there is one."""
    number = shell.live(story(IVY, HENRY, DANA, held="2026-12-01 09:00"))
    mail = Mail(
        "<thread@acme.example>", DANA.address, "Dana", ("robin@example.org",),
        "Your interview", datetime(2026, 11, 20, 9, tzinfo=UTC), "INBOX",
    )  # fmt: skip
    shell.record(number, happened.ThreadFound(at=shell.clock.now(), mail=mail))
    (draft,) = shell.did("preview", str(number), "check-in", "--json").json
    assert draft["subject"] == "Re: Your interview"
    assert draft["in_reply_to"] == "<thread@acme.example>"
    shell.add(
        "--interviewer", "Ivy <ivy@b.example>", "--interviewer", "Ian <ian@b.example>", company="B"
    )
    drafts = shell.did("preview", "2", "thank-you", "--json").json
    assert [draft["to"] for draft in drafts] == ["ivy@b.example", "ian@b.example"]
    assert drafts[0]["body"].splitlines()[2:] != drafts[1]["body"].splitlines()[2:]


def test_preview_of_what_has_no_draft_says_why(shell: Shell) -> None:
    """An unknown step, the end of the plan, and a step that nobody is there for."""
    shell.add("--recruiter", "Dana Fox <dana@acme.example>")
    for step, words in (("chek-in", '"check-in"'), ("move-on", "closes"), ("network", "network")):
        result = shell.run("preview", "1", step)
        assert result.code == 1
        assert words in result.err

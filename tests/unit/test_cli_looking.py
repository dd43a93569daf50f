"""`list`, `plan` and `log`: the shapes of the contract, and tables that stay readable."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from followupd.domain import events as happened
from followupd.domain.events import Layer, Mail
from followupd.domain.interview import Outcome
from followupd.store import Cursor, Health, Store, Unreadable
from tests.support.cli import Shell
from tests.support.stories import DANA, HENRY, IVY, story

if TYPE_CHECKING:
    from pathlib import Path


HOSTILE = "\x1b]0;owned\x07\x1b[2J[red]x[/red]\u202e[link=http://evil.example]\r\nnow"
WIDE = "株式会社東京証券取引所グループホールディングス"
LONG = "The Extraordinarily Long Company Name of Donaudampfschifffahrtsgesellschaft and Sons"


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def hostile_mail(at: datetime) -> Mail:
    """A mail whose every text tries something."""
    return Mail(
        message_id=f"<{HOSTILE}@x.example>",
        sender=f"evil{HOSTILE}@x.example",
        sender_name=HOSTILE,
        recipients=("robin@example.org",),
        subject=HOSTILE * 20,
        date=at,
        folder=HOSTILE,
    )


def test_list_json_has_exactly_the_keys_of_the_contract(shell: Shell) -> None:
    """Before anything has happened: times with offset, absent values null."""
    shell.add("--recruiter", "Dana Fox <dana@acme.example>", "--decision-by", "4 Dec")
    assert shell.did("list", "--json").json == [
        {
            "id": 1,
            "company": "Acme",
            "role": "Engineer",
            "status": "waiting",
            "outcome": None,
            "held_at": "2026-11-30T14:00:00+01:00",
            "decision_by": "2026-12-04",
            "account": "personal",
            "unresolved": 0,
            "next": {
                "step": "thank-you",
                "due": "2026-11-30T16:00:00+01:00",
                "channel": "email",
                "to": "dana@acme.example",
            },
            "drafts": [],
        }
    ]


def test_list_json_shows_drafts_unresolved_replies_and_the_outcome(shell: Shell) -> None:
    """Every draft there ever was, open or not, and null for a next step there is not."""
    told = story(DANA, decision_by=None)
    told.until("2026-11-12 09:00")
    told.send("check-in" if "check-in" in told.waiting() else "thank-you")
    told.possible_reply()
    told.reply(DANA, Outcome.OFFER)
    shell.live(told)
    (row,) = shell.did("list", "--json").json
    draft = told.history.drafts[0]
    assert row["drafts"][0] == {
        "step": draft.step,
        "state": draft.state.value,
        "to": DANA.address,
        "message_id": draft.message_id,
    }
    assert len(row["drafts"]) == len(told.history.drafts)
    assert (row["status"], row["outcome"], row["unresolved"]) == ("answered", "offer", 1)
    assert (row["decision_by"], row["next"]) == (None, None)


def test_a_step_for_nobody_goes_to_null(shell: Shell) -> None:
    """The end of the plan has no person."""
    shell.add(held="2026-11-02 10:00")
    (row,) = shell.did("list", "--json").json
    assert row["next"]["step"] == "move-on"
    assert row["next"]["to"] is None


def test_plan_json_is_that_of_the_contract(shell: Shell) -> None:
    """Each step with its due time, channel, address, state and reason."""
    shell.add("--recruiter", "Dana Fox <dana@acme.example>", "--decision-by", "4 Dec")
    steps = shell.did("plan", "1", "--json").json
    assert [step["step"] for step in steps] == [
        *("thank-you", "check-in", "network", "hiring-manager", "call", "move-on"),
    ]
    assert steps[1] == {
        "step": "check-in",
        "due": "2026-12-08T09:00:00+01:00",
        "channel": "email",
        "to": "dana@acme.example",
        "state": "planned",
        "reason": "2 working days after the promised decision date, Fri 4 Dec",
    }
    assert (steps[2]["due"], steps[2]["to"]) == (None, None)
    assert {tuple(step) for step in steps} == {("step", "due", "channel", "to", "state", "reason")}


def test_log_json_tells_every_event_oldest_first(shell: Shell) -> None:
    """`at` and `kind` come first, times carry an offset."""
    shell.add()
    shell.did("note", "1", "brought", "the", "portfolio")
    shell.at("2026-12-01 11:00")
    shell.did("called", "1", "--note", "voicemail")
    events = shell.did("log", "1", "--json").json
    assert [event["kind"] for event in events] == ["added", "noted", "call_made"]
    assert events[2] == {
        "at": "2026-12-01T10:00:00+00:00",
        "kind": "call_made",
        "note": "voicemail",
        "person": "",
    }


def test_an_empty_list_says_how_to_begin(shell: Shell) -> None:
    """And is an empty array for a program."""
    assert "followupd add" in shell.did("list").out
    assert shell.did("list", "--json").json == []


def test_what_needs_the_user_stands_first_and_what_is_closed_last(shell: Shell) -> None:
    """Then comes what is due next."""
    for company, held in (("Closed", "14:00"), ("Later", "15:00"), ("Sooner", "16:00")):
        shell.add("--recruiter", f"d@{company}.example", company=company, held=f"2026-11-30 {held}")
    shell.did("skip", "2")
    shell.did("decision", "2", "2026-12-30")
    shell.did("close", "1")
    unsure = story(DANA, number=4)
    unsure.until("2026-11-19 09:00")
    unsure.possible_reply()
    number = shell.live(unsure)
    shell.at("2026-12-01 18:00")
    out = shell.did("list").out
    first_column = [line.split()[0] for line in out.splitlines() if line[:1].isdigit()]
    assert first_column == [str(number), "3", "2", "1"]
    assert "1 possible reply: followupd resolve" in out


def test_the_list_names_the_next_step_with_its_day_and_distance(shell: Shell) -> None:
    """The weekday, the distance in working days, the step and the person."""
    shell.add("--recruiter", "Dana Fox <dana@acme.example>", "--decision-by", "4 Dec")
    shell.did("skip", "1")
    out = " ".join(shell.did("list").out.split())
    assert "Tue 8 Dec, in 5 working days: check-in to Dana Fox" in out


def test_the_list_says_what_is_wrong_with_an_account(shell: Shell) -> None:
    """Never looked at, not for long, refused since when, and how many could not be read."""
    assert "personal: mail has not been looked at yet" in shell.did("list").out
    now = shell.clock.now()
    store = Store.open(shell.database)
    with store.begin() as transaction:
        transaction.set_health(Health("personal", now - timedelta(hours=3), "", None))
    assert "personal: mail last seen Tue 1 Dec, 07:00" in shell.did("list").out
    with store.begin() as transaction:
        since = now - timedelta(minutes=48)
        transaction.set_health(Health("personal", now, f"login refused {HOSTILE}", since))
        transaction.record_unreadable(Unreadable("personal", "INBOX", 1, 7, "no header", now))
    store.close()
    out = shell.did("list").out
    assert "personal, since Tue 1 Dec, 09:12: login refused" in out
    assert "1 mail could not be read" in out
    assert "\x1b" not in out


def test_the_list_says_when_no_mail_has_come_for_unusually_long(shell: Shell) -> None:
    """Every pass succeeds, and nothing arrives: a filter, or the wrong folder."""
    now = shell.clock.now()
    store = Store.open(shell.database)
    with store.begin() as transaction:
        transaction.set_health(Health("personal", now, "", None))
        transaction.set_cursor(Cursor("personal", "INBOX", 1, 7, now - timedelta(days=9)))
        transaction.set_cursor(Cursor("personal", "Sent", 1, 7, now - timedelta(days=20)))
    quiet = "no mail of any kind has come since Sun 22 Nov, 9 days ago"
    assert quiet in " ".join(shell.did("list").out.split())
    with store.begin() as transaction:
        transaction.set_cursor(Cursor("personal", "Archive", 1, 7, now - timedelta(days=1)))
    store.close()
    assert "no mail of any kind" not in shell.did("list").out


@pytest.mark.parametrize("text", [HOSTILE, WIDE, LONG, "[bold]", "a" * 300])
def test_every_table_stays_within_eighty_columns_whatever_it_shows(shell: Shell, text: str) -> None:
    """Long, wide and hostile names are cut or wrapped, never obeyed."""
    people = (replace(DANA, name=text), replace(HENRY, name=text), IVY)
    told = story(*people, promises=[("2026-12-02", text)])
    told.interview = replace(told.interview, company=text, role=text)
    told.events[0] = happened.Added(at=told.now, interview=told.interview)
    told.until("2026-11-19 09:00")
    told.record(
        happened.PossibleReply(
            at=told.now, mail=hostile_mail(told.now), layer=Layer.NAME, evidence=text
        ),
        happened.Noted(at=told.now, text=text),
    )
    number = str(shell.live(told))
    for argv in (["list"], ["plan", number], ["log", number], ["show", number], ["resolve"]):
        out = shell.did(*argv).out
        assert not [c for c in out if not (c.isprintable() or c == "\n")]
        assert max(cell_len(line) for line in _table_lines(out)) <= 80
    assert "[red]x[/red]" in shell.did("show", number).out or text != HOSTILE


def _table_lines(out: str) -> list[str]:
    """The lines below a table's heading."""
    lines = out.splitlines()
    starts = [
        n for n, line in enumerate(lines) if line.startswith(("ID ", "STEP ", "WHEN ", "REPLY "))
    ]
    assert starts
    return [
        line
        for start in starts
        for line in lines[start : next((n for n in range(start, len(lines)) if not lines[n]), None)]
    ]


def test_there_is_colour_only_where_it_is_wanted(shell: Shell) -> None:
    """A pipe gets none, NO_COLOR takes it away, and the words are the same."""
    shell.add("--recruiter", "dana@acme.example")
    script = (
        "import sys, os, pty\n"
        "pid, fd = pty.fork()\n"
        "if pid == 0:\n"
        "    os.execv(sys.executable, [sys.executable, '-m', 'followupd', 'list'])\n"
        "data = b''\n"
        "try:\n"
        "    while chunk := os.read(fd, 4096):\n"
        "        data += chunk\n"
        "except OSError:\n"
        "    pass\n"
        "os.waitpid(pid, 0)\n"
        "sys.stdout.buffer.write(data)\n"
    )

    def on_terminal(**extra: str) -> str:
        environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **extra}
        return subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env=environ,
            timeout=60,
        ).stdout

    assert "\x1b" not in shell.did("list").out
    assert "\x1b[3" in on_terminal()
    plain = on_terminal(NO_COLOR="1")
    assert "\x1b[3" not in plain
    assert "Acme" in plain

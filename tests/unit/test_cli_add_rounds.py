"""Rounds of one position: a new one answers the one before it (advice row 20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from followupd.domain import events as happened
from followupd.domain.interview import Interview, Part, Register
from followupd.store import Store
from tests.support.cli import CONFIG, Shell
from tests.unit.test_store_suggestions import SUGGESTION

if TYPE_CHECKING:
    from pathlib import Path

    from followupd.domain.suggestion import Suggestion

FIRST = (
    "--recruiter", "Dana Fox <dana@acme.example>",
    "--interviewer", "Ivy Ito <ivy@acme.example>",
    "--prefers", "Dana Fox: call",
)  # fmt: skip


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def recorded(shell: Shell, number: int) -> Interview:
    """An interview as it was recorded."""
    store = Store.open(shell.database)
    with store.look() as reading:
        event = reading.chronicle(number).events[0].event
    store.close()
    assert isinstance(event, happened.Added)
    return event.interview


def log(shell: Shell, number: int = 1) -> list[Any]:
    """What has happened to an interview."""
    events: list[Any] = shell.did("log", str(number), "--json").json
    return events


def kinds(shell: Shell, number: int = 1) -> list[str]:
    """What has happened to an interview, in one word each."""
    return [event["kind"] for event in log(shell, number)]


def suggest(shell: Shell, suggestion: Suggestion) -> None:
    """Store a suggestion as the daemon would."""
    store = Store.open(shell.database)
    with store.begin() as change:
        change.suggest(datetime(2026, 12, 1, 8, tzinfo=UTC), suggestion)
    store.close()


def test_a_next_round_takes_what_is_known_from_the_one_before(shell: Shell) -> None:
    """Company, role, people, language, register and cadence; who is named joins them."""
    shell.configure(CONFIG + '[cadences.brisk]\nsilent_after = "3 business days"\n')
    shell.add(*FIRST, "--language", "de", "--register", "friendly", "--cadence", "brisk")
    result = shell.did(
        "add", "--round-of", "1", "--held", "today 9:00", "--interviewer", "ian@acme.example",
        "--hiring-manager", "Henry <henry@acme.example>", "--phone", "Dana Fox: 030 12", "--final",
    )  # fmt: skip
    second = recorded(shell, 2)
    assert (second.company, second.role, second.round_of) == ("Acme", "Engineer", 1)
    assert (second.language, second.register, second.cadence) == (
        "de",
        Register.FRIENDLY,
        "brisk",
    )
    assert second.is_final
    assert [(each.address, each.part, each.phone) for each in second.people] == [
        ("dana@acme.example", Part.RECRUITER, "030 12"),
        ("henry@acme.example", Part.HIRING_MANAGER, None),
        ("ivy@acme.example", Part.INTERVIEWER, None),
        ("ian@acme.example", Part.INTERVIEWER, None),
    ]
    assert "next round of interview 1 (Acme, Engineer, Mon 30 Nov, 14:00)" in result.err
    assert "with a thank-you for this round as well: Ivy Ito" in result.err


def test_a_next_round_answers_the_one_before(shell: Shell) -> None:
    """In one transaction with it; of the earlier one only the thanks are left."""
    shell.add(*FIRST)
    shell.did("add", "--round-of", "1", "--held", "today 9:00")
    assert kinds(shell) == ["added", "next_round_recorded"]
    assert log(shell)[1]["interview_id"] == 2
    first = next(row for row in shell.did("list", "--json").json if row["id"] == 1)
    assert (first["status"], first["outcome"]) == ("answered", "next_round")
    assert first["next"]["step"] == "thank-you"
    ahead = [step["step"] for step in shell.did("plan", "1", "--json").json if step["due"]]
    assert set(ahead) == {"thank-you"}


def test_what_is_said_counts_more_than_what_is_taken(shell: Shell) -> None:
    """Another role, language and register for the next round."""
    shell.add(*FIRST, "--language", "de")
    shell.did(
        "add", "Acme Labs", "--role", "Lead", "--round-of", "1", "--held", "today 9:00",
        "--language", "en", "--register", "formal",
    )  # fmt: skip
    second = recorded(shell, 2)
    assert (second.company, second.role, second.language) == ("Acme Labs", "Lead", "en")
    assert (second.register, second.round_of) == (Register.FORMAL, 1)


def test_a_round_of_the_same_company_and_role_is_found(shell: Shell) -> None:
    """However they are written; the way back is named, and works."""
    shell.add(*FIRST)
    result = shell.did("add", "ACME ", "--role", "engineer", "--held", "today 9:00")
    assert recorded(shell, 2).round_of == 1
    assert recorded(shell, 2).people == ()
    assert "taken for the next round of interview 1" in result.err
    assert "--round-of none" in result.err
    shell.did("reopen", "1")
    first = next(row for row in shell.did("list", "--json").json if row["id"] == 1)
    assert first["status"] == "waiting"


def test_a_round_of_none_is_linked_to_none(shell: Shell) -> None:
    """Two positions may have the same name."""
    shell.add(*FIRST)
    result = shell.did(
        "add", "Acme", "--role", "Engineer", "--held", "today 9:00", "--round-of", "none"
    )
    assert recorded(shell, 2).round_of is None
    assert kinds(shell) == ["added"]
    assert "next round" not in result.err


def test_the_latest_round_is_the_one_before(shell: Shell) -> None:
    """A third round follows the second, and the first is left alone."""
    shell.add(held="2026-11-10 10:00")
    shell.add(held="2026-11-20 10:00")
    shell.add(held="2026-11-30 10:00")
    assert [recorded(shell, number).round_of for number in (1, 2, 3)] == [None, 1, 2]
    assert kinds(shell).count("next_round_recorded") == 1


@pytest.mark.parametrize(
    "ends", [("answered", "1", "--outcome", "rejection"), ("answered", "1")], ids=["no", "closed"]
)
def test_what_is_over_has_no_next_round(shell: Shell, ends: tuple[str, ...]) -> None:
    """After a rejection, or a closing with an answer, it is another application."""
    shell.add(*FIRST)
    shell.did(*ends)
    if "rejection" not in ends:
        shell.did("close", "1")
    shell.add(held="2026-12-01 09:00")
    assert recorded(shell, 2).round_of is None


def test_what_was_closed_in_silence_may_still_have_a_next_round(shell: Shell) -> None:
    """They came back after all."""
    shell.add(*FIRST)
    shell.did("close", "1")
    shell.add(held="2026-12-01 09:00")
    assert recorded(shell, 2).round_of == 1


def test_two_talks_on_one_day_are_told_and_not_linked(shell: Shell) -> None:
    """They are as often one round as two; the user decides."""
    shell.add(held="2026-11-30 10:00")
    result = shell.did("add", "Acme", "--role", "Engineer", "--held", "2026-11-30 14:00")
    assert recorded(shell, 2).round_of is None
    assert "--round-of 1 says that it is" in result.err


def test_a_round_that_is_still_to_be_held_is_not_answered_by_the_next(shell: Shell) -> None:
    """Its thank-yous are to come; how to say that it was answered is told."""
    shell.add(*FIRST, held="2026-12-02 10:00")
    result = shell.did("add", "--round-of", "1", "--held", "2026-12-04 10:00")
    assert recorded(shell, 2).round_of == 1
    assert kinds(shell) == ["added"]
    assert "`followupd answered 1 --outcome next-round`" in result.err
    shell.add(held="2026-12-05 10:00")
    assert recorded(shell, 3).round_of is None


def test_whoever_mail_no_longer_reaches_is_left_out(shell: Shell) -> None:
    """They are named."""
    shell.add(*FIRST)
    bounced = happened.Bounced(
        at=shell.clock.moment, address="DANA@acme.example", original_message_id="<x@y.example>"
    )
    shell.record(1, bounced)
    result = shell.did("add", "--round-of", "1", "--held", "today 9:00")
    assert [each.address for each in recorded(shell, 2).people] == ["ivy@acme.example"]
    assert "Left out: Dana Fox, whom mail no longer reaches." in result.err


def test_a_cadence_that_is_gone_is_replaced_and_told(shell: Shell) -> None:
    """The usual one holds."""
    shell.configure(CONFIG + '[cadences.brisk]\nsilent_after = "3 business days"\n')
    shell.add("--cadence", "brisk")
    shell.configure(CONFIG)
    result = shell.did("add", "--round-of", "1", "--held", "today 9:00")
    assert recorded(shell, 2).cadence == ""
    assert 'no cadence "brisk" any more' in result.err


@pytest.mark.parametrize(
    ("round_of", "held", "code", "words"),
    [
        ("first", "today", 2, "must be the number"),
        ("9", "today", 1, "no interview 9"),
        ("9" * 30, "today", 2, "must be the number"),
        ("1", "2026-11-29 10:00", 2, "not before this one"),
        ("1", "", 2, "--held"),
        ("none", "today", 2, "COMPANY"),
    ],
)
def test_a_round_that_cannot_be_is_refused(
    shell: Shell, round_of: str, held: str, code: int, words: str
) -> None:
    """Nothing is recorded."""
    shell.add()
    result = shell.run("add", "--round-of", round_of, *(("--held", held) if held else ()))
    assert result.code == code
    assert words in result.err
    assert len(shell.did("list", "--json").json) == 1


def test_a_second_next_round_is_asked_about(shell: Shell) -> None:
    """The one there is may be the one that is meant."""
    shell.add()
    shell.did("add", "--round-of", "1", "--held", "today 9:00")
    refused = shell.run("add", "--round-of", "1", "--held", "today 9:30")
    assert refused.code == 2
    assert "say --round-of 2" in refused.err
    shell.did("add", "--round-of", "1", "--held", "today 9:30", "--again")
    assert recorded(shell, 3).round_of == 1


def test_an_accepted_suggestion_answers_the_round_before(shell: Shell) -> None:
    """Its people are known, but those who were at the first round need not be at the second."""
    shell.add(*FIRST, "--language", "de", "--register", "friendly")
    suggest(shell, replace(SUGGESTION, company="", role="", from_interview=1))
    result = shell.did("accept", "1")
    second = recorded(shell, 2)
    assert (second.round_of, second.language, second.register) == (1, "de", Register.FRIENDLY)
    assert [(each.address, each.part) for each in second.people] == [
        ("dana@acme.example", Part.RECRUITER)
    ]
    assert kinds(shell)[-1] == "next_round_recorded"
    assert "taken for the next round of interview 1" in result.err


def test_an_accepted_suggestion_can_be_another_position(shell: Shell) -> None:
    """As after `add`."""
    shell.add(*FIRST)
    suggest(shell, replace(SUGGESTION, from_interview=1))
    shell.did("accept", "1", "--round-of", "none")
    assert recorded(shell, 2).round_of is None
    assert kinds(shell) == ["added"]


def test_an_accepted_suggestion_finds_its_round_by_company_and_role(shell: Shell) -> None:
    """Nobody of theirs is taken over by a guess."""
    shell.add("--network", "Nina <nina@friends.example>")
    suggest(shell, SUGGESTION)
    shell.did("accept", "1")
    second = recorded(shell, 2)
    assert second.round_of == 1
    assert Part.NETWORK not in {each.part for each in second.people}


def test_the_round_of_an_accepted_suggestion_can_be_named(shell: Shell) -> None:
    """Company, role and people are taken from it."""
    shell.add(*FIRST, company="Globex")
    suggest(shell, replace(SUGGESTION, company="", role=""))
    shell.did("accept", "1", "--round-of", "1")
    second = recorded(shell, 2)
    assert (second.company, second.role, second.round_of) == ("Globex", "Engineer", 1)
    assert second.people[0].address == "dana@acme.example"

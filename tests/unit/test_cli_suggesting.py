"""The commands by which the user decides what invitations suggest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from followupd.domain.interview import Part
from followupd.domain.suggestion import SuggestedPerson, Suggestion, SuggestionState
from followupd.store import Store
from tests.support.cli import Shell
from tests.unit.test_store_suggestions import MAIL, SUGGESTION

if TYPE_CHECKING:
    from pathlib import Path

    from followupd.domain.interview import Interview


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00 in Berlin."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def suggest(shell: Shell, *suggestions: Suggestion) -> None:
    """Store suggestions as the daemon would."""
    store = Store.open(shell.database)
    with store.begin() as change:
        for suggestion in suggestions:
            change.suggest(datetime(2026, 12, 1, 8, tzinfo=UTC), suggestion)
    store.close()


def listed(shell: Shell) -> Any:
    """The open suggestions, as JSON."""
    return shell.did("suggestions", "--json").json


def interview(shell: Shell, number: int = 1) -> Interview:
    """An interview as it was recorded."""
    store = Store.open(shell.database)
    with store.look() as view:
        first = view.chronicle(number).events[0].event
    store.close()
    assert first.kind == "added"
    return first.interview


def test_no_suggestion_is_said_in_words(shell: Shell) -> None:
    """And as an empty array."""
    assert "no suggested interview" in shell.did("suggestions").out
    assert listed(shell) == []


def test_a_suggestion_shows_when_what_who_and_why(shell: Shell) -> None:
    """With the weekday, and with the commands that decide it."""
    suggest(shell, SUGGESTION)
    shown = shell.did("suggestions").out
    for words in (
        "Tue 8 Dec, 10:00",
        "Acme, Engineer",
        "with Dana Fox",
        "from Dana Fox: Interview with Acme",
        "because: “interview” in the title",
        "`followupd accept SUGGESTION`",
        "`followupd dismiss SUGGESTION`",
    ):
        assert words in shown


def test_suggestions_are_printed_for_programs(shell: Shell) -> None:
    """Absent values are null, the time is in the user's zone."""
    suggest(shell, SUGGESTION, replace(SUGGESTION, uid="2", company="", role=""))
    assert listed(shell) == [
        {
            "suggestion": 1,
            "held_at": "2026-12-08T10:00:00+01:00",
            "company": "Acme",
            "role": "Engineer",
            "people": [{"name": "Dana Fox", "address": "dana@acme.example"}],
            "subject": "Interview with Acme",
            "from": "dana@acme.example",
            "why": "“interview” in the title",
            "interview": None,
            "moves": None,
        },
        listed(shell)[1] | {"suggestion": 2, "company": None, "role": None},
    ]
    assert "company unknown, role unknown" in shell.did("suggestions").out


def test_the_hour_in_another_zone_is_shown_beside_the_users(shell: Shell) -> None:
    """Where the clocks differ; a missed hour is worse than a long line."""
    suggest(shell, replace(SUGGESTION, zone="America/New_York"))
    shown = shell.did("suggestions").out
    assert "Tue 8 Dec, 10:00" in shown
    assert "(04:00 in" in shown
    assert "America/New_York)" in shown


def test_accepting_records_the_interview_with_its_people_and_its_thread(shell: Shell) -> None:
    """The number is printed as `add` prints it, and the suggestion is gone."""
    people = (
        SuggestedPerson("Talent Team", "jobs@acme.example"),
        SuggestedPerson('Jürgen "J" Fuchs', "juergen@acme.example"),
        SuggestedPerson("", "ivy@acme.example"),
    )
    suggest(shell, replace(SUGGESTION, people=people))
    result = shell.did("accept", "1")
    assert result.out == "1\n"
    assert "Recorded: interview on Tue 8 Dec, 10:00." in result.err
    recorded = interview(shell)
    assert (recorded.company, recorded.role, recorded.account) == ("Acme", "Engineer", "personal")
    assert recorded.held_at == SUGGESTION.held_at
    assert [(each.name, each.address, each.part) for each in recorded.people] == [
        ("Talent Team", "jobs@acme.example", Part.RECRUITER),
        ("Jürgen 'J' Fuchs", "juergen@acme.example", Part.INTERVIEWER),
        ("", "ivy@acme.example", Part.INTERVIEWER),
    ]
    events = shell.did("log", "1", "--json").json
    assert [event["kind"] for event in events] == ["added", "thread_found"]
    assert events[1]["mail"]["message_id"] == MAIL.message_id
    assert listed(shell) == []


def test_the_thread_of_an_accepted_suggestion_is_found_only_once(shell: Shell) -> None:
    """A look back through the mailbox meets the same mail again."""
    suggest(shell, SUGGESTION)
    shell.did("accept", "1")
    store = Store.open(shell.database)
    with store.begin() as change:
        first = change.chronicle(1).events[1].event
        assert change.append(1, first, f"mail:{MAIL.message_id}") is None
    store.close()


@pytest.mark.parametrize(
    ("company", "role", "said"),
    [
        ("", "Engineer", "company of suggestion 1 is not known; say `followupd accept 1 --company"),
        ("Acme", "", "role of suggestion 1 is not known; say `followupd accept 1 --role"),
        ("", "", "company and role of suggestion 1 are not known"),
    ],
)
def test_what_is_not_known_must_be_said(shell: Shell, company: str, role: str, said: str) -> None:
    """Nothing is recorded before."""
    suggest(shell, replace(SUGGESTION, company=company, role=role))
    refused = shell.run("accept", "1")
    assert refused.code == 2
    assert said in refused.err
    assert shell.did("list", "--json").json == []
    shell.did("accept", "1", "--company", "Globex", "--role", "Analyst")
    assert (interview(shell).company, interview(shell).role) == ("Globex", "Analyst")


def test_a_company_that_is_no_name_is_refused(shell: Shell) -> None:
    """As after `add`."""
    suggest(shell, SUGGESTION)
    assert shell.run("accept", "1", "--company", "?").code == 2
    assert len(listed(shell)) == 1


def test_the_next_round_is_with_the_company_and_for_the_role_of_the_interview(
    shell: Shell,
) -> None:
    """What the user wrote counts more than what was guessed."""
    shell.add(company="Acme Robotics")
    suggest(shell, replace(SUGGESTION, company="Acme", role="", from_interview=1))
    assert "the next round of interview 1" in shell.did("suggestions").out
    assert listed(shell)[0]["interview"] == 1
    assert shell.did("accept", "1", "--json").json == {"id": 2}
    assert (interview(shell, 2).company, interview(shell, 2).role) == ("Acme Robotics", "Engineer")


@pytest.mark.parametrize(
    ("first", "said"), [("accept", "interview 1"), ("dismiss", "was dismissed")]
)
def test_a_suggestion_is_decided_once(shell: Shell, first: str, said: str) -> None:
    """The second time it is said what became of it."""
    suggest(shell, SUGGESTION)
    shell.did(first, "1")
    for again in ("accept", "dismiss"):
        refused = shell.run(again, "1")
        assert refused.code == 1
        assert said in refused.err
    assert shell.run("accept", "9").code == 1


def test_dismissing_records_nothing(shell: Shell) -> None:
    """The name is repeated, so that a wrong number is seen."""
    suggest(shell, SUGGESTION)
    assert "Dismissed: Acme, Engineer." in shell.did("dismiss", "1").out
    assert shell.did("list", "--json").json == []
    assert listed(shell) == []


def test_an_interview_that_is_there_already_is_asked_about(shell: Shell) -> None:
    """It was recorded by hand before; the suggestion stays open meanwhile."""
    shell.add(held="2026-12-08 10:00")
    suggest(shell, SUGGESTION)
    refused = shell.run("accept", "1")
    assert refused.code == 1
    assert "--again" in refused.err
    assert len(listed(shell)) == 1
    assert shell.did("accept", "1", "--again").out == "2\n"


def test_people_who_cannot_be_written_to_are_left_out_and_named(shell: Shell) -> None:
    """The user's own address too; the interview is recorded all the same."""
    people = (
        SuggestedPerson("Robin", "robin+x@example.org"),
        SuggestedPerson("Bad", "bad@-acme-.example"),
        SuggestedPerson("Dana Fox", "dana@acme.example"),
    )
    suggest(shell, replace(SUGGESTION, people=people))
    result = shell.did("accept", "1")
    assert "Left out: Bad" in result.err
    assert [each.address for each in interview(shell).people] == ["dana@acme.example"]


def test_an_account_that_is_no_more_is_named(shell: Shell) -> None:
    """Nothing is recorded for it."""
    suggest(shell, replace(SUGGESTION, account="old"))
    refused = shell.run("accept", "1")
    assert refused.code == 2
    assert "no account" in refused.err


def test_a_suggestion_cannot_write_on_the_terminal(shell: Shell) -> None:
    """Whatever a mail says, one clean line is shown."""
    evil = "Evil\x1b[31m\u202e"
    hostile = replace(
        SUGGESTION,
        company=evil,
        words=evil,
        people=(SuggestedPerson(evil, "x@acme.example"),),
        mail=replace(MAIL, subject=evil, sender_name=evil),
    )
    suggest(shell, hostile)
    for command in (("suggestions",), ("suggestions", "--json"), ("accept", "1")):
        result = shell.did(*command)
        assert "\x1b" not in result.out + result.err
        assert "\u202e" not in result.out + result.err


def test_accepting_and_its_suggestion_are_stored_together(shell: Shell) -> None:
    """The suggestion knows which interview it became."""
    suggest(shell, SUGGESTION)
    shell.did("accept", "1")
    store = Store.open(shell.database)
    with store.look() as view:
        found = view.suggestion(1)
    store.close()
    assert (found.state, found.suggestion.accepted_as) == (SuggestionState.ACCEPTED, 1)

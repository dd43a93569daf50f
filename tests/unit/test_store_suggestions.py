"""A suggestion is stored once, follows its event, and keeps what the user decided."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from followupd.domain.events import Mail
from followupd.domain.suggestion import SuggestedPerson, Suggestion, SuggestionState
from followupd.errors import StoreError, UnknownInterview
from followupd.store import Store, Suggested
from followupd.store.open import MIGRATIONS, open_database
from tests.unit.test_store import added
from tests.unit.test_store_open import sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)

MAIL = Mail(
    message_id="<invitation@acme.example>",
    sender="dana@acme.example",
    sender_name="Dana Fox",
    recipients=("robin@example.org",),
    subject="Interview with Acme",
    date=NOW,
    folder="INBOX",
)
SUGGESTION = Suggestion(
    account="personal",
    company="Acme",
    role="Engineer",
    held_at=datetime(2026, 12, 8, 10, tzinfo=timezone(timedelta(hours=1))),
    zone="Europe/Berlin",
    people=(SuggestedPerson("Dana Fox", "dana@acme.example"),),
    mail=MAIL,
    words="“interview” in the title",
    uid="event-1@acme.example",
    sequence=1,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    store = Store.open(tmp_path / "followupd.db")
    yield store
    store.close()


def suggest(store: Store, suggestion: Suggestion, at: datetime = NOW) -> int | None:
    """Store a suggestion in a transaction of its own."""
    with store.begin() as change:
        return change.suggest(at, suggestion)


def waiting(store: Store) -> tuple[Suggested, ...]:
    """The open suggestions."""
    with store.look() as view:
        return view.suggestions()


def test_a_suggestion_comes_back_as_it_was_stored(store: Store) -> None:
    """With its number, the time it was met, and the offset of its hour."""
    number = suggest(store, SUGGESTION)
    assert number == 1
    assert waiting(store) == (Suggested(1, NOW, SuggestionState.OPEN, SUGGESTION),)
    assert waiting(store)[0].suggestion.held_at.utcoffset() == timedelta(hours=1)
    with store.look() as view:
        assert view.suggestion(1) == view.suggested("uid:event-1@acme.example")


@pytest.mark.parametrize("uid", ["event-1@acme.example", ""])
def test_the_same_invitation_met_twice_is_one_suggestion(store: Store, uid: str) -> None:
    """By its UID, or by its mail where it has none; another folder makes no difference."""
    first = replace(SUGGESTION, uid=uid)
    assert suggest(store, first) == 1
    again = replace(first, mail=replace(MAIL, folder="Archive"))
    assert suggest(store, again, LATER) is None
    assert waiting(store) == (Suggested(1, NOW, SuggestionState.OPEN, first),)


def test_mails_without_a_uid_are_different_suggestions(store: Store) -> None:
    """An empty UID names nothing."""
    nameless = replace(SUGGESTION, uid="")
    other = replace(nameless, mail=replace(MAIL, message_id="<other@acme.example>"))
    assert (suggest(store, nameless), suggest(store, other)) == (1, 2)


def test_a_higher_revision_moves_an_open_suggestion(store: Store) -> None:
    """Its time is new; a company that the revision does not name stays."""
    suggest(store, SUGGESTION)
    moved = replace(
        SUGGESTION, held_at=SUGGESTION.held_at + timedelta(days=1), company="", sequence=2
    )
    assert suggest(store, moved, LATER) == 1
    assert waiting(store) == (
        Suggested(1, NOW, SuggestionState.OPEN, replace(moved, company="Acme")),
    )


@pytest.mark.parametrize("sequence", [0, 1])
def test_a_revision_that_is_not_higher_changes_nothing(store: Store, sequence: int) -> None:
    """Mails are met out of order."""
    suggest(store, SUGGESTION)
    old = replace(SUGGESTION, held_at=SUGGESTION.held_at - timedelta(days=1), sequence=sequence)
    assert suggest(store, old) is None
    assert waiting(store)[0].suggestion == SUGGESTION


def test_an_event_that_is_called_off_is_no_longer_suggested(store: Store) -> None:
    """Once; an unknown event and one without a UID are nobody's."""
    suggest(store, SUGGESTION)
    suggest(store, replace(SUGGESTION, uid=""))
    with store.begin() as change:
        assert change.call_off("") is None
        assert change.call_off("event-2@acme.example") is None
        assert change.call_off("event-1@acme.example") == 1
        assert change.call_off("event-1@acme.example") is None
        assert change.suggestion(1).state is SuggestionState.DISMISSED
    assert [each.id for each in waiting(store)] == [2]


def test_an_accepted_one_that_is_moved_back_is_to_be_moved_no_more(store: Store) -> None:
    """It was moved to the 9th, which nobody accepted, and is on the 8th again, as recorded."""
    number = suggest(store, SUGGESTION)
    assert number is not None
    with store.begin() as change:
        change.accept_suggestion(number, change.add(added()))
    there = replace(SUGGESTION, sequence=2, held_at=SUGGESTION.held_at + timedelta(days=1))
    assert suggest(store, there) == number
    with store.begin() as change:
        change.suggest(LATER, replace(SUGGESTION, sequence=3), is_recorded=True)
        assert change.suggest(LATER, replace(SUGGESTION, uid="2"), is_recorded=True) is None
    assert waiting(store) == ()


def test_what_the_user_decided_stays_decided(store: Store) -> None:
    """A later revision neither brings a dismissed one back nor changes an accepted one."""
    suggest(store, SUGGESTION)
    suggest(store, replace(SUGGESTION, uid="event-2"))
    with store.begin() as change:
        change.dismiss_suggestion(1)
        interview = change.add(added())
        change.accept_suggestion(2, interview)
        assert change.call_off("event-2") is None
    for uid in ("event-1@acme.example", "event-2"):
        assert suggest(store, replace(SUGGESTION, uid=uid, sequence=9)) is None
    assert waiting(store) == ()
    with store.look() as view:
        assert view.suggestion(1).state is SuggestionState.DISMISSED
        accepted = view.suggestion(2)
    assert accepted.state is SuggestionState.ACCEPTED
    assert (accepted.suggestion.accepted_as, accepted.suggestion.sequence) == (interview, 1)


@pytest.mark.parametrize("number", [0, -1, 7, 2**63, 10**40])
def test_an_unknown_suggestion_is_named_with_the_way_out(store: Store, number: int) -> None:
    """Whatever number the user types."""
    expected = rf"no suggestion {number}; `followupd suggestions`"
    with store.begin() as change:
        for ask in (change.suggestion, change.dismiss_suggestion):
            with pytest.raises(UnknownInterview, match=expected):
                ask(number)


def test_a_suggestion_is_not_accepted_as_an_interview_that_is_not_there(store: Store) -> None:
    """It stays open."""
    suggest(store, SUGGESTION)
    with store.begin() as change, pytest.raises(UnknownInterview, match="no interview 5"):
        change.accept_suggestion(1, 5)
    assert len(waiting(store)) == 1


@pytest.mark.parametrize(
    "broken",
    [
        replace(SUGGESTION, held_at=SUGGESTION.held_at.replace(tzinfo=None)),
        replace(SUGGESTION, company="\ud83d"),
    ],
)
def test_what_would_not_come_back_is_refused(store: Store, broken: Suggestion) -> None:
    """A time without a zone, half a character."""
    with store.begin() as change, pytest.raises(ValueError, match=r"time zone|cannot be recorded"):
        change.suggest(NOW, broken)
    assert waiting(store) == ()


def test_a_damaged_suggestion_is_said_without_its_text(store: Store, tmp_path: Path) -> None:
    """The database is named; nothing of a mail is repeated."""
    suggest(store, SUGGESTION)
    sql(tmp_path / "followupd.db", 'UPDATE suggestions SET payload = \'{"role": "secret"}\'')
    with pytest.raises(StoreError, match="cannot be read") as caught:
        waiting(store)
    assert "secret" not in str(caught.value)


def test_a_database_of_the_first_version_gets_the_table_and_keeps_its_interviews(
    tmp_path: Path,
) -> None:
    """What was recorded before is there after the migration."""
    only_first = tmp_path / "migrations"
    shutil.copytree(
        MIGRATIONS, only_first, ignore=shutil.ignore_patterns("__pycache__", "000[2-9]*")
    )
    path = tmp_path / "state" / "followupd.db"
    open_database(path, migrations=only_first, revisions=("0001",)).dispose()
    assert sql(path, "SELECT name FROM sqlite_master WHERE name = 'suggestions'") == []
    sql(path, "INSERT INTO health VALUES ('personal', '', 'ill', '')")
    store = Store.open(path)
    assert suggest(store, SUGGESTION) == 1
    store.close()
    assert sql(path, "SELECT problem FROM health") == [("ill",)]
    assert path.with_name("followupd.db.before-0001").exists()

"""Interviews are found by people, company and openness as their events tell, and pauses hold."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followupd.domain import acts
from followupd.domain.events import Closed, DraftQueued, MailboxSearched, Noted, Reopened
from followupd.domain.folding import fold
from followupd.domain.interview import Part, Person, company_key
from followupd.domain.steps import REQUESTED_FROM
from followupd.domain.workdays import Away
from followupd.errors import StoreError
from followupd.store import (
    DigestRecord,
    DigestState,
    Phase,
    Store,
    Transaction,
    searched_mark,
)
from followupd.store.codec import encode_event
from followupd.store.open import MIGRATIONS, open_database
from tests.unit.test_store import LATER, NOW, added, intent
from tests.unit.test_store_open import sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from followupd.domain.events import Event

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    store = Store.open(tmp_path / "state" / "followupd.db")
    yield store
    store.close()


def at_company(company: str, number: int, *addresses: str) -> Event:
    """The event of an interview at a company."""
    event = added(f"{number:032x}", *addresses)
    return replace(event, interview=replace(event.interview, company=company))


def record(change: Transaction, company: str, number: int, *addresses: str) -> int:
    """Record an interview at a company; its number."""
    event = at_company(company, number, *addresses)
    assert event.kind == "added"
    return change.add(event)


def told_by_events(change: Transaction, number: int) -> tuple[set[str], str]:
    """The people's addresses and the company of an interview, as its events tell."""
    events = (recorded.event for recorded in change.chronicle(number).events)
    interview = fold(number, events).interview
    return {person.key for person in interview.people}, company_key(interview.company)


def person(address: str, part: Part) -> Person:
    """Somebody."""
    return Person("", address, part)


_ADDRESSES = st.sampled_from(["dana@acme.example", "DANA@acme.example", "kim@acme.example"])
_PARTS = st.sampled_from([Part.RECRUITER, Part.INTERVIEWER])
_PEOPLE = st.builds(person, _ADDRESSES, _PARTS)
_REGROUPING = st.one_of(
    st.builds(
        acts.PersonRecorded,
        at=st.just(NOW),
        person=_PEOPLE,
        instead_of=st.one_of(st.just(""), _ADDRESSES),
    ),
    st.builds(acts.PersonRemoved, at=st.just(NOW), address=_ADDRESSES, part=_PARTS),
    st.builds(
        acts.InterviewEdited,
        at=st.just(NOW),
        company=st.sampled_from([None, "Globex", " ACME  Ltd "]),
    ),
    st.builds(Noted, at=st.just(NOW), text=st.just("x")),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(_REGROUPING, max_size=8))
def test_the_tables_say_of_people_and_company_what_the_events_tell(
    store: Store, events: list[Event]
) -> None:
    """Whoever is recorded, changed or removed, in whatever parts; an address stays for good."""
    with store.begin() as change:
        number = record(change, "Acme", store.last_event_id() + 1, "Dana@acme.example")
        ever, company = told_by_events(change, number)
        for event in events:
            change.append(number, event)
            addresses, company = told_by_events(change, number)
            ever |= addresses
        for address in ("dana@acme.example", "kim@acme.example"):
            assert (number in change.interviews_with([address])) == (address in ever)
        for name in ("Acme", "Globex", "Acme Ltd"):
            assert (number in change.interviews_at(name)) == (company_key(name) == company)


def test_an_address_stays_when_its_person_is_removed(store: Store) -> None:
    """Dana may have been written to: that counts for the other interviews she belongs to."""
    with store.begin() as change:
        number = change.add(added())
        interviewer = person("DANA@acme.example", Part.INTERVIEWER)
        change.append(number, acts.PersonRecorded(at=NOW, person=interviewer))
        gone = acts.PersonRemoved(at=NOW, address="dana@ACME.example", part=Part.RECRUITER)
        change.append(number, gone)
        assert change.interviews_with(["dana@acme.example"]) == {number}
        change.append(number, replace(gone, part=Part.INTERVIEWER))
        assert change.interviews_with(["dana@acme.example"]) == {number}


def test_interviews_share_people_or_the_company(store: Store) -> None:
    """Each its own; a person in common, or a company's name but for capitals and blanks."""
    with store.begin() as change:
        one = record(change, "Acme Ltd", 1, "dana@agency.example")
        same_person = record(change, "Globex", 2, "Dana@agency.example")
        same_company = record(change, "ACME  ltd", 3, "kim@acme.example")
        stranger = record(change, "Initech", 4, "pat@initech.example")
        assert change.sharing([one]) == {one, same_person, same_company}
        assert change.sharing([same_person, stranger]) == {one, same_person, stranger}
        assert change.sharing([]) == frozenset()
        assert change.interviews_at(" acme LTD") == {one, same_company}


def test_an_interview_is_open_until_it_is_closed_and_again_when_that_is_taken_back(
    store: Store,
) -> None:
    """A note changes nothing; a draft that was asked for has to be laid, closed or not."""
    laid = DraftQueued(
        at=NOW,
        step="thanks",
        cycle=REQUESTED_FROM,
        person="dana@acme.example",
        to="dana@acme.example",
        message_id="<1@example.org>",
        attempt=0,
        subject="Thanks",
    )
    with store.begin() as change:
        other = record(change, "Globex", 2)
        number = change.add(added())
        for event, is_open in (
            (Noted(at=NOW, text="x"), True),
            (Closed(at=NOW, reason="over"), False),
            (Noted(at=NOW, text="y"), False),
            (Reopened(at=NOW), True),
            (Closed(at=NOW, reason="over"), False),
            (acts.DraftRequested(at=NOW, template="thanks", person="dana@acme.example"), True),
            (Closed(at=NOW, reason="over"), True),
            (laid, True),
            (Closed(at=NOW, reason="over"), False),
        ):
            change.append(number, event)
            assert (number in change.open_interviews()) is is_open, event
        assert change.open_interviews("personal") == change.open_interviews() == {other}
        assert change.open_interviews("work") == frozenset()
        assert change.has_open("personal")
        assert not change.has_open("work")
        assert change.interviews() == (other, number)
        assert change.accounts_of([other, number, 99]) == {other: "personal", number: "personal"}


def test_what_is_to_be_planned_at_a_start_is_open_due_or_has_a_draft_lying(store: Store) -> None:
    """A closed interview whose draft still lies has it taken back."""
    with store.begin() as change:
        rest, still_open, due, lying = (change.add(added(f"{n:032x}")) for n in range(4))
        for number in (rest, due, lying):
            change.append(number, Closed(at=NOW, reason="over"))
        change.set_due(due, LATER)
        entry = change.intend(intent(lying))
        assert change.to_plan("personal") == {still_open, due, lying}
        assert change.to_plan("work") == frozenset()
        change.update(replace(entry, phase=Phase.SETTLED))
        assert change.to_plan("personal") == {still_open, due}


def test_the_interviews_an_account_was_not_searched_for_are_found(store: Store) -> None:
    """Until that is recorded; a closed one is not looked back for."""
    with store.begin() as change:
        first, second, closed = (change.add(added(f"{n:032x}")) for n in range(3))
        change.append(closed, Closed(at=NOW, reason="over"))
        assert change.not_searched("work") == {first, second}
    with store.begin() as change:
        event = MailboxSearched(at=NOW, account="work")
        change.append(first, event, searched_mark("work"))
        assert change.not_searched("work") == {second}
        assert change.not_searched("personal") == {first, second}
        assert change.not_searched("personal", {first, closed}) == {first}


def test_who_is_added_later_is_to_be_searched_for(store: Store) -> None:
    """In every account; another account's search, and a like name, say nothing of this one."""
    with store.begin() as change:
        number, other = change.add(added()), record(change, "Globex", 2)
        for account in ("work", "work-2"):
            event = MailboxSearched(at=NOW, account=account)
            change.append(number, event, searched_mark(account))
            change.append(other, event, searched_mark(account))
        assert change.not_searched("work") == frozenset()
        kim = person("kim@acme.example", Part.INTERVIEWER)
        change.append(number, acts.PersonRecorded(at=NOW, person=kim))
        assert change.not_searched("work") == change.not_searched("work-2") == {number}
        event = MailboxSearched(at=NOW, account="work-2")
        assert change.append(number, event, searched_mark("work-2", 1)) is not None
        assert change.append(number, event, searched_mark("work-2", 1)) is None
        assert change.not_searched("work-2") == frozenset()
        assert change.not_searched("work") == {number}
        for count in (1, 2, 12):
            event = MailboxSearched(at=NOW, account="work")
            change.append(number, event, searched_mark("work", count))
            assert change.not_searched("work") == frozenset()
            change.append(number, acts.PersonRecorded(at=NOW, person=kim))
            assert change.not_searched("work") == {number}


def test_what_may_belong_elsewhere_now_is_told_apart(store: Store) -> None:
    """People and companies change seldom; only then what was before has to be known."""
    with store.begin() as change:
        one, other = record(change, "Acme", 1), record(change, "Acme", 2)
    before = store.last_event_id()
    with store.begin() as change:
        change.append(one, Noted(at=NOW, text="x"))
        change.append(other, acts.InterviewEdited(at=NOW, company="Globex"))
        assert change.interviews_since(before) == {one, other}
        assert change.regrouped_since(before) == {other}


def test_the_next_due_moment_after_one_that_waits_is_found(store: Store) -> None:
    """What cannot be done now does not hide what comes next."""
    with store.begin() as change:
        late, ahead = record(change, "Acme", 1), record(change, "Acme", 2)
        change.set_due(late, NOW)
        assert change.next_due(after=NOW) is None
        change.set_due(ahead, LATER)
        assert change.next_due() == NOW
        assert change.next_due(after=NOW) == LATER


# ---- pauses


def test_the_newest_pause_counts(store: Store) -> None:
    """With an end or without one; each has a number by which the daemon notices it."""
    with store.begin() as change:
        assert change.paused() is None
        change.pause(NOW, NOW, NOW + DAY)
        assert change.paused() == Away(NOW, NOW + DAY)
        change.pause(NOW, NOW + DAY, None)
        assert change.paused() == Away(NOW + DAY, None)
    assert store.last_pause_id() == 2
    with store.look() as view:
        assert view.paused() == Away(NOW + DAY, None)


@pytest.mark.parametrize("since", [NOW - DAY, NOW + DAY])
def test_a_pause_that_goes_on_or_is_to_come_is_ended_once(store: Store, since: object) -> None:
    """Where there is none, nothing is stored, so that nobody plans anew for nothing."""
    assert isinstance(since, type(NOW))
    with store.begin() as change:
        assert not change.resume(NOW)
        change.pause(NOW - DAY, since, None)
        assert change.resume(NOW)
        assert change.paused() is None
        assert not change.resume(NOW)
        change.pause(NOW, NOW - 2 * DAY, NOW)
        assert not change.resume(NOW)  # it is over already
    assert store.last_pause_id() == 3


def test_a_pause_that_cannot_be_is_refused(store: Store) -> None:
    """It ends before it begins, or nobody knows when it begins."""
    with store.begin() as change:
        with pytest.raises(ValueError, match="end after it begins"):
            change.pause(NOW, NOW, NOW)
        with pytest.raises(ValueError, match="time zone"):
            change.pause(NOW, NOW.replace(tzinfo=None), None)
        assert change.paused() is None


# ---- digests


def test_the_digest_of_a_day_is_kept_as_it_stands(store: Store) -> None:
    """One of each day, with the last state."""
    today = date(2026, 3, 2)
    begun = DigestRecord(today, NOW, DigestState.INTENDED, "<digest@here>")
    with store.begin() as change:
        assert change.digest(today) is None
        change.put_digest(begun)
        change.put_digest(DigestRecord(today + DAY, NOW, DigestState.NOTHING))
        change.put_digest(replace(begun, state=DigestState.PLACED, at=LATER))
    with store.look() as view:
        assert view.digest(today) == replace(begun, state=DigestState.PLACED, at=LATER)
        assert view.digest(today + DAY) == DigestRecord(today + DAY, NOW, DigestState.NOTHING)


# ---- the migration


def _second_version(tmp_path: Path) -> Path:
    """A database of revision 0002: one interview whose company was put right, one closed."""
    migrations = tmp_path / "migrations"
    shutil.copytree(
        MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__", "000[34]*")
    )
    path = tmp_path / "state" / "followupd.db"
    open_database(path, migrations=migrations, revisions=("0001", "0002")).dispose()
    told: list[tuple[int, Event]] = [
        (1, at_company("Akme", 1)),
        (2, at_company("Globex", 2)),
        (1, acts.InterviewEdited(at=NOW, company="ACME  Ltd")),
        (2, Closed(at=NOW, reason="over")),
        (2, Noted(at=NOW, text="x")),
    ]
    with closing(sqlite3.connect(path)) as connection, connection:
        for number in (1, 2):
            connection.execute(
                "INSERT INTO interviews (id, uid, account, next_due) VALUES (?, ?, 'personal', '')",
                (number, f"{number:032x}"),
            )
        for number, event in told:
            connection.execute(
                "INSERT INTO events (interview_id, at, kind, fingerprint, body)"
                " VALUES (?, '', ?, '', ?)",
                (number, event.kind, encode_event(event)),
            )
    return path


def test_the_migration_fills_the_columns_from_the_events(tmp_path: Path) -> None:
    """What was recorded before is found by its company as it is now, and is open or not."""
    path = _second_version(tmp_path)
    store = Store.open(path)
    with store.look() as view:
        assert view.interviews_at("Acme Ltd") == {1}
        assert view.interviews_at("Akme") == frozenset()
        assert view.open_interviews() == {1}
        assert view.paused() is None
    store.close()
    assert path.with_name("followupd.db.before-0002").exists()


def test_an_event_that_cannot_be_read_stops_the_migration_in_words(tmp_path: Path) -> None:
    """Nothing is changed, and nothing of the event's text is repeated."""
    path = _second_version(tmp_path)
    sql(path, 'UPDATE events SET body = \'{"kind": "secret"}\' WHERE id = 3')
    with pytest.raises(StoreError, match=r"event 3 of interview 1 .* backup") as caught:
        Store.open(path)
    assert "secret" not in str(caught.value)
    assert sql(path, "SELECT version_num FROM alembic_version") == [("0002",)]
    assert sql(path, "SELECT name FROM sqlite_master WHERE name = 'pauses'") == []


def test_what_a_wake_asks_for_is_answered_by_indexes(store: Store) -> None:
    """No question of the daemon's walks through all interviews or all events."""
    asked: list[str] = []
    with store.look() as view:
        view._connection.connection.driver_connection.set_trace_callback(asked.append)  # type: ignore[union-attr]
        view.sharing([1])
        view.accounts_of([1])
        view.due(NOW)
        view.next_due()
        view.next_due(after=NOW)
        view.has_open("personal")
        view.to_plan("personal")
        view.not_searched("personal", range(50))
        view.not_searched("personal")
        view.journal("personal")
        view.interviews_since(7)
        view.regrouped_since(7)
        view.interviews_at("Acme")
        view.interviews_with(["dana@acme.example"])
        view.paused()
        view._connection.connection.driver_connection.set_trace_callback(None)  # type: ignore[union-attr]
        questions = [text for text in asked if text.startswith("SELECT")]
        assert len(questions) == 15
        for question in questions:
            plan = view._connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}").all()
            walks = [row.detail for row in plan if row.detail.startswith("SCAN")]
            many = ("interviews", "people", "events", "journal")
            assert not [w for w in walks if w.split()[1].startswith(many)], (question, walks)

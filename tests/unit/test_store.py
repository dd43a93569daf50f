"""What is put into the store is what is found there."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from followupd.domain.events import Added, CallMade, Noted, Reopened
from followupd.domain.interview import Interview, Part, Person
from followupd.errors import StoreError, UnknownInterview
from followupd.store import (
    Chronicle,
    Cursor,
    Health,
    JournalEntry,
    Phase,
    Recorded,
    Store,
    Stranger,
    Unreadable,
    schema,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(microseconds=1)


def added(uid: str = "a" * 32, *addresses: str) -> Added:
    """The event of an interview with these people, one recruiter when none is named."""
    people = tuple(
        Person("Dana Fox", address, Part.RECRUITER)
        for address in addresses or ("Dana@acme.example",)
    )
    interview = Interview(
        uid=uid,
        company="Acme",
        role="Engineer",
        held_at=NOW,
        decision_by=date(2026, 3, 9),
        people=people,
        promises=(),
        account="personal",
        language="en",
    )
    return Added(at=NOW, interview=interview)


def intent(interview_id: int, message_id: str = "<1@here>", step: str = "check-in") -> JournalEntry:
    """A draft's intent."""
    return JournalEntry(
        message_id=message_id,
        interview_id=interview_id,
        account="personal",
        step=step,
        cycle=0,
        person="dana@acme.example",
        attempt=0,
        phase=Phase.INTENDED,
        made_at=NOW,
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    store = Store.open(tmp_path / "state" / "followupd.db")
    yield store
    store.close()


def test_an_interview_tells_its_events_in_the_order_of_recording(store: Store) -> None:
    """The chronicle holds what was recorded, oldest first, each with its number."""
    first = added()
    with store.begin() as change:
        interview = change.add(first)
        called = change.append(interview, CallMade(at=NOW, note="no answer"))
        noted = change.append(interview, Noted(at=NOW - timedelta(days=1), text="late"))
    with store.look() as view:
        chronicle = view.chronicle(interview)
    assert chronicle == Chronicle(
        interview,
        (
            Recorded(1, first),
            Recorded(called or 0, CallMade(at=NOW, note="no answer")),
            Recorded(noted or 0, Noted(at=NOW - timedelta(days=1), text="late")),
        ),
    )
    assert store.last_event_id() == noted == 3


def test_a_transaction_sees_its_own_changes_and_nobody_else_does_before_its_end(
    store: Store,
) -> None:
    """Until the block ends a change is seen only inside it."""
    with store.begin() as change:
        interview = change.add(added())
        assert change.chronicle(interview).interview_id == interview
        assert store.last_event_id() == 0
        with store.look() as view:
            assert view.chronicles() == []
    assert store.last_event_id() == 1


def test_an_error_in_the_block_takes_everything_back(store: Store) -> None:
    """A cursor and the events that belong to it are stored together or not at all."""
    with store.begin() as change:
        interview = change.add(added())

    def read_a_folder() -> None:
        with store.begin() as change:
            change.set_cursor(Cursor("personal", "INBOX", 7, 12, NOW))
            change.append(interview, Reopened(at=NOW))
            raise LookupError("the mail is unreadable")

    with pytest.raises(LookupError, match="unreadable"):
        read_a_folder()
    with store.look() as view:
        assert view.cursor("personal", "INBOX") is None
        assert len(view.chronicle(interview).events) == 1


def test_a_view_stays_what_it_was_while_others_write(store: Store) -> None:
    """Two questions asked of one view are answered from the same moment."""
    with store.begin() as change:
        interview = change.add(added())
    with store.look() as view:
        before = view.chronicle(interview)
        with store.begin() as change:
            change.append(interview, Reopened(at=NOW))
        assert view.chronicle(interview) == before
    with store.look() as view:
        assert len(view.chronicle(interview).events) == 2


def test_the_same_fact_met_twice_is_recorded_once_for_each_interview(store: Store) -> None:
    """A fingerprint holds within its interview; events without one may repeat."""
    with store.begin() as change:
        one, other = change.add(added("a" * 32)), change.add(added("b" * 32))
        assert change.append(one, Reopened(at=NOW), "mail <1@x>") is not None
        assert change.append(one, Reopened(at=LATER), "mail <1@x>") is None
        assert change.append(other, Reopened(at=NOW), "mail <1@x>") is not None
        assert change.append(one, Reopened(at=NOW)) is not None
        assert change.append(one, Reopened(at=NOW)) is not None
    with store.begin() as change:
        assert change.append(one, Reopened(at=NOW), "mail <1@x>") is None
    with store.look() as view:
        assert [len(each.events) for each in view.chronicles()] == [4, 2]


def test_an_interview_is_never_added_by_append(store: Store) -> None:
    """`add` makes the interview; a second `Added` in a chronicle would have no meaning."""
    with store.begin() as change:
        interview = change.add(added())
        with pytest.raises(ValueError, match="add"):
            change.append(interview, added())
        with pytest.raises(ValueError, match="fingerprint"):
            change.append(interview, Reopened(at=NOW), "")


def test_an_event_that_cannot_be_written_leaves_nothing_of_its_interview(store: Store) -> None:
    """A refused `add` whose error the caller swallows leaves no interview without events."""
    broken = added()
    broken = replace(broken, interview=replace(broken.interview, company="\ud83d"))
    with store.begin() as change, pytest.raises(ValueError, match="cannot be recorded"):
        change.add(broken)
    with store.look() as view:
        assert view.interviews_with(["dana@acme.example"]) == frozenset()


@pytest.mark.parametrize("number", [0, -1, 7, 2**63, 10**40])
def test_an_unknown_number_is_named_with_the_way_out(store: Store, number: int) -> None:
    """Whatever number the user types, the answer names it and `followupd list`."""
    expected = rf"no interview {number}; `followupd list`"
    with store.look() as view, pytest.raises(UnknownInterview, match=expected):
        view.chronicle(number)
    with store.begin() as change:
        with pytest.raises(UnknownInterview, match=expected):
            change.append(number, Reopened(at=NOW))
        with pytest.raises(UnknownInterview, match=expected):
            change.set_due(number, NOW)
        with pytest.raises(UnknownInterview, match=expected):
            change.intend(intent(number))


def test_chronicles_come_by_number_and_only_those_asked_for(store: Store) -> None:
    """Asked for some, the store gives those there are, each once, in ascending order."""
    with store.begin() as change:
        numbers = [change.add(added(f"{n:032x}")) for n in range(4)]
        change.append(numbers[0], Reopened(at=NOW))
    with store.look() as view:
        assert [each.interview_id for each in view.chronicles()] == numbers
        some = view.chronicles([numbers[3], numbers[0], numbers[3], 99])
        assert [each.interview_id for each in some] == [numbers[0], numbers[3]]
        assert len(some[0].events) == 2
        assert view.chronicles([]) == []
        many = range(1, 50_000)
        assert [each.interview_id for each in view.chronicles(many)] == numbers


def test_people_are_found_by_address_whatever_its_case(store: Store) -> None:
    """An address leads to every interview it belongs to."""
    with store.begin() as change:
        one = change.add(added("a" * 32, "Dana@Acme.example", "dana@acme.EXAMPLE"))
        other = change.add(added("b" * 32, "dana@acme.example", "Straße@acme.example"))
    with store.look() as view:
        assert view.interviews_with(["DANA@acme.example"]) == {one, other}
        assert view.interviews_with(["STRASSE@ACME.example"]) == {other}
        assert view.interviews_with(["nobody@acme.example"]) == frozenset()
        assert view.interviews_with([]) == frozenset()


def test_a_mail_with_endless_or_broken_recipients_finds_its_people_all_the_same(
    store: Store,
) -> None:
    """Forty thousand addresses and half a surrogate pair stop no lookup."""
    with store.begin() as change:
        interview = change.add(added())
    hostile = [f"{n}@x.example" for n in range(40_000)]
    hostile += ["\ud83d@x.example", "\x00", "dana@acme.example"]
    with store.look() as view:
        assert view.interviews_with(hostile) == {interview}


def test_a_folder_has_one_cursor_that_moves(store: Store) -> None:
    """The cursor last set is the one found; UIDs have all 32 bits."""
    inbox = Cursor("personal", "INBOX", 4_294_967_295, 4_294_967_294, NOW)
    sent = Cursor("personal", "Gesendete Objekte", 3, 0, NOW)
    with store.begin() as change:
        change.set_cursor(replace(inbox, last_uid=5))
        change.set_cursor(inbox)
        change.set_cursor(sent)
        change.set_cursor(replace(sent, account="other"))
    with store.look() as view:
        assert view.cursor("personal", "INBOX") == inbox
        assert view.cursor("personal", "inbox") is None
        assert view.cursors("personal") == (sent, inbox)
    with store.begin() as change:
        change.drop_cursors("personal")
    with store.look() as view:
        assert view.cursors("personal") == ()
        assert len(view.cursors("other")) == 1


def test_an_intent_is_stored_once_and_the_first_one_stays(store: Store) -> None:
    """Meant again after a restart, a draft keeps what is known of it already."""
    with store.begin() as change:
        interview = change.add(added())
        first = intent(interview)
        assert change.intend(first) == first
        placed = replace(first, phase=Phase.PLACED, folder="Drafts", uidvalidity=9, uid=4)
        change.update(placed)
    with store.begin() as change:
        assert change.intend(replace(first, made_at=LATER)) == placed
    with store.look() as view:
        assert view.journal("personal") == (placed,)


def test_a_step_never_has_two_drafts(store: Store) -> None:
    """A second Message-ID for the same rung and attempt is refused by the database itself."""
    with store.begin() as change:
        interview = change.add(added())
        change.intend(intent(interview))

    def intend_again() -> None:
        with store.begin() as change:
            change.intend(intent(interview, "<2@here>"))

    with pytest.raises(StoreError, match="contradicts"):
        intend_again()
    with store.look() as view:
        assert view.journal_entry("<2@here>") is None


def test_the_journal_keeps_every_field_of_a_draft(store: Store) -> None:
    """What is updated is found again; what identifies the draft stays."""
    with store.begin() as change:
        interview = change.add(added())
        first = intent(interview)
        change.intend(first)
        changed = replace(
            first,
            phase=Phase.MISSING,
            folder="Entwürfe",
            uidvalidity=4_294_967_295,
            uid=17,
            uidnext_before=16,
            digest="ab" * 32,
            bound_message_id="<edited@client>",
            missing_since=LATER,
            missing_passes=2,
            sending_at=LATER,
        )
        change.update(replace(changed, step="network", made_at=LATER, account="other"))
    with store.look() as view:
        assert view.journal_entry("<1@here>") == changed
        assert view.journal_of(interview) == (changed,)


def test_settled_drafts_are_no_longer_looked_at_and_the_rest_is_oldest_first(
    store: Store,
) -> None:
    """The journal of an account is what a pass has to look after."""
    with store.begin() as change:
        interview = change.add(added())
        for n, step in enumerate(("thank-you", "check-in", "network")):
            change.intend(replace(intent(interview, f"<{9 - n}@here>", step)))
        settled = replace(intent(interview, "<8@here>", "check-in"), phase=Phase.SETTLED)
        change.update(settled)
    with store.look() as view:
        assert [entry.step for entry in view.journal("personal")] == ["thank-you", "network"]
        assert view.journal("other") == ()
        assert [entry.step for entry in view.journal_of(interview)] == [
            "thank-you",
            "check-in",
            "network",
        ]
        assert view.journal_entry("<8@here>") == settled


@pytest.mark.parametrize("phase", list(Phase))
def test_what_may_have_been_handed_over_is_known(phase: Phase) -> None:
    """Such a draft is never handed over again without the user's word."""
    handed_over = {Phase.SENDING, Phase.UNCLEAR, Phase.FILING}
    assert replace(intent(1), phase=phase).is_handed_over is (phase in handed_over)


def test_the_strangers_of_an_account_are_those_of_the_last_look(store: Store) -> None:
    """What has left the approval folder is forgotten; other accounts keep theirs."""
    first = Stranger("personal", "Send", 4_294_967_295, 7, "Holidays", "it is none of ours", NOW)
    second = replace(first, uid=9, subject="")
    elsewhere = replace(first, account="other")
    with store.begin() as change:
        change.set_strangers("personal", [second, first])
        change.set_strangers("other", [elsewhere])
    with store.look() as view:
        assert view.strangers("personal") == (first, second)
    with store.begin() as change:
        change.set_strangers("personal", [second])
    with store.look() as view:
        assert view.strangers("personal") == (second,)
        assert view.strangers("other") == (elsewhere,)


def test_a_draft_the_journal_does_not_know_cannot_be_updated(store: Store) -> None:
    """An update that would be lost says so."""
    with store.begin() as change:
        interview = change.add(added())
        with pytest.raises(UnknownInterview, match="<1@here>"):
            change.update(intent(interview))


def test_what_is_due_is_found_by_time_to_the_microsecond(store: Store) -> None:
    """The earliest due time is next; an interview is due from that very moment on."""
    with store.begin() as change:
        assert change.next_due() is None
        early, late, never = (change.add(added(f"{n:032x}")) for n in range(3))
        change.set_due(late, LATER)
        change.set_due(early, NOW.astimezone())
        change.set_due(never, NOW)
        change.set_due(never, None)
    with store.look() as view:
        assert view.next_due() == NOW
        assert view.due(NOW - timedelta(microseconds=1)) == ()
        assert view.due(NOW) == (early,)
        assert view.due(LATER) == (early, late)


def test_the_health_of_an_account_is_the_last_that_was_said(store: Store) -> None:
    """A problem is kept with its beginning, and is gone when it is over."""
    ill = Health("personal", None, "the login was refused", NOW)
    well = Health("personal", LATER, "", None)
    with store.begin() as change:
        assert change.health("personal") is None
        change.set_health(ill)
        assert change.health("personal") == ill
        change.set_health(well)
    with store.look() as view:
        assert view.health("personal") == well


def test_an_unreadable_mail_is_kept_once_with_its_uid_and_reason(store: Store) -> None:
    """Met again, the mail is not counted twice; oldest first."""
    mail = Unreadable("personal", "INBOX", 1, 4_000_000_000, "more than 200 parts", LATER)
    older = replace(mail, uid=7, at=NOW)
    with store.begin() as change:
        change.record_unreadable(replace(mail, reason="too deep"))
        change.record_unreadable(mail)
        change.record_unreadable(older)
    with store.look() as view:
        assert view.unreadable("personal") == (older, mail)
        assert view.unreadable("other") == ()


def test_several_threads_write_without_losing_anything(store: Store) -> None:
    """Each thread waits for its turn; every event is there in the end, numbers unique."""
    with store.begin() as change:
        interview = change.add(added())

    def write() -> None:
        for _ in range(10):
            with store.begin() as change:
                change.append(interview, Reopened(at=NOW))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    with store.look() as view:
        numbers = [recorded.id for recorded in view.chronicle(interview).events]
    assert len(numbers) == len(set(numbers)) == 41
    assert store.last_event_id() == max(numbers)


def test_another_open_store_sees_what_was_stored(store: Store, tmp_path: Path) -> None:
    """The daemon notices what a command recorded by the number of the last event."""
    daemon = Store.open(tmp_path / "state" / "followupd.db")
    before = daemon.last_event_id()
    with store.begin() as change:
        change.add(added())
    assert daemon.last_event_id() == before + 1
    daemon.close()


def test_every_table_can_be_made_on_postgresql_too() -> None:
    """Nothing in the tables needs SQLite; UIDs of 32 bits find room in a BIGINT there."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in schema.metadata.sorted_tables:
        made = str(CreateTable(table).compile(dialect=dialect))
        assert "STRICT" not in made
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=dialect))
    assert "last_uid BIGINT" in str(CreateTable(schema.cursors).compile(dialect=dialect))
    assert "id BIGSERIAL" in str(CreateTable(schema.events).compile(dialect=dialect))

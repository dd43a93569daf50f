"""The calendar file: what readers other than its writer make of it, and what changes when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event, EventStatus

from followupd.domain.agenda import Agenda, agenda
from followupd.domain.entries import Entry, EntryKind
from followupd.writing.calendar_feed import STAYS, Feed, NotOurs, feed
from tests.support.stories import DANA, NINA, Story, story
from tests.unit.domain.test_properties import wild_events, wild_stories

if TYPE_CHECKING:
    from ical.calendar import Calendar

    from followupd.domain.plan import PlannedStep

FEW = settings(max_examples=40)
NOW = datetime(2026, 11, 16, 9, 30, 12, 345678, tzinfo=UTC)
TODAY = date(2026, 11, 16)
FIRST = str(UUID(int=1, version=5))
SECOND = str(UUID(int=2, version=5))

CALL = Entry(
    uid=FIRST,
    interview_id=1,
    kind=EntryKind.CALL,
    begins=datetime(2026, 11, 17, 8, 30, tzinfo=UTC),
    lasts=timedelta(minutes=30),
    summary="Call Dana Fox, Acme",
    description="Say:\nHello; this is Robin, \\n is no line.",
    takes_time=True,
)
DAY = Entry(
    uid=SECOND,
    interview_id=1,
    kind=EntryKind.PROMISE,
    begins=date(2026, 11, 23),
    summary="Promised to Dana Fox, Acme: a sample",
    description="Its draft comes.",
    is_tentative=True,
    remind=timedelta(hours=9) - timedelta(days=3),
)


@dataclass
class File:
    """A calendar file that is brought up to date from time to time."""

    raw: bytes | None = None
    dormant: frozenset[str] = frozenset()
    now: datetime = NOW
    last: Feed | None = field(default=None)

    def brought(self, *entries: Entry) -> File:
        """The same file, up to date."""
        today = self.now.date()
        self.last = feed(entries, self.dormant, self.raw, self.now, today)
        self.raw = self.last.raw
        return self

    def read(self, uid: str) -> Event:
        """The entry, as another program reads it."""
        return next(event for event in events(self.raw) if event.uid == uid)

    def has(self, uid: str) -> bool:
        """Whether the file holds the entry."""
        return uid in [event.uid for event in events(self.raw)]


def events(raw: bytes | None) -> list[Event]:
    """The entries as ical reads them, which is not what they were written with."""
    assert raw is not None
    return list(calendar_of(raw).events)


def calendar_of(raw: bytes) -> Calendar:
    """The whole as ical reads it."""
    calendars = IcsCalendarStream.from_ics(raw.decode()).calendars
    assert len(calendars) == 1
    return calendars[0]


def test_two_other_readers_find_what_was_written() -> None:
    """Text with every character that has a meaning, moments, days, and a reminder."""
    made = File().brought(CALL, DAY)
    call, day = made.read(FIRST), made.read(SECOND)
    assert (call.start, call.end) == (CALL.begins, datetime(2026, 11, 17, 9, tzinfo=UTC))
    assert call.summary == CALL.summary
    assert call.description == CALL.description
    assert call.status is EventStatus.CONFIRMED
    assert call.transparency == "OPAQUE"
    assert (day.start, day.end) == (date(2026, 11, 23), date(2026, 11, 24))
    assert day.status is EventStatus.TENTATIVE
    assert day.transparency == "TRANSPARENT"
    assert [alarm.trigger for alarm in day.alarm] == [DAY.remind]

    assert made.raw is not None
    second = vobject.readOne(made.raw.decode())
    assert second.method.value == "PUBLISH"
    by_uid = {event.uid.value: event for event in second.vevent_list}
    assert by_uid[FIRST].dtstart.value == CALL.begins
    assert by_uid[FIRST].description.value == CALL.description
    assert by_uid[SECOND].dtstart.value == DAY.begins
    assert by_uid[SECOND].valarm.trigger.value == DAY.remind


def test_lines_are_folded_and_ended_as_the_standard_wants() -> None:
    """RFC 5545, section 3.1: CRLF, and no line longer than 75 octets, however wide its letters."""
    wide = replace(CALL, summary="株式会社東京証券取引所" * 9, description="ß€" * 400)
    made = File().brought(wide, DAY)
    assert made.raw is not None
    assert made.raw.endswith(b"END:VCALENDAR\r\n")
    assert made.raw.count(b"\n") == made.raw.count(b"\r\n")
    assert max(map(len, made.raw.split(b"\r\n"))) <= 75
    assert made.read(FIRST).description == wide.description


def test_the_calendar_says_its_name_and_how_often_to_look() -> None:
    """In the standard's words (RFC 7986) and in those that older programs know."""
    lines = (File().brought().raw or b"").decode().split("\r\n")
    assert "NAME:Interviews" in lines
    assert "X-WR-CALNAME:Interviews" in lines
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    assert "X-PUBLISHED-TTL:PT1H" in lines
    assert "METHOD:PUBLISH" in lines


def test_hostile_text_stays_text() -> None:
    """A company's name begins no line of its own, and rewrites nothing."""
    evil = "Acme\r\nEND:VEVENT\r\nBEGIN:VALARM\x1b]0;owned\x07\u202e\u2028\x00"
    made = File().brought(replace(CALL, summary=evil, description=evil), DAY)
    call = made.read(FIRST)
    assert call.summary == "Acme END:VEVENT BEGIN:VALARM ]0;owned"
    assert (call.description or "").splitlines() == ["Acme", "END:VEVENT", "BEGIN:VALARM ]0;owned"]
    assert call.alarm == []


def test_entries_are_private_and_nobody_is_written_to() -> None:
    """An employer may see the calendar; a calendar offers to write to the people of a meeting."""
    made = File().brought(CALL, DAY)
    assert [event.classification for event in events(made.raw)] == ["PRIVATE", "PRIVATE"]
    assert b"ORGANIZER" not in (made.raw or b"")
    assert b"ATTENDEE" not in (made.raw or b"")


def test_what_has_not_changed_is_not_written_anew() -> None:
    """Hours later the file is the same to the byte."""
    made = File().brought(CALL, DAY)
    first = made.raw
    made.now += timedelta(hours=7)
    assert made.brought(DAY, CALL).raw == first
    assert made.last == Feed(first or b"", 0, 0, 0, 2)


def test_what_has_changed_gets_the_next_sequence_and_nothing_else_does() -> None:
    """RFC 5546, section 2.1.4: a calendar that knows the entry takes the higher one."""
    made = File().brought(CALL, DAY)
    made.now += timedelta(hours=1)
    later = replace(CALL, begins=datetime(2026, 11, 18, 8, 30, tzinfo=UTC))
    made.brought(later, DAY)
    call, day = made.read(FIRST), made.read(SECOND)
    assert (call.sequence, day.sequence) == (1, 0)
    assert call.start == later.begins
    assert call.created == day.created == NOW.replace(microsecond=0)
    assert call.dtstamp == call.last_modified == made.now.replace(microsecond=0)
    assert day.last_modified == NOW.replace(microsecond=0)
    assert made.last is not None
    assert (made.last.added, made.last.changed, made.last.cancelled) == (0, 1, 0)


def test_what_no_longer_holds_is_cancelled_once() -> None:
    """Its reminder goes with it."""
    made = File().brought(CALL, DAY)
    made.now += timedelta(hours=1)
    made.brought(CALL)
    day = made.read(SECOND)
    assert (day.status, day.sequence) == (EventStatus.CANCELLED, 1)
    assert (day.start, day.summary) == (DAY.begins, DAY.summary)
    assert day.alarm == []
    cancelled = made.raw
    made.now += timedelta(hours=1)
    assert made.brought(CALL).raw == cancelled


def test_what_was_cancelled_may_hold_again() -> None:
    """With a SEQUENCE above that of the cancelling, or calendars would not show it."""
    made = File().brought(DAY).brought().brought(DAY)
    day = made.read(SECOND)
    assert (day.status, day.sequence) == (EventStatus.TENTATIVE, 2)


def test_the_cancelled_leaves_after_thirty_days() -> None:
    """Whoever has not looked for so long looks no more."""
    made = File().brought(DAY).brought()
    made.now += STAYS - timedelta(minutes=1)
    assert made.brought().has(SECOND)
    made.now += timedelta(minutes=2)
    assert not made.brought().has(SECOND)


def test_what_is_past_stays_as_it_was_for_thirty_days() -> None:
    """It was done: it is not cancelled, and it leaves when nobody looks back any more."""
    made = File().brought(CALL, DAY)
    made.now = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)
    first = made.raw
    assert made.brought().raw == first, "the call is past, and the promise is of today"
    made.now = datetime(2026, 12, 17, 8, 59, tzinfo=UTC)
    assert made.brought().has(FIRST)
    made.now = datetime(2026, 12, 17, 9, 1, tzinfo=UTC)
    assert not made.brought().has(FIRST)
    assert made.has(SECOND)
    made.now = datetime(2026, 12, 24, tzinfo=UTC)
    assert not made.brought().has(SECOND)


def test_what_may_come_again_stays_so_that_its_sequence_goes_on() -> None:
    """A draft may wait for two months before its ladder goes on."""
    made = File().brought(CALL, DAY)
    made.dormant = frozenset({FIRST, SECOND})
    made.brought()
    made.now += timedelta(days=60)
    made.brought()
    assert made.has(FIRST)
    assert made.has(SECOND)
    assert made.brought(replace(DAY, begins=made.now.date())).read(SECOND).sequence == 2


def test_an_entry_that_somebody_edited_in_the_file_is_put_right() -> None:
    """The file is written anew whenever something changes; it holds what followupd knows."""
    made = File().brought(CALL)
    made.raw = (made.raw or b"").replace(b"Call Dana", b"Ring Dana")
    call = made.brought(CALL).read(FIRST)
    assert (call.summary, call.sequence) == (CALL.summary, 1)


def test_line_ends_of_another_system_do_no_harm() -> None:
    """Some programs that carry files about change them."""
    made = File().brought(CALL, DAY)
    first, made.raw = made.raw, (made.raw or b"").replace(b"\r\n", b"\n")
    assert made.brought(CALL, DAY).raw == first


def test_an_empty_file_is_as_good_as_none() -> None:
    """There is nothing in it to be lost."""
    assert File(b"").brought(CALL).has(FIRST)
    assert File(b"\r\n").brought(CALL).has(FIRST)


_GOOD = File().brought(CALL, DAY).raw or b""


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"Dear diary,\n", "damaged, or no calendar"),
        (b"\xff\xfe\x00\x00", "damaged, or no calendar"),
        (_GOOD[:-40], "damaged, or no calendar"),
        (_GOOD + _GOOD, "damaged, or no calendar"),
        (_GOOD.replace(b"-//followupd//", b"-//Mozilla.org//"), "of another program"),
        (_GOOD.replace(b"20261117T083000Z", b"2026xx17"), "damaged"),
        (_GOOD.replace(SECOND.encode(), FIRST.encode()), "two of its entries"),
        (_GOOD.replace(FIRST.encode(), b"party@example.org"), "did not write"),
        (_GOOD.replace(b"-5000-", b"-4000-"), "did not write"),
        (_GOOD.replace(b"SEQUENCE:0\r\n", b""), "whose SEQUENCE"),
        (_GOOD.replace(b"SEQUENCE:0", b"SEQUENCE:0\r\nSEQUENCE:1"), "whose SEQUENCE"),
        (_GOOD.replace(b"VEVENT", b"VTODO"), "a VTODO"),
        (b"BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n", "no calendar"),
    ],
)
def test_a_file_of_somebody_else_or_a_damaged_one_is_refused(raw: bytes, why: str) -> None:
    """What is in it may be all there is of it."""
    assert raw != _GOOD
    with pytest.raises(NotOurs, match=why):
        File(raw).brought(CALL, DAY)


@given(data=st.data())
@settings(max_examples=200)
def test_a_file_with_some_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    """Whatever befell it; and what comes out is a calendar."""
    raw = bytearray(_GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw) - 1))
        end = data.draw(st.integers(start, min(start + 40, len(raw))))
        raw[start:end] = data.draw(st.binary(max_size=8))
    made = File(bytes(raw))
    try:
        made.brought(CALL, DAY)
    except NotOurs:
        return
    assert made.read(FIRST).summary == CALL.summary


def agenda_of(told: Story) -> Agenda:
    """The agenda of a story as of now."""

    def script(step: PlannedStep, at: datetime) -> str:
        return f"Hello, about {step.step}; \\ \u2028 \N{SNOWMAN}"

    plan = told.plan()
    return agenda(told.history, plan, told.cadence, told.workdays, told.now, script)


def bring(told: Story, made: File) -> None:
    """Bring the file up to date with a story, which may change nothing a second time."""
    current = agenda_of(told)
    made.dormant, made.now = current.dormant, told.now
    today = told.workdays.day_of(told.now)
    made.raw = feed(current.entries, made.dormant, made.raw, made.now, today).raw
    assert feed(current.entries, made.dormant, made.raw, made.now, today).raw == made.raw


@given(told=wild_stories(), data=st.data())
@FEW
def test_any_history_gives_a_file_that_every_reader_takes(told: Story, data: st.DataObject) -> None:
    """With UIDs of their own; what changes later has a higher SEQUENCE, what stays the same one."""
    made, names = File(), tuple(step.name for step in told.cadence.steps)
    known: dict[str, Event] = {}
    for _ in range(3):
        bring(told, made)
        found = events(made.raw)
        uids = [event.uid for event in found]
        assert len(uids) == len(set(uids))
        second = vobject.readOne((made.raw or b"").decode())
        assert sorted(e.uid.value for e in second.contents.get("vevent", [])) == sorted(uids)
        for event in found:
            before = known.get(event.uid)
            if before is not None and before != event:
                assert (event.sequence or 0) == (before.sequence or 0) + 1
        known = {event.uid: event for event in found}
        told.record(*data.draw(st.lists(wild_events(names), max_size=3)))
        told.now += data.draw(st.timedeltas(timedelta(0), timedelta(days=40)))


def test_the_file_of_a_whole_ladder_tells_it_step_by_step() -> None:
    """The check-in waits, so what follows it is called off; it is sent, and all comes back."""
    told, made = story(DANA, NINA, held="2026-11-03 10:00"), File()
    told.until("2026-11-04 12:00")
    told.send("thank-you")
    bring(told, made)

    def stands(what: str) -> tuple[EventStatus | None, int | None]:
        event = next(each for each in events(made.raw) if what in (each.summary or ""))
        return event.status, event.sequence

    assert stands("network") == (EventStatus.TENTATIVE, 0)
    told.until("2026-11-17 09:00")
    bring(told, made)
    assert stands("check-in") == (EventStatus.CONFIRMED, 1)
    assert stands("network") == (EventStatus.CANCELLED, 1)
    told.send("check-in")
    bring(told, made)
    assert stands("check-in") == (EventStatus.CONFIRMED, 1), "what is done stays as it was"
    assert stands("network") == (EventStatus.CONFIRMED, 2)
    told.reply(DANA)
    bring(told, made)
    assert stands("network") == (EventStatus.CANCELLED, 3)
    assert stands("expect to hear") == (EventStatus.CONFIRMED, 0)

"""An invitation is read as it was meant, above all its hour, whoever wrote it."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.reading.addresses import Address
from followupd.reading.invitation import Invitation, read_invitation
from followupd.reading.invitation.shape import interview_shape
from followupd.reading.parts import walk
from tests.support.calendars import (
    ALL_OURS,
    APPLE,
    AT_TEN,
    BERLIN,
    CALENDLY,
    EXCHANGE,
    GOOGLE,
    OWN,
    THUNDERBIRD,
    event,
    read,
)

CORPUS = Path(__file__).parents[3] / "shared" / "corpora"


def test_an_invitation_of_google_is_read_whole() -> None:
    """Folded in the middle of words, HTML in the description, a room among the attendees."""
    assert read(GOOGLE) == Invitation(
        method="REQUEST",
        uid="5q0example@google.com",
        sequence=2,
        summary="Interview with Acme \N{EN DASH} Backend Engineer",
        description="We look forward to it, Robin!\n\nPlease bring a notebook.",
        location="Acme, Main Street 1",
        starts_at=datetime(2026, 12, 1, 9, tzinfo=UTC),
        ends_at=datetime(2026, 12, 1, 10, tzinfo=UTC),
        whole_day=None,
        days=0,
        zone="UTC",
        organizer=Address("Dana Fox", "dana@acme.example"),
        attendees=(Address("", "robin@example.org"), Address("Dana Fox", "dana@acme.example")),
        cancelled=False,
        recurring=False,
    )


@pytest.mark.parametrize(
    ("calendar", "minutes", "zone"),
    [
        (GOOGLE, 60, "UTC"),
        (EXCHANGE, 60, "Europe/Berlin"),
        (APPLE, 45, "Europe/Berlin"),
        (CALENDLY, 30, "UTC"),
        (THUNDERBIRD, 90, "Europe/Berlin"),
    ],
)
def test_every_programs_invitation_is_at_ten_in_berlin(
    calendar: str, minutes: int, zone: str
) -> None:
    """The same moment, however it is written, and its length."""
    found = read(calendar, ZoneInfo("America/New_York"))
    assert found.starts_at == AT_TEN
    assert found.ends_at == AT_TEN + timedelta(minutes=minutes)
    assert found.zone == zone


def test_an_alarm_in_the_event_changes_nothing_of_it() -> None:
    """Outlook puts a reminder with a description of its own inside."""
    assert read(EXCHANGE).description == "Guten Tag\nwir freuen uns."


def test_an_address_beside_a_path_and_a_name_with_a_comma_are_read() -> None:
    """Apple names the address in a parameter; Exchange quotes "Fox, Dana"."""
    assert read(APPLE).organizer == Address("Dana Fox", "dana@acme.example")
    assert read(EXCHANGE).organizer == Address("Fox, Dana", "dana@acme.example")


@pytest.mark.parametrize(
    "line",
    [
        "ORGANIZER:MAILTO:dana@acme.example",
        "ORGANIZER:dana@acme.example",
        'ORGANIZER;CN=Dana "Foxy" Fox:mailto:dana@acme.example',
        "ORGANIZER;CN=Dana: Acme:mailto:dana@acme.example",
        "ORGANIZER;CN:mailto:dana@acme.example",
        "ORGANIZER;;CN=Dana:mailto:dana@acme.example",
        "ORGANIZER;CN=dana@acme.example:mailto:dana@acme.example?subject=x",
        'ORGANIZER;SENT-BY="mailto:assistant@acme.example":mailto:dana@acme.example',
    ],
)
def test_an_organizer_is_found_in_a_line_that_is_not_well_formed(line: str) -> None:
    """Quotes, colons and empty parameters in names come from real programs."""
    found = read(event(line)).organizer
    assert found is not None
    assert found.address == "dana@acme.example"


@pytest.mark.parametrize(
    ("tzid", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Romance Standard Time", "Europe/Paris"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("/freeassociation.sourceforge.net/Europe/Berlin", "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "Europe/Berlin"),
        ("/mozilla.org/20070129_1/America/Argentina/Salta", "America/Argentina/Salta"),
        ("/citadel.org/20260101_1/UTC", "UTC"),
        ('"Asia/Tokyo"', "Asia/Tokyo"),
        ("GMT", "UTC"),
    ],
)
def test_a_zone_is_known_by_its_many_names(tzid: str, zone: str) -> None:
    """IANA, Windows, and both behind a vendor's prefix."""
    found = read(event(f"DTSTART;TZID={tzid}:20260701T100000"))
    assert found.zone == zone
    assert found.starts_at == datetime(2026, 7, 1, 10, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    "tzid", ["Nowhere/Land", "Customized Time Zone", "../../etc/passwd", "Europe", "localtime"]
)
def test_a_broken_zone_means_the_users_and_says_so(tzid: str) -> None:
    """The hour is then the user's own, and `zone` is empty."""
    found = read(event(f"DTSTART;TZID={tzid}:20261201T100000"))
    assert found.starts_at == AT_TEN
    assert found.zone == ""


def test_a_time_without_a_zone_is_the_calendars_or_the_users() -> None:
    """X-WR-TIMEZONE speaks for floating times (RFC 5545, section 3.3.5, form 1)."""
    floating = "DTSTART:20261201T100000"
    assert read(event(floating)).starts_at == AT_TEN
    assert read(event(floating)).zone == ""
    found = read(event(floating, before="X-WR-TIMEZONE:America/New_York\n"))
    assert found.starts_at == datetime(2026, 12, 1, 15, tzinfo=UTC)
    assert found.zone == "America/New_York"


def test_a_moment_in_utc_stays_one_although_a_zone_stands_beside_it() -> None:
    """Some programs write both; the zone then only tells how to show it."""
    found = read(event("DTSTART;TZID=America/New_York:20261201T090000Z"))
    assert found.starts_at == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert found.zone == "America/New_York"


OWN_ZONE = """BEGIN:VTIMEZONE
TZID:(UTC+01:00) Our Town
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
"""


@pytest.mark.parametrize(
    ("wall", "hours"),
    [
        ("20260101T100000", 1),
        ("20260329T015959", 1),
        ("20260329T030000", 2),
        ("20260701T100000", 2),
        ("20261025T020000", 2),
        ("20261025T030000", 1),
        ("20261231T235959", 1),
    ],
)
def test_a_zone_that_only_the_calendar_explains_has_its_offsets(wall: str, hours: int) -> None:
    """Summer and winter begin when its rules say; so too where its name lacks the quotes."""
    line = f'DTSTART;TZID="(UTC+01:00) Our Town":{wall}'
    found = read(event(line, before=OWN_ZONE), ZoneInfo("Asia/Tokyo"))
    assert read(event(line.replace('"', ""), before=OWN_ZONE), ZoneInfo("Asia/Tokyo")) == found
    assert found.starts_at is not None
    assert found.starts_at.utcoffset() == timedelta(hours=hours)
    assert found.starts_at.strftime("%Y%m%dT%H%M%S") == wall
    assert found.zone == ""


@pytest.mark.parametrize(
    ("rule", "hours"),
    [
        ("RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU", 3),
        ("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU;UNTIL=20200101T000000Z", 3),
        ("RDATE:20260308T020000", 3),
        ("RRULE:FREQ=SECONDLY", 3),
        ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", 3),
        ("RRULE:FREQ=YEARLY;BYMONTH=99;BYDAY=9XX;UNTIL=never", 3),
    ],
)
def test_any_rule_of_a_zone_is_read_or_left_out(rule: str, hours: int) -> None:
    """A rule of another kind is never unrolled; the first beginning still counts."""
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:DAYLIGHT\nDTSTART:20070311T020000\n"
        f"TZOFFSETFROM:+0200\nTZOFFSETTO:+0300\n{rule}\nEND:DAYLIGHT\nEND:VTIMEZONE\n"
    )
    found = read(event("DTSTART;TZID=Ours:20260701T100000", before=zone))
    assert found.starts_at == datetime(2026, 7, 1, 10, tzinfo=timezone(timedelta(hours=hours)))


def test_a_zone_that_begins_and_ends_with_the_calendar_is_read() -> None:
    """Whoever counts back from the first day there is must not lose the mail."""
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:00010101T000000\n"
        "TZOFFSETFROM:+0200\nTZOFFSETTO:+0300\n"
        "RRULE:FREQ=YEARLY;UNTIL=00010101T000000Z\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    found = read(event("DTSTART;TZID=Ours:20260701T100000", before=zone))
    assert found.starts_at == datetime(2026, 7, 1, 10, tzinfo=timezone(timedelta(hours=3)))


def test_a_zone_of_one_calendar_means_nothing_in_the_next() -> None:
    """No stranger's mail moves the hours of another."""
    line = 'DTSTART;TZID="(UTC+01:00) Our Town":20260701T100000'
    read(event(line, before=OWN_ZONE))
    found = read(event(line), ZoneInfo("Asia/Tokyo"))
    assert found.starts_at == datetime(2026, 7, 1, 10, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize(
    ("lines", "day", "days"),
    [
        (("DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261202"), 1, 1),
        (("DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261205"), 1, 4),
        (("DTSTART;VALUE=DATE:20261201", "DURATION:P2D"), 1, 2),
        (("DTSTART:20261201",), 1, 1),
        (
            (
                "DTSTART;TZID=Europe/Berlin:20261201T000000",
                "DTEND;TZID=Europe/Berlin:20261203T000000",
                "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
            ),
            1,
            2,
        ),
    ],
)
def test_a_whole_day_has_no_hour(lines: tuple[str, ...], day: int, days: int) -> None:
    """By a date, or by Exchange's midnight with its mark."""
    found = read(event(*lines))
    assert (found.whole_day, found.days) == (date(2026, 12, day), days)
    assert (found.starts_at, found.ends_at, found.zone) == (None, None, "")


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:99991231T235959Z",),
        ("DTSTART:00010101T000000Z",),
        ("DTSTART;TZID=Asia/Tokyo:99991231T235959",),
        ("DTSTART:20261340T250000Z",),
        ("DTSTART:tomorrow at ten",),
        ("DTSTART:",),
        ("SUMMARY:No time at all",),
        ("DTSTART;VALUE=DATE:00000000",),
    ],
)
def test_a_time_that_cannot_be_is_no_time(lines: tuple[str, ...]) -> None:
    """The event is read without it: a calling-off often has none."""
    found = read(event(*lines))
    assert (found.starts_at, found.ends_at, found.whole_day) == (None, None, None)


@pytest.mark.parametrize(
    "line",
    [
        "DTEND:20261130T100000Z",
        "DURATION:-PT1H",
        "DURATION:P99999999999W",
        "DURATION:an hour",
        "DTEND:99991231T235959Z",
        "LOCATION:here",
    ],
)
def test_an_end_that_cannot_be_is_no_end(line: str) -> None:
    """Before its beginning, beyond all measure, or not there."""
    found = read(event("DTSTART:20261201T090000Z", line))
    assert (found.starts_at, found.ends_at) == (AT_TEN, None)


@pytest.mark.parametrize("method", ["REQUEST", "COUNTER", "CANCEL", "REPLY", "PUBLISH"])
def test_the_method_tells_what_is_done_with_it(method: str) -> None:
    """CANCEL calls it off; the others do not."""
    found = read(event("DTSTART:20261201T090000Z", method=method.lower()))
    assert (found.method, found.cancelled) == (method, method == "CANCEL")


def test_an_event_whose_status_is_cancelled_is_called_off() -> None:
    """Some programs send a REQUEST for it."""
    assert read(event("STATUS:CANCELLED")).cancelled


def test_the_event_counts_that_is_no_exception() -> None:
    """An exception to a recurrence may stand first; alone it counts."""
    exception = "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20261201T090000Z\nSUMMARY:moved\nEND:VEVENT\n"
    found = read(event("RRULE:FREQ=DAILY", "SUMMARY:whole", before=exception))
    assert (found.summary, found.recurring) == ("whole", True)
    assert read(f"BEGIN:VCALENDAR\n{exception}END:VCALENDAR\n").summary == "moved"


@pytest.mark.parametrize(
    "raw",
    [
        EXCHANGE.encode(),
        EXCHANGE.replace("\n", "\r\n").encode(),
        EXCHANGE.replace("\n", "\r").encode(),
        EXCHANGE.replace("\n", "\r\r\n").encode(),
        b"\xef\xbb\xbf" + EXCHANGE.encode(),
        b"\xff\xfe" + EXCHANGE.encode("utf-16-le"),
        b"\xfe\xff" + EXCHANGE.encode("utf-16-be"),
        EXCHANGE.encode("cp1252"),
        EXCHANGE.partition("END:VALARM")[0].encode(),
        EXCHANGE.partition("BEGIN:VCALENDAR")[2].encode(),
        EXCHANGE.lower().encode().replace(b"vorst", b"Vorst"),
    ],
)
def test_line_ends_marks_and_charsets_make_no_difference(raw: bytes) -> None:
    """Nor does a calendar cut off, or one in small letters."""
    found = read_invitation(raw, ZoneInfo("Asia/Tokyo"))
    assert found is not None
    assert found.summary == "Vorstellungsgespräch"
    assert found.starts_at == AT_TEN


def test_a_character_that_is_folded_in_its_middle_is_whole_again() -> None:
    """Old programs fold after 75 bytes, wherever that is."""
    raw = event("SUMMARY:Gespr\u00e4ch").encode().replace(b"\xc3\xa4", b"\xc3\r\n \xa4")
    found = read_invitation(raw, BERLIN)
    assert found is not None
    assert found.summary == "Gespräch"


def test_text_of_a_calendar_is_clean_and_capped() -> None:
    """No control character and nothing endless gets through."""
    found = read(
        event(
            "SUMMARY:a\\nb\x1b[31m\u202ec" + "d" * 900,
            "UID:" + "u" * 900,
            "DESCRIPTION:" + "x" * 9000,
            "LOCATION:" + "l" * 900,
            "SEQUENCE:99999999999999999999",
        )
    )
    assert found.summary.startswith("a b [31mc")
    lengths = (len(found.summary), len(found.description), len(found.location))
    assert lengths == (300, 4000, 300)
    assert (found.uid, found.sequence) == ("1", 0)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0",
        b"BEGIN:VCALENDAR\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nEND:VTODO\nEND:VCALENDAR",
        b"BEGIN:VEVENT",
        b"<html>no calendar</html>",
    ],
)
def test_what_holds_no_event_is_none(raw: bytes) -> None:
    """Nothing is made up."""
    assert read_invitation(raw, BERLIN) is None


START = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
HOSTILE = {
    "nested": b"BEGIN:VEVENT\r\n" * 5000,
    "attendees": START + b"".join(b"ATTENDEE:mailto:a%d@b.example\r\n" % n for n in range(10_000)),
    "quotes": START + b'ATTENDEE;CN="' * 5000,
    "folds": START + b"\n " * 32_000,
    "newlines": b"\r\n" * 32_000,
    "markup": START + b"DESCRIPTION:" + b"<br <a" * 11_000,
    "mailto": START + b"ORGANIZER:" + b"mailto:" * 9000,
    "rdates": b"BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:q\nBEGIN:STANDARD\nDTSTART:20000101T000000"
    b"\nTZOFFSETTO:+0100\nRDATE:" + b"20200101T000000," * 3000 + b"\n" + START,
    "digits": START + b"DTSTART:20260101T000000Z\r\nDURATION:P" + b"9" * 60_000 + b"W",
    "recurs": START + b"DTSTART:20260101T000000Z\r\nRRULE:FREQ=SECONDLY\r\n" * 1000,
    "backslashes": START + b"SUMMARY:" + b"\\" * 65_000,
    "encoded": START + b"ORGANIZER;CN=" + b"=?x?q?" * 9000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_calendar_costs_little(name: str) -> None:
    """A few hundredths of a second were measured; the bound leaves room for a slow machine."""
    before = time.process_time()
    found = read_invitation(HOSTILE[name], BERLIN)
    assert time.process_time() - before < 2
    assert found is None or len(found.attendees) <= 50


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_exception(raw: bytes) -> None:
    """Alone and inside an event."""
    read_invitation(raw, BERLIN)
    read_invitation(START + raw, BERLIN)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(ALL_OURS), st.lists(st.tuples(st.integers(0, 1500), st.binary(max_size=6))))
def test_any_damage_is_read_without_an_exception(
    calendar: str, damages: list[tuple[int, bytes]]
) -> None:
    """Whatever becomes of it, what is read is aware and within bounds, and is judged."""
    raw = bytearray(calendar.encode())
    for place, damage in damages:
        raw[place : place + len(damage)] = damage
    found = read_invitation(bytes(raw), BERLIN)
    if found is not None:
        assert found.starts_at is None or found.starts_at.utcoffset() is not None
        interview_shape(found, subject="", text=found.description, own_addresses=OWN)


@pytest.mark.corpus
@pytest.mark.skipif(
    not (CORPUS / "labels.csv").is_file(),
    reason="the corpus of real mail does not lie beside the checkout (../shared/corpora)",
)
def test_the_calendars_of_the_corpus_are_read() -> None:
    """All of them without an exception; all that hold an event with its time, none an interview."""
    labels = (CORPUS / "labels.csv").read_text("utf-8").splitlines()
    paths = [CORPUS / line.split(",")[0] for line in labels if ",calendar," in line]
    assert len(paths) == 24
    calendars = []
    for path in paths:
        raw = path.read_bytes()
        parts = (p.data for p in walk(raw) if p.content_type.media_type == "text/calendar")
        calendars.append(raw if path.suffix == ".ics" else next(parts))
    found = [read_invitation(raw, BERLIN) for raw in calendars]
    events = [each for each in found if each is not None]
    assert len(events) == sum(b"BEGIN:VEVENT" in raw.upper() for raw in calendars)
    assert all(each.starts_at or each.whole_day for each in events)
    assert not any(interview_shape(each, subject="", text="", own_addresses=OWN) for each in events)

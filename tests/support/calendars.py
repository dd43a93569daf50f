"""Calendars as the programs that send invitations write them, and how a test makes its own."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from followupd.reading.invitation import Invitation, read_invitation

BERLIN = ZoneInfo("Europe/Berlin")
OWN = frozenset({"robin@example.org"})

DANA = "Dana Fox <dana@acme.example>"
ROBIN = "Robin Doe <robin@example.org>"
AT_TEN = datetime(2026, 12, 1, 10, tzinfo=BERLIN)

GOOGLE = """BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:REQUEST
BEGIN:VEVENT
DTSTART:20261201T090000Z
DTEND:20261201T100000Z
DTSTAMP:20261120T120000Z
ORGANIZER;CN=Dana Fox:mailto:dana@acme.example
UID:5q0example@google.com
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=
 TRUE;CN=robin@example.org;X-NUM-GUESTS=0:mailto:robin@example.org
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Dana F
 ox;X-NUM-GUESTS=0:mailto:dana@acme.example
ATTENDEE;CUTYPE=RESOURCE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN="BER-2 (
 8)":mailto:c_188example@resource.calendar.google.com
X-GOOGLE-CONFERENCE:https://meet.google.com/abc-defg-hij
DESCRIPTION:<p>We look forward to it\\, Robin!</p><p>Please bring a&nbsp\\;note
 book.</p>
LOCATION:Acme\\, Main Street 1
SEQUENCE:2
STATUS:CONFIRMED
SUMMARY:Interview with Acme \N{EN DASH} Backend Engineer
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
"""
EXCHANGE = """BEGIN:VCALENDAR
METHOD:REQUEST
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
ORGANIZER;CN="Fox, Dana":mailto:dana@acme.example
ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN="'robin@ex
 ample.org'":MAILTO:robin@example.org
DESCRIPTION;LANGUAGE=de-DE:Guten Tag\\nwir freuen uns.\\n
UID:040000008200E00074C5B7101A82E008
SUMMARY;LANGUAGE=de-DE:Vorstellungsgespräch
DTSTART;TZID=W. Europe Standard Time:20261201T100000
DTEND;TZID=W. Europe Standard Time:20261201T110000
SEQUENCE:0
LOCATION;LANGUAGE=de-DE:Microsoft Teams-Besprechung
X-MICROSOFT-CDO-APPT-SEQUENCE:0
X-MICROSOFT-CDO-ALLDAYEVENT:FALSE
BEGIN:VALARM
DESCRIPTION:REMINDER
TRIGGER;RELATED=START:-PT15M
ACTION:DISPLAY
END:VALARM
END:VEVENT
END:VCALENDAR
"""
APPLE = """BEGIN:VCALENDAR
CALSCALE:GREGORIAN
PRODID:-//Apple Inc.//macOS 15.0//EN
METHOD:REQUEST
VERSION:2.0
BEGIN:VEVENT
DTEND;TZID=Europe/Berlin:20261201T104500
UID:0E6C5B5A-EXAMPLE
SUMMARY:Technical Interview
DTSTART;TZID=Europe/Berlin:20261201T100000
X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC
ORGANIZER;CN="Dana Fox";EMAIL="dana@acme.example":/aMTIzNDU2/principal/
ATTENDEE;CN="Robin Doe";CUTYPE=INDIVIDUAL;EMAIL="robin@example.org":mailto:
 robin@example.org
END:VEVENT
END:VCALENDAR
"""
CALENDLY = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Calendly//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
BEGIN:VEVENT
DTSTART:20261201T090000Z
DTEND:20261201T093000Z
DTSTAMP:20261120T120000Z
CLASS:PRIVATE
DESCRIPTION:Event Name: 30 Minute Interview\\n\\nNeed to make changes?
SUMMARY:30 Minute Interview: Robin Doe and Dana Fox
UID:calendly-1
LOCATION:Phone call
END:VEVENT
END:VCALENDAR
"""
THUNDERBIRD = """BEGIN:VCALENDAR
PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN
VERSION:2.0
METHOD:REQUEST
BEGIN:VEVENT
UID:9f0example
SUMMARY:Kennenlerngespräch
DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261201T100000
DURATION:PT1H30M
ORGANIZER;CN=Dana Fox:mailto:dana@acme.example
ATTENDEE;RSVP=TRUE;CN=Robin Doe:mailto:robin@example.org
SEQUENCE:1
END:VEVENT
END:VCALENDAR
"""
ALL_OURS = (GOOGLE, EXCHANGE, APPLE, CALENDLY, THUNDERBIRD)


def read(calendar: str, default: ZoneInfo = BERLIN) -> Invitation:
    """Read a calendar that must hold an event; its lines end as on the wire."""
    found = read_invitation(calendar.replace("\n", "\r\n").encode(), default)
    assert found is not None
    return found


def event(*lines: str, before: str = "", method: str = "REQUEST") -> str:
    """A calendar with one event of some lines."""
    body = "\n".join(lines)
    return (
        f"BEGIN:VCALENDAR\nMETHOD:{method}\n{before}BEGIN:VEVENT\nUID:1\n{body}\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )


def person(name: str, written: str) -> str:
    """An ORGANIZER or ATTENDEE line."""
    called, _, address = written.rpartition("<")
    return f'{name};CN="{called.strip()}":mailto:{address.rstrip(">")}'


def invited(
    summary: str,
    organizer: str = DANA,
    *lines: str,
    description: str = "",
    attendees: tuple[str, ...] = (ROBIN,),
    method: str = "REQUEST",
) -> Invitation:
    """An invitation of the user at ten on 1 December."""
    escaped = description.replace(",", "\\,").replace("\n", "\\n")
    return read(
        event(
            f"SUMMARY:{summary.replace(',', chr(92) + ',')}",
            f"DESCRIPTION:{escaped}",
            *(() if "DTSTART" in "".join(lines) else ("DTSTART:20261201T090000Z",)),
            *((person("ORGANIZER", organizer),) if organizer else ()),
            *(person("ATTENDEE", each) for each in attendees),
            *lines,
            method=method,
        )
    )

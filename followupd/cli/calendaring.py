"""`calendar`: what belongs into the user's calendar, shown or written to an iCalendar file."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from followupd.cli.desk import open_desk
from followupd.cli.format import iso, moment
from followupd.cli.screen import Screen, print_json
from followupd.domain.days import say_day
from followupd.errors import UsageError
from followupd.service.calendar_writing import agenda_of, feed_of, update
from followupd.writing.shipped import shipped_templates
from followupd.writing.templates import Templates

if TYPE_CHECKING:
    from argparse import Namespace

    from followupd.cli.desk import Desk
    from followupd.domain.agenda import Agenda
    from followupd.domain.entries import Entry
    from followupd.service.clock import Clock
    from followupd.writing.calendar_feed import Feed

STDOUT = "-"


def calendar(arguments: Namespace, clock: Clock) -> int:
    """Show the entries, or write them."""
    if arguments.ics == "":
        raise UsageError("--ics is empty; name a file, such as interviews.ics, or - for the screen")
    if arguments.ics == STDOUT and arguments.json:
        raise UsageError("--ics - and --json both print; choose one of them, or name a file")
    with open_desk(arguments, clock) as desk:
        agendas = _agendas(desk)
        if arguments.ics == STDOUT:
            sys.stdout.flush()
            sys.stdout.buffer.write(feed_of(agendas, None, desk.now, desk.today).raw)
            return 0
        feed = None
        if arguments.ics is not None:
            feed = update(Path(arguments.ics), agendas, desk.now, desk.today)
        entries = sorted(
            (e for each in agendas for e in each.entries), key=lambda entry: _begins(entry, desk)
        )
        if arguments.json:
            print_json(_to_json(entries, arguments.ics, feed, desk))
        elif feed is not None:
            _tell(Screen(), arguments.ics, feed)
        else:
            _show(Screen(), entries, desk)
    return 0


def _agendas(desk: Desk) -> list[Agenda]:
    templates = Templates(shipped_templates(desk.settings.user.templates))
    histories = desk.histories()
    return [
        agenda_of(
            history,
            desk.plan(history, histories),
            desk.settings,
            desk.workdays,
            templates,
            desk.now,
        )
        for history in histories.values()
        if history.closed is None
    ]


def _begins(entry: Entry, desk: Desk) -> datetime:
    """When the entry begins; a whole day with its first moment."""
    if isinstance(entry.begins, datetime):
        return entry.begins.astimezone(UTC)
    return desk.workdays.at(entry.begins, time.min).astimezone(UTC)


def _show(screen: Screen, entries: list[Entry], desk: Desk) -> None:
    if not entries:
        screen.line("Nothing belongs into your calendar now: no interview is open.")
        return
    rows = []
    for entry in entries:
        when = (
            moment(entry.begins, desk.today, desk.workdays)
            if isinstance(entry.begins, datetime)
            else say_day(entry.begins, desk.today)
        )
        rows.append((when, f"{entry.summary}{' (a guess)' if entry.is_tentative else ''}"))
    screen.table(("WHEN", "WHAT"), rows)
    screen.line()
    kept = desk.settings.calendar
    if kept is not None:
        screen.line(f"`followupd run` keeps {kept} current.")
    else:
        screen.line("For your calendar: followupd calendar --ics FILE")


def _tell(screen: Screen, place: str, feed: Feed) -> None:
    """What became of the file."""
    news = [
        f"{count} {word}"
        for count, word in (
            (feed.added, "new"),
            (feed.changed, "changed"),
            (feed.cancelled, "cancelled"),
        )
        if count
    ]
    total = "1 entry is" if feed.total == 1 else f"{feed.total} entries are"
    said = ", ".join(news) or "nothing has changed"
    screen.line(f"{total} in {place}: {said}.")


def _to_json(entries: list[Entry], place: str | None, feed: Feed | None, desk: Desk) -> object:
    return {
        "file": place,
        "added": feed.added if feed is not None else None,
        "changed": feed.changed if feed is not None else None,
        "cancelled": feed.cancelled if feed is not None else None,
        "entries": [
            {
                "id": entry.interview_id,
                "kind": entry.kind.value,
                "begins": iso(entry.begins, desk.workdays)
                if isinstance(entry.begins, datetime)
                else entry.begins.isoformat(),
                "ends": iso(entry.begins + entry.lasts, desk.workdays)
                if isinstance(entry.begins, datetime) and entry.lasts is not None
                else None,
                "tentative": entry.is_tentative,
                "summary": entry.summary,
                "description": entry.description,
                "uid": entry.uid,
            }
            for entry in entries
        ],
    }

"""When a digest is due, and what is remembered of each day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from followupd.config import Digest, DigestWay, parse
from followupd.mailbox.responses import Mailbox
from followupd.service.digest_journal import (
    Journal,
    digest_problem,
    next_digest_at,
    told_until,
)
from followupd.store import DATABASE, DigestRecord, DigestState, Store
from tests.support.cli import CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from followupd.config import Settings

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 12, 8)


def berlin(text: str) -> datetime:
    """A wall time in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new one."""
    store = Store.open(tmp_path / DATABASE)
    yield store
    store.close()


def settings(at: time = time(8, 0), via: DigestWay = DigestWay.IMAP) -> Settings:
    return replace(parse(CONFIG), digest=Digest(at, via, "personal"))


def next_at(store: Store, now: str, via: DigestWay = DigestWay.IMAP) -> str:
    found = next_digest_at(settings(via=via), store, berlin(now).astimezone(UTC))
    assert found is not None
    return f"{found:%Y-%m-%d %H:%M}"


def journal(store: Store, now: str = "2026-12-08 08:00") -> Journal:
    return Journal(store, TODAY, berlin(now))


def test_without_a_section_there_is_never_one(store: Store) -> None:
    """Nobody is written to who did not ask for it."""
    assert next_digest_at(parse(CONFIG), store, berlin("2026-12-08 08:00")) is None


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-12-08 00:00", "2026-12-08 08:00"),
        ("2026-12-08 08:00", "2026-12-08 08:00"),
        ("2026-12-08 23:59", "2026-12-08 08:00"),
        ("2026-12-12 09:00", "2026-12-12 08:00"),
    ],
)
def test_a_day_s_digest_is_due_from_its_time_until_the_day_ends(
    store: Store, now: str, due: str
) -> None:
    """Also on a Saturday, and where the daemon was not running then."""
    assert next_at(store, now) == due


def test_the_next_one_comes_the_next_day(store: Store) -> None:
    """Once it was delivered, or there was nothing to say."""
    journal(store).placed("<d@x>")
    assert next_at(store, "2026-12-08 09:00") == "2026-12-09 08:00"
    journal(store).nothing()
    assert next_at(store, "2026-12-08 09:00") == "2026-12-09 08:00"


def test_a_time_that_the_clocks_jump_over_is_after_the_jump(store: Store) -> None:
    """On 28 March 2027 there is no 02:30 in Berlin."""
    now = berlin("2027-03-28 01:00")
    found = next_digest_at(settings(time(2, 30)), store, now)
    assert found == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_what_surely_did_not_arrive_is_tried_again_that_day(store: Store) -> None:
    """Ten minutes later; at night the next day's takes its place."""
    journal(store).not_yet("no server", berlin("2026-12-08 12:00"))
    assert next_at(store, "2026-12-08 12:00") == "2026-12-08 12:10"
    journal(store).not_yet("no server", berlin("2026-12-08 23:55"))
    assert next_at(store, "2026-12-08 23:55") == "2026-12-09 08:00"


def test_what_was_handed_over_is_looked_for_in_a_mailbox_only(store: Store) -> None:
    """Nobody else can be asked."""
    journal(store).handing_over("<d@x>", "it was being sent", Mailbox(7, 42, 3))
    assert next_at(store, "2026-12-08 08:01") == "2026-12-08 08:05"
    assert next_at(store, "2026-12-08 08:01", via=DigestWay.SMTP) == "2026-12-09 08:00"
    mark = journal(store).inbox_before()
    assert mark is not None
    assert (mark.uidvalidity, mark.last_uid) == (7, 41)


def test_a_problem_is_told_until_a_digest_comes(store: Store) -> None:
    """With the moment at which it began; another problem begins anew."""

    def told() -> tuple[str, str] | None:
        with store.look() as reading:
            health = digest_problem(reading)
        if health is None or health.problem_since is None:
            return None
        return health.problem, f"{health.problem_since.astimezone(BERLIN):%H:%M}"

    assert told() is None
    journal(store).not_yet("no server", berlin("2026-12-08 08:00"))
    journal(store).not_yet("no server", berlin("2026-12-08 08:10"))
    assert told() == ("no server", "08:00")
    journal(store).not_yet("no login", berlin("2026-12-08 08:20"))
    assert told() == ("no login", "08:20")
    journal(store).placed("<d@x>")
    assert told() is None


def test_news_begins_where_the_last_digest_ended(store: Store) -> None:
    """A little before: what was being recorded just then is told twice rather than never."""

    def since(now: str) -> datetime:
        with store.look() as reading:
            return told_until(reading, TODAY, berlin(now))

    first = since("2026-12-08 08:00")
    assert first == berlin("2026-12-01 08:00")
    yesterday = DigestRecord(
        TODAY - timedelta(days=1), berlin("2026-12-07 08:00"), DigestState.NOTHING
    )
    failed = DigestRecord(TODAY, berlin("2026-12-08 08:00"), DigestState.INTENDED, "<d@x>")
    with store.begin() as change:
        change.put_digest(yesterday)
        change.put_digest(failed)
    assert since("2026-12-08 09:00") == berlin("2026-12-07 07:58")

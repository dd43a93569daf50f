"""Whatever fails, nothing half-done is stored, and the user is told what to do."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from followupd.domain.events import Noted, Reopened
from followupd.errors import StoreError
from followupd.store import Cursor, Store, Transaction
from followupd.store.open import CHECKED_UP_TO, open_database
from tests.unit.test_store import NOW, added, intent

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LONG = Noted(at=NOW, text="x" * 200_000)

WRITER = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from followupd.domain.events import Noted
from followupd.store import Store
store = Store.open(Path(sys.argv[1]))
with store.begin() as change:
    change._connection.exec_driver_sql("PRAGMA cache_size=10")
    for _ in range(100):
        change.append(1, Noted(at=datetime.now(timezone.utc), text="x" * 5000))
    print("written", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one interview."""
    path = tmp_path / "followupd.db"
    store = Store.open(path)
    with store.begin() as change:
        change.add(added())
    store.close()
    return path


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """The open store of that database."""
    store = Store.open(path)
    yield store
    store.close()


def no_more_room(change: Transaction) -> None:
    """Let the database grow by not one page more."""
    pages = change._connection.scalar(text("PRAGMA page_count"))
    change._connection.execute(text(f"PRAGMA max_page_count={pages}"))


def room_again(store: Store) -> None:
    """The limit belongs to the connection."""
    store._engine.dispose()


def test_a_full_disk_is_named_and_nothing_of_the_transaction_is_stored(store: Store) -> None:
    """Cursor and event go together: without room for one, the other is not kept either."""

    def write() -> None:
        with store.begin() as change:
            no_more_room(change)
            change.set_cursor(Cursor("personal", "INBOX", 1, 1, NOW))
            change.append(1, LONG)

    with pytest.raises(StoreError, match="disk is full"):
        write()
    with store.look() as view:
        assert view.cursor("personal", "INBOX") is None
        assert len(view.chronicle(1).events) == 1
    room_again(store)
    with store.begin() as change:
        assert change.append(1, LONG) is not None


def test_who_swallows_a_full_disk_still_stores_nothing(store: Store) -> None:
    """SQLite may have taken the first half back, so the second half must not be kept alone."""

    def write() -> None:
        with store.begin() as change:
            no_more_room(change)
            change.set_cursor(Cursor("personal", "INBOX", 1, 1, NOW))
            for event in (LONG, Reopened(at=NOW)):
                with pytest.raises(StoreError, match="disk is full"):
                    change.append(1, event)
            with pytest.raises(StoreError, match="disk is full"):
                change.chronicles()

    with pytest.raises(StoreError, match="disk is full"):
        write()
    with store.look() as view:
        assert view.cursor("personal", "INBOX") is None
        assert len(view.chronicle(1).events) == 1


def test_a_process_killed_in_its_transaction_leaves_nothing_of_it(path: Path) -> None:
    """Killed with half its pages in the log already, a writer has never written."""
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "written\n"
    assert Path(f"{path}-wal").stat().st_size > 100_000
    child.kill()
    child.communicate(timeout=30)
    assert child.returncode == -signal.SIGKILL

    store = Store.open(path)
    with store.look() as view:
        assert len(view.chronicle(1).events) == 1
    with store.begin() as change:
        change.append(1, Reopened(at=NOW))
        assert len(change.chronicle(1).events) == 2
    store.close()


def test_a_lock_held_too_long_is_named(store: Store, path: Path) -> None:
    """A second writer waits, and then says who is in the way; readers are not held up."""
    other = Store(open_database(path, busy_timeout=0.05), str(path))

    def write() -> None:
        with other.begin() as change:
            change.append(1, Reopened(at=NOW))

    with store.begin() as change:
        change.append(1, Reopened(at=NOW))
        with pytest.raises(StoreError, match="locked by another followupd"):
            write()
        assert other.last_event_id() == 1
    write()
    assert other.last_event_id() == 3
    other.close()


def test_a_database_that_cannot_be_written_is_named(store: Store) -> None:
    """A read-only file is said in words, with what to look at."""

    def write() -> None:
        with store.begin() as change:
            change._connection.execute(text("PRAGMA query_only=ON"))
            change.append(1, Reopened(at=NOW))

    with pytest.raises(StoreError, match="cannot be written; see to it"):
        write()


def damage(path: Path) -> bytes:
    """Overwrite all but the first page; the bytes that are there then."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))
    return path.read_bytes()


def test_damaged_pages_are_found_on_opening_and_left_as_they_are(path: Path) -> None:
    """The error says where the file is and the two ways out of it."""
    before = damage(path)
    with pytest.raises(StoreError, match=r"damaged .*left as it is.*backup.*start anew") as caught:
        Store.open(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database at all\n" * 500, b"\0" * 5000])
def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    """Overwritten from the first byte on, the file is named and not touched."""
    path = tmp_path / "followupd.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        Store.open(path)
    assert path.read_bytes() == content


def test_a_truncated_database_is_found_on_opening(path: Path) -> None:
    """Half a file, as a full disk or a broken copy leaves it, is not taken for a whole one."""
    content = path.read_bytes()[: path.stat().st_size // 2]
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        Store.open(path)
    assert path.read_bytes() == content


def test_damage_that_shows_only_later_is_said_in_the_same_words(store: Store, path: Path) -> None:
    """A page that goes bad under the daemon is no mere driver's error either."""
    store._engine.dispose()
    damage(path)
    with pytest.raises(StoreError, match="damaged"):
        store.last_event_id()
    with pytest.raises(StoreError, match="damaged"), store.look() as view:
        view.chronicles()


def test_a_database_too_large_for_the_check_opens_all_the_same(path: Path) -> None:
    """Above the limit the pages are not walked through, and damage shows when it is read."""
    with closing(sqlite3.connect(path)) as connection, connection:
        body = f"zeroblob({CHECKED_UP_TO})"
        connection.execute(
            "INSERT INTO unreadable SELECT 'a', 'b', 1, 1, 'c', 'd' || hex(" + body + ")"
        )
    assert path.stat().st_size > CHECKED_UP_TO
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 65536)
    store = Store.open(path)
    assert store.last_event_id() == 1
    with pytest.raises(StoreError, match="damaged"), store.look() as view:
        view.unreadable("a")
    store.close()


@pytest.mark.parametrize(
    "body", ["{", "{}", '{"at": "2026-03-02T09:30:00Z", "kind": "retold", "text": "secret"}']
)
def test_an_event_nobody_understands_is_named_by_its_number(
    store: Store, path: Path, body: str
) -> None:
    """A broken row is found by its number, and the error repeats nothing of its text."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE events SET body = ? WHERE id = 1", (body,))
    with store.look() as view, pytest.raises(StoreError, match="event 1 of interview 1") as caught:
        view.chronicle(1)
    assert "secret" not in str(caught.value)


def test_a_row_with_an_impossible_value_is_damage_and_no_crash(store: Store, path: Path) -> None:
    """A phase that does not exist is said in words as well."""
    with store.begin() as change:
        change.intend(intent(1))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE journal SET phase = 'lost'")
    with store.look() as view, pytest.raises(StoreError, match="damaged"):
        view.journal("personal")


def test_an_error_never_repeats_what_was_being_written(store: Store) -> None:
    """Neither the sentence nor the database error behind it holds the values."""

    def write() -> None:
        with store.begin() as change:
            change.intend(intent(1, "<1@secret>"))
            change.intend(intent(1, "<2@secret>"))

    with pytest.raises(StoreError) as caught:
        write()
    assert "secret" not in f"{caught.value} {caught.value.__cause__}"

"""Opening the database: its folder and files, SQLite's settings, its revision, its soundness.

Everything that only SQLite needs stands here. Opening is quick because the revision is one row,
and Alembic is loaded only when that row is not the newest revision.

What is looked at on every opening: that the file is an SQLite database of ours, that its revision
is known, and, up to `CHECKED_UP_TO`, that its pages are sound (`PRAGMA quick_check`, some
milliseconds for each megabyte). A larger database is not walked through: damage to it shows when
the page is read, with the same words.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, create_engine, event, inspect, select

from followupd.errors import StoreError
from followupd.store import schema
from followupd.store.failures import damaged, in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

CHECKED_UP_TO = 16 * 1024 * 1024
"""The largest database file, in bytes, whose pages are all checked on opening."""

BUSY_TIMEOUT = 10.0
"""How long to wait for another process's transaction, in seconds."""

WRITES = "followupd_writes"
"""The execution option of a connection whose transactions write."""

MIGRATIONS = Path(__file__).with_name("migrations")


def open_database(
    path: Path,
    *,
    busy_timeout: float = BUSY_TIMEOUT,
    migrations: Path = MIGRATIONS,
    revisions: Sequence[str] = schema.REVISIONS,
) -> Engine:
    """Open the SQLite database at `path`, made or migrated as is needed.

    Args:
        path: the file; it and its folder are made where they are missing.
        busy_timeout: how long to wait for another process, in seconds.
        migrations: the folder with `env.py` and `versions`.
        revisions: those that `migrations` leads through, oldest first.

    Raises:
        StoreError: it cannot be opened, is damaged, is no database of followupd, or was made by
            a newer followupd; whatever the reason, the file is left as it was.
    """
    path = path.absolute()
    _make_private(path)
    engine = _engine(path, busy_timeout)
    try:
        with in_words(str(path)):
            with engine.connect() as connection:
                _check_pages(connection, path)
                found = _revision(connection, path, revisions)
            _use_wal(path, busy_timeout)
            if found != revisions[-1]:
                _migrate(engine, path, migrations, revisions)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _make_private(path: Path) -> None:
    """Make the folder 0700 and the file 0600, whatever the umask; tighten what is laxer."""
    try:
        for folder in reversed(path.parents):
            if not folder.exists():
                with suppress(FileExistsError):
                    folder.mkdir(mode=0o700)
                    folder.chmod(0o700)
        _tighten_folder(path)
        # SQLite gives its -wal and -shm files the mode of the database file.
        with suppress(FileExistsError):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            with closing(os.fdopen(descriptor, "rb")):
                os.fchmod(descriptor, 0o600)
        for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            with suppress(FileNotFoundError):
                mode = file.stat().st_mode
                if stat.S_ISREG(mode) and stat.S_IMODE(mode) & 0o177:
                    file.chmod(0o600)
    except OSError as error:
        raise StoreError(
            f"the database {path} cannot be opened: {error.strerror} ({error.filename}); see to it"
            " that its folder can be made and belongs to the user who runs followupd"
        ) from error
    if not path.is_file():
        raise StoreError(f"the database {path} cannot be opened: it is no file; move it away")


def _tighten_folder(path: Path) -> None:
    """Close the folder to others if it is ours alone, never one that serves other ends as well."""
    found = path.parent.stat()
    if (
        stat.S_IMODE(found.st_mode) & 0o077
        and found.st_uid == os.geteuid()
        and all(entry.name.startswith(path.name) for entry in path.parent.iterdir())
    ):
        path.parent.chmod(0o700)


def _engine(path: Path, busy_timeout: float) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": busy_timeout},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _settle(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver would begin on its own, and only before a write: `_begin` does it instead.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later could fail where waiting would not
        # help: another may have written in between. IMMEDIATE waits at its beginning.
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _use_wal(path: Path, busy_timeout: float) -> None:
    """Switch the file to write-ahead logging, which it keeps.

    SQLite does not wait for other connections here, so two processes that open a new database
    at the same moment need more than one attempt.
    """
    deadline = time.monotonic() + busy_timeout
    with closing(sqlite3.connect(path, timeout=busy_timeout, isolation_level=None)) as connection:
        while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)


def _check_pages(connection: Connection, path: Path) -> None:
    if path.stat().st_size > CHECKED_UP_TO:
        return
    verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if verdict != "ok":
        raise damaged(str(path), " ".join(str(verdict).split()))


def _revision(connection: Connection, path: Path, revisions: Sequence[str]) -> str | None:
    """Which of `revisions` the database has, or None when there is nothing in it yet."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    rows: Sequence[str] = ()
    if schema.alembic_version.name in tables:
        rows = connection.scalars(select(schema.alembic_version.c.version_num)).all()
    if len(rows) != 1:
        raise StoreError(
            f"{path} is an SQLite database, but none of followupd's; nothing was changed. Move it"
            " away, or name another place for followupd's"
        )
    if rows[0] not in revisions:
        raise StoreError(
            f"the database {path} was made by a newer followupd; nothing was changed. Upgrade"
            " followupd, or put back the copy that the newer one made beside it before it changed"
            f" the database ({path.name}.before-…)"
        )
    return rows[0]


def _migrate(engine: Engine, path: Path, migrations: Path, revisions: Sequence[str]) -> None:
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        # Only now is it certain that no other process is migrating.
        found = _revision(connection, path, revisions)
        if found == revisions[-1]:
            return
        if found is not None:
            _keep_copy(path, found)
        _run_alembic(connection, migrations)


def _keep_copy(path: Path, revision: str) -> None:
    """Copy the database, as it was before the migration, to `NAME.before-REVISION` (0600)."""
    copy = path.with_name(f"{path.name}.before-{revision}")
    partial = path.with_name(f"{copy.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        with closing(
            os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "rb")
        ) as file:
            os.fchmod(file.fileno(), 0o600)
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as to:
                source.backup(to)
            os.fsync(file.fileno())
        partial.replace(copy)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        raise StoreError(
            f"the database {path} has to be changed for this version of followupd, and the copy"
            f" {copy} could not be made first ({error}); nothing was changed. Make room for it"
        ) from error


def _run_alembic(connection: Connection, migrations: Path) -> None:
    # What it tells at INFO, from its import on, is of no use to anybody here.
    logger = logging.getLogger("alembic")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.WARNING)
    # Loading Alembic takes longer than all the rest of an opening.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    # Its parser takes a percent sign for the beginning of a variable.
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

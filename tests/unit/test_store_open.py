"""Opening makes what is missing, keeps others out, and refuses what it does not know."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from followupd.errors import StoreError
from followupd.store import Store
from followupd.store.open import MIGRATIONS, open_database
from followupd.store.schema import REVISIONS, alembic_version, metadata
from tests.unit.test_store import added

ROOT = Path(__file__).parents[2]

SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{newest}"


def upgrade():
    op.add_column("health", sa.Column("mood", sa.Text(), nullable=False, server_default="fine"))
    {more}
"""


def mode(path: Path) -> int:
    """The permission bits of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


def filled(path: Path) -> bytes:
    """Make a database with one interview in it; its bytes."""
    store = Store.open(path)
    with store.begin() as change:
        change.add(added())
    store.close()
    return path.read_bytes()


def sql(path: Path, statement: str) -> list[tuple[object, ...]]:
    """Run one statement as any other program would."""
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


def newer_migrations(folder: Path, more: str = "") -> Path:
    """Our migrations and one that comes after them."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9000_mood.py").write_text(
        SECOND.format(newest=REVISIONS[-1], more=more)
    )
    return folder


@pytest.mark.parametrize("umask", [0, 0o022, 0o077, 0o277])
def test_the_folder_and_every_file_are_the_users_alone_whatever_the_umask(
    tmp_path: Path, umask: int
) -> None:
    """Folders are made 0700, the database and the files beside it 0600."""
    path = tmp_path / "a" / "b" / "followupd.db"
    before = os.umask(umask)
    try:
        store = Store.open(path)
        with store.begin() as change:
            change.add(added())
        files = {file.name: mode(file) for file in path.parent.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert files == dict.fromkeys(("followupd.db", "followupd.db-wal", "followupd.db-shm"), 0o600)
    assert mode(path.parent) == mode(path.parent.parent) == 0o700


def test_a_database_and_a_folder_of_its_own_that_are_laxer_are_tightened(tmp_path: Path) -> None:
    """What a careless copy left open to others is closed at the next start."""
    path = tmp_path / "state" / "followupd.db"
    filled(path)
    path.chmod(0o664)
    path.parent.chmod(0o755)
    Store.open(path).close()
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700


def test_a_folder_that_serves_other_ends_keeps_its_mode(tmp_path: Path) -> None:
    """A database put into a shared folder never shuts that folder to others."""
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "letters").touch()
    shared.chmod(0o755)
    Store.open(shared / "followupd.db").close()
    assert mode(shared) == 0o755
    assert mode(shared / "followupd.db") == 0o600


def test_the_database_keeps_what_was_stored_and_is_set_up_for_safety(tmp_path: Path) -> None:
    """Write-ahead log, full synchronisation, foreign keys, and every table strict."""
    path = tmp_path / "followupd.db"
    filled(path)
    store = Store.open(path)
    with store._engine.connect() as connection:
        for pragma, value in (
            ("journal_mode", "wal"),
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("busy_timeout", 10_000),
        ):
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value
    assert store.last_event_id() == 1
    store.close()
    tables = "SELECT name, strict FROM pragma_table_list WHERE name NOT LIKE 'sqlite_%'"
    found = {name: strict for name, strict in sql(path, tables)}  # noqa: C416 - rows are no pairs
    assert found == dict.fromkeys([*metadata.tables, "alembic_version"], 1)
    nullable = (
        "SELECT t.name, c.name FROM pragma_table_list t, pragma_table_info(t.name) c"
        " WHERE t.name NOT LIKE 'sqlite_%' AND NOT c.\"notnull\""
    )
    assert sql(path, nullable) == []


def test_the_migrations_lead_to_the_tables_the_queries_use(tmp_path: Path) -> None:
    """A table changed without its migration, or the other way round, is found here."""
    migrated, made = tmp_path / "migrated.db", tmp_path / "made.db"
    Store.open(migrated).close()
    engine = create_engine(f"sqlite:///{made}")
    metadata.create_all(engine)
    alembic_version.create(engine)
    engine.dispose()
    query = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"

    def lines(ddl: str) -> list[str]:
        # A column that was added later stands in the line of the one before.
        return re.split(r"\n|, (?=\w+ (?:TEXT|INTEGER) )", ddl)

    def described(path: Path) -> list[tuple[object, object, list[str]]]:
        return [
            (kind, name, sorted(line.strip(" \t,") for line in lines(str(ddl))))
            for kind, name, ddl in sql(path, query)
        ]

    assert described(migrated) == described(made)


def test_the_revisions_that_are_named_are_those_that_lie_there() -> None:
    """The quick check on opening and Alembic speak of the same revisions."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert tuple(reversed([script.revision for script in scripts])) == REVISIONS


def test_opening_a_database_of_today_loads_no_alembic(tmp_path: Path) -> None:
    """Each command opens the database, so an opening must not cost what a migration costs."""
    path = tmp_path / "followupd.db"
    filled(path)
    script = (
        "import sys; from pathlib import Path; from followupd.store import Store;"
        " Store.open(Path(sys.argv[1])).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], cwd=ROOT, capture_output=True, check=True
    )
    assert done.stdout == b"False\n"


def test_a_migration_leaves_logging_as_the_daemon_set_it_up(tmp_path: Path) -> None:
    """Making the tables neither prints nor replaces handlers nor silences loggers."""
    script = (
        "import json, logging, sys; from pathlib import Path; from followupd.store import Store\n"
        "logging.basicConfig(level=logging.INFO); ours = logging.getLogger('followupd.mailbox')\n"
        "before = list(logging.root.handlers)\n"
        "Store.open(Path(sys.argv[1])).close()\n"
        "print(json.dumps([logging.root.handlers == before, logging.root.level, ours.disabled]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "followupd.db")],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout) == [True, 20, False]
    assert done.stderr == b""


def test_two_processes_may_make_the_same_database_at_once(tmp_path: Path) -> None:
    """A command typed while the daemon starts for the first time harms neither."""
    path = tmp_path / "state" / "followupd.db"
    script = (
        "import sys; from pathlib import Path; from followupd.store import Store;"
        " print('ready', flush=True); sys.stdin.readline();"
        " Store.open(Path(sys.argv[1])).close(); print('done')"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    assert [child.communicate(timeout=60)[0] for child in children] == ["done\n", "done\n"]
    assert sql(path, "SELECT version_num FROM alembic_version") == [(REVISIONS[-1],)]


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """An older followupd changes nothing, and says what to do."""
    path = tmp_path / "followupd.db"
    filled(path)
    sql(path, "UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"newer followupd; nothing was changed\. Upgrade"):
        Store.open(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """A wrong path never puts our tables among somebody else's."""
    path = tmp_path / "places.sqlite"
    sql(path, "CREATE TABLE bookmarks (url TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="none of followupd's"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_migration_keeps_a_copy_of_what_was_there(tmp_path: Path) -> None:
    """The copy has all data at the old revision, and only the user can read it."""
    path = tmp_path / "100% mine" / "followupd.db"
    filled(path)
    newer = newer_migrations(tmp_path / "100% new")
    open_database(path, migrations=newer, revisions=(*REVISIONS, "9000")).dispose()

    copy = path.with_name(f"followupd.db.before-{REVISIONS[-1]}")
    assert mode(copy) == 0o600
    assert not copy.with_name(f"{copy.name}.partial").exists()
    assert sql(path, "SELECT version_num FROM alembic_version") == [("9000",)]
    assert "mood" in [row[1] for row in sql(path, "PRAGMA table_info(health)")]
    restored = Store.open(copy)
    with restored.look() as view:
        assert [recorded.event for recorded in view.chronicle(1).events] == [added()]
    restored.close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    """What the migration had already changed is taken back with the rest."""
    path = tmp_path / "followupd.db"
    filled(path)
    newer = newer_migrations(tmp_path / "newer", 'op.execute("DELETE FROM nowhere")')
    with pytest.raises(StoreError, match="nowhere"):
        open_database(path, migrations=newer, revisions=(*REVISIONS, "9000"))
    assert "mood" not in [row[1] for row in sql(path, "PRAGMA table_info(health)")]
    store = Store.open(path)
    assert store.last_event_id() == 1
    store.close()


def test_no_migration_without_its_copy(tmp_path: Path) -> None:
    """Where the copy cannot be made, the database is not touched."""
    path = tmp_path / "followupd.db"
    filled(path)
    (tmp_path / f"followupd.db.before-{REVISIONS[-1]}").mkdir()
    newer = newer_migrations(tmp_path / "newer")
    with pytest.raises(StoreError, match=r"copy .* could not be made"):
        open_database(path, migrations=newer, revisions=(*REVISIONS, "9000"))
    assert sql(path, "SELECT version_num FROM alembic_version") == [(REVISIONS[-1],)]
    assert not (tmp_path / f"followupd.db.before-{REVISIONS[-1]}.partial").exists()


@pytest.mark.parametrize("where", ["a file/followupd.db", "a folder"])
def test_a_place_where_no_database_can_be_is_named(tmp_path: Path, where: str) -> None:
    """A folder that is a file, or a file that is a folder, is said in words."""
    (tmp_path / "a file").touch()
    (tmp_path / "a folder").mkdir()
    with pytest.raises(StoreError, match="cannot be opened") as caught:
        Store.open(tmp_path / where)
    assert str(tmp_path / where) in str(caught.value)

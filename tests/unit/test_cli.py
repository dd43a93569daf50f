"""The command line as a whole: wrong usage, wrong configuration, exit codes, ending quietly."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from followupd import __version__
from followupd.cli import entry, listing
from followupd.cli.arguments import build_parser, commands_of
from tests.support.cli import CONFIG, Shell

if TYPE_CHECKING:
    from pathlib import Path

CONTRACT = (
    *("run", "once", "demo", "check", "add", "list", "show", "plan", "log", "preview"),
    *("answered", "silent", "decision", "snooze", "skip", "close", "reopen", "called"),
    *("note", "resolve"),
)


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def test_every_command_of_the_contract_is_there_and_can_be_loaded() -> None:
    """A command that is listed has a function behind it."""
    commands = commands_of(build_parser())
    assert set(commands) >= set(CONTRACT)
    for parser in commands.values():
        assert callable(entry.command_of(parser.get_default("run")))


def test_the_version_prints_in_a_process_of_its_own() -> None:
    """`python -m followupd --version` works and exits with 0."""
    done = subprocess.run(
        [sys.executable, "-m", "followupd", "--version"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, f"followupd {__version__}\n")


def test_looking_at_the_list_loads_nothing_that_only_the_daemon_needs(shell: Shell) -> None:
    """`list` stays quick: no IMAP, no scheduler, no keyring, no templates, no migrations."""
    shell.did("list")
    code = (
        "import sys\n"
        "from followupd.cli import main\n"
        "main(['list'])\n"
        "heavy = {'imapclient', 'apscheduler', 'keyring', 'jinja2', 'alembic', 'structlog'}\n"
        "print(sorted(heavy & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("argv", "heavy"),
    [
        (("--help",), ("holidays", "sqlalchemy", "rich")),
        (("templates",), ("holidays", "sqlalchemy", "imapclient")),
        (("list",), ("holidays",)),
    ],
)
def test_a_command_loads_no_large_package_that_it_does_not_need(
    shell: Shell, argv: tuple[str, ...], heavy: tuple[str, ...]
) -> None:
    """Where no public holidays are configured, their package is not loaded either."""
    code = (
        "import sys\n"
        "from followupd.cli import main\n"
        f"main({list(argv)!r})\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == "[]\n"
    assert shell.config.exists()


@pytest.mark.parametrize(
    ("argv", "meant"),
    [
        (["lsit"], '"list"'),
        (["anwsered", "1"], '"answered"'),
        (["list", "--jsno"], "--json"),
        (["add", "Acme", "--rloe", "R"], "--role"),
        (["list", "--json", "extra"], '"extra"'),
    ],
)
def test_a_mistyped_word_is_answered_with_the_nearest(
    shell: Shell, argv: list[str], meant: str
) -> None:
    """Wrong usage exits with 2 and names what was probably meant."""
    result = shell.run(*argv)
    assert result.code == 2
    assert meant in result.err
    assert result.out == ""


def test_no_command_at_all_is_wrong_usage(shell: Shell) -> None:
    """The commands are named."""
    result = shell.run()
    assert result.code == 2
    assert "list" in result.err


def test_a_missing_option_is_named(shell: Shell) -> None:
    """`add` without a role says so."""
    result = shell.run("add", "Acme", "--held", "today")
    assert result.code == 2
    assert "--role" in result.err


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "9" * 30, "٣"])
def test_what_is_no_number_is_wrong_usage(shell: Shell, number: str) -> None:
    """An id is a number in plain digits."""
    assert shell.run("show", "--", number).code == 2


def test_an_unknown_number_fails_in_words(shell: Shell) -> None:
    """There is no interview 7; that is a failure, not wrong usage."""
    for command in (["show"], ["plan"], ["log"], ["silent"], ["skip"], ["reopen"]):
        result = shell.run(*command, "7")
        assert result.code == 1
        assert "there is no interview 7" in result.err


def test_the_configuration_may_be_named_before_or_after_the_command(
    shell: Shell, tmp_path: Path
) -> None:
    """`--config` works in both places, and neither forgets the other."""
    other = tmp_path / "other.toml"
    other.write_text(CONFIG.replace("personal", "elsewhere"))
    for argv in (
        ["--config", str(other), "list"],
        ["list", "--config", str(other)],
        ["list", f"--config={other}"],
    ):
        assert "elsewhere" in shell.did(*argv).out
    assert "personal" in shell.did("list").out


def test_a_wrong_configuration_shows_every_mistake_and_makes_nothing(shell: Shell) -> None:
    """Exit code 2, each mistake on its line, and no database."""
    shell.configure(CONFIG.replace("Europe/Berlin", "Mars/Base").replace("port = 9", "port = 0"))
    result = shell.run("list")
    assert result.code == 2
    assert "Mars/Base" in result.err
    assert "port" in result.err
    assert "Traceback" not in result.err
    assert not shell.database.exists()


def test_a_missing_configuration_says_where_it_was_looked_for(shell: Shell) -> None:
    """The path is named."""
    shell.config.unlink()
    result = shell.run("list")
    assert result.code == 2
    assert str(shell.config) in result.err


def test_a_damaged_database_fails_in_words(shell: Shell) -> None:
    """A file that is no database is left alone, and said."""
    shell.database.parent.mkdir(parents=True)
    shell.database.write_bytes(b"no database at all" * 100)
    result = shell.run("list")
    assert result.code == 1
    assert "damaged" in result.err
    assert "Traceback" not in result.err


def test_a_mistake_of_ours_is_one_sentence_unless_asked(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The traceback shows only with FOLLOWUPD_DEBUG=1."""

    def breaks(*_: object) -> int:
        raise ZeroDivisionError("a secret may stand here")

    monkeypatch.setattr(listing, "list_all", breaks)
    result = shell.run("list")
    assert result.code == 1
    assert "FOLLOWUPD_DEBUG=1" in result.err
    assert "secret" not in result.err
    assert len(result.err.splitlines()) == 1
    monkeypatch.setenv("FOLLOWUPD_DEBUG", "1")
    assert "Traceback" in shell.run("list").err


def test_a_file_that_cannot_be_used_is_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the system is told with its file."""

    def breaks(*_: object) -> int:
        raise PermissionError(13, "Permission denied", "/somewhere")

    monkeypatch.setattr(listing, "list_all", breaks)
    result = shell.run("list")
    assert result.code == 1
    assert "/somewhere: Permission denied" in result.err


def test_an_interruption_ends_quietly(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C exits with 130 and says nothing."""

    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(listing, "list_all", interrupted)
    result = shell.run("list")
    assert (result.code, result.out, result.err) == (130, "", "")


def test_a_reader_that_has_seen_enough_is_no_error(shell: Shell) -> None:
    """`followupd list | head -0` leaves no traceback behind."""
    for number in range(5):
        shell.add(held=f"2026-11-{number + 10} 14:00")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "followupd", "list", "--json"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode == 0

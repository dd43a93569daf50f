"""What `init` does with files and the machine, in this process: nothing is half-written or lost."""

from __future__ import annotations

import io
import os
import pwd
import re
import shlex
import stat
import sys
from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import tzlocal

from followupd.cli.arguments import build_parser
from followupd.cli.init import file, machine
from followupd.cli.init.questions import Plan
from followupd.cli.init.service import offer_service, service_questions
from followupd.cli.init.wishes import Wishes, wishes_of
from followupd.cli.screen import Screen
from followupd.config import PasswordKind, PasswordSource, parse
from followupd.errors import FollowupdError
from followupd.secrets import Secret
from followupd.service.clock import SystemClock
from followupd.service_unit import Manager, Proposal, Surroundings
from tests.support.cli import CONFIG, Shell
from tests.support.terminal import AtTerminal

if TYPE_CHECKING:
    from collections.abc import Callable

READY = Surroundings(Manager.READY, desktop=True, lingering=False, advice="")
HEADLESS = Surroundings(Manager.READY, desktop=False, lingering=False, advice="")
NOWHERE = Surroundings(Manager.NO_SYSTEMD, desktop=False, lingering=False, advice="Run it.")
ICLOUD = """
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
[[accounts]]
name = "personal"
address = "robin@icloud.com"
[accounts.imap]
host = "imap.mail.me.com"
username = "robin"
password = { keyring = true }
[accounts.smtp]
host = "smtp.mail.me.com"
username = "SENDER"
"""
OPTIONS = ("--imap-host", "imap.example.org", "--no-try", "--yes", "--no-service")


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    return Shell.make(tmp_path, monkeypatch, capsys)


def test_a_link_of_somebody_who_keeps_dotfiles_stays_one(tmp_path: Path) -> None:
    """What it leads to is replaced in one step, readable by nobody else."""
    kept = tmp_path / "dotfiles" / "followupd.toml"
    kept.parent.mkdir()
    kept.write_text("old")
    link = tmp_path / "config.toml"
    link.symlink_to(kept)
    file.write(link, "new", "old")
    assert link.is_symlink()
    assert kept.read_text() == "new"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_what_somebody_else_has_written_meanwhile_is_not_lost(tmp_path: Path) -> None:
    """An editor may have been open all the time."""
    path = tmp_path / "config.toml"
    path.write_text("theirs")
    for looked_at in ("ours", None):
        with pytest.raises(FollowupdError, match="changed by somebody else"):
            file.write(path, "new", looked_at)
    assert path.read_text() == "theirs"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """In words, and without a traceback."""
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(FollowupdError, match="cannot be written"):
        file.write(tmp_path / "file" / "config.toml", "new", None)


def test_a_file_that_is_marked_read_only_stays_as_it_is(tmp_path: Path) -> None:
    """Its folder would let it be replaced, but somebody did not want that."""
    path = tmp_path / "config.toml"
    path.write_text("old")
    path.chmod(0o400)
    with pytest.raises(FollowupdError, match=r"chmod u\+w"):
        file.write(path, "new", "old")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_configuration_is_shown_as_it_is_before_it_is_written(tmp_path: Path) -> None:
    """An indented line keeps its place, so that the difference can be read as one."""
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.replace("host =", "    host ="))
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "TERM": "dumb"}
    argv = ("init", "--config", str(path), "--account", "personal", "--imap-port", "10")
    with AtTerminal((*argv, "--no-try", "--no-service"), environment) as terminal:
        terminal.answer_each(
            *(("Your name", ""), ("Your address", ""), ("Sign in as before", "")),
            *(("Your time zone", ""), ("Whose public holidays", ""), ("Language of", "")),
            *(("How do they", ""), ("Is a draft to be sent", ""), ("When is it", "")),
            ("Write this", "no"),
        )
        code, _ = terminal.end()
    assert code == 1
    assert '\n     host = "127.0.0.1"' in terminal.shown.replace("\r", "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change what another user owns")
def test_root_leaves_a_file_to_the_user_who_reads_it(tmp_path: Path) -> None:
    """The service of that user could not read it any more."""
    path = tmp_path / "robin.toml"
    path.write_text("old")
    os.chown(path, 65_534, 65_533)
    file.write(path, "new", "old")
    assert (path.stat().st_uid, path.stat().st_gid) == (65_534, 65_533)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_put_early_goes_with_the_folders_that_were_made_for_it(tmp_path: Path) -> None:
    """Whoever leaves leaves nothing behind, and what was there stays."""
    home = tmp_path / "home"
    home.mkdir()
    folder = home / ".config" / "followupd"
    at_work = machine.Machine(folder, Screen(), SystemClock())
    source = PasswordSource(PasswordKind.FILE, str(folder / "x.client-secret"))
    at_work.outside(None).put(source, Secret("a client's"))
    assert Path(source.value).exists()
    at_work.undo()
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("username", ["robin", "robin@icloud.com"])
def test_a_keyring_holds_the_password_for_each_user_name(
    username: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is found by the name that a server is told; two names need two entries."""
    held: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(
        "keyring.set_password", lambda service, name, word: held.update({(service, name): word})
    )
    [account] = parse(ICLOUD.replace("SENDER", username)).accounts
    machine.Machine(Path("/x"), Screen(), SystemClock()).keep(account, Secret("word"))
    assert held == {("followupd:personal", name): "word" for name in {"robin", username}}


def test_who_leaves_at_the_service_is_told_that_the_rest_is_done(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line that goes on asks nothing again, and is one that `init` takes."""
    settings = parse(CONFIG)
    plan = Plan(settings, settings.accounts[0], None, is_signed_in=False)
    arguments = Namespace(config=Path("/x y/c.toml"))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr("sys.argv", [str(shell.folder / "followupd")])
    monkeypatch.setenv("HOME", str(shell.folder))
    (shell.folder / "followupd").touch(mode=0o755)
    is_started, [said] = offer_service(
        Wishes(), Path("/x y/c.toml"), plan, READY, Screen(sys.stderr), arguments
    )
    assert not is_started
    assert "Install and start it" in capsys.readouterr().err
    assert said.startswith("the configuration is written, and the service is not installed")
    line = said[said.index("followupd init") :]
    wishes = wishes_of(build_parser().parse_args(shlex.split(line)[1:]), asks=False)
    assert (wishes.account, wishes.service, wishes.tries) == ("personal", True, False)
    assert "--config '/x y/c.toml'" in line


def test_an_existing_configuration_is_shown_its_difference_before_it_changes(
    shell: Shell,
) -> None:
    """A script has to say yes to it."""
    argv = ("init", "--account", "personal", *OPTIONS)
    refused = shell.run(*(word for word in argv if word != "--yes"))
    assert refused.code == 2
    assert "--yes" in refused.err
    assert '+host = "imap.example.org"' in refused.err
    assert shell.config.read_text() == CONFIG
    shell.did(*argv)
    assert 'host = "imap.example.org"' in shell.config.read_text()


def test_what_says_all_of_it_already_is_not_written_again(shell: Shell) -> None:
    """Nor is anything else changed by running it twice."""
    argv = ("init", "--account", "personal", *OPTIONS)
    shell.did(*argv)
    before = shell.config.stat().st_mtime_ns
    done = shell.run(*argv, "--json")
    assert done.json["written"] is False
    assert shell.config.stat().st_mtime_ns == before


def test_a_configuration_with_mistakes_is_shown_and_left_alone(shell: Shell) -> None:
    """Whatever options there are: somebody's work is not thrown away."""
    wrong = CONFIG.replace("timezone", "timezon")
    shell.configure(wrong)
    done = shell.run("init", "--account", "personal", *OPTIONS)
    assert done.code == 2
    assert "timezon" in done.err
    assert "left as it is" in done.err
    assert shell.config.read_text() == wrong


def test_a_broken_link_is_no_missing_configuration(shell: Shell) -> None:
    """Whoever put it there meant something by it."""
    shell.config.unlink()
    shell.config.symlink_to(shell.folder / "gone.toml")
    done = shell.run("init", "--yes", "--name", "Robin")
    assert done.code == 2
    assert "left as it is" in done.err


def test_a_password_on_standard_input_needs_one(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An empty input is no password."""
    empty = tmp_path / "empty"
    empty.write_text("")
    with empty.open() as given:
        monkeypatch.setattr("sys.stdin", given)
        done = shell.run("init", "--account", "personal", "--password-stdin", "--yes")
    assert done.code == 2
    assert "--password-stdin" in done.err


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"LANG": "de_AT.UTF-8"}, ("de", "AT")),
        ({"LC_ALL": "fr_FR", "LANG": "de_DE"}, ("fr", "FR")),
        ({"LC_ALL": "", "LANG": "es_ES@euro"}, ("es", "ES")),
        ({"LANG": "C.UTF-8"}, ("", "")),
        ({"LANG": "POSIX"}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_the_locale_tells_language_and_country(
    environ: dict[str, str], expected: tuple[str, str]
) -> None:
    """As POSIX has it; C and POSIX tell nothing."""
    assert machine.locale_of(environ) == expected


def test_a_machine_whose_zone_is_utc_proposes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers are set to it wherever their users live."""
    for zone, expected in (("Etc/UTC", ""), ("Europe/Paris", "Europe/Paris"), ("No/Where", "")):
        monkeypatch.setenv("TZ", zone)
        # It remembers what it has found.
        with suppress(LookupError):
            tzlocal.reload_localzone()
        assert machine.own_zone() == expected


@pytest.mark.parametrize(
    ("gecos", "name"), [("Robin Doe,,,", "Robin Doe"), ("robin", ""), ("", ""), (",1,2", "")]
)
def test_the_users_name_comes_from_the_system(
    monkeypatch: pytest.MonkeyPatch, gecos: str, name: str
) -> None:
    """Unless it is only the login name again."""
    entry = pwd.struct_passwd(("robin", "x", 1000, 1000, gecos, "/home/robin", "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwuid", lambda _: entry)
    assert machine.own_name() == name


# The service


def _unit(path: Path, existing: str | None = None) -> Callable[[], Proposal]:
    return lambda: Proposal(path / "followupd.service", "new\n", existing, "")


def _says(
    around: Surroundings, made: Callable[[], Proposal], wishes: Wishes, *answers: str
) -> tuple[list[str], tuple[Proposal | None, bool, tuple[str, ...]]]:
    """What is asked and said, and what it comes to."""
    questions = service_questions(wishes, around, made, is_ready=True)
    said: list[str] = []
    try:
        question = next(questions)
        for answer in answers:
            said += [*question.before, question.text]
            question = questions.send(answer)
    except StopIteration as end:
        return said, end.value
    raise AssertionError(f"nobody answered {question.text!r}")


def test_the_service_is_offered_where_systemd_runs(tmp_path: Path) -> None:
    """On a desktop it is one question; what a unit of the user's own would lose is shown."""
    said, (unit, lingers, _) = _says(READY, _unit(tmp_path, "old\n"), Wishes(), "")
    assert unit is not None
    assert not lingers
    assert "-old" in said


def test_on_a_headless_machine_it_may_go_on_after_logout(tmp_path: Path) -> None:
    """Which is asked for, since it needs the system's permission."""
    said, (unit, lingers, _) = _says(HEADLESS, _unit(tmp_path), Wishes(), "", "")
    assert unit is not None
    assert lingers
    assert any("when you log out" in each for each in said)
    _, (unit, _, _) = _says(HEADLESS, _unit(tmp_path), Wishes(), "no")
    assert unit is None


def test_without_systemd_it_is_said_what_else_to_do(tmp_path: Path) -> None:
    """And who asked for the service is told that there is none."""
    _, (unit, _, said) = _says(NOWHERE, _unit(tmp_path), Wishes())
    assert (unit, said) == (None, ("Run it.",))
    with pytest.raises(FollowupdError, match="Run it"):
        _says(NOWHERE, _unit(tmp_path), Wishes(service=True))
    _, (unit, _, said) = _says(NOWHERE, _unit(tmp_path), Wishes(service=False))
    assert (unit, said) == (None, ())


def test_a_script_installs_no_service_unasked(tmp_path: Path) -> None:
    """Only with --service."""
    _, (unit, _, _) = _says(READY, _unit(tmp_path), Wishes(asks=False))
    assert unit is None
    _, (unit, _, _) = _says(READY, _unit(tmp_path), Wishes(asks=False, service=True))
    assert unit is not None
    assert os.path.basename(unit.path) == "followupd.service"  # noqa: PTH119 - only its name counts


def test_the_page_names_what_is_printed_for_programs(shell: Shell) -> None:
    """Every key of --json, and no other."""
    page = (Path(__file__).parents[2] / "docs" / "init.md").read_text("utf-8")
    done = shell.did("init", "--account", "personal", *OPTIONS, "--json")
    told = page[page.index("`--json` prints") : page.index("The exit code")]
    named = set(re.findall(r"`([a-z_]+)`", told)) - {"false"}
    assert named == set(done.json)

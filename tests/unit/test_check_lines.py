"""What `check` makes of what it meets: time zones, holidays, certificates, clocks, services."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from followupd.cli.checks import calendar
from followupd.cli.checks.certificate import certificate_check
from followupd.cli.checks.configuration import configuration
from followupd.cli.checks.daemon import Holder, holders
from followupd.cli.checks.line import Wall, failed, ok
from followupd.cli.checks.reaching import IMAP, SMTP
from followupd.cli.checks.secret import secret_check
from followupd.cli.checks.service import told
from followupd.cli.checks.state import Remembered, clock, size
from followupd.cli.checks.together import side_by_side
from followupd.cli.checks.writing import server_clock
from followupd.cli.findings import State
from followupd.config import parse
from followupd.mailbox.found_by import FoundBy, found_by
from followupd.mailbox.responses import Folder
from followupd.reaching import Certificate
from followupd.service_unit import Manager, Scope, ServiceState, Surroundings
from tests.support.cli import CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.cli.checks.line import Check
    from followupd.config import Settings

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
WALL = Wall(NOW, ZoneInfo("Europe/Berlin"))


def settings(holidays: str | None = "DE-BE") -> Settings:
    """A configuration in Berlin."""
    found = parse(CONFIG, Path("/nowhere"))
    return replace(found, user=replace(found.user, holidays=holidays))


def test_the_time_zone_line_has_the_users_clock_and_their_sending_hours() -> None:
    """Where the machine keeps the same zone there is nothing else to say."""
    line = calendar.time_zone(settings(), WALL, "Europe/Berlin")
    assert (line.state, line.detail) == (
        State.OK,
        "it is Tue 1 Dec, 10:00 in Europe/Berlin; within sending hours",
    )


@pytest.mark.parametrize(
    ("machine", "state", "says"),
    [
        ("Europe/Vienna", State.OK, "within sending hours"),
        ("Etc/UTC", State.OK, "this machine keeps UTC, which is no matter"),
        ("America/New_York", State.WARNING, "keeps America/New_York, where it is 04:00"),
        ("Africa/Lagos", State.WARNING, "keeps Africa/Lagos, where it is 10:00"),
        ("No/Such_Zone", State.OK, "within sending hours"),
        (None, State.OK, "which zone this machine keeps is not known"),
    ],
)
def test_another_zone_of_the_machine_is_a_warning_only(
    machine: str | None, state: State, says: str
) -> None:
    """One of another name that shows the same clock all year is none; a server's UTC is none."""
    line = calendar.time_zone(settings(), WALL, machine)
    assert line.state is state
    assert line.detail.endswith(says)
    assert bool(line.advice) == (state is State.WARNING)


def test_this_machines_zone_is_found_or_none() -> None:
    """Whatever this machine keeps, it is asked without a warning."""
    found = calendar.machine_zone()
    assert found is None or ZoneInfo(found).key == found


def test_the_holidays_of_the_next_year_are_counted_and_the_next_one_is_named() -> None:
    """In Berlin it is Christmas Day."""
    line = calendar.holidays(settings(), WALL)
    assert line.state is State.OK
    assert "public holidays of DE-BE in the next year, the next one Fri 25 Dec, " in line.detail
    assert int(line.detail.split()[0]) >= 9


def test_no_holidays_are_a_warning_that_names_the_key() -> None:
    """A draft on Christmas Day is nothing to be proud of."""
    line = calendar.holidays(settings(None), WALL)
    assert (line.state, line.advice) == (State.WARNING, "set user.holidays, such as DE-BE")


def certificate(days: int, issuer: str = "R11", names: int = 1) -> Certificate:
    """One that ends in some days."""
    hosts = tuple(f"imap{number}.example.org" for number in range(names))
    return Certificate(hosts, NOW - timedelta(days=60), NOW + timedelta(days=days), issuer)


@pytest.mark.parametrize(("days", "state"), [(14, State.OK), (13, State.WARNING)])
def test_a_certificate_is_worth_a_word_two_weeks_before_its_end(days: int, state: State) -> None:
    """The day has its weekday."""
    line = certificate_check("TLS", "TLSv1.3", certificate(days), None, WALL)
    assert line.state is state
    day = {14: "Tue 15 Dec", 13: "Mon 14 Dec"}[days]
    assert f"for imap0.example.org, signed by R11, good until {day}" in line.detail


def test_a_certificate_that_signed_itself_is_said_to_be_trusted_by_its_key() -> None:
    """So is one of a private authority; the many names of a large one are counted."""
    own = certificate_check(
        "TLS", "TLSv1.3", certificate(90, "imap0.example.org"), "imap.ca_file", WALL
    )
    assert "signed by itself and trusted since imap.ca_file says so" in own.detail
    many = certificate_check("TLS", "TLSv1.2", certificate(90, names=9), None, WALL)
    assert "imap3.example.org and 5 more, signed by R11, good until Mon 1 Mar 2027" in many.detail


@pytest.mark.parametrize(
    ("seconds", "state", "says"),
    [
        (0, State.OK, "agrees"),
        (-200, State.OK, "agrees"),
        (280, State.OK, "agrees"),
        (-400, State.WARNING, "6 minutes behind this machine's: Tue 1 Dec, 09:53 there"),
        (3600, State.WARNING, "59 minutes ahead of this machine's"),
    ],
)
def test_the_servers_clock_may_differ_by_five_minutes(
    seconds: int, state: State, says: str
) -> None:
    """What the APPEND itself took is not counted."""
    stamped = NOW + timedelta(seconds=seconds)
    line = server_clock(stamped, NOW, timedelta(seconds=3), WALL)
    assert line.state is state
    assert says in line.detail


def test_a_server_that_does_not_tell_its_time_is_no_trouble() -> None:
    """Nothing hangs on it."""
    assert server_clock(None, NOW, timedelta(), WALL).state is State.OK


def test_a_clock_behind_what_was_recorded_is_a_warning() -> None:
    """With the day that is still to come."""
    line = clock(Remembered(latest=NOW + timedelta(days=1)), WALL)
    assert line.state is State.WARNING
    assert "recorded at Wed 2 Dec, 10:00, which is still to come" in line.detail


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (0, "0 octets"),
        (1024, "1 kB"),
        (20 * 1024**2, "20 MB"),
        (1536 * 1024**2, "1.5 GB"),
        (70 * 1024**3, "70 GB"),
    ],
)
def test_room_is_told_as_people_say_it(octets: int, said: str) -> None:
    """Two figures are enough."""
    assert size(octets) == said


def test_the_kernels_list_of_locks_is_read_and_nonsense_in_it_is_not() -> None:
    """Only whole-file locks for writing are of interest; a waiting one has an arrow."""
    listed = """\
1: FLOCK  ADVISORY  WRITE 30080 fe:00:2148971 0 EOF
2: POSIX  ADVISORY  WRITE 30081 fe:00:2148972 0 EOF
3: FLOCK  ADVISORY  READ 30082 fe:00:2148973 0 EOF
3: -> FLOCK  ADVISORY  WRITE 30083 fe:00:2148973 0 EOF
4: FLOCK  ADVISORY  WRITE -1 00:2a:77 0 EOF
5: FLOCK
6: FLOCK  ADVISORY  WRITE x fe:00:y 0 EOF
"""
    assert holders(listed) == (Holder(30080, "fe:00", 2148971), Holder(0, "00:2a", 77))


@pytest.mark.parametrize(
    ("mode", "state"), [(0o600, State.OK), (0o644, State.WARNING), (0o646, State.FAILED)]
)
def test_a_configuration_that_others_can_read_or_change_is_told(
    tmp_path: Path, mode: int, state: State
) -> None:
    """Unless a folder above keeps them out."""
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    path.chmod(mode)
    tmp_path.chmod(0o755)
    line = configuration(replace(settings(), path=path))
    closed = [each for each in path.parents if not each.stat().st_mode & 0o001]
    assert line.state is (State.OK if closed else state)
    tmp_path.chmod(0o700)
    assert configuration(replace(settings(), path=path)).state is State.OK


def test_a_configuration_in_an_open_folder_is_told_to_be_closed(tmp_path: Path) -> None:
    """The command that does it is there to be copied."""
    place = Path("/dev/shm") / f"followupd-{tmp_path.parent.name}-{tmp_path.name}"  # noqa: S108 - a folder that everybody can enter is what is tried
    place.mkdir(mode=0o755)
    path = place / "config.toml"
    try:
        path.write_text(CONFIG)
        path.chmod(0o644)
        line = configuration(replace(settings(), path=path))
        assert (line.state, line.advice) == (
            State.WARNING,
            f"run `chmod o= {path}` if that is not meant",
        )
        path.chmod(0o666)
        assert configuration(replace(settings(), path=path)).state is State.FAILED
    finally:
        path.unlink()
        place.rmdir()


SERVICE = ServiceState(
    scope=Scope.USER,
    unit="followupd.service",
    load="loaded",
    active="active",
    sub="running",
    enabled="enabled",
    since=NOW - timedelta(days=1),
    unit_file=Path("/home/robin/.config/systemd/user/followupd.service"),
    drop_ins=(),
    program=Path("/home/robin/.local/bin/followupd"),
    command="/home/robin/.local/bin/followupd run",
    main_pid=77,
    status="watching 2 accounts",
    result="success",
    restarts=0,
    reload_needed=False,
)
HEADLESS = Surroundings(Manager.READY, desktop=False, lingering=True, advice="")


@pytest.mark.parametrize(
    ("found", "around", "state", "says", "advice"),
    [
        (SERVICE, HEADLESS, State.OK, "watching 2 accounts; it goes on after you log out", ""),
        (
            replace(SERVICE, load="not-found", active="inactive"),
            HEADLESS,
            State.WARNING,
            "none is installed",
            "`followupd init` installs one",
        ),
        (
            replace(SERVICE, load="bad-setting", active="inactive"),
            HEADLESS,
            State.FAILED,
            "it is bad-setting",
            "systemctl --user status followupd.service",
        ),
        (
            replace(SERVICE, active="failed", result="exit-code"),
            HEADLESS,
            State.FAILED,
            "has failed since Mon 30 Nov, 10:00 (exit-code)",
            "journalctl --user -u followupd.service",
        ),
        (
            replace(SERVICE, active="inactive"),
            HEADLESS,
            State.WARNING,
            "is inactive since Mon 30 Nov, 10:00",
            "systemctl --user enable --now followupd.service",
        ),
        (
            replace(SERVICE, reload_needed=True),
            HEADLESS,
            State.WARNING,
            "its file is not the one that systemd has read",
            "systemctl --user daemon-reload",
        ),
        (
            replace(SERVICE, program=Path("/opt/old/bin/followupd")),
            HEADLESS,
            State.WARNING,
            "but it starts /opt/old/bin/followupd, and this is /home/robin/.local/bin/followupd",
            "followupd init",
        ),
        (
            replace(SERVICE, enabled="disabled"),
            HEADLESS,
            State.WARNING,
            "it does not start by itself",
            "systemctl --user enable followupd.service",
        ),
        (
            SERVICE,
            replace(HEADLESS, lingering=False),
            State.WARNING,
            "it ends when you log out",
            "loginctl enable-linger",
        ),
        (
            replace(SERVICE, restarts=3),
            replace(HEADLESS, lingering=False, desktop=True),
            State.OK,
            "started again by itself 3 times",
            "",
        ),
        (
            replace(SERVICE, scope=Scope.SYSTEM, unit="followupd@robin.service", active="failed"),
            HEADLESS,
            State.FAILED,
            "followupd@robin.service has failed",
            "journalctl -u followupd@robin.service",
        ),
    ],
)
def test_each_state_of_a_service_is_told_with_what_to_do(
    found: ServiceState, around: Surroundings, state: State, says: str, advice: str
) -> None:
    """The commands are those of its own systemd, the user's or the machine's."""
    line = told(found, around, "/home/robin/.local/bin/followupd", WALL)
    assert line.state is state
    assert says in line.detail
    assert advice in line.advice
    assert bool(line.advice) == (state is not State.OK)


def test_an_account_that_hangs_holds_up_no_other() -> None:
    """The lines of the others are there before it says its next word, and it is named meanwhile."""
    go_on = threading.Event()

    def hanging() -> Iterator[Check]:
        yield ok("password", "found")
        assert go_on.wait(60)
        yield ok("DNS", "late")

    def quick() -> Iterator[Check]:
        yield ok("password", "found")
        yield failed("DNS", "no such host", "check it")

    def waiting(sentence: str) -> None:
        if sentence == "Trying slow (after password)":
            go_on.set()

    lines = list(side_by_side({"slow": hanging, "quick": quick}, waiting, 60, quiet=0.01))
    names = [each.name for each in lines]
    assert names == ["quick: password", "quick: DNS", "slow: password", "slow: DNS"]


def test_an_account_that_never_ends_is_given_up_in_words() -> None:
    """With what it did say, and the command that tries it alone."""
    never = threading.Event()

    def hanging() -> Iterator[Check]:
        yield ok("password", "found")
        never.wait(60)

    lines = list(side_by_side({"slow": hanging}, lambda _: None, 0.2))
    never.set()
    assert lines[-1].name == "slow: time"
    assert lines[-1].state is State.FAILED
    assert "`followupd check slow`" in lines[-1].advice


def test_a_mistake_of_ours_in_one_account_leaves_the_others_their_lines() -> None:
    """It is a line of its own, without what the error said: that may be anything."""

    def broken() -> Iterator[Check]:
        raise LookupError("hunter2")

    lines = list(
        side_by_side(
            {"odd": broken, "even": lambda: iter([ok("DNS", "there")])}, lambda _: None, 60
        )
    )
    assert {each.name for each in lines} == {"odd: check", "even: DNS"}
    assert not any("hunter2" in each.detail for each in lines)


@pytest.mark.parametrize(
    ("flags", "configured", "how"),
    [
        (frozenset({"\\drafts"}), None, FoundBy.MARKED),
        (frozenset({"\\drafts"}), "Drafts", FoundBy.CONFIGURED),
        (frozenset[str](), None, FoundBy.NAMED),
    ],
)
def test_it_is_known_how_a_folder_was_found(
    flags: frozenset[str], configured: str | None, how: FoundBy
) -> None:
    """The configuration wins over the server's mark, that over the name."""
    folders = [Folder("Drafts", flags, "/"), Folder("Sent", frozenset({"\\sent"}), "/")]
    assert found_by("Drafts", "\\drafts", configured, folders) is how


def test_a_password_that_is_missing_is_stored_for_the_server_that_lacks_it() -> None:
    """The server that sends has one of its own, by an option of its own."""
    lacking = 'password = { env = "FOLLOWUPD_TEST_NO_SUCH_VARIABLE" }'
    smtp = f'[accounts.smtp]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\n{lacking}\n'
    [account] = parse(CONFIG + smtp, Path("/nowhere")).accounts
    assert account.smtp is not None
    for protocol, server, line in (
        (IMAP, account.imap, "`followupd login personal` stores"),
        (SMTP, account.smtp, "`followupd login personal --smtp` stores"),
    ):
        found = secret_check("personal", protocol, server, WALL, renews=False)
        assert found.advice is not None
        assert line in found.advice

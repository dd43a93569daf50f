"""For every test: how hard hypothesis tries, the real server, a fresh mailbox, certificates."""

from __future__ import annotations

import os
import signal
import uuid
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import HealthCheck, settings

from followupd.mailbox.connection import tls_context
from tests import leaks, same_on_any_python
from tests.support import courier, cyrus
from tests.support.authority import Authority
from tests.support.dovecot import PASSWORD, Dovecot, installed
from tests.support.fakeserver import FakeServer
from tests.support.seeker import Seeker
from tests.support.usermailbox import PASSWORD_VARIABLE, UserMailbox

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

_FURTHER = "--further-python"

# Nothing may fail because the machine is busy, and the same examples are tried every time where a
# run must be repeatable.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", _PATIENT, derandomize=True)
settings.register_profile("here", _PATIENT)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "here")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The same tests need not all run on every Python."""
    parser.addoption(_FURTHER, action="store_true", help="leave out what is the same on any Python")


def pytest_configure(config: pytest.Config) -> None:
    """The whole run is searched for the secrets that were used in it."""
    leaks.register(config)
    if moved := same_on_any_python.missing():
        raise pytest.UsageError(f"tests/same_on_any_python.py names what is not there: {moved}")
    # What is started in the background may ignore Ctrl-C, and all that it starts would as well.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What is the same on any Python is not even loaded on a further one."""
    if config.getoption(_FURTHER) and same_on_any_python.holds(collection_path):
        return True
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whatever asks for the real server carries its mark; single tests are left out by theirs."""
    for item in items:
        if {"dovecot", "mailbox", "seeker"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.dovecot)
    if config.getoption(_FURTHER):
        left_out = [item for item in items if same_on_any_python.MARKS & _marks(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not same_on_any_python.MARKS & _marks(item)]


def _marks(item: pytest.Item) -> set[str]:
    return {mark.name for mark in item.iter_markers()}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What a test needs and is not here skips it, unless somebody relies on it having run."""
    needs = {
        "dovecot": ("Dovecot (Debian: dovecot-imapd and dovecot-lmtpd)", installed()),
        "cyrus": ("Cyrus (tests/install-mail-servers unpacks it)", cyrus.installed()),
        "courier": ("Courier (tests/install-mail-servers unpacks it)", courier.installed()),
    }
    for mark, (what, is_here) in needs.items():
        if is_here or item.get_closest_marker(mark) is None:
            continue
        if os.environ.get("CI") == "true" or os.environ.get("FOLLOWUPD_REQUIRE_DOVECOT") == "1":
            pytest.fail(f"{what} is not installed here, and this run must not do without it")
        pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="session", autouse=True)
def _password() -> None:
    os.environ[PASSWORD_VARIABLE] = PASSWORD


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """A command that ran in this process has set the umask, and what is logged."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """One real server for the whole run; do not stop it, start your own for that."""
    with Dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def server_context(dovecot: Dovecot) -> ssl.SSLContext:
    """Verified TLS to the real server, made once."""
    return tls_context(dovecot.ca_file)


@pytest.fixture
def mailbox(dovecot: Dovecot, server_context: ssl.SSLContext) -> Iterator[UserMailbox]:
    """An empty mailbox of a user nobody has used before."""
    mailbox = UserMailbox(f"robin-{uuid.uuid4().hex[:10]}", dovecot, server_context)
    yield mailbox
    mailbox.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority for scripted servers."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def fake_server() -> Iterator[FakeServer]:
    """A scripted server without TLS."""
    with FakeServer() as server:
        yield server


@pytest.fixture
def seeker(mailbox: UserMailbox, tmp_path: Path) -> Iterator[Seeker]:
    """A job seeker with that mailbox; it is Tue 1 Dec 2026, 15:00 in Berlin."""
    seeker = Seeker(mailbox, tmp_path)
    yield seeker
    seeker.close()

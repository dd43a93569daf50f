"""One mailbox, one SMTP server and one mail program for each story."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

import pytest

from tests.clients.program import ARTEFACTS, MailAccount
from tests.clients.sink import Sink
from tests.clients.waiting import waiting
from tests.leaks import leave_out
from tests.support.approving import approver
from tests.support.dovecot import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from tests.clients.program import MailProgram
    from tests.clients.waiting import Waiting
    from tests.support.authority import Authority
    from tests.support.seeker import Seeker

_FAILED = pytest.StashKey[bool]()

PROGRAMS = ("neomutt", "aerc", "thunderbird", "roundcube")
"""Each in a module of its own, with `missing()` and `program(account, folder)`."""


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Where the mail program sends."""
    with Sink() as sink:
        yield sink


@pytest.fixture
def story(seeker: Seeker, authority: Authority) -> Iterator[Waiting]:
    """A check-in lies in Drafts, and there is a folder for approving."""
    with approver(seeker, authority) as robin:
        yield waiting(robin)


@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.client, pytest.mark.xdist_group(f"client-{name}")])
        for name in PROGRAMS
    ]
)
def program(
    request: pytest.FixtureRequest, story: Waiting, sink: Sink, tmp_path: Path
) -> Iterator[MailProgram]:
    """A mail program on that mailbox, open and synchronised."""
    module = importlib.import_module(f"tests.clients.{request.param}")
    missing = module.missing()
    if missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{missing} is not installed here, and this run must not do without it")
        pytest.skip(f"{missing} is not installed")
    mailbox = story.seeker.mailbox
    account = MailAccount(
        name="Robin Doe",
        address="robin@example.org",
        user=mailbox.name,
        password=PASSWORD,
        imap_port=mailbox.server.ports.imap,
        smtp_port=sink.port,
    )
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    folder = tmp_path / request.param
    leave_out(folder)
    folder.mkdir()
    program: MailProgram = module.program(account, folder)
    try:
        program.start()
        yield program
        if request.node.stash.get(_FAILED, False):
            program.picture("failed")
    finally:
        program.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure, so that a picture of it can be taken before the program ends."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report

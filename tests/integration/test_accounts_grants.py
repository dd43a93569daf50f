"""Accounts that sign in by a grant, in the real daemon: tokens end, rotate, and are taken back.

Dovecot asks a real provider about each token; nothing is scripted but what the provider does.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from followupd import login_mark
from followupd.config import OAuth, load
from followupd.domain.interview import DraftState, Part, Person, Status
from followupd.mailbox.connection import tls_context
from followupd.oauth.grant import store
from followupd.oauth.tokens import TokenAnswer
from followupd.oauth.tokens import granted as tokens_of
from followupd.oauth.tokens import lifetime as lifetime_of
from tests.support.accounts import (
    DEADLINE,
    QUICK,
    AccountText,
    Told,
    problem,
    running,
    until,
    write_configuration,
)
from tests.support.approving import FOLDER, Approver, with_check_in
from tests.support.dovecot import Dovecot
from tests.support.oidc import Behaviour, Fault, OidcProvider
from tests.support.seeker import DANA, KIM, Seeker
from tests.support.smtpserver import SmtpServer
from tests.support.usermailbox import UserMailbox

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.authority import Authority

pytestmark = [pytest.mark.dovecot, pytest.mark.xdist_group("grants")]

SOON = 2
"""Seconds that a token is said to last where many are to be seen to end."""


@pytest.fixture(scope="module")
def running_provider(authority: Authority) -> Iterator[OidcProvider]:
    """One provider for all tests here."""
    with OidcProvider(authority) as provider:
        yield provider


@pytest.fixture(scope="module")
def server(running_provider: OidcProvider) -> Iterator[Dovecot]:
    """A Dovecot that asks it."""
    with Dovecot(oauth=running_provider) as server:
        yield server


@pytest.fixture(scope="module")
def context(server: Dovecot) -> ssl.SSLContext:
    """Verified TLS to that server."""
    return tls_context(server.ca_file)


@pytest.fixture
def provider(running_provider: OidcProvider) -> Iterator[OidcProvider]:
    """The provider, which keeps its rules unless a test says otherwise."""
    yield running_provider
    for each in fields(Behaviour):
        setattr(running_provider.behaviour, each.name, getattr(Behaviour(), each.name))
    running_provider.faults.clear()


@pytest.fixture
def personal(server: Dovecot, context: ssl.SSLContext) -> Iterator[UserMailbox]:
    """The mailbox of the account with a password, which the interview belongs to."""
    mailbox = UserMailbox(f"robin-{uuid.uuid4().hex[:10]}", server, context)
    yield mailbox
    mailbox.close()


@pytest.fixture
def work(server: Dovecot, context: ssl.SSLContext) -> Iterator[UserMailbox]:
    """The mailbox of the account with a grant."""
    mailbox = UserMailbox(f"work-{uuid.uuid4().hex[:10]}", server, context)
    yield mailbox
    mailbox.close()


@pytest.fixture
def seeker(
    tmp_path: Path, provider: OidcProvider, personal: UserMailbox, work: UserMailbox
) -> Iterator[Seeker]:
    """Two accounts and an interview past its decision date; `work` is not signed in yet."""
    write_configuration(
        tmp_path,
        AccountText("personal", personal.imap),
        AccountText("work", work.imap, password="", oauth=_oauth(tmp_path, provider)),
    )
    seeker = Seeker(personal, tmp_path)
    seeker.at("2026-12-08 08:00")
    seeker.add((DANA,))
    yield seeker
    seeker.close()


def _oauth(folder: Path, provider: OidcProvider) -> str:
    """The lines of `[accounts.oauth]`."""
    lines = (
        f'provider = "{provider.issuer}"',
        f'client_id = "{provider.client_id}"',
        f'tokens = {{ file = "{folder / "tokens"}" }}',
        'scopes = ["mail"]',
        f'ca_file = "{provider.ca_file}"',
    )
    return "\n".join(lines)


def _sign_in(
    seeker: Seeker,
    provider: OidcProvider,
    mailbox: UserMailbox,
    account: str = "work",
    *,
    ago: timedelta = timedelta(0),
) -> None:
    """What `login` does in the end; `ago`: how long that was before now."""
    oauth = load(seeker.config).account(account).imap.password
    assert isinstance(oauth, OAuth)
    pair, said = provider.issue(mailbox.name), provider.behaviour.says_expires_in
    lifetime = lifetime_of(pair.expires_in if said is ... else said)
    granted = tokens_of(
        TokenAnswer(pair.access, pair.refresh, lifetime, None),
        asked_at=datetime.now(UTC) - ago,
        scopes=("mail",),
        provider=provider.issuer,
        client_id=provider.client_id,
    )
    assert granted is not None
    store(account, oauth, granted)
    login_mark.leave(seeker.state, account)


def _refreshes(provider: OidcProvider) -> int:
    return len(provider.ledger.of("/token", grant_type="refresh_token"))


def _has_refreshed(provider: OidcProvider, before: int) -> bool:
    return _refreshes(provider) > before


def _is_answered(seeker: Seeker, number: int) -> bool:
    return seeker.status(number) is Status.ANSWERED


def _is_quiet(told: Told, seeker: Seeker) -> None:
    assert told.loud("work") == told.loud("personal") == []
    assert problem(seeker, "work") == ""
    assert told.status == "watching 2 accounts"


@pytest.mark.parametrize("clock_ahead", [0, 7200])
def test_tokens_that_end_while_it_listens_are_replaced_and_no_mail_is_missed(
    seeker: Seeker, provider: OidcProvider, work: UserMailbox, clock_ahead: int
) -> None:
    """Planned reconnects, one after the other; each refresh token is used once and replaced."""
    provider.behaviour.says_expires_in = SOON
    provider.behaviour.clock_ahead = clock_ahead
    _sign_in(seeker, provider, work)
    people = [Person(f"Kim {each}", f"kim@{each}.example", Part.RECRUITER) for each in "abc"]
    numbers = [seeker.add((each,), company=each.name.title()) for each in people]

    async def story() -> None:
        async with running(seeker) as told:
            for number, person in zip(numbers, people, strict=True):
                await until(partial(_has_refreshed, provider, _refreshes(provider)), "a refresh")
                letter = seeker.letter_from(person, "Good news")
                await asyncio.to_thread(work.deliver, letter)
                await until(partial(_is_answered, seeker, number), "the answer")
            _is_quiet(told, seeker)
            assert told.lines("session ended") == []

    asyncio.run(story())


def test_a_server_that_hangs_up_when_the_token_ends_is_no_trouble(
    seeker: Seeker, provider: OidcProvider, work: UserMailbox, server: Dovecot
) -> None:
    """The token ended earlier than it was said to: another is fetched, and it goes on at once."""
    provider.behaviour.clock_ahead = -7200
    _sign_in(seeker, provider, work)

    async def story() -> None:
        # Whatever was opened has lived long enough here.
        async with running(seeker, replace(QUICK, session=0.0)) as told:
            before = _refreshes(provider)
            provider.memory.end_access_tokens()
            await asyncio.to_thread(server.kick, work.name)
            await until(partial(_has_refreshed, provider, before), "a newer token")
            await asyncio.to_thread(work.deliver, seeker.letter_from(DANA, "Good news"))
            await until(partial(_is_answered, seeker, 1), "the answer")
            _is_quiet(told, seeker)
            assert told.lines("session ended", "work") != []

    asyncio.run(story())


def test_a_grant_that_was_taken_back_stops_its_account_until_the_next_login(
    seeker: Seeker, provider: OidcProvider, work: UserMailbox, server: Dovecot
) -> None:
    """One alarm that says what to do, no more tries, and the other account goes on."""
    _sign_in(seeker, provider, work)

    async def story() -> None:
        async with running(seeker) as told:
            provider.memory.revoke_everything()
            await asyncio.to_thread(server.kick, work.name)
            await until(lambda: told.lines("account stopped") != [], "the alarm")
            await until(lambda: "followupd login work" in problem(seeker, "work"), "the trouble")
            await until(lambda: "followupd login work" in told.status, "the status")
            assert told.status.startswith("watching 1 of 2 accounts; work: ")
            asked = len(provider.ledger.of("/token"))
            await asyncio.to_thread(seeker.mailbox.deliver, seeker.letter_from(DANA, "Good news"))
            await until(partial(_is_answered, seeker, 1), "the answer")
            told.daemon._jumped(60.0)  # everything that can be tried is tried now
            number = seeker.add((KIM,), company="Globex")
            await until(lambda: "personal" in seeker.history(number).searched, "a look back")
            assert len(provider.ledger.of("/token")) == asked
            assert len(told.lines("account stopped")) == 1
            await asyncio.to_thread(work.deliver, seeker.letter_from(KIM, "Good news"))
            await asyncio.to_thread(_sign_in, seeker, provider, work)
            await until(partial(_is_answered, seeker, number), "the answer in the other one")
            await until(lambda: told.status == "watching 2 accounts", "all well")
            assert problem(seeker, "work") == ""

    asyncio.run(story())


def test_an_account_that_was_never_signed_in_fails_a_single_pass_in_words(
    seeker: Seeker,
) -> None:
    """`once`, `list` and the digest say what to do; the other account is looked at all the same."""
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    result = seeker.says("once")
    assert result.code == 1
    assert "followupd login work" in result.err
    for command in ("list", "digest"):
        assert "followupd login work" in " ".join(seeker.told(command).out.split())
    assert seeker.status(1) is Status.ANSWERED


def test_a_provider_that_is_away_is_waited_for(
    seeker: Seeker, provider: OidcProvider, work: UserMailbox, server: Dovecot
) -> None:
    """What is connected goes on; what has to sign in meanwhile waits, and heals by itself."""
    provider.behaviour.says_expires_in = SOON
    _sign_in(seeker, provider, work)
    person = Person("Kim A", "kim@a.example", Part.RECRUITER)
    number = seeker.add((person,), company="A")

    async def story() -> None:
        async with running(seeker) as told:
            before = len(provider.ledger.of("/token"))
            provider.faults["/token"] = Fault(status=503)
            await until(lambda: len(provider.ledger.of("/token")) > before, "a try in vain")
            await asyncio.to_thread(work.deliver, seeker.letter_from(DANA, "Good news"))
            await until(partial(_is_answered, seeker, 1), "the answer over what is connected")
            _is_quiet(told, seeker)
            provider.memory.end_access_tokens()
            await asyncio.to_thread(server.kick, work.name)
            await until(lambda: len(told.lines("connection lost", "work")) > 1, "tries in vain")
            assert "503" in told.lines("connection lost", "work")[-1]["problem"]
            assert told.lines("account stopped") == told.lines("login refused") == []
            await asyncio.to_thread(work.deliver, seeker.letter_from(person, "Good news"))
            provider.faults.clear()
            await until(partial(_is_answered, seeker, number), "the answer")
            await until(lambda: problem(seeker, "work") == "", "all well")

    asyncio.run(story())


def test_a_token_that_is_about_to_end_is_used_while_the_provider_is_away(
    seeker: Seeker, provider: OidcProvider, work: UserMailbox
) -> None:
    """A newer one is asked for in vain, and the mailbox opens all the same."""
    _sign_in(seeker, provider, work, ago=timedelta(minutes=57))
    provider.faults["/token"] = Fault(status=503)
    work.deliver(seeker.letter_from(DANA, "Good news"))
    before = len(provider.ledger.of("/token"))
    assert seeker.once() == []
    assert seeker.status(1) is Status.ANSWERED
    assert len(provider.ledger.of("/token")) > before


def test_an_approved_draft_is_sent_with_a_newer_token_where_the_last_one_has_ended(
    tmp_path: Path, provider: OidcProvider, personal: UserMailbox, authority: Authority
) -> None:
    """The mailbox is still open; the server that sends takes the old token no more."""
    personal.looking.create_folder(FOLDER)
    with SmtpServer(authority.localhost(), tokens=provider) as smtp:
        sending = (
            "[accounts.smtp]",
            'host = "localhost"',
            f"port = {smtp.port}",
            'security = "starttls"',
            f'ca_file = "{authority.ca_file}"',
            "[accounts.approval]",
            f'folder = "{FOLDER}"',
        )
        oauth = _oauth(tmp_path, provider)
        write_configuration(
            tmp_path,
            AccountText("personal", personal.imap, "", oauth, more="\n".join(sending)),
        )
        seeker = Seeker(personal, tmp_path)
        robin = Approver(seeker, smtp)
        _sign_in(seeker, provider, personal, "personal")
        with_check_in(seeker, DANA)

        async def story() -> None:
            async with running(seeker) as told:
                before = _refreshes(provider)
                provider.memory.end_access_tokens()
                await asyncio.to_thread(robin.approves)
                told.daemon._jumped(0.0)  # looks at every folder now
                await until(lambda: len(smtp.envelopes) == 1, "the message")
                await until(lambda: robin.draft().state is DraftState.SENT, "it is known")
                assert _refreshes(provider) == before + 1
                assert told.loud("personal") == []

        asyncio.run(story())
        assert len(smtp.envelopes) == 1
        assert len(smtp.tokens_shown) == 2
        seeker.close()


def test_killed_while_a_token_is_refreshed_it_works_after_the_next_start(
    seeker: Seeker, provider: OidcProvider, work: UserMailbox
) -> None:
    """The provider has replaced the refresh token, and nobody heard of the new one."""
    provider.behaviour.says_expires_in = SOON
    provider.behaviour.keeps_previous = True
    _sign_in(seeker, provider, work)
    provider.memory.end_access_tokens()
    provider.faults["/token"] = Fault(hangs=True, is_carried_out=True, times=1)
    before = len(provider.ledger.of("/token"))
    environ = os.environ | {"STATE_DIRECTORY": str(seeker.state)}
    command = [sys.executable, "-m", "followupd", "--config", str(seeker.config), "run"]
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as process:
        began = time.monotonic()
        while len(provider.ledger.of("/token")) == before:
            assert process.poll() is None
            assert time.monotonic() - began < DEADLINE
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    work.deliver(seeker.letter_from(DANA, "Good news"))
    assert seeker.once() == []
    assert seeker.status(1) is Status.ANSWERED

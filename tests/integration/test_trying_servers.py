"""Whether a server is there: guessed or named, tried on Dovecot and SMTP without signing in."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from followupd.config import Security
from followupd.errors import ConnectionLost, ServerRefused
from followupd.providers.finding import How, find
from followupd.providers.parallel import all_at_once
from followupd.providers.servers import Protocol, Server
from followupd.providers.trying import Trial, try_imap, try_smtp
from tests.support.dovecot import Dovecot
from tests.support.fakeserver import FakeServer
from tests.support.mailserver import free_ports
from tests.support.seekerdomain import ADDRESS, PATIENT, World, domain_of_its_own, servers
from tests.support.smtpserver import SmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.authority import Authority


@pytest.fixture
def world(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A domain that exists and of which nothing else is known."""
    with domain_of_its_own(authority, monkeypatch) as made:
        yield made


# Guessing


@pytest.fixture(scope="module")
def dovecot_by_name(authority: Authority) -> Iterator[Dovecot]:
    """A Dovecot whose certificate is for `mail.seeker.example`, signed by the world's authority."""
    server = Dovecot()
    pair = authority.sign("mail", dns="mail.seeker.example", address=None)
    for name, source in (("localhost.pem", pair.certificate), ("localhost.key", pair.key)):
        (server.folder / name).write_bytes(source.read_bytes())
    with server:
        yield server


@pytest.mark.dovecot
def test_a_server_with_a_usual_name_is_found_by_trying(
    world: World, dovecot_by_name: Dovecot
) -> None:
    """Nobody says anything about the domain, and still the user types no server."""
    world.internet.leads("mail.seeker.example", 993, dovecot_by_name.ports.imaps)
    pair = world.authority.sign("smtp", dns="smtp.seeker.example", address=None)
    with SmtpServer(pair) as smtp:
        world.internet.leads("smtp.seeker.example", 587, smtp.port)
        said: list[str] = []
        found = find(
            ADDRESS,
            progress=said.append,
            names=world.names.names(),
            ca_file=world.authority.ca_file,
            seconds=PATIENT,
        )
        assert "AUTH" not in smtp.commands
    assert servers(found.imap) == ["mail.seeker.example:993 (TLS)"]
    assert servers(found.smtp) == ["smtp.seeker.example:587 (STARTTLS)"]
    assert {each.how for each in (*found.imap, *found.smtp)} == {How.GUESS}
    assert found.imap[0].username == ADDRESS
    assert not found.imap[0].is_outside
    assert found.trials == ()
    assert [each[-1] for each in said] == [".", "."]
    assert "user=<" not in dovecot_by_name.log.replace("user=<>", "")


@pytest.mark.dovecot
def test_starttls_is_tried_where_there_is_no_tls_from_the_start(
    world: World, dovecot_by_name: Dovecot
) -> None:
    """The older way is as safe, once it is verified."""
    world.internet.leads("mail.seeker.example", 143, dovecot_by_name.ports.imap)
    assert servers(world.find().imap) == ["mail.seeker.example:143 (STARTTLS)"]


@pytest.mark.dovecot
def test_the_exchanger_itself_may_be_the_server(world: World, dovecot_by_name: Dovecot) -> None:
    """Who runs one mail server for several domains; it lies outside, so the user is asked."""
    world.names.says("other.example", "MX", "10 mail.seeker.example.")
    world.internet.leads("mail.seeker.example", 993, dovecot_by_name.ports.imaps)
    found = world.find("robin@other.example")
    assert servers(found.imap) == ["mail.seeker.example:993 (TLS)"]
    assert (found.imap[0].how, found.imap[0].is_outside) == (How.GUESS, True)


@pytest.mark.dovecot
def test_a_guess_with_another_certificate_is_told_and_not_taken(
    world: World, dovecot_by_name: Dovecot
) -> None:
    """A hoster's server often has the hoster's name; the user can type that one."""
    world.internet.leads("imap.seeker.example", 993, dovecot_by_name.ports.imaps)
    found = world.find()
    assert found.imap == ()
    (trial,) = found.trials
    assert trial.certificate_refused
    assert "the certificate is not for imap.seeker.example" in str(trial.error)
    assert "mail.seeker.example" in str(trial.error)


def test_a_server_that_cannot_be_protected_is_told_and_not_taken(world: World) -> None:
    """Nothing secret would go there, not even by mistake."""
    with FakeServer() as clear_text, SmtpServer() as sender:
        world.internet.leads("imap.seeker.example", 143, clear_text.port)
        world.internet.leads("smtp.seeker.example", 587, sender.port)
        found = world.find()
        assert {each.name for each in clear_text.log} <= {"CAPABILITY", "LOGOUT"}
    assert (found.imap, found.smtp) == ((), ())
    assert {type(each.error) for each in found.trials} == {ServerRefused}
    assert {each.protocol for each in found.trials} == {Protocol.IMAP, Protocol.SMTP}


# Trying one server


@pytest.mark.dovecot
@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_an_imap_server_is_tried_without_signing_in(dovecot: Dovecot, security: Security) -> None:
    """Its capabilities tell whether it takes passwords."""
    port = dovecot.ports.imaps if security is Security.TLS else dovecot.ports.imap
    trial = try_imap(Server("localhost", port, security), ca_file=dovecot.ca_file, seconds=PATIENT)
    assert trial.error is None
    assert trial.is_there
    assert {"IMAP4REV1", "AUTH=PLAIN"} <= trial.capabilities


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_an_smtp_server_is_tried_without_signing_in(
    authority: Authority, security: Security
) -> None:
    """EHLO tells what it can; no user is named."""
    with SmtpServer(authority.localhost(), from_the_start=security is Security.TLS) as server:
        trial = try_smtp(
            Server("localhost", server.port, security), ca_file=authority.ca_file, seconds=PATIENT
        )
        assert set(server.commands) <= {"EHLO", "STARTTLS"}
    assert trial.error is None
    assert "AUTH=PLAIN" in trial.capabilities


def test_nobody_there_is_told_in_words() -> None:
    """With host and port."""
    (port,) = free_ports(1)
    server = Server("127.0.0.1", port, Security.TLS)
    for trial in (try_imap(server, seconds=PATIENT), try_smtp(server, seconds=PATIENT)):
        assert isinstance(trial.error, ConnectionLost)
        assert str(trial.error).startswith(f"127.0.0.1:{port}: cannot connect")
        assert not trial.certificate_refused


def both(server: FakeServer, sender: SmtpServer, ca_file: Path | None) -> list[Trial]:
    """A trial of each."""
    return [
        try_imap(Server("localhost", server.port, Security.TLS), ca_file=ca_file, seconds=PATIENT),
        try_smtp(Server("localhost", sender.port, Security.TLS), ca_file=ca_file, seconds=PATIENT),
    ]


def test_a_private_authority_is_known_by_its_file_only(authority: Authority) -> None:
    """Without `ca_file` the certificate is refused, and the wizard can offer one."""
    pair = authority.localhost()
    with (
        FakeServer(certificate=pair, ca_file=authority.ca_file) as server,
        SmtpServer(pair, from_the_start=True) as sender,
    ):
        without = both(server, sender, None)
        assert [each.certificate_refused for each in without] == [True, True]
        assert "imap.ca_file" in str(without[0].error)
        assert "smtp.ca_file" in str(without[1].error)
        assert all(each.is_there for each in both(server, sender, authority.ca_file))


def test_a_server_that_says_nothing_is_given_up() -> None:
    """It may be another service, or one that waits for TLS."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        for trial in (
            try_imap(Server("127.0.0.1", port, Security.STARTTLS), seconds=0.5),
            try_smtp(Server("127.0.0.1", port, Security.STARTTLS), seconds=0.5),
        ):
            assert isinstance(trial.error, ConnectionLost)
            assert "in time" in str(trial.error)


# Several questions at once


def test_answers_come_in_the_order_of_the_questions() -> None:
    """Whoever is asked first need not answer first."""
    asked = threading.Event()

    def late() -> str:
        assert asked.wait(PATIENT)
        return "late"

    def early() -> str:
        asked.set()
        return "early"

    assert all_at_once([late, early], 2 * PATIENT) == ["late", "early"]


def test_a_question_without_an_answer_holds_up_no_other() -> None:
    """It is given up when the time is over, and the others' answers are there."""
    here, there = socket.socketpair()
    with here, there:
        # A busy machine may need longer even for the quick one.
        for seconds in (0.2, 2.0, PATIENT):
            answers = all_at_once([lambda: here.recv(1), lambda: b"answer"], seconds)
            assert answers[0] is None
            if answers[1] is not None:
                break
        assert answers == [None, b"answer"]
        there.send(b"xxx")


def test_a_mistake_of_ours_is_not_swallowed() -> None:
    """A question that raises is a bug, and shows as one."""

    def broken() -> int:
        raise LookupError("a bug")

    with pytest.raises(LookupError, match="a bug"):
        all_at_once([broken], PATIENT)

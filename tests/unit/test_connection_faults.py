"""What a connection makes of servers that fail, refuse, lie or talk nonsense."""

from __future__ import annotations

import logging
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from followupd.errors import (
    AuthenticationError,
    ConnectionLost,
    OutcomeUnknown,
    ServerRefused,
)
from followupd.mailbox.connection import AppendUid, Connection, NoticeKind, Timeouts
from tests.support.delivery import mail
from tests.support.fakeserver import (
    ALWAYS,
    CAPABILITIES,
    PASSWORD,
    Command,
    FakeServer,
    Session,
    answer,
    carried_out_then_hang_up,
    hang_up,
    ignore,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.authority import Authority


def connect(server: FakeServer, secret: str = PASSWORD, read: float = 5.0) -> Connection:
    return Connection.open(server.imap, secret, timeouts=Timeouts(connect=5.0, read=read))


def says(data: bytes) -> Callable[[Session, Command], None]:
    """A hook: say something unasked, then do what was asked."""

    def hook(session: Session, command: Command) -> None:
        session.send(data)
        session.carry_out(command)

    return hook


# Signing in


def test_a_refused_password_is_an_authentication_error_without_the_password(
    fake_server: FakeServer,
) -> None:
    """The error names the server and the user; the secret is not in it."""
    with pytest.raises(AuthenticationError) as caught:
        connect(fake_server, "hunter2")
    assert "robin" in str(caught.value)
    assert str(fake_server.port) in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_server_that_repeats_the_password_does_not_get_it_into_the_error(
    fake_server: FakeServer,
) -> None:
    """Some servers quote the line they did not understand."""
    fake_server.on("LOGIN", answer('BAD what is LOGIN "robin" "hunter2"?'))
    with pytest.raises(AuthenticationError) as caught:
        connect(fake_server, "hunter2")
    assert "hunter2" not in str(caught.value)


def test_a_password_at_the_edge_of_a_long_answer_is_not_cut_into_view(
    fake_server: FakeServer,
) -> None:
    """The password is taken out before the answer is shortened, in whichever form it was sent."""
    fake_server.on("LOGIN", answer("NO " + "x" * 185 + ' hunter\\"2hunter\\"2'))
    with pytest.raises(AuthenticationError) as caught:
        connect(fake_server, 'hunter"2hunter"2')
    assert "hunter" not in str(caught.value)


def test_nothing_of_the_conversation_reaches_the_log(
    fake_server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the password nor a mail is logged, at any level."""
    caplog.set_level(logging.DEBUG)
    fake_server.deliver(mail(subject="A private matter", body="Very private.\n"))
    with closing(connect(fake_server, PASSWORD)) as connection:
        connection.examine("INBOX")
        connection.headers([1])
        connection.body(1)
    assert "rivate" not in caplog.text
    assert f'"{PASSWORD}"' not in caplog.text


@pytest.mark.parametrize(
    "line",
    [
        "NO [UNAVAILABLE] later",
        "NO [INUSE] locked",
        "NO [LIMIT] enough",
        "NO [ALERT] Too many simultaneous connections. (Failure)",
    ],
)
def test_a_busy_server_is_not_a_wrong_password(fake_server: FakeServer, line: str) -> None:
    """A temporary refusal must not stop the account for an hour."""
    fake_server.on("LOGIN", answer(line))
    with pytest.raises(ConnectionLost, match="LOGIN"):
        connect(fake_server)


@pytest.mark.parametrize("hook", [hang_up, says(b"* BYE too much\r\n")], ids=["eof", "bye"])
def test_a_connection_that_breaks_at_login_is_not_a_wrong_password(
    fake_server: FakeServer, hook: Callable[[Session, Command], None]
) -> None:
    """Only the server's NO says something about the password."""
    fake_server.on("LOGIN", hook)
    with pytest.raises(ConnectionLost):
        connect(fake_server)


@pytest.mark.parametrize("greeting", [b"* BYE go away\r\n", b"220 smtp ready\r\n"])
def test_a_greeting_that_is_none_is_a_lost_connection(greeting: bytes) -> None:
    """A server that does not want us, or is none of IMAP."""
    with FakeServer(greeting=greeting) as server, pytest.raises(ConnectionLost):
        connect(server)


def test_a_login_that_is_switched_off_says_so() -> None:
    """LOGINDISABLED without another way in is told in words."""
    with FakeServer(capabilities="IMAP4rev1 IDLE LOGINDISABLED") as server:
        with pytest.raises(AuthenticationError, match="takes no password"):
            connect(server)
        assert server.count("LOGIN") == 0


def test_a_password_beyond_ascii_goes_through_sasl() -> None:
    """LOGIN takes ASCII only; AUTHENTICATE PLAIN takes UTF-8."""
    with FakeServer(password="pässwörd") as server:
        connect(server, "pässwörd").close()
        assert server.count("AUTHENTICATE") == 1


def test_a_password_with_a_line_break_is_not_sent(fake_server: FakeServer) -> None:
    """A line break would begin a command of its own."""
    with pytest.raises(AuthenticationError, match="line break"):
        connect(fake_server, "pw\r\nA1 DELETE INBOX")
    assert fake_server.count("LOGIN") == 0


# TLS


def test_starttls_is_verified_and_comes_before_the_password(authority: Authority) -> None:
    """With STARTTLS the login happens inside TLS."""
    with FakeServer(
        certificate=authority.localhost(), ca_file=authority.ca_file, starttls=True
    ) as server:
        connect(server).close()
        names = [command.name for command in server.log]
        assert names.index("STARTTLS") < names.index("LOGIN")


def test_starttls_that_is_not_offered_is_refused(authority: Authority) -> None:
    """There is no way on in clear text."""

    def without(session: Session, command: Command) -> None:
        session.send(b"* CAPABILITY IMAP4rev1 IDLE\r\n")
        session.ok(command)

    with FakeServer(
        certificate=authority.localhost(), ca_file=authority.ca_file, starttls=True
    ) as server:
        server.on("CAPABILITY", without, times=ALWAYS)
        with pytest.raises(ServerRefused, match="does not offer STARTTLS"):
            connect(server)
        assert server.count("LOGIN") == 0


def test_what_was_said_before_tls_is_not_believed_after_it(authority: Authority) -> None:
    """Clear text that follows the answer to STARTTLS could come from anybody."""

    def injected(session: Session, command: Command) -> None:
        session.send(f"{command.tag} OK go\r\n* CAPABILITY IMAP4rev1\r\n".encode())

    with FakeServer(
        certificate=authority.localhost(), ca_file=authority.ca_file, starttls=True
    ) as server:
        server.on("STARTTLS", injected)
        with pytest.raises(ConnectionLost, match="unencrypted"):
            connect(server)
        assert server.count("LOGIN") == 0


def test_preauth_does_not_talk_us_out_of_tls(authority: Authority) -> None:
    """A PREAUTH greeting would leave STARTTLS out, and all mail in clear text."""
    with (
        FakeServer(
            certificate=authority.localhost(),
            ca_file=authority.ca_file,
            starttls=True,
            greeting=b"* PREAUTH welcome\r\n",
        ) as server,
        pytest.raises(ServerRefused, match="STARTTLS"),
    ):
        connect(server)


@pytest.mark.parametrize("starttls", [False, True], ids=["tls", "starttls"])
@pytest.mark.parametrize(
    ("kind", "word", "advice"),
    [("wrong_name", "not for localhost", "imap.host"), ("expired", "expired", "clock")],
)
def test_a_bad_certificate_is_refused_in_words(
    authority: Authority, kind: str, word: str, advice: str, starttls: bool
) -> None:
    """The error says what is wrong with it and what to look at."""
    certificate = getattr(authority, kind)()
    with FakeServer(
        certificate=certificate, ca_file=authority.ca_file, starttls=starttls
    ) as server:
        with pytest.raises(ConnectionLost) as caught:
            connect(server)
        assert word in str(caught.value)
        assert advice in str(caught.value)
        assert server.count("LOGIN") == 0


# Reading


def test_a_server_that_stops_answering_is_lost_after_the_timeout(fake_server: FakeServer) -> None:
    """A dead peer costs the read timeout, and the connection is not used again."""
    fake_server.on("EXAMINE", ignore)
    connection = connect(fake_server, read=0.2)
    with pytest.raises(ConnectionLost, match=r"EXAMINE INBOX.*in time"):
        connection.examine("INBOX")
    assert connection.closed
    with pytest.raises(ConnectionLost, match="closed"):
        connection.examine("INBOX")


def test_another_thread_can_cut_a_waiting_call_off(fake_server: FakeServer) -> None:
    """Shutdown makes a blocked read fail at once."""
    fake_server.on("NOOP", ignore)
    connection = connect(fake_server, read=30.0)
    caught: list[Exception] = []

    def wait() -> None:
        try:
            connection.noop()
        except ConnectionLost as error:
            caught.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    fake_server.wait_for("NOOP")
    connection.shutdown()
    thread.join(20.0)  # less than the read would have waited
    assert caught


def test_an_unasked_fetch_is_not_taken_for_another_message(fake_server: FakeServer) -> None:
    """`* 7 FETCH` without a UID is about the seventh message, not about UID 7."""
    for _ in range(7):
        fake_server.deliver(mail())
    fake_server.folders["INBOX"].messages[6].flags = {"\\Seen"}
    fake_server.on("UID FETCH", says(b"* 7 FETCH (FLAGS (\\Deleted))\r\n"))
    with closing(connect(fake_server)) as connection:
        connection.examine("INBOX")
        (seventh,) = connection.headers([7])
    assert seventh.flags == {"\\Seen"}


def test_one_answer_that_makes_no_sense_does_not_spoil_the_others(fake_server: FakeServer) -> None:
    """A poisonous message is there, empty; its neighbours are whole."""
    uids = [fake_server.deliver(mail(subject=f"Mail {n}")) for n in range(3)]

    def poison(session: Session, command: Command) -> None:
        session.send(b'* 2 FETCH (UID 2 FLAGS (\\Seen" BODY[HEADER]<0> (\r\n')
        fake_server.folders["INBOX"].remove(2)
        session.carry_out(command)

    fake_server.on("UID FETCH", poison)
    with closing(connect(fake_server)) as connection:
        connection.examine("INBOX")
        found = connection.headers(uids)
    assert [each.uid for each in found] == [1, 2, 3]
    assert found[1].raw == b""
    assert b"Mail 0" in found[0].raw
    assert b"Mail 2" in found[2].raw


def test_a_message_that_vanished_is_absent(fake_server: FakeServer) -> None:
    """Another client may expunge between SEARCH and FETCH."""
    fake_server.deliver(mail())
    with closing(connect(fake_server)) as connection:
        connection.examine("INBOX")
        assert [each.uid for each in connection.headers([1, 5])] == [1]
        assert connection.body(5) is None


def test_reading_changes_no_flag(fake_server: FakeServer) -> None:
    """EXAMINE and PEEK only."""
    fake_server.deliver(mail())
    with closing(connect(fake_server)) as connection:
        connection.examine("INBOX")
        connection.headers([1])
        connection.body(1)
    assert fake_server.folders["INBOX"].messages[0].flags == set()
    assert fake_server.count("SELECT") == 0


def test_a_body_is_fetched_no_further_than_asked(fake_server: FakeServer) -> None:
    """A mail of any size costs its limit."""
    fake_server.deliver(mail(body="x" * 70_000))
    with closing(connect(fake_server)) as connection:
        connection.examine("INBOX")
        assert len(connection.body(1, limit=1000) or b"") == 1000


def test_a_server_without_utf8_search_is_asked_in_ascii(fake_server: FakeServer) -> None:
    """BADCHARSET widens the search, and the caller can see that."""
    fake_server.deliver(mail(subject="Grüße", sender="dana@acme.example"))
    fake_server.deliver(mail(subject="Other", sender="dana@acme.example"))
    fake_server.on("UID SEARCH", answer("NO [BADCHARSET (US-ASCII)] no"))
    with closing(connect(fake_server)) as connection:
        connection.examine("INBOX")
        assert connection.search("FROM", "dana", "SUBJECT", "Grüße") == [1, 2]
        assert connection.search_widened
        assert connection.search("FROM", "dana", "SUBJECT", "Grüße") == [1]
        assert not connection.search_widened


def test_a_charset_refused_before_the_literal_does_not_break_the_connection() -> None:
    """Without LITERAL+ the NO comes in place of the go-ahead."""
    with FakeServer(capabilities=CAPABILITIES.replace("LITERAL+ ", "")) as server:
        server.deliver(mail(sender="dana@acme.example"))
        server.on("UID LITERAL", answer("NO [BADCHARSET] no"))
        with closing(connect(server)) as connection:
            connection.examine("INBOX")
            assert connection.search("FROM", "dana", "SUBJECT", "Grüße") == [1]
            assert connection.search_widened


def test_uidnext_is_worked_out_where_the_server_does_not_say(fake_server: FakeServer) -> None:
    """Some servers leave UIDNEXT out of EXAMINE; STATUS has it."""
    fake_server.deliver(mail())

    def examine(session: Session, command: Command) -> None:
        with session.muted():
            session.carry_out(command)
        session.send(b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1000] ok\r\n")
        session.ok(command, "[READ-ONLY] ")

    fake_server.on("EXAMINE", examine)
    with closing(connect(fake_server)) as connection:
        mailbox = connection.examine("INBOX")
    assert (mailbox.uidvalidity, mailbox.uidnext, mailbox.exists) == (1000, 2, 1)


def test_a_folder_that_does_not_exist_is_named(fake_server: FakeServer) -> None:
    """The server's NO becomes an error with the folder in it; the connection stays."""
    with closing(connect(fake_server)) as connection:
        with pytest.raises(ServerRefused, match="EXAMINE Nowhere"):
            connection.examine("Nowhere")
        assert not connection.closed
        assert connection.examine("INBOX").exists == 0


def test_a_folder_that_is_read_only_is_refused_and_not_lost(fake_server: FakeServer) -> None:
    """SELECT of a read-only folder is an answer, not a broken connection."""

    def read_only(session: Session, command: Command) -> None:
        session.send(b"* 0 EXISTS\r\n")
        session.ok(command, "[READ-ONLY] ")

    fake_server.on("SELECT", read_only)
    with closing(connect(fake_server)) as connection:
        with pytest.raises(ServerRefused, match="not writable"):
            connection.select("INBOX")
        assert connection.examine("INBOX").exists == 0


def test_a_line_of_list_that_makes_no_sense_is_left_out(fake_server: FakeServer) -> None:
    """One strange folder does not hide the others."""
    fake_server.on("LIST", says(b'* LIST (\\Odd "/" "broken\r\n* LIST () NIL 123\r\n'))
    with closing(connect(fake_server)) as connection:
        names = [folder.name for folder in connection.folders()]
    assert names == ["123", "INBOX", "Drafts", "Sent", "Trash"]


def test_a_huge_literal_is_not_read(fake_server: FakeServer) -> None:
    """A server cannot fill the memory by announcing a literal."""
    fake_server.on("UID FETCH", says(b"* 1 FETCH (UID 1 BODY[] {9999999999}\r\n"))
    connection = connect(fake_server)
    connection.examine("INBOX")
    with pytest.raises(ConnectionLost, match="literal"):
        connection.body(1)


def test_what_the_server_says_is_cleaned_before_it_is_shown(fake_server: FakeServer) -> None:
    """Control characters and endless texts do not reach the terminal."""
    nasty = "NO \x1b[2J\u202eevil\u2028" + "x" * 1000
    fake_server.on("EXAMINE", answer(nasty))
    connection = connect(fake_server)
    with pytest.raises(ServerRefused) as caught:
        connection.examine("INBOX")
    assert not set("\x1b\u202e\u2028") & set(str(caught.value))
    assert len(str(caught.value)) < 300
    connection.close()


# Writing


def test_append_is_one_command_with_its_flags_and_no_date(fake_server: FakeServer) -> None:
    """Flags added afterwards mangle drafts on some servers."""
    with closing(connect(fake_server)) as connection:
        assert connection.append("Drafts", mail()) == AppendUid(2_000, 1)
    (command,) = (each for each in fake_server.log if each.name == "APPEND")
    assert command.arguments[:2] == ["Drafts", ["\\Draft", "\\Seen"]]
    assert len(command.arguments) == 3


@pytest.mark.parametrize("hook", [hang_up, carried_out_then_hang_up], ids=["not done", "done"])
def test_an_append_without_an_answer_has_an_unknown_outcome(
    fake_server: FakeServer, hook: Callable[[Session, Command], None]
) -> None:
    """Nobody can say whether the draft is there; it must be looked for, not sent again."""
    fake_server.on("APPEND", hook)
    connection = connect(fake_server)
    with pytest.raises(OutcomeUnknown, match="APPEND to Drafts"):
        connection.append("Drafts", mail())
    assert connection.closed


def test_an_append_that_is_never_answered_has_an_unknown_outcome(fake_server: FakeServer) -> None:
    """The same after the timeout."""
    fake_server.on("APPEND", ignore)
    connection = connect(fake_server, read=0.2)
    with pytest.raises(OutcomeUnknown):
        connection.append("Drafts", mail())


@pytest.mark.parametrize("line", ["NO [OVERQUOTA] full", "NO [TRYCREATE] no such folder"])
def test_an_append_that_is_refused_is_known_not_to_be_done(
    fake_server: FakeServer, line: str
) -> None:
    """A tagged NO is an answer."""
    fake_server.on("APPEND", answer(line))
    with closing(connect(fake_server)) as connection:
        with pytest.raises(ServerRefused, match="APPEND to Drafts"):
            connection.append("Drafts", mail())
        assert not connection.closed


def test_an_append_refused_before_its_literal_is_refused(fake_server: FakeServer) -> None:
    """Some servers say NO before they have seen the message."""
    fake_server.on("APPEND LITERAL", answer("NO [OVERQUOTA] full"))
    with (
        closing(connect(fake_server)) as connection,
        pytest.raises(ServerRefused, match="full"),
    ):
        connection.append("Drafts", mail())


def test_a_missing_appenduid_is_no_error(fake_server: FakeServer) -> None:
    """Without UIDPLUS the server does not say where the message went."""
    fake_server.on("APPEND", answer("OK done"))
    with closing(connect(fake_server)) as connection:
        assert connection.append("Drafts", mail()) is None


def test_expunge_removes_one_message_and_no_other(fake_server: FakeServer) -> None:
    """What other clients have marked as deleted stays."""
    for _ in range(3):
        fake_server.deliver(mail(), "Drafts")
    fake_server.folders["Drafts"].messages[0].flags.add("\\Deleted")
    with closing(connect(fake_server)) as connection:
        connection.select("Drafts")
        connection.expunge_uid(2)
    assert [each.uid for each in fake_server.folders["Drafts"].messages] == [1, 3]


def test_without_uidplus_nothing_is_removed() -> None:
    """A plain EXPUNGE would take other messages with it."""
    with FakeServer(capabilities=CAPABILITIES.replace(" UIDPLUS", "")) as server:
        server.deliver(mail(), "Drafts")
        with closing(connect(server)) as connection:
            connection.select("Drafts")
            with pytest.raises(ServerRefused, match="UIDPLUS"):
                connection.expunge_uid(1)
        assert server.folders["Drafts"].messages[0].flags == set()


def test_nothing_is_removed_from_a_folder_that_was_only_examined(fake_server: FakeServer) -> None:
    """The user's folders are open read-only, and stay so."""
    fake_server.deliver(mail())
    with closing(connect(fake_server)) as connection:
        connection.examine("INBOX")
        with pytest.raises(ServerRefused, match="SELECT"):
            connection.expunge_uid(1)
    assert fake_server.count("UID STORE") == 0


# IDLE by hand


def test_idle_keeps_what_was_said_before_and_with_the_go_ahead(fake_server: FakeServer) -> None:
    """Early notices are all handed out by the first look."""

    def early(session: Session, command: Command) -> None:
        session.idle_tag = command.tag
        session.send(b"* 1 EXPUNGE\r\n+ idling\r\n* 3 EXISTS\r\n")

    fake_server.on("IDLE", early)
    with closing(connect(fake_server)) as connection:
        connection.examine("INBOX")
        connection.idle_enter()
        assert connection.tls_pending()
        kinds = [notice.kind for notice in connection.idle_news(5.0)]
        assert kinds == [NoticeKind.EXPUNGE, NoticeKind.EXISTS]
        assert not connection.tls_pending()
        assert connection.idle_leave() == []
        connection.noop()


def test_no_command_is_sent_into_idle(fake_server: FakeServer) -> None:
    """A command during IDLE would be taken for DONE, or break the connection."""
    with closing(connect(fake_server)) as connection:
        connection.examine("INBOX")
        connection.idle_enter()
        with pytest.raises(ServerRefused, match="end of IDLE"):
            connection.search("ALL")
        assert connection.idle_leave() == []
        assert connection.search("ALL") == []


def test_saying_goodbye_to_a_dead_server_neither_waits_nor_fails(fake_server: FakeServer) -> None:
    """Logout and close never raise."""
    fake_server.on("LOGOUT", hang_up)
    connection = connect(fake_server)
    connection.logout()
    connection.logout()
    connection.close()
    assert connection.closed

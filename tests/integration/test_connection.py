"""A connection to a real Dovecot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.config.settings import Security
from followupd.errors import AuthenticationError, ConnectionLost, ServerRefused
from followupd.mailbox.connection import AppendUid, Connection
from followupd.mailbox.folders import find_folders
from tests.support.delivery import mail
from tests.support.dovecot import PASSWORD

if TYPE_CHECKING:
    from tests.support.dovecot import Dovecot
    from tests.support.usermailbox import UserMailbox

pytestmark = pytest.mark.dovecot


@pytest.mark.parametrize("security", list(Security))
def test_every_kind_of_protection_leads_in(mailbox: UserMailbox, security: Security) -> None:
    """TLS, STARTTLS and, on loopback, none."""
    connection = Connection.open(mailbox.settings(security), PASSWORD)
    assert connection.has("UIDPLUS")
    assert connection.examine("INBOX").exists == 0
    connection.logout()


def test_a_wrong_password_is_refused(mailbox: UserMailbox) -> None:
    """The server's NO becomes an error without the secret."""
    with pytest.raises(AuthenticationError) as caught:
        Connection.open(mailbox.imap, "not-the-password", context=mailbox.context)
    assert "not-the-password" not in str(caught.value)
    assert mailbox.name in str(caught.value)


def test_a_private_authority_has_to_be_named(mailbox: UserMailbox) -> None:
    """Without its file the certificate is refused, and the error says what to set."""
    with pytest.raises(ConnectionLost, match="ca_file"):
        Connection.open(replace(mailbox.imap, ca_file=None), PASSWORD)


def test_nobody_listening_is_a_lost_connection(mailbox: UserMailbox) -> None:
    """A refused TCP connection names host and port."""
    with pytest.raises(ConnectionLost, match="localhost:1"):
        Connection.open(replace(mailbox.imap, port=1), PASSWORD, context=mailbox.context)


def test_the_folders_and_their_parts_are_found(mailbox: UserMailbox) -> None:
    """Dovecot marks its special folders."""
    connection = mailbox.open()
    roles = find_folders(connection.folders(), mailbox.imap)
    assert (roles.drafts, roles.sent, roles.trash) == ("Drafts", "Sent", "Trash")
    assert roles.watched == ("INBOX", "Archive", "Junk")


def test_a_folder_name_beyond_ascii_survives(mailbox: UserMailbox) -> None:
    """Modified UTF-7 both ways."""
    mailbox.looking.create_folder("Größe & 下書き")
    connection = mailbox.open()
    assert "Größe & 下書き" in {folder.name for folder in connection.folders()}
    assert connection.examine("Größe & 下書き").exists == 0
    assert connection.append("Größe & 下書き", mail()) is not None


def test_new_mail_is_found_and_read_without_touching_it(mailbox: UserMailbox) -> None:
    """Search, headers and body; the user's mail stays unseen."""
    mailbox.deliver(mail(subject="Your interview", body="We would like to talk.\n"))
    connection = mailbox.open()
    opened = connection.examine("INBOX")
    assert (opened.exists, opened.uidnext) == (1, 2)
    assert connection.search("UID", "1:*") == [1]
    (header,) = connection.headers([1])
    assert b"Subject: Your interview" in header.raw
    assert header.raw.endswith(b"\r\n\r\n")
    assert header.size > len(header.raw)
    assert header.internaldate is not None
    assert abs(header.internaldate - datetime.now(UTC)) < timedelta(minutes=5)
    assert b"We would like to talk." in (connection.body(1) or b"")
    mailbox.looking.select_folder("INBOX", readonly=True)
    assert mailbox.looking.get_flags([1])[1] in ((), (b"\\Recent",))


def test_searching_takes_text_as_text(mailbox: UserMailbox) -> None:
    """Umlauts, braces and parentheses in a subject are found, not obeyed."""
    for subject in ("Größe der Gruppe", "a{3}", "x) ALL (", 'say "hi"'):
        mailbox.deliver(mail(subject=subject))
    connection = mailbox.open()
    connection.examine("INBOX")
    assert connection.search("SUBJECT", "größe") == [1]
    assert connection.search("SUBJECT", "a{3}") == [2]
    assert connection.search("SUBJECT", "x) ALL (") == [3]
    assert connection.search("OR", "SUBJECT", "größe", ("SUBJECT", 'say "hi"')) == [1, 4]
    assert connection.search("SINCE", date(2020, 1, 1), "NOT", ("SUBJECT", "größe")) == [2, 3, 4]
    assert not connection.search_widened


def test_a_draft_is_laid_down_found_and_taken_back(mailbox: UserMailbox) -> None:
    """APPEND with its flags, and UID EXPUNGE of that one message."""
    connection = mailbox.open()
    connection.append("Drafts", mail(subject="Mine", message_id="<mine@example.org>"))
    where = connection.append("Drafts", mail(subject="Ours", message_id="<ours@example.org>"))
    opened = connection.select("Drafts")
    assert where == AppendUid(opened.uidvalidity, 2)
    assert connection.search("HEADER", "Message-ID", "<ours@example.org>") == [2]
    assert connection.headers([2])[0].flags >= {"\\Draft", "\\Seen"}
    mailbox.looking.select_folder("Drafts")
    mailbox.looking.add_flags([1], [b"\\Deleted"])
    connection.expunge_uid(2)
    assert connection.search("ALL") == [1]


def test_a_draft_is_moved_to_another_folder(mailbox: UserMailbox) -> None:
    """UID MOVE."""
    connection = mailbox.open()
    connection.append("Drafts", mail())
    connection.select("Drafts")
    connection.move(1, "Sent")
    assert connection.search("ALL") == []
    assert connection.status("Sent").messages == 1


def test_appending_where_there_is_no_folder_creates_none(mailbox: UserMailbox) -> None:
    """The refusal names the folder, and nothing is created."""
    connection = mailbox.open()
    with pytest.raises(ServerRefused, match="Nowhere"):
        connection.append("Nowhere", mail())
    assert "Nowhere" not in {folder.name for folder in connection.folders()}


def test_a_renumbered_folder_shows_its_new_uidvalidity(
    mailbox: UserMailbox, dovecot: Dovecot
) -> None:
    """A restore from a backup changes UIDVALIDITY; EXAMINE tells."""
    mailbox.deliver(mail())
    connection = mailbox.open()
    before = connection.examine("INBOX").uidvalidity
    dovecot.renumber(mailbox.name, "INBOX", before + 7)
    assert mailbox.open().examine("INBOX").uidvalidity == before + 7


def test_idle_tells_of_new_mail(mailbox: UserMailbox) -> None:
    """Enter, hear, leave, and go on with the same connection."""
    connection = mailbox.open()
    connection.examine("INBOX")
    connection.idle_enter()
    mailbox.deliver(mail())
    heard = connection.idle_news(10.0)
    assert any(notice.is_news for notice in heard)
    connection.idle_leave()
    assert connection.search("ALL") == [1]


def test_a_mailbox_with_many_messages_is_read_in_pieces(mailbox: UserMailbox) -> None:
    """Headers of more messages than go into one command come back complete and in order."""
    connection = mailbox.open()
    for number in range(120):
        connection.append("Archive", mail(subject=f"Mail {number}"), flags=())
    connection.examine("Archive")
    found = connection.headers(range(1, 200))
    assert [each.uid for each in found] == list(range(1, 121))
    assert b"Mail 119" in found[-1].raw

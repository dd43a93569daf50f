"""The life of a draft on every kind of mail server that can be run here.

What a server is and what it lacks is in the name of each case. The user's own mail program does
with each what the server offers: without UIDPLUS it expunges the whole folder, without MOVE it
copies and deletes.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState, Part, Person, Status
from followupd.mailbox.connection import tls_context
from tests.support.courier import Courier
from tests.support.cyrus import Cyrus
from tests.support.dovecot import ONLY_THE_STANDARD, Dovecot, announcing_all_but
from tests.support.mailserver import Folders
from tests.support.seeker import DANA, Seeker
from tests.support.severed import Break, Line
from tests.support.usermailbox import UserMailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.support.mailserver import MailServer

BELOW_INBOX = Folders("INBOX.Drafts", "INBOX.Sent", "INBOX.Trash")
GERMAN = Folders("Entwürfe", "Gesendet", "Papierkorb")

GRAN = Person("Gran", "gran@elsewhere.example", Part.NETWORK)

PATIENCE = 60.0
"""Seconds after which a test gives up waiting."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of server.

    Attributes:
        says: what it is, and what it lacks.
        mark: of the program it needs.
        make: makes one.
        removes_one: whether a single message can be taken away there: by UIDPLUS or MOVE.
    """

    says: str
    mark: str
    make: Callable[[], AbstractContextManager[MailServer]]
    removes_one: bool = True


DOVECOT = Kind("Dovecot", "dovecot", Dovecot)
CYRUS = Kind("Cyrus", "cyrus", Cyrus)
COURIER = Kind("Courier, which has no MOVE and no SPECIAL-USE", "courier", Courier)
BARE = Kind(
    "Dovecot with IMAP4rev1 and no extension",
    "dovecot",
    lambda: Dovecot(extra=ONLY_THE_STANDARD, special_use=False),
    removes_one=False,
)
KINDS = (
    DOVECOT,
    Kind(
        "Dovecot with all folders below INBOX",
        "dovecot",
        lambda: Dovecot(folders=BELOW_INBOX, prefix="INBOX."),
    ),
    Kind(
        "Dovecot without SPECIAL-USE",
        "dovecot",
        lambda: Dovecot(extra=announcing_all_but("SPECIAL-USE"), special_use=False),
    ),
    Kind(
        "Dovecot without SPECIAL-USE and with German folders",
        "dovecot",
        lambda: Dovecot(extra=announcing_all_but("SPECIAL-USE"), special_use=False, folders=GERMAN),
    ),
    Kind(
        "Dovecot without UIDPLUS", "dovecot", lambda: Dovecot(extra=announcing_all_but("UIDPLUS"))
    ),
    Kind("Dovecot without MOVE", "dovecot", lambda: Dovecot(extra=announcing_all_but("MOVE"))),
    Kind(
        "Dovecot without CONDSTORE",
        "dovecot",
        lambda: Dovecot(extra=announcing_all_but("CONDSTORE")),
    ),
    BARE,
    CYRUS,
    Kind("Cyrus with all folders below INBOX", "cyrus", lambda: Cyrus(below_inbox=True)),
    COURIER,
)


def _cases(*kinds: Kind) -> list[object]:
    """One group per kind: no server runs twice."""
    return [pytest.param(kind, id=kind.says, marks=_marks(kind)) for kind in kinds]


def _marks(kind: Kind) -> list[pytest.MarkDecorator]:
    marks = [getattr(pytest.mark, kind.mark), pytest.mark.xdist_group(kind.says)]
    # What another server does differs by the server.
    return marks if kind is DOVECOT else [*marks, pytest.mark.same_on_any_python]


REMOVING = _cases(*(kind for kind in KINDS if kind.removes_one))
NOT_REMOVING = _cases(*(kind for kind in KINDS if not kind.removes_one))
IDLING = _cases(DOVECOT, CYRUS, COURIER)


@pytest.fixture(scope="session", params=_cases(*KINDS))
def server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    """One running server of each kind."""
    kind: Kind = request.param
    with kind.make() as server:
        yield server


@pytest.fixture
def robin(server: MailServer, tmp_path: Path) -> Iterator[Seeker]:
    """A job seeker with an empty mailbox there; it is Tue 1 Dec 2026, 15:00 in Berlin."""
    mailbox = UserMailbox(f"robin-{uuid.uuid4().hex[:10]}", server, tls_context(server.ca_file))
    robin = Seeker(mailbox, tmp_path)
    yield robin
    robin.close()
    mailbox.close()


def _check_in(robin: Seeker) -> int:
    """An interview whose check-in is due on Tue 8 Dec, 09:00; its number. It is that moment."""
    robin.receives(robin.letter_from(DANA, "Your interview at Acme", ago=timedelta(days=3)))
    robin.at("2026-12-08 09:00")
    return robin.add((DANA,), held="2026-12-01 14:00")


def _laid(robin: Seeker) -> tuple[int, int]:
    """The check-in lies in Drafts: the interview's number and the draft's UID."""
    number = _check_in(robin)
    assert robin.once() == []
    [(uid, _)] = robin.lying_in(robin.folders.drafts)
    return number, uid


def _state(robin: Seeker, number: int) -> DraftState:
    return robin.history(number).drafts[-1].state


def _uidvalidity(robin: Seeker, folder: str) -> int:
    client = robin.mailbox.looking
    return int(client.folder_status(folder, ["UIDVALIDITY"])[b"UIDVALIDITY"])


def test_a_draft_is_laid_once_and_flagged_as_one(robin: Seeker) -> None:
    r"""It carries \Draft and \Seen, continues the thread, and three passes leave one."""
    number, uid = _laid(robin)
    for _ in range(2):
        assert robin.once() == []
    [(still, draft)] = robin.lying_in(robin.folders.drafts)
    assert still == uid
    assert draft["Subject"] == "Re: Your interview at Acme"
    flags = robin.mailbox.looking.fetch([uid], ["FLAGS"])[uid][b"FLAGS"]
    assert set(flags) - {b"\\Recent"} == {b"\\Draft", b"\\Seen"}
    assert _state(robin, number) is DraftState.QUEUED


def test_an_edited_draft_is_edited_and_stays_when_the_answer_comes(robin: Seeker) -> None:
    """A new message in its place, the old one expunged: the user's own words are left alone."""
    number, uid = _laid(robin)
    robin.edits(uid, "In my own words.")
    assert robin.once() == []
    assert _state(robin, number) is DraftState.EDITED
    robin.receives(robin.letter_from(DANA, "Good news"))
    assert robin.once() == []
    assert robin.status(number) is Status.ANSWERED
    assert [draft.get_content().strip() for draft in robin.drafts()] == ["In my own words."]


def test_a_draft_with_a_copy_in_sent_is_sent(robin: Seeker) -> None:
    """The copy in Sent tells, and the plan goes on from there."""
    number, uid = _laid(robin)
    robin.at("2026-12-08 11:00")
    robin.sends(uid)
    assert robin.once() == []
    assert _state(robin, number) is DraftState.SENT
    assert robin.drafts() == []


def test_a_draft_moved_to_trash_is_dismissed_for_good(robin: Seeker) -> None:
    """Deleting means no, today and tomorrow."""
    number, uid = _laid(robin)
    robin.deletes(uid, to_trash=True)
    assert robin.once() == []
    assert _state(robin, number) is DraftState.DISMISSED
    robin.at("2026-12-09 09:00")
    assert robin.once() == []
    assert robin.drafts() == []


@pytest.mark.parametrize("server", REMOVING, indirect=True)
def test_an_untouched_draft_is_withdrawn_when_the_answer_comes(robin: Seeker) -> None:
    """It goes, and what another program has marked as deleted in Drafts does not go with it."""
    number, _ = _laid(robin)
    client = robin.mailbox.looking
    robin.mailbox.append(robin.folders.drafts, b"Subject: mine\r\n\r\nkeep\r\n", b"\\Deleted")
    robin.receives(robin.letter_from(DANA, "Good news"))
    assert robin.once() == []
    assert robin.status(number) is Status.ANSWERED
    assert _state(robin, number) is DraftState.WITHDRAWN
    assert robin.drafts() == []
    client.select_folder(robin.folders.drafts, readonly=True)
    assert len(client.search("DELETED")) == 1


@pytest.mark.parametrize("server", NOT_REMOVING, indirect=True)
def test_where_no_single_message_can_be_removed_the_draft_stays(robin: Seeker) -> None:
    """Nothing is removed and nothing is marked: the user is told, in words."""
    number, uid = _laid(robin)
    client = robin.mailbox.looking
    robin.mailbox.append(robin.folders.drafts, b"Subject: mine\r\n\r\nkeep\r\n", b"\\Deleted")
    robin.receives(robin.letter_from(DANA, "Good news"))
    failures = robin.once()
    assert robin.status(number) is Status.ANSWERED
    client.select_folder(robin.folders.drafts, readonly=True)
    assert set(client.get_flags([uid])[uid]) - {b"\\Recent"} == {b"\\Draft", b"\\Seen"}
    assert len(client.search("ALL")) == 2
    assert _state(robin, number) is DraftState.QUEUED
    assert ["check-in" in failure.problem for failure in failures] == [True]


@pytest.mark.parametrize("where", list(Break), ids=str)
def test_a_line_that_breaks_during_append_leaves_one_draft(robin: Seeker, where: Break) -> None:
    """Whatever the server made of it, there is never a second draft, and in the end one."""
    with Line(robin.mailbox.server.ports.imap) as line:
        robin.line = line.port
        number = _check_in(robin)
        line.breaks = where
        assert robin.once() != []
        assert line.has_broken
        for moment in ("2026-12-08 09:01", "2026-12-08 09:10", "2026-12-08 09:20"):
            assert len(robin.drafts()) <= 1
            robin.at(moment)
            assert robin.once() == []
    assert len(robin.drafts()) == 1
    assert _state(robin, number) is DraftState.QUEUED
    assert robin.kinds(number).count("draft_queued") == 1


def test_a_drafts_folder_made_anew_doubles_no_draft(robin: Seeker) -> None:
    """After a restore another UIDVALIDITY holds; the untouched draft is known by its bytes."""
    number, uid = _laid(robin)
    client, drafts = robin.mailbox.looking, robin.folders.drafts
    raw = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
    before = _uidvalidity(robin, drafts)
    client.unselect_folder() if client.has_capability("UNSELECT") else client.close_folder()
    deadline = time.monotonic() + PATIENCE
    # Some servers take the second in which a folder is made for its UIDVALIDITY.
    while _uidvalidity(robin, drafts) == before and time.monotonic() < deadline:
        client.delete_folder(drafts)
        client.create_folder(drafts)
    assert _uidvalidity(robin, drafts) != before
    robin.mailbox.append(drafts, b"Subject: another\r\n\r\nfirst\r\n")
    robin.mailbox.append(drafts, raw, b"\\Draft", b"\\Seen")
    assert robin.once() == []
    assert _state(robin, number) is DraftState.QUEUED
    assert len(robin.drafts()) == 2


def test_no_flag_of_the_users_mail_differs(robin: Seeker) -> None:
    """Unread stays unread through a whole pass."""
    robin.receives(robin.letter_from(GRAN, "Read me"))
    client = robin.mailbox.looking
    robin.mailbox.append("INBOX", robin.letter_from(GRAN, "Read"), b"\\Seen", b"\\Flagged")
    _laid(robin)
    client.select_folder("INBOX", readonly=True)
    flags = client.get_flags(client.search("ALL")).values()
    seen = sorted(sorted(set(each) - {b"\\Recent"}) for each in flags)
    assert seen == [[], [], [b"\\Flagged", b"\\Seen"]]


@pytest.mark.parametrize("server", IDLING, indirect=True)
def test_idle_tells_of_new_mail(robin: Seeker) -> None:
    """The server says so by itself, and the connection is of use afterwards."""
    robin.receives(robin.letter_from(GRAN, "Before"))
    connection = robin.mailbox.open()
    before = connection.examine("INBOX")
    connection.idle_enter()
    robin.receives(robin.letter_from(DANA, "Good news"))
    deadline = time.monotonic() + PATIENCE
    heard = connection.idle_news(1.0)
    while not heard and time.monotonic() < deadline:
        heard = connection.idle_news(1.0)
    assert heard
    connection.idle_leave()
    assert len(connection.uids_from(before.uidnext)) == 1

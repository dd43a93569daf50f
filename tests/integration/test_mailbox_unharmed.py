"""What followupd leaves as it was, and what it survives."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from followupd.domain.interview import DraftState, Part, Person, Status
from tests.support.dovecot import PASSWORD
from tests.support.seeker import DANA, KIM

if TYPE_CHECKING:
    from typing import Any

    from tests.support.dovecot import Dovecot
    from tests.support.seeker import Seeker


GRAN = Person("Gran", "gran@elsewhere.example", Part.NETWORK)


def _everything(client: Any) -> dict[str, dict[int, tuple[bytes, ...]]]:
    r"""UID and flags of every message in every folder but Drafts, without \Recent."""
    found: dict[str, dict[int, tuple[bytes, ...]]] = {}
    for _, _, name in client.list_folders():
        if name == "Drafts":
            continue
        client.select_folder(name, readonly=True)
        flags = client.get_flags(client.search("ALL"))
        found[name] = {uid: tuple(sorted(set(each) - {b"\\Recent"})) for uid, each in flags.items()}
    return found


def test_no_flag_of_the_users_mail_differs(seeker: Seeker) -> None:
    """Unread stays unread, in every folder, through the whole story."""
    client = seeker.mailbox.looking
    for number in range(3):
        seeker.receives(seeker.letter_from(KIM, f"Old {number}"))
    client.append("Archive", seeker.letter_from(DANA, "Filed"), flags=[b"\\Flagged"])
    client.append("INBOX", seeker.letter_from(DANA, "Read"), flags=[b"\\Seen", b"\\Answered"])
    before = _everything(client)
    seeker.at("2026-12-08 09:00")
    seeker.add(held="2026-12-02 14:00", decision="2026-12-04")
    seeker.once()
    [(uid, _)] = seeker.lying_in("Drafts")
    seeker.once()
    assert _everything(client) == before
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    after = _everything(client)
    seeker.once()
    assert _everything(client) == after
    assert uid


def test_a_changed_uidvalidity_loses_no_reply_and_doubles_no_draft(
    seeker: Seeker, dovecot: Dovecot
) -> None:
    """After a restore on the server the numbers mean nothing; Message-IDs still do."""
    name = seeker.mailbox.name
    seeker.at("2026-12-08 09:00")
    number = seeker.add((DANA,))
    seeker.once()
    assert len(seeker.drafts()) == 1
    for folder in ("INBOX", "Drafts"):
        dovecot.renumber(name, folder, 4_000_000)
    seeker.receives(seeker.letter_from(GRAN, "Lunch?"))
    seeker.once()
    assert len(seeker.drafts()) == 1
    assert seeker.history(number).drafts[-1].state is DraftState.QUEUED
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    dovecot.renumber(name, "INBOX", 5_000_000)
    seeker.once()
    assert seeker.status(number) is Status.ANSWERED
    assert seeker.drafts() == []


def test_yesterdays_database_doubles_no_draft_and_loses_no_reply(seeker: Seeker) -> None:
    """A restored database knows neither draft nor reply, and finds both in the mailbox."""
    seeker.at("2026-12-07 10:00")
    number = seeker.add((DANA,))
    seeker.once()
    seeker.close()
    database = seeker.state / "followupd.db"
    with sqlite3.connect(database) as source, sqlite3.connect(seeker.folder / "copy") as copy:
        source.backup(copy)
    source.close()
    copy.close()
    seeker.at("2026-12-08 09:00")
    seeker.once()
    assert len(seeker.drafts()) == 1
    seeker.close()
    for leftover in seeker.state.glob("followupd.db*"):
        leftover.unlink()
    (seeker.folder / "copy").rename(database)
    seeker.once()
    assert len(seeker.drafts()) == 1
    assert "draft_queued" in seeker.kinds(number)
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    seeker.once()
    assert seeker.status(number) is Status.ANSWERED


def test_a_dead_server_is_told_in_words_and_loses_nothing(seeker: Seeker) -> None:
    """A pass that cannot connect says where, and the next one goes on from there."""
    seeker.at("2026-12-08 09:00")
    number = seeker.add((DANA,))
    seeker.close()
    config = seeker.config.read_text(encoding="utf-8")
    port = str(seeker.mailbox.server.ports.imaps)
    seeker.config.write_text(config.replace(port, "1"), encoding="utf-8")
    [failure] = seeker.once()
    assert failure.account == "personal"
    assert "localhost:1" in failure.problem
    seeker.close()
    seeker.config.write_text(config, encoding="utf-8")
    assert seeker.once() == []
    assert len(seeker.drafts()) == 1
    assert seeker.status(number) is Status.SILENT


def test_the_store_holds_no_word_of_any_mail(seeker: Seeker) -> None:
    """Neither the answer's text nor a stranger's mail nor the password is in the database."""
    seeker.at("2026-12-08 09:00")
    seeker.add((DANA,))
    seeker.receives(seeker.letter_from(DANA, "Good news", body="You made a zanzibar impression."))
    seeker.receives(seeker.letter_from(GRAN, "Private quixotic matter"))
    seeker.once()
    seeker.close()
    stored = b"".join(path.read_bytes() for path in seeker.state.glob("followupd.db*"))
    assert b"reply_received" in stored
    for secret in (b"zanzibar", b"quixotic", PASSWORD.encode()):
        assert secret not in stored

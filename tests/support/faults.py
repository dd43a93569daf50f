"""Scripted servers of every kind that matters to drafts, and what goes wrong on the way to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.fakemailbox import FakeFolder, FakeMessage
from tests.support.fakeserver import (
    ALWAYS,
    CAPABILITIES,
    FakeServer,
    answer,
    carried_out_then_hang_up,
    hang_up,
)
from tests.support.gmail import GmailServer
from tests.support.mailserver import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.fakeserver import Command, Hook, Session


class RewritingFolder(FakeFolder):
    """Exchange keeps a message its own way: what is fetched is not what was appended."""

    def take(self, raw: bytes, flags: set[str]) -> FakeMessage:
        """Store it with a header of the server's own."""
        return super().take(b"X-MS-Exchange-Generated: yes\r\n" + raw, flags)


def _without_a_word_of_where(session: Session, command: Command) -> None:
    """Carry out an APPEND and answer without APPENDUID."""
    with session.muted():
        session.carry_out(command)
    session.ok(command)


def _with_numbers_swapped(session: Session, command: Command) -> None:
    """Carry out an APPEND and name UID and UIDVALIDITY in the wrong order."""
    with session.muted():
        session.carry_out(command)
    folder = session.server.folders[str(command.arguments[0])]
    session.ok(command, f"[APPENDUID {folder.uidnext - 1} {folder.uidvalidity}] ")


def _with_somebody_elses_number(session: Session, command: Command) -> None:
    """Carry out an APPEND and name another message of the folder."""
    with session.muted():
        session.carry_out(command)
    folder = session.server.folders[str(command.arguments[0])]
    session.ok(command, f"[APPENDUID {folder.uidvalidity} {folder.messages[0].uid}] ")


def _an_expunge_in_between(session: Session, command: Command) -> None:
    """Another client removes mail of its own, which is told in the middle of an answer."""
    folder = session.folder
    folder.add(b"Subject: passing\r\n\r\nx\r\n", {"\\Draft"})
    number = len(folder.messages)
    folder.drop(folder.messages[-1])
    session.send(b"* %d EXISTS\r\n* %d EXPUNGE\r\n" % (number, number))
    session.carry_out(command)


FAULTS: dict[str, tuple[str, Hook]] = {
    "append lost before": ("APPEND", hang_up),
    "append lost after": ("APPEND", carried_out_then_hang_up),
    "append refused": ("APPEND", answer("NO [OVERQUOTA] full")),
    "no appenduid": ("APPEND", _without_a_word_of_where),
    "appenduid swapped": ("APPEND", _with_numbers_swapped),
    "appenduid of another": ("APPEND", _with_somebody_elses_number),
    "search lost": ("UID SEARCH", hang_up),
    "fetch lost": ("UID FETCH", hang_up),
    "expunge in between": ("UID FETCH", _an_expunge_in_between),
    "store lost before": ("UID STORE", hang_up),
    "store lost after": ("UID STORE", carried_out_then_hang_up),
    "expunge lost before": ("UID EXPUNGE", hang_up),
    "expunge lost after": ("UID EXPUNGE", carried_out_then_hang_up),
    "move lost before": ("UID MOVE", hang_up),
    "move lost after": ("UID MOVE", carried_out_then_hang_up),
    "examine refused": ("EXAMINE", answer("NO [INUSE] later")),
    "select refused": ("SELECT", answer("NO [NOPERM] read-only")),
}


def _plain(capabilities: str) -> FakeServer:
    server = FakeServer(password=PASSWORD, capabilities=capabilities)
    server.folders["Later"] = FakeFolder("Later", (), 6_000)
    return server


def _exchange() -> FakeServer:
    server = _plain(CAPABILITIES)
    server.folders["Drafts"] = RewritingFolder("Drafts", ("\\Drafts",), 2_000)
    server.on("APPEND", _with_numbers_swapped, times=ALWAYS)
    return server


SERVERS: dict[str, Callable[[], FakeServer]] = {
    "condstore": lambda: _plain(f"{CAPABILITIES} CONDSTORE"),
    "uidplus": lambda: _plain(CAPABILITIES),
    "move": lambda: _plain(CAPABILITIES.replace(" UIDPLUS", "")),
    "bare": lambda: _plain(CAPABILITIES.replace(" UIDPLUS", "").replace(" MOVE", "")),
    "exchange": _exchange,
    "gmail": lambda: GmailServer(PASSWORD),
}

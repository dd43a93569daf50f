"""What followupd does at one moment, to be interrupted anywhere: told once, and copied as often.

An `Act` is a pass in which something happens to a draft. Its story is told on a real server up to
that pass; then mailbox and state folder are copied for every interruption, so that each begins
with the very same bytes and numbers. Dovecot keeps the numbers of a Maildir in it.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
import tempfile
import time
import uuid
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from followupd.domain import approvals
from followupd.domain import events as happened
from followupd.domain.interview import DraftState, Status
from followupd.store import DATABASE, Phase
from tests.support.approving import FOLDER, Approver, with_check_in
from tests.support.dovecot import Dovecot
from tests.support.seeker import DANA, Seeker, SetClock
from tests.support.usermailbox import UserMailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from followupd.domain.history import Draft
    from tests.support.smtpserver import SmtpServer

DEADLINE = 60.0
"""Seconds for a server to notice that somebody is gone; the machine may be slow."""

NUMBER = 1
"""Of the one interview."""

LATER = timedelta(minutes=6)
"""From one pass to the next: longer than a server may be at an APPEND that was cut off."""

_MOST_PASSES = 8

_LOGGED_IN = re.compile(r"Login: .*mpid=(\d+).*session=<([^>]+)>")
_LOGGED_OUT = re.compile(r"imap\([^)]*\)<\d+><([^>]+)>: Info: .* in=\d+ out=\d+")

_UNDER_WAY = frozenset(Phase) - {Phase.PLACED, Phase.EDITED, Phase.MISSING, Phase.SETTLED}


class Act(StrEnum):
    """What a pass is to do."""

    QUEUE = "queue"
    """Lay a draft."""
    WITHDRAW = "withdraw"
    """Take it back, since answers came."""
    SEND = "send"
    """Send it, since the user approved it."""
    RETURN = "return"
    """Put it back into Drafts, since the server refuses it for good."""

    @property
    def ends_with(self) -> dict[str, int]:
        """How many messages lie where in the end, as `Approver.counts` has it."""
        none = {"Drafts": 0, FOLDER: 0, "Sent": 0, "SMTP": 0}
        match self:
            case Act.QUEUE | Act.RETURN:
                return none | {"Drafts": 1}
            case Act.WITHDRAW:
                return none
            case Act.SEND:
                return none | {"Sent": 1, "SMTP": 1}


def tell(act: Act, robin: Approver) -> None:
    """Tell the story of an act up to the pass that carries it out."""
    seeker = robin.seeker
    # In clear text, on loopback: TLS would cost more than all the rest.
    seeker.line = seeker.mailbox.server.ports.imap
    if act is Act.QUEUE:
        seeker.at("2026-12-08 10:00")
        seeker.add((DANA,))
    else:
        with_check_in(seeker, DANA)
        seeker.at("2026-12-08 10:07")
    if act is Act.WITHDRAW:
        for subject in ("Good news", "One more thing"):
            seeker.receives(seeker.letter_from(DANA, subject))
    if act in (Act.SEND, Act.RETURN):
        robin.approves()
    if act is Act.RETURN:
        robin.smtp.script.answers["END"] = "554 5.7.1 no"
    pause(robin)


def pause(robin: Approver) -> None:
    """Close everything that the seeker holds, so that what lies on disk is all there is.

    When this returns both servers are done with whoever is gone.
    """
    rest(robin.seeker)
    _await(lambda: not _at_work(robin.smtp), lambda: f"the SMTP server: {_at_work(robin.smtp)}")


def rest(seeker: Seeker) -> None:
    """The same for a seeker who has no SMTP server."""
    seeker.close()
    mailbox = seeker.mailbox
    mailbox.close()
    mailbox._looking = None
    server, name = _dovecot(seeker), mailbox.name
    _await(lambda: not _sessions(server, name), lambda: f"Dovecot: {_said_of(server, name)}")


@contextmanager
def once_more(robin: Approver, *, state: Path | None = None) -> Iterator[Approver]:
    """The same mailbox, state and time for a while, under another user name.

    What was given to the SMTP server meanwhile is forgotten with it.

    Args:
        robin: paused; nothing is done to them.
        state: another state folder to begin with, such as one from a backup.
    """
    seeker, taken = robin.seeker, list(robin.smtp.envelopes)
    server, name = _dovecot(seeker), f"robin-{uuid.uuid4().hex[:10]}"
    mail, folder = server.folder / "mail", Path(tempfile.mkdtemp(dir=seeker.folder))
    _copy_tree(mail / seeker.mailbox.name, mail / name)
    _copy_tree(state or seeker.state, folder / "state")
    mailbox = UserMailbox(name, server, seeker.mailbox.context)
    clock = SetClock(seeker.clock.now())
    other = Seeker(mailbox, folder, clock, extra=seeker.extra, line=seeker.line)
    again = replace(robin, seeker=other)
    try:
        yield again
    finally:
        pause(again)
        shutil.rmtree(mail / name)
        shutil.rmtree(folder)
        robin.smtp.envelopes[:] = taken


def traces(robin: Approver) -> str:
    """Everything that is left of a story, be it killed or not, as one text to compare."""
    lines = [f"smtp {len(robin.smtp.envelopes)}"]
    client = robin.seeker.mailbox.looking
    for name in ("INBOX", "Drafts", FOLDER, "Sent", "Trash"):
        client.select_folder(name, readonly=True)
        for uid, said in sorted(client.fetch(client.search(), ["FLAGS", "RFC822.SIZE"]).items()):
            flags = sorted(set(said[b"FLAGS"]) - {b"\\Recent"})
            lines.append(f"{name} {uid} {flags} {said[b'RFC822.SIZE']}")
    # A copy: whoever opens a database after a crash changes its files.
    with tempfile.TemporaryDirectory(dir=robin.seeker.folder) as copied:
        for file in robin.seeker.state.glob(f"{DATABASE}*"):
            shutil.copy(file, copied)
        connection = sqlite3.connect(Path(copied) / DATABASE)
        lines += connection.iterdump()
        connection.close()
    return "\n".join(lines)


def recover(act: Act, robin: Approver, killed: str) -> None:
    """Make passes until all is done, and one more; the user tells what nobody else can know.

    Args:
        act: what has to come of it in the end.
        robin: the story, after it was interrupted.
        killed: where, for words.
    """
    for _ in range(_MOST_PASSES):
        pass_by(robin, killed)
        if not _is_done(act, robin):
            tell_truthfully(robin)
            continue
        pass_by(robin, killed)
        assert _is_done(act, robin), f"{killed}: it was not left at that: {robin.counts()}"
        return
    raise AssertionError(f"{killed}: never done: {robin.counts()}, {drafts(robin)}")


def pass_by(robin: Approver, killed: str) -> None:
    """One pass, some minutes later; nothing may ever be there twice."""
    robin.seeker.clock.moment += LATER
    assert robin.seeker.once() == [], killed
    counts = robin.counts()
    assert max(counts.values()) <= 1, f"{killed}: {counts}"
    assert counts["Drafts"] + counts[FOLDER] <= 1, f"{killed}: {counts}"
    assert len(drafts(robin)) <= 1, f"{killed}: {drafts(robin)}"


def tell_truthfully(robin: Approver) -> None:
    """Where it is unclear whether a draft went out, the user looks, and says so."""
    for draft in drafts(robin):
        if draft.state is not DraftState.UNCLEAR:
            continue
        now, message_id = robin.seeker.clock.now(), draft.message_id
        if not robin.smtp.envelopes:
            robin.seeker.tell(NUMBER, approvals.SendingDenied(at=now, message_id=message_id))
            continue
        assert draft.approval is not None
        assert draft.approval.sending_at is not None
        sent = happened.DraftSent(
            at=now,
            message_id=message_id,
            sent_at=draft.approval.sending_at,
            sent_message_id=message_id,
            certain=False,
        )
        robin.seeker.tell(NUMBER, sent)


def drafts(robin: Approver) -> tuple[Draft, ...]:
    """Every draft that is known of."""
    return robin.seeker.history(NUMBER).drafts


def check_end(act: Act, robin: Approver, killed: str) -> None:
    """What was to happen has happened once, and is recorded once."""
    [draft] = drafts(robin)
    with robin.seeker.world.store.look() as reading:
        events = [recorded.event for recorded in reading.chronicle(NUMBER).events]
    # A word of the user's is not certain; the copy in Sent, found after it, brings what was sent.
    certain = [one for one in events if not isinstance(one, happened.DraftSent) or one.certain]
    once = {"draft_queued"}
    match act:
        case Act.QUEUE:
            assert draft.state is DraftState.QUEUED, killed
        case Act.WITHDRAW:
            assert draft.state is DraftState.WITHDRAWN, killed
            assert robin.seeker.status(NUMBER) is Status.ANSWERED
            assert sum(event.kind == "reply_received" for event in events) == 2, killed
            once |= {"draft_withdrawn"}
        case Act.SEND:
            assert draft.state is DraftState.SENT, killed
            [(_, filed)] = robin.seeker.lying_in("Sent")
            assert filed.as_bytes() == robin.delivered[0].as_bytes(), killed
            once |= {"draft_sent"}
        case Act.RETURN:
            assert draft.state is DraftState.EDITED, killed
            assert "554" in draft.problem, killed
    for kind in ("draft_queued", "draft_sent", "draft_withdrawn", "draft_dismissed"):
        times = sum(event.kind == kind for event in certain)
        assert times == (kind in once), f"{killed}: {kind}, {times} times"


def _is_done(act: Act, robin: Approver) -> bool:
    with robin.seeker.world.store.look() as reading:
        entries = reading.journal("personal")
    under_way = {entry.phase for entry in entries} & _UNDER_WAY
    return not under_way and bool(drafts(robin)) and robin.counts() == act.ends_with


def _dovecot(seeker: Seeker) -> Dovecot:
    server = seeker.mailbox.server
    assert isinstance(server, Dovecot)
    return server


def _sessions(server: Dovecot, name: str) -> set[str]:
    """The sessions of a user that are still open: each is a process, and ends with a line."""
    said = "\n".join(_said_of(server, name))
    ended = set(_LOGGED_OUT.findall(said))
    return {
        session
        for process, session in _LOGGED_IN.findall(said)
        if session not in ended and psutil.pid_exists(int(process))
    }


def _said_of(server: Dovecot, name: str) -> list[str]:
    named = (f"user=<{name}>", f"imap({name})")
    return [line for line in server.log.splitlines() if any(one in line for one in named)]


def _at_work(server: SmtpServer) -> set[asyncio.Task[object]]:
    """What the SMTP server has in hand: a task a connection."""
    return asyncio.all_tasks(server._controller.loop)


def _await(condition: Callable[[], bool], who: Callable[[], str]) -> None:
    until = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < until, f"somebody who is gone is still served by {who()}"
        time.sleep(0.005)


def _copy_tree(source: Path, target: Path) -> None:
    """Copy a folder with its owners, for mail belongs to a user of its own."""
    shutil.copytree(source, target)
    if os.geteuid() == 0:
        for each in (source, *source.rglob("*")):
            owner = each.lstat()
            os.chown(target / each.relative_to(source), owner.st_uid, owner.st_gid)

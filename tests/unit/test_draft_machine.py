"""A state machine on the draft protocol: users, clients and faults in any order.

Whatever the server loses, whatever the user does in whatever mail program, whenever the process
dies and whichever database it wakes up with: never two open drafts of one step, never a touched
draft changed, never a draft that claims silence after the answer lay there.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from followupd.domain.interview import DraftState
from tests.support.dovecot import PASSWORD
from tests.support.fakeserver import FakeServer, answer, carried_out_then_hang_up, hang_up
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import DANA, KIM, berlin

if TYPE_CHECKING:
    from tests.support.fakemailbox import FakeMessage
    from tests.support.fakeserver import Command, Hook, Session


def _without_a_word_of_where(session: Session, command: Command) -> None:
    """Carry out an APPEND and answer without APPENDUID."""
    with session.muted():
        session.carry_out(command)
    session.ok(command)


FAULTS: dict[str, tuple[str, Hook]] = {
    "append lost before": ("APPEND", hang_up),
    "append lost after": ("APPEND", carried_out_then_hang_up),
    "append refused": ("APPEND", answer("NO [OVERQUOTA] full")),
    "no appenduid": ("APPEND", _without_a_word_of_where),
    "search lost": ("UID SEARCH", hang_up),
    "fetch lost": ("UID FETCH", hang_up),
    "expunge lost before": ("UID EXPUNGE", hang_up),
    "expunge lost after": ("UID EXPUNGE", carried_out_then_hang_up),
    "examine refused": ("EXAMINE", answer("NO [INUSE] later")),
}

LATE = berlin("2026-12-12 00:00")
"""Before it no answer comes: an answer ends most of what may go wrong."""


class DraftMachine(RuleBasedStateMachine):
    """One interview with a recruiter and a hiring manager, some weeks long."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="followupd-machine-"))
        self.server = FakeServer(password=PASSWORD)
        self.server.__enter__()
        self.seeker = ScriptedSeeker(mailbox=None, folder=self.folder, fake=self.server)  # type: ignore[arg-type]
        self.seeker.at("2026-12-01 16:30")
        self.seeker.add((DANA, KIM))
        self.touched: dict[int, bytes] = {}
        self.answered = False
        self.new_ids = 0
        self.seeker.world.histories()

    def teardown(self) -> None:
        """End the server and remove the state."""
        self.seeker.close()
        self.server.__exit__(None, None, None)
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- time and passes

    @rule(days=st.sampled_from([0, 1, 3, 7]), fault=st.sampled_from([None, None, *FAULTS]))
    def time_passes(self, days: int, fault: str | None) -> None:
        """Days go by, or an hour, and the daemon looks at the mailbox."""
        self.seeker.clock.moment += timedelta(days=days, hours=0 if days else 1)
        self.a_pass(fault)

    @rule(fault=st.sampled_from([None, None, *FAULTS]))
    def a_pass(self, fault: str | None) -> None:
        """The daemon looks at the mailbox, now and then through a broken connection."""
        if fault is not None:
            verb, hook = FAULTS[fault]
            self.server.on(verb, hook)
        self.seeker.once()
        self.server.forget_hooks()

    @rule(fault=st.sampled_from(sorted(FAULTS)))
    def the_process_dies(self, fault: str) -> None:
        """A pass breaks, and all that is not stored is forgotten."""
        self.a_pass(fault)
        self.seeker.close()
        self.a_pass(None)

    @rule(passes=st.integers(1, 2))
    def yesterdays_database_comes_back(self, passes: int) -> None:
        """What a pass recorded is forgotten; what it did to the mailbox is not."""
        self.seeker.close()
        backup = self.folder / "backup"
        shutil.copytree(self.seeker.state, backup)
        for _ in range(passes):
            self.seeker.once()
        self.seeker.close()
        shutil.rmtree(self.seeker.state)
        shutil.move(backup, self.seeker.state)
        self.a_pass(None)

    @rule(folder=st.sampled_from(["INBOX", "Drafts", "Sent"]))
    def the_server_renumbers(self, folder: str) -> None:
        """UIDVALIDITY changes, and every UID with it."""
        with self.server.lock:
            held = self.server.folders[folder]
            held.uidvalidity += 1
            for number, message in enumerate(held.messages, start=1):
                if folder == "Drafts" and message.uid in self.touched:
                    self.touched[-number] = self.touched.pop(message.uid)
                message.uid = number
            held.uidnext = len(held.messages) + 1
            if folder == "Drafts":
                self.touched = {abs(uid): raw for uid, raw in self.touched.items()}

    # ---- what the user does

    def _ours(self) -> list[FakeMessage]:
        return [m for m in self.seeker.in_drafts() if m.uid not in self.touched]

    @precondition(lambda self: self._ours())
    @rule(new_id=st.booleans())
    def the_user_edits(self, *, new_id: bool) -> None:
        """A client saves a changed version, with or without a new Message-ID."""
        self.new_ids += 1
        identity = f"<edit{self.new_ids}@phone.example>" if new_id else None
        self.seeker.edits_text(self._ours()[0], "My own words.", new_id=identity)
        newest = self.seeker.in_drafts()[-1]
        self.touched[newest.uid] = newest.raw

    @precondition(lambda self: self.seeker.in_drafts())
    @rule(new_id=st.booleans())
    def the_user_sends(self, *, new_id: bool) -> None:
        """A client files a copy in Sent and removes the draft."""
        self.new_ids += 1
        identity = f"<sent{self.new_ids}@phone.example>" if new_id else None
        draft = self.seeker.in_drafts()[0]
        self.seeker.presses_send(draft, new_id=identity)
        self.touched.pop(draft.uid, None)

    @precondition(lambda self: self.seeker.in_drafts())
    @rule()
    def the_user_deletes(self) -> None:
        """A client moves the draft into Trash."""
        draft = self.seeker.in_drafts()[0]
        with self.server.lock:
            self.server.folders["Trash"].add(draft.raw)
            self.server.folders["Drafts"].remove(draft.uid)
        self.touched.pop(draft.uid, None)

    @precondition(lambda self: not self.answered and self.seeker.clock.moment > LATE)
    @rule(folder=st.sampled_from(["INBOX", "Trash"]))
    def the_recruiter_answers(self, folder: str) -> None:
        """At last."""
        self.seeker.receives(self.seeker.letter_from(DANA, "Good news"), folder)
        self.answered = True
        self.drafts_before_answer = {m.raw for m in self.seeker.in_drafts()}

    # ---- what must hold after every step

    @invariant()
    def no_person_has_two_open_drafts(self) -> None:
        """Not of one step, and not of two."""
        recipients = [m.values("To") for m in self.seeker.in_drafts()]
        assert len(recipients) == len(set(recipients)), recipients

    @invariant()
    def touched_drafts_are_as_the_user_left_them(self) -> None:
        """Never changed, moved or removed."""
        lying = {m.uid: m.raw for m in self.seeker.in_drafts()}
        for uid, raw in self.touched.items():
            assert lying.get(uid) == raw

    @invariant()
    def nothing_is_laid_after_the_answer(self) -> None:
        """What lies there now lay there before, or is the user's own version of it."""
        if self.answered:
            untouched = {m.raw for m in self._ours()}
            assert untouched <= self.drafts_before_answer

    @invariant()
    def the_books_agree(self) -> None:
        """No step has two open drafts in the history either."""
        history = self.seeker.world.histories()[1]
        rungs = [draft.rung for draft in history.open_drafts]
        assert len(rungs) == len(set(rungs))
        assert all(d.state in DraftState for d in history.drafts)


DraftMachine.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=16,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestDraftMachine = DraftMachine.TestCase

"""A state machine on the draft protocol: programs, servers, users and faults in any order.

Whatever the server loses, whatever the user does in whatever mail program, whenever the process
dies and whichever database it wakes up with: never two open drafts of one step, nothing of the
user's touched, a sent draft known as sent, a deleted one never back.

`make test` walks a short way on every server, always the same. `FOLLOWUPD_PROFILE=nightly` walks
20,000 steps and more, other ones each time, without making a finding smaller: it is printed as it
was found.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from followupd.domain.interview import DraftState
from tests.support import programs
from tests.support.fakeserver import ALWAYS
from tests.support.fates import Belongings, Fate, Tale, mailbox
from tests.support.faults import FAULTS, SERVERS
from tests.support.programs import PROGRAMS, Desk, Program
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import BERLIN, DANA, KIM, berlin

if TYPE_CHECKING:
    from collections.abc import Callable

    from followupd.domain.history import Draft
    from tests.support.fakemailbox import FakeMessage
    from tests.support.fakeserver import Command, Session

NIGHTLY = os.environ.get("FOLLOWUPD_PROFILE") == "nightly"
STEPS = 40 if NIGHTLY else 16
EXAMPLES = 120 if NIGHTLY else 3
GRACE = timedelta(hours=24)

EARLY = 5
"""No answer comes in so many steps: it ends most of what may go wrong."""

_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - no wait for a disk


class DraftMachine(RuleBasedStateMachine):
    """One interview with a recruiter and a hiring manager, some weeks long."""

    kind: ClassVar[str] = "condstore"
    steps: ClassVar[dict[str, int]] = dict.fromkeys(SERVERS, 0)

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="followupd-machine-", dir=_MEMORY))
        self.server = SERVERS[self.kind]()
        self.server.__enter__()
        self.seeker = ScriptedSeeker(mailbox=None, folder=self.folder, fake=self.server)  # type: ignore[arg-type]
        self.desk = Desk(self.server)
        self.belongings = Belongings()
        self.tales: list[Tale] = []
        self.laid_at_answer: int | None = None
        self.texts = 0
        self.age = 0

    @initialize(
        threaded=st.booleans(),
        at=st.sampled_from(["2026-12-01 16:30", "2026-12-08 09:30", "2026-12-14 10:00"]),
        fault=st.sampled_from(
            [None, None, None, "append lost before", "append lost after", "no appenduid"]
        ),
    )
    def an_interview_is_recorded(self, at: str, fault: str | None, *, threaded: bool) -> None:
        """On the day it was held, or when a check-in is late; the first draft is laid at once."""
        self.seeker.at(at)
        if threaded:
            ago = self.seeker.clock.now() - berlin("2026-11-27 10:00")
            raw = self.seeker.letter_from(DANA, "Your interview", ago=ago)
            self.seeker.receives(raw)
        self.seeker.add((DANA, KIM))
        self.a_pass(fault)

    def teardown(self) -> None:
        """End the server and remove the state."""
        self.seeker.close()
        self.server.__exit__(None, None, None)
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- time and passes

    def _pass(self, *, is_whole: bool = True, acts_meanwhile: bool = False) -> None:
        """Look at the mailbox, and at what that did to it."""
        untouched = {t.message_id for t in self.tales if t.fate is Fate.UNTOUCHED}
        before = mailbox(self.desk, untouched)
        self.seeker.once()
        self._learn_of_new_drafts()
        ours = untouched | {tale.message_id for tale in self.tales}
        if not acts_meanwhile:
            known = {t.message_id for t in self.tales if t.fate is Fate.UNTOUCHED}
            after = mailbox(self.desk, (untouched | known) & ours)
            assert after == before
        for tale in self.tales:
            tale.passes += is_whole

    def _learn_of_new_drafts(self) -> None:
        taken = self.desk.folder("\\Drafts").taken
        with self.seeker.world.store.look() as reading:
            rungs = {e.message_id: (e.step, e.cycle, e.person) for e in reading.journal_of(1)}
        known = {id(tale.laid) for tale in self.tales}
        for laid in taken:
            if id(laid) in known:
                continue
            identity = laid.values("Message-ID")
            tale = Tale(rungs.get(identity, (identity, 0, "")), laid)
            for other in self.tales:
                if other.rung == tale.rung:
                    self._must_have_been_withdrawn(other)
            self.tales.append(tale)

    def _must_have_been_withdrawn(self, tale: Tale) -> None:
        """Before a step is drafted again, the draft before must be gone, and by us."""
        assert tale.fate is Fate.UNTOUCHED, f"laid again after the user {tale.fate}"
        assert not tale.lying(self.desk), "laid again while the one before lies there"

    @rule(days=st.sampled_from([0, 1, 1, 3, 7]), fault=st.sampled_from([None, None, *FAULTS]))
    def time_passes(self, days: int, fault: str | None) -> None:
        """Days go by, or an hour, and the daemon looks at the mailbox."""
        self.seeker.clock.moment += timedelta(days=days, hours=0 if days else 1)
        self.a_pass(fault)

    @rule()
    def a_day_goes_by(self) -> None:
        """The daemon polls, and all is well: what can be known is known after it."""
        for hours in (1, 6, 12, 6):
            self.seeker.clock.moment += timedelta(hours=hours)
            self._pass()

    @rule(days=st.integers(1, 4))
    def the_next_morning_comes(self, days: int) -> None:
        """At an hour at which drafts are laid, and all is well."""
        morning = (self.seeker.clock.now().astimezone(BERLIN) + timedelta(days=days)).replace(
            hour=9, minute=30
        )
        self.seeker.clock.moment = morning.astimezone(UTC)
        self._pass()

    @rule(fault=st.sampled_from([None, None, *FAULTS]))
    def a_pass(self, fault: str | None) -> None:
        """The daemon looks at the mailbox, now and then through a broken connection."""
        standing = self.server.take_hook("APPEND")
        if fault is not None:
            verb, hook = FAULTS[fault]
            self.server.on(verb, hook)
        if standing is not None:
            self.server.on("APPEND", standing, times=ALWAYS)
        self._pass(is_whole=fault is None, acts_meanwhile=fault == "expunge in between")
        self.server.forget_hooks()
        if standing is not None:
            self.server.on("APPEND", standing, times=ALWAYS)

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
            self._pass()
        self.seeker.close()
        shutil.rmtree(self.seeker.state)
        shutil.move(backup, self.seeker.state)
        self._pass()

    # ---- what the server does

    @rule(use=st.sampled_from(["INBOX", "\\Drafts", "\\Sent", "\\Trash"]))
    def the_server_renumbers(self, use: str) -> None:
        """UIDVALIDITY changes, and every UID with it."""
        with self.server.lock:
            folder = self.server.folders[use] if use == "INBOX" else self.desk.folder(use)
            folder.renumber()

    @rule(use=st.sampled_from(["\\Drafts", "\\Sent", "\\Trash"]), lagging=st.booleans())
    def the_index_lags(self, use: str, *, lagging: bool) -> None:
        """SEARCH does not know what comes in, until it has caught up."""
        with self.server.lock:
            folder = self.desk.folder(use)
            folder.lagging = lagging
            for message in folder.messages if not lagging else ():
                message.searchable = True

    @rule(passes=st.integers(1, 3))
    def drafts_reads_empty_for_a_while(self, passes: int) -> None:
        """An index is being rebuilt; then everything is there again."""
        folder = self.desk.folder("\\Drafts")
        for _ in range(passes):
            self.seeker.clock.moment += timedelta(hours=1)
            held, folder.messages = folder.messages, []
            new = len(folder.taken)
            self.seeker.once()
            assert len(folder.taken) == new or self._are_first(folder.taken[new:])
            folder.messages = [*held, *folder.messages]
        self._learn_of_new_drafts()
        self._pass()

    def _are_first(self, laid: list[FakeMessage]) -> bool:
        """Whether no draft of ours had these Message-IDs before."""
        known = {tale.message_id for tale in self.tales}
        return known.isdisjoint(message.values("Message-ID") for message in laid)

    # ---- what the user does

    def _tales(self) -> list[Tale]:
        return [tale for tale in self.tales if tale.lying(self.desk)]

    def _program(self, choice: int) -> Program:
        usable = [p for p in PROGRAMS if self.kind == "gmail" or not p.is_gmail_web]
        return usable[choice % len(usable)]

    def _one(self, choice: int) -> tuple[Tale, FakeMessage]:
        """A draft of ours that lies somewhere, and one of its versions."""
        found = [(tale, each) for tale in self._tales() for each in tale.lying(self.desk)]
        return found[choice % len(found)]

    @property
    def _now(self) -> datetime:
        """The user's moment; no two saves are of the same second."""
        later = timedelta(seconds=self.texts)
        return self.seeker.clock.now().astimezone(BERLIN) + later

    def _text(self) -> str:
        self.texts += 1
        return f"In my own words, {self.texts}.\n"

    @precondition(lambda self: self._tales())
    @rule(which=st.integers(0, 30), program=st.integers(0, 100), devices=st.sampled_from([1, 1, 2]))
    def the_user_edits(self, which: int, program: int, devices: int) -> None:
        """A program saves another version, or two programs one each."""
        tale, draft = self._one(which)
        self._edit(tale, draft, self._program(program))
        if devices > 1 and not self._program(program).is_gmail_web:
            # The other device had it open all the while; what it would remove is gone.
            other = self._program(program + 5)
            raw = programs.saved_version(self.desk, other, draft.raw, self._text(), self._now)
            with self.server.lock:
                version = self.desk.folder("\\Drafts").add(raw, {"\\Draft", "\\Seen"})
            self._keep(tale, version)

    def _edit(self, tale: Tale, draft: FakeMessage, program: Program) -> None:
        self.belongings.let_go(draft)
        if draft in tale.versions:
            tale.versions.remove(draft)
        version = programs.edit(self.desk, program, draft, self._text(), self._now)
        if program.old_version is programs.Old.LEFT:
            self._keep(tale, draft)
        self._keep(tale, version)

    def _keep(self, tale: Tale, version: FakeMessage) -> None:
        tale.fate = Fate.KEPT if tale.fate is not Fate.SENT else Fate.SENT
        tale.passes = 0
        if not any(each is version for each in tale.versions):
            tale.versions.append(version)
        self.belongings.keep(self.desk, version)

    @precondition(lambda self: self._tales())
    @rule(which=st.integers(0, 30), flag=st.sampled_from(["\\Flagged", "\\Answered", "$label1"]))
    def the_user_flags(self, which: int, flag: str) -> None:
        """A star, say: the draft is no longer untouched."""
        tale, draft = self._one(which)
        with self.server.lock:
            self.desk.folder_of(draft).flag(draft, flag)
        self._keep(tale, draft)

    @precondition(lambda self: self._tales())
    @rule(which=st.integers(0, 30), program=st.integers(0, 100))
    def the_user_sends(self, which: int, program: int) -> None:
        """A program files a copy in Sent and removes the draft."""
        tale, draft = self._one(which)
        self._let_go(tale, draft)
        programs.send(self.desk, self._program(program), draft, self._now)
        self._sent(tale)

    def _let_go(self, tale: Tale, draft: FakeMessage) -> None:
        self.belongings.let_go(draft)
        tale.versions = [each for each in tale.versions if each is not draft]

    def _sent(self, tale: Tale) -> None:
        tale.fate, tale.sent_at, tale.passes = Fate.SENT, self._now, 0

    @precondition(lambda self: self._tales())
    @rule(which=st.integers(0, 30), program=st.integers(0, 100))
    def the_user_deletes(self, which: int, program: int) -> None:
        """A program moves the draft into Trash, or does away with it."""
        tale, draft = self._one(which)
        self._let_go(tale, draft)
        programs.delete(self.desk, self._program(program), draft)
        if tale.fate is not Fate.SENT:
            tale.fate = Fate.KEPT if tale.lying(self.desk) else Fate.DELETED

    @precondition(lambda self: self._tales())
    @rule(which=st.integers(0, 30))
    def the_user_files(self, which: int) -> None:
        """The draft is put aside in a folder of the user's."""
        tale, draft = self._one(which)
        if self.desk.folder_of(draft).name == "Later":
            return
        self._let_go(tale, draft)
        self._keep(tale, programs.file_away(self.desk, draft, "Later"))

    @precondition(lambda self: self._tales())
    @rule(which=st.integers(0, 30), program=st.sampled_from([p for p in PROGRAMS if p.takes_out]))
    def the_user_opens(self, which: int, program: Program) -> None:
        """A program takes the draft out of Drafts; it is in a window, or waits to be sent."""
        tale, draft = self._one(which)
        if tale.opened is not None or tale.fate is Fate.SENT:
            return
        self._let_go(tale, draft)
        tale.opened = (program, programs.open_draft(self.desk, program, draft))
        tale.opened_at, tale.fate = self._now, Fate.OPENED

    @precondition(lambda self: any(tale.opened for tale in self.tales))
    @rule(sends=st.booleans())
    def the_user_is_done_with_it(self, *, sends: bool) -> None:
        """It is sent at last, or saved again."""
        tale = next(tale for tale in self.tales if tale.opened)
        assert tale.opened is not None
        assert tale.opened_at is not None
        (program, raw), tale.opened = tale.opened, None
        # Out of sight for longer than anybody looks, only its Message-ID tells what it is.
        tale.is_traceless |= self._now - tale.opened_at >= GRACE
        if sends:
            programs.send_opened(self.desk, program, raw, self._now)
            self._sent(tale)
        else:
            self._keep(tale, programs.save_opened(self.desk, program, raw, self._text(), self._now))

    @precondition(
        lambda self: (
            any(tale.fate is Fate.UNTOUCHED for tale in self._tales())
            and self.laid_at_answer is None
            and self.age > EARLY
        )
    )
    @rule(
        at=st.sampled_from(["SELECT", "UID STORE"]),
        flags=st.booleans(),
        program=st.integers(0, 100),
    )
    def the_user_acts_while_it_is_withdrawn(self, at: str, program: int, *, flags: bool) -> None:
        """An answer came, and the user has the draft in hand just then."""
        if at == "UID STORE" and flags and self.kind in ("move", "bare", "gmail"):
            return
        tale = next(t for t in self._tales() if t.fate is Fate.UNTOUCHED)

        def act(session: Session, command: Command) -> None:
            if tale.lying(self.desk):
                if flags:
                    self.desk.folder_of(tale.laid).flag(tale.laid, "\\Flagged")
                    self._keep(tale, tale.laid)
                else:
                    self._edit(tale, tale.laid, self._program(program))
            session.carry_out(command)

        self.server.on(at, act)
        self.the_recruiter_answers("INBOX")
        self._pass(acts_meanwhile=True)
        self._pass()

    @precondition(lambda self: self.laid_at_answer is None and self.age > EARLY)
    @rule(folder=st.sampled_from(["INBOX", "\\Trash"]))
    def the_recruiter_answers(self, folder: str) -> None:
        """At last."""
        name = folder if folder == "INBOX" else self.desk.folder(folder).name
        self.seeker.receives(self.seeker.letter_from(DANA, "Good news"), name)
        self.laid_at_answer = len(self.tales)

    # ---- what must hold after every step

    @invariant()
    def a_step_is_counted(self) -> None:
        """For the nightly walk, which promises so many."""
        type(self).steps[self.kind] += 1
        self.age += 1

    @invariant()
    def no_step_has_two_open_drafts(self) -> None:
        """Of those that we laid, whatever became of their versions."""
        is_open = (Fate.UNTOUCHED, Fate.KEPT, Fate.OPENED)
        rungs = [
            tale.rung
            for tale in self.tales
            if tale.fate in is_open and (tale.lying(self.desk) or tale.opened)
        ]
        assert len(rungs) == len(set(rungs)), rungs

    @invariant()
    def what_the_user_touched_is_as_they_left_it(self) -> None:
        """Never changed, moved or removed."""
        assert self.belongings.disturbed(self.desk) == []

    @invariant()
    def nothing_is_laid_after_the_answer(self) -> None:
        """What lies there now was laid before."""
        if self.laid_at_answer is not None:
            assert len(self.tales) == self.laid_at_answer

    @invariant()
    def what_was_sent_is_known_as_sent(self) -> None:
        """A day and three passes later at the latest, unless a version still lies there."""
        drafts = {d.message_id: d.state for d in self._history_drafts()}
        for tale in self.tales:
            if tale.fate is not Fate.SENT or tale.sent_at is None or tale.lying(self.desk):
                continue
            if self._now - tale.sent_at < GRACE or tale.passes <= 3:
                continue
            allowed = {DraftState.SENT}
            if tale.is_traceless:
                allowed |= {DraftState.MISSING, DraftState.DISMISSED}
            assert drafts.get(tale.message_id) in allowed, (tale.message_id, drafts)

    @invariant()
    def what_the_user_keeps_is_known_as_theirs(self) -> None:
        """As soon as it has been looked at: not missing, not deleted, not untouched."""
        drafts = {d.message_id: d.state for d in self._history_drafts()}
        for tale in self.tales:
            is_seen = tale.fate is Fate.KEPT and tale.passes and not tale.is_traceless
            lying = tale.lying(self.desk)
            # Where a program left ours as it was, that one is truly untouched.
            is_left = tale.laid in lying and tale.laid.flags == {"\\Draft", "\\Seen"}
            if is_seen and lying and not is_left:
                state = drafts.get(tale.message_id)
                assert state is DraftState.EDITED, (tale.message_id, state)

    @invariant()
    def the_books_agree(self) -> None:
        """No step has two open drafts in the history either."""
        rungs = [draft.rung for draft in self._history_drafts() if draft.state.is_open]
        assert len(rungs) == len(set(rungs))

    def _history_drafts(self) -> tuple[Draft, ...]:
        return self.seeker.world.histories()[1].drafts


@pytest.mark.parametrize("kind", SERVERS)
def test_whatever_happens_to_drafts(
    kind: str, record_property: Callable[[str, object], None]
) -> None:
    """No walk through programs, servers and faults breaks a promise."""
    machine = type(f"DraftMachine_{kind}", (DraftMachine,), {"kind": kind})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate] if NIGHTLY else tuple(Phase),
            derandomize=not NIGHTLY,
            print_blob=True,
        ),
    )
    steps = DraftMachine.steps[kind]
    record_property("steps", steps)
    print(f"{kind}: {steps} steps")
    assert not NIGHTLY or steps >= 20_000 / len(SERVERS)

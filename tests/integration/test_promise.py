"""The promise as it is kept: whatever happens, nothing leaves but what the user approved, once.

A state machine goes through users, times, answers, lost connections and restarts in any order, on
the scripted server and a real SMTP server. A witness looks at the approval folder in the moment in
which the SMTP server takes a message.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import datetime, timedelta
from email.policy import SMTP
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
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

from followupd.domain import approvals
from followupd.domain import events as happened
from followupd.domain.interview import DraftState, Part, Person
from tests.support.approving import FOLDER
from tests.support.dovecot import PASSWORD
from tests.support.fakemailbox import FakeFolder
from tests.support.fakeserver import FakeServer, carried_out_then_hang_up, hang_up
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import BERLIN, CONFIGURATION
from tests.support.smtpserver import SmtpServer
from tests.support.witness import Witness, parsed

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from followupd.domain.history import Draft
    from tests.support.fakemailbox import FakeMessage
    from tests.support.fakeserver import Command, Session

NIGHTLY = os.environ.get("FOLLOWUPD_PROFILE") == "nightly"
STEPS = 40 if NIGHTLY else 25
EXAMPLES = 100 if NIGHTLY else 10

PEOPLE = tuple(
    Person(name, f"{name.partition(' ')[0].lower()}@{company}.example", Part.RECRUITER)
    for name, company in (
        ("Dana Fox", "acme"),
        ("Kim Lee", "initech"),
        ("Lee Poe", "globex"),
        ("Sam Orr", "northwind"),
        ("Max Ott", "umbrella"),
    )
)
OWN = "Something of my own"
TEXT = "A sentence that is nobody else's business"

SECTIONS = """
[accounts.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
username = "robin"

[accounts.approval]
folder = "Followups/Send"
"""

FRIDAY = 4
EARLY = 12
"""No answer comes in so many steps: it would hold back what is approved."""

WRITING = ("APPEND", "UID MOVE", "UID STORE", "UID EXPUNGE")
READING = ("LIST", "EXAMINE", "SELECT", "UID SEARCH", "UID FETCH")

WELL = "takes everything"
MOODS: dict[str, tuple[dict[str, str], str]] = {
    WELL: ({}, ""),
    "is busy": ({"MAIL": "451 4.3.0 later"}, ""),
    "is full": ({"END": "452 4.3.1 no room"}, ""),
    "knows nobody": ({"RCPT": "550 5.1.1 who?"}, ""),
    "refuses": ({"END": "554 5.7.1 no"}, ""),
    "takes no login": ({"AUTH": "535 5.7.8 no"}, ""),
    "hangs up early": ({}, "DATA"),
    "hangs up at the end": ({}, "END"),
}
"""What the SMTP server answers in place of its own words, and where it closes the connection."""

FIELDS = ("draft", "act", "seen_there", "sent_at", "to", "server", "answer")

_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - no wait for a disk


class PromiseMachine(RuleBasedStateMachine):
    """See the module's docstring.

    Attributes:
        sent: how many messages left, over all walks.
        unclear: how many of them without an answer.
    """

    sent: ClassVar[int]
    unclear: ClassVar[int]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=_MEMORY))
        self.fake = FakeServer(password=PASSWORD)
        self.fake.__enter__()
        self.approval = self.fake.folders[FOLDER] = FakeFolder(FOLDER, uidvalidity=5_000)
        self.smtp = SmtpServer()
        self.witness = Witness(self.fake, self.approval)
        self.witness.watch(self.smtp)
        self.seeker = self._seeker()
        self.lines: list[MutableMapping[str, Any]] = []
        self.steps = 0

    def _seeker(self) -> ScriptedSeeker:
        unused: Any = None
        text = CONFIGURATION.format(
            host="127.0.0.1",
            port=self.fake.port,
            security="none",
            username="robin",
            ca_file="",
            extra=SECTIONS.format(port=self.smtp.port),
        )
        config = self.folder / "config.toml"
        config.write_text(text.replace('ca_file = ""\n', ""), encoding="utf-8")
        return ScriptedSeeker(unused, self.folder, fake=self.fake)

    def teardown(self) -> None:
        """End what was started."""
        self.seeker.close()
        self.fake.__exit__(None, None, None)
        self.smtp.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @initialize()
    def five_interviews(self) -> None:
        """Five check-ins lie in Drafts since Tue 8 Dec, 10:00."""
        self.seeker.at("2026-12-08 10:00")
        for person in PEOPLE:
            self.seeker.add((person,), company=person.address.partition("@")[2])
        self._pass()
        assert len(self.seeker.in_drafts()) == len(PEOPLE)

    # ---- what followupd does

    def _pass(self) -> None:
        before = len(self.smtp.envelopes)
        with structlog.testing.capture_logs() as lines:
            self.seeker.once()
        self.lines += lines
        taken = self.smtp.envelopes[before:]
        type(self).sent += len(taken)
        if self.smtp.script.closes_at == "END":
            type(self).unclear += len(taken)
            perhaps = [line for line in lines if line["event"] == "message perhaps sent"]
            assert [line["to"] for line in perhaps] == [list(one.recipients) for one in taken]
        else:
            self._told_of(taken, lines)

    def _told_of(self, taken: list[Any], lines: list[MutableMapping[str, Any]]) -> None:
        """Of each message the log has one line, with all that is needed to find the act again."""
        told = [line for line in lines if line["event"] == "message sent"]
        assert len(told) == len(taken)
        for envelope, line in zip(taken, told, strict=True):
            assert all(line[name] for name in FIELDS), line
            assert line["to"] == list(envelope.recipients)
            assert line["answer"].startswith("250")
            assert FOLDER in line["act"]
            assert datetime.fromisoformat(line["seen_there"]) <= self.seeker.clock.now()
            assert datetime.fromisoformat(line["sent_at"]) == self.seeker.clock.now()

    @rule(minutes=st.sampled_from([0, 1, 6, 30, 180, 960, 1500]))
    def a_pass(self, minutes: int) -> None:
        """Some time later followupd looks at everything."""
        self.seeker.clock.moment += timedelta(minutes=minutes)
        self._pass()

    @rule()
    def a_pass_in_the_morning(self) -> None:
        """It is the next working day, at ten: what is approved goes out."""
        moment = self.seeker.clock.now().astimezone(BERLIN) + timedelta(days=1)
        while moment.weekday() > FRIDAY:
            moment += timedelta(days=1)
        self.seeker.at(f"{moment:%Y-%m-%d} 10:00")
        self._pass()

    @rule()
    def a_restart(self) -> None:
        """Nothing is known but what is stored."""
        self.seeker.close()

    @rule(command=st.sampled_from([*WRITING, *READING]), late=st.booleans())
    def a_connection_breaks(self, command: str, late: bool) -> None:
        """The next such command is lost, or its answer is; then there is another pass."""
        self.fake.on(command, carried_out_then_hang_up if late else hang_up)
        self._pass()

    @rule(mood=st.sampled_from([WELL, WELL, *MOODS, "hangs up at the end"]))
    def the_smtp_server_is_in_a_mood(self, mood: str) -> None:
        """It answers in another way from now on."""
        answers, closes_at = MOODS[mood]
        self.smtp.script.answers = dict(answers)
        self.smtp.script.closes_at = closes_at

    # ---- what the user does

    def _approve(self, message: FakeMessage) -> None:
        with self.fake.lock:
            moved = self.fake.move(message, self.seeker.drafts_folder, self.approval)
        self.witness.approved.append(moved)

    def _move_out(self, message: FakeMessage, target: FakeFolder) -> None:
        with self.fake.lock:
            self.fake.move(message, self.approval, target)
        self.witness.uses(message)

    @precondition(lambda self: self.seeker.in_drafts())
    @rule(data=st.data(), is_soon=st.booleans())
    def the_user_approves(self, data: st.DataObject, is_soon: bool) -> None:
        """A draft is moved into the approval folder, and perhaps it is soon time to send it."""
        self._approve(data.draw(st.sampled_from(self.seeker.in_drafts())))
        if is_soon:
            self.a_pass_in_the_morning()

    @precondition(lambda self: self.witness.lying())
    @rule(data=st.data())
    def the_user_takes_back(self, data: st.DataObject) -> None:
        """What lies in the approval folder is moved out of it."""
        message = data.draw(st.sampled_from(self.witness.lying()))
        self._move_out(message, self.seeker.drafts_folder)

    @precondition(lambda self: self.witness.lying())
    @rule(data=st.data())
    def the_user_takes_back_in_the_middle(self, data: st.DataObject) -> None:
        """It is moved out while followupd is at work."""
        message = data.draw(st.sampled_from(self.witness.lying()))

        def meanwhile(session: Session, command: Command) -> None:
            if any(message is each for each in self.approval.messages):
                self._move_out(message, self.seeker.drafts_folder)
            session.carry_out(command)

        self.fake.on(data.draw(st.sampled_from(READING)), meanwhile)
        self._pass()

    @precondition(lambda self: self.witness.lying())
    @rule(data=st.data())
    def the_user_deletes(self, data: st.DataObject) -> None:
        """What lies in the approval folder is deleted."""
        message = data.draw(st.sampled_from(self.witness.lying()))
        self._move_out(message, self.seeker.folder_for("\\Trash"))

    @precondition(lambda self: self.seeker.in_drafts())
    @rule(data=st.data(), renamed=st.booleans())
    def the_user_edits(self, data: st.DataObject, renamed: bool) -> None:
        """Another version is saved, by some programs under another name, and copied to somebody."""
        message = data.draw(st.sampled_from(self.seeker.in_drafts()))
        draft = parsed(message.raw)
        draft.set_content(TEXT)
        if renamed:
            del draft["Message-ID"]
            draft["Message-ID"] = f"<{self.seeker.drafts_folder.uidnext}@phone.example>"
        if draft["Cc"] is None:
            draft["Cc"] = "Somebody <somebody@acme.example>"
        with self.fake.lock:
            raw = draft.as_bytes(policy=SMTP)
            self.seeker.drafts_folder.add(raw, {"\\Draft", "\\Seen"})
            self.seeker.drafts_folder.remove(message.uid)

    @precondition(lambda self: self.seeker.in_drafts())
    @rule(data=st.data())
    def the_user_copies(self, data: st.DataObject) -> None:
        """A draft lies in both folders: the user may mean either."""
        message = data.draw(st.sampled_from(self.seeker.in_drafts()))
        with self.fake.lock:
            self.witness.approved.append(self.approval.add(message.raw, {"\\Draft", "\\Seen"}))

    @rule(to=st.sampled_from(PEOPLE), answers=st.booleans())
    def a_letter_of_the_users_own_lies_there(self, to: Person, answers: bool) -> None:
        """It is none of our drafts, however much it looks like one: the witness allows none."""
        draft = parsed(
            b"From: Robin Doe <robin@example.org>\r\n"
            b"Message-ID: <own-%d@example.org>\r\n\r\nText\r\n" % self.approval.uidnext
        )
        draft["Subject"] = OWN
        draft["To"] = f"{to.name} <{to.address}>"
        if answers:
            draft["In-Reply-To"] = "<somewhere@acme.example>"
        with self.fake.lock:
            self.approval.add(draft.as_bytes(policy=SMTP), {"\\Draft", "\\Seen"})

    @precondition(lambda self: self._unclear())
    @rule(data=st.data(), says=st.booleans())
    def the_user_tells(self, data: st.DataObject, says: bool) -> None:
        """Whether a draft of unclear outcome went out, rightly or not; no means once more."""
        number, draft = data.draw(st.sampled_from(self._unclear()))
        now = self.seeker.clock.now()
        if says:
            sent = happened.DraftSent(
                at=now,
                message_id=draft.message_id,
                sent_at=now,
                sent_message_id=draft.message_id,
                certain=False,
            )
            self.seeker.tell(number, sent)
            return
        self.seeker.tell(number, approvals.SendingDenied(at=now, message_id=draft.message_id))
        self.witness.approved = [
            each for each in self.witness.lying() if not each.values("Subject").startswith(OWN)
        ]

    def _unclear(self) -> list[tuple[int, Draft]]:
        return [
            (number, draft)
            for number, history in sorted(self.seeker.world.histories().items())
            for draft in history.drafts
            if draft.state is DraftState.UNCLEAR
        ]

    @precondition(lambda self: self.steps > EARLY)
    @rule(person=st.sampled_from(PEOPLE))
    def somebody_answers(self, person: Person) -> None:
        """News comes while something waits to be sent."""
        self.seeker.receives(self.seeker.letter_from(person, "Good news"))

    # ---- what must hold

    @invariant()
    def nothing_left_without_an_act(self) -> None:
        """Each message lay in the approval folder, put there by the user, and left once."""
        self.steps += 1
        assert self.witness.complaints == []

    @invariant()
    def the_log_tells_no_secrets(self) -> None:
        """No text, no subject and no password stands in it."""
        for line in self.lines:
            said = repr(line)
            for secret in (PASSWORD, TEXT, OWN, "Backend Engineer interview"):
                assert secret not in said, said
        self.lines.clear()


def test_nothing_leaves_without_an_act_of_the_user() -> None:
    """No walk through users, times, answers, faults and restarts breaks the promise."""
    PromiseMachine.sent = PromiseMachine.unclear = 0
    run_state_machine_as_test(
        PromiseMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate] if NIGHTLY else tuple(Phase),
            print_blob=True,
        ),
    )
    print(f"{PromiseMachine.sent} messages, {PromiseMachine.unclear} of them without an answer")

"""A job seeker with a mailbox on a real server, a configuration, a state folder and a clock.

What the seeker does to drafts is done as a mail program does it: over an IMAP connection of
their own, with APPEND, STORE and EXPUNGE.
"""

from __future__ import annotations

import io
import os
import uuid
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from followupd.cli import main
from followupd.config import load
from followupd.domain.events import Added
from followupd.domain.interview import Interview, Part, Person, Promise
from followupd.domain.status import status
from followupd.service.once import whole_pass
from followupd.service.setup import open_world
from followupd.store import DATABASE
from tests.support.cli import Result
from tests.support.delivery import mail
from tests.support.newstate import lay_new_database

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from followupd.domain.events import Event
    from followupd.domain.history import History
    from followupd.domain.interview import Status
    from followupd.domain.plan import Plan
    from followupd.service.once import Failure
    from followupd.service.world import World
    from tests.support.mailserver import Folders
    from tests.support.usermailbox import UserMailbox

BERLIN = ZoneInfo("Europe/Berlin")

DANA = Person("Dana Fox", "dana@acme.example", Part.RECRUITER, phone="+49 30 1234567")
KIM = Person("Kim Lee", "kim@acme.example", Part.HIRING_MANAGER)
ALEX = Person("Alex Roe", "alex@acme.example", Part.INTERVIEWER)

CONFIGURATION = """
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
holidays = "DE-BE"
language = "en"

[[accounts]]
name = "personal"
address = "robin@example.org"
aliases = ["r.doe@example.org"]

[accounts.imap]
host = "{host}"
port = {port}
security = "{security}"
username = "{username}"
password = {{ env = "FOLLOWUPD_TEST_PASSWORD" }}
ca_file = "{ca_file}"
{extra}
"""


class SetClock:
    """A clock that stands until it is set."""

    def __init__(self, now: datetime) -> None:
        """Begin at `now`."""
        self.moment = now.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was set to."""
        return self.moment


def berlin(text: str) -> datetime:
    """`2026-12-01 14:00` in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@dataclass
class Seeker:
    """See the module's docstring.

    Attributes:
        mailbox: on the real server.
        folder: for the configuration and the state.
        clock: set by `at`.
        extra: further lines for `[accounts.imap]`.
        line: a port on 127.0.0.1 through which the server is reached in clear text, for a test
            that cuts the line; None for the server's own port and TLS.
    """

    mailbox: UserMailbox
    folder: Path
    clock: SetClock = field(default_factory=lambda: SetClock(berlin("2026-12-01 15:00")))
    extra: str = ""
    line: int | None = None
    _world: World | None = None

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.folder / "state"

    @property
    def config(self) -> Path:
        """The configuration, written when first asked for."""
        path = self.folder / "config.toml"
        if not path.exists():
            server = self.mailbox.server
            text = CONFIGURATION.format(
                host="localhost" if self.line is None else "127.0.0.1",
                port=self.line or server.ports.imaps,
                security="tls" if self.line is None else "none",
                username=self.mailbox.name,
                ca_file=server.ca_file,
                extra=self.extra,
            )
            path.write_text(text, encoding="utf-8")
        return path

    @property
    def world(self) -> World:
        """The service's surroundings, over the real store."""
        if self._world is None:
            lay_new_database(self.state / DATABASE)
            self._world = open_world(load(self.config), self.state, self.clock)
        return self._world

    def close(self) -> None:
        """Give the store back."""
        if self._world is not None:
            self._world.store.close()
            self._world = None

    # ---- what the seeker tells followupd

    def at(self, moment: str) -> None:
        """Set the clock: `2026-12-08 09:00`, Berlin time."""
        self.clock.moment = berlin(moment).astimezone(UTC)

    def add(
        self,
        people: Sequence[Person] = (DANA, KIM),
        *,
        company: str = "Acme",
        role: str = "Backend Engineer",
        held: str = "2026-12-01 14:00",
        decision: str | None = "2026-12-04",
        promises: Sequence[Promise] = (),
    ) -> int:
        """Record an interview."""
        interview = Interview(
            uid=uuid.uuid4().hex,
            company=company,
            role=role,
            held_at=berlin(held),
            decision_by=date.fromisoformat(decision) if decision else None,
            people=tuple(people),
            promises=tuple(promises),
            account="personal",
            language="en",
        )
        with self.world.store.begin() as transaction:
            return transaction.add(Added(at=self.clock.now(), interview=interview))

    def tell(self, number: int, event: Event) -> None:
        """Record an event as a command does."""
        with self.world.store.begin() as transaction:
            transaction.append(number, event)

    def once(self) -> list[Failure]:
        """One whole pass."""
        return whole_pass(self.world, self.state)

    def says(self, *argv: str) -> Result:
        """Run one command on this configuration, store and clock."""
        before = os.environ.get("STATE_DIRECTORY")
        os.environ["STATE_DIRECTORY"] = str(self.state)
        try:
            with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
                code = main([*argv, "--config", str(self.config)], self.clock)
        finally:
            if before is None:
                del os.environ["STATE_DIRECTORY"]
            else:
                os.environ["STATE_DIRECTORY"] = before
        return Result(code, out.getvalue(), err.getvalue())

    def told(self, *argv: str) -> Result:
        """What a command tells that must succeed."""
        result = self.says(*argv)
        assert result.code == 0, result.err
        return result

    # ---- what followupd knows

    def history(self, number: int) -> History:
        """The interview as it stands."""
        return self.world.histories()[number]

    def plan(self, number: int) -> Plan:
        """Its plan as of now."""
        return self.world.plan(self.history(number))

    def status(self, number: int) -> Status:
        """Its status as of now."""
        world = self.world
        return status(
            self.history(number), world.settings.cadence, world.workdays, self.clock.now()
        )

    def kinds(self, number: int) -> list[str]:
        """The kinds of its events, oldest first."""
        with self.world.store.look() as reading:
            return [recorded.event.kind for recorded in reading.chronicle(number).events]

    # ---- what lies in the mailbox

    @property
    def folders(self) -> Folders:
        """What the server calls Drafts, Sent and Trash."""
        return self.mailbox.server.folders

    def lying_in(self, folder: str) -> list[tuple[int, EmailMessage]]:
        """UID and message of everything in a folder, looked at without touching a flag."""
        client = self.mailbox.looking
        client.select_folder(folder, readonly=True)
        fetched = client.fetch(client.search("UNDELETED"), ["BODY.PEEK[]"])
        messages = []
        for uid in sorted(fetched):
            raw = fetched[uid].get(b"BODY[]")
            if raw is None:
                continue  # taken away between the search and the fetch
            message = message_from_bytes(raw, policy=policy.default)
            assert isinstance(message, EmailMessage)
            messages.append((uid, message))
        return messages

    def drafts(self) -> list[EmailMessage]:
        """What lies in Drafts."""
        return [message for _, message in self.lying_in(self.folders.drafts)]

    # ---- what others write

    def receives(self, raw: bytes, folder: str | None = None) -> None:
        """Mail arrives."""
        self.mailbox.deliver(raw, folder)

    def letter_from(
        self, person: Person, subject: str, *, ago: timedelta | None = None, **more: Any
    ) -> bytes:
        """A mail from a person, dated now or some time ago."""
        moment = self.clock.now() - (ago or timedelta(0))
        return mail(
            sender=f"{person.name} <{person.address}>",
            subject=subject,
            date=format_datetime(moment.astimezone(BERLIN)),
            **more,
        )

    def invitation_from(
        self,
        person: Person,
        subject: str,
        calendar: str,
        *,
        body: str = "You are invited.\n",
        method: str = "REQUEST",
        **headers: str,
    ) -> bytes:
        """An invitation as calendars send it: the text and its calendar as alternatives."""
        letter = EmailMessage(policy=policy.SMTP)
        letter["From"] = f"{person.name} <{person.address}>"
        letter["To"] = "Robin Doe <robin@example.org>"
        letter["Subject"] = subject
        letter["Date"] = format_datetime(self.clock.now().astimezone(BERLIN))
        letter["Message-ID"] = f"<{uuid.uuid4().hex}@calendar.example>"
        for name, value in headers.items():
            letter[name.replace("_", "-")] = value
        letter.set_content(body)
        letter.add_alternative(
            calendar.replace("\n", "\r\n"), subtype="calendar", params={"method": method}
        )
        return letter.as_bytes()

    # ---- what the seeker does in their mail program

    def sends(self, uid: int, *, keep_draft: bool = False, **changes: str) -> None:
        """Press Send on a draft: a copy goes to Sent, the draft goes away."""
        message = self._changed(uid, changes)
        raw = message.as_bytes(policy=policy.SMTP)
        self.mailbox.append(self.folders.sent, raw, b"\\Seen")
        if not keep_draft:
            self.deletes(uid)

    def edits(self, uid: int, text: str, **changes: str) -> None:
        """Change a draft's text and save it: a new message, the old one expunged."""
        message = self._changed(uid, changes)
        message.set_content(text)
        raw = message.as_bytes(policy=policy.SMTP)
        self.mailbox.append(self.folders.drafts, raw, b"\\Draft", b"\\Seen")
        self.deletes(uid)

    def deletes(self, uid: int, *, to_trash: bool = False) -> None:
        """Delete a draft, for good or into Trash, with what the server offers for it."""
        client = self.mailbox.looking
        client.select_folder(self.folders.drafts)
        if to_trash and client.has_capability("MOVE"):
            client.move([uid], self.folders.trash)
            return
        if to_trash:
            client.copy([uid], self.folders.trash)
        client.delete_messages([uid])
        if client.has_capability("UIDPLUS"):
            client.uid_expunge([uid])
        else:
            client.expunge()

    def writes(self, to: Person, subject: str, folder: str | None = None, **more: Any) -> None:
        """Write by hand: a copy lies in Sent, unless another folder is given."""
        raw = mail(
            sender="Robin Doe <robin@example.org>",
            to=f"{to.name} <{to.address}>",
            subject=subject,
            date=format_datetime(self.clock.now().astimezone(BERLIN)),
            **more,
        )
        self.mailbox.append(folder or self.folders.sent, raw, b"\\Seen")

    def _changed(self, uid: int, changes: dict[str, str]) -> EmailMessage:
        message = dict(self.lying_in(self.folders.drafts))[uid]
        stamped = {"Date": format_datetime(self.clock.now().astimezone(BERLIN)), **changes}
        for name, value in stamped.items():
            del message[name.replace("_", "-")]
            if value:
                message[name.replace("_", "-")] = value
        return message

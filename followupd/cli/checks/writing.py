r"""`check --write`: a draft to the user themselves, laid into Drafts and taken back at once.

It goes the way of every draft: one APPEND with its flags, found again by its Message-ID, taken
back by `withdraw` only while it is as it was laid. There is never more than one: what an earlier
try left behind, because it was killed or the connection broke, is looked for first. It is known by
its Message-ID, its addresses, its subject and its text, all of them; one that the user has changed
is theirs, and stays. While one stays, no other is laid.

The time that the server stamped on it tells the difference between its clock and this one's.
"""

from __future__ import annotations

import re
import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.utils import getaddresses
from typing import TYPE_CHECKING, Final

from followupd.cli.checks.line import failed, ok, warning
from followupd.cli.checks.state import SLIP
from followupd.errors import ConnectionLost, FollowupdError, OutcomeUnknown, ServerRefused
from followupd.mailbox.drafts import Sought, is_flagged_by_user, place, with_message_id
from followupd.mailbox.withdrawing import Withdrawn, complete, withdraw
from followupd.reading.text import clean
from followupd.service.setup import account_lock
from followupd.writing.draft import Envelope, compose, digest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from followupd.cli.checks.line import Check, Wall
    from followupd.config import Account, User
    from followupd.mailbox.connection import Connection
    from followupd.mailbox.folders import Roles
    from followupd.mailbox.responses import Whole
    from followupd.service.clock import Clock

SUBJECT: Final = "A try of followupd check"
BODY: Final = (
    "This draft was laid here by `followupd check --write` and is taken back at once.\n"
    "Should you see it, the try was cut off: delete it, or run the command once more.\n"
)

_MARK: Final = "followupd-check-"
_MESSAGE_ID: Final = re.compile(rf"<{_MARK}[0-9a-f]{{16}}@[^<>\s@]{{1,255}}>")
_NEWEST: Final = 100
"""How many of the newest drafts are looked at one by one: a search may lag, or know no parts."""
_LOCK_SECONDS: Final = 20.0
_CHECK: Final = "draft"


class _TakenError(Exception):
    """Another followupd is at work on the account."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Tries one account's Drafts.

    Attributes:
        account: whose.
        user: who they are, for the sender.
        connection: signed in.
        roles: the folders.
        clock: the time.
        wall: now, for words.
    """

    account: Account
    user: User
    connection: Connection
    roles: Roles
    clock: Clock
    wall: Wall

    def checks(self, state: Path | None) -> Iterator[Check]:
        """Lay the draft and take it back, with no other followupd at work on the account.

        Args:
            state: the state folder, where the account is held; None where it cannot be used.
        """
        if state is None:
            what = "not tried: others can only be kept off the account by the state folder"
            yield failed(_CHECK, what, "see the lines about the state folder and the database")
            return
        if not (self.connection.can_expunge_one or (self.connection.can_move and self.roles.trash)):
            what = "not tried: the server can neither remove a single message nor move one"
            yield warning(_CHECK, what, "nothing can be done about it here")
            return
        try:
            with _alone(state, self.account.name):
                yield from self._tried()
        except _TakenError:
            what = "not tried: another followupd was at work on this account all the time"
            yield warning(_CHECK, what, "try again in a minute")
        except OSError as error:
            if isinstance(error, FollowupdError):
                raise
            what = f"not tried: {state} cannot be written to ({error.strerror})"
            yield failed(_CHECK, what, "see the lines about the disk and the state folder")

    def _tried(self) -> Iterator[Check]:
        """All of it, and the words for what goes wrong on the way."""
        name = clean(self.roles.drafts, 80)
        try:
            stays = self._cleared()
            if stays is not None:
                yield stays
                return
            yield from self._laid()
        except (OutcomeUnknown, ConnectionLost) as error:
            advice = (
                f"run `followupd check --write {self.account.name}` again: it finds the draft in "
                f"{name} and removes it, if it is there"
            )
            yield failed(_CHECK, error, advice)
        except ServerRefused as error:
            advice = f"look at the rights and at the room of {name} with your mail program"
            yield failed(_CHECK, error, advice)

    # ---- what an earlier try left

    def _cleared(self) -> Check | None:
        """Remove what an earlier try has left; a line where something has to stay."""
        for lying in self._leftovers():
            sought = self._sought(_id_of(lying.raw), lying, self.clock.now())
            marked = "\\Deleted" in lying.flags
            if not self._is_ours(lying):
                what = "not tried: the draft of an earlier try lies there, changed since"
                advice = f"delete it in your mail program; its subject is: {SUBJECT}"
                return warning(_CHECK, what, advice)
            if marked:
                complete(self.connection, self.roles, sought)
            else:
                withdraw(self.connection, self.roles, sought)
        if left := self._leftovers():
            what = f"not tried: {len(left)} of an earlier try cannot be removed"
            advice = f"delete it in your mail program; its subject is: {SUBJECT}"
            return warning(_CHECK, what, advice)
        return None

    def _leftovers(self) -> list[Whole]:
        """Every draft of ours in Drafts, which is selected for it."""
        mailbox = self.connection.select(self.roles.drafts)
        uids = set(self.connection.search("HEADER", "Message-ID", _MARK))
        uids |= set(self.connection.uids_from(max(1, mailbox.uidnext - _NEWEST)))
        found = self.connection.headers(uids)
        wholes = [
            self.connection.whole(each.uid)
            for each in found
            if _MESSAGE_ID.fullmatch(_id_of(each.raw))
        ]
        return [each for each in wholes if each is not None]

    def _is_ours(self, lying: Whole) -> bool:
        """Whether it is as it was laid, whatever a server may do to line ends and headers."""
        if is_flagged_by_user(lying.flags - {"\\Deleted"}):
            return False
        message = message_from_bytes(lying.raw, policy=policy.compat32)
        text = message.get_payload(decode=True)
        said = text.decode("utf-8", "replace") if isinstance(text, bytes) else ""
        own = self.account.address.casefold()
        addresses = [
            [address.casefold() for _, address in getaddresses(map(str, message.get_all(key, [])))]
            for key in ("From", "To")
        ]
        return (
            " ".join(said.split()) == " ".join(BODY.split())
            and " ".join(str(message.get("Subject", "")).split()) == SUBJECT
            and all(each == [own] for each in addresses)
            and not any(message.get_all(key) for key in ("Cc", "Bcc"))
        )

    def _sought(self, message_id: str, lying: Whole, at: datetime) -> Sought:
        mailbox = self.connection.select(self.roles.drafts)
        return Sought(
            (message_id,),
            self.account.address,
            None,
            SUBJECT,
            at,
            folder=self.roles.drafts,
            uidvalidity=mailbox.uidvalidity,
            uid=lying.uid,
            digest=digest(lying.raw),
        )

    # ---- the try itself

    def _laid(self) -> Iterator[Check]:
        name = clean(self.roles.drafts, 80)
        domain = self.account.address.rpartition("@")[2]
        message_id = f"<{_MARK}{secrets.token_hex(8)}@{domain}>"
        before = self.connection.examine(self.roles.drafts)
        began, now = time.monotonic(), self.clock.now()
        address, called = self.account.address, self.user.name
        letter = Envelope(message_id, self._local(now), called, address, called, address, None)
        raw = compose(letter, SUBJECT, BODY)
        placed = place(self.connection, self.roles.drafts, raw, message_id, before)
        taken = time.monotonic() - began
        if not placed.uid or placed.found is None:
            what = f"one was laid into {name}, but it cannot be found there again"
            advice = f"look for it with your mail program and delete it; its subject is: {SUBJECT}"
            yield failed(_CHECK, what, advice)
            return
        sought = Sought(
            (message_id,),
            address,
            None,
            SUBJECT,
            now,
            folder=placed.folder,
            uidvalidity=placed.uidvalidity,
            uid=placed.uid,
            digest=placed.digest,
        )
        outcome = withdraw(self.connection, self.roles, sought)
        self.connection.examine(self.roles.drafts)
        is_gone = not with_message_id(self.connection, (message_id,))
        if outcome is Withdrawn.GONE and is_gone:
            said = f"laid into {name}, found again by its Message-ID, and taken back"
            yield ok(_CHECK, f"{said}; it took {taken * 1000:.0f} ms to lay it")
        else:
            what = f"laid into {name}, but not taken back: {outcome.value}"
            advice = f"delete it in your mail program; its subject is: {SUBJECT}"
            yield failed(_CHECK, what, advice)
        yield server_clock(placed.found.internaldate, now, timedelta(seconds=taken), self.wall)

    def _local(self, now: datetime) -> datetime:
        return now.astimezone(self.wall.zone)


def server_clock(stamped: datetime | None, before: datetime, taken: timedelta, wall: Wall) -> Check:
    """Compare what the server stamped on a draft with this machine's time around the APPEND.

    Args:
        stamped: in whole seconds; None where the server did not say.
        before: this machine's time right before.
        taken: how long it took.
        wall: for words.
    """
    name = "server's clock"
    if stamped is None:
        return ok(name, "the server does not tell when it took the draft")
    away = before - stamped if stamped < before else stamped - (before + taken)
    if away <= SLIP:
        return ok(name, f"it agrees with this machine's ({max(int(away.total_seconds()), 0)} s)")
    which = "behind" if stamped < before else "ahead of"
    what = (
        f"it is {int(away.total_seconds() // 60)} minutes {which} this machine's: "
        f"{wall.moment(stamped)} there, {wall.moment(before)} here"
    )
    return warning(name, what, "if it is this machine that is wrong: `timedatectl set-ntp true`")


def _id_of(raw: bytes) -> str:
    """The Message-ID of a message, or of its headers alone."""
    found = message_from_bytes(raw, policy=policy.compat32).get("Message-ID", "")
    return str(found).strip()


@contextmanager
def _alone(state: Path, account: str) -> Iterator[None]:
    """Hold the account as a pass does.

    Raises:
        _TakenError: somebody else holds it for too long.
        OSError: the lock's file cannot be made.
    """
    until = time.monotonic() + _LOCK_SECONDS
    entered = False
    try:
        with account_lock(state, account, lambda: time.monotonic() < until):
            entered = True
            yield
    except ConnectionLost:
        if entered:
            raise
        raise _TakenError from None

r"""What became of a draft, read off the mailbox alone.

Mail programs do the same things in different ways: they save a new version and remove the old
one, move the old one to Trash, mark it, or leave it; give it a new Message-ID or keep it; remove
the draft before they send it, or long after. So the order of looking is fixed, and what lies in
an earlier place counts:

1. the draft where it lay, or a newer version of it in Drafts;
2. a copy in Sent that bears its name;
3. the approval folder, under its name, or what can be nothing else;
4. a copy in Sent that is like it, an older version in Drafts, or any version in another folder
   where the user filed it;
5. Trash;
6. nowhere, but a mail in its thread that goes to somebody unknown.

A search finds substrings and may be behind. Whatever it finds is compared exactly; and before a
draft counts as gone, the newest mail of Drafts and Sent is fetched by UID, which is not behind: a
version saved later has a higher UID, always (RFC 3501, section 2.3.1.1).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.errors import ServerRefused
from followupd.mailbox.approval import lying_in
from followupd.mailbox.connection import GMAIL
from followupd.mailbox.drafts import (
    ORIGINAL_ID_HEADERS,
    Sighting,
    Sought,
    Whereabouts,
    bears,
    headers_of,
    is_flagged_by_user,
    with_message_id,
)
from followupd.mailbox.likeness import is_alike, is_in_thread, is_later
from followupd.mailbox.search import any_of
from followupd.writing.draft import digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from followupd.mailbox.connection import Connection
    from followupd.mailbox.folders import Roles
    from followupd.mailbox.responses import Fetched, Mailbox
    from followupd.mailbox.search import Criterion

NEWEST_DRAFTS = 200
"""Versions of a draft are looked for among so many of the newest messages in Drafts."""

_NEWEST_SENT = 50
_MOST_FOLDERS = 60
_GMAILS_OWN = frozenset(
    {"inbox", "draft", "drafts", "sent", "spam", "trash", "starred", "important", "muted"}
)
"""Labels of Gmail's own: any other one was given by the user, or a rule of theirs."""


def find(connection: Connection, roles: Roles, sought: Sought, *, by_likeness: bool) -> Sighting:
    """Look for one draft of ours everywhere; see the module's docstring for the order.

    Args:
        connection: where to look.
        roles: the folders.
        sought: what is known of the draft.
        by_likeness: whether a mail in the same thread to the same person will do, since many
            clients give an edited draft a new Message-ID. Only for a draft that was there.

    Raises:
        ServerRefused: Drafts, Sent or Trash cannot be opened or searched.
    """
    return _Look(connection, roles, sought, by_likeness).sighting()


@dataclass(frozen=True, slots=True)
class _Look:
    connection: Connection
    roles: Roles
    sought: Sought
    by_likeness: bool

    def sighting(self) -> Sighting:
        put_aside = self._still_filed()
        if put_aside is not None:
            return put_aside
        drafts = self.connection.examine(self.roles.drafts)
        in_place = self._in_place(drafts)
        if in_place is not None:
            return in_place
        versions = self._versions(drafts)
        older = [one for one in versions if self._is_older(one, drafts)]
        newer = versions[len(older) :]
        is_named = any(bears(one, self.sought.message_ids) for one in newer)
        found = (
            self._sent_for_sure(self.roles.sent)
            or self._version(self.roles.drafts, drafts, newer if is_named else [])
            or self._approved()
            or self._sent_for_sure(self.roles.all)
            or self._version(self.roles.drafts, drafts, newer)
            or (self._approved_likely() if self.by_likeness else None)
            or (self._sent_likely() if self.by_likeness else None)
            or self._version(self.roles.drafts, drafts, older)
            or self._filed()
            or self._in_all_mail()
            or self._thrown_away()
            or (self._readdressed() if self.by_likeness else None)
        )
        return found or Sighting(Whereabouts.NOWHERE)

    # ---- Drafts

    def _in_place(self, drafts: Mailbox) -> Sighting | None:
        """The draft where it was last seen in Drafts, or the newest version with its name."""
        sought = self.sought
        if not self._is_place(self.roles.drafts, drafts):
            return None
        lying = self.connection.headers([sought.uid])
        if not lying or "\\Deleted" in lying[0].flags:
            return None
        [ours] = lying
        if ours.raw and not bears(ours, sought.message_ids):
            return None
        newest = self._saved_beside(drafts) or ours
        where = Whereabouts.UNTOUCHED
        if sought.edited or newest is not ours or is_flagged_by_user(ours.flags):
            where = Whereabouts.EDITED
        return Sighting(where, self.roles.drafts, drafts.uidvalidity, newest.uid, newest)

    def _saved_beside(self, drafts: Mailbox) -> Fetched | None:
        """The newest version that was saved without removing the one before."""
        first = self.sought.uid + 1
        if drafts.uidnext == first:
            return None
        named = any_of(["HEADER", "Message-ID", one] for one in self.sought.message_ids)
        uids = self.connection.search("UID", f"{first}:*", *named)
        for fetched in reversed(self.connection.headers(uid for uid in uids if uid >= first)):
            is_version = bears(fetched, self.sought.message_ids) and not _is_deleted(fetched)
            if is_version and not self._has_our_bytes(self.roles.drafts, fetched):
                return fetched
        return None

    def _versions(self, drafts: Mailbox) -> list[Fetched]:
        """What may be the draft in Drafts, which is examined; ascending."""
        found = {one.uid: one for one in with_message_id(self.connection, self.sought.message_ids)}
        same = self._is_place(self.roles.drafts, drafts)
        fresh = self.connection.uids_from(self.sought.uid + 1 if same else 1)[-NEWEST_DRAFTS:]
        for fetched in self.connection.headers(fresh):
            if self._is_version(fetched):
                found[fetched.uid] = fetched
        lying = [found[uid] for uid in sorted(found) if not _is_deleted(found[uid])]
        named = [one for one in lying if bears(one, self.sought.message_ids)]
        # Without its old number nothing tells a later version from an earlier draft by hand.
        return lying if same or not named else named

    def _is_version(self, fetched: Fetched) -> bool:
        return bears(fetched, self.sought.message_ids) or (
            self.by_likeness and is_alike(self.sought, fetched)
        )

    def _is_older(self, fetched: Fetched, drafts: Mailbox) -> bool:
        return self._is_place(self.roles.drafts, drafts) and fetched.uid < self.sought.uid

    def _version(self, folder: str, mailbox: Mailbox, versions: list[Fetched]) -> Sighting | None:
        """The newest of several versions."""
        if not versions:
            return None
        newest = versions[-1]
        where = Whereabouts.EDITED
        is_ours = not self.sought.edited and bears(newest, self.sought.message_ids)
        if is_ours and not is_flagged_by_user(newest.flags) and self._has_our_bytes(folder, newest):
            where = Whereabouts.UNTOUCHED
        return Sighting(where, folder, mailbox.uidvalidity, newest.uid, newest)

    # ---- Sent

    def _sent_for_sure(self, folder: str | None) -> Sighting | None:
        """A copy under a Message-ID of ours where sent mail lies."""
        if folder is None:
            return None
        mailbox = self.connection.examine(folder)
        named = with_message_id(self.connection, self.sought.message_ids)
        fresh = [] if named else self._newest_sent(mailbox)
        for fetched in (*named, *fresh):
            if bears(fetched, self.sought.message_ids) and self._was_sent(fetched, folder):
                return _at(Whereabouts.SENT, folder, mailbox, fetched)
        return None

    def _sent_likely(self) -> Sighting | None:
        """Mail in the same thread to the same person, dated after the draft."""
        for folder in self._sent_folders():
            mailbox = self.connection.examine(folder)
            found = {
                one.uid: one for one in self.connection.headers(self._to_the_same(_NEWEST_SENT))
            }
            found |= {one.uid: one for one in self._newest_sent(mailbox)}
            for uid in sorted(found):
                fetched = found[uid]
                if not self._was_sent(fetched, folder):
                    continue
                if is_later(self.sought, fetched) and is_alike(self.sought, fetched):
                    return _at(Whereabouts.SENT_LIKELY, folder, mailbox, fetched)
        return None

    def _sent_folders(self) -> list[str]:
        return [folder for folder in (self.roles.sent, self.roles.all) if folder is not None]

    def _was_sent(self, fetched: Fetched, folder: str) -> bool:
        """Whether it is no draft, and not what is left of one that Gmail archived."""
        if "\\Draft" in fetched.flags:
            return False
        return folder == self.roles.sent or fetched.labels is None or "sent" in fetched.labels

    def _newest_sent(self, mailbox: Mailbox) -> list[Fetched]:
        """The last mail filed in the examined folder, which SEARCH may not know yet."""
        first = max(1, mailbox.uidnext - _NEWEST_SENT)
        return self.connection.headers(self.connection.uids_from(first))

    def _to_the_same(self, most: int) -> list[int]:
        return sorted(self.connection.search("TO", self.sought.to))[-most:]

    # ---- elsewhere

    def _approved(self) -> Sighting | None:
        """The draft in the approval folder, under its name.

        The folder holds few messages: they are fetched, since a search may be behind.
        """
        return self._among_approved(lambda one: bears(one, self.sought.message_ids))

    def _approved_likely(self) -> Sighting | None:
        """The draft in the approval folder under another name, where it can be nothing else.

        It is no mail that somebody sent, none from before the draft, and none that lay there while
        the draft lay elsewhere. Where the draft itself lies in Trash, what looks like it is a mail
        of the user's own.
        """

        def may_be(fetched: Fetched) -> bool:
            message = headers_of(fetched)
            was_received = message is None or message.has("received")
            return (
                not was_received
                and is_later(self.sought, fetched)
                and is_alike(self.sought, fetched)
            )

        found = self._among_approved(may_be, single=True)
        if found is None or (found.folder, found.uidvalidity, found.uid) in self.sought.strangers:
            return None
        return found if self._thrown_away() is None else None

    def _among_approved(
        self, is_it: Callable[[Fetched], bool], *, single: bool = False
    ) -> Sighting | None:
        if self.roles.approval is None:
            return None
        mailbox, lying = lying_in(self.connection, self.roles.approval)
        found = [fetched for fetched in lying if is_it(fetched)]
        if not found or (single and len(found) > 1):
            return None
        return _at(Whereabouts.APPROVED, self.roles.approval, mailbox, found[-1])

    def _in_all_mail(self) -> Sighting | None:
        """The draft in the folder that shows all mail: as a draft, or under a label of the user's.

        Drafts does not show it, be it for a moment only.
        """
        if self.roles.all is None:
            return None
        mailbox = self.connection.examine(self.roles.all)
        uids = [one.uid for one in with_message_id(self.connection, self.sought.message_ids)]
        if self.by_likeness:
            uids += self._to_the_same(_NEWEST_SENT)
        unsent = [
            one
            for one in self.connection.headers(uids)
            if self._is_version(one) and not self._was_sent(one, self.roles.all)
        ]
        drafts = [one for one in unsent if "\\Draft" in one.flags]
        filed = [one for one in unsent if one.labels is not None and one.labels - _GMAILS_OWN]
        if filed and not drafts:
            return _at(Whereabouts.EDITED, self.roles.all, mailbox, filed[-1])
        return self._version(self.roles.all, mailbox, drafts)

    def _own_folders(self) -> list[str]:
        roles = self.roles
        known = (roles.drafts, roles.sent, roles.all, roles.trash, roles.junk)
        return [folder for folder in roles.everywhere if folder not in known]

    def _still_filed(self) -> Sighting | None:
        """The draft in the folder where the user had put it aside."""
        folder = self.sought.folder
        if folder not in self._own_folders():
            return None
        with suppress(ServerRefused):
            mailbox = self.connection.examine(folder)
            lying = self.connection.headers([self.sought.uid])
            is_there = bool(lying) and not _is_deleted(lying[0])
            if self._is_place(folder, mailbox) and is_there and "\\Draft" in lying[0].flags:
                return _at(Whereabouts.EDITED, folder, mailbox, lying[0])
        return None

    def _filed(self) -> Sighting | None:
        """The draft in a folder of the user's own, where they have put it aside."""
        for folder in self._own_folders()[:_MOST_FOLDERS]:
            # A folder that is somebody else's, or just gone, says nothing of the others.
            with suppress(ServerRefused):
                found = self._filed_in(folder)
                if found is not None:
                    return found
        return None

    def _filed_in(self, folder: str) -> Sighting | None:
        mailbox = self.connection.examine(folder)
        if not mailbox.exists:
            return None
        names = ("Message-ID", *ORIGINAL_ID_HEADERS)
        keys: list[list[Criterion]] = [
            ["HEADER", name, one] for one in self.sought.message_ids for name in names
        ]
        if self.by_likeness:
            keys.append([["DRAFT", "TO", self.sought.to]])
        uids = self.connection.search(*any_of(keys))
        for fetched in reversed(self.connection.headers(uids)):
            if _is_deleted(fetched):
                continue
            if "\\Draft" in fetched.flags and self._is_version(fetched):
                return _at(Whereabouts.EDITED, folder, mailbox, fetched)
            if self.sought.is_approved and bears(fetched, self.sought.message_ids):
                # Taken back, by a program that saves drafts without marking them as such.
                return _at(Whereabouts.EDITED, folder, mailbox, fetched)
            if bears(fetched, self.sought.message_ids) and self._was_sent(fetched, folder):
                # Some programs keep the copy beside what it answers.
                return _at(Whereabouts.SENT, folder, mailbox, fetched)
        return None

    def _thrown_away(self) -> Sighting | None:
        """The draft in Trash; at Gmail also in no folder but that of all mail.

        There a program that removes a draft from Drafts archives it, unless the user has set it
        otherwise (MailKit issue 726).
        """
        places = [self.roles.trash]
        if self.connection.has(GMAIL):
            places.append(self.roles.all)
        for folder in places:
            if folder is None:
                continue
            mailbox = self.connection.examine(folder)
            found = with_message_id(self.connection, self.sought.message_ids)
            if found:
                return _at(Whereabouts.TRASHED, folder, mailbox, found[-1])
        return None

    def _readdressed(self) -> Sighting | None:
        """The draft to somebody else, when it is found nowhere: nothing else is in its thread.

        Thunderbird gives a new Message-ID at every save, so that with another recipient only the
        thread and the subject are left.
        """
        for folder in (self.roles.drafts, *self._sent_folders()):
            mailbox = self.connection.examine(folder)
            is_drafts = folder == self.roles.drafts
            for fetched in reversed(self._newest_sent(mailbox)):
                is_over = _is_deleted(fetched) if is_drafts else not self._was_sent(fetched, folder)
                if (
                    is_over
                    or not is_later(self.sought, fetched)
                    or not is_in_thread(self.sought, fetched)
                ):
                    continue
                where = Whereabouts.EDITED if is_drafts else Whereabouts.SENT_LIKELY
                return _at(where, folder, mailbox, fetched)
        return None

    # ---- likeness

    def _is_place(self, folder: str, mailbox: Mailbox) -> bool:
        """Whether the draft was last seen in this folder, under the numbers it has now."""
        was_here = self.sought.folder in ("", folder)
        return was_here and self.sought.uid > 0 and mailbox.uidvalidity == self.sought.uidvalidity

    def _has_our_bytes(self, folder: str, fetched: Fetched) -> bool:
        if not self.sought.digest:
            return False
        if self.connection.selected != folder:
            self.connection.examine(folder)
        raw = self.connection.body(fetched.uid)
        return raw is not None and digest(raw) == self.sought.digest


def _at(where: Whereabouts, folder: str, mailbox: Mailbox, fetched: Fetched) -> Sighting:
    return Sighting(where, folder, mailbox.uidvalidity, fetched.uid, fetched)


def _is_deleted(fetched: Fetched) -> bool:
    return "\\Deleted" in fetched.flags

"""One signed-in connection to an IMAP server.

It promises three things. The user's mail is read with EXAMINE and BODY.PEEK, so no flag of
theirs changes. Whatever goes wrong comes out as one of followupd's own errors, in words that
name the server and the command, never a secret. And after a timeout or an answer that is not
IMAP the connection is closed: the two sides no longer agree on what was said.

Calls block. One thread at a time uses a connection; only `shutdown` may come from another.
"""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from followupd.errors import ConnectionLost, FollowupdError, OutcomeUnknown, ServerRefused
from followupd.mailbox import fetching
from followupd.mailbox.client import Client, tls_context
from followupd.mailbox.faults import NONSENSE, ImapAbort, ImapError, is_refusal, reason
from followupd.mailbox.responses import (
    AppendUid,
    Fetched,
    Folder,
    Mailbox,
    Notice,
    NoticeKind,
    Status,
    Whole,
    append_uid,
    notice,
    words,
)
from followupd.mailbox.search import Criterion, Search, compose
from followupd.mailbox.signing_in import reach
from followupd.mailbox.wire import Timeouts

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Iterable, Iterator, Sequence

    from followupd.config.settings import Imap

__all__ = [
    "AppendUid",
    "Connection",
    "Criterion",
    "Fetched",
    "Folder",
    "Mailbox",
    "Notice",
    "NoticeKind",
    "Status",
    "Timeouts",
    "Whole",
    "tls_context",
]

HEADER_CAP = 262_144
BODY_CAP = 262_144
GMAIL = "X-GM-EXT-1"
"""The capability by which Gmail is known: developers.google.com/gmail/imap/imap-extensions."""
_MODIFIED = re.compile(rb"\[MODIFIED\b", re.IGNORECASE)
_AT_ONCE = 50  # headers asked for in one command
_GOODBYE = 2.0  # seconds for a polite LOGOUT


class Connection:
    """A signed-in connection.

    Attributes:
        where: host and port, for words.
        capabilities: what the server says it can do, in upper case.
        selected: the folder that is open, or None.
        writable: whether it was opened with SELECT.
        good_until: when the token it signed in with ends, in seconds of `time.monotonic`; None:
            it signed in with a password.
        search_widened: whether the last search had to leave out text beyond ASCII because the
            server knows no UTF-8, and so may have found more than was asked for.
    """

    def __init__(self, client: Client, where: str, capabilities: frozenset[str]) -> None:
        self._client = client
        self._wire = client.wire
        self.where = where
        self.capabilities = capabilities
        self.selected: str | None = None
        self.writable = False
        self.good_until: float | None = None
        self.search_widened = False
        self._closed = False
        self._idle_tag: bytes | None = None
        self._early: list[Notice] = []

    @classmethod
    def open(
        cls,
        imap: Imap,
        secret: str,
        *,
        context: ssl.SSLContext | None = None,
        timeouts: Timeouts | None = None,
    ) -> Connection:
        """Connect, protect the connection and sign in.

        Args:
            imap: where and how.
            secret: the password, or an access token where `imap.password` is a grant.
            context: from `tls_context`, shared by the caller; made anew where it is None.
            timeouts: in seconds; the defaults of `Timeouts` where it is None.

        Raises:
            AuthenticationError: the login was refused, or would not be safe.
            ConnectionLost: the server cannot be reached, or is busy for the moment.
            ServerRefused: the server does not offer STARTTLS.
            ConfigError: `ca_file` cannot be used.
        """
        client, capabilities = reach(imap, secret, context=context, timeouts=timeouts)
        return cls(client, f"{imap.host}:{imap.port}", capabilities)

    @property
    def closed(self) -> bool:
        """Whether the connection is over and of no more use."""
        return self._closed

    @property
    def mechanism(self) -> str:
        """By which the user was signed in: `LOGIN` or a SASL mechanism; "" where nothing had to."""
        return str(self._client.mechanism)

    def has(self, capability: str) -> bool:
        """Whether the server offers a capability, such as `UIDPLUS`."""
        return capability.upper() in self.capabilities

    def socket(self) -> socket.socket:
        """The socket, for waiting until it is readable and for nothing else."""
        sock: socket.socket = self._wire.sock
        return sock

    # Folders

    def folders(self) -> tuple[Folder, ...]:
        """Every folder the user can see, in the server's order (LIST).

        A line that cannot be understood is left out rather than spoiling the rest.
        """
        plain = ('""', '"*"')
        extended = (*plain, "RETURN", "(SPECIAL-USE)")
        ask_for_use = self.has("SPECIAL-USE") and self.has("LIST-EXTENDED")
        with self._doing("LIST"):
            for arguments in (extended, plain) if ask_for_use else (plain,):
                try:
                    kind, data = self._wire._simple_command("LIST", *arguments)  # noqa: SLF001
                except ImapAbort:
                    raise
                except ImapError:
                    if arguments is plain:
                        raise
                    continue
                if kind == "OK":
                    break
                if arguments is plain:
                    raise ImapError(words(data[-1]))
            lines = self._wire._untagged_response(kind, data, "LIST")[1]  # noqa: SLF001
        return tuple(fetching.folders(lines))

    def examine(self, name: str) -> Mailbox:
        """Open a folder read-only: nothing done afterwards can change a flag."""
        return self._open_folder(name, writable=False)

    def select(self, name: str) -> Mailbox:
        """Open a folder to change something in it: only Drafts and the approval folder."""
        return self._open_folder(name, writable=True)

    def status(self, name: str) -> Status:
        """Count a folder's messages without opening it."""
        with self._doing(f"STATUS {name}"):
            said = self._client.folder_status(name, ("MESSAGES", "UIDNEXT", "UIDVALIDITY"))
            return Status(
                messages=int(said.get(b"MESSAGES", 0)),
                uidnext=int(said.get(b"UIDNEXT", 0)),
                uidvalidity=int(said.get(b"UIDVALIDITY", 0)),
            )

    def _open_folder(self, name: str, *, writable: bool) -> Mailbox:
        command = f"{'SELECT' if writable else 'EXAMINE'} {name}"
        self.selected = None
        with self._doing(command):
            # imaplib remembers a folder that turned out read-only, and refuses all else.
            self._wire.untagged_responses = {}
            said = self._client.select_folder(name, readonly=not writable)
            exists = int(said.get(b"EXISTS", 0))
            uidnext = int(said.get(b"UIDNEXT", 0))
            uidvalidity = int(said.get(b"UIDVALIDITY", 0))
        self.selected, self.writable = name, writable
        if not uidnext or not uidvalidity:
            status = self.status(name)
            uidvalidity = uidvalidity or status.uidvalidity
            uidnext = uidnext or status.uidnext
        if not uidnext:
            uidnext = max(self.search("UID", "*"), default=0) + 1 if exists else 1
        return Mailbox(uidvalidity, uidnext, exists)

    # Reading

    def search(self, *criteria: Criterion) -> list[int]:
        """UIDs in the open folder that meet all criteria, ascending (UID SEARCH).

        `("UID", "7:*")` also finds the last message when its UID is below 7: that is the
        protocol's rule, the caller compares. See `search_widened`.

        Raises:
            ValueError: the criteria are not those of RFC 3501.
        """
        composed = compose(criteria)
        self.search_widened = False
        with self._doing("UID SEARCH"):
            try:
                return self._search(composed)
            except ImapError as error:
                if not is_refusal(error) or composed.ascii_only is None:
                    raise
            self.search_widened = True
            return self._search(composed.ascii_only)

    def uids_from(self, first: int) -> list[int]:
        """UIDs in the open folder that are not below `first`, ascending.

        `n:*` also names the last message when all are below n (RFC 3501, section 6.4.8).
        """
        return [uid for uid in self.search("UID", f"{first}:*") if uid >= first]

    def _search(self, search: Search) -> list[int]:
        charset = [b"CHARSET", search.charset.encode("ascii")] if search.charset else []
        # Not IMAPClient.search: it would quote what is quoted already.
        lines = self._client.raw_search([*charset, *search.arguments])
        numbers = (word for line in lines if line for word in line.split() if word.isdigit())
        return sorted({int(number) for number in numbers})

    def headers(self, uids: Iterable[int]) -> list[Fetched]:
        """The headers of messages in the open folder, ascending by UID, in no more than 256 KiB.

        A message that is no longer there is absent from the result.
        """
        wanted = sorted(set(uids))
        found: dict[int, Fetched] = {}
        labels = " X-GM-LABELS" if self.has(GMAIL) else ""
        items = f"(UID FLAGS{labels} INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]<0.{HEADER_CAP}>)"
        for start in range(0, len(wanted), _AT_ONCE):
            chunk = wanted[start : start + _AT_ONCE]
            for uid, said in self._fetch(chunk, items).items():
                found[uid] = fetching.header(uid, said)
        return [found[uid] for uid in sorted(found)]

    def body(self, uid: int, limit: int = BODY_CAP) -> bytes | None:
        """The first `limit` octets of a message in the open folder.

        None: it is not there. Empty: the server's answer about it could not be parsed.
        """
        said = self._fetch([uid], f"(UID BODY.PEEK[]<0.{limit}>)").get(uid)
        return b"" if said == {} else fetching.section(said or {}, (b"BODY[]", b"RFC822"))

    def whole(self, uid: int, limit: int = BODY_CAP) -> Whole | None:
        """Flags, number of the last change and the first `limit` octets of a message, at once.

        None: it is not there, or the answer about it could not be parsed.
        """
        counts = self.has("CONDSTORE") or self.has("QRESYNC")
        for modseq in (" MODSEQ", "") if counts else ("",):
            try:
                said = self._fetch([uid], f"(UID FLAGS{modseq} BODY.PEEK[]<0.{limit}>)")
            except ServerRefused:
                # A folder that keeps no such numbers refuses to tell them (RFC 7162, 3.1.2.2).
                if not modseq:
                    raise
                continue
            return fetching.whole(uid, said.get(uid, {}))
        return None

    def _fetch(self, uids: Sequence[int], items: str) -> dict[int, dict[bytes, Any]]:
        with self._doing("UID FETCH"):
            # Not IMAPClient.fetch: it takes the sequence number of an unasked response without
            # a UID for a UID, and one response it cannot parse spoils all the others.
            kind, data = self._wire.uid("FETCH", ",".join(map(str, uids)), items)
            if kind != "OK":
                raise ImapError(words(data[-1]))
        return fetching.fetched(data, uids)

    # Writing

    def append(
        self, folder: str, raw: bytes, flags: Sequence[str] = ("\\Draft", "\\Seen")
    ) -> AppendUid | None:
        """Lay a message into a folder, in one command with its flags and without a date.

        Returns:
            Where the server says it is: a hint, to be verified; None when it did not say.

        Raises:
            ServerRefused: it was not stored: there is no such folder, or no room.
            OutcomeUnknown: the connection broke in between; it may or may not be stored.
        """
        if self.selected == folder and not self.writable:
            self._leave()
        with self._doing(f"APPEND to {folder}", writes=True):
            return append_uid(self._client.append(folder, raw, flags))

    def _leave(self) -> None:
        """Have no folder open: Courier 5 refuses an APPEND to one that is open read-only.

        A CLOSE after EXAMINE removes nothing (RFC 3501, section 6.4.2). A server that knows
        neither command is asked for the APPEND all the same.
        """
        command, leave = "CLOSE", self._wire.close
        if self.has("UNSELECT"):
            command, leave = "UNSELECT", self._wire.unselect
        with suppress(ServerRefused), self._doing(command):
            self.selected = None
            kind, data = leave()
            if kind != "OK":
                raise ImapError(words(data[-1]))

    def mark_deleted(self, uid: int, unchanged_since: int = 0) -> bool:
        r"""Mark one message of the selected folder as \Deleted.

        Args:
            uid: which.
            unchanged_since: with a number from `whole`, only if the message has not changed
                since (RFC 7162, section 3.1.3); 0 to mark it in any case.

        Returns:
            False: it has changed, and is not marked. True says nothing of a message that is
            not there.
        """
        self._need_writable("STORE")
        condition = [f"(UNCHANGEDSINCE {unchanged_since})"] if unchanged_since else []
        with self._doing(f"UID STORE in {self.selected}", writes=True):
            kind, data = self._wire._simple_command(  # noqa: SLF001 - the tagged answer counts
                "UID", "STORE", str(uid), *condition, "+FLAGS.SILENT", "(\\Deleted)"
            )
            said = data[-1]
            if isinstance(said, bytes) and _MODIFIED.search(said):
                return False
            if kind != "OK":
                raise ImapError(words(said))
        return True

    def unmark_deleted(self, uid: int) -> None:
        r"""Take back the \Deleted that `mark_deleted` set on a message of the selected folder."""
        self.clear_flag(uid, "\\Deleted")

    def set_flag(self, uid: int, flag: str) -> None:
        """Set a flag or keyword on a message of the selected folder."""
        self._need_writable("STORE")
        with self._doing(f"UID STORE in {self.selected}", writes=True):
            self._client.add_flags([uid], [flag.encode("ascii")], silent=True)

    def clear_flag(self, uid: int, flag: str) -> None:
        """Take a flag or keyword from a message of the selected folder."""
        self._need_writable("STORE")
        with self._doing(f"UID STORE in {self.selected}", writes=True):
            self._client.remove_flags([uid], [flag.encode("ascii")], silent=True)

    def expunge_uid(self, uid: int) -> None:
        """Mark and remove one message of the selected folder, and no other (RFC 4315).

        Raises:
            ServerRefused: the server lacks UIDPLUS; a plain EXPUNGE would remove what other
                clients have marked.
        """
        self._need_uidplus()
        self.mark_deleted(uid)
        self.expunge_marked(uid)

    def expunge_marked(self, uid: int) -> None:
        r"""Remove one message of the selected folder if it is marked \Deleted, and no other.

        Raises:
            ServerRefused: as `expunge_uid`.
        """
        self._need_uidplus()
        self._need_writable("EXPUNGE")
        with self._doing(f"UID EXPUNGE in {self.selected}", writes=True):
            kind, data = self._wire._simple_command("UID", "EXPUNGE", str(uid))  # noqa: SLF001
            if kind != "OK":
                raise ImapError(words(data[-1]))

    def _need_uidplus(self) -> None:
        if not self.can_expunge_one:
            raise ServerRefused(f"{self.where} cannot remove a single message: it lacks UIDPLUS")

    @property
    def can_expunge_one(self) -> bool:
        """Whether a single message can be removed, and no other along with it."""
        return self.has("UIDPLUS") or self.has("IMAP4REV2")

    @property
    def can_move(self) -> bool:
        """Whether a message can be moved in one command."""
        return self.has("MOVE") or self.has("IMAP4REV2")

    def move(self, uid: int, folder: str) -> None:
        """Move one message of the selected folder to another (RFC 6851).

        Raises:
            ServerRefused: the server lacks MOVE, or refuses.
        """
        if not self.can_move:
            raise ServerRefused(f"{self.where} cannot move a message: it lacks MOVE")
        self._need_writable("MOVE")
        with self._doing(f"UID MOVE to {folder}", writes=True):
            self._client.move([uid], folder)

    def _need_writable(self, command: str) -> None:
        if self.selected is None or not self.writable:
            raise ServerRefused(f"{self.where}: {command} needs a folder opened with SELECT")

    def noop(self) -> None:
        """Ask whether the server is still there."""
        with self._doing("NOOP"):
            self._wire.noop()

    # IDLE (RFC 2177)

    def idle_enter(self) -> None:
        """Have the server tell what happens in the open folder.

        What it says before it agrees is kept for `idle_news`.

        Raises:
            ServerRefused: the server has no IDLE, or does not want it now.
        """
        if not self.has("IDLE"):
            raise ServerRefused(f"{self.where} has no IDLE; its mail has to be polled")
        with self._doing("IDLE"):
            if self.selected is None:
                raise ServerRefused(f"{self.where}: IDLE needs an open folder")
            tag: bytes = self._wire._command("IDLE")  # noqa: SLF001
            del self._wire.tagged_commands[tag]
            while not (line := self._wire.next_response()).startswith(b"+"):
                if line.startswith(tag):
                    raise ImapError(words(line.removeprefix(tag)))
                self._early.append(_heard(line))
            self._idle_tag = tag

    def idle_news(self, timeout: float = 0.0) -> list[Notice]:
        """What the server has said since the last call; waits up to `timeout` seconds for it.

        With a timeout of 0 it never blocks. Half a line is kept until the rest arrives.

        Raises:
            ConnectionLost: the server hung up, ended IDLE by itself, or sent nonsense.
        """
        with self._doing("IDLE", idling=True):
            if not self._early:
                self._wire.wait(timeout)
            self._wire.fill()
            heard, self._early = self._early, []
            while (line := self._wire.pop_response()) is not None:
                if self._idle_tag is not None and line.startswith(self._idle_tag):
                    raise ImapAbort(f"the server ended IDLE: {words(line)}")
                if not line.startswith(b"+"):
                    heard.append(_heard(line))
            if self._wire.ended:
                raise ImapAbort("the server closed the connection")
            return heard

    def idle_leave(self) -> list[Notice]:
        """Send DONE and return what the server said until it agreed.

        Raises:
            ConnectionLost: the answer never came.
        """
        with self._doing("DONE", idling=True):
            tag, self._idle_tag = self._idle_tag, None
            if tag is None:
                raise ServerRefused(f"{self.where}: DONE without IDLE")
            self._wire.send(b"DONE\r\n")
            heard, self._early = self._early, []
            while not (line := self._wire.next_response()).startswith(tag):
                if not line.startswith(b"+"):
                    heard.append(_heard(line))
            if not line.removeprefix(tag).upper().startswith(b" OK"):
                raise ImapAbort(words(line.removeprefix(tag)))
            return heard

    def tls_pending(self) -> bool:
        """Whether something can be read that the socket will not announce: look before waiting."""
        return bool(self._early) or self._wire.pending()

    # The end

    def logout(self) -> None:
        """Say goodbye, waiting two seconds at most; never raises."""
        if not self._closed and self._idle_tag is None:
            with suppress(OSError, ImapError, *NONSENSE):
                self._wire.sock.settimeout(_GOODBYE)
                self._client.logout()
        self.close()

    def close(self) -> None:
        """Drop the connection without a word; never blocks, never raises."""
        self._closed = True
        self.selected = None
        self._idle_tag = None
        with suppress(OSError):
            self._wire.shutdown()

    def shutdown(self) -> None:
        """From another thread: make a call that is waiting for the server fail at once."""
        self._wire.interrupt()

    @contextmanager
    def _doing(self, command: str, *, writes: bool = False, idling: bool = False) -> Iterator[None]:
        """Carry out one command and turn whatever it raises into our own errors."""
        if self._closed:
            raise ConnectionLost(f"{self.where}: {command}: the connection is closed")
        if self._idle_tag is not None and not idling:
            raise ServerRefused(f"{self.where}: {command} has to wait for the end of IDLE")
        try:
            yield
        except FollowupdError:
            raise
        except ImapError as error:
            if is_refusal(error):
                said = words(error.args[0] if error.args else "")
                raise ServerRefused(f"{self.where} refused {command}: {said}") from None
            raise self._broken(command, error, writes=writes) from None
        except (OSError, *NONSENSE) as error:
            raise self._broken(command, error, writes=writes) from None

    def _broken(self, command: str, error: Exception, *, writes: bool) -> FollowupdError:
        self.close()
        why = reason(error)
        if writes:
            return OutcomeUnknown(
                f"{self.where}: the connection broke during {command} ({why}); "
                "it may or may not have been carried out"
            )
        return ConnectionLost(f"{self.where}: the connection broke during {command} ({why})")


def _heard(line: bytes) -> Notice:
    heard = notice(line)
    if heard.kind is NoticeKind.BYE:
        raise ImapAbort(heard.text)
    return heard

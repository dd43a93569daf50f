r"""A scripted IMAP server, for the promises that are about a fault.

By itself it is a small but honest server over in-memory folders (LOGIN, AUTHENTICATE PLAIN,
STARTTLS, LIST, SELECT, STATUS, UID SEARCH, UID FETCH, UID STORE, UID EXPUNGE, UID MOVE,
APPEND, IDLE). A test makes it go wrong at one chosen command:

    server.on("IDLE", lambda session, command: session.send(b"+ idling\r\n* 3 EXISTS\r\n"))
    server.on("APPEND", hang_up)                    # once; afterwards honest again
    server.on("DONE", ignore, times=ALWAYS)         # as often as it comes

A hook takes the place of the honest answer; it may call `session.carry_out(command)` to give
that answer after all, before or after its own misdeed. `server.wait_for("IDLE", 2)` returns
when the second IDLE has been dealt with, so that no test has to sleep.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
import threading
import time
from base64 import b64decode
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self, TypeAlias

from followupd.config.settings import Imap, PasswordKind, PasswordSource, Security
from tests.support.fakemailbox import FakeFolder, FakeMessage, fetched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from tests.support.authority import KeyPair

ALWAYS = 1_000_000
PASSWORD = "pw"
CAPABILITIES = "IMAP4rev1 LITERAL+ IDLE UIDPLUS MOVE SPECIAL-USE AUTH=PLAIN"
_DEADLINE = 10.0
_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n$")
_TOKEN = re.compile(r'\s*(?:(\()|(\))|"((?:\\.|[^"\\])*)"|\x00(\d+)\x00|([^\s()"]+))')


@dataclass(frozen=True, slots=True)
class Command:
    """One command as it came.

    Attributes:
        tag: the client's tag; "" for DONE.
        name: in upper case, with UID in front where it belongs: `UID FETCH`.
        arguments: strings, and lists for what stood in parentheses.
        literals: the literals, in order; in `arguments` they stand decoded.
    """

    tag: str
    name: str
    arguments: list[str | list[str]] = field(default_factory=list)
    literals: list[bytes] = field(default_factory=list)


class HangUp(Exception):  # noqa: N818 - a command to the session, not an error
    """Raised by a hook: close the connection without a word."""


Hook: TypeAlias = "Callable[[Session, Command], object]"


def hang_up(session: Session, command: Command) -> None:
    """A hook: close the connection without an answer."""
    raise HangUp


def ignore(session: Session, command: Command) -> None:
    """A hook: never answer."""


def answer(line: str) -> Hook:
    """A hook: answer with `line` after the tag, such as `NO [OVERQUOTA] full`."""
    return lambda session, command: session.send(f"{command.tag} {line}\r\n".encode())


def carried_out_then_hang_up(session: Session, command: Command) -> None:
    """A hook: do what was asked, but close before saying so."""
    with session.muted():
        session.carry_out(command)
    raise HangUp


class FakeServer:
    """The server; a context manager. Change `folders` under `lock` while it runs.

    Args:
        capabilities: what it says it can do; leave out `IDLE` or `UIDPLUS` to lack them.
        certificate: with one, it speaks TLS.
        starttls: with a certificate: speak TLS only after STARTTLS.
        greeting: the first line.
    """

    def __init__(
        self,
        *,
        capabilities: str = CAPABILITIES,
        certificate: KeyPair | None = None,
        ca_file: Path | None = None,
        starttls: bool = False,
        greeting: bytes = b"* OK ready\r\n",
        password: str = PASSWORD,
    ) -> None:
        self.capabilities = capabilities
        self.greeting = greeting
        self.password = password
        self.starttls = starttls
        self.ca_file = ca_file
        self.tls: ssl.SSLContext | None = None
        if certificate is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate.certificate, certificate.key)
        self.lock = threading.RLock()
        self.folders = {
            each.name: each
            for each in (
                FakeFolder("INBOX"),
                FakeFolder("Drafts", ("\\Drafts",), 2_000),
                FakeFolder("Sent", ("\\Sent",), 3_000),
                FakeFolder("Trash", ("\\Trash",), 4_000),
            )
        }
        self.sessions: list[Session] = []
        self.log: list[Command] = []
        self.connections = 0
        self._done: deque[str] = deque()
        self._changed = threading.Condition(self.lock)
        self._hooks: dict[str, list[tuple[Hook, int]]] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._closed = threading.Event()
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(_DEADLINE)
        self.drop_all()
        for session in list(self.sessions):
            session.join(_DEADLINE)

    @property
    def imap(self) -> Imap:
        """Settings that lead here."""
        if self.tls is None:
            security = Security.NONE
        else:
            security = Security.STARTTLS if self.starttls else Security.TLS
        return Imap(
            host="localhost" if self.tls else "127.0.0.1",
            port=self.port,
            security=security,
            username="robin",
            password=PasswordSource(PasswordKind.ENV, "FOLLOWUPD_TEST_PASSWORD"),
            ca_file=self.ca_file,
            folders=None,
            drafts=None,
            sent=None,
            trash=None,
        )

    def on(self, name: str, hook: Hook, *, times: int = 1) -> None:
        """Answer the next `times` commands of this name with a hook; hooks queue up.

        Besides IMAP's names there are `CONNECT` (before the greeting) and `DONE`.
        """
        with self.lock:
            self._hooks.setdefault(name.upper(), []).append((hook, times))

    def forget_hooks(self) -> None:
        """Be honest from now on."""
        with self.lock:
            self._hooks.clear()

    def wait_for(self, name: str, count: int = 1) -> None:
        """Return when `count` commands of this name have been dealt with."""
        self.wait_until(lambda: self._done.count(name.upper()) >= count, f"{count} x {name}")

    def wait_until(self, condition: Callable[[], bool], what: str = "the condition") -> None:
        """Return when a condition on the server's state holds; it is looked at when it changes."""
        deadline = time.monotonic() + _DEADLINE
        with self._changed:
            while not condition():
                if not self._changed.wait(deadline - time.monotonic()):
                    raise AssertionError(f"the server never saw {what}: {list(self._done)}")

    def count(self, name: str) -> int:
        """How many commands of this name have come."""
        with self.lock:
            return sum(each.name == name.upper() for each in self.log)

    def deliver(self, raw: bytes, folder: str = "INBOX", flags: set[str] | None = None) -> int:
        """Store a message, tell whoever is in IDLE there, and return its UID."""
        with self.lock:
            message = self.folders[folder].add(raw, flags)
            self._tell(folder)
            return message.uid

    def push(self, data: bytes) -> None:
        """Send bytes, as they are, on every connection in IDLE."""
        with self.lock:
            for session in self.sessions:
                if session.idle_tag is not None:
                    session.send(data)

    def move(self, message: FakeMessage, source: FakeFolder, target: FakeFolder) -> FakeMessage:
        """Move a message from folder to folder, as UID MOVE or another client does."""
        moved = target.add(message.raw, set(message.flags))
        moved.appended = message.appended
        source.drop(message)
        return moved

    def drop_all(self) -> None:
        """Close every connection without a word."""
        with self.lock:
            for session in self.sessions:
                session.drop()

    def take_hook(self, name: str) -> Hook | None:
        """The hook for this command, if there is one left."""
        with self.lock:
            queue = self._hooks.get(name)
            if not queue:
                return None
            hook, times = queue.pop(0)
            if times > 1:
                queue.insert(0, (hook, times - 1))
            return hook

    def dealt_with(self, name: str) -> None:
        """Tell those who wait that a command has been answered, or was not to be."""
        with self._changed:
            self._done.append(name)
            self._changed.notify_all()

    def _tell(self, folder: str) -> None:
        for session in self.sessions:
            if session.idle_tag is not None and session.selected == folder:
                session.send(b"* %d EXISTS\r\n" % len(self.folders[folder].messages))

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            session = Session(self, connection)
            with self.lock:
                self.connections += 1
                self.sessions.append(session)
            session.start()


class Session:
    """One connection; what hooks are given.

    Attributes:
        selected: the open folder's name.
        idle_tag: the tag of the IDLE that is under way, else None.
    """

    def __init__(self, server: FakeServer, connection: socket.socket) -> None:
        self.server = server
        self.selected: str | None = None
        self.read_only = True
        self.idle_tag: str | None = None
        self._socket = connection
        self._buffer = b""
        self._muted = False
        self._writing = threading.RLock()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def join(self, seconds: float) -> None:
        """Wait for the end of that thread."""
        self._thread.join(seconds)

    @property
    def is_open(self) -> bool:
        """Whether the client has neither said goodbye nor hung up."""
        return self._thread.is_alive()

    def send(self, data: bytes) -> None:
        """Send bytes in one segment, and in one TLS record."""
        if not self._muted:
            with self._writing, suppress(OSError):
                self._socket.sendall(data)

    def ok(self, command: Command, code: str = "") -> None:
        """The tagged OK."""
        self.send(f"{command.tag} OK {code}{command.name} completed\r\n".encode())

    def muted(self) -> _Muted:
        """Within this context nothing is sent."""
        return _Muted(self)

    def drop(self) -> None:
        """Close without a word."""
        with suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    @property
    def folder(self) -> FakeFolder:
        """The open folder."""
        if self.selected is None:
            raise ValueError("no folder is open")
        return self.server.folders[self.selected]

    def carry_out(self, command: Command) -> None:
        """Give the honest answer."""
        handler = getattr(self, f"_do_{command.name.lower().replace(' ', '_')}", None)
        if handler is None:
            self.send(f"{command.tag} BAD unknown command\r\n".encode())
            return
        with self.server.lock:
            try:
                handler(command)
            except (ValueError, KeyError, IndexError, StopIteration) as error:
                self.send(f"{command.tag} NO {error}\r\n".encode())

    def _serve(self) -> None:
        try:
            self._greet()
            while (command := self._next_command()) is not None:
                with self.server.lock:
                    self.server.log.append(command)
                self._deal_with(command)
                if command.name == "LOGOUT":
                    break
        except (HangUp, OSError):
            pass
        finally:
            self.idle_tag = None
            self.drop()
            self._socket.close()

    def _greet(self) -> None:
        if self.server.tls is not None and not self.server.starttls:
            self._start_tls()
        hook = self.server.take_hook("CONNECT")
        try:
            if hook is not None:
                hook(self, Command("*", "CONNECT"))
            else:
                self.send(self.server.greeting)
        finally:
            self.server.dealt_with("CONNECT")

    def _start_tls(self) -> None:
        if self.server.tls is not None:
            self._socket = self.server.tls.wrap_socket(self._socket, server_side=True)

    def _deal_with(self, command: Command) -> None:
        hook = self.server.take_hook(command.name)
        try:
            if hook is not None:
                hook(self, command)
            else:
                self.carry_out(command)
        finally:
            self.server.dealt_with(command.name)

    # Reading

    def _next_command(self) -> Command | None:
        parts: list[str] = []
        literals: list[bytes] = []
        while True:
            line = self._line()
            if not line:
                return None
            literal = _LITERAL.search(line)
            if literal is None:
                parts.append(line.rstrip(b"\r\n").decode("utf-8", "surrogateescape"))
                break
            parts.append(line[: literal.start()].decode("utf-8", "surrogateescape"))
            parts.append(f"\x00{len(literals)}\x00")
            if not literal[2]:
                tag, _, name = parts[0].partition(" ")
                hook_name = f"{name.split(' ', 1)[0].upper()} LITERAL"
                if (hook := self.server.take_hook(hook_name)) is not None:
                    hook(self, Command(tag, hook_name))
                    return self._next_command()
                self.send(b"+ go ahead\r\n")
            literals.append(self._exactly(int(literal[1])))
        return _command("".join(parts), literals)

    def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            if not self._receive():
                return b""
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line + b"\n"

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            if not self._receive():
                raise HangUp
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def _receive(self) -> bool:
        data = self._socket.recv(65_536)
        self._buffer += data
        return bool(data)

    def peer_closed(self, seconds: float = _DEADLINE) -> bool:
        """For hooks: whether the client closes the connection within some seconds."""
        ready, _, _ = select.select([self._socket], [], [], seconds)
        return bool(ready) and not self._receive()

    # The honest answers

    def _do_capability(self, command: Command) -> None:
        self.send(f"* CAPABILITY {self._offered()}\r\n".encode())
        self.ok(command)

    def _offered(self) -> str:
        plain = self.server.starttls and not isinstance(self._socket, ssl.SSLSocket)
        return self.server.capabilities + (" STARTTLS" if plain else "")

    def _do_starttls(self, command: Command) -> None:
        self.ok(command)
        self._start_tls()

    def _do_login(self, command: Command) -> None:
        self._signed_in(command, str(command.arguments[1]))

    def _do_authenticate(self, command: Command) -> None:
        self.send(b"+ \r\n")
        secret = b64decode(self._line()).decode("utf-8").split("\0")[2]
        self._signed_in(command, secret)

    def _signed_in(self, command: Command, secret: str) -> None:
        if secret == self.server.password:
            self.ok(command)
        else:
            raise ValueError("[AUTHENTICATIONFAILED] wrong user or password")

    def _do_list(self, command: Command) -> None:
        for folder in self.server.folders.values():
            flags = " ".join(folder.attributes)
            self.send(f'* LIST ({flags}) "/" "{folder.name}"\r\n'.encode())
        self.ok(command)

    def _do_select(self, command: Command) -> None:
        self._open(command, read_only=False)

    def _do_examine(self, command: Command) -> None:
        self._open(command, read_only=True)

    def _open(self, command: Command, *, read_only: bool) -> None:
        self.selected = None
        folder = self._named(command.arguments[0])
        self.selected, self.read_only = folder.name, read_only
        self.send(
            f"* {len(folder.messages)} EXISTS\r\n* 0 RECENT\r\n"
            "* FLAGS (\\Answered \\Deleted \\Draft \\Flagged \\Seen)\r\n"
            f"* OK [UIDVALIDITY {folder.uidvalidity}] ok\r\n"
            f"* OK [UIDNEXT {folder.uidnext}] ok\r\n".encode()
        )
        self.ok(command, "[READ-ONLY] " if read_only else "[READ-WRITE] ")

    def _named(self, name: str | list[str]) -> FakeFolder:
        try:
            return self.server.folders[str(name)]
        except KeyError:
            raise ValueError(f"[TRYCREATE] there is no folder {name}") from None

    def _do_status(self, command: Command) -> None:
        folder = self._named(command.arguments[0])
        self.send(
            f'* STATUS "{folder.name}" (MESSAGES {len(folder.messages)} '
            f"UIDNEXT {folder.uidnext} UIDVALIDITY {folder.uidvalidity})\r\n".encode()
        )
        self.ok(command)

    def _do_uid_search(self, command: Command) -> None:
        keys = command.arguments
        if keys and str(keys[0]).upper() == "CHARSET":
            keys = keys[2:]
        found = " ".join(map(str, self.folder.search(keys)))
        self.send(f"* SEARCH {found}".rstrip().encode() + b"\r\n")
        self.ok(command)

    def _do_uid_fetch(self, command: Command) -> None:
        items = command.arguments[1]
        wanted = list(items) if isinstance(items, list) else [items]
        for item, capability in (("MODSEQ", "CONDSTORE"), ("X-GM-LABELS", "X-GM-EXT-1")):
            if item in wanted:
                self._need(capability)
        for number, message in self.folder.within(str(command.arguments[0])):
            self.send(fetched(number, message, list(wanted)))
        self.ok(command)

    def _do_uid_store(self, command: Command) -> None:
        self._need_writable()
        uids, *rest = command.arguments
        unchanged_since = None
        if isinstance(rest[0], list):
            self._need("CONDSTORE")
            unchanged_since = int(rest.pop(0)[1])
        change = str(rest[0]).upper()
        flags = rest[1]
        named = set(flags) if isinstance(flags, list) else {flags}
        modified = []
        for number, message in self.folder.within(str(uids)):
            if unchanged_since is not None and message.modseq > unchanged_since:
                modified.append(str(message.uid))
                continue
            self.folder.changed(message)
            if change.startswith("+"):
                message.flags |= named
            elif change.startswith("-"):
                message.flags -= named
            else:
                message.flags = named
            if not change.endswith(".SILENT"):
                self.send(fetched(number, message, ["UID", "FLAGS"]))
            elif "CONDSTORE" in self.server.capabilities:
                self.send(fetched(number, message, ["UID", "MODSEQ"]))
        self.ok(command, f"[MODIFIED {','.join(modified)}] " if modified else "")

    def _do_uid_expunge(self, command: Command) -> None:
        self._need_writable()
        self._need("UIDPLUS")
        self._expunge(
            [each for _, each in self.folder.within(str(command.arguments[0]))], deleted=True
        )
        self.ok(command)

    def _do_uid_move(self, command: Command) -> None:
        self._need_writable()
        self._need("MOVE")
        target = self._named(command.arguments[1])
        moved = [each for _, each in self.folder.within(str(command.arguments[0]))]
        for message in moved:
            self.send(b"* %d EXPUNGE\r\n" % (self.folder.messages.index(message) + 1))
            self.server.move(message, self.folder, target)
        self.ok(command)

    def _expunge(self, messages: list[FakeMessage], *, deleted: bool) -> None:
        for message in messages:
            if deleted and "\\Deleted" not in message.flags:
                continue
            self.send(b"* %d EXPUNGE\r\n" % (self.folder.messages.index(message) + 1))
            self.folder.drop(message)

    def _need(self, capability: str) -> None:
        if capability not in self.server.capabilities.split():
            raise ValueError(f"this server has no {capability}")

    def _need_writable(self) -> None:
        if self.read_only:
            raise ValueError("the folder is open read-only")

    def _do_append(self, command: Command) -> None:
        folder = self._named(command.arguments[0])
        flags = command.arguments[1] if len(command.arguments) > 2 else []
        message = folder.take(command.literals[-1], set(flags if isinstance(flags, list) else []))
        if "UIDPLUS" not in self.server.capabilities.split():
            self.ok(command)
            return
        self.ok(command, f"[APPENDUID {folder.uidvalidity} {message.uid}] ")

    def _do_idle(self, command: Command) -> None:
        self.idle_tag = command.tag
        self.send(b"+ idling\r\n")

    def _do_done(self, command: Command) -> None:
        tag, self.idle_tag = self.idle_tag, None
        self.send(f"{tag} OK IDLE terminated\r\n".encode())

    def _do_noop(self, command: Command) -> None:
        self.ok(command)

    def _do_logout(self, command: Command) -> None:
        self.send(b"* BYE see you\r\n")
        self.ok(command)


class _Muted:
    def __init__(self, session: Session) -> None:
        self._session = session

    def __enter__(self) -> None:
        self._session._muted = True

    def __exit__(self, *_: object) -> None:
        self._session._muted = False


def _command(text: str, literals: list[bytes]) -> Command:
    if text.upper() == "DONE":
        return Command("", "DONE")
    tag, _, rest = text.partition(" ")
    name, _, rest = rest.partition(" ")
    if name.upper() == "UID":
        verb, _, rest = rest.partition(" ")
        name = f"UID {verb}"
    return Command(tag, name.upper(), _arguments(rest, literals), literals)


def _arguments(text: str, literals: list[bytes]) -> list[str | list[str]]:
    result: list[str | list[str]] = []
    stack: list[list[str | list[str]]] = [result]
    for token in _TOKEN.finditer(text):
        opening, closing, quoted, literal, atom = token.groups()
        if opening:
            nested: list[str | list[str]] = []
            stack[-1].append(nested)  # type: ignore[arg-type]  # lists nest deeper than typed
            stack.append(nested)
        elif closing:
            stack.pop()
        elif quoted is not None:
            stack[-1].append(re.sub(r"\\(.)", r"\1", quoted))
        elif literal is not None:
            stack[-1].append(literals[int(literal)].decode("utf-8", "replace"))
        else:
            stack[-1].append(atom)
    return result

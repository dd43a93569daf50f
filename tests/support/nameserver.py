"""A real name server on loopback, over UDP and TCP, which says what a test wrote down.

    with NameServer() as server:
        server.says("_imaps._tcp.example.org", "SRV", "0 1 993 mail.example.org.")
        found = find("robin@example.org", names=server.names())

A name that was written down exists, and so do all above it; any other does not.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Self

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

from followupd.providers.lookup import Names
from tests.support.processes import DEADLINE

if TYPE_CHECKING:
    from types import TracebackType

_TTL = 60


class NameServer:
    """The server; a context manager.

    Attributes:
        port: where it listens, on 127.0.0.1.
        asked: the questions that came, `NAME TYPE` in lower and upper case, in order.
        is_silent: it answers nothing at all.
        fails: it answers SERVFAIL to everything.
        says_instead: raw octets that it gives in place of every answer; empty: an honest answer.
        proves: it sets AD, as a resolver does that has checked DNSSEC.
        truncates: over UDP it gives no records, so that the question comes again over TCP.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_silent = False
        self.fails = False
        self.says_instead = b""
        self.proves = False
        self.truncates = False
        self._came = threading.Condition()
        self._records: dict[tuple[dns.name.Name, str], list[str]] = defaultdict(list)
        self._udp, self._tcp = _pair(self)
        self.port: int = self._udp.server_address[1]
        self._threads = [
            threading.Thread(target=each.serve_forever, kwargs={"poll_interval": 0.02})
            for each in (self._udp, self._tcp)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for server, thread in zip((self._udp, self._tcp), self._threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()

    def says(self, name: str, kind: str, *records: str) -> None:
        """Write records down in the form of a zone file; none at all: the name exists."""
        self._records[dns.name.from_text(name), kind].extend(records)

    def names(self, *, trusts_proof: bool = False, seconds: float = 20.0) -> Names:
        """The DNS as a machine sees it that has this server."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self.port
        return Names(resolver, trusts_proof=trusts_proof, seconds=seconds)

    def was_asked(self, question: str) -> bool:
        """Whether a question comes, or has come; waits as long as a busy machine may take."""
        with self._came:
            return self._came.wait_for(lambda: question in self.asked, DEADLINE)

    def answer(self, wire: bytes, *, over_udp: bool) -> bytes | None:
        """What it answers; None: nothing."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        with self._came:
            self.asked.append(f"{question.name.to_text(omit_final_dot=True).lower()} {kind}")
            self._came.notify_all()
        if self.is_silent:
            return None
        if self.says_instead:
            # The right number in front, so that nobody throws it away as a stray.
            return wire[:2] + self.says_instead
        response = dns.message.make_response(query, recursion_available=True)
        if self.fails:
            response.set_rcode(dns.rcode.SERVFAIL)
            return response.to_wire()
        if self.proves:
            response.flags |= dns.flags.AD
        if self.truncates and over_udp:
            response.flags |= dns.flags.TC
            return response.to_wire()
        records = self._records.get((question.name, kind), [])
        if records:
            response.answer.append(
                dns.rrset.from_text_list(question.name, _TTL, "IN", kind, records)
            )
        elif not any(name.is_subdomain(question.name) for name, _ in self._records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True
    keeper: NameServer


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    keeper: NameServer


class _OverUdp(socketserver.BaseRequestHandler):
    server: _Udp

    def handle(self) -> None:
        wire, sock = self.request
        if (answer := self.server.keeper.answer(wire, over_udp=True)) is not None:
            sock.sendto(answer, self.client_address)


class _OverTcp(socketserver.StreamRequestHandler):
    server: _Tcp

    def handle(self) -> None:
        # RFC 1035, section 4.2.2: each message has its length before it.
        size = int.from_bytes(self.rfile.read(2), "big")
        answer = self.server.keeper.answer(self.rfile.read(size), over_udp=False)
        if answer is not None:
            self.wfile.write(len(answer).to_bytes(2, "big") + answer)


def _pair(keeper: NameServer) -> tuple[_Udp, _Tcp]:
    """A server for each protocol, both at the same port."""
    while True:
        udp = _Udp(("127.0.0.1", 0), _OverUdp)
        try:
            tcp = _Tcp(udp.server_address, _OverTcp)
        except OSError:
            udp.server_close()
            continue
        udp.keeper = tcp.keeper = keeper
        return udp, tcp


class SmallInternet:
    """Lets the names of a test lead to servers on loopback, whatever their ports.

    It takes the place of the system's `getaddrinfo`: whoever connects to a name and port that were
    written down comes out at a server of the test, and the name is what its certificate is checked
    against. No other name leads anywhere.
    """

    def __init__(self) -> None:
        self._places: dict[tuple[str, int], int] = {}
        self._usual = socket.getaddrinfo
        self.connected: list[tuple[str, int]] = []

    def leads(self, host: str, port: int, here: int) -> None:
        """Let a name and port lead to a port of 127.0.0.1."""
        self._places[host, port] = here

    def getaddrinfo(self, host: Any, port: Any, *rest: Any, **named: Any) -> Any:
        """As the function of that name in `socket`."""
        name = host.decode() if isinstance(host, bytes) else host
        if name in ("127.0.0.1", "localhost", None):
            return self._usual(host, port, *rest, **named)
        self.connected.append((name, int(port)))
        here = self._places.get((name, int(port)))
        if here is not None:
            return self._usual("127.0.0.1", here, *rest, **named)
        if any(known == name for known, _ in self._places):
            raise ConnectionRefusedError(111, "Connection refused")
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

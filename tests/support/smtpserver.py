"""One real SMTP server for all tests: aiosmtpd, which does what a test tells it to.

It keeps every message exactly as it came, and every command. What a server may do wrong, or may
not be able to do, is set on it: extensions that it does not offer, answers that it gives in place
of its own, a connection that it closes, an answer that never comes. It waits for nothing but
events, so that no test depends on how fast the machine is.

    SmtpServer(pair, tokens=provider)       # takes access tokens of an OidcProvider, too
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
from base64 import b64decode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from followupd.config import Account, PasswordKind, PasswordSource, Security, Smtp
from followupd.secrets import password
from tests.support.dovecot import PASSWORD
from tests.support.usermailbox import PASSWORD_VARIABLE

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from followupd.secrets import Secret
    from tests.support.authority import KeyPair
    from tests.support.oidc import OidcProvider

_XOAUTH2 = re.compile(rb"user=([^\x01]*)\x01auth=Bearer ([^\x01]*)\x01\x01")
_OAUTHBEARER = re.compile(
    rb"n,a=([^\x01,]*),\x01host=[^\x01]+\x01port=\d+\x01auth=Bearer ([^\x01]*)\x01\x01"
)
_SIZE = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as the server was given it.

    Attributes:
        sender: from MAIL FROM.
        recipients: from RCPT TO, in order.
        options: the parameters of MAIL, in upper case.
        raw: the message, dots undoubled.
    """

    sender: str
    recipients: tuple[str, ...]
    options: tuple[str, ...]
    raw: bytes


@dataclass
class Script:
    """What the server does; the default is to take everything.

    Attributes:
        greets: in place of its greeting, such as `421 too busy`.
        withholds: keywords of EHLO that it does not offer.
        answers: in place of its own answer to a verb (`EHLO`, `MAIL`, `DATA`), or to RCPT for an
            address; `END` is the answer to the final dot.
        closes_at: the verb, or `END`, at which it closes the connection without an answer.
        is_silent_at: the verb, or `END`, to which it never answers.
    """

    greets: str = ""
    withholds: frozenset[str] = frozenset()
    answers: dict[str, str] = field(default_factory=dict)
    closes_at: str = ""
    is_silent_at: str = ""


class _Session(SMTP):
    """One connection, which follows the script."""

    async def push(self, status: Any) -> None:
        """Say something, or what the script says in its place."""
        handler: _Handler = self.event_handler
        if handler.script.greets and not handler.commands and str(status).startswith("220"):
            status = handler.script.greets
        await super().push(status)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd's name
        """Greet."""
        await self._follow("EHLO", super().smtp_EHLO, hostname)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - as above
        """Begin a message."""
        await self._follow("MAIL", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802 - as above
        """Take a recipient."""
        await self._follow("RCPT", super().smtp_RCPT, arg)

    async def smtp_RSET(self, arg: str) -> None:  # noqa: N802 - as above
        """Forget the message."""
        await self._follow("RSET", super().smtp_RSET, arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - as above
        """Read the message."""
        await self._follow("DATA", super().smtp_DATA, arg)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802 - as above
        """Sign in."""
        await self._follow("AUTH", super().smtp_AUTH, arg)

    async def _follow(self, verb: str, usual: Any, argument: Any) -> None:
        handler: _Handler = self.event_handler
        handler.commands.append(verb)
        if await handler.goes_on(self, verb):
            if (answer := handler.script.answers.get(verb)) is not None:
                await self.push(answer)
            else:
                await usual(argument)


class _TokenSession(_Session):
    """One connection to a server that takes access tokens as well (RFC 7628, and Google's own)."""

    # RFC 4954, section 4: an answer in AUTH may be that long, base64 and all.
    line_length_limit = 12_288

    async def auth_OAUTHBEARER(self, _: Any, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        """Take a token by RFC 7628."""
        return await self._token(args, _OAUTHBEARER, "invalid_token", b"\x01")

    async def auth_XOAUTH2(self, _: Any, args: list[str]) -> AuthResult:  # noqa: N802 - as above
        """Take a token as Google has it."""
        return await self._token(args, _XOAUTH2, "401", b"")

    async def _token(
        self, args: list[str], pattern: re.Pattern[bytes], status: str, dummy: bytes
    ) -> AuthResult:
        handler: _Handler = self.event_handler
        said: Any = b64decode(args[1]) if len(args) > 1 else await self.challenge_auth("")
        found = pattern.fullmatch(said) if isinstance(said, bytes) else None
        if found is None or handler.tokens is None:
            return AuthResult(success=False, handled=False, message="501 5.5.2 not understood")
        handler.tokens_shown.append((found[1].decode(), found[2].decode(), len(args) > 1))
        about = handler.tokens.memory.about(found[2].decode())
        if about.get("username") == found[1].replace(b"=2C", b",").replace(b"=3D", b"=").decode():
            return AuthResult(success=True)
        error = json.dumps({"status": status, "schemes": "bearer", "scope": "mail"})
        if await self.challenge_auth(error) != dummy:
            return AuthResult(success=False, handled=False, message="501 5.5.2 no dummy answer")
        return AuthResult(success=False, handled=False)


class _Handler:
    """Keeps what comes, and looks into the script."""

    def __init__(self, tokens: OidcProvider | None = None) -> None:
        self.script = Script()
        self.tokens = tokens
        self.tokens_shown: list[tuple[str, str, bool]] = []
        self.commands: list[str] = []
        self.envelopes: list[Envelope] = []

    async def goes_on(self, session: Any, where: str) -> bool:
        """Whether an answer is given there at all."""
        if self.script.closes_at == where:
            session.transport.abort()
            return False
        if self.script.is_silent_at == where:
            # Ended by aiosmtpd when the other side has gone.
            await asyncio.Event().wait()
        return True

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [
            line
            for line in responses
            if line[4:].partition(" ")[0].upper() not in self.script.withholds
        ]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if (answer := self.script.answers.get(address)) is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        answer = self.script.answers.get("END", "250 OK: queued")
        if answer.startswith("2"):
            self.envelopes.append(
                Envelope(
                    str(envelope.mail_from),
                    tuple(envelope.rcpt_tos),
                    tuple(envelope.mail_options),
                    bytes(envelope.original_content),
                )
            )
        await self.goes_on(server, "END")
        return answer


class _Controller(Controller):
    """Listens on a socket that is bound already: nobody else can take the port meanwhile."""

    def __init__(self, handler: _Handler, listening: socket.socket, **options: Any) -> None:
        self._listening = listening
        host, port = listening.getsockname()
        super().__init__(handler, hostname=host, port=port, **options)

    def _create_server(self) -> Any:
        return self.loop.create_server(
            self._factory_invoker, sock=self._listening, ssl=self.ssl_context
        )

    def factory(self) -> _Session:
        """A new connection."""
        kind = _Session if self.handler.tokens is None else _TokenSession
        return kind(self.handler, **self.SMTP_kwargs)


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
    return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


class SmtpServer:
    """A server on loopback that wants a login; use it as a context.

    Attributes:
        port: where it listens.
    """

    def __init__(
        self,
        pair: KeyPair | None = None,
        *,
        from_the_start: bool = False,
        size: int = _SIZE,
        tokens: OidcProvider | None = None,
        withheld_mechanisms: tuple[str, ...] = (),
    ) -> None:
        """Begin to listen.

        Args:
            pair: its certificate; without one it offers no TLS.
            from_the_start: TLS at once and not by STARTTLS.
            size: the largest message that it takes, in octets.
            tokens: the provider whose access tokens it takes besides the password; the user of
                the token is the one that must sign in.
            withheld_mechanisms: of SASL, which it does not offer.
        """
        context = None
        if pair is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(pair.certificate, pair.key)
        listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = listening.getsockname()[1]
        self._handler = _Handler(tokens)
        self._controller = _Controller(
            self._handler,
            listening,
            ssl_context=context if from_the_start else None,
            tls_context=None if from_the_start else context,
            authenticator=_authenticate,
            auth_require_tls=context is not None and not from_the_start,
            data_size_limit=size,
            auth_exclude_mechanism=withheld_mechanisms,
        )
        self._controller.start()
        # aiosmtpd greets itself once to see that it runs.
        self._handler.commands.clear()

    @property
    def script(self) -> Script:
        """What it does; may be changed at any time."""
        return self._handler.script

    @property
    def commands(self) -> list[str]:
        """The verbs it was given so far, over all connections."""
        return self._handler.commands

    @property
    def tokens_shown(self) -> list[tuple[str, str, bool]]:
        """User, token and whether it came along with AUTH, for each token that it was shown."""
        return self._handler.tokens_shown

    @property
    def envelopes(self) -> list[Envelope]:
        """The messages it has taken; also those for which it closed before it said so."""
        return self._handler.envelopes

    def account(
        self,
        security: Security = Security.NONE,
        ca_file: Path | None = None,
        address: str = "robin@example.org",
    ) -> Account:
        """An account of the user whose SMTP server this is; it cannot be used for IMAP."""
        smtp = Smtp(
            host="localhost" if security is not Security.NONE else "127.0.0.1",
            port=self.port,
            security=security,
            username="robin",
            password=PasswordSource(PasswordKind.ENV, PASSWORD_VARIABLE),
            ca_file=ca_file,
        )
        unused: Any = None
        return Account("personal", address, (), unused, smtp, None)

    def stop(self) -> None:
        """Close every connection and the port."""
        self._controller.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def smtp_secret(text: str = PASSWORD) -> Secret:
    """The password of the login, or another one."""
    source = PasswordSource(PasswordKind.ENV, "PASSWORD")
    return password(source, service="x", username="robin", environ={"PASSWORD": text})

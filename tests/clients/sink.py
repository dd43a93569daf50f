"""An SMTP server on loopback that keeps what it is given, for programs that send."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any, Self

from aiosmtpd.controller import Controller

if TYPE_CHECKING:
    from email.message import EmailMessage


@dataclass(frozen=True, slots=True)
class Received:
    """One message: its envelope's recipients, and what it says."""

    recipients: tuple[str, ...]
    message: EmailMessage


@dataclass
class Sink:
    """Takes every message; a context manager.

    Attributes:
        received: oldest first.
    """

    received: list[Received] = field(default_factory=list)
    _controller: Controller | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the message."""
        message = message_from_bytes(bytes(envelope.content), policy=policy.default)
        self.received.append(Received(tuple(envelope.rcpt_tos), message))
        return "250 OK"

    @property
    def port(self) -> int:
        """On 127.0.0.1."""
        assert self._controller is not None
        return int(self._controller.port)

    def __enter__(self) -> Self:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._controller is not None
        self._controller.stop()

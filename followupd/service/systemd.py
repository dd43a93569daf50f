"""Telling systemd how the daemon is (sd_notify(3)).

A datagram to the socket in `$NOTIFY_SOCKET`; without one nothing happens. The protocol is a few
lines, and the packages that offer it are no longer kept.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Notifier:
    """Sends states to the service manager that started this process, if one did."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Read the socket and the watchdog's interval from the environment."""
        address = environ.get("NOTIFY_SOCKET", "")
        # An abstract socket is written with @ and begins with a null byte.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        mine = environ.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
        microseconds = environ.get("WATCHDOG_USEC", "") if mine else ""
        self.watchdog_seconds = int(microseconds) / 1_000_000 if microseconds.isdecimal() else None

    def ready(self, status: str) -> None:
        """The service is up, or a reload is done."""
        self._send("READY=1", f"STATUS={status}")

    def status(self, status: str) -> None:
        """How the service is, in a sentence."""
        self._send(f"STATUS={status}")

    def reloading(self) -> None:
        """The configuration is being read again."""
        microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send("RELOADING=1", f"MONOTONIC_USEC={microseconds}")

    def stopping(self) -> None:
        """The service is going down."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """The service is not stuck."""
        self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        with (
            suppress(OSError),  # a manager that does not listen must not stop the work
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel,
        ):
            channel.sendto("\n".join(lines).encode(), self._address)

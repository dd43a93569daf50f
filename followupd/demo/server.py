"""A mail server inside this process: pymap, in memory, on the loopback interface.

It is a real IMAP server with IDLE, APPEND, UIDPLUS, MOVE and header SEARCH; only nobody else can
reach it, and its mail is gone when it stops. It runs in a thread and an event loop of its own, so
that the daemon meets it over a socket like any other server.

It knows no SPECIAL-USE (RFC 6154): the folders go by their names in the configuration.
"""

from __future__ import annotations

import asyncio
import os
import threading
from argparse import Namespace
from concurrent.futures import Future
from typing import TYPE_CHECKING, Self

from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Login
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import BuiltinHash

if TYPE_CHECKING:
    from types import TracebackType

HOST = "127.0.0.1"
USER = "robin"
PASSWORD = "look-around"  # noqa: S105 - a throw-away, printed for whoever wants to look inside

_START_WITHIN = 10.0
"""Seconds until a server that has not started counts as broken."""


class _OnLoopback(Config):
    """pymap's settings, without what asks the network for something."""

    @property
    def greeting(self) -> bytes:
        # pymap's own would ask the name service for the name of this host.
        return b"followupd demo"


class MailServer:
    """Runs while its `with` does.

    Attributes:
        host: the loopback address.
        port: a free port, picked at the start.
    """

    def __init__(self) -> None:
        self.host = HOST
        self.port = 0
        self._started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()
        self._thread = threading.Thread(target=self._run, name="demo-server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        _, _, self.port = self._started.result(_START_WITHIN)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        loop, stop, _ = self._started.result()
        loop.call_soon_threadsafe(stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001 - raised again by whoever waits for the start
            if not self._started.done():
                self._started.set_exception(error)

    async def _serve(self) -> None:
        settings = Namespace(
            host=HOST,
            port=0,
            debug=False,
            cert=None,
            key=None,
            tls=False,
            passlib_cfg=None,
            proxy_protocol=None,
            demo_data=False,
            demo_user=USER,
            demo_password=PASSWORD,
        )
        config = _OnLoopback.from_args(
            settings,
            # A public password needs no hash that takes a tenth of a second and a thread.
            hash_context=BuiltinHash(rounds=1),
            cpu_subsystem=Subsystem.for_asyncio(),
        )
        config.apply_context()
        login = Login(config)
        hashed = await Passwords(config).hash_password(PASSWORD)
        await login.demo_user_identity.set(UserMetadata(config, USER, password=hashed))
        server = IMAPServer(login, config)
        talks: set[asyncio.Task[None] | None] = set()

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # The loop knows its tasks by weak references only. pymap's own way to start this
            # one keeps no other, and a client that waits is cut off at the next garbage
            # collection (pymap 0.36.7 with proxy-protocol 0.11.3 on Python 3.13).
            task = asyncio.current_task()
            talks.add(task)
            try:
                await server(reader, writer, SocketInfo.get(writer, None, unique_id=os.urandom(16)))
            finally:
                talks.discard(task)

        listening = await asyncio.start_server(talk, HOST, 0)
        stop = asyncio.Event()
        port = listening.sockets[0].getsockname()[1]
        self._started.set_result((asyncio.get_running_loop(), stop, port))
        await stop.wait()
        # Open connections end with the loop: their clients may be gone without a word.
        listening.close()

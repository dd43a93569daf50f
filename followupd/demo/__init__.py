"""`followupd demo`: the whole story on an embedded mail server, with nothing else needed.

The daemon, the plan, the drafts and the mailbox are the ones of every day. Only the mail server
lives inside this process, and only the clock is set by the story: seven weeks pass in seconds.
Nothing leaves this machine, and nothing of it remains.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from followupd.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from followupd.demo.narrator import Narrator
    from followupd.demo.server import MailServer

__all__ = ["run_demo"]

_INTRODUCTION = (
    "Robin Doe has four interviews. An IMAP server inside this process holds Robin's mailbox, "
    "and the real daemon watches it. Only the clock is set by the story."
)

_INTERRUPTED = 130
"""The exit status of a command that was ended by SIGINT."""


def run_demo(*, keep: bool = False, out: TextIO | None = None) -> int:
    """Tell the story.

    Args:
        keep: whether to keep the mail server up afterwards, until Ctrl-C.
        out: where to tell it; None for the standard output.

    Returns:
        The exit status: 0 when everything came about, 1 when something did not.

    Raises:
        UsageError: the embedded mail server is not installed.
    """
    try:
        import pymap  # noqa: F401, PLC0415 - only in the `demo` extra
    except ImportError as error:
        raise UsageError(
            'the demo needs an embedded mail server: pip install "followupd[demo]"'
        ) from error
    # Late, since they import it.
    from followupd.demo.cast import BEGINS, INVITATION  # noqa: PLC0415
    from followupd.demo.narrator import Narrator  # noqa: PLC0415
    from followupd.demo.stage import DidNotHappen, opened  # noqa: PLC0415
    from followupd.demo.story import Story  # noqa: PLC0415

    narrator = Narrator(out)
    try:
        with _quiet(), _ended_by_sigterm(), opened(BEGINS) as stage:
            narrator.title("followupd: four interviews, seven weeks", _INTRODUCTION)
            stage.mail.receive(INVITATION.mail(stage.now), stage.now)
            with stage.watched():
                Story(stage, narrator).tell()
            if keep:
                _look_around(narrator, stage.server)
    except DidNotHappen as error:
        narrator.heading("The demo stops here")
        narrator.points([f"{error}."])
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


def _look_around(narrator: Narrator, server: MailServer) -> None:
    """Keep the server up until Ctrl-C, and say how to look into it."""
    from followupd.demo.server import PASSWORD, USER  # noqa: PLC0415

    narrator.heading("Look around")
    narrator.as_it_is("The mailbox stays up until you press Ctrl-C. Any IMAP client can look in:")
    narrator.as_it_is(f"  server {server.host}, port {server.port}, no encryption")
    narrator.as_it_is(f"  user {USER}, password {PASSWORD}")
    narrator.as_it_is("For example:")
    place = f"{server.host}:{server.port}"
    options = f"-n -e 'set ssl_force_tls=no imap_pass={PASSWORD}'"
    narrator.as_it_is(f"  neomutt {options} -f imap://{USER}@{place}/Drafts")
    narrator.as_it_is(f"  curl 'imap://{USER}:{PASSWORD}@{place}/Drafts;MAILINDEX=1'")
    narrator.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        narrator.heading("The mailbox is gone.")


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the demo as Ctrl-C does, so that it tidies up behind itself."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the daemon's log out of the story; with FOLLOWUPD_DEBUG=1 it goes to stderr."""
    before = structlog.get_config()
    if os.environ.get("FOLLOWUPD_DEBUG") == "1":
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    else:
        # Nothing in followupd logs at this level.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    # Without a handler Python would print their warnings.
    for name in ("apscheduler", "pymap"):
        logging.getLogger(name).addHandler(logging.NullHandler())
    try:
        yield
    finally:
        structlog.configure(**before)

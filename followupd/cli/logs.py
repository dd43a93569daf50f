"""What the daemon writes to standard error: one line an event, `key=value` (logfmt).

Under journald a line begins with its level (sd-daemon(3)) and without the time, which the
journal keeps itself. Whatever is in a value, it stays on its line and obeys no terminal.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING

import structlog

from followupd.reading.text import clean, clean_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from structlog.typing import EventDict, Processor, WrappedLogger

_VALUE_LIMIT = 2000
_TRACEBACK_LIMIT = 20_000
_PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}


def to_journal(environ: Mapping[str, str], descriptor: int) -> bool:
    """Whether that descriptor leads to the journal itself (systemd.exec(5), $JOURNAL_STREAM).

    The variable alone does not tell: a terminal below a service inherits it.
    """
    device, _, inode = environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    return (device, inode) == (str(found.st_dev), str(found.st_ino))


def level_of(environ: Mapping[str, str]) -> int:
    """How much is logged: everything where $FOLLOWUPD_DEBUG is set."""
    return logging.DEBUG if environ.get("FOLLOWUPD_DEBUG", "") not in ("", "0") else logging.INFO


def configure(*, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's logs to `stream`, standard error by default."""
    stream = stream or sys.stderr
    try:
        journal = to_journal(os.environ, stream.fileno())
    except (OSError, ValueError):
        journal = False
    stamp: list[Processor] = []
    if not journal:
        stamp.append(structlog.processors.TimeStamper(fmt="iso", utc=True))
    order = ["timestamp", "level", "event"]
    processors: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        *stamp,
        _Line(structlog.processors.LogfmtRenderer(key_order=order, drop_missing=True), journal),
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, Forwarder)]:
        root.removeHandler(handler)
    root.addHandler(Forwarder(logging.WARNING))


class Forwarder(logging.Handler):
    """Hands the warnings of libraries on to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one record on."""
        exc_info = record.exc_info or None
        structlog.get_logger().log(
            record.levelno, record.getMessage(), logger=record.name, exc_info=exc_info
        )


class _Line:
    """The last processor: clean values, then one line, with its priority for the journal."""

    def __init__(self, renderer: structlog.processors.LogfmtRenderer, journal: bool) -> None:
        self._renderer = renderer
        self._journal = journal

    def __call__(self, logger: WrappedLogger, name: str, event_dict: EventDict) -> str:
        priority = _PRIORITIES.get(str(event_dict.get("level")), 6)
        cleaned = {key: _clean(key, value) for key, value in event_dict.items()}
        line = self._renderer(logger, name, cleaned)
        return f"<{priority}>{line}" if self._journal else line


def _clean(key: str, value: object) -> object:
    if not isinstance(value, str):
        return value if isinstance(value, int | float | None) else clean(str(value), _VALUE_LIMIT)
    if key == "exception":
        return clean_lines(value, _TRACEBACK_LIMIT)
    return clean(value, _VALUE_LIMIT)

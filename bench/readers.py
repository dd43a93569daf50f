"""Ways of reading mail, each in a process of its own: `python -m bench.readers WAY LIST`.

LIST names a file with a path on each line. The answer is one line of JSON: processor seconds and
memory in MiB. A way imports nothing but what it needs, since its memory is measured.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST = b"From: Dana <dana@acme.example>\r\nSubject: Hello\r\n\r\nWe will decide by Friday.\r\n"
_SENT = datetime(2026, 12, 1, 9, tzinfo=UTC)


def whole() -> Callable[[bytes], object]:
    """What the daemon does with a mail that concerns an interview."""
    automatic = importlib.import_module("followupd.reading.automatic")
    body_ = importlib.import_module("followupd.reading.body")
    dates = importlib.import_module("followupd.reading.dates")
    meaning = importlib.import_module("followupd.reading.meaning")
    message_ = importlib.import_module("followupd.reading.message")
    newtext = importlib.import_module("followupd.reading.newtext")
    workdays = importlib.import_module("followupd.domain.workdays").Workdays(ZoneInfo("UTC"))

    def read(raw: bytes) -> object:
        message = message_.read_headers(raw)
        body = body_.read_body(raw)
        kind = automatic.sort(message, own_addresses=frozenset(), body=body, answers_ours=False)
        text = newtext.new_text(body.text)
        understood = meaning.understand(message.subject, text)
        return kind, understood, dates.promised_day(text, message.date or _SENT, workdays)

    return read


def headers() -> Callable[[bytes], object]:
    """What the daemon does with every mail: its headers, whatever else there is."""
    read: Callable[[bytes], object] = importlib.import_module(
        "followupd.reading.message"
    ).read_headers
    return read


def parse() -> Callable[[bytes], object]:
    """The floor: the standard library's parser, and nothing is asked of what it yields."""
    return message_from_bytes


def content() -> Callable[[bytes], object]:
    """The standard library again, asked for the main headers and the text of every part."""

    def read(raw: bytes) -> object:
        mail = message_from_bytes(raw, policy=policy.default)
        found: list[Any] = [mail[name] for name in ("From", "Subject", "Date", "Message-ID")]
        texts = (part for part in mail.walk() if part.get_content_maintype() == "text")
        found.extend(part.get_content() for part in texts)
        return found

    return read


_WAYS = {way.__name__: way for way in (whole, headers, parse, content)}


def main(way: str, listed: str) -> None:
    """Read every mail once, and say what it cost."""
    read = _WAYS[way]()
    paths = Path(listed).read_text(encoding="utf-8").splitlines()
    began = time.process_time()
    read(_FIRST)
    first = time.process_time() - began
    before = _memory("VmRSS")
    seconds = slowest = 0.0
    failed = 0
    for path in paths:
        raw = Path(path).read_bytes()
        began = time.process_time()
        try:
            read(raw)
        except Exception:  # noqa: BLE001 - the standard library raises whatever on real mail
            failed += 1
        took = time.process_time() - began
        seconds += took
        slowest = max(slowest, took)
    peak = _memory("VmHWM")
    said = {"mails": len(paths), "seconds": seconds, "slowest": slowest, "first": first}
    print(json.dumps({**said, "failed": failed, "peak": peak, "growth": peak - before}))


def _memory(field: str) -> float:
    """A field of Linux's account of this process, in MiB.

    The high-water mark that `getrusage` names would be at least that of the parent process.
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    line = next(line for line in lines if line.startswith(f"{field}:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])

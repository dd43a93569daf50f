"""Mutates mails, guided by coverage, and reads them as the daemon would.

`python -m fuzz [--seconds N]` needs atheris (`pip install atheris`), which the project does not.
It promises to end in time, to say what it did, and to exit with 1 on a finding: an exception
other than those the reading documents, or a mail that takes longer than a second. What was found
is kept in a folder, one file for each place it happened at.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CORPUS = Path(__file__).parents[2] / "shared" / "corpora"
LONGEST = 64 * 1024
"""The most bytes of a mutated mail; caps of the reading that lie beyond have tests of their own."""

SLOW = 1.0
"""Seconds of processor time after which a mail counts as a finding."""

HANGS = 30
"""Seconds after which the fuzzer itself stops the run."""

_SENT = datetime(2027, 1, 4, 10, tzinfo=UTC)
_ZONE = ZoneInfo("Europe/Berlin")
_SEEDS = (
    b"""From: Dana <dana@acme.example>
Subject: =?utf-8?q?Your_interview?=
Date: Mon, 4 Jan 2027 10:00:00 +0100

We will let you know by Friday.
> On Monday
""",
    b"""From: MAILER-DAEMON@mx.example
Content-Type: multipart/report; boundary=b

--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; d@acme.example
Action: failed
Status: 5.1.1
--b--
""",
    b"""Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Berlin:20270112T100000
SUMMARY:Interview
RRULE:FREQ=DAILY;COUNT=3
END:VEVENT
END:VCALENDAR
""",
)


def say(sentence: str) -> None:
    """Print one line at once."""
    print(sentence, flush=True)  # noqa: T201 - this is a program, and its output its purpose


def reader() -> Callable[[bytes], None]:
    """All that is done with a mail, as one function that raises what it should not."""
    # Imported here, while the fuzzer watches what is imported.
    from followupd.domain.workdays import Workdays  # noqa: PLC0415
    from followupd.errors import UnreadableMessage  # noqa: PLC0415
    from followupd.reading.automatic import needs_body, sort  # noqa: PLC0415
    from followupd.reading.body import read_body  # noqa: PLC0415
    from followupd.reading.dates import promised_day  # noqa: PLC0415
    from followupd.reading.invitation import interview_shape, read_invitation  # noqa: PLC0415
    from followupd.reading.matching import Candidate, Index, match  # noqa: PLC0415
    from followupd.reading.meaning import understand  # noqa: PLC0415
    from followupd.reading.message import fingerprint, read_headers  # noqa: PLC0415
    from followupd.reading.newtext import new_text  # noqa: PLC0415

    workdays = Workdays(_ZONE)
    own = frozenset({"robin@example.org"})
    index = Index.build([Candidate(1, "Acme", "Engineer", ("dana@acme.example",), frozenset())])

    def read(raw: bytes) -> None:
        body = read_body(raw)
        text = new_text(body.text)
        invitation = read_invitation(body.calendar, _ZONE) if body.calendar is not None else None
        try:
            message = read_headers(raw)
        except UnreadableMessage:
            return
        fingerprint(raw)
        needs_body(message)
        match(message, index, body.text)
        for seen in (None, body):
            sort(message, own_addresses=own, body=seen, answers_ours=False)
        understand(message.subject, text)
        promised_day(text, message.date or _SENT, workdays)
        if invitation is not None:
            interview_shape(invitation, subject=message.subject, text=body.text, own_addresses=own)

    for seed in _SEEDS:
        read(seed)  # the phrases are loaded once: that is no mail's cost
    return read


@dataclass(slots=True)
class Run:
    """One run: how long it may last, and what it found."""

    read: Callable[[bytes], None]
    seconds: float
    folder: Path
    began: float = field(default_factory=time.monotonic)
    executions: int = 0
    findings: dict[str, str] = field(default_factory=dict)

    def one_input(self, data: bytes) -> None:
        """Read one mutated mail; ends the process when the time is over."""
        if time.monotonic() - self.began > self.seconds:
            self.end()
        self.executions += 1
        before = time.process_time()
        try:
            self.read(data)
        except Exception as error:  # noqa: BLE001 - whatever escapes is what is looked for
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
            self.found(place, f"{error}"[:200], data)
        spent = time.process_time() - before
        if spent > SLOW:
            self.found("slow", f"{spent:.1f} s for {len(data):,} bytes", data)

    def found(self, place: str, detail: str, data: bytes) -> None:
        """Keep a finding, the first at each place."""
        if place in self.findings:
            return
        self.findings[place] = detail
        (self.folder / f"{len(self.findings)}.eml").write_bytes(data)
        say(f"finding: {place}: {detail!r}")

    def end(self) -> None:
        """Say what was done and leave, past the fuzzer's own way out."""
        lasted = time.monotonic() - self.began
        found = f"{len(self.findings)} findings, kept in {self.folder}"
        say(
            f"{self.executions:,} mails read in {lasted:.0f} s; "
            f"{found if self.findings else 'no finding'}"
        )
        os._exit(1 if self.findings else 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz for a while; does not return once it has begun."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=300, help="how long (default: 300)")
    asked = parser.parse_args(arguments)
    try:
        atheris: Any = importlib.import_module("atheris")
    except ImportError:
        say("Fuzzing needs atheris, which is not installed: pip install atheris")
        return 2
    with atheris.instrument_imports(include=["followupd"]):
        read = reader()
    folder = Path(tempfile.mkdtemp(prefix="followupd-fuzz-"))
    seeds = folder / "seeds"
    seeds.mkdir()
    for number, seed in enumerate(_SEEDS):
        (seeds / f"{number}.eml").write_bytes(seed)
    places = [str(seeds), *([str(CORPUS)] if CORPUS.is_dir() else [])]
    say(f"seeds: {'the corpus and ' if len(places) > 1 else ''}{len(_SEEDS)} of our own")
    run = Run(read, asked.seconds, folder)
    options = [f"-max_len={LONGEST}", f"-timeout={HANGS}", "-rss_limit_mb=2048", "-verbosity=0"]
    atheris.Setup(["fuzz", *options, f"-artifact_prefix={folder}/", *places], run.one_input)
    run.began = time.monotonic()
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())

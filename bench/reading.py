"""What reading a mail costs: mails per second of processor time, and memory.

Over the corpus of real mail where it lies beside the checkout, else over the synthetic cases. The
floor is the standard library's parser alone; the peer asks it for headers and texts as well. Every
way has a fresh process, in turn, so that neither caches nor memory are shared.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.figures import Line, Sample
from bench.progress import say
from tests import cases
from tests.report import corpus

if TYPE_CHECKING:
    from pathlib import Path

NAME = "reading"

_ROUNDS = 3
_WAYS = ("whole", "headers", "parse", "content")
_FLOOR = "message_from_bytes"
_PEER = "message_from_bytes, headers and get_content"


@dataclass(frozen=True, slots=True)
class _Run:
    """What one process said: seconds of processor time, memory in MiB."""

    mails: int
    seconds: float
    slowest: float
    first: float
    failed: int
    peak: float
    growth: float

    @property
    def rate(self) -> float:
        """Mails per second."""
        return self.mails / self.seconds


def measure(folder: Path, *, quick: bool) -> list[Line]:
    """Read the same mails in every way, three times in turn."""
    listed, what = _listed(folder, every=8 if quick else 1)
    runs: dict[str, list[_Run]] = {way: [] for way in _WAYS}
    for number in range(_ROUNDS):
        for way in _WAYS:
            runs[way].append(_run(way, listed))
        say(f"{NAME}: {number + 1} of {_ROUNDS} rounds")
    for way in _WAYS:
        if failed := runs[way][0].failed:
            say(f"{NAME}: {way} raised on {failed} mails")
    return _lines(runs, f"{runs['whole'][0].mails:,} {what}")


def _listed(folder: Path, every: int) -> tuple[Path, str]:
    """A file with the path of every mail, and what mails they are."""
    if corpus.is_here():
        paths = [str(corpus.CORPUS / path) for path, _, _ in corpus.labelled()]
        what = "real mails"
    else:
        say(f"{NAME}: the corpus does not lie beside the checkout: synthetic cases instead")
        paths = []
        for case in cases.load():
            path = folder / f"{case.id}.eml"
            path.write_bytes(case.raw)
            paths.append(str(path))
        what = "synthetic mails"
    listed = folder / "mails"
    listed.write_text("\n".join(paths[::every]), encoding="utf-8")
    return listed, what


def _run(way: str, listed: Path) -> _Run:
    """One process from start to end.

    Raises:
        RuntimeError: it failed, with what it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", "bench.readers", way, str(listed)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{way}: {done.stderr[-2000:]}")
    return _Run(**json.loads(done.stdout))


def _lines(runs: dict[str, list[_Run]], size: str) -> list[Line]:
    def rate(way: str) -> Sample:
        return Sample.of(run.rate for run in runs[way])

    def slowest(way: str) -> Sample:
        return Sample.of(run.slowest * 1000 for run in runs[way])

    def peak(way: str) -> Sample:
        return Sample.of(run.peak for run in runs[way])

    def growth(way: str) -> Sample:
        return Sample.of(run.growth for run in runs[way])

    first = Sample.of(run.first for run in runs["whole"])
    per_second = "mails per CPU second"
    return [
        Line(NAME, f"{size}: {per_second}", "/s", rate("whole"), rate("parse"), _FLOOR),
        Line(NAME, f"{size}: {per_second}", "/s", rate("whole"), rate("content"), _PEER),
        Line(NAME, f"headers only: {per_second}", "/s", rate("headers"), rate("parse"), _FLOOR),
        Line(NAME, "the slowest mail: CPU time", "ms", slowest("whole"), slowest("content"), _PEER),
        Line(NAME, "before the first mail: phrases loaded, CPU time", "s", first),
        Line(NAME, "peak RSS of the process", "MiB", peak("whole"), peak("content"), _PEER),
        Line(NAME, "of it after the first mail", "MiB", growth("whole"), growth("content"), _PEER),
        Line(NAME, "headers only: peak RSS", "MiB", peak("headers"), peak("parse"), _FLOOR),
    ]

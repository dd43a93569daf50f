"""What planning costs and whether it keeps its promises: thousands of made-up job searches.

Each is half a year of one user's life, drawn from its number, played by the real planner and
checked by a second opinion that shares no code with it (`tests/support/nevers.py`). The searches
are spread over the processors; the rates are by processor time, so that they do not depend on how
many there are. A breach is told with its search, which can then be played alone.
"""

from __future__ import annotations

import os
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.figures import Line, Sample
from bench.progress import say
from followupd.domain.simulation import RestlessPlanError
from tests.support.nevers import breaches
from tests.support.searches import cadence_of, made_up

if TYPE_CHECKING:
    from pathlib import Path

NAME = "searches"

_SEARCHES = 10_000
_BATCH = 250
_TOLD = 10


@dataclass(frozen=True, slots=True)
class _Batch:
    """What some searches yielded; processor seconds, memory in MiB."""

    searches: int
    interviews: int
    events: int
    plans: int
    playing: float
    checking: float
    slowest: float
    peak: float
    breaches: tuple[str, ...]


def measure(folder: Path, *, quick: bool) -> list[Line]:  # noqa: ARG001 - nothing is written
    """Play and check all searches."""
    total = _SEARCHES // 20 if quick else _SEARCHES
    batches: list[_Batch] = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for batch in pool.map(_play, range(0, total, _BATCH)):
            batches.append(batch)
            found = sum(len(each.breaches) for each in batches)
            if len(batches) % 4 == 0:
                done = sum(each.searches for each in batches)
                say(f"{NAME}: {done:,} of {total:,} searches, {found} breaches")
    told = [breach for batch in batches for breach in batch.breaches]
    for breach in told[:_TOLD]:
        say(f"{NAME}: {breach}")
    return _lines(batches, len(told))


def _play(first: int) -> _Batch:
    """Play and check the searches from `first` on."""
    interviews = events = plans = 0
    playing = checking = slowest = 0.0
    found: list[str] = []
    for seed in range(first, first + _BATCH):
        search = made_up(seed)
        began = time.process_time()
        try:
            played = search.play()
        except RestlessPlanError as error:
            found.append(f"search {seed}: {error}")
            continue
        took = time.process_time() - began
        playing += took
        slowest = max(slowest, took)
        interviews += len(played.histories)
        events += len(played.log)
        plans += played.planned
        began = time.process_time()
        for breach in breaches(played.log, cadence_of, search.workdays, search.scenario.pauses):
            where = f"search {seed}, interview {breach.interview_id}, {breach.at:%Y-%m-%d %H:%M}"
            found.append(f"{where} UTC: {breach.never.value}: {breach.what}")
        checking += time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return _Batch(_BATCH, interviews, events, plans, playing, checking, slowest, peak, tuple(found))


def _lines(batches: list[_Batch], broken: int) -> list[Line]:
    searches = sum(batch.searches for batch in batches)
    interviews = sum(batch.interviews for batch in batches)
    events = sum(batch.events for batch in batches)
    size = f"{searches:,} half-years, {interviews:,} interviews, {events:,} events"

    def rate(counts: list[int]) -> Sample:
        return Sample.of(
            count / batch.playing for count, batch in zip(counts, batches, strict=True)
        )

    return [
        Line(NAME, f"{size}: breaches of what must never happen", "", Sample.of([broken])),
        Line(NAME, "searches per CPU second", "/s", rate([batch.searches for batch in batches])),
        Line(NAME, "plans per CPU second", "/s", rate([batch.plans for batch in batches])),
        Line(
            NAME,
            "the slowest search: CPU time",
            "ms",
            Sample.of([max(batch.slowest for batch in batches) * 1000]),
        ),
        Line(
            NAME,
            "the second opinion: CPU time of a search",
            "ms",
            Sample.of(batch.checking / batch.searches * 1000 for batch in batches),
        ),
        Line(NAME, "peak RSS of a process", "MiB", Sample.of(batch.peak for batch in batches)),
    ]

"""The numbers of the report: shares with their intervals, confusions, and calibration.

A share of few mails says little, so every share carries its Wilson interval. Nothing here knows
about mail.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_Z = 1.959963984540054
"""The quantile of the normal distribution for a two-sided interval of 95 %."""

_SURE = 0.9


def interval(hits: int, total: int) -> tuple[float, float]:
    """The Wilson score interval of a share at 95 %; from 0 to 1 where nothing was counted.

    Args:
        hits: how many of `total`.
        total: how many there were.
    """
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    weight = _Z * _Z / total
    middle = (share + weight / 2) / (1 + weight)
    reach = _Z * math.sqrt(share * (1 - share) / total + weight / (4 * total)) / (1 + weight)
    # At the ends rounding would leave 1e-17 over, or 1 missed by as much.
    low = 0.0 if hits == 0 else max(0.0, middle - reach)
    high = 1.0 if hits == total else min(1.0, middle + reach)
    return low, high


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many.

    Attributes:
        hits: how many of `total`.
        total: how many there were.
        per: what the printed share is counted in: 100 for per cent, 1,000 for per mille.
    """

    hits: int
    total: int
    per: int = 100

    @classmethod
    def of(cls, found: Iterable[bool], per: int = 100) -> Share:
        """How many of some are true."""
        flags = list(found)
        return cls(sum(flags), len(flags), per)

    @property
    def value(self) -> float | None:
        """From 0 to 1; None where nothing was counted."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson interval at 95 %."""
        return interval(self.hits, self.total)

    @property
    def short(self) -> str:
        """Only the counts, such as "3/4"; a dash where nothing was counted."""
        return f"{self.hits}/{self.total}" if self.total else "-"

    def __str__(self) -> str:
        if self.value is None:
            return "-"
        low, high = (f"{bound * self.per:.1f}" for bound in self.interval)
        sign = " %" if self.per == 100 else f" per {self.per:,}"
        return f"{self.short} = {self.value * self.per:.1f}{sign} [{low}, {high}]"


@dataclass(frozen=True, slots=True)
class Confusion:
    """What things were, and what they were taken for.

    Attributes:
        pairs: (truth, found) of every one; found is "" for what was not told.
    """

    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Confusion:
        """A confusion of these pairs."""
        return cls(tuple(pairs))

    def counts(self) -> Counter[tuple[str, str]]:
        """How often each truth was taken for each thing."""
        return Counter(self.pairs)

    def recall(self, truth: str) -> Share:
        """Of those that are it, how many were found to be."""
        return Share.of(found == truth for was, found in self.pairs if was == truth)

    def precision(self, found: str) -> Share:
        """Of those that were taken for it, how many are it."""
        return Share.of(was == found for was, taken in self.pairs if taken == found)

    @property
    def accuracy(self) -> Share:
        """Of all, how many were taken for what they are."""
        return Share.of(was == found for was, found in self.pairs)


@dataclass(frozen=True, slots=True)
class Bin:
    """Verdicts of like confidence.

    Attributes:
        low: the least confidence, included.
        high: the greatest, left out; above 1 in the last bin.
        mean: the mean confidence; None where there are none.
        right: how many of them are right.
    """

    low: float
    high: float
    mean: float | None
    right: Share

    @property
    def name(self) -> str:
        """How the bin is called in a table."""
        if self.low <= 0:
            return f"below {self.high:g}"
        return f"from {self.low:g}" if self.high > 1 else f"{self.low:g} to {self.high:g}"


EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)


def bins(verdicts: Sequence[tuple[float, bool]]) -> list[Bin]:
    """Sort verdicts into bins of confidence.

    Args:
        verdicts: the confidence of each, from 0 to 1, and whether it is right.
    """
    found = []
    for low, high in pairwise(EDGES):
        inside = [(sure, right) for sure, right in verdicts if low <= sure < high]
        mean = sum(sure for sure, _ in inside) / len(inside) if inside else None
        found.append(Bin(low, high, mean, Share.of(right for _, right in inside)))
    return found


def sure_ones(verdicts: Iterable[tuple[float, bool]]) -> Share:
    """Of the verdicts given at 0.9 and more, how many are right."""
    return Share.of(right for sure, right in verdicts if sure >= _SURE)

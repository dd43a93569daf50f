"""What a measurement yields: samples, compared with those of a peer from the same run.

Machines differ and are noisy, so a number alone says little. Every line has the median and the
range of its repetitions and, wherever there is one, a peer and the ratio to it.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Sample:
    """One quantity, measured several times; at least once."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> Sample:
        """A sample of these values."""
        return cls(tuple(values))

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        """The smallest."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The largest."""
        return max(self.values)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "median": self.median,
            "low": self.low,
            "high": self.high,
            "values": list(self.values),
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table.

    Attributes:
        measurement: the name of the measurement it belongs to.
        what: the quantity, in words.
        unit: of both samples.
        ours: followupd's.
        peer: the other's, or None where there is nothing to compare with.
        against: who the peer is; "" for none.
    """

    measurement: str
    what: str
    unit: str
    ours: Sample
    peer: Sample | None = None
    against: str = ""

    @property
    def ratio(self) -> float | None:
        """Our median by the peer's, or None where there is no peer or its median is 0."""
        if self.peer is None or self.peer.median == 0:
            return None
        return self.ours.median / self.peer.median

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "measurement": self.measurement,
            "what": self.what,
            "unit": self.unit,
            "ours": self.ours.as_json(),
            "peer": self.peer.as_json() if self.peer is not None else None,
            "against": self.against or None,
            "ratio": self.ratio,
        }


def table(lines: Sequence[Line]) -> Table:
    """The lines as a person reads them."""
    shown = Table(show_lines=False)
    for heading in (
        "measurement",
        "what",
        "followupd",
        "range",
        "peer",
        "range",
        "ratio",
        "against",
    ):
        numeric = heading in ("followupd", "peer", "ratio")
        shown.add_column(heading, justify="right" if numeric else "left")
    for line in lines:
        peer = line.peer
        shown.add_row(
            line.measurement,
            line.what,
            f"{_number(line.ours.median)} {line.unit}",
            _spread(line.ours),
            f"{_number(peer.median)} {line.unit}" if peer is not None else "",
            _spread(peer) if peer is not None else "",
            _number(line.ratio) if line.ratio is not None else "",
            line.against,
        )
    return shown


def _spread(sample: Sample) -> str:
    if len(sample.values) == 1:
        return ""
    return f"{_number(sample.low)}–{_number(sample.high)}"  # noqa: RUF001 - a range


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"

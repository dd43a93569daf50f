"""`python -m tests.report`: how well mail is read, on everything there is to measure it on.

It judges nothing: what it prints are counts, and its exit status is 0 whatever they are.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from tests.report import (
    calibration,
    cases_absence,
    cases_invitations,
    cases_matching,
    cases_score,
    corpus,
    recruiters_score,
)
from tests.report.fetch import FetchError, fetch, folder_of
from tests.report.tables import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.report.corpus import Taken
    from tests.report.judged import Judged
    from tests.report.tables import Grid

_WIDTH = 200
"""Columns where nobody says how many there are, as in a pipe."""


class Report:
    """The parts of the report; what several of them need is read once.

    Args:
        recruiters: where the clones of recruiters' mail are looked for.
        say: is told how far it is.
    """

    def __init__(self, recruiters: Path, say: Callable[[str], None]) -> None:
        self._folder = recruiters
        self._say = say
        self._judged: list[Judged] | None = None
        self._taken: list[Taken] | None = None

    def corpus(self) -> Sequence[Grid | Notice]:
        """Real mail of all sorts."""
        return corpus.grids(self._mails()) if corpus.is_here() else [corpus.absent()]

    def recruiters(self) -> Sequence[Grid | Notice]:
        """Recruiters' real mail."""
        absent = recruiters_score.absent(self._folder)
        return [absent] if absent is not None else recruiters_score.grids(self._recruiters())

    def cases(self) -> Sequence[Grid | Notice]:
        """The synthetic cases."""
        self._say("synthetic cases")
        return [
            *cases_score.grids(),
            *cases_absence.grids(),
            *cases_matching.grids(),
            *cases_invitations.grids(),
        ]

    def calibration(self) -> Sequence[Grid | Notice]:
        """Whether a confidence means what it says."""
        self._say("calibration")
        dev, held_out = (cases_score.judged(held_out=each) for each in cases_score.SETS)
        sets = [
            ("synthetic, dev", dev, cases_score.DEV),
            ("synthetic, held out", held_out, cases_score.HELD_OUT),
        ]
        if recruiters_score.absent(self._folder) is None:
            learnt, measured = (
                recruiters_score.half(self._recruiters(), learnt=each) for each in (True, False)
            )
            both = "The measuring half of the recruiters' mail and the held-out cases, as above."
            sets += [
                ("recruiters' mail, learnt half", learnt, recruiters_score.LEARNT),
                ("recruiters' mail, measured half", measured, recruiters_score.MEASURED),
                ("all that only measures", [*measured, *held_out], both),
            ]
        return calibration.grids(sets)

    def quoting(self) -> Sequence[Grid | Notice]:
        """How well new text is told from quotes."""
        try:
            part = import_module("tests.report.quoting_score")
        except ImportError as error:
            return [Notice("New text told from quotes", f"It cannot be imported ({error}).")]
        found: Sequence[Grid | Notice] = part.grids(self._say)
        return found

    def mistakes(self, parts: Sequence[str]) -> list[str]:
        """A line for everything that was read wrongly and may be looked at."""
        found: list[str] = []
        if "corpus" in parts and corpus.is_here():
            found += corpus.mistakes(self._mails())
        if "recruiters" in parts and recruiters_score.absent(self._folder) is None:
            found += recruiters_score.mistakes(self._recruiters())
        if "cases" in parts:
            for part in (cases_score, cases_absence, cases_matching, cases_invitations):
                found += part.mistakes()
        return found

    def _mails(self) -> list[Taken]:
        if self._taken is None:
            self._taken = corpus.taken(self._say)
        return self._taken

    def _recruiters(self) -> list[Judged]:
        if self._judged is None:
            self._judged = recruiters_score.judged(self._folder, self._say)
        return self._judged


PARTS: dict[str, Callable[[Report], Sequence[Grid | Notice]]] = {
    "corpus": Report.corpus,
    "recruiters": Report.recruiters,
    "cases": Report.cases,
    "calibration": Report.calibration,
    "quoting": Report.quoting,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report, or fetch what it needs; 0 unless it is broken."""
    options = _parser().parse_args(arguments)
    folder = folder_of(options.recruiters)
    if options.command == "fetch":
        return _fetch(folder)
    parts = options.only or list(PARTS)
    report = Report(folder, _say)
    if options.mistakes:
        lines = report.mistakes(parts)
        print(json.dumps(lines, ensure_ascii=False) if options.json else "\n".join(lines))
        return 0
    if options.json:
        found = {part: [each.as_json() for each in PARTS[part](report)] for part in parts}
        print(json.dumps(found, ensure_ascii=False))
        return 0
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    for part in parts:
        for each in PARTS[part](report):
            each.print(console)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.report",
        description="How well mail is read, on everything there is to measure it on.",
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=("print", "fetch"),
        default="print",
        help="print the report (default), or fetch the public recruiters' mail",
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=tuple(PARTS),
        metavar="PART",
        help=f"of {', '.join(PARTS)}; may be repeated; default: all",
    )
    parser.add_argument(
        "--recruiters",
        type=Path,
        metavar="DIR",
        help="where the recruiters' mail is (default: $FOLLOWUPD_RECRUITERS, else .recruiters)",
    )
    parser.add_argument(
        "--mistakes",
        action="store_true",
        help="list what was read wrongly, but for what only measures",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    return parser


def _fetch(folder: Path) -> int:
    """Fetch the recruiters' mail; 1 where that failed."""
    try:
        fetch(folder, _say)
    except FetchError as error:
        print(error, file=sys.stderr)
        return 1
    _say(f"the recruiters' mail is in {folder}")
    return 0


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())

"""The comparison of `quoting` as a table of the report."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from tests.report import quoting
from tests.report.figures import Share
from tests.report.tables import Grid, Notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.report.tables import Cell

_TITLE = "New text told from quotes"
_POSTS = "stdlib-js+datasets-spam-assassin"
_ORIGIN = (
    "Mail of the corpus beside the checkout whose lines were marked by hand as new or not. "
    "The fixtures were made for some of these libraries."
)


def grids(say: Callable[[str], None]) -> list[Grid | Notice]:
    """A table for each group of mails, or why there is none."""
    if not quoting.CORPUS.is_dir():
        return [Notice(_TITLE, "The corpus does not lie beside the checkout (../shared/corpora).")]
    mails = list(quoting.annotated())
    groups = {
        "fixtures of reply parsers": [mail for mail in mails if _POSTS not in mail.path],
        "mailing lists": [mail for mail in mails if _POSTS in mail.path],
    }
    found: list[Grid | Notice] = []
    absent: list[str] = []
    for name, some in groups.items():
        rows: list[tuple[Cell, ...]] = []
        for way, make in quoting.WAYS.items():
            say(f"new text: {way} on {name}")
            try:
                find = make()
            except ImportError:
                absent.append(way)
                continue
            scored, _ = quoting.score(some, find)
            rows.append(
                (
                    f"{way} {_version(way)}".strip(),
                    Share(scored.kept, scored.new),
                    Share(scored.leaked, scored.old),
                    Share(scored.flawless, scored.mails),
                )
            )
        headings = ("way", "new lines kept", "other lines leaked", "flawless mails")
        left_out = f" Not installed: {', '.join(dict.fromkeys(absent))}." if absent else ""
        found.append(Grid(f"{_TITLE}: {name}", headings, tuple(rows), _ORIGIN + left_out))
    return found


def _version(way: str) -> str:
    try:
        return metadata.version(way) if way != "followupd" else ""
    except metadata.PackageNotFoundError:
        return ""

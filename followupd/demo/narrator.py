"""How the story is told: 80 columns, and nothing is said by colour alone."""

from __future__ import annotations

import textwrap
import time
from typing import TYPE_CHECKING

from rich.box import ROUNDED, SIMPLE_HEAD
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from followupd.domain.days import say_day
from followupd.reading.text import clean, clean_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from email.message import EmailMessage
    from typing import TextIO

FOLLOWUPD = "followupd"
ROBIN = "Robin"

_WIDTH = 80
_NARROWEST = 20
_WHO = 11
_MARGIN = " " * (_WHO + 2)
_PAUSE = 0.7
"""Seconds to read a scene in, on a terminal."""

_STYLES = {FOLLOWUPD: "cyan", ROBIN: "green"}
_OTHERS = "magenta"
_LONGEST = 400
_LONGEST_TEXT = 4000


class Narrator:
    """Tells the story.

    Args:
        out: where to; None for the standard output.
    """

    def __init__(self, out: TextIO | None) -> None:
        self._console = Console(file=out, highlight=False, markup=False, emoji=False)
        self._console.width = min(self._console.width, _WIDTH)
        if not self._console.is_terminal:
            self._console.width = _WIDTH
        self._last_who = ""

    def title(self, title: str, words: str) -> None:
        """What this is."""
        self._console.rule(Text(title, "bold"))
        self._console.print(Text("\n".join(textwrap.wrap(words, self._console.width))))

    def scene(self, moment: datetime, about: str) -> None:
        """A new scene: a time in Robin's zone, and which interviews it is about."""
        if self._console.file.isatty():
            time.sleep(_PAUSE)
        when = f"{say_day(moment.date(), moment.date())} {moment:%Y, %H:%M}"
        heading = Text(f"{when}  ", "bold")
        heading.append(about, "not bold dim")
        self._console.print()
        self._console.print(heading)
        self._last_who = ""

    def line(self, who: str, does: str, *, more: Sequence[str] = ()) -> None:
        """One happening: somebody does something, with further lines below it."""
        text = Text(f"  {'' if who == self._last_who else who:<{_WHO}}", _STYLES.get(who, _OTHERS))
        text.append(self._under(_shown(does)), "default")
        for line in more:
            text.append("\n")
            text.append(_MARGIN + self._under(_shown(line)), "dim")
        self._last_who = who
        self._console.print(text)

    def _under(self, text: str) -> str:
        """Break a text so that its lines stand below each other, right of the margin."""
        width = max(self._console.width - len(_MARGIN), _NARROWEST)
        lines = textwrap.wrap(text, width, break_on_hyphens=False) or [""]
        return f"\n{_MARGIN}".join(lines)

    def frame(self, message: EmailMessage) -> None:
        """A message as it lies in the mailbox."""
        head = Text()
        for name in ("From", "To", "Subject", "In-Reply-To"):
            value = message[name]
            if value is not None:
                head.append(f"{name}: ", "bold")
                head.append(f"{_shown(str(value))}\n")
        content = Text(clean_lines(message.get_content(), _LONGEST_TEXT))
        panel = Panel(Group(head, content), box=ROUNDED, title="in Drafts", title_align="left")
        self._console.print(panel)
        self._last_who = ""

    def page(self, title: str, text: str) -> None:
        """What a command prints."""
        content = Text(clean_lines(text, _LONGEST_TEXT).strip())
        self._console.print(Panel(content, box=ROUNDED, title=title, title_align="left"))
        self._last_who = ""

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """How things stand."""
        table = Table(box=SIMPLE_HEAD, expand=True, pad_edge=False)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(Text(_shown(cell)) for cell in row))
        self._console.print(table)

    def heading(self, words: str) -> None:
        """The title of a part that has no time."""
        self._console.print()
        self._console.print(Text(words, "bold"))

    def points(self, points: Iterable[str]) -> None:
        """A list."""
        for point in points:
            lines = textwrap.wrap(point, max(self._console.width - 2, _NARROWEST))
            self._console.print(Text("- " + "\n  ".join(lines)))

    def as_it_is(self, line: str = "") -> None:
        """A line to be copied: never broken."""
        self._console.print(Text(line), soft_wrap=True)

    def flush(self) -> None:
        """Let a reader at the other end of a pipe see it now."""
        self._console.file.flush()


def _shown(text: str) -> str:
    """Text as a terminal may be given it, whoever wrote it."""
    return clean(text, _LONGEST)

"""What the writer of a mail wrote this time, without what is quoted and without the signature.

The quoted mail is mostly the user's own: read as the recruiter's words it would turn "I look
forward to your answer by Friday" into a promise. Leaving out what the writer did write is worse
still, so what stands below or between quotes is kept, and so is whatever is in doubt.

The libraries for this lose two to five new lines in a hundred on the mails they were made for and
twelve on others, and each of the better ones takes seconds on a few kilobytes of hostile text
(`tests/report/quoting.py` compares them). This goes over the lines once. How mail programs
introduce a quote, language by language, is data: `phrases/quoting.toml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from followupd.reading.newtext.introductions import (
    Introduction,
    asks_to_reply_above,
    attribution_at,
    header_end,
    introduction_at,
    is_quoted,
    next_filled,
    points_down,
    unquoted,
)
from followupd.reading.newtext.signatures import without_signature

_LINES = 4000
"""The most lines that are looked at; what lies beyond is not new text."""

_FORWARDERS_WORDS = 40
"""A mail of its own with more words than this is not merely there to forward another."""

_FORWARDS_IN_FORWARDS = 2
_PEEK = 16
"""How many quoted lines are looked at to see whether they are a mail that is forwarded."""

_RULE = re.compile(r"[\s_=*~\u2013\u2014-]*")
"""The rule above a header, or an empty line."""

_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(slots=True)
class _Reader:
    """A mail while it is read from the top.

    Attributes:
        lines: the whole of it.
        depth: in how many other mails it was forwarded.
        pieces: what was new so far; a quote, or its place, is between two of them.
        begun: whether anything at all was new so far.
        quoted: whether a quote was passed.
    """

    lines: list[str]
    depth: int
    pieces: list[list[str]] = field(default_factory=lambda: [[]])
    begun: bool = False
    quoted: bool = False

    def _unsigned(self) -> list[str]:
        return [line for piece in self.pieces for line in [*without_signature(piece), ""]]

    def _points_down(self) -> bool:
        """Whether what is new so far is short and says that what counts stands below."""
        text = " ".join(self._unsigned())
        return len(text.split()) <= _FORWARDERS_WORDS and points_down(
            text[: _FORWARDERS_WORDS * 20]
        )

    def _take_rest(self, found: Introduction) -> None:
        """End with the mail below: with what is new in it if that counts, or without it."""
        words = sum(len(line.split()) for line in self._unsigned())
        few = words <= _FORWARDERS_WORDS and found.forwarded
        if words and not few and not self._points_down():
            return
        rest = self.lines[found.content :]
        first = next_filled(rest, 0)
        if first < len(rest) and is_quoted(rest[first]):
            rest = unquoted(rest)
            end = header_end(rest, first, enough=1) if found.forwarded else None
            rest = rest[end or 0 :]
        inner = read_lines(rest, self.depth + 1) if self.depth < _FORWARDS_IN_FORWARDS else rest
        self.pieces += [inner, []]

    def _pass_introduction(self, found: Introduction) -> int | None:
        """Where to go on after the introduction of a quote; None at the end of what is new."""
        kept = self.pieces[-1]
        while kept and _RULE.fullmatch(kept[-1]):
            kept.pop()
        following = next_filled(self.lines, found.content)
        marked = following < len(self.lines) and is_quoted(self.lines[following])
        if marked and not found.forwarded:
            return self._pass_quote(following)
        self._take_rest(found)
        return None

    def _pass_quote(self, start: int) -> int | None:
        """Where to go on after marked lines from `start`; None at the end of what is new."""
        end = start
        while end < len(self.lines) and (is_quoted(self.lines[end]) or not self.lines[end].strip()):
            end += 1
        if not self.quoted:
            self.quoted = True
            inside = unquoted(self.lines[start : min(end, start + _PEEK)])
            first = next_filled(inside, 0)
            found = introduction_at(inside, first) if first < len(inside) else None
            if found is not None and (
                found.forwarded or (end == len(self.lines) and self._points_down())
            ):
                self._take_rest(Introduction(start + found.content, found.forwarded))
                return None
        if self.pieces[-1]:
            self.pieces.append([])
        return end

    def _pass_line(self, position: int) -> int | None:
        """Where to go on after the line; None at the end of what is new."""
        line = self.lines[position]
        if is_quoted(line):
            return self._pass_quote(position)
        found = introduction_at(self.lines, position)
        if found is not None:
            return self._pass_introduction(found)
        if asks_to_reply_above(line):
            # At the top it is the ticket system's own mail that follows.
            return None if self.begun else position + 1
        begins = attribution_at(self.lines, position)
        if begins is not None:
            kept = self.pieces[-1]
            del kept[max(len(kept) - (position - begins), 0) :]
            return self._pass_introduction(Introduction(position + 1, forwarded=False))
        self.pieces[-1].append(line)
        self.begun = self.begun or bool(line.strip())
        return position + 1

    def read(self) -> list[str]:
        position: int | None = 0
        while position is not None and position < len(self.lines):
            position = self._pass_line(position)
        unsigned = self._unsigned()
        if any(line.strip() for line in unsigned):
            return unsigned
        return [line for piece in self.pieces for line in [*piece, ""]]


def read_lines(lines: list[str], depth: int = 0) -> list[str]:
    """The new lines of a mail that was forwarded in `depth` others; see `new_text`."""
    return _Reader(lines, depth).read()


def new_text(text: str) -> str:
    """What the writer of a mail wrote this time.

    Quotes go, and the lines that introduce them; signatures, legal notices and what telephones
    append. What is written below or between marked quotes stays. A mail with next to no words of
    its own that forwards another, or says to look further down, is read together with what is
    new in that other one.

    Args:
        text: the clean text of a mail (`text.clean_lines`); 4,000 lines of it count.

    Returns:
        The new lines, as they stand in `text`, with no more than one empty line between two;
        the whole of what is not quoted where only a signature would be left; empty only if
        everything is quoted.
    """
    lines = text.split("\n")[:_LINES]
    return _BLANK_LINES.sub("\n\n", "\n".join(read_lines(lines))).strip("\n")

"""The lines by which mail programs introduce what they quote or forward.

Nothing about them is standard: "On … wrote:" in every language, the header fields of Outlook, a
divider of dashes. Each is told by more than one sign, for whatever stands below it is taken for
quoted: a verb and a date, three fields of a header, dashes and words. The words are data:
`phrases/quoting.toml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from followupd.reading.data import read_data
from followupd.reading.newtext.signatures import plain_line
from followupd.reading.phrasing import any_phrase, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDTH = 400
"""How much of a line is looked at to tell what it is."""

_ATTRIBUTION_LINES = 4
_HEADER_LINES = 14
_STRANGERS = 3
"""The most lines in a header that begin with no field: long values go on in the next line."""

_FIELDS = 3
"""The fewest fields that are a header where nothing else says so."""

_QUOTED = re.compile(r"\s{0,8}(?:>|&gt;)(?!\s{0,4}:\s{0,4}$)")
_MARK = re.compile(r"\s{0,8}(?:>|&gt;) ?")
_ADDRESS = re.compile(r"[\w.+'-]@[\w-]|<mailto:|\[mailto:")
_ADDRESS_AT_END = re.compile(r"[\w.+'-]@[\w.-]{1,200}\s?(?:>|&gt;|\)|\]){1,2}\s{0,3}:$")
_TIME_OR_YEAR = re.compile(r"(?<!\d)(?:\d{1,2}[:.h]\d\d|(?:19|20)\d\d)(?!\d)")
_FRAME = " \t*_~|-\u2013\u2014=>"
_DASHES = re.compile(r"[\s>*]{0,8}[-_=\u2013\u2014]{2,}")


@dataclass(frozen=True, slots=True)
class _Words:
    openings: re.Pattern[str]
    verbs: re.Pattern[str]
    verb_at_end: tuple[str, ...]
    fields: re.Pattern[str]
    field_kinds: dict[str, str]
    original: frozenset[str]
    forwarded: frozenset[str]
    announced: frozenset[str]
    reply_above: re.Pattern[str]
    further_down: re.Pattern[str]


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(plain(word)) for word in sorted(words, key=len, reverse=True))


@cache
def _words() -> _Words:
    data = read_data("phrases", "quoting.toml")
    kinds = {plain(name): kind for kind, names in data["header"].items() for name in names}
    verbs = data["attribution"]["verbs"]
    divider = data["divider"]
    return _Words(
        openings=re.compile(rf"(?:{_alternatives(data['attribution']['openings'])})[\s,]"),
        verbs=re.compile(rf"(?<!\w)(?:{_alternatives(verbs)})(?!\w)"),
        verb_at_end=tuple(plain(verb) for verb in verbs),
        fields=re.compile(rf"(?<![\w'-])({_alternatives(kinds)})[\s*]{{0,3}}:(?!//)"),
        field_kinds=kinds,
        original=frozenset(plain(words) for words in divider["original"]),
        forwarded=frozenset(plain(words) for words in divider["forwarded"]),
        announced=frozenset(plain(words) for words in divider["announced"]),
        reply_above=re.compile(_alternatives(divider["reply_above"])),
        further_down=any_phrase(data["further_down"]["phrases"]),
    )


def is_quoted(line: str) -> bool:
    """Whether a line begins with a mark of quotation."""
    return _QUOTED.match(line) is not None


def unquoted(lines: list[str]) -> list[str]:
    """The lines with one mark of quotation less, where they begin with one."""
    return [_MARK.sub("", line, count=1) if is_quoted(line) else line for line in lines]


def next_filled(lines: list[str], start: int) -> int:
    """The first line from `start` that is not empty; `len(lines)` if there is none."""
    while start < len(lines) and not lines[start].strip():
        start += 1
    return start


def _is_attribution(text: str, *, quote_follows: bool) -> bool:
    """Whether some lines, put together, say who wrote what follows."""
    words = _words()
    ends = text.endswith(":")
    if ends and _ADDRESS_AT_END.search(text) and sum(map(str.isdigit, text)) > 1:
        return True
    if not (ends or text.endswith(words.verb_at_end)) or not words.verbs.search(text):
        return False
    dated = any(map(str.isdigit, text))
    addressed = _ADDRESS.search(text) is not None
    timed = _TIME_OR_YEAR.search(text) is not None
    if words.openings.match(text) and dated and (quote_follows or timed or addressed):
        return True
    # Some programs leave out the colon, others write the date at the end.
    return (ends and quote_follows) or (
        dated and addressed and (timed or (ends and text[0].isdigit()))
    )


def attribution_at(lines: list[str], end: int) -> int | None:
    """The line on which the attribution begins that ends on line `end`, or None."""
    last = lines[end].strip(_FRAME)
    if not last or len(last) > _WIDTH:
        return None
    if last[-1] != ":" and not plain_line(last).endswith(_words().verb_at_end):
        return None
    after = next_filled(lines, end + 1)
    quote_follows = after < len(lines) and is_quoted(lines[after])
    together = ""
    fitting = None
    for start in range(end, max(end - _ATTRIBUTION_LINES, -1), -1):
        line = lines[start]
        if not line.strip() or len(line) > _WIDTH or (start < end and is_quoted(line)):
            break
        together = f"{plain_line(line.strip(_FRAME))} {together}".strip()
        if _is_attribution(together, quote_follows=quote_follows):
            if _words().openings.match(together) or together[0].isdigit():
                return start
            fitting = start if fitting is None else fitting
    return fitting


@lru_cache(maxsize=32)
def _header_kinds(line: str) -> tuple[tuple[str, str], ...]:
    """The header fields in a line that begins with one: their kinds and values."""
    if ":" not in line and "\uff1a" not in line:
        return ()
    text = plain_line(line.strip().lstrip("*_ "))
    found = list(islice(_words().fields.finditer(text), 12))
    if not found or found[0].start():
        return ()
    ends = [match.start() for match in found[1:]] + [len(text)]
    return tuple(
        (_words().field_kinds[match[1]], text[match.end() : end].strip(" *"))
        for match, end in zip(found, ends, strict=True)
    )


def header_end(lines: list[str], start: int, *, enough: int = _FIELDS) -> int | None:
    """Where the header of a quoted mail ends that begins on line `start`, or None if none does."""
    if not _header_kinds(lines[start]):
        return None
    kinds: dict[str, str] = {}
    addressed = False
    end = position = start
    strangers = 0
    while position < min(len(lines), start + _HEADER_LINES):
        line = lines[position]
        found = _header_kinds(line)
        if found:
            if kinds.keys() & dict(found).keys():
                break  # the header of the next mail down
            kinds = dict(found) | kinds
            addressed = addressed or _ADDRESS.search(line[:_WIDTH]) is not None
            end = position + 1
        elif not line.strip():
            following = next_filled(lines, position)
            if following >= len(lines) or not _header_kinds(lines[following]):
                break
            position = following
            continue
        else:
            # A long list of recipients goes on in the next line; the last field's may, too.
            strangers += 1
            if strangers > _STRANGERS:
                break
            addressed = addressed or _ADDRESS.search(line[:_WIDTH]) is not None
        position += 1
    if "from" not in kinds or kinds["from"][:1].isdigit() or len(kinds) < enough:
        return None
    # A journey has a from, a to and a date as well.
    return end if enough == 1 or addressed or {"subject", "sent"} & kinds.keys() else None


def _divider(line: str) -> str | None:
    """Which kind of dividing line this is: "original", "forwarded", or None."""
    if len(line) > _WIDTH:
        return None
    text = plain_line(line.strip(_FRAME)).strip(": ")
    if text in _words().announced:
        return "forwarded"
    if not _DASHES.match(line):
        return None
    return (
        "original"
        if text in _words().original
        else "forwarded"
        if text in _words().forwarded
        else None
    )


@dataclass(frozen=True, slots=True)
class Introduction:
    """Lines that introduce the rest of a mail as quoted.

    Attributes:
        content: the first line of what is quoted.
        forwarded: whether it is said to be forwarded.
    """

    content: int
    forwarded: bool


def introduction_at(lines: list[str], start: int) -> Introduction | None:
    """The header or dividing line that begins on line `start`, or None if none does."""
    kind = _divider(lines[start])
    if kind is not None:
        header = next_filled(lines, start + 1)
        end = header_end(lines, header, enough=1) if header < len(lines) else None
        return Introduction(end or start + 1, kind == "forwarded")
    end = header_end(lines, start)
    return None if end is None else Introduction(end, forwarded=False)


def points_down(text: str) -> bool:
    """Whether the words of a mail say that what counts stands further down in it."""
    return _words().further_down.search(plain(text)) is not None


def asks_to_reply_above(line: str) -> bool:
    """Whether a ticket system asks for the answer to be written above this line."""
    return _words().reply_above.search(plain_line(line)) is not None

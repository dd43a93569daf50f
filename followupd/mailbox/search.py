"""SEARCH criteria, written so that a stranger's text cannot break out of them.

Names, subjects and Message-IDs come from mail. IMAPClient leaves a value such as `a{3}` or
`x)` unquoted; a server would take it for syntax. Here every key is checked against the
standard's list (RFC 3501 section 6.4.4) and every text value is quoted or sent as a literal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Criterion: TypeAlias = "str | int | date | Sequence[Criterion]"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PLAIN = frozenset(
    {"ALL", "ANSWERED", "DELETED", "DRAFT", "FLAGGED", "NEW", "OLD", "RECENT", "SEEN"}
    | {"UNANSWERED", "UNDELETED", "UNDRAFT", "UNFLAGGED", "UNSEEN"}
)
_TEXTS = {"BCC": 1, "BODY": 1, "CC": 1, "FROM": 1, "HEADER": 2, "SUBJECT": 1, "TEXT": 1, "TO": 1}
_DATES = frozenset({"BEFORE", "ON", "SENTBEFORE", "SENTON", "SENTSINCE", "SINCE"})
_NUMBERS = frozenset({"LARGER", "SMALLER"})
# Servers close the line at about 8000 octets; a longer text finds no less when it is cut.
_MOST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Search:
    """Criteria ready for the wire.

    Attributes:
        arguments: the parts of the command; a part with the eighth bit set is a literal.
        charset: "UTF-8" when a part needs it, else None.
        ascii_only: the same search without every key whose text is beyond ASCII, for a server
            that knows no UTF-8. It finds at least as much. None when nothing would be left.
    """

    arguments: tuple[bytes, ...]
    charset: str | None
    ascii_only: Search | None


@dataclass(frozen=True, slots=True)
class _Key:
    parts: tuple[bytes, ...]

    @property
    def ascii(self) -> bool:
        return all(part.isascii() for part in self.parts)


def compose(criteria: Sequence[Criterion]) -> Search:
    """Check and encode criteria such as `("SINCE", date(2026, 3, 2), "FROM", "dana@acme")`.

    A nested sequence is put in parentheses. Text is cut at 500 characters and its control
    characters become spaces.

    Raises:
        ValueError: an unknown key, or a key without its value.
    """
    keys = tuple(_keys(criteria))
    if not keys:
        raise ValueError("a search needs at least one key")
    plain = tuple(key for key in keys if key.ascii)
    if len(plain) == len(keys):
        return Search(_joined(keys), None, None)
    narrowed = Search(_joined(plain), None, None) if plain else None
    return Search(_joined(keys), "UTF-8", narrowed)


def any_of(keys: Iterable[list[Criterion]]) -> list[Criterion]:
    """One search for what meets any of the keys, of which there must be one (RFC 3501, `OR`)."""
    *rest, last = list(keys)
    criteria = last
    for key in reversed(rest):
        criteria = ["OR", *key, *criteria]
    return criteria


def _joined(keys: tuple[_Key, ...]) -> tuple[bytes, ...]:
    return tuple(part for key in keys for part in key.parts)


def _keys(criteria: Sequence[Criterion]) -> Iterator[_Key]:
    rest = iter(criteria)
    for first in rest:
        yield _key(first, rest)


def _key(first: Criterion, rest: Iterator[Criterion]) -> _Key:
    if isinstance(first, (list, tuple)):
        return _parenthesised(first)
    if not isinstance(first, str):
        raise ValueError(f"a search key was expected, not {first!r}")  # noqa: TRY004 - one error
    name = first.upper()
    head = name.encode("ascii", "replace")
    if name in _PLAIN:
        return _Key((head,))
    if name in ("NOT", "OR"):
        operands = [_key(_value(name, rest), rest) for _ in range(1 if name == "NOT" else 2)]
        return _Key((head, *(part for operand in operands for part in operand.parts)))
    values = [_argument(name, _value(name, rest)) for _ in range(_TEXTS.get(name, 1))]
    return _Key((head, *values))


def _argument(name: str, value: Criterion) -> bytes:
    if name in _TEXTS:
        return _text(value)
    if name in _DATES:
        return _date(name, value)
    if name in _NUMBERS:
        return str(int(str(value))).encode("ascii")
    if name == "UID":
        return _sequence(value)
    if name in ("KEYWORD", "UNKEYWORD"):
        return _atom(value)
    raise ValueError(f"{name!r} is not a search key")


def _value(name: str, rest: Iterator[Criterion]) -> Criterion:
    for value in rest:
        return value
    raise ValueError(f"the search key {name} lacks its value")


def _parenthesised(criteria: Sequence[Criterion]) -> _Key:
    parts = [part for key in _keys(criteria) for part in key.parts]
    if not parts:
        raise ValueError("empty parentheses in a search")
    parts[0] = b"(" + parts[0]
    # A literal must not swallow the closing parenthesis, so a neutral key follows it.
    if parts[-1].isascii():
        parts[-1] += b")"
    else:
        parts.append(b"ALL)")
    return _Key(tuple(parts))


def _text(value: Criterion) -> bytes:
    clean = "".join(each if each.isprintable() else " " for each in str(value)[:_MOST_TEXT])
    if not clean.isascii():
        return clean.encode("utf-8", "replace")
    escaped = clean.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.encode("ascii")


def _date(name: str, value: Criterion) -> bytes:
    if not isinstance(value, date):
        raise ValueError(f"the search key {name} takes a date, not {value!r}")  # noqa: TRY004
    return f"{value.day}-{_MONTHS[value.month - 1]}-{value.year:04d}".encode("ascii")


def _sequence(value: Criterion) -> bytes:
    text = str(value)
    if not text or not set(text) <= set("0123456789:,*"):
        raise ValueError(f"{value!r} is not a set of UIDs")
    return text.encode("ascii")


def _atom(value: Criterion) -> bytes:
    text = str(value)
    if not text.isascii() or not text.isprintable() or set(text) & set(' (){}%*"\\]') or not text:
        raise ValueError(f"{value!r} is not a keyword")
    return text.encode("ascii")

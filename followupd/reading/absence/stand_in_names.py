"""The names of people in an absence note: where one begins and ends, and whose it can't be.

Beside a name stand titles, parts in a firm and, in German, any noun, all with a capital. What
is written to a wrong name is worse than what is written to none, so a name ends where one of
those begins, and a firm's own name is nobody's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.reading.absence.phrases import not_names
from followupd.reading.addresses import mailbox_key
from followupd.reading.dates.phrases import bare
from followupd.reading.phrasing import plain
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME_LIMIT = 80
_LONGEST_NAME = 5
_SHORTEST_MARK = 3
"""The fewest letters by which a part of a name is known in an address."""

_NAME_WORD = re.compile(r"[^\W\d_]{1,30}(?:['\u2019.-][^\W\d_]{1,30}){0,3}")
_LETTERS = re.compile(r"[^\W\d_]{1,64}")
_PARTICLES = frozenset(
    {
        *("von", "van", "de", "der", "den", "del", "della", "di", "da", "dos", "das", "la", "le"),
        *("el", "al", "bin", "ibn", "zu", "zur", "ten", "ter", "y"),
    }
)
_EDGES = "\"'()[]<>{},;:.!?\u201c\u201d\u201e\u00ab\u00bb*|"
_STOPS = ",;:.!?)(<>|[]"


def written(word: str) -> str:
    """A word without the signs around it, as `bare` makes it."""
    return bare(plain(word.strip(_EDGES)))


def is_name(word: str) -> bool:
    """Whether a word may be a part of a name."""
    core = _core(word)
    return (
        core[:1].isupper()
        and _NAME_WORD.fullmatch(core) is not None
        and written(core) not in not_names()
    )


def _core(word: str) -> str:
    """A word without the signs around it; of Notes' Lee/Acme/US the name."""
    return word.strip(_EDGES).partition("/")[0]


def _ends_name(word: str) -> bool:
    """Whether a sign ends a name behind a word; an initial keeps its full stop."""
    is_initial = len(word) == len("J.") and word[0].isupper() and word[1] == "."
    return (word[-1:] in _STOPS or "/" in word) and not is_initial


def name_from(words: Sequence[str], start: int) -> str:
    """The name that begins at a word; "" when there is none."""
    found: list[str] = []
    for word in words[start : start + _LONGEST_NAME]:
        if not (is_name(word) or (found and word in _PARTICLES)):
            break
        if found and word[:1] in _STOPS:
            break
        found.append(word)
        if _ends_name(word):
            break
    return _joined(found)


def name_up_to(words: Sequence[str], last: int, first: int = 0) -> str:
    """The name that ends at a word and begins no earlier than `first`; "" when there is none."""
    found: list[str] = []
    for position in range(last, max(first - 1, last - _LONGEST_NAME), -1):
        word = words[position]
        if not (is_name(word) or (found and word in _PARTICLES)):
            break
        # a comma before it belongs to what comes before
        if found and _ends_name(word):
            break
        found.insert(0, word)
        if word[:1] in _STOPS:
            break
    return _joined(found)


def _joined(found: list[str]) -> str:
    while found and found[-1] in _PARTICLES:
        found.pop()
    while found and found[0] in _PARTICLES:
        found.pop(0)
    return clean(" ".join(map(_core, found)), _NAME_LIMIT)


def fitted(name: str, address: str) -> str:
    """A name without what stands before and behind the parts that its address shows.

    "Recruiting Lead Max Muster", max.muster@acme.example, is Max Muster. A name of which the
    address shows nothing stays as it is.
    """
    local = written(address.rpartition("@")[0])
    parts = name.split()
    shown = [number for number, part in enumerate(parts) if _shows(local, part)]
    if not shown:
        return name
    first, last = shown[0], shown[-1]
    # of m.muster@acme.example the first name is the word before
    while first > 0 and (first == last or parts[first - 1] in _PARTICLES):
        first -= 1
        if parts[first] not in _PARTICLES:
            break
    if first == last == 0 and local.startswith(written(parts[0])):
        last = len(parts) - 1
    return " ".join(parts[first : last + 1])


def _shows(local: str, part: str) -> bool:
    letters = "".join(_LETTERS.findall(written(part)))
    return len(letters) >= _SHORTEST_MARK and (letters in local or _spelled_out(letters) in local)


def _spelled_out(letters: str) -> str:
    return letters.replace("ß", "ss")


def is_shown_in(name: str, address: str) -> bool:
    """Whether each part of a name stands in the first part of an address."""
    local = written(address.rpartition("@")[0])
    return bool(name and local) and all(
        _shows(local, part) for part in name.split() if part not in _PARTICLES
    )


def same_person(name: str, other: str) -> bool:
    """Whether one of two names holds all parts of the other."""
    one = set(_LETTERS.findall(bare(plain(name))))
    two = set(_LETTERS.findall(bare(plain(other))))
    return bool(one and two) and (one <= two or two <= one)


def is_firm(name: str, address: str) -> bool:
    """Whether a name is that of the organisation whose address this is."""
    host = "".join(_LETTERS.findall(bare(plain(address.rpartition("@")[2]))))
    parts = _LETTERS.findall(bare(plain(name)))
    return bool(parts) and all(part in host for part in parts)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a note, and who else is nobody's stand-in.

    Attributes:
        address: bare; "" when not known.
        name: as From shows it; may be empty.
        others: further bare addresses that are not to be named, such as the user's own.
    """

    address: str = ""
    name: str = ""
    others: frozenset[str] = frozenset()

    def is_meant(self, address: str) -> bool:
        """Whether an address is the writer's, also with another host, or one of the others'."""
        local = address.rpartition("@")[0].casefold()
        own = self.address.rpartition("@")[0].casefold()
        keys = {mailbox_key(each) for each in (self.address, *self.others) if each}
        return mailbox_key(address) in keys or (local == own and "." in own)

    def is_named(self, name: str) -> bool:
        """Whether a name is the writer's or the organisation's."""
        return (
            is_shown_in(name, self.address)
            or same_person(name, self.name)
            or is_firm(name, self.address)
        )

    def is_colleague(self, address: str) -> bool:
        """Whether an address belongs to the writer's organisation."""
        own, other = (
            each.rpartition("@")[2].casefold().split(".") for each in (self.address, address)
        )
        fewest = min(len(own), len(other))
        return fewest > 1 and own[-fewest:] == other[-fewest:]

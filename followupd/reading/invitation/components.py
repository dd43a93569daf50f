"""An iCalendar object taken apart into its components (RFC 5545, section 3.4).

The `icalendar` package splits one content line well. Its reader of whole calendars is not used: it
keeps every VTIMEZONE of a calendar for the whole process, so that one stranger's mail could move
the hours of the next, and one line that is not well formed ends it. Here a calendar costs what
its first `SIZE_LIMIT` bytes cost, a line that cannot be read is left out, and nothing outlives the
call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from icalendar.parser import Contentline

from followupd.reading.charsets import decoded

SIZE_LIMIT = 64 * 1024
"""The most bytes of a calendar that are looked at."""

_DEPTH = 8
_LINES = 4000
_COMPONENTS = 400
_FOLD = re.compile(rb"(?<!\n)\n+[ \t]")
_LOOSE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_LOOSE_COMMON_NAME = re.compile(r';CN="?([^;:"]{1,200})', re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\,;:nN])")
_UTF_16 = {b"\xff\xfe": "utf_16_le", b"\xfe\xff": "utf_16_be"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a property: its name in capitals, its value without quotes."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Property:
    """One content line (RFC 5545, section 3.1).

    Attributes:
        name: in capitals.
        parameters: in order.
        value: as it stands, still escaped.
    """

    name: str
    parameters: tuple[Parameter, ...]
    value: str

    def parameter(self, name: str) -> str:
        """The value of a parameter, "" where it has none of that name."""
        return next((each.value for each in self.parameters if each.name == name), "")

    @property
    def text(self) -> str:
        """The value as text (RFC 5545, section 3.3.11); not clean."""
        return _ESCAPED.sub(lambda sign: "\n" if sign[1] in "nN" else sign[1], self.value)


@dataclass(slots=True)
class Component:
    """A component and what stands in it; written to only while it is read.

    Attributes:
        name: in capitals, such as VEVENT.
        properties: its own, in order.
        inside: the components in it, in order.
    """

    name: str
    properties: list[Property] = field(default_factory=list)
    inside: list[Component] = field(default_factory=list)

    def first(self, name: str) -> Property | None:
        """The first property of a name, given in capitals."""
        return next((each for each in self.properties if each.name == name), None)

    def every(self, name: str) -> list[Property]:
        """All properties of a name."""
        return [each for each in self.properties if each.name == name]

    def text(self, name: str) -> str:
        """The first value of a name as text, "" where there is none; not clean."""
        found = self.first(name)
        return found.text if found is not None else ""


def _lines(data: bytes) -> list[str]:
    """The unfolded lines. Some writers fold within a character, so bytes are joined first."""
    whole = len(data) <= SIZE_LIMIT
    data = data[:SIZE_LIMIT]
    codec = _UTF_16.get(data[:2])
    if codec is not None:
        data = data[2:].decode(codec, "replace").encode("utf-8", "replace")
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"")
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = decoded(_FOLD.sub(b"", data)).split("\n")
    if not whole:
        # Half an address is somebody else's.
        lines.pop()
    return [line for line in lines if line.strip()][:_LINES]


def _property(line: str) -> Property | None:
    try:
        name, parameters, value = Contentline(line).raw_parts()  # type: ignore[no-untyped-call]
    except (ValueError, AssertionError):
        return _loose(line)
    found = tuple(
        Parameter(str(key).upper(), held if isinstance(held, str) else ",".join(map(str, held)))
        for key, held in parameters.items()
    )
    return Property(str(name).upper(), found, str(value))


def _loose(line: str) -> Property | None:
    """What can be made of a line that is not well formed, such as one with a quote in a name."""
    name = _LOOSE_NAME.match(line)
    if name is None:
        return None
    before, mail, after = line.rpartition("mailto:" if "mailto:" in line else "MAILTO:")
    if mail:
        said = _LOOSE_COMMON_NAME.search(before)
        named = (Parameter("CN", said[1]),) if said else ()
        return Property(name[0].upper(), named, mail + after)
    return Property(name[0].upper(), (), line.partition(":")[2])


def read_components(data: bytes) -> tuple[Component, ...]:
    """The outermost components of a calendar, in order; never raises.

    A component that never ends, ends where the one around it does. What lies deeper than eight
    levels, and whatever exceeds the limits of lines and of components, is left out.

    Args:
        data: any bytes; UTF-8, UTF-16 with its mark, or Windows-1252.
    """
    root = Component("")
    open_ones = [root]
    deeper = count = 0
    for line in _lines(data):
        found = _property(line)
        if found is None:
            continue
        if found.name == "BEGIN":
            count += 1
            if deeper or len(open_ones) > _DEPTH or count > _COMPONENTS:
                deeper += 1
                continue
            begun = Component(found.value.strip().upper())
            open_ones[-1].inside.append(begun)
            open_ones.append(begun)
        elif found.name == "END":
            if deeper:
                deeper -= 1
                continue
            ended = found.value.strip().upper()
            if any(each.name == ended for each in open_ones[1:]):
                while open_ones.pop().name != ended:
                    pass
        elif not deeper:
            open_ones[-1].properties.append(found)
    return tuple(root.inside)

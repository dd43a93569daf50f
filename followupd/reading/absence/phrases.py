"""The words of absence notes, language by language, out of `phrases/absence.toml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from followupd.reading.data import read_data
from followupd.reading.dates.phrases import LANGUAGES, any_of, bare
from followupd.reading.phrasing import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINK = r"[\s,.:;()\u2013-]"


@dataclass(frozen=True, slots=True)
class AbsencePhrases:
    """One language's words, compiled, for text that went through `bare`.

    `until`, `back`, `starting` and `answers` match up to the end of what stands before a day.

    Attributes:
        language: its ISO 639-1 code.
        hours: opening hours and working days.
        lasts: what else than an absence may begin or end on a day.
        turn_to: the reader is told to turn to whoever is named behind.
        covers: whoever is named before or behind stands in.
        whose: words that introduce a name.
        own: where the writer names an address of their own.
        never: where an address is nobody to turn to.
    """

    language: str
    until: re.Pattern[str]
    back: re.Pattern[str]
    starting: re.Pattern[str]
    answers: re.Pattern[str]
    coming_back: re.Pattern[str]
    denied: re.Pattern[str]
    away: re.Pattern[str]
    hours: re.Pattern[str]
    lasts: re.Pattern[str]
    left: re.Pattern[str]
    left_named: re.Pattern[str]
    left_unless: re.Pattern[str]
    turn_to: re.Pattern[str]
    covers: re.Pattern[str]
    whose: frozenset[str]
    own: re.Pattern[str]
    never: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Topics:
    """What somebody is to be asked about, in all languages; for text that went through `bare`.

    Attributes:
        hiring: people who apply.
        elsewhere: something else, where a word that introduces it stands before.
        elsewhere_first: the same where a text begins with it.
        general: anything, or what can't wait.
        anything: the same, unless it is said what about.
        about: words that introduce what somebody is to be asked about.
        hiring_mailboxes: first parts of addresses.
        elsewhere_mailboxes: likewise.
    """

    hiring: re.Pattern[str]
    elsewhere: re.Pattern[str]
    elsewhere_first: re.Pattern[str]
    general: re.Pattern[str]
    anything: re.Pattern[str]
    about: re.Pattern[str]
    hiring_mailboxes: frozenset[str]
    elsewhere_mailboxes: frozenset[str]


@cache
def _data() -> dict[str, Any]:
    return read_data("phrases", "absence.toml")


def _up_to_a_day(phrases: Iterable[str], fillers: Iterable[str]) -> re.Pattern[str]:
    between = rf"(?:{_LINK}{{1,4}}{any_of(fillers)}){{0,4}}{_LINK}{{0,4}}$"
    return re.compile(any_of(phrases) + between)


@cache
def absence_phrases(language: str) -> AbsencePhrases:
    """The words of one language."""
    data = _data()[language]
    fillers = data["fillers"]
    return AbsencePhrases(
        language=language,
        until=_up_to_a_day([*data["until"], *data["ranges"]], fillers),
        back=_up_to_a_day(data["back"], fillers),
        starting=_up_to_a_day(data["from"], fillers),
        coming_back=re.compile(any_of(data["coming_back"])),
        denied=re.compile(any_of(data["denied"])),
        answers=_up_to_a_day(data["answers"], fillers),
        away=re.compile(any_of(data["away"])),
        hours=re.compile(any_of(data["hours"])),
        lasts=re.compile(any_of(data["lasts"])),
        left=re.compile(any_of(data["left"])),
        left_named=re.compile(any_of(data["left_named"])),
        left_unless=re.compile(any_of(data["left_unless"])),
        turn_to=re.compile(any_of(data["turn_to"])),
        covers=re.compile(any_of(data["covers"])),
        whose=frozenset(bare(plain(word)) for word in data["whose"]),
        own=re.compile(any_of(data["own"])),
        never=re.compile(any_of(data["never"])),
    )


@cache
def topics() -> Topics:
    """What somebody may be asked about."""
    data = _data()
    found = data["topics"]
    about = any_of(word for language in LANGUAGES for word in data[language]["about"])
    elsewhere = any_of(found["elsewhere"])
    return Topics(
        hiring=re.compile(any_of(found["hiring"])),
        elsewhere=re.compile(
            rf"{about}(?:[^\w.!?]{{1,3}}\w{{1,30}}){{0,3}}?[^\w.!?]{{1,3}}{elsewhere}"
        ),
        elsewhere_first=re.compile(rf"\W{{0,4}}{elsewhere}"),
        general=re.compile(any_of(found["general"])),
        anything=re.compile(any_of(found["anything"])),
        about=re.compile(about),
        hiring_mailboxes=frozenset(found["hiring_mailboxes"]),
        elsewhere_mailboxes=frozenset(found["elsewhere_mailboxes"]),
    )


@cache
def not_names() -> frozenset[str]:
    """Words, as `bare` makes them, that begin with a capital and are part of no name."""
    return frozenset(bare(plain(word)) for word in _data()["not_names"])

"""The words of absence notes, language by language, out of `phrases/absence.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from followupd.reading.day_phrases import any_of, bare
from followupd.reading.phrasing import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINK = r"[\s,.:;()\u2013-]"


@dataclass(frozen=True, slots=True)
class AbsencePhrases:
    """One language's words, compiled, for text that went through `bare`.

    `until`, `back` and `starting` match up to the end of what stands before a day.

    Attributes:
        language: its ISO 639-1 code.
        whose: words that introduce the name of somebody who stands in.
        own: where the writer names an address of their own.
    """

    language: str
    until: re.Pattern[str]
    back: re.Pattern[str]
    starting: re.Pattern[str]
    coming_back: re.Pattern[str]
    denied: re.Pattern[str]
    away: re.Pattern[str]
    left: re.Pattern[str]
    left_named: re.Pattern[str]
    left_unless: re.Pattern[str]
    stand_in: re.Pattern[str]
    whose: frozenset[str]
    own: re.Pattern[str]


@cache
def _data() -> dict[str, Any]:
    source = resources.files("followupd.reading") / "phrases" / "absence.toml"
    return tomllib.loads(source.read_text("utf-8"))


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
        away=re.compile(any_of(data["away"])),
        left=re.compile(any_of(data["left"])),
        left_named=re.compile(any_of(data["left_named"])),
        left_unless=re.compile(any_of(data["left_unless"])),
        stand_in=re.compile(any_of(data["stand_in"])),
        whose=frozenset(bare(plain(word)) for word in data["whose"]),
        own=re.compile(any_of(data["own"])),
    )


@cache
def not_names() -> frozenset[str]:
    """Words, as `bare` makes them, that begin with a capital and are part of no name."""
    return frozenset(bare(plain(word)) for word in _data()["not_names"])

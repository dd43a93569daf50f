"""What the things found in a mail weigh together.

Every meaning gathers weight from its own phrases only, and a softmax makes likelihoods of the
sums: a weight can be read by itself. What keeps politeness from outvoting a decision is rank. Where
a higher meaning was said for certain, the lower ones count as said under it, which is little:
thanks, praise and advice surround every refusal. Where a decision is only likely, mere politeness
and small talk count as said beside it.

The weights lie in `phrases/meaning/weights.toml`, whose head names the mail they were fitted on:
synthetic cases, recruiters' mail and templates in English, German, French and Spanish, and mail
about other things; of each a part only, so that the rest can measure.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from followupd.domain.events import Meaning
from followupd.reading.meaning.phrasebook import Tier

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

Feature = str
"""The meaning it speaks for and what was found, such as "rejection.certain_again"."""

RANKS = (
    Meaning.REJECTION,
    Meaning.OFFER,
    Meaning.NEXT_ROUND,
    Meaning.INFO_REQUEST,
    Meaning.STILL_DECIDING,
    Meaning.ACKNOWLEDGEMENT,
    Meaning.OTHER,
)
"""What decides a mail when it says several things for certain, first the one that decides most."""

PADDING = frozenset({Meaning.ACKNOWLEDGEMENT, Meaning.OTHER})
"""What stands around a decision and takes nothing away from it."""

ALWAYS = f"{Meaning.OTHER}.always"
"""The feature of every mail."""

_AGAIN = 2
_OFTEN = 4


class Topic(StrEnum):
    """Whether a mail is about a job at all, by the words it uses.

    Attributes:
        HIRING: it has some words of hiring.
        SILENT: it is a few sentences without any of them.
        UNCLEAR: it is too short to tell.
        ELSE: it is long, and has fewer of them than any letter about a job would.
    """

    HIRING = "hiring"
    SILENT = "silent"
    UNCLEAR = "unclear"
    ELSE = "else"


def features_of(
    said: Iterable[tuple[Meaning, Tier]], in_subject: Iterable[Meaning], topic: Topic
) -> frozenset[Feature]:
    """Name what was found in a mail.

    Args:
        said: for each thing said, what it means and how surely.
        in_subject: the meanings that the subject speaks for, not only weakly.
        topic: whether the mail is about a job.
    """
    counts = Counter(said)
    found = {ALWAYS, *(f"{each}.subject{_standing(each, counts)}" for each in in_subject)}
    for (meaning, tier), count in counts.items():
        name = f"{meaning}.{tier}{_standing(meaning, counts)}"
        found.add(name)
        if count >= _AGAIN:
            found.add(f"{name}_again")
        if count >= _OFTEN and tier is Tier.WEAK:
            found.add(f"{name}_often")
    if topic is not Topic.UNCLEAR:
        found.add(f"{Meaning.OTHER}.topic_{topic}")
    return frozenset(found)


def _standing(meaning: Meaning, said: Collection[tuple[Meaning, Tier]]) -> str:
    """Where a meaning stands among the higher ones: under one, beside one, or by itself."""
    higher = RANKS[: RANKS.index(meaning)]
    if any((each, Tier.CERTAIN) in said for each in higher if each not in PADDING):
        return "_under"
    if meaning in PADDING and any(
        (each, Tier.STRONG) in said for each in higher if each not in PADDING
    ):
        return "_beside"
    return ""


def likelihoods(found: Iterable[Feature], weights: Mapping[Feature, float]) -> dict[Meaning, float]:
    """How likely each meaning is: a softmax over the sums of weights.

    Args:
        found: names of features; one without a weight counts for nothing.
        weights: what each feature adds to its meaning.
    """
    sums = dict.fromkeys(Meaning, 0.0)
    for feature in sorted(found):
        sums[meaning_of(feature)] += weights.get(feature, 0.0)
    top = max(sums.values())
    parts = {meaning: math.exp(value - top) for meaning, value in sums.items()}
    total = sum(parts.values())
    return {meaning: part / total for meaning, part in parts.items()}


def meaning_of(feature: Feature) -> Meaning:
    """The meaning that a feature speaks for."""
    return Meaning(feature.partition(".")[0])


@cache
def weights() -> Mapping[Feature, float]:
    """The weights of the data file."""
    source = resources.files("followupd.reading") / "phrases" / "meaning" / "weights.toml"
    return parse_weights(source.read_text("utf-8"))


def parse_weights(source: str) -> dict[Feature, float]:
    """Read weights from TOML: one table for each meaning.

    Raises:
        ValueError: not TOML, or a table that is no meaning.
    """
    return {
        f"{Meaning(meaning)}.{name}": float(weight)
        for meaning, row in tomllib.loads(source).items()
        for name, weight in row.items()
    }

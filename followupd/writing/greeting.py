"""How a person may be greeted: the given name, or the whole one, that a display name holds.

Display names come from mail programs and from the user's own hand: `Fox, Dana`, `DANA FOX`,
`Dana Fox (she/her)`, `Acme Talent Team`. A wrong name is worse than none.
"""

from __future__ import annotations

import re

from followupd.reading.text import clean

_SHORT = 120

_TITLES = frozenset(
    {"dame", "dipl-ing", "dott", "dr", "frau", "herr", "hr", "miss", "mlle", "mme", "mr", "mrs"}
    | {"ms", "mx", "prof", "professor", "rev", "sir", "sr", "sra"}
)
_CREDENTIALS = frozenset(
    {"ba", "bsc", "cpa", "esq", "ii", "iii", "iv", "jd", "jr", "ma", "mba", "md", "msc", "pe"}
    | {"phd", "phr", "pmp", "shrm-cp", "shrm-scp", "sphr", "sr"}
)
_GROUPS = frozenset(
    {"application", "applications", "career", "careers", "hiring", "human", "info", "job", "jobs"}
    | {"no-reply", "noreply", "office", "people", "personnel", "recruiter", "recruiters"}
    | {"recruiting", "recruitment", "staffing", "support", "talent", "team"}
)
_EXTRAS = re.compile(r"\s*[(\[<|].*|\s+(?:-|–|—|/|@|at|from|via)\s.*", re.IGNORECASE)  # noqa: RUF001 - dashes are what people write there
_QUOTES = "\"'`´‘’“”„«»"  # noqa: RUF001 - the marks that display names are wrapped in
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def given_name(display_name: str) -> str | None:
    """Guess the given name in a display name, for a greeting.

    A wrong name is worse than none: initials, a title with a family name only, a team's name
    and anything with digits in it give None. East Asian names are returned whole, since the
    given name comes last there or is not written apart.

    Args:
        display_name: such as `Dana Fox`, `Fox, Dana`, `Dr. Dana Fox` or `Dana Fox (she/her)`.
    """
    name = _bare_name(display_name)
    if name is None or _EAST_ASIAN.search(name):
        return name
    words = _words_in_order(name)
    titled = False
    while words and _bare(words[0]) in _TITLES:
        words = words[1:]
        titled = True
    if not words or (titled and len(words) == 1):
        return None
    first = words[0].strip(_QUOTES + ".,")
    if len(first) < 2 or "." in first or not first[0].isalpha():  # noqa: PLR2004 - one letter is an initial
        return None
    return first.title() if name.isupper() or name.islower() else first


def full_name(display_name: str) -> str | None:
    """The name of a person as a formal letter greets them, or None where it holds none.

    Titles stay, the order is that of speech, and what is added to a name goes: pronouns, the
    firm, degrees. A team's name and anything with digits in it give None.

    Args:
        display_name: such as `Fox, Dana, PhD`, which gives `Dana Fox`.
    """
    name = _bare_name(display_name)
    if not name or _EAST_ASIAN.search(name):
        return name
    words = _words_in_order(name)
    if all(_bare(word) in _TITLES for word in words):
        return None
    whole = " ".join(words).strip(_QUOTES + ",")
    return whole.title() if whole.isupper() or whole.islower() else whole


def _bare_name(display_name: str) -> str | None:
    """The display name without what is added to it; None where it is no person's name."""
    name = _EXTRAS.sub("", clean(display_name, _SHORT)).strip(_QUOTES + " ,")
    if not name or any(mark.isdigit() or mark in "@_\\" for mark in name):
        return None
    if not any(mark.isalpha() for mark in name) or {_bare(w) for w in name.split()} & _GROUPS:
        return None
    return name


def _words_in_order(name: str) -> list[str]:
    """The words of a name as they are spoken; empty when the order cannot be told."""
    pieces = [piece.split() for piece in name.split(",")]
    pieces = [words for words in pieces if words and not _all_credentials(words)]
    if len(pieces) == 1:
        return pieces[0]
    if len(pieces) != 2:  # noqa: PLR2004 - "family, given"
        return []
    family, given = pieces
    # "van der Berg, Anna" is a family name first; "Dana Fox, Acme" is not.
    known = len(family) == 1 or family[0].islower()
    return [*given, *family] if known else []


def _all_credentials(words: list[str]) -> bool:
    return all(_bare(word) in _CREDENTIALS for word in words)


def _bare(word: str) -> str:
    return word.strip(_QUOTES + ".,").replace(".", "").casefold()

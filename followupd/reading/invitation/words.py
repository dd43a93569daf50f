"""The words of invitations, from `phrases/invitation.toml`, made ready once."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from followupd.reading.data import read_data
from followupd.reading.organisations import is_applicant_tracking
from followupd.reading.phrasing import any_phrase, plain
from followupd.reading.text import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from followupd.reading.addresses import Address

_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u00b4`", "'"))


_SIGNS = re.compile(r"[._+-]")


def tidy(text: str) -> str:
    """Text as a title is taken apart in: NFKC, straight apostrophes; case stays as it is."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).split())


@dataclass(frozen=True, slots=True)
class Words:
    """What tells a job interview. Each is a pattern for text that went through `plain`."""

    certain: re.Pattern[str]
    likely: re.Pattern[str]
    acquainting: re.Pattern[str]
    hint: re.Pattern[str]
    never: re.Pattern[str]
    routine: re.Pattern[str]
    called_off: re.Pattern[str]
    role: re.Pattern[str]
    asking: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class TitleWords:
    """What a title is taken apart by: patterns for `tidy` text, and sets of folded words."""

    notice: re.Pattern[str]
    noun: re.Pattern[str]
    joins_with: frozenset[str]
    joins_at: frozenset[str]
    joins_for: frozenset[str]
    joins_perhaps_at: frozenset[str]
    joins: frozenset[str]
    articles: frozenset[str]
    persons: frozenset[str]
    fillers: frozenset[str]
    calendar: frozenset[str]
    rounds: frozenset[str]
    position: frozenset[str]
    systems: frozenset[str]
    agencies: tuple[str, ...]
    label_endings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextWords:
    """What names a company or a role in a text: patterns for `tidy` text."""

    company_label: re.Pattern[str]
    role_label: re.Pattern[str]
    role_follows: re.Pattern[str]
    role_between: re.Pattern[str]
    role_connects: frozenset[str]
    company_follows: str
    company_precedes: str


@dataclass(frozen=True, slots=True)
class _Systems:
    hosts: frozenset[str]
    locals: re.Pattern[str]
    rooms: re.Pattern[str]
    recruiters: re.Pattern[str]


@cache
def _data() -> dict[str, Any]:
    return read_data("phrases", "invitation.toml")


def _set(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(folded(phrase) for phrase in phrases)


def _any_case(phrases: Iterable[str]) -> str:
    return f"(?:{any_phrase(phrases).pattern})"


@cache
def words() -> Words:
    """What tells a job interview."""
    data = _data()["words"]
    called_off = re.compile(rf"\W{{0,3}}(?:{any_phrase(data['called_off']).pattern})")
    return Words(
        certain=any_phrase(data["certain"]),
        likely=any_phrase(data["likely"]),
        acquainting=any_phrase(data["acquainting"]),
        hint=any_phrase(data["hint"]),
        never=any_phrase(data["never"]),
        routine=any_phrase(data["routine"]),
        called_off=called_off,
        role=any_phrase(data["role"]),
        asking=any_phrase(data["asking"]),
    )


@cache
def title_words() -> TitleWords:
    """What a title is taken apart by."""
    data, title = _data()["words"], _data()["title"]
    notice = rf"\W{{0,3}}{_any_case(data['notices'])}\s?[:!]\s?"
    return TitleWords(
        notice=re.compile(notice, re.IGNORECASE),
        noun=re.compile(_any_case(data["noun"]), re.IGNORECASE),
        joins_with=_set(title["with"]),
        joins_at=_set(title["at"]),
        joins_for=_set(title["for"]),
        joins_perhaps_at=_set(title["perhaps_at"]),
        joins=_set(title["joins"]),
        articles=_set(title["articles"]),
        persons=_set(title["persons"]),
        fillers=_set(title["fillers"]),
        calendar=_set(title["calendar"]),
        rounds=_set(title["rounds"]),
        position=_set(title["position"]),
        systems=_set(title["systems"]),
        agencies=tuple(title["agencies"]),
        label_endings=tuple(title["label_endings"]),
    )


@cache
def text_words() -> TextWords:
    """What names a company or a role in a text."""
    data = _data()["text"]

    def label(phrases: list[str]) -> re.Pattern[str]:
        line = rf"^\W{{0,4}}{_any_case(phrases)}\s{{0,2}}[:=]\s{{0,3}}(\S.{{0,99}})$"
        return re.compile(line, re.IGNORECASE | re.MULTILINE)

    begins, precedes = _any_case(data["role_begins"]), _any_case(data["role_precedes"])
    return TextWords(
        company_label=label(data["company"]),
        role_label=label(data["role"]),
        role_follows=re.compile(_any_case(data["role_follows"]), re.IGNORECASE),
        role_between=re.compile(
            rf"{begins}\s((?:[^\s.,;:!?]{{1,30}}\s){{1,6}}?){precedes}", re.IGNORECASE
        ),
        role_connects=_set(data["role_connects"]),
        company_follows=_any_case(data["company_follows"]),
        company_precedes=_any_case(data["company_precedes"]),
    )


@cache
def _systems() -> _Systems:
    title = _data()["title"]
    begins = "|".join(re.escape(folded(each)) for each in title["system_locals"])
    return _Systems(
        hosts=frozenset(title["system_hosts"]),
        locals=re.compile(rf"(?:{begins})(?:$|[-_+.\d])"),
        rooms=any_phrase(title["rooms"]),
        recruiters=any_phrase(title["recruiters"]),
    )


def is_scheduler(address: Address) -> bool:
    """Whether an address is at a host that only makes appointments, for whatever end."""
    labels = address.domain.split(".")
    below = (".".join(labels[start:]) for start in range(len(labels)))
    return any(host in _systems().hosts for host in below)


def is_system(address: Address) -> bool:
    """Whether an address is a calendar's or a recruiting system's own, and no person's."""
    return (
        is_scheduler(address)
        or is_applicant_tracking(address.domain)
        or bool(_systems().locals.match(address.local))
    )


def is_room(address: Address) -> bool:
    """Whether an address is a room's, by its name or its calendar."""
    return bool(_systems().rooms.search(_said(address))) or address.domain.endswith(
        "resource.calendar.google.com"
    )


def is_recruiter(address: Address) -> bool:
    """Whether an address, by its name or what stands before its @, is of those who recruit."""
    return bool(_systems().recruiters.search(_said(address)))


def _said(address: Address) -> str:
    return plain(f"{address.name} {_SIGNS.sub(' ', address.local)}")

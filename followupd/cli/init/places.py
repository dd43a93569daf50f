"""Time zone, public holidays, language and manner: where the user lives, and how they write."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global

from followupd.cli.init.wishes import settle
from followupd.config.user import LANGUAGE, parts_of
from followupd.config.words import near, nearest, quoted
from followupd.domain.interview import Register
from followupd.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from followupd.cli.asking import Questions
    from followupd.cli.init.wishes import Wishes
    from followupd.config import User

_NO_COUNTRY = ("ZZ", "001")
_NONE = ("none", "no", "-")


@dataclass(frozen=True, slots=True)
class Place:
    """What the machine tells about where its user lives; each "" where it does not.

    Attributes:
        zone: IANA name.
        territory: the country of the locale, ISO 3166, such as `DE`.
        language: of the locale, ISO 639-1.
        languages: those that there are letters in.
    """

    zone: str = ""
    territory: str = ""
    language: str = ""
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True, slots=True)
class Living:
    """The answers."""

    timezone: ZoneInfo
    holidays: str | None
    language: str
    register: Register


def living_questions(wishes: Wishes, place: Place, known: User | None) -> Questions[Living]:
    """Ask where the user lives and how they write.

    Args:
        wishes: what was said already.
        place: what the machine tells.
        known: the user as configured before.
    """
    zone = yield from _zone(wishes, place, known)
    holidays = yield from _holidays(wishes, place, known, zone)
    language = yield from _language(wishes, place, known)
    register = yield from _register(wishes, known)
    return Living(zone, holidays, language, register)


def _zone(wishes: Wishes, place: Place, known: User | None) -> Questions[ZoneInfo]:
    usual = known.timezone.key if known is not None else place.zone

    def read(answer: str) -> ZoneInfo:
        if not answer and not usual:
            raise UsageError("It is needed: dates and sending hours are meant in it.")
        return ZoneInfo(zone_named(answer or usual))

    enter = f"Enter: {usual}" if usual else "such as Europe/Berlin"
    return (yield from settle(wishes, "timezone", f"Your time zone ({enter})", read))


def zone_named(text: str) -> str:
    """The IANA name that is meant; the city alone is enough where there is only one.

    Raises:
        UsageError: there is none.
    """
    zones = available_timezones()
    folded = {name.casefold(): name for name in zones}
    wanted = text.strip().replace(" ", "_").casefold()
    if wanted in folded:
        return folded[wanted]
    cities = [name for name in zones if name.casefold().rpartition("/")[2] == wanted]
    if len(cities) == 1:
        return cities[0]
    meant = nearest(text, zones, cutoff=0.4)
    hint = f"did you mean {meant}?" if meant else "write for example Europe/Berlin."
    raise UsageError(f"{quoted(text)} is no IANA time zone; {hint}")


def zone_is_telling(zone: str) -> bool:
    """Whether a machine in that zone says where its user lives: servers are often set to UTC."""
    return get_global("zone_territories").get(zone, "ZZ") not in _NO_COUNTRY


def country_of(zone: str, territory: str) -> str:
    """The country whose holidays are likely the user's; "" where none is known."""
    found = get_global("zone_territories").get(zone, "")
    for country in (found, territory):
        if country and country not in _NO_COUNTRY and parts_of(country) is not None:
            return str(country)
    return ""


def _holidays(
    wishes: Wishes, place: Place, known: User | None, zone: ZoneInfo
) -> Questions[str | None]:
    country = country_of(zone.key, place.territory)
    usual = (known.holidays if known is not None else country) or "none"
    parts = part_names(country) if country else {}

    def read(answer: str) -> str | None:
        return holidays_named(answer or usual, country)

    said: tuple[str, ...] = ("Public holidays are no working days: nothing is sent on them.",)
    if parts and wishes.asks:
        listed = ", ".join(_part(code, name) for code, name in parts.items())
        said = (*said, f"The parts of {_country_name(country)} have some of their own: {listed}.")
    example = f"{country}-{next(iter(parts))}" if parts else "DE-BE"
    text = f"Whose public holidays? (such as {example}, or none; Enter: {usual})"
    return (yield from settle(wishes, "holidays", text, read, *said))


def holidays_named(text: str, country: str) -> str | None:
    """The country or part of one that is meant; None for weekends only.

    Args:
        text: `DE`, `DE-BE`, or only the part, by its code or its name.
        country: where a part alone is looked for; "" for nowhere.

    Raises:
        UsageError: there is no such country or part.
    """
    wanted = text.strip()
    if wanted.casefold() in _NONE:
        return None
    if country and (part := _part_named(wanted, country)) is not None:
        return f"{country}-{part}"
    where, _, below = wanted.partition("-")
    there = parts_of(where.upper())
    if there is None:
        named = f"; a part of {_country_name(country)} is also possible" if country else ""
        raise UsageError(
            f"{quoted(text)} is no country that is known; write its two letters, such as "
            f"{country or 'DE'}{named}."
        )
    if not below:
        return where.upper()
    part = _part_named(below, where.upper())
    if part is None:
        named = ", ".join(there) or "none, so leave it out"
        raise UsageError(f"{quoted(below)} is no part of {where.upper()}; its parts are: {named}.")
    return f"{where.upper()}-{part}"


def _part_named(text: str, country: str) -> str | None:
    """The code of a part, by its code or its name."""
    wanted = _plain(text)
    for code, name in part_names(country).items():
        if wanted in (_plain(code), _plain(name)):
            return code
    return None


def part_names(country: str) -> Mapping[str, str]:
    """The parts of a country that have holidays of their own: code and name ("" if it has none)."""
    import holidays  # noqa: PLC0415 - a large package that is slow to load

    found = holidays.country_holidays(country)
    names = {code: aliases for code, aliases in found.get_subdivision_aliases().items() if aliases}
    return {code: max(map(str, names.get(code, [""])), key=len) for code in found.subdivisions}


def _part(code: str, name: str) -> str:
    return f"{code} ({name})" if name and name != code else code


def _plain(text: str) -> str:
    """Without accents and capitals, which nobody types alike."""
    apart = unicodedata.normalize("NFD", text.strip())
    return "".join(each for each in apart if not unicodedata.combining(each)).casefold()


def _country_name(country: str) -> str:
    return str(Locale("en").territories.get(country, country))


def _language(wishes: Wishes, place: Place, known: User | None) -> Questions[str]:
    usual = known.language if known is not None else place.language
    if known is None and usual not in place.languages:
        usual = "en"
    there = ", ".join(place.languages)

    def read(answer: str) -> str:
        language = (answer or usual).casefold()
        if not LANGUAGE.fullmatch(language):
            raise UsageError(f"{quoted(answer)} is not two letters; there are letters in: {there}.")
        if language not in place.languages and language != usual:
            raise UsageError(f"There are no letters in {quoted(language)}, only in: {there}.")
        return language

    text = f"Language of your letters ({there}; Enter: {usual})"
    return (yield from settle(wishes, "language", text, read))


def _register(wishes: Wishes, known: User | None) -> Questions[Register]:
    usual = known.register if known is not None else Register.FORMAL
    names = [each.value for each in Register]

    def read(answer: str) -> Register:
        word = answer.casefold() or usual.value
        if word not in names:
            raise UsageError(f"{quoted(answer)} is not possible; {near(word, names)}")
        return Register(word)

    text = f"How do they speak to their readers? ({' or '.join(names)}; Enter: {usual.value})"
    return (yield from settle(wishes, "register", text, read))

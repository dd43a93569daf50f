"""Checking what the configuration says of the user: name, zone, days, language and letters."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, available_timezones

from followupd.config.days_off import read_days_off
from followupd.config.keys import USER
from followupd.config.paths import absolute, is_folder
from followupd.config.settings import User
from followupd.config.words import nearest, quoted
from followupd.domain.interview import Register

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from followupd.config.table import Table

TEMPLATES: Final = "templates"
"""The folder beside the configuration that holds the user's templates where nothing is said."""

LANGUAGE = re.compile(r"[a-z]{2}")
_COUNTRY = re.compile(r"[A-Z]{2,3}")


def read_user(top: Table, base: Path, beside: Path | None, today: date | None) -> User:
    """Read the section about the user.

    Args:
        top: the whole document.
        base: what relative paths are below; absolute.
        beside: the folder of the configuration file; None where there is no file.
        today: the day in the user's zone; None for that of the machine's clock.
    """
    table = top.table("user", USER)
    if table is None:
        if "user" not in top:
            top.mistake("user", "the section [user] is missing; it holds your name and timezone")
        return User("", ZoneInfo("UTC"), None, "en")
    zone = _zone(table)
    return User(
        name=table.text("name", "Robin Doe").strip(),
        timezone=zone,
        holidays=_holidays(table),
        language=_language(table),
        register=table.choice("register", Register.FORMAL),
        days_off=read_days_off(table, today or datetime.now(zone).date()),
        templates=_templates(table, base, beside),
    )


def _language(table: Table) -> str:
    language = table.optional_text("language") or "en"
    if not LANGUAGE.fullmatch(language):
        table.mistake("language", 'must be two small letters (ISO 639-1), such as "en" or "de"')
    return language


def _zone(table: Table) -> ZoneInfo:
    zone = table.text("timezone", "Europe/Berlin")
    if zone and zone not in (zones := available_timezones()):
        meant = nearest(zone, zones, cutoff=0.4)
        hint = f"did you mean {quoted(meant)}?" if meant else 'write for example "Europe/Berlin"'
        table.mistake("timezone", f"{quoted(zone)} is no IANA time zone; {hint}")
        zone = ""
    return ZoneInfo(zone or "UTC")


def _holidays(table: Table) -> str | None:
    """Check the holidays' place against what the `holidays` package knows."""
    wanted = table.optional_text("holidays")
    if wanted is None or wanted.casefold() == "none":
        return None
    country, _, subdivision = wanted.partition("-")
    parts = parts_of(country)
    if parts is None:
        meant = nearest_place(wanted)
        hint = f"did you mean {quoted(meant)}?" if meant else 'write for example "DE-BE" or "US"'
        table.mistake("holidays", f"{quoted(wanted)} is no country that is known; {hint}")
    elif "-" in wanted and subdivision not in parts:
        named = ", ".join(parts) or "none, so leave it out"
        table.mistake(
            "holidays", f"{quoted(subdivision)} is no part of {country}; its parts are: {named}"
        )
    return wanted


def parts_of(country: str) -> tuple[str, ...] | None:
    """The parts of a country, by its code; None where the package does not know it."""
    import holidays  # noqa: PLC0415 - a large package that a user without holidays never needs

    # The package also takes names of its classes, which are no codes.
    if not _COUNTRY.fullmatch(country):
        return None
    try:
        place = holidays.country_holidays(country)
    except (NotImplementedError, TypeError):  # TypeError: "MON" is a weekday of the package
        return None
    # It takes the codes of stock exchanges as well.
    return None if getattr(place, "market", None) else tuple(place.subdivisions)


def nearest_place(wanted: str) -> str | None:
    """The country or part that was probably meant; it loads them all, which takes its time."""
    import holidays  # noqa: PLC0415 - as above

    places = holidays.list_supported_countries(include_aliases=True)
    return nearest(wanted, [*places, *(f"{one}-{part}" for one in places for part in places[one])])


def _templates(table: Table, base: Path, beside: Path | None) -> Path | None:
    if TEMPLATES not in table:
        usual = beside / TEMPLATES if beside is not None else None
        return usual if usual is not None and is_folder(usual) else None
    place = table.optional_text(TEMPLATES)
    path = absolute(table, TEMPLATES, place, base) if place is not None else None
    if path is not None and not is_folder(path):
        table.mistake(
            TEMPLATES,
            f"there is no folder {quoted(str(path))}; create it, or leave this out if you have "
            "no templates of your own",
        )
    return path

"""People, what is known of them, and promises as they are typed; pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from followupd.cli.when import read_day
from followupd.config.words import near, nearest, quoted
from followupd.domain.interview import Channel, Part, Person, Promise, Register
from followupd.errors import UnreadableMessage, UsageError
from followupd.reading.addresses import mailbox_key, read_addresses
from followupd.reading.text import clean
from followupd.writing.draft import Envelope, compose

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence
    from datetime import date

NAME_LIMIT = 100
PHONE_LIMIT = 60
GREETING_LIMIT = 100
TEXT_LIMIT = 300

_LANGUAGE = re.compile(r"[a-z]{2}")
_CHANNELS = {"email": Channel.EMAIL, "call": Channel.CALL, "phone": Channel.CALL}


class Detail(StrEnum):
    """What may be known of a person besides name, address and part."""

    PREFERS = "prefers"
    PHONE = "phone"
    TIMEZONE = "timezone"
    LANGUAGE = "language"
    REGISTER = "register"
    GREETING = "greeting"


AFTER_ADD = {
    "prefers": Detail.PREFERS,
    "phone": Detail.PHONE,
    "timezone": Detail.TIMEZONE,
    "speaks": Detail.LANGUAGE,
    "register_of": Detail.REGISTER,
    "greeting": Detail.GREETING,
}
"""The details under the names of the options of `add`, each given as "PERSON: value"."""


def option_of(name: str) -> str:
    """The option of a value: `register_of` is `--register-of`."""
    return f"--{name.replace('_', '-')}"


def read_people(
    arguments: Namespace, own: Iterable[str], known: Sequence[Person] = ()
) -> tuple[Person, ...]:
    """Everybody who was named, part by part, after those who are known already.

    Args:
        arguments: with a list of mailboxes for each part, and of every detail in `AFTER_ADD`.
        own: the user's own addresses.
        known: the people of the round before; a name that is given anew replaces theirs.

    Raises:
        UsageError: an address cannot be written to or is the user's own, or a detail is about
            nobody; the option is named.
    """
    own = frozenset(own)
    people = list(known)
    for part in Part:
        for text in getattr(arguments, part.value):
            person = read_person(text, part, option_of(part.value), own)
            places = [n for n, p in enumerate(people) if (p.key, p.part) == (person.key, part)]
            if not places:
                people.append(alike(person, people))
            elif person.name:
                people[places[0]] = replace(people[places[0]], name=person.name)
    order = {part: place for place, part in enumerate(Part)}
    people.sort(key=lambda person: order[person.part])
    return _with_details(people, arguments)


def alike(person: Person, people: Iterable[Person]) -> Person:
    """The person with what is known of them in another part."""
    for other in people:
        if other.key == person.key:
            return replace(other, part=person.part, name=person.name or other.name)
    return person


def read_promises(
    texts: Iterable[str], today: date, option: str = "--promise"
) -> tuple[Promise, ...]:
    """Promises, each as "DATE: what".

    Raises:
        UsageError: one has no date or says nothing.
    """
    promises = []
    for text in texts:
        day, _, what = text.partition(":")
        said = clean(what, TEXT_LIMIT)
        if not said:
            raise UsageError(
                f"{option}: {quoted(text)} must be a date, a colon and what you promised, "
                'such as "2026-12-03: the writing sample"'
            )
        promises.append(Promise(read_day(day, today, option), said))
    return tuple(promises)


def read_person(text: str, part: Part, option: str, own: Iterable[str]) -> Person:
    """One person, as a mailbox (RFC 5322, section 3.4).

    Args:
        text: such as `Dana Fox <dana@acme.example>`.
        part: the part they play.
        option: what it was given for, to name in the error.
        own: the user's own addresses.

    Raises:
        UsageError: it is no mailbox, or one that cannot be written to, or the user's own.
    """
    found = read_addresses(text)
    if len(found) != 1 or not found[0].address:
        hint = "; a name with a comma goes in quotes" if "," in text else ""
        raise UsageError(
            f"{option}: {quoted(text)} is no mailbox; write for example "
            f'"Dana Fox <dana@acme.example>"{hint}'
        )
    address = found[0]
    _try_to_write(address.address, option)
    if address.mailbox_key in {mailbox_key(each) for each in own}:
        raise UsageError(f"{option}: {address.address} is your own address")
    return Person(clean(address.name, NAME_LIMIT), address.address, part)


def read_part(text: str, option: str) -> Part:
    """A part as it is typed: `hiring-manager`, `hiring_manager`, `Hiring manager`.

    Raises:
        UsageError: there is no such part.
    """
    parts = {part.value.replace("_", "-"): part for part in Part}
    name = "-".join(text.casefold().replace("_", " ").replace("-", " ").split())
    if name not in parts:
        raise UsageError(f"{option}: there is no part {quoted(text)}; {near(name, parts)}")
    return parts[name]


def read_language(text: str, option: str) -> str:
    """A language as ISO 639-1 writes it, such as `de`.

    Raises:
        UsageError: it is none.
    """
    language = text.strip().casefold()
    if not _LANGUAGE.fullmatch(language):
        raise UsageError(
            f"{option}: {quoted(text)} is no language; write two letters, such as en or de"
        )
    return language


def detailed(person: Person, detail: Detail, text: str, option: str) -> Person:
    """The person with a detail as it was typed; "" for not known any more.

    Raises:
        UsageError: it cannot be understood; the option is named.
    """
    value = text.strip()
    match detail:
        case Detail.PREFERS:
            return replace(person, channel=_channel(value, option) if value else None)
        case Detail.PHONE:
            return replace(person, phone=clean(value, PHONE_LIMIT) or None)
        case Detail.TIMEZONE:
            return replace(person, timezone=_zone(value, option) if value else None)
        case Detail.LANGUAGE:
            return replace(person, language=read_language(value, option) if value else None)
        case Detail.REGISTER:
            return replace(person, register=_register(value, option) if value else None)
        case Detail.GREETING:
            return replace(person, greeting=clean(value, GREETING_LIMIT) or None)


def _try_to_write(address: str, option: str) -> None:
    """Refuse today the address that no draft could be written to on the day it is due."""
    stand_in = "someone@localhost.invalid"
    envelope = Envelope(
        message_id=f"<{stand_in}>",
        date=datetime(2026, 1, 1, tzinfo=UTC),
        from_name="",
        from_address=stand_in,
        to_name="",
        to_address=address,
        thread=None,
    )
    try:
        compose(envelope, "?", "?")
    except UnreadableMessage as error:
        raise UsageError(f"{option}: {error}") from None


def _with_details(people: list[Person], arguments: Namespace) -> tuple[Person, ...]:
    for name, detail in AFTER_ADD.items():
        option = option_of(name)
        for text in getattr(arguments, name):
            who, _, value = (part.strip() for part in text.partition(":"))
            named = {p.key for p in people} | {p.name.casefold() for p in people if p.name}
            if who.casefold() not in named or not value:
                raise UsageError(
                    f"{option}: {quoted(text)} must name one of the people given here, then a "
                    'colon and the value, such as "Dana Fox: call"'
                )
            people = [
                detailed(person, detail, value, option)
                if who.casefold() in (person.key, person.name.casefold())
                else person
                for person in people
            ]
    return tuple(people)


def _channel(value: str, option: str) -> Channel:
    if value.casefold() not in _CHANNELS:
        raise UsageError(f'{option}: {quoted(value)} must be "email" or "call"')
    return _CHANNELS[value.casefold()]


def _register(value: str, option: str) -> Register:
    try:
        return Register(value.casefold())
    except ValueError:
        names = [register.value for register in Register]
        raise UsageError(
            f"{option}: {quoted(value)} must be {' or '.join(quoted(name) for name in names)}"
        ) from None


def _zone(value: str, option: str) -> str:
    zones = available_timezones()
    if value not in zones:
        meant = nearest(value, zones, cutoff=0.4)
        hint = f"did you mean {meant}?" if meant else "write for example Europe/Berlin"
        raise UsageError(f"{option}: {quoted(value)} is no IANA time zone; {hint}")
    return value

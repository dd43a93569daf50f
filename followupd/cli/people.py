"""People and promises as they are typed after `add`; pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from followupd.cli.when import read_day
from followupd.config.words import nearest, quoted
from followupd.domain.interview import Channel, Part, Person, Promise
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
TEXT_LIMIT = 300


def read_people(arguments: Namespace, own: Iterable[str]) -> tuple[Person, ...]:
    """Everybody who was named, part by part.

    Args:
        arguments: with a list of mailboxes for each part, and of `prefers`, `phone`, `timezone`.
        own: the user's own addresses.

    Raises:
        UsageError: an address cannot be written to or is the user's own, or a detail is about
            nobody; the option is named.
    """
    ours = {mailbox_key(address) for address in own}
    people: list[Person] = []
    for part in Part:
        option = f"--{part.value.replace('_', '-')}"
        for text in getattr(arguments, part.value):
            person = _read_person(text, part, option)
            if mailbox_key(person.address) in ours:
                raise UsageError(f"{option}: {person.address} is your own address")
            if not any((p.key, p.part) == (person.key, part) for p in people):
                people.append(person)
    return _with_details(people, arguments)


def read_promises(texts: Sequence[str], today: date) -> tuple[Promise, ...]:
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
                f"--promise: {quoted(text)} must be a date, a colon and what you promised, "
                'such as "2026-12-03: the writing sample"'
            )
        promises.append(Promise(read_day(day, today, "--promise"), said))
    return tuple(promises)


def _read_person(text: str, part: Part, option: str) -> Person:
    found = read_addresses(text)
    if len(found) != 1 or not found[0].address:
        hint = "; a name with a comma goes in quotes" if "," in text else ""
        raise UsageError(
            f"{option}: {quoted(text)} is no mailbox; write for example "
            f'"Dana Fox <dana@acme.example>"{hint}'
        )
    address = found[0]
    _try_to_write(address.address, option)
    return Person(clean(address.name, NAME_LIMIT), address.address, part)


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
    for option, texts in (
        ("--prefers", arguments.prefers),
        ("--phone", arguments.phone),
        ("--timezone", arguments.timezone),
    ):
        for text in texts:
            who, _, value = (part.strip() for part in text.partition(":"))
            named = {p.key for p in people} | {p.name.casefold() for p in people if p.name}
            if who.casefold() not in named or not value:
                raise UsageError(
                    f"{option}: {quoted(text)} must name one of the people given here, then a "
                    'colon and the value, such as "Dana Fox: call"'
                )
            people = [
                _detailed(person, option, value)
                if who.casefold() in (person.key, person.name.casefold())
                else person
                for person in people
            ]
    return tuple(people)


def _detailed(person: Person, option: str, value: str) -> Person:
    if option == "--phone":
        return replace(person, phone=clean(value, PHONE_LIMIT))
    if option == "--prefers":
        channels = {"email": Channel.EMAIL, "call": Channel.CALL, "phone": Channel.CALL}
        if value.casefold() not in channels:
            raise UsageError(f'--prefers: {quoted(value)} must be "email" or "call"')
        return replace(person, channel=channels[value.casefold()])
    zones = available_timezones()
    if value not in zones:
        meant = nearest(value, zones, cutoff=0.4) or "Europe/Berlin"
        raise UsageError(f"--timezone: {quoted(value)} is no IANA time zone; such as {meant}")
    return replace(person, timezone=value)

"""`digest`: what the daily message would say now, or its delivery by hand."""

from __future__ import annotations

import sys
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from followupd.cli.opening import open_quietly
from followupd.cli.screen import Screen, print_json
from followupd.config import DigestWay
from followupd.domain.days import say_day, say_moment
from followupd.reading.text import clean
from followupd.service.digesting import Delivered, deliver, digest_now, next_digest_at
from followupd.writing.digest_mail import digest_text

if TYPE_CHECKING:
    from argparse import Namespace

    from followupd.domain.digest import Digest
    from followupd.service.clock import Clock
    from followupd.service.digesting import Delivery
    from followupd.service.world import World

_FAILED = 1


def digest(arguments: Namespace, clock: Clock) -> int:
    """Print what the digest would say now, or deliver it.

    Raises:
        ConfigError: the configuration is missing or wrong.
        UsageError: it is to be sent, and no digest is configured.
        StoreError: the database cannot be used.
    """
    with open_quietly(arguments, clock) as (world, state):
        if not arguments.send:
            return _show(arguments, world)
        made = digest_now(world, world.clock.now())
        delivery = deliver(world, state, by_hand=True)
        return _tell(arguments, world, delivery, made)


def _show(arguments: Namespace, world: World) -> int:
    now = world.clock.now()
    made = digest_now(world, now)
    next_at = next_digest_at(world.settings, world.store, now)
    if arguments.json:
        next_one = next_at.isoformat() if next_at is not None else None
        print_json({"next_at": next_one, "digest": digest_to_json(made)})
        return 0
    screen = Screen()
    if made is None:
        screen.line("There is nothing to say today.")
    else:
        text = digest_text(made, world.settings.user.language)
        screen.line(text.subject, "bold")
        screen.line()
        screen.text(text.body)
    if made is None and next_at is not None and next_at <= now:
        return 0
    screen.line()
    if next_at is None:
        screen.line("It is not delivered: the configuration has no [digest].", "dim")
    elif next_at <= now:
        screen.line("Today's is due now; `followupd run` delivers it.", "dim")
    else:
        today = world.workdays.day_of(now)
        screen.line(f"The next one is due on {say_moment(next_at, today)}.", "dim")
    return 0


def _tell(arguments: Namespace, world: World, delivery: Delivery, made: Digest | None) -> int:
    code = 0 if delivery.outcome in (Delivered.PLACED, Delivered.NOTHING) else _FAILED
    if arguments.json:
        print_json(
            {
                "outcome": delivery.outcome.value,
                "problem": delivery.problem,
                "next_at": delivery.again_at.isoformat(),
                "digest": digest_to_json(made),
            }
        )
        return code
    today = world.workdays.day_of(world.clock.now())
    then = say_moment(delivery.again_at, today)
    match delivery.outcome:
        case Delivered.PLACED:
            Screen().line(f"{_where(world)} The next one is due on {then}.")
        case Delivered.NOTHING:
            Screen().line("There is nothing to say today, so nothing was sent.")
        case Delivered.ALREADY | Delivered.NOT_DUE:
            said = f"today's digest has been delivered already; the next one is due on {then}"
            print(f"followupd: {said}", file=sys.stderr)
        case Delivered.FAILED | Delivered.UNCLEAR:
            print(f"followupd: {clean(delivery.problem, 1000)}", file=sys.stderr)
    return code


def _where(world: World) -> str:
    configured = world.settings.digest
    today = say_day(
        world.workdays.day_of(world.clock.now()), world.workdays.day_of(world.clock.now())
    )
    if configured is None or configured.via is DigestWay.APPRISE:
        return f"The digest of {today} was handed to the service behind digest.url."
    address = world.settings.account(configured.account).address
    done = "was sent to" if configured.via is DigestWay.SMTP else "lies in the INBOX of"
    return f"The digest of {today} {done} {address}."


def digest_to_json(made: Digest | None) -> object:
    """A digest as JSON: its parts by name, days in ISO 8601; None for nothing to say."""
    return None if made is None else _plain(made)


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return value

"""`person`: the people of an interview, listed, added, changed and removed.

What a command finds and what it records lies in one transaction; what makes no sense is refused,
and then nothing is changed at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from followupd.cli.desk import history_of, open_desk
from followupd.cli.format import as_typed, contact_words, name_of, person_name, worded
from followupd.cli.people import NAME_LIMIT, Detail, alike, detailed, read_part, read_person
from followupd.cli.screen import Screen, print_json
from followupd.cli.standing import what_follows
from followupd.config.words import quoted
from followupd.domain.acts import PersonRecorded, PersonRemoved
from followupd.errors import FollowupdError, UsageError
from followupd.reading.addresses import read_addresses
from followupd.reading.text import clean

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from followupd.cli.desk import Desk
    from followupd.domain.events import Event
    from followupd.domain.history import History
    from followupd.domain.interview import Person
    from followupd.service.clock import Clock


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be recorded, and what is said about it."""

    events: tuple[Event, ...]
    said: tuple[str, ...]


def person(arguments: Namespace, clock: Clock) -> int:
    """Change the people of an interview, or list them."""
    with open_desk(arguments, clock) as desk:
        said: tuple[str, ...] = ()
        if arguments.act is not None:
            with desk.store.begin() as transaction:
                history = history_of(desk.histories(transaction), arguments.id)
                change = _ACTS[arguments.act](arguments, history, desk)
                for event in change.events:
                    transaction.append(arguments.id, event)
            said = change.said
        histories = desk.histories()
        history = history_of(histories, arguments.id)
        if arguments.json:
            print_json([person_to_json(each, history) for each in history.interview.people])
        elif not said:
            _show(history)
        else:
            screen = Screen()
            for sentence in (*said, *what_follows(history, desk.plan(history, histories), desk)):
                screen.line(sentence)
    return 0


def _add(arguments: Namespace, history: History, desk: Desk) -> Change:
    people = history.interview.people
    part = read_part(arguments.part, "--part")
    new = alike(read_person(arguments.who, part, "PERSON", desk.settings.own_addresses), people)
    if any((each.key, each.part) == (new.key, part) for each in people):
        raise FollowupdError(
            f"{person_name(new)} is {worded(part)} of interview {history.interview_id} already; "
            f"`followupd person {history.interview_id} change {new.address}` changes what is known"
        )
    new = _with_details(new, arguments)
    return Change((PersonRecorded(at=desk.now, person=new),), (f"Added: {_described(new)}.",))


def _change(arguments: Namespace, history: History, desk: Desk) -> Change:
    number, people = history.interview_id, history.interview.people
    known = people_named(arguments.who, history.interview.people, history.interview_id)
    events: list[Event] = []
    changed: list[Person] = []
    for old in known:
        new = _with_details(_renamed(old, arguments, desk), arguments)
        if arguments.part is not None:
            new = replace(new, part=read_part(arguments.part, "--part"))
        if new == old:
            continue
        if (new.key, new.part) != (old.key, old.part):
            _refuse_taken(new, people, number)
        if new.part is not old.part:
            if len(known) > 1:
                raise UsageError(
                    f"--part: {person_name(old)} is {' and '.join(worded(p.part) for p in known)}; "
                    f"remove one of them with `followupd person {number} remove {old.address} "
                    f"--part {as_typed(old.part)}` and add the other"
                )
            events.append(PersonRemoved(at=desk.now, address=old.address, part=old.part))
            before = old.address if new.key != old.key else ""
            events.append(PersonRecorded(at=desk.now, person=new, instead_of=before))
        else:
            events.append(PersonRecorded(at=desk.now, person=new, instead_of=old.address))
        changed.append(new)
    if not events:
        raise FollowupdError(
            f"nothing changes for {person_name(known[0])}; name what does, such as --prefers call"
        )
    return Change(tuple(events), tuple(f"Changed: {_described(new)}." for new in changed))


def _remove(arguments: Namespace, history: History, desk: Desk) -> Change:
    known = people_named(arguments.who, history.interview.people, history.interview_id)
    if arguments.part is not None:
        part = read_part(arguments.part, "--part")
        parts = " and ".join(worded(each.part) for each in known)
        known = tuple(each for each in known if each.part is part)
        if not known:
            raise UsageError(f"--part: {quoted(arguments.who)} is {parts}, not {worded(part)}")
    return Change(
        tuple(PersonRemoved(at=desk.now, address=p.address, part=p.part) for p in known),
        tuple(f"Removed: {person_name(each)}, {worded(each.part)}." for each in known),
    )


_ACTS = {"add": _add, "change": _change, "remove": _remove}


def people_named(
    text: str, people: Sequence[Person], number: int, option: str = "PERSON"
) -> tuple[Person, ...]:
    """The one person that an address or a name means, in every part they play.

    Args:
        text: as it was typed.
        people: who may be meant.
        number: of the interview they belong to.
        option: what it was given for, to name in the error.

    Raises:
        UsageError: it means nobody, or several.
    """
    said = text.strip().casefold()
    mailboxes = {each.address.casefold() for each in read_addresses(text) if each.address}
    words = set(said.split())
    ways = (
        [each for each in people if each.key in {said, *mailboxes}],
        [each for each in people if each.name and each.name.casefold() == said],
        [each for each in people if words and words <= set(each.name.casefold().split())],
    )
    found = next(filter(None, ways), [])
    keys = {each.key for each in found}
    if len(keys) == 1:
        return tuple(found)
    if keys:
        which = ", ".join(dict.fromkeys(each.address for each in found))
        raise UsageError(f"{option}: {quoted(text)} may be any of {which}; name the address")
    raise UsageError(
        f"{option}: nobody of interview {number} is called {quoted(text)}; "
        f"`followupd person {number}` shows who there is"
    )


def _renamed(old: Person, arguments: Namespace, desk: Desk) -> Person:
    new = old
    if arguments.address is not None:
        own = desk.settings.own_addresses
        typed = read_person(arguments.address, old.part, "--address", own)
        new = replace(new, address=typed.address, name=typed.name or new.name)
    if arguments.name is not None:
        new = replace(new, name=clean(arguments.name, NAME_LIMIT))
    return new


def _with_details(new: Person, arguments: Namespace) -> Person:
    for detail in Detail:
        typed = getattr(arguments, detail.value)
        if typed is not None:
            new = detailed(new, detail, typed, f"--{detail.value}")
    return new


def _refuse_taken(new: Person, people: Sequence[Person], number: int) -> None:
    if any((each.key, each.part) == (new.key, new.part) for each in people):
        raise FollowupdError(
            f"{new.address} is {worded(new.part)} of interview {number} already; "
            f"`followupd person {number} remove` removes one that is too many"
        )


def person_to_json(each: Person, history: History) -> dict[str, object]:
    """A person of an interview, for programs; `reachable`: mail to them has not come back."""
    return {
        "name": each.name,
        "address": each.address,
        "part": each.part,
        "phone": each.phone,
        "channel": each.channel,
        "timezone": each.timezone,
        "language": each.language,
        "register": each.register,
        "greeting": each.greeting,
        "reachable": each.key not in history.unreachable,
    }


def _show(history: History) -> None:
    number = history.interview_id
    screen = Screen()
    screen.line(f"{number}: {name_of(history.interview)}", "bold")
    screen.line()
    if history.interview.people:
        rows = [
            (
                worded(each.part),
                f"{each.name}\n{each.address}".strip(),
                "\n".join(known_words(each, history)),
            )
            for each in history.interview.people
        ]
        screen.table(("PART", "WHO", "KNOWN"), rows, cut=(14, 34))
    else:
        screen.line("Nobody is named, so there is nobody to write to.")
    screen.line()
    screen.line(
        f'`followupd person {number} add "NAME <ADDRESS>" --part PART` adds somebody; `change '
        "PERSON --prefers call` and the like, or `remove PERSON`, put them right."
    )


def known_words(each: Person, history: History) -> Iterator[str]:
    """What is known of a person besides name, address and part, a few words each."""
    said = [
        contact_words(each),
        clean(each.phone or "", NAME_LIMIT),
        each.timezone or "",
        f"language {each.language}" if each.language else "",
        each.register or "",
        clean(each.greeting or "", NAME_LIMIT),
        "mail comes back" if each.key in history.bounced else "",
        "no longer there" if each.key in history.gone else "",
    ]
    yield from (words for words in said if words)


def _described(each: Person) -> str:
    address = f" <{each.address}>" if each.name else ""
    return f"{person_name(each)}{address}, {worded(each.part)}"

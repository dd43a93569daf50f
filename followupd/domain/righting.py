"""What it means that something recorded was put right; a part of `folding.fold`.

* A person whose address changed is the same person: what went to them, what they said and what the
  user wants of them goes along. What came back from the old address never reached them.
* Who was removed is remembered: what was sent to them was sent.
* A draft that was laid before is outdated where it may say what is now said otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from followupd.domain.acts import InterviewEdited, PersonRecorded, PersonRemoved
    from followupd.domain.history import Draft, History


def with_edit(history: History, act: InterviewEdited) -> History:
    """What was recorded of the interview is put right."""
    known = history.interview
    interview = replace(
        known,
        company=known.company if act.company is None else act.company,
        role=known.role if act.role is None else act.role,
        language=known.language if act.language is None else act.language,
        register=known.register if act.register is None else act.register,
        cadence=known.cadence if act.cadence is None else act.cadence,
        is_final=known.is_final if act.is_final is None else act.is_final,
    )
    history = replace(history, interview=interview)
    if replace(interview, cadence=known.cadence) == known:
        return history  # no letter names the cadence
    return _outdated(history, lambda _: True)


def with_person(history: History, act: PersonRecorded) -> History:
    """One person more, or another one in the place of the first; the order is kept.

    An address that is new has to be looked for in earlier mail.
    """
    people = list(history.interview.people)
    new = act.person
    old = (act.instead_of or new.address).casefold()
    is_known = any(person.key == new.key for person in people)
    before = None
    places = [n for n, each in enumerate(people) if (each.key, each.part) == (old, new.part)]
    if places:
        before, people[places[0]] = people[places[0]], new
    else:
        people.append(new)
    history = replace(
        history,
        interview=replace(history.interview, people=tuple(people)),
        formerly={key: now for key, now in history.formerly.items() if key != new.key},
    )
    if before is not None and before != new:
        history = _outdated(history, lambda draft: draft.key == new.key)
    if act.instead_of and all(person.key != old for person in people):
        history = _readdressed(history, old, new.key)
    if is_known:
        return history
    return replace(history, searched=frozenset(), added_later=history.added_later + 1)


def without_person(history: History, act: PersonRemoved) -> History:
    """Somebody does not belong to the interview, at least not in that part."""
    gone = (act.address.casefold(), act.part)
    people = history.interview.people
    removed = tuple(person for person in people if (person.key, person.part) == gone)
    rest = tuple(person for person in people if (person.key, person.part) != gone)
    return replace(
        history,
        interview=replace(history.interview, people=rest),
        removed=(*history.removed, *removed),
    )


def unsent(history: History, address: str, message_id: str) -> History:
    """A message to an address that its person has no longer came back: it was not written."""
    now = history.formerly.get(address.casefold())
    if now is None:
        return history
    reached = tuple(
        each for each in history.written if (each.address, each.message_id) != (now, message_id)
    )
    return replace(history, written=reached)


def _readdressed(history: History, old: str, new: str) -> History:
    """The person of an address has another one; no part of theirs has the old one any more."""

    def now(key: str) -> str:
        return new if key == old else key

    written = history.written
    if old not in history.bounced:
        written = tuple(replace(each, address=now(each.address)) for each in written)
    heard = dict(history.heard)
    if old in heard:
        at = heard.pop(old)
        heard[new] = max(at, heard.get(new, at))
    formerly = {key: now(known) for key, known in history.formerly.items()}
    return replace(
        history,
        formerly=formerly | {old: new},
        drafts=tuple(
            replace(draft, moved_to=new, outdated=True) if draft.key == old else draft
            for draft in history.drafts
        ),
        written=written,
        heard=heard,
        absences={now(key): note for key, note in history.absences.items()},
        skips=tuple(
            replace(skip, person=new) if skip.person.casefold() == old else skip
            for skip in history.skips
        ),
        calls=tuple(replace(call, person=now(call.person)) for call in history.calls),
        topics={now(key): text for key, text in history.topics.items()},
        requests=tuple(
            replace(request, person=new) if request.person.casefold() == old else request
            for request in history.requests
        ),
    )


def _outdated(history: History, concerns: Callable[[Draft], bool]) -> History:
    drafts = tuple(
        replace(draft, outdated=True) if draft.state.is_open and concerns(draft) else draft
        for draft in history.drafts
    )
    return replace(history, drafts=drafts)

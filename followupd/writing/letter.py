"""What a template is given: the facts of one letter, as plain values.

A template sees the fields of `Letter` by their names and nothing else: no mail, no database, no
clock. `sample_letters` covers what may be absent, so that a template which forgets a case fails
when it is checked and not on the day it is due.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from followupd.domain.interview import Part, Register
from followupd.reading.text import clean

_SHORT = 120
_LINE = 400
_LINES = 60

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
    name = _EXTRAS.sub("", clean(display_name, _SHORT)).strip(_QUOTES + " ,")
    if not name or any(mark.isdigit() or mark in "@_\\" for mark in name):
        return None
    if _EAST_ASIAN.search(name):
        return name
    if {_bare(word) for word in name.split()} & _GROUPS:
        return None
    words = _given_first(name)
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


def _given_first(name: str) -> list[str]:
    """The words of a name, the given names first; empty when the order cannot be told."""
    pieces = [piece.split() for piece in name.split(",")]
    pieces = [words for words in pieces if words and not _all_credentials(words)]
    if len(pieces) == 1:
        return pieces[0]
    if len(pieces) != 2:  # noqa: PLR2004 - "family, given"
        return []
    family, given = pieces
    # "van der Berg, Anna" is a family name first; "Dana Fox, Acme" is not.
    known = len(family) == 1 or family[0].islower()
    return given if known else []


def _all_credentials(words: list[str]) -> bool:
    return all(_bare(word) in _CREDENTIALS for word in words)


def _bare(word: str) -> str:
    return word.strip(_QUOTES + ".,").replace(".", "").casefold()


@dataclass(frozen=True, slots=True)
class Hours:
    """When to ring somebody.

    Attributes:
        first: the beginning of good hours, their wall time, such as `09:30`.
        last: the end, likewise.
        place: where that time holds, such as `Europe/Berlin`; "" where their zone is not known.
        first_here: the same beginning in the user's own time; "" where it is the same.
        last_here: likewise.
    """

    first: str
    last: str
    place: str = ""
    first_here: str = ""
    last_here: str = ""


class Deed(StrEnum):
    """What kind of thing happened, for a template to put into words."""

    HELD = "held"
    DRAFT_SENT = "draft_sent"
    WROTE = "wrote"
    HEARD = "heard"
    CALLED = "called"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened.

    Attributes:
        on: the day, in the user's zone.
        deed: `held` the interview, `draft_sent` and `wrote` by the user to `who`, `heard` from
            `who`, `called` by the user, `dismissed` a draft to `who`.
        who: the person's name; may be empty.
        step: the draft's step, such as `check-in`; "" where it was none.
    """

    on: date
    deed: Deed
    who: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The facts of one letter; a template's variables. All dates are days in the user's zone.

    Attributes:
        user_name: the user, as they sign.
        language: ISO 639-1.
        company: as the user wrote it.
        role: as the user wrote it.
        held_on: the day of the interview.
        today: the day the letter is written.
        expected_by: the day by which a decision was expected, whether promised or assumed.
        decision_by: the day for which a decision was promised; None when it is only assumed,
            and then no letter may speak of a promised day.
        person_name: the display name of the person written to; "" when it is not known.
        person_part: the part they play, or None when the letter is to nobody in particular.
        panel_index: 0-based place among the people who get this same step, to vary the words.
        panel_size: how many they are, at least 1.
        earlier: the days on which this person was written to before, oldest first.
        recruiter_name: who was asked before this person, in a letter that goes past them; else
            None.
        promise_what: what the user promised, in their own words, or None.
        promise_on: the day it was promised for, or None.
        phone: the person's number as the user wrote it, or None.
        hours: when to ring, or None where nothing is known.
        so_far: what has happened, oldest first.
        notes: the user's own notes, oldest first.
        register: how the letter speaks to the person.
        greeting: how it is to begin, in the user's words, such as `Dear Dr. Fox,`; or None.
        is_final: it was the last round: only an offer is open.
        topic: what the user and this person talked about, continuing "we talked about"; or None.
        changed_plans: a change in the user's own plans, a sentence in their words; or None.
        call_promised_on: the day on which the person meant to call, or None.
        stands_in_for: the name of the person who is away and for whom this one stands in; or None.
        article: the title of an article or the like that the user wants to share, or None.
        link: where it is to be found, or None.
        contact: the name of somebody the user offers an introduction to, or None.
        reason: why that may be of use, in the user's words, or None.
    """

    user_name: str
    language: str
    company: str
    role: str
    held_on: date
    today: date
    expected_by: date
    decision_by: date | None = None
    person_name: str = ""
    person_part: Part | None = None
    panel_index: int = 0
    panel_size: int = 1
    earlier: tuple[date, ...] = ()
    recruiter_name: str | None = None
    promise_what: str | None = None
    promise_on: date | None = None
    phone: str | None = None
    hours: Hours | None = None
    so_far: tuple[Happening, ...] = ()
    notes: tuple[str, ...] = ()
    register: Register = Register.FORMAL
    greeting: str | None = None
    is_final: bool = False
    topic: str | None = None
    changed_plans: str | None = None
    call_promised_on: date | None = None
    stands_in_for: str | None = None
    article: str | None = None
    link: str | None = None
    contact: str | None = None
    reason: str | None = None

    @property
    def first_name(self) -> str | None:
        """The name to greet with, or None: the letter then greets without a name."""
        first = given_name(self.person_name)
        if first is not None and first.casefold() in self.company.casefold().split():
            return None  # "Acme Berlin" is the firm's own mailbox
        return first

    def cleaned(self) -> Letter:
        """The same letter with every text made one safe, bounded line (`reading.text.clean`)."""
        return replace(
            self,
            user_name=clean(self.user_name, _SHORT),
            company=clean(self.company, _SHORT),
            role=clean(self.role, _SHORT),
            person_name=clean(self.person_name, _SHORT),
            recruiter_name=_optional(self.recruiter_name, _SHORT),
            promise_what=_optional(self.promise_what, _LINE),
            phone=_optional(self.phone, _SHORT),
            so_far=tuple(
                replace(each, who=clean(each.who, _SHORT), step=clean(each.step, _SHORT))
                for each in self.so_far[-_LINES:]
            ),
            notes=_lines(self.notes),
            greeting=_optional(self.greeting, _SHORT),
            topic=_optional(self.topic, _LINE),
            changed_plans=_optional(self.changed_plans, _LINE),
            stands_in_for=_optional(self.stands_in_for, _SHORT),
            article=_optional(self.article, _LINE),
            link=_optional(self.link, _LINE),
            contact=_optional(self.contact, _SHORT),
            reason=_optional(self.reason, _LINE),
        )


def _optional(text: str | None, limit: int) -> str | None:
    """Cleaned; what is then empty counts as absent."""
    return None if text is None else clean(text, limit) or None


def _lines(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The newest lines, each cleaned, without empty ones."""
    return tuple(line for line in (clean(line, _LINE) for line in lines[-_LINES:]) if line)


def sample_letters() -> tuple[Letter, ...]:
    """Letters to try a template with: all there is to know, next to nothing, and in between."""
    full = Letter(
        user_name="Robin Doe",
        language="en",
        company="Acme",
        role="Backend Engineer",
        held_on=date(2026, 12, 1),
        today=date(2026, 12, 15),
        expected_by=date(2026, 12, 11),
        decision_by=date(2026, 12, 11),
        person_name="Dana Fox",
        person_part=Part.HIRING_MANAGER,
        earlier=(date(2026, 12, 1),),
        recruiter_name="Kim Lee",
        promise_what="writing sample",
        promise_on=date(2026, 12, 4),
        phone="+49 30 1234567",
        hours=Hours("09:30", "11:30", "America/New_York", "15:30", "17:30"),
        so_far=(
            Happening(date(2026, 12, 1), Deed.HELD),
            Happening(date(2026, 12, 2), Deed.DRAFT_SENT, "Dana Fox", "thank-you"),
            Happening(date(2026, 12, 3), Deed.HEARD, "Dana Fox"),
            Happening(date(2026, 12, 4), Deed.WROTE, "Dana Fox"),
            Happening(date(2026, 12, 10), Deed.CALLED),
            Happening(date(2026, 12, 15), Deed.DISMISSED, "Kim Lee", "check-in"),
        ),
        notes=("They use Python and PostgreSQL.",),
    )
    bare = Letter(
        user_name="Robin Doe",
        language="en",
        company="Acme",
        role="Backend Engineer",
        held_on=date(2026, 12, 18),
        today=date(2027, 1, 4),
        expected_by=date(2026, 12, 28),
    )
    recruiter = replace(
        full, person_part=Part.RECRUITER, person_name="Lee, Kim", recruiter_name=None, phone=None
    )
    friend = replace(full, person_part=Part.NETWORK, decision_by=None, promise_what=None)
    panel = tuple(
        replace(bare, person_part=Part.INTERVIEWER, panel_index=index, panel_size=12)
        for index in range(12)
    )
    return (full, bare, recruiter, friend, *panel)

"""What a template is given: the facts of one letter, as plain values.

A template sees the fields of `Letter` by their names and nothing else: no mail, no database, no
clock. `sample_letters` covers what may be absent, so that a template which forgets a case fails
when it is checked and not on the day it is due.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from followupd.domain.interview import Part, Register
from followupd.reading.text import clean
from followupd.writing.greeting import full_name, given_name
from followupd.writing.phrases import LINE, SHORT, clause, lines, optional, sentence, spoken_name

if TYPE_CHECKING:
    from collections.abc import Mapping

SHEETS = frozenset({"call", "promise-reminder"})
"""The templates that speak to the user and go to nobody else."""

REQUIRED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"share-article": ("article",), "introduction": ("contact", "reason")}
)
"""What the user has to give for a template, by the template's name."""

GIVEN = ("topic", "changed_plans", "article", "link", "contact", "reason", "greeting")
"""The variables that the user may give when they ask for a draft."""

_LINES = 60


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
        topic: what the user and this person talked about, continuing "we talked about", without a
            full stop at its end; or None.
        changed_plans: a change in the user's own plans, a sentence in their words; or None.
        call_promised_on: the day on which the person meant to call, or None.
        stands_in_for: the name of the person who is away and for whom this one stands in; or None.
        article: the title of an article or the like that the user wants to share, or None.
        link: where it is to be found, or None.
        contact: the name of somebody the user offers an introduction to, or None.
        reason: why that may be of use, a sentence in the user's words; or None.
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

    @property
    def full_name(self) -> str | None:
        """The whole name to greet with, or None: the letter then greets without a name."""
        full = full_name(self.person_name)
        firm = self.company.casefold().split()
        if full is not None and firm and full.casefold().split()[: len(firm)] == firm:
            return None
        return full

    def with_given(self, texts: Mapping[str, str]) -> Letter:
        """The same letter with what the user gave for it, each under a name of `GIVEN`."""
        return replace(
            self,
            topic=texts.get("topic", self.topic),
            changed_plans=texts.get("changed_plans", self.changed_plans),
            article=texts.get("article", self.article),
            link=texts.get("link", self.link),
            contact=texts.get("contact", self.contact),
            reason=texts.get("reason", self.reason),
            greeting=texts.get("greeting", self.greeting),
        )

    def cleaned(self) -> Letter:
        """The same letter with every text made one safe, bounded line (`reading.text.clean`).

        Names are put in the order of speech; a sentence of the user's gets the full stop that it
        lacks, so that a template need not look.
        """
        return replace(
            self,
            user_name=clean(self.user_name, SHORT),
            company=clean(self.company, SHORT),
            role=clean(self.role, SHORT),
            person_name=spoken_name(self.person_name),
            recruiter_name=spoken_name(self.recruiter_name or "") or None,
            promise_what=optional(self.promise_what, LINE),
            phone=optional(self.phone, SHORT),
            so_far=tuple(
                replace(each, who=spoken_name(each.who), step=clean(each.step, SHORT))
                for each in self.so_far[-_LINES:]
            ),
            notes=lines(self.notes[-_LINES:]),
            greeting=optional(self.greeting, SHORT),
            topic=clause(self.topic),
            changed_plans=sentence(self.changed_plans),
            stands_in_for=spoken_name(self.stands_in_for or "") or None,
            article=optional(self.article, LINE),
            link=optional(self.link, LINE),
            contact=optional(self.contact, SHORT),
            reason=sentence(self.reason),
        )


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
    friend = replace(
        full,
        person_part=Part.NETWORK,
        decision_by=None,
        promise_what=None,
        register=Register.FRIENDLY,
    )
    final = replace(
        full,
        is_final=True,
        topic="how you moved the billing to event sourcing",
        changed_plans="I will be travelling from 20 to 29 December",
        call_promised_on=date(2026, 12, 11),
    )
    stand_in = replace(
        full,
        person_name="Max Muster",
        stands_in_for="Dana Fox",
        recruiter_name=None,
        changed_plans="Another firm would like my answer by 18 December.",
        greeting="Dear Dr. Muster,",
    )
    shared = replace(
        final, article="Sagas, ten years on", link="https://journal.example/sagas-ten-years-on"
    )
    introduced = replace(
        final,
        contact="Lena Park of Globex",
        reason="She has moved a billing system of that size, and likes to talk about it",
    )
    long = replace(
        shared,
        company="Northwind International Logistics",
        role="Principal Data Platform Expert",
        held_on=date(2026, 9, 30),
        today=date(2027, 1, 13),
        link=None,
        topic=None,
        contact="Lena Park",
        reason="She knows that field.",
        person_part=Part.REFERENCE,
    )
    panel = tuple(
        replace(
            bare,
            person_part=Part.INTERVIEWER,
            panel_index=index,
            panel_size=12,
            topic="the migration" if index % 2 else None,
        )
        for index in range(12)
    )
    situations = (final, stand_in, shared, introduced, long)
    return (full, bare, recruiter, friend, *situations, *panel)

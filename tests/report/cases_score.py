"""How well the synthetic cases are understood: what they mean, and the days they promise.

Odd cases ("dev") may be looked at and are learnt from, even ones ("held out") only measure. So
the two stand apart, and of a held-out case nothing but its counts is ever shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from followupd.reading.dates import promised_day
from followupd.reading.newtext import new_text
from tests import cases
from tests.cases import LANGUAGES, MEANINGS
from tests.report import facts
from tests.report.facts import Fact, set_name
from tests.report.figures import Confusion
from tests.report.judged import MACHINES, WORKDAYS, Judged, judge
from tests.report.judged import MEANINGS as IN_ORDER
from tests.report.recruiters_score import confusions, summary
from tests.report.tables import Grid, classes_grid, confusion_grid

if TYPE_CHECKING:
    from tests.cases import Case
    from tests.report.tables import Cell

SETS = (False, True)
"""The values of `held_out`, in the order of the tables."""

BLIND = "written for this project without sight of the phrases"
DEV = f"Synthetic cases, {BLIND}; odd numbers: looked at and fitted on."
HELD_OUT = f"Synthetic cases, {BLIND}; even numbers: only measured, never looked at."
BOTH = f"Synthetic cases, {BLIND}; dev may be looked at, held out only measures."

_AS_READ = "day promised (any mail)"
_AS_ACTED_ON = "day in the verdict"


@dataclass(frozen=True, slots=True)
class Answer:
    """A case with a meaning, and what was read in it."""

    case: Case
    judged: Judged
    facts: tuple[Fact, ...]


@cache
def answers() -> tuple[Answer, ...]:
    """Every case that has a meaning of its own file, read once."""
    return tuple(_answer(case) for kind in sorted(MEANINGS) for case in cases.load(kind))


def _answer(case: Case) -> Answer:
    judgement = judge(case.raw, case.sent_at)
    verdict = judgement.verdict
    text = new_text(judgement.body.text) if judgement.body is not None else ""
    promised = promised_day(text, case.sent_at, WORKDAYS)
    truth = case.decision_by.isoformat() if case.decision_by is not None else ""
    acted_on = verdict.decision_by if verdict is not None else None
    days = (
        Fact(
            case.id,
            case.held_out,
            _AS_READ,
            truth,
            promised.day.isoformat() if promised is not None else "",
            words=promised.words if promised is not None else "",
        ),
        Fact(
            case.id,
            case.held_out,
            _AS_ACTED_ON,
            truth,
            acted_on.isoformat() if acted_on is not None else "",
            words=verdict.decision_words if verdict is not None else "",
        ),
    )
    return Answer(case, Judged(case.id, case.language, case.meaning, verdict), days)


def judged(*, held_out: bool) -> list[Judged]:
    """The cases of one set, as they were judged."""
    return [each.judged for each in answers() if each.case.held_out is held_out]


def grids() -> list[Grid]:
    """The tables: what the cases mean, per language, and the days."""
    found: list[Grid] = []
    for held_out in SETS:
        origin = HELD_OUT if held_out else DEV
        some, name = judged(held_out=held_out), set_name(held_out=held_out)
        counted = confusions(some)
        found += [
            confusion_grid(
                f"Synthetic, {name}: what it means, and what was read",
                counted[0][1],
                IN_ORDER,
                IN_ORDER,
                origin=origin,
                untold=MACHINES,
            ),
            Grid(
                f"Synthetic, {name}: over all classes",
                ("figure", "share [95 %]"),
                tuple(summary(some)),
                origin,
            ),
            classes_grid(f"Synthetic, {name}: each class", counted, IN_ORDER, origin=origin),
            _languages_grid(some, name, origin),
        ]
    days = [fact for answer in answers() for fact in answer.facts]
    title = "Synthetic: the day by which they promise to decide"
    note = "Business days are counted without holidays, as the cases say them."
    found.append(Grid(title, facts.HEADINGS, facts.rows(days), f"{BOTH} {note}"))
    return found


def _languages_grid(some: list[Judged], name: str, origin: str) -> Grid:
    """Precision and recall by class and language, as counts: each is of a handful."""
    by_language = {
        language: Confusion.of((each.truth, each.found) for each in some if each.group == language)
        for language in LANGUAGES
    }
    rows: list[tuple[Cell, ...]] = [
        (
            meaning,
            *(
                share.short
                for counted in by_language.values()
                for share in (counted.precision(meaning), counted.recall(meaning))
            ),
        )
        for meaning in IN_ORDER
    ]
    rows.append(("all", *(cell for c in by_language.values() for cell in ("", c.accuracy.short))))
    headings = [f"{language} {what}" for language in LANGUAGES for what in ("precision", "recall")]
    title = f"Synthetic, {name}: each class by language"
    return Grid(title, ("class", *headings), tuple(rows), origin)


def mistakes() -> list[str]:
    """A line for each dev case that was read wrongly; held-out cases are never named."""
    dev = [answer for answer in answers() if not answer.case.held_out]
    meanings = [a.judged.mistake(with_words=True) for a in dev if not a.judged.is_right]
    days = [fact.mistake() for answer in dev for fact in answer.facts if fact.is_mistake]
    return [*meanings, *days]

"""How well recruiters' real mail is understood, where whoever measures has fetched it.

The weights of the meanings are fitted on one half of it (`tests.fitting`). So the halves are never
counted together: the other one is the measure, and none of its mistakes is ever shown.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from followupd.domain.verdicts import ASK_BELOW
from tests.fitting import _is_learnt
from tests.report.fetch import missing
from tests.report.figures import Confusion, Share
from tests.report.judged import MACHINES, MEANINGS, Judged, judge
from tests.report.recruiters import label, mails
from tests.report.tables import Grid, Notice, classes_grid, confusion_grid

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.report.tables import Cell

_NOT_JUDGED = ("own", "unreadable")
_SENT_AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
_BY_SOURCE = ("rejection", "next_round")

_ABOUT = (
    "Recruiters' mail from four public repositories, fetched by whoever measures and labelled by "
    "hand. It has no header fields but a subject: each is judged as mail from a known person."
)
LEARNT = f"{_ABOUT} This half may be looked at, and the weights are fitted on it."
MEASURED = (
    f"{_ABOUT} This half is never fitted on and only measures; it is of the same sources and "
    "firms as the half that is learnt from."
)


def absent(folder: Path) -> Notice | None:
    """What to say where the clones are not complete; None where they are."""
    lacking = missing(folder)
    if not lacking:
        return None
    return Notice(
        "Recruiters' mail",
        f"No clone of {', '.join(lacking)} in {folder}. The mail names private people and carries "
        "no licence, so it is no part of this project. `python -m tests.report fetch` clones it "
        "from GitHub; another folder: --recruiters DIR or $FOLLOWUPD_RECRUITERS.",
    )


def judged(folder: Path, say: Callable[[str], None]) -> list[Judged]:
    """Read all of it that is an answer and can be read.

    Args:
        folder: holds the clones.
        say: is told now and then how far it is.

    Raises:
        ValueError: a clone is no longer what the labels were made on.
    """
    found: list[Judged] = []
    for source, key, subject, text in mails(folder):
        truth = label(source, key)
        if truth in _NOT_JUDGED:
            continue
        verdict = judge(_as_mail(subject, text), _SENT_AT).verdict
        found.append(Judged(f"{source}/{key}", source, truth, verdict))
        if len(found) % 200 == 0:
            say(f"recruiters' mail: {len(found):,} read")
    return found


def _as_mail(subject: str, text: str) -> bytes:
    """A mail on the wire around a text that was published without one."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "recruiter@employer.example"
    mail["To"] = "Robin Doe <robin@example.org>"
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = _SENT_AT
    mail["Message-ID"] = "<recruiters@cases.example>"
    mail.set_content(text, charset="utf-8", cte="base64")
    return mail.as_bytes()


def confusions(mails_: list[Judged]) -> list[tuple[str, Confusion]]:
    """The two ways to count: every verdict, and only those that need no question."""
    return [
        ("any confidence", Confusion.of((mail.truth, mail.found) for mail in mails_)),
        (f"at {ASK_BELOW:g}", Confusion.of((mail.truth, mail.found_surely) for mail in mails_)),
    ]


def summary(mails_: list[Judged]) -> list[tuple[Cell, ...]]:
    """Rows for the figures over all classes."""
    sure = [mail for mail in mails_ if mail.found_surely]
    return [
        ("right, whatever the confidence", Share.of(mail.is_right for mail in mails_)),
        (f"asked about (below {ASK_BELOW:g})", Share.of(mail.is_asked for mail in mails_)),
        ("right of those not asked about", Share.of(mail.is_right for mail in sure)),
    ]


def is_learnt(mail: Judged) -> bool:
    """Whether the weights are fitted on it."""
    source, _, key = mail.name.partition("/")
    return _is_learnt(source, key)


def half(mails_: list[Judged], *, learnt: bool) -> list[Judged]:
    """The half that is learnt from, or the one that measures."""
    return [mail for mail in mails_ if is_learnt(mail) is learnt]


def grids(mails_: list[Judged]) -> list[Grid]:
    """The tables: of the half that measures in full, of the other one for comparison."""
    measured, learnt = (half(mails_, learnt=each) for each in (False, True))
    counted, seen = confusions(measured), confusions(learnt)
    title = "Recruiters' mail, measured half"
    over_all = ("figure", "share [95 %]")
    return [
        confusion_grid(
            f"{title}: what it means, and what was read",
            counted[0][1],
            MEANINGS,
            MEANINGS,
            origin=MEASURED,
            untold=MACHINES,
        ),
        Grid(f"{title}: over all classes", over_all, tuple(summary(measured)), MEASURED),
        classes_grid(f"{title}: each class", counted, MEANINGS, origin=MEASURED),
        _sources_grid(f"{title}: by source", measured),
        Grid(
            "Recruiters' mail, learnt half: over all classes",
            over_all,
            tuple(summary(learnt)),
            LEARNT,
        ),
        classes_grid("Recruiters' mail, learnt half: each class", seen, MEANINGS, origin=LEARNT),
    ]


def _sources_grid(title: str, mails_: list[Judged]) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for truth in _BY_SOURCE:
        for source in dict.fromkeys(mail.group for mail in mails_):
            counted = confusions([mail for mail in mails_ if mail.group == source])
            shares = [share for _, c in counted for share in (c.precision(truth), c.recall(truth))]
            rows.append((truth, source, *shares))
    names = [name for name, _ in confusions([])]
    headings = [f"{what}, {name}" for name in names for what in ("precision", "recall")]
    return Grid(title, ("class", "source", *headings), tuple(rows), MEASURED)


def mistakes(mails_: list[Judged]) -> list[str]:
    """A line for each that was read wrongly in the half that may be looked at."""
    learnt = half(mails_, learnt=True)
    return [mail.mistake(with_words=True) for mail in learnt if not mail.is_right]

"""What two thousand real mails are taken for: bounces, people's mail, newsletters, broken ones.

Hardly any of them is about a job. So besides their kinds they tell how often an offer or a
rejection is read into mail that has none.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from followupd.domain.events import Meaning
from followupd.domain.verdicts import ASK_BELOW
from followupd.errors import UnreadableMessage
from followupd.reading.automatic import Kind, sort
from followupd.reading.body import read_body
from followupd.reading.meaning import understand
from followupd.reading.message import read_headers
from followupd.reading.newtext import new_text
from tests.fitting import EVERY, UNRELATED
from tests.report.figures import Confusion, Share
from tests.report.tables import Grid, Notice, confusion_grid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.report.tables import Cell

CORPUS = Path(__file__).parents[3] / "shared" / "corpora"

PEOPLES = ("human_reply", "human_other")
LABELS = (
    "bounce",
    *PEOPLES,
    "newsletter_list",
    "calendar",
    "malformed",
    "receipt",
    "ticket_ack",
    "unknown",
)

_POSTS = "stdlib-js+datasets-spam-assassin"
_FOUND = (Kind.BOUNCE, Kind.DELIVERY_NOTE)
_NOT_AUTOMATIC = (Kind.PERSON, Kind.INVITATION, Kind.CANCELLATION)
_READ = (*_NOT_AUTOMATIC, Kind.BULK)
_FINAL = (Meaning.OFFER, Meaning.REJECTION)
_UNREADABLE = "unreadable"

_ORIGIN = (
    "2,088 public mails under permissive licences; 2 to 5 in 100 labels are wrong. "
    "People's mailing-list posts are read without their List-* and Precedence fields."
)
_UNRELATED = (
    "The same mails, each read as if a known person had sent it. Next to none is about a job. The "
    "weights of the meanings are fitted on one in three of the people's mails and the newsletters."
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail of the corpus and what it was taken for.

    Attributes:
        path: where it lies.
        label: what it is.
        kind: what it was taken for; None where there was nothing to read.
        failed: whose mail failed, where it was taken for a bounce.
        final: the offer or rejection that was read into it without a question, or None.
        words: those that the reading of `final` rests on.
        unlearnt: whether it is about something else than jobs, and was never fitted on.
    """

    path: str
    label: str
    kind: Kind | None
    failed: tuple[str, ...] = ()
    final: Meaning | None = None
    words: tuple[str, ...] = ()
    unlearnt: bool = False

    @property
    def is_read(self) -> bool:
        """Whether the daemon would read its words."""
        return self.kind in _READ


def is_here() -> bool:
    """Whether the corpus lies beside the checkout."""
    return (CORPUS / "labels.csv").is_file()


def absent() -> Notice:
    """What to say where it does not."""
    return Notice(
        "Real mail",
        "The corpus of real mail does not lie beside the checkout (../shared/corpora).",
    )


def labelled() -> Iterator[tuple[str, str, bytes]]:
    """Every mail of the corpus: its path, its label, and its bytes as they are to be read.

    Raises:
        OSError: the corpus, or a mail that it names, is not there.
    """
    with (CORPUS / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            raw = (CORPUS / row["path"]).read_bytes()
            if row["path"].startswith(_POSTS) and row["label"] in PEOPLES:
                raw = without_list_marks(raw)
            yield row["path"], row["label"], raw


def without_list_marks(raw: bytes) -> bytes:
    """A mail without the fields List-* and Precedence, their folded lines included."""
    kept: list[bytes] = []
    dropping = False
    lines = raw.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if not line.strip():
            return b"".join([*kept, *lines[number:]])
        if line[:1] not in b" \t":
            dropping = line.lower().startswith((b"list-", b"precedence:"))
        if not dropping:
            kept.append(line)
    return b"".join(kept)


def take(path: str, label: str, raw: bytes) -> Taken:
    """Read one mail."""
    try:
        message = read_headers(raw)
    except UnreadableMessage:
        return Taken(path, label, None)
    body = read_body(raw)
    kind = sort(message, own_addresses=frozenset(), body=body, answers_ours=False).kind
    found = understand(message.subject, new_text(body.text))
    is_final = found.meaning in _FINAL and found.confidence >= ASK_BELOW
    return Taken(
        path,
        label,
        kind,
        body.report.final_recipients if body.report is not None else (),
        found.meaning if is_final else None,
        tuple(words.words for words in found.evidence) if is_final else (),
    )


def taken(say: Callable[[str], None]) -> list[Taken]:
    """Read the whole corpus.

    Args:
        say: is told now and then how far it is.
    """
    found: list[Taken] = []
    unrelated = 0
    for path, label, raw in labelled():
        mail = take(path, label, raw)
        if label in UNRELATED:
            mail = replace(mail, unlearnt=unrelated % EVERY != 0)
            unrelated += 1
        found.append(mail)
        if len(found) % 500 == 0:
            say(f"real mail: {len(found):,} read")
    return found


def grids(mails: list[Taken]) -> list[Grid]:
    """The tables."""
    pairs = ((mail.label, str(mail.kind or _UNREADABLE)) for mail in mails)
    kinds = confusion_grid(
        "Real mail: what it is, and what it was taken for",
        Confusion.of(pairs),
        LABELS,
        (*map(str, Kind), _UNREADABLE),
        origin=_ORIGIN,
    )
    figures: list[tuple[Cell, ...]] = [(what, share) for what, share in headlines(mails).items()]
    figured = Grid("Real mail: figures", ("figure", "share [95 %]"), tuple(figures), _ORIGIN)
    invented: list[tuple[Cell, ...]] = [
        (
            name,
            *(Share.of((mail.final is final for mail in some), per=1000) for final in _FINAL),
            Share.of((mail.final is not None for mail in some), per=1000),
        )
        for name, some in (
            ("mail whose words the daemon would read", [mail for mail in mails if mail.is_read]),
            ("every mail, bounces and all", mails),
            ("people's and newsletters, never fitted on", [m for m in mails if m.unlearnt]),
        )
    ]
    headings = ("read", "offer", "rejection", "either")
    title = f"Real mail: offers and rejections read into it at {ASK_BELOW:g} or more"
    return [kinds, figured, Grid(title, headings, tuple(invented), _UNRELATED)]


def headlines(mails: list[Taken]) -> dict[str, Share]:
    """The figures that say most, by name."""
    bounces = [mail for mail in mails if mail.label == "bounce"]
    found = [mail for mail in bounces if mail.kind in _FOUND]
    peoples = [mail for mail in mails if mail.label in PEOPLES and mail.kind is not None]
    replies = [mail for mail in peoples if mail.label == "human_reply"]
    return {
        "bounces found (as bounce or delivery note)": Share(len(found), len(bounces)),
        "bounces called bounces": Share.of(mail.kind is Kind.BOUNCE for mail in bounces),
        "bounces found that name the address that failed": Share.of(bool(m.failed) for m in found),
        "people's mail called automatic": Share.of(is_automatic(mail) for mail in peoples),
        "people's replies called automatic": Share.of(is_automatic(mail) for mail in replies),
    }


def is_automatic(mail: Taken) -> bool:
    """Whether it was taken for what no person wrote to the user."""
    return mail.kind not in _NOT_AUTOMATIC


def mistakes(mails: list[Taken]) -> list[str]:
    """A line for each bounce missed, person's mail called automatic, and outcome invented."""
    lines = []
    for mail in mails:
        if mail.label == "bounce" and mail.kind not in _FOUND:
            lines.append(f"{mail.path}: a bounce, taken for {mail.kind or _UNREADABLE}")
        if mail.label in PEOPLES and mail.kind is not None and is_automatic(mail):
            lines.append(f"{mail.path}: {mail.label}, taken for {mail.kind}")
        if mail.final is not None:
            said = " | ".join(mail.words)
            lines.append(f"{mail.path}: {mail.label}, read as {mail.final} | {said}")
    return lines

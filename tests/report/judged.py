"""A mail whose meaning is known, judged the way the daemon judges it.

Every mail is judged as one from a person whom the user named, for only such mail is read in the
daemon: what is measured is the reading, and not the matching.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from followupd.domain.events import Meaning
from followupd.domain.verdicts import is_sure
from followupd.domain.workdays import Workdays
from followupd.reading.body import read_body
from followupd.reading.matching import Candidate, Index
from followupd.reading.message import read_headers
from followupd.service.judging import Judge

if TYPE_CHECKING:
    from datetime import datetime

    from followupd.domain.events import Verdict
    from followupd.service.judging import Judgement

OWN_ADDRESSES = frozenset({"robin@example.org"})
"""The user to whom the mail is written."""

WORKDAYS = Workdays(ZoneInfo("Europe/Berlin"))
"""Monday to Friday: what the cases say about business days knows of no holidays."""

MEANINGS = tuple(str(meaning) for meaning in Meaning)
"""In the order of the tables."""

MACHINES = "a machine's"
"""What a mail was taken for whose words are not read, since no person wrote it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A mail, what it means and what was read in it.

    Attributes:
        name: by which it can be found again.
        group: its source or its language.
        truth: one of `MEANINGS`.
        verdict: what was read; None where the mail was taken for a machine's.
    """

    name: str
    group: str
    truth: str
    verdict: Verdict | None

    @property
    def found(self) -> str:
        """The meaning that was read, whatever its confidence; "" for none."""
        return str(self.verdict.meaning) if self.verdict is not None else ""

    @property
    def found_surely(self) -> str:
        """The meaning that was read without a question to the user; "" for none."""
        return self.found if self.verdict is not None and is_sure(self.verdict) else ""

    @property
    def is_asked(self) -> bool:
        """Whether the user is asked."""
        return self.verdict is not None and not is_sure(self.verdict)

    @property
    def is_right(self) -> bool:
        """Whether the meaning is the right one, whatever the confidence."""
        return self.found == self.truth

    def mistake(self, *, with_words: bool) -> str:
        """One line that says what went wrong.

        Args:
            with_words: whether to show the words that the verdict rests on.
        """
        if self.verdict is None:
            return f"{self.name}: is {self.truth}, taken for {MACHINES}"
        said = f"{self.name}: is {self.truth}, read as {self.found} {self.verdict.confidence:.2f}"
        if with_words:
            said += "".join(f" | {words.words}" for words in self.verdict.evidence) or " | no words"
        return said


def judge(raw: bytes, sent_at: datetime) -> Judgement:
    """Judge one mail as that of a person whom the user named.

    Args:
        raw: the whole mail, with an address in From.
        sent_at: when it was sent, aware, in the sender's zone.
    """
    message = read_headers(raw)
    known = Candidate(1, "", "", (message.sender.address,), frozenset())
    judge_ = Judge(Index.build([known]), OWN_ADDRESSES, WORKDAYS)
    return judge_.judge(message, sent_at, lambda: read_body(raw))

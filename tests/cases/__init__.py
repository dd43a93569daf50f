"""Synthetic mail with the verdict a careful reader gives it: what the reading is measured on.

The cases lie beside this module as TOML, one file per sort of mail, all written for this project
and none of them real. They were written without sight of the reading and its phrases, so that a
score on them says something. Within a file the cases are numbered: odd ones may be looked at while
phrases are improved, even ones are `held_out` and only measured. Whoever looks at a held-out case
to improve a phrase spoils it.

`load` promises sound values: an unknown key, a missing field or a verdict that does not exist is a
`ValueError` which names the case.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

MEANINGS = frozenset(
    {
        "offer",
        "rejection",
        "next_round",
        "info_request",
        "still_deciding",
        "acknowledgement",
        "other",
    }
)

LANGUAGES = ("en", "de", "fr", "es")

RECIPIENT = "Robin Doe <robin@example.org>"

_TEXTS = ("id", "language", "from", "subject", "date", "text")
_OPTIONAL_TEXTS = (
    "meaning",
    "kind",
    "stand_in",
    "company",
    "role",
    "calendar",
    "calendar_method",
    "held_at",
)
_FLAGS = ("html", "automatic", "has_left", "shaped")
_DATES = ("decision_by", "returns_on")


@dataclass(frozen=True, slots=True)
class Case:
    """One mail and what is true of it.

    Attributes:
        id: The file's name, the language and a number that runs through the file: "offer-en-01".
        language: "en", "de", "fr" or "es".
        sender: The From field, as in RFC 5322, section 3.6.2.
        subject: The Subject field in plain text.
        date: The Date field, with the sender's own zone offset.
        text: The whole body as the recipient sees it; HTML source where `html`.
        meaning: One of `MEANINGS`; empty where the file is not about meanings.
        decision_by: The last day by which the sender promises to decide, in the sender's zone;
            None where the mail names no day that can be told.
        html: The body is HTML, and there is no plain text beside it.
        headers: Further header fields, in order: (name, value).
        kind: What is special about the case, for the reader of a report.
        automatic: Whether a machine wrote the mail; None where nobody judged it.
        returns_on: The first day after an absence.
        stand_in: Who answers meanwhile: an address, or a name where no address is given.
        has_left: The person works there no longer.
        company: The employer.
        role: The job.
        calendar: iCalendar text (RFC 5545) that the mail carries; empty for none.
        calendar_method: The method of that calendar part (RFC 6047): "REQUEST", "CANCEL" and so on.
        held_at: When the appointment begins, ISO 8601 with offset.
        shaped: Whether the appointment is a job interview; None where nobody judged it.
    """

    id: str
    language: str
    sender: str
    subject: str
    date: str
    text: str
    meaning: str = ""
    decision_by: dt.date | None = None
    html: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    kind: str = ""
    automatic: bool | None = None
    returns_on: dt.date | None = None
    stand_in: str = ""
    has_left: bool = False
    company: str = ""
    role: str = ""
    calendar: str = field(default="", repr=False)
    calendar_method: str = ""
    held_at: str = ""
    shaped: bool | None = None

    @property
    def number(self) -> int:
        """The running number within the file, from 1."""
        return int(self.id.rpartition("-")[2])

    @property
    def held_out(self) -> bool:
        """Whether the case only measures and must not be looked at to improve the reading."""
        return self.number % 2 == 0

    @property
    def sent_at(self) -> dt.datetime:
        """The Date field as an aware moment in the sender's zone."""
        return parsedate_to_datetime(self.date)

    @property
    def raw(self) -> bytes:
        """The case as a mail on the wire: RFC 5322 with CRLF, the same bytes every time."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self.sender
        mail["To"] = RECIPIENT
        mail["Subject"] = self.subject
        mail["Date"] = self.date
        mail["Message-ID"] = f"<{self.id}@cases.example>"
        for name, value in self.headers:
            mail[name] = value
        mail.set_content(self.text, subtype="html" if self.html else "plain", charset="utf-8")
        if self.calendar:
            mail.add_alternative(
                self.calendar,
                subtype="calendar",
                charset="utf-8",
                params={"method": self.calendar_method} if self.calendar_method else None,
            )
            # The generated boundary would be another one at every call.
            mail.set_boundary(f"=_{self.id}")
        return mail.as_bytes()


def load(kind: str | None = None) -> list[Case]:
    """Read the cases.

    Args:
        kind: The name of one file without its ending, such as "offer"; None reads all files.

    Returns:
        The cases in the order of their files (by name) and of their numbers within.

    Raises:
        ValueError: A file or a case in it is not sound, or there is no such file.
    """
    paths = sorted(FOLDER.glob("*.toml")) if kind is None else [FOLDER / f"{kind}.toml"]
    return [case for path in paths for case in _read(path)]


def _read(path: Path) -> list[Case]:
    """All cases of one file."""
    if not path.is_file():
        raise ValueError(f"there are no cases named {path.stem!r}")
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    if document.get("synthetic") is not True or not document.get("origin"):
        raise ValueError(f"{path.name}: does not say that it is synthetic, and where it is from")
    return [_case(table, f"{path.name}, case {n}") for n, table in enumerate(document["case"], 1)]


def _case(table: dict[str, Any], place: str) -> Case:
    """One case out of its table; `place` is for the error's sentence."""
    known = {*_TEXTS, *_OPTIONAL_TEXTS, *_FLAGS, *_DATES, "headers"}
    if unknown := sorted(set(table) - known):
        raise ValueError(f"{place}: unknown keys {', '.join(unknown)}")
    if missing := [key for key in _TEXTS if key not in table]:
        raise ValueError(f"{place}: lacks {', '.join(missing)}")
    if odd := [key for key in (*_TEXTS, *_OPTIONAL_TEXTS) if type(table.get(key, "")) is not str]:
        raise ValueError(f"{place}: not text: {', '.join(odd)}")
    if odd := [key for key in _FLAGS if type(table.get(key, False)) is not bool]:
        raise ValueError(f"{place}: neither true nor false: {', '.join(odd)}")
    if (meaning := table.get("meaning", "")) and meaning not in MEANINGS:
        raise ValueError(f"{place}: there is no meaning {meaning!r}")
    values = {key: table[key] for key in known - {"from", "headers", *_DATES} if key in table}
    return Case(
        sender=table["from"],
        headers=tuple((name, str(value)) for name, value in table.get("headers", {}).items()),
        decision_by=_day(table.get("decision_by"), f"{place}: decision_by"),
        returns_on=_day(table.get("returns_on"), f"{place}: returns_on"),
        **values,
    )


def _day(value: object, place: str) -> dt.date | None:
    """A day, written as TOML's own date or as text."""
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{place}: {value!r} is no day") from None

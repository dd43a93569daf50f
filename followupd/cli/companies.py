"""`companies`: what the interviews of the past say about each company (advice row 18)."""

from __future__ import annotations

from statistics import median_low
from typing import TYPE_CHECKING

from followupd.cli.desk import open_desk
from followupd.cli.format import NAME_LIMIT, counted, iso
from followupd.cli.screen import Screen, print_json
from followupd.cli.telling_acts import review_to_json
from followupd.config.words import near, quoted
from followupd.domain.companies import companies
from followupd.domain.interview import company_key
from followupd.errors import UnknownInterview
from followupd.reading.text import clean

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from followupd.cli.desk import Desk
    from followupd.domain.companies import CompanyRecord
    from followupd.service.clock import Clock

_TEXT_LIMIT = 300


def list_companies(arguments: Namespace, clock: Clock) -> int:
    """Print what is known of each company, or of those of that name.

    Raises:
        UnknownInterview: there is none of that name.
    """
    with open_desk(arguments, clock) as desk:
        records = companies(desk.histories().values(), desk.workdays, desk.now)
        if arguments.name is not None:
            records = _named(arguments.name, records)
        if arguments.json:
            print_json([_to_json(record, desk) for record in records])
            return 0
        screen = Screen()
        if not records:
            screen.line("There are no interviews yet; `followupd add` records one.")
            return 0
        screen.table(
            ("COMPANY", "INTERVIEWS", "ANSWERED", "AFTER", "LOOKING BACK"),
            [_row(record) for record in records],
            cut=(22, 10, 15, 17),
        )
        screen.line()
        screen.line("AFTER: working days from the interview to the answer, as a rule.")
    return 0


def _named(name: str, records: tuple[CompanyRecord, ...]) -> tuple[CompanyRecord, ...]:
    """The company of that name; else those whose name has it in it."""
    key = company_key(name)
    keys = {company_key(record.company): record for record in records}
    if key in keys:
        return (keys[key],)
    found = tuple(record for each, record in keys.items() if key and key in each)
    if found:
        return found
    known = [record.company for record in records]
    hint = near(name, known) if known else "`followupd add` records one"
    raise UnknownInterview(f"there is no interview at {quoted(name)}; {hint}")


def typical(record: CompanyRecord) -> int | None:
    """After how many working days they answer as a rule: the median; None where nothing is known.

    Of two in the middle it is the lower one, so that it is a number that occurred.
    """
    return median_low(record.response_days) if record.response_days else None


def _row(record: CompanyRecord) -> tuple[str, ...]:
    answered, never = len(record.answered), len(record.never_answered)
    answers = [str(answered)] if answered or not never else []
    answers += [f"{never} never"] if never else []
    usual = typical(record)
    after = [] if usual is None else [counted(usual, "day")]
    days = record.response_days
    if len(set(days)) > 1:
        after.append(f"from {min(days)} to {max(days)}")
    return (
        clean(record.company, NAME_LIMIT),
        str(len(record.interviews)),
        "\n".join(answers),
        "\n".join(after),
        "\n".join(_review(record)),
    )


def _review(record: CompanyRecord) -> Iterator[str]:
    if record.treated is not None:
        yield f"treated you {record.treated} of 5"
    if record.again is not None:
        yield "you would apply again" if record.again else "you would not apply again"
    for review in record.reviews:
        if review.text:
            yield clean(review.text, _TEXT_LIMIT)


def _to_json(record: CompanyRecord, desk: Desk) -> dict[str, object]:
    return {
        "company": record.company,
        "interviews": list(record.interviews),
        "answered": list(record.answered),
        "never_answered": list(record.never_answered),
        "response_days": list(record.response_days),
        "typical_response_days": typical(record),
        "treated": record.treated,
        "again": record.again,
        "reviews": [
            {"at": iso(review.at, desk.workdays)} | review_to_json(review)
            for review in record.reviews
        ],
    }

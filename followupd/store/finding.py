"""Which interviews there are, and which of them something concerns, found without their events.

A wake of the daemon asks these questions only, so that it costs no more with a thousand interviews
than with ten; each is answered by an index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, exists, func, or_, select, union

from followupd.domain.interview import company_key
from followupd.errors import UnknownInterview
from followupd.store import schema
from followupd.store.codec import moment_to_text, text_to_moment
from followupd.store.failures import damaged, in_words
from followupd.store.records import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import BindParameter, Connection, Executable, Row, Select

T = TypeVar("T")

# A mail may name thousands of recipients; databases limit the parameters of a statement.
_ADDRESSES_AT_ONCE = 500

_REGROUPED = ("person_recorded", "person_removed", "interview_edited")
"""The kinds of events after which an interview may share people or the company with others."""

UNSETTLED = or_(
    schema.journal.c.phase < Phase.SETTLED.value, schema.journal.c.phase > Phase.SETTLED.value
)
"""Any other phase, even one that cannot be; said like this, for `!=` would use no index.

Of the drafts that were ever made most are settled.
"""

LARGEST_ID = 2**63 - 1
"""A number that a user typed may be larger than a database can be asked for."""


def unknown_interview(interview_id: int) -> UnknownInterview:
    """The error for a number that no interview has."""
    return UnknownInterview(
        f"there is no interview {interview_id}; `followupd list` shows the numbers there are"
    )


def numbers() -> BindParameter[Sequence[int]]:
    """The numbers given as "ids": in the statement, where they escape the limit on parameters."""
    return bindparam("ids", expanding=True, literal_execute=True)


def given(ids: Iterable[int]) -> dict[str, object]:
    """What is to be given for `numbers()`."""
    return {"ids": sorted({int(number) for number in ids})}


def searched_mark(account: str, added_later: int = 0) -> str:
    """The fingerprint of the event by which an account was searched for an interview.

    Args:
        account: its name, which has no colon in it.
        added_later: how many addresses were added to the interview by then, each of which asks
            for another search (`History.added_later`).
    """
    return f"searched:{account}:{added_later}" if added_later else f"searched:{account}"


def _changed_since(event_id: int) -> Select[tuple[int]]:
    events = schema.events.c
    # Not DISTINCT: SQLite would walk through all events in the order of another index for it.
    return select(events.interview_id).where(events.id > event_id)


class Finding:
    """The part of `Reading` that finds interviews."""

    def __init__(self, connection: Connection, place: str) -> None:
        self._connection = connection
        self._place = place

    def _rows(
        self, statement: Executable, parameters: dict[str, object] | None = None
    ) -> Sequence[Row[Any]]:
        with in_words(self._place):
            return self._connection.execute(statement, parameters or {}).all()

    def _values(self, query: Executable, make: Callable[[Row[Any]], T]) -> tuple[T, ...]:
        rows = self._rows(query)
        try:
            return tuple(make(row) for row in rows)
        except ValueError as error:
            raise damaged(self._place, f"a value in it cannot be read: {error}") from None

    def interviews_with(self, addresses: Iterable[str]) -> frozenset[int]:
        """The interviews to which one of these addresses belongs.

        Case does not matter; what has unprintable characters in it is nobody's address.
        """
        people = schema.people.c
        wanted = sorted({address.casefold() for address in addresses if address.isprintable()})
        found: set[int] = set()
        for start in range(0, len(wanted), _ADDRESSES_AT_ONCE):
            some = wanted[start : start + _ADDRESSES_AT_ONCE]
            query = select(people.interview_id).where(people.address.in_(some)).distinct()
            found.update(row.interview_id for row in self._rows(query))
        return frozenset(found)

    def interviews_at(self, company: str) -> frozenset[int]:
        """The interviews at a company of that name; capitals and blanks do not matter."""
        interviews = schema.interviews.c
        query = select(interviews.id).where(interviews.company == company_key(company))
        return frozenset(row.id for row in self._rows(query))

    def sharing(self, ids: Iterable[int]) -> frozenset[int]:
        """The interviews that share a person or the company with one of these.

        Every interview shares its own.
        """
        mine, theirs = schema.people.alias(), schema.people.alias()
        one, other = schema.interviews.alias(), schema.interviews.alias()
        query = union(
            select(theirs.c.interview_id)
            .join(mine, mine.c.address == theirs.c.address)
            .where(mine.c.interview_id.in_(numbers())),
            select(other.c.id)
            .join(one, one.c.company == other.c.company)
            .where(one.c.id.in_(numbers())),
        )
        return frozenset(row[0] for row in self._rows(query, given(ids)))

    def interviews(self) -> tuple[int, ...]:
        """The numbers of all interviews, ascending."""
        interviews = schema.interviews.c
        return tuple(row.id for row in self._rows(select(interviews.id).order_by(interviews.id)))

    def open_interviews(self, account: str | None = None) -> frozenset[int]:
        """The interviews, of one account or of all, for which something may have to be done.

        What is left out is closed, and no draft was asked for since.
        """
        interviews = schema.interviews.c
        query = select(interviews.id).where(interviews.is_open == 1)
        if account is not None:
            query = query.where(interviews.account == account)
        return frozenset(row.id for row in self._rows(query))

    def has_open(self, account: str) -> bool:
        """Whether the account has an open interview."""
        interviews = schema.interviews.c
        query = select(interviews.id).where(interviews.is_open == 1, interviews.account == account)
        return bool(self._rows(query.limit(1)))

    def to_plan(self, account: str) -> frozenset[int]:
        """The account's interviews that are open, due at some time, or have a draft lying."""
        interviews, journal = schema.interviews.c, schema.journal.c
        still_open = select(interviews.id).where(
            interviews.account == account, interviews.is_open == 1
        )
        due = select(interviews.id).where(interviews.account == account, interviews.next_due > "")
        lying = select(journal.interview_id.label("id")).where(
            journal.account == account, UNSETTLED
        )
        return frozenset(row[0] for row in self._rows(union(still_open, due, lying)))

    def accounts_of(self, ids: Iterable[int]) -> dict[int, str]:
        """The name of the account of each of these interviews."""
        interviews = schema.interviews.c
        query = select(interviews.id, interviews.account).where(interviews.id.in_(numbers()))
        return {row.id: row.account for row in self._rows(query, given(ids))}

    def not_searched(self, account: str, among: Iterable[int] | None = None) -> frozenset[int]:
        """The open interviews for whose earlier mail the account may have to be searched.

        It was not searched yet, or a person was recorded since: whether that was a new address,
        `History.searched` tells.

        Args:
            account: its name; whose the interviews are does not matter.
            among: only these; None: all there are.
        """
        interviews = schema.interviews.c
        search, person = schema.events.alias(), schema.events.alias()
        mark = searched_mark(account)
        added_since = exists().where(
            person.c.interview_id == search.c.interview_id,
            person.c.id > search.c.id,
            person.c.kind == "person_recorded",
        )
        searched = exists().where(
            search.c.interview_id == interviews.id,
            search.c.fingerprint != "",  # or the index is not used
            or_(
                search.c.fingerprint == mark,
                search.c.fingerprint.between(f"{mark}:0", f"{mark}::"),  # ":" comes after "9"
            ),
            ~added_since,
        )
        query = select(interviews.id, interviews.is_open).where(~searched)
        if among is None:
            rows = self._rows(query.where(interviews.is_open == 1))
        else:
            rows = self._rows(query.where(interviews.id.in_(numbers())), given(among))
        return frozenset(row.id for row in rows if row.is_open == 1)

    def regrouped_since(self, event_id: int) -> frozenset[int]:
        """Those of `interviews_since` whose people or company may be others than before."""
        query = _changed_since(event_id).where(schema.events.c.kind.in_(_REGROUPED))
        return frozenset(row.interview_id for row in self._rows(query))

    def interviews_since(self, event_id: int) -> frozenset[int]:
        """The interviews to which something was recorded after the event of that number."""
        return frozenset(row.interview_id for row in self._rows(_changed_since(event_id)))

    def next_due(self, after: datetime | None = None) -> datetime | None:
        """The earliest moment at which something is due for any interview, or None.

        Args:
            after: only moments later than this.
        """
        column = schema.interviews.c.next_due
        query = select(func.min(column).label("earliest")).where(column > moment_to_text(after))
        return self._values(query, lambda row: text_to_moment(row.earliest or ""))[0]

    def due(self, now: datetime) -> tuple[int, ...]:
        """The interviews for which something is due at `now`, the longest due first."""
        interviews = schema.interviews.c
        query = (
            select(interviews.id)
            .where(interviews.next_due != "", interviews.next_due <= moment_to_text(now))
            .order_by(interviews.next_due, interviews.id)
        )
        return tuple(row.id for row in self._rows(query))

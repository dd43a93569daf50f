"""Events and moments come back from their text as they went in."""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.domain import acts, approvals, events
from followupd.domain.events import (
    DecisionMoved,
    Event,
    Mail,
    Noted,
    Reopened,
    ThreadFound,
    Verdict,
    Words,
    WroteByHand,
)
from followupd.store.codec import (
    decode_event,
    encode_event,
    event_to_json,
    moment_to_text,
    text_to_moment,
)

KINDS: tuple[type[Event], ...] = get_args(Event)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

_OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_MOMENTS = st.datetimes(timezones=_OFFSETS | st.just(UTC))


def _values(hint: Any) -> st.SearchStrategy[Any]:
    if isinstance(hint, type) and is_dataclass(hint):
        hints = get_type_hints(hint)
        named = [field.name for field in fields(hint) if field.name != "kind"]
        return st.builds(hint, **{name: _values(hints[name]) for name in named})
    if hint is datetime:
        return _MOMENTS
    if hint is float:
        return st.floats(0, 1)
    if get_origin(hint) is tuple:
        return st.lists(_values(get_args(hint)[0]), max_size=2).map(tuple)
    if get_origin(hint) in (Union, types.UnionType):
        return st.one_of(*(_values(each) for each in get_args(hint)))
    return st.from_type(hint)


def _mail(subject: str, when: datetime = NOW) -> Mail:
    return Mail("<1@acme.example>", "dana@acme.example", "", (), subject, when, "INBOX")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=30)  # of each kind, and they share nearly all that is drawn
def test_every_kind_of_event_comes_back_equal(kind: type[Event], data: st.DataObject) -> None:
    """What is written of any event reads back as the same event, offsets included."""
    event = data.draw(_values(kind))
    back = decode_event(encode_event(event))
    assert back == event
    assert type(back) is kind
    assert event_to_json(back) == event_to_json(event)


def test_the_kinds_are_all_those_the_domain_has() -> None:
    """An event class that was left out of `Event` would never be read back."""
    parts_of_events = {Mail, Verdict, Words, acts.Given}
    classes = {
        value
        for module in (events, acts, approvals)
        for value in vars(module).values()
        if is_dataclass(value) and isinstance(value, type) and value not in parts_of_events
    }
    modules = {module.__name__ for module in (events, acts, approvals)}
    own = {value for value in classes if value.__module__ in modules}
    assert own == set(KINDS)


def test_json_for_people_begins_with_time_and_kind_and_keeps_the_offset() -> None:
    """`log --json` shows the local time that was recorded, ISO 8601 with its offset."""
    at = datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    shown = event_to_json(DecisionMoved(at=at, decision_by=date(2026, 3, 9)))
    assert list(shown)[:2] == ["at", "kind"]
    assert shown == {
        "at": "2026-03-02T09:30:00+01:00",
        "kind": "decision_moved",
        "decision_by": "2026-03-09",
    }
    assert json.loads(json.dumps(shown)) == shown


def test_a_time_in_the_hour_a_clock_change_repeats_can_be_recorded() -> None:
    """Half past two on the night the clocks go back keeps the offset it was meant with."""
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    for local, offset in ((first, "+02:00"), (first.replace(fold=1), "+01:00")):
        back = decode_event(encode_event(Reopened(at=local)))
        assert back.at.isoformat() == f"2026-10-25T02:30:00{offset}"


def test_an_offset_of_odd_seconds_is_the_same_moment_afterwards() -> None:
    """A local mean time has an offset RFC 3339 cannot write; the moment is kept all the same."""
    at = datetime(1890, 1, 1, tzinfo=timezone(timedelta(minutes=53, seconds=28)))
    assert decode_event(encode_event(Reopened(at=at))).at == at


@pytest.mark.parametrize(
    "event",
    [
        Noted(at=NOW.replace(tzinfo=None), text="no zone"),
        WroteByHand(at=NOW, mail=_mail("no zone", NOW.replace(tzinfo=None))),
        Noted(at=NOW, text="half a pair: \ud83d"),
        Noted(at=NOW, text=7),  # type: ignore[arg-type]
        DecisionMoved(at=NOW, decision_by=NOW),
    ],
    ids=["naive", "naive inside", "surrogate", "number for text", "moment for day"],
)
def test_what_could_not_be_read_back_is_not_written(event: Event) -> None:
    """An event that would not come back equal is refused where it is made."""
    with pytest.raises(ValueError, match=r"no time zone|cannot be recorded"):
        encode_event(event)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"at": "2026-03-02T09:30:00Z"}',
        '{"at": "2026-03-02T09:30:00Z", "kind": "retold"}',
        '{"at": "2026-03-02T09:30:00Z", "kind": "noted"}',
        '{"at": "2026-03-02T09:30:00Z", "kind": "noted", "text": ["secret"]}',
        '{"at": 1, "kind": "noted", "text": "secret"}',
    ],
)
def test_what_is_no_event_is_refused_without_repeating_it(text: str) -> None:
    """A broken record names the place of the damage and quotes nothing of the text."""
    with pytest.raises(ValueError, match=r"JSON|kind|noted\.|type") as caught:
        decode_event(text)
    assert "secret" not in str(caught.value)


@given(first=_MOMENTS, second=_MOMENTS)
def test_moments_as_text_sort_as_time_does(first: datetime, second: datetime) -> None:
    """The order of the texts is the order of the moments, whatever their zones."""
    try:
        texts = moment_to_text(first), moment_to_text(second)
    except ValueError:
        assert {first.year, second.year} & {1, 9999}
        return
    assert (texts[0] < texts[1]) == (first < second)
    assert text_to_moment(texts[0]) == first


def test_a_moment_comes_back_in_utc_and_none_as_none() -> None:
    """Stored moments are aware and in UTC; the absent one is the empty text."""
    berlin = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    assert moment_to_text(berlin) == "2026-07-01T10:00:00.000000+00:00"
    back = text_to_moment(moment_to_text(berlin))
    assert back is not None
    assert back.tzinfo is UTC
    assert moment_to_text(None) == ""
    assert text_to_moment("") is None


def test_times_read_back_have_a_zone_of_the_standard_library() -> None:
    """A zone object that belongs to a C extension may outlive it when the interpreter ends."""
    at = datetime(2026, 12, 1, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    mail = Mail("<a@b>", "a@b.example", "A", ("c@d.example",), "Hello", at, "INBOX")
    event = ThreadFound(at=at, mail=mail)
    back = decode_event(encode_event(event))
    assert isinstance(back, ThreadFound)
    assert type(back.at.tzinfo) is timezone
    assert type(back.mail.date.tzinfo) is timezone
    assert back == event

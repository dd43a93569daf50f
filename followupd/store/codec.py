"""How an event and a moment are written down, and read again.

The promise: what can be written can be read, and comes back equal. An event that could not be
read back is refused when it is written, where whoever made it can still be found.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timezone
from functools import cache
from typing import Annotated, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from followupd.domain.events import Event
from followupd.domain.suggestion import Suggestion

T = TypeVar("T")


@cache
def _reader() -> TypeAdapter[Event]:
    """Built at the first use: it takes longer than opening the database."""
    return TypeAdapter(Annotated[Event, Field(discriminator="kind")])


@cache
def _suggestion_reader() -> TypeAdapter[Suggestion]:
    return TypeAdapter(Suggestion)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(
            f"the time {moment.isoformat()} lies outside the years 1 to 9999"
        ) from None


def moment_to_text(moment: datetime | None) -> str:
    """A moment as UTC text of constant width, which sorts as time does; "" for None.

    Raises:
        ValueError: the moment has no time zone, or none of the years 1 to 9999 in UTC.
    """
    if moment is None:
        return ""
    if moment.utcoffset() is None:
        raise ValueError(f"the time {moment.isoformat()} has no time zone")
    return _in_utc(moment).isoformat(timespec="microseconds")


def text_to_moment(text: str) -> datetime | None:
    """The moment that `moment_to_text` wrote, in UTC; None for ""."""
    return datetime.fromisoformat(text) if text else None


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        offset = value.utcoffset()
        if offset is None:
            raise ValueError(f"the time {value.isoformat()} has no time zone")
        # RFC 3339 knows offsets of whole minutes only; local mean times of long ago have others.
        whole_minutes = offset.microseconds == 0 and offset.seconds % 60 == 0
        return (value if whole_minutes else _in_utc(value)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


def event_to_json(event: Event) -> dict[str, object]:
    """The event as values that `json.dumps` takes, `at` and `kind` first.

    Times are ISO 8601 with offset, dates ISO 8601, absent values None.

    Raises:
        ValueError: a time in it has no time zone.
    """
    plain: dict[str, object] = {"at": None, "kind": event.kind}
    plain |= {field.name: _plain(getattr(event, field.name)) for field in fields(event)}
    return plain


def encode_event(event: Event) -> str:
    """The event as JSON text.

    Raises:
        ValueError: it would not come back equal: a time without a time zone, half a surrogate
            pair, or a value of another type than its field's.
    """
    text = _text(event)
    try:
        back = decode_event(text)
    except ValueError as error:
        raise ValueError(f"the event {event.kind} cannot be recorded: {error}") from None
    # Texts, not events: a local time in the hour that a clock change repeats equals no time of
    # another zone (PEP 495), not even itself with its offset written out.
    if _text(back) != text:
        raise ValueError(f"the event {event.kind} cannot be recorded: it would come back changed")
    return text


def _text(event: Event) -> str:
    return json.dumps(event_to_json(event), ensure_ascii=False, allow_nan=False)


def decode_event(text: str) -> Event:
    """The event that `encode_event` wrote.

    Raises:
        ValueError: it is no event of a known kind; the message names the place in it, and
            repeats nothing of what stands there.
    """
    return _decoded(_reader(), text)


def encode_suggestion(suggestion: Suggestion) -> str:
    """The suggestion as JSON text.

    Raises:
        ValueError: it would not come back equal; see `encode_event`.
    """
    text = _suggestion_text(suggestion)
    try:
        back = decode_suggestion(text)
    except ValueError as error:
        raise ValueError(f"the suggestion cannot be recorded: {error}") from None
    if _suggestion_text(back) != text:
        raise ValueError("the suggestion cannot be recorded: it would come back changed")
    return text


def _suggestion_text(suggestion: Suggestion) -> str:
    return json.dumps(_plain(suggestion), ensure_ascii=False, allow_nan=False)


def decode_suggestion(text: str) -> Suggestion:
    """The suggestion that `encode_suggestion` wrote.

    Raises:
        ValueError: it is none; the message names the place and repeats nothing of the text.
    """
    return _decoded(_suggestion_reader(), text)


def _decoded(reader: TypeAdapter[T], text: str) -> T:
    try:
        value = reader.validate_json(text, strict=True)
        _with_own_zones(value)
    except UnicodeEncodeError:
        raise ValueError("a text in it has half a surrogate pair, which is no character") from None
    except ValidationError as error:
        # The error quotes the text; what came from a mail does not belong into a message.
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        kinds = {
            "union_tag_invalid": "its kind is unknown",
            "union_tag_not_found": "it has no kind",
        }
        place = ".".join(str(part) for part in first["loc"])
        broken = (
            "it is not JSON" if first["type"] == "json_invalid" else f"{place} ({first['type']})"
        )
        raise ValueError(kinds.get(first["type"], broken)) from None
    return value


def _with_own_zones(value: object) -> None:
    """Give every time in a fresh value a zone of the standard library's.

    pydantic's own zone objects are freed after its core when the interpreter ends, which is a
    crash at the very last moment (pydantic-core 2.50).
    """
    if isinstance(value, tuple):
        for item in value:
            _with_own_zones(item)
    if not is_dataclass(value):
        return
    for field in fields(value):
        item = getattr(value, field.name)
        if isinstance(item, datetime):
            offset = item.utcoffset()
            zone = timezone(offset) if offset else UTC
            object.__setattr__(value, field.name, item.replace(tzinfo=zone))
        else:
            _with_own_zones(item)

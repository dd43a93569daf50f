"""FETCH and LIST responses, read one by one.

imapclient reads all responses to a command in one go: one that it cannot parse spoils the
others, and the number of an unasked response without a UID is taken for a UID. Mail must not
be able to do that, so each response is parsed by itself and only what carries a UID counts.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from imapclient.imap_utf7 import decode as decode_utf7
from imapclient.response_parser import parse_fetch_response, parse_response

from followupd.mailbox.faults import NONSENSE, ImapError
from followupd.mailbox.responses import Fetched, Folder, Whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_UID = re.compile(rb"\bUID (\d{1,10})\b", re.IGNORECASE)
_DRAFT_LABELS = frozenset({"draft", "drafts"})


def folders(lines: Iterable[Any]) -> Iterator[Folder]:
    """The folders in imaplib's records of LIST responses; what makes no sense is left out."""
    for response in _responses(lines):
        folder = _folder(response)
        if folder is not None:
            yield folder


def fetched(records: Iterable[Any], uids: Sequence[int]) -> dict[int, dict[bytes, Any]]:
    """What imaplib's records of FETCH responses say about these UIDs, by UID.

    A response that cannot be parsed counts as an empty one, if at least its UID can be found.
    """
    merged: dict[int, dict[bytes, Any]] = {}
    for response in _responses(records):
        said = _parsed_fetch(response)
        if said is not None and said[0] in uids:
            merged.setdefault(said[0], {}).update(said[1])
    return merged


def header(uid: int, said: dict[bytes, Any]) -> Fetched:
    """One message's header from what was said about it."""
    size = said.get(b"RFC822.SIZE")
    labels = _labels(said)
    # In its folder of all mail Gmail tells a draft by its label, not always by the flag.
    drafted = {"\\Draft"} if labels is not None and labels & _DRAFT_LABELS else set()
    return Fetched(
        uid=uid,
        flags=frozenset(_flags(said.get(b"FLAGS"))) | drafted,
        internaldate=_utc(said.get(b"INTERNALDATE")),
        size=size if isinstance(size, int) else 0,
        raw=section(said, (b"BODY[HEADER]", b"RFC822.HEADER")) or b"",
        labels=labels,
    )


def whole(uid: int, said: dict[bytes, Any]) -> Whole | None:
    """One whole message from what was said about it; None where its text was not told."""
    raw = section(said, (b"BODY[]", b"RFC822"))
    if raw is None or b"FLAGS" not in said:
        return None
    modseq = said.get(b"MODSEQ")
    number = modseq[0] if isinstance(modseq, tuple) and modseq else 0
    flags = frozenset(_flags(said[b"FLAGS"]))
    return Whole(uid, flags, number if isinstance(number, int) else 0, raw)


def section(said: dict[bytes, Any], names: tuple[bytes, ...]) -> bytes | None:
    """The octets of a section under any of its names."""
    # Servers differ in whether they repeat the `<0>` of a partial fetch.
    for key, value in said.items():
        if key.partition(b"<")[0] in names:
            return value if isinstance(value, bytes) else str(value or "").encode()
    return None


def _responses(data: Iterable[Any]) -> Iterator[list[Any]]:
    """Put imaplib's records together again: a response ends with the first bare line."""
    response: list[Any] = []
    for record in data:
        if record is None:
            continue
        response.append(record)
        if not isinstance(record, tuple):
            yield response
            response = []


def _folder(response: list[Any]) -> Folder | None:
    try:
        flags, delimiter, name = parse_response(response)[:3]
        return Folder(
            name=str(name) if isinstance(name, int) else decode_utf7(name),
            flags=frozenset(flag.decode("ascii", "replace").lower() for flag in flags),
            delimiter=delimiter.decode("ascii") if delimiter else None,
        )
    except (ImapError, *NONSENSE):
        return None


def _parsed_fetch(response: list[Any]) -> tuple[int, dict[bytes, Any]] | None:
    try:
        by_number = parse_fetch_response(response, normalise_times=False, uid_is_key=False)
        for said in by_number.values():
            if b"UID" in said:
                return said[b"UID"], said
    except (ImapError, *NONSENSE):
        first = response[0][0] if isinstance(response[0], tuple) else response[0]
        if (found := _UID.search(first)) is not None:
            return int(found[1]), {}
    return None


def _flags(said: object) -> Iterator[str]:
    for flag in said if isinstance(said, tuple) else ():
        yield flag.decode("ascii", "replace") if isinstance(flag, bytes) else str(flag)


def _labels(said: dict[bytes, Any]) -> frozenset[str] | None:
    """Gmail's labels (X-GM-LABELS): its own ones begin with a backslash, quoted or not."""
    if b"X-GM-LABELS" not in said:
        return None
    return frozenset(label.removeprefix("\\").casefold() for label in _flags(said[b"X-GM-LABELS"]))


def _utc(said: object) -> datetime | None:
    if not isinstance(said, datetime):
        return None
    try:
        return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None

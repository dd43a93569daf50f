"""Two thousand real mails are read without an accident, and the automatic ones are recognised."""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from followupd.errors import UnreadableMessage
from followupd.reading.automatic import Kind, needs_body, sort
from followupd.reading.body import read_body
from followupd.reading.message import fingerprint, read_headers
from tests.report.corpus import without_list_marks

CORPUS = Path(__file__).parents[3] / "shared" / "corpora"

PEOPLES = ("human_reply", "human_other")

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.xdist_group("corpus"),  # so that it is read once
    pytest.mark.skipif(
        not (CORPUS / "labels.csv").is_file(),
        reason="the corpus of real mail does not lie beside the checkout (../shared/corpora)",
    ),
]


@dataclass(frozen=True, slots=True)
class Reading:
    """A mail of the corpus and what it was taken for; None where there was nothing to read."""

    path: str
    label: str
    kind: Kind | None
    kind_as_fetched: Kind | None
    seconds: float
    failed: tuple[str, ...] = ()


def read(label: dict[str, str]) -> Reading:
    """Read one mail as a pass would."""
    raw = (CORPUS / label["path"]).read_bytes()
    is_list_post = label["source"].startswith("stdlib-js") and label["label"] in PEOPLES
    if is_list_post:
        # As the corpus asks: list posts of 2002 are people's only without their list's marks.
        raw = without_list_marks(raw)
    before = time.process_time()
    try:
        message = read_headers(raw)
    except UnreadableMessage:
        return Reading(label["path"], label["label"], None, None, time.process_time() - before)
    fingerprint(raw)
    body = read_body(raw)
    seconds = time.process_time() - before
    kinds = [
        sort(message, own_addresses=frozenset(), body=at_hand, answers_ours=False).kind
        for at_hand in (body, body if needs_body(message) else None)
    ]
    failed = body.report.final_recipients if body.report is not None else ()
    return Reading(label["path"], label["label"], kinds[0], kinds[1], seconds, failed)


@pytest.fixture(scope="module")
def readings() -> list[Reading]:
    """Every mail of the corpus, read once."""
    with (CORPUS / "labels.csv").open(encoding="utf-8", newline="") as file:
        return [read(label) for label in csv.DictReader(file)]


def share(readings: list[Reading], label: str, *kinds: Kind) -> float:
    """The part of the mails with a label that were taken for one of some kinds."""
    found = [reading.kind in kinds for reading in readings if reading.label == label]
    return sum(found) / len(found)


def test_every_mail_is_read_in_bounded_time(readings: list[Reading]) -> None:
    """No exception escaped to get here; none took long; only empty files hold nothing."""
    assert len(readings) > 2000
    assert max(reading.seconds for reading in readings) < 1
    unread = [reading.path for reading in readings if reading.kind is None]
    assert all(not (CORPUS / path).read_bytes().strip(b"\0\r\n\t ") for path in unread)


def test_bounces_are_recognised(readings: list[Reading]) -> None:
    """99 of 100, with those that a mail system goes on trying."""
    assert share(readings, "bounce", Kind.BOUNCE, Kind.DELIVERY_NOTE) >= 0.99
    assert share(readings, "bounce", Kind.BOUNCE) >= 0.94


def test_nearly_every_bounce_names_whose_mail_failed(readings: list[Reading]) -> None:
    """From its parts, its header, or its text; a few name nobody."""
    bounces = [
        r for r in readings if r.label == "bounce" and r.kind in (Kind.BOUNCE, Kind.DELIVERY_NOTE)
    ]
    named = [reading for reading in bounces if reading.failed]
    assert len(named) / len(bounces) >= 0.97


def test_peoples_mail_is_not_called_automatic(readings: list[Reading]) -> None:
    """At most one of two hundred; none of the replies."""
    peoples = [reading for reading in readings if reading.label in PEOPLES]
    wrong = [reading for reading in peoples if reading.kind is not Kind.PERSON]
    assert len(peoples) > 490
    assert [reading.path for reading in wrong if reading.label == "human_reply"] == []
    assert len(wrong) / len(peoples) <= 0.005


def test_a_mail_whose_body_is_not_wanted_is_sorted_the_same_without_it(
    readings: list[Reading],
) -> None:
    """`needs_body` never spares a body that would have decided."""
    assert [reading.path for reading in readings if reading.kind != reading.kind_as_fetched] == []

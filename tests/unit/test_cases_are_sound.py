"""The synthetic mails which the reading is measured on are whole, labelled and told apart."""

from __future__ import annotations

import re
from collections import Counter
from email import message_from_bytes, policy
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests import cases
from tests.cases import FOLDER, LANGUAGES, MEANINGS, Case, load

if TYPE_CHECKING:
    from pathlib import Path

CASES = load()
ANSWERS = [case for meaning in sorted(MEANINGS) for case in load(meaning)]
FILES = sorted(path.stem for path in FOLDER.glob("*.toml"))


def group(case: Case) -> str:
    """The file of a case, as its id tells it."""
    return case.id.rsplit("-", 2)[0]


def test_every_meaning_has_a_file() -> None:
    """There are cases for each of the seven meanings."""
    assert set(FILES) >= MEANINGS


def test_no_two_cases_share_an_id() -> None:
    """A report that names a case names one case."""
    twice = [name for name, count in Counter(case.id for case in CASES).items() if count > 1]
    assert twice == []


def test_no_two_cases_say_the_same() -> None:
    """Two cases with the same words would count one lesson twice."""
    twice = [text for text, count in Counter(case.text for case in ANSWERS).items() if count > 1]
    assert twice == []


@pytest.mark.parametrize("file", FILES)
def test_ids_run_through_their_file(file: str) -> None:
    """Each id is the file's name, the language and the next number."""
    expected = [f"{file}-{case.language}-{n:02d}" for n, case in enumerate(load(file), 1)]
    assert [case.id for case in load(file)] == expected


@pytest.mark.parametrize("file", FILES)
def test_every_file_has_forty_cases_and_ten_of_each_language(file: str) -> None:
    """No language is measured on a handful."""
    by_language = Counter(case.language for case in load(file))
    assert by_language.total() >= 40
    assert set(by_language) == set(LANGUAGES)
    assert min(by_language.values()) >= 10


@pytest.mark.parametrize("file", FILES)
def test_half_of_every_file_is_held_out(file: str) -> None:
    """What is only measured is as much as what may be looked at."""
    held_out = Counter((case.language, case.held_out) for case in load(file))
    for language in LANGUAGES:
        assert held_out[language, True] == pytest.approx(held_out[language, False], abs=1)


@pytest.mark.parametrize("meaning", sorted(MEANINGS))
def test_a_file_of_answers_holds_its_own_meaning(meaning: str) -> None:
    """offer.toml holds offers and nothing else."""
    assert {case.meaning for case in load(meaning)} == {meaning}


def test_only_a_mail_that_puts_off_promises_a_day() -> None:
    """A decision date belongs to a decision that is still to come."""
    assert [
        case.id for case in ANSWERS if case.decision_by and group(case) != "still_deciding"
    ] == []


def test_a_promised_day_comes_after_the_mail_and_within_three_months() -> None:
    """A slip in a date would show as a promise in the past or in another year."""
    ahead = {
        case.id: (case.decision_by - case.sent_at.date()).days
        for case in load("still_deciding")
        if case.decision_by is not None
    }
    assert ahead
    assert {name: days for name, days in ahead.items() if not 0 < days <= 92} == {}


def test_still_deciding_comes_with_and_without_a_day() -> None:
    """Both are measured: finding the day, and finding none where none is."""
    for held_out in (False, True):
        having = [bool(c.decision_by) for c in load("still_deciding") if c.held_out is held_out]
        assert having.count(True) >= 10
        assert having.count(False) >= 3


def test_an_answer_often_stands_above_what_it_answers() -> None:
    """Enough cases carry a quoted original, whose words are not the sender's."""
    for held_out in (False, True):
        texts = [case.text for case in ANSWERS if case.held_out is held_out]
        quoting = [text for text in texts if "\n> " in text or ": Robin Doe" in text]
        assert len(quoting) >= 0.2 * len(texts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_case_is_a_mail(case: Case) -> None:
    """The bytes parse without a defect and say who, when and what, in the words of the case."""
    mail = message_from_bytes(case.raw, policy=policy.default)
    assert [part.defects for part in mail.walk() if part.defects] == []
    assert mail["Message-ID"] == f"<{case.id}@cases.example>"
    # Folding may double a space, or put one in front (RFC 5322, section 2.2.3).
    assert mail["Subject"].split() == case.subject.split()
    assert len(mail["From"].addresses) == 1
    assert "." in mail["From"].addresses[0].domain
    assert mail["To"].addresses[0].addr_spec == "robin@example.org"
    body = mail.get_body(("html",) if case.html else ("plain",))
    assert body is not None
    assert body.get_content().split() == case.text.split()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_case_is_the_same_mail_every_time(case: Case) -> None:
    """A fingerprint of a case stays what it was, with a calendar part as well."""
    first, second = case.raw, case.raw
    assert first == second


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: case.id)
def test_nobody_real_is_named(case: Case) -> None:
    """Every address and link in an answer lies in a domain that cannot exist (RFC 2606)."""
    hosts = re.findall(r"(?:@|https?://)([a-z0-9.-]+)", f"{case.sender} {case.text}")
    assert hosts
    assert [name for name in hosts if not name.endswith((".example", "example.org"))] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_case_was_sent_on_the_weekday_that_it_names(case: Case) -> None:
    """The Date field is aware of its zone, and its weekday is that day's."""
    assert case.sent_at.tzinfo is not None
    assert case.date.startswith(case.sent_at.strftime("%a, "))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_line_on_the_wire_keeps_to_the_limit(case: Case) -> None:
    """Lines end in CRLF and have at most 998 octets (RFC 5322, section 2.1.1)."""
    lines = case.raw.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(len(line) for line in lines) <= 998


def test_there_are_no_cases_of_an_unknown_name() -> None:
    """A misspelt name is an error and not an empty list."""
    with pytest.raises(ValueError, match="ofer"):
        load("ofer")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('meening = "offer"', "unknown keys meening"),
        ('meaning = "ofer"', "no meaning 'ofer'"),
        ('decision_by = "Friday"', "'Friday' is no day"),
        ('html = "yes"', "neither true nor false: html"),
        ("role = 3", "not text: role"),
    ],
)
def test_a_slip_in_a_case_is_told_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, complaint: str
) -> None:
    """Whoever writes a case wrongly is told which one and what."""
    head = 'synthetic = true\norigin = "a test"\n[[case]]\n'
    fields = "".join(f'{key} = "x"\n' for key in ("id", "language", "from", "subject", "date"))
    (tmp_path / "slips.toml").write_text(f'{head}{fields}text = "x"\n{line}\n', encoding="utf-8")
    monkeypatch.setattr(cases, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=rf"slips\.toml, case 1: .*{complaint}"):
        load("slips")


def test_the_files_are_read_in_order() -> None:
    """A report lists the cases the same way every time."""
    assert all(one <= other for one, other in pairwise(group(case) for case in CASES))

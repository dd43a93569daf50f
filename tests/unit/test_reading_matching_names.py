"""Short and common names match nothing by themselves, and nothing matches without evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followupd.domain.events import Layer
from followupd.reading.matching import Candidate, Index, by_headers, match
from followupd.reading.message import Message, read_headers

if TYPE_CHECKING:
    import random

ROLE = "Backend Engineer"
COMMON = ["HP", "Talent", "On", "Monday", "Meta", "Match", "Go", "3M", "X", "C", "R&D", "Next"]


def mail(sender: str, subject: str) -> Message:
    """The headers of a mail."""
    return read_headers(f"From: {sender}\r\nSubject: {subject}\r\n".encode())


def laid(sender: str, subject: str, company: str, text: str = "") -> bool | None:
    """Whether a mail is certainly an interview's with a company; None when it is not at all."""
    index = Index.build([Candidate(1, company, ROLE, (), frozenset())])
    message = mail(sender, subject)
    found = match(message, index, text)
    if match(message, index) != found:
        assert by_headers(message, index)[1]
    assert found is None or found.layer is Layer.NAME
    return None if found is None else found.certain


@pytest.mark.parametrize("company", COMMON)
def test_a_short_or_common_name_is_possible_with_the_role_and_nothing_alone(company: str) -> None:
    """As a display name, alone in the subject, and behind words that lead to a company."""
    for sender, subject in (
        (f"{company} <x@ats.example>", "Your application"),
        ("x@ats.example", f"Your interview with {company}"),
        ("x@ats.example", f"Thank you for your interest in {company}!"),
    ):
        if company == "Monday" and sender.startswith(company):
            continue
        assert laid(sender, subject, company) is None
        assert laid(sender, f"{subject}, Backend Engineer", company) is False
        assert laid(sender, subject, company, "the Backend Engineer opening") is False


@pytest.mark.parametrize(
    ("company", "sender", "subject"),
    [
        ("HP", "x@ats.example", "PHP Backend Engineer"),
        ("Talent", "Talent Acquisition <x@ats.example>", "Backend Engineer"),
        ("Talent", "Dana, Talent Acquisition Specialist <x@ats.example>", "Backend Engineer"),
        ("Talent", "Acme Talent Team <x@ats.example>", "Backend Engineer"),
        ("On", "x@ats.example", "Update on your Backend Engineer application"),
        ("On", "x@ats.example", "On your Backend Engineer application"),
        ("Monday", "x@ats.example", "Backend Engineer: interview on Monday"),
        ("Monday", "x@ats.example", "Backend Engineer interview, Monday"),
        ("Next", "x@ats.example", "Next steps: Backend Engineer"),
        ("Next", "x@ats.example", "Your next interview: Backend Engineer"),
        ("Go", "x@ats.example", "Backend Engineer (Go, Kubernetes)/Go developers wanted"),
        ("Match", "x@ats.example", "Backend Engineer: a match for you"),
        ("Meta", "x@ats.example", "Backend Engineer for a meta search"),
        ("X", "x@ats.example", "Backend Engineer x 3"),
        ("C", "x@ats.example", "Backend Engineer in C and C++"),
        ("R&D", "x@ats.example", "Backend Engineer in our R&D team"),
        ("?", "x@ats.example", "Backend Engineer?"),
        ("People", "People Team <x@ats.example>", "Backend Engineer"),
    ],
)
def test_a_common_word_is_not_the_company_even_beside_the_role(
    company: str, sender: str, subject: str
) -> None:
    """Every rejection of a Backend Engineer says "on"."""
    if company == "Go":
        subject = "Go developers wanted, Backend Engineer"
    assert laid(sender, subject, company) is None


@pytest.mark.parametrize("company", ["HP", "Meta", "Next", "Match"])
def test_a_common_name_is_possible_from_its_own_domain_when_it_is_about_a_job(company: str) -> None:
    """careers@next.example may be Next's; its shop's mail is not."""
    domain = f"{company.lower()}.example"
    assert laid(f"careers@{domain}", "Hello", company) is False
    assert laid(f"dana@{domain}", "Your interview", company) is False
    assert laid(f"dana@{domain}", "Hello", company, "about the Backend Engineer") is False
    assert laid(f"shop@{domain}", "Sale", company) is None
    assert laid(f"x@{company.lower()}group.example", "Sale", company) is None


@pytest.mark.parametrize(
    ("company", "said"),
    [
        ("Acme GmbH & Co. KG", "Acme"),
        ("Acme (Berlin)", "ACME"),
        ("ＡＣＭＥ", "Acme"),  # noqa: RUF001 - full-width letters
        ("monday.com", "monday.com"),
        ("株式会社メルカリ", "メルカリ"),
        ("(주)카카오", "카카오"),
        ("C++ Alliance", "C++ Alliance"),
    ],
)
def test_a_name_is_found_as_it_is_called(company: str, said: str) -> None:
    """Without the legal form, in any letters."""
    assert laid(f"{said} <x@ats.example>", "Hello", company) is False


def test_of_four_suggestions_each_has_the_right_company() -> None:
    """Elsewhere the companies were wrong, and the tests looked at the certainty only."""
    companies = ["Acme", "Initech", "Globex", "Hooli"]
    index = Index.build(
        Candidate(number, company, ROLE, (), frozenset())
        for number, company in enumerate(companies, 1)
    )
    for number, company in enumerate(companies, 1):
        text = "We compared you with people from Acme, Initech, Globex and Hooli."
        found = match(mail("x@ats.example", f"{company}: Backend Engineer"), index, text)
        assert found is not None
        assert found.interview_ids == (number,)
        assert company in found.evidence
        assert "subject" in found.evidence


def test_the_evidence_says_which_words_and_where() -> None:
    """`why` prints it."""
    index = Index.build([Candidate(1, "Acme", ROLE, (), frozenset())])
    found = match(mail("Acme <no-reply@ashbyhq.com>", "Hi"), index, "the Backend Engineer role")
    assert found is not None
    assert found.evidence == "“Acme” in From's name and “Backend Engineer” in the text"


# ---- what holds for every mail

_WORDS = st.sampled_from(
    ["on", "next", "talent", "your", "application", "interview", "update", "we", "decided", "hp"]
)
_TEXTS = st.lists(_WORDS, max_size=12).map(" ".join)
_COMPANIES = ["Acme", "Initech", "On", "Globex"]
_ROLES = ["Backend Engineer", "Frontend Engineer", "Data Analyst", "Nurse"]


@st.composite
def _candidates(draw: st.DrawFn) -> list[Candidate]:
    count = draw(st.integers(1, 5))
    return [
        Candidate(
            number,
            draw(st.sampled_from(_COMPANIES)),
            draw(st.sampled_from(_ROLES)),
            (f"{draw(st.sampled_from(['dana', 'eve']))}@{draw(st.sampled_from(_DOMAINS))}",),
            frozenset({draw(st.sampled_from(["<a@x.example>", "<b@x.example>"]))}),
            names=(draw(st.sampled_from(["Dana Fox", "Eve Roe", "Dana"])),),
        )
        for number in range(1, count + 1)
    ]


_DOMAINS = ["acme.example", "initech.example", "agency.example", "gmail.com", "hire.lever.co"]
_SUBJECTS = st.lists(st.sampled_from([*_COMPANIES, *_ROLES, "Re:", "at", "Frontend"])).map(" ".join)


@st.composite
def _mails(draw: st.DrawFn) -> Message:
    name = draw(st.sampled_from(["", "Dana Fox", "Acme Careers", "Acme via Lever", "Initech"]))
    local = draw(st.sampled_from(["dana", "bob", "no-reply", "acme", "dana+x"]))
    domain = draw(st.sampled_from([*_DOMAINS, "acmecareers.example"]))
    lines = [f"From: {name} <{local}@{domain}>", f"Subject: {draw(_SUBJECTS)}"]
    if draw(st.booleans()):
        lines.append("In-Reply-To: <b@x.example>")
    return read_headers("\r\n".join(lines).encode())


@given(_TEXTS, _TEXTS)
def test_a_mail_without_any_evidence_never_matches(subject: str, text: str) -> None:
    """No reference, no known address, no organisation, no name: nobody's."""
    index = Index.build(
        Candidate(n, company, ROLE, (f"dana@{company.lower()}.example",), frozenset({f"<{n}@x>"}))
        for n, company in enumerate(["Acme", "On", "Next", "Talent", "HP"], 1)
    )
    assert match(mail("Bob Roe <bob@home.example>", subject), index, text) is None


@given(_candidates(), _mails(), _SUBJECTS, st.randoms(use_true_random=False))
def test_matching_does_not_hang_on_the_order_of_interviews(
    candidates: list[Candidate], message: Message, text: str, shuffle: random.Random
) -> None:
    """The database may list them in any order."""
    shuffled = list(candidates)
    shuffle.shuffle(shuffled)
    assert match(message, Index.build(candidates), text) == match(
        message, Index.build(shuffled), text
    )


@given(_candidates(), _mails(), _SUBJECTS)
def test_an_unrelated_interview_makes_nothing_certain(
    candidates: list[Candidate], message: Message, text: str
) -> None:
    """Whoever else the user talks to says nothing about this mail."""
    unrelated = Candidate(
        99, "Zyxwv", "Gardener", ("z@zyxwv.example",), frozenset({"<z@z>"}), names=("Zoe Zyx",)
    )
    before = match(message, Index.build(candidates), text)
    assert match(message, Index.build([*candidates, unrelated]), text) == before


@given(_candidates(), _mails(), _SUBJECTS)
def test_the_text_is_wanted_wherever_it_could_change_the_match(
    candidates: list[Candidate], message: Message, text: str
) -> None:
    """Else an answer would be missed because nobody read it."""
    index = Index.build(candidates)
    if match(message, index, text) != match(message, index):
        assert by_headers(message, index)[1]


@given(_candidates(), _mails(), _SUBJECTS)
def test_what_is_certain_is_one_interviews(
    candidates: list[Candidate], message: Message, text: str
) -> None:
    """Several are always a question."""
    found = match(message, Index.build(candidates), text)
    if found is not None:
        assert found.interview_ids == tuple(sorted(set(found.interview_ids)))
        assert found.interview_ids
        assert not found.certain or len(found.interview_ids) == 1


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_no_text_at_all_makes_matching_fail(company: str, name: str, text: str) -> None:
    """Names and texts come from strangers."""
    index = Index.build(
        [Candidate(1, company, text, (name, f"x@{name}"), frozenset(), names=(name,))]
    )
    raw = f"From: {name} <no-reply@hire.lever.co>\r\nSubject: {company}\r\n"
    message = read_headers(raw.encode("utf-8", "replace"))
    match(message, index, text)
    by_headers(message, index)[1]

"""People write from second addresses, colleagues from neighbouring domains, agencies for others."""

from __future__ import annotations

import pytest

from followupd.domain.events import Layer
from followupd.reading.matching import Candidate, Index, by_headers, match
from followupd.reading.message import read_headers

ROLE = "Backend Engineer"
ACME = Candidate(
    1,
    "Acme",
    ROLE,
    ("dana@acme.example",),
    frozenset({"<ours@home.example>"}),
    names=("Dana Fox",),
    subjects=("Thank you for our talk on Tuesday",),
)
EVE = "eve@eqrecruiters.example"
AGENCY = Candidate(1, "Acme", ROLE, (EVE,), frozenset(), names=("Eve Roe",))
OTHER_CLIENT = Candidate(2, "Initech", "Data Analyst", (EVE,), frozenset(), names=("Eve Roe",))


def laid(
    sender: str, subject: str, *candidates: Candidate, text: str = "", header: str = ""
) -> tuple[tuple[int, ...], bool, Layer] | None:
    """What a mail is laid to, how surely, and by which layer; None for nothing."""
    lines = [f"From: {sender}", f"Subject: {subject}", *([header] if header else [])]
    message = read_headers("\r\n".join(lines).encode())
    index = Index.build(candidates)
    found = match(message, index, text)
    if match(message, index) != found:
        assert by_headers(message, index)[1]
    return None if found is None else (found.interview_ids, found.certain, found.layer)


@pytest.mark.parametrize(
    "sender",
    [
        "dana+x7@acme.example",
        "Dana Fox <dana.fox@acme.example>",
        '"Fox, Dana" <d.fox@mail.acme.example>',
        "Dana Fox (Acme) <reply-8812@reply.acme.example>",
        "Dr. Dana M. Fox <fox@acme.example>",
        "dana+token@reply.acme.example",
        "dana.fox@hr.acme.example",
    ],
)
def test_a_persons_second_address_at_the_organisation_is_certain(sender: str) -> None:
    """Plus-addresses, aliases, and the reply addresses of a ticket system."""
    found = laid(sender, "Hello", ACME)
    assert found is not None
    assert found[:2] == ((1,), True)


@pytest.mark.parametrize(
    "sender",
    ["Dana <d@acme.example>", "Daniel Fox <df@acme.example>", "Dana Wolf <w@acme.example>"],
)
def test_half_a_name_at_the_organisation_is_possible(sender: str) -> None:
    """Acme may have two Danas."""
    assert laid(sender, "Hello", ACME) == ((1,), False, Layer.ORGANISATION)


def test_a_private_address_is_possible_by_the_full_name() -> None:
    """It may be somebody of the same name; in the thread it is certain."""
    private = "Dana Fox <foxy77@gmail.com>"
    assert laid(private, "Hello", ACME) == ((1,), False, Layer.NAME)
    assert laid("Dana <foxy77@gmail.com>", "Hello", ACME) is None
    in_thread = laid(private, "Re: Hello", ACME, header="In-Reply-To: <ours@home.example>")
    assert in_thread == ((1,), True, Layer.REFERENCE)


def test_an_accent_makes_no_difference_to_a_name() -> None:
    """José is Jose to many a mail client."""
    known = Candidate(1, "Acme", ROLE, (), frozenset(), names=("José Núñez",))
    assert laid("Jose Nunez <jn@home.example>", "Hello", known) == ((1,), False, Layer.NAME)


@pytest.mark.parametrize("prefix", ["Re:", "AW:", "Re: AW:", "SV:", "回复："])  # noqa: RUF001 - as Chinese clients write it
def test_an_answer_to_our_subject_is_possible_without_any_reference(prefix: str) -> None:
    """Some clients drop References; a colleague may answer from another firm's address."""
    subject = f"{prefix} Thank you for our talk on Tuesday"
    assert laid("x@elsewhere.example", subject, ACME) == ((1,), False, Layer.NAME)


def test_the_same_words_without_an_answers_prefix_say_nothing() -> None:
    """A newsletter may have our subject."""
    assert laid("x@elsewhere.example", "Thank you for our talk on Tuesday", ACME) is None
    short = Candidate(1, "Acme", ROLE, (), frozenset(), subjects=("Hello there",))
    assert laid("x@elsewhere.example", "Re: Hello there", short) is None


@pytest.mark.parametrize(
    "name", ["Recruiting Team", "Talent Acquisition", "HR Department", "The Hiring Team", "Dana"]
)
def test_an_offices_name_is_no_persons(name: str) -> None:
    """Every firm has a talent acquisition team."""
    known = Candidate(1, "Acme", ROLE, (), frozenset(), names=(name,))
    assert laid(f"{name} <x@elsewhere.example>", "Hello", known) is None


@pytest.mark.parametrize(
    ("sender", "header"),
    [
        ("no-reply@tickets.example", "Reply-To: Dana <dana@acme.example>"),
        ("boss@elsewhere.example", "Sender: dana@acme.example"),
        ("boss@elsewhere.example, dana@acme.example", ""),
    ],
)
def test_reply_to_sender_and_a_second_author_are_looked_at(sender: str, header: str) -> None:
    """An assistant sends for somebody, a system sends for a person."""
    assert laid(sender, "Hello", ACME, header=header) == ((1,), True, Layer.ADDRESS)


def test_gmails_dots_make_no_second_person() -> None:
    """Gmail delivers them to one mailbox, under both of its names; others do not."""
    known = Candidate(1, "Acme", ROLE, ("dana.fox@gmail.com",), frozenset())
    assert laid("danafox@googlemail.com", "Hello", known) == ((1,), True, Layer.ADDRESS)
    elsewhere = Candidate(1, "Acme", ROLE, ("dana.fox@web.de",), frozenset())
    assert laid("danafox@web.de", "Hello", elsewhere) is None


def test_a_colleague_in_the_thread_is_certain_from_anywhere() -> None:
    """The colleague was copied, and answers."""
    found = laid("bob@acme.example", "Re: x", ACME, header="References: <ours@home.example>")
    assert found == ((1,), True, Layer.REFERENCE)


@pytest.mark.parametrize(
    "domain",
    [
        "acme.io",
        "acmecareers.com",
        "acme-jobs.com",
        "acmerecruiters.com",
        "acme-group.eu",
        "joinacme.com",
        "careers.acme.co.uk",
        "acmegermany.de",
    ],
)
def test_a_recruiter_at_a_neighbouring_domain_is_possible(domain: str) -> None:
    """companyABCcareers.com was not recognised elsewhere."""
    assert laid(f"x@{domain}", "Hello", ACME) == ((1,), False, Layer.NAME)
    assert laid(f"x@{domain}", "Acme: Backend Engineer", ACME) == ((1,), False, Layer.NAME)


@pytest.mark.parametrize("domain", ["acmeology.com", "notacme.com", "acmed.com", "dacme.org"])
def test_a_domain_that_only_holds_the_letters_is_nobodys(domain: str) -> None:
    """acmeology.com is not Acme's."""
    assert laid(f"x@{domain}", "Hello", ACME) is None


def test_eqrecruiters_is_eqs() -> None:
    """A short name counts with what a company adds to hire, and not without."""
    known = Candidate(1, "EQ", ROLE, (), frozenset())
    assert laid("eve@eqrecruiters.com", "Hello", known) == ((1,), False, Layer.NAME)
    assert laid("eve@eqmail.com", "Hello", known) is None


def test_an_agencys_colleague_counts_with_the_company_only() -> None:
    """The agency fills the same role for others as well."""
    bob = "bob@eqrecruiters.example"
    assert laid(bob, "Backend Engineer", AGENCY) == ((1,), False, Layer.ORGANISATION)
    assert laid(bob, "Backend Engineer at Acme", AGENCY) == ((1,), True, Layer.ORGANISATION)
    assert laid(bob, "Hello", AGENCY, text="Acme decided") == ((1,), True, Layer.ORGANISATION)
    assert laid(bob, "Hello", AGENCY) == ((1,), False, Layer.ORGANISATION)


def test_an_agency_with_two_clients_is_told_apart_or_asked_about() -> None:
    """By the recruiter herself and by her colleague."""
    both = (AGENCY, OTHER_CLIENT)
    bob = "bob@eqrecruiters.example"
    assert laid(bob, "News from Initech", *both) == ((2,), True, Layer.ORGANISATION)
    assert laid(bob, "Data Analyst", *both) == ((2,), False, Layer.ORGANISATION)
    assert laid(bob, "Hello", *both) == ((1, 2), False, Layer.ORGANISATION)
    assert laid(EVE, "Hello", *both) == ((1, 2), False, Layer.ADDRESS)
    assert laid(EVE, "Hello", *both, text="Initech decided") == ((2,), True, Layer.ADDRESS)
    again = "Eve Roe <eve.roe@eqrecruiters.example>"
    assert laid(again, "Hello", *both) == ((1, 2), False, Layer.ORGANISATION)
    assert laid(again, "Initech", *both) == ((2,), True, Layer.ORGANISATION)


@pytest.mark.parametrize(
    ("company", "domain"),
    [
        ("Acme Robotics GmbH", "acme.example"),
        ("Bayerische Motoren Werke", "bmw.example"),
        ("Müller & Söhne", "muellersoehne.example"),
        ("booking.com", "booking.example"),
        ("Acme", "acme-robotics.example"),
    ],
)
def test_the_role_is_enough_from_the_employers_own_domain(company: str, domain: str) -> None:
    """However the domain shortens the company's name."""
    known = Candidate(1, company, ROLE, (f"dana@{domain}",), frozenset())
    found = laid(f"bob@{domain}", "Backend Engineer", known)
    assert found == ((1,), True, Layer.ORGANISATION)


def test_a_shops_receipt_is_not_certain_because_it_names_the_shop() -> None:
    """The user is a customer of the company, too."""
    known = Candidate(1, "Spotiva", ROLE, ("dana@spotiva.example",), frozenset())
    shop = "no-reply@spotiva.example"
    text = "Spotiva thanks you for your payment."
    assert laid(shop, "Your receipt", known, text=text) == ((1,), False, Layer.ORGANISATION)
    answer = "Thank you for your application to Spotiva."
    assert laid(shop, "An update", known, text=answer) == ((1,), True, Layer.ORGANISATION)
    careers = "careers@spotiva.example"
    assert laid(careers, "Spotiva", known) == ((1,), True, Layer.ORGANISATION)


def test_a_signatures_occupation_tells_no_role_from_another() -> None:
    """Dana signs as an engineer; that is not the role that she writes about."""
    engineer = Candidate(1, "Acme", "Data Engineer", ("dana@acme.example",), frozenset())
    analyst = Candidate(2, "Acme", "Data Analyst", ("dana@acme.example",), frozenset())
    signed = "Best, Dana\nSoftware Engineer"
    found = laid("dana@acme.example", "Hello", engineer, analyst, text=signed)
    assert found == ((1, 2), False, Layer.ADDRESS)
    named = laid("dana@acme.example", "The analyst role", engineer, analyst, text=signed)
    assert named == ((2,), True, Layer.ADDRESS)


def test_a_thread_of_two_interviews_is_told_apart_by_the_role() -> None:
    """One mail of ours asked about both."""
    one = Candidate(1, "Acme", "Backend Engineer", (), frozenset({"<m@x.example>"}))
    two = Candidate(2, "Acme", "Frontend Engineer", (), frozenset({"<m@x.example>"}))
    header = "In-Reply-To: <m@x.example>"
    sender = "dana@acme.example"
    assert laid(sender, "Re: Frontend", one, two, header=header) == ((2,), True, Layer.REFERENCE)
    assert laid(sender, "Re: x", one, two, header=header) == ((1, 2), False, Layer.REFERENCE)


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("Back-End Engineer", "backend engineer"),
        ("Backend Engineer", "back end engineer"),
        ("Full Stack Developer", "Fullstack Developer"),
        ("Fullstack Developer", "full-stack developer"),
        ("DevOps Engineer (m/w/d)", "Dev Ops Engineer"),
    ],
)
def test_a_role_is_found_in_one_word_or_in_two(role: str, said: str) -> None:
    """Back-end, back end and backend are one role."""
    known = Candidate(1, "Acme", role, ("dana@acme.example",), frozenset())
    assert laid("bob@acme.example", said, known) == ((1,), True, Layer.ORGANISATION)

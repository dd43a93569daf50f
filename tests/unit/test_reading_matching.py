"""Mail is laid to the right interview, or is said to be unsure."""

from __future__ import annotations

import pytest

from followupd.domain.events import Layer
from followupd.reading.matching import Candidate, Index, Match, by_headers, match
from followupd.reading.message import Message, read_headers
from followupd.reading.organisations import is_shared, organisation, registrable


def mail(sender: str, subject: str = "Hello", *headers: str) -> Message:
    """The headers of a mail."""
    return read_headers("\r\n".join([f"From: {sender}", f"Subject: {subject}", *headers]).encode())


def candidate(
    number: int = 1,
    company: str = "Acme",
    role: str = "Senior Backend Engineer",
    addresses: tuple[str, ...] = ("Dana@acme.example",),
    message_ids: tuple[str, ...] = (),
) -> Candidate:
    """An interview at Acme, unless said otherwise."""
    return Candidate(number, company, role, addresses, frozenset(message_ids))


def found(
    message: Message, *candidates: Candidate, text: str = ""
) -> tuple[tuple[int, ...], bool, Layer]:
    """What a mail is laid to, how surely, and by which layer."""
    result = match(message, Index.build(candidates), text)
    assert result is not None
    assert result.evidence.isprintable()
    return result.interview_ids, result.certain, result.layer


def nothing(message: Message, *candidates: Candidate, text: str = "") -> bool:
    """Whether a mail is laid to nothing."""
    return match(message, Index.build(candidates), text) is None


BACKEND = candidate(1, role="Backend Engineer")
FRONTEND = candidate(2, role="Frontend Engineer")


def test_a_reference_is_certain_from_any_address() -> None:
    """A colleague, or a second address, answers in the thread."""
    message = mail("x@other.example", "Re: Hi", "In-Reply-To: <ours@example.org>")
    assert found(message, candidate(message_ids=("<ours@example.org>",))) == (
        (1,),
        True,
        Layer.REFERENCE,
    )


def test_the_newest_reference_decides_between_interviews() -> None:
    """A thread that went from one role on to another."""
    one = candidate(1, message_ids=("<one@x.example>",))
    other = candidate(2, message_ids=("<other@x.example>",))
    message = mail("x@y.example", "Re: Hi", "References: <one@x.example> <other@x.example>")
    assert found(message, one, other) == ((2,), True, Layer.REFERENCE)
    tied = candidate(3, message_ids=("<other@x.example>",))
    assert found(message, one, other, tied) == ((2, 3), False, Layer.REFERENCE)


@pytest.mark.parametrize(
    "sender", ["dana@acme.example", "Dana Fox <DANA@ACME.example>", "dana+reply@acme.example"]
)
def test_a_new_mail_from_a_known_person_is_certain(sender: str) -> None:
    """Outside the thread, in any case, from a plus-address."""
    assert found(mail(sender), candidate()) == ((1,), True, Layer.ADDRESS)


def test_reply_to_may_name_the_person() -> None:
    """Applicant-tracking hosts write for a person who is named in Reply-To."""
    message = mail("no-reply@greenhouse.io", "Hello", "Reply-To: dana@acme.example")
    assert found(message, candidate()) == ((1,), True, Layer.ADDRESS)


def test_one_person_with_two_roles_is_told_apart_by_what_distinguishes_them() -> None:
    """The words that both roles have in common say nothing."""
    dana = "dana@acme.example"
    assert found(mail(dana, "The backend position"), BACKEND, FRONTEND) == (
        (1,),
        True,
        Layer.ADDRESS,
    )
    assert found(mail(dana, "Engineer"), BACKEND, FRONTEND) == ((1, 2), False, Layer.ADDRESS)
    assert found(mail(dana), BACKEND, FRONTEND, text="your frontend interview") == (
        (2,),
        True,
        Layer.ADDRESS,
    )
    both = mail(dana, "Backend and frontend")
    assert found(both, BACKEND, FRONTEND) == ((1, 2), False, Layer.ADDRESS)


def test_senior_distinguishes_in_the_subject_but_not_in_a_signature() -> None:
    """Every second recruiter signs as a senior one."""
    senior = candidate(1, role="Senior Engineer")
    plain = candidate(2, role="Engineer")
    dana = "dana@acme.example"
    assert found(mail(dana, "Senior Engineer"), senior, plain)[:2] == ((1,), True)
    assert found(mail(dana), senior, plain, text="Dana, Senior Recruiter")[:2] == ((1, 2), False)


def test_an_agency_recruiter_is_told_apart_by_company() -> None:
    """One recruiter, two clients."""
    agency = ("eve@eqrecruiters.example",)
    one = candidate(1, "Acme", "Engineer", agency)
    other = candidate(2, "Initech", "Engineer", agency)
    message = mail("eve@eqrecruiters.example", "News from Initech")
    assert found(message, one, other) == ((2,), True, Layer.ADDRESS)


@pytest.mark.parametrize(
    "sender", ["eve@acme.example", "eve@mail.acme.example", "name+token@reply.acme.example"]
)
def test_a_colleague_with_the_role_or_company_is_certain(sender: str) -> None:
    """The organisation's domain, or one below it, together with words."""
    backend = mail(sender, "Backend Engineer (m/f/d)")
    assert found(backend, candidate()) == ((1,), True, Layer.ORGANISATION)
    assert found(mail(sender), candidate(), text="your time at Acme") == (
        (1,),
        True,
        Layer.ORGANISATION,
    )


def test_the_domain_alone_is_only_possible() -> None:
    """Someone at Acme writes about something."""
    message = mail("eve@acme.example", "Lunch")
    assert found(message, candidate()) == ((1,), False, Layer.ORGANISATION)
    assert by_headers(message, Index.build([candidate()]))[1]


def test_a_parent_domain_is_the_organisations() -> None:
    """Known is hr.acme.co.uk, and acme.co.uk writes; but co.uk is nobody's."""
    known = candidate(addresses=("dana@hr.acme.co.uk",))
    assert found(mail("eve@acme.co.uk", "Acme"), known) == ((1,), True, Layer.ORGANISATION)
    assert nothing(mail("eve@other.co.uk", "Hello"), known)


def test_two_roles_at_one_company_stay_unsure_on_its_domain() -> None:
    """The company's name fits both."""
    message = mail("eve@acme.example", "Acme")
    assert found(message, BACKEND, FRONTEND) == ((1, 2), False, Layer.ORGANISATION)
    assert found(mail("eve@acme.example", "Frontend"), BACKEND, FRONTEND) == (
        (2,),
        True,
        Layer.ORGANISATION,
    )


@pytest.mark.parametrize(
    "host",
    [
        "gmail.com",
        "outlook.de",
        "yahoo.co.uk",
        "greenhouse.io",
        "mail.personio.de",
        "hire.lever.co",
    ],
)
def test_a_shared_host_is_nobodys_domain(host: str) -> None:
    """23 firms' mail landed on one company named after its applicant-tracking host."""
    assert is_shared(host)
    assert organisation(host) == ""
    known = candidate(addresses=(f"dana@{host}",))
    assert nothing(
        mail(f"no-reply@{host}", "Thank you for applying to Initech as Backend Engineer"), known
    )


def test_a_references_domain_is_not_the_employers() -> None:
    """A professor who vouches for the user does not speak for Acme."""
    known = Candidate(1, "Acme", "Engineer", (), frozenset(), ("prof@uni.example",))
    assert found(mail("prof@uni.example"), known) == ((1,), True, Layer.ADDRESS)
    assert nothing(mail("library@uni.example", "Engineer books"), known)


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("Acme Careers <no-reply@greenhouse.io>", "Your application"),
        ("Hiring <no-reply@ats.example>", "Update from ACME: next steps"),
        ("acme@myworkday.com", "Update on your application"),
        ("jobs@acmecareers.com", "Your application"),
    ],
)
def test_a_companys_name_on_a_strangers_mail_is_possible(sender: str, subject: str) -> None:
    """Rejections by applicant-tracking systems were invisible elsewhere."""
    assert found(mail(sender, subject), candidate()) == ((1,), False, Layer.NAME)


@pytest.mark.parametrize(
    ("company", "subject"),
    [
        ("HP", "PHP developers wanted"),
        ("HP", "HP ink on sale"),
        ("Talent", "Talent Acquisition Specialist"),
        ("?", "Any news?"),
        ("...", "..."),
        ("1337", "1337"),
        ("Acme", "Acmeology"),
        ("On", "Come on"),
        ("Monday", "See you Monday"),
        ("Meta", "Meta analysis"),
    ],
)
def test_a_name_that_says_nothing_matches_nothing(company: str, subject: str) -> None:
    """Part of a word, an everyday word, two letters, or no letter at all."""
    known = candidate(company=company, addresses=())
    assert nothing(mail("x@news.example", subject), known, text="Hello there")


def test_a_weak_name_counts_together_with_the_role() -> None:
    """HP and the role in one mail; the text is wanted for it."""
    known = candidate(company="HP", addresses=())
    message = mail("HP Careers <x@ats.example>", "Your application")
    assert by_headers(message, Index.build([known]))[1]
    assert found(message, known, text="the Backend Engineer opening") == ((1,), False, Layer.NAME)


def test_a_legal_form_is_no_part_of_the_name() -> None:
    """Acme GmbH is called Acme by everyone."""
    known = candidate(company="Acme GmbH", addresses=())
    assert found(mail("x@ats.example", "Acme says hello"), known)[2] is Layer.NAME


def test_a_name_without_blanks_around_it_is_found_in_its_script() -> None:
    """Japanese puts no blanks between words."""
    known = candidate(company="株式会社メルカリ", addresses=())
    assert found(mail("x@ats.example", "株式会社メルカリの選考結果"), known)[2] is Layer.NAME


def test_a_stranger_matches_nothing() -> None:
    """A friend's mail is nobody's answer."""
    message = mail("Friend <friend@home.example>", "Dinner")
    assert nothing(message, candidate())
    assert not by_headers(message, Index.build([candidate()]))[1]
    assert match(message, Index.build([])) is None


def test_the_text_is_not_wanted_where_the_header_decides() -> None:
    """A known person's mail need not be opened to be matched."""
    assert not by_headers(mail("dana@acme.example"), Index.build([BACKEND]))[1]
    assert by_headers(mail("dana@acme.example"), Index.build([BACKEND, FRONTEND]))[1]
    assert not by_headers(mail("dana@acme.example", "Backend"), Index.build([BACKEND, FRONTEND]))[1]


def test_the_evidence_can_be_read() -> None:
    """It names the layer's reason in one line."""
    result = match(mail("eve@acme.example", "Senior Backend Engineer"), Index.build([candidate()]))
    assert result == Match(
        (1,),
        certain=True,
        layer=Layer.ORGANISATION,
        evidence="domain acme.example and “Senior Backend Engineer” in the subject",
    )
    by_address = match(mail("dana@acme.example"), Index.build([candidate()]))
    assert by_address is not None
    assert by_address.evidence == "From is dana@acme.example"


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("mail.acme.example", "acme.example"),
        ("acme.co.uk", "acme.co.uk"),
        ("co.uk", ""),
        ("com", ""),
        ("", ""),
        ("x.acme.onmicrosoft.com", "acme.onmicrosoft.com"),
    ],
)
def test_the_registrable_domain_is_never_a_suffix(domain: str, expected: str) -> None:
    """co.uk is not a neighbour of anyone."""
    assert registrable(domain) == expected

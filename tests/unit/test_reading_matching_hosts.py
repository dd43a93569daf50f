"""Mail through applicant-tracking systems is the company's, never the system's."""

from __future__ import annotations

import pytest

from followupd.domain.events import Layer
from followupd.reading.matching import Candidate, Index, by_headers, match
from followupd.reading.message import read_headers
from followupd.reading.organisations import (
    carrier,
    is_applicant_tracking,
    is_shared,
    organisation,
)

HOSTS = [
    "us.greenhouse-mail.io",
    "eu.greenhouse-mail.io",
    "hire.lever.co",
    "jobs.lever.co",
    "ashbyhq.com",
    "otp.workday.com",
    "myworkday.com",
    "talent.icims.com",
    "smartrecruiters.com",
    "candidates.workablemail.com",
    "teamtailor-mail.com",
    "invalidemail.taleo.net",
    "successfactors.eu",
    "app.bamboohr.com",
    "recruiteemail.com",
    "jobvite.com",
    "applytojob.com",
    "breezy-mail.com",
    "m.personio.de",
    "softgarden.io",
    "umantis.com",
    "gupy.com.br",
    "jobs.nhs.uk",
    "trac.jobs",
    "governmentjobs.com",
    "reachmee.com",
]

ROLE = "Senior Backend Engineer"
ACME = Candidate(1, "Acme Robotics GmbH", ROLE, (), frozenset())


def laid(
    sender: str, subject: str, *candidates: Candidate, text: str = ""
) -> tuple[tuple[int, ...], bool, Layer] | None:
    """What a mail is laid to, how surely, and by which layer; None for nothing."""
    message = read_headers(f"From: {sender}\r\nSubject: {subject}\r\n".encode())
    index = Index.build(candidates)
    found = match(message, index, text)
    if match(message, index) != found:
        assert by_headers(message, index)[1]
    return None if found is None else (found.interview_ids, found.certain, found.layer)


@pytest.mark.parametrize("host", HOSTS)
def test_a_systems_host_is_known_and_nobodys(host: str) -> None:
    """The hosts that systems really send from."""
    assert is_applicant_tracking(host)
    assert is_shared(host)
    assert organisation(host) == ""
    assert carrier(host)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("Acme Robotics <no-reply@{host}>", "Your application"),
        ("Acme Robotics Hiring Team <notifications@{host}>", "Your application"),
        ("Dana Fox from Acme Robotics <dana.x1@{host}>", "Your application"),
        ("Acme Robotics via {carrier} <no-reply@{host}>", "Your application"),
        ("{carrier} <no-reply@{host}>", "Thank you for your interest in Acme Robotics"),
        ("<acmerobotics@{host}>", "Your application"),
        ("<no-reply-acme-robotics@{host}>", "Your application"),
        ("<notification+acmerobotics@{host}>", "Your application"),
        ("<jobs@acme-robotics.{host}>", "Your application"),
        ("<acmeroboticscareers@{host}>", "Your application"),
    ],
)
def test_company_and_role_are_certain_and_the_company_alone_is_possible(
    host: str, sender: str, subject: str
) -> None:
    """However the company is named: display name, subject, mailbox or subdomain."""
    written = sender.format(host=host, carrier=carrier(host))
    assert laid(written, subject, ACME) == ((1,), False, Layer.NAME)
    assert laid(written, f"{subject} - Backend Engineer", ACME) == ((1,), True, Layer.NAME)
    text = "Thank you for interviewing for the Backend Engineer opening."
    assert laid(written, subject, ACME, text=text) == ((1,), True, Layer.NAME)


@pytest.mark.parametrize("host", HOSTS)
def test_other_firms_mail_through_the_same_host_is_not_laid_to_anybody(host: str) -> None:
    """23 firms' acknowledgements landed on one company elsewhere."""
    text = f"Initech has received it. Backend Engineer. Powered by {carrier(host)}"
    assert laid(f"Initech <no-reply@{host}>", "Your application", ACME, text=text) is None


@pytest.mark.parametrize("host", HOSTS)
def test_an_interview_at_the_system_itself_is_not_met_by_its_own_marks(host: str) -> None:
    """Its "via Workable", "Sent with Lever", footer and domain name the system only."""
    own = carrier(host)
    at_system = Candidate(1, own, ROLE, (), frozenset())
    text = f"Initech thanks you, Backend Engineer.\n\nSent with {own}. © {own} Inc."
    for sender in (
        f"{own} <no-reply@{host}>",
        f"Initech via {own} <no-reply@{host}>",
        f"no-reply@{host}",
        f"no-reply-{own.casefold().replace(' ', '')}@{host}",
    ):
        subjects = (
            "Backend Engineer at Initech",
            f"Backend Engineer at Initech (powered by {own})",
            f"Backend Engineer at Initech via {own}",
        )
        for subject in subjects:
            assert laid(sender, subject, at_system, text=text) is None, (sender, subject)


@pytest.mark.parametrize(
    "host",
    ["hire.lever.co", "us.greenhouse-mail.io", "workablemail.com", "smartrecruiters.com"],
)
def test_an_interview_at_the_system_itself_is_possible_when_it_is_named(host: str) -> None:
    """Workable hires through Workable; the mail still waits for the user's word."""
    own = carrier(host)
    at_system = Candidate(1, own, ROLE, (), frozenset())
    sender = f"{own} Careers <no-reply@{host}>"
    subject = f"Your interview with {own}: Backend Engineer"
    assert laid(sender, subject, at_system) == ((1,), False, Layer.NAME)


def test_an_interview_at_the_system_itself_does_not_take_another_firms_certainty() -> None:
    """Acme hires through Lever, and the user has talked to both."""
    lever = Candidate(2, "Lever", ROLE, (), frozenset())
    sender = "Acme Robotics <no-reply@hire.lever.co>"
    subject = "Backend Engineer (sent with Lever)"
    assert laid(sender, subject, ACME, lever) == ((1,), True, Layer.NAME)


def test_a_company_that_only_the_text_names_is_possible() -> None:
    """Even with the role: the text may speak of a former employer."""
    text = "Thank you for your interest in Acme Robotics. Backend Engineer."
    assert laid("no-reply@ashbyhq.com", "An update", ACME, text=text) == (
        (1,),
        False,
        Layer.NAME,
    )
    # A stranger's text is not searched.
    assert laid("no-reply@news.example", "An update", ACME, text=text) is None


def test_two_roles_at_one_company_are_told_apart_or_asked_about() -> None:
    """The subject before the text; both when neither tells."""
    front = Candidate(2, "Acme Robotics", "Senior Frontend Engineer", (), frozenset())
    sender = "Acme Robotics <no-reply@ashbyhq.com>"
    assert laid(sender, "Your application", ACME, front) == ((1, 2), False, Layer.NAME)
    assert laid(sender, "Engineer", ACME, front) == ((1, 2), False, Layer.NAME)
    assert laid(sender, "Frontend Engineer", ACME, front) == ((2,), True, Layer.NAME)
    both = "the Frontend Engineer and the Backend Engineer openings"
    assert laid(sender, "Hello", ACME, front, text=both) == ((1, 2), False, Layer.NAME)
    told = laid(sender, "Frontend Engineer", ACME, front, text="our Backend Engineer Eve")
    assert told == ((2,), True, Layer.NAME)


def test_a_systems_office_mailbox_that_was_recorded_for_one_firm_is_not_its_own() -> None:
    """The user wrote no-reply@ down as Acme's person; it writes for Initech as well."""
    office = "no-reply@us.greenhouse-mail.io"
    known = Candidate(1, "Acme Robotics", ROLE, (office,), frozenset())
    assert laid(office, "An update", known) == ((1,), False, Layer.ADDRESS)
    other = "Thank you for your interest in Initech."
    assert laid(f"Initech <{office}>", "An update", known, text=other) is None
    assert laid(office, "Acme Robotics: Backend Engineer", known) == ((1,), True, Layer.NAME)


def test_a_persons_own_mailbox_at_a_system_is_that_persons() -> None:
    """Lever and others give each conversation its own address."""
    known = Candidate(1, "Acme", ROLE, ("dana.fox@hire.lever.co",), frozenset())
    assert laid("dana.fox+abc123@hire.lever.co", "Hello", known) == ((1,), True, Layer.ADDRESS)
    assert laid("eve.roe@hire.lever.co", "Hello", known) is None


@pytest.mark.parametrize("local", ["talent", "jobs", "careers", "bob.next", "no-reply"])
@pytest.mark.parametrize("company", ["Talent", "Jobs", "Careers", "Next", "Miller"])
def test_a_mailboxes_furniture_is_no_company(local: str, company: str) -> None:
    """talent.icims.com is not Talent's, nor bob.miller@ Miller's."""
    known = Candidate(1, company, ROLE, (), frozenset())
    text = "the Backend Engineer opening at Initech"
    assert laid(f"{local}@talent.icims.com", "Hello", known, text=text) is None
    assert laid("bob.miller@gmail.com", "Hello", known, text=text) is None


def test_a_webmail_address_that_hires_names_the_company() -> None:
    """Small firms recruit from Gmail."""
    assert laid("acmerobotics.careers@gmail.com", "Hello", ACME) == ((1,), False, Layer.NAME)

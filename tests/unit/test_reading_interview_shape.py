"""A job interview is told from everything else, with its company or with none."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.reading.addresses import Address
from followupd.reading.invitation.shape import InterviewShape, interview_shape, people_of
from tests.support.calendars import DANA, OWN, ROBIN, event, invited, read

if TYPE_CHECKING:
    from followupd.reading.invitation import Invitation


def shape(invitation: Invitation, subject: str = "", text: str = "") -> InterviewShape | None:
    """What the invitation is shaped like to Robin."""
    return interview_shape(invitation, subject=subject, text=text, own_addresses=OWN)


def guess(
    summary: str, organizer: str = DANA, description: str = "", *more: str
) -> tuple[str, str] | None:
    """Company and role as guessed, or None for no interview; as Google mails the invitation."""
    when = "@ Tue Dec 1, 2026 10am - 11am (CET) (robin@example.org)"
    found = shape(
        invited(summary, organizer, description=description, attendees=(ROBIN, *more)),
        subject=f"Invitation: {summary} {when}",
        text=description,
    )
    return None if found is None else (found.company, found.role)


@pytest.mark.parametrize(
    "summary",
    [
        "Interview with Acme",
        "Phone Screen",
        "Technical screen (Robin)",
        "Recruiter call",
        "Hiring manager chat",
        "Final round interview",
        "Vorstellungsgespräch",
        "Bewerbungsgespräch Acme",
        "Probetag bei Acme",
        "Entretien d\u2019embauche",
        "Entretien technique",
        "Entrevista de trabajo",
        "Proceso de selección: segunda fase",
        "INTERVIEW",
        "Erinnerung: Telefoninterview",
    ],
)
def test_a_title_that_says_interview_is_enough(summary: str) -> None:
    """In four languages; the words that say so are told."""
    found = shape(invited(summary))
    assert found is not None
    assert "in the title" in found.words


@pytest.mark.parametrize(
    ("summary", "description"),
    [
        ("Robin Doe and Dana Fox", "Interview for the Backend Engineer position"),
        ("Kennenlerngespräch", "Wir freuen uns über Ihre Bewerbung."),
        ("Erstgespräch Backend-Entwickler", ""),
        ("Onsite at Acme", "You will meet our hiring team."),
        ("Entretien Acme", "Suite à votre candidature"),
        ("Intro call", "You applied for a job opening; I am the recruiter."),
        ("Entretien \N{EN DASH} Développeuse", ""),
    ],
)
def test_two_kinds_of_evidence_are_enough(summary: str, description: str) -> None:
    """A title that may be one, with a role, a company or words of hiring."""
    assert shape(invited(summary, description=description)) is not None


@pytest.mark.parametrize(
    ("summary", "description"),
    [
        ("Customer interview with Acme", ""),
        ("User Interview: Robin", "candidate role interview"),
        ("Exit interview", ""),
        ("1:1 Dana / Robin", "interview feedback for the open role"),
        ("Interview training", ""),
        ("Interview panel debrief", ""),
        ("Debrief: Backend Engineer interview", ""),
        ("Entretien annuel", ""),
        ("Entretien professionnel 2026", ""),
        ("Entretien chaudière", ""),
        ("Contrat d'entretien", "candidature"),
        ("Mitarbeitergespräch", ""),
        ("Jahresgespräch", "Interview"),
        ("Webinar: how to ace interviews", ""),
        ("Podcast interview with Dana", ""),
        ("Mock interview", ""),
        ("Visa interview", ""),
        ("Entrevista con usuarios", ""),
        ("Lunch", "interview role candidate"),
        ("Weekly sync", "our hiring team discusses interview candidates for the role"),
        ("Kennenlernen", ""),
        ("Project kickoff", "Bring the notes of the customer interview"),
        ("Dinner", ""),
        ("Canceled: Interview with Acme", ""),
        ("Abgesagt: Vorstellungsgespräch", ""),
    ],
)
def test_other_appointments_are_no_interviews(summary: str, description: str) -> None:
    """Somebody else's interview, the user's own job, and everyday meetings."""
    assert shape(invited(summary, description=description), text=description) is None


INTERVIEW = "Interview with Acme"


@pytest.mark.parametrize(
    "invitation",
    [
        invited(INTERVIEW, method="CANCEL"),
        invited(INTERVIEW, method="REPLY"),
        invited(INTERVIEW, DANA, "STATUS:CANCELLED"),
        invited(INTERVIEW, DANA, "RRULE:FREQ=WEEKLY"),
        invited(INTERVIEW, DANA, "DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261208"),
        invited(INTERVIEW, ROBIN),
        invited(INTERVIEW, "R <Robin+jobs@example.org>"),
        invited(INTERVIEW, "Boss <boss@example.org>"),
        invited(INTERVIEW, attendees=("Jo Roe <jo@elsewhere.example>",)),
    ],
    ids=[
        "cancelled",
        "a reply",
        "called off",
        "weekly",
        "a week long",
        "the user's own",
        "the user's own with a plus",
        "a colleague's",
        "somebody else's",
    ],
)
def test_an_interview_that_is_not_the_users_to_attend_is_none(invitation: Invitation) -> None:
    """Whatever its title says."""
    assert shape(invitation) is None


@pytest.mark.parametrize(
    "invitation",
    [
        invited(INTERVIEW, attendees=()),
        invited(INTERVIEW, ""),
        invited(INTERVIEW, attendees=("Robin <ROBIN+acme@Example.org>",)),
        invited(INTERVIEW, DANA, "DTSTART;VALUE=DATE:20261201"),
        invited(INTERVIEW, method="PUBLISH"),
    ],
    ids=["nobody named", "no organiser", "another way to write it", "a day", "published"],
)
def test_an_interview_that_is_the_users_is_one(invitation: Invitation) -> None:
    """Their address counts however it is written; so does an invitation that names nobody."""
    assert shape(invitation) is not None


GMAIL = "Dana Fox <dana@gmail.com>"
TRACKER = "<no-reply@greenhouse.io>"
FOR_ACME = "Acme Recruiting <acme@greenhouse-mail.io>"
AGENCY = "Bea Bright <bea@brightpeople.example>"


@pytest.mark.parametrize(
    ("summary", "organizer", "description", "company", "role"),
    [
        ("Interview with Acme \N{EN DASH} Backend Engineer", DANA, "", "Acme", "Backend Engineer"),
        ("Acme: Technical Interview (Robin Doe)", DANA, "", "Acme", ""),
        ("Acme: Technical Interview (Robin Doe)", FOR_ACME, "", "Acme", ""),
        ("Backend Engineer interview @ Acme GmbH", GMAIL, "", "Acme GmbH", "Backend Engineer"),
        (
            "Vorstellungsgespräch bei der Acme GmbH als Backend-Entwickler (m/w/d)",
            GMAIL,
            "",
            "Acme GmbH",
            "Backend-Entwickler",
        ),
        ("Entretien Acme \N{EN DASH} Développeur", DANA, "", "Acme", "Développeur"),
        ("Entretien chez Acme pour le poste de Comptable", GMAIL, "", "Acme", "Comptable"),
        ("Entrevista en Acme - Analista de datos", DANA, "", "Acme", "Analista de datos"),
        ("30 Minute Interview: Robin Doe and Dana Fox", DANA, "", "Acme", ""),
        ("Phone screen between Robin Doe and Dana Fox", DANA, "", "Acme", ""),
        ("Acme Robotics <> Robin Doe: Onsite interview", DANA, "", "Acme Robotics", ""),
        ("Acme Backend Engineer Interview", DANA, "", "Acme", "Backend Engineer"),
        ("Interview Robin Doe, Backend Engineer", DANA, "", "Acme", "Backend Engineer"),
        ("Interview at Globex", AGENCY, "", "Globex", ""),
        ("Interview Globex", AGENCY, "You will meet the team at Globex.", "Globex", ""),
        ("Interview", AGENCY, "Company: Globex\nRole: Data Analyst", "Globex", "Data Analyst"),
        ("Interview", TRACKER, "Your interview at Globex on Tuesday", "Globex", ""),
        ("Interview", DANA, "about the Sales Manager position", "Acme", "Sales Manager"),
        ("Ernst & Young Interview", "Ivy <ivy@ey.example>", "", "Ernst & Young", ""),
        ("General Motors interview", "Ivy <ivy@gm.example>", "", "General Motors", ""),
        ("HP interview", "Ivy <ivy@hp.example>", "PHP developer", "HP", ""),
        ("Job interview", "Eva <eva@stadtwerke-ulm.example>", "", "Stadtwerke Ulm", ""),
        ("Job interview", "Eva <eva@gitlab.example>", "Welcome to GitLab!", "GitLab", ""),
        ("Job interview", "Eva <eva@bmw.example>", "", "BMW", ""),
        ("Job interview", "Jobs <hello@acmecareers.example>", "", "Acme", ""),
        ("Interview bei Müller", "Eva <eva@mueller.example>", "", "Müller", ""),
    ],
)
def test_company_and_role_are_found_where_something_speaks_for_them(
    summary: str, organizer: str, description: str, company: str, role: str
) -> None:
    """The title with a second witness: a domain, a legal form, the text, or "at" before it."""
    assert guess(summary, organizer, description) == (company, role)


@pytest.mark.parametrize(
    ("summary", "organizer", "description"),
    [
        ("Interview with Dana", GMAIL, ""),
        ("Interview with Dana", TRACKER, ""),
        ("Interview with Globex", AGENCY, ""),
        ("Interview with Globex", DANA, ""),
        ("Interview with Ivy Irwin", TRACKER, ""),
        ("Interview Robin Doe", GMAIL, ""),
        ("Interview at 10am", GMAIL, ""),
        ("Interview at our office", GMAIL, ""),
        ("Interview bei uns", GMAIL, "Bei Fragen zum Interview bitte melden."),
        ("Entrevista en Madrid", GMAIL, ""),
        ("Interview | Berlin", GMAIL, ""),
        ("Interview via Zoom", GMAIL, ""),
        ("Zoom: Interview", GMAIL, ""),
        ("Microsoft Teams Interview", GMAIL, ""),
        ("Greenhouse interview", TRACKER, ""),
        ("Interview at Greenhouse", TRACKER, ""),
        ("Calendly: Interview", "<notifications@calendly.com>", ""),
        ("Google Calendar: Interview", "<calendar-notification@google.com>", ""),
        ("Interview", "<x@group.calendar.google.com>", ""),
        ("Interview", AGENCY, ""),
        ("Interview", "Tal <tal@talent.example>", ""),
        ("Hiring Manager Interview", GMAIL, ""),
        ("Interview with Engineering Manager", GMAIL, ""),
        ("Final Round: Panel Interview, Stage 2", GMAIL, ""),
        ("Interview mit Frau Fuchs", GMAIL, ""),
        ("Technical Interview w/ Mia (Senior Engineer)", GMAIL, ""),
        ("Acme Backend Engineer Interview", GMAIL, ""),
    ],
)
def test_nothing_is_guessed_where_nothing_speaks_for_it(
    summary: str, organizer: str, description: str
) -> None:
    """No person, place, round, agency or system becomes the company; none who asks the role."""
    assert guess(summary, organizer, description) == ("", "")


def test_two_companies_are_none() -> None:
    """The user is asked rather than one of them taken."""
    assert guess("Interview: Acme GmbH, Globex AG") == ("", "")


def test_a_company_named_against_the_organisers_is_believed_by_its_at() -> None:
    """An agency invites for another firm; its own name is not taken."""
    assert guess("Backend Engineer interview at Globex", AGENCY) == ("Globex", "Backend Engineer")


def test_the_people_are_those_one_can_write_to() -> None:
    """The organiser first; no user, no room, no system, each once and with a name."""
    invitation = invited(
        "Interview",
        "<dana@acme.example>",
        "ATTENDEE;CUTYPE=ROOM;CN=Big room:mailto:big@acme.example",
        attendees=(
            ROBIN,
            DANA,
            "Henry Hall <henry@acme.example>",
            "Henry Hall <HENRY@acme.example>",
            "Conference Room 2 <room2@acme.example>",
            "<c_1@resource.calendar.google.com>",
            "Acme <calendar-notification@google.com>",
            "<notifications@calendly.com>",
            "<no-reply@acme.example>",
            "Acme Hiring <x@hire.lever.co>",
        ),
    )
    assert people_of(invitation, OWN) == (
        Address("Dana Fox", "dana@acme.example"),
        Address("Henry Hall", "henry@acme.example"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "interview at Acme, " * 4000,
        "Role of " * 9000,
        "Company:\n" * 8000,
        "w" * 65_536,
        "for the " * 9000,
        "m/w/" * 16_000,
        "( @ 1" * 13_000,
        "entretien preparación " * 3000,
        "x@" * 32_000,
        "\u0301" * 65_536,
    ],
)
def test_hostile_text_is_judged_at_little_cost(text: str) -> None:
    """Less than a tenth of a second was measured for each."""
    invitation = invited("Interview " + text.replace("\n", " ")[:290], description=text[:4000])
    before = time.process_time()
    shape(invitation, subject=text, text=text)
    shape(invited("x", description=text[:4000]), subject="Interview", text=text)
    assert time.process_time() - before < 2


@settings(deadline=None)
@given(st.text(max_size=120), st.text(max_size=120))
def test_any_title_is_judged_without_an_exception(title: str, text: str) -> None:
    """What is guessed is one clean line."""
    invitation = read(
        event("DTSTART:20261201T090000Z", "SUMMARY:Interview " + title.replace("\n", " "))
    )
    found = shape(
        invitation, subject=f"Interview at {title}", text=f"Role: {text}\ninterview at {text}"
    )
    if found is not None:
        assert all(
            not each or each.isprintable() for each in (found.company, found.role, found.words)
        )

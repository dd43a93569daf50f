"""What was misread elsewhere, and each outcome read right; on a real server."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import Outcome, Part, Person, Status
from tests.support.seeker import DANA, KIM
from tests.support.silence import silent

if TYPE_CHECKING:
    from tests.support.seeker import Seeker

SORRY = (
    "Hi Robin,\n\nthank you for the conversation last week. We have decided to go with another "
    "candidate and will not be moving forward with your application.\n\nBest wishes\nDana\n"
)


QUESTION = (
    "Hi Robin,\n\nbefore we can continue, could you please send us your salary expectations and "
    "the contact details of two references?\n\nDana\n"
)


def _read(seeker: Seeker, number: int) -> tuple[Status, Outcome | None]:
    """One pass; the status and the outcome."""
    assert seeker.once() == []
    answer = seeker.history(number).answer
    return seeker.status(number), answer.outcome if answer is not None else None


# ---- each outcome, in one of the languages


def test_an_offer_in_german(seeker: Seeker) -> None:
    """It is answered, with the words that say so."""
    number = silent(seeker)
    text = (
        "Hallo Robin,\n\nwir freuen uns sehr, dir die Stelle als Backend Engineer anbieten zu "
        "können. Den Vertragsentwurf mit Gehalt und Startdatum findest du im Anhang.\n\n"
        "Viele Grüße\nDana\n"
    )
    seeker.receives(seeker.letter_from(DANA, "Dein Vertragsangebot", body=text))
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.OFFER)
    assert "anbieten" in seeker.told("why", str(number)).out


def test_a_rejection_in_french(seeker: Seeker) -> None:
    """Polite as it is."""
    number = silent(seeker)
    text = (
        "Bonjour Robin,\n\nNous vous remercions de l'intérêt que vous portez à notre entreprise. "
        "Malgré la qualité de votre parcours, nous avons le regret de vous informer que votre "
        "candidature n'a pas été retenue.\n\nCordialement,\nDana\n"
    )
    seeker.receives(seeker.letter_from(DANA, "Votre candidature", body=text))
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.REJECTION)


def test_the_next_round_in_spanish(seeker: Seeker) -> None:
    """They want to meet again."""
    number = silent(seeker)
    text = (
        "Hola Robin,\n\nNos gustó mucho hablar contigo y queremos invitarte a una segunda "
        "entrevista con el equipo técnico. ¿Qué disponibilidad tienes la próxima semana?\n\n"
        "Un saludo,\nDana\n"
    )
    seeker.receives(seeker.letter_from(DANA, "Siguiente paso", body=text))
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.NEXT_ROUND)


def test_a_request_for_information_in_english(seeker: Seeker) -> None:
    """Something is wanted from the user before it goes on."""
    number = silent(seeker)
    text = (
        "Hi Robin,\n\nbefore we can continue, could you please send us your salary expectations "
        "and the contact details of two references?\n\nThanks,\nDana\n"
    )
    seeker.receives(seeker.letter_from(DANA, "Two things we need from you", body=text))
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.INFO_REQUEST)


def test_not_decided_yet_in_german_moves_the_check_in_behind_the_day_it_names(
    seeker: Seeker,
) -> None:
    """It is shown from which mail the day was read."""
    number = silent(seeker)
    text = (
        "Hallo Robin,\n\nleider haben wir noch keine Entscheidung getroffen. Wir melden uns bis "
        "zum 16. Dezember bei dir.\n\nViele Grüße\nDana\n"
    )
    seeker.receives(seeker.letter_from(DANA, "Stand der Dinge", body=text))
    assert _read(seeker, number) == (Status.WAITING, None)
    [row] = seeker.told("list", "--json").json
    assert (row["decision_by"], row["unresolved"]) == ("2026-12-16", 0)
    assert row["next"]["step"] == "check-in"
    assert row["next"]["due"] >= "2026-12-18"
    shown = " ".join(seeker.told("show", str(number)).out.split())
    assert "read from “Stand der Dinge”" in shown
    seeker.at("2026-12-16 17:00")
    seeker.once()
    assert seeker.drafts() == []
    seeker.at("2026-12-18 12:00")
    seeker.once()
    assert len(seeker.drafts()) == 1


def test_not_decided_yet_without_a_day_assumes_one_from_the_mail_on(seeker: Seeker) -> None:
    """The interview goes on waiting as long as after an interview without a promise."""
    number = silent(seeker)
    text = (
        "Hi Robin,\n\nwe have not made a final decision yet, as we are still interviewing other "
        "candidates. Thank you for your patience.\n\nDana\n"
    )
    seeker.receives(seeker.letter_from(DANA, "A short update", body=text))
    assert _read(seeker, number) == (Status.WAITING, None)
    [row] = seeker.told("list", "--json").json
    assert row["decision_by"] is None
    seeker.at("2026-12-09 09:00")
    seeker.once()
    assert seeker.drafts() == []


def test_a_promised_weekday_is_counted_from_the_mails_own_date(seeker: Seeker) -> None:
    """The mail lay unread for days: by Friday meant the Friday after it was written."""
    silent(seeker)
    seeker.at("2026-12-15 08:00")
    text = "Hi Robin,\n\nno decision yet, I am sorry. We will let you know by Friday.\n\nDana\n"
    raw = seeker.letter_from(DANA, "Update", body=text)
    raw = raw.replace(b"Tue, 15 Dec 2026 08:00:00 +0100", b"Wed, 09 Dec 2026 08:00:00 +0100")
    seeker.receives(raw)
    seeker.once()
    [row] = seeker.told("list", "--json").json
    assert (row["status"], row["decision_by"]) == ("silent", "2026-12-11")


# ---- misread


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Our call", "Unfortunately we need to reschedule our call. Does Thursday at 2 work?\n"),
        ("Unser Gespräch", "Leider müssen wir unser Gespräch verschieben. Passt Donnerstag?\n"),
        (
            "Notre entretien",
            "Malheureusement, nous devons reporter notre entretien. Seriez-vous libre jeudi ?\n",
        ),
        (
            "Nuestra entrevista",
            "Lamentablemente tenemos que reprogramar la entrevista. ¿Te viene bien el jueves?\n",
        ),
    ],
    ids=["en", "de", "fr", "es"],
)
def test_unfortunately_we_need_to_reschedule_is_no_rejection(
    seeker: Seeker, subject: str, text: str
) -> None:
    """It is a person's answer all the same."""
    number = silent(seeker)
    seeker.receives(seeker.letter_from(DANA, subject, body=f"Hi Robin,\n\n{text}\nDana\n"))
    status, outcome = _read(seeker, number)
    assert outcome is not Outcome.REJECTION
    assert status is Status.ANSWERED or seeker.history(number).possible


@pytest.mark.parametrize(
    ("company", "role", "sender", "subject"),
    [
        ("HP", "Engineer", "Borea <jobs@borea.example>", "Senior PHP developer wanted"),
        ("Talent", "Writer", "Eva Oh <eva@borea.example>", "Talent Acquisition Specialist here"),
        ("?", "Writer", "Eva Oh <eva@borea.example>", "How are you? Any news?"),
        ("Next", "Writer", "Eva Oh <eva@borea.example>", "Next week's newsletter"),
    ],
)
def test_a_companys_name_inside_other_words_names_nobody(
    seeker: Seeker, company: str, role: str, sender: str, subject: str
) -> None:
    """Short names, common words and a question mark are in half of all mail."""
    known = Person("Lou Day", "lou@employer.example", Part.RECRUITER)
    number = silent(seeker, known, company=company, role=role)
    name, _, address = sender.rstrip(">").partition(" <")
    writer = Person(name, address, Part.RECRUITER)
    before = seeker.kinds(number)
    seeker.receives(seeker.letter_from(writer, subject, body="Hello, unfortunately not.\n"))
    seeker.once()
    assert seeker.kinds(number) == before


def test_share_feedback_while_we_review_asks_for_no_information(seeker: Seeker) -> None:
    """A survey beside a receipt is nothing the application waits for."""
    number = silent(seeker)
    text = (
        "Hi Robin,\n\nthank you, we have received your documents and will review them. While we "
        "review, feel free to share feedback about your candidate experience in our survey.\n"
    )
    seeker.receives(seeker.letter_from(DANA, "We have received your documents", body=text))
    _, outcome = _read(seeker, number)
    assert outcome is not Outcome.INFO_REQUEST


def test_the_users_own_mail_is_read_for_no_meaning(seeker: Seeker) -> None:
    """Not even where it quotes what would be an answer from anybody else."""
    number = silent(seeker)
    seeker.writes(DANA, "Re: offer", body="Could you please send me the signed contract?\n")
    seeker.writes(DANA, "Re: rejection", folder="INBOX", body=SORRY)
    assert _read(seeker, number) == (Status.SILENT, None)
    assert "written by you" in seeker.told("why", str(number)).out


def test_a_human_rejection_inside_the_thread_is_read_although_its_subject_begins_with_re(
    seeker: Seeker,
) -> None:
    """The subject is the user's; the text is what counts."""
    number = silent(seeker)
    seeker.at("2026-12-08 09:00")
    seeker.once()
    [(uid, check_in)] = seeker.lying_in("Drafts")
    seeker.sends(uid)
    seeker.receives(
        seeker.letter_from(
            DANA,
            f"Re: {check_in['Subject']}",
            in_reply_to=check_in["Message-ID"],
            body=f"{SORRY}\nOn Tue, 8 Dec 2026 at 09:00, Robin Doe wrote:\n> Any news?\n",
        )
    )
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.REJECTION)


def test_a_quoted_unfortunately_of_the_users_own_rejects_nobody(seeker: Seeker) -> None:
    """Above the quote stands a friendly answer, and that is the answer."""
    number = silent(seeker)
    text = (
        "Hi Robin,\n\nno worries at all! We would love to invite you to a second interview with "
        "our CTO. When would suit you next week?\n\nBest,\nDana\n\n"
        "On Mon, 7 Dec 2026 at 18:00, Robin Doe <robin@example.org> wrote:\n"
        "> Hi Dana,\n>\n> unfortunately I will not be able to make it on Thursday. I regret to\n"
        "> inform you that I have decided not to move forward with another date this week.\n"
    )
    seeker.receives(seeker.letter_from(DANA, "Re: Thursday", body=text))
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.NEXT_ROUND)


def test_a_forwarded_rejection_is_one(seeker: Seeker) -> None:
    """The recruiter passes on what the company wrote: the answer lies in what is forwarded."""
    number = silent(seeker)
    text = (
        "Hi Robin, please see below.\n\nDana\n\n---------- Forwarded message ---------\n"
        "From: Kim Lee <kim@acme.example>\nDate: Mon, 7 Dec 2026 at 17:00\n"
        "Subject: Backend Engineer\nTo: Dana Fox <dana@acme.example>\n\n"
        "Unfortunately we will not be moving forward with Robin's application. We have decided "
        "to hire another candidate.\n"
    )
    seeker.receives(seeker.letter_from(DANA, "Fwd: Backend Engineer", body=text))
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.REJECTION)


def test_a_rejection_in_html_alone_is_read(seeker: Seeker) -> None:
    """With its words in a table, broken by tags, and none of its hidden text."""
    number = silent(seeker)
    letter = EmailMessage(policy=SMTP)
    letter["From"] = "Dana Fox <dana@acme.example>"
    letter["To"] = "robin@example.org"
    letter["Subject"] = "Your application"
    letter["Date"] = "Tue, 08 Dec 2026 08:30:00 +0100"
    letter["Message-ID"] = "<html@acme.example>"
    letter.set_content(
        "<html><head><style>p{color:red}</style></head><body><table><tr><td>"
        "<p>Dear Robin,</p><p>Thank&nbsp;you for your interest. After <b>careful</b> consideration "
        "we regret to inform you that you have <i>not</i> been selected for the position.</p>"
        "</td></tr></table></body></html>",
        subtype="html",
    )
    seeker.receives(letter.as_bytes())
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.REJECTION)


def test_an_answer_whose_meaning_is_unsure_is_an_answer_that_asks(seeker: Seeker) -> None:
    """The steps stop; the outcome is `other` until the user says more."""
    number = silent(seeker)
    seeker.receives(seeker.letter_from(DANA, "Hello", body="Can you ring me this afternoon?\n"))
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.OTHER)
    seeker.told("answered", str(number), "--outcome", "offer")
    [row] = seeker.told("list", "--json").json
    assert row["outcome"] == "offer"


# ---- what the user says stands


def test_a_correction_outlasts_further_passes(seeker: Seeker) -> None:
    """The mail that was misread is still there, and is not read again."""
    number = silent(seeker, DANA, KIM)
    seeker.receives(seeker.letter_from(DANA, "News", body=SORRY))
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.REJECTION)
    seeker.told("silent", str(number))
    for _ in range(3):
        assert _read(seeker, number) == (Status.SILENT, None)
    seeker.told("answered", str(number), "--outcome", "next_round")
    for _ in range(3):
        assert _read(seeker, number) == (Status.ANSWERED, Outcome.NEXT_ROUND)


def test_a_decision_day_that_the_user_sets_outlasts_further_passes(seeker: Seeker) -> None:
    """The day that was read is overruled; only a newer mail moves it again."""
    number = silent(seeker)
    text = "Hi Robin,\n\nwe are still deciding. You will hear from us by 16 December.\n\nDana\n"
    seeker.receives(seeker.letter_from(DANA, "Update", body=text))
    assert _read(seeker, number) == (Status.WAITING, None)
    seeker.told("decision", str(number), "2026-12-22")
    for _ in range(3):
        seeker.once()
        [row] = seeker.told("list", "--json").json
        assert (row["status"], row["decision_by"]) == ("waiting", "2026-12-22")
    shown = " ".join(seeker.told("show", str(number)).out.split())
    assert "read from" not in shown.split("Last events")[0]
    seeker.at("2026-12-09 08:00")
    later = text.replace("16 December", "23 December")
    seeker.receives(seeker.letter_from(DANA, "Another update", body=later))
    seeker.once()
    [row] = seeker.told("list", "--json").json
    assert row["decision_by"] == "2026-12-23"


def test_a_reply_that_the_user_resolved_to_none_stays_so(seeker: Seeker) -> None:
    """Whatever folder it is moved to afterwards."""
    number = silent(seeker)
    stranger = Person("Dana Fox", "dana.fox.hr@gmail.com", Part.RECRUITER)
    raw = seeker.letter_from(stranger, "Hello", body=SORRY)
    seeker.receives(raw)
    assert _read(seeker, number) == (Status.SILENT, None)
    [reply] = seeker.told("resolve", "--json").json
    seeker.told("resolve", str(reply["reply"]), "--none")
    seeker.mailbox.looking.append("Archive", raw)
    for _ in range(3):
        assert _read(seeker, number) == (Status.SILENT, None)
        assert seeker.told("resolve", "--json").json == []


def test_an_older_mail_that_is_read_later_does_not_overrule_the_answer(seeker: Seeker) -> None:
    """Folders are read one after the other; what counts is when the mails were written."""
    number = silent(seeker)
    older = seeker.letter_from(DANA, "A question", ago=timedelta(days=2), body=QUESTION)
    seeker.mailbox.looking.append("Archive", older)
    seeker.receives(seeker.letter_from(DANA, "News", body=SORRY))
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.REJECTION)


def test_a_kind_word_after_the_rejection_leaves_it_a_rejection(seeker: Seeker) -> None:
    """The user thanked for the answer, and is wished well."""
    number = silent(seeker)
    seeker.receives(seeker.letter_from(DANA, "News", body=SORRY))
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.REJECTION)
    seeker.at("2026-12-09 10:00")
    text = "Hi Robin,\n\nthat is a very gracious reply. See you around in Berlin!\n\nDana\n"
    seeker.receives(seeker.letter_from(DANA, "Re: News", body=text))
    assert _read(seeker, number) == (Status.CLOSED, Outcome.REJECTION)
    seeker.receives(seeker.letter_from(DANA, "Re: News", body=text))
    assert _read(seeker, number) == (Status.CLOSED, Outcome.REJECTION)


def test_an_outcome_that_the_user_said_outlasts_a_later_word_that_says_nothing(
    seeker: Seeker,
) -> None:
    """An offer that came by phone stays an offer."""
    number = silent(seeker)
    seeker.told("answered", str(number), "--outcome", "offer")
    seeker.at("2026-12-09 10:00")
    seeker.receives(seeker.letter_from(DANA, "Lunch", body="Shall we have lunch on Monday?\n"))
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.OFFER)


def test_what_the_user_resolves_overrules_the_answer_there_is(seeker: Seeker) -> None:
    """Also where the mail that they name was written before it."""
    number = silent(seeker)
    private = Person("Dana Fox", "dana.fox.hr@gmail.com", Part.RECRUITER)
    seeker.receives(seeker.letter_from(private, "Hello", ago=timedelta(days=1), body=QUESTION))
    seeker.receives(seeker.letter_from(DANA, "News", body=SORRY))
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.REJECTION)
    [reply] = seeker.told("resolve", "--json").json
    seeker.told("resolve", str(reply["reply"]), "--interview", str(number), "--outcome", "offer")
    assert _read(seeker, number) == (Status.ANSWERED, Outcome.OFFER)


# ---- hostile text


def test_hostile_text_of_a_mail_never_reaches_the_terminal_raw(seeker: Seeker) -> None:
    """Neither by its name, its subject nor the words quoted from it."""
    number = silent(seeker)
    evil = "\x1b]0;owned\x07\u202e\x1b[2J"
    letter = EmailMessage(policy=SMTP)
    letter["To"] = "robin@example.org"
    letter["Date"] = "Tue, 08 Dec 2026 08:30:00 +0100"
    letter["Message-ID"] = "<evil@acme.example>"
    letter.set_content(f"We regret to {evil}inform you that you were not {evil}selected.{evil}\n")
    head = (
        "From: =?utf-8?q?Dana=1B[31m=E2=80=AE?= <dana@acme.example>\r\n"
        "Subject: =?utf-8?q?News=1B]0;x=07=0AX-Evil:_1?=\r\n"
    )
    seeker.receives(head.encode() + letter.as_bytes())
    seeker.once()
    for command in (
        ("why", str(number)),
        ("why", str(number), "--json"),
        ("why", "--message", "<evil@acme.example>"),
        ("show", str(number)),
        ("log", str(number)),
        ("list",),
        ("resolve",),
    ):
        said = seeker.told(*command)
        for sign in ("\x1b", "\x07", "\u202e"):
            assert sign not in said.out + said.err, command

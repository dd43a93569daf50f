"""What the writer of a mail wrote this time is told from what is quoted."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.reading.body import TEXT_LIMIT
from followupd.reading.newtext import new_text
from followupd.reading.text import clean_lines
from tests.report.quoting import CORPUS, annotated, score

OURS = "I look forward to your answer by Friday."
THEIRS = "We would like to meet you again on Tuesday."

INTRODUCTIONS = {
    "Gmail": "On Tue, Dec 1, 2026 at 3:00 PM Robin Doe <robin@example.org> wrote:",
    "Gmail, wrapped": "On Tue, Dec 1, 2026 at 3:00 PM Robin Doe <\nrobin@example.org> wrote:",
    "Apple Mail": "On 1. Dec 2026, at 15:00, Robin Doe <robin@example.org> wrote:",
    "Thunderbird, German": "Am 01.12.26 um 15:00 schrieb Robin Doe:",
    "Gmail, German": "Am Di., 1. Dez. 2026 um 15:00 Uhr schrieb Robin Doe <robin@example.org>:",
    "Gmail, French": "Le mar. 1 déc. 2026 à 15:00, Robin Doe <robin@example.org> a écrit :",
    "Gmail, Spanish": "El mar, 1 dic 2026 a las 15:00, Robin Doe (<robin@example.org>) escribió:",
    "a date and an address alone": "1.12.2026, 15:00, Robin Doe <robin@example.org>:",
    "Outlook": "From: Robin Doe <robin@example.org>\nSent: Tuesday, 1 December 2026 15:00\n"
    "To: Dana Fox <dana@acme.example>\nSubject: Interview",
    "Outlook, German": "________________________________\nVon: Robin Doe\n"
    "Gesendet: Dienstag, 1. Dezember 2026 15:00\nAn: Dana Fox\nBetreff: Gespräch",
    "Outlook, French": "De : Robin Doe <robin@example.org>\nEnvoyé : mardi 1 décembre 2026 15:00\n"
    "À : Dana Fox\nObjet : Entretien",
    "Outlook, Spanish": "De: Robin Doe\nEnviado el: martes, 1 de diciembre de 2026 15:00\n"
    "Para: Dana Fox\nAsunto: Entrevista",
    "Outlook for Mac": "From: Robin Doe <robin@example.org>\nDate: Tuesday, 1 December 2026\n"
    "To: Dana Fox <dana@acme.example>\nSubject: Interview",
    "web.de": 'Gesendet: Dienstag, 1. Dezember 2026 um 15:00 Uhr\nVon: "Robin Doe" '
    "<robin@example.org>\nAn: dana@acme.example\nBetreff: Gespräch",
    "Outlook Express": "-----Original Message-----\nFrom: Robin Doe",
    "an old Outlook, German": "-----Ursprüngliche Nachricht-----\nVon: Robin Doe",
    "bold names, empty lines": "*From:* Robin Doe\n\n*Sent:* 1 December 2026\n\n*To:* Dana\n\n"
    "*Subject:* Interview",
}

ENDINGS = {
    "two dashes": "--\nDana Fox\nHead of Talent\n+49 30 1234567",
    "closing words": "Best regards,\n\nDana Fox\nHead of Talent, Acme Ltd\nwww.acme.example",
    "closing words, German": "Mit freundlichen Grüßen\nDana Fox\nPersonalreferentin\n030 1234567",
    "closing words, French": "Bien cordialement,\n\nDana Fox\nChargée de recrutement",
    "closing words, Spanish": "Un cordial saludo,\nDana Fox\nSelección de personal",
    "a name after them": "Viele Grüße, Dana Fox",
    "thanks and a name": "Many thanks,\nDana",
    "a telephone": "Sent from my iPhone",
    "a telephone, German": "Von meinem iPhone gesendet",
    "a telephone, French": "Envoyé de mon iPhone",
    "a telephone, Spanish": "Enviado desde mi iPhone",
    "Outlook": "Get Outlook for Android<https://aka.example/x>",
    "a notice": "This e-mail is confidential and intended solely for the use of the individual\n"
    "to whom it is addressed.",
    "a notice, German": "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der\n"
    "richtige Adressat sind, vernichten Sie bitte diese Mail.",
    "a notice, French": "Ce message et ses pièces jointes peuvent contenir des informations\n"
    "confidentielles et ne doivent pas être diffusés.\n\n"
    "Si vous avez reçu ce message par erreur, merci de le détruire.",
    "a notice, Spanish": "Este mensaje y sus anexos son confidenciales. Si usted no es el\n"
    "destinatario, bórrelo.\n\nAntes de imprimir, piense en el medio ambiente.",
}


@pytest.mark.parametrize("introduction", INTRODUCTIONS.values(), ids=INTRODUCTIONS)
@pytest.mark.parametrize("marked", [True, False], ids=["marked", "unmarked"])
def test_the_quoted_mail_is_not_new(introduction: str, marked: bool) -> None:
    """Whatever program introduces it, with marks or without, only what stands above is new."""
    quote = f"> Dear Dana,\n>\n> {OURS}" if marked else f"Dear Dana,\n\n{OURS}"
    assert new_text(f"Dear Robin,\n\n{THEIRS}\n\n{introduction}\n\n{quote}") == (
        f"Dear Robin,\n\n{THEIRS}"
    )


@pytest.mark.parametrize("introduction", INTRODUCTIONS.values(), ids=INTRODUCTIONS)
def test_an_answer_of_a_sign_alone_is_new(introduction: str) -> None:
    """A thumb is an answer, and no rule above the header."""
    assert new_text(f"\U0001f44d\U0001f3fd\n\n{introduction}\n\n{OURS}") == "\U0001f44d\U0001f3fd"


@pytest.mark.parametrize("introduction", INTRODUCTIONS.values(), ids=INTRODUCTIONS)
def test_an_answer_below_the_quote_is_new(introduction: str) -> None:
    """Who answers below what they quote has written that answer."""
    assert new_text(f"{introduction}\n\n> {OURS}\n\n{THEIRS}") == THEIRS


def test_answers_between_the_lines_are_new() -> None:
    """Of a mail that answers point by point every answer is kept, without a quoted line."""
    text = (
        "Hi Robin,\nOn 1 Dec 2026, Robin Doe wrote:\n> Is Tuesday at ten all right?\nYes.\n"
        "> Whom do I meet?\n\nThe head of the team.\n\n>> " + OURS
    )
    assert new_text(text) == "Hi Robin,\n\nYes.\n\nThe head of the team."


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_the_signature_is_not_new(ending: str) -> None:
    """Signatures, legal notices and what telephones append come off, in four languages."""
    assert new_text(f"{THEIRS}\n\n{ending}") == THEIRS


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_the_signature_above_a_quote_is_not_new(ending: str) -> None:
    """The signature need not be at the end of the mail."""
    assert new_text(f"{THEIRS}\n\n{ending}\n\n{INTRODUCTIONS['Gmail']}\n> {OURS}") == THEIRS


@pytest.mark.parametrize(
    "below",
    [
        "P.S. The budget was approved.",
        "Can you do Tuesday?",
        "One more thing: please send us your references by Friday.",
    ],
)
def test_what_is_written_below_the_name_stays(below: str) -> None:
    """A postscript or a sentence under the signature is new text."""
    assert below in new_text(f"{THEIRS}\n\nBest regards,\nDana Fox\nAcme Ltd\n\n{below}")


@pytest.mark.parametrize(
    "text",
    [
        "Thank you!",
        "Thanks, Robin. We will be in touch.",
        "Thank you for your time with regards to the role.",
        "On Tuesday 1 December we decide, and on Friday you will hear from us:\nby telephone.",
        "From: 10:00\nTo: 11:00\nDate: 1 December\nThe address follows.",
        "From: Berlin\nTo: Munich\nDate: 5 May\nWe will pay for the ticket.",
        "You will meet:\n- Dana Fox, head of talent\n- Kim Lee\n\nThe team wrote:\nwe want you.",
        "Agenda\n----\nFirst the team, then the tour.\n\n====\nSee you then.",
        "The offer letter is confidential, please sign it by Friday.",
        "We need three things:\n-- your references\n-- a date\n-- a notice\n\nIs that fine?",
        "The interview was sent from my calendar, did you get it?",
        "You join here:\n____________________\nMicrosoft Teams meeting\nhttps://teams.example/1",
    ],
)
def test_new_text_that_looks_like_something_else_stays(text: str) -> None:
    """What only resembles a quote or a signature is kept to the last word."""
    assert new_text(text) == text


def test_a_forwarded_answer_is_read() -> None:
    """A recruiter who forwards the manager's mail with two words passes on an answer."""
    forwarded = (
        "FYI\n\n---------- Forwarded message ---------\nFrom: Kim Lee <kim@acme.example>\n"
        f"Date: Tue, Dec 1, 2026\nSubject: Robin\nTo: Dana\n\n{THEIRS}\n\n"
        f"On Mon, Nov 30, 2026 at 9:00 AM Dana Fox <dana@acme.example> wrote:\n> {OURS}"
    )
    assert new_text(forwarded) == f"FYI\n\n{THEIRS}"
    marked = f"Begin forwarded message:\n\n> From: Kim Lee\n> Subject: Robin\n>\n> {THEIRS}"
    assert new_text(marked) == THEIRS


def test_a_short_mail_that_points_down_is_read_with_what_is_below() -> None:
    """Outlook forwards as it replies: only the words say that what counts stands below."""
    for pointer in ("Please see below.", "Siehe unten.", "Voir ci-dessous.", "Ver más abajo."):
        below = f"{INTRODUCTIONS['Outlook']}\n\n{THEIRS}"
        assert new_text(f"{pointer}\n\n{below}") == f"{pointer}\n\n{THEIRS}"


def test_a_forwarded_mail_is_left_out_where_much_is_said_about_it() -> None:
    """Who writes a whole mail of their own above a forwarded one has said it there."""
    own = "We have talked about it for long, and here is what we think of it. " * 5
    assert "Friday" not in new_text(
        f"{own}\n\n-------- Weitergeleitete Nachricht --------\nVon: Robin\n\n{OURS}"
    )


def test_forwards_without_end_are_read_to_a_bounded_depth() -> None:
    """A mail forwarded over and over is still read, and ends."""
    divider = "---------- Forwarded message ---------\nFrom: Kim Lee\n"
    assert THEIRS in new_text(divider * 50 + THEIRS)


@pytest.mark.parametrize(
    "mark",
    [
        "##- Please type your reply above this line -##",
        "--- Bitte antworten Sie oberhalb dieser Zeile ---",
    ],
)
def test_the_line_to_reply_above(mark: str) -> None:
    """Above it stands an answer; at the very top it is the system's own mail that follows."""
    assert new_text(f"{THEIRS}\n\n{mark}\n\n{OURS}") == THEIRS
    assert new_text(f"{mark}\n\n{THEIRS}") == THEIRS


def test_a_mail_is_empty_only_when_everything_is_quoted() -> None:
    """Where only a signature would be left, the mail is returned as it is."""
    assert new_text("") == ""
    assert new_text(f"> {OURS}") == ""
    assert new_text(f"{INTRODUCTIONS['Gmail']}\n> {OURS}") == ""
    assert new_text("Sent from my iPhone") == "Sent from my iPhone"
    assert new_text(f"{INTRODUCTIONS['Outlook']}\n\n{OURS}") == OURS


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*INTRODUCTIONS.values(), *ENDINGS.values(), THEIRS, f"> {OURS}", "", "x", ">:"]
        ),
        max_size=12,
    )
)
def test_any_order_of_lines_is_read_without_inventing_one(pieces: list[str]) -> None:
    """Every line of the new text is a line of the mail, with at most its mark taken off."""
    text = clean_lines("\n".join(pieces), TEXT_LIMIT)
    known = {line.lstrip("> ") for line in text.split("\n")}
    found = new_text(text)
    assert {line.lstrip("> ") for line in found.split("\n")} <= known | {""}
    assert found or THEIRS not in text


@pytest.mark.corpus
def test_the_annotated_mails_are_told_apart() -> None:
    """Of real mails in many languages next to no new line is lost, and few others leak."""
    if not CORPUS.is_dir():
        pytest.skip("the shared corpus of real mail does not lie beside the checkout")
    found, flawed = score(list(annotated()), new_text)
    assert found.kept >= found.new * 0.995, flawed
    assert found.leaked <= found.old * 0.03, flawed


HOSTILE = [
    ">", "> ", ">\n", "On ", "On x\n", "wrote: ", "wrote:\n", "From: a\n", "From: a@b.c\nSent: d\n",
    "De :\n", "x:\n", "-", "--\n", "_____\nfoo\n", "a\n", "Am 1.1.2020 um 10:00 ",
    "On Mon, Apr 2, 2012 at 6:26 PM, Megan\n", "On 1.1.2020 10:00 x wrote:\n> q\n", "<", "a@",
    "Dana\n", "Best regards,\nDana\n\n> q\n", "sent from my ", "---------- Forwarded message\n",
    "> From: a@b\n> Sent: x\n> Subject: x\nx\n", "this message is intended and confidential if ",
    "information a b c d\n", "+1 (2", "1234567 ", "\ufdfa" * 390 + ":\n",
    "a@b.c " * 60 + "wrote:\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_takes_bounded_time(piece: str) -> None:
    """64 KiB of anything are read in a moment (measured: 0.1 s; a slow machine is granted 3 s)."""
    text = clean_lines(piece * (TEXT_LIMIT // len(piece)), TEXT_LIMIT)
    started = time.process_time()
    new_text(text)
    assert time.process_time() - started < 3

"""The text of the daily message, in each language, and the message around it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followupd.domain.digest import Digest
from followupd.domain.digest_parts import (
    About,
    Answer,
    ApprovedDraft,
    Call,
    Cold,
    Ending,
    Next,
    Question,
    Suggested,
    Task,
    UnclearSending,
    WaitingDraft,
    WaitingPromise,
)
from followupd.domain.interview import Outcome
from followupd.reading.automatic import Kind, sort
from followupd.reading.body import read_body
from followupd.reading.message import read_headers
from followupd.writing.digest_mail import MOST, digest_id, digest_mail, digest_text, languages
from followupd.writing.layout import WIDTH

ADDRESS = "robin@example.org"
BERLIN = ZoneInfo("Europe/Berlin")


def dec(day: int) -> date:
    """A day of December 2026."""
    return date(2026, 12, day)


def nine(day: int) -> datetime:
    """Nine o'clock on a day of December 2026, in Berlin."""
    return datetime(2026, 12, day, 9, tzinfo=BERLIN)


def everything(company: str = "Acme", who: str = "Dana Fox") -> Digest:
    """A digest with every kind of line."""
    about = About(1, company, "Engineer")
    one = Cold(about, date(2026, 11, 23), 11, None, 0, asks=False)
    calls = (
        Next("call", who, dec(10), is_call=True, closes=False),
        Next("check-in", who, dec(8), is_call=True, closes=False),
        Next("network", who, dec(9), is_call=False, closes=False),
        Next("move-on", "", dec(18), is_call=False, closes=True),
    )
    return Digest(
        today=dec(8),
        alive=2,
        troubles=(f"personal: {who} broke it",),
        answers=(
            *(Answer(about, who, dec(7), outcome) for outcome in Outcome),
            Answer(about, who, dec(7), None, dec(11)),
            Answer(about, who, dec(7), None),
            Answer(about, who, dec(7), Outcome.OTHER, is_unclear=True),
        ),
        questions=(
            Question(about, who, dec(7), is_answer=False),
            Question(about, who, dec(7), is_answer=True),
            Question(about, who, dec(7), is_answer=True, guess=Outcome.REJECTION),
        ),
        suggested=(
            Suggested(1, company, dec(10)),
            Suggested(2, "", dec(10)),
            Suggested(3, company, dec(10), 4),
        ),
        promises=(
            WaitingPromise(about, "the sample", dec(8), who),
            WaitingPromise(about, "the report", dec(9), ""),
        ),
        calls=(Call(about, who, "+49 30 1", "call"), Call(about, who, "", "check-in")),
        tasks=tuple(
            Task(about, name, person, dec(7), "a reason")
            for name in ("answer", "next-round", "their-call", "apply-elsewhere")
            for person in (who, "")
        ),
        drafts=(
            WaitingDraft(about, "check-in", who, dec(3), 3, is_edited=False),
            WaitingDraft(about, "check-in", who, dec(7), 1, is_edited=True),
            WaitingDraft(about, "thank-you", who, dec(8), 0, is_edited=False),
            WaitingDraft(about, "network", who, dec(8), 0, is_edited=True, is_refused=True),
        ),
        unclear=(UnclearSending(about, "check-in", who, nine(7)),),
        approved=(
            ApprovedDraft(about, "check-in", who, None, is_held=True),
            ApprovedDraft(about, "check-in", who, nine(8)),
            ApprovedDraft(about, "check-in", who, nine(9)),
            ApprovedDraft(about, "check-in", who, nine(8), is_late=True),
            ApprovedDraft(about, "check-in", who, None),
        ),
        cold=(
            one,
            replace(one, drafts=1),
            replace(one, drafts=2, days=1),
            replace(one, asks=True, days=0),
            replace(one, approved=1),
            *(replace(one, next=each) for each in calls),
        ),
        endings=(
            Ending(about, by_plan=True, outcome=None, reason="the end"),
            Ending(about, by_plan=True, outcome=Outcome.REJECTION, reason=""),
            Ending(about, by_plan=False, outcome=None, reason=""),
        ),
    )


def test_there_is_a_text_for_each_language_that_letters_ship_in() -> None:
    """The user reads the digest in the language of their letters."""
    assert languages() == {"en", "de", "fr", "es"}


@pytest.mark.parametrize("language", sorted(languages()))
def test_every_kind_of_line_is_written_in_every_language(language: str) -> None:
    """Each with the command that deals with it, no line too wide, and the same facts in each."""
    text = digest_text(everything(), language)
    english = digest_text(everything(), "en")
    for body in (text.body, english.body):
        assert all(len(line) <= WIDTH for line in body.split("\n"))
        assert not any(mark in body for mark in ("{", "}", "None", "  \n"))
    joined, wanted = (" ".join(each.body.split()) for each in (text, english))
    assert joined.count("`") == wanted.count("`")
    assert joined.count("- ") == wanted.count("- ")
    assert joined.count("Dana Fox") == wanted.count("Dana Fox")
    for command in (
        *("resolve`", "accept 1`", "dismiss 2`", "called 1`", "review 1`", "why 1`"),
        *("sent 1 --yes`", "sent 1 --no`", "show 1`", "resume`"),
    ):
        assert joined.count(command) == wanted.count(command) > 0


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "Follow-ups, Tuesday 8 December: 8 answers, 7 questions, 12 to do, {}"),
        ("de", "Bewerbungen am Dienstag, 8. Dezember: 8 Antworten, 7 Fragen, 12 zu tun, {}"),
        ("it", "Follow-ups, Tuesday 8 December: 8 answers, 7 questions, 12 to do, {}"),
    ],
)
def test_the_subject_counts_what_there_is(language: str, subject: str) -> None:
    """It names nobody, since a locked screen may show it; English where there is no other text."""
    lying = "4 Entwürfe, 5 freigegeben" if language == "de" else "4 drafts, 5 approved"
    assert digest_text(everything(), language).subject == subject.format(lying)


def test_an_offer_reads_as_one_sentence() -> None:
    """Who, when, and what it is."""
    made = Digest(
        today=dec(8),
        alive=1,
        answers=(Answer(About(1, "Acme", "SRE"), "Dana", dec(7), Outcome.OFFER),),
    )
    assert digest_text(made, "en").body == (
        "NEW ANSWERS\n\n"
        "- Acme, SRE: Dana wrote on Monday 7 December: an offer.\n\n"
        "1 process is alive. Keep searching meanwhile.\n"
    )


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            (
                "is sent today, 09:00.",
                "is sent on Wednesday 9 December, 09:00.",
                "the next try is today, 09:00.",
            ),
        ),
        (
            "de",
            (
                "geht hinaus heute, 09:00 Uhr.",
                "geht hinaus am Mittwoch, 9. Dezember, 09:00 Uhr.",
                "der nächste Versuch ist heute, 09:00 Uhr.",
            ),
        ),
        (
            "fr",
            (
                "part aujourd\u2019hui, 09:00.",
                "part le mercredi 9 décembre, 09:00.",
                "nouvel essai aujourd\u2019hui, 09:00.",
            ),
        ),
        (
            "es",
            (
                "sale hoy, 09:00.",
                "sale el miércoles 9 de diciembre, 09:00.",
                "el próximo intento es hoy, 09:00.",
            ),
        ),
    ],
)
def test_an_approved_draft_is_told_with_its_day_and_hour(
    language: str, lines: tuple[str, ...]
) -> None:
    """Today, another day, and once more after a failure."""
    body = " ".join(digest_text(everything(), language).body.split())
    for line in lines:
        assert line in body


@pytest.mark.parametrize("language", sorted(languages()))
def test_a_long_part_is_cut_and_says_how_much_is_missing(language: str) -> None:
    """A hundred drafts make no book."""
    about = About(1, "Acme" * 200, "SRE" * 500)
    draft = WaitingDraft(about, "check-in", "Dana" * 1000, dec(3), 3, is_edited=False)
    text = digest_text(Digest(today=dec(8), alive=1, drafts=(draft,) * 100), language)
    assert text.body.count("- check-in") == MOST
    assert f" {100 - MOST} " in text.body
    assert len(text.body) < 30_000


@given(name=st.text())
def test_no_name_breaks_out_of_its_line(name: str) -> None:
    """Whatever a mail called its sender, it makes neither a header nor a control character."""
    made = everything(company=name, who=name)
    text = digest_text(made, "en")
    assert text.subject.isprintable()
    assert all(line.isprintable() for line in text.body.split("\n"))
    raw = digest_mail(text, ADDRESS, name, datetime(2026, 12, 8, 8, tzinfo=BERLIN))
    mail = message_from_bytes(raw, policy=policy.default)
    assert [each.addr_spec for each in mail["To"].addresses] == [ADDRESS]
    assert [each.addr_spec for each in mail["From"].addresses] == [ADDRESS]
    assert not mail.defects


def test_the_message_of_a_day_has_always_the_same_id() -> None:
    """By it a digest is recognised after a crash; another day or address has another one."""
    text = digest_text(everything(), "fr")
    raw = digest_mail(text, ADDRESS, "Robin Doe", datetime(2026, 12, 8, 23, 59, tzinfo=BERLIN))
    message = read_headers(raw)
    assert message.message_id == digest_id(dec(8), ADDRESS)
    others = {digest_id(dec(9), ADDRESS), digest_id(dec(8), "r@example.org"), digest_id(dec(8), "")}
    assert len(others | {digest_id(dec(8), ADDRESS)}) == 4


@pytest.mark.parametrize("language", sorted(languages()))
def test_the_message_says_that_a_machine_wrote_it(language: str) -> None:
    """RFC 3834: nothing answers it, and other readers of mail take it for no person's."""
    text = digest_text(everything(), language)
    raw = digest_mail(text, ADDRESS, "Robin Doe", datetime(2026, 12, 8, 8, tzinfo=BERLIN))
    message = read_headers(raw)
    assert message.header("auto-submitted") == "auto-generated"
    found = sort(message, own_addresses=frozenset(), body=read_body(raw), answers_ours=False)
    assert found.kind is Kind.AUTOMATIC

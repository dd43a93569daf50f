"""`why`: what was made of each mail, told in words and in JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from followupd.domain import events as happened
from followupd.domain.events import Layer, Mail, Meaning, Place, Verdict, Words
from followupd.domain.interview import Outcome
from tests.support.cli import Shell
from tests.support.seeker import DANA, KIM

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.seeker import Seeker

HOSTILE = "\x1b]0;owned\x07\x1b[2J[red]x[/red]\u202e\r\nnow"
AT = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
MAIL = Mail(
    message_id="<news@acme.example>",
    sender="dana@acme.example",
    sender_name="Dana Fox",
    recipients=("robin@example.org",),
    subject="News",
    date=AT,
    folder="INBOX",
)
REJECTION = Verdict(
    Meaning.REJECTION,
    0.93,
    evidence=(Words(Meaning.REJECTION, "we will not be moving forward", Place.TEXT, 4),),
    against=(Words(Meaning.NEXT_ROUND, "Next steps", Place.SUBJECT),),
)
ANSWERED = happened.ReplyReceived(
    at=AT,
    mail=MAIL,
    layer=Layer.ADDRESS,
    evidence="From is dana@acme.example",
    rule="Nothing marks it as automatic",
    outcome=Outcome.REJECTION,
    verdict=REJECTION,
)


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line with one interview, on Tuesday 1 December 2026 at 10:00 in Berlin."""
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    shell.add("--recruiter", "Dana Fox <dana@acme.example>")
    return shell


def told(shell: Shell, *argv: str) -> str:
    """What `why` says, its lines joined."""
    return " ".join(shell.did("why", *argv).out.split())


def test_an_answer_is_explained_by_its_owner_its_rule_and_its_words(shell: Shell) -> None:
    """And by what spoke against; with the commands that correct it."""
    shell.record(1, ANSWERED)
    said = told(shell, "1")
    for piece in (
        "“News” from Dana Fox <dana@acme.example>, Tue 1 Dec, 09:30",
        "an answer: rejection",
        "it comes from a person of this interview: From is dana@acme.example",
        "Nothing marks it as automatic",
        "rejection, 93% sure",
        "“we will not be moving forward”, in line 4",
        "next round: “Next steps”, in the subject",
        "`followupd silent 1`",
        "`followupd answered 1 --outcome …`",
    ):
        assert piece in said


def test_an_unsure_answer_says_what_it_may_be(shell: Shell) -> None:
    """The guess is no outcome."""
    unsure = replace(REJECTION, confidence=0.6)
    shell.record(1, replace(ANSWERED, outcome=Outcome.OTHER, verdict=unsure))
    said = told(shell, "1")
    assert "Taken for an answer Belongs here" in said
    assert "it may be: rejection. You decide." in said
    assert "60% sure, too little to decide by" in said


def test_a_holding_reply_is_explained_with_the_day_it_names(shell: Shell) -> None:
    """And the words that name it."""
    day = date(2026, 12, 16)
    holding = happened.HoldingReply(
        at=AT,
        mail=MAIL,
        layer=Layer.ADDRESS,
        evidence="From is dana@acme.example",
        decision_by=day,
        verdict=Verdict(
            Meaning.STILL_DECIDING, 0.85, decision_by=day, decision_words="by 16 December"
        ),
    )
    shell.record(1, holding)
    said = told(shell, "1")
    assert "not decided yet, until Wed 16 Dec" in said
    assert "Wed 16 Dec: “by 16 December”" in said
    assert "`followupd decision 1 DATE`" in said


def test_each_other_kind_of_mail_is_named(shell: Shell) -> None:
    """What is no answer says so."""
    shell.record(
        1,
        happened.ThreadFound(at=AT, mail=replace(MAIL, message_id="<1@x.example>")),
        happened.WroteByHand(at=AT, mail=replace(MAIL, message_id="<2@x.example>")),
        happened.Acknowledged(
            at=AT,
            mail=replace(MAIL, message_id="<3@x.example>"),
            layer=Layer.NAME,
            evidence="“Acme” in From's name",
        ),
        happened.AutomaticReceived(
            at=AT,
            mail=replace(MAIL, message_id="<4@x.example>"),
            category=happened.AutomaticCategory.ABSENCE,
            rule="Auto-Submitted: auto-replied",
        ),
        happened.PossibleReply(
            at=AT,
            mail=replace(MAIL, message_id="<5@x.example>"),
            layer=Layer.ORGANISATION,
            evidence="domain acme.example",
        ),
    )
    said = told(shell, "1")
    for piece in (
        "earlier correspondence",
        "written by you",
        "a word that something came: no answer",
        "absence: no answer",
        "Auto-Submitted: auto-replied",
        "a possible reply: it waits for your word",
        "`followupd resolve`",
    ):
        assert piece in said


def test_a_possible_reply_that_was_decided_says_so(shell: Shell) -> None:
    """It waits no more."""
    shell.record(
        1,
        happened.PossibleReply(
            at=AT, mail=MAIL, layer=Layer.NAME, evidence="“Acme” in the subject"
        ),
        happened.ReplyResolved(at=AT, message_id=MAIL.message_id, belongs=False),
    )
    assert "you have decided it" in told(shell, "1")


def test_what_the_user_said_is_told_last(shell: Shell) -> None:
    """It overrules what was read."""
    shell.record(1, ANSWERED)
    shell.did("answered", "1", "--outcome", "offer")
    assert told(shell, "1").endswith("You said that it is answered: offer. That stands.")
    shell.did("silent", "1")
    assert "You said that no answer has come." in told(shell, "1")


def test_an_interview_without_mail_says_so(shell: Shell) -> None:
    """In words; an empty array in JSON."""
    assert "No mail has been found" in told(shell, "1")
    assert shell.did("why", "1", "--json").json == []


def test_why_in_json_has_the_mail_and_the_verdict(shell: Shell) -> None:
    """As `log` writes the event; other events are left out."""
    shell.record(1, ANSWERED)
    [event] = shell.did("why", "1", "--json").json
    assert (event["kind"], event["outcome"]) == ("reply_received", "rejection")
    assert event["mail"]["message_id"] == "<news@acme.example>"
    assert event["verdict"]["confidence"] == 0.93
    assert event["verdict"]["evidence"][0]["words"] == "we will not be moving forward"


@pytest.mark.parametrize("written", ["<news@acme.example>", "news@acme.example"])
def test_one_mail_is_found_by_its_message_id(shell: Shell, written: str) -> None:
    """With or without brackets, and without the mailbox."""
    shell.record(1, ANSWERED)
    assert "1: Acme, Engineer" in told(shell, "--message", written)
    [event] = shell.did("why", "--message", written, "--json").json
    assert (event["interview"], event["kind"]) == (1, "reply_received")


@pytest.mark.parametrize("argv", [(), ("1", "--message", "<x@y.example>")])
def test_an_interview_or_a_mail_is_named_not_both(shell: Shell, argv: tuple[str, ...]) -> None:
    """Anything else is wrong usage, and says what is right."""
    refused = shell.run("why", *argv)
    assert refused.code == 2
    assert "why --message MESSAGE-ID" in refused.err


def test_an_interview_that_is_not_there_is_said(shell: Shell) -> None:
    """Without a traceback."""
    refused = shell.run("why", "9")
    assert (refused.code, refused.out) == (1, "")
    assert "9" in refused.err


def test_hostile_text_of_a_mail_is_shown_clean(shell: Shell) -> None:
    """In every field that a stranger fills."""
    words = Words(Meaning.REJECTION, HOSTILE, Place.TEXT, 1)
    hostile = replace(
        ANSWERED,
        mail=replace(MAIL, subject=HOSTILE, sender_name=HOSTILE, sender=f"a{HOSTILE}@x.example"),
        evidence=HOSTILE,
        rule=HOSTILE,
        verdict=replace(
            REJECTION,
            evidence=(words, replace(words, place=Place.INVITATION)),
            against=(words,),
            decision_by=date(2026, 12, 16),
            decision_words=HOSTILE,
        ),
    )
    shell.record(1, hostile)
    for argv in (("1",), ("1", "--json"), ("--message", "<news@acme.example>")):
        result = shell.did("why", *argv)
        for sign in ("\x1b", "\x07", "\u202e"):
            assert sign not in result.out + result.err
    assert "[red]x[/red]" in shell.did("why", "1").out


# ---- mail that was not recorded, on a real server


def test_a_mail_that_was_not_recorded_is_looked_up_in_the_mailbox(seeker: Seeker) -> None:
    """Where it lies, what it is, and that nothing was recorded of it."""
    seeker.add((KIM,), company="Borea")
    seeker.once()
    raw = seeker.letter_from(DANA, "Lunch", message_id="<lunch@else.example>")
    raw = raw.replace(b"dana@acme.example", b"dana@else.example")
    seeker.mailbox.looking.append("Archive", raw)
    seeker.once()
    said = " ".join(seeker.told("why", "--message", "lunch@else.example").out.split())
    assert "Found in personal, Archive" in said
    assert "no interview: no reference, address, organisation or name fits" in said
    assert "Recorded nothing" in said
    [row] = seeker.told("why", "--message", "lunch@else.example", "--json").json
    assert (row["kind"], row["interviews"], row["folder"]) == ("person", [], "Archive")


def test_looking_a_mail_up_changes_no_flag_and_records_nothing(seeker: Seeker) -> None:
    """It is the user's mailbox."""
    number = seeker.add((DANA,))
    seeker.once()
    seeker.receives(seeker.letter_from(DANA, "News", message_id="<new@acme.example>"))
    seeker.told("why", "--message", "new@acme.example")
    assert seeker.kinds(number) == ["added", "mailbox_searched"]
    client = seeker.mailbox.looking
    client.select_folder("INBOX", readonly=True)
    [flags] = client.get_flags(client.search()).values()
    assert b"\\Seen" not in flags


def test_a_bounce_of_an_interviews_mail_is_told_to_be_one(seeker: Seeker) -> None:
    """It was recorded, though it is no mail of the interview's."""
    seeker.at("2026-12-01 17:00")
    number = seeker.add((DANA,))
    seeker.once()
    [(uid, thanks)] = seeker.lying_in("Drafts")
    seeker.sends(uid)
    seeker.once()
    raw = (
        "From: MAILER-DAEMON@mx.example\nTo: robin@example.org\nSubject: Undelivered\n"
        "Date: Tue, 01 Dec 2026 16:30:00 +0100\nMessage-ID: <bounce@mx.example>\n"
        "MIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nNot delivered.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        "Final-Recipient: rfc822; dana@acme.example\nAction: failed\nStatus: 5.1.1\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {thanks['Message-ID']}\n\n--b--\n"
    )
    seeker.receives(raw.replace("\n", "\r\n").encode())
    seeker.once()
    assert "bounced" in seeker.kinds(number)
    said = " ".join(seeker.told("why", "--message", "bounce@mx.example").out.split())
    assert "belongs to no interview" not in said
    assert f"interview {number}" in said


def test_a_mail_that_is_nowhere_is_said(seeker: Seeker) -> None:
    """It failed; nothing was found."""
    seeker.once()
    refused = seeker.says("why", "--message", "<\x1bnobody@x.example>")
    assert refused.code == 1
    assert "is in any folder" in refused.err
    assert "\x1b" not in refused.err

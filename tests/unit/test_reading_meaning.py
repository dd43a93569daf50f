"""What an answer says, told from its words."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from followupd.domain.events import Meaning, Place
from followupd.reading.meaning import features, understand
from followupd.reading.meaning.phrasebook import Role, languages, languages_of, parse
from followupd.reading.meaning.weighing import likelihoods, parse_weights
from followupd.reading.sentences import said, sentences
from tests import fitting

if TYPE_CHECKING:
    from pathlib import Path

SAID = [
    (Meaning.OFFER, "We are delighted to offer you the position of Data Engineer."),
    (Meaning.OFFER, "The job's yours if you want it! Ring me when you can."),
    (
        Meaning.OFFER,
        (
            "We had some very strong candidates and it was a difficult decision. However, we would "
            "love to offer you the job."
        ),
    ),
    (
        Meaning.OFFER,
        (
            "Unfortunately we can't go above 42k, but we'd really like you to join us. Contract "
            "attached."
        ),
    ),
    (Meaning.REJECTION, "Bad news I'm afraid. HM decided to go with someone else."),
    (Meaning.REJECTION, "The team loved you, but we're going in a different direction."),
    (Meaning.REJECTION, "We are sorry to say that the role has been put on hold."),
    (
        Meaning.REJECTION,
        (
            "You have not been selected. We would love to schedule a call should another opening "
            "arise, and encourage you to apply again."
        ),
    ),
    (Meaning.REJECTION, "I'm sorry for the delay, but you have not been selected for the role."),
    (
        Meaning.NEXT_ROUND,
        "Unfortunately we need to reschedule our interview on Thursday. Would Friday at 10 work?",
    ),
    (
        Meaning.NEXT_ROUND,
        "Thank you for your time yesterday, we would like to invite you to a second interview.",
    ),
    (Meaning.NEXT_ROUND, "Are you free on Tuesday to meet our CTO? Half an hour on Zoom."),
    (Meaning.INFO_REQUEST, "Could you please send us two references and your passport?"),
    (Meaning.INFO_REQUEST, "What are your salary expectations, and your notice period?"),
    (
        Meaning.STILL_DECIDING,
        "Thanks for your patience. We're still interviewing and will get back to you by Friday.",
    ),
    (
        Meaning.STILL_DECIDING,
        "We haven't made a decision yet, it is taking longer than expected.",
    ),
    (
        Meaning.ACKNOWLEDGEMENT,
        (
            "We have received your application. If your experience matches, we will contact you to "
            "schedule an interview. Only selected candidates will be contacted."
        ),
    ),
    (Meaning.ACKNOWLEDGEMENT, "Thanks for your kind note, it was great to meet you too."),
    (Meaning.OTHER, "I'm running late, the traffic is terrible. Parking is behind the building."),
    (Meaning.OTHER, "Your payment was not successful. Please update your card."),
    (Meaning.OTHER, "We offer a great culture. This week's new jobs: 12 job offers near Leeds."),
    (Meaning.OTHER, "Tomorrow's interview is cancelled. Sorry about that."),
]


@pytest.mark.parametrize(("meaning", "text"), SAID)
def test_an_answer_is_understood(meaning: Meaning, text: str) -> None:
    """What people and their systems usually write is told for what it is."""
    assert understand("Backend engineer", text).meaning is meaning


POLITE = (
    "Thank you for your interest in Fernhill and for applying for the post of Network Planner.",
    "We really appreciate the time you took, and we enjoyed reading your application.",
    "Thank you again for considering us. We wish you every success in your career.",
)

IN_PADDING = [
    (Meaning.REJECTION, "We regret to inform you that you were not selected."),
    (Meaning.REJECTION, "We have filled our remaining positions."),
    (Meaning.REJECTION, "We are choosing not to move forward."),
    (Meaning.REJECTION, "We decided to move forward with others who have worked in a bank."),
    (Meaning.REJECTION, "For this one, we aren't a match."),
    (Meaning.REJECTION, "Although you were not selected, we encourage you to apply again."),
    (Meaning.REJECTION, "We decided to pursue other candidates who are closer to our needs."),
    (Meaning.NEXT_ROUND, "I would like to chat with you for 30 minutes. When could we talk?"),
    (
        Meaning.NEXT_ROUND,
        "Thank you for sending your availability. Please hold noon for your call.",
    ),
    (Meaning.OFFER, "We are delighted to offer you the position."),
    (Meaning.STILL_DECIDING, "We haven't made a final decision yet, it takes longer than planned."),
]


@pytest.mark.parametrize(("meaning", "text"), IN_PADDING)
def test_politeness_outvotes_no_decision(meaning: Meaning, text: str) -> None:
    """However much is thanked and praised around it, what was decided is the verdict."""
    assert understand(
        "Thank you for applying", "\n\n".join((*POLITE[:2], text, POLITE[2]))
    ).meaning is (meaning)


@pytest.mark.parametrize(
    "text",
    [
        "I came across your profile and would like to talk to you about a role in my team.",
        "I'm a recruiter and have an opening for an engineer. Let me know a good time to call.",
        "Would you be interested in a quick call to hear more about this position?",
    ],
)
def test_an_unasked_approach_asks_for_a_talk(text: str) -> None:
    """A recruiter who writes first offers a talk, and not a job."""
    assert understand("", text).meaning is Meaning.NEXT_ROUND


def test_an_invitation_with_a_questionnaire_is_an_invitation() -> None:
    """Who wants to meet and asks for papers as well wants to meet."""
    text = (
        "We would like to invite you to an interview in Leeds. Please send us two references, "
        "your passport and your salary expectations before."
    )
    assert understand("", text).meaning is Meaning.NEXT_ROUND


@pytest.mark.parametrize(
    "text",
    [
        "Great news! We received your application. We could not be more excited.",
        "Job Title: Software Engineer. Start Date: ASAP. Salary: 90,000 per year. Full time.",
        "Congratulations, you passed the first round!",
        "You're invited to our happy hour. We would love it if you can join us!",
        "You have been selected to receive a gift card. Welcome to the community!",
        "Did they make you an offer on the spot?",
        "Please confirm your appointment on Monday with Dr Fox.",
    ],
)
def test_good_mood_is_no_offer(text: str) -> None:
    """Joy, congratulations, a date and a salary do not hire anybody."""
    assert understand("", text).meaning is not Meaning.OFFER


@pytest.mark.parametrize(
    "text",
    [
        "We are sorry that you have decided not to continue with your application.",
        "You withdrew from the process for the Analyst role. We wish you the best in your career.",
        "As requested, we have withdrawn your application.",
        "From March on we will no longer offer sellers the option to change their currency.",
        "The board decided not to go ahead with another supplier for the coffee machine.",
        "We regret to inform you that your flight has been cancelled.",
    ],
)
def test_a_refusal_concerns_the_applicant(text: str) -> None:
    """Who withdrew was not refused, and neither was a flight or a supplier."""
    assert understand("", text).meaning is Meaning.OTHER


def test_what_nothing_speaks_for_is_no_verdict() -> None:
    """One faint word is a faint verdict for what it says, or none, and never for something else."""
    for text in ("interview", "the role, the position and the candidate: interview", "salary job"):
        found = understand("", text)
        assert found.evidence or found.meaning is Meaning.OTHER
        assert all(words.meaning is found.meaning for words in found.evidence)


def test_a_refusal_is_not_taken_back_by_a_condition_after_it() -> None:
    """The wish for another time after the comma leaves the refusal as it was said."""
    text = (
        "We will not be moving forward with your application, should another role open we will "
        "contact you."
    )
    assert understand("", text).meaning is Meaning.REJECTION
    assert understand("", "If you are not selected, we will write to you.").meaning is not (
        Meaning.REJECTION
    )


def test_a_threat_is_no_refusal() -> None:
    """What happens to those who do not do the test has not happened."""
    text = (
        "The next stage is an online test. Please complete it within 5 days. Candidates who do "
        "not complete it will not be considered further."
    )
    assert understand("Next step: online test", text).meaning is Meaning.NEXT_ROUND


def test_to_ask_whether_is_no_condition() -> None:
    """Words like "let me know if" ask, and promises as much as it says."""
    found = features("", "Just wanted to see if you would be open to a quick call on our role.")
    assert "next_round.certain" in found


def test_what_ranks_lower_counts_as_said_under_it() -> None:
    """The features tell thanks by themselves from thanks around a decision."""
    thanks = "We have received your application."
    assert "acknowledgement.certain" in features("", thanks)
    beside_refusal = features("", f"{thanks} You have not been selected for the role.")
    assert "acknowledgement.certain_under" in beside_refusal
    assert "acknowledgement.certain" not in beside_refusal


def test_nothing_known_is_no_surety() -> None:
    """A mail with no known words is something else, and that is little better than a guess."""
    found = understand("", "Quux zork flarn.")
    assert found.meaning is Meaning.OTHER
    assert 0.5 <= found.confidence <= 0.6
    assert found.evidence == found.against == ()


def test_a_verdict_shows_the_words_as_they_stood() -> None:
    """The words, their line, and what spoke for something else can be shown to the user."""
    text = (
        "Dear Robin,\n\nwe were impressed. Unfortunately\nyou have NOT been selected\nfor the role."
    )
    found = understand("Your application", text)
    assert found.meaning is Meaning.REJECTION
    assert "you have NOT been selected" in found.evidence[0].words
    assert found.evidence[0].place is Place.TEXT
    assert found.evidence[0].line in {3, 4}
    assert all(words.meaning is not Meaning.REJECTION for words in found.against)


def test_words_in_the_subject_are_told_as_such() -> None:
    """A subject that says it all is evidence on line 0."""
    found = understand("Offer of employment: Data Engineer", "Please see the enclosed letter.")
    assert found.meaning is Meaning.OFFER
    assert (found.evidence[0].place, found.evidence[0].line) == (Place.SUBJECT, 0)


def test_the_subject_of_a_reply_says_nothing_new() -> None:
    """What stands after "Re:" was written earlier, perhaps by the applicant."""
    assert understand("Re: Offer of employment", "ok") == understand("", "ok")


def test_shown_words_are_short_and_few() -> None:
    """However long a mail is, a verdict stays a few lines."""
    text = "Unfortunately " + "x" * 300 + " you have not been selected " + "and so on " * 80
    found = understand("s" * 10_000, "\n".join([text] * 9))
    assert found.meaning is Meaning.REJECTION
    assert len(found.evidence) <= 5
    assert len(found.against) <= 5
    assert all(len(words.words) <= 120 for words in (*found.evidence, *found.against))


def test_a_condition_promises_nothing() -> None:
    """What would follow if something were the case has not been said."""
    found = features("", "If you are selected, we will invite you to an interview.")
    assert not any(name.startswith("next_round.certain") for name in found)


def test_a_mail_may_mix_two_languages() -> None:
    """A German greeting does not hide an English refusal, nor the other way about."""
    text = (
        "Hallo Robin,\nvielen Dank f\u00fcr deine Zeit.\nUnfortunately you have not been selected."
    )
    assert understand("", text).meaning is Meaning.REJECTION


def test_the_languages_of_a_text_are_told_by_its_small_words() -> None:
    """Only the languages that appear are tried; all of them when nothing tells."""
    known = languages()
    names = {each.name for each in known}
    english = languages_of(said("we have had the time of our lives with you and them"), known)
    assert [each.name for each in english] == ["en"]
    assert {each.name for each in languages_of("ok", known)} == names


HOSTILE = [
    "not " * 16_000,
    "(" * 65_536,
    "a" * 65_536,
    "n't " * 16_000,
    "\n" * 65_536,
    ", ," * 20_000,
    "\u0301" * 65_536,
    "we will not be able to move you forward with the other " * 1_200,
    "if you are not selected we will contact you please send your " * 1_000,
    "\ud800 \x00 \u202e " * 10_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_text_costs_little(text: str) -> None:
    """No text, however it is made, raises or takes long."""
    understand("warm", "warm up the patterns")
    began = time.process_time()
    found = understand(text, text)
    assert time.process_time() - began < 10
    assert 0 <= found.confidence <= 0.99


@pytest.mark.parametrize("name", ["de", "en", "es", "fr"])
def test_every_language_says_every_meaning(name: str) -> None:
    """A language's file has phrases for each meaning, and can be read as a whole."""
    (language,) = (each for each in languages() if each.name == name)
    spoken = {
        m for phrase in language.phrases if phrase.role is Role.SPEAKS for m in phrase.meanings
    }
    assert spoken == set(Meaning)
    assert len(language.common) >= 30
    for phrase in language.phrases:
        assert phrase.find("quux") is None


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("[rejection]\ncertain = ['(no']", "not closed"),
        ("[rejected]\ncertain = []", "rejected"),
        ("[offer]\nsure = []", "sure"),
        ("[offer]\ncertain = 'yes'", "not a list"),
        ("offer", "xx.toml"),
        ("[conditional]\nvoids = ['nothing']", "nothing"),
    ],
)
def test_a_slip_in_a_language_file_is_named(source: str, words: str) -> None:
    """A contributor is told which file and what in it."""
    with pytest.raises(ValueError, match=words) as wrong:
        parse("xx", source)
    assert "xx.toml" in str(wrong.value)


def test_sentences_end_where_the_thought_ends() -> None:
    """Wrapped lines are one sentence; list items, short lines and full stops end one."""
    text = (
        "Hi Robin,\nThank you for your application for the post of Senior Nurse in the ward\n"
        "of Dr. Fox on the 11. December. We liked it!\n\n- your CV\n- two references, e.g. a boss"
    )
    assert [" ".join(each.words) for each in sentences(text)] == [
        "Hi Robin,",
        (
            "Thank you for your application for the post of Senior Nurse in the ward of Dr. Fox on "
            "the 11. December."
        ),
        "We liked it!",
        "- your CV",
        "- two references, e.g. a boss",
    ]


def test_a_sentence_knows_its_lines() -> None:
    """Every word points to the line it stood on."""
    (found,) = sentences("we have not heard from you about the little matter of\nthe form")
    assert found.lines[0] == 1
    assert found.lines[-1] == 2


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("We won\u2019t", "we will not"),
        ("can't", "can not"),
        ("you're", "you are"),
        ("I'd", "i would"),
        ("didnt", "did not"),
    ],
)
def test_contractions_are_read_in_full(short: str, full: str) -> None:
    """One phrase finds both ways of writing it."""
    assert said(short) == full


def test_fitting_learns_what_the_examples_show() -> None:
    """A feature that always goes with a meaning comes to speak for it, and no case is forgotten."""
    examples = [
        fitting.Example(frozenset({"offer.strong", "rejection.weak"}), Meaning.OFFER),
        fitting.Example(frozenset({"rejection.certain"}), Meaning.REJECTION),
    ] * 10
    weights = fitting.fit(examples, {}, pull=0.1, rounds=100)
    assert weights == fitting.fit(examples, {}, pull=0.1, rounds=100)
    assert weights["offer.strong"] > 1
    assert weights["rejection.certain"] > 1
    assert weights["rejection.weak"] == 0


def test_weak_words_learn_no_decision() -> None:
    """However often a weak phrase goes with a refusal, it stays small."""
    examples = [fitting.Example(frozenset({"rejection.weak"}), Meaning.REJECTION)] * 50
    weights = fitting.fit(examples, {}, pull=0.1, rounds=200)
    assert weights["rejection.weak"] <= fitting.MOST_OF_WEAK


def test_written_weights_are_read_back() -> None:
    """What the fitting writes is what the reading reads, and its head says what it rests on."""
    weights = {"offer.certain": 3.25, "other.topic_hiring": -0.5, "other.weak": 0.01}
    text = fitting.written(weights, ["12 mails: of a kind"])
    assert parse_weights(text) == {"offer.certain": 3.25, "other.topic_hiring": -0.5}
    assert "12 mails: of a kind" in text


def test_shrinking_the_weights_makes_less_sure_and_decides_the_same() -> None:
    """The factor found on mail that was left out changes the confidence only."""
    weights = {"offer.certain": 4.0, "rejection.strong": 2.0}
    found = {"offer.certain", "rejection.strong"}
    sure = likelihoods(found, weights)
    less = likelihoods(found, fitting.stretched(weights, 0.5))
    assert max(less, key=less.__getitem__) is Meaning.OFFER
    assert less[Meaning.OFFER] < sure[Meaning.OFFER]


@pytest.mark.corpus
def test_mail_about_other_things_is_hardly_ever_a_decision() -> None:
    """Newsletters and other people's letters are not taken for offers or refusals."""
    examples = [*fitting.of_corpus(learnt=True), *fitting.of_corpus(learnt=False)]
    if not examples:
        pytest.skip("the shared corpus of real mail does not lie beside the checkout")
    weights = fitting.current()
    wrong = 0
    for example in examples:
        chances = likelihoods(example.found, weights)
        wrong += max(chances[Meaning.OFFER], chances[Meaning.REJECTION]) >= 0.75
    assert wrong <= len(examples) / 1000


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, great to meet you too!",
        "You're welcome, it was a pleasure talking to you as well!",
        "Gern geschehen, es hat mich auch sehr gefreut!",
        "Merci à vous, ce fut un plaisir de vous rencontrer également !",
        "Gracias a ti, también fue un placer conocerte.",
    ],
)
def test_thanks_for_thanks_are_a_sure_acknowledgement(text: str) -> None:
    """A courteous word back decides nothing, and there is little doubt about it."""
    understood = understand("", text)
    assert understood.meaning is Meaning.ACKNOWLEDGEMENT
    assert understood.confidence >= 0.75


@pytest.mark.parametrize(
    "text",
    [
        "We are still interviewing other candidates and will let you know.",
        "We're currently considering other candidates as well and hope to decide next week.",
        "We have a few other candidates to see before we decide.",
        "Aktuell sprechen wir noch mit weiteren Kandidatinnen.",
        "D'autres candidats sont encore en cours d'entretien.",
        "Todavía estamos entrevistando a otros candidatos.",
    ],
)
def test_others_who_are_still_seen_are_no_refusal(text: str) -> None:
    """That somebody else is still being met says that nothing is decided."""
    assert understand("", text).meaning is Meaning.STILL_DECIDING


@pytest.mark.parametrize(
    "text",
    [
        "We had to temporarily put the search on hold and will pick it up again in March.",
        "Das Verfahren ist vorübergehend ausgesetzt.",
        "Le recrutement est momentanément suspendu, il reprendra en septembre.",
        "El proceso está pausado temporalmente; lo retomaremos en enero.",
    ],
)
def test_a_search_that_will_go_on_is_no_refusal(text: str) -> None:
    """What is on hold for a while is not over."""
    assert understand("", text).meaning is Meaning.STILL_DECIDING


def test_a_search_without_an_end_to_its_pause_is_a_refusal() -> None:
    """Nobody says any more that it will go on."""
    understood = understand("", "The position has been put on hold indefinitely.")
    assert understood.meaning is Meaning.REJECTION


@pytest.mark.parametrize("text", ["", "See below.", "Best, Ann"])
def test_a_subject_alone_is_never_sure(text: str) -> None:
    """A subject is a title; the mail itself may say something else."""
    understood = understand("Your application: we regret that you were not selected", text)
    assert understood.meaning is Meaning.REJECTION
    assert understood.confidence <= 0.75


@pytest.mark.parametrize(
    "text",
    [
        "Has sido seleccionado(a) para la siguiente fase del proceso.",
        "Has sido seleccionado/a para la siguiente fase del proceso.",
    ],
)
def test_a_word_for_women_and_men_is_read_as_one(text: str) -> None:
    """Whichever way its second ending is written."""
    assert understand("", text).meaning is Meaning.NEXT_ROUND


@pytest.mark.parametrize(
    "text",
    [
        "Your application was received. We will arrange an interview if you are a good match.",
        "Ihre Bewerbung ist eingegangen. Sollten Unterlagen fehlen, melden wir uns.",
        "Nous avons bien reçu votre dossier. S'il manque un document, nous vous contacterons.",
    ],
)
def test_what_may_follow_a_receipt_is_only_possible(text: str) -> None:
    """An interview or a question under a condition is neither yet."""
    assert understand("", text).meaning is Meaning.ACKNOWLEDGEMENT


def test_more_mail_is_learnt_from_by_half(tmp_path: Path) -> None:
    """The other half of a file tells how well it went and stays out of the fit."""
    mail = {"subject": "", "text": "We regret to inform you.", "label": "rejection", "source": "x"}
    file = tmp_path / "mail.json"
    file.write_text(json.dumps([{**mail, "half": half} for half in "ab"]), encoding="utf-8")
    learnt = fitting.of_file(file)
    assert [example.meaning for example in learnt] == [Meaning.REJECTION]

"""`draft`: drafts on request (advice rows 5, 16 and 17)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from followupd.domain import events as happened
from followupd.domain.events import AutomaticCategory
from followupd.domain.interview import Outcome
from tests.support.cli import CONFIG, Shell
from tests.support.stories import DANA, HENRY, IVY, NINA, story

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.stories import Story

ARTICLE = ("--set", "article=How we ship")


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def live(shell: Shell, told: Story) -> None:
    """Record a story, and be at its end."""
    shell.live(told)
    shell.clock.moment = told.now


def kinds(shell: Shell) -> list[str]:
    """What has happened, in one word each."""
    return [event["kind"] for event in shell.did("log", "1", "--json").json]


def quiet() -> Story:
    """Nothing was laid down yet: it was recorded when it was too late for a thank-you."""
    return story(DANA, HENRY, IVY, NINA, recorded="2026-11-12 10:00")


def silent() -> Story:
    """The decision date has just passed, and nobody was written to."""
    told = quiet()
    told.now = told.moment("2026-11-16 10:00")
    return told


def absence(told: Story, name: str = "Max Muster", address: str = "max@acme.example") -> None:
    """Dana is away until the 30th and names who stands in."""
    told.record(
        happened.AutomaticReceived(
            at=told.now,
            mail=told.mail(DANA.address, ("robin@example.org",)),
            category=AutomaticCategory.ABSENCE,
            rule="auto-submitted",
            returns_on=date(2026, 11, 30),
            stand_in_name=name,
            stand_in_address=address,
        )
    )


def test_a_draft_is_asked_for_and_shown_as_it_will_be_laid(shell: Shell) -> None:
    """The person, the words that were given, what happens next, and the plan that lays it."""
    live(shell, quiet())
    out = shell.did("draft", "1", "share-article", *ARTICLE, "--to", "ivy").out
    assert "To: Ivy Ito <ivy@acme.example>" in out
    assert "How we ship" in out
    assert "laid into Drafts within a moment" in out
    (event,) = shell.did("log", "1", "--json").json[1:]
    assert (event["kind"], event["template"]) == ("draft_requested", "share-article")
    assert event["given"] == [{"name": "article", "text": "How we ship"}]
    step = shell.did("plan", "1", "--json").json[-1]
    assert (step["step"], step["to"], step["state"]) == ("share-article", IVY.address, "due")
    assert "share-article\nto Ivy Ito" in "\n".join(
        line[:16].strip() for line in shell.did("plan", "1").out.splitlines()
    )


def test_a_program_gets_the_letter_as_preview_gives_it(shell: Shell) -> None:
    """The same keys as `preview --json`."""
    live(shell, quiet())
    letter = shell.did("draft", "1", "share-article", *ARTICLE, "--json").json
    (preview,) = shell.did("preview", "1", "share-article", "--json").json
    assert letter == preview


def test_what_can_be_asked_for_is_listed_with_whom_it_goes_to(shell: Shell) -> None:
    """Each template in one line; what it needs; nobody for a part that nobody plays."""
    live(shell, quiet())
    rows = {each["template"]: each for each in shell.did("draft", "1", "--list", "--json").json}
    assert rows["share-article"]["needs"] == ["article"]
    assert rows["introduction"]["needs"] == ["contact", "reason"]
    assert rows["still-open"]["to"] == [DANA.address]
    assert rows["hiring-manager"]["to"] == [HENRY.address]
    assert rows["references"]["to"] == []
    assert {"promise", "promise-reminder", "digest"}.isdisjoint(rows)
    out = shell.did("draft", "1", "--list").out
    assert '--set article="How we ship"' in out
    assert max(map(len, out.split("\n\n")[0].splitlines())) <= 80
    assert kinds(shell) == ["added"]


def test_a_template_of_ones_own_can_be_asked_for(shell: Shell) -> None:
    """Under its own name; a promise cannot, since it has a day."""
    folder = shell.config.parent / "templates" / "en"
    folder.mkdir(parents=True)
    text = "{% block subject %}Lunch{% endblock %}{% block body %}Lunch?{% endblock %}"
    (folder / "lunch.j2").write_text(text)
    live(shell, quiet())
    assert "Lunch?" in shell.did("draft", "1", "lunch").out
    assert "own" in shell.did("draft", "1", "--list").out
    refused = shell.run("draft", "1", "promise")
    assert refused.code == 2
    assert "--promise" in refused.err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "--list"),
        (["share-artikel"], '"share-article"'),
        (["share-article"], '--set article="How we ship"'),
        (["introduction", "--set", "contact=Nina"], "needs reason"),
        (["share-article", "--set", "articel=x"], '"article"'),
        (["share-article", "--set", "article"], "say what article is"),
        (["share-article", *ARTICLE, "--set", "article=x"], "twice"),
        (["last-note", "--to", "nobody"], "--to: nobody of interview 1"),
        (["references"], "--to"),
    ],
)
def test_half_a_wish_is_wrong_usage_and_records_nothing(
    shell: Shell, argv: list[str], words: str
) -> None:
    """The message names what is missing or meant."""
    live(shell, silent())
    refused = shell.run("draft", "1", *argv)
    assert refused.code == 2
    assert words in refused.err
    assert kinds(shell) == ["added"]


def test_it_goes_to_whoever_wrote_last_unless_somebody_is_named(shell: Shell) -> None:
    """An article and a last note answer the last mail; a friend's mail does not count."""
    told = quiet()
    told.acknowledgement(HENRY)
    told.now = told.moment("2026-11-13 10:00")
    told.acknowledgement(IVY)
    told.now = told.moment("2026-11-13 12:00")
    told.acknowledgement(NINA)
    live(shell, told)
    for template in ("share-article", "last-note"):
        given = ARTICLE if template == "share-article" else ()
        letter = shell.did("draft", "1", template, *given, "--anyway", "--json").json
        assert letter["to"] == IVY.address
    assert shell.did("draft", "1", "still-open", "--anyway", "--json").json["to"] == DANA.address


def test_of_several_friends_one_has_to_be_named(shell: Shell) -> None:
    """Nobody is chosen by chance."""
    live(shell, story(DANA, NINA, IVY, recorded="2026-11-12 10:00"))
    shell.did("person", "1", "add", "Noah <noah@friends.example>", "--part", "network")
    refused = shell.run("draft", "1", "network", "--anyway")
    assert refused.code == 2
    assert "nina@friends.example, noah@friends.example" in refused.err


@pytest.mark.parametrize("template", ["check-in", "still-open", "call", "network"])
def test_nobody_is_asked_before_the_decision_date_unless_it_is_meant(
    shell: Shell, template: str
) -> None:
    """Advice row 6; `--anyway` is the user's own word."""
    live(shell, quiet())
    refused = shell.run("draft", "1", template)
    assert refused.code == 1
    assert "Fri 13 Nov, has not passed" in refused.err
    assert kinds(shell) == ["added"]
    shell.did("draft", "1", template, "--anyway")
    assert kinds(shell)[-1] == "draft_requested"


def test_the_decision_day_itself_is_still_theirs(shell: Shell) -> None:
    """On that day it is too early, on the day after it is not."""
    live(shell, quiet())
    shell.at("2026-11-13 16:00")
    assert "has not passed" in shell.run("draft", "1", "check-in").err
    shell.at("2026-11-14 09:00")
    shell.did("draft", "1", "check-in")


def test_whoever_was_written_to_lately_is_spared_unless_it_is_meant(shell: Shell) -> None:
    """Three working days between two messages without an answer, and three in all."""
    told = silent()
    told.by_hand(DANA)
    live(shell, told)
    shell.at("2026-11-18 10:00")
    refused = shell.run("draft", "1", "last-note", "--to", "Dana")
    assert "you wrote to Dana Fox on Mon 16 Nov" in refused.err
    assert "Thu 19 Nov" in refused.err
    shell.at("2026-11-19 10:00")
    shell.did("draft", "1", "last-note", "--to", "Dana")


def test_three_unanswered_messages_are_enough_unless_it_is_meant(shell: Shell) -> None:
    """The reason is the number, however long ago they are."""
    told = silent()
    for day in ("2026-11-16", "2026-11-23", "2026-11-30"):
        told.now = told.moment(f"{day} 10:00")
        told.by_hand(DANA)
    live(shell, told)
    shell.at("2026-12-17 10:00")
    assert "3 messages to Dana Fox are unanswered" in shell.run("draft", "1", "still-open").err
    shell.did("draft", "1", "still-open", "--anyway")


def test_the_same_draft_is_not_asked_for_twice_by_mistake(shell: Shell) -> None:
    """Neither while it is about to be laid nor while it waits in Drafts."""
    told = quiet()
    live(shell, told)
    shell.did("draft", "1", "share-article", *ARTICLE, "--to", "ivy")
    assert "about to be laid" in shell.run("draft", "1", "last-note", "--to", "ivy").err
    requested = story(DANA, IVY, number=2)
    requested.until("2026-11-03 14:00")
    live(shell, requested)
    refused = shell.run("draft", "2", "share-article", *ARTICLE, "--to", "ivy")
    assert "another draft to Ivy Ito waits in Drafts: thank-you" in refused.err


def test_after_an_answer_nobody_is_asked_whatever_the_user_says(shell: Shell) -> None:
    """The plan would not lay it, so it is not promised; a gracious answer is written."""
    told = silent()
    told.reply(DANA, Outcome.REJECTION)
    live(shell, told)
    refused = shell.run("draft", "1", "check-in", "--anyway")
    assert refused.code == 1
    assert "answered on Mon 16 Nov" in refused.err
    assert "followupd reopen 1" in refused.err
    assert "draft_requested" not in kinds(shell)
    shell.did("close", "1")
    assert shell.did("draft", "1", "rejection-answer", "--json").json["to"] == DANA.address
    assert shell.did("plan", "1", "--json").json[-1]["state"] == "due"


def test_a_possible_reply_comes_first(shell: Shell) -> None:
    """Where it may be answered already, nobody is asked."""
    told = silent()
    told.possible_reply()
    live(shell, told)
    assert "followupd resolve" in shell.run("draft", "1", "check-in", "--anyway").err


def test_nobody_is_written_to_at_a_dead_address(shell: Shell) -> None:
    """The natural person is somebody else, and the one who is named is refused."""
    told = silent()
    told.bounce(DANA)
    live(shell, told)
    refused = shell.run("draft", "1", "check-in", "--to", "Dana", "--anyway")
    assert "mail to Dana Fox comes back" in refused.err
    assert shell.did("draft", "1", "check-in", "--json").json["to"] == HENRY.address


def test_who_stands_in_is_written_to_and_then_belongs_to_the_interview(shell: Shell) -> None:
    """By the name in the absence note, in the part of the one who is away."""
    told = silent()
    absence(told)
    live(shell, told)
    out = shell.did("draft", "1", "check-in", "--to", "Max").out
    assert "Added: Max Muster <max@acme.example>, recruiter." in out
    assert "Dana Fox is away" in out
    assert kinds(shell)[-2:] == ["person_recorded", "draft_requested"]
    added = shell.did("person", "1", "--json").json[-1]
    assert (added["address"], added["part"]) == ("max@acme.example", "recruiter")
    again = shell.run("draft", "1", "check-in", "--to", "max@acme.example")
    assert "another draft to Max Muster is due before it" in again.err


@pytest.mark.parametrize("address", ["robin@example.org", "a\x1b[2J b@x.example"])
def test_a_stand_in_who_cannot_be_written_to_is_refused(shell: Shell, address: str) -> None:
    """The user's own address, and what is none: an absence note is a stranger's text."""
    told = silent()
    absence(told, address=address)
    live(shell, told)
    refused = shell.run("draft", "1", "check-in", "--to", "Max Muster")
    assert refused.code == 2
    assert "\x1b" not in refused.err
    assert kinds(shell) == ["added", "automatic_received"]


def test_a_draft_is_asked_for_although_everything_is_paused(shell: Shell) -> None:
    """It is an act of the user's."""
    live(shell, silent())
    shell.did("pause")
    shell.did("draft", "1", "check-in")
    assert shell.did("plan", "1", "--json").json[-1]["state"] == "due"


def test_a_broken_template_refuses_the_wish_and_loses_nothing(shell: Shell) -> None:
    """The mistake shows at once and not when it is laid."""
    folder = shell.config.parent / "templates" / "en"
    folder.mkdir(parents=True)
    (folder / "last-note.j2").write_text("{% block subject %}{{ nobdy }}{% endblock %}")
    shell.configure(CONFIG)
    live(shell, silent())
    refused = shell.run("draft", "1", "last-note")
    assert refused.code == 1
    assert "last-note" in refused.err
    assert kinds(shell) == ["added"]

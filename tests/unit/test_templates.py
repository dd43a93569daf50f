"""Templates: what a letter says, and how a mistake in one is reported."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.domain.cadence import BUILT_IN, PROMISE
from followupd.domain.interview import Part
from followupd.errors import TemplateError
from followupd.writing.letter import Deed, Happening, Letter, given_name, sample_letters
from followupd.writing.shipped import shipped_templates
from followupd.writing.templates import Templates

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("thank-you", "promise", "check-in", "network", "hiring-manager", "call")
LETTER = sample_letters()[0]
BARE = sample_letters()[1]
SHIPPED = Templates(shipped_templates())


def one(body: str, subject: str = "About {{ role }}") -> Templates:
    """A single template `en/own` with that body."""
    head = f"{{% block subject %}}{subject}{{% endblock %}}\n"
    return Templates({"en/own": f"{head}{{% block body %}}\n{body}\n{{% endblock %}}"})


def body_of(source: str, letter: Letter = LETTER) -> str:
    return one(source).render("own", "en", letter).body


def flowed(text: str) -> str:
    """The text without its line breaks, to look for phrases in it."""
    return " ".join(text.split())


# What the shipped letters say.


def test_every_template_of_the_built_in_cadence_is_shipped_and_sound() -> None:
    """A fresh installation can write every step it plans."""
    planned = {step.template for step in BUILT_IN if step.template} | {PROMISE}
    assert planned == set(NAMES)
    SHIPPED.check(NAMES, ["en", "de"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("letter", sample_letters())
def test_a_letter_can_be_sent_unchanged(name: str, letter: Letter) -> None:
    """Nothing is left to fill in, nothing reads as if a machine had filled it in."""
    rendered = SHIPPED.render(name, "en", letter)
    text = f"{rendered.subject}\n{rendered.body}"
    assert not re.search(r"[\[\]{}<>]|None|  \S|TODO|\?\?|\.\.| ,| \.", text.replace("    ", ""))
    assert rendered.body.isascii()
    assert rendered.body.endswith("\n")
    assert not rendered.body.endswith("\n\n")
    assert "\n\n\n" not in rendered.body
    assert all(len(line) <= 72 and line == line.rstrip() for line in rendered.body.split("\n"))
    if name != "call":
        assert rendered.body.endswith("\n\nKind regards,\nRobin Doe\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_company_that_ends_with_a_full_stop_gets_no_second_one(name: str) -> None:
    """`Acme Inc.` never ends a sentence."""
    for letter in sample_letters():
        named = replace(letter, company="Acme Inc.", role="Engineer, Sr.")
        assert ".." not in SHIPPED.render(name, "en", named).body


def test_a_check_in_says_who_where_when_and_asks_what_is_to_be_asked() -> None:
    """Advice row 7: all of its facts and all of its questions are there."""
    text = flowed(SHIPPED.render("check-in", "en", LETTER).body)
    for fact in (
        "Hello Dana,",
        "My name is Robin Doe",
        "the Backend Engineer position at Acme",
        "on Tuesday 1 December",
        "by Friday 11 December",
        "where things stand",
        "postponed",
        "still being considered",
    ):
        assert fact in text


@pytest.mark.parametrize("name", NAMES)
def test_a_decision_date_that_is_only_assumed_is_never_mentioned(name: str) -> None:
    """Nobody is held to a day they did not name."""
    assumed = replace(LETTER, decision_by=None, expected_by=date(2026, 12, 9), so_far=())
    text = flowed(SHIPPED.render(name, "en", assumed).body)
    assert "9 December" not in text
    assert "I had understood" not in text
    assert "was expected by" not in text


def test_people_of_one_panel_get_different_words() -> None:
    """Colleagues who compare their thank-yous find no two alike."""
    panel = [
        replace(LETTER, person_part=Part.INTERVIEWER, panel_index=index, panel_size=12)
        for index in range(12)
    ]
    bodies = [SHIPPED.render("thank-you", "en", letter).body for letter in panel]
    assert len(set(bodies)) == 12
    for body, following in pairwise(bodies):
        paragraphs = [flowed(part) for part in body.split("\n\n")]
        others = [flowed(part) for part in following.split("\n\n")]
        assert not set(paragraphs[1:3]) & set(others[1:3])


@pytest.mark.parametrize(
    "what", ["writing sample", "send the report on churn", "Links!", "x" * 100, "a b " * 60]
)
def test_a_promise_stands_in_the_users_own_words(what: str) -> None:
    """Whatever phrase the user noted is on its own lines and unchanged."""
    body = SHIPPED.render("promise", "en", replace(LETTER, promise_what=what)).body
    paragraph = next(part for part in body.split("\n\n") if part.startswith("    "))
    assert flowed(paragraph) == what.strip()
    assert "attached" in body


def test_the_hiring_manager_learns_that_somebody_else_was_asked() -> None:
    """The person who was asked first is named, and only when there was one."""
    assert "Kim Lee" in SHIPPED.render("hiring-manager", "en", LETTER).body
    alone = replace(LETTER, recruiter_name=None)
    assert "in touch with" not in SHIPPED.render("hiring-manager", "en", alone).body


def test_a_call_sheet_holds_number_hours_history_and_both_scripts() -> None:
    """Advice row 14: everything needed beside the telephone."""
    body = SHIPPED.render("call", "en", LETTER).body
    assert "Number: +49 30 1234567\n" in body
    assert "When: between 09:30 and 11:30 in America/New_York, which is 15:30 to\n" in body
    assert "\n- Wednesday 2 December: your thank-you to Dana Fox\n" in body
    assert "\n- They use Python and PostgreSQL.\n" in body
    assert body.index("IF SOMEBODY ANSWERS") < body.index("IF IT GOES TO VOICEMAIL")
    assert '\n    "Hello Dana, this is Robin Doe.' in body
    assert "Number: not noted." in SHIPPED.render("call", "en", BARE).body


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        ("Dana Fox", "Dana"),
        ("Fox, Dana", "Dana"),
        ("Fox, Dana, PhD", "Dana"),
        ("Dana Fox, PhD", "Dana"),
        ("van der Berg, Anna", "Anna"),
        ("Dr. Dana Fox", "Dana"),
        ("Prof. Dr. Dana Fox", "Dana"),
        ("DANA FOX", "Dana"),
        ("dana fox", "Dana"),
        ("AJ Fox", "AJ"),
        ("Jean-Luc Picard", "Jean-Luc"),
        ("Dana Fox (she/her)", "Dana"),
        ("Dana Fox | Acme", "Dana"),
        ("Dana Fox via LinkedIn", "Dana"),
        ("Dana from Acme", "Dana"),
        ("'Dana Fox'", "Dana"),
        ("王小明", "王小明"),
        ("김 민준", "김 민준"),
        ("Zoë", "Zoë"),
        ("", None),
        ("   ", None),
        ("Dr. Fox", None),
        ("Ms Fox", None),
        ("D. Fox", None),
        ("J.R. Fox", None),
        ("Dana Fox, Acme", None),
        ("Acme Talent Team", None),
        ("Recruiting", None),
        ("dana@acme.example", None),
        ("Agent 007", None),
        ("(she/her)", None),
    ],
)
def test_a_greeting_uses_a_given_name_or_none(display: str, expected: str | None) -> None:
    """A wrong name is worse than none."""
    assert given_name(display) == expected


def test_a_letter_without_a_usable_name_says_hello() -> None:
    """Neither an empty name nor the firm's own mailbox is greeted by a name."""
    for name in ("", "Acme Berlin"):
        letter = replace(LETTER, person_name=name)
        assert SHIPPED.render("check-in", "en", letter).body.startswith("Hello,\n\n")


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_display_name_breaks_the_greeting(display: str) -> None:
    """Any name gives one safe line or none."""
    found = given_name(display)
    assert found is None or (found.strip() == found and found and "\n" not in found)


# How text is laid out.


def test_a_day_bears_its_year_only_when_it_is_not_this_year() -> None:
    """`Tuesday 1 December`, and in January with the year."""
    assert body_of("{{ held_on | day }}") == "Tuesday 1 December\n"
    assert body_of("{{ held_on | day }}", BARE) == "Friday 18 December 2026\n"


def test_a_day_in_a_language_without_names_of_days_is_an_iso_date() -> None:
    """English words never slip into a letter in another language."""
    body = "{% block body %}{{ today | day }}{% endblock %}"
    templates = Templates({"de/own": "{% block subject %}x{% endblock %}" + body})
    assert templates.render("own", "de", LETTER).body == "2026-12-15\n"


def test_a_language_without_its_own_template_gets_the_english_one() -> None:
    """A German interview is not left without a letter."""
    german = SHIPPED.render("check-in", "de", LETTER)
    assert german == SHIPPED.render("check-in", "en", LETTER)


def test_paragraphs_are_wrapped_and_indented_lines_stay_indented() -> None:
    """Each line of a template is a paragraph; lists and indented lines keep their shape."""
    words = "word " * 30
    lines = body_of(f"{words}\nSecond\n\n\n\n- {words}\n    {words}").split("\n")
    assert all(len(line) <= 72 for line in lines)
    assert lines[3] == "Second"
    assert lines[4] == ""
    assert lines[5].startswith("- word")
    assert lines[6].startswith("  word")
    assert lines[8].startswith("    word")


def test_a_long_address_of_a_page_is_not_broken() -> None:
    """A link stays whole and can be clicked."""
    link = "https://acme.example/" + "a-b/" * 40
    assert link in body_of(f"See {link} please").split("\n")


def test_a_subject_is_one_line() -> None:
    """Line breaks in a subject block are folded away, and it is capped."""
    rendered = one("x", subject="\nAbout\n  {{ role }}" + "y" * 300 + "\n").render(
        "own", "en", LETTER
    )
    assert rendered.subject.startswith("About Backend Engineer")
    assert len(rendered.subject) == 200


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=400))
def test_hostile_facts_stay_text(text: str) -> None:
    """What came from a mail is never a template, a second line of a subject or a control."""
    hostile = f"{{{{ 7 * 7 }}}}{text}\u2028\u202e\x1b[2J\r\nBcc: x@y.example"
    letter = replace(
        LETTER,
        company=hostile,
        role=hostile,
        person_name=hostile,
        so_far=(Happening(LETTER.held_on, Deed.HEARD, hostile),),
        notes=(text,),
    )
    for name in NAMES:
        rendered = SHIPPED.render(name, "en", letter)
        assert "{{ 7 * 7 }}" in rendered.subject
        for line in (rendered.subject, *rendered.body.split("\n")):
            assert not {category(mark) for mark in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


# How mistakes are reported.


def test_an_unknown_variable_is_named_with_its_line_and_the_nearest_one() -> None:
    """The user reads what to correct, and where."""
    with pytest.raises(TemplateError) as caught:
        body_of("Hello\n{{ compny }}")
    assert str(caught.value) == (
        'template en/own, line 4: "compny" is no variable; did you mean "company"?'
    )


def test_a_mistake_in_a_branch_that_no_sample_takes_is_found_by_the_check() -> None:
    """A letter does not fail on the day it is due for a case that never came before."""
    templates = one("{% if company == 'Nowhere' %}{{ rolle }}{% endif %}Hello")
    assert templates.render("own", "en", LETTER).body == "Hello\n"
    with pytest.raises(TemplateError, match=r'line 3: "rolle" is no variable.*"role"'):
        templates.check(["own"], ["en"])


def test_names_that_a_template_gives_itself_are_no_mistakes() -> None:
    """`set`, `for` and macros may be used at the top and in blocks."""
    source = (
        "{% set greeting = 'Hi' %}{% macro shout(text) %}{{ text | upper }}{% endmacro %}"
        "{% block subject %}{{ greeting }}{% endblock %}"
        "{% block body %}{% for line in so_far %}{{ loop.index }}{% endfor %}{{ shout(role) }}"
        "{% endblock %}"
    )
    Templates({"en/own": source}).check(["own"], ["en"])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{% if %}", "line 3"),
        ("{{ role | nonsense }}", "nonsense"),
        ("{{ today.nonsense }}", "nonsense"),
        ("{{ 1 / 0 }}", "line 3: division by zero"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{% include 'en/gone' %}", 'template "en/gone" that does not exist'),
        ("{{ 'x' * 1000000000 }}", "small numbers"),
        ("{{ 9 ** 999999999 }}", "small numbers"),
        ("{{ '%01000000000d' % 1 }}", "small numbers"),
        ("{% for n in range(99999999999999999999999) %}{% endfor %}", "more than 10000 times"),
        (
            "{% for a in range(999) %}{% for b in range(999) %}{% endfor %}{% endfor %}",
            "more than 10000 times",
        ),
        ("{% for a in range(9999) %}1234567{% endfor %}", "more than 64 KiB"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "without end"),
        ("{% if false %}x{% endif %}", "the body is empty"),
    ],
)
def test_a_template_that_fails_says_which_and_why(body: str, reason: str) -> None:
    """No mistake comes out as anything but a sentence with the template's name."""
    templates = one(body)
    with pytest.raises(TemplateError) as caught:
        templates.render("own", "en", LETTER)
    assert str(caught.value).startswith("template en/own")
    assert reason in str(caught.value)
    with pytest.raises(TemplateError, match="en/own"):
        templates.check(["own"], ["en"])


@pytest.mark.parametrize("block", ["subject", "body"])
def test_a_missing_block_is_named(block: str) -> None:
    """A template needs both of its blocks."""
    other = "body" if block == "subject" else "subject"
    templates = Templates({"en/own": f"{{% block {other} %}}x{{% endblock %}}"})
    with pytest.raises(TemplateError, match=f'no block "{block}"'):
        templates.render("own", "en", LETTER)


def test_the_check_reports_all_problems_at_once() -> None:
    """One run shows everything that is to be corrected."""
    broken = one("{{ compny }} {{ rolle }}")
    with pytest.raises(TemplateError) as caught:
        broken.check(["own", "absent"], ["en", "de"])
    lines = str(caught.value).split("\n")
    assert len(lines) == 4
    for word in ("compny", "rolle", '"absent" in "en"', '"absent" in "de"'):
        assert any(word in line for line in lines)


# Where they come from.


def test_a_template_of_the_users_own_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    """Only that one changes; a byte order mark does no harm."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "check-in.j2").write_text("\ufeffmine", encoding="utf-8")
    templates = shipped_templates(tmp_path)
    assert templates["en/check-in"] == "mine"
    assert templates["en/call"] == shipped_templates()["en/call"]


def test_a_folder_of_templates_that_cannot_be_used_is_explained(tmp_path: Path) -> None:
    """Absent, outside a language, not UTF-8, too large: each is a sentence with the path."""
    with pytest.raises(TemplateError, match=r"no folder of templates at .*gone"):
        shipped_templates(tmp_path / "gone")
    stray = tmp_path / "check-in.j2"
    stray.write_text("x")
    with pytest.raises(TemplateError, match="outside a language folder; move it to"):
        shipped_templates(tmp_path)
    stray.unlink()
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "own.j2").write_bytes(b"Gr\xfc\xdfe")
    with pytest.raises(TemplateError, match="not UTF-8"):
        shipped_templates(tmp_path)
    (tmp_path / "de" / "own.j2").write_bytes(b"x" * 70_000)
    with pytest.raises(TemplateError, match="larger than 64 KiB"):
        shipped_templates(tmp_path)

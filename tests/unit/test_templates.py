"""Templates: which one is taken, how text is laid out, and how a mistake is reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.domain.interview import Register
from followupd.errors import TemplateError
from followupd.writing.days import day_in_words
from followupd.writing.letter import Deed, Happening, Letter, sample_letters
from followupd.writing.shipped import shipped_templates
from followupd.writing.style import remarks
from followupd.writing.templates import Key, Templates

LETTER = sample_letters()[0]
BARE = sample_letters()[1]
EVERYTHING = replace(
    LETTER,
    topic="the migration",
    changed_plans="I will be away.",
    article="Sagas",
    contact="Lena Park",
    reason="She knows the field.",
)
SHIPPED = Templates(shipped_templates())
OWN = Key.of("en/own")


def one(body: str, subject: str = "About {{ role }}") -> Templates:
    """A single template `en/own` with that body."""
    head = f"{{% block subject %}}{subject}{{% endblock %}}\n"
    return Templates({"en/own": f"{head}{{% block body %}}\n{body}\n{{% endblock %}}"})


def body_of(source: str, letter: Letter = LETTER) -> str:
    return one(source).render("own", "en", letter).body


def both_blocks(word: str) -> str:
    return f"{{% block subject %}}{word}{{% endblock %}}{{% block body %}}{word}.{{% endblock %}}"


# Which one is taken.


def test_the_nearest_template_is_taken() -> None:
    """Language and register, then the language alone, then the same in English."""
    keys = ("de/formal/note", "de/note", "en/friendly/note", "en/note", "en/formal/other")
    templates = Templates({key: both_blocks(key) for key in keys})

    def taken(name: str, language: str, register: Register) -> str:
        letter = replace(LETTER, register=register)
        return templates.render(name, language, letter).subject

    assert taken("note", "de", Register.FORMAL) == "de/formal/note"
    assert taken("note", "DE", Register.FRIENDLY) == "de/note"
    assert taken("note", "it", Register.FRIENDLY) == "en/friendly/note"
    assert taken("note", "it", Register.FORMAL) == "en/note"
    assert taken("other", "de", Register.FORMAL) == "en/formal/other"
    with pytest.raises(TemplateError, match='no friendly template "other" in "de" nor in "en"'):
        taken("other", "de", Register.FRIENDLY)


@pytest.mark.parametrize("name", ["share-article", "introduction"])
def test_a_letter_that_lacks_what_it_is_about_is_not_written(name: str) -> None:
    """An introduction to nobody, and an article without a title, are refused in words."""
    with pytest.raises(TemplateError, match=r"it needs (article|contact and reason)"):
        SHIPPED.render(name, "en", LETTER)


# How text is laid out.


def test_a_day_bears_its_year_only_when_it_is_not_this_year() -> None:
    """`Tuesday 1 December`, and in January with the year."""
    assert body_of("{{ held_on | day }}") == "Tuesday 1 December\n"
    assert body_of("{{ held_on | day }}", BARE) == "Friday 18 December 2026\n"


@pytest.mark.parametrize(
    ("language", "this_year", "another_year"),
    [
        ("en", "Tuesday 1 December", "Thursday 4 March 2027"),
        ("de", "Dienstag, 1. Dezember", "Donnerstag, 4. März 2027"),
        ("fr", "mardi 1er décembre", "jeudi 4 mars 2027"),
        ("es", "martes 1 de diciembre", "jueves 4 de marzo de 2027"),
        ("it", "2026-12-01", "2027-03-04"),
    ],
)
def test_a_day_is_said_in_the_language_of_the_template(
    language: str, this_year: str, another_year: str
) -> None:
    """As people write it; a language whose days are not known gets a date nobody misreads."""
    assert day_in_words(date(2026, 12, 1), language, 2026) == this_year
    assert day_in_words(date(2027, 3, 4), language, 2026) == another_year
    body = "{% block subject %}x{% endblock %}{% block body %}{{ held_on | day }}{% endblock %}"
    rendered = Templates({f"{language}/formal/own": body}).render("own", language, LETTER)
    assert rendered.body == f"{this_year}\n"


def test_a_french_question_mark_never_begins_a_line() -> None:
    """The blank before it, and those inside quotation marks, do not break."""
    for width in range(60, 75):
        text = f"{'x' * width} « oui » ? Bien ; merci"
        source = f"{{% block subject %}}x{{% endblock %}}{{% block body %}}{text}{{% endblock %}}"
        lines = Templates({"fr/own": source}).render("own", "fr", LETTER).body.split("\n")
        assert not any(line.startswith(("?", ";", "»")) for line in lines)
        assert not any(line.endswith("«") for line in lines)


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
        EVERYTHING,
        company=hostile,
        role=hostile,
        person_name=hostile,
        topic=hostile,
        greeting=hostile,
        article=hostile,
        so_far=(Happening(LETTER.held_on, Deed.HEARD, hostile),),
        notes=(text,),
    )
    for name in {key.name for key in SHIPPED.keys}:
        rendered = SHIPPED.render(name, "en", letter)
        assert "{{ 7 * 7 }}" in rendered.body
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
        templates.check(["own"], "en", [OWN])


def test_names_that_a_template_gives_itself_are_no_mistakes() -> None:
    """`set`, `for` and macros may be used at the top and in blocks."""
    source = (
        "{% set greeting = 'Hi' %}{% macro shout(text) %}{{ text | upper }}{% endmacro %}"
        "{% block subject %}{{ greeting }}{% endblock %}"
        "{% block body %}{% for line in so_far %}{{ loop.index }}{% endfor %}{{ shout(role) }}"
        "{% endblock %}"
    )
    Templates({"en/own": source}).check(["own"], "en", [OWN])


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
        templates.check(["own"], "en", [OWN])


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
        broken.check(["own", "absent"], "de", [OWN])
    lines = str(caught.value).split("\n")
    assert len(lines) == 4
    words = ("compny", "rolle", 'formal template "absent" in "de"', 'friendly template "absent"')
    for word in words:
        assert any(word in line for line in lines)


def test_a_day_that_is_not_there_is_explained() -> None:
    """The filter is given None where nobody promised a day."""
    with pytest.raises(TemplateError, match=r"template en/own, line 3: .*no day"):
        body_of("{{ decision_by | day }}", BARE)


@pytest.mark.parametrize("source", ["{{ first_name }}", "{{ phone if phone else topic }}"])
def test_a_value_that_is_not_there_is_never_printed(source: str) -> None:
    """No letter greets "None", also where no sample came that way."""
    with pytest.raises(TemplateError, match=r"template en/own, line 3: .* not there"):
        body_of(source, BARE)


# What gives a letter away.


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("Dear ,\n\nx.\n\nRobin", "punctuation mark stands alone"),
        (",\n\nx.\n\nRobin", "the greeting is empty"),
        ("Hello\n\nx.\n\nRobin", "the greeting is empty or has no end"),
        ("Hello,\n\nWe met on None.\n\nRobin", 'it says "None"'),
        ("Hello,\n\nWe  met.\n\nRobin", "two blanks"),
        ("Hello,\n\nAt Acme Inc..\n\nRobin", "alone or twice"),
        ("Hello,\n\nI know\n\nRobin\nDoe", "does not end with a punctuation mark"),
        ("Hello,\n\nDear [name], x.\n\nRobin", "left to be filled in"),
        (f"Hello,\n\n{'x' * 77}.\n\nRobin", "more than 76"),
    ],
)
def test_what_reads_like_a_machine_is_remarked_upon(body: str, what: str) -> None:
    """Each flaw is named with the line that shows it."""
    assert any(what in remark for remark in remarks("A subject", body, is_sheet=False))


def test_a_long_subject_is_remarked_upon() -> None:
    """Lists of mail show about seventy characters."""
    assert list(remarks("x" * 71, "Hello,\n\nx.\n\nRobin", is_sheet=False))


@pytest.mark.parametrize(
    "body",
    [
        "Hello,\n\nI know... you know.\n\n    an article\n\nKind regards,\nRobin",
        "Guten Tag,\n\nalles gut?\n\nMit freundlichen Grüßen\n\nRobin",
        "Bonjour,\n\ntout va bien\u00a0!\n\n- ceci\n\nCordialement,\nRobin",
    ],
)
def test_a_good_letter_is_not_remarked_upon(body: str) -> None:
    """Indented words of the user's, lists and a closing apart from the name are in order."""
    assert not list(remarks("A subject", body, is_sheet=False))


@pytest.mark.parametrize("key", SHIPPED.keys, ids=str)
def test_every_shipped_letter_can_be_sent_unchanged(key: Key) -> None:
    """In each language and register, in every situation of the samples."""
    review = SHIPPED.review(key)
    assert review.mistakes == ()
    assert review.remarks == ()


def test_every_language_has_every_letter_in_both_registers() -> None:
    """Nobody gets an English letter because one was forgotten."""
    names = {key.name for key in SHIPPED.keys}
    for language in {key.language for key in SHIPPED.keys}:
        for register in Register:
            for name in names:
                assert SHIPPED.key(name, language, register).language == language

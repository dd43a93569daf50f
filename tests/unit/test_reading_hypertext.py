"""The words of an HTML mail are laid out as they are seen, at a bounded price."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.reading.body import TEXT_LIMIT
from followupd.reading.hypertext import words_of
from followupd.reading.newtext import new_text
from followupd.reading.text import clean_lines

OURS = "I look forward to your answer by Friday."
THEIRS = "We would like to meet you again on Tuesday."


def seen(source: str) -> str:
    """The clean text of an HTML document."""
    return clean_lines(words_of(source), TEXT_LIMIT)


def test_blocks_end_lines() -> None:
    """Paragraphs are parted by an empty line, other blocks and breaks by a new one."""
    assert seen("<p>a\n b</p><p>c<br>d</p><div>e</div><div>f<span>g</span></div>") == (
        "a b\n\nc\nd\n\ne\nfg"
    )
    assert seen("<ul><li>a</li><li>b</ul><table><tr><td>c</td><td>d</td></tr><tr><td>e") == (
        "a\nb\nc  d\ne"
    )
    assert seen("<pre>a\n\n  b</pre>") == "a\n\nb"


def test_characters_are_decoded() -> None:
    """Entities, with and without a semicolon, and Windows characters by number."""
    assert seen("a &lt; b &amp;&nbsp;c&copy; &#8364;&#x80;") == "a < b & c© €€"
    assert seen("Gr&uuml;&szlig;e") == "Grüße"


def test_a_link_is_its_words() -> None:
    """No address of a link, no text of a picture."""
    assert seen('<a href="https://acme.example/x">Pick a time</a> <img alt="Logo" src=x>') == (
        "Pick a time"
    )


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>if (a < b) { no }</script>",
        "<style>p { color: red }</style>",
        "<!-- no --><!--[if mso]><p>no</p><![endif]-->",
        '<div style="display:none;max-height:0">no</div>',
        "<span style='color: red; DISPLAY : None !important'>no</span>",
        '<div style="max-height: 0px; overflow: hidden"><p>no</p></div>',
        '<span class="preheader">no</span>',
        "<p hidden>no</p>",
        "<textarea>no</textarea><select><option>no</select>",
        "<template><p>no</p></template>",
    ],
)
def test_what_is_hidden_is_left_out(hidden: str) -> None:
    """Newsletters and applicant-tracking systems hide text before and between what is shown."""
    assert seen(f"<head><title>no</title></head><body>a {hidden}b</body>").split() == ["a", "b"]


@pytest.mark.parametrize(
    "shown",
    [
        '<div style="max-height: 100px">yes</div>',
        '<td style="font-size:0"><p style="font-size:12px">yes</p></td>',
        '<div style="opacity:0.9">yes</div>',
        "<o:p>yes</o:p>",
    ],
)
def test_what_is_shown_stays(shown: str) -> None:
    """Styles that only resemble hiding hide nothing."""
    assert seen(f"<table><tr>{shown}</table>") == "yes"


def test_a_mail_that_is_hidden_altogether_is_shown() -> None:
    """Where nothing at all is seen, a hidden text is better than none."""
    assert seen('<div style="display:none">a</div>') == "a"


QUOTES = {
    "Gmail": '<div class="gmail_quote"><div class="gmail_attr">On Tue, Robin wrote:<br></div>'
    '<blockquote class="gmail_quote">{}</blockquote></div>',
    "Gmail in a language of no list": '<div class="gmail_quote"><div class="gmail_attr">'
    "2026 m. Robin rašė:</div><blockquote>{}</blockquote></div>",
    "an older Gmail": '<div class="gmail_quote">On Tue, Robin wrote:<br>{}</div>',
    "Yahoo": '<div id="yahoo_quoted_1" class="yahoo_quoted"><div>{}</div></div>',
    "Outlook on the web": '<hr><div id="divRplyFwdMsg"><b>Kimden:</b> Robin</div><div>{}</div>',
    "Outlook on the web, quoted again": '<div id="x_divRplyFwdMsg"><b>From:</b> R</div><p>{}',
    "Outlook": '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>'
    "From:</b> Robin Doe &lt;robin@example.org&gt;<br><b>Sent:</b> Tuesday<br><b>To:</b> Dana<br>"
    "<b>Subject:</b> Interview</p></div><p>{}</p>",
    "Thunderbird": '<div class="moz-cite-prefix">1.12.26 15:00, Robin:</div>'
    '<blockquote type="cite">{}</blockquote>',
    "Apple Mail": '<blockquote type="cite"><div>On 1 Dec 2026, Robin wrote:</div>{}</blockquote>',
    "Proton": '<div class="protonmail_quote">Robin:<blockquote>{}</blockquote></div>',
    "web.de": '<div name="quote"><b>Gesendet:</b> Dienstag<br>{}</div>',
}


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES)
def test_what_a_program_marks_as_quoted_is_not_new(quote: str) -> None:
    """Whatever program, and whatever language, its mark is enough."""
    assert new_text(seen(f"<p>{THEIRS}</p>{quote.format(OURS)}")) == THEIRS


def test_answers_between_the_quotes_are_new() -> None:
    """Gmail puts what is written between two quotes into its container, too."""
    source = (
        '<div class="gmail_quote"><div class="gmail_attr">On Tue, Robin wrote:</div>'
        f"<blockquote>When?</blockquote><div>{THEIRS}</div><blockquote>{OURS}</blockquote></div>"
    )
    assert new_text(seen(source)) == THEIRS


def test_a_forwarded_mail_is_not_taken_for_a_quote() -> None:
    """What Gmail forwards stands in the container for quotes, and is the answer."""
    source = (
        '<p>FYI</p><div class="gmail_quote"><div class="gmail_attr">'
        "---------- Forwarded message ---------<br>From: Kim Lee &lt;kim@acme.example&gt;<br>"
        f"Subject: Robin</div><div>{THEIRS}</div></div>"
    )
    assert new_text(seen(source)) == f"FYI\n\n{THEIRS}"


def test_an_indented_paragraph_is_not_quoted() -> None:
    """Webmail indents with a blockquote that has a margin and nothing else."""
    source = f'<blockquote style="margin:0 0 0 40px;border:none;padding:0px">{THEIRS}</blockquote>'
    assert new_text(seen(source)) == THEIRS


def test_broken_markup_is_read_as_far_as_it_goes() -> None:
    """What is never closed is not shown; a bare sign is a sign."""
    assert seen("a<!-- b") == "a"
    assert seen("a < b <i") == "a < b"
    assert seen("&#" + "9" * 5000 + ";") == "\ufffd"
    assert seen("") == seen("<!-- a") == seen("<p></p>") == ""
    assert seen("a\0b\ud800") == "a\ufffdb?"
    assert seen("<table>" * 500 + "deep") == "deep"


HOSTILE = [
    "<", "<b ", "<div>", "<table>", "<table><tr><td>", "<b>", "<!--", "&#", "&amp;", "\0",
    "<![CDATA[",
    "<style>", "<title>", "<ul><li>", "<blockquote>", "<p>", "</p>", "<a><div>", "<b><p>", "<br>",
    "<select><option>", "<svg><math>", "<form><button>", "<frameset>", "<a>", "a=b ", "word ",
    '<div class="gmail_quote">', '<div style="display:none">', '<p style="' + "; " * 40 + '">',
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("before", ["", "<p ", '<a href="', "<pre>"])
def test_hostile_markup_takes_bounded_time(before: str, piece: str) -> None:
    """128 KiB of anything are read in a moment (measured: 0.3 s; a slow machine is granted 4 s)."""
    started = time.process_time()
    words_of(before + piece * (128 * 1024 // len(piece)))
    assert time.process_time() - started < 4


@settings(max_examples=200, deadline=None)
@given(
    st.text() | st.lists(st.sampled_from([*HOSTILE, *QUOTES.values(), "x", "</div>"])).map("".join)
)
def test_anything_is_read(source: str) -> None:
    """No document raises."""
    assert isinstance(words_of(source), str)

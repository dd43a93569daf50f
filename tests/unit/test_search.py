"""SEARCH criteria that a stranger's text cannot break out of."""

from __future__ import annotations

from datetime import date

import pytest

from followupd.mailbox.search import compose


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("a{3}", b'"a{3}"'),
        ("x) ALL (", b'"x) ALL ("'),
        ('say "hi"', b'"say \\"hi\\""'),
        ("back\\slash", b'"back\\\\slash"'),
        ("one\r\nA1 DELETE INBOX", b'"one  A1 DELETE INBOX"'),
        ("*", b'"*"'),
        ("", b'""'),
        ("NOT", b'"NOT"'),
    ],
)
def test_text_is_always_quoted(text: str, sent: bytes) -> None:
    """Whatever stands in a subject stays one string."""
    assert compose(("SUBJECT", text)).arguments == (b"SUBJECT", sent)


def test_a_long_text_is_cut() -> None:
    """A Message-ID of a megabyte does not make a command line of a megabyte."""
    (_, sent) = compose(("TEXT", "x" * 1_000_000)).arguments
    assert len(sent) < 600


def test_dates_and_uids_are_written_as_the_standard_asks() -> None:
    """RFC 3501 section 6.4.4."""
    composed = compose(("SINCE", date(2026, 3, 2), "UID", "7:*", "UNSEEN", "LARGER", 10))
    assert composed.arguments == (
        *(b"SINCE", b"2-Mar-2026", b"UID", b"7:*", b"UNSEEN", b"LARGER", b"10"),
    )


def test_or_and_not_take_whole_keys() -> None:
    """OR takes two keys, NOT one, and parentheses group."""
    composed = compose(("OR", "FROM", "dana", "NOT", ("HEADER", "Message-ID", "<a@b>", "SEEN")))
    assert b" ".join(composed.arguments) == (
        b'OR FROM "dana" NOT (HEADER "Message-ID" "<a@b>" SEEN)'
    )


def test_a_literal_does_not_swallow_the_parenthesis() -> None:
    """Text beyond ASCII is a literal of its own."""
    composed = compose((("SUBJECT", "größe"),))
    assert composed.arguments == (b"(SUBJECT", "größe".encode(), b"ALL)")
    assert composed.charset == "UTF-8"


def test_without_utf8_the_search_finds_more_and_not_less() -> None:
    """For a server that knows only ASCII, keys beyond ASCII are left out, whole OR included."""
    composed = compose(("FROM", "dana", "OR", "SUBJECT", "größe", "SUBJECT", "size"))
    assert composed.ascii_only is not None
    assert composed.ascii_only.arguments == (b"FROM", b'"dana"')
    assert composed.ascii_only.charset is None


def test_a_search_for_nothing_but_umlauts_cannot_be_narrowed() -> None:
    """Leaving everything out would mean the whole mailbox."""
    assert compose(("SUBJECT", "größe")).ascii_only is None


@pytest.mark.parametrize(
    "criteria",
    [
        (),
        ("FOO",),
        ("SUBJECT",),
        ("HEADER", "To"),
        ("UID", "1 OR 2"),
        ("SINCE", "yesterday"),
        ((),),
        (5,),
        ("KEYWORD", "a b"),
        ("LARGER", "many"),
    ],
)
def test_what_is_no_search_is_refused(criteria: tuple[str, ...]) -> None:
    """A key that is unknown or lacks its value never reaches the server."""
    with pytest.raises(ValueError, match=r"."):
        compose(criteria)

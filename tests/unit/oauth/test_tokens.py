"""When new tokens are needed, how long they are believed to live, and how they are written down."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followupd.oauth.tokens import (
    LONGEST,
    MARGIN,
    UNSAID,
    TokenAnswer,
    Tokens,
    from_json,
    granted,
    is_due,
    is_token,
    lifetime,
    renewed,
    to_json,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOKENS = Tokens(
    access="access-1",
    refresh="refresh-1",
    previous_refresh="refresh-0",
    obtained_at=NOON,
    expires_at=NOON + HOUR,
    scopes=("mail",),
    provider="google",
    client_id="client",
)


def _answer(refresh: str | None, scopes: tuple[str, ...] | None = None) -> TokenAnswer:
    return TokenAnswer("access-2", refresh, HOUR, scopes)


def test_an_access_token_is_used_until_some_minutes_before_its_end() -> None:
    """Neither is a fresh one thrown away, nor one used that ends while the mail is read."""
    assert not is_due(TOKENS, NOON)
    assert not is_due(TOKENS, NOON + HOUR - MARGIN - timedelta(seconds=1))
    assert is_due(TOKENS, NOON + HOUR - MARGIN)
    assert is_due(TOKENS, NOON + 5 * HOUR)


def test_a_short_lived_access_token_is_used_for_half_its_life() -> None:
    """A token of four minutes is not due from its first second on."""
    short = replace(TOKENS, expires_at=NOON + timedelta(minutes=4))
    assert not is_due(short, NOON + timedelta(seconds=119))
    assert is_due(short, NOON + timedelta(seconds=120))


def test_a_clock_that_was_set_back_makes_the_tokens_due() -> None:
    """Their end was counted on a clock that ran ahead, so nobody knows it any more."""
    assert not is_due(TOKENS, NOON - timedelta(seconds=30))
    assert is_due(TOKENS, NOON - timedelta(minutes=2))


@given(st.integers(1, 10**6), st.integers(-(10**6), 10**7))
def test_a_token_is_never_used_after_its_end(life: int, later: int) -> None:
    """Whatever its life is: from its end on it is due."""
    tokens = replace(TOKENS, expires_at=NOON + timedelta(seconds=life))
    now = NOON + timedelta(seconds=later)
    assert is_due(tokens, now) or now < tokens.expires_at


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        (3600, HOUR),
        ("3599", timedelta(seconds=3599)),
        (1799.5, timedelta(seconds=1799.5)),
        (10**9, LONGEST),
        (10**400, LONGEST),
        ("9" * 5000, LONGEST),
        (float("inf"), LONGEST),
        (float("nan"), UNSAID),
        (None, UNSAID),
        (0, UNSAID),
        (-5, UNSAID),
        (True, UNSAID),
        ("soon", UNSAID),
        ("-1", UNSAID),
        ("", UNSAID),
        ("³", UNSAID),
        ([3600], UNSAID),
        ({}, UNSAID),
    ],
)
def test_how_long_a_token_lives_is_believed_within_reason(said: Any, believed: timedelta) -> None:
    """A missing or senseless figure counts as unsaid, an absurd one is cut."""
    assert lifetime(said) == believed


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists))
def test_no_figure_at_all_can_make_a_token_live_for_ever_or_not_at_all(said: object) -> None:
    """Between nothing and a day, whatever the provider says."""
    assert timedelta(0) < lifetime(said) <= LONGEST


def test_a_refresh_token_that_was_replaced_is_kept_until_its_successor_has_worked() -> None:
    """One step back is always possible, two are not."""
    once = renewed(TOKENS, _answer("refresh-2"), used="refresh-1", asked_at=NOON + HOUR)
    assert (once.refresh, once.previous_refresh) == ("refresh-2", "refresh-1")
    assert (once.access, once.expires_at) == ("access-2", NOON + 2 * HOUR)
    twice = renewed(once, _answer("refresh-3"), used="refresh-2", asked_at=NOON + HOUR)
    assert (twice.refresh, twice.previous_refresh) == ("refresh-3", "refresh-2")


@pytest.mark.parametrize("named", [None, "refresh-1"])
def test_a_refresh_token_that_goes_on_working_has_no_one_before_it(named: str | None) -> None:
    """A provider that does not rotate gives none, or the same one again."""
    after = renewed(TOKENS, _answer(named), used="refresh-1", asked_at=NOON)
    assert (after.refresh, after.previous_refresh) == ("refresh-1", None)


def test_the_previous_token_becomes_the_one_to_use_where_only_it_has_worked() -> None:
    """The successor that was refused is gone."""
    after = renewed(TOKENS, _answer(None), used="refresh-0", asked_at=NOON)
    assert (after.refresh, after.previous_refresh) == ("refresh-0", None)


def test_a_grant_without_a_refresh_token_is_none() -> None:
    """It would end within the hour."""
    given_tokens = granted(
        _answer(None), asked_at=NOON, scopes=("mail",), provider="google", client_id="client"
    )
    assert given_tokens is None


@pytest.mark.parametrize(("said", "kept"), [(None, ("mail",)), (("less",), ("less",))])
def test_what_was_granted_is_what_was_asked_for_unless_told_otherwise(
    said: tuple[str, ...] | None, kept: tuple[str, ...]
) -> None:
    """RFC 6749, section 5.1."""
    tokens = granted(
        _answer("r", said), asked_at=NOON, scopes=("mail",), provider="google", client_id="client"
    )
    assert tokens is not None
    assert tokens.scopes == kept


_VISIBLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)
_MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given apart


@given(_VISIBLE, _VISIBLE, st.none() | _VISIBLE, _MOMENTS, st.lists(st.text()), st.text())
def test_tokens_are_read_back_as_they_were_written(
    access: str,
    refresh: str,
    previous: str | None,
    moment: datetime,
    scopes: list[str],
    provider: str,
) -> None:
    """Nothing is lost, and nothing added."""
    tokens = Tokens(
        access, refresh, previous, moment, moment + HOUR, tuple(scopes), provider, "client"
    )
    assert from_json(to_json(tokens)) == tokens


_WRITTEN = json.loads(to_json(TOKENS))


@pytest.mark.parametrize(
    "change",
    [
        {"followupd_tokens": 2},
        {"access_token": ""},
        {"access_token": "a b"},
        {"access_token": "a\r\nb"},
        {"refresh_token": None},
        {"refresh_token": 7},
        {"previous_refresh_token": ""},
        {"obtained_at": "2026-03-02T12:00:00"},
        {"obtained_at": "yesterday"},
        {"expires_at": "2026-03-02T11:59:59+00:00"},
        {"expires_at": 5},
        {"scopes": "mail"},
        {"scopes": [1]},
        {"provider": None},
        {"client_id": 3},
        {"one more": 1},
    ],
)
def test_tokens_that_were_tampered_with_are_not_read(change: dict[str, Any]) -> None:
    """Only what this program wrote counts as tokens."""
    assert from_json(json.dumps(_WRITTEN | change)) is None


@pytest.mark.parametrize("missing", sorted(_WRITTEN))
def test_tokens_with_a_part_missing_are_not_read(missing: str) -> None:
    """There is no guessing."""
    assert from_json(json.dumps({k: v for k, v in _WRITTEN.items() if k != missing})) is None


@given(st.text() | st.just("[" * 100_000))
def test_no_text_makes_the_reading_of_tokens_fail(text: str) -> None:
    """It is tokens, or nothing."""
    assert from_json(text) is None


def test_tokens_show_themselves_in_no_repr() -> None:
    """A log or a traceback may hold one."""
    shown = f"{TOKENS!r} {_answer('refresh-2')!r}"
    assert not [part for part in ("access-", "refresh-") if part in shown]


@given(st.text())
def test_a_token_is_visible_ascii(text: str) -> None:
    """A blank or a line break in one would end the command it is sent in."""
    assert is_token(text) == (
        text.isascii() and text.isprintable() and " " not in text and text != ""
    )

"""How hard a server may be asked: what is usual, what some providers get, what is refused."""

from __future__ import annotations

import pytest

from followupd.config import Limits, parse
from followupd.errors import ConfigError
from tests.unit.test_config import SMALL


def _limits(section: str = "", host: str = "imap.example.org") -> Limits:
    text = SMALL.replace("imap.example.org", host)
    return parse(f"{text}\n[accounts.limits]\n{section}").accounts[0].limits


def test_without_a_section_two_connections_are_held_and_the_rest_is_calm() -> None:
    """What suits most providers needs no line."""
    assert parse(SMALL).accounts[0].limits == Limits()
    assert _limits() == Limits(
        connections=2, connects_per_minute=10, look_every=60, renew_every=300
    )


@pytest.mark.parametrize(
    "host",
    ["imap.mail.yahoo.com", "IMAP.Yandex.ru.", "imap.163.com", "imap.aol.com"],
)
def test_a_provider_whose_idle_tells_nothing_is_looked_at_with_one_connection(host: str) -> None:
    """Yahoo, Yandex and 163 need polling; whoever knows better says so."""
    assert _limits(host=host).connections == 1
    assert _limits("connections = 2", host).connections == 2


@pytest.mark.parametrize("host", ["notyahoo.example", "imap.yandex.com.example.org", "10.0.0.1"])
def test_a_server_that_is_only_called_alike_is_not_meant(host: str) -> None:
    """The end of the name decides."""
    assert _limits(host=host) == Limits()


def test_what_is_written_is_taken_over() -> None:
    """Each key, with spans of time as people say them."""
    written = """
        connections = 1
        connects_per_minute = 4
        look_every = "90 seconds"
        renew_every = "1 minute"
    """
    assert _limits(written) == Limits(1, 4, 90, 60)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("connections = 3", "whole number from 1 to 2"),
        ("connections = true", "whole number from 1 to 2"),
        ("connects_per_minute = 1", "whole number from 2 to 600"),
        ('look_every = "soon"', '"soon" is no span of time; write for example "1 minute"'),
        ('look_every = "5 seconds"', "must be between 10 seconds and 1 hour"),
        ("look_every = 60", "must be text in quotes"),
        ('renew_every = "30 minutes"', "must be between 30 seconds and 29 minutes"),
        ('renew = "5 minutes"', "not known here"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(line: str, said: str) -> None:
    """The key is named, and what may stand there."""
    with pytest.raises(ConfigError) as refused:
        _limits(line)
    [problem] = refused.value.problems
    assert problem.where == f"accounts[0].limits.{line.split(' ', maxsplit=1)[0]}"
    assert said in problem.what

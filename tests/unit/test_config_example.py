"""The example configuration: it loads, and it shows every key that is known."""

from __future__ import annotations

import itertools
import re
import tomllib
from pathlib import Path

import pytest

from followupd.config import (
    DigestWay,
    OAuth,
    PasswordKind,
    PasswordSource,
    Settings,
    keys,
    load,
    parse,
)
from followupd.domain.cadence import BUILT_IN, with_senior

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
COMMENTED_KEY = re.compile(r"^# (?=\[{1,2}[a-z.]+\]{1,2}$|[a-z_]+ = )", re.MULTILINE)
ALTERNATIVE = re.compile(r"^#   (?=([a-z_]+) = )", re.MULTILINE)


PASSWORD = "password = { keyring = true }\n"


@pytest.fixture
def everything() -> str:
    """The example with every commented-out key and section made real.

    Of the two ways to sign in to the mailbox, which exclude each other, it keeps the grant.
    """
    return COMMENTED_KEY.sub("", EXAMPLE.read_text(encoding="utf-8")).replace(PASSWORD, "", 1)


def read(text: str) -> Settings:
    """The settings of this text, as if it stood where the example does."""
    return parse(text, EXAMPLE)


def test_the_example_loads_as_it_stands() -> None:
    """A new user copies it and changes a few lines."""
    settings = load(EXAMPLE)
    assert settings.accounts[0].imap.password == PasswordSource(PasswordKind.KEYRING, "")
    assert settings.accounts[0].smtp is None
    assert settings.cadence.steps == BUILT_IN


def test_the_example_loads_with_everything_uncommented(everything: str) -> None:
    """What is shown as possible is possible, all at once."""
    settings = read(everything)
    account = settings.accounts[0]
    assert isinstance(account.imap.password, OAuth)
    assert account.smtp is not None
    assert account.smtp.password == PasswordSource(PasswordKind.KEYRING, "")
    assert account.approval_folder == "Followups/Send"
    assert account.copy_to_sent is True
    assert settings.digest is not None
    assert (settings.digest.via, settings.digest.account) == (DigestWay.IMAP, "personal")
    assert settings.calendar == EXAMPLE.parent / "interviews.ics"
    assert len(settings.user.days_off) == 2


def test_the_example_loads_with_the_other_way_of_the_digest(everything: str) -> None:
    """What cannot stand beside the usual way is shown indented, and is possible in its place."""
    other = ALTERNATIVE.sub("", everything).replace('via = "imap"', 'via = "apprise"')
    digest = read(other.replace('account = "personal"\n', "")).digest
    assert digest is not None
    assert digest.url is not None
    assert digest.url.kind is PasswordKind.ENV


def test_the_examples_plan_is_the_built_in_one_and_senior(everything: str) -> None:
    """Documentation and code do not drift apart."""
    assert read(everything).cadence.steps == with_senior(BUILT_IN)


def test_the_example_shows_a_plan_of_each_kind_under_a_name(everything: str) -> None:
    """One that changes the built-in plan, and one with steps of its own."""
    cadences = read(everything).cadences
    assert cadences["patient"].steps == with_senior(BUILT_IN)
    assert [step.name for step in cadences["brief"].steps] == ["check-in", "move-on"]
    assert cadences["brief"].silent_after == read(everything).cadence.silent_after


@pytest.mark.parametrize(
    ("section", "known"),
    [
        ((), keys.TOP),
        (("user",), keys.USER),
        (("accounts",), keys.ACCOUNT),
        (("accounts", "imap"), tuple(key for key in keys.IMAP if key != "password")),
        (("accounts", "oauth"), keys.OAUTH),
        (("accounts", "smtp"), keys.SMTP),
        (("accounts", "approval"), keys.APPROVAL),
        (("accounts", "limits"), keys.LIMITS),
        (("cadence",), keys.CADENCE),
        (("cadence", "steps"), keys.STEP),
        (("cadences", "*"), tuple(key for key in keys.CADENCE if key != "send_between")),
        (("digest",), keys.DIGEST),
        (("calendar",), keys.CALENDAR),
    ],
)
def test_the_example_shows_every_known_key(
    everything: str, section: tuple[str, ...], known: tuple[str, ...]
) -> None:
    """A key that is added without being shown fails here."""
    tables: list[object] = [tomllib.loads(everything)]
    for part in section:
        inner = [table for table in tables if isinstance(table, dict)]
        found = [table[key] for table in inner for key in table if part in (key, "*")]
        tables = [one for each in found for one in (each if isinstance(each, list) else [each])]
    shown = {key for table in tables if isinstance(table, dict) for key in table}
    if section == ("digest",):
        shown |= set(ALTERNATIVE.findall(everything))
    assert shown == set(known)


@pytest.mark.parametrize("kind", list(PasswordKind))
def test_the_example_shows_every_source_of_a_password(kind: PasswordKind) -> None:
    """All five stand there with a word on each."""
    assert f"{{ {kind.value} = " in EXAMPLE.read_text(encoding="utf-8")


def test_every_key_of_the_example_has_its_reason() -> None:
    """The line above a key says why it is there; above a step and a cadence it stands once."""
    explained_as_a_whole = False
    for above, line in itertools.pairwise(EXAMPLE.read_text(encoding="utf-8").splitlines()):
        if header := re.match(r"(?:# )?\[{1,2}([a-z.]+)\]{1,2}$", line):
            explained_as_a_whole = header[1].endswith(".steps") or header[1].startswith("cadences.")
        elif re.match(r"(?:# )?[a-z_]+ = ", line) and not explained_as_a_whole:
            assert above.startswith("#"), line
            assert not COMMENTED_KEY.match(above), line

"""The example configuration: it loads, and it shows every key that is known."""

from __future__ import annotations

import itertools
import re
import tomllib
from pathlib import Path

import pytest

from followupd.config import PasswordKind, keys, load, parse
from followupd.domain.cadence import BUILT_IN, Anchor

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
COMMENTED_KEY = re.compile(r"^# (?=\[{1,2}[a-z.]+\]{1,2}$|[a-z_]+ = )", re.MULTILINE)


@pytest.fixture
def everything() -> str:
    """The example with every commented-out key and section made real."""
    return COMMENTED_KEY.sub("", EXAMPLE.read_text(encoding="utf-8"))


def test_the_example_loads_as_it_stands() -> None:
    """A new user copies it and changes a few lines."""
    settings = load(EXAMPLE)
    assert settings.accounts[0].smtp is None
    assert settings.cadence.steps == BUILT_IN


def test_the_example_loads_with_everything_uncommented(everything: str) -> None:
    """What is shown as possible is possible, all at once."""
    account = parse(everything).accounts[0]
    assert account.smtp is not None
    assert account.approval_folder == "Followups/Send"


def test_the_examples_plan_is_the_built_in_one_and_senior(everything: str) -> None:
    """Documentation and code do not drift apart."""
    steps = parse(everything).cadence.steps
    assert tuple(step for step in steps if step.name != "senior") == BUILT_IN
    (senior,) = (step for step in steps if step.name == "senior")
    assert senior.after is Anchor.PREVIOUS


@pytest.mark.parametrize(
    ("section", "known"),
    [
        ((), keys.TOP),
        (("user",), keys.USER),
        (("accounts",), keys.ACCOUNT),
        (("accounts", "imap"), keys.IMAP),
        (("accounts", "smtp"), keys.SMTP),
        (("accounts", "approval"), keys.APPROVAL),
        (("cadence",), keys.CADENCE),
        (("cadence", "steps"), keys.STEP),
    ],
)
def test_the_example_shows_every_known_key(
    everything: str, section: tuple[str, ...], known: tuple[str, ...]
) -> None:
    """A key that is added without being shown fails here."""
    tables: list[object] = [tomllib.loads(everything)]
    for part in section:
        inner = [table[part] for table in tables if isinstance(table, dict) and part in table]
        tables = [one for found in inner for one in (found if isinstance(found, list) else [found])]
    shown = {key for table in tables if isinstance(table, dict) for key in table}
    assert shown == set(known)


@pytest.mark.parametrize("kind", list(PasswordKind))
def test_the_example_shows_every_source_of_a_password(kind: PasswordKind) -> None:
    """All five stand there with a word on each."""
    assert f"{{ {kind.value} = " in EXAMPLE.read_text(encoding="utf-8")


def test_every_key_of_the_example_has_its_reason() -> None:
    """The line above a key of the mailbox or the user says why it is there."""
    lines = EXAMPLE.read_text(encoding="utf-8").split("[[cadence.steps]]")[0].splitlines()
    for above, line in itertools.pairwise(lines):
        if re.match(r"(# )?[a-z_]+ = ", line):
            assert above.startswith("#"), line
            assert not COMMENTED_KEY.match(above), line

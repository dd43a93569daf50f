"""Cadences under names of the user's own, to be chosen for a single interview."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import pytest

from followupd.config import parse
from followupd.domain.cadence import BUILT_IN, Wait, WaitUnit, with_senior
from followupd.errors import ConfigError, TemplateError
from followupd.service.setup import checked_templates
from tests.unit.test_config_cadence import ASK, END, HEAD
from tests.unit.test_config_mistakes import problems

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from followupd.domain.cadence import Cadence

USUAL = '[cadence]\nsilent_after = "7 days"\nsend_between = ["10:00", "16:00"]\n'


def cadences(text: str) -> Mapping[str, Cadence]:
    """The named cadences of a configuration that ends like this."""
    return parse(HEAD + text).cadences


def test_without_names_there_are_none() -> None:
    """The usual cadence has no name of its own."""
    assert cadences("") == {}
    assert cadences("[cadences]\n") == {}


def test_a_named_cadence_has_its_own_steps_and_time_until_silence() -> None:
    """All that makes a cadence may be written for it."""
    steps = f"[[cadences.brief.steps]]\n{ASK}\n[[cadences.brief.steps]]\n{END}\n"
    brief = cadences(f'[cadences.brief]\nsilent_after = "2 days"\n{steps}')["brief"]
    assert [step.name for step in brief.steps] == ["ask", "end"]
    assert brief.silent_after == Wait(2, WaitUnit.DAYS)


def test_what_a_named_cadence_leaves_out_it_takes_from_the_usual_one() -> None:
    """The time until silence and the sending hours; wherever in the file they stand."""
    for text in (f"{USUAL}[cadences.patient]\n", f"[cadences.patient]\n{USUAL}"):
        patient = cadences(text)["patient"]
        assert patient.silent_after == Wait(7, WaitUnit.DAYS)
        assert (patient.send_from, patient.send_until) == (time(10), time(16))


def test_a_named_cadence_without_steps_has_the_built_in_ones() -> None:
    """So the built-in plan can be had beside a usual one of the user's own."""
    own = f"[[cadence.steps]]\n{ASK}\n[cadences.plain]\n[cadences.upward]\nsenior = true\n"
    found = cadences(own)
    assert found["plain"].steps == BUILT_IN
    assert found["upward"].steps == with_senior(BUILT_IN)


def test_sending_hours_are_not_a_cadences_own() -> None:
    """The service has one set of them, and the sentence says where they stand."""
    with pytest.raises(ConfigError, match=r"hold for all cadences; write them in \[cadence\]"):
        cadences('[cadences.late]\nsend_between = ["18:00", "20:00"]\n')


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('[cadences."my plan"]', "cadences.my plan", "up to 40 letters"),
        (f"[cadences.{'x' * 41}]", f"cadences.{'x' * 41}", "up to 40 letters"),
        ('[cadences.""]', "cadences.", "up to 40 letters"),
        ("[cadences.slow]\n[cadences.Slow]", "cadences.Slow", "another cadence named"),
        ("[cadences.slow]\nsilent = 1", "cadences.slow.silent", 'did you mean "silent_after"'),
        ('[cadences.slow]\nsilent_after = "1 hour"', "cadences.slow.silent_after", "in days"),
        ("[cadences.slow]\nsteps = []", "cadences.slow.steps", "holds no step"),
        ("[[cadences.slow]]", "cadences.slow", "headed [cadences.slow]"),
        ("[cadences]\nslow = true", "cadences.slow", "must be one section"),
        ("cadences = 1", "cadences", "must be one section"),
        (
            f"[cadences.slow.steps]\n{ASK}",
            "cadences.slow.steps",
            "headed [[cadences.slow.steps]]",
        ),
        (
            f"[cadences.slow]\nsenior = true\n[[cadences.slow.steps]]\n{ASK}",
            "cadences.slow.senior",
            "one more [[cadences.slow.steps]]",
        ),
        (
            f"[[cadences.slow.steps]]\n{ASK}\n[[cadences.slow.steps]]\n{END}\neach = true",
            "cadences.slow.steps[1].each",
            "has no draft",
        ),
    ],
)
def test_a_mistake_in_a_named_cadence_is_one_problem_at_its_place(
    text: str, where: str, what: str
) -> None:
    """The name leads to it, and the mistake causes no second one."""
    found = problems(f"{text}\n{HEAD}" if text.startswith("cadences") else f"{HEAD}{text}\n")
    assert [problem.where for problem in found] == [where]
    assert what in found[0].what
    assert found[0].line is not None


def test_a_strange_name_cannot_draw_on_the_terminal() -> None:
    """Not in the place of a mistake, and not in the header that a sentence names."""
    found = problems(f'{HEAD}[cadences."\\u001b[31m"]\nsteps = 1\n')
    assert len(found) == 2
    assert not any("\x1b" in str(problem) for problem in found)


@pytest.mark.parametrize("key", ["template", "final_template"])
@pytest.mark.parametrize("section", ["cadence", "cadences.slow"])
def test_a_template_that_does_not_exist_shows_at_the_start(section: str, key: str) -> None:
    """In any cadence, also the one after a final round: not on the day it is due."""
    settings = parse(f'{HEAD}[[{section}.steps]]\n{ASK}\n{key} = "no-such-letter"\n')
    with pytest.raises(TemplateError, match="no-such-letter"):
        checked_templates(settings)


def test_a_broken_letter_of_the_users_own_shows_at_the_start(tmp_path: Path) -> None:
    """In whatever language, and although no cadence uses it yet."""
    letters = tmp_path / "templates" / "de"
    letters.mkdir(parents=True)
    (letters / "own-letter.j2").write_text("{% block subject %}", encoding="utf-8")
    with pytest.raises(TemplateError, match="own-letter"):
        checked_templates(parse(HEAD, tmp_path / "config.toml"))


def test_a_letter_of_the_users_own_may_be_in_one_language_only(tmp_path: Path) -> None:
    """Nothing asks for it in another one, as no cadence uses it."""
    letters = tmp_path / "templates" / "de"
    letters.mkdir(parents=True)
    text = "{% block subject %}Hallo{% endblock %}{% block body %}Danke.{% endblock %}"
    (letters / "own-letter.j2").write_text(text, encoding="utf-8")
    templates = checked_templates(parse(HEAD, tmp_path / "config.toml"))
    assert "de/own-letter" in [str(key) for key in templates.keys]

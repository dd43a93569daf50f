"""A plan that the user wrote: what it may say, and which plans cannot be carried out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.config import parse
from followupd.domain.cadence import BUILT_IN, Anchor, CadenceStep, Wait, WaitUnit, with_senior
from followupd.domain.interview import Channel, Part
from followupd.errors import ConfigError, Problem

HEAD = """\
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
[[accounts]]
name = "personal"
address = "robin@example.org"
[accounts.imap]
host = "imap.example.org"
password = { keyring = true }
"""

THANKS = 'name = "thanks"\nafter = "interview"\nwait = "2 hours"\nto = ["interviewer"]'
ASK = 'name = "ask"\nafter = "decision"\nwait = "2 business days"\nto = ["recruiter"]'
AGAIN = 'name = "again"\nafter = "previous"\nwait = "3 days"\nto = ["hiring_manager"]'
END = 'name = "end"\nafter = "previous"\nwait = "10 working days"\ncloses = true'


def plan(*steps: str) -> tuple[CadenceStep, ...]:
    """The steps of a configuration with this plan."""
    text = HEAD + "".join(f"[[cadence.steps]]\n{step}\n" for step in steps)
    return parse(text).cadence.steps


def problems(*steps: str) -> list[Problem]:
    """What is wrong with this plan."""
    with pytest.raises(ConfigError) as refusal:
        plan(*steps)
    return list(refusal.value.problems)


def test_a_written_plan_replaces_the_built_in_one() -> None:
    """Nothing of the built-in plan is left."""
    assert plan(THANKS, ASK, f'{AGAIN}\nunless = "ask"\ntemplate = "again2"\neach = true', END) == (
        CadenceStep(
            "thanks",
            Anchor.INTERVIEW,
            Wait(2, WaitUnit.HOURS),
            (Part.INTERVIEWER,),
            Channel.EMAIL,
            "thanks",
        ),
        CadenceStep(
            "ask",
            Anchor.DECISION,
            Wait(2, WaitUnit.BUSINESS_DAYS),
            (Part.RECRUITER,),
            Channel.EMAIL,
            "ask",
        ),
        CadenceStep(
            "again",
            Anchor.PREVIOUS,
            Wait(3, WaitUnit.DAYS),
            (Part.HIRING_MANAGER,),
            Channel.EMAIL,
            "again2",
            each=True,
            unless="ask",
        ),
        CadenceStep(
            "end",
            Anchor.PREVIOUS,
            Wait(10, WaitUnit.BUSINESS_DAYS),
            (),
            Channel.TASK,
            "",
            closes=True,
        ),
    )


def test_the_step_before_may_be_called_by_its_name() -> None:
    """Its name and the word for it say the same."""
    assert plan(ASK, AGAIN.replace("previous", "ask")) == plan(ASK, AGAIN)


def test_a_task_asks_nobody() -> None:
    """A reminder for the user needs no person, and no words."""
    (step,) = plan('name = "think"\nafter = "decision"\nwait = "1 day"\nchannel = "task"')
    assert (step.channel, step.to, step.template) == (Channel.TASK, (), "")


def test_a_task_may_have_a_sheet() -> None:
    """Where the user names a template, they want words to it, about somebody."""
    task = 'name = "think"\nafter = "decision"\nwait = "1 day"\nchannel = "task"'
    (step,) = plan(f'{task}\ntemplate = "questions"\nto = ["recruiter"]')
    assert (step.channel, step.template) == (Channel.TASK, "questions")


def test_a_final_round_may_have_words_and_steps_of_its_own() -> None:
    """After the last round one asks more simply, or asks others."""
    ask, again = plan(f'{ASK}\nfinal_template = "ask-final"', f"{AGAIN}\nonly_final = true")
    assert (ask.template, ask.final_template, ask.only_final) == ("ask", "ask-final", False)
    assert (again.template, again.final_template, again.only_final) == ("again", "", True)


def test_the_senior_step_stands_at_its_place_in_the_built_in_plan() -> None:
    """One word puts it there, and nothing else changes."""
    assert parse(f"{HEAD}[cadence]\nsenior = true\n").cadence.steps == with_senior(BUILT_IN)
    assert parse(f"{HEAD}[cadence]\nsenior = false\n").cadence.steps == BUILT_IN


def test_the_senior_step_is_refused_beside_steps_of_ones_own() -> None:
    """It would have no place among them, so it is not silently left out."""
    with pytest.raises(ConfigError, match=r"write that step as one more \[\[cadence\.steps\]\]"):
        parse(f"{HEAD}[cadence]\nsenior = true\n[[cadence.steps]]\n{ASK}\n")
    assert parse(f"{HEAD}[cadence]\nsenior = false\n[[cadence.steps]]\n{ASK}\n").cadence.steps


@pytest.mark.parametrize(
    ("steps", "where", "what"),
    [
        ((ASK.replace('"ask"', '"promise"'),), "[0].name", "a meaning of its own"),
        ((ASK.replace('"ask"', '"promise-reminder"'),), "[0].name", "a meaning of its own"),
        ((ASK.replace('"ask"', '"Decision"'),), "[0].name", "a meaning of its own"),
        ((ASK.replace('"ask"', '"a/b"'),), "[0].name", "letters"),
        ((ASK, AGAIN.replace('"again"', '"ASK"')), "[1].name", "another step named"),
        ((ASK.replace('name = "ask"', ""),), "[0].name", "is missing"),
        ((ASK.replace('after = "decision"', ""),), "[0].after", "is missing"),
        ((ASK.replace('"decision"', '"desicion"'),), "[0].after", 'did you mean "decision"'),
        ((AGAIN,), "[0].after", "must wait for the decision date"),
        ((THANKS, AGAIN), "[1].after", "must wait for the decision date"),
        (
            (THANKS, AGAIN.replace("previous", "thanks")),
            "[1].after",
            "must wait for the decision date",
        ),
        ((ASK, THANKS), "[1].after", "must stand before"),
        ((ASK, AGAIN, END.replace("previous", "ask")), "[2].after", 'which is "again"'),
        ((ASK, AGAIN.replace("previous", "again")), "[1].after", "is not possible here"),
        ((ASK.replace('wait = "2 business days"', ""),), "[0].wait", "is missing"),
        ((ASK.replace("2 business days", "two days"),), "[0].wait", "is no wait"),
        ((ASK.replace("2 business days", "0 days"),), "[0].wait", "before it has passed"),
        ((ASK.replace("2 business days", "0 working days"),), "[0].wait", "before it has passed"),
        ((ASK.replace("2 business days", "-2 days"),), "[0].wait", "is no wait"),
        ((ASK.replace('to = ["recruiter"]', ""),), "[0].to", "names nobody"),
        ((ASK.replace('["recruiter"]', "[]"),), "[0].to", "names nobody"),
        ((ASK.replace('["recruiter"]', '"recruiter"'),), "[0].to", 'to = ["recruiter"]'),
        ((ASK.replace("recruiter", "recruter"),), "[0].to", 'did you mean "recruiter"'),
        ((f'{ASK}\nchannel = "phone"',), "[0].channel", "is not possible here"),
        ((f'{ASK}\ntemplate = "../secret"',), "[0].template", "without language"),
        ((f'{ASK}\nfinal_template = "../secret"',), "[0].final_template", "without language"),
        (
            (f'{ASK}\nonly_final = true\nfinal_template = "ask2"',),
            "[0].final_template",
            "it has one template",
        ),
        ((f'{ASK}\nonly_final = "yes"',), "[0].only_final", "must be true or false"),
        ((f"{ASK}\neach = 1",), "[0].each", "must be true or false"),
        ((f'{ASK}\neach = "yes"',), "[0].each", "must be true or false"),
        ((f'{ASK}\nunless = "ask"',), "[0].unless", "is no earlier step"),
        ((ASK, f'{AGAIN}\nunless = "aks"'), "[1].unless", 'did you mean "ask"'),
        ((ASK, f'{END}\nto = ["recruiter"]'), "[1].to", "writes to nobody"),
        ((ASK, f'{END}\nchannel = "email"'), "[1].channel", "has no draft"),
        ((ASK, f'{END}\ntemplate = "end"'), "[1].template", "has no draft"),
        ((ASK, f'{END}\nfinal_template = "end"'), "[1].final_template", "has no draft"),
        ((ASK, f"{END}\nonly_final = true"), "[1].only_final", "after any other round"),
        ((ASK, END, AGAIN), "[2].name", 'nothing can follow "end"'),
        ((f"{ASK}\nafterwards = 1",), "[0].afterwards", 'did you mean "after"'),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_one_problem(
    steps: tuple[str, ...], where: str, what: str
) -> None:
    """The step is named by its position, and one mistake causes no second one."""
    (problem,) = problems(*steps)
    assert problem.where == f"cadence.steps{where}"
    assert what in problem.what
    assert problem.line is not None


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ((ASK.replace("2 business", "999"), END), "the step ask is not done within two years"),
        ((THANKS, END.replace("previous", "interview")), "the step end never closes"),
    ],
)
def test_a_plan_that_never_comes_to_its_end_is_refused_with_the_reason(
    steps: tuple[str, ...], why: str
) -> None:
    """It is played before it is used; nobody is kept waiting by a plan that cannot end."""
    (problem,) = problems(*steps)
    assert problem.where == "cadence.steps"
    assert f"would never come to its end: {why}" in problem.what


def test_a_plan_with_a_mistake_is_not_played() -> None:
    """What it would come to with a stand-in is nobody's business."""
    (problem,) = problems(ASK.replace("2 business", "999"), f"{END}\nwiat = 1")
    assert problem.where == "cadence.steps[1].wiat"


@st.composite
def some_step(draw: st.DrawFn) -> str:
    """A step that may be right or wrong where it stands."""
    parts = st.sampled_from([part.value for part in Part])
    lines = [
        f'name = "{draw(st.sampled_from(["a", "b", "c", "d", "e", "f"]))}"',
        f'after = "{draw(st.sampled_from(["interview", "decision", "previous"]))}"',
        f'wait = "{draw(st.integers(0, 400))} {draw(st.sampled_from(["hours", "days"]))}"',
        f"to = {draw(st.lists(parts, min_size=1, max_size=2, unique=True))}",
        *draw(
            st.lists(
                st.sampled_from(
                    [
                        "each = true",
                        "only_final = true",
                        'channel = "call"',
                        'channel = "task"',
                        'unless = "a"',
                        'template = "x"',
                    ]
                ),
                max_size=2,
                unique_by=lambda line: line.split()[0],
            )
        ),
    ]
    return "\n".join(lines)


@settings(max_examples=40)
@given(st.lists(some_step(), min_size=1, max_size=4), st.booleans())
def test_any_plan_is_carried_out_or_refused(steps: list[str], ends: bool) -> None:
    """The play that looks for its end takes whatever plan has no mistake."""
    try:
        read = plan(*steps, *([END] if ends else []))
    except ConfigError as refusal:
        assert refusal.problems  # noqa: PT017 - either end is right
    else:
        assert len(read) == len(steps) + ends


def test_an_empty_plan_is_refused() -> None:
    """Who wants the built-in plan leaves it out; who wants none closes the interview."""
    with pytest.raises(ConfigError, match="holds no step"):
        parse(f"{HEAD}[cadence]\nsteps = []\n")


def test_a_plan_in_single_brackets_is_explained() -> None:
    """One step in single brackets is no list of steps."""
    with pytest.raises(ConfigError, match=r"\[\[cadence\.steps\]\]"):
        parse(f"{HEAD}[cadence.steps]\n{ASK}\n")


def test_the_mistakes_of_several_steps_show_at_once_with_their_lines() -> None:
    """Each step is checked although one before it is wrong."""
    found = problems(ASK.replace("2 business", "x"), f"{AGAIN}\nunless = 3", f"{END}\nwiat = 1")
    first = HEAD.count("\n") + 1
    assert [(problem.where, problem.line) for problem in found] == [
        ("cadence.steps[0].wait", first + 3),
        ("cadence.steps[1].unless", first + 10),
        ("cadence.steps[2].wiat", first + 16),
    ]

"""A plan that the user wrote: what it may say, and which plans cannot be carried out."""

from __future__ import annotations

import pytest

from followupd.config import parse
from followupd.domain.cadence import Anchor, CadenceStep, Wait, WaitUnit
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
    """A reminder for the user needs no person."""
    (step,) = plan('name = "think"\nafter = "decision"\nwait = "1 day"\nchannel = "task"')
    assert (step.channel, step.to, step.template) == (Channel.TASK, (), "think")


@pytest.mark.parametrize(
    ("steps", "where", "what"),
    [
        ((ASK.replace('"ask"', '"promise"'),), "[0].name", "a meaning of its own"),
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
        ((ASK.replace("2 business days", "-2 days"),), "[0].wait", "is no wait"),
        ((ASK.replace('to = ["recruiter"]', ""),), "[0].to", "names nobody"),
        ((ASK.replace('["recruiter"]', "[]"),), "[0].to", "names nobody"),
        ((ASK.replace('["recruiter"]', '"recruiter"'),), "[0].to", 'to = ["recruiter"]'),
        ((ASK.replace("recruiter", "recruter"),), "[0].to", 'did you mean "recruiter"'),
        ((f'{ASK}\nchannel = "phone"',), "[0].channel", "is not possible here"),
        ((f'{ASK}\ntemplate = "../secret"',), "[0].template", "without language"),
        ((f"{ASK}\neach = 1",), "[0].each", "must be true or false"),
        ((f'{ASK}\neach = "yes"',), "[0].each", "must be true or false"),
        ((f'{ASK}\nunless = "ask"',), "[0].unless", "is no earlier step"),
        ((ASK, f'{AGAIN}\nunless = "aks"'), "[1].unless", 'did you mean "ask"'),
        ((ASK, f'{END}\nto = ["recruiter"]'), "[1].to", "writes to nobody"),
        ((ASK, f'{END}\nchannel = "email"'), "[1].channel", "has no draft"),
        ((ASK, f'{END}\ntemplate = "end"'), "[1].template", "has no draft"),
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

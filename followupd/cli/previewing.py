"""`preview`: a step's draft as it would be laid into Drafts now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.cli.desk import history_of, open_desk
from followupd.cli.format import moment
from followupd.cli.plan_table import state_words
from followupd.cli.screen import Screen, print_json
from followupd.config.words import near, quoted
from followupd.errors import FollowupdError, UnknownInterview
from followupd.reading.text import clean
from followupd.service.letters import write
from followupd.writing.shipped import shipped_templates
from followupd.writing.templates import Templates

if TYPE_CHECKING:
    from argparse import Namespace

    from followupd.cli.desk import Desk
    from followupd.domain.history import History
    from followupd.domain.plan import PlannedStep
    from followupd.service.clock import Clock
    from followupd.service.letters import Written


def preview(arguments: Namespace, clock: Clock) -> int:
    """Print the draft of a step, one for each person it goes to."""
    with open_desk(arguments, clock) as desk:
        histories = desk.histories()
        history = history_of(histories, arguments.id)
        plan = desk.plan(history, histories)
        steps = [step for step in plan.steps if step.step == arguments.step]
        if not steps:
            known = dict.fromkeys(step.step for step in plan.steps)
            hint = f" (`followupd draft {arguments.id} --list` shows what can be asked for)"
            raise UnknownInterview(
                f"there is no step {quoted(arguments.step)} in the plan of interview "
                f"{arguments.id}; {near(arguments.step, known)}{hint}"
            )
        steps = [step for step in steps if step.template and step.person is not None] or steps
        templates = Templates(shipped_templates(desk.settings.user.templates))
        drafts = []
        for step in steps:
            _refuse_draftless(step)
            drafts.append(
                write(history, step, plan, desk.settings, desk.workdays, templates, desk.now)
            )
        sender = desk.settings.account(history.interview.account).address
        if arguments.json:
            told = zip(steps, drafts, strict=True)
            print_json([letter_to_json(step, draft, sender) for step, draft in told])
            return 0
        screen = Screen()
        for number, (step, draft) in enumerate(zip(steps, drafts, strict=True)):
            if number:
                screen.line()
                screen.line("-" * 72)
            print_letter(screen, history, step, draft, desk)
    return 0


def letter_to_json(step: PlannedStep, draft: Written, sender: str) -> dict[str, object]:
    """A draft as programs read it; `sender` is the address in its From."""
    return {
        "step": step.step,
        "from": sender,
        "to": draft.to,
        "subject": draft.subject,
        "in_reply_to": draft.in_reply_to,
        "body": draft.body,
    }


def _refuse_draftless(step: PlannedStep) -> None:
    if step.closes:
        raise FollowupdError(f"the step {step.step} has no draft: it closes the interview")
    if step.is_task:
        raise FollowupdError(f"the step {step.step} has no draft: it is yours to do")
    if step.person is None:
        raise FollowupdError(f"the step {step.step} has no draft: {step.reason}")


def print_letter(
    screen: Screen, history: History, step: PlannedStep, draft: Written, desk: Desk
) -> None:
    """Print a draft as a mail program would show it, with the state of its step."""
    account = desk.settings.account(history.interview.account)
    to_person = step.person is not None and draft.to == step.person.address
    to_name = step.person.name if step.person is not None and to_person else desk.settings.user.name
    screen.line(f"State: {state_words(step)}, {clean(step.reason, 300)}")
    screen.line(f"From: {clean(f'{desk.settings.user.name} <{account.address}>', 300)}")
    screen.line(f"To: {clean(f'{to_name} <{draft.to}>', 300)}")
    screen.line(f"Subject: {draft.subject}")
    if draft.in_reply_to is not None:
        screen.line(f"In reply to: {_answered(history, draft.in_reply_to, desk)}")
    screen.line()
    screen.text(draft.body)


def _answered(history: History, message_id: str, desk: Desk) -> str:
    mail = next((mail for mail in history.mails if mail.message_id == message_id), None)
    if mail is None:
        return message_id
    return f"the mail of {moment(mail.date, desk.today, desk.workdays)} from {mail.sender}"

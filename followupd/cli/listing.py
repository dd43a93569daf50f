"""`list`: every interview, what needs the user first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from followupd.cli.approved import asks_user, draft_words, is_point
from followupd.cli.desk import open_desk
from followupd.cli.format import counted, iso, moment, step_ahead
from followupd.cli.open_points import open_points_briefly, pause_words
from followupd.cli.screen import Screen, print_json
from followupd.cli.standing import answer_words, next_words
from followupd.domain.days import say_day
from followupd.domain.interview import Status
from followupd.domain.plan import StepState
from followupd.domain.verdicts import is_unclear
from followupd.reading.text import clean, quoted
from followupd.service.digest_journal import digest_problem
from followupd.store.records import CALENDAR_FILE

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from followupd.cli.desk import Desk
    from followupd.domain.history import History
    from followupd.domain.plan import Plan
    from followupd.service.clock import Clock
    from followupd.store import Reading

_UNUSUALLY_LONG = timedelta(days=5)
"""Longer than a mailbox in use is without any mail."""

_STALE = timedelta(hours=1)
_DRAFTS_NAMED = 3
_STYLES = {
    Status.UPCOMING: "cyan",
    Status.WAITING: "blue",
    Status.SILENT: "yellow",
    Status.ANSWERED: "green",
    Status.CLOSED: "dim",
}
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One interview as `list` looks at it."""

    history: History
    plan: Plan

    @property
    def order(self) -> tuple[bool, bool, datetime, int]:
        """What needs the user first, then what is due next; what is closed last."""
        waits = any(asks_user(draft, self.plan) for draft in self.history.open_drafts)
        needs = waits or bool(self.history.possible or self.plan.tasks)
        step = self.plan.next_step
        due = step.due if step is not None and step.due is not None else _NEVER
        closed = self.plan.status is Status.CLOSED
        return closed, not needs, due.astimezone(UTC), self.history.interview_id


def list_all(arguments: Namespace, clock: Clock) -> int:
    """Print all interviews, then what is wrong with the accounts."""
    with open_desk(arguments, clock) as desk, desk.store.look() as reading:
        histories = desk.histories(reading)
        rows = [Row(history, desk.plan(history, histories)) for history in histories.values()]
        if arguments.json:
            print_json([row_to_json(row.history, row.plan, desk) for row in rows])
            return 0
        screen = Screen()
        if rows:
            _table(screen, sorted(rows, key=lambda row: row.order), desk)
        else:
            screen.line("There are no interviews yet; `followupd add` records one.")
        paused = pause_words(desk.pause, desk)
        if paused is not None:
            screen.line()
            screen.line(paused, "yellow")
        suggested = len(reading.suggestions())
        if suggested:
            screen.line()
            screen.line(
                f"Suggested by mail: {counted(suggested, 'interview')}; `followupd suggestions`."
            )
        problems = list(account_lines(desk, reading))
        if problems:
            screen.line()
        for problem in problems:
            screen.line(problem, "red")
    return 0


def row_to_json(history: History, plan: Plan, desk: Desk) -> dict[str, object]:
    """One interview as `list --json` prints it; the keys are the contract's."""
    interview, step = history.interview, plan.next_step
    shows_outcome = plan.status in (Status.ANSWERED, Status.CLOSED) and history.answer is not None
    return {
        "id": history.interview_id,
        "company": interview.company,
        "role": interview.role,
        "status": plan.status.value,
        "outcome": history.answer.outcome.value if shows_outcome and history.answer else None,
        "held_at": iso(interview.held_at, desk.workdays),
        "decision_by": history.decision_by.isoformat() if history.decision_by else None,
        "account": interview.account,
        "unresolved": len(history.possible),
        "next": None
        if step is None
        else {
            "step": step.step,
            "due": iso(step.due, desk.workdays),
            "channel": step.channel.value,
            "to": step.person.address if step.person is not None else None,
        },
        "drafts": [
            {
                "step": draft.step,
                "state": draft.state.value,
                "to": draft.to,
                "message_id": draft.message_id,
            }
            for draft in history.drafts
        ],
    }


def account_lines(desk: Desk, reading: Reading) -> Iterator[str]:
    """What is wrong with the accounts, a sentence each."""
    for account in desk.settings.accounts:
        health = reading.health(account.name)
        last = health.last_pass_at if health is not None else None
        seen = moment(last, desk.today, desk.workdays) if last is not None else ""
        fails = health is not None and bool(health.problem)
        if health is not None and fails:
            since = health.problem_since
            began = f", since {moment(since, desk.today, desk.workdays)}" if since else ""
            yield f"{account.name}{began}: {clean(health.problem, 300)}"
        if last is None and not fails:
            yield (
                f"{account.name}: mail has not been looked at yet; "
                "`followupd once` does it now, `followupd run` keeps doing it"
            )
        elif last is None:
            yield f"{account.name}: mail has never been looked at"
        elif desk.now - last > _STALE:
            yield f"{account.name}: mail last seen {seen}; `followupd run` is to be running"
        else:
            yield from _quiet(account.name, desk, reading)
        unreadable = len(reading.unreadable(account.name))
        if unreadable:
            yield f"{account.name}: {counted(unreadable, 'mail')} could not be read"
        for stranger in reading.strangers(account.name):
            what = quoted(stranger.subject, 80) if stranger.subject else "a mail"
            where = clean(stranger.folder, 80)
            yield f"{account.name}: {what} in {where} is not sent: {stranger.reason}"
    broken = digest_problem(reading) if desk.settings.digest is not None else None
    if broken is not None and broken.problem_since is not None:
        since_then = moment(broken.problem_since, desk.today, desk.workdays)
        yield f"digest, since {since_then}: {clean(broken.problem, 500)}"
    feed = reading.health(CALENDAR_FILE) if desk.settings.calendar is not None else None
    if feed is not None and feed.problem:
        yield f"calendar: {clean(feed.problem, 500)}"


def _quiet(account: str, desk: Desk, reading: Reading) -> Iterator[str]:
    """Say when a mailbox that is looked at has brought nothing at all for unusually long.

    A filter that moves all mail, or a folder that is not the one mail goes to, looks like this.
    """
    newest = max((cursor.seen_at for cursor in reading.cursors(account)), default=None)
    if newest is not None and desk.now - newest > _UNUSUALLY_LONG:
        since = say_day(desk.workdays.day_of(newest), desk.today)
        days = (desk.now - newest).days
        yield (
            f"{account}: no mail of any kind has come since {since}, {days} days ago; if others "
            "see newer mail there, `followupd check` tells which folders are read"
        )


def _table(screen: Screen, rows: list[Row], desk: Desk) -> None:
    cells, styles = [], []
    for row in rows:
        interview, status = row.history.interview, row.plan.status
        followed = row.history.followed_by is not None
        base = "dim" if followed or status is Status.CLOSED else ""
        company, role = clean(interview.company, 100), clean(interview.role, 100)
        cells.append(
            (
                str(row.history.interview_id),
                f"{company}\n{role}",
                status.value,
                "\n".join(_what_is_next(row, desk)),
            )
        )
        styles.append((base, base, "dim" if followed else _STYLES[status], base))
    screen.table(("ID", "INTERVIEW", "STATUS", "NEXT"), cells, styles=styles, cut=(6, 22, 8))


def _what_is_next(row: Row, desk: Desk) -> Iterator[str]:
    history = row.history
    said = next_words(row.plan, desk)
    if history.possible:
        yield f"{counted(len(history.possible), 'possible reply')}: followupd resolve"
    drafts = sorted(history.open_drafts, key=lambda each: not is_point(each, row.plan))
    for draft in drafts[:_DRAFTS_NAMED]:
        yield draft_words(draft, history, row.plan, desk)
    if len(drafts) > _DRAFTS_NAMED:
        yield f"and {counted(len(drafts) - _DRAFTS_NAMED, 'more draft')}"
    yield from _how_it_ended(row, desk)
    yield from open_points_briefly(history, row.plan, desk)
    if said is not None:
        yield said
    elif history.closed is None and history.answer is None and not history.possible:
        yield from _why_nothing_is_next(row, desk)


def _how_it_ended(row: Row, desk: Desk) -> Iterator[str]:
    """The answer, or why it is closed; a next round is told with its number instead."""
    history = row.history
    if history.followed_by is not None:
        return
    if row.plan.status is Status.CLOSED:
        reason = clean(history.closed.reason, 100) if history.closed is not None else ""
        yield answer_words(history, desk) or reason
    elif history.answer is not None:
        yield answer_words(history, desk)
        if is_unclear(history.answer.verdict):
            yield f"what it says is not clear: followupd why {history.interview_id}"


def _why_nothing_is_next(row: Row, desk: Desk) -> Iterator[str]:
    """What holds back all that is left of the plan, where there is no draft that tells it."""
    held = [step for step in row.plan.steps if step.state is StepState.HELD]
    if held and pause_words(desk.pause, desk) is not None:
        yield "paused"
    elif held and not row.history.open_drafts:
        yield f"{step_ahead(held[0])} is held back: {clean(held[0].reason, 200)}"

"""One whole pass over all accounts, then the end: what `followupd once` does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from followupd.errors import FollowupdError
from followupd.service.opener import Opener
from followupd.service.passes import AccountPass
from followupd.service.setup import account_lock
from followupd.service.unread import unread_since
from followupd.store import Health

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from followupd.config import Account
    from followupd.mailbox.connection import Connection
    from followupd.service.world import World

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """An account that the pass could not be finished for."""

    account: str
    problem: str


def record_health(world: World, account: str, problem: str) -> None:
    """Store how the last pass over an account went; "" for well."""
    now = world.clock.now()
    with world.store.begin() as transaction:
        before = transaction.health(account)
        since = before.problem_since if before and before.problem == problem else now
        well = problem == ""
        last = now if well else before.last_pass_at if before else None
        transaction.set_health(Health(account, last, problem, None if well else since))


def whole_pass(
    world: World, state: Path, progress: Callable[[str], None] = lambda _: None
) -> list[Failure]:
    """Read, plan and queue for every account; one broken account does not stop another.

    Args:
        world: what to work with.
        state: the state folder, where the locks are.
        progress: told what is being done, a sentence each.

    Returns:
        the accounts that failed.
    """
    failures: dict[str, str] = {}
    accounts = list(world.settings.accounts)
    if len(accounts) > 1:
        # An answer may lie in one account for an interview of another: all are read before
        # the first draft is laid.
        for account in accounts.copy():
            progress(f"Reading {account.name}")
            try:
                _one_account(world, state, account, acts=False)
            except FollowupdError as error:
                _failed(world, account, error, failures)
                accounts.remove(account)
    for account in accounts:
        progress(f"Looking at {account.name}")
        try:
            problem = _one_account(world, state, account, acts=True)
        except FollowupdError as error:
            _failed(world, account, error, failures)
            continue
        record_health(world, account.name, problem)
        if problem:
            failures[account.name] = problem
    order = (account.name for account in world.settings.accounts)
    return [Failure(name, failures[name]) for name in order if name in failures]


def _one_account(world: World, state: Path, account: Account, *, acts: bool) -> str:
    """Read an account, and act in it unless it is only to be read; what did not work."""
    connection: Connection | None = None
    try:
        with account_lock(state, account.name, lambda: True):
            connection = Opener(account)()
            work = AccountPass(world, account, connection)
            work.read()
            world.unread.was_read(account.name)
            if acts:
                with world.store.look() as reading:
                    numbers = reading.to_plan(account.name)
                work.act(numbers)
            return " ".join(work.problems)
    finally:
        if connection is not None:
            connection.logout()


def _failed(
    world: World, account: Account, error: FollowupdError, failures: dict[str, str]
) -> None:
    failures[account.name] = str(error)
    _log.warning("account failed", account=account.name, problem=str(error))
    with world.store.look() as reading:
        before = reading.health(account.name)
    world.unread.failed(account.name, unread_since(before, world.clock.now()), str(error))
    record_health(world, account.name, str(error))

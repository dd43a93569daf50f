"""One whole pass over all accounts, then the end: what `followupd once` does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from followupd.errors import FollowupdError
from followupd.service.passes import AccountPass
from followupd.service.setup import Opener, account_lock
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
    failures: list[Failure] = []
    # An answer may arrive in one account for an interview of another: so twice where needed.
    waiting: set[int] = set()
    for account in world.settings.accounts:
        progress(f"Looking at {account.name}")
        waiting |= _one_account(world, state, account, failures, None)
    for account in world.settings.accounts:
        here = {
            number
            for number in waiting
            if world.histories()[number].interview.account == account.name
        }
        if here and len(world.settings.accounts) > 1:
            progress(f"Looking at {account.name} again")
            _one_account(world, state, account, failures, here)
    return failures


def _one_account(
    world: World,
    state: Path,
    account: Account,
    failures: list[Failure],
    only: set[int] | None,
) -> set[int]:
    """One pass; the interviews of other accounts to which something was added."""
    connection: Connection | None = None
    try:
        with account_lock(state, account.name, lambda: True):
            connection = Opener(account)()
            work = AccountPass(world, account, connection)
            changed = work.read() if only is None else set()
            mine = {
                number
                for number, history in world.histories().items()
                if history.interview.account == account.name
            }
            work.act(mine if only is None else only)
            problem = " ".join(work.problems)
    except FollowupdError as error:
        problem = str(error)
        changed = set()
        _log.warning("account failed", account=account.name, problem=problem)
    finally:
        if connection is not None:
            connection.logout()
    record_health(world, account.name, problem)
    if problem:
        failures.append(Failure(account.name, problem))
    return {n for n in changed if world.histories()[n].interview.account != account.name}

"""What is left out on further Pythons is named rightly, and what is grouped is kept together."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import same_on_any_python

TESTS = Path(__file__).parents[1]


def test_whatever_is_named_is_there() -> None:
    """Else a module that was given another name would run on every Python again."""
    assert same_on_any_python.missing() == []
    assert same_on_any_python.holds(TESTS / "clients")


@pytest.mark.parametrize(
    "module",
    [
        "integration/test_main_job.py",
        "integration/test_token_sign_in.py",
        "integration/test_tls_refusals.py",
        "integration/test_daemon.py",
        "unit/test_store.py",
        "unit/test_reading_message.py",
    ],
)
def test_what_another_interpreter_could_change_runs_on_each(module: str) -> None:
    """One whole story on a real server, tokens, TLS, asyncio, SQLite, and the parser of mail."""
    assert (TESTS / module).is_file()
    assert not same_on_any_python.holds(TESTS / module)


@pytest.mark.xdist_group("together")
def test_what_is_grouped_is_kept_together(request: pytest.FixtureRequest) -> None:
    """A pytest that no longer lets its plugin do that would start every program twice."""
    if not request.config.getoption("loadgroup", default=False):
        pytest.skip("nothing is shared out among processes by group here")
    assert request.node.nodeid.endswith("@together")

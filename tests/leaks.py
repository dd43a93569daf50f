"""Searches the whole test run for every secret that was used in it; a find fails the run.

Searched are the captured output and the failure text of every test, every file below the
temporary folders (logs, databases, state folders), and process lists. The secrets are the
password of the test servers, all that an `OidcProvider` gave out, and whatever a test registers
with `watch`. A find names the secret and the place, never the value. Each worker of pytest-xdist
searches what its tests left; the one that started them tells of it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.leaks_search import Find, Watched, in_text, in_tree, watched
from tests.leaks_watching import ProcessWatch
from tests.support.mailserver import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_LEDGERS: Final = "tests.support.oidc_ledger"
_OUTPUT: Final = "leaks"
_SHOWN: Final = 50

_registered: dict[str, Watched] = {}
"""What is looked for over the whole run, by its value."""

_of_others: set[Path] = set()
"""Homes of other programs, such as a mail program that is driven by a test."""


def watch(name: str, value: str) -> None:
    """Let a secret be looked for from now on, and at the end in all that was written before."""
    _registered.setdefault(value, watched(name, value))


def leave_out(folder: Path) -> None:
    """Let a folder be left out: another program than followupd keeps its own passwords there."""
    _of_others.add(folder)


def register(config: pytest.Config) -> None:
    """Search this run."""
    watch("the password of the test servers", PASSWORD)
    config.pluginmanager.register(Leaks(config), "leaks")


class Leaks:
    """The search of one process."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._finds: set[Find] = set()
        self._issued: dict[str, Watched] = {}
        self._is_worker = hasattr(config, "workeroutput")
        self._processes = ProcessWatch(lambda: tuple(self._everything()))

    def pytest_sessionstart(self) -> None:
        """Begin to look at process lists."""
        self._processes.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Search what a test printed, logged and failed with, and the tokens in its files."""
        report = yield
        self._issued |= _issued()
        texts = [(f"{title} of {item.nodeid}", text) for title, text in report.sections]
        if report.longrepr is not None:
            texts.append((f"the failure text of {item.nodeid}", str(report.longrepr)))
        for where, text in texts:
            self._finds.update(in_text(text, self._everything(), where))
        if report.when == "teardown" and self._issued:
            # At the end they would be too many for all that was ever written.
            folder = getattr(item, "funcargs", {}).get("tmp_path")
            if folder is not None:
                self._finds.update(in_tree(folder, self._issued.values(), _of_others))
            self._issued.clear()
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Search what is left of the run, and let the run fail if anything was found."""
        self._processes.stop()
        self._finds |= self._processes.finds
        factory = getattr(self._config, "_tmp_path_factory", None)
        is_controller = bool(self._config.getoption("numprocesses", None)) and not self._is_worker
        if factory is not None and not is_controller:
            secrets = (*_registered.values(), *_mark())
            self._finds.update(in_tree(factory.getbasetemp(), secrets, _of_others))
        if self._is_worker:
            output: dict[str, Any] = self._config.workeroutput  # type: ignore[attr-defined]
            output[_OUTPUT] = [(each.name, each.where) for each in self._finds]
        elif self._finds:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker has found."""
        found = getattr(node, "workeroutput", {}).get(_OUTPUT, [])
        self._finds.update(Find(name, where) for name, where in found)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which secret was found where."""
        if not self._finds:
            return
        terminalreporter.section("secrets where none may be", red=True, bold=True)
        told = sorted(str(each) for each in self._finds)
        for sentence in told[:_SHOWN]:
            terminalreporter.line(sentence)
        if len(told) > _SHOWN:
            terminalreporter.line(f"and {len(told) - _SHOWN} more")

    def _everything(self) -> list[Watched]:
        return [*_registered.values(), *self._issued.values(), *_mark()]


def _issued() -> dict[str, Watched]:
    """What the providers of the tests gave out since this was last asked."""
    module = sys.modules.get(_LEDGERS)
    if module is None:
        return {}
    return {
        value: watched(f"the {kind.value} of a provider", value)
        for kind, value in module.take_new_secrets()
    }


def _mark() -> tuple[Watched, ...]:
    """What every token of a provider begins with, if there was any provider."""
    module = sys.modules.get(_LEDGERS)
    return () if module is None else (watched("a token of a provider", module.MARK),)

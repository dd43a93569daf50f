"""Every command that comes to know a secret keeps its memory out of core dumps, first of all."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.cli import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

FILTER = Path("/proc/self/coredump_filter")


@pytest.fixture
def unprotected() -> Iterator[None]:
    """A process whose memory may be dumped, as far as this machine lets it."""
    if not FILTER.is_file():
        pytest.skip("this system has no filter for core dumps")
    before, limits = FILTER.read_text(encoding="ascii"), resource.getrlimit(resource.RLIMIT_CORE)
    FILTER.write_text("0x33", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_CORE, (limits[1], limits[1]))
    yield
    FILTER.write_text(f"0x{before.strip()}", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_CORE, limits)


@pytest.mark.parametrize(
    "argv",
    [
        ("run",),
        ("once",),
        ("digest", "--send"),
        ("check",),
        ("login", "personal"),
        ("logout", "personal"),
        ("init",),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("unprotected")
def test_a_command_that_comes_to_know_a_secret_protects_it_first(
    argv: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Before it reads its configuration, so nothing that it reads is ever in the open."""
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    shell.configure("this is no configuration")
    assert shell.run(*argv).code != 0
    assert int(FILTER.read_text(encoding="ascii"), 16) == 0
    assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0

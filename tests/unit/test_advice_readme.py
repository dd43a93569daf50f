"""The README's table of the advice: twenty rows, and every command in it works as it stands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.support.advice import DANA, IVY, KIM, options
from tests.support.cli import Shell

_ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \|$", re.MULTILINE)


def _rows() -> dict[int, list[str]]:
    """The commands of each row."""
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## The advice, row by row")[2].partition("\n## ")[0]
    return {
        int(number): re.findall(r"`(followupd [^`]+)`", shown)
        for number, _, shown in _ROW.findall(section)
    }


def test_the_table_has_the_twenty_rows_each_with_a_command() -> None:
    """No advice is without a way to see it."""
    rows = _rows()
    assert list(rows) == list(range(1, 21))
    assert all(rows.values())


def test_each_row_has_a_test_named_after_it() -> None:
    """One or more, wherever it is tested."""
    found = {
        int(number)
        for path in (_ROOT / "tests").rglob("test_advice*.py")
        for number in re.findall(r"def test_row_(\d\d)_", path.read_text(encoding="utf-8"))
    }
    assert found == set(range(1, 21))


@pytest.mark.parametrize("row", range(1, 21))
def test_the_commands_of_the_row_work(
    row: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As they are printed, on an interview whose decision was promised for yesterday."""
    monkeypatch.chdir(tmp_path)
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    number = shell.add(
        *options(DANA, KIM, IVY), "--decision-by", "2026-11-30", held="2026-11-20 14:00"
    )
    assert number == "1"
    for command in _rows()[row]:
        shell.did(*shlex.split(command)[1:])

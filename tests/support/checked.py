"""What `check` said, with what must hold for every line of it whatever it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.mailserver import PASSWORD

if TYPE_CHECKING:
    from tests.support.cli import Shell

STATES = ("ok", "warning", "failed")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: how it turned out, what was found, what to do."""

    state: str
    detail: str
    advice: str
    account: str


@dataclass(frozen=True, slots=True)
class Checked:
    """All lines, by their names; of several with one name the worst."""

    code: int
    rows: dict[str, Row]

    def __getitem__(self, name: str) -> Row:
        """The line of that name."""
        return self.rows[name]

    def __contains__(self, name: str) -> bool:
        """Whether there is such a line."""
        return name in self.rows

    def failed(self) -> set[str]:
        """The names of the lines that failed."""
        return {name for name, row in self.rows.items() if row.state == "failed"}


def checked(shell: Shell, *options: str, secrets: tuple[str, ...] = (PASSWORD,)) -> Checked:
    """Run `check --json`; every line says what to do where it should, and none holds a secret."""
    result = shell.run("check", "--json", *options)
    for secret in secrets:
        assert secret not in result.out + result.err
    rows: dict[str, Row] = {}
    for each in result.json:
        assert list(each) == ["check", "account", "state", "detail", "advice"]
        row = Row(each["state"], each["detail"], each["advice"] or "", each["account"] or "")
        assert bool(row.advice) == (row.state != "ok"), each
        assert row.detail.isprintable()
        assert row.advice.isprintable()
        assert each["check"].startswith(f"{row.account}: " if row.account else "")
        before = rows.get(each["check"])
        if before is None or STATES.index(before.state) <= STATES.index(row.state):
            rows[each["check"]] = row
    assert result.code == (1 if any(row.state == "failed" for row in rows.values()) else 0)
    return Checked(result.code, rows)

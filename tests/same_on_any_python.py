"""What is the same on any Python, and is therefore run on the first one only.

`pytest --further-python` leaves it out. What another interpreter, or its standard library, could
change stays in: reading mail, IMAP and TLS, asyncio, SQLite, processes and terminals, typed values,
the command line, one whole story on a real server, signing in with tokens, every refusal by TLS.

Whole modules stand here, so that they are not even loaded. A single test, or one case of it, bears
the mark `same_on_any_python`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_TESTS: Final = Path(__file__).parent

MARKS: Final = frozenset({"client", "every_moment", "same_on_any_python"})
"""Of tests that are left out: mail programs, kills at every moment, and the rest."""

MODULES: Final = {
    "clients": "other programs do what is looked at",
    # ---- long walks through what is nothing but our own arithmetic
    "unit/domain/test_properties.py": "hypothesis walks through months of made-up interviews",
    "unit/domain/test_simulation_nevers.py": "a hundred made-up half years",
    "unit/domain/test_world.py": "a state machine on the planner",
    "unit/test_draft_machine.py": "a state machine on the draft protocol, on a scripted server",
    "integration/test_promise.py": "a state machine on sending, on scripted servers",
    # ---- what lies in files of ours, not how it is read
    "unit/test_cases_are_sound.py": "the mails that reading is measured on",
    "unit/test_report.py": "the report over them",
    "unit/test_reading_score.py": "how many of them are understood",
    "unit/test_letters_de_manner.py": "the words of the letters",
    "unit/test_letters_es_manner.py": "the words of the letters",
    "unit/test_letters_es_sheets.py": "the words of the letters",
    "unit/test_letters_fr_manner.py": "the words of the letters",
    "unit/providers/test_guides.py": "the words of the guides",
    "unit/providers/test_presets.py": "the table of providers",
    "unit/test_advice_commands.py": "the words of the README",
    "unit/test_advice_readme.py": "the words of the README",
    # ---- about the source, the tests and the package
    "unit/test_promise.py": "looks at the source for a way to SMTP",
    "unit/test_leaks.py": "runs pytest to see that a secret is found",
    "integration/test_wheel.py": "what is in the package",
    # ---- about systemd
    "unit/test_systemd.py": "systemd reads the units",
    "integration/test_units.py": "systemd runs the units",
    # ---- the same passes as in other stories, told with other mail
    "integration/test_advice.py": "a story for each row of the README's table",
    "integration/test_advice_silence.py": "a story for each row of the README's table",
    "integration/test_lessons_counted.py": "what went wrong elsewhere",
    "integration/test_lessons_misread.py": "what went wrong elsewhere",
    "integration/test_lessons_missed.py": "what went wrong elsewhere",
    "integration/test_odd_folders.py": "what servers call their folders",
}
"""Modules and folders below `tests`, each with what it shows instead."""


def missing() -> list[str]:
    """Those that are named here and are not there."""
    return [each for each in MODULES if not (_TESTS / each).exists()]


def holds(path: Path) -> bool:
    """Whether a module or folder is named here."""
    return path.is_relative_to(_TESTS) and path.relative_to(_TESTS).as_posix() in MODULES

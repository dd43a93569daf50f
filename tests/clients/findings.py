"""What was measured of each mail program, kept for the table in the documentation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.clients.program import ARTEFACTS

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from tests.clients.program import MailProgram


def _path(program: MailProgram) -> Path:
    return ARTEFACTS / f"{program.title.casefold()}.json"


def note(program: MailProgram, what: str, found: str) -> None:
    """Keep one finding, such as `Message-ID`: `kept`."""
    path = _path(program)
    path.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known |= {"version": program.version(), what: found}
    path.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def what_survived(before: EmailMessage, after: EmailMessage, name: str) -> str:
    """Whether a header field is the same after the program has sent the draft."""
    if after[name] is None:
        return "dropped"
    same = str(before[name]).split() == str(after[name]).split()
    return "kept" if same else "new"

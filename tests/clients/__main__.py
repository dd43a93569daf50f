"""Prints what was measured of the mail programs as the table of the documentation."""

from __future__ import annotations

import json
import sys

from tests.clients.program import ARTEFACTS

ROWS = (
    "Message-ID",
    "References",
    "In-Reply-To",
    "edited",
    "sent",
    "thread",
    "deleted",
    "approved",
)


def main() -> int:
    """Read the findings of the last run; 1 where there are none."""
    measured = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(ARTEFACTS.glob("*.json"))
    }
    if not measured:
        print(f"nothing was measured: there are no findings in {ARTEFACTS.name}", file=sys.stderr)
        return 1
    print("| program | version | " + " | ".join(ROWS) + " |")
    print("| --- " * (len(ROWS) + 2) + "|")
    for name, found in measured.items():
        cells = [name, found["version"], *(found.get(row, "") for row in ROWS)]
        print("| " + " | ".join(cells) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m bench [NAME …]`: measure, and print one table (or JSON)."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from bench import firstlook, idle, notice, reading, searches, start, wake
from bench.figures import table
from bench.progress import say
from tests.support.dovecot import installed

if TYPE_CHECKING:
    from bench.figures import Line

_MEASUREMENTS = {
    module.NAME: module.measure
    for module in (notice, idle, start, firstlook, reading, wake, searches)
}


def main() -> int:
    """Run what was asked for; 2 where it cannot be run here."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="What followupd costs, beside a floor or a peer from the same run.",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(_MEASUREMENTS)}; default: all"
    )
    parser.add_argument("--quick", action="store_true", help="fewer mailboxes and repetitions")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in _MEASUREMENTS]
    if unknown:
        parser.error(f"no measurement {unknown[0]!r}; there are: {', '.join(_MEASUREMENTS)}")
    if not installed():
        say("Dovecot is not installed (Debian: dovecot-imapd and dovecot-lmtpd)")
        return 2
    lines: list[Line] = []
    for name in arguments.names or _MEASUREMENTS:
        say(f"{name}: begins")
        with tempfile.TemporaryDirectory(prefix="followupd-bench-") as folder:
            lines += _MEASUREMENTS[name](Path(folder), quick=arguments.quick)
    if arguments.json:
        print(json.dumps({"machine": _machine(), "lines": [line.as_json() for line in lines]}))
        return 0
    console = Console(width=None if sys.stdout.isatty() else 180)
    console.print(table(lines))
    console.print(", ".join(f"{key} {value}" for key, value in _machine().items()))
    return 0


def _machine() -> dict[str, Any]:
    return {
        "followupd": version("followupd"),
        "Python": platform.python_version(),
        "IMAPClient": version("imapclient"),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }


if __name__ == "__main__":
    raise SystemExit(main())

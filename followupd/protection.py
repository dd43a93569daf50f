"""What keeps the memory of this process, and so the secrets in it, out of core dumps."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path
from typing import Final

_FILTER: Final = Path("/proc/self/coredump_filter")


def keep_out_of_core_dumps() -> None:
    """Let no core dump of this process, or of what it starts, hold its memory.

    The limit keeps a file from being written; a collector that the system pipes dumps to, such as
    systemd-coredump, is given one whatever the limit says, but without the memory that the filter
    leaves out (core(5)). Where a system does not know one of them, the other one stands.
    """
    with suppress(OSError, ValueError):
        # The hard limit may stay: nothing that we start raises the other one again.
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    with suppress(OSError):
        _FILTER.write_text("0", encoding="ascii")

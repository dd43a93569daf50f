"""Running one command, and ending well whatever happens in it.

An error of followupd's own prints as its sentence, without a traceback. Exit codes: 0 done,
1 it failed, 2 wrong usage or configuration, 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING

from followupd.cli.arguments import build_parser, parse
from followupd.errors import ConfigError, FollowupdError, UsageError
from followupd.reading.text import clean
from followupd.service.clock import SystemClock

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Sequence

    from followupd.service.clock import Clock

    Command = Callable[[Namespace, Clock], int]

DONE, FAILED, WRONG = 0, 1, 2
INTERRUPTED = 130
DEBUG = "FOLLOWUPD_DEBUG"


def main(argv: Sequence[str] | None = None, clock: Clock | None = None) -> int:
    """Run one command.

    Args:
        argv: the arguments without the program's name; None for those of this process.
        clock: tells the time; the machine's clock where it is None.

    Returns:
        the exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a letter shows something in its place rather than nothing at all.
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = _run(sys.argv[1:] if argv is None else list(argv), clock or SystemClock())
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has seen enough; the interpreter must not flush it again.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def command_of(name: str) -> Command:
    """The function behind a command, given as `module:function`; loaded only when it is run."""
    module, _, function = name.partition(":")
    command: Command = getattr(importlib.import_module(module), function)
    return command


def _run(argv: list[str], clock: Clock) -> int:
    try:
        arguments = parse(build_parser(), argv)
        return command_of(arguments.run)(arguments, clock)
    except SystemExit as end:  # argparse has printed its help or the version
        return end.code if isinstance(end.code, int) else DONE
    except FollowupdError as error:
        return _say(str(error), WRONG if isinstance(error, (ConfigError, UsageError)) else FAILED)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - a person is told about every mistake of ours
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    """Say what no command has expected: a full disk, a file of somebody else's, a bug."""
    if os.environ.get(DEBUG, "") not in ("", "0"):
        traceback.print_exception(error)
        return FAILED
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return _say(f"{place}{error.strerror}; {DEBUG}=1 shows where it happened", FAILED)
    kind = type(error).__name__
    return _say(f"an internal error ({kind}); set {DEBUG}=1 and run it again for more", FAILED)


def _say(sentence: str, code: int) -> int:
    lines = [clean(line, 4000) for line in sentence.split("\n")]
    print("followupd: " + "\n  ".join(line for line in lines if line), file=sys.stderr)
    return code

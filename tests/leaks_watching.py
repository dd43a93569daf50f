"""Looking for secrets in process lists while tests run: arguments, and variables that we set.

Two ways, as each sees what the other cannot: a hook is told of every program that our own code
starts in this process; a thread looks again and again at the processes below this one, where the
real daemon and what it starts are found. Linux only; elsewhere nothing is looked at.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.leaks_search import Find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import FrameType

    from tests.leaks_search import Watched

_SECONDS: Final = 0.2
_OURS: Final = f"{os.sep}followupd{os.sep}"
_STARTS: Final = {"subprocess.Popen", "os.exec", "os.posix_spawn"}
"""Audit events of CPython; each begins with the path, the arguments, and ends with the
environment."""


@dataclass
class ProcessWatch:
    """Collects what it finds until it is stopped.

    Attributes:
        secrets: asks which ones are to be looked for now.
        finds: what was found so far.
    """

    secrets: Callable[[], Iterable[Watched]]
    finds: set[Find] = field(default_factory=set)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look."""
        # A hook stays for the life of the process; it does nothing once this is stopped.
        sys.addaudithook(self._on_start)
        if Path("/proc/self/task").is_dir():
            self._thread = threading.Thread(target=self._look_on, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _on_start(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _STARTS or self._stopping.is_set():
            return
        if not _is_called_by_us(sys._getframe()):
            return
        given = arguments[3] if event == "subprocess.Popen" else arguments[2]
        environ = given if given is not None else {}
        self._note(_joined(arguments[1]), environ, os.environ, str(arguments[0]))

    def _look_on(self) -> None:
        while not self._stopping.wait(_SECONDS):
            for pid in _children("self"):
                self._look_at(str(pid), None)

    def _look_at(self, pid: str, parent: Mapping[str, str] | None) -> None:
        """Look at a process and those below it; `parent` is what followupd above it was given."""
        with suppress(OSError):
            words = Path("/proc", pid, "cmdline").read_bytes().split(b"\0")
            is_ours = parent is None and _is_followupd(words)
            environ: Mapping[str, str] | None = None
            if is_ours or parent is not None:
                environ = _environ(pid)
                before = environ if parent is None else parent
                self._note(b"\0".join(words), environ, before, words[0].decode("utf-8", "replace"))
            for child in _children(pid):
                self._look_at(child, environ if is_ours else parent)

    def _note(
        self,
        words: bytes,
        environ: Mapping[Any, Any],
        before: Mapping[str, str],
        program: str,
    ) -> None:
        """Search arguments, and the variables that are not as they were given to us."""
        for secret in self.secrets():
            if secret.is_in(words):
                self.finds.add(Find(secret.name, f"the arguments of {program}"))
            for name, value in environ.items():
                told, text = _text(name), _text(value)
                if before.get(told) != text and secret.is_in(text.encode(errors="replace")):
                    self.finds.add(Find(secret.name, f"${told}, set for {program}"))


def _is_called_by_us(frame: FrameType | None) -> bool:
    while frame is not None:
        if _OURS in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False


def _joined(words: Any) -> bytes:
    if isinstance(words, (str, bytes)):
        words = [words]
    return b"\0".join(os.fsencode(word) for word in words)


def _text(value: Any) -> str:
    return os.fsdecode(value)


def _is_followupd(words: list[bytes]) -> bool:
    """Whether these are the arguments of one of our commands."""
    return b"followupd" in {word.rpartition(b"/")[2] for word in words[:4]}


def _environ(pid: str) -> dict[str, str]:
    entries = Path("/proc", pid, "environ").read_bytes().split(b"\0")
    pairs = (os.fsdecode(entry).partition("=") for entry in entries if entry)
    return {name: value for name, _, value in pairs}


def _children(pid: str) -> Iterator[str]:
    for task in Path("/proc", pid, "task").glob("*/children"):
        with suppress(OSError):
            yield from task.read_text(encoding="ascii").split()

"""The keyring of the desktop: asked with bounded time, by one at a time.

A locked keyring asks its user to unlock it, and the call waits until they do. Nobody may be there:
so each call ends after a while, and as long as the keyring still waits for its user no further call
is made, which would only ask them once more.
"""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

SECONDS: Final = 60.0
"""How long a person gets to unlock it."""

_WAITS: Final = "it waits to be unlocked, and nobody did that in time; unlock it and try again"


class NoKeyring(Exception):  # noqa: N818 - a state of the machine, told by whoever asked
    """There is no keyring to be reached here."""


class KeyringRefused(Exception):  # noqa: N818 - as above
    """The keyring did not do it; the text says why and what to do, without its end."""


def get(service: str, username: str, *, seconds: float = SECONDS) -> str | None:
    """What the keyring holds under these names; None: nothing.

    Raises:
        NoKeyring, KeyringRefused: it cannot be asked.
    """
    import keyring  # noqa: PLC0415 - slow to import, and most runs need none

    return _asked(lambda: keyring.get_password(service, username), seconds)


def put(service: str, username: str, value: str, *, seconds: float = SECONDS) -> None:
    """Put a value into the keyring, in place of the one before.

    Raises:
        NoKeyring, KeyringRefused: it is not there, or not known to be.
    """
    import keyring  # noqa: PLC0415 - as above

    _asked(lambda: keyring.set_password(service, username, value), seconds)


def delete(service: str, username: str, *, seconds: float = SECONDS) -> bool:
    """Take a value out of the keyring; False: there was none.

    Raises:
        NoKeyring, KeyringRefused: it may still be there.
    """
    import keyring  # noqa: PLC0415 - as above

    def work() -> bool:
        if keyring.get_password(service, username) is None:
            return False
        keyring.delete_password(service, username)
        return True

    return _asked(work, seconds)


_asking = threading.Lock()


def _asked(work: Callable[[], T], seconds: float) -> T:
    if not _asking.acquire(timeout=seconds):
        raise KeyringRefused(_WAITS)
    done: SimpleQueue[tuple[T] | Exception] = SimpleQueue()

    def run() -> None:
        try:
            done.put((work(),))
        except Exception as error:  # noqa: BLE001 - back ends raise errors of their own
            done.put(error)
        finally:
            _asking.release()

    threading.Thread(target=run, name="keyring", daemon=True).start()
    try:
        found = done.get(timeout=seconds)
    except Empty:
        raise KeyringRefused(_WAITS) from None
    if isinstance(found, Exception):
        raise _told(found) from None
    return found[0]


def _told(error: Exception) -> Exception:
    """A back end's error in our words: its own text may hold what was to be stored."""
    from keyring.errors import NoKeyringError  # noqa: PLC0415 - as above

    if isinstance(error, NoKeyringError):
        return NoKeyring()
    return KeyringRefused(f"it refused ({type(error).__name__}); unlock it and try again")

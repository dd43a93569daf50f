"""Handing a text to a messenger or a phone, by way of Apprise, which is an optional extra.

The Apprise URL holds secrets. Apprise writes it to its log where it cannot make sense of it, and
the libraries below it write parts of it, so nothing of what they log goes anywhere.
"""

from __future__ import annotations

import importlib
import logging
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from followupd.errors import FollowupdError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.secrets import Secret

_LOGGERS: Final = ("apprise", "urllib3", "oauthlib", "requests_oauthlib")
_NOBODY_REACHED: Final = (
    "Failed to establish a new connection",
    "NameResolutionError",
    "ConnectTimeoutError",
)
"""By these words of the HTTP library nothing can have been delivered."""

_MAIL: Final = "mailto"
"""How Apprise calls sending mail itself, to whatever address stands in the URL."""


class Handed(StrEnum):
    """What has become of a text that was given to Apprise."""

    DELIVERED = "delivered"
    NOT_REACHED = "not reached"
    REFUSED = "refused"


class Messenger:
    """Where an Apprise URL leads.

    Args:
        url: the Apprise URL, such as `json://localhost:8080/path`; several, parted by commas, lead
            to several places.

    Raises:
        FollowupdError: the extra is not installed, the URL is none that Apprise knows, or it sends
            mail, for which there is a way that goes to the user alone; the message does not
            repeat the URL.
    """

    def __init__(self, url: Secret) -> None:
        try:
            apprise = importlib.import_module("apprise")
        except ModuleNotFoundError:
            raise FollowupdError(
                'digest.via = "apprise" needs a package that is not installed: '
                "pip install 'followupd[apprise]'"
            ) from None
        with _listening():
            self._apprise: Any = apprise.Apprise()
            known = self._apprise.add(url.reveal())
        if not known or not len(self._apprise):
            raise FollowupdError(
                "the Apprise URL from the source in digest.url is none that Apprise understands; "
                "compare it with Apprise's documentation of the service"
            )
        if any(_sends_mail(service) for service in self._apprise):
            raise FollowupdError(
                "the Apprise URL from the source in digest.url sends mail; write "
                'digest.via = "smtp" in its place, which sends to your own address and nobody else'
            )

    def hand(self, subject: str, body: str) -> Handed:
        """Send a text; blocks for some seconds at most.

        Of several places one that fails makes it refused.
        """
        with _listening() as listener:
            # Without this a text that looks like Markdown or HTML might be changed.
            delivered = self._apprise.notify(body=body, title=subject, body_format="text")
        if delivered:
            return Handed.DELIVERED
        reached = len(self._apprise) > 1 or not listener.nobody_reached
        return Handed.REFUSED if reached else Handed.NOT_REACHED


def _sends_mail(service: Any) -> bool:
    names = (service.protocol, service.secure_protocol)
    return any(_MAIL in name for name in names if name)


class _Listener(logging.Handler):
    """Hears whether anybody was reached, and keeps no word of what it heard."""

    nobody_reached = False

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        self.nobody_reached |= any(words in said for words in _NOBODY_REACHED)


@contextmanager
def _listening() -> Iterator[_Listener]:
    listener = _Listener(logging.DEBUG)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(listener)
        logger.propagate = False
    loggers[0].setLevel(logging.DEBUG)
    try:
        yield listener
    finally:
        for logger, (level, propagate) in zip(loggers, before, strict=True):
            logger.removeHandler(listener)
            logger.setLevel(level)
            logger.propagate = propagate

"""A sign-in on another device: what the provider says, and when to ask it again. Pure.

RFC 8628.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from followupd.errors import ConnectionLost
from followupd.oauth.answers import Refusal, fields_of
from followupd.oauth.discovery import is_safe_address
from followupd.oauth.tokens import is_token

if TYPE_CHECKING:
    from followupd.oauth.web import Reply

_USUAL_INTERVAL: Final = 5.0
"""Seconds between two questions where the provider says nothing (RFC 8628, section 3.2)."""

_SLOWER: Final = 5.0
"""Seconds that `slow_down` adds for good (section 3.5)."""

_LONGEST_INTERVAL: Final = 60.0
_USUAL_LIFETIME: Final = 900.0
_LONGEST_LIFETIME: Final = 3600.0
_LONGEST_USER_CODE: Final = 40


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What was given out for one sign-in (RFC 8628, section 3.2).

    Attributes:
        device_code: what to ask for the tokens with.
        user_code: what the user types.
        address: where.
        complete_address: where it is typed in already, or None.
        lifetime: for how long.
        interval: seconds between two questions.
    """

    device_code: str = field(repr=False)
    user_code: str
    address: str
    complete_address: str | None
    lifetime: timedelta
    interval: float


def device_code_in(reply: Reply, where: str) -> DeviceCode | Refusal:
    """What the device endpoint answered.

    Args:
        reply: the answer.
        where: who gave it, for words.

    Raises:
        ConnectionLost, ServerRefused: as `answers.fields_of`; ConnectionLost also where the
            answer makes no sense or could not be shown safely.
    """
    found = fields_of(reply, where)
    if isinstance(found, Refusal):
        return found
    code, user_code = found.get("device_code"), found.get("user_code")
    # Some providers wrote `verification_url` before the RFC was finished.
    address = found.get("verification_uri", found.get("verification_url"))
    if not isinstance(code, str) or not is_token(code) or not _is_user_code(user_code):
        raise ConnectionLost(f"{where} gave an answer that makes no sense: no usable code in it")
    if not isinstance(address, str) or not is_safe_address(address):
        raise ConnectionLost(f"{where} gave an answer that makes no sense: no safe address in it")
    complete = found.get("verification_uri_complete")
    is_usable = isinstance(complete, str) and is_safe_address(complete)
    lifetime = _seconds(found, "expires_in", _USUAL_LIFETIME, _LONGEST_LIFETIME)
    return DeviceCode(
        device_code=code,
        user_code=str(user_code),
        address=address,
        complete_address=complete if is_usable else None,
        lifetime=timedelta(seconds=lifetime),
        interval=_seconds(found, "interval", _USUAL_INTERVAL, _LONGEST_INTERVAL),
    )


def next_interval(interval: float, refusal: Refusal | None) -> float | None:
    """Seconds to wait before the next question; None: there is none, the error is final.

    Args:
        interval: those waited before the last one.
        refusal: what was answered; None: nothing, the connection broke or took too long.
    """
    if refusal is None:
        return min(max(2 * interval, 1.0), _LONGEST_INTERVAL)
    if refusal.code == "authorization_pending":
        return interval
    return interval + _SLOWER if refusal.code == "slow_down" else None


def _is_user_code(value: object) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value) <= _LONGEST_USER_CODE
        and all(" " <= character <= "~" for character in value)
    )


def _seconds(found: dict[str, Any], key: str, usual: float, longest: float) -> float:
    value = found.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return usual
    return min(float(min(value, longest)), longest)

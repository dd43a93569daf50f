"""What the browser brings back: read strictly, since any page can send a browser here. Pure.

Only an answer with the state of this very sign-in counts (RFC 6749, section 10.12), from the
provider that was asked (RFC 9207), with each parameter once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from followupd.oauth.forms import Question
    from followupd.oauth.provider import Provider

_MOST_FIELDS: Final = 40
_LONGEST: Final = 16_384
_ONCE: Final = ("state", "code", "error", "iss")


@dataclass(frozen=True, slots=True)
class Returned:
    """The user has decided.

    Attributes:
        code: the authorisation code; "" where they, or the provider, said no.
        error: the error code of RFC 6749, section 4.1.2.1, as it came: not for showing; "" for a
            code.
    """

    code: str = field(repr=False)
    error: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class WrongAddress:
    """This is not the answer to the sign-in; the wait for it goes on.

    Attributes:
        why: a sentence for the user, without its end.
    """

    why: str


def returned(address: str, asked: Question, provider: Provider) -> Returned | WrongAddress:
    """What an address says where the browser was sent back.

    Args:
        address: all of it, or only the part from the question mark on.
        asked: the sign-in it has to belong to.
        provider: who was asked.
    """
    fields = _fields(address)
    if fields is None:
        return WrongAddress("this is not the address where the browser ended up")
    if not secrets.compare_digest(fields.get("state", "").encode(), asked.state.encode()):
        return WrongAddress(
            "this address does not belong to this sign-in; copy the whole of it, from the "
            "window that was opened last"
        )
    if not _is_from(fields.get("iss"), provider):
        return WrongAddress("this address comes from another provider than the one asked")
    if error := fields.get("error"):
        return Returned("", error)
    code = fields.get("code", "")
    if not code or not all(" " <= character <= "~" for character in code):
        return WrongAddress("there is no code in this address; copy the whole of it")
    return Returned(code)


def _fields(address: str) -> dict[str, str] | None:
    """The parameters, where they can be read and none that counts stands there twice."""
    text = "".join(address.split())
    if len(text) > _LONGEST:
        return None
    try:
        query = urlsplit(text).query if "?" in text else text
        pairs = parse_qsl(query, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        return None
    names = [name for name, _ in pairs]
    return None if any(names.count(name) > 1 for name in _ONCE) else dict(pairs)


def _is_from(iss: str | None, provider: Provider) -> bool:
    if iss is None:
        return not provider.sends_issuer
    return provider.issuer is None or iss == provider.issuer

"""The addresses of To, Cc and Bcc as a mail is sent to them: every one of them, or an error.

`reading.addresses` makes the best of what strangers wrote and leaves out what it cannot use. For
sending that would be wrong twice over: somebody would silently get no mail, or a mangled address
would get it. So this reading is strict: RFC 5322, section 3.4, with the letters of RFC 6532, the
comments, routes and empty elements of section 4.4, and display names that break the rules in ways
that leave the address plain. Pure; one pass over the text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from followupd.errors import UnreadableMessage
from followupd.reading.text import clean

ADDRESS_LIMIT = 254
"""Octets of the longest address that SMTP has a place for (RFC 5321, section 4.5.3.1.3)."""

_SHOWN = 80


class _Kind(StrEnum):
    """What a token is."""

    ENCODED = "encoded"
    QUOTED = "quoted"
    LITERAL = "literal"
    SPECIAL = "special"
    ATOM = "atom"


_TOKEN = re.compile(
    r"(?P<blank>[ \t]+)"
    # Before everything else: some programs leave a comma or a bracket inside one.
    r"|(?P<encoded>=\?[^?\s<>]{1,80}\?[bBqQ]\?[^?\s]*\?=)"
    r'|(?P<quoted>"(?:[^"\\]|\\.)*")'
    r"|(?P<literal>\[[^\[\]\\]*\])"
    r"|(?P<special>[<>@,:;.])"
    r'|(?P<atom>[^\s()<>\[\]:;@\\,."]+)'
)
_ESCAPED = re.compile(r"\\(.)")
_DOT_ATOM = re.compile(r"[^.\"\s\\]+(?:\.[^.\"\s\\]+)*")
_COMMENT_PIECE = re.compile(r"[^()\\]+|\\.|[()]")


@dataclass(frozen=True, slots=True)
class _Token:
    """One lexical token (RFC 5322, section 3.2), and where it stands."""

    kind: _Kind
    text: str
    start: int
    end: int

    def is_special(self, character: str) -> bool:
        """Whether it is that character, standing for itself."""
        return self.kind is _Kind.SPECIAL and self.text == character


def read_recipients(field: str, value: str) -> tuple[str, ...]:
    """The addresses of one header field, in order; groups are resolved.

    Args:
        field: the field's name, for the error's sentence.
        value: unfolded, not decoded (RFC 2047); may hold UTF-8 (RFC 6532).

    Returns:
        Addresses as SMTP takes them: a local part is in quotes where it needs them, case is kept,
        comments and routes are dropped. Empty for an empty field or an empty group.

    Raises:
        UnreadableMessage: something in it is no address that mail can be sent to.
    """
    return tuple(_Reading(field, value).addresses())


class _Reading:
    """The reading of one field."""

    def __init__(self, field: str, value: str) -> None:
        self.field = field
        self.value = value

    def addresses(self) -> list[str]:
        """See `read_recipients`."""
        found: list[str] = []
        element: list[_Token] = []
        in_group = group_ended = in_angle = False
        for token in self._tokens():
            if in_angle:
                in_angle = not token.is_special(">")
                element.append(token)
            elif token.is_special(",") or (in_group and token.is_special(";")):
                found.extend(self._mailbox(element))
                element = []
                group_ended = token.is_special(";")
                in_group = in_group and not group_ended
            elif group_ended:
                raise self._unusable(token, token)
            elif token.is_special(":") and not in_group and _is_phrase(element):
                in_group = True
                element = []
            else:
                in_angle = token.is_special("<")
                element.append(token)
        if in_group:
            raise self._error(f"its {self.field} begins a group of addresses and does not end it")
        found.extend(self._mailbox(element))
        return found

    def _tokens(self) -> list[_Token]:
        tokens = []
        at = 0
        while at < len(self.value):
            if self.value[at] == "(":
                at = self._after_comment(at)
                continue
            match = _TOKEN.match(self.value, at)
            if match is None or match.lastgroup is None:
                raise self._error(
                    f"its {self.field} cannot be read from "
                    f"“{clean(self.value[at:], _SHOWN)}” onwards"
                )
            if match.lastgroup != "blank":
                tokens.append(_Token(_Kind(match.lastgroup), match[0], at, match.end()))
            at = match.end()
        return tokens

    def _after_comment(self, start: int) -> int:
        depth = 0
        for match in _COMMENT_PIECE.finditer(self.value, start):
            depth += {"(": 1, ")": -1}.get(match[0], 0)
            if depth == 0:
                return match.end()
        raise self._error(
            f"its {self.field} has a bracket that is never closed: "
            f"“{clean(self.value[start:], _SHOWN)}”"
        )

    def _mailbox(self, element: list[_Token]) -> list[str]:
        """The one address of an element; none where it is empty (RFC 5322, section 4.4)."""
        if not element:
            return []
        spec = element
        opened = [place for place, token in enumerate(element) if token.is_special("<")]
        if opened:
            if not (_is_name(element[: opened[0]]) and element[-1].is_special(">")):
                raise self._unusable(element[0], element[-1])
            spec = _without_route(element[opened[0] + 1 : -1])
        address = _address(spec)
        if address is None:
            raise self._unusable(element[0], element[-1])
        return [address]

    def _unusable(self, first: _Token, last: _Token) -> UnreadableMessage:
        text = clean(self.value[first.start : last.end], _SHOWN)
        return self._error(f"“{text}” in its {self.field} is no address that mail can be sent to")

    @staticmethod
    def _error(what: str) -> UnreadableMessage:
        return UnreadableMessage(
            f"the draft was not sent: {what}; write each address out in your mail client, parted "
            "by commas, save it and approve it again"
        )


def _is_phrase(element: list[_Token]) -> bool:
    words = (_Kind.ATOM, _Kind.QUOTED, _Kind.ENCODED)
    return bool(element) and all(token.kind in words or token.is_special(".") for token in element)


def _is_name(element: list[_Token]) -> bool:
    """Whether it may stand before an address; many put the address there once more, unquoted."""
    return not any(token.kind is _Kind.SPECIAL and token.text not in ".@" for token in element)


def _without_route(spec: list[_Token]) -> list[_Token]:
    """The addr-spec behind a source route such as `@relay.example:` (RFC 5322, section 4.4)."""
    if not spec or not spec[0].is_special("@"):
        return spec
    colons = [place for place, token in enumerate(spec) if token.is_special(":")]
    return spec[colons[0] + 1 :] if colons else []


def _address(spec: list[_Token]) -> str | None:
    """The addr-spec that these tokens are (RFC 5322, section 3.4.1), or None."""
    ats = [place for place, token in enumerate(spec) if token.is_special("@")]
    if len(ats) != 1:
        return None
    local = _dotted(spec[: ats[0]], (_Kind.ATOM, _Kind.QUOTED))
    host = spec[ats[0] + 1 :]
    if len(host) == 1 and host[0].kind is _Kind.LITERAL:
        domain: str | None = host[0].text
    else:
        domain = _dotted(host, (_Kind.ATOM,))
    if not local or not domain:
        return None
    if not _DOT_ATOM.fullmatch(local) or re.search(r"[()<>\[\]:;@,]", local):
        local = '"' + re.sub(r'(["\\])', r"\\\1", local) + '"'
    address = f"{local}@{domain}"
    return address if _is_plain(address) else None


def _dotted(tokens: list[_Token], kinds: tuple[_Kind, ...]) -> str | None:
    """Words parted by single dots, put together; None for anything else."""
    if len(tokens) % 2 == 0:
        return None
    words = []
    for place, token in enumerate(tokens):
        if place % 2:
            if not token.is_special("."):
                return None
        elif token.kind not in kinds:
            return None
        elif token.kind is _Kind.QUOTED:
            words.append(_ESCAPED.sub(r"\1", token.text[1:-1]))
        else:
            words.append(token.text)
    return ".".join(words)


def _is_plain(address: str) -> bool:
    """Whether it is what it looks like, and fits into a command."""
    composed = unicodedata.normalize("NFC", address)
    return (
        clean(composed, ADDRESS_LIMIT) == composed
        and "=?" not in address  # an encoded word has no place in an address (RFC 2047, section 5)
        and len(address.encode("utf-8", "surrogatepass")) <= ADDRESS_LIMIT
    )

"""Mailboxes out of From, To and the like (RFC 5322, section 3.4), and how they are compared.

The standard library's `getaddresses` answers differently from one Python release to the next;
this reading is fixed, goes over the text once and never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from followupd.reading.charsets import decoded_words
from followupd.reading.text import clean

_NAME_LIMIT = 200
_ADDRESS_LIMIT = 320
_TEXT_LIMIT = 64 * 1024
_DOTLESS = ("gmail.com", "googlemail.com")
_ADDRESS = re.compile(r'[^\s<>()",;:@\\]+@[^\s<>()",;:@\\]+|"[^"]*"@[^\s<>()",;:@\\]+')


def _domain_key(domain: str) -> str:
    """A domain as it is compared: case-folded, in the form the DNS knows (RFC 5890)."""
    folded = domain.casefold().rstrip(".")
    if folded.isascii():
        return folded
    try:
        return folded.encode("idna").decode("ascii")
    except UnicodeError:
        return folded


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox.

    Attributes:
        name: the display name, decoded and clean; may be empty.
        address: the bare addr-spec, case as written; "" when there is none that can be used.
    """

    name: str
    address: str

    @property
    def local(self) -> str:
        """What stands before the @, case-folded."""
        return self.address.rpartition("@")[0].casefold()

    @property
    def domain(self) -> str:
        """What stands behind the @, as it is compared; "" when there is no address."""
        return _domain_key(self.address.rpartition("@")[2])

    @property
    def key(self) -> str:
        """The address as it is compared; "" when there is none."""
        return f"{self.local}@{self.domain}" if self.address else ""

    @property
    def mailbox_key(self) -> str:
        """`key` without a plus-part (RFC 5233): dana+x@acme.example is dana@acme.example.

        Gmail delivers to one mailbox whatever the dots, under both of its names.
        """
        if not self.address:
            return ""
        local = self.local.split("+", 1)[0] or self.local
        if self.domain in _DOTLESS:
            return f"{local.replace('.', '') or local}@gmail.com"
        return f"{local}@{self.domain}"


def mailbox_key(address: str) -> str:
    """The `mailbox_key` of a bare address, such as one from the configuration."""
    return Address("", address.strip()).mailbox_key


def _usable(text: str) -> str:
    """`text` when it is an address, else ""; a source route is dropped (RFC 5322, 4.4)."""
    candidate = text.strip()
    if candidate.startswith("@"):
        candidate = candidate.rpartition(":")[2]
    candidate = candidate.strip().rstrip(".")
    if len(candidate) > _ADDRESS_LIMIT or not _ADDRESS.fullmatch(candidate):
        return ""
    # An address that holds something unseen is not the one it looks like.
    return candidate if clean(candidate, _ADDRESS_LIMIT) == candidate else ""


class _Mailbox:
    """The mailbox that is being read, in its three places."""

    def __init__(self) -> None:
        self.phrase: list[str] = []
        self.angle: list[str] = []
        self.comment: list[str] = []

    def address(self) -> Address | None:
        phrase = "".join(self.phrase)
        bare = _usable("".join(self.angle))
        if not bare and not self.angle:
            bare = _usable(re.sub(r"\s", "", phrase)) if "@" in phrase else ""
            if bare:
                phrase = "".join(self.comment)
        name = clean(decoded_words((phrase or "".join(self.comment)).strip()), _NAME_LIMIT)
        return Address(name, bare) if name or bare else None


def _read(text: str) -> list[Address]:  # noqa: C901, PLR0912 - one automaton, read as a whole
    found: list[Address] = []
    mailbox = _Mailbox()
    quoted = escaped = in_angle = False
    depth = 0

    def finish() -> None:
        address = mailbox.address()
        if address is not None:
            found.append(address)

    for character in text:
        place = mailbox.comment if depth else mailbox.angle if in_angle else mailbox.phrase
        if escaped:
            place.append(character)
            escaped = False
        elif character == "\\" and (quoted or depth):
            escaped = True
        elif character == '"' and not depth:
            quoted = not quoted
            if in_angle:
                place.append(character)
        elif quoted:
            place.append(character)
        elif character == "(":
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        elif depth:
            place.append(character)
        elif character == "<":
            in_angle = True
        elif character == ">":
            in_angle = False
        elif character in ",;" and not (in_angle and mailbox.angle[:1] == ["@"]):
            finish()
            mailbox = _Mailbox()
            in_angle = False
        elif character == ":" and not in_angle:
            mailbox = _Mailbox()
        else:
            place.append(character)
    finish()
    return found


def read_addresses(value: str, limit: int = 100) -> tuple[Address, ...]:
    """The mailboxes of an unfolded header value, in order; never raises.

    Group names are dropped, comments serve as the name where there is no other. A mailbox
    without a usable address keeps its name; one with neither is left out.

    Args:
        value: as it stands in the header, not decoded.
        limit: the most mailboxes to return.
    """
    value = value[:_TEXT_LIMIT]
    found = _read(value)
    # Some senders leave a quote open; some encode the whole mailbox, against RFC 2047, section 5.
    for mended in (value.replace('"', " "), decoded_words(value)):
        if any(address.address for address in found):
            break
        if mended != value:
            found = _read(mended) or found
    return tuple(found[:limit])

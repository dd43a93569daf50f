"""A person's name in From, and mailboxes that belong to an office instead of a person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from followupd.reading.names import without_accents, words
from followupd.reading.vocabulary import vocabulary

if TYPE_CHECKING:
    from followupd.reading.addresses import Address

_FULL_NAME = 2
"""Words that a person's name needs to be told by it."""

_ONE_WORD = 3
"""Signs of a name that is written without blanks, such as Yamada Taro's in Japanese."""

_MOST_WORDS = 12
_PIECES = re.compile(r"[._+\-=\d]+")


def person_name(written: str) -> frozenset[str]:
    """A person's name as it is compared: its words, without accents, titles and initials.

    "Fox, Dana" is Dana Fox. Empty for a name of one word, which says too little, and for an
    office's, such as "Acme Recruiting".
    """
    found = [without_accents(word) for word in words(written[:200])][:_MOST_WORDS]
    if any(word in vocabulary().offices for word in found):
        return frozenset()
    name = frozenset(w for w in found if len(w) > 1 and w not in vocabulary().honorifics)
    if len(name) >= _FULL_NAME:
        return name
    is_unspaced = all("\u3040" <= sign <= "\ud7af" for word in name for sign in word)
    return name if is_unspaced and any(len(word) >= _ONE_WORD for word in name) else frozenset()


def shown_words(written: str) -> frozenset[str]:
    """The words of a display name in which a person's name may stand: "Dana Fox via Lever"."""
    return frozenset(without_accents(word) for word in words(written[:200])[: 2 * _MOST_WORDS])


def name_in_address(address: Address) -> frozenset[str]:
    """The person's name that a mailbox is made of, dana.fox@; empty where it is none."""
    pieces = [piece for piece in _PIECES.split(address.local.split("+")[0]) if len(piece) > 1]
    return person_name(" ".join(pieces))


def is_office(address: Address) -> bool:
    """Whether a mailbox is an office's, or a machine's: no-reply@, jobs@, talent.acquisition@."""
    pieces = [piece for piece in _PIECES.split(address.local.split("+")[0]) if piece]
    return all(piece in vocabulary().offices for piece in pieces)


def hires(address: Address) -> bool:
    """Whether a mailbox says itself that it hires: careers@, acme-recruiting@."""
    return any(piece in vocabulary().hiring_words for piece in _PIECES.split(address.local))

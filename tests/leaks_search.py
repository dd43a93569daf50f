"""Looking for secrets in texts and files, also where they are encoded as mail protocols do.

A place that is made to hold a secret is told by what it is, never by its name: a file that only
its owner may read and that holds the secret on a line alone (a password file), or the tokens of
one account as `followupd.oauth` writes them (a token file). In anything else a secret is a find.
"""

from __future__ import annotations

import base64
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

SHORTEST: Final = 8
"""Characters below which a secret would be found by chance."""

_LARGEST: Final = 64 * 1024 * 1024
_LARGEST_PLACE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Watched:
    """A secret that is looked for.

    Attributes:
        name: what it is, for words; the value is never shown.
        forms: how it may stand somewhere.
    """

    name: str
    forms: tuple[bytes, ...]

    def is_in(self, data: bytes) -> bool:
        """Whether it stands there in any form."""
        return any(form in data for form in self.forms)


@dataclass(frozen=True, slots=True)
class Find:
    """A secret where none may be.

    Attributes:
        name: which one.
        where: in words.
    """

    name: str
    where: str

    def __str__(self) -> str:
        return f"{self.name} stands in {self.where}"


def watched(name: str, value: str) -> Watched:
    """A secret to be looked for.

    Raises:
        ValueError: it is too short to be told from chance.
    """
    if len(value) < SHORTEST:
        raise ValueError(f"{name} is too short to be looked for: give it {SHORTEST} characters")
    raw = value.encode()
    escaped = json.dumps(value)[1:-1].encode()
    percent = quote(value, safe="").encode()
    forms = (raw, escaped, percent, *_base64_forms(raw))
    return Watched(name, tuple(dict.fromkeys(forms)))


def _base64_forms(raw: bytes) -> Iterator[bytes]:
    """What is left of it in base64 whatever stands before and after it (RFC 4648, section 4)."""
    for offset, spoilt in ((0, 0), (1, 2), (2, 3)):
        length = offset + len(raw)
        encoded = base64.b64encode(bytes(offset) + raw)
        kept = len(encoded) - (0, 3, 2)[length % 3]
        yield encoded[spoilt:kept]


def in_text(text: str, secrets: Iterable[Watched], where: str) -> Iterator[Find]:
    """The secrets that stand in a text."""
    data = text.encode("utf-8", "surrogateescape")
    return (Find(each.name, where) for each in secrets if each.is_in(data))


def in_tree(
    root: Path, secrets: Iterable[Watched], without: Container[Path] = frozenset()
) -> Iterator[Find]:
    """The secrets that stand in files below a folder, where none may be; links are not followed.

    Args:
        root: the folder.
        secrets: those to be looked for.
        without: folders below it that are left out.
    """
    wanted = tuple(secrets)
    for folder, below, names in os.walk(root):
        below[:] = [each for each in below if Path(folder, each) not in without]
        for name in names:
            yield from _in_file(Path(folder, name), wanted)


def _in_file(path: Path, secrets: tuple[Watched, ...]) -> Iterator[Find]:
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or not 0 < found.st_size <= _LARGEST:
            return
        data = path.read_bytes()
    except OSError:  # gone meanwhile, or closed to us as it is to others
        return
    there = [each for each in secrets if each.is_in(data)]
    if there and not _is_made_for_secrets(found.st_mode, data):
        yield from (Find(each.name, str(path)) for each in there)


def _is_made_for_secrets(mode: int, data: bytes) -> bool:
    """Whether a file that holds a secret is made for that: a password file or a token file."""
    if mode & (stat.S_IRWXG | stat.S_IRWXO) or len(data) > _LARGEST_PLACE:
        return False
    line = data.removesuffix(b"\n")
    if b"\n" not in line and b"{" not in line and b" " not in line:
        return True
    from followupd.oauth.tokens import from_json

    try:
        return from_json(data.decode()) is not None
    except ValueError:
        return False

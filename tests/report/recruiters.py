"""Recruiters' mail that is public without a licence, read from clones and labelled by key.

Nothing of that mail may lie in this repository, so it is fetched by whoever wants to measure, and
only `recruiters.toml` beside this module says what each mail means. `mails` promises a fixed order
and keys that hold for the commits the labels were made on; a clone that has changed shape ends in
a `ValueError` rather than in texts under wrong keys.
"""

from __future__ import annotations

import base64
import binascii
import csv
import html
import quopri
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from followupd.reading.hypertext import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

LABELS = Path(__file__).with_name("recruiters.toml")

REJECTED = Path("Coderaulic+rejected", "src", "companies.js")
MUSTAF = Path("Mustaf4Abdullah+label_rejection_emails", "rejections.csv")
DOMINIK = Path("dominikjk+Data-Analysis-on-Rejection-Emails-", "Rejection Data - Sheet1.csv.xls")
SCRIPTNULL = Path("scriptnull+vishnubharathi.codes", "source", "_posts", "rejections.md")

_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)
      | (?P<mark>[\[\]{}:,])
      | (?P<word>[A-Za-z_$][\w$]*|-?\d+(?:\.\d+)?)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "\n": ""}
_HTML = re.compile(r"<(?:!doctype|html|head|body|div|p|br|table|span|td)\b", re.IGNORECASE)
_QUOTED_PRINTABLE = re.compile(r"=\r?\n|=3D|=C2=A0|=E2=80|=20\r?\n")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{80,}={0,2}\s*")
_RULE = re.compile(r"~(?: ~){2,} ?")


def mails(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """Read the labelled mail of all four sources.

    Args:
        folder: Holds a directory for each clone, named "owner+repository".

    Yields:
        (source, key, subject, text): source and key as in `recruiters.toml`; the subject is empty
        where the source gives none; the text is plain, with leftovers of transfer encodings and
        HTML undone.

    Raises:
        OSError: A clone or its file is missing.
        ValueError: A file is no longer what the labels were made on.
    """
    for source, read in (
        ("rejected", _rejected),
        ("dominik", _dominik),
        ("mustaf", _mustaf),
        ("scriptnull", _scriptnull),
    ):
        found = list(read(folder))
        keys = {key for key, _, _ in found}
        if keys != _labels()[source].keys() or len(keys) != len(found):
            raise ValueError(f"{source}: the mails found are not the ones that are labelled")
        for key, subject, text in found:
            yield source, key, subject, text


def label(source: str, key: str) -> str:
    """What a mail means: a meaning, or "own" or "unreadable".

    Raises:
        KeyError: There is no such mail.
    """
    return _labels()[source][key]


@cache
def _labels() -> dict[str, dict[str, str]]:
    """All labels by source and key."""
    return tomllib.loads(LABELS.read_text(encoding="utf-8"))


def _rejected(folder: Path) -> Iterator[tuple[str, str, str]]:
    """The mails among the entries of a JavaScript module; the author's narration is left out."""
    companies = _literal((folder / REJECTED).read_text(encoding="utf-8"))
    for company in _members(companies):
        if not isinstance(company, dict) or not isinstance(data := company.get("data"), dict):
            raise ValueError("rejected: an entry is no company")  # noqa: TRY004 - the file is at fault, no caller
        entries = zip(
            _members(data.get("headings")),
            _members(data.get("details")),
            _members(data.get("type")),
            strict=False,  # a narration at the end sometimes lacks its heading
        )
        for number, (heading, detail, kind) in enumerate(entries):
            if kind == "E" and not str(heading).startswith("Ghosted"):
                text = "\n\n".join(str(part) for part in _members(detail))
                yield f"{company.get('name')}/{number}", str(heading), text


def _dominik(folder: Path) -> Iterator[tuple[str, str, str]]:
    """The rows of a table without subjects."""
    with (folder / DOMINIK).open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            yield str(number), "", row["Email"]


def _mustaf(folder: Path) -> Iterator[tuple[str, str, str]]:
    """The rows of a table of raw body parts."""
    with (folder / MUSTAF).open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            yield str(number), _subject(row["Subject"]), _plain(row["Text"])


def _scriptnull(folder: Path) -> Iterator[tuple[str, str, str]]:
    """The mails between pairs of lines of tildes in a Markdown file."""
    lines = (folder / SCRIPTNULL).read_text(encoding="utf-8").splitlines()
    rules = [number for number, line in enumerate(lines) if _RULE.fullmatch(line)]
    if len(rules) % 2:
        raise ValueError("scriptnull: a mail does not end")
    for number, (begin, end) in enumerate(zip(rules[::2], rules[1::2], strict=True), 1):
        yield str(number), "", "\n".join(lines[begin + 1 : end]).strip()


def _subject(raw: str) -> str:
    """A subject on one line, out of what is sometimes the repr of bytes."""
    if raw.startswith(("b'", 'b"')) and raw.endswith(raw[1]):
        hexed = re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), raw[2:-1])
        raw = hexed.encode("latin-1", "replace").decode("utf-8", "replace")
    return " ".join(raw.split())


def _plain(raw: str) -> str:
    """The words of a body part that may still be encoded for transfer, or HTML, or both."""
    text = raw
    if _BASE64.fullmatch(raw):
        try:
            text = _decoded(base64.b64decode(raw))
        except binascii.Error:
            text = raw
    elif _QUOTED_PRINTABLE.search(raw):
        text = _decoded(quopri.decodestring(raw.encode()))
    return words_of(text) if _HTML.search(text) else html.unescape(text)


def _decoded(octets: bytes) -> str:
    """Text whose charset was lost: UTF-8, and where it is none, what Windows wrote."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def _members(value: object) -> list[object]:
    """The members of a list; anything else is one member."""
    return value if isinstance(value, list) else [value]


def _literal(source: str) -> object:
    """The first array in a JavaScript module of nothing but literals.

    Raises:
        ValueError: There is something other than literals in it.
    """
    start = source.find("[")
    if start < 0:
        raise ValueError("rejected: there is no array")
    tokens = list(_tokens(source, start))
    value, _ = _value(tokens, 0)
    return value


def _tokens(source: str, position: int) -> Iterator[tuple[str, str]]:
    """(sort, text) of each token until the array is closed."""
    depth = 0
    while position < len(source):
        if (found := _TOKEN.match(source, position)) is None:
            raise ValueError(f"rejected: not a literal at character {position}")
        position = found.end()
        sort, text = str(found.lastgroup), found[0]
        if sort == "skip":
            continue
        yield sort, text
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(text, 0) if sort == "mark" else 0
        if not depth:
            return
    raise ValueError("rejected: the array does not end")


def _value(tokens: list[tuple[str, str]], at: int) -> tuple[object, int]:
    """One value and the number of the token after it."""
    sort, text = tokens[at]
    if sort == "text":
        return _ESCAPE.sub(_unescaped, text[1:-1]), at + 1
    if sort == "word":
        return text, at + 1
    if text == "[":
        return _array(tokens, at + 1)
    if text == "{":
        return _table(tokens, at + 1)
    raise ValueError(f"rejected: {text!r} where a value belongs")


def _array(tokens: list[tuple[str, str]], at: int) -> tuple[list[object], int]:
    """The rest of an array after its bracket."""
    values: list[object] = []
    while tokens[at][1] != "]" or tokens[at][0] != "mark":
        value, at = _value(tokens, at)
        values.append(value)
        at += tokens[at] == ("mark", ",")
    return values, at + 1


def _table(tokens: list[tuple[str, str]], at: int) -> tuple[dict[str, object], int]:
    """The rest of an object after its brace."""
    table: dict[str, object] = {}
    while tokens[at] != ("mark", "}"):
        key, at = _value(tokens, at)
        if tokens[at] != ("mark", ":"):
            raise ValueError(f"rejected: no value for {key!r}")
        table[str(key)], at = _value(tokens, at + 1)
        at += tokens[at] == ("mark", ",")
    return table, at + 1


def _unescaped(found: re.Match[str]) -> str:
    """What an escape sequence in a string stands for (ECMA-262, section 12.9.4)."""
    text = found[1]
    if len(text) > 1:
        return chr(int(text.strip("ux{}"), 16))
    return _ESCAPED.get(text, text)

"""How well the new text of a mail is told from what it quotes: ours beside the libraries there are.

`python -m tests.report.quoting` prints a line for each: how many of the lines that a mail's
writer wrote are kept, and how many of the others (quotes, signatures, footers) leak through.
Which is which was found by reading the mails, and stands in `quoting.toml` as line numbers.
A library that is not installed is left out.
"""

from __future__ import annotations

import importlib
import re
import time
import tomllib
from dataclasses import dataclass
from difflib import SequenceMatcher
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from followupd.reading.body import TEXT_LIMIT, read_body
from followupd.reading.charsets import decoded
from followupd.reading.hypertext import words_of
from followupd.reading.newtext import new_text
from followupd.reading.text import clean_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpora"
_MAILING_LISTS = "stdlib-js+datasets-spam-assassin"
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "da", "sv", "no", "fi", "pt", "ru")


@dataclass(frozen=True, slots=True)
class Annotated:
    """A mail whose lines are known.

    Attributes:
        path: where it lies in the corpus.
        lines: the clean text of its body.
        new: the lines that were written for it, from 0; empty lines are in neither set.
        old: the lines that were quoted, or are a signature or a footer.
    """

    path: str
    lines: tuple[str, ...]
    new: frozenset[int]
    old: frozenset[int]


@dataclass(frozen=True, slots=True)
class Score:
    """How a way of finding the new text did.

    Attributes:
        new: how many lines are new text, and `kept`, how many of them are in what was found.
        old: how many are not, and `leaked`, how many of them are in it all the same.
        kept: see `new`.
        leaked: see `old`.
        flawless: of `mails` mails, in how many no line is missing and none leaks.
        mails: how many mails were read.
        slowest: the longest time a mail took, in seconds.
    """

    new: int
    kept: int
    old: int
    leaked: int
    flawless: int
    mails: int
    slowest: float

    def __str__(self) -> str:
        return (
            f"kept {self.kept}/{self.new} ({self.kept / max(self.new, 1):.1%}), "
            f"leaked {self.leaked}/{self.old} ({self.leaked / max(self.old, 1):.1%}), "
            f"flawless {self.flawless}/{self.mails}, slowest {self.slowest * 1000:.0f} ms"
        )


def text_of(path: Path) -> str:
    """The clean text of a mail, or of a fixture that is a text alone."""
    raw = path.read_bytes()
    if path.suffix == ".eml" or _MAILING_LISTS in str(path):
        return read_body(raw).text
    text = decoded(raw, None)
    return clean_lines(words_of(text) if path.suffix == ".html" else text, TEXT_LIMIT)


def _numbers(ranges: str) -> frozenset[int]:
    numbers: set[int] = set()
    for piece in ranges.split():
        first, _, last = piece.partition("-")
        numbers.update(range(int(first) - 1, int(last or first)))
    return frozenset(numbers)


def annotated() -> Iterator[Annotated]:
    """Every mail that `quoting.toml` names.

    Raises:
        FileNotFoundError: the corpus does not lie beside the checkout.
    """
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    for folder in data["folder"]:
        for name, new, neutral in folder["mails"]:
            path = f"{folder['path']}/{name}"
            lines = tuple(text_of(CORPUS / path).split("\n"))
            filled = frozenset(number for number, line in enumerate(lines) if line.strip())
            written = _numbers(new)
            yield Annotated(path, lines, written & filled, filled - written - _numbers(neutral))


def found_lines(lines: tuple[str, ...], found: str) -> frozenset[int]:
    """The lines of a mail that are in what was found of it, compared without blanks at the ends."""
    before = [line.strip() for line in lines]
    after = [line.strip() for line in found.split("\n")]
    matches = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return frozenset(number for match in matches for number in range(match.a, match.a + match.size))


def score(mails: list[Annotated], find: Callable[[str], str]) -> tuple[Score, list[str]]:
    """How `find` does on some mails, and the paths of those with a flaw."""
    kept = leaked = 0
    slowest = 0.0
    flawed: list[str] = []
    for mail in mails:
        started = time.perf_counter()
        found = found_lines(mail.lines, find("\n".join(mail.lines)))
        slowest = max(slowest, time.perf_counter() - started)
        kept += len(found & mail.new)
        leaked += len(found & mail.old)
        if mail.new - found or mail.old & found:
            missing, extra = sorted(mail.new - found), sorted(mail.old & found)
            flawed.append(
                f"{mail.path}: missing {[n + 1 for n in missing]}, leaked {[n + 1 for n in extra]}"
            )
    new, old = (sum(len(which) for which in sets) for sets in _sets(mails))
    return (
        Score(new, kept, old, leaked, len(mails) - len(flawed), len(mails), slowest),
        flawed,
    )


def _sets(mails: list[Annotated]) -> tuple[list[frozenset[int]], list[frozenset[int]]]:
    return [mail.new for mail in mails], [mail.old for mail in mails]


def _email_reply_parser() -> Callable[[str], str]:
    parser = importlib.import_module("email_reply_parser").EmailReplyParser
    return lambda text: str(parser.parse_reply(text))


def _mail_parser_reply() -> Callable[[str], str]:
    module = importlib.import_module("mailparser_reply")
    parser = module.EmailReplyParser(languages=list(_LANGUAGES))
    return lambda text: str(parser.parse_reply(text=text) or "")


def _quotequail() -> Callable[[str], str]:
    quote = importlib.import_module("quotequail").quote
    return lambda text: "\n".join(piece for shown, piece in quote(text) if shown)


def _email_reply_extractor() -> Callable[[str], str]:
    module = importlib.import_module("email_reply_extractor")
    return lambda text: str(module.clean_for_scoring(module.extract_new_text(text).text).text)


def _markers_alone() -> Callable[[str], str]:
    marked = re.compile(r"\s{0,4}>")
    return lambda text: "\n".join(x for x in text.split("\n") if not marked.match(x))


WAYS: dict[str, Callable[[], Callable[[str], str]]] = {
    "followupd": lambda: new_text,
    "email-reply-extractor": _email_reply_extractor,
    "mail-parser-reply": _mail_parser_reply,
    "email-reply-parser": _email_reply_parser,
    "quotequail": _quotequail,
    "lines without >": _markers_alone,
}
"""Each way of finding the new text, and what makes it ready; ImportError where it is missing."""


def main() -> None:
    """Print the comparison."""
    mails = list(annotated())
    groups = {
        "the fixtures of reply parsers": [m for m in mails if _MAILING_LISTS not in m.path],
        "mailing lists": [m for m in mails if _MAILING_LISTS in m.path],
    }
    for heading, group in groups.items():
        print(f"{heading}: {len(group)} mails")
        for name, make in WAYS.items():
            try:
                find = make()
            except ImportError:
                print(f"  {name}: not installed")
                continue
            try:
                version = f" {metadata.version(name)}"
            except metadata.PackageNotFoundError:
                version = ""
            found, flawed = score(group, find)
            print(f"  {name}{version}: {found}")
            if name == "followupd":
                print(*(f"    {line}" for line in flawed), sep="\n")


if __name__ == "__main__":
    main()

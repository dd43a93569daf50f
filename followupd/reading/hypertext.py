"""The words of an HTML mail, a line for each block, and what it quotes marked as quoted.

lxml reads the markup; this lays out what is seen. It does not show the mail: it serves to find
words and dates, so a link is its words and a picture is nothing. What is hidden is left out:
newsletters and applicant-tracking systems put there what their reader shall not see. What a
mail program marks as quoted begins with "> ", as in plain text, so that `newtext` knows it
whatever language the line above it is in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE_LIMIT = 128 * 1024
"""The most characters that are read: libxml2 takes quadratic time on one tag's attributes."""

_DEPTH_SHOWN = 8
"""The most marks of quotation before a line."""

_GMAIL_QUOTES = 100
"""How many of Gmail's containers are looked into: they may stand in each other."""

_UNSEEN = frozenset(
    {"applet", "area", "audio", "canvas", "datalist", "embed", "head", "iframe", "map", "math"}
    | {"noembed", "noframes", "object", "script", "select", "style", "svg", "template"}
    | {"textarea", "title", "video"}
)
_PARAGRAPHS = frozenset({"blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre"})
"""Blocks with space around them; "ul" and "table" too, but not where they only lay out."""

_BLOCKS = _PARAGRAPHS | frozenset(
    {"address", "article", "aside", "body", "caption", "center", "dd", "details", "dir", "div"}
    | {"dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "legend"}
    | {"li", "main", "menu", "nav", "section", "summary", "table", "tbody", "tfoot", "thead", "tr"}
    | {"ul"}
)
_CELLS = frozenset({"td", "th"})

_HIDDEN_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?(?![\d.])"
    r"|max-height\s*:\s*0(?:\.0+)?(?:px|pt|em|%)?\s*(?:;|!|$))",
    re.IGNORECASE,
)
_STYLE_LIMIT = 2000
_QUOTING_CLASS = re.compile(
    r"(?:^|\s|x_)(?:yahoo_quoted|ymail_quoted|protonmail_quote|tutanota_quote|zmail_extra"
    r"|gmail_attr|moz-cite-prefix|mail-editor-reference-message-container"
    r"|ms-outlook-mobile-reference-message|OutlookMessageHeader|moz-forward-container)(?:\s|$)",
    re.IGNORECASE,
)
"""What mail programs put around a quoted mail, or around the line that introduces it."""

_QUOTED_FROM_HERE = re.compile(r"(?:^|\s)(?:x_)*divRplyFwdMsg(?:\s|$)", re.IGNORECASE)
"""The `id` where Outlook begins what it quotes: that goes on to the end of the mail."""

_GMAIL_QUOTE = re.compile(r"(?:^|\s)(?:x_)*gmail_quote(?:_container)?(?:\s|$)", re.IGNORECASE)
_INDENTED_ONLY = re.compile(r"margin\s*:\s*0\S*\s+0\S*\s+0\S*\s+40px", re.IGNORECASE)
_PREHEADER = re.compile(r"(?:^|\s)(?:mcn)?pre-?header(?:text)?(?:\s|$)", re.IGNORECASE)
_BLANKS = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff\u034f\u00ad\u2007]+")


class _Page:
    """Lines as they are laid out, one after the other."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._line: list[str] = []
        self._begun = 0

    def add(self, text: str, depth: int) -> None:
        if not self._line:
            self._begun = depth
        self._line.append(text)

    def add_preformatted(self, text: str, depth: int) -> None:
        for number, line in enumerate(text.split("\n")):
            if number:
                self.end_line(empty=True)
            if line:
                self.add(line, depth)

    def end_line(self, *, empty: bool = False) -> None:
        text = "".join(self._line).strip()
        self._line.clear()
        if text:
            self.lines.append("> " * min(self._begun, _DEPTH_SHOWN) + text)
        elif empty and self.lines and self.lines[-1]:
            self.lines.append("")

    def end_paragraph(self) -> None:
        self.end_line()
        self.end_line(empty=True)


def _attribute(element: etree._Element, name: str) -> str:
    return (element.get(name) or "")[:_STYLE_LIMIT]


def _is_hidden(element: etree._Element) -> bool:
    if element.tag in ("html", "body"):
        return False
    style = _attribute(element, "style")
    return (
        element.get("hidden") is not None
        or (bool(style) and _HIDDEN_STYLE.search(style) is not None)
        or _PREHEADER.search(_attribute(element, "class")) is not None
    )


def _is_quote(element: etree._Element) -> bool:
    classes = _attribute(element, "class")
    if element.tag == "blockquote":
        # Webmail indents a paragraph with a blockquote, too.
        return not (
            _INDENTED_ONLY.search(_attribute(element, "style"))
            and element.get("type") is None
            and not _GMAIL_QUOTE.search(classes)
        )
    if _QUOTING_CLASS.search(classes) or element.get("name") == "quote":
        return True
    # Gmail's container also holds what is written between the quotes: those are blockquotes.
    return bool(_GMAIL_QUOTE.search(classes)) and not any(
        inner.tag == "blockquote" or "gmail_attr" in _attribute(inner, "class")
        for inner in _first(element, 200)
    )


def _first(element: etree._Element, count: int) -> Iterator[etree._Element]:
    for number, inner in enumerate(element.iterdescendants()):
        if number >= count:
            return
        yield inner


class _Layout:
    """A document while it is laid out."""

    def __init__(self, *, hidden_too: bool) -> None:
        self.page = _Page()
        self.hid_something = False
        self._hidden_too = hidden_too
        self._depth = 0
        self._preformatted = 0
        self._quotes: list[etree._Element] = []
        self._rest_quoted = False
        self._gmail_quotes = 0

    def write(self, text: str | None) -> None:
        if text and self._preformatted:
            self.page.add_preformatted(text, self._depth)
        elif text:
            self.page.add(_BLANKS.sub(" ", text), self._depth)

    def _break(self, element: etree._Element) -> None:
        if element.tag in _PARAGRAPHS:
            self.page.end_paragraph()
        elif element.tag in _BLOCKS:
            self.page.end_line()
        elif element.tag in _CELLS:
            self.write(" ")

    def start(self, element: etree._Element) -> bool:
        """Whether what is inside is to be laid out."""
        if element.tag in _UNSEEN:
            return False
        if not self._hidden_too and _is_hidden(element):
            self.hid_something = True
            return False
        self._break(element)
        if not self._rest_quoted and _QUOTED_FROM_HERE.search(_attribute(element, "id")):
            self.page.end_line()
            self._rest_quoted = True
            self._depth += 1
        self._gmail_quotes += "gmail_quote" in _attribute(element, "class")
        if self._gmail_quotes < _GMAIL_QUOTES and _is_quote(element):
            self.page.end_line()
            self._quotes.append(element)
            self._depth += 1
        self._preformatted += element.tag == "pre"
        if element.tag == "br":
            self.page.end_line(empty=True)
        self.write(element.text)
        return True

    def end(self, element: etree._Element) -> None:
        self._break(element)
        if self._quotes and self._quotes[-1] is element:
            self.page.end_line()
            self._quotes.pop()
            self._depth -= 1
        self._preformatted -= element.tag == "pre"


def _laid_out(root: etree._Element, *, hidden_too: bool = False) -> list[str]:
    layout = _Layout(hidden_too=hidden_too)
    skipped: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            if skipped is None and not layout.start(element):
                skipped = element
        elif skipped is None or skipped is element:
            if skipped is None:
                layout.end(element)
            skipped = None
            if element is not root:
                layout.write(element.tail)
    layout.page.end_line()
    if not layout.page.lines and layout.hid_something:
        return _laid_out(root, hidden_too=True)
    return layout.page.lines


def words_of(source: str) -> str:
    """The text of an HTML document, a line for each block; not clean. Never raises.

    Args:
        source: the document, or the beginning of one; at most 131,072 characters count, and
            what is nested more than 2,048 elements deep is not seen.

    Returns:
        The words that are seen; if none are, the words that are hidden. Paragraphs are parted
        by an empty line, and lines that are marked as quoted begin with "> ", once for each
        level.
    """
    octets = source[:_SOURCE_LIMIT].replace("\0", "\ufffd").encode("utf-8", "replace")
    # A parser is made for each document: they are not to be shared between threads.
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(octets, parser)
    except (etree.LxmlError, ValueError):
        return ""
    if root is None:
        return ""
    return "\n".join(_laid_out(root))

"""Templates: from the facts of a letter to its subject and its text.

A template is a Jinja2 file with a `subject` and a `body` block. It is text that the user may have
written, so every mistake in it is reported with the template, the line and the variable, and
`check` finds them all before the first one is due. In the body each line of the template is a
paragraph of its own: it is wrapped here, so a template holds its paragraphs as long lines.

Templates run in a sandbox with bounds (`sandbox.py`), without autoescaping, since the result is
plain text.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, fields
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING

from jinja2 import DictLoader, StrictUndefined, TemplateSyntaxError, nodes, pass_context
from jinja2 import TemplateError as JinjaError
from jinja2.exceptions import TemplateNotFound, TemplateRuntimeError
from jinja2.meta import find_undeclared_variables

from followupd.errors import TemplateError
from followupd.reading.text import clean, clean_lines
from followupd.writing.letter import Letter, sample_letters
from followupd.writing.sandbox import OUTPUT_LIMIT, Sandbox, bounded, bounded_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jinja2 import Template
    from jinja2.runtime import Context

FALLBACK_LANGUAGE = "en"
BLOCKS = ("subject", "body")
WIDTH = 72
"""Columns of a line of text, so that it may be quoted a few times within 76."""
SUBJECT_LIMIT = 200
_INDENT_LIMIT = 24

_VARIABLES = frozenset(field.name for field in fields(Letter)) | {"first_name"}
_UNDEFINED = re.compile(r"'(\w+)' is undefined")
_LIST_ITEM = re.compile(r"(?:[-*•]|\d{1,2}[.)])\s+")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Rendered:
    r"""A letter as text.

    Attributes:
        subject: one line, cleaned, at most 200 characters, never empty.
        body: lines of at most 72 columns, unless one word is longer, parted by `\n` and ended
            by one.
    """

    subject: str
    body: str


class Templates:
    """All templates, by language and name.

    Pure: the texts are handed in (`shipped.py` reads them), nothing is read later.
    """

    def __init__(self, sources: Mapping[str, str]) -> None:
        """Take the templates.

        Args:
            sources: the text of each template under its language and name: `en/check-in`.
        """
        self._sources = dict(sources)
        self._environment = Sandbox(
            loader=DictLoader(self._sources),
            undefined=StrictUndefined,
            autoescape=False,  # plain text: an ampersand in a name stays one
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=-1,
        )
        self._environment.filters["day"] = _day

    def render(self, name: str, language: str, letter: Letter) -> Rendered:
        """Write one letter.

        Args:
            name: the template's, without language and ending: `check-in`.
            language: ISO 639-1; where the template does not exist in it, English is used.
            letter: the facts; its texts are cleaned here.

        Raises:
            TemplateError: there is no such template, or it fails; names template, line and
                variable.
        """
        key = self._key(name, language)
        return self._rendered(key, self._compiled(key), letter.cleaned())

    def check(self, names: Iterable[str], languages: Iterable[str]) -> None:
        """Compile every named template in every language and render it with every sample.

        Raises:
            TemplateError: with every problem, one on each line.
        """
        problems: dict[str, None] = {}
        keys: dict[str, None] = {}
        for language in dict.fromkeys(languages):
            for name in dict.fromkeys(names):
                try:
                    keys[self._key(name, language)] = None
                except TemplateError as error:
                    problems[str(error)] = None
        for key in keys:
            problems.update(dict.fromkeys(self._problems(key)))
        if problems:
            raise TemplateError("\n".join(problems))

    def _problems(self, key: str) -> Iterator[str]:
        try:
            template = self._compiled(key)
        except TemplateError as error:
            yield str(error)
            return
        unknown = tuple(self._unknown_variables(key))
        yield from unknown
        if unknown:
            return  # rendering would only say the same again
        for letter in sample_letters():
            try:
                self._rendered(key, template, letter.cleaned())
            except TemplateError as error:
                yield str(error)

    def _key(self, name: str, language: str) -> str:
        for folder in (language.casefold(), FALLBACK_LANGUAGE):
            if f"{folder}/{name}" in self._sources:
                return f"{folder}/{name}"
        prefix = f"{FALLBACK_LANGUAGE}/"
        known = sorted(key.removeprefix(prefix) for key in self._sources if key.startswith(prefix))
        raise TemplateError(
            f'there is no template "{clean(name, 60)}" in "{clean(language, 20)}" nor in'
            f' "{FALLBACK_LANGUAGE}"; there are: {", ".join(known) or "none"}'
        )

    def _compiled(self, key: str) -> Template:
        try:
            return self._environment.get_template(key)
        except TemplateSyntaxError as error:
            where = error.name or key
            raise _error(where, error.lineno, error.message or "does not compile") from error
        except (JinjaError, RecursionError) as error:
            raise _error(key, None, _reason(error)) from error

    def _unknown_variables(self, key: str) -> Iterator[str]:
        """The mistakes that no sample would reach: names in a branch that none of them takes."""
        tree = self._environment.parse(self._sources[key], key)
        known = _VARIABLES | set(self._environment.globals) | set(_own_names(tree))
        unknown = find_undeclared_variables(tree) - known
        for variable in sorted(unknown):
            lines = [node.lineno for node in tree.find_all(nodes.Name) if node.name == variable]
            line = min(lines, default=None)
            yield str(_error(key, line, f'"{variable}" is no variable{_nearest(variable)}'))

    def _rendered(self, key: str, template: Template, letter: Letter) -> Rendered:
        blocks = self._blocks(key, template, letter)
        subject = clean(blocks["subject"], SUBJECT_LIMIT)
        if not subject:
            raise _error(key, None, "the subject is empty; write one into its subject block")
        body = _wrapped(blocks["body"])
        if not body.strip():
            raise _error(key, None, "the body is empty; write the letter into its body block")
        return Rendered(subject=subject, body=body)

    def _blocks(self, key: str, template: Template, letter: Letter) -> dict[str, str]:
        variables = {name: getattr(letter, name) for name in _VARIABLES}
        variables["range"] = bounded_range()
        context = template.new_context(variables)
        try:
            # The whole template first: it resolves `extends` and top-level `set` for the blocks.
            bounded(template.root_render_func(context))
            _require_blocks(context)
            return {block: bounded(context.blocks[block][0](context)) for block in BLOCKS}
        except TemplateSyntaxError as error:
            where = error.name or key
            raise _error(where, error.lineno, error.message or "does not compile") from error
        except Exception as error:  # a template is code of the user's: anything may come out of it
            raise _error(*_place(key, error), _reason(error)) from error


def _own_names(tree: nodes.Template) -> Iterator[str]:
    """The names that a template gives itself; Jinja2 does not follow them into blocks."""
    for name in tree.find_all(nodes.Name):
        if name.ctx != "load":
            yield name.name
    for macro in tree.find_all(nodes.Macro):
        yield macro.name
    for imported in tree.find_all(nodes.Import):
        yield imported.target
    for chosen in tree.find_all(nodes.FromImport):
        for entry in chosen.names:
            yield entry if isinstance(entry, str) else entry[1]


def _require_blocks(context: Context) -> None:
    for block in BLOCKS:
        if block not in context.blocks:
            raise TemplateRuntimeError(f'it has no block "{block}"')


@pass_context
def _day(context: Context, value: date) -> str:
    """The filter `day`: `Friday 4 December`, with the year where it is not today's.

    English words in English templates; in any other language the ISO 8601 date, which nobody
    misreads, as long as followupd does not know its names of days.
    """
    language = (context.name or "").partition("/")[0]
    if language != FALLBACK_LANGUAGE:
        return value.isoformat()
    text = f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]}"
    today = context.get("today")
    same_year = isinstance(today, date) and today.year == value.year
    return text if same_year else f"{text} {value.year}"


def _wrapped(text: str) -> str:
    """Wrap each line by itself; an indented line or a list item keeps its indentation."""
    lines: list[str] = []
    for line in clean_lines(text, OUTPUT_LIMIT).split("\n"):
        content = line.lstrip()
        indent = " " * min(len(line) - len(content), _INDENT_LIMIT)
        marker = _LIST_ITEM.match(content)
        hanging = indent + " " * (len(marker[0]) if marker else 0)
        lines += textwrap.wrap(
            content,
            WIDTH,
            initial_indent=indent,
            subsequent_indent=hanging,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def _error(key: str, line: int | None, what: str) -> TemplateError:
    place = f", line {line}" if line is not None else ""
    return TemplateError(f"template {key}{place}: {what}")


def _reason(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f'it uses a template "{clean(str(error), 60)}" that does not exist'
    if isinstance(error, RecursionError):
        return "it calls itself without end"
    text = clean(str(error), 200)
    found = _UNDEFINED.search(text)
    if found is not None:
        return f'"{found[1]}" is no variable{_nearest(found[1])}'
    if isinstance(error, JinjaError):
        return text
    return f"{text} ({type(error).__name__})"


def _nearest(variable: str) -> str:
    nearest = get_close_matches(variable, sorted(_VARIABLES), n=1)
    return f'; did you mean "{nearest[0]}"?' if nearest else ""


def _place(key: str, error: Exception) -> tuple[str, int | None]:
    """The innermost template and line that the error came out of."""
    where: tuple[str, int | None] = (key, None)
    trace = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            where = (template.name or key, template.get_corresponding_lineno(trace.tb_lineno))
        trace = trace.tb_next
    return where

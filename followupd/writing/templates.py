"""Templates: from the facts of a letter to its subject and its text.

A template is a Jinja2 file with a `subject` and a `body` block. It is text that the user may have
written, so every mistake in it is reported with the template, the line and the variable, and
`Templates.check` finds them all before the first one is due. In the body each line of the template
is a paragraph of its own: it is wrapped, so a template holds its paragraphs as long lines.

A template is known by its key: `<language>/<register>/<name>`, or `<language>/<name>` for both
registers. For a letter the nearest one is taken: that of its language and register, that of its
language, and then likewise in English.

Templates run in a sandbox with bounds (`sandbox.py`), without autoescaping, since the result is
plain text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from jinja2 import DictLoader, StrictUndefined, TemplateSyntaxError, nodes
from jinja2 import TemplateError as JinjaError
from jinja2.exceptions import TemplateNotFound, TemplateRuntimeError
from jinja2.meta import find_undeclared_variables

from followupd.domain.interview import Register
from followupd.errors import TemplateError
from followupd.reading.text import clean
from followupd.writing.days import day_filter
from followupd.writing.layout import wrapped
from followupd.writing.letter import REQUIRED, SHEETS, Letter, sample_letters
from followupd.writing.sandbox import OUTPUT_LIMIT, Sandbox, bounded, bounded_range
from followupd.writing.style import remarks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jinja2 import Template
    from jinja2.runtime import Context

FALLBACK_LANGUAGE = "en"
BLOCKS = ("subject", "body")
SUBJECT_LIMIT = 200
"""The most characters of a subject; the rest is cut."""

VARIABLES = frozenset(field.name for field in fields(Letter)) | {"first_name", "full_name"}
"""What a template may use."""

_UNDEFINED = re.compile(r"'(\w+)' is undefined")


@dataclass(frozen=True, slots=True)
class Key:
    """Which template; `register` is None for one that serves both."""

    language: str
    register: Register | None
    name: str

    @classmethod
    def of(cls, text: str) -> Key:
        """Read a key that `shipped.py` made: `en/formal/check-in` or `en/check-in`."""
        language, *register, name = text.split("/")
        return cls(language, Register(register[0]) if register else None, name)

    def __str__(self) -> str:
        return "/".join(filter(None, (self.language, self.register, self.name)))


@dataclass(frozen=True, slots=True)
class Review:
    """What there is to say of one template.

    Attributes:
        mistakes: why it does not work, one sentence each; empty when it works.
        remarks: what should be looked at in the letters it writes, one sentence each.
    """

    mistakes: tuple[str, ...]
    remarks: tuple[str, ...]


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
    """All templates, by language, register and name.

    Pure: the texts are handed in (`shipped.py` reads them), nothing is read later.
    """

    def __init__(self, sources: Mapping[str, str]) -> None:
        """Take the templates.

        Args:
            sources: the text of each template under its key: `en/formal/check-in`.
        """
        self._sources = dict(sources)
        self._environment = Sandbox(
            loader=DictLoader(self._sources),
            undefined=StrictUndefined,
            autoescape=False,  # plain text: an ampersand in a name stays one
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_printed,
            cache_size=-1,
        )
        self._environment.filters["day"] = day_filter

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every template there is, sorted."""
        return tuple(Key.of(key) for key in sorted(self._sources))

    def source(self, key: Key) -> str:
        """The text of a template."""
        return self._sources[str(key)]

    def key(self, name: str, language: str, register: Register) -> Key:
        """Which template writes a letter of that language and register.

        Raises:
            TemplateError: there is none, not even in English.
        """
        for folder in (language.casefold(), FALLBACK_LANGUAGE):
            for key in (Key(folder, register, name), Key(folder, None, name)):
                if str(key) in self._sources:
                    return key
        known = sorted({key.name for key in self.keys if key.language == FALLBACK_LANGUAGE})
        wanted = dict.fromkeys((language.casefold(), FALLBACK_LANGUAGE))
        where = " nor in ".join(f'"{clean(each, 20)}"' for each in wanted)
        raise TemplateError(
            f'there is no {register} template "{clean(name, 60)}" in {where};'
            f" there are: {', '.join(known) or 'none'}"
        )

    def render(self, name: str, language: str, letter: Letter) -> Rendered:
        """Write one letter, in its own register.

        Args:
            name: the template's, without language, register and ending: `check-in`.
            language: ISO 639-1; where the template does not exist in it, English is used.
            letter: the facts; its texts are cleaned here.

        Raises:
            TemplateError: there is no such template, what it requires was not given, or it
                fails; names template, line and variable.
        """
        key = self.key(name, language, letter.register)
        letter = letter.cleaned()
        missing = [each for each in REQUIRED.get(name, ()) if getattr(letter, each) is None]
        if missing:
            raise _error(key, None, f"it needs {' and '.join(missing)}, which was not given")
        return self._rendered(key, self._compiled(key), letter)

    def check(self, names: Iterable[str], language: str, keys: Iterable[Key]) -> None:
        """Make sure that templates are there, and try some with every sample letter.

        Args:
            names: what has to be there, in both registers.
            language: in which; ISO 639-1. English will do instead.
            keys: what is to be tried.

        Raises:
            TemplateError: with every problem, one on each line.
        """
        problems: dict[str, None] = {}
        for name in names:
            for register in Register:
                try:
                    self.key(name, language, register)
                except TemplateError as error:
                    problems[str(error)] = None
        for key in keys:
            problems |= dict.fromkeys(self.review(key).mistakes)
        if problems:
            raise TemplateError("\n".join(problems))

    def review(self, key: Key) -> Review:
        """Try one template with every sample letter that has what it requires."""
        try:
            template = self._compiled(key)
        except TemplateError as error:
            return Review((str(error),), ())
        unknown = tuple(self._unknown_variables(key))
        if unknown:
            return Review(unknown, ())  # rendering would only say the same again
        mistakes: dict[str, None] = {}
        noted: dict[str, None] = {}
        for letter in _samples(key):
            try:
                rendered = self._rendered(key, template, letter)
            except TemplateError as error:
                mistakes[str(error)] = None
                continue
            is_sheet = key.name in SHEETS
            for remark in remarks(rendered.subject, rendered.body, is_sheet=is_sheet):
                noted[f"template {key}: {remark}"] = None
        return Review(tuple(mistakes), tuple(noted))

    def _compiled(self, key: Key) -> Template:
        try:
            return self._environment.get_template(str(key))
        except TemplateSyntaxError as error:
            where = error.name or str(key)
            raise _error(where, error.lineno, error.message or "does not compile") from error
        except (JinjaError, RecursionError) as error:
            raise _error(key, None, _reason(error)) from error

    def _unknown_variables(self, key: Key) -> Iterator[str]:
        """The mistakes that no sample would reach: names in a branch that none of them takes."""
        tree = self._environment.parse(self.source(key), str(key))
        known = VARIABLES | set(self._environment.globals) | set(_own_names(tree))
        unknown = find_undeclared_variables(tree) - known
        for variable in sorted(unknown):
            lines = [node.lineno for node in tree.find_all(nodes.Name) if node.name == variable]
            line = min(lines, default=None)
            yield str(_error(key, line, f'"{variable}" is no variable{_nearest(variable)}'))

    def _rendered(self, key: Key, template: Template, letter: Letter) -> Rendered:
        blocks = self._blocks(key, template, letter)
        subject = clean(blocks["subject"], SUBJECT_LIMIT)
        if not subject:
            raise _error(key, None, "the subject is empty; write one into its subject block")
        body = wrapped(blocks["body"], OUTPUT_LIMIT, key.language)
        if not body.strip():
            raise _error(key, None, "the body is empty; write the letter into its body block")
        return Rendered(subject=subject, body=body)

    def _blocks(self, key: Key, template: Template, letter: Letter) -> dict[str, str]:
        variables = {name: getattr(letter, name) for name in VARIABLES}
        variables["range"] = bounded_range()
        context = template.new_context(variables)
        try:
            # The whole template first: it resolves `extends` and top-level `set` for the blocks.
            bounded(template.root_render_func(context))
            _require_blocks(context)
            return {block: bounded(context.blocks[block][0](context)) for block in BLOCKS}
        except TemplateSyntaxError as error:
            where = error.name or str(key)
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


def _printed(value: object) -> object:
    """What a template prints; a letter never says "None"."""
    if value is None:
        raise TemplateRuntimeError("a value is printed that is not there; ask with {% if %} first")
    return value


def _require_blocks(context: Context) -> None:
    for block in BLOCKS:
        if block not in context.blocks:
            raise TemplateRuntimeError(f'it has no block "{block}"')


def _samples(key: Key) -> Iterator[Letter]:
    """The letters to try a template with, in its language and register."""
    required = REQUIRED.get(key.name, ())
    for letter in sample_letters():
        if all(getattr(letter, each) is not None for each in required):
            for register in (key.register,) if key.register else Register:
                yield replace(letter, language=key.language, register=register).cleaned()


def _error(key: Key | str, line: int | None, what: str) -> TemplateError:
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
    nearest = get_close_matches(variable, sorted(VARIABLES), n=1)
    return f'; did you mean "{nearest[0]}"?' if nearest else ""


def _place(key: Key, error: Exception) -> tuple[str, int | None]:
    """The innermost template and line that the error came out of."""
    where: tuple[str, int | None] = (str(key), None)
    trace = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            where = (template.name or str(key), template.get_corresponding_lineno(trace.tb_lineno))
        trace = trace.tb_next
    return where

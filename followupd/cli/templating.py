"""`templates`: what letters there are, whose they are, and whether the user's own work.

A template of the user's own lies in their own folder and takes the place of the shipped one.
Nothing here ever writes over a file.
"""

from __future__ import annotations

import re
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from followupd.cli.configured import settings_of
from followupd.cli.findings import STYLES, State
from followupd.cli.screen import Screen, print_json
from followupd.config.user import TEMPLATES
from followupd.config.words import near, nearest, quoted
from followupd.domain.cadence import PROMISE, REMINDER
from followupd.domain.interview import Register
from followupd.errors import FollowupdError, UsageError
from followupd.writing.shipped import own_templates, place_of, shipped_templates
from followupd.writing.templates import Key, Templates

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from followupd.config import Settings
    from followupd.service.clock import Clock

_LANGUAGE = re.compile(r"[a-z]{2}")


@dataclass(frozen=True, slots=True)
class _Shelf:
    """All templates of a configuration; `own` holds the file of each of the user's."""

    settings: Settings
    templates: Templates
    own: Mapping[str, Path]

    @property
    def names(self) -> list[str]:
        return sorted({key.name for key in self.templates.keys})

    def chosen(self, arguments: Namespace) -> tuple[Key, str, Register]:
        """The template that was asked for, with the language and register that were.

        Raises:
            UsageError: there is none of that name, or the language is none.
        """
        user = self.settings.user
        language = (arguments.language or user.language).casefold()
        if not _LANGUAGE.fullmatch(language):
            raise UsageError(
                f"--language: {quoted(language)} must be two letters (ISO 639-1), such as en or de"
            )
        if arguments.name not in self.names:
            raise UsageError(
                f"there is no template {quoted(arguments.name)}; {near(arguments.name, self.names)}"
            )
        register = Register(arguments.register) if arguments.register else user.register
        return self.templates.key(arguments.name, language, register), language, register


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    languages: tuple[str, ...]
    registers: tuple[str, ...]
    own: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    key: str
    state: State
    detail: str


def list_all(arguments: Namespace, _clock: Clock) -> int:
    """Every template by its name: its languages, its registers, and which are the user's own."""
    shelf = _shelf(settings_of(arguments))
    rows = [_row(shelf, name) for name in shelf.names]
    if arguments.json:
        print_json([asdict(row) for row in rows])
        return 0
    Screen().table(
        ("TEMPLATE", "LANGUAGES", "REGISTERS", "YOURS"),
        [
            (row.name, ", ".join(row.languages), ", ".join(row.registers), ", ".join(row.own))
            for row in rows
        ],
    )
    return 0


def show(arguments: Namespace, _clock: Clock) -> int:
    """The text of the template that a letter of that language and register is made from."""
    shelf = _shelf(settings_of(arguments))
    key, language, _ = shelf.chosen(arguments)
    source = shelf.templates.source(key)
    own = shelf.own.get(str(key))
    if arguments.json:
        print_json(
            {
                "template": str(key),
                "name": key.name,
                "language": key.language,
                "register": key.register,
                "own": str(own) if own is not None else None,
                "text": source,
            }
        )
        return 0
    if key.language != language:
        _note_fallback(key, language)
    Screen().text(source)
    return 0


def copy(arguments: Namespace, _clock: Clock) -> int:
    """Copy a template into the user's own folder, where it wins over the shipped one.

    Raises:
        FollowupdError: there is such a file already, or it cannot be written.
    """
    settings = settings_of(arguments)
    shelf = _shelf(settings)
    key, language, register = shelf.chosen(arguments)
    copied = Key(language, register, key.name)
    target = place_of(_own_folder(settings), str(copied))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(shelf.templates.source(key))
    except FileExistsError:
        raise FollowupdError(
            f"{target} is there already and is used; nothing was changed"
        ) from None
    except OSError as error:
        raise FollowupdError(f"cannot write {target}: {error.strerror}") from error
    if arguments.json:
        print_json({"template": str(copied), "path": str(target)})
        return 0
    screen = Screen()
    if key.language != language:
        _note_fallback(key, language)
    screen.line(f"Copied to {target}.")
    screen.line(
        f"Every {register.value} {key.name} in {quoted(language)} is made from it from now on; "
        "`followupd run`, where it is running, reads it when it is started again or gets SIGHUP."
    )
    screen.line("When you have changed it, `followupd templates check` tries it.")
    return 0


def check(arguments: Namespace, _clock: Clock) -> int:
    """Try every template of the user's own; the exit code is 1 when one does not work."""
    shelf = _shelf(settings_of(arguments))
    findings = [finding for key in sorted(shelf.own) for finding in _findings(shelf, Key.of(key))]
    if arguments.json:
        print_json(
            [
                {
                    "template": each.key,
                    "path": str(shelf.own[each.key]),
                    "state": each.state.value,
                    "detail": each.detail,
                }
                for each in findings
            ]
        )
    else:
        screen = Screen()
        for each in findings:
            screen.line(f"{each.state.value}: {each.key}: {each.detail}", STYLES[each.state])
        if not findings:
            where = _own_folder(shelf.settings)
            screen.line(f"You have no templates of your own; they would lie in {where}.")
            screen.line("`followupd templates copy NAME` copies one to begin with.")
    return 1 if any(each.state is State.FAILED for each in findings) else 0


def _findings(shelf: _Shelf, key: Key) -> Iterator[_Finding]:
    review = shelf.templates.review(key)
    for state, said in ((State.FAILED, review.mistakes), (State.WARNING, review.remarks)):
        for sentence in said:
            detail = sentence.removeprefix(f"template {key}").lstrip(",: ")
            yield _Finding(str(key), state, detail)
    known = _known_names(shelf.settings)
    if key.name not in known:
        meant = nearest(key.name, sorted(known))
        hint = f"; did you mean {quoted(meant)}?" if meant else ""
        what = f"no step uses it; `followupd draft ID {key.name}` asks for it{hint}"
        yield _Finding(str(key), State.WARNING if meant else State.OK, what)
    elif not review.mistakes and not review.remarks:
        yield _Finding(str(key), State.OK, "works with every sample letter")


def _known_names(settings: Settings) -> set[str]:
    """The names that are used: those of shipped templates, and what a cadence names."""
    cadences = (settings.cadence, *settings.cadences.values())
    steps = [step for cadence in cadences for step in cadence.steps]
    named = {name for step in steps for name in (step.template, step.final_template) if name}
    return named | {PROMISE, REMINDER} | {Key.of(key).name for key in shipped_templates()}


def _shelf(settings: Settings) -> _Shelf:
    folder = settings.user.templates
    return _Shelf(settings, Templates(shipped_templates(folder)), own_templates(folder))


def _own_folder(settings: Settings) -> Path:
    """Where the user's own templates lie, or would: beside the configuration."""
    if settings.user.templates is not None:
        return settings.user.templates
    if settings.path is None:
        raise UsageError("user.templates: set the folder of your own templates")
    return settings.path.absolute().parent / TEMPLATES


def _row(shelf: _Shelf, name: str) -> _Row:
    keys = [key for key in shelf.templates.keys if key.name == name]
    served = [each.value for each in Register if any(key.register in (None, each) for key in keys)]
    return _Row(
        name=name,
        languages=tuple(dict.fromkeys(key.language for key in keys)),
        registers=tuple(served),
        own=tuple(str(key) for key in keys if str(key) in shelf.own),
    )


def _note_fallback(key: Key, language: str) -> None:
    Screen(sys.stderr).line(
        f"There is no {key.name} in the language {quoted(language)}: this is the English one."
    )

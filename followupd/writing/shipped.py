"""Where the templates come from: those that ship with followupd, and the user's own over them.

The only module of `writing` that touches files.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from followupd.domain.interview import Register
from followupd.errors import TemplateError
from followupd.shipping import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ENDING = ".j2"
SIZE_LIMIT = 64 * 1024
"""The most bytes of one template."""

_LANGUAGE = re.compile(r"[a-z]{2}")


def shipped_templates(own: Path | None = None) -> dict[str, str]:
    """Read all templates.

    Args:
        own: a folder of the user's, laid out as `<language>/<register>/<name>.j2` or
            `<language>/<name>.j2`. A template there takes the place of the shipped one of the
            same place; one without a register takes the place of both.

    Returns:
        The text of each template under its key, such as `en/formal/check-in`.

    Raises:
        TemplateError: a folder is missing, or a file cannot be read, is no UTF-8, is larger
            than 64 KiB or lies where no template belongs.
    """
    found = _read(shipped("templates"))
    return found if own is None else _over(found, _read(own))


def own_templates(folder: Path | None) -> dict[str, Path]:
    """The user's own templates: each file under its key; none where there is no folder.

    Raises:
        TemplateError: the folder is missing, or a file lies where no template belongs.
    """
    return {} if folder is None else dict(_listed(folder))


def place_of(folder: Path, key: str) -> Path:
    """The file that a template of that key lies in, below a folder of templates."""
    return folder / f"{key}{ENDING}"


def _over(shipped: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The user's own in place of the shipped ones, also where theirs serves both registers."""
    whole = {key for key in own if key.count("/") == 1}
    kept = {key: text for key, text in shipped.items() if _without_register(key) not in whole}
    return kept | dict(own)


def _without_register(key: str) -> str:
    parts = key.split("/")
    return f"{parts[0]}/{parts[-1]}"


def _read(folder: Path) -> dict[str, str]:
    return {key: _text(path) for key, path in _listed(folder)}


def _listed(folder: Path) -> Iterator[tuple[str, Path]]:
    try:
        if not folder.is_dir():
            raise TemplateError(f"there is no folder of templates at {folder}")
        paths = sorted(folder.rglob(f"*{ENDING}"))
    except OSError as error:
        raise TemplateError(f"cannot list the templates in {folder}: {error.strerror}") from error
    for path in paths:
        language, *register = (
            part.casefold() for part in path.relative_to(folder).parts[:-1] or ("",)
        )
        if not _LANGUAGE.fullmatch(language) or len(register) > 1:
            raise TemplateError(
                f"the template {path} lies outside a language folder; move it to"
                f" {folder / 'en' / path.name}, or the folder of its language"
            )
        if register and register[0] not in tuple(Register):
            raise TemplateError(
                f'the template {path} lies in "{register[0]}", which is no register; move it to'
                f" {' or '.join(str(folder / language / each / path.name) for each in Register)}"
            )
        yield "/".join((language, *register, path.stem)), path


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise TemplateError(f"cannot read the template {path}: {error.strerror}") from error
    if len(data) > SIZE_LIMIT:
        raise TemplateError(f"the template {path} is larger than {SIZE_LIMIT // 1024} KiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TemplateError(
            f"the template {path} is not UTF-8 (byte {error.start}); save it as UTF-8"
        ) from error

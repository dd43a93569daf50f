"""Where the templates come from: those that ship with followupd, and the user's own over them.

The only module of `writing` that touches files. In a checkout the templates lie in the top-level
`templates/`; in an installed wheel they lie inside the package.
"""

from __future__ import annotations

from pathlib import Path

from followupd.errors import TemplateError

_ENDING = ".j2"
_SIZE_LIMIT = 64 * 1024
_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_templates(own: Path | None = None) -> dict[str, str]:
    """Read all templates.

    Args:
        own: a folder of the user's, laid out as `<language>/<name>.j2`; a template there takes
            the place of the shipped one of the same language and name.

    Returns:
        The text of each template under its language and name, such as `en/check-in`.

    Raises:
        TemplateError: a folder is missing, or a file cannot be read, is no UTF-8, is larger
            than 64 KiB or lies outside a language folder.
    """
    inside = _PACKAGE / "templates"
    templates = _read(inside if inside.is_dir() else _PACKAGE.parent / "templates")
    if own is not None:
        templates |= _read(own)
    return templates


def _read(folder: Path) -> dict[str, str]:
    try:
        if not folder.is_dir():
            raise TemplateError(f"there is no folder of templates at {folder}")
        paths = sorted(folder.rglob(f"*{_ENDING}"))
    except OSError as error:
        raise TemplateError(f"cannot list the templates in {folder}: {error.strerror}") from error
    templates = {}
    for path in paths:
        place = path.relative_to(folder)
        if len(place.parts) != 2:  # noqa: PLR2004 - language and file
            raise TemplateError(
                f"the template {path} lies outside a language folder; move it to"
                f" {folder / 'en' / path.name}, or the folder of its language"
            )
        templates[f"{place.parts[0].casefold()}/{path.stem}"] = _text(path)
    return templates


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_SIZE_LIMIT + 1)
    except OSError as error:
        raise TemplateError(f"cannot read the template {path}: {error.strerror}") from error
    if len(data) > _SIZE_LIMIT:
        raise TemplateError(f"the template {path} is larger than {_SIZE_LIMIT // 1024} KiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TemplateError(
            f"the template {path} is not UTF-8 (byte {error.start}); save it as UTF-8"
        ) from error

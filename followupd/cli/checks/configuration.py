"""`check`: the configuration file, and the letters it leads to."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from followupd.cli.checks.line import failed, ok, warning
from followupd.errors import FollowupdError
from followupd.service.setup import checked_templates
from followupd.writing.shipped import own_templates

if TYPE_CHECKING:
    from pathlib import Path

    from followupd.cli.checks.line import Check
    from followupd.config import Settings


def configuration(settings: Settings) -> Check:
    """The file was read without a mistake; who else can read it, or write it?"""
    path, name = settings.path, "configuration"
    said = f"{path} has no mistakes"
    if path is None:
        return ok(name, "it has no mistakes")
    try:
        mode = path.stat().st_mode
        is_open = _others_get_to(path)
    except OSError:
        return ok(name, said)
    if mode & stat.S_IWOTH and is_open:
        what = f"{said}, but every user of this machine can change it, and so what followupd does"
        return failed(name, what, f"run `chmod o= {path}`")
    if mode & stat.S_IROTH and is_open:
        what = f"{said}; every user of this machine can read it: your address and your servers"
        return warning(name, what, f"run `chmod o= {path}` if that is not meant")
    return ok(name, said)


def _others_get_to(path: Path) -> bool:
    """Whether no folder above keeps other users out.

    Raises:
        OSError: one cannot be looked at.
    """
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.absolute().parents)


def templates(settings: Settings) -> Check:
    """The letters: each that a step needs is there, and the user's own work."""
    name, language = "templates", settings.user.language
    try:
        languages = {key.language for key in checked_templates(settings).keys}
        own = own_templates(settings.user.templates)
    except FollowupdError as error:
        told = "; ".join(line.strip() for line in str(error).split("\n"))
        return failed(
            name, told, "mend them, or move them away; `followupd templates check` tries each"
        )
    if language not in languages:
        what = f'there are none in the language "{language}": drafts are written in English'
        return warning(
            name, what, f'write your own, or set user.language to another than "{language}"'
        )
    said = f"yours work with every sample letter: {', '.join(own)}" if own else "none of your own"
    return ok(name, f"{said}; languages: {', '.join(sorted(languages))}")

"""The configuration file itself: what is there, what changes, and writing it in one step."""

from __future__ import annotations

import difflib
import os
import shlex
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from followupd.errors import FollowupdError
from followupd.replacing import put

if TYPE_CHECKING:
    from pathlib import Path


def text_of(path: Path) -> str | None:
    """What stands in the file; None where there is none.

    Raises:
        OSError, UnicodeDecodeError: it cannot be read.
    """
    try:
        # Not read_text: it would change the line breaks of other systems.
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return None


def difference(old: str, new: str, path: Path) -> str:
    """What changes, as a unified diff; "" for nothing."""
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"{path} (now)", f"{path} (new)", lineterm=""
    )
    return "\n".join(lines)


def write(path: Path, text: str, was: str | None) -> None:
    """Put the text there in one step, readable by nobody else; the whole of it or nothing.

    A link, as keepers of dotfiles have them, stays one.

    Args:
        path: absolute.
        text: the new configuration.
        was: what stood there when it was looked at; None for nothing.

    Raises:
        FollowupdError: it has been changed in between, or cannot be written.
    """
    target = path.resolve()
    try:
        refuse_unwritable(path)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if text_of(target) != was:
            raise FollowupdError(
                f"{path} was changed by somebody else meanwhile, and is left as it is; run "
                "`followupd init` again"
            )
        put(target, text.encode(), owner=_owner(target))
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise FollowupdError(f"{path} cannot be written: {reason}; nothing was changed") from None


def refuse_unwritable(path: Path) -> None:
    """Say beforehand that the file or its folder cannot be written.

    A file that is marked read-only was meant to be, though its folder would let it be replaced.

    Raises:
        FollowupdError: it cannot.
    """
    target = path.resolve()
    try:
        if not target.stat().st_mode & stat.S_IWUSR or not os.access(target, os.W_OK):
            raise FollowupdError(
                f"{path} is read-only, and is left as it is; if it may be changed, run "
                f"`chmod u+w {shlex.quote(str(target))}`"
            )
    except (FileNotFoundError, NotADirectoryError):
        pass
    folder = next(each for each in target.parents if each.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise FollowupdError(
            f"{path} cannot be written: nothing can be put into {folder}; name another file with "
            "--config, or let yourself write there"
        )


def _owner(target: Path) -> tuple[int, int] | None:
    """Whose the file is, where we would make it our own.

    Root may change what a service reads as another user, who could read it no longer.
    """
    if os.geteuid() != 0:
        return None
    with suppress(FileNotFoundError):
        was = target.stat()
        return was.st_uid, was.st_gid
    return None

r"""How a folder was found, for those who ask the user whether it is the right one.

Pure; the order is that of `find_folders`: an explicit key wins, else the server's own attribute
(RFC 6154), such as `\Drafts`, else the name.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from followupd.mailbox.responses import Folder


class FoundBy(StrEnum):
    """What spoke for a folder."""

    CONFIGURED = "configured"
    MARKED = "marked"
    NAMED = "named"


SAYS: Final = {
    FoundBy.CONFIGURED: "as you configured it",
    FoundBy.MARKED: "as the server marks it",
    FoundBy.NAMED: "by its name",
}
"""Each of them as a clause."""


def found_by(
    name: str, attribute: str, configured: str | None, folders: Iterable[Folder]
) -> FoundBy:
    r"""What spoke for a folder that `find_folders` has chosen for a role.

    Args:
        name: the folder, as the server spells it.
        attribute: that of the role, in lower case, such as `\drafts`.
        configured: what the configuration names for the role; None: nothing.
        folders: the answer to LIST.
    """
    if configured is not None:
        return FoundBy.CONFIGURED
    if any(folder.name == name and attribute in folder.flags for folder in folders):
        return FoundBy.MARKED
    return FoundBy.NAMED

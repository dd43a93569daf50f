"""Which folder is which, as it was found, and chosen from the list where that is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from followupd.cli.asking import ask, yes_or_no
from followupd.cli.init.wishes import sentence
from followupd.config.words import near, quoted
from followupd.errors import ServerRefused, UsageError
from followupd.mailbox.folders import INBOX, find_folders
from followupd.mailbox.found_by import SAYS, FoundBy, found_by
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from followupd.cli.asking import Questions
    from followupd.cli.init.wishes import Wishes
    from followupd.config import Imap
    from followupd.mailbox.folders import Roles
    from followupd.mailbox.responses import Folder

_ROLES: Final = {"drafts": "drafts are laid in", "sent": "you send from", "trash": "you delete to"}
_NAME_LIMIT: Final = 80
_MOST: Final = 60
_NONE: Final = ("none", "-")


def folder_questions(wishes: Wishes, imap: Imap, folders: Sequence[Folder]) -> Questions[Imap]:
    """Show which folder is which and have it put right.

    Args:
        wishes: what was said already.
        imap: as configured so far: what it names wins.
        folders: those of the mailbox.

    Raises:
        ServerRefused: there is no folder for drafts, or not the one that was named, and there is
            nobody to ask.
    """
    imap = replace(
        imap,
        drafts=wishes.drafts or imap.drafts,
        sent=wishes.sent or imap.sent,
        trash=wishes.trash or imap.trash,
    )
    while True:
        try:
            roles = find_folders(folders, imap)
        except ServerRefused as error:
            if not wishes.asks:
                raise
            imap = yield from _chosen(imap, None, folders, sentence(error))
            continue
        if not wishes.asks:
            return imap
        said = found_sentences(roles, imap, folders)
        if (yield from yes_or_no("Are these the right folders?", *said, default=True)):
            wishes.drafts, wishes.sent, wishes.trash = imap.drafts, imap.sent, imap.trash
            return imap
        imap = yield from _chosen(imap, roles, folders)


def found_sentences(roles: Roles, imap: Imap, folders: Sequence[Folder]) -> tuple[str, ...]:
    """Each folder with how it was found."""
    said = []
    for role, found in (("drafts", roles.drafts), ("sent", roles.sent), ("trash", roles.trash)):
        if found is None:
            said.append(f"{role.capitalize()}: none was found.")
        else:
            how = SAYS[found_by(found, f"\\{role}", getattr(imap, role), folders)]
            said.append(f"{role.capitalize()}: {_shown(found)} ({how}).")
    watched = ", ".join(map(_shown, roles.watched))
    how = (
        SAYS[FoundBy.CONFIGURED]
        if imap.folders is not None
        else "the inbox and what the server has for it"
    )
    return (*said, f"Answers are watched for in: {watched} ({how}).")


def _chosen(
    imap: Imap, roles: Roles | None, folders: Sequence[Folder], *said: str
) -> Questions[Imap]:
    """Ask for each role."""
    names = [folder.name for folder in folders if folder.selectable]
    listed = ", ".join(f"{number} {_shown(name)}" for number, name in enumerate(names[:_MOST], 1))
    before: tuple[str, ...] = (*said, f"There are: {listed}{', …' if len(names) > _MOST else ''}.")
    for role, what in _ROLES.items():
        usual = getattr(roles, role) if roles is not None else None
        name = yield from _one(role, what, usual, names, before)
        before = ()
        imap = _with(imap, role, name)
    watched = yield from _watched(imap, roles, names)
    return _without_needless(replace(imap, folders=watched), folders)


def _one(
    role: str, what: str, usual: str | None, names: Sequence[str], before: tuple[str, ...]
) -> Questions[str | None]:
    def read(answer: str) -> str | None:
        if not answer and usual is not None:
            return usual
        if role != "drafts" and (not answer or answer.casefold() in _NONE):
            return None
        name = named(answer, names)
        if name.upper() == INBOX:
            raise UsageError("The inbox cannot be this folder too.")
        return name

    enter = f"; Enter: {_shown(usual)}" if usual is not None else ""
    if usual is None and role != "drafts":
        enter = "; Enter: none"
    return (yield from ask(f"The folder that {what} (number or name{enter})", read, *before))


def _watched(
    imap: Imap, roles: Roles | None, names: Sequence[str]
) -> Questions[tuple[str, ...] | None]:
    usual = roles.watched if roles is not None else imap.folders or (INBOX,)

    def read(answer: str) -> tuple[str, ...] | None:
        if not answer:
            return imap.folders
        chosen = [named(each.strip(), names) for each in answer.split(",") if each.strip()]
        return tuple(dict.fromkeys(chosen)) or imap.folders

    text = "The folders that answers arrive in (numbers or names, parted by commas; Enter: "
    return (yield from ask(f"{text}{', '.join(map(_shown, usual))})", read))


def named(answer: str, names: Sequence[str]) -> str:
    """The folder that is meant, by its number in the list or by its name.

    Raises:
        UsageError: there is none.
    """
    if answer in names:
        return answer
    same = [name for name in names if name.casefold() == answer.casefold()]
    if len(same) == 1:
        return same[0]
    if answer.isascii() and answer.isdigit() and 1 <= int(answer[:9]) <= len(names):
        return names[int(answer) - 1]
    if not answer:
        raise UsageError("A folder is needed here; write its number or its name.")
    raise UsageError(f"There is no folder {quoted(answer)}; {near(answer, list(names)[:_MOST])}")


def _without_needless(imap: Imap, folders: Sequence[Folder]) -> Imap:
    """Leave out what would be found by itself anyway."""
    for role in _ROLES:
        bare = _with(imap, role, None)
        try:
            found = getattr(find_folders(folders, bare), role)
        except ServerRefused:
            continue
        if found == getattr(imap, role):
            imap = bare
    return imap


def _with(imap: Imap, role: str, name: str | None) -> Imap:
    match role:
        case "drafts":
            return replace(imap, drafts=name)
        case "sent":
            return replace(imap, sent=name)
        case _:
            return replace(imap, trash=name)


def _shown(name: str) -> str:
    return clean(name, _NAME_LIMIT)

"""`check`: what a mailbox can do, which folders it has, and when mail was last seen there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from followupd.cli.checks.line import failed, ok, warning
from followupd.cli.format import counted
from followupd.config.words import nearest
from followupd.errors import ServerRefused
from followupd.mailbox.folders import INBOX, find_folders
from followupd.mailbox.found_by import SAYS, found_by
from followupd.reading.text import clean
from followupd.service.filing import lays_copy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.cli.checks.line import Check, Wall
    from followupd.config import Account
    from followupd.mailbox.connection import Connection
    from followupd.mailbox.folders import Roles
    from followupd.mailbox.responses import Folder
    from followupd.store.records import Health

_NAME_LIMIT: Final = 80
_CAPABILITIES: Final = {
    "IDLE": "new mail is noticed by asking from time to time, so up to a minute later",
    "UIDPLUS": "a draft that an answer made needless can be removed only by moving it to the trash",
    "SPECIAL-USE": "folders are recognised by their names",
    "CONDSTORE": "",
}
"""What it means when a server lacks one; "" where nothing depends on it."""

_UNSEEN: Final = {
    "sent": "what you send cannot be seen",
    "trash": "a deleted draft is recognised only after a day",
}


def abilities(connection: Connection) -> Iterator[Check]:
    """What the server offers of what followupd can use, and what follows where it lacks some."""
    there = [each for each in _CAPABILITIES if connection.has(each)]
    yield ok("server", f"it offers {', '.join(there) or 'plain IMAP'}")
    for ability, otherwise in _CAPABILITIES.items():
        if otherwise and ability not in there:
            if ability == "UIDPLUS" and not connection.can_move:
                otherwise = "a draft that an answer made needless stays: you have to delete it"  # noqa: PLW2901 - without MOVE as well
            what = f"no {ability}: {otherwise}"
            yield warning(
                "server", what, "nothing can be done about it here; it works all the same"
            )


def folder_checks(
    connection: Connection, account: Account, folders: tuple[Folder, ...], roles: Roles
) -> Iterator[Check]:
    """Each folder that has a part to play: how it was found, and whether it can be opened."""
    imap = account.imap
    for role, name, configured in (
        ("drafts", roles.drafts, imap.drafts),
        ("sent", roles.sent, imap.sent),
        ("trash", roles.trash, imap.trash),
    ):
        check = f"{role} folder"
        if name is None:
            what = f"none was found, so {_UNSEEN[role]}"
            yield warning(check, what, f"name it in imap.{role}")
            continue
        how = SAYS[found_by(name, f"\\{role}", configured, folders)]
        yield _opened(connection, check, name, how, f"imap.{role}")
    if account.imap.folders is not None:
        how = "as you configured it"
    else:
        how = "answers are watched for there"
    for name in roles.watched:
        yield _opened(
            connection, f"watched folder {clean(name, _NAME_LIMIT)}", name, how, "imap.folders"
        )


def _opened(connection: Connection, check: str, name: str, how: str, key: str) -> Check:
    shown = clean(name, _NAME_LIMIT)
    try:
        mailbox = connection.examine(name)
    except ServerRefused as error:
        return failed(check, error, f"look at its rights, or name another one in {key}")
    return ok(check, f"{shown}, {how}; {counted(mailbox.exists, 'message')}")


def latest_mail(connection: Connection, health: Health | None, wall: Wall) -> Iterator[Check]:
    """When the newest mail in the INBOX came, and when followupd last looked."""
    try:
        came = _newest(connection, wall)
    except ServerRefused as error:
        yield failed("mail", error, "look into the INBOX with your mail program")
        return
    if health is None or (health.last_pass_at is None and not health.problem):
        yield ok("mail", f"{came}; followupd has not looked yet")
        return
    looked = (
        f"followupd last looked {wall.moment(health.last_pass_at)}"
        if health.last_pass_at is not None
        else "followupd has never been able to look"
    )
    if health.problem:
        since = f" since {wall.moment(health.problem_since)}" if health.problem_since else ""
        what = f"{came}; {looked}. What kept it{since}: {health.problem}"
        advice = "where all else here is right, it goes on by itself at the next look"
        yield warning("mail", what, advice)
        return
    yield ok("mail", f"{came}; {looked}")


def _newest(connection: Connection, wall: Wall) -> str:
    mailbox = connection.examine(INBOX)
    found = connection.headers(connection.search("UID", "*")[-1:]) if mailbox.exists else []
    if not found:
        return "the INBOX is empty"
    at = found[0].internaldate
    return f"the newest in the INBOX came {wall.moment(at)}" if at else "there is mail in the INBOX"


def approval(account: Account, wanted: str, folders: tuple[Folder, ...]) -> Check:
    """What becomes of what the user moves into the approval folder, and whether it is there."""
    name, shown = "approval folder", clean(wanted, _NAME_LIMIT)
    try:
        roles = find_folders(folders, account.imap, wanted)
    except ServerRefused as error:
        return failed(name, error, "set accounts.approval.folder")
    if roles.approval is None:
        meant = nearest(wanted, [folder.name for folder in folders if folder.selectable])
        hint = f"; did you mean {clean(meant, _NAME_LIMIT)}?" if meant is not None else ""
        return failed(name, f"there is no folder {shown}", f"create it in your mail program{hint}")
    said = f"a draft that you move into {shown} is sent within sending hours"
    if not lays_copy(account):
        return ok(name, f"{said}; no copy is laid into Sent")
    if roles.sent is None:
        what = f"{said}, but no copy is kept: no sent folder was found"
        return warning(name, what, "name it in imap.sent")
    return ok(name, f"{said}; a copy is laid into {clean(roles.sent, _NAME_LIMIT)}")

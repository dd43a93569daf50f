"""What may leave the mailbox: drafts that the user approves, and a digest to themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from followupd.cli.asking import yes_or_no
from followupd.cli.init.servers import Choice, Chosen, server_questions
from followupd.cli.init.wishes import sentence, settle
from followupd.config.clocks import clock_of
from followupd.config.settings import Digest, DigestWay, Smtp
from followupd.config.words import is_control, quoted
from followupd.errors import FollowupdError, ServerRefused, UsageError
from followupd.mailbox.folders import INBOX, find_folders
from followupd.providers.servers import Protocol, Server
from followupd.reading.text import clean
from followupd.smtp import files_own_copy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from followupd.cli.asking import Questions
    from followupd.cli.init.outside import Outside
    from followupd.cli.init.wishes import Wishes
    from followupd.config import Account
    from followupd.mailbox.responses import Folder
    from followupd.providers.finding import Found
    from followupd.secrets import Secret

_WHAT_IT_IS: Final = (
    (
        "followupd lays drafts down, and you send them. If you like, a draft that you move into a "
        "folder of its own is sent for you, within working hours; nothing else ever is."
    ),
)
_FOLDER: Final = ("Followups", "Send")
_OF_BRIDGE: Final = ("Folders", "Labels")
"""Below these Proton Mail Bridge has everything that the user makes; neither holds a message."""
_NAME_LIMIT: Final = 80
_NONE: Final = ("none", "no", "off", "-")


def sending_questions(
    wishes: Wishes,
    account: Account,
    found: Found,
    folders: Sequence[Folder] | None,
    secret: Secret | None,
    outside: Outside,
) -> Questions[Account]:
    """Ask whether approved drafts are to be sent, and by which server.

    Args:
        wishes: what was said already.
        account: as it is so far.
        found: what was found by the address.
        folders: those of the mailbox; None where they are not known.
        secret: the password that was typed, if one was.
        outside: what is tried.

    Raises:
        FollowupdError: it does not work, and there is nobody to ask.
    """
    wants = wishes.approval_folder is not None or account.approval_folder is not None
    if (wishes.approval_folder or "").casefold() in _NONE:
        wants = False
    if wishes.asks and wishes.approval_folder is None:
        text = "Is a draft to be sent when you move it into such a folder?"
        wants = yield from yes_or_no(text, *_WHAT_IT_IS, default=wants)
        if not wants:
            wishes.approval_folder = _NONE[0]
    if not wants:
        keeps = account.smtp if wishes.smtp_host is None else None
        without = replace(account, approval_folder=None, copy_to_sent=None)
        if wishes.smtp_host is None:
            return replace(without, smtp=keeps)
        return (yield from _server(wishes, without, found, secret, outside))
    folder = yield from _folder(wishes, account, folders)
    is_missing = folders is not None and not _is_there(folder, folders)
    if is_missing and not (yield from _created(wishes, account, folder, secret, outside)):
        wishes.approval_folder = _NONE[0]
        return replace(account, approval_folder=None, copy_to_sent=None)
    sending = yield from _server(wishes, account, found, secret, outside)
    if sending.smtp is None:
        outside.tell("Without a server nothing can be sent, so there is no approval folder either.")
        return replace(sending, approval_folder=None, copy_to_sent=None)
    copies = _copies(account, sending.smtp, found)
    return replace(sending, approval_folder=folder, copy_to_sent=copies)


def _copies(account: Account, smtp: Smtp, found: Found) -> bool | None:
    """Whether a copy is to be laid into Sent, where the server's name does not tell it."""
    provider = found.provider
    is_its_own = provider is not None and smtp.host == getattr(provider.smtp, "host", None)
    if account.copy_to_sent is None and provider is not None and is_its_own:
        return False if provider.files_own_copy and not files_own_copy(smtp.host) else None
    return account.copy_to_sent


def _is_there(folder: str, folders: Sequence[Folder]) -> bool:
    return any(each.name == folder for each in folders)


def _created(
    wishes: Wishes, account: Account, folder: str, secret: Secret | None, outside: Outside
) -> Questions[bool]:
    """Let the user create the folder, since followupd creates none; False where they do not."""
    shown = clean(folder, _NAME_LIMIT)
    missing = f"There is no folder {shown} yet; create it in your mail program."
    if not wishes.asks:
        raise FollowupdError(f"--approval-folder: {missing}")
    said: tuple[str, ...] = (
        missing,
        "It is the one folder that followupd needs and does not make.",
    )
    while True:
        text = "Is it there now? (no: go on without it)"
        if not (yield from yes_or_no(text, *said, default=True)):
            return False
        try:
            folders = outside.sign_in(account.name, account.imap, secret)
        except FollowupdError as error:
            said = (sentence(error),)
            continue
        if _is_there(folder, folders):
            return True
        said = (missing,)


def _folder(wishes: Wishes, account: Account, folders: Sequence[Folder] | None) -> Questions[str]:
    usual = account.approval_folder or usual_folder(folders or ())
    imap = account.imap
    taken = {INBOX, *(imap.folders or ()), *filter(None, (imap.drafts, imap.sent, imap.trash))}

    def read(answer: str) -> str:
        folder = answer or usual
        if any(is_control(each) for each in folder):
            raise UsageError("The name of a folder holds no control character.")
        if folder.casefold() in {each.casefold() for each in taken}:
            raise UsageError(
                f"{quoted(folder)} serves something else, and whatever lies in the approval folder "
                "is sent; name a folder of its own."
            )
        if folders is not None:
            try:
                find_folders(folders, imap, folder)
            except ServerRefused as error:
                raise UsageError(str(error)) from None
        return folder

    text = f"Name of that folder (Enter: {usual})"
    folder = yield from settle(wishes, "approval_folder", text, read)
    # Enter is a yes, too: whoever goes on from here has said it.
    wishes.approval_folder = folder
    return folder


def usual_folder(folders: Sequence[Folder]) -> str:
    """What the approval folder is usually called, spelled as this server spells its folders."""
    others = [folder for folder in folders if folder.name.upper() != INBOX]
    marks = (each.delimiter for each in folders)
    mark = next((each for each in marks if each and each.isprintable()), "/")
    if set(_OF_BRIDGE) <= {each.name for each in others if not each.selectable}:
        return f"{_OF_BRIDGE[0]}{mark}{' '.join(_FOLDER)}"
    below = f"{INBOX}{mark}"
    is_below = bool(others) and all(each.name.upper().startswith(below) for each in others)
    return f"{below if is_below else ''}{mark.join(_FOLDER)}"


def _server(
    wishes: Wishes,
    account: Account,
    found: Found,
    secret: Secret | None,
    outside: Outside,
) -> Questions[Account]:
    """Come to a server for sending that takes the login."""
    imap, smtp = account.imap, account.smtp
    known = None
    if smtp is not None:
        known = Chosen(Server(smtp.host, smtp.port, smtp.security), smtp.username, smtp.ca_file)
    choice = Choice(Protocol.SMTP, found.smtp, known, imap.username, imap.ca_file)
    while True:
        typed = wishes.smtp_username
        chosen = yield from server_questions(wishes, choice, outside, may_leave=True)
        if chosen is None:
            return replace(account, smtp=None)
        server = chosen.server
        source = smtp.password if smtp is not None else imap.password
        new = Smtp(
            server.host,
            server.port,
            server.security,
            typed or _username(account, chosen, found),
            source,
            chosen.ca_file or imap.ca_file,
        )
        wishes.smtp_username = new.username
        try:
            if wishes.tries:
                outside.sign_in_smtp(account.name, new, secret if source == imap.password else None)
        except FollowupdError as error:
            if not wishes.asks:
                raise
            another = yield from yes_or_no(
                "Try another server? (no: keep this one, and look at it later with "
                "`followupd check`)",
                sentence(error),
                default=True,
            )
            if another:
                _forget(wishes)
                choice = replace(choice, known=None, found=())
                continue
        return replace(account, smtp=new)


def _username(account: Account, chosen: Chosen, found: Found) -> str:
    """Whom the server for sending is told: mostly the same as the mailbox, as it was put right."""
    if account.smtp is not None:
        return account.smtp.username
    is_usual = chosen.username in {each.username for each in found.imap}
    return account.imap.username if is_usual else chosen.username


def _forget(wishes: Wishes) -> None:
    wishes.smtp_host = wishes.smtp_port = wishes.smtp_security = wishes.smtp_username = None


def digest_questions(
    wishes: Wishes, account: str, known: Digest | None
) -> Questions[Digest | None]:
    """Ask for the daily message.

    Args:
        wishes: what was said already.
        account: the name of the one it would go to.
        known: as configured before.
    """
    usual = f"{known.at:%H:%M}" if known is not None else "none"

    def read(answer: str) -> Digest | None:
        if (answer or usual).casefold() in _NONE:
            return None
        at = clock_of(answer or usual)
        if at is None:
            raise UsageError(f"{quoted(answer)} is no time of 24 hours; write for example 08:00.")
        if known is not None:
            return replace(known, at=at)
        return Digest(at, DigestWay.IMAP, account)

    said = "A message to yourself, once a day and only with news: what is new, due, going cold."
    text = f"When is it to lie in your inbox? (such as 08:00, or none; Enter: {usual})"
    return (yield from settle(wishes, "digest_at", text, read, said))

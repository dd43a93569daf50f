"""A change to a configuration that is there already: the user's comments and other keys stay.

Pure: the text and what is wanted in, the new text out. Only what differs from what the text
already says is touched. What came out is read again, and given back only where it says exactly
what was wanted and nothing else changed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Comment, Item, Table

from followupd.config.load import parse
from followupd.config.places import Places
from followupd.config.settings import OAuth
from followupd.config.writing import (
    account_text,
    digest_text,
    digest_values,
    imap_values,
    oauth_values,
    sending_text,
    smtp_values,
    user_text,
    user_values,
    written,
)
from followupd.errors import ConfigError, FollowupdError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from followupd.config.settings import Account, Settings
    from followupd.config.writing import Value


Body = list[Any]
"""What tomlkit keeps of a section: pairs of a key, or None for comments and blanks, and an item."""


def changed_text(text: str, before: Settings, after: Settings, today: date | None = None) -> str:
    """The text that says `after`, where `text` says `before`.

    Args:
        text: a configuration without mistakes.
        before: what it says.
        after: likewise but for the user, the digest, and one account that was changed or added.
        today: as `parse` takes it.

    Raises:
        FollowupdError: the text is written in a way in which it cannot be changed; the message
            holds what is to be put there by hand.
    """
    # A file of another system's editor stays one, also where we add to it.
    has_returns = 0 < text.count("\r\n") == text.count("\n")
    try:
        changed = _changed(text.replace("\r\n", "\n") if has_returns else text, before, after)
        if has_returns:
            changed = changed.replace("\n", "\r\n")
        found = parse(changed, before.path, today)
    except (TOMLKitError, ConfigError, TypeError, KeyError, AttributeError, ValueError):
        raise _by_hand(before, after) from None
    # What is left to the provider's usual limits follows the host by itself.
    pairs = zip(after.accounts, found.accounts, strict=False)
    accounts = tuple(replace(account, limits=read.limits) for account, read in pairs)
    if replace(found, path=after.path) != replace(after, accounts=accounts):
        raise _by_hand(before, after)
    return changed


def _changed(text: str, before: Settings, after: Settings) -> str:
    text = _swapped(text, before, after)
    document = tomlkit.parse(text)
    _set(document["user"], user_values(before.user), user_values(after.user))
    known = {account.name: account for account in before.accounts}
    for number, account in enumerate(after.accounts):
        old = known.get(account.name)
        if old is not None and old != account:
            is_last = account is after.accounts[-1] and _last_name(document) == "accounts"
            _change_account(document["accounts"][number], old, account, is_followed=not is_last)
    if after.digest != before.digest:
        old_digest = digest_values(before.digest) if before.digest is not None else {}
        new_digest = digest_values(after.digest) if after.digest is not None else {}
        _change_section(document, "digest", old_digest, new_digest)
    elif after.digest is not None and after.digest.account and len(after.accounts) > 1:
        # With one account it need not be said whose digest it is.
        _set(document["digest"], {}, _unsaid(document["digest"], after.digest.account))
    changed = tomlkit.dumps(document)
    for account in after.accounts:
        if account.name not in known:
            changed = f"{changed.rstrip()}\n\n{account_text(account)}"
    return changed


def _swapped(text: str, before: Settings, after: Settings) -> str:
    """What stands there as it was once written is written anew, with its words of why."""
    text = text.replace(user_text(before.user), user_text(after.user), 1)
    old_accounts = {account.name: account for account in before.accounts}
    for number, new in enumerate(after.accounts):
        old = old_accounts.get(new.name)
        if old is None or old == new:
            continue
        start, end = _stretch(text, number)
        own = text[start:end]
        swapped = own.replace(account_text(old), account_text(new), 1)
        if swapped == own:
            swapped = own.replace(sending_text(old), sending_text(new), 1)
        text = text[:start] + swapped + text[end:]
    if after.digest != before.digest:
        text = text.replace(digest_text(before.digest), digest_text(after.digest), 1)
    return text


def _stretch(text: str, number: int) -> tuple[int, int]:
    """From where to where an account may reach: from its line to that of the next one."""
    places = Places(text)
    lines = text.splitlines(keepends=True)
    first = places.line_of(("accounts", number)) or 1
    # Asked for one that is not there it names the line of the whole list.
    following = places.line_of(("accounts", number + 1)) or 0
    last = following if following > first else len(lines) + 1
    return sum(map(len, lines[: first - 1])), sum(map(len, lines[: last - 1]))


def _unsaid(digest: Any, account: str) -> dict[str, Value | None]:
    return {} if "account" in digest else {"account": account}


def _last_name(document: tomlkit.TOMLDocument) -> str:
    """What the last section of the file is called."""
    return next(name.key for name, _ in reversed(document.body) if name is not None)


def _change_account(table: Any, old: Account, new: Account, *, is_followed: bool) -> None:
    _set(table, {"address": old.address}, {"address": new.address})
    _change_section(table, "imap", imap_values(old), imap_values(new))
    _change_section(table, "oauth", _oauth(old), _oauth(new), is_followed=is_followed)
    old_smtp = smtp_values(old, old.smtp) if old.smtp is not None else {}
    new_smtp = smtp_values(new, new.smtp) if new.smtp is not None else {}
    if "smtp" in table and new_smtp:
        _keep_said(table["smtp"], old_smtp, old, new)
    _change_section(table, "smtp", old_smtp, new_smtp, is_followed=is_followed)
    _change_section(table, "approval", _approval(old), _approval(new), is_followed=is_followed)


def _oauth(account: Account) -> dict[str, Value | None]:
    grant = account.imap.password
    return oauth_values(grant) if isinstance(grant, OAuth) else {}


def _approval(account: Account) -> dict[str, Value | None]:
    if account.approval_folder is None:
        return {}
    return {"folder": account.approval_folder, "copy_to_sent": account.copy_to_sent}


def _keep_said(table: Any, old_smtp: dict[str, Value | None], old: Account, new: Account) -> None:
    """Let what was said outright, and was that of the mailbox, be found again as a difference."""
    for key in ("username", "password", "ca_file"):
        same = getattr(old.imap, key) == getattr(new.imap, key)
        if key in table and old_smtp.get(key) is None and not same:
            old_smtp[key] = ""


def _change_section(
    holder: Any,
    key: str,
    old: Mapping[str, Value | None],
    new: Mapping[str, Value | None],
    *,
    is_followed: bool = False,
) -> None:
    """Bring one section up to date: it may be new, or no longer wanted.

    Args:
        holder: what it is in.
        key: what it is called there.
        old: what it says; empty where there is none.
        new: what it is to say; empty where there is to be none.
        is_followed: whether another section comes after the holder, perhaps with words above it.
    """
    if not new:
        if key in holder:
            _take_out(holder, key)
    elif key in holder:
        _set(holder[key], old, new)
    else:
        section = tomlkit.table()
        _set(section, {}, new)
        section.add(tomlkit.nl())
        if is_followed:
            section.value.body.extend(_words_of_what_follows(_end_of(holder)))
        holder.add(key, section)


def _take_out(holder: Any, key: str) -> None:
    """Take a section out, and leave the words below its last key, which are of what follows."""
    body: Body = holder.value.body if isinstance(holder, Table) else holder.body
    place = next(n for n, (name, _) in enumerate(body) if name is not None and name.key == key)
    words = _without_keys(_end_of(holder[key]))
    sections = [item for _, item in body[:place] if isinstance(item, Table | AoT)]
    del holder[key]
    if sections:
        _end_of(sections[-1]).extend(words)


def _end_of(item: Any) -> Body:
    """What the last section below an item holds, where whatever follows it in the file stands."""
    if isinstance(item, AoT):
        return _end_of(item.body[-1])
    body: Body = item.value.body if isinstance(item, Table) else []
    last = next((item for name, item in reversed(body) if name is not None), None)
    return _end_of(last) if isinstance(last, Table | AoT) else body


def _without_keys(body: Body) -> Body:
    """Take what stands below the last key off the end."""
    taken: Body = []
    while body and body[-1][0] is None:
        taken.insert(0, body.pop())
    return taken


def _words_of_what_follows(body: Body) -> Body:
    """Take the comment off the end that stands right above the next section, and belongs to it."""
    words: Body = []
    while body and body[-1][0] is None and isinstance(body[-1][1], Comment):
        words.insert(0, body.pop())
    return words


def _set(table: Any, old: Mapping[str, Value | None], new: Mapping[str, Value | None]) -> None:
    """Write what differs, take out what is back at its default, leave the rest as it is."""
    for key, value in new.items():
        if value == old.get(key):
            continue
        if value is None:
            if key in table:
                del table[key]
        elif key in table:
            table[key] = _item(value)
        else:
            _put(table, key, _item(value))


def _put(table: Any, key: str, item: Item) -> None:
    """Put a new key below the last one, above the empty lines and comments that follow it."""
    body = table.value.body if isinstance(table, Table) else []
    after = _without_keys(body)
    table.add(key, item)
    body.extend(after)


def _item(value: Value) -> Item:
    """The value as tomlkit holds it, spelled as in a new configuration."""
    return tomlkit.value(written(value))


def _by_hand(before: Settings, after: Settings) -> FollowupdError:
    """What to say when the text cannot be changed."""
    old = {account.name: account for account in before.accounts}
    wanted = [each for each in after.accounts if old.get(each.name) != each]
    blocks = "\n".join(account_text(account) for account in wanted)
    where = f"{before.path}" if before.path is not None else "the configuration"
    return FollowupdError(
        f"{where} is written in a way in which it cannot be changed by a program; nothing was "
        f"changed. Put this in by hand:\n{blocks}"
    )

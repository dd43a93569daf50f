"""A configuration as a person likes to read it: what was chosen, and one line of why for each.

Pure: checked values in, TOML out. What equals its default is left out, or stands there as a
comment where that helps. Read back, the text gives the values it was written from, and it never
holds a secret: a value only says where one comes from.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

import tomlkit

from followupd.config.accounts import IMAP_PORTS, SMTP_PORTS
from followupd.config.settings import (
    DigestWay,
    OAuth,
    PasswordKind,
    Security,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from followupd.config.settings import Account, Digest, Imap, PasswordSource, Smtp, User

_WIDTH: Final = 79
"""So that a terminal of 80 columns breaks no line of it."""

_HEAD: Final = (
    "The configuration of followupd, as `followupd init` wrote it. Change what you like, or run "
    "`followupd init` again; `followupd check` tries it and explains what it finds. Every other "
    "key, with its default: `followupd init --example`."
)
_NO_SENDING: Final = (
    "Nothing is ever sent from here. To have a draft sent when you move it into a folder of its "
    "own, add these two sections, or run `followupd init` again."
)
_NO_APPROVAL: Final = (
    "To have a draft sent when you move it into a folder of its own, name that folder."
)
_APPROVAL: Final = (
    "A draft that you move into this folder is sent, within the sending hours of whom it goes to. "
    "Move it out before that, and it is not. The folder must serve nothing else."
)
_GRANT: Final = (
    "In place of a password: what you granted in your browser, and can take back at the provider. "
    "`followupd login` renews it."
)
_DIGEST: Final = "A message to yourself, once a day: what is new, what is due, what goes cold."
_WHENCE: Final = "Where the password comes from; it never stands here, as this file is copied."
_SPECIAL: Final = {
    "drafts": ("Where drafts are laid.", "Drafts"),
    "sent": ("Where sent mail is filed, to see what you sent.", "Sent"),
    "trash": ("Where deleted drafts go: deleting one means no.", "Trash"),
}

Value = str | int | bool | tuple[str, ...] | dict[str, str | bool]
"""What stands behind a key: a text, a number, a list of texts, or an inline table."""


def configuration_text(user: User, account: Account, digest: Digest | None) -> str:
    """A whole new configuration with one account."""
    lines = [*_said(_HEAD), "", *_user(user), "", *_account(account), "", *_digest(digest)]
    return "\n".join(lines) + "\n"


def account_text(account: Account) -> str:
    """The sections of one account, to be put below those that are there."""
    return "\n".join(_account(account)) + "\n"


def user_text(user: User) -> str:
    """The section about the user."""
    return "\n".join(_user(user)) + "\n"


def sending_text(account: Account) -> str:
    """The sections of an account about sending, or the words that stand in their place."""
    return "\n".join(_sending(account)) + "\n"


def digest_text(digest: Digest | None) -> str:
    """The section about the digest, or the words that stand in its place."""
    return "\n".join(_digest(digest)) + "\n"


def written(value: Value) -> str:
    """A value as TOML on one line."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {written(each)}' for key, each in value.items())} }}"
    if isinstance(value, tuple):
        return f"[{', '.join(written(each) for each in value)}]"
    return tomlkit.item(value).as_string()


def source_value(source: PasswordSource) -> dict[str, str | bool]:
    """A source as it stands in the configuration, such as `{ keyring = true }`."""
    kind = source.kind
    return {kind.value: True if kind is PasswordKind.KEYRING else source.value}


def server_values(
    server: Imap | Smtp, *, ports: Mapping[Security, int], like: Imap | None, address: str
) -> dict[str, Value | None]:
    """The keys of a section about a server; None for one that is left out, being its default.

    Args:
        server: its values.
        ports: the usual port of each kind of protection.
        like: the mailbox whose values a section about sending takes where it is silent.
        address: of the account: the usual user name of the mailbox.
    """
    usual_name = like.username if like is not None else address
    usual_file = like.ca_file if like is not None else None
    own = like is None or server.password != like.password
    source = server.password if own and not isinstance(server.password, OAuth) else None
    return {
        "host": server.host,
        "port": server.port if server.port != ports[server.security] else None,
        "security": server.security.value if server.security is not Security.TLS else None,
        "username": server.username if server.username != usual_name else None,
        "password": source_value(source) if source is not None else None,
        "ca_file": str(server.ca_file) if server.ca_file != usual_file else None,
    }


def imap_values(account: Account) -> dict[str, Value | None]:
    """The keys of [accounts.imap]; None for one that is left out."""
    imap = account.imap
    return {
        **server_values(imap, ports=IMAP_PORTS, like=None, address=account.address),
        "folders": imap.folders,
        "drafts": imap.drafts,
        "sent": imap.sent,
        "trash": imap.trash,
    }


def smtp_values(account: Account, smtp: Smtp) -> dict[str, Value | None]:
    """The keys of [accounts.smtp]; None for one that is left out."""
    return server_values(smtp, ports=SMTP_PORTS, like=account.imap, address=account.address)


def oauth_values(oauth: OAuth) -> dict[str, Value | None]:
    """The keys of [accounts.oauth]; None for one that is left out."""
    is_keyring = oauth.tokens.kind is PasswordKind.KEYRING
    secret = oauth.client_secret
    return {
        "provider": oauth.provider,
        "client_id": oauth.client_id,
        "client_secret": source_value(secret) if secret is not None else None,
        "tokens": None if is_keyring else source_value(oauth.tokens),
        "scopes": oauth.scopes,
        "ca_file": str(oauth.ca_file) if oauth.ca_file is not None else None,
    }


def digest_values(digest: Digest) -> dict[str, Value | None]:
    """The keys of [digest]; None for one that is left out."""
    return {
        "at": f"{digest.at:%H:%M}",
        "via": digest.via.value if digest.via is not DigestWay.IMAP else None,
        "account": digest.account or None,
        "url": source_value(digest.url) if digest.url is not None else None,
    }


def user_values(user: User) -> dict[str, Value | None]:
    """The keys of [user] that are asked for; None for one that is left out."""
    return {
        "name": user.name,
        "timezone": user.timezone.key,
        "holidays": user.holidays,
        "language": user.language,
        "register": user.register.value,
    }


def _user(user: User) -> Iterator[str]:
    values = user_values(user)
    yield "[user]"
    yield from _why("Stands in From and below every draft.", "name", values)
    yield from _why("Your dates and sending hours are meant in it.", "timezone", values)
    if user.holidays is None:
        yield from _said("Public holidays are no working days. Here only weekends are free.")
        yield '# holidays = "DE-BE"'
    else:
        yield from _why("Public holidays are no working days.", "holidays", values)
    yield from _why("The language of drafts where an interview names no other.", "language", values)
    yield from _why('"formal" or "friendly", where an interview does not say.', "register", values)
    yield from _said(
        "Days of your own on which nothing is laid into Drafts, first and last included."
    )
    yield '# days_off = ["2026-12-24 to 2027-01-02"]'


def _account(account: Account) -> Iterator[str]:
    yield "[[accounts]]"
    yield from _said("What commands and the log call it.")
    yield f"name = {written(account.name)}"
    yield from _said(
        "Drafts come from this address, and mail from it is never taken for an answer."
    )
    yield f"address = {written(account.address)}"
    yield from _said("Your other addresses: mail from them is yours as well.")
    if account.aliases:
        yield f"aliases = {written(account.aliases)}"
    else:
        yield '# aliases = ["robin@example.net"]'
    yield ""
    yield from _imap(account)
    oauth = account.imap.password
    if isinstance(oauth, OAuth):
        yield ""
        yield from _said(_GRANT)
        yield "[accounts.oauth]"
        yield from _section(oauth_values(oauth))
    yield ""
    yield from _sending(account)


def _imap(account: Account) -> Iterator[str]:
    values = imap_values(account)
    yield "[accounts.imap]"
    yield from _server(values)
    yield from _said("Where answers may arrive. Default: the inbox and what the server has for it.")
    yield from _chosen_or_example("folders", values, ("INBOX",))
    for key, (why, example) in _SPECIAL.items():
        usual = f" Default: the folder the server calls \\{example}."
        yield from _said(f"{why}{usual if values[key] is None else ''}")
        yield from _chosen_or_example(key, values, example)


def _sending(account: Account) -> Iterator[str]:
    smtp = account.smtp
    if smtp is None:
        yield from _said(_NO_SENDING)
        yield from ("# [accounts.smtp]", '# host = "smtp.example.org"')
        yield from ("# [accounts.approval]", '# folder = "Followups/Send"')
        return
    yield from _said(
        "For what you approve, and a digest by mail. What is not said is as for the mailbox."
    )
    yield "[accounts.smtp]"
    yield from _server(smtp_values(account, smtp))
    yield ""
    if account.approval_folder is None:
        yield from _said(_NO_APPROVAL)
        yield "# [accounts.approval]"
        yield '# folder = "Followups/Send"'
        return
    yield from _said(_APPROVAL)
    yield "[accounts.approval]"
    yield f"folder = {written(account.approval_folder)}"
    if account.copy_to_sent is not None:
        yield from _said("Whether a copy is laid into Sent.")
        yield f"copy_to_sent = {written(account.copy_to_sent)}"


def _digest(digest: Digest | None) -> Iterator[str]:
    if digest is None:
        yield from _said(f"{_DIGEST} There is none.")
        yield from ("# [digest]", '# at = "08:00"')
        return
    yield from _said(_DIGEST)
    yield "[digest]"
    yield from _section(digest_values(digest))


def _server(values: Mapping[str, Value | None]) -> Iterator[str]:
    for key, value in values.items():
        if key not in _OF_A_SERVER or value is None:
            continue
        if (why := _OF_A_SERVER[key]) is not None:
            yield from _said(why)
        yield f"{key} = {written(value)}"


_OF_A_SERVER: Final = {
    "host": None,
    "port": None,
    "security": None,
    "username": "What you sign in with.",
    "password": _WHENCE,
    "ca_file": "The certificate that is trusted, in place of the authorities of this system.",
}
"""The keys of a server's section, each with one line of why where it needs one."""


def _said(text: str) -> Iterator[str]:
    """Words as a comment."""
    lines = textwrap.wrap(text, _WIDTH - 2, break_long_words=False, break_on_hyphens=False)
    return (f"# {line}" for line in lines)


def _section(values: Mapping[str, Value | None]) -> Iterator[str]:
    return (f"{key} = {written(value)}" for key, value in values.items() if value is not None)


def _why(why: str, key: str, values: Mapping[str, Value | None]) -> Iterator[str]:
    value = values[key]
    if value is not None:
        yield from _said(why)
        yield f"{key} = {written(value)}"


def _chosen_or_example(
    key: str, values: Mapping[str, Value | None], example: Value
) -> Iterator[str]:
    value = values[key]
    yield f"# {key} = {written(example)}" if value is None else f"{key} = {written(value)}"

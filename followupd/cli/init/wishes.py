"""What was typed after `init`, and what was answered since: the two are the same thing.

An answer is kept as what might have been typed, so that there is one way to read it, and so that
whoever is interrupted can be told the line that goes on from there. No secret is ever kept here.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeVar

from followupd.cli.asking import ask
from followupd.errors import FollowupdError, UsageError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from pathlib import Path

    from followupd.cli.asking import Questions
    from followupd.config import Settings

T = TypeVar("T")


@dataclass(slots=True)
class Wishes:
    """Each field is the text of the option of its name, or None where nothing was said yet.

    Attributes:
        asks: whether there is somebody to ask; else what was not said is left at its default.
        tries: whether servers are tried.
        service: whether the user's service is to be installed and started.
        has_password: whether a password came on standard input.
    """

    name: str | None = None
    address: str | None = None
    account: str | None = None
    imap_host: str | None = None
    imap_port: str | None = None
    imap_security: str | None = None
    imap_username: str | None = None
    ca_file: str | None = None
    smtp_host: str | None = None
    smtp_port: str | None = None
    smtp_security: str | None = None
    smtp_username: str | None = None
    password_from: str | None = None
    oauth_provider: str | None = None
    client_id: str | None = None
    client_secret_from: str | None = None
    scopes: str | None = None
    drafts: str | None = None
    sent: str | None = None
    trash: str | None = None
    timezone: str | None = None
    holidays: str | None = None
    language: str | None = None
    register: str | None = None
    approval_folder: str | None = None
    digest_at: str | None = None
    asks: bool = True
    tries: bool = True
    service: bool | None = None
    has_password: bool = False


_OWN = ("asks", "tries", "service", "has_password")
TEXTS = tuple(each.name for each in fields(Wishes) if each.name not in _OWN)
"""The options that take a text, by the names of their fields."""


def wishes_of(arguments: Namespace, *, asks: bool) -> Wishes:
    """What was typed."""
    return Wishes(
        **{name: getattr(arguments, name) for name in TEXTS},
        asks=asks,
        tries=not arguments.no_try,
        service=arguments.service,
        has_password=arguments.password_stdin,
    )


def option(name: str) -> str:
    """How the option of a field is typed."""
    return f"--{name.replace('_', '-')}"


def command_line(wishes: Wishes, config: Path | None) -> str:
    """The line that goes on from here; quoted for a shell, and without any secret."""
    words = ["followupd", "init"]
    if config is not None:
        words += ["--config", str(config)]
    for name in TEXTS:
        if (value := getattr(wishes, name)) is not None:
            # What begins with a hyphen would be taken for an option.
            is_joined = value.startswith("-")
            words += [f"{option(name)}={value}"] if is_joined else [option(name), value]
    if wishes.service is not None:
        words.append("--service" if wishes.service else "--no-service")
    if not wishes.tries:
        words.append("--no-try")
    return shlex.join(words)


def refuse_incomplete(wishes: Wishes, settings: Settings | None, zone: str) -> None:
    """Name everything that is missing where nobody can be asked.

    Args:
        wishes: what was typed.
        settings: the configuration that there is.
        zone: the time zone of this machine; "" where it cannot be known.

    Raises:
        UsageError: something is missing.
    """
    needed = {
        "--name": wishes.name or settings,
        "--address": wishes.address or _is_there(wishes, settings),
        "--password-from, --password-stdin or --oauth-provider": (
            wishes.password_from
            or wishes.has_password
            or wishes.oauth_provider
            or _is_there(wishes, settings)
        ),
        "--client-id": wishes.client_id or not wishes.oauth_provider,
        "--timezone": wishes.timezone or settings or zone,
    }
    missing = [name for name, said in needed.items() if not said]
    if missing:
        *most, last = missing
        what = f"{', '.join(most)} and {last}" if most else last
        raise UsageError(
            f"{what} {'are' if most else 'is'} missing; `followupd init` alone, on a terminal, "
            "asks for everything"
        )


def _is_there(wishes: Wishes, settings: Settings | None) -> bool:
    """Whether the account that is meant has been configured before."""
    accounts = settings.accounts if settings is not None else ()
    if wishes.account is None and wishes.address is not None:
        return any(account.address == wishes.address for account in accounts)
    return any(account.name == wishes.account for account in accounts)


def sentence(error: FollowupdError) -> str:
    """What an error says, as a whole sentence."""
    said = str(error)
    return said if said.endswith((".", "?")) else f"{said}."


def settle(
    wishes: Wishes,
    field: str,
    text: str,
    read: Callable[[str], T],
    *before: str,
) -> Questions[T]:
    """What was typed as an option, else the answer to a question.

    Where nobody can be asked, it is what Enter would be.

    Args:
        wishes: what was typed; the answer is kept in it.
        field: the option's.
        text: the question.
        read: makes something of the text; "" where the user only pressed Enter. It raises
            `UsageError` for what cannot be used.
        before: sentences to be said before the question.

    Raises:
        UsageError: what was typed cannot be used, or something is needed, and there is nobody to
            ask.
    """

    def kept(answer: str) -> T:
        found = read(answer)
        # What Enter stands for may be another next time.
        setattr(wishes, field, answer or None)
        return found

    typed: str | None = getattr(wishes, field)
    if typed is not None or not wishes.asks:
        try:
            return read(typed or "")
        except UsageError as error:
            said = f"{option(field)}: {error}"
            if not wishes.asks:
                raise UsageError(said) from None
            setattr(wishes, field, None)
            before = (*before, said)
    return (yield from ask(text, kept, *before))

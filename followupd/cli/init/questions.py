"""All questions of `init`, in their order, from nothing to a whole configuration; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from followupd.cli.asking import ask
from followupd.cli.init.folders import folder_questions
from followupd.cli.init.places import living_questions
from followupd.cli.init.sending import digest_questions, sending_questions
from followupd.cli.init.server_words import in_ascii
from followupd.cli.init.servers import Choice, Chosen, found_sentences, server_questions
from followupd.cli.init.signing_in import sign_in_questions
from followupd.cli.init.wishes import settle
from followupd.config.accounts import ADDRESS, NAME
from followupd.config.settings import (
    Account,
    Imap,
    PasswordKind,
    PasswordSource,
    Security,
    Settings,
    User,
)
from followupd.config.words import is_control, quoted
from followupd.domain.cadence import BUILT_IN, Cadence
from followupd.errors import UsageError
from followupd.providers.finding import Found
from followupd.providers.presets import preset_of
from followupd.providers.servers import Protocol, Server
from followupd.reading.text import clean

if TYPE_CHECKING:
    from followupd.cli.asking import Questions
    from followupd.cli.init.outside import Outside
    from followupd.cli.init.signing_in import Signed
    from followupd.cli.init.wishes import Wishes
    from followupd.secrets import Secret

_FIRST: Final = "personal"
_NAME_LIMIT: Final = 200
_INTRODUCTION: Final = (
    "This writes the configuration, with some questions; Enter takes what is proposed.",
    "Nothing is written before the last of them, and Ctrl-C leaves.",
)
_KEYRING: Final = PasswordSource(PasswordKind.KEYRING, "")


@dataclass(frozen=True, slots=True)
class Plan:
    """What the answers come to.

    Attributes:
        settings: as they are to be.
        account: the one that was asked about.
        secret: what is to be stored for it; None: nothing.
        is_signed_in: whether the server took it.
    """

    settings: Settings
    account: Account
    secret: Secret | None
    is_signed_in: bool


def init_questions(wishes: Wishes, known: Settings | None, outside: Outside) -> Questions[Plan]:
    """Ask for everything that was not typed.

    Args:
        wishes: what was typed; the answers are kept in it.
        known: the configuration that there is.
        outside: what the questions learn from.

    Raises:
        UsageError: what was typed cannot be used, or something is missing and nobody can be asked.
        FollowupdError: a server does not work, and nobody can be asked.
    """
    account = yield from _account(wishes, known)
    is_first = known is None or account is not None
    name = yield from _name(wishes, known, outside, asks=is_first)
    address, found = yield from _address(wishes, account, outside)
    if account is None:
        account = Account(wishes.account or _FIRST, address, (), _blank(address), None, None)
        chosen_before = None
    else:
        imap = account.imap
        server = Server(imap.host, imap.port, imap.security)
        # Another address is likely another mailbox.
        kept = address == account.address
        chosen_before = Chosen(server, imap.username, imap.ca_file) if kept else None
        account = replace(account, address=address)
    provider = found.provider
    # It runs on this machine, and there is nothing to be reached before it does.
    is_here = provider is not None and provider.private_certificate
    choice = Choice(
        Protocol.IMAP,
        found.imap,
        chosen_before,
        address,
        said=found_sentences(found),
        switch_on=provider.switch_on if provider is not None and is_here else "",
    )
    chosen = yield from server_questions(wishes, choice, outside)
    assert chosen is not None, "a mailbox there must be"  # noqa: S101 - for the type
    account = replace(account, imap=_with_server(account.imap, chosen))
    signed = yield from sign_in_questions(
        wishes, account, provider, outside, is_known=chosen_before is not None
    )
    account = yield from _folders(wishes, signed)
    user = yield from _user(wishes, known, name, outside, asks=is_first)
    account = yield from sending_questions(
        wishes, account, found, signed.folders, signed.secret, outside
    )
    settings = _settings(user, account, known)
    digest = settings.digest
    if is_first or wishes.digest_at is not None:
        digest = yield from digest_questions(wishes, account.name, digest)
    settings = replace(settings, digest=digest)
    return Plan(settings, account, signed.secret, signed.folders is not None)


def _account(wishes: Wishes, known: Settings | None) -> Questions[Account | None]:
    """The account that is to be changed; None for a new one."""
    if known is None:
        if wishes.account is not None:
            wishes.account = _account_name(wishes.account, "--account: ")
        return None
    names = [account.name for account in known.accounts]
    if wishes.account is None and not wishes.asks:
        same = [a.name for a in known.accounts if a.address == wishes.address]
        wishes.account = same[0] if same else _new_name(wishes.address or "", names)

    def read(answer: str) -> str:
        name = _account_name(answer or names[0], "")
        same = [each for each in names if each.casefold() == name.casefold()]
        return same[0] if same else name

    path = known.path if known.path is not None else "The configuration"
    said = (
        f"{path} is there already, and its mistakes are none. What you do not change stays as it "
        "is, your own comments too."
    )
    there = "the account" if len(names) == 1 else "the accounts"
    text = f"Which account? ({there} {', '.join(names)}; a new name adds one; Enter: {names[0]})"
    name = yield from settle(wishes, "account", text, read, said)
    wishes.account = name
    return next((account for account in known.accounts if account.name == name), None)


def _account_name(text: str, where: str) -> str:
    if not NAME.fullmatch(text):
        raise UsageError(
            f"{where}{quoted(text)} cannot be the name of an account; it has letters from a to z, "
            "digits, dots, hyphens and underscores."
        )
    return text


def _new_name(address: str, taken: list[str]) -> str:
    """A name for one more account, made from the domain of its address."""
    domain = address.rpartition("@")[2]
    stem = "".join(each for each in domain.partition(".")[0] if each.isascii() and each.isalnum())
    stem = stem or _FIRST
    folded = {each.casefold() for each in taken}
    numbered = (stem if n == 1 else f"{stem}{n}" for n in range(1, len(taken) + 2))
    return next(name for name in numbered if name.casefold() not in folded)


def _name(
    wishes: Wishes, known: Settings | None, outside: Outside, *, asks: bool
) -> Questions[str]:
    """The user's name, as it stands in From."""
    usual = known.user.name if known is not None else clean(outside.name, _NAME_LIMIT)
    if not asks and wishes.name is None:
        return usual

    def read(answer: str) -> str:
        name = " ".join((answer or usual).split())
        if not name or len(name) > _NAME_LIMIT or any(is_control(each) for each in name):
            raise UsageError("Your name is needed, as it is to stand in From and below a letter.")
        return name

    enter = f" (Enter: {usual})" if usual else ""
    said = _INTRODUCTION if known is None and wishes.asks else ()
    return (yield from settle(wishes, "name", f"Your name{enter}", read, *said))


def _address(
    wishes: Wishes, account: Account | None, outside: Outside
) -> Questions[tuple[str, Found]]:
    """The address, and what was found by it; asked again where its domain does not exist."""
    usual = account.address if account is not None else ""

    def read(answer: str) -> str:
        address = (answer or usual).strip()
        if not ADDRESS.fullmatch(address):
            local, _, domain = address.rpartition("@")
            if spelled := in_ascii(domain):
                raise UsageError(f"Write it as the network spells it: {local}@{spelled}")
            shown = f"{quoted(address)} is no address; write" if address else "Write"
            raise UsageError(f"{shown} it bare, such as robin@example.org.")
        return address

    enter = f" (Enter: {usual})" if usual else ""
    text = f"Your address, whose mailbox is to be watched{enter}"
    address = yield from settle(wishes, "address", text, read)
    while True:
        found = _looked_up(wishes, address, outside, is_known=address == usual)
        if found.is_known or not wishes.asks:
            return address, found
        said = (
            f"The domain {found.domain} is not known in the DNS.",
            "Is the address misspelled? Enter keeps it all the same.",
        )

        def again(answer: str, kept: str = address) -> str:
            return read(answer or kept)

        corrected = yield from ask(f"Your address (Enter: {address})", again, *said)
        wishes.address = corrected
        if corrected == address:
            return address, found
        address = corrected


def _looked_up(wishes: Wishes, address: str, outside: Outside, *, is_known: bool) -> Found:
    """What is found by the address; nothing where that cannot be, or is not wanted."""
    domain = address.rpartition("@")[2].lower()
    nothing = Found(address, domain, preset_of(domain), (), ())
    if not wishes.tries and (is_known or wishes.imap_host is not None):
        return nothing
    try:
        return outside.find(address)
    except UsageError:
        # A name of a network of one's own, such as robin@home.
        return nothing


def _blank(address: str) -> Imap:
    """A mailbox of which nothing is known yet."""
    return Imap("", 993, Security.TLS, address, _KEYRING, None, None, None, None, None)


def _with_server(imap: Imap, chosen: Chosen) -> Imap:
    server = chosen.server
    return replace(
        imap,
        host=server.host,
        port=server.port,
        security=server.security,
        username=chosen.username,
        ca_file=chosen.ca_file,
    )


def _folders(wishes: Wishes, signed: Signed) -> Questions[Account]:
    account = signed.account
    if signed.folders is None:
        imap = replace(
            account.imap,
            drafts=wishes.drafts or account.imap.drafts,
            sent=wishes.sent or account.imap.sent,
            trash=wishes.trash or account.imap.trash,
        )
    else:
        imap = yield from folder_questions(wishes, account.imap, signed.folders)
    return replace(account, imap=imap)


def _user(
    wishes: Wishes, known: Settings | None, name: str, outside: Outside, *, asks: bool
) -> Questions[User]:
    before = known.user if known is not None else None
    typed = (wishes.timezone, wishes.holidays, wishes.language, wishes.register)
    if before is not None and not asks and not any(typed):
        return replace(before, name=name)
    living = yield from living_questions(wishes, outside.place, before)
    if before is None:
        return User(name, living.timezone, living.holidays, living.language, living.register)
    return replace(
        before,
        name=name,
        timezone=living.timezone,
        holidays=living.holidays,
        language=living.language,
        register=living.register,
    )


def _settings(user: User, account: Account, known: Settings | None) -> Settings:
    if known is None:
        return Settings(user, (account,), Cadence(BUILT_IN), None)
    names = [each.name for each in known.accounts]
    if account.name in names:
        accounts = tuple(account if a.name == account.name else a for a in known.accounts)
    else:
        accounts = (*known.accounts, account)
    return replace(known, user=user, accounts=accounts)

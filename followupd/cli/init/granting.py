"""A grant in place of a password: whose, as which client, and where its tokens are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.cli.asking import ask_secret
from followupd.cli.init.sources import read_source
from followupd.cli.init.wishes import settle
from followupd.config.oauth import PROVIDERS, SCOPE
from followupd.config.settings import OAuth, PasswordKind, PasswordSource
from followupd.config.words import near, quoted
from followupd.errors import UsageError
from followupd.providers.presets import SignIn
from followupd.secrets import Secret
from followupd.shipping import shipped

if TYPE_CHECKING:
    from followupd.cli.asking import Questions
    from followupd.cli.init.outside import Outside
    from followupd.cli.init.wishes import Wishes
    from followupd.config import Account
    from followupd.providers.presets import Provider


def grant_questions(
    wishes: Wishes, account: Account, provider: Provider | None, outside: Outside
) -> Questions[OAuth]:
    """Ask as which program followupd is to sign in.

    Args:
        wishes: what was said already.
        account: with its server; a private certificate of it is its provider's as well.
        provider: who runs the server, where that is known.
        outside: knows where tokens can be kept.

    Raises:
        UsageError: what was typed cannot be used, and there is nobody to ask.
    """
    usual = provider.oauth if provider is not None else ""

    def read_provider(answer: str) -> str:
        return _provider(answer or usual)

    name = usual
    if not usual or wishes.oauth_provider is not None:
        text = f"Who grants it? ({', '.join(PROVIDERS)}, or an issuer that begins with https://)"
        name = yield from settle(wishes, "oauth_provider", text, read_provider)
    wishes.oauth_provider = name
    first: tuple[str, ...] = ()
    if provider is not None:
        first = (*provider.first(SignIn.OAUTH), f"Step by step: {shipped(provider.guide)}")
    client_id = yield from settle(wishes, "client_id", "Client id", _client_id, *first)

    secret = yield from _secret(wishes, account.name, outside)
    tokens = _tokens(account.name, outside)
    if name in PROVIDERS:
        return OAuth(name, client_id, secret, tokens)
    text = "Scopes to ask for, such as mail (Enter: what its discovery document names)"
    scopes = yield from settle(wishes, "scopes", text, _scopes)
    return OAuth(name, client_id, secret, tokens, scopes, account.imap.ca_file)


def _secret(wishes: Wishes, account: str, outside: Outside) -> Questions[PasswordSource | None]:
    """Where the client secret comes from; one that is typed goes into a file of its own."""
    stem = f"{account}.client-secret"

    def read(answer: str) -> PasswordSource | None:
        return read_source(answer, stem, outside) if answer else None

    if wishes.client_secret_from is not None or not wishes.asks:
        text = "Where is the client secret kept? (file:…, command:… or env:…; Enter: there is none)"
        return (yield from settle(wishes, "client_secret_from", text, read))
    typed = yield from ask_secret("Client secret, which is not shown (Enter: there is none)")
    if not typed.strip():
        return None
    source = PasswordSource(PasswordKind.FILE, str(outside.folder / stem))
    outside.put(source, Secret(typed.strip()))
    return source


def _provider(text: str) -> str:
    if text not in PROVIDERS and not text.startswith("https://"):
        hint = near(text, PROVIDERS)
        raise UsageError(f"{quoted(text)} is no provider; {hint}, or write its https:// issuer.")
    return text


def _scopes(text: str) -> tuple[str, ...] | None:
    words = tuple(dict.fromkeys(text.split()))
    if not all(SCOPE.fullmatch(word) for word in words):
        raise UsageError("A scope has letters, digits and signs, and no quotation marks.")
    return words or None


def _client_id(text: str) -> str:
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise UsageError("The client id is needed; it has no blanks.")
    return text


def _tokens(account: str, outside: Outside) -> PasswordSource:
    """The keyring if there is one, else a file beside the configuration: they change."""
    best = outside.offers(account)[0].source
    if best.kind is PasswordKind.KEYRING:
        return best
    return PasswordSource(PasswordKind.FILE, str(outside.folder / f"{account}.tokens"))

"""Where a secret is kept: what fits this machine, or what the user names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from followupd.cli.init.wishes import settle
from followupd.config.passwords import mistake_in
from followupd.config.settings import PasswordKind, PasswordSource
from followupd.config.words import nearest
from followupd.errors import UsageError
from followupd.secrets.keeping import is_storable

if TYPE_CHECKING:
    from followupd.cli.asking import Questions
    from followupd.cli.init.outside import Outside
    from followupd.cli.init.wishes import Wishes
    from followupd.secrets.fitting import Offer

_KEYRING: Final = PasswordSource(PasswordKind.KEYRING, "")
_KINDS: Final = ("keyring", "command:…", "file:…", "env:…", "credential:…")


def source_questions(
    wishes: Wishes, account: str, outside: Outside, said: tuple[str, ...]
) -> Questions[PasswordSource]:
    """Ask where the password of an account is kept.

    Args:
        wishes: what was said already.
        account: the name of the account.
        outside: knows what there is to keep it in.
        said: sentences to be said before.

    Raises:
        UsageError: what was typed is no such place, and there is nobody to ask.
    """
    if wishes.password_from is None and not wishes.asks:
        return _storable(outside.offers(account)).source
    offers = outside.offers(account) if wishes.password_from is None else ()

    def read(answer: str) -> PasswordSource:
        number = answer or "1"
        if number.isascii() and number.isdigit():
            if not 1 <= int(number) <= len(offers):
                raise UsageError(f"There is no {number}; there are 1 to {len(offers)}.")
            return offers[int(number) - 1].source
        source = read_source(answer, account, outside)
        if source.kind is PasswordKind.KEYRING and wishes.tries and not _has_keyring():
            raise UsageError(
                "There is no keyring here that takes a password; file is possible everywhere."
            )
        return source

    def _has_keyring() -> bool:
        return any(each.source == _KEYRING for each in outside.offers(account))

    listed = tuple(f"{number}: {_described(offer)}" for number, offer in enumerate(offers, start=1))
    many = f"1 to {len(offers)}, or " if len(offers) > 1 else ""
    text = f"Where is the password kept? ({many}command:… or env:…; Enter: 1)"
    source = yield from settle(wishes, "password_from", text, read, *said, *listed)
    wishes.password_from = spelled(source)
    return source


def _described(offer: Offer) -> str:
    """What it is, and where where that is not plain."""
    source = offer.source
    where = "" if source.kind is PasswordKind.KEYRING else f": {source.value}"
    return f"{offer.what}{where}"


def _storable(offers: tuple[Offer, ...]) -> Offer:
    return next(offer for offer in offers if is_storable(offer.source))


def spelled(source: PasswordSource) -> str:
    """A source as `--password-from` takes it."""
    return (
        source.kind.value
        if source.kind is PasswordKind.KEYRING
        else f"{source.kind.value}:{source.value}"
    )


def read_source(text: str, account: str, outside: Outside) -> PasswordSource:
    """A source as it is typed, such as `keyring` or `command:pass show mail`.

    Raises:
        UsageError: it is none; what was typed is not repeated, it may be the password itself.
    """
    word, _, place = text.partition(":")
    kind_name, place = word.strip().casefold(), place.strip()
    if kind_name not in [each.value for each in PasswordKind]:
        meant = nearest(kind_name, [each.value for each in PasswordKind])
        hint = f"did you mean {meant}?" if meant else f"there are: {', '.join(_KINDS)}."
        raise UsageError(f"That is no place that a password comes from; {hint}")
    kind = PasswordKind(kind_name)
    if kind is PasswordKind.KEYRING:
        return PasswordSource(kind, "")
    if kind is PasswordKind.FILE:
        place = _file(place or f"{account}.password", outside)
    if not place or not place.isprintable():
        raise UsageError(f"What follows {kind.value}: is missing, or holds a control character.")
    if what := mistake_in(kind, place):
        raise UsageError(f"{what[0].upper()}{what[1:]}.")
    return PasswordSource(kind, place)


def _file(place: str, outside: Outside) -> str:
    try:
        return str(outside.folder / Path(place).expanduser())
    except RuntimeError:
        raise UsageError("The home folder that ~ stands for cannot be found.") from None

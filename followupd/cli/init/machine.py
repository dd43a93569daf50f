"""The real outside: this machine, the network, and where secrets lie."""

from __future__ import annotations

import asyncio
import os
import pwd
from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from followupd.cli.init.outside import Outside
from followupd.cli.init.places import Place, zone_is_telling
from followupd.cli.login_trying import is_shared
from followupd.cli.progress import Progress
from followupd.config import OAuth
from followupd.credentials import with_secret
from followupd.domain.days import say_moment
from followupd.mailbox.connection import Connection
from followupd.outbox import sign_in
from followupd.providers.finding import find
from followupd.providers.trying import try_imap, try_smtp
from followupd.secrets import Secret, keyring_service
from followupd.secrets.fitting import fitting, look_around
from followupd.secrets.keeping import store
from followupd.writing.shipped import shipped_templates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from followupd.cli.screen import Screen
    from followupd.config import Account, Imap, PasswordSource, Smtp
    from followupd.mailbox.responses import Folder
    from followupd.oauth.tokens import Tokens
    from followupd.providers.finding import Found
    from followupd.providers.servers import Server
    from followupd.providers.trying import Trial
    from followupd.secrets.fitting import Offer, Surroundings
    from followupd.service.clock import Clock


class Machine:
    """Whatever `init` asks of the world around it; secrets stay in memory until `keep`."""

    def __init__(self, folder: Path, screen: Screen, clock: Clock) -> None:
        """Look from the folder of the configuration, and tell on `screen` what takes its time."""
        self._folder = folder
        self._screen = screen
        self._clock = clock
        self._around: Surroundings | None = None
        self._tokens: Tokens | None = None
        self._early: list[Path] = []
        self._made: list[Path] = []

    def outside(self, password: Secret | None) -> Outside:
        """What the questions are handed; `password` came on standard input."""
        return Outside(
            name=own_name(),
            place=place_of(os.environ),
            folder=self._folder,
            tell=self._screen.line,
            find=self._find,
            try_imap=self._try_imap,
            try_smtp=self._try_smtp,
            offers=self._offers,
            sign_in=self._sign_in,
            sign_in_smtp=self._sign_in_smtp,
            grant=self._grant,
            put=self._put,
            is_file=lambda path: path.is_file(),
            password=password,
        )

    def keep(self, account: Account, secret: Secret) -> None:
        """Store what the account signed in with, where its configuration says.

        Raises:
            AuthenticationError: it could not be stored, and why.
        """
        source = account.imap.password
        if not isinstance(source, OAuth):
            service = keyring_service(account.name)
            store(source, service=service, username=account.imap.username, secret=secret)
            smtp = account.smtp
            if smtp is not None and smtp.password == source and not is_shared(smtp, account.imap):
                store(source, service=service, username=smtp.username, secret=secret)
        elif self._tokens is not None:
            from followupd.oauth import grant  # noqa: PLC0415 - few accounts have one

            grant.store(account.name, source, self._tokens)

    def undo(self) -> None:
        """Take away what had to be kept early: nothing has come of it."""
        for path in self._early:
            path.unlink(missing_ok=True)
        for folder in self._made:
            with suppress(OSError):  # somebody else has put something there meanwhile
                folder.rmdir()

    def _put(self, source: PasswordSource, secret: Secret) -> None:
        path = Path(source.value)
        is_new = not path.exists()
        self._made += [folder for folder in path.parents if not folder.exists()]
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        store(source, service="", username="", secret=secret)
        if is_new:
            self._early.append(path)

    def _find(self, address: str) -> Found:
        return find(address, progress=self._screen.line)

    def _try_imap(self, server: Server, ca_file: Path | None) -> Trial:
        with Progress() as progress:
            progress.say(f"trying {server}")
            return try_imap(server, ca_file=ca_file)

    def _try_smtp(self, server: Server, ca_file: Path | None) -> Trial:
        with Progress() as progress:
            progress.say(f"trying {server}")
            return try_smtp(server, ca_file=ca_file)

    def _offers(self, account: str) -> tuple[Offer, ...]:
        if self._around is None:
            with Progress() as progress:
                progress.say("seeing whether there is a keyring; it may ask to be unlocked")
                self._around = look_around(os.environ)
        return fitting(self._around, account, self._folder)

    def _sign_in(self, account: str, imap: Imap, secret: Secret | None) -> tuple[Folder, ...]:
        def enter(shown: Secret) -> tuple[Folder, ...]:
            connection = Connection.open(imap, shown.reveal())
            try:
                return connection.folders()
            finally:
                connection.logout()

        with Progress() as progress:
            progress.say(f"signing in at {imap.host}")
            return enter(secret) if secret is not None else with_secret(account, imap, enter)

    def _sign_in_smtp(self, account: str, smtp: Smtp, secret: Secret | None) -> None:
        def enter(shown: Secret) -> str:
            return asyncio.run(sign_in(smtp, shown))

        with Progress() as progress:
            progress.say(f"signing in at {smtp.host}, without sending anything")
            _ = enter(secret) if secret is not None else with_secret(account, smtp, enter)

    def _grant(self, account: Account) -> Secret:
        # OAuth takes its time to load, and few accounts need it.
        from followupd.cli.login_oauth import Asking, new_grant  # noqa: PLC0415

        source = account.imap.password
        assert isinstance(source, OAuth), "only a grant is granted"  # noqa: S101 - for the type
        asking = Asking(
            account.name,
            source,
            account.imap.username,
            self._screen,
            lambda moment: say_moment(moment.astimezone(), self._clock.now().astimezone().date()),
        )
        self._tokens = new_grant(Namespace(browser=False, device=False), asking)
        return Secret(self._tokens.access, self._tokens.expires_at)


def own_name() -> str:
    """The user's name as the system knows it (GECOS, passwd(5)); "" where it does not."""
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        return ""
    name = entry.pw_gecos.partition(",")[0].strip()
    return "" if name == entry.pw_name else name


def place_of(environ: Mapping[str, str]) -> Place:
    """Where this machine says it is: its time zone, and the locale of the session."""
    language, territory = locale_of(environ)
    there = {key.partition("/")[0] for key in shipped_templates()}
    # English first: it is what everything falls back on.
    languages = ("en", *sorted(there - {"en"}))
    return Place(own_zone(), territory, language, languages)


def own_zone() -> str:
    """The time zone of this machine where it says anything about its user; else ""."""
    import tzlocal  # noqa: PLC0415 - nobody else needs it

    try:
        zone = str(tzlocal.get_localzone_name())
    except (OSError, LookupError, ValueError):
        return ""
    return zone if zone_is_telling(zone) else ""


def locale_of(environ: Mapping[str, str]) -> tuple[str, str]:
    """Language and country of the locale (POSIX: LC_ALL, LC_MESSAGES, LANG); "" for unknown."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    said = next((environ[name] for name in names if environ.get(name)), "")
    language, _, territory = said.partition(".")[0].partition("@")[0].partition("_")
    is_named = len(language) == 2 and language.isalpha()  # noqa: PLR2004 - ISO 639-1
    return (language.lower(), territory.upper()) if is_named else ("", "")

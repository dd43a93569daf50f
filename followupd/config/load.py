"""Finding the configuration, reading it, and saying in words why it cannot be used."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, available_timezones

import holidays

from followupd.config.accounts import read_accounts
from followupd.config.cadence import read_cadence
from followupd.config.keys import ACCOUNT, CADENCE, TOP, USER
from followupd.config.places import Places
from followupd.config.settings import Settings, User
from followupd.config.table import Mistakes, Table
from followupd.config.words import nearest, quoted
from followupd.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST: Final = 1_000_000
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_LANGUAGE = re.compile(r"[a-z]{2}")


def default_path(environ: Mapping[str, str]) -> Path:
    """Where the configuration lies when no `--config` says so.

    `$FOLLOWUPD_CONFIG`, else `$XDG_CONFIG_HOME/followupd/config.toml`, else
    `~/.config/followupd/config.toml`. An XDG path that is not absolute is passed over, as the
    XDG Base Directory Specification asks.

    Raises:
        ConfigError: there is no home folder either.
    """
    if named := environ.get("FOLLOWUPD_CONFIG"):
        return Path(named)
    return _xdg(environ, "XDG_CONFIG_HOME", ".config", "FOLLOWUPD_CONFIG") / "config.toml"


def state_directory(environ: Mapping[str, str]) -> Path:
    """Where the database lies.

    `$STATE_DIRECTORY`, which systemd sets (the first of several), else
    `$XDG_STATE_HOME/followupd`, else `~/.local/state/followupd`. The folder need not exist.

    Raises:
        ConfigError: there is no home folder either.
    """
    if named := environ.get("STATE_DIRECTORY", "").split(":")[0]:
        return Path(named)
    return _xdg(environ, "XDG_STATE_HOME", ".local/state", "STATE_DIRECTORY")


def _xdg(environ: Mapping[str, str], variable: str, in_home: str, way_out: str) -> Path:
    named = Path(environ.get(variable, ""))
    if named.is_absolute():
        return named / "followupd"
    try:
        home = Path(environ.get("HOME") or Path.home())
    except RuntimeError:
        what = f"this user has no home folder; set ${way_out} to an absolute path"
        raise ConfigError([Problem("", what)]) from None
    return home / in_home / "followupd"


def load(path: Path) -> Settings:
    """Read and check a configuration file.

    Raises:
        ConfigError: it cannot be read, is no TOML in UTF-8, or holds mistakes.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        what = "there is no such file; the README shows a first one, `--config` names another"
        raise ConfigError([Problem("", what)], path) from None
    except OSError as error:
        what = f"the file cannot be read: {error.strerror or 'the system gives no reason'}"
        raise ConfigError([Problem("", what)], path) from None
    if len(content) > _LARGEST:
        raise ConfigError([Problem("", f"the file is larger than {_LARGEST:,} bytes")], path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = "the file is not in UTF-8; save it again in that encoding"
        raise ConfigError([Problem("", what, line)], path) from None
    return parse(text, path)


def parse(text: str, path: Path | None = None) -> Settings:
    """Check a configuration.

    Args:
        text: the TOML.
        path: where it came from: relative paths in it are relative to its folder, else to the
            working directory; `~` is the home folder.

    Raises:
        ConfigError: there are mistakes; all of them are in it.
    """
    document = _document(text, path)
    mistakes = Mistakes(Places(text))
    top = Table(document, (), TOP, mistakes)
    user = _user(top)
    tables = top.tables("accounts", ACCOUNT)
    if not tables and (tables is not None or "accounts" not in top):
        top.mistake("accounts", "there is no account; begin one with [[accounts]]")
    base = (path.parent if path is not None else Path()).absolute()
    accounts = read_accounts(tables or (), base)
    cadence = read_cadence(top.table("cadence", CADENCE))
    mistakes.raise_any(path)
    return Settings(user, accounts, cadence, path)


def _document(text: str, path: Path | None) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        # The parser's own words may quote the file, and so a password; they are left out.
        line = int(found[1]) if found is not None else text.count("\n") + 1
        what = (
            "this is no valid TOML here, or one line above: look for a missing quotation mark "
            "or bracket, text without quotes, or a key that stands there twice"
        )
        raise ConfigError([Problem("", what, line)], path) from None
    except (ValueError, RecursionError):
        what = "this is no valid TOML: a number is too long or brackets are nested too deep"
        raise ConfigError([Problem("", what)], path) from None


def _user(top: Table) -> User:
    stand_in = ZoneInfo("UTC")
    table = top.table("user", USER)
    if table is None:
        if "user" not in top:
            top.mistake("user", "the section [user] is missing; it holds your name and timezone")
        return User("", stand_in, None, "en")
    name = table.text("name", "Robin Doe").strip()
    language = table.optional_text("language") or "en"
    if not _LANGUAGE.fullmatch(language):
        table.mistake("language", 'must be two small letters (ISO 639-1), such as "en" or "de"')
    zone = table.text("timezone", "Europe/Berlin")
    if zone and zone not in (zones := available_timezones()):
        meant = nearest(zone, zones, cutoff=0.4)
        hint = f"did you mean {quoted(meant)}?" if meant else 'write for example "Europe/Berlin"'
        table.mistake("timezone", f"{quoted(zone)} is no IANA time zone; {hint}")
        zone = ""
    return User(name, ZoneInfo(zone) if zone else stand_in, _holidays(table), language)


def _holidays(table: Table) -> str | None:
    """Check the holidays' place against what the `holidays` package knows."""
    wanted = table.optional_text("holidays")
    if wanted is None or wanted.casefold() == "none":
        return None
    places = holidays.list_supported_countries(include_aliases=True)
    country, _, subdivision = wanted.partition("-")
    if country not in places:
        known = [*places, *(f"{one}-{part}" for one in places for part in places[one])]
        meant = nearest(wanted, known)
        hint = f"did you mean {quoted(meant)}?" if meant else 'write for example "DE-BE" or "US"'
        table.mistake("holidays", f"{quoted(wanted)} is no country that is known; {hint}")
    elif "-" in wanted and subdivision not in places[country]:
        parts = ", ".join(places[country]) or "none, so leave it out"
        table.mistake(
            "holidays", f"{quoted(subdivision)} is no part of {country}; its parts are: {parts}"
        )
    return wanted

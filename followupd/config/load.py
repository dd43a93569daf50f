"""Finding the configuration, reading it, and saying in words why it cannot be used."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from followupd.config.accounts import read_accounts
from followupd.config.cadence import read_cadence, read_cadences
from followupd.config.calendar_file import read_calendar
from followupd.config.digest import read_digest
from followupd.config.keys import ACCOUNT, CADENCE, CALENDAR, DIGEST, TOP
from followupd.config.places import Places
from followupd.config.settings import Settings
from followupd.config.table import Mistakes, Table
from followupd.config.user import read_user
from followupd.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_LARGEST: Final = 1_000_000
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


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
        what = "there is no such file; `followupd init` writes one, `--config` names another"
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


def parse(text: str, path: Path | None = None, today: date | None = None) -> Settings:
    """Check a configuration.

    Args:
        text: the TOML.
        path: where it came from: relative paths in it are relative to its folder, else to the
            working directory; `~` is the home folder.
        today: the day in the user's zone; None for that of the machine's clock.

    Raises:
        ConfigError: there are mistakes; all of them are in it.
    """
    document = _document(text, path)
    mistakes = Mistakes(Places(text))
    top = Table(document, (), TOP, mistakes)
    beside = path.parent.absolute() if path is not None else None
    base = beside or Path().absolute()
    user = read_user(top, base, beside, today)
    tables = top.tables("accounts", ACCOUNT)
    if not tables and (tables is not None or "accounts" not in top):
        top.mistake("accounts", "there is no account; begin one with [[accounts]]")
    accounts = read_accounts(tables or (), base)
    cadence = read_cadence(top.table("cadence", CADENCE))
    settings = Settings(
        user=user,
        accounts=accounts,
        cadence=cadence,
        path=path,
        cadences=read_cadences(top.sections("cadences", CADENCE), cadence),
        digest=read_digest(top.table("digest", DIGEST), accounts, base),
        calendar=read_calendar(top.table("calendar", CALENDAR), base),
    )
    mistakes.raise_any(path)
    return settings


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

"""Roundcube as Debian packages it, served on loopback for one account.

Nothing of the machine's own Roundcube is touched: the configuration, the database, the logs and
the temporary files lie in the test's folder, and PHP's own small server serves the program from
where the package put it. The account's person is known from the start, as somebody who has used
it for long: their identity is in the database, and no other server can be chosen at the login.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.clients.program import DEADLINE, until

if TYPE_CHECKING:
    from tests.clients.program import MailAccount

_PUBLIC = Path("/var/lib/roundcube/public_html")
_SCHEMA = Path("/usr/share/roundcube/SQL/sqlite.initial.sql")
_DEFAULTS = Path("/etc/roundcube/defaults.inc.php")

_PHP_SETTINGS = {
    "date.timezone": "UTC",
    "display_errors": "0",
    "opcache.enable_cli": "1",
    "opcache.validate_timestamps": "0",
}

# A page asks for some ten files at once, and asks the IMAP server meanwhile.
_WORKERS = 4


def missing() -> str:
    """What is not installed; "" for nothing."""
    needed = {
        "PHP (Debian: php-cli)": shutil.which("php") is not None,
        "Roundcube (Debian: roundcube-core)": _PUBLIC.exists() and _SCHEMA.exists(),
        "PHP's SQLite (Debian: roundcube-sqlite3)": _speaks_sqlite(),
    }
    return " and ".join(what for what, is_here in needed.items() if not is_here)


def _speaks_sqlite() -> bool:
    php = shutil.which("php")
    if php is None:
        return False
    done = subprocess.run([php, "-m"], capture_output=True, text=True, check=False)
    return "pdo_sqlite" in done.stdout.split()


class RoundcubeServer:
    """See the module's docstring.

    Args:
        account: whom to serve.
        folder: empty; for everything that is written.
    """

    def __init__(self, account: MailAccount, folder: Path) -> None:
        self._account = account
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is served, known once it has started."""
        [found] = re.findall(r"\((http://127\.0\.0\.1:\d+)\) started", self.log)[:1]
        return str(found)

    @property
    def log(self) -> str:
        """What PHP's server and Roundcube have logged."""
        paths = [self._folder / "php.log", *sorted(self._folder.glob("logs/*.log"))]
        return "\n".join(
            path.read_text(encoding="utf-8", errors="replace") for path in paths if path.exists()
        )

    def start(self) -> None:
        """Write its configuration and its database, start it, and wait until it listens."""
        for name in ("config", "logs", "temp"):
            (self._folder / name).mkdir()
        (self._folder / "config" / "config.inc.php").write_text(self._settings(), encoding="utf-8")
        for file in (_DEFAULTS, _DEFAULTS.with_name("mimetypes.php")):
            (self._folder / "config" / file.name).symlink_to(file)
        self._fill_database()
        php = shutil.which("php")
        assert php is not None
        settings = [f"-d{name}={value}" for name, value in _PHP_SETTINGS.items()]
        with (self._folder / "php.log").open("wb") as log:
            self._process = subprocess.Popen(
                # Port 0: the system gives a free one, and PHP says which.
                [php, *settings, "-S", "127.0.0.1:0", "-t", str(_PUBLIC)],
                env={
                    **os.environ,
                    "ROUNDCUBE_CONFIG_DIR": str(self._folder / "config"),
                    "PHP_CLI_SERVER_WORKERS": str(_WORKERS),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until(self._listens, "PHP's server")

    def stop(self) -> None:
        """End the server and its workers."""
        if self._process is None:
            return
        # The workers are children that outlive a server that is ended alone.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(timeout=DEADLINE)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process = None

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log
        return " started" in self.log

    @property
    def _database(self) -> Path:
        return self._folder / "roundcube.db"

    def _settings(self) -> str:
        account = self._account
        settings: dict[str, str | int | bool] = {
            "db_dsnw": f"sqlite:///{self._database}?mode=0600",
            "des_key": secrets.token_hex(12),
            "log_dir": f"{self._folder}/logs/",
            "temp_dir": f"{self._folder}/temp/",
            "imap_host": f"127.0.0.1:{account.imap_port}",
            "smtp_host": f"127.0.0.1:{account.smtp_port}",
            "smtp_user": "",
            "smtp_pass": "",
            "auto_create_user": False,
            "drafts_mbox": "Drafts",
            "sent_mbox": "Sent",
            "trash_mbox": "Trash",
            "language": "en_US",
            "timezone": "Europe/Berlin",
            # A draft that saves itself after a while would make the stories depend on time.
            "draft_autosave": 0,
            # So would a page that asks for news by itself: it ignores clicks meanwhile.
            "refresh_interval": 0,
            "enable_spellcheck": False,
        }
        lines = (f"$config['{name}'] = {_php(value)};" for name, value in settings.items())
        return "\n".join(("<?php", "$config = [];", *lines, ""))

    def _fill_database(self) -> None:
        account = self._account
        now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        self._database.touch(mode=0o600)
        with closing(sqlite3.connect(self._database)) as database, database:
            database.executescript(_SCHEMA.read_text(encoding="utf-8"))
            database.execute(
                "INSERT INTO users (user_id, username, mail_host, created, language, preferences)"
                " VALUES (1, ?, '127.0.0.1', ?, 'en_US', 'a:0:{}')",
                (account.user, now),
            )
            database.execute(
                "INSERT INTO identities (user_id, changed, standard, name, email)"
                " VALUES (1, ?, 1, ?, ?)",
                (now, account.name, account.address),
            )


def _php(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"

"""A real Dovecot 2.3 in one temporary folder, for the promises that are about a server.

Starts in well under a second, as root or as a plain user, on free loopback ports, and any user
name signs in with the password `PASSWORD`. It can be stopped, killed and started again on the
same ports and the same mail, which is how a test sees a reconnect.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil

from tests.support.authority import Authority, KeyPair
from tests.support.delivery import deliver

if TYPE_CHECKING:
    from types import TracebackType

PASSWORD = "a-throw-away-secret"
_DEADLINE = 15.0
# Root gives the mail to a numeric user of its own: Dovecot refuses mail that belongs to root.
_SPARE_UID = 5000

CAPABILITY_WITHOUT_IDLE = """
protocol imap {
  imap_capability = IMAP4rev1 LITERAL+ ENABLE NAMESPACE UIDPLUS MOVE SPECIAL-USE ESEARCH
}
"""


def installed() -> bool:
    """Whether the dovecot program is on this machine."""
    return _program("dovecot") is not None


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the server listens on 127.0.0.1."""

    imap: int
    imaps: int
    lmtp: int


class Dovecot:
    """One server and its folder; a context manager that starts, stops and removes it.

    Args:
        extra: lines for the configuration's top level, such as `CAPABILITY_WITHOUT_IDLE`.
        mail_location: Dovecot's setting of that name.
        certificate: "localhost", "wrong_name" or "expired" (see `Authority`).
    """

    def __init__(
        self,
        *,
        extra: str = "",
        mail_location: str = "maildir:~/Maildir",
        certificate: str = "localhost",
    ) -> None:
        # Not pytest's folder: it is closed to the user that owns the mail, and Unix sockets
        # need a short path.
        self.folder = Path(tempfile.mkdtemp(prefix="followupd-dovecot-"))
        self.folder.chmod(0o755)
        self.authority = Authority(self.folder)
        pair: KeyPair = getattr(self.authority, certificate)()
        self.ports = Ports(*_free_ports(3))
        self._process: subprocess.Popen[bytes] | None = None
        mail = self.folder / "mail"
        mail.mkdir()
        if os.geteuid() == 0:
            os.chown(mail, _SPARE_UID, _SPARE_UID)
        self.conf = self.folder / "dovecot.conf"
        self.conf.write_text(
            _configuration(self.folder, self.ports, pair, extra, mail_location), encoding="utf-8"
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()

    @property
    def ca_file(self) -> Path:
        """What a client must trust to accept this server."""
        return self.authority.ca_file

    @property
    def log(self) -> str:
        """Everything the server has logged so far."""
        path = self.folder / "dovecot.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def start(self) -> None:
        """Start the server and return once it greets on every port."""
        if self._process is not None:
            return
        program = _program("dovecot")
        if program is None:
            raise RuntimeError("dovecot is not installed")
        self._process = subprocess.Popen(
            [program, "-F", "-c", str(self.conf)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for port in (self.ports.imap, self.ports.lmtp):
            self._await_greeting(port)

    def stop(self) -> None:
        """Stop as an administrator would; every connection is closed."""
        if self._process is None:
            return
        children = self._children()
        self._process.send_signal(signal.SIGTERM)
        self._reap(children)

    def kill(self) -> None:
        """Kill every process at once, as a power cut would."""
        if self._process is None:
            return
        children = self._children()
        self._process.kill()
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        self._reap(children)

    def remove(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def doveadm(self, *arguments: str) -> str:
        """Run doveadm on this server's configuration and return what it printed."""
        program = _program("doveadm") or "doveadm"
        done = subprocess.run(
            [program, "-c", str(self.conf), *arguments],
            check=True,
            capture_output=True,
            text=True,
            timeout=_DEADLINE,
        )
        return done.stdout

    def deliver(self, user: str, raw: bytes, folder: str | None = None) -> None:
        """Deliver over LMTP into the INBOX or, if given, straight into another folder."""
        deliver(self.ports.lmtp, f"{user}+{folder}" if folder else user, raw)

    def renumber(self, user: str, folder: str, uidvalidity: int) -> None:
        """Give a folder another UIDVALIDITY, as a restore from a backup does."""
        self.doveadm("mailbox", "update", "-u", user, "--uid-validity", str(uidvalidity), folder)

    def kick(self, user: str) -> None:
        """Close every connection of one user from the server's side."""
        self.doveadm("kick", user)

    def _await_greeting(self, port: int) -> None:
        deadline = time.monotonic() + _DEADLINE
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                break
            with (
                suppress(OSError),
                socket.create_connection(("127.0.0.1", port), timeout=1) as connection,
            ):
                if connection.recv(4):
                    return
            time.sleep(0.02)
        log = self.log
        self.kill()
        raise RuntimeError(f"dovecot does not answer on port {port}:\n{log[-2000:]}")

    def _children(self) -> list[psutil.Process]:
        if self._process is None:
            return []
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self._process.pid).children(recursive=True)
        return []

    def _reap(self, children: list[psutil.Process]) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(timeout=_DEADLINE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=_DEADLINE)
        self._process = None
        _await_end(children, grace=2.0)


def _await_end(children: list[psutil.Process], *, grace: float) -> None:
    """Return when every process has ended; after `grace` seconds end them by force.

    A zombie counts as ended: in a container nobody may be there to reap it.
    """
    force = time.monotonic() + grace
    deadline = force + _DEADLINE
    while (left := [child for child in children if _alive(child)]) and time.monotonic() < deadline:
        if time.monotonic() > force:
            for child in left:
                with suppress(psutil.NoSuchProcess):
                    child.kill()
        time.sleep(0.01)


def _alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _configuration(
    folder: Path, ports: Ports, pair: KeyPair, extra: str, mail_location: str
) -> str:
    root = os.geteuid() == 0
    me = pwd.getpwuid(os.geteuid()).pw_name if not root else "dovecot"
    group = grp.getgrgid(os.getegid()).gr_name if not root else "dovecot"
    uid, gid = (_SPARE_UID, _SPARE_UID) if root else (os.geteuid(), os.getegid())
    special = "\n".join(
        f"  mailbox {name} {{\n    auto = subscribe\n    special_use = \\{name}\n  }}"
        for name in ("Drafts", "Sent", "Trash", "Junk", "Archive")
    )
    rootless = "\n".join(
        f"service {name} {{\n  chroot =\n}}" for name in ("anvil", "imap-login", "stats")
    )
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {me}
default_internal_group = {group}
default_login_user = {"dovenull" if root else me}
default_client_limit = 2000
default_process_limit = 500
mail_max_userip_connections = 50
ssl = yes
ssl_cert = <{pair.certificate}
ssl_key = <{pair.key}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0 secs
mail_location = {mail_location}
mail_home = {folder}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
mail_fsync = never
first_valid_uid = 1
recipient_delimiter = +
lmtp_save_to_detail_mailbox = yes
lda_mailbox_autocreate = yes
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
{special}
}}
service imap-login {{
  inet_listener imap {{
    port = {ports.imap}
  }}
  inet_listener imaps {{
    port = {ports.imaps}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {ports.lmtp}
  }}
}}
{"" if root else rootless}
protocol lmtp {{
  postmaster_address = postmaster@localhost
}}
protocol lda {{
  postmaster_address = postmaster@localhost
}}
{extra}
"""

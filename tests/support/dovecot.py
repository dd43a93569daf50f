"""A real Dovecot 2.3 in one temporary folder, for the promises that are about a server.

Starts in well under a second, as root or as a plain user, on free loopback ports, and any user
name signs in with the password `PASSWORD`. It can be stopped, killed and started again on the
same ports and the same mail, which is how a test sees a reconnect.

With `oauth` it takes access tokens as well, by OAUTHBEARER and XOAUTH2, and asks the provider about
each of them (Dovecot's oauth2 passdb; doc.dovecot.org/2.3, "Open Authentication v2.0 database").
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.authority import Authority, KeyPair
from tests.support.delivery import deliver
from tests.support.mailserver import PASSWORD, Folders, MailServer, Ports, free_ports
from tests.support.processes import DEADLINE, Processes

if TYPE_CHECKING:
    from tests.support.oidc import OidcProvider

__all__ = [
    "CAPABILITY_WITHOUT_IDLE",
    "ONLY_THE_STANDARD",
    "PASSWORD",
    "Dovecot",
    "announcing_all_but",
    "installed",
]

# Root gives the mail to a numeric user of its own: Dovecot refuses mail that belongs to root.
_SPARE_UID = 5000

_CAPABILITIES = (
    *("IMAP4rev1", "LITERAL+", "SASL-IR", "ID", "ENABLE", "IDLE", "NAMESPACE", "UNSELECT"),
    *("CHILDREN", "LIST-EXTENDED", "UIDPLUS", "MOVE", "CONDSTORE", "SPECIAL-USE", "ESEARCH"),
)


def announcing_all_but(*left_out: str) -> str:
    """Configuration for `Dovecot(extra=…)`: what CAPABILITY does not name, clients do without."""
    named = " ".join(each for each in _CAPABILITIES if each not in left_out)
    return f"protocol imap {{\n  imap_capability = {named}\n}}\n"


CAPABILITY_WITHOUT_IDLE = announcing_all_but("IDLE")
ONLY_THE_STANDARD = announcing_all_but(*_CAPABILITIES[1:])
"""IMAP4rev1 as RFC 3501 has it, and no extension."""


def installed() -> bool:
    """Whether the dovecot program is on this machine."""
    return _program("dovecot") is not None


class Dovecot(MailServer):
    """One server and its folder; a context manager that starts, stops and removes it.

    Args:
        extra: lines for the configuration's top level, such as `CAPABILITY_WITHOUT_IDLE`.
        mail_location: Dovecot's setting of that name.
        certificate: "localhost", "wrong_name" or "expired" (see `Authority`).
        folders: what Drafts, Sent and Trash are called, with the prefix.
        special_use: whether the server says which folder is which (RFC 6154).
        prefix: of the namespace all folders but INBOX lie in; its last character separates.
        oauth: the provider whose access tokens it takes besides passwords; it must have started.
        mechanisms: of SASL, by which it takes them.
    """

    LOG = "dovecot.log"

    def __init__(
        self,
        *,
        extra: str = "",
        mail_location: str = "maildir:~/Maildir",
        certificate: str = "localhost",
        folders: Folders = Folders(),  # noqa: B008 - a frozen value
        special_use: bool = True,
        prefix: str = "",
        oauth: OidcProvider | None = None,
        mechanisms: str = "oauthbearer xoauth2",
    ) -> None:
        # Not pytest's folder: it is closed to the user that owns the mail, and Unix sockets
        # need a short path.
        self.folder = Path(tempfile.mkdtemp(prefix="followupd-dovecot-"))
        self.folder.chmod(0o755)
        self.folders = folders
        self.authority = Authority(self.folder)
        pair: KeyPair = getattr(self.authority, certificate)()
        self.ports = Ports(*free_ports(3))
        self._processes = Processes("dovecot", lambda: self.log)
        mail = self.folder / "mail"
        mail.mkdir()
        if os.geteuid() == 0:
            os.chown(mail, _SPARE_UID, _SPARE_UID)
        self.conf = self.folder / "dovecot.conf"
        namespace = _namespace(folders, special_use=special_use, prefix=prefix)
        text = _configuration(self.folder, self.ports, pair, mail_location, namespace)
        if oauth is not None:
            text += _taking_tokens(self.folder, oauth, mechanisms)
        self.conf.write_text(text + extra, encoding="utf-8")

    def start(self) -> None:
        """Start the server and return once it greets on every port."""
        if self._processes.running:
            return
        program = _program("dovecot")
        if program is None:
            raise RuntimeError("dovecot is not installed")
        self._processes.start(program, "-F", "-c", self.conf)
        for port in (self.ports.imap, self.ports.lmtp):
            self._processes.await_greeting(port)

    def stop(self) -> None:
        """Stop as an administrator would; every connection is closed."""
        self._processes.stop()

    def kill(self) -> None:
        """Kill every process at once, as a power cut would."""
        self._processes.kill()

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
            timeout=DEADLINE,
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


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _namespace(folders: Folders, *, special_use: bool, prefix: str) -> str:
    names = {
        folders.drafts: "Drafts",
        folders.sent: "Sent",
        folders.trash: "Trash",
        f"{prefix}Junk": "Junk",
        f"{prefix}Archive": "Archive",
    }
    lines = ["namespace inbox {", "  inbox = yes", f"  separator = {prefix[-1:] or '/'}"]
    if prefix:
        lines.append(f"  prefix = {prefix}")
    for name, use in names.items():
        lines += [f'  mailbox "{name.removeprefix(prefix)}" {{', "    auto = subscribe"]
        if special_use:
            lines.append(f"    special_use = \\{use}")
        lines.append("  }")
    return "\n".join([*lines, "}"])


def _taking_tokens(folder: Path, oauth: OidcProvider, mechanisms: str) -> str:
    asked = folder / "oauth2.conf"
    lines = (
        f"introspection_url = {oauth.introspection_url}",
        "introspection_mode = post",
        "username_attribute = username",
        "active_attribute = active",
        "active_value = true",
    )
    asked.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"""
auth_mechanisms = plain login {mechanisms}
passdb {{
  driver = oauth2
  mechanisms = {mechanisms}
  args = {asked}
}}
"""


def _configuration(
    folder: Path, ports: Ports, pair: KeyPair, mail_location: str, namespace: str
) -> str:
    root = os.geteuid() == 0
    me = pwd.getpwuid(os.geteuid()).pw_name if not root else "dovecot"
    group = grp.getgrgid(os.getegid()).gr_name if not root else "dovecot"
    uid, gid = (_SPARE_UID, _SPARE_UID) if root else (os.geteuid(), os.getegid())
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
  mechanisms = plain login
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u allow_all_users=yes
}}
{namespace}
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
"""

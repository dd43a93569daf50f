"""A real Cyrus IMAP 3 in one temporary folder.

It is run from Debian's packages without being installed (see `packages`), on free loopback
ports, and any user name signs in; a new user's folders are made at the first sign-in or
delivery. Two ways of naming folders: Cyrus 3's own, and the one that sites with a history keep,
where everything lies below INBOX and a dot separates.
"""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from pathlib import Path

from tests.support.authority import Authority
from tests.support.delivery import deliver
from tests.support.mailserver import Folders, MailServer, Ports, free_ports
from tests.support.packages import environment, root_with
from tests.support.processes import Processes

_PROGRAMS = "usr/lib/cyrus/bin"
_NEEDED = ("master", "imapd", "lmtpd", "idled", "ctl_cyrusdb")
# Cyrus does not run as root; as root it is given this user, which owns nothing else.
_SPARE_USER = "nobody"


def installed() -> bool:
    """Whether Cyrus can be run on this machine."""
    return _root() is not None


class Cyrus(MailServer):
    """One server and its folder; a context manager that starts and removes it.

    Args:
        below_inbox: whether all folders lie below INBOX and a dot separates them, as in Cyrus 2.
    """

    LOG = "errors.log"

    def __init__(self, *, below_inbox: bool = False) -> None:
        root = _root()
        if root is None:
            raise RuntimeError("Cyrus is not here; tests/install-mail-servers unpacks it")
        self._programs = root / _PROGRAMS
        self._environment = environment(root)
        prefix = "INBOX." if below_inbox else ""
        self.folders = Folders(f"{prefix}Drafts", f"{prefix}Sent", f"{prefix}Trash")
        # Not pytest's folder: it is closed to the spare user, and Unix sockets need a short path.
        self.folder = Path(tempfile.mkdtemp(prefix="followupd-cyrus-"))
        self.folder.chmod(0o755)
        self.authority = Authority(self.folder)
        self.ports = Ports(*free_ports(3))
        self._processes = Processes("Cyrus", lambda: self.log)
        self._configure(below_inbox=below_inbox)

    def start(self) -> None:
        """Start the server and return once it greets on every port."""
        if self._processes.running:
            return
        self._processes.start(
            *(self._programs / "master", "-C", self.folder / "imapd.conf"),
            *("-M", self.folder / "cyrus.conf", "-p", self.folder / "master.pid"),
            environment=self._environment,
            errors=self.folder / "errors.log",
            apart=True,  # its master ends its whole process group when it stops
        )
        for port in (self.ports.imap, self.ports.lmtp):
            self._processes.await_greeting(port)

    def remove(self) -> None:
        """Stop the server and remove its folder."""
        self._processes.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def deliver(self, user: str, raw: bytes, folder: str | None = None) -> None:
        """Deliver over LMTP into the INBOX or, if given, straight into another folder."""
        deliver(self.ports.lmtp, f"{user}+{folder}" if folder else user, raw)

    def _configure(self, *, below_inbox: bool) -> None:
        pair = self.authority.localhost()
        user = _SPARE_USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        state = self.folder / "state"
        for name in ("", "db", "socket", "proc", "lock", "mail"):
            (state / name).mkdir()
        if os.geteuid() == 0:
            owner = pwd.getpwnam(user)
            # The folder itself too: the master writes its process id beside its configuration.
            for path in (self.folder, state, *state.iterdir(), pair.key):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        imapd = _IMAPD.format(
            user=user,
            state=state,
            certificate=pair.certificate,
            key=pair.key,
            modern="no" if below_inbox else "yes",
        )
        (self.folder / "imapd.conf").write_text(imapd, encoding="utf-8")
        services = _SERVICES.format(
            programs=self._programs, conf=self.folder / "imapd.conf", ports=self.ports
        )
        (self.folder / "cyrus.conf").write_text(services, encoding="utf-8")
        # It reads them as another user, whatever the umask of this process.
        for path in (self.folder / "imapd.conf", self.folder / "cyrus.conf", pair.certificate):
            path.chmod(0o644)


def _root() -> Path | None:
    return root_with(*(f"{_PROGRAMS}/{name}" for name in _NEEDED))


# `alwaystrue` is Cyrus SASL's own way to take any password. Without `idled` an IDLE would hear
# of new mail a minute late.
_IMAPD = """\
cyrus_user: {user}
servername: localhost
configdirectory: {state}
proc_path: {state}/proc
mboxname_lockpath: {state}/lock
defaultpartition: default
partition-default: {state}/mail
idlesocket: {state}/socket/idle
altnamespace: {modern}
unixhierarchysep: {modern}
allowplaintext: yes
sasl_pwcheck_method: alwaystrue
sasl_mech_list: PLAIN
tls_server_cert: {certificate}
tls_server_key: {key}
tls_session_timeout: 0
autocreate_quota: 0
autocreate_post: yes
autocreate_inbox_folders: Drafts | Sent | Trash | Junk | Archive
autocreate_subscribe_folders: Drafts | Sent | Trash | Junk | Archive
xlist-drafts: Drafts
xlist-sent: Sent
xlist-trash: Trash
xlist-junk: Junk
xlist-archive: Archive
specialuse_protect: \\Archive
lmtp_downcase_rcpt: no
duplicatesuppression: no
syslog_prefix: followupd-test
"""

_SERVICES = """\
START {{
  recover cmd="{programs}/ctl_cyrusdb -C {conf} -r"
}}
SERVICES {{
  imap cmd="{programs}/imapd -C {conf} -U 50" listen="127.0.0.1:{ports.imap}" prefork=1
  imaps cmd="{programs}/imapd -C {conf} -s -U 50" listen="127.0.0.1:{ports.imaps}" prefork=1
  lmtp cmd="{programs}/lmtpd -C {conf} -a" listen="127.0.0.1:{ports.lmtp}" prefork=1
}}
EVENTS {{
}}
DAEMON {{
  idled cmd="{programs}/idled -C {conf}"
}}
"""

"""A real Courier-IMAP 5 in one temporary folder.

It is run from Debian's packages without being installed (see `packages`), on free loopback
ports, as whoever runs the tests. Its listener, its TLS and its imapd are Courier's; only the
sign-in is ours (see `courier_login`). All folders lie below INBOX, a dot separates, and no folder
is marked with its use; MOVE and CONDSTORE are unknown to it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import imapclient

from tests.support import courier_login
from tests.support.authority import Authority
from tests.support.mailserver import PASSWORD, Folders, MailServer, Ports, free_ports
from tests.support.packages import environment, root_with
from tests.support.processes import Processes

_TCPD = "usr/sbin/couriertcpd"
_TLS = "usr/bin/couriertls"
_IMAPD = "usr/bin/imapd"
_MAILDIRMAKE = "usr/bin/maildirmake.courier"
_WATCHER = "usr/libexec/gam_server"
# What Debian's configuration announces, less what nobody here needs.
_CAPABILITIES = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE SORT QUOTA IDLE"


def installed() -> bool:
    """Whether Courier can be run on this machine."""
    return _root() is not None


class Courier(MailServer):
    """One server and its folder; a context manager that starts and removes it."""

    LOG = "errors.log"

    folders = Folders("INBOX.Drafts", "INBOX.Sent", "INBOX.Trash")

    def __init__(self) -> None:
        root = _root()
        if root is None:
            raise RuntimeError("Courier is not here; tests/install-mail-servers unpacks it")
        self._programs = root
        self.folder = Path(tempfile.mkdtemp(prefix="followupd-courier-"))
        self.authority = Authority(self.folder)
        self.ports = Ports(*free_ports(2))
        self._mail = self.folder / "mail"
        self._mail.mkdir()
        pair = self.authority.localhost()
        both = self.folder / "both.pem"
        both.touch(mode=0o600)
        both.write_bytes(pair.certificate.read_bytes() + pair.key.read_bytes())
        self._environment = {
            **environment(root),
            "TLS_CERTFILE": str(both),
            "TLS_VERIFYPEER": "NONE",
            "IMAP_CAPABILITY": _CAPABILITIES,
            "IMAP_CAPABILITY_TLS": _CAPABILITIES,
            "IMAP_KEYWORDS": "1",
            "IMAP_ACL": "1",
            "IMAP_USELOCKS": "1",
            "IMAP_ENHANCEDIDLE": "1",
            "IMAP_IDLE_TIMEOUT": "60",
            "IMAP_TRASHFOLDERNAME": "Trash",
            # Each server has a watcher of folders of its own, known by this name.
            "GAM_CLIENT_ID": self.folder.name,
        }
        self._processes = Processes("Courier", lambda: self.log)

    def start(self) -> None:
        """Start the server and return once it greets in clear text and listens for TLS."""
        if self._processes.running:
            return
        watcher = self._programs / _WATCHER
        if watcher.exists():
            # Left to itself, imapd would start one that outlives the test.
            self._start(watcher, "--notimeout", self.folder.name)
        login = (sys.executable, "-IS", courier_login.__file__, self._programs, self._mail)
        tls = (self._programs / _TLS, "-server", "-tcpd")
        for port, door in ((self.ports.imap, ()), (self.ports.imaps, tls)):
            limits = ("-nodnslookup", "-noidentlookup", "-maxprocs=100", "-maxperip=100")
            listener = (self._programs / _TCPD, "-address=127.0.0.1", *limits, str(port))
            self._start(*listener, *door, *login, PASSWORD)
        self._processes.await_greeting(self.ports.imap)
        self._processes.await_listening(self.ports.imaps)

    def remove(self) -> None:
        """End the server and remove its folder."""
        self._processes.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def deliver(self, user: str, raw: bytes, folder: str | None = None) -> None:
        """Lay mail into the INBOX or, if given, another folder; Courier has no LMTP."""
        with imapclient.IMAPClient("127.0.0.1", self.ports.imap, ssl=False, timeout=60) as client:
            client.login(user, PASSWORD)
            client.append(folder or "INBOX", raw)

    def _start(self, *command: str | Path) -> None:
        errors = self.folder / "errors.log"
        self._processes.start(*command, environment=self._environment, errors=errors)


def _root() -> Path | None:
    return root_with(_TCPD, _TLS, _IMAPD, _MAILDIRMAKE)

"""The promise in the source: no message leaves but by an act of the user's.

What the code does when it runs is looked at in the test of the same name among the integration
tests; here it is read, every way that could lead to SMTP, also those that no test takes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import followupd
from tests.support.ways_out import breaches, read_sources

PACKAGE = Path(followupd.__file__).parent

ADDED = {
    "smtplib is imported": "import smtplib",
    "aiosmtplib is imported": "from aiosmtplib.protocol import SMTPProtocol",
    "socket is imported": "def connect():\n    import socket as wire\n    return wire",
    "subprocess is imported": "from subprocess import run",
    "apprise is imported": "import apprise.plugins",
    "nobody can tell which module": "import importlib\nimportlib.import_module('smtp' + 'lib')",
    "smtplib is named in a text": "__import__('smtplib')",
    "followupd.outbox is imported as a whole": "from followupd import outbox",
    "followupd.smtp is imported as a whole": "import followupd.smtp as way",
    "* is imported as a whole": "from followupd.errors import *",
    "send_approved is named": "from followupd.outbox import send_approved",
    "send_to_self is called": "async def go(box):\n    await box.send_to_self()",
    "signed_in is named": "from followupd.smtp import signed_in",
    "connected_to is named": "from followupd.smtp_connecting import connected_to",
    "_reach is imported": "from followupd.smtp_connecting import _reach",
    "Approved is called": "def forge(box):\n    return box.Approved('', '', 0, 0, None)",
    "read_approved is named": "from followupd.service.approving import read_approved",
    "send_approved is named in a text": "def go(box):\n    getattr(box, 'send_approved')()",
    "sendmail is called": "def go(client):\n    client.sendmail('a', 'b', b'')",
    "send_message is called": "def go(client):\n    client.send_message(None)",
    "execute_data_command is called": "def go(client):\n    client.execute_data_command(b'')",
    "open_connection is called": "import asyncio\nasyncio.open_connection('a', 25)",
    "create_subprocess_exec is called": "import asyncio\nasyncio.create_subprocess_exec('x')",
    "system is called": "import os\nos.system('sendmail -t')",
    "popen is called": "from os import popen\npopen('mail')",
    "os.execv is called": "import os\nos.execv('/usr/sbin/sendmail', ['x'])",
    "append into self.roles.approval": (
        "class A:\n    def go(self, raw):\n        self.connection.append(self.roles.approval, raw)"
    ),
    "move into what is not told": (
        "def go(connection, roles, late):\n    folder = roles.drafts\n    if late:\n"
        "        folder = roles.approval\n    connection.move(1, folder)"
    ),
    "go into roles.approval": (
        "def go(connection, target):\n    connection.move(1, target)\n\n"
        "def come(connection, roles):\n    go(connection, roles.approval)"
    ),
    "come into account.approval_folder": (
        "def go(connection, *, target):\n    connection.append(target, b'')\n\n"
        "def come(connection, place):\n    go(connection, target=place)\n\n"
        "def call(connection, account):\n    come(connection, account.approval_folder)"
    ),
    "copy into 'Followups/Send'": "def go(client):\n    client.copy([1], 'Followups/Send')",
    "append into what is not told": "def go(client, given):\n    client.append(*given, b'')",
    "a raw 'COPY' is sent": "def go(wire):\n    wire._simple_command('UID', 'COPY', '1', 'x')",
    "rename_folder is called": "def go(client):\n    client.rename_folder('Drafts', 'x')",
}
"""A new module, and what is said of it."""

CHANGED = [
    ("outbox.py", "await _quit(client)", "await client.data(b'')", "data is called in sign_in"),
    ("smtp.py", "yield client", "yield await client.mail('a')", "mail is called in signed_in"),
    (
        "service/sending.py",
        "from followupd.outbox import send_approved",
        "from followupd.outbox import send_approved as go",
        "send_approved gets another name",
    ),
    (
        "service/sending.py",
        "send_approved(self.account, ",
        "run_with(send_approved)(self.account, ",
        "send_approved is handed around",
    ),
    (
        "service/sending.py",
        "reply = with_secret(",
        "other = replace(approved, folder='')\n            reply = with_secret(",
        "an Approved is made of another one",
    ),
    (
        "service/sending.py",
        "secret, approved, handing_over",
        "secret, history.approved, handing_over",
        "what is sent was not read back",
    ),
    (
        "service/sending.py",
        "folder = self.observing.roles.approval",
        "folder = self.observing.roles.drafts",
        "it is not read in the approval folder",
    ),
    (
        "service/sending.py",
        "return read_approved(",
        "return self.last or read_approved(",
        "what is sent was not read back",
    ),
    (
        "service/approving.py",
        "connection.examine(folder)",
        "connection.examine(entry.folder)",
        "another folder was read than is claimed",
    ),
    (
        "service/approving.py",
        "return Approved(entry.message_id, folder,",
        "return Approved(entry.message_id, entry.folder,",
        "another folder was read than is claimed",
    ),
    (
        "service/filing.py",
        "drafts = self._roles.drafts",
        "drafts = self._roles.approval",
        "_append into self._roles.approval",
    ),
    (
        "service/drafting.py",
        "return self.observing.roles.drafts",
        "return self.observing.roles.approval",
        "place into self.observing.roles.approval",
    ),
    (
        "mailbox/approval.py",
        "connection.move(uid, roles.drafts)",
        "connection.move(uid, roles.approval)",
        "move into roles.approval",
    ),
    ("mailbox/inbox.py", "connection.append(INBOX,", "connection.append(HERE,", "append into HERE"),
]
"""A module of ours, what is changed in it, and what is said of that."""


LAYING = ("mailbox/connection.py", "mailbox/drafts.py", "mailbox/inbox.py")
"""Where messages are laid into a folder that somebody else names."""


@pytest.fixture(scope="module")
def ours() -> dict[str, str]:
    """Every module of followupd."""
    return read_sources(PACKAGE)


def _said(sources: dict[str, str], module: str) -> str:
    return "\n".join(breach.what for breach in breaches(sources) if breach.module == module)


def test_no_way_leads_to_smtp_but_by_an_act_of_the_user(ours: dict[str, str]) -> None:
    """Sent is what was read back from the approval folder, where only the user lays something."""
    assert {"outbox.py", "service/sending.py", "mailbox/connection.py"} <= ours.keys()
    assert [str(breach) for breach in breaches(ours)] == []


@pytest.mark.parametrize(("what", "source"), ADDED.items(), ids=ADDED)
def test_another_way_out_is_found(what: str, source: str) -> None:
    """A module that does what it must not is told of."""
    assert what in _said({"service/rogue.py": source}, "service/rogue.py")


@pytest.mark.parametrize(("module", "old", "new", "what"), CHANGED)
def test_a_change_that_breaks_the_promise_is_found(
    ours: dict[str, str], module: str, old: str, new: str, what: str
) -> None:
    """One line of ours that is written otherwise is enough."""
    assert old in ours[module]
    laying = {name: ours[name] for name in LAYING}
    assert what in _said({**laying, module: ours[module].replace(old, new)}, module)


def test_what_is_laid_into_other_folders_is_allowed() -> None:
    """The check tells folders apart, and a list from a mailbox."""
    source = (
        "def go(connection, roles, found):\n    target = roles.sent\n    found.append(1)\n"
        "    connection.append(target, b'', ())\n    connection.move(1, roles.trash)"
    )
    assert _said({"service/other.py": source}, "service/other.py") == ""

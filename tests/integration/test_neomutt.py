"""A real mail program on the same mailbox: neomutt, driven in tmux as a person would."""

from __future__ import annotations

import subprocess
import time
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState
from tests.support.dovecot import PASSWORD
from tests.support.seeker import DANA, Seeker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.neomutt

DEADLINE = 20.0

CONFIGURATION = """
set folder="imap://{user}@127.0.0.1:{port}/"
set imap_pass="{password}"
set ssl_starttls=no
set ssl_force_tls=no
set spoolfile="+INBOX"
set postponed="+Drafts"
set record="+Sent"
set sendmail="{sendmail}"
set editor="{editor}"
set realname="Robin Doe"
set from="robin@example.org"
set edit_headers=no
set header_cache=""
set beep=no
"""


class Neomutt:
    """One neomutt in a tmux of its own."""

    def __init__(self, folder: Path, user: str, port: int) -> None:
        """Write its configuration; the editor appends a line, sendmail keeps what it gets."""
        self.sent = folder / "sent"
        editor = folder / "editor"
        editor.write_text("#!/bin/sh\necho 'PS: added by hand' >> \"$1\"\n", encoding="utf-8")
        sendmail = folder / "sendmail"
        sendmail.write_text(f"#!/bin/sh\ncat > '{self.sent}'\n", encoding="utf-8")
        for program in (editor, sendmail):
            program.chmod(0o700)
        self._settings = folder / "neomuttrc"
        self._settings.write_text(
            CONFIGURATION.format(
                user=user, port=port, password=PASSWORD, sendmail=sendmail, editor=editor
            ),
            encoding="utf-8",
        )
        self._socket = f"followupd-{uuid.uuid4().hex[:8]}"

    def start(self) -> None:
        """Open the inbox."""
        command = f"neomutt -n -F '{self._settings}'"
        self._tmux("new-session", "-d", "-s", "it", "-x", "100", "-y", "30", command)

    def stop(self) -> None:
        """Close the terminal."""
        self._tmux("kill-server")

    def keys(self, *keys: str) -> None:
        """Type."""
        self._tmux("send-keys", "-t", "it", *keys)

    def shows(self, *words: str) -> str:
        """Wait until one of the words stands on the screen; which one."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            screen = self._tmux("capture-pane", "-p", "-t", "it")
            for word in words:
                if word in screen:
                    return word
            time.sleep(0.05)
        raise AssertionError(f"neomutt never showed {words}:\n{screen}")

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, *arguments],
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        return done.stdout


@pytest.fixture
def neomutt(seeker: Seeker, tmp_path: Path) -> Iterator[Neomutt]:
    """Neomutt on the seeker's mailbox, with a check-in in Drafts."""
    seeker.at("2026-12-08 09:00")
    seeker.receives(seeker.letter_from(DANA, "Your interview at Acme", ago=timedelta(days=8)))
    seeker.add((DANA,))
    seeker.once()
    assert len(seeker.drafts()) == 1
    folder = tmp_path / "neomutt"
    folder.mkdir()
    program = Neomutt(folder, seeker.mailbox.name, seeker.mailbox.server.ports.imap)
    program.start()
    yield program
    program.stop()


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_neomutt_recalls_edits_and_sends_the_draft_in_its_thread(
    seeker: Seeker, neomutt: Neomutt
) -> None:
    """Recalled it is missing, not deleted; sent it is sent, under our own Message-ID."""
    neomutt.shows("Your interview at Acme")
    neomutt.keys("m")
    neomutt.shows("Recall postponed")
    neomutt.keys("y")
    neomutt.shows("y:Send")
    neomutt.shows("To: Dana Fox <dana@acme.example>")
    neomutt.shows("Subject: Re: Your interview")
    # Neomutt takes the draft out of Drafts before anything is sent.
    _until(lambda: seeker.drafts() == [])
    seeker.once()
    [draft] = seeker.history(1).drafts
    assert draft.state is DraftState.MISSING
    neomutt.keys("y")
    _until(lambda: neomutt.sent.exists() and len(seeker.lying_in("Sent")) == 1)
    seeker.once()
    [draft] = seeker.history(1).drafts
    assert draft.state is DraftState.SENT
    [(_, copy)] = seeker.lying_in("Sent")
    assert copy["Message-ID"] == draft.message_id
    assert copy["References"] == draft.in_reply_to
    assert "PS: added by hand" in copy.get_content()


def test_neomutt_postpones_the_edited_draft_again(seeker: Seeker, neomutt: Neomutt) -> None:
    """Recalled, changed and put back: it is edited, and stays when the answer comes."""
    neomutt.shows("Your interview at Acme")
    neomutt.keys("m")
    neomutt.shows("Recall postponed")
    neomutt.keys("y")
    neomutt.shows("y:Send")
    neomutt.keys("q")
    neomutt.shows("Save (postpone) draft", "Postpone this message")
    neomutt.keys("y")
    _until(lambda: any("PS: added" in draft.get_content() for draft in seeker.drafts()))
    seeker.once()
    assert seeker.history(1).drafts[0].state is DraftState.EDITED
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    seeker.once()
    assert len(seeker.drafts()) == 1

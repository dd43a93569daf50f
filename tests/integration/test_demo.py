"""The demo as a newcomer meets it: in a process of its own, its story read off its output."""

from __future__ import annotations

import gc
import io
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import imapclient
import pytest

import followupd
from followupd.demo import run_demo
from followupd.demo.server import PASSWORD, USER, MailServer
from followupd.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("demo")

WITHIN = 120
"""Seconds after which a demo that neither ends nor speaks has failed."""

PROGRAM = """
import sys

def beyond_loopback(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "127.0.0.1"
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
    else:
        return
    if host not in ("127.0.0.1", b"127.0.0.1"):
        print("BEYOND LOOPBACK:", event, arguments, file=sys.stderr)

sys.addaudithook(beyond_loopback)
from followupd.demo import run_demo
from followupd.demo.server import PASSWORD, USER, MailServer
sys.exit(run_demo(keep="--keep" in sys.argv))
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What a run of the demo left behind."""

    status: int
    output: str
    errors: str

    def scene(self, heading: str) -> str:
        """The text of the scene with that heading, without line breaks."""
        after = self.output.partition(f"\n{heading}")[2]
        assert after, f"there is no scene {heading}"
        return " ".join(re.split(r"\n\n(?=\S)", after)[0].split())


def environment(folder: Path) -> dict[str, str]:
    """A bare environment without a terminal's variables, with a temporary folder of its own."""
    root = Path(followupd.__file__).parents[1]
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(root),
        "PYTHONUTF8": "1",
        "PYTHONWARNINGS": "error",
        "HOME": str(folder),
        "TMPDIR": str(folder),
    }


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The demo in a process that is killed when it takes too long."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        timer = threading.Timer(WITHIN, process.kill)
        timer.start()
        try:
            yield process
        finally:
            timer.cancel()
            process.kill()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def told(folder: Path) -> Told:
    """One whole run into a pipe."""
    with started(folder) as process:
        output, errors = process.communicate()
    return Told(process.returncode, output, errors)


def test_the_story_comes_to_its_end(told: Told) -> None:
    """Everything that is told came about, and nothing was said on the error output."""
    assert told.errors == ""
    assert told.status == 0, told.output
    assert "What you have seen" in told.output


def test_the_four_interviews_end_differently(told: Told) -> None:
    """Acme has answered, Northwind is silent to the end, Globex waits, and Initech said no."""
    table = told.output.partition("How things stand")[2]
    assert re.search(r"1 +Acme, .* answered +1 +Dana Fox, Tue 8 Dec", table)
    assert re.search(r"2 +Northwind, .* closed +6 +10 working days", table)
    assert re.search(r"3 +Globex, .* silent +1 +in Drafts: check-in", table)
    assert re.search(r"4 +Initech, .* closed +2 +Uma Ott answered on Fri 11", table)


def test_the_check_in_is_shown_as_a_reply_in_the_thread(told: Told) -> None:
    """The draft in the frame answers the thank-you and says when they met and what was promised."""
    scene = told.scene("Tue 8 Dec 2026, 09:00")
    assert "To: Dana Fox <dana@acme.example>" in scene
    assert "Subject: Re: Your interview on 1 December" in scene
    assert re.search(r"In-Reply-To: <[0-9a-f]+@example\.org>", scene)
    assert "Friday 4 December" in scene
    assert "looks 3 more times: 1 draft in Drafts" in scene


def test_the_answer_is_known_at_once_and_the_draft_goes(told: Told) -> None:
    """Dana's mail marks Acme answered long before any poll would have found it."""
    scene = told.scene("Tue 8 Dec 2026, 10:12")
    took = re.search(r"answered (\d+) ms after the mail reached the server", scene)
    assert took is not None
    assert int(took[1]) < 5000
    assert "marks Acme answered by Dana Fox: next round" in scene
    assert "takes its own untouched draft back: check-in to Dana Fox" in scene
    assert "followupd add --round-of 1 --held WHEN" in scene


def test_the_absence_note_moves_the_check_in_and_is_no_answer(told: Told) -> None:
    """Lee is back on the 15th, so the check-in comes on the 16th and not on the 11th."""
    note = told.scene("Thu 3 Dec 2026, 13:00")
    assert "as automatic (absence): no answer" in note
    assert "moves the check-in: Fri 11 Dec, 09:00 -> Wed 16 Dec, 09:00" in note
    while_away = told.scene("Fri 11 Dec 2026, 09:00")
    assert "lays nothing" in while_away
    assert "Mia Sund stands in: `followupd draft 3 check-in --to mia@globex.example`" in while_away
    assert "lays a draft: check-in to Lee Ray" in told.scene("Wed 16 Dec 2026, 09:00")


def test_a_receipt_and_a_newsletter_change_nothing(told: Told) -> None:
    """One is filed as automatic, the other concerns nobody; the silent interview stays silent."""
    scene = told.scene("Mon 7 Dec 2026, 11:00")
    assert scene.count(": no answer") == 1
    assert "Acme in December" in scene
    assert "still has Acme as silent, Northwind as waiting" in scene


def test_a_deleted_draft_stays_deleted(told: Told) -> None:
    """Deleting a draft means no, however often followupd looks."""
    scene = told.scene("Tue 15 Dec 2026, 09:00")
    assert "takes that for a no: no network to Pat Roe any more" in scene
    assert "looks 3 more times: 0 drafts" in scene


def test_the_silent_interview_goes_up_the_whole_ladder(told: Told) -> None:
    """Thank-yous, promise, check-in, network, hiring manager, call sheet, and the end."""
    laid = r"lays a draft: (\S+) to (?:Sam|Kim|Ada|Ben|Jo|Pat|Rae)"
    assert re.findall(laid, told.output) == [
        "thank-you",
        "thank-you",
        "promise",
        "check-in",
        "network",
        "network",
        "hiring-manager",
    ]
    call = told.scene("Wed 23 Dec 2026, 09:00")
    assert 'lays a sheet for Robin: "Call Sam Park - Data Analyst position"' in call
    assert "$ followupd called 2" in call
    assert "not counting Fri 25 Dec 2026 and Fri 1 Jan" in call
    assert "closes Northwind and stops" in told.scene("Fri 8 Jan 2027, 09:00")


def test_the_whole_plan_is_told_beforehand_and_then_kept(told: Told) -> None:
    """What is planned on the day of the interview comes on those days, as Robin goes along."""
    plans = told.scene("Wed 2 Dec 2026, 11:00")
    for step, day in (
        ("promise-reminder to Sam Park", "Fri 4 Dec"),
        ("promise to Sam Park", "Mon 7 Dec"),
        ("check-in to Sam Park", "Thu 10 Dec"),
        ("network to Jo Berg and Pat Roe", "about Tue 15 Dec"),
        ("hiring-manager to Kim Lee", "about Fri 18 Dec"),
        ("call to Sam Park", "about Wed 23 Dec"),
        ("move-on", "about Fri 8 Jan"),
    ):
        assert f"plans: {step}, {day}, 09:00" in plans
        scene = told.scene(
            f"{day.removeprefix('about ')} {'2027' if 'Jan' in day else '2026'}, 09:00"
        )
        assert "Northwind" in scene


def test_a_panel_is_thanked_in_different_words(told: Told) -> None:
    """One opening each."""
    scene = told.scene("Wed 2 Dec 2026, 12:00")
    openings = re.search(r"Ada Wood: (Thank .+?\.) Ben Hale: (.+?\.)", scene)
    assert openings is not None
    assert openings[1] != openings[2]


def test_a_promise_is_called_to_mind_and_kept(told: Told) -> None:
    """On the Friday a sheet, on the Monday the draft in its place."""
    reminder = told.scene("Fri 4 Dec 2026, 09:00")
    assert 'lays a sheet for Robin: "Promised for Monday 7 December: Northwind"' in reminder
    kept = told.scene("Mon 7 Dec 2026, 09:00")
    assert "the day of the promise itself has come" in kept
    assert "lays a draft: promise to Sam Park" in kept


def test_a_rejection_is_answered_well_and_closes(told: Told) -> None:
    """A gracious answer on request, and the end on the next working day."""
    scene = told.scene("Fri 11 Dec 2026, 10:30")
    assert "marks Initech answered by Uma Ott: rejection" in scene
    assert "will close Initech: Mon 14 Dec, 09:00" in scene
    assert "lays a draft: rejection-answer to Uma Ott" in scene
    assert "closes Initech and stops" in told.scene("Mon 14 Dec 2026, 09:00")


def test_the_digest_counts_what_is_alive_and_asks_how_it_was(told: Told) -> None:
    """What waits, what goes cold, and the one question about what is over."""
    scene = told.scene("Fri 8 Jan 2027, 09:30")
    for part in ("TO DO", "IN YOUR DRAFTS", "GOING COLD", "CLOSED"):
        assert part in scene
    assert "2 processes are alive, 1 going cold." in scene
    assert "$ followupd review 2 --answered no --treated 2 --again no" in scene


def test_the_story_fits_a_terminal_and_needs_no_colour(told: Told) -> None:
    """No line is wider than 80 columns, and a pipe gets no escape sequences."""
    assert max(map(len, told.output.splitlines())) <= 80
    assert "\x1b" not in told.output


def test_nothing_is_left_on_the_disk(told: Told, folder: Path) -> None:
    """The state folder is gone with the demo."""
    assert told.status == 0
    assert list(folder.iterdir()) == []


@pytest.mark.same_on_any_python  # the whole story once more
def test_kept_up_the_mailbox_can_be_looked_into_until_ctrl_c(tmp_path: Path) -> None:
    """With --keep any client signs in with what is printed, and SIGINT ends it all."""
    with started(tmp_path, "--keep") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = ""
        while "MAILINDEX" not in said:
            line = process.stdout.readline()
            assert line, f"the demo ended early: {said}{process.stderr.read()}"
            said += line
        server = re.search(r"server (\S+), port (\d+)", said)
        user = re.search(r"user (\S+), password (\S+)", said)
        assert server is not None
        assert user is not None
        with imapclient.IMAPClient(server[1], int(server[2]), ssl=False, timeout=10) as client:
            client.login(user[1], user[2])
            client.select_folder("Drafts", readonly=True)
            assert len(client.search(["TO", "lee@globex.example"])) == 1
            assert client.select_folder("Sent", readonly=True)[b"EXISTS"] == 10
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert errors == ""
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_the_embedded_server_keeps_a_quiet_client() -> None:
    """A client that waits in IDLE is still connected after a garbage collection."""
    with MailServer() as server:
        client = imapclient.IMAPClient(server.host, server.port, ssl=False, timeout=10)
        client.login(USER, PASSWORD)
        client.select_folder("INBOX", readonly=True)
        client.idle()
        gc.collect()
        client.idle_done()
        client.logout()


def test_what_does_not_happen_is_said_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A story that waits in vain ends with the words for what it waited for, and status 1."""
    monkeypatch.setattr("followupd.demo.stage.WITHIN", 0.0)
    out = io.StringIO()
    assert run_demo(out=out) == 1
    assert "this did not happen within 0 seconds: the daemon watches" in out.getvalue()


def test_without_the_embedded_server_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pymap is not installed, the error says what to install."""
    monkeypatch.setitem(sys.modules, "pymap", None)
    with pytest.raises(UsageError, match=r"followupd\[demo\]"):
        run_demo(out=io.StringIO())

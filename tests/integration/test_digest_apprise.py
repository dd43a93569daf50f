"""The daily message handed to a service on this machine, by way of Apprise."""

from __future__ import annotations

import json
import logging
import socket
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from followupd.config import PasswordKind, PasswordSource
from followupd.errors import FollowupdError
from followupd.messenger import Handed, Messenger
from followupd.secrets import password
from tests.support.cli import CONFIG, Shell
from tests.support.stories import DANA, story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from followupd.secrets import Secret

pytest.importorskip("apprise")
pytestmark = [
    # What Apprise itself imports on older Pythons.
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
]

TOKEN = "a-very-secret-token"


@dataclass
class Webhook:
    """A service that takes notifications; it keeps each of them."""

    port: int = 0
    status: int = 200
    taken: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where Apprise finds it."""
        return f"json://127.0.0.1:{self.port}/{TOKEN}"


@contextmanager
def listening(webhook: Webhook) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            webhook.taken.append(json.loads(self.rfile.read(length)))
            self.send_response(webhook.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        webhook.port = server.server_port
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    """A service that is there."""
    webhook = Webhook()
    with listening(webhook):
        yield webhook


@pytest.fixture
def shell(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    webhook: Webhook,
) -> Shell:
    """A user whose digest goes to that service; it is Wed 18 Nov 2026, and a draft waits."""
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    section = '[digest]\nat = "08:00"\nvia = "apprise"\nurl = { env = "APPRISE_URL" }\n'
    shell.configure(f"{CONFIG}\n{section}")
    monkeypatch.setenv("APPRISE_URL", webhook.url)
    told = story(DANA)
    told.until("2026-11-17 09:00")
    shell.live(told)
    shell.at("2026-11-18 08:00")
    return shell


def secret(text: str) -> Secret:
    source = PasswordSource(PasswordKind.ENV, "URL")
    return password(source, service="x", username="x", environ={"URL": text})


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_the_digest_reaches_the_service_once(shell: Shell, webhook: Webhook) -> None:
    """With subject and text as they are, and not a second time that day."""
    assert "was handed to the service behind digest.url" in shell.did("digest", "--send").out
    assert shell.run("digest", "--send").code == 1
    [taken] = webhook.taken
    assert taken["title"] == "Follow-ups, Wednesday 18 November: 1 draft"
    assert "- check-in to Dana Fox (Acme, Engineer), since Tuesday 17 November" in taken["message"]
    assert "`followupd" not in taken["title"]


def test_a_service_that_refuses_is_told_and_not_asked_again_by_itself(
    shell: Shell, webhook: Webhook
) -> None:
    """It may have taken it all the same."""
    webhook.status = 500
    failed = shell.run("digest", "--send", "--json")
    assert (failed.code, failed.json["outcome"]) == (1, "failed")
    assert failed.json["next_at"].startswith("2026-11-19T08:00")
    assert "digest, since Wed 18 Nov, 08:00" in shell.did("list").out


def test_a_service_that_is_not_reached_is_tried_again_that_day(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a laptop has woken up without a network."""
    monkeypatch.setenv("APPRISE_URL", f"json://127.0.0.1:{closed_port()}/{TOKEN}")
    failed = shell.run("digest", "--send", "--json")
    assert failed.json["next_at"].startswith("2026-11-18T08:10")
    said = failed.out + failed.err + shell.did("list").out
    assert "cannot be reached" in said
    assert TOKEN not in said


def test_the_url_reaches_no_log_and_no_database(
    shell: Shell, webhook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where everything is logged and the service refuses."""
    root = logging.getLogger()
    with caplog.at_level(logging.DEBUG):
        heard: list[str] = []
        listener = logging.Handler()
        listener.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
        root.addHandler(listener)
        try:
            webhook.status = 403
            shell.run("digest", "--send")
            shell.run("check")
            with pytest.raises(FollowupdError) as caught:
                Messenger(secret(f"no-such-service://{TOKEN}"))
        finally:
            root.removeHandler(listener)
    assert TOKEN not in str(caught.value)
    assert not any(TOKEN in said for said in heard)
    assert TOKEN.encode() not in shell.database.read_bytes()


def test_check_knows_a_url_that_leads_nowhere(
    shell: Shell, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And sends nothing where it is right."""
    checks = {each["check"]: each for each in shell.run("check", "--json").json}
    assert (checks["digest"]["state"], webhook.taken) == ("ok", [])
    monkeypatch.setenv("APPRISE_URL", f"nonsense://{TOKEN}")
    checks = {each["check"]: each for each in shell.run("check", "--json").json}
    assert checks["digest"]["state"] == "failed"
    assert TOKEN not in checks["digest"]["detail"]


@pytest.mark.parametrize("first", ["", "json://127.0.0.1:9/x, "])
@pytest.mark.parametrize("scheme", ["mailto", "mailtos"])
def test_a_url_that_sends_mail_is_refused(first: str, scheme: str) -> None:
    """To whatever address stands in it mail would go out that nobody approved."""
    url = f"{first}{scheme}://robin:hush@smtp.example.org?to=dana@acme.example"
    with pytest.raises(FollowupdError, match=r'digest\.via = "smtp"') as refusal:
        Messenger(secret(url))
    assert "hush" not in str(refusal.value)
    assert "dana" not in str(refusal.value)


def test_a_missing_extra_is_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the line that installs it, at `check` and when the digest is due."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    checks = {each["check"]: each for each in shell.run("check", "--json").json}
    assert "pip install 'followupd[apprise]'" in checks["digest"]["detail"]
    assert "pip install 'followupd[apprise]'" in shell.run("digest", "--send").err


def test_of_several_places_one_that_fails_is_a_refusal(webhook: Webhook) -> None:
    """The other one has it: it is not sent there again."""
    both = f"{webhook.url},json://127.0.0.1:{closed_port()}/"
    assert Messenger(secret(both)).hand("subject", "text") is Handed.REFUSED
    assert len(webhook.taken) == 1

"""Passwords: every source gives what it has, and no error ever holds it."""

from __future__ import annotations

import os
import pickle
import shlex
import sys
from typing import TYPE_CHECKING

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.errors
import pytest

from followupd.config import Imap, OAuth, PasswordKind, PasswordSource, Security
from followupd.credentials import server_secret, with_secret
from followupd.errors import AuthenticationError
from followupd.secrets import Secret, keyring_service, password, store_in_keyring

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVICE = keyring_service("personal")


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A back end that holds its passwords in memory, and may be locked."""

    priority = 0.1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.stored: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        """Look it up."""
        if self.locked:
            raise keyring.errors.KeyringLocked("hunter2")
        return self.stored.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        if self.locked:
            raise keyring.errors.KeyringLocked("hunter2")
        self.stored[service, username] = password


@pytest.fixture
def memory() -> Iterator[MemoryKeyring]:
    """A keyring of one's own instead of the desktop's."""
    before = keyring.get_keyring()
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture
def no_keyring() -> Iterator[None]:
    """A machine without any keyring."""
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


def fetch(kind: PasswordKind, value: str = "", *, seconds: float = 30.0, **environ: str) -> Secret:
    """Ask this source for Robin's password."""
    return password(
        PasswordSource(kind, value),
        service=SERVICE,
        username="robin",
        environ={"PATH": os.environ["PATH"], **environ},
        command_seconds=seconds,
    )


def refusal(kind: PasswordKind, value: str = "", *, seconds: float = 30.0, **environ: str) -> str:
    """Why this source has no password; it names the source and keeps the secret."""
    with pytest.raises(AuthenticationError) as error:
        fetch(kind, value, seconds=seconds, **environ)
    words = str(error.value)
    assert f"{{ {kind.value} = … }}" in words
    assert "robin" in words
    assert "hunter2" not in words
    return words


def imap(source: PasswordSource | OAuth) -> Imap:
    """A server whose secret comes from there."""
    return Imap(*("localhost", 993, Security.TLS, "robin"), source, *(None, None, None, None, None))


def python(program: str) -> str:
    """A command line that runs this program."""
    return shlex.join([sys.executable, "-c", program])


def test_a_secret_does_not_show_itself() -> None:
    """Neither a log nor a debugger's view of the values around prints it."""
    secret = Secret("hunter2")
    assert secret.reveal() == "hunter2"
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    assert repr(secret) == "Secret(…)"
    with pytest.raises(TypeError, match="not written down"):
        pickle.dumps(secret)


def test_what_login_stores_the_keyring_gives_back(memory: MemoryKeyring) -> None:
    """Both ends agree on the names it is kept under."""
    store_in_keyring(SERVICE, "robin", Secret("hunter2"))
    assert memory.stored == {("followupd:personal", "robin"): "hunter2"}
    assert fetch(PasswordKind.KEYRING).reveal() == "hunter2"


def test_a_password_that_was_never_stored_names_the_command(memory: MemoryKeyring) -> None:
    """It is an account's own that `login` stores; for any other there is keyring's command."""
    assert "`keyring set followupd:personal robin`" in refusal(PasswordKind.KEYRING)
    with pytest.raises(AuthenticationError, match="`followupd login personal`"):
        server_secret("personal", imap(PasswordSource(PasswordKind.KEYRING, "")))


def test_a_locked_keyring_is_named(memory: MemoryKeyring) -> None:
    """The back end's own words are not passed on."""
    memory.locked = True
    assert "unlock it" in refusal(PasswordKind.KEYRING)
    with pytest.raises(AuthenticationError, match="unlock it") as error:
        store_in_keyring(SERVICE, "robin", Secret("hunter2"))
    assert "hunter2" not in str(error.value)


def test_a_machine_without_a_keyring_names_the_source_that_fits_it(no_keyring: None) -> None:
    """Not every source there is, but one that works here, as it is written."""
    words = refusal(PasswordKind.KEYRING)
    assert "in its place fits { " in words
    assert '{ file = "~/.config/followupd/mail.password" }' in words
    assert "user unit in a desktop session" in words
    with pytest.raises(AuthenticationError, match="in its place fits"):
        store_in_keyring(SERVICE, "robin", Secret("hunter2"))


def test_a_command_gives_its_first_line() -> None:
    """Password stores print notes below the password; spaces belong to it."""
    command = python(r"print(' hunter2 \r\nlogin: robin')")
    assert fetch(PasswordKind.COMMAND, command).reveal() == " hunter2 "


def test_a_command_gets_no_shell_no_input_and_the_environment_it_was_given() -> None:
    """Nothing is expanded, and nothing can wait for an answer."""
    command = python("import os, sys; print(sys.stdin.read() + os.environ['A'] + sys.argv[1])")
    assert fetch(PasswordKind.COMMAND, f"{command} '$A;b'", A="x").reveal() == "x$A;b"


def test_a_command_that_fails_is_named_by_its_exit_code() -> None:
    """What it printed is not repeated, on neither channel."""
    program = "import sys; print('hunter2'); print('hunter2', file=sys.stderr); sys.exit(7)"
    assert "exit code 7" in refusal(PasswordKind.COMMAND, python(program))


def test_a_command_that_is_killed_is_named_by_its_signal() -> None:
    """A crash is no exit code."""
    program = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert "signal 9" in refusal(PasswordKind.COMMAND, python(program))


def test_a_command_that_does_not_end_is_given_up(tmp_path: Path) -> None:
    """A prompt that nobody sees does not hold up the daemon."""
    program = "print('hunter2', flush=True); import signal; signal.pause()"
    assert "after 0.5 seconds" in refusal(PasswordKind.COMMAND, python(program), seconds=0.5)


@pytest.mark.parametrize("command", ["/nonexistent/hunter2", "''", "", "/etc/passwd hunter2"])
def test_a_command_that_cannot_be_started_is_explained(command: str) -> None:
    """The command itself is not repeated: tokens stand in such lines."""
    assert "program" in refusal(PasswordKind.COMMAND, command)


def test_a_command_that_prints_no_text_is_refused() -> None:
    """A password is UTF-8."""
    program = r"import sys; sys.stdout.buffer.write(b'hunter2\xff')"
    assert "UTF-8" in refusal(PasswordKind.COMMAND, python(program))


def test_a_private_file_gives_its_first_line(tmp_path: Path) -> None:
    """The line break that every editor adds is no part of the password."""
    file = tmp_path / "password"
    file.write_bytes("hunter2ß\r\nsecond".encode())
    file.chmod(0o600)
    assert fetch(PasswordKind.FILE, str(file)).reveal() == "hunter2ß"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    """The way out is named."""
    file = tmp_path / "pass word"
    file.write_text("hunter2", encoding="utf-8")
    file.chmod(mode)
    assert f"chmod 600 '{file}'" in refusal(PasswordKind.FILE, str(file))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    """Missing, a folder, or a pipe that would be waited on for ever."""
    assert "No such file" in refusal(PasswordKind.FILE, str(tmp_path / "none"))
    assert "not a regular file" in refusal(PasswordKind.FILE, str(tmp_path))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    assert "not a regular file" in refusal(PasswordKind.FILE, str(pipe))


def test_a_credential_is_read_from_the_folder_that_systemd_names(tmp_path: Path) -> None:
    """The unit guards these files with an access list, which looks like group permissions."""
    file = tmp_path / "mail"
    file.write_text("hunter2\n", encoding="utf-8")
    file.chmod(0o440)
    found = fetch(PasswordKind.CREDENTIAL, "mail", CREDENTIALS_DIRECTORY=str(tmp_path))
    assert found.reveal() == "hunter2"


@pytest.mark.parametrize("name", ["../mail", "/etc/passwd", ".", "..", "", "a\0b"])
def test_a_credential_is_no_path(tmp_path: Path, name: str) -> None:
    """It cannot point out of its folder."""
    words = refusal(PasswordKind.CREDENTIAL, name, CREDENTIALS_DIRECTORY=str(tmp_path))
    assert "not by a path" in words


def test_a_credential_outside_systemd_names_the_setting() -> None:
    """The unit lacks a line."""
    assert "LoadCredential=mail:" in refusal(PasswordKind.CREDENTIAL, "mail")


def test_a_variable_is_read_from_the_environment_that_was_given() -> None:
    """Not from the process's own."""
    assert fetch(PasswordKind.ENV, "MAIL_PW", MAIL_PW="hunter2").reveal() == "hunter2"
    assert "$MAIL_PW is not set" in refusal(PasswordKind.ENV, "MAIL_PW")


@pytest.mark.parametrize("value", ["hunter2\nA1 LOGOUT", "hunter2\r", "hunter2\0"])
def test_a_password_with_a_line_break_is_refused(value: str) -> None:
    """It would end the command that it is sent in."""
    assert "line break" in refusal(PasswordKind.ENV, "MAIL_PW", MAIL_PW=value)


def test_a_password_that_is_no_text_is_refused() -> None:
    """The error of the encoder would hold all of it."""
    assert "UTF-8" in refusal(PasswordKind.ENV, "MAIL_PW", MAIL_PW="hunter2\udcff")


def test_an_empty_password_is_refused(tmp_path: Path, memory: MemoryKeyring) -> None:
    """No server is asked with an empty one; that could lock the account."""
    file = tmp_path / "empty"
    file.touch(0o600)
    memory.stored[SERVICE, "robin"] = ""
    for kind, value in (
        (PasswordKind.KEYRING, ""),
        (PasswordKind.COMMAND, python("print()")),
        (PasswordKind.FILE, str(file)),
        (PasswordKind.ENV, "MAIL_PW"),
    ):
        assert "it is empty" in refusal(kind, value, MAIL_PW="")


def test_a_refused_password_is_not_tried_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second try could lock the account; only a token may have ended a moment ago."""
    monkeypatch.setenv("MAIL_PW", "hunter2")
    seen: list[str] = []

    def use(secret: Secret) -> None:
        seen.append(secret.reveal())
        raise AuthenticationError("refused")

    with pytest.raises(AuthenticationError, match="refused"):
        with_secret("personal", imap(PasswordSource(PasswordKind.ENV, "MAIL_PW")), use)
    assert seen == ["hunter2"]

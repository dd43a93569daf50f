"""Storing and forgetting passwords: in one step, and never over anything that is none of ours."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from followupd.config import PasswordKind, PasswordSource
from followupd.errors import AuthenticationError
from followupd.secrets import Secret, keyring_service, password
from followupd.secrets.by_hand import how_to_store
from followupd.secrets.keeping import Standing, forget, is_storable, standing, store
from followupd.secrets.pasting import as_meant

if TYPE_CHECKING:
    from pathlib import Path

SERVICE = keyring_service("personal")


def put(path: Path, value: str = "hunter2", *, replace: bool = False) -> None:
    """Store Robin's password in that file."""
    source = PasswordSource(PasswordKind.FILE, str(path))
    store(source, service=SERVICE, username="robin", secret=Secret(value), replace=replace)


def got(path: Path) -> str:
    """Robin's password from that file, as the daemon reads it."""
    source = PasswordSource(PasswordKind.FILE, str(path))
    return password(source, service=SERVICE, username="robin", environ={}).reveal()


def taken_away(path: Path) -> bool:
    """Whether Robin's password was taken out of that file."""
    source = PasswordSource(PasswordKind.FILE, str(path))
    return forget(source, service=SERVICE, username="robin")


def private(path: Path, content: bytes) -> Path:
    """A file that only its owner may read."""
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def test_a_stored_password_is_read_back_by_the_daemon(tmp_path: Path) -> None:
    """Nobody else may read the file or its new folder, and blanks belong to the password."""
    file = tmp_path / "new" / "mail"
    put(file, " pass wörd ")
    assert got(file) == " pass wörd "
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(file.parent.iterdir()) == [file]


def test_a_new_password_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    """In one step: a daemon that reads just then gets one or the other."""
    file = tmp_path / "mail"
    put(file, "old")
    before = file.stat().st_ino
    put(file, "new")
    assert got(file) == "new"
    assert file.stat().st_ino != before


@pytest.mark.parametrize(
    "content",
    [b"one\ntwo\n", b"\x00\x01", b"\xff\xfe", b"x" * 1025, b"a\tb\n", b"\n\n"],
    ids=["lines", "binary", "no text", "long", "control", "blank lines"],
)
def test_a_file_that_is_no_password_file_is_not_overwritten(tmp_path: Path, content: bytes) -> None:
    """A slip in the configuration must not cost a key or a document."""
    file = private(tmp_path / "notes", content)
    with pytest.raises(AuthenticationError, match="does not look like a password file"):
        put(file)
    assert file.read_bytes() == content
    with pytest.raises(AuthenticationError, match="delete it yourself"):
        taken_away(file)
    assert file.read_bytes() == content
    put(file, replace=True)
    assert got(file) == "hunter2"


def test_a_file_that_others_may_read_is_not_taken_for_ours(tmp_path: Path) -> None:
    """A password file is private from its first moment; a public one is something else."""
    file = tmp_path / "hostname"
    file.write_text("ship\n", encoding="utf-8")
    file.chmod(0o644)
    assert standing(file) is Standing.OTHER
    with pytest.raises(AuthenticationError, match="does not look like a password file"):
        put(file)
    assert file.read_text(encoding="utf-8") == "ship\n"


def test_neither_a_folder_nor_a_link_is_replaced(tmp_path: Path) -> None:
    """Not even when asked to: what a link leads to may be anybody's."""
    target = private(tmp_path / "target", b"old\n")
    link = tmp_path / "link"
    link.symlink_to(target)
    for place in (tmp_path, link):
        with pytest.raises(AuthenticationError, match="does not look like a password file"):
            put(place, replace=True)
    assert link.is_symlink()
    assert target.read_bytes() == b"old\n"


def test_a_folder_in_which_others_may_write_is_refused(tmp_path: Path) -> None:
    """They could put a file of theirs in the place of ours; the way out is named."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(AuthenticationError, match="chmod go-w"):
        put(folder / "mail")
    assert list(folder.iterdir()) == []


def test_what_cannot_be_written_is_told_with_its_reason(tmp_path: Path) -> None:
    """The file system's own word, and never the password."""
    private(tmp_path / "file", b"")
    with pytest.raises(AuthenticationError, match=r"was not stored: .*Not a directory") as error:
        put(tmp_path / "file" / "mail")
    assert "hunter2" not in str(error.value)


def test_an_empty_file_that_waits_for_its_password_is_filled(tmp_path: Path) -> None:
    """Whoever made it with `install -m 600` meant it for that."""
    put(private(tmp_path / "mail", b""))
    assert got(tmp_path / "mail") == "hunter2"


def test_a_password_file_is_deleted_once(tmp_path: Path) -> None:
    """The second time there is nothing left to forget."""
    file = tmp_path / "mail"
    put(file)
    assert taken_away(file)
    assert not file.exists()
    assert not taken_away(file)


def test_only_the_keyring_and_a_file_are_ours_to_write() -> None:
    """For the others the user is told what to run."""
    ours = {kind for kind in PasswordKind if is_storable(PasswordSource(kind, "x"))}
    assert ours == {PasswordKind.KEYRING, PasswordKind.FILE}


def words(kind: PasswordKind, value: str) -> str:
    """What the user is told to run."""
    return "\n".join(how_to_store(PasswordSource(kind, value), "robin@example.org"))


def test_a_credential_is_encrypted_by_a_line_to_be_copied() -> None:
    """With the unit's own line; the password is asked by systemd and stands in neither."""
    told = words(PasswordKind.CREDENTIAL, "mail")
    assert "systemd-ask-password -n 'Password of robin@example.org:' | systemd-creds" in told
    assert "systemd-creds encrypt --name=mail - /etc/credstore.encrypted/mail" in told
    assert "LoadCredentialEncrypted=mail:/etc/credstore.encrypted/mail" in told


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("pass show mail/robin", "pass insert --force mail/robin"),
        ("/usr/bin/pass 'my mail'", "pass insert --force 'my mail'"),
        (
            "secret-tool lookup service mail user robin",
            "secret-tool store --label=followupd service mail user robin",
        ),
    ],
)
def test_the_store_behind_a_known_command_is_filled_by_its_own_program(
    command: str, line: str
) -> None:
    """The user copies the line."""
    assert line in words(PasswordKind.COMMAND, command).splitlines()[-1]


@pytest.mark.parametrize("command", ["op read op://x --token=hunter2", "pass show a hunter2", "'"])
def test_a_command_that_is_not_known_is_not_repeated(command: str) -> None:
    """Tokens stand in such lines."""
    told = words(PasswordKind.COMMAND, command)
    assert "that store's own program" in told
    assert "hunter2" not in told


def test_a_variable_is_named_with_what_would_be_better() -> None:
    """Whoever starts followupd sets it."""
    assert "$MAIL_PW" in words(PasswordKind.ENV, "MAIL_PW")


@pytest.mark.parametrize(
    ("host", "typed"),
    [
        ("imap.gmail.com", "abcd efgh ijkl mnop"),
        ("SMTP.gmail.com.", " abcd efgh ijkl mnop "),
        ("imap.mail.yahoo.com", "abcd efgh ijkl mnop"),
        ("imap.gmail.com", "abcd\N{NO-BREAK SPACE}efgh\N{NO-BREAK SPACE}ijkl mnop"),
    ],
)
def test_an_app_password_is_understood_as_its_provider_prints_it(host: str, typed: str) -> None:
    """The blanks are only there to be read by, and the user is told that they are left out."""
    meant, said = as_meant(typed, host)
    assert meant == "abcdefghijklmnop"
    assert "blanks are left out" in said
    assert meant not in said


@pytest.mark.parametrize(
    ("host", "typed"),
    [
        ("imap.example.org", "abcd efgh ijkl mnop"),
        ("imap.notgmail.com", "abcd efgh ijkl mnop"),
        ("imap.gmail.com.example.org", "abcd efgh ijkl mnop"),
        ("imap.gmail.com", "abcd efgh ijkl"),
        ("imap.gmail.com", "Abcd efgh ijkl mnop"),
        ("imap.gmail.com", "abcd  efgh ijkl mnop"),
        ("imap.gmail.com", " my own password "),
    ],
)
def test_any_other_password_keeps_its_blanks(host: str, typed: str) -> None:
    """Elsewhere they may well belong to it."""
    assert as_meant(typed, host) == (typed, "")

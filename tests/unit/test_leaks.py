"""The search over the whole test run can fail: it finds a secret wherever it was let out."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.leaks_search import in_text, in_tree, watched

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["pytester"]

SECRET = "only-robin-knows-this"
TITLE = "secrets where none may be"

CONFTEST = """
from tests import leaks

def pytest_configure(config):
    leaks.watch("the secret of Robin", "only-" + "robin-knows-this")
    leaks.register(config)
"""

LEAKS = """
import base64, os, sqlite3, subprocess, sys, time
from followupd.config import PasswordKind, PasswordSource
from followupd.secrets import password
from tests.support.oidc_ledger import Issued, Ledger, MARK

SECRET = "-".join(["only", "robin", "knows", "this"])

def asked(command, environ):
    source = PasswordSource(PasswordKind.COMMAND, command)
    password(source, service="x", username="robin", environ={**os.environ, **environ})

def test_prints():
    print(f"the answer is {SECRET}")

def test_fails():
    assert SECRET == "another"

def test_logs(tmp_path):
    (tmp_path / "followupd.log").write_text(f"event=login password={SECRET}\\n")

def test_stores(tmp_path):
    connection = sqlite3.connect(tmp_path / "followupd.db")
    with connection:
        connection.execute("create table t (x text)")
        connection.execute("insert into t values (?)", (SECRET,))
    connection.close()

def test_encodes(tmp_path):
    (tmp_path / "wire").write_bytes(base64.b64encode(f"\\0robin\\0{SECRET}".encode()))

def test_keeps_in_public(tmp_path):
    (tmp_path / "public.password").write_text(SECRET)
    (tmp_path / "public.password").chmod(0o644)

def test_starts_with_arguments():
    asked(f"echo {SECRET}", {})

def test_starts_with_a_variable():
    asked("echo yes", {"OUR_VARIABLE": SECRET})

def test_shows_in_the_process_list(tmp_path, request):
    program = tmp_path / "followupd"
    script = "#!/bin/sh\\nOF_OURS=$2 sh -c 'read line < \\"$0\\"' \\"$1\\"\\n"
    program.write_text(script)
    program.chmod(0o755)
    os.mkfifo(tmp_path / "pipe")
    running = subprocess.Popen([program, tmp_path / "pipe", SECRET])
    try:
        finds = request.config.pluginmanager.get_plugin("leaks")._processes.finds
        wanted = {"the arguments of /bin/sh", "$OF_OURS, set for sh"}
        deadline = time.monotonic() + 60
        while not wanted <= {each.where for each in set(finds)}:
            assert time.monotonic() < deadline, finds
            time.sleep(0.01)
    finally:
        os.close(os.open(tmp_path / "pipe", os.O_RDWR | os.O_NONBLOCK))
        running.kill()
        running.wait()

def test_prints_a_token():
    ledger = Ledger()
    ledger.secrets.append((Issued.ACCESS_TOKEN, MARK + "0123456789abcdef"))
    ledger.secrets.append((Issued.CODE_VERIFIER, "a-verifier-of-a-client"))
    print("Bearer " + MARK + "0123456789abcdef", "verifier a-verifier-of-a-client")
"""

CLEAN = """
from datetime import UTC, datetime
from followupd.oauth.tokens import Tokens, to_json

SECRET = "-".join(["only", "robin", "knows", "this"])

def private(path, text):
    path.write_text(text)
    path.chmod(0o600)

def test_keeps(tmp_path):
    private(tmp_path / "mail.password", f"{SECRET}\\n")

def test_prints_something_else():
    print("the answer is 42")
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A test run of its own that is searched."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeconftest(CONFTEST)
    return pytester


def told(result: pytest.RunResult) -> list[str]:
    """What the search has told at the end of a run."""
    lines = result.outlines
    titles = [number for number, line in enumerate(lines) if TITLE in line]
    rest = lines[titles[0] + 1 :] if titles else []
    # Pytest's own summary follows, which on CI repeats what a test compared.
    return list(itertools.takewhile(lambda line: not line.startswith("===="), rest))


def test_a_secret_that_is_let_out_fails_the_run(run: pytest.Pytester) -> None:
    """In each way there is, it is named with its place, and its value is not repeated."""
    run.makepyfile(test_leaky=LEAKS)
    result = run.runpytest_subprocess("-p", "no:cacheprovider")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    words = "\n".join(told(result))
    who = "the secret of Robin stands in"
    for where in (
        f"{who} Captured stdout call of test_leaky.py::test_prints",
        f"{who} the failure text of test_leaky.py::test_fails",
        f"{who} the arguments of echo",
        f"{who} $OUR_VARIABLE, set for echo",
        f"{who} the arguments of /bin/sh",
        f"{who} $OF_OURS, set for sh",
        "a token of a provider stands in Captured stdout call",
        "the access token of a provider stands in Captured stdout call",
        "the code verifier of a provider stands in Captured stdout call",
    ):
        assert where in words
    files = {line.rpartition("/")[2] for line in told(result) if line.startswith(f"{who} /")}
    assert files == {"followupd.log", "followupd.db", "wire", "public.password"}
    assert SECRET not in words


def test_what_a_worker_finds_fails_the_run_that_started_it(run: pytest.Pytester) -> None:
    """Every test passes; the search alone makes the difference."""
    run.makepyfile(test_leaky="def test_prints(): print('only-' + 'robin-knows-this')")
    result = run.runpytest_subprocess("-p", "no:cacheprovider", "-n", "1")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    (line,) = (line for line in told(result) if "stands in" in line)
    assert line.startswith("the secret of Robin stands in Captured stdout call")


def test_a_clean_run_passes(run: pytest.Pytester) -> None:
    """A password in a file that is made for it is where it belongs."""
    run.makepyfile(test_clean=CLEAN)
    result = run.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.OK
    assert told(result) == []


def encoded_somewhere(value: bytes) -> Iterator[bytes]:
    """A text with the value in it, in base64, at each of the three places it can have."""
    import base64

    for before in (b"", b"u", b"us"):
        for after in (b"", b"\x01", b"\x01\x01"):
            yield base64.b64encode(before + value + after)


def test_a_secret_is_found_in_base64_wherever_it_stands() -> None:
    """SASL sends it so, after the user's name."""
    secret = watched("it", SECRET)
    for data in encoded_somewhere(SECRET.encode()):
        assert secret.is_in(data)
    for data in encoded_somewhere(b"only-robin-knows-that"):
        assert not secret.is_in(data)


def test_a_secret_is_found_as_json_and_addresses_write_it() -> None:
    """With its odd letters escaped."""
    secret = watched("it", 'a/b "c" ß+d')
    for text in ('{"x": "a/b \\"c\\" \\u00df+d"}', "?x=a%2Fb%20%22c%22%20%C3%9F%2Bd&y=1"):
        assert list(in_text(text, [secret], "a text"))


def test_a_secret_that_is_too_short_is_not_watched() -> None:
    """It would be found by chance."""
    with pytest.raises(ValueError, match="too short"):
        watched("it", "pw")


def test_only_a_private_file_with_nothing_else_may_hold_a_secret(tmp_path: Path) -> None:
    """By what it is, whatever it is called; the home of a mail program is left out by its place."""
    secret = watched("it", SECRET)
    cases = {
        "private": (SECRET, 0o600, False),
        "with a line break": (f"{SECRET}\n", 0o600, False),
        "read by others": (SECRET, 0o644, True),
        "a log": (f"login with {SECRET}", 0o600, True),
        "two lines": (f"{SECRET}\nmore", 0o600, True),
        "json": (f'{{"password":"{SECRET}"}}', 0o600, True),
    }
    for name, (text, mode, _) in cases.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(mode)
    (tmp_path / "link").symlink_to(tmp_path / "a log")
    os.mkfifo(tmp_path / "pipe")
    theirs = tmp_path / "mutt"
    theirs.mkdir()
    (theirs / "muttrc").write_text(f"set imap_pass={SECRET}", encoding="utf-8")
    found = {Path(each.where).name for each in in_tree(tmp_path, [secret], {theirs})}
    assert found == {name for name, (_, _, is_found) in cases.items() if is_found}
    assert theirs / "muttrc" in {Path(each.where) for each in in_tree(tmp_path, [secret])}

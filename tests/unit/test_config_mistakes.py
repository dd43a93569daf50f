"""Mistakes in a configuration: each is found, placed and put into words; none leaks a secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followupd.config import parse
from followupd.errors import ConfigError, Problem

GOOD = """\
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
holidays = "DE-BE"
language = "en"
[[accounts]]
name = "personal"
address = "robin@example.org"
aliases = []
[accounts.imap]
host = "imap.example.org"
port = 993
security = "tls"
password = { keyring = true }
folders = ["INBOX"]
[accounts.smtp]
host = "smtp.example.org"
[accounts.approval]
folder = "Followups/Send"
[cadence]
silent_after = "5 business days"
send_between = ["09:00", "17:30"]
"""


def problems(text: str) -> list[Problem]:
    """What is wrong with this configuration."""
    with pytest.raises(ConfigError) as refusal:
        parse(text)
    return list(refusal.value.problems)


def only(old: str, new: str) -> Problem:
    """The one problem of the good configuration with this one change."""
    assert old in GOOD
    (problem,) = problems(GOOD.replace(old, new, 1))
    return problem


def test_the_configuration_that_these_tests_spoil_is_good() -> None:
    """Every mistake below is caused by its one change."""
    assert parse(GOOD).user.name == "Robin Doe"


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ('name = "Robin Doe"', "", "user.name", "is missing"),
        ('"Robin Doe"', '" "', "user.name", "is empty"),
        ('"Robin Doe"', '"Robin\\nBcc: x@example.com"', "user.name", "control character"),
        ('"Robin Doe"', '"Robin\\u202eDoe"', "user.name", "control character"),
        ('"Robin Doe"', f'"{"R" * 1001}"', "user.name", "longer than"),
        ('"Robin Doe"', "2020-01-01", "user.name", "must be text in quotes, but is a date"),
        ('"Europe/Berlin"', '"Europe/Berlyn"', "user.timezone", 'did you mean "Europe/Berlin"'),
        ('"Europe/Berlin"', '"../../etc/passwd"', "user.timezone", "is no IANA time zone"),
        ('"Europe/Berlin"', '"Europe"', "user.timezone", "is no IANA time zone"),
        ('"DE-BE"', '"de-be"', "user.holidays", 'did you mean "DE-BE"'),
        ('"DE-BE"', '"DE-XX"', "user.holidays", "no part of DE; its parts are: BB, BE"),
        ('"DE-BE"', '"DE-"', "user.holidays", "is no part of DE"),
        ('"DE-BE"', '"Atlantis"', "user.holidays", "is no country"),
        ('"en"', '"english"', "user.language", "two small letters"),
        ('"en"', '"EN"', "user.language", "two small letters"),
        ('"personal"', '"my mail!"', "accounts[0].name", "letters"),
        ('"robin@example.org"', '"Robin <r@example.org>"', "accounts[0].address", "bare"),
        ('"robin@example.org"', '"robin"', "accounts[0].address", "is no address"),
        ('"robin@example.org"', '"a..b@example.org"', "accounts[0].address", "is no address"),
        ("aliases = []", 'aliases = "a@example.org"', "accounts[0].aliases", "must be a list"),
        ("aliases = []", 'aliases = ["nobody"]', "accounts[0].aliases", "is no address"),
        ("aliases = []", "aliases = [1]", "accounts[0].aliases[0]", "but is a whole number"),
        ('"imap.example.org"', '"imaps://imap.example.org"', "accounts[0].imap.host", "no scheme"),
        ('"imap.example.org"', '"imap.example.org:993"', "accounts[0].imap.host", "no port"),
        ('"imap.example.org"', '"[::1]"', "accounts[0].imap.host", "no brackets"),
        ("port = 993", 'port = "993"', "accounts[0].imap.port", "must be a whole number"),
        ("port = 993", "port = true", "accounts[0].imap.port", "but is true or false"),
        ("port = 993", "port = 993.0", "accounts[0].imap.port", "decimal point"),
        ("port = 993", "port = 0", "accounts[0].imap.port", "between 1 and 65535"),
        ("port = 993", "port = 65536", "accounts[0].imap.port", "between 1 and 65535"),
        ('"tls"', '"startls"', "accounts[0].imap.security", 'did you mean "starttls"'),
        ('"tls"', '"ssl"', "accounts[0].imap.security", 'there are: "tls", "starttls", "none"'),
        ('"tls"', '"none"', "accounts[0].imap.security", "clear text"),
        ('["INBOX"]', "[]", "accounts[0].imap.folders", "names no folder"),
        ('["INBOX"]', '[""]', "accounts[0].imap.folders[0]", "is empty"),
        ('["INBOX"]', '["A", "A"]', "accounts[0].imap.folders[1]", "twice"),
        ('["INBOX"]', '"INBOX"', "accounts[0].imap.folders", "must be a list"),
        ('"Followups/Send"', '""', "accounts[0].approval.folder", "is empty"),
        ('folder = "Followups/Send"', "", "accounts[0].approval.folder", "is missing"),
        ('"Followups/Send"', '"inbox"', "accounts[0].approval.folder", "something else"),
        (
            'folder = "Followups/Send"',
            'folder = "Send"\ncopy_to_sent = "no"',
            "accounts[0].approval.copy_to_sent",
            "must be true or false",
        ),
        ('"5 business days"', '"2 hours"', "cadence.silent_after", "counted in days"),
        ('"5 business days"', '"soon"', "cadence.silent_after", "is no wait"),
        ('"5 business days"', "5", "cadence.silent_after", "must be text in quotes"),
        ('["09:00", "17:30"]', '["17:30", "09:00"]', "cadence.send_between", "earlier time"),
        ('["09:00", "17:30"]', '["09:00", "09:00"]', "cadence.send_between", "earlier time"),
        ('["09:00", "17:30"]', '["24:00", "24:00"]', "cadence.send_between", "earlier time"),
        ('["09:00", "17:30"]', '["9:00", "17:30"]', "cadence.send_between", "two times"),
        ('["09:00", "17:30"]', '["09:00"]', "cadence.send_between", "two times"),
        ('["09:00", "17:30"]', '["09:00", "25:00"]', "cadence.send_between", "two times"),
        ('["09:00", "17:30"]', '"09:00-17:30"', "cadence.send_between", "must be a list"),
        ('["09:00", "17:30"]', '[09:00:00, "17:30"]', "cadence.send_between[0]", "in quotes"),
    ],
)
def test_one_mistake_is_one_problem_at_its_place(old: str, new: str, where: str, what: str) -> None:
    """A mistake is named by its key, and the stand-in for it causes no second one."""
    problem = only(old, new)
    assert problem.where == where
    assert what in problem.what
    assert problem.line is not None


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file() -> None:
    """The user corrects the file once, not five times."""
    text = (
        GOOD.replace("Europe/Berlin", "Berlin/Europe")
        .replace("port = 993", "port = -1")
        .replace("[cadence]", '[cadence]\ncolour = "red"')
        .replace('name = "personal"', "")
    )
    found = problems(text)
    assert [problem.where for problem in found] == [
        "user.timezone",
        "accounts[0].name",
        "accounts[0].imap.port",
        "cadence.colour",
    ]
    lines = text.splitlines()
    assert [lines[(problem.line or 0) - 1] for problem in found] == [
        'timezone = "Berlin/Europe"',
        "[[accounts]]",
        "port = -1",
        'colour = "red"',
    ]


def test_the_line_is_found_in_the_second_account_behind_strings_that_look_like_keys() -> None:
    """Texts over several lines, comments and lists do not lead the search astray."""
    text = (
        "user.name = '''\nport = 1\n'''  # [accounts.imap]\n"
        'user.timezone = "UTC"\n'
        "[[accounts]]\n"
        'name = "a" # port = 2\n'
        'address = "a@example.org"\n'
        "[accounts.imap]\n"
        'host = "a.example"\n'
        'folders = [ # "port"\n  "A]",\n  "B",\n]\n'
        "password.keyring = true\n"
        '[[ "accounts" ]]\n'
        'name = "b"\n'
        'address = "b@example.org"\n'
        '[accounts . "imap"]\n'
        'host = "b.example"\n'
        "password.keyring = true\n"
        "port = 70000\n"
    )
    found = problems(text)
    assert [(problem.where, problem.line) for problem in found] == [
        ("user.name", 1),
        ("accounts[1].imap.port", text.count("\n")),
    ]


@pytest.mark.parametrize(
    ("old", "new", "where", "meant"),
    [
        ("timezone =", "time_zone =", "user.time_zone", "timezone"),
        ("aliases =", "alias =", "accounts[0].alias", "aliases"),
        ("folders =", "folder =", "accounts[0].imap.folder", "folders"),
        ("port =", "Port =", "accounts[0].imap.Port", "port"),
        ("silent_after =", "silent-after =", "cadence.silent-after", "silent_after"),
        ("[accounts.approval]", "[accounts.aproval]", "accounts[0].aproval", "approval"),
        ("[cadence]", "[cadance]", "cadance", "cadence"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(
    old: str, new: str, where: str, meant: str
) -> None:
    """A key that is misspelled is not silently without effect."""
    found = {problem.where: problem for problem in problems(GOOD.replace(old, new, 1))}
    assert f'did you mean "{meant}"?' in found[where].what


def test_an_unknown_key_like_none_gets_the_whole_list() -> None:
    """Where nothing is near, everything that is possible is named."""
    problem = only("[cadence]", '[cadence]\nqqq = "hunter2"')
    assert '"silent_after", "send_between", "senior", "steps"' in problem.what
    assert "hunter2" not in problem.what


def test_a_strange_key_cannot_draw_on_the_terminal() -> None:
    """What is shown of the file is without control characters and capped."""
    problem = only("[cadence]", f'[cadence]\n"\\u001b[31m{"x" * 500}" = 1')
    assert "\x1b" not in str(problem)
    assert len(problem.where) < 100


@pytest.mark.parametrize(
    "written",
    [
        '"hunter2"',
        '["hunter2"]',
        "{ }",
        "{ keyring = false }",
        '{ keyring = "hunter2" }',
        '{ plain = "hunter2" }',
        "{ hunter2 = true }",
        '{ keyring = true, command = "hunter2" }',
        '{ command = "hunter2 \'" }',
        '{ command = "" }',
        '{ command = ["hunter2"] }',
        '{ file = "hunter2\\u0000" }',
        '{ credential = "../hunter2" }',
        '{ env = "hunter2 hunter2" }',
    ],
)
def test_a_wrong_password_entry_is_refused_and_never_repeated(written: str) -> None:
    """What stands there may be the password itself."""
    problem = only("{ keyring = true }", written)
    assert problem.where == "accounts[0].imap.password"
    assert "hunter2" not in str(problem)


def test_a_password_in_plain_text_is_refused_with_the_reason_and_the_way_out() -> None:
    """All five sources are named."""
    problem = only("{ keyring = true }", '"hunter2"')
    assert "backups" in problem.what
    for source in ("keyring", "command", "file", "credential", "env"):
        assert f"{{ {source} = " in problem.what


def test_a_misspelled_source_of_a_password_names_the_nearest() -> None:
    """A key that is near a known one is no secret."""
    assert 'did you mean "keyring"?' in only("keyring = true", "keyrings = true").what


def test_a_missing_password_names_the_sources() -> None:
    """There is no default: nobody is asked for a password in the background."""
    problem = only("password = { keyring = true }", "")
    assert problem.where == "accounts[0].imap.password"
    assert "is missing" in problem.what
    assert "keyring" in problem.what


def test_a_host_with_a_password_in_it_is_not_repeated() -> None:
    """Some write the whole address of a URL."""
    problem = only("imap.example.org", "imaps://robin:hunter2@imap.example.org")
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.8.7", "::1"])
def test_no_protection_is_possible_on_this_machine(host: str) -> None:
    """A bridge or a test server on the loopback needs none."""
    text = GOOD.replace("imap.example.org", host).replace('security = "tls"', 'security = "none"')
    assert parse(text).accounts[0].imap.host == host


@pytest.mark.parametrize(
    "host", ["192.168.1.1", "localhost.example.org", "127.0.0.1.example.org", "0.0.0.0", "::2"]
)
def test_no_protection_is_possible_nowhere_else(host: str) -> None:
    """A name that only looks like this machine does not get the password in clear text."""
    text = GOOD.replace("smtp.example.org", host).replace(
        "[accounts.approval]", 'security = "none"\n[accounts.approval]'
    )
    (problem,) = problems(text)
    assert problem.where == "accounts[0].smtp.security"


@pytest.mark.parametrize("key", ["drafts", "sent", "trash"])
def test_the_approval_folder_is_no_folder_that_serves_something_else(key: str) -> None:
    """Were it the drafts folder, every draft would be sent by itself."""
    problem = only('folders = ["INBOX"]', f'folders = ["INBOX"]\n{key} = "followups/send"')
    assert problem.where == "accounts[0].approval.folder"


def test_an_approval_folder_needs_a_server_to_send_with() -> None:
    """A draft that is moved there would otherwise never go out."""
    problem = only('[accounts.smtp]\nhost = "smtp.example.org"\n', "")
    assert problem.where == "accounts[0].approval"
    assert "[accounts.smtp]" in problem.what


def test_the_special_folders_are_different_ones() -> None:
    """In one folder a draft that was sent and one that was deleted look the same."""
    problem = only("folders", 'sent = "Mail"\ntrash = "mail"\nfolders')
    assert (problem.where, "same folder as sent" in problem.what) == (
        "accounts[0].imap.trash",
        True,
    )


def test_two_accounts_have_two_names() -> None:
    """Commands name an account; case alone does not tell two apart."""
    second = GOOD[GOOD.index("[[accounts]]") : GOOD.index("[cadence]")]
    (problem,) = problems(GOOD + second.replace('"personal"', '"Personal"'))
    assert problem.where == "accounts[1].name"
    assert "another account" in problem.what


def test_nothing_at_all_names_what_is_missing() -> None:
    """An empty file needs a user and an account."""
    assert [problem.where for problem in problems("")] == ["user", "accounts"]


def test_an_account_in_single_brackets_is_explained() -> None:
    """The commonest mistake of TOML's beginners."""
    text = GOOD.replace("[[accounts]]", "[accounts]")
    (problem,) = problems(text)
    assert (problem.where, "[[accounts]]" in problem.what) == ("accounts", True)


def test_a_section_in_double_brackets_is_explained() -> None:
    """And the other way round."""
    problem = only("[accounts.imap]", "[[accounts.imap]]")
    assert problem.where == "accounts[0].imap"
    assert "must be one section, headed [accounts.imap]" in problem.what


def test_a_value_where_a_section_belongs_is_explained() -> None:
    """No value is taken apart that is of another kind."""
    text = "user = 1\naccounts = 2\ncadence = 3\n"
    assert [problem.where for problem in problems(text)] == ["user", "accounts", "cadence"]


def test_an_account_without_a_mailbox_is_refused() -> None:
    """There is nothing to watch without one."""
    text = GOOD[: GOOD.index("[accounts.imap]")]
    (problem,) = problems(text)
    assert problem.where == "accounts[0].imap"


@given(
    start=st.integers(0, len(GOOD)),
    length=st.integers(0, 40),
    put=st.sampled_from(
        ["", "1", '"x"', "[", "]", "{}", "[[user]]", "a.b = 1\n", "=", "\n", "\x00"]
    ),
)
def test_a_spoiled_file_is_checked_settings_or_a_list_of_mistakes(
    start: int, length: int, put: str
) -> None:
    """Whatever is cut out or put in, nothing else comes out, and never a traceback."""
    text = GOOD[:start] + put + GOOD[start + length :]
    try:
        settings = parse(text)
    except ConfigError as refusal:
        assert refusal.problems  # noqa: PT017 - either end is right
    else:
        assert settings.user.name
        assert all(account.imap.host for account in settings.accounts)

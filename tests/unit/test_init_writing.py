"""What `init` writes: read back it says what was chosen, and the user's own words stay."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.config import (
    Account,
    Digest,
    DigestWay,
    Imap,
    OAuth,
    PasswordKind,
    PasswordSource,
    Security,
    Smtp,
    User,
    parse,
)
from followupd.config.changing import changed_text
from followupd.config.words import is_control
from followupd.config.writing import configuration_text
from followupd.domain.interview import Register
from followupd.errors import FollowupdError

TODAY = date(2026, 12, 1)
KEYRING = PasswordSource(PasswordKind.KEYRING, "")
WITH_COMMENTS = """\
# Mine.
[user]
name = "Robin Doe"   # as on my letters
timezone = "Europe/Berlin"
days_off = ["2026-12-24 to 2027-01-02"]

[[accounts]]
name = "personal"   # the old one
address = "robin@example.org"
[accounts.imap]
host = "imap.example.org"   # moved in 2020
password = { command = "pass show mail" }
# Below here nothing has changed for years.

# The plan.
[cadence]
silent_after = "7 business days"
"""


# Whatever a text in the configuration may hold; quotes and backslashes more often.
ODD = st.sampled_from("\"'\\#[]{}= éß漢🙂")
UNSEEN = [chr(number) for number in range(0x2000, 0x2100) if is_control(chr(number))]
LETTERS = st.characters(
    exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters=["\u061c", *UNSEEN]
)
PRINTABLE = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs", "Cf", "Cn", "Co"])
TEXTS = st.text(st.one_of(ODD, LETTERS), min_size=1, max_size=40).map(lambda text: f"x{text}y")
FOLDERS = TEXTS
HOSTS = st.sampled_from(["imap.example.org", "127.0.0.1", "localhost", "mail"])
PATHS = st.text(st.one_of(ODD, PRINTABLE), max_size=30).map(lambda text: Path(f"/x{text}y"))
IDS = st.text(string.ascii_letters + string.digits + "-._\"'\\", min_size=1, max_size=30)
FILES = PATHS.map(lambda path: PasswordSource(PasswordKind.FILE, str(path)))
SOURCES = st.one_of(
    st.just(KEYRING),
    FILES,
    st.sampled_from(["pass show mail", "secret-tool lookup a 'b c'", 'op read "op://x/y"']).map(
        lambda line: PasswordSource(PasswordKind.COMMAND, line)
    ),
    st.just(PasswordSource(PasswordKind.CREDENTIAL, "mail")),
    st.just(PasswordSource(PasswordKind.ENV, "MAIL_PASSWORD")),
)
GRANTS = st.builds(
    OAuth,
    provider=st.sampled_from(["google", "microsoft", "yahoo", "https://login.example.org/a"]),
    client_id=IDS,
    client_secret=st.none() | SOURCES,
    tokens=st.just(KEYRING) | FILES,
    scopes=st.none() | st.just(("openid", "mail")),
    ca_file=st.none() | PATHS,
)


@st.composite
def _accounts(draw: st.DrawFn) -> Account:
    """Any account that `init` could come to."""
    special = draw(st.lists(FOLDERS, min_size=4, max_size=4, unique_by=str.casefold))
    drafts, sent, trash, approval = (draw(st.sampled_from([name, None])) for name in special)
    imap = Imap(
        host=draw(HOSTS),
        port=draw(st.integers(1, 65535)),
        security=draw(st.sampled_from([Security.TLS, Security.STARTTLS])),
        username=draw(TEXTS | st.just("robin@example.org")),
        password=draw(SOURCES | GRANTS),
        ca_file=draw(st.none() | PATHS),
        folders=draw(st.none() | st.just(("INBOX",))),
        drafts=drafts,
        sent=sent,
        trash=trash,
    )
    smtp = Smtp(
        host=draw(HOSTS),
        port=draw(st.integers(1, 65535)),
        security=draw(st.sampled_from([Security.TLS, Security.STARTTLS])),
        username=draw(st.just(imap.username) | TEXTS),
        password=draw(st.just(imap.password) | SOURCES),
        ca_file=draw(st.just(imap.ca_file) | PATHS),
    )
    has_smtp = draw(st.booleans())
    return Account(
        name=draw(st.sampled_from(["personal", "work-2", "a.b_c"])),
        address="robin@example.org",
        aliases=draw(st.sampled_from([(), ("r.doe@example.net", "robin+x@example.org")])),
        imap=imap,
        smtp=smtp if has_smtp else None,
        approval_folder=approval if has_smtp else None,
        copy_to_sent=draw(st.sampled_from([None, True, False])) if has_smtp and approval else None,
    )


USERS = st.builds(
    User,
    name=TEXTS,
    timezone=st.sampled_from([ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")]),
    holidays=st.sampled_from([None, "DE", "DE-BE", "US-CA"]),
    language=st.sampled_from(["en", "de", "fr"]),
    register=st.sampled_from(list(Register)),
)


@settings(max_examples=50)
@given(user=USERS, account=_accounts(), at=st.none() | st.just(time(8, 5)))
def test_what_is_written_is_read_back_as_it_was_chosen(
    user: User, account: Account, at: time | None
) -> None:
    """Whatever letters a name, a folder or a path holds."""
    digest = Digest(at, DigestWay.IMAP, account.name) if at is not None else None
    text = configuration_text(user, account, digest)
    found = parse(text, None, TODAY)
    assert found.user == user
    assert found.accounts == (account,)
    assert found.digest == digest


@settings(max_examples=30)
@given(user=USERS, old=_accounts(), new=_accounts())
def test_a_changed_account_is_read_back_as_it_was_chosen(
    user: User, old: Account, new: Account
) -> None:
    """From any configuration to any other."""
    new = replace(new, name=old.name, aliases=old.aliases)
    before = parse(configuration_text(user, old, None), None, TODAY)
    after = replace(before, accounts=(new,), user=replace(user, name='Robin \\ "Doe"'))
    text = changed_text(configuration_text(user, old, None), before, after, TODAY)
    assert parse(text, None, TODAY).accounts == (new,)


def test_the_users_comments_and_other_keys_stay() -> None:
    """Only the lines that say something else now are touched, and new ones stand with them."""
    before = parse(WITH_COMMENTS, None, TODAY)
    [account] = before.accounts
    imap = replace(account.imap, host="mail.example.org", drafts="Entwürfe")
    after = replace(before, accounts=(replace(account, imap=imap),))
    text = changed_text(WITH_COMMENTS, before, after, TODAY)
    gone = set(WITH_COMMENTS.splitlines()) - set(text.splitlines())
    new = set(text.splitlines()) - set(WITH_COMMENTS.splitlines())
    assert gone == {'host = "imap.example.org"   # moved in 2020'}
    assert new == {'host = "mail.example.org"   # moved in 2020', 'drafts = "Entwürfe"'}
    lines = text.splitlines()
    assert lines.index('drafts = "Entwürfe"') < lines.index("# The plan.")


def test_a_second_account_stands_below_and_changes_nothing_above() -> None:
    """What was there is there byte for byte."""
    before = parse(WITH_COMMENTS, None, TODAY)
    [account] = before.accounts
    second = replace(account, name="work", address="robin@work.example")
    second = replace(second, imap=replace(account.imap, username="robin@work.example"))
    after = replace(before, accounts=(account, second))
    text = changed_text(WITH_COMMENTS, before, after, TODAY)
    assert text.startswith(WITH_COMMENTS.rstrip())
    assert [one.name for one in parse(text, None, TODAY).accounts] == ["personal", "work"]


def test_a_grant_takes_the_place_of_a_password_and_gives_it_back() -> None:
    """There and back again, nothing of it is left."""
    before = parse(WITH_COMMENTS, None, TODAY)
    [account] = before.accounts
    grant = OAuth("google", "1234", None, KEYRING)
    imap = replace(account.imap, password=grant)
    after = replace(before, accounts=(replace(account, imap=imap),))
    text = changed_text(WITH_COMMENTS, before, after, TODAY)
    assert "pass show mail" not in text
    assert parse(text, None, TODAY).accounts == after.accounts
    back = changed_text(text, after, before, TODAY)
    assert "oauth" not in back
    assert parse(back, None, TODAY).accounts == before.accounts


def test_what_cannot_be_changed_by_a_program_is_left_alone_and_shown() -> None:
    """Accounts in one line take no section below them."""
    text = WITH_COMMENTS[: WITH_COMMENTS.index("[[accounts]]")].replace(
        "# Mine.\n",
        'accounts = [{ name = "personal", address = "robin@example.org", imap = { host = "h", '
        "password = { keyring = true } } }]\n",
    )
    before = parse(text, None, TODAY)
    [account] = before.accounts
    after = replace(before, accounts=(account, replace(account, name="work")))
    with pytest.raises(FollowupdError, match="nothing was changed") as caught:
        changed_text(text, before, after, TODAY)
    assert 'name = "work"' in str(caught.value)


def test_the_example_keeps_all_its_comments_when_an_account_changes() -> None:
    """A file that holds every key there is, and a word on each."""
    text = (Path(__file__).parents[2] / "config.example.toml").read_text("utf-8")
    before = parse(text, None, TODAY)
    [account] = before.accounts
    imap = replace(account.imap, host="mail.example.org", sent="Gesendet")
    smtp = Smtp("smtp.example.org", 465, Security.TLS, imap.username, imap.password, None)
    new = replace(account, imap=imap, smtp=smtp, approval_folder="Followups/Send")
    digest = Digest(time(7), DigestWay.IMAP, "personal")
    user = replace(before.user, timezone=ZoneInfo("Europe/Vienna"), holidays="AT")
    after = replace(before, user=user, accounts=(new,), digest=digest)
    changed = changed_text(text, before, after, TODAY)
    gone = [line for line in text.splitlines() if line not in changed.splitlines()]
    assert gone == [
        'timezone = "Europe/Berlin"',
        'holidays = "DE-BE"',
        'host = "imap.example.org"',
    ]
    back = changed_text(changed, after, before, TODAY)
    assert list(filter(None, back.splitlines())) == list(filter(None, text.splitlines()))


def test_line_breaks_of_another_system_stay() -> None:
    """An editor may have written them."""
    text = WITH_COMMENTS.replace("\n", "\r\n")
    before = parse(text, None, TODAY)
    [account] = before.accounts
    imap = replace(account.imap, host="mail.example.org")
    after = replace(before, accounts=(replace(account, imap=imap),))
    changed = changed_text(text, before, after, TODAY)
    assert changed == text.replace("imap.example.org", "mail.example.org")
    more = replace(account, name="more", address="more@example.org")
    added = changed_text(text, before, replace(before, accounts=(account, more)), TODAY)
    assert added.startswith(text.rstrip())
    assert added.count("\n") == added.count("\r\n") > text.count("\n")


def test_what_was_written_by_us_is_written_anew_with_its_words() -> None:
    """No comment stays that says the opposite of what is configured now."""
    before = parse(configuration_text(_robin(), _personal(), None), None, TODAY)
    [account] = before.accounts
    imap = account.imap
    smtp = Smtp("smtp.example.org", 465, Security.TLS, imap.username, imap.password, None)
    new = replace(account, smtp=smtp, approval_folder="Followups/Send")
    digest = Digest(time(7), DigestWay.IMAP, "personal")
    after = replace(before, accounts=(new,), digest=digest)
    changed = changed_text(configuration_text(_robin(), account, None), before, after, TODAY)
    assert changed == configuration_text(_robin(), new, digest)


def test_a_comment_above_the_next_section_stays_above_it() -> None:
    """New sections go before both."""
    text = WITH_COMMENTS.replace("\n[cadence]", "\n# Slowly.\n[cadence]")
    before = parse(text, None, TODAY)
    [account] = before.accounts
    imap = account.imap
    smtp = Smtp("smtp.example.org", 465, Security.TLS, imap.username, imap.password, None)
    after = replace(before, accounts=(replace(account, smtp=smtp),))
    lines = changed_text(text, before, after, TODAY).splitlines()
    assert lines[lines.index("[cadence]") - 2 :][:2] == ["# The plan.", "# Slowly."]
    assert lines.index("[accounts.smtp]") < lines.index("# The plan.")


def test_a_comment_at_the_end_stays_with_its_section() -> None:
    """Nothing follows that it could belong to."""
    text = WITH_COMMENTS[: WITH_COMMENTS.index("# Below here")] + "# sent = 1\n"
    before = parse(text, None, TODAY)
    [account] = before.accounts
    imap = account.imap
    smtp = Smtp("smtp.example.org", 465, Security.TLS, imap.username, imap.password, None)
    after = replace(before, accounts=(replace(account, smtp=smtp),))
    changed = changed_text(text, before, after, TODAY)
    assert changed.startswith(text)


def _robin() -> User:
    return User("Robin Doe", ZoneInfo("Europe/Berlin"), None, "en")


def _personal() -> Account:
    imap = Imap(
        *("imap.example.org", 993, Security.TLS, "robin@example.org", KEYRING, None),
        *(None, None, None, None),
    )
    return Account("personal", "robin@example.org", (), imap, None, None)

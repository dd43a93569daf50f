"""Which folder is which."""

from __future__ import annotations

from dataclasses import replace

import pytest

from followupd.config.settings import Imap, PasswordKind, PasswordSource, Security
from followupd.errors import ServerRefused
from followupd.mailbox.folders import find_folders
from followupd.mailbox.responses import Folder

PLAIN = Imap(
    host="imap.example.org",
    port=993,
    security=Security.TLS,
    username="robin",
    password=PasswordSource(PasswordKind.KEYRING, ""),
    ca_file=None,
    folders=None,
    drafts=None,
    sent=None,
    trash=None,
)


def folder(name: str, *flags: str, delimiter: str | None = "/") -> Folder:
    return Folder(name, frozenset(flags), delimiter)


GMAIL = [
    folder("INBOX"),
    folder("[Gmail]", "\\noselect"),
    folder("[Gmail]/Alle Nachrichten", "\\all"),
    folder("[Gmail]/Entwürfe", "\\drafts"),
    folder("[Gmail]/Gesendet", "\\sent"),
    folder("[Gmail]/Papierkorb", "\\trash"),
    folder("[Gmail]/Spam", "\\junk"),
    folder("Projects"),
]


def test_the_attribute_beats_the_name() -> None:
    """A folder called Drafts is not the one when the server marks another."""
    roles = find_folders([folder("Drafts"), folder("Zettel", "\\drafts")], PLAIN)
    assert roles.drafts == "Zettel"


def test_the_configuration_beats_the_attribute() -> None:
    """Whoever names a folder means it."""
    listed = [folder("Drafts", "\\drafts"), folder("Later")]
    assert find_folders(listed, replace(PLAIN, drafts="Later")).drafts == "Later"


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [
        ("Drafts", "/"),
        ("DRAFTS", None),
        ("Entwürfe", "/"),
        ("Entwu\u0308rfe", "/"),
        ("Brouillons", "/"),
        ("Borradores", "/"),
        ("Bozze", "/"),
        ("Concepten", "/"),
        ("Utkast", "/"),
        ("Черновики", "|"),
        ("下書き", "/"),
        ("INBOX.Drafts", "."),
        ("INBOX/Entwürfe", "/"),
        ("[Gmail]/Drafts", "/"),
        ("[Google Mail]/Entwürfe", "/"),
    ],
)
def test_drafts_is_known_by_its_name_in_many_languages(name: str, delimiter: str | None) -> None:
    """Without attributes the name decides, whatever its language, case and prefix."""
    assert find_folders([folder(name, delimiter=delimiter)], PLAIN).drafts == name


def test_an_old_folder_in_the_trash_is_not_taken_for_drafts() -> None:
    """A Drafts folder somebody threw away is no place for new drafts."""
    with pytest.raises(ServerRefused, match=r"accounts\[\]\.imap\.drafts"):
        find_folders([folder("INBOX"), folder("Trash/Drafts")], PLAIN)


def test_a_folder_with_another_part_is_not_taken_by_its_name() -> None:
    """A folder the server marks as Trash is not Drafts, whatever it is called."""
    roles = find_folders([folder("Drafts", "\\trash"), folder("Entwürfe")], PLAIN)
    assert (roles.drafts, roles.trash) == ("Entwürfe", "Drafts")


def test_a_folder_that_holds_no_mail_is_never_chosen() -> None:
    """Noselect folders exist only to contain others."""
    listed = [folder("Drafts", "\\drafts", "\\noselect"), folder("INBOX/Drafts")]
    assert find_folders(listed, PLAIN).drafts == "INBOX/Drafts"


def test_a_mailbox_without_drafts_says_which_key_to_set() -> None:
    """Nothing is created unasked; the error names the key and the folders there are."""
    with pytest.raises(ServerRefused) as caught:
        find_folders([folder("INBOX"), folder("Projects")], PLAIN)
    assert "accounts[].imap.drafts" in str(caught.value)
    assert "INBOX, Projects" in str(caught.value)


@pytest.mark.parametrize(
    ("key", "configured"),
    [
        ("drafts", replace(PLAIN, drafts="Archiv 2026")),
        ("sent", replace(PLAIN, sent="Archiv 2026")),
        ("trash", replace(PLAIN, trash="Archiv 2026")),
        ("folders", replace(PLAIN, folders=("INBOX", "Archiv 2026"))),
    ],
)
def test_a_configured_folder_that_is_missing_is_named(key: str, configured: Imap) -> None:
    """A misspelt folder is an error that names its key and the nearest folder."""
    listed = [folder("INBOX"), folder("Drafts", "\\drafts"), folder("Archive 2026")]
    with pytest.raises(ServerRefused) as caught:
        find_folders(listed, configured)
    assert f"accounts[].imap.{key}" in str(caught.value)
    assert "did you mean “Archive 2026”" in str(caught.value)


def test_the_inbox_is_the_inbox_in_any_case() -> None:
    """INBOX is the one name without case; the server's spelling is kept."""
    listed = [folder("Inbox"), folder("Drafts")]
    roles = find_folders(listed, replace(PLAIN, folders=("INBOX",)))
    assert roles.watched == ("Inbox",)


def test_the_inbox_is_there_even_when_it_is_not_listed() -> None:
    """Every account has an INBOX (RFC 3501 section 5.1)."""
    assert find_folders([folder("Drafts")], PLAIN).watched == ("INBOX",)


def test_answers_are_looked_for_wherever_mail_may_be_filed() -> None:
    """By default the inbox, the archive and the junk folder are watched."""
    listed = [
        *(folder("INBOX"), folder("Drafts", "\\drafts"), folder("Junk", "\\junk")),
        *(folder("Archive", "\\archive"), folder("Sent", "\\sent"), folder("Projects")),
        folder("Trash", "\\trash"),
    ]
    roles = find_folders(listed, PLAIN)
    assert roles.watched == ("INBOX", "Archive", "Junk")
    assert set(roles.everywhere) == {"INBOX", "Archive", "Junk", "Sent", "Projects", "Trash"}


def test_drafts_is_never_a_place_for_answers() -> None:
    """Our own drafts are not read back as mail (1,500 drafts for one user elsewhere)."""
    listed = [folder("INBOX"), folder("Drafts", "\\drafts")]
    assert "Drafts" not in find_folders(listed, PLAIN).everywhere


def test_all_mail_covers_the_rest() -> None:
    """Where one folder shows all mail, only spam and trash remain to be looked at."""
    roles = find_folders(GMAIL, PLAIN)
    assert roles.everywhere == (
        *("INBOX", "[Gmail]/Alle Nachrichten", "[Gmail]/Spam", "[Gmail]/Papierkorb"),
    )
    assert roles.sent == "[Gmail]/Gesendet"


def test_configured_folders_are_watched_and_no_others() -> None:
    """A list of folders replaces the default; `everywhere` still is everywhere."""
    roles = find_folders(GMAIL, replace(PLAIN, folders=("Projects",)))
    assert roles.watched == ("Projects",)
    assert "[Gmail]/Alle Nachrichten" in roles.everywhere


def test_a_hostile_folder_name_does_not_reach_the_terminal() -> None:
    """Control and direction characters in a folder's name are not printed."""
    with pytest.raises(ServerRefused) as caught:
        find_folders([folder("a\x1b[2Jb\u202ec")], PLAIN)
    assert "\x1b" not in str(caught.value)
    assert "\u202e" not in str(caught.value)

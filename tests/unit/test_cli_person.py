"""`person`: the people of an interview are listed, added, changed and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from followupd.domain import events as happened
from followupd.store import Store
from tests.support.cli import Shell

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = (
    "--recruiter", "Dana Fox <dana@acme.example>",
    "--interviewer", "Ivy Ito <ivy@acme.example>",
    "--interviewer", "Dana Day <day@acme.example>",
)  # fmt: skip


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def people(shell: Shell) -> list[Any]:
    """The people of interview 1, as JSON."""
    found: list[Any] = shell.did("person", "1", "--json").json
    return found


def one(shell: Shell, address: str) -> Any:
    """One of them."""
    (found,) = [each for each in people(shell) if each["address"] == address]
    return found


def kinds(shell: Shell) -> list[str]:
    """What has happened, in one word each."""
    return [event["kind"] for event in shell.did("log", "1", "--json").json]


def test_the_people_are_listed_with_what_is_known_of_them(shell: Shell) -> None:
    """And with how to change it."""
    shell.add(*PEOPLE, "--phone", "Ivy Ito: 030 12", "--greeting", "Ivy Ito: Hi Ivy!")
    bounce = happened.Bounced(
        at=shell.clock.moment, address="day@acme.example", original_message_id="<x@y.example>"
    )
    shell.record(1, bounce)
    shown = shell.did("person", "1").out
    for words in (
        "recruiter",
        "ivy@acme.example",
        "030 12",
        "Hi Ivy!",
        "mail comes back",
        "--part",
    ):
        assert words in shown
    assert one(shell, "ivy@acme.example") == {
        "name": "Ivy Ito",
        "address": "ivy@acme.example",
        "part": "interviewer",
        "phone": "030 12",
        "channel": None,
        "timezone": None,
        "language": None,
        "register": None,
        "greeting": "Hi Ivy!",
        "reachable": True,
    }
    assert not one(shell, "day@acme.example")["reachable"]


def test_nobody_is_told_in_words(shell: Shell) -> None:
    """And as an empty array."""
    shell.add()
    assert "Nobody is named" in shell.did("person", "1").out
    assert people(shell) == []


def test_somebody_is_added_with_everything_that_is_known(shell: Shell) -> None:
    """What follows from it is said: now there is somebody to send a check-in to."""
    shell.add("--decision-by", "Fri")
    result = shell.did(
        "person", "1", "add", "Henry Hall <henry@acme.example>", "--part", "hiring-manager",
        "--prefers", "call", "--phone", "030 12", "--timezone", "Europe/London",
        "--language", "fr", "--register", "friendly", "--greeting", "Dear Henry,",
    )  # fmt: skip
    assert "Added: Henry Hall <henry@acme.example>, hiring manager." in result.out
    assert "Henry Hall" in result.out.splitlines()[-1]
    henry = one(shell, "henry@acme.example")
    assert (henry["part"], henry["channel"], henry["phone"]) == ("hiring_manager", "call", "030 12")
    assert (henry["timezone"], henry["language"]) == ("Europe/London", "fr")
    assert (henry["register"], henry["greeting"]) == ("friendly", "Dear Henry,")
    assert kinds(shell) == ["added", "person_recorded"]


def test_options_may_stand_before_the_person(shell: Shell) -> None:
    """And `--json` wherever it likes."""
    shell.add()
    added = shell.did(
        "person", "1", "--json", "add", "--part", "network", "nina@friends.example"
    ).json
    assert [each["part"] for each in added] == ["network"]
    shell.did("person", "1", "remove", "--json", "nina@friends.example")
    assert people(shell) == []


def test_who_is_known_in_another_part_is_known_in_the_new_one(shell: Shell) -> None:
    """A channel that was asked once need not be asked again."""
    shell.add(*PEOPLE, "--prefers", "Dana Fox: call")
    shell.did("person", "1", "add", "dana@acme.example", "--part", "interviewer")
    assert [(p["name"], p["part"], p["channel"]) for p in people(shell) if p["channel"]] == [
        ("Dana Fox", "recruiter", "call"),
        ("Dana Fox", "interviewer", "call"),
    ]


@pytest.mark.parametrize(
    "who", ["Dana@acme.example", "dana fox", "Fox", "Dana Fox <dana@acme.example>"]
)
def test_a_person_is_named_by_address_or_by_a_name_that_is_theirs_alone(
    shell: Shell, who: str
) -> None:
    """Case does not matter; what is known of them changes, all else stays."""
    shell.add(*PEOPLE, "--phone", "Dana Fox: 030 12")
    result = shell.did("person", "1", "change", who, "--prefers", "call")
    assert "Changed: Dana Fox <dana@acme.example>, recruiter." in result.out
    dana = one(shell, "dana@acme.example")
    assert (dana["channel"], dana["phone"], dana["name"]) == ("call", "030 12", "Dana Fox")
    assert kinds(shell) == ["added", "person_recorded"]


def test_a_detail_can_be_taken_back(shell: Shell) -> None:
    """With nothing in its place."""
    shell.add(*PEOPLE, "--prefers", "Dana Fox: call", "--phone", "Dana Fox: 030 12")
    shell.did("person", "1", "change", "Fox", "--prefers", "", "--phone", "")
    dana = one(shell, "dana@acme.example")
    assert (dana["channel"], dana["phone"]) == (None, None)


def test_another_address_keeps_everything_else(shell: Shell) -> None:
    """In its place in the list; drafts go to the new one."""
    shell.add(*PEOPLE, "--phone", "Dana Fox: 030 12")
    shell.did("person", "1", "change", "Fox", "--address", "d.fox@acme.example")
    first = people(shell)[0]
    assert (first["address"], first["name"], first["phone"]) == (
        "d.fox@acme.example",
        "Dana Fox",
        "030 12",
    )
    assert len(people(shell)) == 3
    check_in = [s for s in shell.did("plan", "1", "--json").json if s["step"] == "check-in"]
    assert check_in[0]["to"] == "d.fox@acme.example"


def test_another_name_and_another_part_are_recorded_together(shell: Shell) -> None:
    """The part is a removal and an addition; the person is there once."""
    shell.add(*PEOPLE)
    result = shell.did("person", "1", "change", "Ito", "--part", "senior", "--name", "Dr. Ivy Ito")
    assert "Changed: Dr. Ivy Ito <ivy@acme.example>, senior." in result.out
    assert one(shell, "ivy@acme.example")["part"] == "senior"
    assert kinds(shell) == ["added", "person_removed", "person_recorded"]


def test_what_is_known_changes_in_every_part_they_play(shell: Shell) -> None:
    """But which part changes must be clear."""
    shell.add(*PEOPLE, "--interviewer", "dana@acme.example")
    shell.did("person", "1", "change", "dana@acme.example", "--phone", "030 12")
    assert [p["part"] for p in people(shell) if p["phone"]] == ["recruiter", "interviewer"]
    refused = shell.run("person", "1", "change", "dana@acme.example", "--part", "senior")
    assert refused.code == 2
    assert "recruiter and interviewer" in refused.err


def test_somebody_is_removed_from_one_part_or_from_all(shell: Shell) -> None:
    """Mail of theirs is no longer looked for once they are in none."""
    shell.add(*PEOPLE, "--interviewer", "dana@acme.example")
    shell.did("person", "1", "remove", "dana@acme.example", "--part", "interviewer")
    assert one(shell, "dana@acme.example")["part"] == "recruiter"
    refused = shell.run("person", "1", "remove", "dana@acme.example", "--part", "senior")
    assert refused.code == 2
    assert "is recruiter, not senior" in refused.err
    assert "Removed: Dana Fox, recruiter." in shell.did("person", "1", "remove", "Fox").out
    assert [each["address"] for each in people(shell)] == ["ivy@acme.example", "day@acme.example"]


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (("change", "Dana", "--phone", "1"), 2, "dana@acme.example, day@acme.example"),
        (("change", "Zoe", "--phone", "1"), 2, 'nobody of interview 1 is called "Zoe"'),
        (("change", "", "--phone", "1"), 2, "nobody"),
        (("change", "Fox"), 1, "nothing changes"),
        (("change", "Fox", "--name", "Dana Fox"), 1, "nothing changes"),
        (("change", "Fox", "--prefers", "fax"), 2, "--prefers"),
        (("change", "Fox", "--timezone", "Berlin"), 2, "Europe/Berlin"),
        (("change", "Fox", "--language", "German"), 2, "--language"),
        (("change", "Fox", "--register", "rude"), 2, "--register"),
        (("change", "Fox", "--address", "dana@"), 2, "--address"),
        (("change", "Fox", "--address", "robin@example.org"), 2, "your own"),
        (("change", "Fox", "--part", "boss"), 2, "no part"),
        (("change", "Day", "--address", "ivy@acme.example"), 1, "already"),
        (("add", "Dana Fox <DANA@acme.example>", "--part", "recruiter"), 1, "already"),
        (("add", "Zoe", "--part", "recruiter"), 2, "no mailbox"),
        (("add", "robin+x@example.org", "--part", "recruiter"), 2, "your own"),
        (("add", "zoe@acme.example", "--part", "hirng-manager"), 2, '"hiring-manager"'),
        (("add", "zoe@acme.example"), 2, "--part"),
        (("add", "zoe@acme.example", "--part", "senior", "--fone", "1"), 2, "--phone"),
        (("remove",), 2, "PERSON"),
        (("remove", "Zoe"), 2, "nobody"),
        (("delete", "Fox"), 2, "remove"),
    ],
)
def test_what_cannot_be_meant_changes_nothing(
    shell: Shell, argv: tuple[str, ...], code: int, words: str
) -> None:
    """It is said in words a user can act on."""
    shell.add(*PEOPLE)
    result = shell.run("person", "1", *argv)
    assert result.code == code
    assert words in result.err
    assert kinds(shell) == ["added"]


def test_people_of_no_interview_are_none(shell: Shell) -> None:
    """There is no interview 7."""
    for argv in (("person", "7"), ("person", "7", "remove", "Fox")):
        result = shell.run(*argv)
        assert result.code == 1
        assert "no interview 7" in result.err


def test_what_is_typed_cannot_write_on_the_terminal_nor_in_a_header(shell: Shell) -> None:
    """One clean line each."""
    shell.add(*PEOPLE)
    evil = "X\x1b[2J\u202e\r\nBcc: y@z.example"
    shell.did("person", "1", "change", "Fox", "--name", evil, "--greeting", evil, "--phone", evil)
    dana = one(shell, "dana@acme.example")
    for value in (dana["name"], dana["greeting"], dana["phone"]):
        assert value == "X [2J Bcc: y@z.example"
    assert "\x1b" not in shell.did("person", "1").out


def test_an_interview_is_found_by_every_address_it_ever_had(shell: Shell) -> None:
    """What was written to an old one counts when somebody else shares the person."""
    shell.add(*PEOPLE)
    shell.did("person", "1", "change", "Fox", "--address", "d.fox@acme.example")
    shell.did("person", "1", "remove", "Ito")
    shell.did("person", "1", "add", "Zoe <zoe@acme.example>", "--part", "senior")
    store = Store.open(shell.database)
    with store.look() as reading:
        for address in ("dana", "d.fox", "ivy", "zoe"):
            assert reading.interviews_with([f"{address}@acme.example"]) == {1}
    store.close()

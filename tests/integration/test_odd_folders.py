"""Folders with odd names, on a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import Status
from tests.support.seeker import DANA

if TYPE_CHECKING:
    from tests.support.seeker import Seeker

NAMES = [
    "Bewerbungen & Zusagen",
    'with "quotes"',
    "back\\slash",
    "日本語",
    "100 %",
    "(parentheses) {3}",
    "NIL",
    "[Acme]",
    "007",
    "Cafe\N{COMBINING ACUTE ACCENT}",
    "a/b/c",
]


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_in_a_folder_of_an_odd_name_is_found(seeker: Seeker, name: str) -> None:
    """The name is sent as the server spelled it, and read back from STATUS."""
    client = seeker.mailbox.looking
    client.create_folder(name)
    seeker.at("2026-12-08 08:00")
    number = seeker.add((DANA,))
    assert seeker.once() == []
    client.append(name, seeker.letter_from(DANA, "Good news"))
    assert seeker.once() == []
    assert seeker.status(number) is Status.ANSWERED


def test_a_renamed_folder_is_read_on(seeker: Seeker) -> None:
    """What was filed there just before it was renamed is found under the new name."""
    client = seeker.mailbox.looking
    client.create_folder("Acme")
    seeker.at("2026-12-08 08:00")
    number = seeker.add((DANA,))
    seeker.once()
    client.append("Acme", seeker.letter_from(DANA, "Good news"))
    client.rename_folder("Acme", "Jobs/Acme")
    assert seeker.once() == []
    assert seeker.status(number) is Status.ANSWERED
    assert seeker.kinds(number).count("reply_received") == 1


def test_a_folder_that_vanished_is_not_missed(seeker: Seeker) -> None:
    """It was deleted: drafts are laid as before."""
    client = seeker.mailbox.looking
    client.create_folder("Acme")
    seeker.at("2026-12-08 08:59")
    seeker.add((DANA,))
    seeker.once()
    client.delete_folder("Acme")
    seeker.at("2026-12-08 09:00")
    assert seeker.once() == []
    assert len(seeker.drafts()) == 1


def test_a_folder_made_anew_under_an_old_name_is_read_from_its_beginning(seeker: Seeker) -> None:
    """The same name with another UIDVALIDITY is another folder."""
    client = seeker.mailbox.looking
    client.create_folder("Acme")
    seeker.at("2026-12-08 08:00")
    number = seeker.add((DANA,))
    client.append("Acme", seeker.letter_from(DANA, "Old news", headers={"Precedence": "bulk"}))
    seeker.once()
    client.delete_folder("Acme")
    client.create_folder("Acme")
    client.append("Acme", seeker.letter_from(DANA, "Good news"))
    assert seeker.once() == []
    assert seeker.status(number) is Status.ANSWERED

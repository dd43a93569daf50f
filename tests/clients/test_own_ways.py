"""What single mail programs do with a draft that others do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState, Status
from tests.clients.aerc import Aerc
from tests.clients.neomutt import Neomutt
from tests.clients.program import until
from tests.clients.waiting import SUBJECT

if TYPE_CHECKING:
    from tests.clients.program import MailProgram
    from tests.clients.sink import Sink
    from tests.clients.waiting import Waiting

OWN_WORDS = "PS: added by hand."


def in_program(name: str) -> pytest.MarkDecorator:
    """Tell the story of one program only."""
    marks = (pytest.mark.client, pytest.mark.xdist_group(f"client-{name}"))
    return pytest.mark.parametrize("program", [pytest.param(name, marks=marks)], indirect=True)


@in_program("neomutt")
def test_recalled_in_neomutt_it_is_missing_and_sent_later_it_is_sent(
    program: MailProgram, story: Waiting, sink: Sink
) -> None:
    """Neomutt takes the draft out of Drafts when it is opened, long before Send."""
    program.open_draft(SUBJECT)
    until(lambda: story.seeker.drafts() == [], "an empty Drafts folder")
    assert story.look().state is DraftState.MISSING
    program.send()
    until(lambda: len(sink.received) == 1, "the message at the SMTP server")
    until(lambda: len(story.seeker.lying_in("Sent")) == 1, "the copy in Sent")
    assert story.look().state is DraftState.SENT


@in_program("neomutt")
def test_recalled_within_drafts_both_versions_stay_when_the_answer_comes(
    program: MailProgram, story: Waiting
) -> None:
    """The old version is still on the server: the new one counts, and neither is taken back."""
    assert isinstance(program, Neomutt)
    program.open_draft_in_place(SUBJECT)
    program.write(OWN_WORDS)
    program.save()
    _both_stay(story)


@in_program("aerc")
def test_postponed_in_aerc_with_the_old_one_kept_both_stay_when_the_answer_comes(
    program: MailProgram, story: Waiting
) -> None:
    """Aerc proposes to keep the old version: the new one counts, and neither is taken back."""
    assert isinstance(program, Aerc)
    program.open_draft(SUBJECT)
    program.write(OWN_WORDS)
    program.save_beside()
    _both_stay(story)


def _both_stay(story: Waiting) -> None:
    def with_own_words() -> list[bool]:
        return [OWN_WORDS in draft.as_string() for draft in story.seeker.drafts()]

    until(lambda: with_own_words() == [False, True], "the old version and the new one")
    assert story.look().state is DraftState.EDITED
    story.answered()
    assert story.seeker.status(story.number) is Status.ANSWERED
    assert story.draft.state is DraftState.EDITED
    assert with_own_words() == [False, True]
    assert "edited" in story.seeker.told("list").out

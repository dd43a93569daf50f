"""The line in the log for each message that left: whose act, when, to whom, and the answer."""

from __future__ import annotations

from email.policy import SMTP
from typing import TYPE_CHECKING

import pytest
import structlog

from followupd.domain.interview import DraftState
from tests.support.approving import FOLDER, approver, with_check_in
from tests.support.dovecot import PASSWORD
from tests.support.seeker import DANA

if TYPE_CHECKING:
    from tests.support.authority import Authority
    from tests.support.seeker import Seeker

FIELDS = ("draft", "act", "seen_there", "sent_at", "to", "server", "answer")


def test_a_message_that_was_sent_has_one_line_in_the_log(
    seeker: Seeker, authority: Authority
) -> None:
    """It says which draft, which act, when, to whom, and what the server answered; no more."""
    with approver(seeker, authority) as robin, structlog.testing.capture_logs() as lines:
        with_check_in(seeker, DANA)
        seeker.at("2026-12-08 10:05")
        robin.approves()
        for minute in (7, 13, 19):
            seeker.at(f"2026-12-08 10:{minute:02}")
            seeker.once()
        draft = robin.draft()
        [told] = [line for line in lines if line["event"] == "message sent"]
        assert {name: told[name] for name in FIELDS} == {
            "draft": draft.message_id,
            "act": f"the user moved it into {FOLDER}",
            "seen_there": "2026-12-08T09:07:00+00:00",
            "sent_at": "2026-12-08T09:07:00+00:00",
            "to": ["dana@acme.example"],
            "server": f"localhost:{robin.smtp.port}",
            "answer": "250 OK: queued",
        }
        for secret in (PASSWORD, draft.subject, "Kind regards"):
            assert secret not in repr(lines)


def test_a_message_that_may_have_been_sent_has_one_line_too(
    seeker: Seeker, authority: Authority
) -> None:
    """Who looks for it later finds the act, the moment and the recipients."""
    with approver(seeker, authority) as robin, structlog.testing.capture_logs() as lines:
        with_check_in(seeker, DANA)
        robin.smtp.script.closes_at = "END"
        robin.approves()
        for _ in range(3):
            seeker.once()
        [told] = [line for line in lines if line["event"] == "message perhaps sent"]
        assert told["draft"] == robin.draft().message_id
        assert told["to"] == ["dana@acme.example"]
        assert FOLDER in told["act"]
        assert told["sent_at"] == "2026-12-08T09:00:00+00:00"
        assert not [line for line in lines if line["event"] == "message sent"]


@pytest.mark.parametrize("known_by", ["the user said so", "its copy lies"])
def test_a_message_that_turns_out_to_have_been_sent_has_its_line_then(
    seeker: Seeker, authority: Authority, known_by: str
) -> None:
    """By the user's word, or by the copy that is found; one line, and not with every pass."""
    with approver(seeker, authority) as robin, structlog.testing.capture_logs() as lines:
        with_check_in(seeker, DANA)
        robin.smtp.script.closes_at = "END"
        robin.approves()
        seeker.once()
        assert robin.draft().state is DraftState.UNCLEAR
        assert [line for line in lines if line["event"] == "message sent"] == []
        if known_by == "the user said so":
            seeker.told("sent", "1", "--yes")
        else:
            [(_, draft)] = seeker.lying_in(FOLDER)
            seeker.mailbox.append("Sent", draft.as_bytes(policy=SMTP), b"\\Seen")
        for _ in range(3):
            seeker.once()
        assert robin.draft().state is DraftState.SENT
        [told] = [line for line in lines if line["event"] == "message sent"]
        assert told["draft"] == robin.draft().message_id
        assert told["sent_at"] == "2026-12-08T09:00:00+00:00"
        assert told["known_by"].startswith(known_by)

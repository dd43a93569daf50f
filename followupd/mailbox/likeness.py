"""Whether a mail may be a draft of ours under another name.

Many programs give a draft a new Message-ID when it is saved or sent. What is left then is the
thread, the person, the subject and the time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.mailbox.drafts import headers_of
from followupd.writing.draft import reply_subject

if TYPE_CHECKING:
    from followupd.mailbox.drafts import Sought
    from followupd.mailbox.responses import Fetched
    from followupd.reading.message import Message


def is_alike(sought: Sought, fetched: Fetched) -> bool:
    """Whether a mail is to the same person in the same thread, and no other draft of ours."""
    message = headers_of(fetched)
    return (
        message is not None
        and message.message_id not in sought.others
        and sought.to.casefold() in (one.key for one in message.recipients)
        and _answers_the_same(sought, message)
    )


def is_in_thread(sought: Sought, fetched: Fetched) -> bool:
    """Whether a mail answers the same one under the same subject, to somebody unknown."""
    message = headers_of(fetched)
    if message is None or message.message_id in sought.others:
        return False
    answered = {*message.in_reply_to, *message.references}
    is_reply = sought.in_reply_to is not None and sought.in_reply_to in answered
    to = {one.key for one in message.recipients}
    return is_reply and _same_subject(sought, message) and bool(to) and not to & sought.other_people


def is_later(sought: Sought, fetched: Fetched) -> bool:
    """Whether a mail is dated after the draft was laid."""
    message = headers_of(fetched)
    dated = (message.date if message is not None else None) or fetched.internaldate
    return dated is not None and dated >= sought.queued_at.replace(microsecond=0)


def _answers_the_same(sought: Sought, message: Message) -> bool:
    if not sought.subject and sought.in_reply_to is None:
        # Nothing but the person is known of a draft whose APPEND never got an answer.
        return True
    answered = {*message.in_reply_to, *message.references}
    if sought.in_reply_to is not None and answered:
        return sought.in_reply_to in answered
    # It began no thread, or the program lost it: Proton Bridge strips these headers.
    return _same_subject(sought, message)


def _same_subject(sought: Sought, message: Message) -> bool:
    return reply_subject(message.subject) == reply_subject(sought.subject)

"""Looks one mail up in the mailboxes and judges it again, for a user who asks why.

Nothing is recorded: what is found out here is shown and forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from followupd.errors import ServerRefused
from followupd.mailbox.folders import find_folders
from followupd.reading.body import read_body
from followupd.reading.message import read_headers
from followupd.service.intake import judge_of
from followupd.service.mails import mail_of
from followupd.service.opener import Opener

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from followupd.config import Account, Settings
    from followupd.domain.events import Mail
    from followupd.domain.history import History
    from followupd.domain.workdays import Workdays
    from followupd.mailbox.connection import Connection
    from followupd.reading.body import Body
    from followupd.service.judging import Judge, Judgement


@dataclass(frozen=True, slots=True)
class Answer:
    """A mail as it lies in a mailbox, and what is thought of it today.

    Attributes:
        account: whose mailbox.
        mail: what would be kept of it.
        judgement: what it is, whose answer, and what it says.
    """

    account: str
    mail: Mail
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What a mail is judged against."""

    settings: Settings
    histories: tuple[History, ...]
    workdays: Workdays
    now: datetime

    def look_up(self, message_id: str) -> Iterator[Answer]:
        """Every account's copy of a mail, the first in each; blocking.

        Args:
            message_id: with or without angle brackets.

        Raises:
            AuthenticationError, ConnectionLost, ServerRefused, ConfigError: a mailbox cannot be
                looked into.
        """
        wanted = f"<{message_id.strip().strip('<>')}>"
        judge = judge_of(self.histories, self.settings.own_addresses, self.workdays)
        for account in self.settings.accounts:
            connection = Opener(account)()
            try:
                found = self._in_account(account, connection, wanted, judge)
            finally:
                connection.logout()
            if found is not None:
                yield found

    def _in_account(
        self, account: Account, connection: Connection, message_id: str, judge: Judge
    ) -> Answer | None:
        roles = find_folders(connection.folders(), account.imap)
        for folder in roles.everywhere:
            try:
                connection.examine(folder)
                uids = connection.search("HEADER", "Message-ID", message_id)
            except ServerRefused:
                continue  # somebody else's folder, or one that holds no mail
            for fetched in connection.headers(uids):
                message = read_headers(fetched.raw)
                if message.message_id != message_id:  # SEARCH finds parts of words
                    continue
                mail = mail_of(message, fetched, folder, self.now)
                sent_at = message.date or mail.date
                text = partial(_body, connection, fetched.uid)
                return Answer(account.name, mail, judge.judge(message, sent_at, text))
        return None


def _body(connection: Connection, uid: int) -> Body | None:
    raw = connection.body(uid)
    return read_body(raw) if raw is not None else None

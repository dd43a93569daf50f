"""The configuration of somebody whose mailbox is on one of the tests' servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.usermailbox import PASSWORD_VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

IN_ENVIRONMENT = f'{{ env = "{PASSWORD_VARIABLE}" }}'


def mailbox_config(
    *, port: int, username: str, ca_file: Path | str | None, password: str = IN_ENVIRONMENT
) -> str:
    """A whole configuration with one account, `personal`, over TLS.

    Args:
        port: of the IMAP server on localhost.
        username: what it is told at login.
        ca_file: the authority that its certificate is signed by.
        password: where the password comes from, in TOML.
    """
    return f"""
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
holidays = "DE-BE"

[[accounts]]
name = "personal"
address = "robin@example.org"
[accounts.imap]
host = "localhost"
port = {port}
username = "{username}"
ca_file = "{ca_file}"
password = {password}
"""

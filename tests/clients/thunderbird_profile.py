"""What Thunderbird is told before it starts: the account, and not to talk to anybody else.

Apart from that it is left as it comes, since that is how most people have it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clients.program import MailAccount

# No update, no telemetry, no start page, no question on first use. Whatever is left of what a
# program likes to fetch ends at a proxy that is not there, and no name is looked up.
_ALONE: dict[str, str | int | bool] = {
    "app.update.auto": False,
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "intl.locale.requested": "en-US",
    "mail.inappnotifications.enabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mailnews.start_page.enabled": False,
    "marionette.port": 0,
    "network.dns.disabled": True,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.type": 1,
    "toolkit.telemetry.enabled": False,
}


def write_profile(folder: Path, account: MailAccount) -> None:
    """Make a profile with that account, signed out."""
    folder.mkdir()
    preferences = _ALONE | _account(account)
    text = "".join(
        f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
        for name, value in preferences.items()
    )
    (folder / "user.js").write_text(text, encoding="utf-8")


def _account(account: MailAccount) -> dict[str, str | int | bool]:
    server = "mail.server.server1"
    identity = "mail.identity.id1"
    outgoing = "mail.smtpserver.smtp1"
    folders = f"imap://{quote(account.user)}@127.0.0.1"
    return {
        "mail.accountmanager.accounts": "account1",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.account.account1.identities": "id1",
        "mail.account.account1.server": "server1",
        f"{server}.type": "imap",
        f"{server}.name": account.address,
        f"{server}.hostname": "127.0.0.1",
        f"{server}.port": account.imap_port,
        f"{server}.userName": account.user,
        f"{server}.socketType": 0,
        f"{server}.authMethod": 3,
        # It would ask for the password before its windows can be talked to.
        f"{server}.login_at_startup": False,
        f"{server}.check_new_mail": False,
        # By default it shows only folders that are subscribed to (RFC 3501, section 6.3.6).
        f"{server}.using_subscription": False,
        f"{identity}.fullName": account.name,
        f"{identity}.useremail": account.address,
        f"{identity}.valid": True,
        f"{identity}.smtpServer": "smtp1",
        f"{identity}.draft_folder": f"{folders}/Drafts",
        f"{identity}.fcc_folder": f"{folders}/Sent",
        "mail.smtpservers": "smtp1",
        "mail.smtp.defaultserver": "smtp1",
        f"{outgoing}.type": "smtp",
        f"{outgoing}.hostname": "127.0.0.1",
        f"{outgoing}.port": account.smtp_port,
        f"{outgoing}.authMethod": 1,
        f"{outgoing}.try_ssl": 0,
    }

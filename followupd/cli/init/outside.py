"""What the questions learn from outside: the network, the machine, a secret. Handed to them.

`machine.py` has the real ones; a test has its own. Everything here may take seconds and says so
on the screen by itself. An error is one of followupd's own, in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from followupd.cli.init.places import Place
    from followupd.config import Account, Imap, PasswordSource, Smtp
    from followupd.mailbox.responses import Folder
    from followupd.providers.finding import Found
    from followupd.providers.servers import Server
    from followupd.providers.trying import Trial
    from followupd.secrets import Secret
    from followupd.secrets.fitting import Offer


@dataclass(frozen=True, slots=True)
class Outside:
    """What the questions may ask for.

    Attributes:
        name: the user's, as the machine knows it; "" where it does not.
        place: where the machine says it is.
        folder: the configuration's; absolute.
        tell: says a sentence at once, where no question follows that it could go before.
        find: looks for the servers of an address. It raises `UsageError`.
        try_imap: sees whether there is such a server, with a private certificate or none.
        try_smtp: likewise.
        offers: what there is to keep a password in for an account of that name, best first.
        sign_in: signs in to the account of that name, with a password, or None for what its
            source has; the folders there. It raises as `Connection.open`.
        sign_in_smtp: likewise, without sending anything.
        grant: has the user sign in in a browser; the access token, good for this run. It raises
            `AuthenticationError`, `ConnectionLost`, `ServerRefused`, `UsageError`.
        password: what came on standard input, or None.
        put: keeps a secret in a file that is needed at once; taken away again if nothing comes
            of it. It raises `AuthenticationError`.
        is_file: whether there is such a file.
    """

    name: str
    place: Place
    folder: Path
    tell: Callable[[str], None]
    find: Callable[[str], Found]
    try_imap: Callable[[Server, Path | None], Trial]
    try_smtp: Callable[[Server, Path | None], Trial]
    offers: Callable[[str], tuple[Offer, ...]]
    sign_in: Callable[[str, Imap, Secret | None], tuple[Folder, ...]]
    sign_in_smtp: Callable[[str, Smtp, Secret | None], None]
    grant: Callable[[Account], Secret]
    put: Callable[[PasswordSource, Secret], None]
    is_file: Callable[[Path], bool]
    password: Secret | None = None

"""A new grant: shown where to sign in, by a browser here or a code on another device."""

from __future__ import annotations

import os
import sys
import webbrowser
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.cli.asking import is_terminal
from followupd.errors import UsageError
from followupd.oauth.signing_in import (
    BrowserPage,
    WrongAddress,
    has_device_flow,
    sign_in_by_browser,
    sign_in_by_device,
)

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from followupd.cli.screen import Screen
    from followupd.config import OAuth
    from followupd.oauth.signing_in import DevicePage
    from followupd.oauth.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked for a grant, and where.

    Attributes:
        account: the account's name.
        oauth: how it signs in.
        username: whose mailbox it is.
        screen: where the user reads what to do.
        when: says a moment (UTC) as the user's clock shows it.
    """

    account: str
    oauth: OAuth
    username: str
    screen: Screen
    when: Callable[[datetime], str]


def new_grant(arguments: Namespace, asking: Asking) -> Tokens:
    """Let the user sign in at the provider; nothing is stored yet.

    A desktop has a browser. Elsewhere a code is shown to be entered on another device, where the
    provider takes that; else the address is shown and the one where the browser ends is pasted.

    Raises:
        UsageError: `--device` was asked for and the provider offers no codes.
        AuthenticationError: the user said no, or ran out of time.
        ConnectionLost, ServerRefused: the provider is away, or does not know the client.
    """
    account, oauth, username = asking.account, asking.oauth, asking.username
    is_desktop = has_browser(os.environ)
    if arguments.device or not (arguments.browser or is_desktop):
        if has_device_flow(oauth):
            return sign_in_by_device(
                account, oauth, username, tell=lambda page: _tell_device(page, asking)
            )
        if arguments.device:
            raise UsageError(
                f"--device: {oauth.provider} gives no codes for other devices to this client; "
                f"`followupd login {account} --browser` works without a browser here, too: it "
                "shows the address to be opened anywhere"
            )
    return sign_in_by_browser(
        account,
        oauth,
        username,
        tell=lambda page: _tell_browser(page, asking),
        open_browser=webbrowser.open if is_desktop else None,
        pasted=sys.stdin if is_terminal() else None,
    )


def has_browser(environ: Mapping[str, str]) -> bool:
    """Whether a browser can show a page to the user here: in a graphical session, or their own.

    Without either, Python would start one that runs in the terminal, if there is any.
    """
    names = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform == "darwin" or any(environ.get(name) for name in names)


def _tell_browser(page: BrowserPage | WrongAddress, asking: Asking) -> None:
    screen = asking.screen
    if isinstance(page, WrongAddress):
        screen.line(page.why)
        return
    if page.was_opened:
        screen.line(
            f"Your browser shows a page of {asking.oauth.provider}: sign in there as "
            f"{asking.username} and allow followupd to use your mail. If none is to be seen, open:"
        )
    else:
        screen.line(
            f"Open this address in a browser, sign in there as {asking.username} and allow "
            "followupd to use your mail:"
        )
    # In one piece, so that it can be copied.
    screen.text(page.address)
    if page.must_be_pasted:
        screen.line(
            f"The browser ends at an address that begins with {page.returns_to}; copy that whole "
            "address and paste it here."
        )
    elif is_terminal():
        screen.line(
            f"Is the browser on another machine? It ends at an address that begins with "
            f"{page.returns_to} and that it cannot show: paste that whole address here."
        )


def _tell_device(page: DevicePage, asking: Asking) -> None:
    screen = asking.screen
    screen.line(
        f"On any device with a browser, open {page.address}, sign in as {asking.username} and "
        "enter this code:"
    )
    screen.text(page.user_code)
    if page.complete_address is not None:
        screen.line("Or open this address, which holds the code already:")
        screen.text(page.complete_address)
    until = asking.when(page.ends_at)
    screen.line(
        f"The code is good until {until}. Once you have done so, followupd goes on by itself."
    )

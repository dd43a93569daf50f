"""Asking the user for a grant by a code that they enter on another device (RFC 8628)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from followupd.errors import ConnectionLost, UsageError
from followupd.oauth import forms, web
from followupd.oauth.answers import Refusal, error_of, tokens_in
from followupd.oauth.discovery import provider_of
from followupd.oauth.grant import client_of
from followupd.oauth.new_grant import tokens_of
from followupd.oauth.polling import device_code_in, next_interval
from followupd.oauth.provider import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Callable

    from followupd.config.settings import OAuth
    from followupd.oauth.forms import Client
    from followupd.oauth.polling import DeviceCode
    from followupd.oauth.provider import Provider
    from followupd.oauth.tokens import TokenAnswer, Tokens


@dataclass(frozen=True, slots=True)
class DevicePage:
    """What to do on another device.

    Attributes:
        address: the page to open there.
        user_code: what to type in.
        complete_address: where it is typed in already; None: there is no such address.
        ends_at: until when, UTC.
    """

    address: str
    user_code: str
    complete_address: str | None
    ends_at: datetime


def sign_in_by_device(
    account: str,
    oauth: OAuth,
    username: str,  # noqa: ARG001 - nothing is suggested here; the two ways are called alike
    *,
    tell: Callable[[DevicePage], None],
    wait: Callable[[float], None] = time.sleep,
) -> Tokens:
    """Get a grant by a code that the user enters on another device (RFC 8628); blocks.

    Args:
        account: the account's name.
        oauth: its configuration.
        username: the user's name at the provider.
        tell: shows what to do.
        wait: waits so many seconds.

    Raises:
        AuthenticationError: the user said no, or the time was over.
        UsageError: the provider has no such way.
        SecretMissing: the client's secret cannot be had.
        ConnectionLost, ServerRefused, ConfigError: of the provider, as `grant.access_token`.
    """
    provider, client = provider_of(oauth), client_of(account, oauth)
    place = web.where(provider.token)
    if provider.device is None:
        raise UsageError(
            f"{place} gives no access to mail by a code on another device; run `followupd login "
            f"{account} --browser`: the page may be opened on any machine, and the address where "
            "it ends be pasted here"
        )
    form = forms.for_device(provider, client)
    code = device_code_in(web.post(provider.device, form, oauth.ca_file), place)
    if isinstance(code, Refusal):
        raise error_of(code, place, account)
    ends_at = datetime.now(UTC) + code.lifetime
    tell(DevicePage(code.address, code.user_code, code.complete_address, ends_at))
    asked_at, answer = _polled(account, oauth, provider, client, code, wait)
    return tokens_of(oauth, provider, answer, asked_at)


def has_device_flow(oauth: OAuth) -> bool:
    """Whether the provider gives access to mail by a code; asks it where it is not built in.

    Raises:
        ConnectionLost, ServerRefused, ConfigError: as `provider_of`.
    """
    known = BUILT_IN.get(oauth.provider) or provider_of(oauth)
    return known.device is not None


def _polled(
    account: str,
    oauth: OAuth,
    provider: Provider,
    client: Client,
    code: DeviceCode,
    wait: Callable[[float], None],
) -> tuple[datetime, TokenAnswer]:
    """When the tokens were asked for, and the tokens."""
    place = web.where(provider.token)
    until = time.monotonic() + code.lifetime.total_seconds()
    interval: float | None = code.interval
    refusal: Refusal | None = None
    while interval is not None:
        if time.monotonic() + interval > until:
            refusal = Refusal("expired_token")
            break
        wait(interval)
        asked_at = datetime.now(UTC)
        form = forms.for_device_code(provider, client, code.device_code)
        try:
            answer = tokens_in(web.post(provider.token, form, oauth.ca_file), place)
        except ConnectionLost:
            refusal = None
        else:
            if not isinstance(answer, Refusal):
                return asked_at, answer
            refusal = answer
        interval = next_interval(interval, refusal)
    raise error_of(refusal or Refusal("expired_token"), place, account)

"""Fetching the document that a domain serves about its mail, over verified HTTPS and nothing else.

A server may be slow, endless, or send us elsewhere: time, size and the number of redirects are
bounded, and a redirect out of HTTPS is not followed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import httpx

from followupd.providers.autoconfig import LARGEST

if TYPE_CHECKING:
    import ssl

_MOST_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


def fetched(url: str, *, context: ssl.SSLContext, seconds: float) -> bytes | None:
    """What lies at an address; blocks for about `seconds` at most.

    Args:
        url: an HTTPS address.
        context: verifies the server.
        seconds: how long all of it may take.

    Returns:
        None where there is nothing, or nothing that may be used; why does not matter, since most
        domains have no such document.
    """
    until = time.monotonic() + seconds
    # Not the environment: a proxy or a .netrc is not meant for a domain that was just typed in.
    with httpx.Client(verify=context, trust_env=False, timeout=seconds) as client:
        try:
            return _followed(client, httpx.URL(url), until)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            return None


def _followed(client: httpx.Client, url: httpx.URL, until: float) -> bytes | None:
    for _ in range(1 + _MOST_REDIRECTS):
        if url.scheme != "https" or time.monotonic() > until:
            return None
        # Nothing packed: a small answer could become a huge one.
        headers = {"Accept-Encoding": "identity", "User-Agent": "followupd"}
        with client.stream("GET", url, headers=headers) as response:
            if response.status_code in _REDIRECTS:
                url = url.join(response.headers.get("Location", ""))
                continue
            if response.status_code != httpx.codes.OK or _is_packed(response):
                return None
            return _body(response, until)
    return None


def _is_packed(response: httpx.Response) -> bool:
    encoding: str = response.headers.get("Content-Encoding", "identity")
    return encoding.strip().lower() != "identity"


def _body(response: httpx.Response, until: float) -> bytes | None:
    body = bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) > LARGEST or time.monotonic() > until:
            return None
    return bytes(body)

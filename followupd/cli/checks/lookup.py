"""`check`: whether a host name leads to addresses, by the resolver that every connection uses.

The module `socket` is here for that question alone; nothing is connected to.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from typing import TYPE_CHECKING

from followupd.cli.checks.line import failed, ok

if TYPE_CHECKING:
    from followupd.cli.checks.line import Check


def lookup(name: str, key: str, host: str) -> Check:
    """Look a host up, and tell how many addresses it has and how long that took.

    Args:
        name: of the line.
        key: of the configuration that names the host, such as `imap.host`.
        host: a name or an address.
    """
    if _is_address(host):
        return ok(name, f"{host} is an address; nothing is to be looked up")
    began = time.monotonic()
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in (socket.EAI_AGAIN, socket.EAI_FAIL):
            what = f"no name server answers for {host}"
            return failed(name, what, "see whether this machine is online; try again later")
        what = f"there is no host of the name {host}"
        return failed(name, what, f"check the spelling of {key}, and the network")
    except (OSError, UnicodeError):
        return failed(name, f"{host} cannot be looked up", f"check the spelling of {key}")
    taken = (time.monotonic() - began) * 1000
    families = [each[0] for each in found]
    counts = [
        f"{families.count(family)} by {word}"
        for family, word in ((socket.AF_INET, "IPv4"), (socket.AF_INET6, "IPv6"))
        if family in families
    ]
    return ok(name, f"addresses of {host}: {', '.join(counts)}, told within {taken:.0f} ms")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

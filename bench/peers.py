"""What followupd is compared with: the plainest loops that IMAPClient allows.

Each runs in a process of its own, `python -m bench.peers NAME …`, and answers in lines of JSON
with times of the monotonic clock, which all processes share.
"""

from __future__ import annotations

import importlib
import json
import os
import ssl
import sys
import threading
import time
from typing import Any

import imapclient

_RENEW = 300.0
_AT_ONCE = 1000
_HOST = "127.0.0.1"
_PASSWORD = "FOLLOWUPD_BENCH_PASSWORD"


def watch(port: str, ca_file: str, user: str) -> None:
    """IDLE; on EXISTS leave it, search, fetch the headers, and enter it again."""
    client = _signed_in(int(port), ssl.create_default_context(cafile=ca_file), user)
    state: dict[bytes, Any] = client.select_folder("INBOX", readonly=True)
    last = int(state[b"UIDNEXT"]) - 1
    client.idle()
    _say(watching=time.monotonic())
    while True:
        if not any(b"EXISTS" in each for each in client.idle_check(timeout=_RENEW)):
            continue
        exists = time.monotonic()
        client.idle_done()
        uids = [uid for uid in client.search(["UID", f"{last + 1}:*"]) if uid > last]
        client.fetch(uids, ["BODY.PEEK[HEADER]"])
        headers = time.monotonic()
        last = max([last, *uids])
        client.idle()
        if uids:
            _say(exists=exists, headers=headers)


def idle(port: str, ca_file: str, *users: str) -> None:
    """One connection for each user, each with a thread, one context for all."""
    context = ssl.create_default_context(cafile=ca_file)
    idling = threading.Semaphore(0)

    def one(user: str) -> None:
        client = _signed_in(int(port), context, user)
        client.select_folder("INBOX", readonly=True)
        client.idle()
        idling.release()
        while True:
            until = time.monotonic() + _RENEW
            while (left := until - time.monotonic()) > 0:
                if not client.idle_check(timeout=left) and time.monotonic() < until:
                    raise ConnectionError("the server has hung up")
            client.idle_done()
            client.idle()

    for user in users:
        threading.Thread(target=one, args=(user,), daemon=True).start()
    for _ in users:
        idling.acquire()
    _say(watching=time.monotonic())
    threading.Event().wait()


def floor(port: str, ca_file: str, user: str, *modules: str) -> None:
    """Import what the daemon imports, sign in once, and be in IDLE."""
    for module in modules:
        importlib.import_module(module)
    imported = time.monotonic()
    client = _signed_in(int(port), ssl.create_default_context(cafile=ca_file), user)
    client.select_folder("INBOX", readonly=True)
    client.idle()
    _say(imported=imported, watching=time.monotonic())


def headers(port: str, user: str) -> None:
    """Fetch the headers of everything in the inbox, in clear text so that it can be counted."""
    client = _signed_in(int(port), None, user)
    client.select_folder("INBOX", readonly=True)
    uids = client.search("ALL")
    count = 0
    for start in range(0, len(uids), _AT_ONCE):
        count += len(client.fetch(uids[start : start + _AT_ONCE], ["BODY.PEEK[HEADER]"]))
    client.logout()
    _say(count=count)


def _signed_in(port: int, context: ssl.SSLContext | None, user: str) -> Any:
    client = imapclient.IMAPClient(
        _HOST,
        port,
        ssl=context is not None,
        ssl_context=context,
        timeout=imapclient.SocketTimeout(60, 120),
    )
    client.login(user, os.environ[_PASSWORD])
    return client


def _say(**values: float) -> None:
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    match sys.argv[1]:
        case "watch":
            watch(*sys.argv[2:])
        case "idle":
            idle(*sys.argv[2:])
        case "floor":
            floor(*sys.argv[2:])
        case "headers":
            headers(*sys.argv[2:])

"""`check`: try everything that followupd needs, and say what to do about what fails.

No secret is in what it prints: it says whether a password was found, never which.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from followupd.cli import logs
from followupd.cli.configured import settings_of
from followupd.cli.findings import STYLES, State
from followupd.cli.format import moment
from followupd.cli.screen import Screen, print_json
from followupd.config import DigestWay, state_directory
from followupd.config.words import nearest
from followupd.errors import ConfigError, FollowupdError, ServerRefused
from followupd.mailbox.connection import Connection
from followupd.mailbox.folders import find_folders
from followupd.outbox import sign_in
from followupd.reading.text import clean
from followupd.secrets import server_password
from followupd.service.digest_ways import messenger_of
from followupd.service.filing import lays_copy
from followupd.service.setup import checked_templates
from followupd.service.world import workdays_of
from followupd.store import DATABASE, Store
from followupd.writing.shipped import own_templates

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator
    from pathlib import Path

    from followupd.config import Account, Digest, Settings, Smtp
    from followupd.mailbox.folders import Roles
    from followupd.mailbox.responses import Folder
    from followupd.service.clock import Clock

_SOON = timedelta(days=14)
"""How long before its end a certificate is worth a word."""

_SLIP = timedelta(minutes=5)
_DETAIL_LIMIT = 600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_CAPABILITIES = {
    "IDLE": "new mail is noticed by asking every minute",
    "UIDPLUS": "a draft that is taken back is only marked as deleted",
    "SPECIAL-USE": "folders are recognised by their names",
    "CONDSTORE": "",
}
"""What it means when a server lacks one; "" where nothing depends on it."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was tried, how it went, and what to do."""

    check: str
    state: State
    detail: str


def check(arguments: Namespace, clock: Clock) -> int:
    """Try everything; the exit code is 1 when something failed, 2 for the configuration."""
    logs.configure(level=logging.CRITICAL)
    try:
        settings = settings_of(arguments)
    except ConfigError as error:
        if not arguments.json:
            raise
        _print_json([Check("configuration", State.FAILED, str(each)) for each in error.problems])
        return 2
    checks: list[Check] = []
    screen = None if arguments.json else Screen()
    for each in everything(settings, state_directory(os.environ), clock):
        checks.append(each)
        if screen is not None:
            said = f"{each.state.value}: {each.check}: {each.detail}"
            screen.line(said, STYLES[each.state])
    if screen is None:
        _print_json(checks)
    return 1 if any(each.state is State.FAILED for each in checks) else 0


def everything(settings: Settings, state: Path, clock: Clock) -> Iterator[Check]:
    """Every check, in order; one that fails does not keep the others from being tried."""
    yield Check("configuration", State.OK, f"{settings.path} has no mistakes")
    yield _templates(settings)
    yield _calendar(settings, clock)
    yield from _store(settings, state, clock)
    for account in settings.accounts:
        yield from _account(account, clock)
        if account.smtp is not None:
            yield _outbox(account.name, account.smtp)
    if settings.digest is not None:
        yield _digest(settings, settings.digest)


def _outbox(name: str, smtp: Smtp) -> Check:
    """Whether the server that sends takes the login; nothing is sent now."""
    try:
        where = asyncio.run(sign_in(smtp, server_password(name, smtp)))
    except FollowupdError as error:
        return Check(f"{name}: SMTP", State.FAILED, clean(str(error), _DETAIL_LIMIT))
    return Check(f"{name}: SMTP", State.OK, f"{smtp.username} at {where}; nothing was sent")


def _digest(settings: Settings, digest: Digest) -> Check:
    """Whether the daily message could be delivered; nothing is sent."""
    when = f"every day with something to say, {digest.at:%H:%M}"
    if digest.via is DigestWay.APPRISE:
        try:
            messenger_of(settings)
        except FollowupdError as error:
            return Check("digest", State.FAILED, clean(str(error), _DETAIL_LIMIT))
        return Check("digest", State.OK, f"{when}, by Apprise; nothing was sent")
    done = "sent to" if digest.via is DigestWay.SMTP else "laid into the INBOX of"
    return Check("digest", State.OK, f"{when}, {done} {settings.account(digest.account).address}")


def _print_json(checks: list[Check]) -> None:
    print_json([{"check": c.check, "state": c.state.value, "detail": c.detail} for c in checks])


def _templates(settings: Settings) -> Check:
    try:
        languages = {key.language for key in checked_templates(settings).keys}
        own = own_templates(settings.user.templates)
    except FollowupdError as error:
        return Check("templates", State.FAILED, "; ".join(str(error).split("\n")))
    language = settings.user.language
    if language not in languages:
        what = f'there are none in the language "{language}": drafts are written in English'
        return Check("templates", State.WARNING, what)
    said = f"yours work with every sample letter: {', '.join(own)}" if own else "none of your own"
    return Check("templates", State.OK, f"{said}; languages: {', '.join(sorted(languages))}")


def _calendar(settings: Settings, clock: Clock) -> Check:
    user, workdays, now = settings.user, workdays_of(settings), clock.now()
    opens = moment(workdays.next_open(now), workdays.day_of(now), workdays)
    hours = "within sending hours" if workdays.is_open(now) else f"sending hours begin {opens}"
    said = f"it is {workdays.local(now):%a %H:%M} in {user.timezone}, {hours}"
    if user.holidays is None:
        what = f"{said}; no public holidays: set user.holidays, such as DE-BE"
        return Check("calendar", State.WARNING, what)
    return Check("calendar", State.OK, f"{said}; public holidays of {user.holidays}")


def _store(settings: Settings, state: Path, clock: Clock) -> Iterator[Check]:
    try:
        store = Store.open(state / DATABASE)
        try:
            with store.look() as reading:
                healths = [reading.health(account.name) for account in settings.accounts]
                events = [c.events[-1].event for c in reading.chronicles()]
        finally:
            store.close()
    except FollowupdError as error:
        yield Check("database", State.FAILED, str(error))
        return
    yield Check("database", State.OK, f"{state / DATABASE}, interviews: {len(events)}")
    lax = [p for p in (state, state / DATABASE) if stat.S_IMODE(p.stat().st_mode) & _OTHERS]
    if lax:
        named = ", ".join(str(path) for path in lax)
        yield Check("state folder", State.FAILED, f"others may read {named}; run chmod go= on it")
    else:
        yield Check("state folder", State.OK, f"{state} is yours alone")
    known = [h.last_pass_at for h in healths if h is not None and h.last_pass_at is not None]
    known += [event.at for event in events]
    now = clock.now()
    if known and max(known) > now + _SLIP:
        latest = f"{max(known).astimezone(UTC):%Y-%m-%d %H:%M}"
        what = f"something was recorded at {latest} UTC, which is still to come; set the clock"
        yield Check("clock", State.WARNING, what)
    else:
        yield Check("clock", State.OK, f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC")


def _account(account: Account, clock: Clock) -> Iterator[Check]:
    name, imap = account.name, account.imap
    try:
        secret = server_password(name, imap)
    except FollowupdError as error:
        yield Check(f"{name}: password", State.FAILED, str(error))
        return
    yield Check(f"{name}: password", State.OK, f"found in the source {imap.password.kind.value}")
    try:
        connection = Connection.open(imap, secret.reveal())
    except FollowupdError as error:
        yield Check(f"{name}: login", State.FAILED, clean(str(error), _DETAIL_LIMIT))
        return
    try:
        yield Check(f"{name}: login", State.OK, f"{imap.username} at {connection.where}")
        yield _protection(name, connection, clock)
        yield from _abilities(name, connection)
        folders = connection.folders()
        roles = find_folders(folders, account.imap)
        yield from _folders(account, roles)
        if account.approval_folder is not None:
            yield _approval(account, account.approval_folder, folders)
    except FollowupdError as error:
        yield Check(f"{name}: mailbox", State.FAILED, clean(str(error), _DETAIL_LIMIT))
    finally:
        connection.logout()


def _protection(name: str, connection: Connection, clock: Clock) -> Check:
    sock = connection.socket()
    if not isinstance(sock, ssl.SSLSocket):
        return Check(f"{name}: TLS", State.WARNING, "none; only this machine is talked to")
    version = sock.version() or "TLS"
    ends = (sock.getpeercert() or {}).get("notAfter")
    if not isinstance(ends, str):
        return Check(f"{name}: TLS", State.OK, version)
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
    said = f"{version}, the certificate is good until {until:%Y-%m-%d}"
    if until - clock.now() < _SOON:
        what = f"{said}: mail stops coming in then unless the server's owner renews it"
        return Check(f"{name}: TLS", State.WARNING, what)
    return Check(f"{name}: TLS", State.OK, said)


def _abilities(name: str, connection: Connection) -> Iterator[Check]:
    there = [each for each in _CAPABILITIES if connection.has(each)]
    yield Check(f"{name}: server", State.OK, f"offers {', '.join(there) or 'plain IMAP'}")
    for ability, otherwise in _CAPABILITIES.items():
        if otherwise and ability not in there:
            yield Check(f"{name}: server", State.WARNING, f"no {ability}: {otherwise}")


def _folders(account: Account, roles: Roles) -> Iterator[Check]:
    name = f"{account.name}: folders"
    found = {"drafts": roles.drafts, "sent": roles.sent, "trash": roles.trash}
    said = ", ".join(f"{role}: {clean(folder, 80)}" for role, folder in found.items() if folder)
    watched = ", ".join(clean(folder, 80) for folder in roles.watched)
    yield Check(name, State.OK, f"{said}; answers are watched for in {watched}")
    for role, what in (
        ("sent", "what you send cannot be seen"),
        ("trash", "a deleted draft is recognised only after a day"),
    ):
        if found[role] is None:
            advice = f"no {role} folder was found, so {what}; set imap.{role}"
            yield Check(name, State.WARNING, advice)


def _approval(account: Account, wanted: str, folders: tuple[Folder, ...]) -> Check:
    """What becomes of what the user moves into the approval folder, and whether it can be found."""
    name, shown = f"{account.name}: approval folder", clean(wanted, 80)
    try:
        roles = find_folders(folders, account.imap, wanted)
    except ServerRefused as error:
        return Check(name, State.FAILED, clean(str(error), _DETAIL_LIMIT))
    if roles.approval is None:
        meant = nearest(wanted, [folder.name for folder in folders if folder.selectable])
        hint = f"; did you mean {clean(meant, 80)}?" if meant is not None else ""
        what = f"there is no folder {shown}; create it in your mail program{hint}"
        return Check(name, State.FAILED, what)
    said = f"a draft that you move into {shown} is sent within sending hours"
    if not lays_copy(account):
        return Check(name, State.OK, f"{said}; no copy is laid into Sent")
    if roles.sent is None:
        what = f"{said}, but no copy is kept: no sent folder was found; set imap.sent"
        return Check(name, State.WARNING, what)
    return Check(name, State.OK, f"{said}; a copy is laid into {clean(roles.sent, 80)}")

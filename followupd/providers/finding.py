"""From an address to the servers of its mailbox, with how each was found.

The order is that of trust: what is known of the provider; what the domain says in the DNS; the
document that the domain serves; names that are usual, where a server answers. Only the domain
itself and the server that receives its mail are asked, no third party, and nobody is told a
password.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from followupd.config.accounts import ADDRESS
from followupd.config.settings import Security
from followupd.config.words import quoted
from followupd.errors import ServerRefused, UsageError
from followupd.providers import autoconfig, srv
from followupd.providers.candidates import (
    Candidate,
    Found,
    How,
    Said,
    from_what_was_said,
    guessed,
    of_provider,
)
from followupd.providers.documents import fetched
from followupd.providers.guesses import guesses
from followupd.providers.lookup import Exchangers, Names, Services, names_of_this_machine
from followupd.providers.parallel import all_at_once
from followupd.providers.presets import preset_of
from followupd.providers.servers import Protocol, is_host, public_name
from followupd.providers.trying import Trial, try_imap, try_smtp
from followupd.tls import tls_context

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from followupd.providers.servers import Server

__all__ = ["Candidate", "Found", "How", "find"]

_SECONDS: Final = 5.0


def find(
    address: str,
    *,
    progress: Callable[[str], None] = lambda _: None,
    names: Names | None = None,
    ca_file: Path | None = None,
    seconds: float = _SECONDS,
) -> Found:
    """Find the servers of an address; blocks, for `3 * (seconds + 1)` at the very most.

    Where the domain is a known provider's, nobody is asked at all.

    Args:
        address: the user's, bare.
        progress: told in a sentence what is going to take its time.
        names: the DNS; None: as this machine has it.
        ca_file: a private certificate authority, trusted instead of the system's.
        seconds: how long the domain is waited for, then the guesses with TLS from the start, and
            then those with STARTTLS.

    Raises:
        UsageError: the address is none.
        ConfigError: `ca_file` cannot be used.
    """
    address, domain = _checked(address)
    if (provider := preset_of(domain)) is not None:
        return of_provider(address, domain, provider)
    if public_name(domain) is None:
        # A name that only this machine or its own network knows: nobody can be asked about it.
        return Found(address, domain, None, (), ())
    progress(f"Asking {domain} for its mail servers: the DNS, and what its web server says.")
    said = _asked(address, domain, names or names_of_this_machine(), ca_file, seconds)
    known = from_what_was_said(address, domain, said)
    missing = [protocol for protocol in Protocol if not known.of(protocol)]
    if not known.is_known or not missing:
        return known
    progress(f"Trying the usual names of mail servers at {domain}, without signing in.")
    return _with_guesses(known, missing, said.exchangers.hosts, ca_file, seconds)


def _checked(address: str) -> tuple[str, str]:
    """The address without blanks around it, and its domain in lower case."""
    bare = address.strip()
    domain = bare.rpartition("@")[2].lower()
    if not ADDRESS.fullmatch(bare) or not is_host(domain):
        raise UsageError(
            f"{quoted(bare)} is no address at a domain; write it bare, such as robin@example.org"
        )
    return bare, domain


def _asked(address: str, domain: str, names: Names, ca_file: Path | None, seconds: float) -> Said:
    """What the domain says, as far as it says it in time."""
    context = tls_context(ca_file)
    labels = srv.questions(domain)
    questions: list[Callable[[], Services | Exchangers | bytes | None]] = [
        partial(names.exchangers, domain),
        *(partial(names.services, label) for label in labels),
        *(
            partial(fetched, url, context=context, seconds=seconds)
            for url in autoconfig.urls(address)
        ),
    ]
    exchangers, *answers = all_at_once(questions, seconds + 1.0)
    documents = (autoconfig.entries(each, address) for each in answers if isinstance(each, bytes))
    return Said(
        exchangers if isinstance(exchangers, Exchangers) else Exchangers(),
        {
            label: answer
            for label, answer in zip(labels, answers, strict=False)
            if isinstance(answer, Services)
        },
        next((entries for entries in documents if entries), ()),
    )


def _with_guesses(
    known: Found,
    missing: Sequence[Protocol],
    exchangers: Sequence[str],
    ca_file: Path | None,
    seconds: float,
) -> Found:
    """What is known and, for the protocols of which nothing is, who answers to a guess."""
    # Who has the mailbox may send as well.
    further = tuple(dict.fromkeys([*(each.server.host for each in known.imap), *exchangers[:1]]))
    found: dict[Protocol, tuple[Candidate, ...]] = {}
    refused: list[Trial] = []
    # TLS from the start goes first (RFC 8314, section 3), and spares the others when it is there.
    for security in (Security.TLS, Security.STARTTLS):
        still_missing = [protocol for protocol in missing if not found.get(protocol)]
        servers = [
            (protocol, server)
            for protocol in still_missing
            for server in guesses(known.domain, further, protocol, security)
        ]
        trials = _tried(servers, ca_file, seconds)
        for protocol in still_missing:
            found[protocol] = tuple(
                guessed(known.address, known.domain, trial.server)
                for trial in trials
                if trial.protocol is protocol and _is_usable(trial)
            )
        refused += (trial for trial in trials if _is_worth_saying(trial))
    return replace(
        known,
        imap=known.imap or found[Protocol.IMAP],
        smtp=known.smtp or found[Protocol.SMTP],
        trials=tuple(trial for trial in refused if not found[trial.protocol]),
    )


def _tried(
    servers: Sequence[tuple[Protocol, Server]], ca_file: Path | None, seconds: float
) -> list[Trial]:
    ways = {Protocol.IMAP: try_imap, Protocol.SMTP: try_smtp}
    questions = [
        partial(ways[protocol], server, ca_file=ca_file, seconds=seconds)
        for protocol, server in servers
    ]
    return [trial for trial in all_at_once(questions, seconds + 1.0) if trial is not None]


def _is_usable(trial: Trial) -> bool:
    """Whether it is there, and a user can sign in for sending."""
    if trial.protocol is Protocol.SMTP and "AUTH" not in trial.capabilities:
        return False
    return trial.is_there


def _is_worth_saying(trial: Trial) -> bool:
    """Whether somebody is there who may be the right one, if something is mended."""
    return trial.certificate_refused or isinstance(trial.error, ServerRefused)

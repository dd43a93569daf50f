"""Which servers: found by the address, shown with how, and corrected by who knows better."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from followupd.cli.asking import ask, yes_or_no
from followupd.cli.init.server_words import bracketed, named_file, read_file, read_server
from followupd.cli.init.wishes import sentence
from followupd.config.settings import Security
from followupd.errors import FollowupdError, UsageError
from followupd.providers.finding import How
from followupd.providers.servers import USUAL_PORTS, Protocol, Server

if TYPE_CHECKING:
    from pathlib import Path

    from followupd.cli.asking import Questions
    from followupd.cli.init.outside import Outside
    from followupd.cli.init.wishes import Wishes
    from followupd.providers.finding import Candidate, Found
    from followupd.providers.trying import Trial


@dataclass(frozen=True, slots=True)
class Chosen:
    """A server that the user wants.

    Attributes:
        server: where it is.
        username: what it is to be told at login.
        ca_file: the certificate that it is trusted by; None for the system's.
    """

    server: Server
    username: str
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What one server is chosen from.

    Attributes:
        protocol: what is spoken there.
        found: best first.
        known: as configured before; it is then what Enter keeps.
        username: of who has that address, where nothing better is known.
        ca_file: that of the mailbox, which likely fits here as well.
        said: sentences to be said before the first question.
        switch_on: what must be done before a server on this machine can be reached; "" for nothing.
    """

    protocol: Protocol
    found: tuple[Candidate, ...]
    known: Chosen | None
    username: str
    ca_file: Path | None = None
    said: tuple[str, ...] = ()
    switch_on: str = ""


def found_sentences(found: Found) -> tuple[str, ...]:
    """What is worth saying of a look for servers."""
    return tuple(sentence(trial.error) for trial in found.trials if trial.error is not None)


def server_questions(
    wishes: Wishes, choice: Choice, outside: Outside, *, may_leave: bool = False
) -> Questions[Chosen | None]:
    """Come to a server that is there.

    Args:
        wishes: what was said already.
        choice: what it is chosen from.
        outside: tries servers.
        may_leave: whether the user may do without; it is then None.

    Raises:
        FollowupdError: it is not there, or it must be confirmed, and there is nobody to ask.
    """
    choice = _with_typed(wishes, choice)
    chosen = yield from _first(wishes, choice, outside, may_leave=may_leave)
    while chosen is not None:
        trial = _tried(wishes, choice.protocol, chosen, outside)
        if trial is None or trial.error is None:
            _keep(wishes, choice.protocol, chosen)
            return chosen
        if not wishes.asks:
            raise trial.error
        chosen = yield from _after(trial, trial.error, choice, chosen, outside, may_leave=may_leave)
    return None


def _with_typed(wishes: Wishes, choice: Choice) -> Choice:
    """What was typed of a server whose name is only asked for holds for the one that is named."""
    username = getattr(wishes, f"{choice.protocol.value.lower()}_username") or choice.username
    with suppress(UsageError):  # said where it is used
        ca_file = named_file(wishes.ca_file) if wishes.ca_file is not None else choice.ca_file
        choice = replace(choice, ca_file=ca_file)
    return replace(choice, username=username)


def _first(
    wishes: Wishes, choice: Choice, outside: Outside, *, may_leave: bool
) -> Questions[Chosen | None]:
    """The one that is tried first: typed, known from before, or found."""
    try:
        typed = _typed(wishes, choice)
    except UsageError as error:
        if not wishes.asks:
            raise
        return (yield from _which(choice, None, sentence(error), may_leave=may_leave))
    if typed is not None:
        return typed
    if choice.known is not None:
        return (yield from _kept(wishes, choice, choice.known, may_leave=may_leave))
    return (yield from _proposed(wishes, choice, outside, may_leave=may_leave))


def _tried(wishes: Wishes, protocol: Protocol, chosen: Chosen, outside: Outside) -> Trial | None:
    if not wishes.tries:
        return None
    try_it = outside.try_imap if protocol is Protocol.IMAP else outside.try_smtp
    return try_it(chosen.server, chosen.ca_file)


def _typed(wishes: Wishes, choice: Choice) -> Chosen | None:
    """The server of the options; what is not said is as it was found, or usual.

    Raises:
        UsageError: they cannot be used.
    """
    prefix = choice.protocol.value.lower()
    host = getattr(wishes, f"{prefix}_host")
    port, security = getattr(wishes, f"{prefix}_port"), getattr(wishes, f"{prefix}_security")
    name = getattr(wishes, f"{prefix}_username")
    ca_file = named_file(wishes.ca_file) if wishes.ca_file is not None else choice.ca_file
    usual = choice.known or _best(choice)
    if not (host or port or security or name or wishes.ca_file):
        return None
    if not host:
        # A name that was only found is proposed first, and may have to be confirmed.
        if usual is None or (choice.known is None and choice.found[0].is_outside):
            return None
        host = usual.server.host
    is_same = usual is not None and usual.server.host == host
    if usual is not None and is_same and not (port or security):
        server = usual.server
    else:
        words = " ".join(
            each for each in (f"{bracketed(host)}:{port}" if port else host, security) if each
        )
        server = read_server(words, choice.protocol)
    username = name or (usual.username if usual is not None and is_same else choice.username)
    if usual is not None and is_same and wishes.ca_file is None:
        ca_file = usual.ca_file
    return Chosen(server, username, ca_file)


def _best(choice: Choice) -> Chosen | None:
    if not choice.found:
        return None
    best = choice.found[0]
    return Chosen(best.server, best.username, choice.ca_file)


def _kept(
    wishes: Wishes, choice: Choice, known: Chosen, *, may_leave: bool
) -> Questions[Chosen | None]:
    """The one that was configured before, unless the user types another."""
    if not wishes.asks:
        return known
    return (yield from _which(choice, known, may_leave=may_leave))


def _proposed(
    wishes: Wishes, choice: Choice, outside: Outside, *, may_leave: bool
) -> Questions[Chosen | None]:
    """The best that was found: as it is where it is sure, else as a proposal."""
    best, protocol = _best(choice), choice.protocol.value
    if best is None:
        if not wishes.asks:
            raise UsageError(
                f"no {protocol} server was found; name it with --{protocol.lower()}-host"
            )
        said = f"No {protocol} server was found by the address; your provider's help names it."
        return (yield from _which(choice, None, *choice.said, said, may_leave=may_leave))
    found = choice.found[0]
    said = f"{protocol} server: {found.server}; {found.reason}."
    if found.is_outside:
        if not wishes.asks:
            raise UsageError(
                f"{found.server} lies outside the domain of the address, and nothing proves that "
                f"it belongs to it; confirm it with --{protocol.lower()}-host {found.server.host}"
            )
        doubt = (
            "It lies outside the domain of your address, and such an answer can be forged: a "
            "password that is sent there may be lost."
        )
        text = f"Is {found.server.host} your provider's? (compare with its help)"
        if not (yield from yes_or_no(text, *choice.said, said, doubt, default=False)):
            return (yield from _which(choice, None, may_leave=may_leave))
        return best
    if found.how is How.PRESET or not wishes.asks:
        outside.tell(said)
        return best
    return (yield from _which(choice, best, *choice.said, said, may_leave=may_leave))


def _which(
    choice: Choice, usual: Chosen | None, *before: str, may_leave: bool = False
) -> Questions[Chosen | None]:
    """Ask for a server; Enter is the one that is proposed."""

    def read(answer: str) -> Chosen | None:
        if may_leave and answer.casefold() in ("none", "no"):
            return None
        if not answer:
            if usual is None:
                raise UsageError("Its name is needed, such as imap.example.org.")
            return usual
        server = read_server(answer, choice.protocol)
        if usual is not None and server.host == usual.server.host:
            # Another port is no other server.
            return replace(usual, server=server)
        return Chosen(server, choice.username, choice.ca_file)

    protocol = choice.protocol.value
    example = f"such as {protocol.lower()}.example.org or {protocol.lower()}.example.org:"
    example += f"{USUAL_PORTS[choice.protocol][Security.STARTTLS]} starttls"
    enter = f"Enter: {usual.server}" if usual is not None else example
    leave = "none: without; " if may_leave else ""
    return (yield from ask(f"{protocol} server ({leave}{enter})", read, *before))


def _after(
    trial: Trial,
    error: FollowupdError,
    choice: Choice,
    chosen: Chosen,
    outside: Outside,
    *,
    may_leave: bool,
) -> Questions[Chosen | None]:
    """What to try next, now that this one was not there."""
    if trial.certificate_refused:

        def read(answer: str) -> Path | None:
            return read_file(answer, outside) if answer else None

        usual = (
            "A program on this machine, such as Proton Mail Bridge, and some private servers use a "
            "certificate of their own: have it exported to a file, and name that file."
        )
        text = "Certificate file to trust (PEM; Enter: none, another server)"
        ca_file = yield from ask(text, read, sentence(error), choice.switch_on or usual)
        if ca_file is not None:
            return Chosen(chosen.server, chosen.username, ca_file)
        return (yield from _which(choice, None, may_leave=may_leave))
    said = filter(None, (sentence(error), choice.switch_on))
    return (yield from _which(choice, None, *said, may_leave=may_leave))


def _keep(wishes: Wishes, protocol: Protocol, chosen: Chosen) -> None:
    """Keep the answer as it might have been typed."""
    prefix = protocol.value.lower()
    setattr(wishes, f"{prefix}_host", chosen.server.host)
    setattr(wishes, f"{prefix}_port", str(chosen.server.port))
    setattr(wishes, f"{prefix}_security", chosen.server.security.value)
    setattr(wishes, f"{prefix}_username", chosen.username)
    if chosen.ca_file is not None:
        wishes.ca_file = str(chosen.ca_file)

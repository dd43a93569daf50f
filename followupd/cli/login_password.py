"""The password of an account: asked for or read, tried, and only then put in place of the old.

The questions are pure; who calls them passes in what tries a password. A password that a server
refuses is asked for again and never stored, so the one that was there before stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.cli.asking import ask_secret, yes_or_no
from followupd.errors import AuthenticationError, ConnectionLost, UsageError
from followupd.providers.presets import SignIn, presets
from followupd.secrets import Secret
from followupd.secrets.pasting import as_meant

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from followupd.cli.asking import Questions
    from followupd.cli.login_trying import Attempt
    from followupd.config import Imap, Smtp

TRIES = 3
"""How often a password is asked for: more could lock the account."""

_LONGEST = 4096
UNCHANGED = "nothing was stored; what was there before is there still"


@dataclass(frozen=True, slots=True)
class Given:
    """A password that is to be stored.

    Attributes:
        secret: the password as it was meant.
        attempt: how signing in with it went; None: it was not tried.
        said: sentences about it.
    """

    secret: Secret
    attempt: Attempt | None
    said: tuple[str, ...] = ()


def password_questions(
    server: Imap | Smtp, try_it: Callable[[Secret], Attempt] | None
) -> Questions[Given | None]:
    """Ask for the password of a server until it takes one; None: the user wants to leave.

    Args:
        server: whose password.
        try_it: signs in with it; None: it is stored untried.

    Raises:
        AuthenticationError: it was refused three times.
    """
    question = f"Password of {server.username} at {server.host} (it is not shown)"
    before: tuple[str, ...] = ()
    problem = ""
    for _ in range(TRIES):
        typed = yield from ask_secret(question, *before)
        if not typed:
            return None
        meant, said = as_meant(typed, server.host)
        sentences = (said,) if said else ()
        secret = Secret(meant)
        if try_it is None:
            return Given(secret, None, sentences)
        found = try_it(secret)
        if found.succeeded:
            return Given(secret, found, sentences)
        before = (*sentences, _sentence(found.problem), *_hints(typed, server))
        if not found.is_refused:
            wanted = "Store the password without having tried it"
            stores = yield from yes_or_no(
                wanted, *sentences, _sentence(found.problem), default=False
            )
            return Given(secret, found) if stores else None
        problem = found.problem
    raise AuthenticationError(f"{problem}; {UNCHANGED}")


def grant_questions(found: Attempt) -> Questions[bool | None]:
    """Ask whether a grant is to be stored that could not be signed in with; None: it is not."""
    wanted = "Store the grant all the same"
    stores = yield from yes_or_no(wanted, _sentence(found.problem), default=False)
    return stores or None


def given_password(
    stream: TextIO | None, server: Imap | Smtp, try_it: Callable[[Secret], Attempt] | None
) -> Given:
    """Read the password of a server from the first line of the input, for a script.

    Raises:
        UsageError: there is none on it.
        AuthenticationError: the server refuses it.
        ConnectionLost: it could not be tried.
    """
    typed = first_line(stream, "--stdin")
    meant, said = as_meant(typed, server.host)
    secret = Secret(meant)
    found = try_it(secret) if try_it is not None else None
    if found is not None and not found.succeeded:
        if found.is_refused:
            hints = " ".join(("", *_hints(typed, server)))
            raise AuthenticationError(f"{found.problem}; {UNCHANGED}.{hints}")
        raise ConnectionLost(f"{found.problem}; {UNCHANGED}; --no-try stores it untried")
    return Given(secret, found, (said,) if said else ())


def first_line(stream: TextIO | None, option: str) -> str:
    """The password on the first line of the input.

    Raises:
        UsageError: there is none on it; the message begins with `option`.
    """
    if stream is None:
        raise UsageError(f"{option}: the input is closed; the password is read from it")
    try:
        # One character more than may be: whatever is cut off would be another password.
        typed = stream.readline(_LONGEST + 2).removesuffix("\n").removesuffix("\r")
        typed.encode()
    except UnicodeError:
        raise UsageError(f"{option}: the first line is not text in UTF-8") from None
    if not typed:
        wrong = "is empty"
    elif len(typed) > _LONGEST:
        wrong = f"is longer than {_LONGEST} characters"
    elif "\0" in typed or "\r" in typed:
        wrong = "holds a character that no password has"
    else:
        return typed
    raise UsageError(f"{option}: the first line is to be the password, and it {wrong}")


def _hints(typed: str, server: Imap | Smtp) -> tuple[str, ...]:
    """What may be wrong with a refused password; sentences."""
    hints = []
    if typed != typed.strip():
        hints.append("It begins or ends with a blank; was that copied by mistake?")
    for provider in presets():
        its = (provider.imap, provider.smtp)
        if any(each and (each.host, each.port) == (server.host, server.port) for each in its):
            if provider.sign_in[0] is SignIn.APP_PASSWORD:
                hints += [
                    f"{provider.name} takes an app password.",
                    *provider.first(SignIn.APP_PASSWORD),
                ]
            break
    return tuple(hints)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."

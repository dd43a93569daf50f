"""Signing in to an IMAP server: by password or by access token, and what a refusal means.

A busy server is not a wrong password, and a server that repeats what it was told does not get the
secret into an error.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING

from followupd import reaching, sasl
from followupd.config.accounts import is_loopback
from followupd.config.settings import OAuth, Security
from followupd.errors import AuthenticationError, ConnectionLost
from followupd.mailbox.client import capabilities_of, protected
from followupd.mailbox.faults import NONSENSE, ImapError, is_refusal, reason

if TYPE_CHECKING:
    import ssl

    from followupd.config.settings import Imap
    from followupd.mailbox.client import Client
    from followupd.mailbox.wire import Timeouts

# RFC 5530 and what providers say in its place: the server is busy, the password may well be right.
_BUSY = re.compile(
    r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|OVERQUOTA)\b|too many|server (is )?unavailable|"
    r"throttl|temporar(y|ily)|try again later",
    re.IGNORECASE,
)
_WRONG = re.compile(r"\[(AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED)\b", re.IGNORECASE)
# What Exchange says to every command when it took the token but has no mailbox for it.
_NO_MAILBOX = "authenticated but not connected"


def reach(
    imap: Imap, secret: str, *, context: ssl.SSLContext | None, timeouts: Timeouts | None
) -> tuple[Client, frozenset[str]]:
    """Connect, protect the connection and sign in; see `Connection.open`.

    Returns:
        The client, and what the server says it can do, in upper case.
    """
    client = protected(imap, context=context, timeouts=timeouts)
    try:
        at = reaching.where(imap)
        sign_in(client, imap, at, secret)
        return client, capabilities_of(client, at)
    except BaseException:
        client.wire.shutdown()
        raise


def sign_in(client: Client, imap: Imap, at: str, secret: str) -> None:
    """Sign in; what `imap.password` is tells whether the secret is a token.

    Args:
        client: connected, and as protected as `imap` says.
        imap: where and who.
        at: host and port, for words.
        secret: the password, or an access token.

    Raises:
        AuthenticationError: it was refused, or would not be safe.
        ConnectionLost: the connection broke, or the server is busy for now.
    """
    if imap.security is Security.NONE and not _is_loopback(client):
        raise reaching.in_clear_text(imap)
    if any(each in "\r\n\0" for each in imap.username + secret):
        raise AuthenticationError(
            f"{at}: the user name or the password holds a line break; check its source"
        )
    if client.wire.state == "AUTH":
        return
    if isinstance(imap.password, OAuth):
        _show_token(client, imap, at, secret)
    else:
        _show_password(client, imap, at, secret)


def _show_password(client: Client, imap: Imap, at: str, secret: str) -> None:
    plain = f"\0{imap.username}\0{secret}".encode()
    try:
        _authenticate(client, at, imap.username, secret, plain)
    except AuthenticationError:
        raise
    except ImapError as error:
        forms = (secret, _escaped(secret), b64encode(plain).decode())
        said = _said(error, *forms)
        _raise_if_busy(error, f"{at}: LOGIN did not succeed for now ({said})", said)
        raise AuthenticationError(
            f"{at} refused the login of {imap.username}: {said.rstrip('. ')}; check "
            f"imap.username and imap.password{sasl.or_by_token(_mechanisms(client))}"
        ) from None
    except (OSError, *NONSENSE) as error:
        raise ConnectionLost(f"{at}: the connection broke during LOGIN ({reason(error)})") from None


def _show_token(client: Client, imap: Imap, at: str, token: str) -> None:
    talk = sasl.begun(imap, _mechanisms(client), token, where=at, key="imap")
    try:
        client.mechanism = talk.mechanism.value
        client.wire.authenticate(talk.mechanism.value, talk.respond)
    except ImapError as error:
        said = _said(error, *talk.secrets)
        now_not = f"{at}: signing in by token did not succeed for now ({said})"
        if talk.refusal is not None and talk.refusal.is_temporary:
            raise ConnectionLost(now_not) from None
        _raise_if_busy(error, now_not, said)
        raise AuthenticationError(
            sasl.not_taken(at, imap.username, said, talk.refusal, "IMAP")
        ) from None
    except (OSError, *NONSENSE) as error:
        raise ConnectionLost(
            f"{at}: the connection broke during AUTHENTICATE ({reason(error)})"
        ) from None
    _look_for_the_mailbox(client, imap, at)


def _look_for_the_mailbox(client: Client, imap: Imap, at: str) -> None:
    """Exchange takes a token that is not for this mailbox, and refuses every command after."""
    try:
        # Asks for no more than the character that separates folders.
        client.wire.list('""', '""')
    except ImapError as error:
        if not is_refusal(error):
            raise ConnectionLost(
                f"{at}: the connection broke after AUTHENTICATE ({reason(error)})"
            ) from None
        if _NO_MAILBOX in str(error).casefold():
            raise AuthenticationError(sasl.no_mailbox(at, imap.username)) from None
    except (OSError, *NONSENSE) as error:
        raise ConnectionLost(
            f"{at}: the connection broke after AUTHENTICATE ({reason(error)})"
        ) from None


def _raise_if_busy(error: ImapError, sentence: str, said: str) -> None:
    if not is_refusal(error) or (_BUSY.search(said) and not _WRONG.search(said)):
        raise ConnectionLost(sentence) from None


def _said(error: ImapError, *secrets: str) -> str:
    """The server's words without the secret: some repeat the line they did not understand."""
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return sasl.said(text, *secrets)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _mechanisms(client: Client) -> frozenset[str]:
    """The SASL mechanisms that the server names."""
    offered = (str(each).upper() for each in client.wire.capabilities)
    return frozenset(each.removeprefix("AUTH=") for each in offered if each.startswith("AUTH="))


def _authenticate(client: Client, at: str, username: str, secret: str, plain: bytes) -> None:
    is_off = "LOGINDISABLED" in client.wire.capabilities
    readable = (username + secret).isascii()
    # LOGIN takes ASCII only; SASL PLAIN takes UTF-8 (RFC 4616).
    if "PLAIN" in _mechanisms(client) and (is_off or not readable):
        client.mechanism = "PLAIN"
        client.wire.authenticate("PLAIN", lambda _: plain)
    elif is_off:
        raise AuthenticationError(
            f"{at} takes no password on this kind of connection"
            f"{sasl.or_by_token(_mechanisms(client))}"
        )
    elif not readable:
        raise AuthenticationError(f"{at} takes no user name or password beyond ASCII")
    else:
        client.mechanism = "LOGIN"
        # Not IMAPClient.login: it calls a broken connection a refused login, too. imaplib
        # quotes the password but not the name.
        client.wire.login(f'"{_escaped(username)}"', secret)


def _is_loopback(client: Client) -> bool:
    try:
        peer = str(client.wire.sock.getpeername()[0])
    except OSError:
        return False
    return is_loopback(peer.partition("%")[0])

"""What went wrong on a connection, in words.

imaplib and imapclient raise their own errors, those of the socket and of TLS, and, when a
server talks nonsense, whatever their parsers stumble over. Here they are told apart; what to tell
when there is no connection yet stands in `followupd.reaching`.
"""

from __future__ import annotations

import imaplib

from imapclient.exceptions import ProtocolError

from followupd.mailbox.responses import words

# imapclient raises imaplib's own classes under other names.
ImapError = imaplib.IMAP4.error
ImapAbort = imaplib.IMAP4.abort
# What parsing a server's nonsense may raise inside imapclient and imaplib.
NONSENSE = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
BROKEN = (OSError, ImapError, *NONSENSE)
"""All that a call may raise in place of an answer."""


def is_refusal(error: ImapError) -> bool:
    """Whether the server answered NO or BAD, after which both sides still understand each other."""
    if isinstance(error, ProtocolError):
        return False
    if isinstance(error, imaplib.IMAP4.readonly):
        # SELECT worked, but only for reading.
        return "is not writable" in str(error)
    if isinstance(error, ImapAbort):
        # imapclient's word for NO or BAD in place of the go-ahead for a literal; the two
        # sides still agree on where they are.
        return str(error).startswith("unexpected response while waiting for continuation")
    return True


def reason(error: Exception) -> str:
    """Why a connection broke, for the middle of a sentence."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ImapError) and "EOF" in str(error):
        return "the server closed the connection"
    if isinstance(error, (OSError, ImapError)):
        return words(error.args[-1] if error.args else error)
    return "the answer was not understood"

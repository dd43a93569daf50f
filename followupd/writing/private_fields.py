"""What mail programs write into a draft for themselves, and take out before they send it.

When followupd sends a draft that was edited elsewhere, it has to do that in the program's place:
these fields tell a recruiter in which folder the draft lay, which identity and account it was
written with, or which mail it answers by its number on the user's disk. Some hold an instruction
that followupd cannot carry out, to encrypt the mail say; such a draft is not sent as it is.

The names are known from the programs' source code and from public mail that slipped out with them.
All are lower-case here. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from followupd.reading.message import read_content_type

if TYPE_CHECKING:
    from collections.abc import Mapping

_BY_PROGRAM: Final[Mapping[str, tuple[str, ...]]] = {
    "mbox, maildir and servers, which note the state and the place (RFC 2076, section 3.14)": (
        *("status", "x-status", "x-keywords", "x-uid", "x-uidl", "x-imap", "x-imapbase"),
        *("x-folder", "content-length", "lines"),
    ),
    "delivery; a mail that is submitted was never delivered (RFC 5321, section 4.4)": (
        *("return-path", "delivered-to"),
    ),
    "Thunderbird and SeaMonkey (nsMsgLocalFolderHdrs.h, MimeMessage.sys.mjs), Enigmail": (
        *("x-mozilla-*", "fcc", "x-identity-key", "x-account-key", "x-template"),
        "x-enigmail-draft-status",
    ),
    "Outlook and Windows Mail": ("x-unsent",),
    "Exchange": ("x-ms-exchange-organization-*",),
    "Apple Mail": (*("x-uniform-type-identifier", "x-universally-unique-identifier", "x-apple-*"),),
    "Gmail": ("x-gmail-*", "x-gm-*"),
    "Roundcube (rcmail_sendmail.php) and SnappyMail": ("x-draft-info",),
    "K-9 and Thunderbird for Android (K9MailLib)": ("x-k9mail-identity", "autocrypt-draft-state"),
    "FairEmail (MessageHelper)": ("x-fairemail-*",),
    "mutt and neomutt (mutt_write_fcc; Pgp: before 1.5)": ("x-mutt-*", "pgp"),
    "Evolution (e-msg-composer.c, mail-tools.c)": ("x-evolution", "x-evolution-*"),
    "KMail (removePrivateHeaderFields)": ("x-kmail-*",),
    "Claws Mail and Sylpheed (procheader.c)": ("x-claws-*", "x-sylpheed-*"),
    "Balsa (libbalsa/send.c)": ("x-balsa-*",),
    "Gnus": ("gcc", "x-draft-from", "x-message-smtp-method", "x-gnus-*"),
    "Alpine (pine/send.c)": (
        *("x-post-error", "x-reply-uid", "x-reply-mbox", "x-smtp-server", "x-nntp-server"),
        *("x-cursor-pos", "x-our-replyto", "x-our-headers", "lcc"),
    ),
    "Horde (IMP_Compose)": ("x-imp-draft", "x-imp-draft-*", "x-imp-forward"),
}
"""Names of fields, and beginnings of names where there is a star."""

_PATTERNS: Final = tuple(name for names in _BY_PROGRAM.values() for name in names)
_NAMES: Final = frozenset(name for name in _PATTERNS if not name.endswith("*"))
_PREFIXES: Final = tuple(name[:-1] for name in _PATTERNS if name.endswith("*"))

_QUEUE_END: Final = frozenset({"x-claws-end-special-headers", "x-sylpheed-end-special-headers"})

_QUEUE_NAMES: Final = frozenset(
    {"af", "nf", "ps", "srh", "sfn", "dsr", "mid", "cfg", "pt", "s", "rq", "ssv", "nsv", "ssh"}
    | {"r", "maid", "scf", "rmid", "fmid", "naid"}
)
"""What Claws Mail writes before its end mark (`procheader_header_is_internal`)."""

HIDDEN_RECIPIENTS: Final = frozenset(
    {"lcc", "x-kmail-unexpanded-to", "x-kmail-unexpanded-cc", "x-kmail-unexpanded-bcc"}
)
"""Where Alpine and KMail keep recipients that are not in To, Cc or Bcc yet: names of lists that
only the program's own address book knows."""

_ON: Final = re.compile(r"\s*1\s*")
_TRUE: Final = re.compile(r".*true.*", re.IGNORECASE)
_MUTT: Final = re.compile(r"(?:[^<ES]|<[^>]*>)*[ES].*")

_TO_BE_SIGNED_OR_ENCRYPTED: Final = (
    ("x-mutt-pgp", _MUTT),
    ("x-mutt-smime", _MUTT),
    ("pgp", _MUTT),
    ("x-claws-sign", _ON),
    ("x-claws-encrypt", _ON),
    ("x-sylpheed-sign", _ON),
    ("x-sylpheed-encrypt", _ON),
    ("x-kmail-signatureactionenabled", _TRUE),
    ("x-kmail-encryptactionenabled", _TRUE),
    ("x-evolution-format", re.compile(r".*\b(?:pgp|smime)-(?:sign|encrypt)\b.*")),
    (
        "autocrypt-draft-state",
        re.compile(r".*\b(?:encrypt|_sign-only)\s*=\s*yes\b.*", re.IGNORECASE),
    ),
)
"""By which field and value a program remembers that it is to sign or to encrypt when it sends."""


def private_places(names: tuple[str, ...]) -> frozenset[int]:
    """Which of a header's fields are private to the program that wrote the draft.

    Args:
        names: lower-case names of all its fields, in order.

    Returns:
        their places in `names`.
    """
    end = max((place for place, name in enumerate(names) if name in _QUEUE_END), default=-1)
    return frozenset(
        place
        for place, name in enumerate(names)
        if name in _NAMES or name.startswith(_PREFIXES) or (place < end and name in _QUEUE_NAMES)
    )


def only_the_program_can_send(name: str, value: str) -> bool:
    """Whether a field says that the mail is not ready: it is still to be signed or encrypted.

    An encrypted draft is encrypted to the user, so that they can go on writing; whether its
    recipients could read it, nobody can tell.

    Args:
        name: lower-case.
        value: unfolded.
    """
    if name == "content-type":
        content = read_content_type(value)
        sealed = content.media_type in ("application/pkcs7-mime", "application/x-pkcs7-mime")
        signed = content.parameter("smime-type").lower() == "signed-data"
        return content.media_type == "multipart/encrypted" or (sealed and not signed)
    return any(
        name == one and wanted.fullmatch(value) is not None
        for one, wanted in _TO_BE_SIGNED_OR_ENCRYPTED
    )

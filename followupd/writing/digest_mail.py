"""From a digest to the message that the user reads: its text in their language, and its bytes.

The text of each language is one template, `digests/<language>.j2`. Every name that it prints is
made one safe, bounded line on the way, and no part grows beyond `MOST` lines, so that the message
stays small whatever was recorded.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import DictLoader, StrictUndefined

from followupd.reading.text import clean
from followupd.writing.days import day_filter
from followupd.writing.draft import Envelope, compose, message_id
from followupd.writing.layout import wrapped
from followupd.writing.sandbox import Sandbox
from followupd.writing.templates import FALLBACK_LANGUAGE, Rendered

if TYPE_CHECKING:
    from datetime import date, datetime

    from jinja2 import Template

    from followupd.domain.digest import Digest

MOST = 20
"""The most lines of one part; how many more there are is said."""

SENDER = "followupd"
"""The name in From; the address is the user's own."""

_TEXTS = Path(__file__).resolve().parent / "digests"
_ENDING = ".j2"
_WORDS_LIMIT = 300
_SUBJECT_LIMIT = 200
_BODY_LIMIT = 200_000
_AUTOMATIC = b"Auto-Submitted: auto-generated\r\n"


def languages() -> frozenset[str]:
    """The languages that a digest can be written in; ISO 639-1."""
    return frozenset(path.stem for path in _TEXTS.glob(f"*{_ENDING}"))


def digest_text(digest: Digest, language: str) -> Rendered:
    """Write a digest.

    Args:
        digest: what it says.
        language: ISO 639-1; where a digest cannot be written in it, English is used.
    """
    chosen = language.casefold() if language.casefold() in languages() else FALLBACK_LANGUAGE
    template = _template(chosen)
    context = template.new_context({"digest": digest, "today": digest.today, "most": MOST})
    # The whole template first: it defines the macros that the blocks use.
    list(template.root_render_func(context))
    subject, body = ("".join(context.blocks[name][0](context)) for name in ("subject", "body"))
    return Rendered(clean(subject, _SUBJECT_LIMIT), wrapped(body, _BODY_LIMIT, chosen))


def digest_id(day: date, address: str) -> str:
    """The Message-ID of the digest of that day to that address: always the same."""
    return message_id(
        uid=SENDER,
        step="digest",
        cycle=day.toordinal(),
        person=address,
        attempt=0,
        domain=address.rpartition("@")[2],
    )


def digest_mail(text: Rendered, address: str, name: str, written_at: datetime) -> bytes:
    """The message from the user's own address to the same.

    It says that a machine wrote it (RFC 3834, section 5), so that nothing answers it.

    Args:
        text: from `digest_text`.
        address: the user's own addr-spec.
        name: the user's.
        written_at: aware; its offset is what the reader sees, its day makes the Message-ID.

    Raises:
        UnreadableMessage: the address cannot be written into a header.
    """
    envelope = Envelope(
        message_id=digest_id(written_at.date(), address),
        date=written_at,
        from_name=SENDER,
        from_address=address,
        to_name=name,
        to_address=address,
        thread=None,
    )
    return _AUTOMATIC + compose(envelope, text.subject, text.body)


@cache
def _template(language: str) -> Template:
    name = f"{language}/digest"  # the filter `day` reads the language off it
    source = (_TEXTS / f"{language}{_ENDING}").read_text(encoding="utf-8")
    environment = Sandbox(
        loader=DictLoader({name: source}),
        undefined=StrictUndefined,
        autoescape=False,  # plain text: an ampersand in a name stays one
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finished,
    )
    environment.filters["day"] = day_filter
    return environment.get_template(name)


def _finished(value: object) -> object:
    return clean(value, _WORDS_LIMIT) if isinstance(value, str) else value

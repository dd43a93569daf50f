"""What the tests of the advice share: one interview at Acme, its people, and the silence after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.domain.interview import Part, Person

if TYPE_CHECKING:
    from email.message import EmailMessage

    from tests.support.seeker import Seeker

DANA = Person("Dana Fox", "dana@acme.example", Part.RECRUITER)
KIM = Person("Kim Lee", "kim@acme.example", Part.HIRING_MANAGER)
IVY = Person("Ivy Ito", "ivy@acme.example", Part.INTERVIEWER)
IAN = Person("Ian Irwin", "ian@acme.example", Part.INTERVIEWER)
SAM = Person("Sam Stone", "sam@acme.example", Part.SENIOR)
NINA = Person("Nina North", "nina@friends.example", Part.NETWORK)
NOAH = Person("Noah Nash", "noah@friends.example", Part.NETWORK)
RITA = Person("Rita Roe", "rita@uni.example", Part.REFERENCE)

ROBIN = "robin@example.org"


def options(*people: Person) -> list[str]:
    """The options of `add` that name these people."""
    named = [
        (f"--{person.part.value.replace('_', '-')}", f"{person.name} <{person.address}>")
        for person in people
    ]
    return [word for option in named for word in option]


def interviewed(seeker: Seeker, *people: Person, more: tuple[str, ...] = ()) -> int:
    """Record it: Tuesday 1 December 2026, a decision promised by Friday 4 December."""
    recorded = seeker.told(
        "add", "Acme", "--role", "Backend Engineer", "--held", "2026-12-01 14:00",
        "--decision-by", "2026-12-04", *options(*people), *more,
    )  # fmt: skip
    return int(recorded.out.split()[0])


def looks(seeker: Seeker, moment: str) -> list[EmailMessage]:
    """One whole pass at that moment; what then lies in Drafts."""
    seeker.at(moment)
    assert seeker.once() == []
    return seeker.drafts()


def sends_all(seeker: Seeker) -> list[str]:
    """Send every draft that lies there, and let followupd see it; to whom they went."""
    to = []
    for uid, message in seeker.lying_in("Drafts"):
        to.append(recipient(message))
        seeker.sends(uid)
    assert seeker.once() == []
    return to


def silence(seeker: Seeker, *moments: str) -> list[str]:
    """Nobody answers; whatever comes into Drafts at these moments is sent. To whom it went."""
    sent = []
    for moment in moments:
        looks(seeker, moment)
        sent += sends_all(seeker)
    return sent


def recipient(message: EmailMessage) -> str:
    """The address a message goes to."""
    return str(message["To"].addresses[0].addr_spec)


def text(message: EmailMessage) -> str:
    """The text of a message as one line."""
    return " ".join(message.get_content().split())

"""What a calendar in a mail invites to, and whether that is a job interview."""

from followupd.reading.invitation.event import Invitation, read_invitation
from followupd.reading.invitation.shape import (
    InterviewShape,
    interview_shape,
    may_be_invitation,
    people_of,
)

__all__ = [
    "InterviewShape",
    "Invitation",
    "interview_shape",
    "may_be_invitation",
    "people_of",
    "read_invitation",
]

"""Which interview a mail belongs to."""

from followupd.reading.matching.candidates import Candidate, Index
from followupd.reading.matching.layers import Match, match, wants_text

__all__ = ["Candidate", "Index", "Match", "match", "wants_text"]

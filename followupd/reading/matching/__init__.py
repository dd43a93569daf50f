"""Which interview a mail belongs to."""

from followupd.reading.matching.candidates import Candidate, Index
from followupd.reading.matching.layers import Match, by_headers, match

__all__ = ["Candidate", "Index", "Match", "by_headers", "match"]

"""Days as people write them, and which of them is promised."""

from followupd.reading.dates.promises import Promised, promised_day

__all__ = ["Promised", "promised_day"]

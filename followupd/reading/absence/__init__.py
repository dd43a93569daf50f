"""What an absence note says: the return, the stand-in, a departure."""

from followupd.reading.absence.notes import Absence, read_absence, return_day
from followupd.reading.absence.stand_in import StandIn
from followupd.reading.absence.stand_in_names import Writer

__all__ = ["Absence", "StandIn", "Writer", "read_absence", "return_day"]

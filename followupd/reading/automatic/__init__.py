"""Which mail a person wrote, and which a machine did."""

from followupd.reading.automatic.kinds import Kind, Sorted
from followupd.reading.automatic.rules import may_be_report, needs_body, sort

__all__ = ["Kind", "Sorted", "may_be_report", "needs_body", "sort"]

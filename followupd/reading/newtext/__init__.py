"""What a writer wrote this time, without quotes and signature."""

from followupd.reading.newtext.written import new_text

__all__ = ["new_text"]

"""The command line: what a person says to followupd, and what it says to them."""

from followupd.cli.entry import main

__all__ = ["main"]

"""What a mail says to somebody who waits for an answer."""

from followupd.reading.meaning.understanding import Understood, features, understand

__all__ = ["Understood", "features", "understand"]

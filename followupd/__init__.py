"""followupd: the right follow-up after a job interview, on the right day, once."""

__version__ = "0.1.0"

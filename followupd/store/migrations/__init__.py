"""The schema's history, run by `open.py` when a database is older than this version."""

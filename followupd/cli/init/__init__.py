"""`init`: from nothing to a watched mailbox, by questions or by options.

The questions are pure generators, as in `cli/asking.py`. What touches the network, the machine
or a secret is handed to them (`outside.py`), and nothing is written before the last of them is
answered: whoever leaves in the middle leaves nothing behind.
"""

"""The daemon: what strings reading, planning, writing and the mailbox together."""

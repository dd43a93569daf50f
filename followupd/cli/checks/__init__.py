"""What `check` tries, a room for each part; `followupd.cli.checking` is the command itself.

Every room gives `Check` lines and raises nothing for what it finds: one part that fails keeps no
other from being tried. No secret is in any line.
"""

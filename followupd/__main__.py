"""`python -m followupd` is the `followupd` command."""

from followupd.cli import main

if __name__ == "__main__":
    raise SystemExit(main())

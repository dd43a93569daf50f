"""Everything that speaks IMAP."""

"""What a mail is and which interview it belongs to: pure functions from bytes to values."""

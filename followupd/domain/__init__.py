"""What an interview is, what has happened to it, and what is due: pure values and functions."""

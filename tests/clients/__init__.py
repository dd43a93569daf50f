"""Real mail programs, driven as a person would."""

"""From a due step to the bytes of a draft: pure functions."""

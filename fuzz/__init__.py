"""Fuzzing of the reading of mail: what no test has thought of."""

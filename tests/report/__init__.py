"""Measuring the reading on real mail."""

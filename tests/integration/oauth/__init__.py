"""Tests of OAuth against a real provider on loopback."""

"""Tests of OAuth: every decision of it, without a network."""

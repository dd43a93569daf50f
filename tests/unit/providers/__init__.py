"""Tests of finding an address's servers: what is decided without asking anybody."""

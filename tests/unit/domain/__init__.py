"""Tests of the plan: the words of the follow-up plan, and what must never happen."""

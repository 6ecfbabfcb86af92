"""Failures: how they are noticed, explained and ended."""

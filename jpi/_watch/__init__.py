"""Failures: how JPI notices them, explains them and ends the ranks."""

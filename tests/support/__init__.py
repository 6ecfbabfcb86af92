"""Shared by the tests: the oracle, the tables of cases, and the launcher of separate jobs."""

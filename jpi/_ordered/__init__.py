"""Collectives in program order, without visible tokens."""

"""Calling a function of global arrays on distributed arrays."""

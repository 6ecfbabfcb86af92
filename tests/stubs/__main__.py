"""Writes the stubs."""

from stubs import write

write()

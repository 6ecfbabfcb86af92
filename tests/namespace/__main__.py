"""Prints the page of the documentation."""

from namespace import documentation

print(documentation(), end="")

"""One pytest session over all ranks."""

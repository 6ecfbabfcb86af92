"""Algorithms on the blocks of one array; they do not know DistArray."""

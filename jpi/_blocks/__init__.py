"""Algorithms on the blocks of one array, without knowledge of DistArray."""

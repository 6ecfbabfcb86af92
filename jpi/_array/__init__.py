"""DistArray, what makes one, and what shows one."""

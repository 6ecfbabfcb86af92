"""DistArray, and what makes or shows one."""

"""What JPI can find out before MPI starts, or when an import fails."""

"""What can be asked before MPI starts, or when an import fails."""

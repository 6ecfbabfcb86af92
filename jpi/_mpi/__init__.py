"""The MPI library, communicators and meshes."""

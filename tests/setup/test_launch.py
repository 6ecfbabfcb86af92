"""What launchers say in the environment, and the defaults that follow from it."""

import pytest

from jpi._setup import launch

LAUNCHES = {
    "no launcher": ({}, ("", 1, 1)),
    "hydra": ({"PMI_SIZE": "4", "MPI_LOCALNRANKS": "2"}, ("Hydra (MPICH's mpirun)", 4, 2)),
    "open mpi": (
        {"OMPI_COMM_WORLD_SIZE": "3", "OMPI_COMM_WORLD_LOCAL_SIZE": "3"},
        ("Open MPI's mpirun", 3, 3),
    ),
    "srun": (
        {"SLURM_STEP_NUM_TASKS": "8", "SLURM_STEP_TASKS_PER_NODE": "4(x2)"},
        ("srun", 8, 4),
    ),
    "slurm batch script": ({"SLURM_NTASKS": "8", "SLURM_JOB_ID": "1"}, ("", 1, 1)),
    "mpirun in a slurm step": (
        {"SLURM_STEP_NUM_TASKS": "2", "PMI_SIZE": "4", "MPI_LOCALNRANKS": "4"},
        ("Hydra (MPICH's mpirun)", 4, 4),
    ),
}


@pytest.mark.parametrize("case", LAUNCHES)
def test_launched_ranks_reads_the_nearest_launcher(case):
    environment, expected = LAUNCHES[case]
    assert launch.launched_ranks(environment) == expected


def test_defaults_yield_only_when_oversubscribed_and_unset():
    few = {"PMI_SIZE": "1", "MPI_LOCALNRANKS": "1"}
    launch.set_defaults(few)
    assert "OMPI_MCA_mpi_yield_when_idle" not in few
    many = {"PMI_SIZE": "9999", "MPI_LOCALNRANKS": "9999", "OMPI_MCA_mpi_yield_when_idle": "0"}
    launch.set_defaults(many)
    assert many["OMPI_MCA_mpi_yield_when_idle"] == "0"
    assert many["MPIR_CVAR_DEVICE_COLLECTIVES"] == "none"

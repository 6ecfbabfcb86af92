"""Checkpoints: the state of a run in a folder, from which any number of ranks can go on."""

from jpi.checkpoint._checkpoints import latest as latest
from jpi.checkpoint._checkpoints import restore as restore
from jpi.checkpoint._checkpoints import save as save
from jpi.checkpoint._checkpoints import wait as wait
from jpi.checkpoint._run import run as run

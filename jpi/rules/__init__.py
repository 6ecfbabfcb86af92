"""The sharding rules, one file per family of lax primitives; importing this registers them all."""

from jpi.rules import calls as calls
from jpi.rules import control_flow as control_flow
from jpi.rules import cumulative as cumulative
from jpi.rules import dot as dot
from jpi.rules import dynamic as dynamic
from jpi.rules import elementwise as elementwise
from jpi.rules import fft as fft
from jpi.rules import gather as gather
from jpi.rules import linalg as linalg
from jpi.rules import linear_solve as linear_solve
from jpi.rules import random as random
from jpi.rules import reduction as reduction
from jpi.rules import scatter as scatter
from jpi.rules import shape as shape
from jpi.rules import slice as slice
from jpi.rules import sort as sort
from jpi.rules import tall as tall
from jpi.rules import window as window

"""The sharding rules, one file per family of lax primitives; importing this registers them all."""

from jpi._rules import calls as calls
from jpi._rules import cholesky as cholesky
from jpi._rules import closed_over as closed_over
from jpi._rules import control_flow as control_flow
from jpi._rules import cumulative as cumulative
from jpi._rules import custom_derivatives as custom_derivatives
from jpi._rules import dot as dot
from jpi._rules import dynamic as dynamic
from jpi._rules import elementwise as elementwise
from jpi._rules import fft as fft
from jpi._rules import gather as gather
from jpi._rules import linalg as linalg
from jpi._rules import linear_solve as linear_solve
from jpi._rules import lu as lu
from jpi._rules import others as others
from jpi._rules import random as random
from jpi._rules import reduction as reduction
from jpi._rules import scan as scan
from jpi._rules import scatter as scatter
from jpi._rules import shape as shape
from jpi._rules import slice as slice
from jpi._rules import sliding_window as sliding_window
from jpi._rules import sort as sort
from jpi._rules import tall as tall
from jpi._rules import tile as tile
from jpi._rules import triangular_solve as triangular_solve

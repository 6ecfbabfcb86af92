"""The sharding rules, one file per family of lax primitives; importing this registers them all."""

from jpi.rules import calls as calls
from jpi.rules import dot as dot
from jpi.rules import elementwise as elementwise
from jpi.rules import reduction as reduction
from jpi.rules import shape as shape

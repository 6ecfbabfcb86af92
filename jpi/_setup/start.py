"""The checks that run first when jpi is imported: without them later imports fail obscurely."""

import sys

from jpi._setup import failed_import as failed_import  # first: it ends the other ranks

# isort: split
from jpi._setup import versions  # then: it explains a native layer that does not load

# isort: split
from jpi._setup import facts

if facts.is_command():
    sys.excepthook = facts.explain

versions.check()

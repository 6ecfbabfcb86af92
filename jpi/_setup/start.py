"""What comes first when jpi is imported: checks, or later imports fail obscurely."""

import sys

from jpi._setup import facts as _report
from jpi._setup import versions as _versions

if _report.is_command():
    sys.excepthook = _report.explain

_versions.check()

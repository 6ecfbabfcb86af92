"""The stubs: the signatures of the functions that JPI makes from those of JAX when it runs.

cd tests && python -m stubs    # writes them; ruff formats them
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from namespace import module_of

import jpi
from stubs.methods import array_methods, update_methods
from stubs.modules import stub_of

PACKAGE = Path(jpi.__file__).parent
MODULES = (
    "numpy numpy.fft numpy.linalg nn lax random image ops scipy.cluster.vq scipy.fft "
    "scipy.integrate scipy.linalg scipy.ndimage scipy.optimize scipy.signal "
    "scipy.spatial.transform scipy.special scipy.stats"
).split()


def path_of(module: str) -> Path:
    """The file of the stub of a public module."""
    return Path(module_of("jpi", module).__file__ or "").with_suffix(".pyi")


def stubs() -> dict[Path, str]:
    """The text of each stub, not formatted."""
    methods = {
        PACKAGE / "_array" / "methods.pyi": array_methods(),
        PACKAGE / "_array" / "update_methods.pyi": update_methods(),
    }
    return {path_of(module): stub_of(module) for module in MODULES} | methods


def write() -> None:
    texts = stubs()
    for path, text in texts.items():
        path.write_text(text)
    subprocess.run(["ruff", "check", "--quiet", "--select", "I", "--fix", *texts], check=True)
    subprocess.run(["ruff", "format", "--quiet", *texts], check=True)

"""The libraries that read and write the formats of others."""

from __future__ import annotations

import importlib
from typing import Any


def library(name: str, purpose: str) -> Any:
    """The module ``name``.

    Errors: ImportError that says what to install.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(
            f"`{name}` must be installed for {purpose}; got: {error}. Run pip install 'jpi[io]'."
        ) from None

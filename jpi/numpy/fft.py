"""`jax.numpy.fft` for distributed arrays."""

from typing import Any

import jax.numpy.fft as _source

from jpi.numpy._generate import distributed as _distributed


def __getattr__(name: str) -> Any:
    value = globals()[name] = _distributed(_source, name, __name__)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *dir(_source)})

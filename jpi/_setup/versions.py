"""The versions of what JPI builds on: checked first, as too old a version fails obscurely."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import re
from pathlib import Path

import jax

try:
    from jpi import _native
except ImportError as error:
    raise ImportError(
        f"`jpi` must be an installed package; got {Path(__file__).parents[1]}, whose native layer "
        f"does not load ({error}). Run `pip install -e .` there, or start in another folder."
    ) from error


def minimal_versions() -> dict[str, str]:
    """The least version of each package for which JPI's own metadata has one."""
    requirements: list[str] = []
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        requirements = importlib.metadata.requires("jpi") or []
    matches = (re.fullmatch(r"([\w-]+)>=([\d.]+)", text) for text in requirements)
    return {match[1]: match[2] for match in matches if match}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def check_package(name: str, least: str) -> None:
    """Raise if the package ``name``, as it is imported here, is older than ``least``."""
    version = importlib.import_module(name).__version__
    if _numbers(version) < _numbers(least):
        raise ImportError(
            f"`{name}` must be at least {least}; got {version}. Do: pip install '{name}>={least}'."
        )


def ffi_version() -> tuple[int, int] | None:
    """The version of the XLA FFI API in the jaxlib of this process; None if it has no headers."""
    header = Path(jax.ffi.include_dir(), "xla/ffi/api/c_api.h")
    if not header.exists():
        return None
    found = dict(re.findall(r"#define XLA_FFI_API_(MAJOR|MINOR) (\d+)", header.read_text()))
    return int(found["MAJOR"]), int(found["MINOR"])


def check_ffi(built: tuple[int, int], running: tuple[int, int] | None) -> None:
    """Raise if jaxlib would refuse the native layer, which was built with newer headers."""
    if running and running < built:
        raise ImportError(
            "`jaxlib` must have the XLA FFI API {}.{}, with which JPI was built, or a newer one; "
            "got {}.{}. ".format(*built, *running)
            + "Install a newer jaxlib, or build JPI with the jaxlib that its pyproject.toml names."
        )


def check() -> None:
    """Raise ImportError if this JPI cannot work with the packages that it finds."""
    for name, least in minimal_versions().items():
        check_package(name, least)
    check_ffi(_native.ffi_version, ffi_version())

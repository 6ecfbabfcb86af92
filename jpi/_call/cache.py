"""A cache of bounded size."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

_CACHE_SIZE = 4096


def keep(cache: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    cache[key] = value
    if len(cache) > _CACHE_SIZE:
        cache.popitem(last=False)

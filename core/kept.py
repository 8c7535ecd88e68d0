"""What takes long to count, kept for a while in the cache that every web process shares."""

from collections.abc import Callable
from typing import TypeVar, cast

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
Value = TypeVar("Value")


def kept(key: str, make: Callable[[], Value], *, seconds: int) -> Value:
    """What `make` answered at most so many seconds ago, else what it answers now; never None.

    Made anew each time while the cache is away.
    """
    try:
        found = cache.get(key)
        if found is None:
            found = make()
            cache.set(key, found, timeout=seconds)
    except RedisError as error:
        log.warning("kept.lost", key=key, error=type(error).__name__)
        return make()
    return cast("Value", found)

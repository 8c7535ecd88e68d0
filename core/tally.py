"""Counting what may happen so often in a period, in the cache that every web process shares."""

import time

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


def count(what: str, *, period_s: int) -> int:
    """Count one more of `what` in the present period; returns how many there are now.

    Periods are cut from the clock: those of a day begin at midnight, UTC. 0 when the cache is away: what nobody can
    count is not refused.
    """
    return _move(what, period_s, by=1)


def uncount(what: str, *, period_s: int) -> None:
    """Take one back that was counted and did not happen."""
    _move(what, period_s, by=-1)


def seconds_left(period_s: int) -> int:
    """Until the next period begins; at least 1."""
    return period_s - int(time.time()) % period_s


def _move(what: str, period_s: int, *, by: int) -> int:
    key = f"tally:{what}:{int(time.time()) // period_s}"
    try:
        cache.add(key, 0, timeout=period_s)
        return cache.incr(key, by)
    except (RedisError, ValueError) as error:  # ValueError: thrown out of a full cache in between
        log.warning("tally.lost", what=what.partition(":")[0], error=type(error).__name__)
        return 0

"""Wake-ups between processes by Redis: whoever writes to a journal rings, and every web process that listens looks.

A ring is a job's id and no news in itself: one that is lost costs the seconds until the next look, never an event.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from redis import Redis
from redis import asyncio as aredis
from redis.exceptions import RedisError

PATIENCE_S = 1.0
SILENT_S = 5.0  # after a failure to ring, writers do not wait for Redis for so long
FIRST_RETRY_S, LONGEST_RETRY_S = 0.5, 10.0
HEALTH_CHECK_S = 5

log = structlog.get_logger(__name__)

_ringers: dict[str, "Redis"] = {}
_silent_until = 0.0


def ring_on_commit(job_id: UUID) -> None:
    """Wake those who follow the job once what was written is there to be read; nothing without Redis."""
    if settings.REDIS_URL:
        transaction.on_commit(partial(_ring, job_id))


def _ring(job_id: UUID) -> None:
    global _silent_until  # noqa: PLW0603 -- one for the process: what one thread found out spares the others
    if time.monotonic() < _silent_until:
        return
    try:
        _ringer(settings.REDIS_URL).publish(channel(settings.REDIS_URL), str(job_id))
    except (RedisError, OSError) as error:
        _silent_until = time.monotonic() + SILENT_S
        log.warning("live.ring_lost", error=type(error).__name__)


def _ringer(url: str) -> "Redis":
    if url not in _ringers:
        _ringers[url] = Redis.from_url(url, socket_connect_timeout=PATIENCE_S, socket_timeout=PATIENCE_S)
    return _ringers[url]


def channel(url: str) -> str:
    """The channel of one installation: a server has one set of them for all its databases."""
    database = Redis.from_url(url).connection_pool.connection_kwargs.get("db") or 0
    return f"mlplatform:{database}:journals"


class Listener:
    """One connection that hears the rings of all processes; `is_listening` says whether they reach us now."""

    def __init__(self, url: str, heard: Callable[[UUID | None], None]) -> None:
        self._url, self._heard = url, heard
        self.is_listening = False

    async def run(self) -> None:
        """Listen until cancelled, and come back whenever Redis does."""
        delay_s = FIRST_RETRY_S
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                if self.is_listening:
                    delay_s = FIRST_RETRY_S
                    log.warning("live.redis_lost", error=type(error).__name__)
            finally:
                self.is_listening = False
            self._heard(None)  # who waits for rings shall know that there will be none
            await asyncio.sleep(delay_s)
            delay_s = min(2 * delay_s, LONGEST_RETRY_S)

    async def _listen(self) -> None:
        redis = aredis.Redis.from_url(
            self._url, socket_connect_timeout=PATIENCE_S, health_check_interval=HEALTH_CHECK_S
        )
        async with redis, redis.pubsub() as rings:
            await rings.subscribe(channel(self._url))
            while True:
                ring = await rings.get_message(timeout=HEALTH_CHECK_S)
                if ring is None:
                    continue
                if ring["type"] == "message":
                    self._heard(UUID(ring["data"].decode()))
                else:  # the answer to subscribing, also after a break: what was written meanwhile was not heard
                    self.is_listening = True
                    self._heard(None)

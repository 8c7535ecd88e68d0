"""The queue of one machine: a folder of messages, as kombu has it, that bears a full disk."""

from typing import Any

import structlog
from kombu.transport import filesystem

log = structlog.get_logger(__name__)


class Channel(filesystem.Channel):
    """Drops a message that is none: a full disk cuts it short, and reading it would end the worker.

    Nothing is lost with it: the row says what is to be done, and the reaper rings again.
    """

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        while True:
            try:
                return super()._get(queue)  # which has removed the message, whole or not
            except ValueError:
                log.warning("queue.message_cut_short", queue=queue)


class Transport(filesystem.Transport):
    Channel = Channel

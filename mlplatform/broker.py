"""The queue of one machine: a folder of messages, as kombu has it, that bears a full disk."""

import time
import uuid
from pathlib import Path
from typing import Any

import structlog
from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

log = structlog.get_logger(__name__)


class Channel(filesystem.Channel):
    """Shows a message to readers once it is whole, and drops one that is none.

    kombu's own takes any message it sees, one that is being written too. What a power cut has left of a message would
    end the worker; nothing is lost with it: the row says what is to be done, and the reaper rings again.
    """

    def _put(  # type: ignore[override]  # as kombu's own overrides it
        self, queue: str, payload: dict[str, Any], **kwargs: Any
    ) -> None:
        whole = Path(self.data_folder_out) / f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        unfinished = whole.with_name(f"{whole.name}.part")
        try:
            unfinished.write_text(dumps(payload))
            unfinished.rename(whole)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise ChannelError(f"The queue cannot take a message: {error}") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        while True:
            try:
                return super()._get(queue)  # which has removed the message, whole or not
            except ValueError:
                log.warning("queue.message_cut_short", queue=queue)


class Transport(filesystem.Transport):
    Channel = Channel

"""A real web server for tests of sockets, and clients of it."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import uvicorn
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from accounts import tokens
from accounts.models import User
from mlplatform.asgi import application
from training.models import Job

PATIENCE_S = 60


@dataclass
class Socket:
    """A client's end of a socket."""

    connection: ClientConnection
    last_seqs: dict[str, int] = field(default_factory=dict)

    def say(self, action: str, **fields: Any) -> None:
        self.connection.send(json.dumps({"action": action, **fields}, default=str))

    def hear(self) -> dict[str, Any]:
        """The next message."""
        heard: dict[str, Any] = json.loads(self.connection.recv(timeout=PATIENCE_S))
        return heard

    def words(self, count: int) -> list[tuple[int, str]]:
        """Number and text of the next log lines."""
        return [(heard["seq"], heard["payload"]["message"]) for heard in (self.hear() for _ in range(count))]

    def is_silent(self) -> bool:
        """Whether nothing was sent but the answer to a question asked now."""
        self.say("ping")
        return self.hear() == {"type": "pong"}

    def ended(self) -> int:
        """The code with which the server ends it, after whatever it says before."""
        with suppress(ConnectionClosed):
            while True:
                self.hear()
        return self.connection.close_code or 0


class Server:
    """The product's ASGI application on a port of its own."""

    def __init__(self, port: int) -> None:
        self.port = port

    @contextmanager
    def socket(self, path: str = "", **options: Any) -> Iterator[Socket]:
        address = f"ws://127.0.0.1:{self.port}/ws/training{path}"
        with connect(address, proxy=None, **options) as connection:
            yield Socket(connection)

    def socket_of(self, person: User, **options: Any) -> Any:
        """One that is signed in by token."""
        return self.socket(f"?token={token_of(person)}", **options)


def token_of(person: User) -> str:
    return tokens.issue(person)["access"]


def cookie_of(person: User) -> dict[str, str]:
    """The headers of a signed-in browser."""
    client = Client()
    client.force_login(person)
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}


@contextmanager
def serving() -> Iterator[Server]:
    """A server in a thread; ended as by SIGTERM."""
    config = uvicorn.Config(application, port=0, log_level="warning", lifespan="off", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield Server(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()


def last_seq(job: Job | UUID) -> int:
    return Job.objects.values_list("last_seq", flat=True).get(pk=getattr(job, "pk", job))

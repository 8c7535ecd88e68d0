"""The socket `/ws/training`: jobs as they go on, each event once and in order (see docs/live-updates.md)."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import IntEnum
from typing import Any
from uuid import UUID

import orjson
import structlog
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from accounts import sockets
from accounts.sockets import NotSignedIn, Proof
from core.actor import Actor, Credential, Scope
from core.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    ProductError,
    TooManyRequests,
    key_not_allowed,
)
from core.threads import in_thread
from training.live import updates
from training.live.feed import Feed
from training.live.hub import Hub
from training.live.messages import (
    Authenticate,
    Message,
    Ping,
    SubscribeJob,
    SubscribeUserJobs,
    UnsubscribeJob,
    parse,
)

GRACE_S = 10.0  # for the first message to say who it is
CHECK_S = 30.0  # between two looks whether the person may still see what they follow
SLOW_S = 20.0  # a reader who takes nothing for so long may come back, and resume
MOST_JOBS = 100

log = structlog.get_logger(__name__)


class Close(IntEnum):
    """Why the server ends a socket, beside what the protocol itself has (1012: the server restarts)."""

    BROKEN = 1011
    NOT_SIGNED_IN = 4401
    FORBIDDEN = 4403
    TOO_SLOW = 4408
    TOO_MANY = 4429


CLOSE_FOR: dict[type[ProductError], Close] = {
    NotSignedIn: Close.NOT_SIGNED_IN,
    Forbidden: Close.FORBIDDEN,
    TooManyRequests: Close.TOO_MANY,
}


class TrainingConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One socket. Its messages are handled one after the other; what it follows is sent by its feed."""

    hub = Hub()
    open_by_person: Counter[UUID] = Counter()  # of this process

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._proof: Proof | None = None
        self._actor: Actor | None = None
        self._feed = Feed(self.hub, self._send_text)
        self._tasks: list[asyncio.Task[None]] = []
        self._whole = asyncio.current_task()
        self._gave_up = self._closed = False
        try:
            await super().__call__(scope, receive, send)
        except asyncio.CancelledError:
            if not self._gave_up:
                raise
        finally:
            self._end()

    async def connect(self) -> None:
        try:
            proof = sockets.proof_of(sockets.handshake(self.scope))
        except Forbidden as error:
            log.info("live.refused", code=error.code)
            await self.close()  # before it is accepted: 403
            return
        await self.accept()
        self._tasks = [asyncio.create_task(self._unbroken(work)) for work in (self._feed.run, self._keep_checking)]
        if proof is not None:
            await self._sign_in(proof, may_fail=proof.is_session)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            if text_data is None:
                raise InvalidInput(None, "Send text, not bytes.", code="not_json")
            await self._handle(parse(text_data))
        except ProductError as error:
            await self._say_error(error)
        except TimeoutError:
            await self._give_up()

    async def _handle(self, message: Message) -> None:
        if isinstance(message, Ping):
            await self._send_text('{"type":"pong"}')
            return
        if isinstance(message, Authenticate):
            await self._sign_in(sockets.by_token(message.token))
            return
        if self._actor is None:
            raise NotSignedIn
        match message:
            case SubscribeJob(job_id, after):
                await self._follow(self._actor, job_id, after)
            case UnsubscribeJob(job_id):
                self._feed.leave(job_id)
            case SubscribeUserJobs(after):
                self._feed.watch(self._actor, after)

    async def _follow(self, actor: Actor, job_id: UUID, after: int) -> None:
        if len(self._feed.named | {job_id}) > MOST_JOBS:
            words = f"A socket follows at most {MOST_JOBS} jobs. Leave one, or open another socket."
            raise Conflict(words, code="too_many_subscriptions")
        try:
            last_seq = await in_thread(updates.last_seq, actor, job_id)
        except NotFound as error:
            await self._say_error(error, job_id)
            return
        self._feed.follow(job_id, after=after, last_seq=last_seq)

    # Who it is --------------------------------------------------------------------------------------------------------

    async def _sign_in(self, proof: Proof, *, may_fail: bool = False) -> None:
        """Take the socket to be that person's; end it if it is nobody's, unless they `may_fail`."""
        try:
            actor = await self._proven(proof)
        except ProductError as error:
            if not may_fail or not isinstance(error, NotSignedIn):
                await self._refuse(error)
            return
        self._proof, self._actor = proof, actor

    async def _proven(self, proof: Proof) -> Actor:
        actor = await in_thread(proof)
        if actor.credential is Credential.KEY and Scope.READ not in actor.scopes:
            raise key_not_allowed(Scope.READ)
        if self._actor is None:
            most = settings.LIVE_SOCKETS_PER_PERSON
            if self.open_by_person[actor.user.pk] >= most:
                raise TooManyRequests(f"At most {most} sockets of one person are open at a time.", retry_after_s=60)
            self.open_by_person[actor.user.pk] += 1
        elif self._actor.user.pk != actor.user.pk:
            raise Forbidden("This socket belongs to another person. Open one of your own.")
        return actor

    async def _keep_checking(self) -> None:
        """End the socket, or what it follows, soon after its person may not any more."""
        await asyncio.sleep(GRACE_S)
        while self._proof is not None and self._actor is not None:
            await asyncio.sleep(CHECK_S * random.uniform(0.7, 1))  # noqa: S311 -- not all at the same moment
            await self._check(self._proof)
        if self._actor is None:
            await self._refuse(NotSignedIn())

    async def _check(self, proof: Proof) -> None:
        try:
            self._actor = await self._proven(proof)
        except ProductError as error:
            if proof is self._proof:  # it may have brought another meanwhile
                await self._refuse(error)
            return
        followed = self._feed.job_ids
        for job_id in followed - await in_thread(updates.visible, self._actor, followed):
            self._feed.leave(job_id)
            await self._say_error(NotFound("There is no such job, or you may not see it."), job_id)

    # Sending and ending -----------------------------------------------------------------------------------------------

    async def close(self, *how: Any, **more: Any) -> None:
        self._closed = True
        await super().close(*how, **more)

    async def _send_text(self, text: str) -> None:
        if self._closed:  # what came in while the end was on its way gets no answer
            return
        async with asyncio.timeout(SLOW_S):
            await self.send(text_data=text)

    async def _say_error(self, error: ProductError, job_id: UUID | None = None) -> None:
        content: dict[str, Any] = {"type": "error", "code": error.code, "detail": error.detail}
        if attr := getattr(error, "attr", None):
            content["attr"] = attr
        if job_id:
            content["job_id"] = job_id
        await self._send_text(orjson.dumps(content).decode())

    async def _refuse(self, error: ProductError) -> None:
        """Say why, and end the socket."""
        self._feed.close()
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        await self._say_error(error)
        await self.close(next(code for kind, code in CLOSE_FOR.items() if isinstance(error, kind)))

    async def _unbroken(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work of a task; what breaks it ends the socket, whose client comes back and resumes."""
        try:
            await work()
        except TimeoutError:
            await self._give_up()
        except OSError:
            pass  # the other side is gone, which `disconnect` is told of too
        except Exception:
            log.exception("live.broke")
            await self.close(Close.BROKEN)

    async def _give_up(self) -> None:
        """End a socket whose reader takes nothing: also the word of it may not get through."""
        log.info("live.too_slow", person=str(self._actor.user.pk) if self._actor else "")
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(1):
                await self.close(Close.TOO_SLOW)
        self._gave_up = True
        if self._whole is not None:
            self._whole.cancel()

    def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._feed.close()
        if self._actor is not None:
            self.open_by_person[self._actor.user.pk] -= 1
            if not self.open_by_person[self._actor.user.pk]:
                del self.open_by_person[self._actor.user.pk]

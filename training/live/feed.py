"""What one socket is sent: the jobs it follows, each event once and in order."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

from core.actor import Actor
from core.threads import in_thread
from training.live import updates
from training.live.hub import Hub, PersonWatch, Subscription


class Feed:
    """The subscriptions of a socket.

    `run` sends what is due, a page of one job at a time, and takes the next from the hub only when the one before is
    on its way: a slow reader costs no memory. Jobs asked for by name are followed until they are left; jobs of a
    watched person until they have ended.
    """

    def __init__(self, hub: Hub, send: Callable[[str], Awaitable[None]]) -> None:
        self._hub, self._send = hub, send
        self._subscriptions: dict[UUID, Subscription] = {}
        self._named: set[UUID] = set()
        self._watch: PersonWatch | None = None
        self._actor: Actor | None = None
        self._met: set[UUID] = set()
        self._arrived: set[UUID] = set()
        self._resumed: dict[UUID, int] = {}
        self._due: dict[UUID, Subscription] = {}
        self._news = asyncio.Event()

    @property
    def job_ids(self) -> set[UUID]:
        """The jobs that are followed now."""
        return set(self._subscriptions)

    @property
    def named(self) -> frozenset[UUID]:
        """Those that were asked for by name."""
        return frozenset(self._named)

    def follow(self, job_id: UUID, *, after: int, last_seq: int) -> None:
        """Send every event above `after`; `last_seq` is the newest there is. Begins anew if it is followed already."""
        self._named.add(job_id)
        self._subscribe(job_id, after, last_seq)

    def leave(self, job_id: UUID) -> None:
        """Send nothing more of the job."""
        self._named.discard(job_id)
        self._due.pop(job_id, None)
        if subscription := self._subscriptions.pop(job_id, None):
            self._hub.leave(subscription)

    def watch(self, actor: Actor, resumed: Mapping[UUID, int]) -> None:
        """Send the person's jobs that go on and those to come: first how each stands, then every event.

        Of those in `resumed`, every event above the number instead. Begins anew if the person is watched already.
        """
        self._unwatch()
        self._actor, self._met, self._resumed = actor, set(resumed), dict(resumed)
        self._arrive(set(resumed))
        self._watch = PersonWatch(actor.user.pk, self._found)
        self._hub.watch(self._watch)

    def close(self) -> None:
        """Leave everything."""
        self._unwatch()
        for job_id in self.job_ids:
            self.leave(job_id)

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._arrived or self._due:
                if self._arrived:
                    await self._greet()
                if self._due:
                    await self._send_some(self._due.pop(next(iter(self._due))))

    async def _send_some(self, subscription: Subscription) -> None:
        job_id = subscription.job_id
        for update in await self._hub.take(subscription):
            if self._subscriptions.get(job_id) is not subscription:  # left, or begun anew
                return
            await self._send(update.text)
            if update.ends and job_id not in self._named:
                self.leave(job_id)
                return
            self._due[job_id] = subscription  # there may be more

    async def _greet(self) -> None:
        """Say how each of the person's jobs stands that are new here, and follow those that go on."""
        arrived, self._arrived = self._arrived, set()
        if self._actor is None:
            return
        for state in await in_thread(updates.states, self._actor, arrived):
            if state.job_id in self._subscriptions:
                continue
            seen = self._resumed.get(state.job_id, state.seq)
            if state.job_id not in self._resumed:
                await self._send(state.text)
            if not state.ends or seen < state.seq:
                self._subscribe(state.job_id, seen, state.seq)

    def _subscribe(self, job_id: UUID, seen: int, last_seq: int) -> None:
        if old := self._subscriptions.pop(job_id, None):
            self._hub.leave(old)
        self._due.pop(job_id, None)
        self._subscriptions[job_id] = subscription = Subscription(job_id, seen, self._wake)
        self._hub.follow(subscription, last_seq)

    def _wake(self, subscription: Subscription) -> None:
        self._due[subscription.job_id] = subscription
        self._news.set()

    def _found(self, job_ids: Sequence[UUID]) -> None:
        self._arrive(set(job_ids) - self._met)

    def _arrive(self, job_ids: set[UUID]) -> None:
        if job_ids:
            self._met |= job_ids
            self._arrived |= job_ids
            self._news.set()

    def _unwatch(self) -> None:
        if self._watch is not None:
            self._hub.unwatch(self._watch)
            self._watch = None

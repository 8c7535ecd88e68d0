"""The one reader of a web process: looks at the journals that its sockets follow, and wakes those with something new.

The journal is the truth and a look only finds out how far it has grown, so nothing is lost if a look comes late: a
subscription knows the last number it was given and takes what comes after that, from what is at hand or from the
database. It looks while somebody follows something, and only then: every `POLL_S` seconds; with Redis as soon as
somebody has written, and every `SAFETY_S` seconds in case that a ring was lost.

All of it happens in one event loop; reads run on threads.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.conf import settings

from core.threads import in_thread
from training.live import updates
from training.live.updates import Update
from training.live.wakeups import Listener

POLL_S = 0.15
SAFETY_S = 3.0
AFTER_A_FAILURE_S = 2.0
SPACING_S = 0.02  # rings that come together are one look
PEOPLE_S = 1.0  # between two looks for new jobs of people
AT_HAND = 200  # events of each journal kept for those who follow it

log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class Subscription:
    """One job as one socket follows it; `seen` is the number of the last event it was given."""

    job_id: UUID
    seen: int
    wake: Callable[["Subscription"], None]


@dataclass(eq=False, slots=True)
class PersonWatch:
    """One person's jobs as one socket watches them; `found` is told of all that go on, again and again."""

    person_id: UUID
    found: Callable[[Sequence[UUID]], None]


@dataclass(slots=True)
class _Journal:
    """How far a followed journal has grown, and its newest events, without a gap between them."""

    last_seq: int
    at_hand: deque[Update] = field(default_factory=lambda: deque(maxlen=AT_HAND))
    subscriptions: set[Subscription] = field(default_factory=set)

    def take_up(self, found: list[Update]) -> None:
        """Add what a look found, each event once and in order."""
        for update in found:
            if self.at_hand and update.seq != self.at_hand[-1].seq + 1:
                if update.seq <= self.at_hand[-1].seq:
                    continue
                self.at_hand.clear()  # what lies between is read when somebody needs it
            self.at_hand.append(update)

    def after(self, seen: int) -> list[Update]:
        """The events after that number, if the next one is at hand."""
        if not self.at_hand or self.at_hand[0].seq > seen + 1:
            return []
        return [update for update in self.at_hand if update.seq > seen]

    def grow(self, last_seq: int) -> None:
        """Wake those who have not seen it all."""
        if last_seq > self.last_seq:
            self.last_seq = last_seq
            for subscription in self.subscriptions:
                subscription.wake(subscription)


class Hub:
    """See the module."""

    def __init__(self) -> None:
        self._journals: dict[UUID, _Journal] = {}
        self._watches: set[PersonWatch] = set()
        self._look_now = asyncio.Event()
        self._people_due = 0.0
        self._task: asyncio.Task[None] | None = None

    def follow(self, subscription: Subscription, last_seq: int) -> None:
        """Wake the subscription whenever its job's journal, now at `last_seq`, has more than it has seen."""
        journal = self._journals.setdefault(subscription.job_id, _Journal(last_seq))
        journal.subscriptions.add(subscription)
        journal.grow(last_seq)
        if subscription.seen < journal.last_seq:
            subscription.wake(subscription)
        self._look_now.set()  # a ring since `last_seq` was read was for a job that nobody followed
        self._run()

    def leave(self, subscription: Subscription) -> None:
        journal = self._journals.get(subscription.job_id)
        if journal is not None:
            journal.subscriptions.discard(subscription)
            if not journal.subscriptions:
                del self._journals[subscription.job_id]

    def watch(self, watch: PersonWatch) -> None:
        """Tell the watch of the person's jobs that go on, now and as more are made."""
        self._watches.add(watch)
        self._people_due = 0.0
        self._look_now.set()
        self._run()

    def unwatch(self, watch: PersonWatch) -> None:
        self._watches.discard(watch)

    async def take(self, subscription: Subscription) -> list[Update]:
        """The next events of a subscription, which has seen them then; none when it has seen them all."""
        journal = self._journals.get(subscription.job_id)
        seen = subscription.seen
        if journal is None or seen >= journal.last_seq:
            return []
        last_seq = journal.last_seq
        found = journal.after(seen) or await in_thread(updates.page, subscription.job_id, seen)
        subscription.seen = found[-1].seq if found else last_seq  # what was purged is not waited for
        return found

    def _run(self) -> None:
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._look_now = asyncio.Event()
            self._task = loop.create_task(self._look_on())

    async def _look_on(self) -> None:
        listener = Listener(settings.REDIS_URL, self._heard) if settings.REDIS_URL else None
        listening = asyncio.create_task(listener.run()) if listener else None
        try:
            while self._journals or self._watches:
                self._look_now.clear()
                await self._look()
                await asyncio.sleep(SPACING_S)
                wait_s = SAFETY_S if listener and listener.is_listening else POLL_S
                if self._watches:
                    wait_s = min(wait_s, max(self._people_due - time.monotonic(), 0))
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._look_now.wait(), wait_s)
        finally:
            if listening:
                listening.cancel()

    def _heard(self, job_id: UUID | None) -> None:
        """Somebody wrote to the journal of this job, or perhaps to any."""
        if job_id is None or job_id in self._journals:
            self._look_now.set()

    async def _look(self) -> None:
        """Find out what is new; while the database is away nothing is."""
        try:
            if self._journals:
                await self._look_at_journals()
            if self._watches and time.monotonic() >= self._people_due:
                await self._look_for_jobs()
        except Exception:  # a look that fails must not be the last: the sockets wait for the next
            log.exception("live.look_failed")
            await asyncio.sleep(AFTER_A_FAILURE_S)

    async def _look_at_journals(self) -> None:
        known = {job_id: journal.last_seq for job_id, journal in self._journals.items()}
        news = await in_thread(updates.news, known, most=AT_HAND)
        by_job: dict[UUID, list[Update]] = {}
        for update in news.updates:
            by_job.setdefault(update.job_id, []).append(update)
        for job_id, last_seq in news.last_seqs.items():
            if journal := self._journals.get(job_id):  # nobody may follow it any more
                journal.take_up(by_job.get(job_id, []))
                journal.grow(last_seq)

    async def _look_for_jobs(self) -> None:
        self._people_due = time.monotonic() + PEOPLE_S
        found = await in_thread(updates.jobs_of_owners, {watch.person_id for watch in self._watches})
        for watch in list(self._watches):
            if jobs := found.get(watch.person_id):
                watch.found(jobs)

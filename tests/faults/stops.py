"""Jobs that are stopped at any moment."""

import random
from collections import Counter
from datetime import datetime
from functools import partial

from tests.faults.registry import fault
from tests.faults.scene import Scene, eventually, gone
from tests.racing import at_once

ROUNDS = 50


@fault(
    "F11",
    f"stop just queued, at the start, in the middle, at the end, after it, and twice: {ROUNDS} rounds",
    "one final state; no model of what was stopped; refunded only if it had not begun; 409 once it has ended",
)
def stop_at_any_moment(scene: Scene) -> str:
    chance = random.Random(11)
    took = _seconds(scene)
    seen: Counter[str] = Counter()
    for round_ in range(ROUNDS):
        job = scene.start_quick()
        moment = ("queued", "start", "middle", "end", "after")[round_ % 5]
        if moment == "after":
            scene.ended(job)
        else:
            share = {"queued": 0.0, "start": 0.2, "middle": 0.6, "end": 1.0}[moment]
            scene.pause(took * share * chance.uniform(0.8, 1.2))
        statuses = [status for status, _ in at_once(*[partial(scene.person.ask, "POST", f"training/{job}/stop")] * 2)]
        ended = scene.ended(job, within_s=10)
        _check_stop(scene, job, statuses, ended)
        seen[f"{moment} {ended['state']}"] += 1
    scene.works()
    return ", ".join(f"{count}× {what}" for what, count in sorted(seen.items()))


def _check_stop(scene: Scene, job: str, statuses: list[int], ended: dict[str, object]) -> None:
    if ended["state"] == "cancelled":
        assert sorted(statuses) == [202, 409], statuses
        assert ended["model"] is None
        assert scene.person.ask("GET", f"training/{job}/download")[0] == 409
        began = ended["started_at"] is not None
        assert scene.movements(job) == ([-1] if began else [-1, 1]), (began, scene.movements(job))
    else:
        assert (ended["state"], statuses) == ("succeeded", [409, 409]), (ended, statuses)
        assert scene.movements(job) == [-1]
    assert scene.person.ask("POST", f"training/{job}/stop")[0] == 409


def _seconds(scene: Scene) -> float:
    """How long a quick job takes here, from being asked for to its end."""
    ended = scene.ended(scene.start_quick())
    ended = scene.ended(scene.start_quick())
    return max(0.5, _moment(ended["finished_at"]) - _moment(ended["created_at"]))


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@fault(
    "F11-best", "end early with the best so far, and cancel after it", "succeeded with a model; cancelled within 2 s"
)
def keep_the_best(scene: Scene) -> str:
    job, _ = scene.begun_long()
    eventually(lambda: scene.person.got(f"training/{job}")["progress_detail"].get("done"), "some trees")
    status, _ = scene.person.ask("POST", f"training/{job}/stop", {"keep_best": True})
    ended = scene.ended(job, within_s=60)
    assert (status, ended["state"]) == (202, "succeeded"), (status, ended)
    assert ended["model"]

    other, fit = scene.begun_long()
    scene.person.ask("POST", f"training/{other}/stop", {"keep_best": True})
    status, _ = scene.person.ask("POST", f"training/{other}/stop")
    assert status == 202
    assert gone(fit, within_s=2)
    return "succeeded with a model; the other cancelled"

"""Tables that cannot be learnt from, and fits that need more than there is."""

from collections import Counter
from typing import Any

from tests.faults.registry import fault
from tests.faults.scene import Scene, csv

UNEXPECTED = "Training failed unexpectedly"


def _rows(make: Any, count: int = 60) -> list[list[Any]]:
    return [make(row) for row in range(count)]


POISON: dict[str, bytes] = {
    "a column that is all missing": csv(["a", "b", "y"], _rows(lambda row: ["", row % 7, row % 2])),
    "one row": csv(["a", "b", "y"], [[1, 2, 3]]),
    "one class": csv(["a", "b", "y"], _rows(lambda row: [row % 5, row % 7, "yes"])),
    "infinite numbers": csv(["a", "b", "y"], _rows(lambda row: [["inf", "-inf", "1e308"][row % 3], row % 7, row % 2])),
    "numbers beyond all bounds": csv(["a", "b", "y"], _rows(lambda row: [f"{row + 1}e307", row % 7, row * 1e300])),
    "mixed types": csv(["a", "b", "y"], _rows(lambda row: [[1, "x", "2024-01-01", ""][row % 4], row % 7, row % 2])),
    "as many categories as rows": csv(["a", "b", "y"], _rows(lambda row: [f"c{row * 7919}", row % 7, row % 2], 30_000)),
    "a constant target": csv(["a", "b", "y"], _rows(lambda row: [row % 5, row % 7, 1])),
    "dates only": csv(["a", "y"], _rows(lambda row: [f"2024-{row % 12 + 1:02d}-{row % 28 + 1:02d}", row % 2])),
    "the same header twice": csv(["a", "a", "y"], _rows(lambda row: [row % 5, row % 7, row % 2])),
    "a target that is all missing but once": csv(["a", "b", "y"], _rows(lambda row: [row, row % 7, "" if row else 1])),
    "classes of one row each": csv(["a", "b", "y"], _rows(lambda row: [row % 5, row % 7, f"k{row}"])),
}


@fault("F14-poison", f"{len(POISON)} tables nobody can learn from, by each of 3 methods",
       "refused or failed in words with a refund, never rerun; the worker lives; the next job is done")  # fmt: skip
def learn_from_poison(scene: Scene) -> str:
    worker = scene.product.program("worker")
    seen: Counter[str] = Counter()
    for what, content in POISON.items():
        for method in ("random_forest", "logistic", "linear"):
            seen[_fed(scene, what, content, method)] += 1
    assert scene.product.program("worker") == worker
    scene.works()
    return ", ".join(f"{count} {how}" for how, count in sorted(seen.items()))


def _fed(scene: Scene, what: str, content: bytes, method: str) -> str:
    person = scene.person
    try:
        dataset = person.upload(content, "poison.csv")
    except AssertionError as refusal:
        if "validation_error" in str(refusal):
            return "tables refused"
        raise
    if person.got(f"datasets/{dataset}")["status"] == "failed":
        return "tables unreadable"
    status, job = person.ask(
        "POST", "training", {"project": person.project, "dataset": dataset, "target": "y", "algorithm": method}
    )
    if status != 201:
        assert status in (400, 409), f"{what} by {method}: {status} {job}"
        return "wishes refused"
    ended = scene.ended(job["id"])
    assert ended["attempt"] == 1, ended
    assert UNEXPECTED not in (ended["error"] or ""), f"{what} by {method}: {ended['error']}"
    if ended["state"] == "failed":
        assert scene.movements(job["id"]) == [-1, 1]
        return "failed in words"
    return ended["state"]


@fault(
    "F14-memory",
    "a forest that outgrows the memory limit",
    "fails in words with a refund, not rerun; the next is done",
    TRAINING_MEMORY_LIMIT_BYTES=str(400 * 1024**2),
)
def outgrow_the_memory(scene: Scene) -> str:
    worker = scene.product.program("worker")
    job = scene.start_long()

    ended = scene.ended(job, within_s=300)

    assert (ended["state"], ended["attempt"]) == ("failed", 1), ended
    assert "memory" in ended["error"], ended["error"]
    assert scene.movements(job) == [-1, 1]
    assert scene.product.program("worker") == worker
    scene.works()
    return f"failed: {ended['error']}"


@fault(
    "F14-time",
    "a fit that outlasts the time limit",
    "fails in words with a refund, not rerun; the next is done",
    TRAINING_TIME_LIMIT_S="8",
)
def outlast_the_time(scene: Scene) -> str:
    job = scene.start_long()

    ended = scene.ended(job)

    assert (ended["state"], ended["attempt"]) == ("failed", 1), ended
    assert "longer than the limit" in ended["error"], ended["error"]
    assert scene.movements(job) == [-1, 1]
    scene.works()
    return f"failed: {ended['error']}"

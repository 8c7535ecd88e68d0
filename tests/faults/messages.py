"""Messages that come twice, late or never."""

from tests.faults.registry import fault
from tests.faults.scene import Scene


@fault("F7", "the same message 5 times, and 5 times more after success", "one execution, one model, one charge")
def deliver_again(scene: Scene) -> str:
    job = scene.start_quick()
    scene.product.ring(job, times=5)

    ended = scene.ended(job)
    scene.product.ring(job, times=5)
    scene.works()

    again = scene.person.got(f"training/{job}")
    assert (ended["state"], again["state"], again["attempt"]) == ("succeeded", "succeeded", 1), again
    assert again["finished_at"] == ended["finished_at"]
    assert scene.movements(job) == [-1]
    return "attempt 1, nothing moved afterwards"


@fault("F7-nonsense", "messages for jobs that never were, and for no job", "passed over; the next job is done")
def deliver_nonsense(scene: Scene) -> str:
    for message in ("00000000-0000-0000-0000-000000000000", "no id", ""):
        scene.product.ring(message, times=2)

    scene.works()
    return "next job done"

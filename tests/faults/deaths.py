"""Processes that are killed."""

import signal

import psutil

from tests.faults.registry import fault
from tests.faults.scene import Scene, eventually, gone


@fault("F1", "SIGKILL of the process that fits", "fails in words, with a refund; the worker goes on")
def kill_the_fit(scene: Scene) -> str:
    worker = scene.product.program("worker")
    job, fit = scene.begun_long()

    fit.kill()
    ended = scene.ended(job)

    assert (ended["state"], ended["error"]) == ("failed", "The training process was killed (SIGKILL)."), ended
    assert scene.movements(job) == [-1, 1]
    assert scene.product.program("worker") == worker
    scene.works()
    return "failed, refunded, same worker, next job done"


@fault("F1-guard", "SIGKILL of the guard between worker and fit", "fails with a refund, and the fit dies with it")
def kill_the_guard(scene: Scene) -> str:
    job, fit = scene.begun_long()

    fit.parent().kill()
    ended = scene.ended(job)

    assert ended["state"] == "failed", ended
    assert gone(fit)
    assert scene.movements(job) == [-1, 1]
    return f"failed: {ended['error']}"


@fault("F1-server", "SIGKILL of the server that forks fits", "what runs ends; the next job gets a new server")
def kill_the_fork_server(scene: Scene) -> str:
    job, fit = scene.begun_long(trees=60)

    fit.parent().parent().kill()
    ended = scene.ended(job)
    scene.works()

    assert ended["state"] in ("succeeded", "failed"), ended
    return f"{ended['state']}, next job done"


@fault("F2", "SIGKILL of the worker", "runs again within 120 s: one model, one charge, no process left")
def kill_the_worker(scene: Scene) -> str:
    job, fit = scene.begun_long(trees=60)

    scene.product.program("worker").kill()
    assert gone(fit), "the fit outlived its worker"
    ended = scene.ended(job)

    assert (ended["state"], ended["attempt"]) == ("succeeded", 2), ended
    assert scene.movements(job) == [-1]
    return "succeeded at the second attempt"


@fault("F2-both", "SIGKILL of worker and fit at the same moment", "as F2")
def kill_worker_and_fit(scene: Scene) -> str:
    job, fit = scene.begun_long(trees=60)
    worker = scene.product.program("worker")

    for process in (fit, worker):
        process.send_signal(signal.SIGKILL)
    ended = scene.ended(job)

    # Whoever was seen first decides: a fit that died alone has failed, one whose worker died runs again.
    assert (ended["state"], ended["attempt"]) in (("succeeded", 2), ("failed", 1)), ended
    return f"{ended['state']} at attempt {ended['attempt']}"


@fault("F2-twice", "SIGKILL of the worker, twice", "fails in words, with a refund; no third attempt")
def kill_the_worker_twice(scene: Scene) -> str:
    job, _ = scene.begun_long()

    for attempt in (1, 2):
        eventually(
            lambda attempt=attempt: scene.person.got(f"training/{job}")["attempt"] == attempt and scene.product.fits(),
            f"attempt {attempt}",
            within_s=90,
        )
        scene.product.program("worker").kill()
    ended = scene.ended(job)

    assert (ended["state"], ended["attempt"]) == ("failed", 2), ended
    assert scene.movements(job) == [-1, 1]
    scene.works()
    return f"failed: {ended['error']}"


@fault("F2-term", "SIGTERM to the worker, as a new release sends", "hands the job back, and it costs no attempt")
def end_the_worker(scene: Scene) -> str:
    job, _ = scene.begun_long(trees=60)

    scene.product.program("worker").terminate()
    ended = scene.ended(job)

    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended
    assert scene.movements(job) == [-1]
    return "succeeded, attempt 1"


@fault("F2-frozen", "SIGSTOP of the worker for longer than its lease", "another attempt or none, never two ends")
def freeze_the_worker(scene: Scene) -> str:
    job, _ = scene.begun_long(trees=200)
    worker = scene.product.program("worker")
    family = [worker, *worker.children(recursive=True)]

    for process in family:
        _send(process, signal.SIGSTOP)
    scene.pause(8)
    for process in family:
        _send(process, signal.SIGCONT)
    ended = scene.ended(job)

    assert ended["state"] == "succeeded", ended
    assert scene.movements(job) == [-1]
    return f"succeeded at attempt {ended['attempt']}"


def _send(process: psutil.Process, number: signal.Signals) -> None:
    if process.is_running():
        process.send_signal(number)

"""What stands in for workers in `bench.live`: rows of running jobs whose journals grow, and when each event was there.

Run beside a product, in its environment: `python -m bench.live_writer make <email> <jobs>` prints the jobs' ids;
`… write <file of ids> <events> <file for the moments>` adds that many events to each job, one after the other, five a
second each as a worker does, and writes when each was committed.
"""

import json
import os
import sys
import time
from datetime import timedelta
from pathlib import Path

import django

A_SECOND = 5


def make(email: str, jobs: int) -> list[str]:
    """Rows of jobs that run for ever, as far as the platform can tell."""
    from django.utils import timezone  # noqa: PLC0415 -- after django.setup()

    from accounts.models import User  # noqa: PLC0415
    from training.models import Job  # noqa: PLC0415
    from training.states import JobState  # noqa: PLC0415
    from workspaces.models import Project  # noqa: PLC0415

    person = User.objects.get(email=email)
    project = Project.objects.get(workspace__memberships__user=person)
    never_stale = timezone.now() + timedelta(days=1)
    plan = {"target": "y", "algorithm": "random_forest", "params": {}, "task": "regression", "metric": "r2"}
    return [
        str(
            Job.objects.create(
                project=project,
                owner=person,
                name=f"Job {number}",
                plan=plan,
                state=JobState.RUNNING,
                stage="fitting",
                started_at=timezone.now(),
                heartbeat_at=never_stale,
            ).pk
        )
        for number in range(jobs)
    ]


def write(jobs: list[str], events: int) -> dict[str, list[float]]:
    """Add the events; returns for each job when each was committed, in seconds of the clock."""
    from uuid import UUID  # noqa: PLC0415

    from training import journal  # noqa: PLC0415

    moments: dict[str, list[float]] = {job: [] for job in jobs}
    pause_s = 1 / A_SECOND / len(jobs)
    due = time.time()
    for number in range(events):
        for job in jobs:
            due += pause_s
            time.sleep(max(0, due - time.time()))
            journal.append(UUID(job), [("log", {"message": f"Line {number}"})])
            moments[job].append(time.time())
    return moments


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlplatform.settings")
    django.setup()
    if sys.argv[1] == "make":
        print(json.dumps(make(sys.argv[2], int(sys.argv[3]))))
    else:
        ids, count, out = sys.argv[2:]
        Path(out).write_text(json.dumps(write(json.loads(Path(ids).read_text()), int(count))))

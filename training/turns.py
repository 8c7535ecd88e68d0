"""Whose turn it is: fair between people, whatever each of them has queued.

The next job is one of whoever has the fewest running; of these, of whoever was served longest ago, or never; and of
theirs the oldest. A message to a worker is a doorbell for *some* job: this says for which.
"""

from uuid import UUID

from django.db import connection

from training.models import Job
from training.states import JobState

# Not by the ORM, which would ask its subqueries for every queued job instead of once a person. Those whose account is
# closed are one person; NULL equals nothing in SQL, so they are asked for by themselves.
_PEOPLE = """
    SELECT
        owner_id,
        MIN(created_at) AS since,
        CASE WHEN owner_id IS NULL
            THEN (SELECT COUNT(*) FROM training_job WHERE state = 'running' AND owner_id IS NULL)
            ELSE (SELECT COUNT(*) FROM training_job WHERE state = 'running' AND owner_id = queued.owner_id)
        END AS running,
        CASE WHEN owner_id IS NULL
            THEN (SELECT MAX(started_at) FROM training_job WHERE owner_id IS NULL)
            ELSE (SELECT MAX(started_at) FROM training_job WHERE owner_id = queued.owner_id)
        END AS served_at
    FROM training_job AS queued
    WHERE state = 'queued'
    GROUP BY owner_id
    ORDER BY running, served_at NULLS FIRST, since
"""
_NEXT = f"""
    WITH person AS ({_PEOPLE} LIMIT 1)
    SELECT id
    FROM training_job
    WHERE state = 'queued' AND (
        owner_id = (SELECT owner_id FROM person)
        OR (owner_id IS NULL AND (SELECT owner_id FROM person) IS NULL)
    )
    ORDER BY created_at, id
    LIMIT 1
"""  # noqa: S608 -- nothing of it comes from outside


def next_job() -> UUID | None:
    """The queued job whose turn it is; None when none is queued. Claiming it is a second step, which may fail."""
    return next((job.pk for job in Job.objects.raw(_NEXT)), None)


def in_turn() -> list[UUID]:
    """Every queued job, in the order in which they begin if none ends meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE)
        rows = cursor.fetchall()
    people = {owner and UUID(str(owner)): (place, running) for place, (owner, _, running, _) in enumerate(rows)}
    queued = Job.objects.filter(state=JobState.QUEUED).order_by("created_at", "pk").values_list("pk", "owner_id")
    begun: dict[UUID | None, int] = {}
    turns: list[tuple[tuple[int, int, int], UUID]] = []
    for job_id, owner in queued:
        place, running = people.get(owner, (len(people), 0))  # queued since the people were looked at
        ahead = begun.get(owner, 0)
        begun[owner] = ahead + 1
        # Of two with as many running, the one served in the past comes before the one served in this round.
        turns.append(((running + ahead, ahead, place), job_id))
    return [job_id for _, job_id in sorted(turns)]

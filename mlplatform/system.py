"""The state of the whole, for staff: what works, what waits, what is stuck, what it takes."""

from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts import staff
from accounts.models import EntryKind, LedgerEntry, User, Wallet
from accounts.queries import wallets_out_of_balance
from core import pulse, storage
from core.actor import Actor
from core.kept import kept
from datasets.models import DatasetVersion, VersionStatus
from mlplatform import health
from training.models import Job
from training.states import JobState
from workspaces.audit import A_CLOSED_ACCOUNT

SHOWN = 20
SEEN_LATELY = timedelta(days=30)
COUNTED_EVERY_S = 60  # adding up a long ledger and looking at every file takes seconds


def page(request: HttpRequest) -> HttpResponse:
    """The report in the admin, for staff with the right to see it."""
    staff.require(Actor.of(request), staff.SEE_SYSTEM)
    context = {**admin.site.each_context(request), "title": "System", "report": report()}
    return TemplateResponse(request, "admin/system.html", context)


def report() -> dict[str, Any]:
    """Every figure of the system page, as JSON; spans in seconds, sizes in bytes. A fixed number of queries.

    What works, waits and fails is that of this moment; what adds up everything there is, is counted once a minute,
    at `counted_at`.
    """
    return {
        "workers": _workers(),
        "queue": _queue(),
        "running": _running(),
        "failures": _failures(),
        **kept("system", _counted, seconds=COUNTED_EVERY_S),
    }


def _counted() -> dict[str, Any]:
    return {
        "counted_at": timezone.now(),
        "storage": _storage(),
        "database": _database(),
        "people": _people(),
        "credits": _credits(),
    }


def _workers() -> dict[str, Any]:
    at = pulse.last_beat("worker")
    return {
        "alive": pulse.is_fresh(at),
        "heartbeat_age_s": _age(at),
        "concurrency": settings.WORKER_CONCURRENCY,
        "slots": pulse.slots_alive(),
        "broker": health.broker(),
    }


def _queue() -> dict[str, Any]:
    jobs = Job.objects.filter(state=JobState.QUEUED).aggregate(count=Count("pk"), since=Min("created_at"))
    waits, is_read = Q(heartbeat_at=None), ~Q(heartbeat_at=None)
    files = DatasetVersion.objects.filter(status=VersionStatus.PROCESSING).aggregate(
        waiting=Count("pk", filter=waits),
        waiting_since=Min("created_at", filter=waits),
        being_read=Count("pk", filter=is_read),
        read_since=Min("created_at", filter=is_read),
    )
    return {
        "queued_jobs": jobs["count"],
        "oldest_job_age_s": _age(jobs["since"]),
        "queued_datasets": files["waiting"],
        "oldest_queued_dataset_age_s": _age(files["waiting_since"]),
        "datasets_being_read": files["being_read"],
        "oldest_dataset_age_s": _age(files["read_since"]),
    }


def _running() -> dict[str, Any]:
    stale = Q(heartbeat_at__lt=timezone.now() - timedelta(seconds=settings.TRAINING_LEASE_S))
    running = Job.objects.filter(state=JobState.RUNNING)
    found = running.aggregate(count=Count("pk"), stuck=Count("pk", filter=stale))
    jobs = _shown(running.order_by("heartbeat_at"))  # what may be stuck stands first
    return {
        **found,
        "jobs": [
            {
                **_told(job),
                "since": job.started_at,
                "running_s": _age(job.started_at),
                "heartbeat_age_s": _age(job.heartbeat_at),
                "attempt": job.attempt,
                "is_stuck": (_age(job.heartbeat_at) or 0) > settings.TRAINING_LEASE_S,
            }
            for job in jobs
        ],
    }


def _failures() -> list[dict[str, Any]]:
    failed = _shown(Job.objects.filter(state=JobState.FAILED).order_by("-finished_at"))
    return [{**_told(job), "error": job.error, "finished_at": job.finished_at} for job in failed]


def _shown(jobs: QuerySet[Job]) -> QuerySet[Job]:
    return jobs.select_related("owner").defer("plan", "metrics")[:SHOWN]


def _told(job: Job) -> dict[str, Any]:
    return {"id": job.pk, "name": job.name, "owner": job.owner.email if job.owner else A_CLOSED_ACCOUNT}


def _storage() -> dict[str, Any]:
    kinds = storage.usage()
    return {
        "kinds": [{"kind": each.kind, "files": each.files, "size_bytes": each.size_bytes} for each in kinds],
        "files": sum(each.files for each in kinds),
        "size_bytes": sum(each.size_bytes for each in kinds),
        "free_bytes": storage.free_bytes(),
    }


def _database() -> dict[str, Any]:
    size = (
        "SELECT pg_database_size(current_database())"
        if connection.vendor == "postgresql"
        else "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    )
    with connection.cursor() as cursor:
        cursor.execute(size)
        size_bytes = cast("tuple[int]", cursor.fetchone())[0]
    version = ".".join(str(part) for part in connection.get_database_version())
    return {"engine": connection.display_name, "version": version, "size_bytes": size_bytes}


def _people() -> dict[str, int]:
    lately = Q(last_login__gte=timezone.now() - SEEN_LATELY)
    return User.objects.aggregate(
        total=Count("pk"),
        active=Count("pk", filter=Q(is_active=True)),
        staff=Count("pk", filter=Q(is_staff=True)),
        signed_in_lately=Count("pk", filter=lately),
    )


def _credits() -> dict[str, Any]:
    """What moved by kind; the difference of what was issued and spent is what people hold."""
    moved = dict(LedgerEntry.objects.order_by().values_list("kind").annotate(Sum("amount")))
    issued, refunded = moved.pop(EntryKind.GRANT, 0), moved.pop(EntryKind.REFUND, 0)
    wrong = wallets_out_of_balance()
    return {
        "issued": issued,
        "spent": -sum(moved.values()),
        "refunded": refunded,
        "outstanding": Wallet.objects.aggregate(all=Sum("balance"))["all"] or 0,
        "in_balance": not wrong,
        "out_of_balance": [
            {"person": each.user.email, "balance": each.balance, "ledger_sum": each.ledger_sum}
            for each in wrong[:SHOWN]
        ],
    }


def _age(moment: datetime | None) -> float | None:
    return max(0.0, round((timezone.now() - moment).total_seconds(), 1)) if moment else None

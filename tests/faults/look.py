"""`python -m tests.faults.look [JOB]`: what is in the database and the files of the product the environment names.

Run in the product's own environment, beside it. Sweeps first, as the product does each half hour: what a killed
process was writing may lie about until then, and no longer.
"""

import json
import os
import sys
from typing import Any


def look(job: str) -> dict[str, Any]:
    from accounts.models import LedgerEntry  # noqa: PLC0415 -- needs settings
    from accounts.queries import wallets_out_of_balance  # noqa: PLC0415
    from training.models import Job  # noqa: PLC0415
    from training.states import ACTIVE  # noqa: PLC0415

    unfinished = Job.objects.filter(state__in=ACTIVE)
    entries = (
        LedgerEntry.objects.filter(key__endswith=job).order_by("created_at") if job else LedgerEntry.objects.none()
    )
    return {
        "unfinished": [str(each.pk) for each in unfinished],
        "out_of_balance": [each.user.email for each in wallets_out_of_balance()],
        "wrongly_paid": [str(each.pk) for each in Job.objects.exclude(owner=None) if not _is_paid(each)],
        "models_wrong": [
            str(each.pk) for each in Job.objects.all() if (each.state == "succeeded") != _has_a_model(each)
        ],
        "left": [] if unfinished.exists() else _left(),
        "movements": list(entries.values_list("amount", flat=True)),
    }


def _is_paid(job: Any) -> bool:
    """Charged once; given back once if it failed or was stopped before it began, else never."""
    from accounts.models import LedgerEntry  # noqa: PLC0415

    amounts = list(
        LedgerEntry.objects.filter(key__endswith=str(job.pk)).order_by("amount").values_list("amount", flat=True)
    )
    back = job.state == "failed" or (job.state == "cancelled" and job.started_at is None)
    free = job.state in ("queued", "running") or (job.state == "cancelled" and job.attempt > 0 and amounts == [-1, 1])
    return amounts == ([-1, 1] if back else [-1]) or free


def _has_a_model(job: Any) -> bool:
    return hasattr(job, "model")


def _left() -> list[str]:
    """Files of no row, after a sweep that thinks everything old."""
    from django.conf import settings  # noqa: PLC0415

    from core import storage  # noqa: PLC0415
    from datasets import worker as datasets  # noqa: PLC0415
    from datasets.models import DatasetVersion  # noqa: PLC0415
    from training import worker as training  # noqa: PLC0415
    from training.models import ModelVersion  # noqa: PLC0415

    storage.ORPHAN_S = storage.JUST_MADE_S = storage.LEFTOVER_S = -1
    datasets.sweep()
    training.sweep()
    known = {str(key) for key in ModelVersion.objects.values_list("pk", flat=True)}
    known |= {str(key) for key in DatasetVersion.objects.values_list("content_id", flat=True)}
    folders = [*(settings.FILES_DIR / "models").glob("*"), *(settings.FILES_DIR / "datasets").glob("*")]
    left = [folder for folder in folders if folder.name not in known]
    scratch, uploads = settings.FILES_DIR / ".scratch", settings.FILE_UPLOAD_TEMP_DIR
    return [str(path) for path in (*left, *scratch.glob("*"), *uploads.glob("*.upload*"))]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlplatform.settings")
    import django

    django.setup()
    print(json.dumps(look(sys.argv[1] if len(sys.argv) > 1 else "")))

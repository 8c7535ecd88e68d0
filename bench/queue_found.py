"""`python -m bench.queue_found`: what became of the jobs in the database the environment names, as JSON."""

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlplatform.settings")
django.setup()

from django.db.models import Count, F, Max, Min, Sum  # noqa: E402 -- needs the settings above

from accounts.models import LedgerEntry  # noqa: E402
from accounts.queries import wallets_out_of_balance  # noqa: E402
from training.models import Job, JobEvent, ModelVersion  # noqa: E402
from training.states import ACTIVE  # noqa: E402


def wrong() -> dict[str, int]:
    """How many of each kind of mistake there are; empty when there is none."""
    began = JobEvent.objects.filter(kind="state", payload__state="running").values("job").annotate(times=Count("pk"))
    charged = LedgerEntry.objects.filter(kind="training").aggregate(all=Sum("amount"))["all"] or 0
    found = {
        "not succeeded": Job.objects.exclude(state="succeeded").count(),
        "run twice": began.filter(times__gt=1).count() + Job.objects.filter(attempt__gt=1).count(),
        "without a model, or with two": abs(ModelVersion.objects.count() - Job.objects.count()),
        "credits off": abs(charged + Job.objects.count()) + len(wallets_out_of_balance()),
    }
    return {what: count for what, count in found.items() if count}


if __name__ == "__main__":
    ended = Job.objects.exclude(state__in=ACTIVE).aggregate(
        first=Min("started_at"), last=Max("finished_at"), slot=Sum(F("finished_at") - F("started_at"))
    )
    fits = [
        facts["fit_seconds"] + facts["predict_seconds"]
        for facts in ModelVersion.objects.values_list("facts", flat=True)
    ]
    whole = {
        "unfinished": Job.objects.filter(state__in=ACTIVE).count(),
        "wrong": wrong(),
        "seconds": (ended["last"] - ended["first"]).total_seconds() if ended["last"] else 0,
        "slot_s": ended["slot"].total_seconds() / max(len(fits), 1) if ended["slot"] else 0,
        "fit_s": sum(fits) / max(len(fits), 1),
    }
    print(json.dumps(whole))

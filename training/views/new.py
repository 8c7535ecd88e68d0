"""The page that starts a training: target, columns, method, price."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts import credits
from accounts.credits import Cost
from core.actor import Actor
from core.errors import InvalidInput, ProductError
from core.http.errors import status_of
from datasets.exploring import likely_target, relations_by_column
from datasets.models import Dataset, DatasetVersion
from datasets.queries import newest_version, require_ready
from ml.algorithms.registry import all_algorithms
from ml.metrics import DEFAULT_METRIC, metrics_for
from ml.plan import guess_task
from ml.schema import NUMERIC, Column, Role, Task
from training import services
from training.forms import ParamsForm, TrainingForm
from training.views.steps_choice import chosen_steps, steps_block
from workspaces import access
from workspaces.access import Action
from workspaces.views import crumbs, stand_in

USUAL_ALGORITHM = "random_forest"
TASK_LABELS = {Task.CLASSIFICATION: "One of several classes", Task.REGRESSION: "A number"}


@login_required
def training_new(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """Choose, see the price, start. Choosing a target or a task asks for this page again by GET."""
    actor = Actor.of(request)
    dataset = access.get(actor, Dataset.objects.select_related("project__workspace"), dataset_id, Action.EDIT)
    stand_in(request, dataset.project)
    version = newest_version(dataset)
    require_ready(version)
    target = _target(request, version)
    task = _task(request, target)
    form = TrainingForm(request.POST or None, columns=version.schema, task=task)
    picked = (request.POST or request.GET).get("algorithm") or USUAL_ALGORITHM
    params = {
        each.key: ParamsForm(request.POST if request.POST and each.key == picked else None, algorithm=each)
        for each in all_algorithms()
    }
    status = 200
    if request.method == "POST":
        # Both are checked, so that every error shows at once.
        if form.is_valid() & (picked not in params or params[picked].is_valid()):
            try:
                wish = form.wish(params[picked].cleaned_data, chosen_steps(request, actor, version))
                job = services.start_training(actor=actor, version=version, wish=wish)
                return redirect("training:job", job.pk)
            except ProductError as error:
                _refuse(form, params[picked], error)
                status = status_of(error)
        else:
            status = 400
    context = {
        **_target_block(version, target, task),
        **_columns_block(request, version, target, task),
        **steps_block(request, actor, version, target),
        **_method_block(request, params, picked, task),
        **_price(actor),
        "dataset": dataset,
        "version": version,
        "project": dataset.project,
        "form": form,
        "crumbs": crumbs(
            dataset.project, (dataset.name, reverse("datasets:detail", args=[dataset.pk])), ("Train a model", "")
        ),
    }
    return render(request, "training/new.html", context, status=status)


def _target(request: HttpRequest, version: DatasetVersion) -> Column | None:
    """The target asked for, else the likely one."""
    asked = (request.POST or request.GET).get("target", "")
    named = next((column for column in version.schema if column.name == asked), None)
    return named or likely_target(version)


def _task(request: HttpRequest, target: Column | None) -> Task:
    """The task asked for, if the target allows it, else the one guessed."""
    if target is None:
        return Task.CLASSIFICATION
    asked = (request.POST or request.GET).get("task", "")
    possible = asked in set(Task) and (asked != Task.REGRESSION or target.dtype in NUMERIC)
    return Task(asked) if possible else guess_task(target)


def _target_block(version: DatasetVersion, target: Column | None, task: Task) -> dict[str, Any]:
    if target is None:
        return {"targets": version.schema, "target": "", "target_profile": None}
    profile = next(profile for column, profile in version.described() if column == target)
    tasks = list(TASK_LABELS) if target.dtype in NUMERIC else [Task.CLASSIFICATION]
    return {
        "targets": version.schema,
        "target": target.name,
        "target_profile": profile,
        "task": task,
        "task_reason": _reason(target, task),
        "tasks": [{"value": each, "label": TASK_LABELS[each]} for each in tasks],
    }


def _reason(target: Column, task: Task) -> str:
    """Why this task: what was found, or that a person chose otherwise."""
    if task is not guess_task(target):
        return f"Your choice; guessed from its {target.unique:,} values it would be the other."
    if task is Task.REGRESSION:
        return f"Guessed: it holds numbers, {target.unique:,} different ones."
    return f"Guessed: it has {target.unique:,} different values."


def _columns_block(request: HttpRequest, version: DatasetVersion, target: Column | None, task: Task) -> dict[str, Any]:
    """Each other column with what it alone tells of the target; ids and those that know the answer are unticked.

    `?leave_out=` unticks further ones.
    """
    ticked = request.POST.getlist("features") if request.method == "POST" else None
    unwanted = set(request.GET.getlist("leave_out"))
    relations = relations_by_column(version, target.name, task) if target else {}
    rows = []
    for column, profile in version.described():
        if column == target:
            continue
        relation = relations.get(column.name, {})
        leak = relation.get("leak")
        suggested = column.role is Role.FEATURE and leak != "exclude" and column.name not in unwanted
        rows.append(
            {
                "column": column,
                "profile": profile,
                "signal": relation.get("gini"),
                "leak": leak,
                "leak_reason": relation.get("detail", "") if leak else "",
                "checked": suggested if ticked is None else column.name in ticked,
            }
        )
    return {"columns": rows, "has_signal": bool(relations)}


def _method_block(request: HttpRequest, params: dict[str, ParamsForm], picked: str, task: Task) -> dict[str, Any]:
    able = [each for each in all_algorithms() if task in each.tasks]
    checked = picked if picked in {each.key for each in able} else USUAL_ALGORITHM
    metric = request.POST.get("metric") or DEFAULT_METRIC[task]
    return {
        "algorithms": [
            {
                "key": each.key,
                "name": each.name,
                "description": each.description,
                "checked": each.key == checked,
                "form": params[each.key],
            }
            for each in able
        ],
        "metrics": [{"key": m.key, "name": m.name, "checked": m.key == metric} for m in metrics_for(task)],
    }


def _price(actor: Actor) -> dict[str, int | None]:
    """What training costs and what the person has; None where credits are off."""
    if not settings.CREDITS_ENABLED:
        return {"cost": None, "balance": None}
    return {"cost": credits.price(Cost.TRAIN), "balance": credits.balance_of(actor.user)}


def _refuse(form: TrainingForm, params: ParamsForm, error: ProductError) -> None:
    """Show a refusal beside the field it names, a parameter's in the form of its method."""
    attr = (error.attr or "") if isinstance(error, InvalidInput) else ""
    if attr.removeprefix("params.") in params.fields and attr.startswith("params."):
        params.add_error(attr.removeprefix("params."), error.detail)
    elif attr.startswith("steps."):
        form.add_error("steps", f"Step {int(attr.split('.')[1]) + 1}: {error.detail}")
    else:
        form.add_error(attr if attr in form.fields else None, error.detail)

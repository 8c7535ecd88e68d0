"""The page that starts a training: target, columns, method, price."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts import credits, sent_forms
from accounts.credits import Cost
from core.actor import Actor
from core.errors import InvalidInput, NotFound, ProductError
from core.http.errors import add_to_form, status_of
from core.templatetags.format import plural
from datasets.exploring import likely_target
from datasets.models import Dataset, DatasetVersion
from datasets.queries import require_ready
from datasets.queries import version as version_of
from ml.errors import BadInput
from ml.metrics import DEFAULT_METRIC, metrics_for
from ml.plan import guess_task, require_classes, target_column
from ml.schema import NUMERIC, Column, Task, unknown_column
from training import services
from training.forms import MOST_LISTED, TrainingForm
from training.views.columns_choice import ColumnsChoice, chosen_columns
from training.views.method_choice import MethodChoice, chosen_method
from training.views.steps_choice import chosen_steps, steps_block
from workspaces import access
from workspaces.access import Action
from workspaces.views import crumbs, stand_in

TASK_LABELS = {Task.CLASSIFICATION: "One of several classes", Task.REGRESSION: "A number"}


@login_required
def training_new(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """Choose, see the price, start.

    What is chosen meanwhile (a target, a method, another page of columns) sends the form with `again`, which shows it
    anew with all that was filled in.
    """
    actor = Actor.of(request)
    dataset = access.get(actor, Dataset.objects.select_related("project__workspace"), dataset_id, Action.EDIT)
    stand_in(request, dataset.project)
    version = _version(request, dataset)
    require_ready(version)
    target = _target(request, version)
    task = _task(request, target)
    columns = chosen_columns(request, version, target, task)
    method = chosen_method(request, task)
    again = request.method == "POST" and _is_asked_again(request, target, task)
    form = TrainingForm(_sent(request, columns, task), columns=version.schema, task=task)
    status = 200
    if request.method == "POST" and not again:
        started, status = _start(request, actor, version, form, method)
        if started:
            return started
    context = {
        **_target_block(version, target, task),
        **columns.context(),
        **steps_block(request, actor, version, target),
        **method.context(),
        "metrics": _metrics(request, target, task),
        **_price(actor),
        "dataset": dataset,
        "version": version,
        "project": dataset.project,
        "form": form,
        "refused": status != 200,
        "showing": sent_forms.new_showing(),
        "crumbs": crumbs(
            dataset.project, (dataset.name, reverse("datasets:detail", args=[dataset.pk])), ("Train a model", "")
        ),
    }
    if again:
        for each in (form, method.params, method.tuning):
            each.errors.clear()  # nothing was asked to start yet
        _say_if_unknown(request, version, form)
    answer = render(request, "training/new.html", context, status=status)
    if again and target:
        wish = {"target": target.name, "task": task, "algorithm": method.key, "version": version.number}
        answer["HX-Replace-Url"] = f"{request.path}?{urlencode(wish)}"
    return answer


def _is_asked_again(request: HttpRequest, target: Column | None, task: Task) -> bool:
    """Whether the page is only to be shown anew: asked to, or as it was made for another target or task."""
    shown = {"shown_target": target.name if target else "", "shown_task": task}
    of_another = any(name in request.POST and request.POST[name] != now for name, now in shown.items())
    return of_another or not {"again", "to_page", "tick"}.isdisjoint(request.POST)


def _say_if_unknown(request: HttpRequest, version: DatasetVersion, form: TrainingForm) -> None:
    """Of many columns the target's name is typed, and can be mistyped."""
    known = [column.name for column in version.schema]
    if (asked := request.POST.get("target", "")) and asked not in known:
        form.add_error("target", unknown_column(asked, known))


def _start(
    request: HttpRequest, actor: Actor, version: DatasetVersion, form: TrainingForm, method: MethodChoice
) -> tuple[HttpResponse | None, int]:
    """Start what the forms say; returns where to go, or None and the status of the page that shows why not."""
    if not (form.is_valid() & method.is_valid()):  # both are checked, so that every error shows at once
        return None, 400
    try:
        wish = form.wish(method.params_wish, method.tuning_wish, chosen_steps(request, actor, version))
        job_id, is_first = sent_forms.done_once(
            request, lambda: str(services.start_training(actor=actor, version=version, wish=wish).pk)
        )
    except ProductError as error:
        if not method.refuse(error):
            _refuse(form, error)
        return None, status_of(error)
    if not is_first:
        messages.info(request, sent_forms.SENT_TWICE)
    return redirect("training:job", job_id), 302


def _sent(request: HttpRequest, columns: ColumnsChoice, task: Task) -> QueryDict | None:
    """What was sent, with the columns of every page, and with a task and a metric that go with the target."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    data.setlist("features", columns.names)
    if "again" in data:
        data["task"] = task
    return data


def _version(request: HttpRequest, dataset: Dataset) -> DatasetVersion:
    asked = (request.POST or request.GET).get("version", "")
    if not asked:
        return version_of(dataset, None)
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise NotFound("This dataset has no such version.")
    return version_of(dataset, int(asked))


def _target(request: HttpRequest, version: DatasetVersion) -> Column | None:
    """The target asked for, else the likely one."""
    asked = (request.POST or request.GET).get("target", "")
    named = next((column for column in version.schema if column.name == asked), None)
    return named or likely_target(version)


def _task(request: HttpRequest, target: Column | None) -> Task:
    """The task asked for, if the target allows it, else the one guessed."""
    if target is None:
        return Task.CLASSIFICATION
    sent = request.POST or request.GET
    asked = sent.get("task", "") if sent.get("shown_target", target.name) == target.name else ""
    possible = asked in set(Task) and (asked != Task.REGRESSION or target.dtype in NUMERIC)
    return Task(asked) if possible else guess_task(target)


def _target_block(version: DatasetVersion, target: Column | None, task: Task) -> dict[str, Any]:
    listed = {
        "targets": version.schema[:MOST_LISTED],
        "targets_are_many": len(version.schema) > MOST_LISTED,
    }
    if target is None:
        return {**listed, "target": "", "target_profile": None}
    profile = next(profile for column, profile in version.described() if column == target)
    tasks = list(TASK_LABELS) if target.dtype in NUMERIC else [Task.CLASSIFICATION]
    return {
        **listed,
        "target": target.name,
        "target_profile": profile,
        "task": task,
        "task_reason": _reason(target, task),
        "target_refusal": _refusal(version, target, task),
        "tasks": [{"value": each, "label": TASK_LABELS[each]} for each in tasks],
    }


def _refusal(version: DatasetVersion, target: Column, task: Task) -> str:
    """Why nothing can learn to predict this column; nothing when something can."""
    try:
        target_column(version.schema, target.name)
        if task is Task.CLASSIFICATION:
            require_classes(target, (version.rows or 0) - target.missing)
    except BadInput as error:
        return error.detail
    return ""


def _reason(target: Column, task: Task) -> str:
    """Why this task: what was found, or that a person chose otherwise."""
    if task is not guess_task(target):
        return f"Your choice; guessed from its {target.unique:,} values it would be the other."
    if task is Task.REGRESSION:
        return f"Guessed: it holds numbers, {target.unique:,} different ones."
    return f"Guessed: it has {plural(target.unique, 'different value')}."


def _metrics(request: HttpRequest, target: Column | None, task: Task) -> list[dict[str, Any]]:
    able = metrics_for(task, target.unique if target else None)
    asked = request.POST.get("metric")
    picked = asked if asked in {metric.key for metric in able} else DEFAULT_METRIC[task]
    return [{"key": metric.key, "name": metric.name, "checked": metric.key == picked} for metric in able]


def _price(actor: Actor) -> dict[str, int | None]:
    """What training costs and what the person has; None where credits are off."""
    if not settings.CREDITS_ENABLED:
        return {"cost": None, "balance": None}
    return {"cost": credits.price(Cost.TRAIN), "balance": credits.balance_of(actor.user)}


# Where a refusal names a part of a field, the part is a field of the form.
FIELDS = {"validation.cv": "folds", "validation.repeats": "repeats", "class_weight": "balanced"}


def _refuse(form: TrainingForm, error: ProductError) -> None:
    """Show a refusal beside the field it names."""
    attr = (error.attr or "") if isinstance(error, InvalidInput) else ""
    if attr.startswith("steps."):
        form.add_error("steps", f"Step {int(attr.split('.')[1]) + 1}: {error.detail}")
    else:
        add_to_form(form, error, field=FIELDS.get(attr))

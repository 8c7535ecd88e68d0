"""Which feature steps a training takes: none, the person's draft, a recipe, or those of an earlier job."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from core.actor import Actor
from core.errors import InvalidInput
from datasets import recipes
from datasets.drafts import Draft, draft_of
from datasets.models import DatasetVersion
from ml.schema import Column
from training.models import Job
from workspaces import access

MOST_RECIPES = 20  # each with its steps in words; others are loaded on the page of steps


@dataclass(frozen=True, slots=True)
class Choice:
    """One list of steps to choose; `key` names it, `value` also tells if it has changed since the page was made."""

    key: str
    label: str
    steps: list[dict[str, Any]]

    @property
    def value(self) -> str:
        return f"{self.key}:{Draft(steps=self.steps).mark}"


def steps_block(request: HttpRequest, actor: Actor, version: DatasetVersion, target: Column | None) -> dict[str, Any]:
    """The lists of steps to choose from, in words, each with what hinders it on this table."""
    asked = _key((request.POST or request.GET).get("steps", ""))
    shown = [_shown(choice, version, target, asked) for choice in _choices(request, actor, version, asked)]
    taken = next((each for each in shown if each["checked"]), None)
    return {"step_choices": shown, "steps_taken": taken["value"] if taken else ""}


def chosen_steps(request: HttpRequest, actor: Actor, version: DatasetVersion) -> list[dict[str, Any]]:
    """The steps that were chosen; raises InvalidInput naming `steps` when they are gone or others by now."""
    value = request.POST.get("steps", "")
    if not value:
        return []
    found = {choice.key: choice for choice in _choices(request, actor, version, _key(value))}.get(_key(value))
    if found is None:
        raise InvalidInput("steps", "These steps are gone by now. Choose others, or none.")
    if found.value != value:
        raise InvalidInput("steps", "These steps have changed since this page was shown. Look at them again.")
    return found.steps


def _choices(request: HttpRequest, actor: Actor, version: DatasetVersion, asked: str) -> Iterator[Choice]:
    draft = draft_of(request.session, version.dataset_id)
    if draft.steps:
        yield Choice("draft", "Your steps for this table", draft.steps)
    kept = recipes.recipes_of(actor).filter(project=version.dataset.project)
    offered = list(kept.order_by("-updated_at", "pk")[:MOST_RECIPES])
    if (recipe_id := _id(asked)) and recipe_id not in {recipe.pk for recipe in offered}:
        offered += kept.filter(pk=recipe_id)
    for recipe in offered:
        yield Choice(str(recipe.pk), recipe.name, recipe.steps)
    if asked.startswith("job-") and (job_id := _id(asked.removeprefix("job-"))):
        for job in access.visible(actor, Job.objects.filter(project=version.dataset.project, pk=job_id)):
            if job.plan.get("steps"):
                yield Choice(f"job-{job.pk}", f"The steps of “{job.name}”", job.plan["steps"])


def _shown(choice: Choice, version: DatasetVersion, target: Column | None, asked: str) -> dict[str, Any]:
    faults = recipes.faults(choice.steps, version.schema, target=target.name if target else None)
    return {
        "value": choice.value,
        "label": choice.label,
        "lines": [recipes.words(step) for step in choice.steps],
        "faults": list(faults.values()),
        "checked": choice.key == asked and not faults,
        "is_draft": choice.key == "draft",
    }


def _key(value: str) -> str:
    return value.partition(":")[0]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

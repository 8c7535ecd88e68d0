"""Recipes: named lists of feature steps, checked by themselves when they are kept, and against a table when used."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from core import events, storage
from core.actor import Actor
from core.changes import assign
from core.errors import InvalidInput
from datasets.models import DatasetVersion, Recipe
from datasets.queries import require_ready
from ml.errors import BadInput
from ml.schema import Column
from ml.steps.registry import get_step
from ml.steps.wishes import Step, check_steps, read_steps, strides
from workspaces import access
from workspaces.access import Action
from workspaces.models import Project

Steps = Sequence[Mapping[str, Any]]

MAX_NAME_LENGTH = 200
# Fifty steps over some hundred columns each; they are read and sent along with every page about them.
MOST_BYTES = 500_000
MOST_NAMED = 5
# Steps are fitted while the caller waits, some ten thousand columns a second.
MOST_PREVIEWED = 20_000
_NUL = re.compile(r"(?<!\\)(\\\\)*\\u0000")


def recipes_of(actor: Actor) -> QuerySet[Recipe]:
    """The recipes the person may see."""
    return access.visible(actor, Recipe.objects.select_related("project__workspace"))


@transaction.atomic
def create_recipe(*, actor: Actor, project: Project, name: str, steps: Steps, description: str = "") -> Recipe:
    """Keep a list of steps under a name; emits `recipe.created`.

    Raises Forbidden, InvalidInput naming `name` (taken, or none) or the part of `steps` that no table could use.
    """
    access.require(actor, Action.EDIT, project)
    recipe = Recipe(project=project, description=description, created_by=actor.user)
    recipe.name, recipe.steps = _named(name), complete(steps)
    _save(recipe, force_insert=True)
    events.emit("recipe.created", subject=recipe, by=actor)
    return recipe


@transaction.atomic
def update_recipe(*, actor: Actor, recipe: Recipe, **changes: Any) -> Recipe:
    """Change `name`, `description` or `steps`; emits `recipe.updated` if anything is different then.

    Models keep the steps they were made with. Raises as `create_recipe` does.
    """
    access.require(actor, Action.EDIT, recipe)
    if "name" in changes:
        changes["name"] = _named(changes["name"])
    if "steps" in changes:
        changes["steps"] = complete(changes["steps"])
    if changed := assign(recipe, changes):
        _save(recipe, update_fields=[*changed, "updated_at"])
        events.emit("recipe.updated", subject=recipe, by=actor, fields=changed)
    return recipe


@transaction.atomic
def delete_recipe(*, actor: Actor, recipe: Recipe) -> None:
    """Delete a recipe, which no model needs any more; emits `recipe.deleted`."""
    access.require(actor, Action.EDIT, recipe)
    events.emit("recipe.deleted", subject=recipe, by=actor, name=recipe.name)
    recipe.delete()


def complete(steps: Steps) -> list[dict[str, Any]]:
    """The steps with every parameter said, as they are kept; raises InvalidInput naming the part at fault."""
    try:
        read = read_steps(steps)
    except BadInput as error:
        raise InvalidInput(error.attr, error.detail, rule=error.rule) from None
    return storable([step.to_json() for step in read])


def checked(steps: Steps, columns: Sequence[Column], *, target: str | None) -> tuple[Step, ...]:
    """The steps, complete, if these columns can bear them; raises InvalidInput naming the part at fault."""
    try:
        return check_steps(steps, columns, target=target)
    except BadInput as error:
        raise InvalidInput(error.attr, error.detail, rule=error.rule) from None


def storable(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps, if they are of a size to be kept and hold nothing a database refuses; raises InvalidInput."""
    written = json.dumps(steps)
    if len(written) > MOST_BYTES:
        raise InvalidInput("steps", f"These steps take {len(written):,} bytes; at most {MOST_BYTES:,} can be kept.")
    if _NUL.search(written):
        raise InvalidInput("steps", "A NUL character can be no part of a step.")
    return steps


def used_on(recipe: Recipe, version: DatasetVersion, *, target: str | None) -> list[dict[str, Any]]:
    """The recipe's steps for a table; raises InvalidInput naming `recipe` and what the table lacks."""
    if wrong := faults(recipe.steps, version.schema, target=target):
        raise InvalidInput("recipe", f"“{recipe.name}” does not fit this table. {' '.join(wrong.values())}")
    return list(recipe.steps)


def faults(steps: Steps, columns: Sequence[Column], *, target: str | None) -> dict[int, str]:
    """What hinders steps on these columns, in words, by the place of the step; empty if nothing does.

    A step that cannot be taken is left out for those after it.
    """
    places, found = list(range(len(steps))), {}
    while True:
        kept = [steps[place] for place in places]
        try:
            check_steps(kept, columns, target=target)
        except BadInput as error:
            at = _place(error.attr)
            if at is None:
                return {0: error.detail}
            found[places[at]] = _lacking(kept, at, columns, target) or error.detail
            del places[at]
        else:
            return dict(sorted(found.items()))


def columns_before(steps: Steps, columns: Sequence[Column], *, target: str | None) -> tuple[Column, ...]:
    """The columns known to be there after steps that fit, without the target."""
    found = tuple(column for column in columns if column.name != target)
    for stride in strides(check_steps(steps, columns, target=target), found):
        found = stride.after
    return found


def preview(version: DatasetVersion, steps: Steps, *, target: str | None = None, rows: int = 20) -> dict[str, Any]:
    """The first rows before the steps and after each of them, as `ml.steps.preview` tells.

    Raises Conflict while the version is not ready, InvalidInput naming `target` or the part of `steps` at fault.
    """
    # The steps bring scikit-learn along, which only pages that show rows have to wait for.
    from ml.steps.preview import preview_steps  # noqa: PLC0415 -- slow import

    require_ready(version)
    schema = version.schema
    if target is not None and target not in {column.name for column in schema}:
        raise InvalidInput("target", f"There is no column {target[:100]!r}.")
    _require_few(steps)
    path = storage.local_path(version.table_key)
    try:
        return preview_steps(path, schema, steps, target=target, rows=rows)
    except BadInput as error:
        raise InvalidInput(error.attr, error.detail, rule=error.rule) from None


def words(step: Mapping[str, Any]) -> str:
    """A step as a line to read: “Impute missing values in Age, Fare (method median)”."""
    names, settings = some(step.get("columns", ())), settings_words(step)
    return f"{kind_name(step)}: {names}{f' ({settings})' if settings else ''}"


def kind_name(step: Mapping[str, Any]) -> str:
    """What a step's kind is called; its key where this version of the product has it no more."""
    try:
        return get_step(str(step.get("kind"))).name
    except BadInput:
        return str(step.get("kind"))[:100]


def settings_words(step: Mapping[str, Any]) -> str:
    """A step's choices, and what else differs from the default: “method median, share 0.02”."""
    try:
        properties = get_step(str(step.get("kind"))).params["properties"]
    except BadInput:
        return ""
    params = step.get("params") or {}
    said = [
        f"{_title(schema)} {_value(params[name])}"
        for name, schema in properties.items()
        if name in params and ("enum" in schema or params[name] != schema["default"])
    ]
    return ", ".join(said)


def some(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """The first names, and how many more there are.

    >>> some(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(name[:60] for name in names[:most]) + more


def _title(schema: Mapping[str, Any]) -> str:
    title = str(schema["title"])
    return title[:1].lower() + title[1:]


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return some([str(each) for each in value])
    return str(value).replace("_", " ")[:60]


def _require_few(steps: Steps) -> None:
    """Refuse what would keep the caller waiting; anything else that is wrong is said by the check of steps."""
    lists = [step.get("columns") for step in steps if isinstance(step, Mapping)] if isinstance(steps, list) else []
    given = sum(len(columns) for columns in lists if isinstance(columns, list))
    if given > MOST_PREVIEWED:
        detail = f"These steps take {given:,} columns in all; a preview shows at most {MOST_PREVIEWED:,}."
        raise InvalidInput("steps", f"{detail} Look at fewer steps at a time.")


def _place(attr: str) -> int | None:
    """The place of the step that an error's attr names."""
    number = attr.split(".")[1] if attr.startswith("steps.") else ""
    return int(number) if number.isdecimal() else None


def _lacking(steps: Sequence[Mapping[str, Any]], at: int, columns: Sequence[Column], target: str | None) -> str:
    """Which columns a step needs and does not find, or finds of another type; "" if it is something else."""
    try:
        step: Step = read_steps([steps[at]], target=target)[0]
        there = {column.name: column for column in columns_before(steps[:at], columns, target=target)}
    except BadInput:
        return ""
    absent = [name for name in step.columns if name not in there]
    if target in absent:
        return ""
    if absent:
        return f"{kind_name(steps[at])} needs {'a column' if len(absent) == 1 else 'columns'} {some(absent)}."
    takes = get_step(step.kind).takes
    odd = [f"{name} (here {there[name].dtype.value})" for name in step.columns if there[name].dtype not in takes]
    return f"{kind_name(steps[at])} takes {' or '.join(takes)}, unlike {some(odd)}." if odd else ""


def _named(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME_LENGTH:
        raise InvalidInput("name", f"Use 1 to {MAX_NAME_LENGTH} characters.")
    return name


def _save(recipe: Recipe, **how: Any) -> None:
    try:
        with transaction.atomic():
            recipe.save(**how)
    except IntegrityError:
        taken = f"This project has a recipe called “{recipe.name}” already. Choose another name."
        raise InvalidInput("name", taken, code="unique") from None

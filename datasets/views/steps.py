"""Building feature steps: the list a person works on, a form for one step, and what it does to some rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from core.actor import Actor
from core.errors import InvalidInput, ProductError
from core.http.errors import add_to_form, status_of
from datasets import recipes
from datasets.drafts import Draft, draft_of, keep
from datasets.models import Dataset, DatasetVersion, Recipe
from datasets.step_forms import MOST_TICKS, StepForm
from datasets.views.frame import face
from datasets.views.step_preview import shown_preview
from ml.errors import BadInput
from ml.schema import NUMERIC, WORDS, Column, Dtype
from ml.steps.registry import StepKind, all_steps, get_step
from ml.steps.wishes import MOST_STEPS
from workspaces import access

MOST_RECIPES = 200  # in one list to choose from
ANY_FAMILY = "Any column"
FAMILIES = {
    "Numbers": NUMERIC,
    "Categories": WORDS,
    "Dates": frozenset({Dtype.DATETIME}),
    "Text": frozenset({Dtype.TEXT}),
}


@dataclass(frozen=True, slots=True)
class Bench:
    """What a person builds steps on: one version of a dataset, and their draft for it."""

    request: HttpRequest
    actor: Actor
    dataset: Dataset
    version: DatasetVersion
    draft: Draft

    @property
    def target(self) -> str | None:
        return self.draft.target or None

    def address(self, **query: Any) -> str:
        """This page, about the same version."""
        if asked := self.request.GET.get("version"):
            query["version"] = asked
        return f"{reverse('datasets:steps', args=[self.dataset.pk])}{f'?{urlencode(query)}' if query else ''}"

    def keep(self, **changes: Any) -> None:
        """Change the draft."""
        draft = replace(self.draft, **changes)
        recipes.storable(draft.steps)
        keep(self.request.session, self.dataset.pk, draft)


@login_required
def feature_steps(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """The steps in order, the form of one (`?add=<kind>`, `?edit=<place>`), the preview of one (`?step=<place>`).

    Everything that changes the draft is sent here, and answered with this page's address.
    """
    shown = face(request, dataset_id, "steps")
    if not shown.version.is_ready:
        return render(request, "datasets/steps.html", shown.context)
    draft = draft_of(request.session, dataset_id)
    bench = Bench(request, shown.actor, shown.dataset, shown.version, draft)
    do, _, at = request.POST.get("do", "").partition(":")
    if request.method == "POST" and request.POST.get("mark") != draft.mark:
        messages.warning(request, "The steps have changed since this page was shown. Here is how they are now.")
        return redirect(bench.address())
    if request.method == "POST" and do in FORMS:
        return _sent_step(bench, shown.context, try_only=do == "try")
    if request.method == "POST" and do in DEEDS:
        try:
            return redirect(DEEDS[do](bench, at))
        except ProductError as error:
            context = {**shown.context, **_page(bench), "refused": {"do": do, "detail": error.detail}}
            return render(request, "datasets/steps.html", context, status=status_of(error))
    return render(request, "datasets/steps.html", {**shown.context, **_page(bench)})


def _page(
    bench: Bench, *, steps: list[dict[str, Any]] | None = None, at: int | None = None, form: StepForm | None = None
) -> dict[str, Any]:
    """All that the page shows; `steps` are looked at in place of the draft's while one of them is only tried."""
    draft, schema = bench.draft, bench.version.schema
    faults = recipes.faults(draft.steps, schema, target=bench.target)
    asked = form is None and bench.request.method == "GET"
    form, editing = (form, _editing(bench)) if not asked else _asked_form(bench)
    adds = form is not None and editing is None
    place = at if at is not None or adds else _chosen(bench, len(draft.steps))
    looked_at = draft.steps if steps is None else steps
    return {
        "steps": [_line(bench, number, step, faults.get(number), place) for number, step in enumerate(draft.steps)],
        "faults": len(faults),
        "is_full": len(draft.steps) >= MOST_STEPS,
        "mark": draft.mark,
        "target": draft.target,
        "targets": schema if len(schema) <= MOST_TICKS else None,
        "form": form,
        "editing": editing,
        "groups": _groups(bench),
        "here": bench.address(),
        "recipes": list(recipes.recipes_of(bench.actor).filter(project=bench.dataset.project)[:MOST_RECIPES]),
        "asked_recipe": bench.request.GET.get("recipe", ""),
        "train_query": urlencode({"steps": "draft", **({"target": draft.target} if draft.target else {})}),
        "preview": _preview(bench, looked_at, place, faults if steps is None else {}),
    }


def _line(bench: Bench, place: int, step: dict[str, Any], fault: str | None, chosen: int | None) -> dict[str, Any]:
    return {
        "place": place,
        "name": recipes.kind_name(step),
        "columns": recipes.some(step["columns"]),
        "settings": recipes.settings_words(step),
        "fault": fault,
        "is_first": place == 0,
        "is_last": place == len(bench.draft.steps) - 1,
        "current": place == chosen,
        "url": bench.address(step=place),
        "edit_url": bench.address(edit=place) + "#form",
    }


def _preview(bench: Bench, steps: list[dict[str, Any]], place: int | None, faults: dict[int, str]) -> dict[str, Any]:
    """The rows before and after the step at this place, or why there are none to show."""
    if place is None or not steps:
        return {}
    wrong = next((number for number in sorted(faults) if number <= place), None)
    if wrong is not None:
        return {"fault": f"Step {wrong + 1} cannot be taken on this table. {faults[wrong]}"}
    try:
        return shown_preview(bench.version, steps[: place + 1], target=bench.target)
    except InvalidInput as error:
        return {"fault": error.detail}


def _chosen(bench: Bench, count: int) -> int | None:
    """The place asked for by `?step=` or `?edit=`, else the last."""
    asked = bench.request.GET.get("step") or bench.request.GET.get("edit") or ""
    found = _number(asked, count)
    return found if found is not None else (count - 1 if count else None)


def _number(text: str, count: int) -> int | None:
    """A place in a list of `count`, if the text is one."""
    return int(text) if text.isdecimal() and len(text) < 4 and int(text) < count else None


def _editing(bench: Bench) -> int | None:
    return _number(bench.request.POST.get("place", ""), len(bench.draft.steps))


def _asked_form(bench: Bench) -> tuple[StepForm | None, int | None]:
    """The form of the step to change (`?edit=`) or to add (`?add=`), and the place of the one to change."""
    query, steps = bench.request.GET, bench.draft.steps
    place = _number(query.get("edit", ""), len(steps))
    key = steps[place]["kind"] if place is not None else query.get("add", "")
    try:
        kind = get_step(key)
    except BadInput:
        return None, None
    columns = _columns_at(bench, place)
    names = {column.name for column in columns}
    asked = {"columns": _named(query.getlist("columns"), names), "params": _asked_params(kind, query)}
    step = steps[place] if place is not None else asked
    return StepForm(None, kind=kind, columns=columns, step=step), place


def _asked_params(kind: StepKind, query: QueryDict) -> dict[str, Any]:
    """The parameters that an address names, as the form first shows them."""
    schemas = kind.params["properties"]
    return {
        name: query.getlist(name) if schema["type"] == "array" else query[name]
        for name, schema in schemas.items()
        if name in query
    }


def _named(values: Sequence[str], names: set[str]) -> list[str]:
    """The columns that an address names, several with commas between them."""
    split = [value if value in names else value.split(",") for value in values]
    return [name for each in split for name in ([each] if isinstance(each, str) else each) if name]


def _columns_at(bench: Bench, place: int | None) -> tuple[Column, ...]:
    """The columns that a step at this place finds, leaving out steps before it that cannot be taken."""
    before = bench.draft.steps[:place]
    wrong = recipes.faults(before, bench.version.schema, target=bench.target)
    sound = [step for number, step in enumerate(before) if number not in wrong]
    return recipes.columns_before(sound, bench.version.schema, target=bench.target)


def _groups(bench: Bench) -> list[dict[str, Any]]:
    """The kinds of step by the columns they are for, the broadest first."""
    found: dict[str, list[dict[str, str]]] = {name: [] for name in (ANY_FAMILY, *FAMILIES)}
    for kind in all_steps():
        address = bench.address(add=kind.key) + "#form"
        found[_family(kind)].append({"name": kind.name, "description": kind.description, "url": address})
    return [{"name": name, "kinds": kinds} for name, kinds in found.items() if kinds]


def _family(kind: StepKind) -> str:
    """The one family of types that the step takes all of; half of another is taken along."""
    whole = [name for name, dtypes in FAMILIES.items() if dtypes <= set(kind.takes)]
    return whole[0] if len(whole) == 1 else ANY_FAMILY


def _sent_step(bench: Bench, context: dict[str, Any], *, try_only: bool) -> HttpResponse:
    """Keep the step that was filled in, or show what it would do."""
    request, place = bench.request, _editing(bench)
    try:
        kind = get_step(request.POST.get("kind", ""))
    except BadInput as error:
        raise InvalidInput("kind", error.detail) from None
    form = StepForm(request.POST, kind=kind, columns=_columns_at(bench, place), step={})
    at = len(bench.draft.steps) if place is None else place
    if form.is_valid():
        steps = list(bench.draft.steps)
        steps[at : at + 1] = [form.step()]
        wrong = _refusal(bench, steps[: at + 1])
        if wrong is None:
            steps[: at + 1] = recipes.complete(steps[: at + 1])
            if try_only:
                found = _page(bench, steps=steps, at=at, form=form)
                return render(request, "datasets/steps.html", {**context, **found, "trying": True})
            bench.keep(steps=steps)
            return redirect(bench.address(step=at))
        add_to_form(form, wrong, field=(wrong.attr or "").split(".")[-1])
    found = _page(bench, form=form)
    return render(request, "datasets/steps.html", {**context, **found}, status=400)


def _refusal(bench: Bench, steps: list[dict[str, Any]]) -> InvalidInput | None:
    """What is wrong with the last of these steps; those before it are another matter."""
    wrong = recipes.faults(steps[:-1], bench.version.schema, target=bench.target)
    sound = [step for number, step in enumerate(steps[:-1]) if number not in wrong]
    try:
        recipes.checked([*sound, steps[-1]], bench.version.schema, target=bench.target)
    except InvalidInput as error:
        return error
    return None


def _move(by: int) -> Callable[[Bench, str], str]:
    def move(bench: Bench, at: str) -> str:
        steps = list(bench.draft.steps)
        place = _number(at, len(steps))
        if place is None or not 0 <= place + by < len(steps):
            return bench.address()
        steps[place], steps[place + by] = steps[place + by], steps[place]
        bench.keep(steps=steps)
        return bench.address(step=place + by)

    return move


def _remove(bench: Bench, at: str) -> str:
    place = _number(at, len(bench.draft.steps))
    if place is not None:
        bench.keep(steps=[step for number, step in enumerate(bench.draft.steps) if number != place])
    return bench.address()


def _clear(bench: Bench, _at: str) -> str:
    bench.keep(steps=[])
    return bench.address()


def _set_target(bench: Bench, _at: str) -> str:
    """Say what the steps shall help to predict; no step may touch it then."""
    target = bench.request.POST.get("target", "")
    if target and target not in {column.name for column in bench.version.schema}:
        raise InvalidInput("target", f"There is no column {target[:100]!r} in this table.")
    bench.keep(target=target)
    return bench.address()


def _load(bench: Bench, _at: str) -> str:
    """Put a recipe's steps in place of the draft's."""
    mine = recipes.recipes_of(bench.actor).filter(project=bench.dataset.project)
    recipe: Recipe = access.get(bench.actor, mine, bench.request.POST.get("recipe", ""))
    bench.keep(steps=recipe.steps)
    messages.success(bench.request, f"The steps of “{recipe.name}” are loaded.")
    return bench.address()


def _save(bench: Bench, _at: str) -> str:
    name = bench.request.POST.get("name", "").replace("\x00", "")
    if not bench.draft.steps:
        raise InvalidInput("steps", "There are no steps to save yet.")
    project = bench.dataset.project
    recipe = recipes.create_recipe(actor=bench.actor, project=project, name=name, steps=bench.draft.steps)
    messages.success(bench.request, f"“{recipe.name}” is saved; use it on any table with these columns.")
    return bench.address()


FORMS = ("keep", "try")
DEEDS: dict[str, Callable[[Bench, str], str]] = {
    "up": _move(-1),
    "down": _move(1),
    "remove": _remove,
    "clear": _clear,
    "target": _set_target,
    "load": _load,
    "save": _save,
}

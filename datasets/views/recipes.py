"""The recipes of a project: their list, what is in one and what it is called, and parting with it."""

from copy import copy
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.actor import Actor
from core.errors import ProductError
from core.http.errors import add_to_form, status_of
from core.http.lists import listing
from datasets import queries, recipes
from datasets.models import Recipe
from datasets.step_forms import RecipeForm
from workspaces import access
from workspaces.access import Action
from workspaces.views import crumbs, project_of_page, stand_in

TABLES_SHOWN = 20


@login_required
def recipe_list(request: HttpRequest, project_id: UUID) -> HttpResponse:
    project = project_of_page(request, project_id)
    actor = Actor.of(request)
    rows = recipes.recipes_of(actor).filter(project=project)
    sorts = {"name": "name", "updated_at": "updated_at"}
    found = listing(request, rows, search=["name", "description"], sorts=sorts, default="name")
    found.page_obj.object_list = [
        {"recipe": recipe, "summary": recipes.some([recipes.kind_name(step) for step in recipe.steps], 4)}
        for recipe in found.page_obj
    ]
    context = {
        **found.context(),
        "project": project,
        "may_edit": access.may(actor, Action.EDIT, project),
        "crumbs": crumbs(project, ("Data", reverse("datasets:list", args=[project.pk])), ("Recipes", "")),
    }
    return render(request, "datasets/recipes.html", context)


@login_required
def recipe_detail(request: HttpRequest, recipe_id: UUID) -> HttpResponse:
    """Its steps in words, where to use them, and a form of its name for those who may change it."""
    actor = Actor.of(request)
    recipe = _recipe(request, actor, recipe_id, Action.EDIT if request.method == "POST" else Action.VIEW)
    # A copy, for the page around a form that is shown again tells what is saved.
    form, status = RecipeForm(request.POST or None, instance=copy(recipe)), 200
    if request.method == "POST":
        try:
            if form.is_valid():
                recipes.update_recipe(actor=actor, recipe=copy(recipe), **form.cleaned_data)
                messages.success(request, "The recipe is saved.")
                return redirect("datasets:recipe", recipe.pk)
            status = 400
        except ProductError as error:
            add_to_form(form, error)
            status = status_of(error)
    tables = queries.datasets_of(actor).filter(project=recipe.project).order_by("name", "pk")
    context = {
        "recipe": recipe,
        "project": recipe.project,
        "steps": [recipes.words(step) for step in recipe.steps],
        "tables": list(tables[:TABLES_SHOWN]),
        "form": form,
        "may_edit": access.may(actor, Action.EDIT, recipe),
        "crumbs": crumbs(recipe.project, ("Recipes", _list_url(recipe)), (recipe.name, "")),
    }
    return render(request, "datasets/recipe.html", context, status=status)


@login_required
def recipe_delete(request: HttpRequest, recipe_id: UUID) -> HttpResponse:
    """Delete after a question: asked in a dialog, or on a page of its own without scripts."""
    actor = Actor.of(request)
    recipe = _recipe(request, actor, recipe_id)
    if request.method == "POST":
        recipes.delete_recipe(actor=actor, recipe=recipe)
        messages.success(request, f"“{recipe.name}” is deleted.")
        return redirect("datasets:recipes", recipe.project_id)
    here = reverse("datasets:recipe", args=[recipe.pk])
    context = {
        "title": f"Delete “{recipe.name}”?",
        "text": "The recipe is deleted for everybody in this project. This cannot be undone.",
        "kept": "Models made with its steps keep them.",
        "action_url": reverse("datasets:recipe_delete", args=[recipe.pk]),
        "action_label": "Delete recipe",
        "cancel_url": here,
        "crumbs": crumbs(recipe.project, ("Recipes", _list_url(recipe)), (recipe.name, here), ("Delete", "")),
    }
    return render(request, "confirm.html", context)


def _recipe(request: HttpRequest, actor: Actor, recipe_id: UUID, action: Action = Action.VIEW) -> Recipe:
    recipe = access.get(actor, recipes.recipes_of(actor), recipe_id, action)
    stand_in(request, recipe.project)
    return recipe


def _list_url(recipe: Recipe) -> str:
    return reverse("datasets:recipes", args=[recipe.project_id])

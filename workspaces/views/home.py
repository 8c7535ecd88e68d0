"""Pages of signing up, landing, and making workspaces and projects."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts import sent_forms
from accounts.forms import SignUpForm
from core.actor import Actor
from core.errors import ProductError
from core.http.client import client_network
from core.http.errors import add_to_form, form_page
from core.http.lists import listing
from workspaces import queries, services
from workspaces.forms import ProjectForm, WorkspaceForm
from workspaces.views.frame import last_project


def sign_up(request: HttpRequest) -> HttpResponse:
    """Make an account and land in a ready project."""
    if request.user.is_authenticated:
        return redirect("workspaces:home")
    form = SignUpForm(request.POST or None, initial={"email": request.GET.get("email", "")})  # of a mailed invitation
    if request.method == "POST" and form.is_valid():
        try:
            person = services.sign_up(**form.cleaned_data, address=client_network(request))
        except ProductError as error:
            add_to_form(form, error)
        else:
            login(request, person)
            return redirect("workspaces:home")
    credits_at_sign_up = settings.CREDITS_AT_SIGN_UP if settings.CREDITS_ENABLED else None
    return form_page(request, "accounts/sign_up.html", form, credits_at_sign_up=credits_at_sign_up)


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The project last looked at, or the first."""
    actor = Actor.of(request)
    project = last_project(request, actor) or services.open_home(actor=actor)
    return redirect("overview", project.pk)


@login_required
def workspace_list(request: HttpRequest) -> HttpResponse:
    workspaces = listing(
        request,
        queries.workspaces_listed(Actor.of(request)),
        search=["name", "slug"],
        sorts={"name": "name", "created_at": "created_at"},
        default="name",
    )
    context = {**workspaces.context(), "crumbs": [{"label": "Workspaces"}]}
    return render(request, "workspaces/workspace_list.html", context)


@login_required
def workspace_new(request: HttpRequest) -> HttpResponse:
    actor, form = Actor.of(request), WorkspaceForm(request.POST or None)

    def make() -> str:
        workspace = services.create_workspace(actor=actor, **form.cleaned_data)
        project = services.create_project(actor=actor, workspace=workspace, name=services.FIRST_PROJECT)
        return str(project.pk)

    if request.method == "POST" and form.is_valid():
        project_id, _ = sent_forms.done_once(request, make)
        messages.success(request, f"The workspace “{form.cleaned_data['name']}” is ready.")
        return redirect("overview", project_id)
    context = {"showing": sent_forms.new_showing(), "crumbs": [{"label": "New workspace"}]}
    return form_page(request, "workspaces/workspace_form.html", form, **context)


@login_required
def project_new(request: HttpRequest) -> HttpResponse:
    actor = Actor.of(request)
    here = last_project(request, actor)
    workspaces = queries.workspaces_to_edit(actor)
    form = ProjectForm(request.POST or None, workspaces=workspaces, current=here.workspace_id if here else None)
    if request.method == "POST" and form.is_valid():
        project_id, _ = sent_forms.done_once(
            request, lambda: str(services.create_project(actor=actor, **form.cleaned_data).pk)
        )
        messages.success(request, f"The project “{form.cleaned_data['name']}” is ready.")
        return redirect("overview", project_id)
    context = {"showing": sent_forms.new_showing(), "crumbs": [{"label": "New project"}]}
    return form_page(request, "workspaces/project_form.html", form, **context)

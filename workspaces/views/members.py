"""Pages of a workspace's people."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.actor import Actor
from core.errors import Conflict, ProductError
from core.http.errors import add_to_form, form_page
from core.http.lists import PAGE_SIZE, listing
from workspaces import access, members, queries
from workspaces.access import Action
from workspaces.forms import MemberForm
from workspaces.models import GRANTED, Invitation, Membership, Role, Workspace
from workspaces.views.frame import workspace_crumbs, workspace_of_page

SORTS = {"username": "username", "email": "email", "role": "rank", "created_at": "created_at"}


@login_required
def member_list(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Who is here and who is invited; adding somebody is posted here too."""
    is_post = request.method == "POST"
    workspace = workspace_of_page(request, workspace_id, Action.MANAGE if is_post else Action.VIEW)
    form = MemberForm(request.POST or None)
    if is_post and form.is_valid():
        try:
            _add(request, workspace, form)
        except ProductError as error:
            add_to_form(form, error)
        else:
            return redirect("workspaces:members", workspace.pk)
    return form_page(request, "workspaces/members.html", form, **_list(request, workspace))


def _add(request: HttpRequest, workspace: Workspace, form: MemberForm) -> None:
    wish = form.cleaned_data
    added = members.add_member(
        actor=Actor.of(request), workspace=workspace, email=wish["email"], role=Role(wish["role"])
    )
    how = "is invited by mail" if isinstance(added, Invitation) else "is a member now"
    messages.success(request, f"{members.name_of(added)} {how}.")


def _list(request: HttpRequest, workspace: Workspace) -> dict[str, Any]:
    actor = Actor.of(request)
    allowed = access.allowed(actor, workspace)
    people = queries.members_of(actor, workspace)
    found = listing(request, people, search=["username", "full_name", "email"], sorts=SORTS, default="username")
    invited = Paginator(queries.invitations_of(actor, workspace), PAGE_SIZE).get_page(request.GET.get("invited"))
    for page in (found.page_obj, invited):
        page.object_list = [_row(actor, member, allowed) for member in page]
    return {
        **found.context(),
        "workspace": workspace,
        "invited": invited,
        "may_manage": Action.MANAGE in allowed,
        "may_oversee": Action.OVERSEE in allowed,
        "crumbs": workspace_crumbs(workspace, ("Members", "")),
    }


def _row(actor: Actor, member: Membership | Invitation, allowed: frozenset[Action]) -> dict[str, Any]:
    """A member with what may be done to them: asked of `allowed`, for a question each would be a query each."""
    is_you = isinstance(member, Membership) and member.user_id == actor.user.pk
    may_change = not is_you and access.to_change(actor, member, to=Role.VIEWER) in allowed
    roles = GRANTED if member.role in GRANTED else (*GRANTED, Role.OWNER)
    return {
        "member": member,
        "is_you": is_you,
        "roles": [(role.value, role.label) for role in roles] if may_change else [],
        "may_remove": access.to_change(actor, member, to=None) in allowed,
        "may_become_owner": isinstance(member, Membership) and member.role != Role.OWNER and Action.OWN in allowed,
    }


@require_POST
@login_required
def role(request: HttpRequest, workspace_id: UUID, member_id: UUID) -> HttpResponse:
    """Give a member another role; ownership is handed over on a page of its own."""
    workspace, member = _member(request, workspace_id, member_id)
    wanted = request.POST.get("role", "")
    if wanted not in {member.role, *GRANTED}:
        messages.error(request, "There is no such role. Choose one of the list.")
        return redirect("workspaces:members", workspace.pk)
    try:
        members.change_role(actor=Actor.of(request), member=member, role=Role(wanted))
    except Conflict as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, f"{members.name_of(member)} is {_with_article(Role(wanted))} now.")
    return redirect("workspaces:members", workspace.pk)


@login_required
def remove(request: HttpRequest, workspace_id: UUID, member_id: UUID) -> HttpResponse:
    """Remove a member, withdraw an invitation or leave, after a question."""
    workspace, member = _member(request, workspace_id, member_id)
    actor = Actor.of(request)
    action = access.to_change(actor, member, to=None)
    access.require(actor, action, member)
    if request.method == "POST":
        try:
            members.remove_member(actor=actor, member=member)
        except Conflict as error:
            messages.error(request, error.detail)
            return redirect("workspaces:members", workspace.pk)
        if action is Action.LEAVE:
            messages.success(request, f"You left “{workspace.name}”.")
            return redirect("workspaces:home")
        messages.success(request, f"{members.name_of(member)} {_gone(member)}.")
        return redirect("workspaces:members", workspace.pk)
    question = _leaving(workspace) if action is Action.LEAVE else _removing(member, workspace)
    return _confirm(request, workspace, question)


@login_required
def hand_over(request: HttpRequest, workspace_id: UUID, member_id: UUID) -> HttpResponse:
    """Make a member the owner, and oneself an admin, after a question that says so."""
    workspace, member = _member(request, workspace_id, member_id)
    actor = Actor.of(request)
    access.require(actor, Action.OWN, member)
    if request.method == "POST":
        members.change_role(actor=actor, member=member, role=Role.OWNER)
        messages.success(request, f"{members.name_of(member)} owns “{workspace.name}” now, and you are an admin of it.")
        return redirect("workspaces:members", workspace.pk)
    name = members.name_of(member)
    return _confirm(
        request,
        workspace,
        {
            "title": f"Hand “{workspace.name}” over to {name}?",
            "text": f"{name} becomes its owner and you become an admin: from then on only {name} can delete the "
            "workspace or hand it over again, back to you too.",
            "kept": "You go on seeing and changing everything in it, and its members stay as they are.",
            "action_label": "Hand over ownership",
        },
    )


def _member(request: HttpRequest, workspace_id: UUID, member_id: UUID) -> tuple[Workspace, Membership | Invitation]:
    workspace = workspace_of_page(request, workspace_id)
    return workspace, queries.member_of(Actor.of(request), workspace, member_id)


def _leaving(workspace: Workspace) -> dict[str, str]:
    return {
        "title": f"Leave “{workspace.name}”?",
        "text": "You see nothing of it any more, at once. To come back, one of its admins has to add you again.",
        "kept": "What you made in it stays there.",
        "action_label": "Leave workspace",
        "cancel_label": "Stay",
    }


def _removing(member: Membership | Invitation, workspace: Workspace) -> dict[str, str]:
    name = members.name_of(member)
    if isinstance(member, Invitation):
        return {
            "title": f"Withdraw the invitation of {name}?",
            "text": f"Whoever signs up with this address does not come into “{workspace.name}”.",
            "action_label": "Withdraw invitation",
        }
    return {
        "title": f"Remove {name} from “{workspace.name}”?",
        "text": f"{name} sees nothing of it any more, at once.",
        "kept": "What they made in it stays there, and you can add them again.",
        "action_label": "Remove member",
    }


def _gone(member: Membership | Invitation) -> str:
    return "is not invited any more" if isinstance(member, Invitation) else "is no member any more"


def _with_article(role: Role) -> str:
    return f"{'a' if role is Role.VIEWER else 'an'} {role.label.lower()}"


def _confirm(request: HttpRequest, workspace: Workspace, question: dict[str, str]) -> HttpResponse:
    back = reverse("workspaces:members", args=[workspace.pk])
    context = {
        "action_url": request.path,
        "cancel_url": back,
        "crumbs": workspace_crumbs(workspace, ("Members", back), (question["action_label"], "")),
        **question,
    }
    return render(request, "confirm.html", context)

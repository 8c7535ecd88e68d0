"""What people do with workspaces and projects, signing up included: a newcomer gets one of each."""

import secrets

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.text import slugify

from accounts import services as accounts
from accounts.models import User
from accounts.sign_ups import one_more_from
from core import events
from core.actor import Actor
from core.changes import assign
from core.errors import Conflict, InvalidInput
from workspaces import access, members, queries
from workspaces.access import Action
from workspaces.models import Membership, Project, Role, Workspace

FIRST_PROJECT = "First project"


def sign_up(*, email: str, username: str, password: str, full_name: str = "", address: str = "") -> User:
    """Register a person with a workspace and a project of their own, and with those they were invited to.

    `address` is the network they come from. Emits `member.joined` for each invitation to their email.
    Raises InvalidInput naming the field, TooManyRequests when enough accounts were made from there today.
    """
    with one_more_from(address):
        person = accounts.newcomer(email=email, username=username, password=password, full_name=full_name)
        with transaction.atomic():
            accounts.register(person)
            _make_home(Actor(person))
            members.join_invited(person)
            transaction.on_commit(lambda: members.join_invited(person), robust=True)  # those invited at this moment
    return person


@transaction.atomic
def open_home(*, actor: Actor) -> Project:
    """The project a person lands in: their first one, made with a workspace if there is none they may make it in."""
    members.join_invited(actor.user)  # an administrator may have made the account
    return queries.projects_of(actor).first() or _make_home(actor)


@transaction.atomic
def create_workspace(*, actor: Actor, name: str, slug: str = "", description: str = "") -> Workspace:
    """Make a workspace that the person owns; emits `workspace.created`. Raises InvalidInput for a taken slug."""
    workspace = Workspace(name=name, slug=slug or _free_slug(name), description=description)
    _save(workspace, force_insert=True)
    Membership.objects.create(workspace=workspace, user=actor.user, role=Role.OWNER)
    events.emit("workspace.created", subject=workspace, by=actor)
    return workspace


@transaction.atomic
def update_workspace(*, actor: Actor, workspace: Workspace, **changes: str) -> Workspace:
    """Change `name`, `slug` or `description`; emits `workspace.updated` if anything is different then.

    Raises InvalidInput for a taken slug.
    """
    access.require(actor, Action.MANAGE, workspace)
    if changed := assign(workspace, changes):
        _save(workspace, update_fields=changed)
        events.emit("workspace.updated", subject=workspace, by=actor, fields=changed)
    return workspace


@transaction.atomic
def create_project(*, actor: Actor, workspace: Workspace, name: str, description: str = "") -> Project:
    """Make a project in a workspace; emits `project.created`."""
    access.require(actor, Action.EDIT, workspace)
    project = Project.objects.create(workspace=workspace, name=name, description=description)
    events.emit("project.created", subject=project, by=actor)
    return project


@transaction.atomic
def update_project(*, actor: Actor, project: Project, **changes: str) -> Project:
    """Change `name` or `description`; emits `project.updated` if anything is different then."""
    access.require(actor, Action.EDIT, project)
    if changed := assign(project, changes):
        project.save(update_fields=changed)
        events.emit("project.updated", subject=project, by=actor, fields=changed)
    return project


@transaction.atomic
def delete_project(*, actor: Actor, project: Project) -> None:
    """Delete a project without data and models, its ended jobs with it; emits `project.deleted`. Raises Conflict."""
    access.require(actor, Action.MANAGE, project)
    events.emit("project.deleted", subject=project, by=actor, name=project.name)
    _delete(project, "project_not_empty", "This project still holds datasets or models. Delete them first.")


@transaction.atomic
def delete_workspace(*, actor: Actor, workspace: Workspace) -> None:
    """Delete a workspace whose projects are empty; emits `workspace.deleted`. Raises Conflict otherwise."""
    access.require(actor, Action.OWN, workspace)
    events.emit("workspace.deleted", subject=workspace, by=actor, name=workspace.name)
    _delete(
        workspace,
        "workspace_not_empty",
        "A project of this workspace is not empty. Delete its contents first.",
    )


@transaction.atomic
def purge(*, workspace: Workspace) -> None:
    """Delete a workspace for good with its members, projects and audit trail; what its projects held is gone by now."""
    events.forget_workspace(workspace.pk)
    workspace.delete()


def _make_home(actor: Actor) -> Project:
    workspace = queries.workspaces_to_edit(actor).first() or create_workspace(
        actor=actor, name=f"{actor.user.get_full_name()}’s workspace"[:120]
    )
    return create_project(actor=actor, workspace=workspace, name=FIRST_PROJECT)


def _delete(row: Workspace | Project, code: str, detail: str) -> None:
    try:
        row.delete()
    except ProtectedError:
        raise Conflict(detail, code=code) from None


def _free_slug(name: str) -> str:
    """A slug from the name; a few random letters keep two people's “My workspace” apart."""
    return f"{slugify(name)[:120] or 'workspace'}-{secrets.token_hex(3)}"


def _save(workspace: Workspace, **how: object) -> None:
    try:
        with transaction.atomic():
            workspace.save(**how)  # type: ignore[arg-type]
    except IntegrityError:
        raise InvalidInput("slug", "This slug is taken. Choose another.", code="unique") from None

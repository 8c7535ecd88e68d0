from functools import partial

import pytest

from accounts.credits import balance_of
from accounts.models import LedgerEntry, User, Wallet
from core.actor import Actor
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.models import OutboxEvent
from tests import factories
from tests.factories import PASSWORD, at_once
from workspaces import services
from workspaces.models import Membership, Project, Role, Workspace

pytestmark = pytest.mark.django_db


def sign_up(**changes) -> User:
    wish = {"email": "new@example.org", "username": "new", "password": PASSWORD}
    return services.sign_up(**(wish | changes))


def kinds_of_events() -> list[str]:
    return list(OutboxEvent.objects.values_list("kind", flat=True))


# Sign up


def test_sign_up_makes_a_person_with_credits_a_workspace_and_a_project():
    person = sign_up(full_name="Ada Lovelace")

    membership = Membership.objects.get()
    assert (membership.user, membership.role, membership.workspace.name) == (
        person,
        Role.OWNER,
        "Ada Lovelace’s workspace",
    )
    assert (Project.objects.get().workspace, Project.objects.get().name) == (membership.workspace, "First project")
    assert balance_of(person) == 15
    assert kinds_of_events() == ["user.registered", "workspace.created", "project.created"]


def test_sign_up_that_breaks_leaves_no_trace(monkeypatch):
    def broken(**_):
        raise RuntimeError

    monkeypatch.setattr(services, "create_project", broken)

    with pytest.raises(RuntimeError):
        sign_up()

    for model in (User, Wallet, LedgerEntry, Workspace, Membership, Project, OutboxEvent):
        assert not model.objects.exists()


def test_sign_up_that_is_refused_leaves_no_trace(person):
    before = (User.objects.count(), Workspace.objects.count(), OutboxEvent.objects.count())

    with pytest.raises(InvalidInput):
        sign_up(email=person.email)

    assert (User.objects.count(), Workspace.objects.count(), OutboxEvent.objects.count()) == before


def test_namesakes_have_workspaces_of_their_own():
    sign_up(full_name="Ada")
    sign_up(full_name="Ada", email="other@example.org", username="other")

    assert Workspace.objects.filter(name="Ada’s workspace").count() == 2


@pytest.mark.parametrize("full_name", ["東京", "x" * 150, "<script>", "می\u200cخواهم"])
def test_any_name_makes_a_workspace(full_name):
    sign_up(full_name=full_name)

    workspace = Workspace.objects.get()
    workspace.full_clean()
    assert workspace.name == f"{full_name}’s workspace"[:120]


@pytest.mark.django_db(transaction=True)
def test_sign_up_at_once_makes_one_of_each():
    at_once(*[sign_up] * 3)

    assert [model.objects.count() for model in (User, Workspace, Project)] == [1, 1, 1]


# Home


def test_open_home_is_the_first_project(actor, project):
    services.create_project(actor=actor, workspace=project.workspace, name="Second")

    assert services.open_home(actor=actor) == project


def test_open_home_makes_a_project_where_there_is_none(actor, project):
    services.delete_project(actor=actor, project=project)

    assert services.open_home(actor=actor).workspace == project.workspace


def test_open_home_makes_a_workspace_where_there_is_none(actor, project):
    services.delete_workspace(actor=actor, workspace=project.workspace)

    home = services.open_home(actor=actor)

    assert Membership.objects.get(workspace=home.workspace).role == Role.OWNER


def test_open_home_of_a_mere_viewer_is_a_workspace_of_their_own(actor, project, stranger):
    services.delete_project(actor=actor, project=project)
    services.delete_workspace(actor=Actor(stranger), workspace=factories.home_of(stranger).workspace)
    viewer = factories.join(stranger, project.workspace, Role.VIEWER)

    home = services.open_home(actor=viewer)

    assert Membership.objects.get(user=stranger, workspace=home.workspace).role == Role.OWNER


# Workspaces


def test_create_workspace_makes_its_creator_the_owner_and_tells(actor):
    workspace = services.create_workspace(actor=actor, name="Lab", slug="lab", description="Ours")

    assert (workspace.name, workspace.slug, workspace.description) == ("Lab", "lab", "Ours")
    assert Membership.objects.get(workspace=workspace).user == actor.user
    event = OutboxEvent.objects.get(subject_id=workspace.pk)
    assert (event.kind, event.actor) == ("workspace.created", actor.user)


@pytest.mark.parametrize(("name", "start"), [("My Lab!", "my-lab-"), ("東京", "workspace-"), ("x" * 120, "x" * 120)])
def test_create_workspace_finds_a_slug(actor, name, start):
    slugs = {services.create_workspace(actor=actor, name=name).slug for _ in range(3)}

    assert len(slugs) == 3
    assert all(slug.startswith(start) and len(slug) <= 140 for slug in slugs)


def test_a_taken_slug_is_refused_and_leaves_no_trace(actor, stranger):
    services.create_workspace(actor=Actor(stranger), name="Lab", slug="lab")
    before = (Workspace.objects.count(), OutboxEvent.objects.count())

    with pytest.raises(InvalidInput) as refusal:
        services.create_workspace(actor=actor, name="Other", slug="lab")

    assert (refusal.value.attr, refusal.value.code) == ("slug", "unique")
    assert (Workspace.objects.count(), OutboxEvent.objects.count()) == before


@pytest.mark.django_db(transaction=True)
def test_a_slug_taken_at_the_same_moment_is_refused(actor):
    answers = at_once(*[partial(services.create_workspace, actor=actor, name="Lab", slug="lab")] * 4)

    assert sorted(type(answer).__name__ for answer in answers) == ["InvalidInput"] * 3 + ["Workspace"]
    assert Workspace.objects.filter(slug="lab").count() == 1


def test_update_workspace_changes_and_tells(actor, project):
    services.update_workspace(actor=actor, workspace=project.workspace, name="Lab", slug="lab")

    workspace = Workspace.objects.get(pk=project.workspace_id)
    assert (workspace.name, workspace.slug) == ("Lab", "lab")
    event = OutboxEvent.objects.get(kind="workspace.updated")
    assert event.payload == {"fields": ["name", "slug"]}


def test_update_workspace_refuses_a_taken_slug(actor, project):
    services.create_workspace(actor=actor, name="Lab", slug="lab")
    before = project.workspace.slug

    with pytest.raises(InvalidInput):
        services.update_workspace(actor=actor, workspace=project.workspace, slug="lab")

    assert Workspace.objects.get(pk=project.workspace_id).slug == before


@pytest.mark.django_db(transaction=True)
def test_a_slug_two_workspaces_change_to_at_the_same_moment_is_refused_to_one(actor):
    both = [services.create_workspace(actor=actor, name=name) for name in ("Lab", "Office")]

    changes = [partial(services.update_workspace, actor=actor, workspace=each, slug="lab") for each in both]
    answers = at_once(*changes)

    assert sorted(getattr(answer, "attr", "changed") for answer in answers) == ["changed", "slug"]
    assert Workspace.objects.filter(slug="lab").count() == 1


def test_delete_workspace_takes_its_empty_projects_along(actor, project):
    services.delete_workspace(actor=actor, workspace=project.workspace)

    assert (Workspace.objects.count(), Project.objects.count(), Membership.objects.count()) == (0, 0, 0)
    assert kinds_of_events()[-1] == "workspace.deleted"


def test_delete_workspace_with_a_dataset_is_refused(person, actor, project):
    factories.a_dataset(person)

    with pytest.raises(Conflict) as refusal:
        services.delete_workspace(actor=actor, workspace=project.workspace)

    assert refusal.value.code == "workspace_not_empty"
    assert Workspace.objects.filter(pk=project.workspace_id).exists()
    assert "workspace.deleted" not in kinds_of_events()


# Projects


def test_create_update_and_delete_a_project_tell(actor, project):
    made = services.create_project(actor=actor, workspace=project.workspace, name="Churn", description="Who leaves?")
    services.update_project(actor=actor, project=made, name="Leavers")
    services.delete_project(actor=actor, project=made)

    assert list(OutboxEvent.objects.filter(actor=actor.user).values_list("kind", "payload"))[-3:] == [
        ("project.created", {}),
        ("project.updated", {"fields": ["name"]}),
        ("project.deleted", {"name": "Leavers"}),
    ]


def test_delete_project_with_a_dataset_is_refused(person, actor, project):
    factories.a_dataset(person)

    with pytest.raises(Conflict) as refusal:
        services.delete_project(actor=actor, project=project)

    assert refusal.value.code == "project_not_empty"
    assert Project.objects.filter(pk=project.pk).exists()
    assert "project.deleted" not in kinds_of_events()


# Who may do what

CHANGES = {
    "create_project": lambda actor, project: services.create_project(
        actor=actor, workspace=project.workspace, name="New"
    ),
    "update_project": lambda actor, project: services.update_project(actor=actor, project=project, name="New"),
    "delete_project": lambda actor, project: services.delete_project(actor=actor, project=project),
    "update_workspace": lambda actor, project: services.update_workspace(
        actor=actor, workspace=project.workspace, name="New"
    ),
    "delete_workspace": lambda actor, project: services.delete_workspace(actor=actor, workspace=project.workspace),
}
LEAST_ROLES = {
    "create_project": [Role.EDITOR, Role.ADMIN, Role.OWNER],
    "update_project": [Role.EDITOR, Role.ADMIN, Role.OWNER],
    "delete_project": [Role.ADMIN, Role.OWNER],
    "update_workspace": [Role.ADMIN, Role.OWNER],
    "delete_workspace": [Role.OWNER],
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_needs_its_role(project, stranger, change, role):
    actor = factories.join(stranger, project.workspace, role)
    before = OutboxEvent.objects.count()

    if role in LEAST_ROLES[change]:
        CHANGES[change](actor, project)
        assert OutboxEvent.objects.count() == before + 1
    else:
        with pytest.raises(Forbidden):
            CHANGES[change](actor, project)
        assert OutboxEvent.objects.count() == before


@pytest.mark.parametrize("change", CHANGES)
def test_a_stranger_changes_nothing(project, stranger, change):
    with pytest.raises(NotFound):
        CHANGES[change](Actor(stranger), project)

    assert Project.objects.filter(pk=project.pk, name="First project").exists()

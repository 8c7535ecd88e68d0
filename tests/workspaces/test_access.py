from uuid import uuid4

import pytest

from core.actor import Actor, Scope
from core.errors import Forbidden, NotFound
from tests import factories
from workspaces import access
from workspaces.access import Action
from workspaces.models import Membership, Project, Role, Workspace

ALLOWED = {
    Role.VIEWER: {Action.VIEW, Action.LEAVE},
    Role.EDITOR: {Action.VIEW, Action.USE, Action.EDIT, Action.LEAVE},
    Role.ADMIN: {Action.VIEW, Action.USE, Action.EDIT, Action.OVERSEE, Action.MANAGE, Action.LEAVE},
    Role.OWNER: set(Action),
}
ROLES_AND_ACTIONS = [(role, action) for role in Role for action in Action]


@pytest.fixture
def outsider(stranger):
    return Actor(stranger)


def member(stranger, project: Project, role: Role) -> Actor:
    return factories.join(stranger, project.workspace, role)


def places(project: Project):
    """A row of each depth: the workspace, its project, a dataset, its version."""
    dataset = factories.a_dataset(Membership.objects.get(workspace=project.workspace, role=Role.OWNER).user)
    return [project.workspace, project, dataset, dataset.versions.get()]


@pytest.mark.parametrize(("role", "action"), ROLES_AND_ACTIONS)
def test_may_is_what_the_role_allows(project, stranger, role, action):
    actor = member(stranger, project, role)

    assert access.may(actor, action, project) == (action in ALLOWED[role])


@pytest.mark.parametrize(("role", "action"), ROLES_AND_ACTIONS)
def test_require_lets_pass_what_the_role_allows_and_forbids_the_rest(project, stranger, role, action):
    actor = member(stranger, project, role)

    if action in ALLOWED[role]:
        access.require(actor, action, project)
        assert access.get(actor, Project.objects.all(), project.pk, action) == project
    else:
        with pytest.raises(Forbidden, match=f"As {role} of this workspace you may not do this"):
            access.require(actor, action, project)
        with pytest.raises(Forbidden):
            access.get(actor, Project.objects.all(), project.pk, action)


def test_a_role_holds_for_everything_in_the_workspace(project, stranger):
    rows = places(project)
    actor = member(stranger, project, Role.VIEWER)

    for row in rows:
        assert access.role_in(actor, row) is Role.VIEWER
        assert access.get(actor, type(row).objects.all(), row.pk) == row
        assert list(access.visible(actor, type(row).objects.filter(pk=row.pk))) == [row]


@pytest.mark.parametrize("action", list(Action))
def test_what_one_may_not_see_does_not_exist(project, outsider, action):
    for row in places(project):
        assert access.role_in(outsider, row) is None
        assert access.may(outsider, action, row) is False
        with pytest.raises(NotFound):
            access.require(outsider, action, row)
        with pytest.raises(NotFound):
            access.get(outsider, type(row).objects.all(), row.pk, action)
        assert not access.visible(outsider, type(row).objects.filter(pk=row.pk)).exists()


def test_a_strange_id_reads_like_one_that_never_was(project, outsider):
    with pytest.raises(NotFound) as seen:
        access.get(outsider, Project.objects.all(), project.pk)
    with pytest.raises(NotFound) as never:
        access.get(outsider, Project.objects.all(), uuid4())

    assert seen.value.detail == never.value.detail == "There is no such project, or you may not see it."


@pytest.mark.parametrize("row_id", ["", "1", "nonsense", "' OR 1=1--", "\0", None])
def test_what_is_no_id_is_not_found(actor, row_id):
    with pytest.raises(NotFound):
        access.get(actor, Project.objects.all(), row_id)


def test_visible_shows_each_row_once_however_many_members(project, actor):
    for number in range(3):
        factories.join(factories.a_person(f"m{number}"), project.workspace, Role.EDITOR)

    assert access.visible(actor, Project.objects.all()).count() == 1


def test_visible_is_the_sum_of_ones_workspaces(actor, project, stranger, outsider):
    theirs = factories.home_of(stranger)
    third = factories.home_of(factories.a_person("third"))
    factories.join(actor.user, theirs.workspace, Role.VIEWER)

    assert set(access.visible(actor, Project.objects.all())) == {project, theirs}
    assert third not in access.visible(outsider, Project.objects.all())


def test_a_role_ends_with_the_membership(project, stranger):
    actor = member(stranger, project, Role.ADMIN)
    Membership.objects.filter(user=stranger, workspace=project.workspace).delete()

    with pytest.raises(NotFound):
        access.require(actor, Action.VIEW, project)


def test_staff_see_no_more_than_others(project, stranger, outsider):
    stranger.is_staff = stranger.is_superuser = True
    stranger.save()

    with pytest.raises(NotFound):
        access.require(outsider, Action.VIEW, project)


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        ({Scope.READ}, {Action.VIEW, Action.OVERSEE}),
        ({Scope.PREDICT}, {Action.USE}),
        ({Scope.WRITE}, set(Action) - {Action.USE}),
        (set(), set()),
        (set(Scope), set(Action)),
    ],
)
def test_a_key_does_only_what_its_scopes_name(person, project, scopes, allowed):
    keyed = Actor(person, scopes=frozenset(scopes))

    assert {action for action in Action if access.may(keyed, action, project)} == allowed
    for action in set(Action) - allowed:
        with pytest.raises(Forbidden, match="This key lacks the scope"):
            access.require(keyed, action, project)


@pytest.mark.parametrize("role", list(Role))
def test_allowed_is_everything_that_one_may(project, stranger, role):
    actor = member(stranger, project, role)

    assert access.allowed(actor, project) == ALLOWED[role]
    assert access.allowed(Actor(factories.a_person("nobody")), project) == set()


@pytest.mark.parametrize(
    ("held", "to", "action"),
    [
        (Role.VIEWER, Role.ADMIN, Action.MANAGE),
        (Role.ADMIN, None, Action.MANAGE),
        (Role.ADMIN, Role.OWNER, Action.OWN),
        (Role.OWNER, Role.VIEWER, Action.OWN),
        (Role.OWNER, None, Action.OWN),
    ],
)
def test_admins_change_members_and_owners_change_owners(actor, project, stranger, held, to, action):
    factories.join(stranger, project.workspace, held)
    membership = Membership.objects.get(user=stranger, workspace=project.workspace)

    assert access.to_change(actor, membership, to=to) is action
    assert access.to_change(Actor(stranger), membership, to=None) is Action.LEAVE


def test_with_role_tells_the_persons_own_role(project, person, stranger):
    factories.join(stranger, project.workspace, Role.VIEWER)

    for each, role in ((person, Role.OWNER), (stranger, Role.VIEWER)):
        assert access.with_role(Actor(each), Project.objects.all()).get(pk=project.pk).role == role
        assert access.with_role(Actor(each), Workspace.objects.all()).get(pk=project.workspace_id).role == role

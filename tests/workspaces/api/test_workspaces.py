from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests import factories
from tests.factories import refused
from workspaces.models import Membership, Project, Role, Workspace

pytestmark = pytest.mark.django_db

WORKSPACE = {"id", "name", "slug", "description", "role", "created_at"}
PROJECT = {"id", "workspace", "name", "description", "created_at"}


def client_of(person) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


@pytest.fixture
def member_api(stranger, project):
    """A client of a member of the project's workspace, made for a role."""

    def join(role: Role) -> APIClient:
        factories.join(stranger, project.workspace, role)
        return client_of(stranger)

    return join


@pytest.fixture
def workspace(project):
    return project.workspace


def ids(answer) -> set[str]:
    assert answer.status_code == 200
    return {row["id"] for row in answer.json()["results"]}


# Workspaces


def test_a_workspace_is_created(api, person):
    answer = api.post("/api/workspaces", {"name": "Lab", "slug": "lab", "description": "Ours"})

    workspace = Workspace.objects.get(slug="lab")
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(workspace.pk),
        "name": "Lab",
        "slug": "lab",
        "description": "Ours",
        "role": "owner",
        "created_at": workspace.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert api.get(f"/api/workspaces/{workspace.pk}").json() == answer.json()
    assert Membership.objects.get(workspace=workspace).user == person


def test_a_workspace_without_a_slug_gets_one(api):
    answer = api.post("/api/workspaces", {"name": "My lab"})

    assert (answer.status_code, answer.json()["slug"][:7]) == (201, "my-lab-")


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "Lab", "slug": "a b"}, "slug"),
        ({"name": "Lab", "slug": "../x"}, "slug"),
        ({"name": "Lab", "slug": "x" * 141}, "slug"),
        ({"name": "Lab", "description": "x" * 2_001}, "description"),
    ],
)
def test_a_workspace_is_refused_with_the_field(api, body, attr):
    before = Workspace.objects.count()

    answer = api.post("/api/workspaces", body)

    assert (refused(answer)[0], refused(answer)[2]) == (400, attr)
    assert Workspace.objects.count() == before


def test_a_taken_slug_is_refused(api, stranger_api, workspace):
    stranger_api.post("/api/workspaces", {"name": "Lab", "slug": "lab"})

    assert refused(api.post("/api/workspaces", {"name": "Lab", "slug": "lab"})) == (400, "unique", "slug")
    assert refused(api.patch(f"/api/workspaces/{workspace.pk}", {"slug": "lab"})) == (400, "unique", "slug")


def test_a_workspace_is_changed(api, workspace):
    answer = api.patch(f"/api/workspaces/{workspace.pk}", {"name": "Lab", "slug": "lab", "description": "Ours"})

    assert (answer.status_code, set(answer.json())) == (200, WORKSPACE)
    assert api.get(f"/api/workspaces/{workspace.pk}").json() == answer.json()
    assert (answer.json()["name"], answer.json()["slug"], answer.json()["role"]) == ("Lab", "lab", "owner")


def test_a_workspace_keeps_its_own_slug(api, workspace):
    assert api.patch(f"/api/workspaces/{workspace.pk}", {"slug": workspace.slug}).status_code == 200


def test_nobody_gives_themselves_a_role(member_api, workspace, stranger):
    api = member_api(Role.ADMIN)

    answer = api.patch(f"/api/workspaces/{workspace.pk}", {"name": "Lab", "role": "owner", "id": str(uuid4())})

    assert (answer.status_code, answer.json()["role"], answer.json()["id"]) == (200, "admin", str(workspace.pk))
    assert Membership.objects.get(user=stranger, workspace=workspace).role == Role.ADMIN


def test_an_empty_workspace_is_deleted(api, workspace):
    answer = api.delete(f"/api/workspaces/{workspace.pk}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get(f"/api/workspaces/{workspace.pk}").status_code == 404


def test_a_workspace_with_a_dataset_stays(api, person, workspace):
    factories.a_dataset(person)

    assert refused(api.delete(f"/api/workspaces/{workspace.pk}")) == (409, "workspace_not_empty", None)
    assert Workspace.objects.filter(pk=workspace.pk).exists()


def test_workspaces_are_searched_and_ordered(api):
    for name in ("Beta", "Alpha"):
        api.post("/api/workspaces", {"name": name})

    def names(query):
        return [row["name"] for row in api.get(f"/api/workspaces?{query}").json()["results"]]

    assert names("search=ALP") == ["Alpha"]
    assert names("ordering=-name&search=a-")[:2] == ["Beta", "Alpha"]
    assert names("ordering=memberships__user__password&search=alpha") == ["Alpha"]


def test_workspaces_cost_the_same_queries_with_one_row_and_three(api, workspace):
    with CaptureQueriesContext(connection) as with_one:
        assert api.get("/api/workspaces").json()["count"] == 1
    for name in ("Second", "Third"):
        api.post("/api/workspaces", {"name": name})
    with CaptureQueriesContext(connection) as with_three:
        assert api.get("/api/workspaces").json()["count"] == 3

    assert len(with_three) == len(with_one)


# Projects


def test_a_project_is_created(api, workspace):
    answer = api.post("/api/projects", {"workspace": str(workspace.pk), "name": "Churn", "description": "Who leaves?"})

    project = Project.objects.get(name="Churn")
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(project.pk),
        "workspace": str(workspace.pk),
        "name": "Churn",
        "description": "Who leaves?",
        "created_at": project.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert api.get(f"/api/projects/{project.pk}").json() == answer.json()


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"workspace": "nonsense"}, "workspace"),
        ({"workspace": None}, "workspace"),
        ({"description": "x" * 2_001}, "description"),
    ],
)
def test_a_project_is_refused_with_the_field(api, workspace, changes, attr):
    answer = api.post("/api/projects", {"workspace": str(workspace.pk), "name": "Churn"} | changes)

    assert (refused(answer)[0], refused(answer)[2]) == (400, attr)


def test_a_project_names_its_workspace(api):
    assert refused(api.post("/api/projects", {"name": "Churn"})) == (400, "required", "workspace")


def test_a_project_is_changed_and_stays_where_it_is(api, project):
    elsewhere = api.post("/api/workspaces", {"name": "Lab"}).json()["id"]

    answer = api.patch(f"/api/projects/{project.pk}", {"name": "Churn", "workspace": elsewhere})

    assert (answer.status_code, set(answer.json()), answer.json()["name"]) == (200, PROJECT, "Churn")
    assert answer.json()["workspace"] == str(project.workspace_id)


def test_an_empty_project_is_deleted(api, project):
    assert api.delete(f"/api/projects/{project.pk}").status_code == 204
    assert refused(api.get(f"/api/projects/{project.pk}")) == (404, "not_found", None)


def test_a_project_with_a_dataset_stays(api, person, project):
    factories.a_dataset(person)

    assert refused(api.delete(f"/api/projects/{project.pk}")) == (409, "project_not_empty", None)
    assert Project.objects.filter(pk=project.pk).exists()


def test_projects_are_filtered_searched_and_ordered(api, workspace, project):
    lab = api.post("/api/workspaces", {"name": "Lab"}).json()["id"]
    for name in ("Beta", "Alpha"):
        api.post("/api/projects", {"workspace": lab, "name": name})

    def names(query):
        return [row["name"] for row in api.get(f"/api/projects?{query}").json()["results"]]

    assert names(f"workspace={lab}&ordering=name") == ["Alpha", "Beta"]
    assert names(f"workspace={workspace.pk}") == ["First project"]
    assert names("search=alp") == ["Alpha"]
    assert names("ordering=-name") == ["First project", "Beta", "Alpha"]


def test_projects_cost_the_same_queries_with_one_row_and_three(api, workspace):
    with CaptureQueriesContext(connection) as with_one:
        assert api.get("/api/projects").json()["count"] == 1
    for name in ("Second", "Third"):
        api.post("/api/projects", {"workspace": str(workspace.pk), "name": name})
    with CaptureQueriesContext(connection) as with_three:
        assert api.get("/api/projects").json()["count"] == 3

    assert len(with_three) == len(with_one)


# Isolation


def test_a_strangers_lists_are_empty_of_it(stranger_api, stranger, workspace, project):
    theirs = factories.home_of(stranger)

    assert ids(stranger_api.get("/api/workspaces")) == {str(theirs.workspace_id)}
    assert ids(stranger_api.get("/api/projects")) == {str(theirs.pk)}
    assert stranger_api.get(f"/api/projects?search={project.pk}").json()["count"] == 0


@pytest.mark.parametrize("known", [True, False])
def test_the_filter_of_a_foreign_id_leaks_nothing(stranger_api, workspace, known):
    asked = workspace.pk if known else uuid4()

    answer = stranger_api.get(f"/api/projects?workspace={asked}")

    assert answer.json() == {"count": 0, "next": None, "previous": None, "results": []}


def test_the_filter_of_what_is_no_id_is_refused(api):
    assert refused(api.get("/api/projects?workspace=nonsense")) == (400, "invalid", "workspace")


@pytest.mark.parametrize("kind", ["workspaces", "projects"])
@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_a_stranger_finds_nothing_by_id(stranger_api, workspace, project, kind, method):
    row = {"workspaces": workspace, "projects": project}[kind]

    answer = getattr(stranger_api, method)(f"/api/{kind}/{row.pk}", {"name": "Mine"})
    never = getattr(stranger_api, method)(f"/api/{kind}/{uuid4()}", {"name": "Mine"})

    assert refused(answer) == (404, "not_found", None)
    assert answer.json() == never.json()
    row.refresh_from_db()
    assert row.name != "Mine"


def test_a_stranger_makes_no_project_in_a_foreign_workspace(stranger_api, workspace):
    answer = stranger_api.post("/api/projects", {"workspace": str(workspace.pk), "name": "Mine"})

    assert refused(answer) == (404, "not_found", None)
    assert workspace.projects.count() == 1


@pytest.mark.parametrize("path", ["/api/workspaces", "/api/projects"])
def test_nobody_gets_in_without_credentials(path):
    for method in ("get", "post"):
        assert refused(getattr(APIClient(), method)(path)) == (401, "not_authenticated", None)


WRITES = {
    "change workspace": ("patch", "/api/workspaces/{workspace}", {"name": "New"}, 200),
    "delete workspace": ("delete", "/api/workspaces/{workspace}", None, 204),
    "create project": ("post", "/api/projects", {"workspace": "{workspace}", "name": "New"}, 201),
    "change project": ("patch", "/api/projects/{project}", {"name": "New"}, 200),
    "delete project": ("delete", "/api/projects/{project}", None, 204),
}
ALLOWED = {
    Role.VIEWER: set(),
    Role.EDITOR: {"create project", "change project"},
    Role.ADMIN: {"create project", "change project", "change workspace", "delete project"},
    Role.OWNER: set(WRITES),
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("write", WRITES)
def test_a_write_needs_its_role(member_api, workspace, project, role, write):
    method, path, body, status = WRITES[write]
    place = {"workspace": workspace.pk, "project": project.pk}
    body = {name: value.format(**place) for name, value in (body or {}).items()}

    answer = getattr(member_api(role), method)(path.format(**place), body)

    if write in ALLOWED[role]:
        assert answer.status_code == status
    else:
        assert refused(answer) == (403, "permission_denied", None)


@pytest.mark.parametrize("role", list(Role))
def test_every_member_reads(member_api, workspace, project, role):
    api = member_api(role)

    assert api.get(f"/api/workspaces/{workspace.pk}").json()["role"] == role
    assert api.get(f"/api/projects/{project.pk}").status_code == 200
    assert str(project.pk) in ids(api.get(f"/api/projects?workspace={workspace.pk}"))


def test_put_is_not_offered(api, workspace, project):
    assert api.put(f"/api/workspaces/{workspace.pk}", {"name": "New"}).status_code == 405
    assert api.put(f"/api/projects/{project.pk}", {"name": "New"}).status_code == 405

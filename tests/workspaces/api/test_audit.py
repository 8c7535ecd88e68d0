from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core.actor import Scope
from core.models import OutboxEvent
from tests import factories
from tests.factories import join, refused
from workspaces.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace(project):
    return project.workspace


@pytest.fixture
def audit(workspace) -> str:
    return f"/api/workspaces/{workspace.pk}/audit"


def kinds(answer) -> list[str]:
    assert answer.status_code == 200
    return [entry["kind"] for entry in answer.json()["results"]]


def test_an_entry_says_who_did_what_when_to_what(api, audit, workspace, person):
    added = api.post(f"/api/workspaces/{workspace.pk}/members", {"email": "new@example.org", "role": "editor"}).json()

    answer = api.get(audit)

    event = OutboxEvent.objects.latest("id")
    assert answer.json()["results"][0] == {
        "id": str(event.public_id),
        "kind": "member.invited",
        "what": f"{person.username} invited new@example.org as editor",
        "who": {"username": person.username},
        "subject": {"type": "invitation", "id": added["id"], "name": "new@example.org"},
        "details": {"person": "new@example.org", "role": "editor"},
        "created_at": event.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert kinds(answer) == ["member.invited", "project.created", "workspace.created"]


def test_who_is_null_when_the_account_is_gone(api, audit, workspace, stranger):
    actor = join(stranger, workspace, Role.EDITOR)
    factories.workspaces.create_project(actor=actor, workspace=workspace, name="Churn")
    stranger.delete()

    entry = api.get(audit).json()["results"][0]

    assert (entry["who"], entry["subject"]["name"]) == (None, "Churn")
    assert entry["what"] == "Somebody whose account is closed created the project Churn"


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("editor", 403), ("admin", 200), ("owner", 200)])
def test_the_trail_is_for_admins_and_owners(audit, workspace, stranger, stranger_api, role, status):
    assert refused(stranger_api.get(audit)) == (404, "not_found", None)

    join(stranger, workspace, Role(role))

    assert stranger_api.get(audit).status_code == status


def test_a_key_that_may_read_reads_it(audit, person):
    api = APIClient()
    api.credentials(HTTP_X_API_KEY=factories.a_key(person, Scope.READ)[1])

    assert api.get(audit).status_code == 200


def test_a_trail_holds_its_own_workspace_only(api, audit, stranger):
    theirs = factories.home_of(stranger)

    answer = api.get(audit)

    assert answer.json()["count"] == 2
    assert str(theirs.pk) not in answer.content.decode()
    assert api.get(f"{audit}?search={stranger.username}&workspace_id={theirs.workspace_id}").json()["count"] == 0


def test_the_trail_is_filtered_searched_ordered_and_paged(api, audit, workspace, stranger):
    join(stranger, workspace, Role.ADMIN)
    members = f"/api/workspaces/{workspace.pk}/members"
    api.post(members, {"email": "new@example.org", "role": "editor"})
    api.post(members, {"email": factories.a_person("bob").email, "role": "editor"})

    assert kinds(api.get(f"{audit}?kind=member")) == ["member.added", "member.invited"]
    assert kinds(api.get(f"{audit}?kind=member.invited")) == ["member.invited"]
    assert kinds(api.get(f"{audit}?kind=mem")) == []
    assert kinds(api.get(f"{audit}?search=bob")) == ["member.added"]
    assert kinds(api.get(f"{audit}?search=First")) == ["project.created"]
    assert kinds(api.get(f"{audit}?ordering=created_at&page_size=1")) == ["workspace.created"]
    assert kinds(api.get(f"{audit}?ordering=actor__password")) == kinds(api.get(audit))


def test_the_trail_of_a_deleted_workspace_is_unseen(api, audit, workspace):
    api.delete(f"/api/workspaces/{workspace.pk}")

    assert refused(api.get(audit)) == (404, "not_found", None)
    assert api.get(audit).json() == api.get(f"/api/workspaces/{uuid4()}/audit").json()
    assert OutboxEvent.objects.filter(kind="workspace.deleted").exists()


def test_the_trail_cannot_be_written(api, audit):
    for method in ("post", "put", "patch", "delete"):
        assert getattr(api, method)(audit, {}).status_code == 405


def test_the_trail_costs_the_same_queries_with_one_row_and_three(api, audit, workspace):
    OutboxEvent.objects.filter(kind="project.created").delete()
    with CaptureQueriesContext(connection) as with_one:
        assert api.get(audit).json()["count"] == 1
    for name in ("Second", "Third"):
        api.post("/api/projects", {"workspace": str(workspace.pk), "name": name})
    with CaptureQueriesContext(connection) as with_three:
        assert api.get(audit).json()["count"] == 3

    assert len(with_three) == len(with_one)

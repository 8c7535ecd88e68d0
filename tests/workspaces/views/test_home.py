import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests import factories
from tests.factories import PASSWORD
from workspaces import queries, services
from workspaces.models import Project, Role, Workspace

pytestmark = pytest.mark.django_db


def sign_up(client, **changes):
    form = {"email": "New@example.org", "username": "new", "full_name": "Ada", "password": PASSWORD}
    return client.post("/sign-up", form | changes)


def test_signing_up_lands_in_a_ready_project(client):
    answer = client.get("/sign-up")
    assert (answer.status_code, answer.context["credits_at_sign_up"]) == (200, 15)

    answer = sign_up(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")

    answer = client.get("/", follow=True)
    assert answer.redirect_chain == [(f"/projects/{Project.objects.get().pk}", 302)]
    assert answer.context["shell"]["credits"] == 15
    assert User.objects.get().email == "new@example.org"


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"username": "a b"}, "username"),
        ({"username": ""}, "username"),
        ({"password": "password"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"full_name": "x" * 151}, "full_name"),
    ],
)
def test_signing_up_shows_the_refusal_beside_its_field(client, changes, attr):
    answer = sign_up(client, **changes)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [attr])
    assert User.objects.count() == 0
    assert PASSWORD not in answer.content.decode()


def test_signing_up_with_a_taken_address_is_refused(client, person):
    answer = sign_up(client, email=person.email.upper())

    assert answer.context["form"].errors == {"email": ["This email address has an account already."]}


def test_signing_up_with_a_username_taken_in_another_case_is_refused(client, person):
    answer = sign_up(client, username=person.username.upper())

    assert answer.context["form"].errors == {"username": ["This username is taken. Choose another."]}


def test_signing_up_promises_no_credits_when_they_are_switched_off(client, settings):
    settings.CREDITS_ENABLED = False

    assert client.get("/sign-up").context["credits_at_sign_up"] is None


@pytest.mark.parametrize("page", ["/", "/workspaces/new", "/projects/new"])
def test_a_page_is_for_the_signed_in(client, page):
    assert client.get(page)["Location"] == f"/sign-in?next={page}"


def test_home_is_the_project_last_looked_at(web, person, project):
    second = Project.objects.create(workspace=project.workspace, name="Second")
    assert web.get("/")["Location"] == f"/projects/{project.pk}"

    web.get(f"/projects/{second.pk}")

    assert web.get("/")["Location"] == f"/projects/{second.pk}"


def test_home_forgets_a_project_that_may_not_be_seen_any_more(web, person, project, stranger):
    theirs = factories.home_of(stranger)
    session = web.session
    session["project_id"] = str(theirs.pk)
    session.save()

    assert web.get("/")["Location"] == f"/projects/{project.pk}"


def test_a_workspace_is_made_with_a_first_project(web):
    assert web.get("/workspaces/new").status_code == 200

    answer = web.post("/workspaces/new", {"name": "Lab", "description": "Ours"})

    project = Project.objects.get(workspace__name="Lab")
    assert (answer.status_code, answer["Location"]) == (302, f"/projects/{project.pk}")


@pytest.mark.parametrize(("page", "model"), [("/workspaces/new", Workspace), ("/projects/new", Project)])
def test_a_form_sent_twice_makes_one(web, project, page, model):
    wish = {"workspace": project.workspace_id, "name": "Lab", "showing": web.get(page).context["showing"]}

    first, again = web.post(page, wish), web.post(page, wish)

    assert first["Location"] == again["Location"]
    assert model.objects.filter(name="Lab").count() == 1


def test_a_workspace_needs_a_name(web, project):
    answer = web.post("/workspaces/new", {"name": ""})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["name"])
    assert Workspace.objects.count() == 1


def test_a_project_is_made(web, project):
    form = web.get("/projects/new").context["form"]
    assert list(form.fields["workspace"].queryset) == [project.workspace]

    answer = web.post("/projects/new", {"workspace": project.workspace_id, "name": "Churn"})

    assert answer["Location"] == f"/projects/{Project.objects.get(name='Churn').pk}"


def test_a_project_is_made_where_one_may_edit_only(web, person, project, stranger):
    theirs, watched = factories.home_of(stranger), factories.home_of(factories.a_person("bob"))
    factories.join(person, watched.workspace, Role.VIEWER)

    for workspace in (theirs.workspace, watched.workspace):
        answer = web.post("/projects/new", {"workspace": workspace.pk, "name": "Mine"})
        assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["workspace"])

    assert not Project.objects.filter(name="Mine").exists()


def test_a_strangers_project_is_not_found(web, stranger):
    answer = web.get(f"/projects/{factories.home_of(stranger).pk}")

    assert answer.status_code == 404


def test_a_hostile_name_is_shown_as_text(web, project):
    Project.objects.filter(pk=project.pk).update(name="<script>alert(1)</script>")
    Workspace.objects.update(name="<img src=x onerror=alert(1)>")

    page = web.get(f"/projects/{project.pk}").content.decode()

    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page


def test_the_list_of_workspaces_counts_members_and_projects(web, actor, project):
    factories.join(factories.a_person("vic"), project.workspace, Role.VIEWER)
    services.create_project(actor=actor, workspace=project.workspace, name="Second")

    (workspace,) = web.get("/workspaces").context["page_obj"]

    assert (workspace.name, workspace.role) == (project.workspace.name, "owner")
    assert (workspace.member_count, workspace.project_count, workspace.first_project) == (2, 2, project.pk)


def test_the_list_of_workspaces_takes_the_same_queries_for_one_and_for_many(web, actor, django_assert_num_queries):
    with CaptureQueriesContext(connection) as one:
        web.get("/workspaces")
    for number in range(3):
        services.create_workspace(actor=actor, name=f"Team {number}")

    with django_assert_num_queries(len(one)):
        answer = web.get("/workspaces")
    assert len(answer.context["page_obj"]) == 4


def test_the_switcher_shows_a_few_workspaces_with_the_present_one_first(web, actor, project):
    for number in range(queries.SWITCHER_WORKSPACES):
        services.create_workspace(actor=actor, name=f"A team {number}")

    shown = web.get(f"/projects/{project.pk}").context["shell"]["workspaces"]

    assert len(shown) == queries.SWITCHER_WORKSPACES
    assert [shown[0]["name"], shown[1]["name"]] == [project.workspace.name, "A team 0"]

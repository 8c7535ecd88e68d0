import html

import pytest
from django.test import Client

from tests import factories
from tests.factories import join
from workspaces import services
from workspaces.models import Role, Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace(project):
    return project.workspace


@pytest.fixture
def page(workspace) -> str:
    return f"/workspaces/{workspace.pk}"


@pytest.fixture
def eve(stranger, workspace):
    """A web client of a viewer of the workspace."""
    join(stranger, workspace, Role.VIEWER)
    client = Client()
    client.force_login(stranger)
    return client


FORM = {"name": "Lab", "slug": "lab", "description": "Ours"}


def current(answer) -> list[str]:
    return [place.label for place in answer.context["shell"]["nav"] if place.current]


def test_name_slug_and_description_are_changed(web, page, workspace):
    answer = web.post(f"{page}/settings", FORM, follow=True)

    workspace.refresh_from_db()
    assert answer.redirect_chain == [(f"{page}/settings", 302)]
    assert (workspace.name, workspace.slug, workspace.description) == ("Lab", "lab", "Ours")


@pytest.mark.parametrize(
    ("changes", "attr"),
    [({"name": ""}, "name"), ({"slug": "a b"}, "slug"), ({"slug": ""}, "slug"), ({"slug": "taken"}, "slug")],
)
def test_what_cannot_be_saved_is_shown_beside_its_field(web, page, actor, workspace, changes, attr):
    services.create_workspace(actor=actor, name="Other", slug="taken")

    answer = web.post(f"{page}/settings", FORM | changes)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [attr])
    assert answer.context["workspace"].name == workspace.name
    assert not Workspace.objects.filter(name="Lab").exists()


def test_others_read_the_settings_and_change_nothing(eve, page, workspace):
    answer = eve.get(f"{page}/settings")

    assert workspace.slug in answer.content.decode()
    assert answer.context["tabs"] == []
    assert "Delete workspace" not in answer.content.decode()
    assert eve.post(f"{page}/settings", FORM).status_code == 403
    assert eve.get(f"{page}/audit").status_code == 403
    assert eve.get(f"{page}/delete").status_code == 403


def test_an_empty_workspace_is_deleted_by_typing_its_name(web, page, person, workspace):
    answer = web.post(f"{page}/delete", {"name": workspace.name}, follow=True)

    assert not Workspace.objects.filter(pk=workspace.pk).exists()
    assert answer.redirect_chain[-1][0] == f"/projects/{factories.home_of(person).pk}"


@pytest.mark.parametrize("typed", ["", "delete", "ADA"])
def test_a_workspace_stays_until_its_name_is_typed(web, page, workspace, typed):
    answer = web.post(f"{page}/delete", {"name": typed})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["name"])
    assert Workspace.objects.filter(pk=workspace.pk).exists()


def test_a_workspace_that_holds_data_stays_and_says_why(web, page, person, workspace):
    factories.a_dataset(person)

    answer = web.post(f"{page}/delete", {"name": workspace.name})

    assert answer.status_code == 409
    assert "A project of this workspace is not empty" in answer.content.decode()


def test_the_trail_shows_who_did_what(web, page, person, eve):
    web.post(f"{page}/settings", FORM)

    answer = web.get(f"{page}/audit")

    assert f"{person.username} updated the workspace Lab" in answer.content.decode()
    assert [tab["current"] for tab in answer.context["tabs"]] == [False, True]


def test_the_trail_is_filtered_searched_and_sorted(web, page, person):
    def told(query):
        return [row["event"].kind for row in web.get(f"{page}/audit?{query}").context["page_obj"]]

    assert told("") == ["project.created", "workspace.created"]
    assert told("sort=created_at") == ["workspace.created", "project.created"]
    assert told("kind=project") == ["project.created"]
    assert told("kind=nonsense") == told("sort=payload") == told("")
    assert told("q=First") == ["project.created"]
    assert told("kind=model") == []


def test_hostile_names_in_the_trail_are_shown_as_text(web, page, actor, project):
    bad = "<script>alert(1)</script>"
    services.update_project(actor=actor, project=project, name=bad)

    text = web.get(f"{page}/audit").content.decode()

    assert bad not in text
    assert bad in html.unescape(text)


def test_the_rail_leads_to_the_pages_of_this_workspace(web, page, person, project):
    lab = services.create_workspace(actor=factories.Actor(person), name="Lab")
    web.get(f"/projects/{project.pk}")

    answer = web.get(f"{page}/members")
    assert (current(answer), answer.context["shell"]["project"]) == (["Members"], project)
    assert current(web.get(f"{page}/audit")) == current(web.get(f"{page}/delete")) == ["Settings"]

    elsewhere = web.get(f"/workspaces/{lab.pk}/settings").context["shell"]
    assert (elsewhere["workspace"], elsewhere["project"]) == (lab, None)
    assert [place.label for place in elsewhere["nav"]] == ["Members", "Settings"]


def test_strangers_find_nothing(page, stranger, client):
    client.force_login(stranger)

    for path in ("members", "settings", "audit", "delete"):
        assert client.get(f"{page}/{path}").status_code == 404

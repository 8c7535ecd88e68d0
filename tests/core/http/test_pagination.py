import pytest

from workspaces.models import Project


@pytest.fixture
def many(project):
    Project.objects.bulk_create(Project(workspace=project.workspace, name=f"p{i:03}") for i in range(209))


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("query", "rows", "has_next"),
    [
        ("", 25, True),
        ("?page_size=3", 3, True),
        ("?page_size=200", 200, True),
        ("?page_size=1000000000", 200, True),
        ("?page_size=0", 25, True),
        ("?page_size=many", 25, True),
        ("?page=9", 10, False),
        ("?page=last", 10, False),
    ],
)
def test_a_list_comes_in_pages(api, query, rows, has_next):
    answer = api.get(f"/api/projects{query}").json()

    assert set(answer) == {"count", "next", "previous", "results"}
    assert (answer["count"], len(answer["results"]), answer["next"] is not None) == (210, rows, has_next)


@pytest.mark.usefixtures("many")
def test_next_and_previous_lead_on_with_the_same_question(api):
    first = api.get("/api/projects?page_size=200&ordering=-name").json()
    second = api.get(first["next"]).json()

    assert api.get(second["previous"]).json() == first
    assert len({row["id"] for row in first["results"] + second["results"]}) == 210


@pytest.mark.parametrize("page", ["2", "0", "-1", "x", "9" * 100])
def test_a_page_beyond_the_list_is_not_found(api, project, page):
    answer = api.get(f"/api/projects?page={page}")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")

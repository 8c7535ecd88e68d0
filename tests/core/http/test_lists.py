import pytest
from django.test import RequestFactory

from core.http.lists import PAGE_SIZE, listing
from workspaces.models import Project


@pytest.fixture
def three(project):
    """Projects b, a and c of the workspace, in this order."""
    Project.objects.all().delete()
    for name, description in [("b", "roses"), ("a", "Tulips"), ("c", "red roses")]:
        Project.objects.create(workspace=project.workspace, name=name, description=description)


def names(query: str = "") -> list[str]:
    return [project.name for project in the_list(query).page_obj]


def the_list(query: str = ""):
    return listing(
        RequestFactory().get(f"/{query}"),
        Project.objects.all(),
        search=["name", "description"],
        sorts={"name": "name", "created": "created_at"},
        default="created",
    )


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["b", "a", "c"]),
        ("?sort=name", ["a", "b", "c"]),
        ("?sort=-name", ["c", "b", "a"]),
        ("?sort=-created", ["c", "a", "b"]),
        ("?sort=workspace__memberships__user__password", ["b", "a", "c"]),
        ("?sort=--name", ["b", "a", "c"]),
        ("?sort=-", ["b", "a", "c"]),
        ("?q=ROSES&sort=name", ["b", "c"]),
        ("?q=%20tulips%20", ["a"]),
        ("?q=a", ["a"]),
        ("?q=%25", []),
        ("?q=nothing", []),
        ("?q=" + "x" * 5_000, []),
        ("?page=2", ["b", "a", "c"]),
        ("?page=-1", ["b", "a", "c"]),
        ("?page=first", ["b", "a", "c"]),
    ],
)
def test_listing_shows_what_the_address_asks_for(query, found):
    assert names(query) == found


@pytest.mark.usefixtures("three")
def test_listing_searches_a_nul_like_any_other_letter_that_is_not_there():
    assert names("?q=ro%00ses&sort=name") == ["b", "c"]


@pytest.mark.usefixtures("three")
def test_listing_tells_the_template_what_made_it():
    found = the_list("?q=%20roses%20&sort=nonsense")

    assert found.context() == {"page_obj": found.page_obj, "q": "roses", "sort": "created"}


def test_listing_shows_a_page_at_a_time_and_each_row_once(project):
    Project.objects.bulk_create(Project(workspace=project.workspace, name="same") for _ in range(PAGE_SIZE + 2))

    pages = [the_list(f"?sort=name&page={page}").page_obj for page in (1, 2)]

    assert [len(page) for page in pages] == [25, 3]
    assert len({row.pk for page in pages for row in page}) == 28

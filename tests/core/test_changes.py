import pytest

from core.changes import assign

pytestmark = pytest.mark.django_db


def test_assign_sets_and_names_what_differs_in_order(project):
    changed = assign(project, {"name": "Churn", "description": "Who leaves?"})

    assert changed == ["description", "name"]
    assert (project.name, project.description) == ("Churn", "Who leaves?")


def test_assign_names_nothing_that_stays_the_same(project):
    assert assign(project, {"name": project.name, "description": "New"}) == ["description"]
    assert assign(project, {}) == []

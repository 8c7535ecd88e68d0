import pytest

from datasets.models import Dataset
from datasets.remedies import advice_of
from tests import factories

pytestmark = pytest.mark.django_db


def advice(dataset: Dataset, *, may_edit: bool = True):
    return {each.code: each for each in advice_of(dataset.versions.get(), may_edit=may_edit)}


@pytest.fixture
def dataset(person):
    """Gaps, an id, a far outlier, and 999 for a missing age."""
    rows = [
        [f"id{row:04}", "" if row % 4 else row, 999 if row < 3 else row % 40 + 18, 10**6 if row == 50 else row % 9]
        for row in range(100)
    ]
    return factories.a_dataset(person, factories.csv(["code", "gaps", "age", "amount"], rows), "odd.csv")


def test_each_warning_has_a_way_to_do_something(dataset):
    found = advice(dataset)

    stem = f"/data/{dataset.pk}"
    assert [link["url"] for link in found["mostly_missing"].actions] == [
        f"{stem}/train?leave_out=gaps",
        f"{stem}?column=gaps&missing=1#rows",
    ]
    assert [link["url"] for link in found["disguised_missing"].actions] == [
        f"{stem}/steps?add=mark_missing&columns=age&values=999#form",
        f"{stem}?column=age&equals=999#rows",
    ]
    assert found["outliers"].actions[0]["url"].startswith(f"{stem}/steps?add=clip_outliers&columns=")
    assert [link["url"] for link in found["id"].actions] == [f"{stem}/columns/1"]


def test_who_may_change_nothing_gets_links_that_look(dataset):
    found = advice(dataset, may_edit=False)

    assert [link["label"] for link in found["mostly_missing"].actions] == ["See these rows"]
    assert found["id"].actions == []


def test_links_that_look_stay_with_an_older_version(dataset):
    found = advice_of(dataset.versions.get(), may_edit=False, version_query="?version=1")

    urls = [link["url"] for each in found for link in each.actions]
    assert f"/data/{dataset.pk}?column=gaps&missing=1&version=1#rows" in urls
    assert all("version=1" in url for url in urls)

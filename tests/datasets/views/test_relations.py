"""How columns go together, on a page."""

import html

import pytest

from tests import factories


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


def shown(answer):
    return html.unescape(answer.content.decode())


def test_columns_are_ranked_by_what_they_tell_of_the_target(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/relations", {"target": "kind"})

    ginis = [each["gini"] for each in answer.context["relations"]]
    assert ginis == sorted(ginis, reverse=True)
    assert answer.context["leaks"] == ["length"]
    assert "Knows the answer" in shown(answer)
    assert "exact, every row" in shown(answer)


def test_the_target_is_remembered(web, dataset):
    page = f"/data/{dataset.pk}/relations"
    assert web.get(page).context["target"] == "weight"

    web.get(page, {"target": "kind"})

    assert web.get(page).context["target"] == "kind"


def test_a_target_that_is_not_there_is_told(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/relations", {"target": "Kind"})

    assert "There is no column 'Kind'; did you mean 'kind'?" in shown(answer)


def test_a_target_that_cannot_be_one_says_why(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/relations", {"target": "picked"})

    assert "picked holds dates" in shown(answer)


def test_the_numbers_of_the_map_are_one_click_away(web, dataset):
    without = web.get(f"/data/{dataset.pk}/relations")
    with_them = web.get(f"/data/{dataset.pk}/relations", {"numbers": "1"})

    assert "Associations in numbers" not in shown(without)
    assert 'href="?numbers=1#pairs"' in shown(without)
    assert "Associations in numbers" in shown(with_them)


def test_one_row_is_no_reason_to_break(web, person):
    dataset = factories.a_dataset(person, b"a,b,c\n1,x,2024-01-01\n", "one.csv")

    answer = web.get(f"/data/{dataset.pk}/relations")

    assert answer.status_code == 200
    assert "There are no two columns to compare" in shown(answer)

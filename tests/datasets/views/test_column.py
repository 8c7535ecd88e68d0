"""One column at full size."""

import html

import pytest

from tests import factories

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


def shown(answer):
    return html.unescape(answer.content.decode())


def test_numbers_are_told_in_full(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/columns/2")

    facts = dict(answer.context["facts"])
    assert (facts["Least"], facts["Median"], facts["Greatest"]) == ("0.5", "2.5", "4.5")
    assert "“width”" not in shown(answer)
    assert f"/data/{dataset.pk}?column=width&missing=1#rows" in shown(answer)


def test_each_bin_and_each_value_leads_to_its_rows(web, dataset):
    bins = web.get(f"/data/{dataset.pk}/columns/7").context["bins"]
    values = web.get(f"/data/{dataset.pk}/columns/3").context["values"]

    for each in [bins[0], bins[-1], *values]:
        rows = web.get(each["url"].removesuffix("#rows"))
        assert rows.context["page_obj"].paginator.count == each["count"]


def test_dates_have_their_gaps(web, dataset):
    facts = dict(web.get(f"/data/{dataset.pk}/columns/5").context["facts"])

    assert {"From first to last", "Usual step", "Longest gap"} <= set(facts)


def test_one_leads_to_the_next(web, dataset):
    first = web.get(f"/data/{dataset.pk}/columns/1").context["steps"]
    last = web.get(f"/data/{dataset.pk}/columns/7", {"version": "1"}).context["steps"]

    assert first == {"next": f"/data/{dataset.pk}/columns/2"}
    assert last == {"previous": f"/data/{dataset.pk}/columns/6?version=1"}


@pytest.mark.parametrize("position", ["0", "8", "999999999"])
def test_a_column_that_is_not_there_is_not_found(web, dataset, position):
    assert web.get(f"/data/{dataset.pk}/columns/{position}").status_code == 404


def test_names_and_values_are_shown_as_they_are(web, person):
    rows = [[SCRIPT, "=1+1", row] for row in range(20)]
    dataset = factories.a_dataset(person, factories.csv([SCRIPT, "b", "c"], rows), "x.csv")

    for face in ("", "/columns/1", "/quality", "/relations"):
        answer = web.get(f"/data/{dataset.pk}{face}")
        assert answer.status_code == 200
        assert SCRIPT not in answer.content.decode()
    assert SCRIPT in shown(web.get(f"/data/{dataset.pk}/columns/1"))

import re

import pytest

from tests import factories
from training.models import Job
from training.views.columns_choice import COLUMNS_A_PAGE

WIDE = 2 * COLUMNS_A_PAGE + 5


@pytest.fixture
def wide(person):
    """A table of many columns without a relation to its last one, `y`."""
    header = [*(f"c{place}" for place in range(WIDE)), "y"]
    rows = [[(row * 7 + place) % 19 for place in range(WIDE)] + ["ab"[row % 2]] for row in range(40)]
    return factories.a_dataset(person, factories.csv(header, rows))


def sent(answer, **changes):
    """What a browser sends of this page: everything that is ticked, chosen and hidden on it."""
    context = answer.context
    form = {"target": context["target"], "task": context["task"], "shown_target": context["target"]}
    form |= {"shown_task": context["task"], "version": "1", "shown_page": str(context["column_page"].number)}
    form |= {"features": [each["column"].name for each in context["columns"] if each["checked"]]}
    form |= {"added": context["added_elsewhere"], "left_out": context["left_out_elsewhere"]}
    form |= {"algorithm": "random_forest", "train_percentage": "80", "metric": "accuracy"}
    return form | changes


def without(names, *gone):
    return [name for name in names if name not in gone]


def test_a_page_of_columns_keeps_what_was_ticked_on_the_others(web, wide):
    address = f"/data/{wide.pk}/train"
    first = sent(web.get(address, {"target": "y"}))
    second = web.post(address, first | {"features": without(first["features"], "c3"), "to_page": "2"})
    page = sent(second)
    web.post(address, page | {"features": without(page["features"], f"c{COLUMNS_A_PAGE}")})

    plan = Job.objects.get().plan
    assert second.context["column_page"].number == 2
    assert (second.context["left_out_elsewhere"], second.context["ticked"]) == (["c3"], WIDE - 1)
    assert plan["features"] == [f"c{place}" for place in range(WIDE) if place not in (3, COLUMNS_A_PAGE)]


def test_another_target_keeps_what_was_left_out_and_starts_nothing(web, wide):
    address = f"/data/{wide.pk}/train"
    first = sent(web.get(address, {"target": "y"}))
    changed = first | {"features": without(first["features"], "c3"), "target": "c0", "task": "classification"}

    answer = web.post(address, changed)

    assert (answer.status_code, Job.objects.count()) == (200, 0)
    assert answer.context["target"] == "c0"
    assert "c3" not in sent(answer)["features"]
    assert "c4" in sent(answer)["features"]
    assert "target=c0" in answer["HX-Replace-Url"]


def test_a_mistyped_target_is_said(web, wide):
    answer = web.post(f"/data/{wide.pk}/train", {"target": "c_0", "again": "1"})

    assert answer.context["form"].errors["target"] == ["There is no column 'c_0'; did you mean 'c0'?"]


def test_many_columns_make_no_large_page(web, person):
    header = [*(f"column number {place}" for place in range(400)), "y"]
    rows = [[(row * 7 + place) % 19 for place in range(400)] + ["ab"[row % 2]] for row in range(20)]
    table = factories.a_dataset(person, factories.csv(header, rows))

    page = web.get(f"/data/{table.pk}/train", {"target": "y"})

    assert len(page.content) < 75_000
    assert page.context["column_page"].paginator.count == 400


def test_another_method_brings_its_own_parameters(web, person):
    table = factories.a_dataset(person)
    first = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"}))

    answer = web.post(f"/data/{table.pk}/train", first | {"algorithm": "knn", "again": "1"})

    assert list(answer.context["params_form"].fields) == ["n_neighbors", "weights"]
    assert not answer.context["params_form"].errors


def test_an_older_version_can_be_chosen(web, person):
    table = factories.a_dataset(person)

    assert web.get(f"/data/{table.pk}/train", {"version": "1"}).context["version"].number == 1
    assert web.get(f"/data/{table.pk}/train", {"version": "9"}).status_code == 404
    assert web.get(f"/data/{table.pk}/train", {"version": "x"}).status_code == 404


def test_a_search_is_asked_for_with_its_ranges(web, person):
    table = factories.a_dataset(person)
    form = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"}))
    form |= {"algorithm": "knn", "knn-n_neighbors": "5", "knn-weights": "uniform", "tune-knn-search": "on"}
    form |= {"tune-knn-method": "random", "tune-knn-trials": "4", "tune-knn-folds": "3"}
    form |= {"tune-knn-n_neighbors_low": "2", "tune-knn-n_neighbors_high": "9"}

    web.post(f"/data/{table.pk}/train", form | {"tune-knn-weights_choices": ["uniform", "distance"]})

    tuning = Job.objects.get().plan["tuning"]
    assert (tuning["method"], tuning["trials"], tuning["folds"]) == ("random", 4, 3)
    assert tuning["ranges"]["n_neighbors"] | {"log": None} == {"choices": None, "low": 2, "high": 9, "log": None}
    assert tuning["ranges"]["weights"]["choices"] == ["uniform", "distance"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"validation": "cv", "folds": "1"}, "folds"),
        ({"validation": "cv", "repeats": "0"}, "repeats"),
        ({"group_by": "kind"}, "group_by"),
        ({"group_by": "wild", "order_by": "length"}, "order_by"),
        ({"algorithm": "knn", "balanced": "on"}, "balanced"),
    ],
)
def test_a_way_to_judge_that_cannot_be_is_refused_beside_its_field(web, person, changes, field):
    table = factories.a_dataset(person)
    form = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"}))

    answer = web.post(f"/data/{table.pk}/train", form | changes)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
    assert not Job.objects.exists()


def test_ways_to_judge_reach_the_plan(web, person):
    table = factories.a_dataset(person)
    form = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"}))

    web.post(f"/data/{table.pk}/train", form | {"validation": "cv", "folds": "3", "repeats": "2", "balanced": "on"})

    plan = Job.objects.get().plan
    assert plan["validation"] == {"folds": 3, "repeats": 2, "group_by": None, "order_by": None}
    assert plan["class_weight"] == "balanced"


def test_the_page_has_one_form_of_parameters(web, person):
    table = factories.a_dataset(person)

    page = web.get(f"/data/{table.pk}/train", {"target": "kind"}).content.decode()

    names = re.findall(r'<(?:input|select)[^>]* name="(\w+-\w+)"', page)
    assert {name.partition("-")[0] for name in names} == {"random_forest"}


def test_a_search_just_ticked_shows_what_is_tried_and_starts_nothing(web, person):
    table = factories.a_dataset(person)
    form = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"})) | {"tune-random_forest-search": "on"}

    answer = web.post(f"/data/{table.pk}/train", form | {"again": "1"})

    assert answer.context["tuning_form"]["max_depth_low"].value() is not None
    assert not Job.objects.exists()


def test_a_search_just_ticked_starts_with_what_is_tried_by_default(web, person):
    table = factories.a_dataset(person)
    form = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"})) | {"tune-random_forest-search": "on"}

    web.post(f"/data/{table.pk}/train", form)

    tuning = Job.objects.get().plan["tuning"]
    assert (tuning["method"], tuning["trials"]) == ("bayesian", 30)
